"""What is left of loops: known cells, and small loops that one rule changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from cells import FEATURES, STEPS, UNITS, Layer, elman, last, lstm, over_time, sequence, squares
from numeric import EXACT

from nndsl.backend.reference import evaluate
from nndsl.ir import Body, Node, body_of, show, topological, verify
from nndsl.ir import build as b
from nndsl.ir.nest import Nest
from nndsl.passes.autodiff import gradients
from nndsl.passes.fuse import schedule
from nndsl.passes.scan import improve
from nndsl.passes.simplify import simplify
from nndsl.passes.stabilise import stabilise


def step_of(layers: Sequence[Layer], *outputs: Node, wrt: Sequence[Node] = ()) -> list[Node]:
    """The loss and all gradients, as training makes them."""
    weights = [w for layer in layers for w in layer.weights]
    (loss,) = improve(stabilise([squares(*(outputs or [layers[-1].y]))]))
    found = improve(simplify([loss, *gradients(loss, [*weights, *wrt])], derived=True), derived=True)
    verify(found)
    return found


def loops(outputs: Sequence[Node]) -> list[Node]:
    return [n for n in topological(outputs) if body_of(n)]


def counted(outputs: Sequence[Node]) -> Counter[str]:
    return Counter(n.op for n in topological(outputs))


# ---- cells


def test_an_lstm_loops_over_one_product_and_one_nest() -> None:
    found = step_of([lstm("lstm", sequence())])
    forward, backward = loops(found)
    for scan, writes in ((forward, 6), (backward, 5)):
        items = schedule(scan["body"].results)
        nests = [item for item in items if isinstance(item, Nest)]
        assert [len(nest.writes) for nest in nests] == [writes]
        assert counted(scan["body"].results)["einsum"] == 1
        assert {item.node.op for item in items if not isinstance(item, Nest)} <= {"einsum", "concat"}
    assert (forward["reverse"], backward["reverse"]) == (False, True)


def test_all_products_of_an_lstm_outside_are_over_all_steps() -> None:
    found = step_of([lstm("lstm", sequence())])
    products = [n for n in topological(found) if n.op == "einsum"]
    shapes = {n.shape for n in products}
    assert shapes == {(STEPS, "B", 4 * UNITS), (FEATURES, 4 * UNITS), (UNITS, 4 * UNITS)}
    assert len(products) == 3
    assert not counted(found)["transpose"], "the products take up that the batch comes first outside\n" + show(found)


def test_of_an_lstm_only_what_is_dear_is_kept() -> None:
    forward, _ = loops(step_of([lstm("lstm", sequence())]))
    body: Body = forward["body"]
    gates = Counter(x.op for x in body.emits if x.op in ("sigmoid", "tanh"))
    assert gates == {"sigmoid": 3, "tanh": 1}, "the gates; tanh(c') is one step from a state and is made again"
    states = {*body.states, *body.nexts}
    assert len(body.emits) == 7
    assert sum(x in states for x in body.emits) == 3, "the output, and both states before the step"


def test_an_elman_network_loops_over_what_must_be() -> None:
    forward, backward = loops(step_of([elman("elman", sequence())]))
    assert counted(forward["body"].results) == {"slot": 4, "einsum": 1, "add": 2, "tanh": 1}
    assert counted(backward["body"].results)["einsum"] == 1
    assert len(backward["body"].items) == 1, "the state after each step: of squares it is the gradient too"
    assert len(forward["body"].emits) == 2


def test_what_is_read_at_the_end_begins_the_backward_loop() -> None:
    layer = elman("elman", sequence())
    found = step_of([layer], last(layer.y))
    _, backward = loops(found)
    assert not counted(found)["pad"]
    assert backward.inputs[0].op != "expand", "it begins with the gradient, not with zero"
    assert len(backward["body"].items) == 1


def test_between_two_cells_nothing_is_moved() -> None:
    first = lstm("first", sequence())
    second = lstm("second", first.y)
    found = step_of([first, second])
    assert len(loops(found)) == 4, "what each keeps for its derivative, it keeps in the loop that gives its values"
    assert not counted(found)["transpose"]


def test_a_map_between_two_cells_goes_into_the_loop_that_reads_it() -> None:
    first = elman("first", sequence())
    gate = b.param("gate", (UNITS,))
    second_x = b.mul(first.y, gate)
    h, item = b.fresh("state", ("B", UNITS)), b.fresh("item", ("B", UNITS))
    after = b.tanh(b.add(h, item))
    xs = over_time(second_x)
    reader = b.scan(Body((h,), (item,), (), (after,), (after,)), [b.zeros(("B", UNITS))], [xs], steps=STEPS)
    (found,) = improve(stabilise([b.part(reader, 0)]))
    _, second = loops([found])
    assert "mul" in counted(second["body"].results)
    assert not {"mul", "transpose"} & set(counted([found]))


def test_trained_first_states_have_gradients() -> None:
    h, item = b.fresh("state", ("B", UNITS)), b.fresh("item", ("B", UNITS))
    start, x = b.param("start", (UNITS,)), b.input_("x", (STEPS, "B", UNITS))
    after = b.tanh(b.add(h, item))
    body = Body((h,), (item,), (), (after,), (after,))
    scan = b.scan(body, [b.expand(start, ("B", UNITS))], [x], steps=STEPS)
    (g,) = gradients(squares(b.part(scan, 0)), [start])
    bindings = {start: np.linspace(-1, 1, UNITS), x: np.random.default_rng(0).normal(size=(STEPS, 3, UNITS))}
    value = evaluate([g], bindings, EXACT)[0]
    states, slope = [np.tile(bindings[start], (3, 1))], np.zeros((3, UNITS))
    for t in range(STEPS):
        states.append(np.tanh(states[-1] + bindings[x][t]))
    for t in reversed(range(STEPS)):
        slope = (slope + 2 * states[t + 1] / states[1].size / STEPS) * (1 - states[t + 1] ** 2)
    np.testing.assert_allclose(value, slope.sum(0), rtol=1e-12)


# ---- small loops

H, X, K = b.fresh("state", ("B", 3)), b.fresh("item", ("B", 3)), b.fresh("item", ("B",), "int")
U, V = b.fresh("fixed", (3, 3)), b.fresh("fixed", (3, 3))
INIT, XS, IDS = b.input_("h0", ("B", 3)), b.input_("xs", (4, "B", 3)), b.input_("ids", (4, "B"), "int")
MU, MV, E = b.param("U", (3, 3)), b.param("V", (3, 3)), b.param("E", (7, 3))
RNG = np.random.default_rng(1)
VALUES = {n: RNG.normal(size=tuple(3 if d == "B" else d for d in n.shape)) for n in (INIT, XS, MU, MV, E)}
VALUES[IDS] = RNG.integers(0, 7, size=(4, 3))


def better(*outputs: Node) -> list[Node]:
    """The outputs improved; checked to have the same values."""
    found = improve(outputs)
    verify(found)
    for got, expected in zip(evaluate(found, VALUES, EXACT), evaluate(outputs, VALUES, EXACT), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-12)
    return found


def loop(nexts: Sequence[Node], emits: Sequence[Node], *, reverse: bool = False, steps: int = 4) -> list[Node]:
    states = (H,)[: len(nexts)]
    body = Body(states, (X, K), (U, V), tuple(nexts), tuple(emits))
    xs = [b.slice_(x, 0, 0, steps) for x in (XS, IDS)]
    scan = b.scan(body, [INIT] * len(nexts), xs, [MU, MV], steps=steps, reverse=reverse)
    return [b.part(scan, i) for i in range(len(emits))]


GROWING = b.tanh(b.add(H, X))


def test_what_nobody_reads_goes() -> None:
    parts = loop([GROWING], [b.exp(H), GROWING, b.matmul(H, U)])
    (found,) = better(parts[1])
    (scan,) = loops([found])
    assert len(scan["body"].emits) == 1
    assert scan.inputs == (INIT, XS)


def test_a_state_that_reaches_nothing_goes_and_with_it_the_loop() -> None:
    (found,) = better(loop([GROWING], [b.matmul(X, U)])[0])
    assert found is b.einsum("tba,ac->tbc", XS, MU)


@pytest.mark.parametrize("reverse", [False, True])
def test_a_state_that_is_only_late_is_no_state(reverse: bool) -> None:
    (found,) = better(loop([b.matmul(X, U)], [b.add(H, X)], reverse=reverse)[0])
    assert not loops([found])
    assert counted([found])["concat"] == 1


def test_a_state_that_stays_is_fixed() -> None:
    (found,) = better(loop([H], [b.mul(H, X)])[0])
    assert not loops([found])


@pytest.mark.parametrize("reverse", [False, True])
def test_one_step_is_no_loop(reverse: bool) -> None:
    (found,) = better(loop([GROWING], [GROWING], steps=1, reverse=reverse)[0])
    assert not loops([found])


def test_loops_that_keep_different_things_become_one() -> None:
    first, second = loop([GROWING], [GROWING])[0], loop([GROWING], [b.exp(H)])[0]
    assert first.inputs[0] is not second.inputs[0]
    found = better(first, second)
    assert len(loops(found)) == 1


def test_products_of_what_comes_in_and_of_what_comes_out_are_over_all_steps() -> None:
    after = b.tanh(b.add(H, b.matmul(X, U)))
    (found,) = better(loop([after], [b.sigmoid(b.matmul(after, V))])[0])
    (scan,) = loops([found])
    assert not counted(scan["body"].results)["einsum"]
    assert [n["spec"] for n in topological([found]) if n.op == "einsum"] == ["tba,ac->tbc"] * 2
    assert found.op == "sigmoid", "and what follows is computed outside as well"


def test_what_is_the_same_at_every_step_is_computed_once() -> None:
    after = b.tanh(b.matmul(b.add(H, X), b.matmul(b.exp(U), V)))
    (found,) = better(loop([after], [after])[0])
    (scan,) = loops([found])
    assert counted(scan["body"].results)["einsum"] == 1
    assert "exp" not in counted(scan["body"].results)
    assert scan.inputs[-1].op == "einsum"


def test_products_that_share_an_operand_are_one() -> None:
    after = b.tanh(b.add(b.mul(b.matmul(H, U), b.matmul(H, V)), X))
    (found,) = better(loop([after], [after])[0])
    (scan,) = loops([found])
    assert [n.shape for n in topological(scan["body"].results) if n.op == "einsum"] == [("B", 6)]
    assert scan.inputs[-1] is b.concat([MU, MV], 1)


@pytest.mark.parametrize(("rows", "inside"), [(7, True), (4 * 32 + 1, False)])
def test_rows_of_a_small_table_are_multiplied_before_they_are_chosen(rows: int, inside: bool) -> None:
    table = b.param("table", (rows, 3))
    bias = b.param("bias", (3,))
    VALUES[table], VALUES[bias] = np.random.default_rng(2).normal(size=(rows, 3)), np.arange(3.0)
    x = b.gather(table, IDS)
    after = b.tanh(b.add(b.add(b.matmul(X, U), H), bias))
    scan = b.scan(Body((H,), (X,), (U,), (after,), (after,)), [INIT], [x], [MU], steps=4)
    (found,) = better(b.part(scan, 0))
    (after_all,) = loops([found])
    product = next(n for n in topological([found]) if n.op == "einsum")
    assert product.shape == ((rows, 3) if inside else (4, "B", 3))
    assert ("gather" in counted(after_all["body"].results)) == inside
    assert (bias in after_all.inputs) != inside, "the bias is added to the rows of the table"


def test_draws_differ_from_step_to_step_and_agree_with_their_derivative() -> None:
    noisy = b.mul(b.tanh(b.add(H, X)), b.uniform(3, H.shape))
    scan = b.scan(Body((H,), (X,), (), (noisy,), (noisy,)), [INIT], [XS], steps=4)
    loss = squares(b.part(scan, 0))
    (g,) = gradients(loss, [XS])
    h = 1e-6
    base = VALUES[XS]
    sides = []
    for sign in (1, -1):
        moved = base.copy()
        moved[1, 0, 2] += sign * h
        sides.append(evaluate([loss], {**VALUES, XS: moved}, EXACT)[0])
    assert evaluate([g], VALUES, EXACT)[0][1, 0, 2] == pytest.approx((sides[0] - sides[1]) / (2 * h), rel=1e-5)


def test_a_loop_in_a_loop_is_improved_too() -> None:
    h, item, u = b.fresh("state", ("B", 3)), b.fresh("item", ("B", 3)), b.fresh("fixed", (3, 3))
    inner_next = b.tanh(b.add(h, b.matmul(item, u)))
    inner_xs = b.concat([b.unsqueeze(H, 0), b.unsqueeze(X, 0)], 0)
    inner = b.scan(Body((h,), (item,), (u,), (inner_next,), (inner_next, b.exp(h))), [H], [inner_xs], [U], steps=2)
    after = b.squeeze(b.slice_(b.part(inner, 0), 0, 1, 2), 0)
    (found,) = better(loop([after], [after])[0])
    (outer,) = loops([found])
    (inside,) = loops(outer["body"].results)
    assert "einsum" not in counted(inside["body"].results)
    assert len(inside["body"].emits) == 1
