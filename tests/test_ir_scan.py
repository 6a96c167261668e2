"""Loops over time as nodes: built, shared, printed, checked, run by the reference and rewritten."""

from __future__ import annotations

import numpy as np
import pytest
from numeric import EXACT

from nndsl.backend.reference import evaluate, first_nonfinite
from nndsl.ir import Body, BrokenGraph, Node, ShapeError, make, show, topological, verify
from nndsl.ir import build as b
from nndsl.passes.simplify import simplify

H = b.slot("state", 0, ("B", 2))
X = b.slot("item", 0, ("B", 2))
U = b.slot("fixed", 0, (2, 2))
INIT, XS, WEIGHT = b.input_("h0", ("B", 2)), b.input_("xs", (4, "B", 2)), b.param("U", (2, 2))
NEXT = b.tanh(b.add(X, b.matmul(H, U)))
STEP = Body((H,), (X,), (U,), (NEXT,), (NEXT, H))
RNG = np.random.default_rng(3)
VALUES = {x: RNG.normal(size=tuple(3 if d == "B" else d for d in x.shape)) for x in (INIT, XS, WEIGHT)}


def _loop(body: Body = STEP, *, reverse: bool = False) -> Node:
    return b.scan(body, [INIT], [XS], [WEIGHT], steps=4, reverse=reverse)


@pytest.mark.parametrize("reverse", [False, True])
def test_runs_step_by_step(reverse: bool) -> None:
    loop = _loop(reverse=reverse)
    after, before = evaluate([b.part(loop, 0), b.part(loop, 1)], VALUES, EXACT)
    h = VALUES[INIT]
    for t in reversed(range(4)) if reverse else range(4):
        np.testing.assert_array_equal(before[t], h)
        h = np.tanh(VALUES[XS][t] + h @ VALUES[WEIGHT])
        np.testing.assert_allclose(after[t], h, rtol=1e-14)


def test_equal_loops_are_one() -> None:
    assert _loop() is _loop()
    assert _loop() is not _loop(reverse=True)
    h, x, u = b.input_("any", ("B", 2)), b.input_("leaf", ("B", 2)), b.fresh("fixed", (2, 2))
    after = b.tanh(b.add(x, b.matmul(h, u)))
    assert _loop(Body((h,), (x,), (u,), (after,), (after, h))) is _loop()
    assert _loop(Body((H,), (X,), (U,), (NEXT,), (H, NEXT))) is not _loop()


def test_slots_may_change_places() -> None:
    one, two = b.slot("state", 1, ("B", 2)), b.slot("state", 0, ("B", 2))
    swap = Body((one, two), (), (), (two, one), (one, two))
    loop = b.scan(swap, [INIT, b.neg(INIT)], [], steps=3)
    first, second = evaluate([b.part(loop, 0), b.part(loop, 1)], VALUES, EXACT)
    np.testing.assert_array_equal(first, VALUES[INIT] * np.array([1, -1, 1])[:, None, None])
    np.testing.assert_array_equal(second, -first)


def test_leaves_from_outside_become_fixed() -> None:
    loop = b.scan(Body((H,), (), (), (b.mul(H, b.matmul(H, WEIGHT)),), (H,)), [INIT], [], steps=2)
    verify([loop])
    assert loop.inputs == (INIT, WEIGHT)
    got = evaluate([b.part(loop, 0)], VALUES, EXACT)[0]
    np.testing.assert_allclose(got[1], VALUES[INIT] * (VALUES[INIT] @ VALUES[WEIGHT]))


@pytest.mark.parametrize("reverse", [False, True])
def test_draws_are_new_at_each_step(reverse: bool) -> None:
    noisy = b.add(H, b.uniform(7, H.shape))
    loop = b.scan(Body((H,), (), (), (noisy,), (b.sub(noisy, H),)), [INIT], [], steps=4, reverse=reverse)
    verify([loop])
    got, expected = evaluate([b.part(loop, 0), b.uniform(7, (4, "B", 2))], VALUES, EXACT)
    np.testing.assert_allclose(got, expected, atol=1e-14)
    assert len(np.unique(np.round(got, 6))) == got.size


def test_loops_in_loops() -> None:
    """Row by row, and in each row element by element: a cumulative sum over everything."""
    total, row = b.slot("state", 0, ()), b.slot("item", 0, (3,))
    inner_total, element = b.fresh("state", ()), b.fresh("item", ())
    inner = b.scan(
        Body((inner_total,), (element,), (), (b.add(inner_total, element),), (b.add(inner_total, element),)),
        [total], [row], steps=3,
    )  # fmt: skip
    sums = b.part(inner, 0)
    last = b.reshape(b.slice_(sums, 0, 2, 3), ())
    x = b.input_("matrix", (2, 3))
    loop = b.scan(Body((total,), (row,), (), (last,), (sums,)), [b.const(0.0)], [x], steps=2)
    verify([loop])
    got = evaluate([b.part(loop, 0)], {x: np.arange(6.0).reshape(2, 3)}, EXACT)[0]
    np.testing.assert_array_equal(got, np.cumsum(np.arange(6.0)).reshape(2, 3))


def test_printed() -> None:
    text = show([b.part(_loop(), 0)])
    assert text == (
        "%0 = input(name=h0) : float[B, 2]\n"
        "%1 = input(name=xs) : float[4, B, 2]\n"
        "%2 = param(name=U) : float[2, 2]\n"
        "%3 = scan(%0, %1, %2, reverse=False, steps=4)\n"
        "    %0 = item 0 : float[B, 2]\n"
        "    %1 = state 0 : float[B, 2]\n"
        "    %2 = fixed 0 : float[2, 2]\n"
        "    %3 = einsum(%1, %2, spec=ba,ac->bc) : float[B, 2]\n"
        "    %4 = add(%0, %3) : float[B, 2]\n"
        "    %5 = tanh(%4) : float[B, 2]\n"
        "    next %5\n"
        "    emit %5, %1\n"
        "%4 = part(%3, index=0) : float[4, B, 2]\n"
        "return %4\n"
    )


WRONG = (
    ("no step", lambda: b.scan(STEP, [INIT], [XS], [WEIGHT], steps=0), "at least one step"),
    ("no item", lambda: b.scan(STEP, [INIT], [], [WEIGHT], steps=4), "3 leaves"),
    ("other steps", lambda: b.scan(STEP, [INIT], [XS], [WEIGHT], steps=5), r"input 1 .* not float\[5, B, 2\]"),
    ("other init", lambda: b.scan(STEP, [WEIGHT], [XS], [WEIGHT], steps=4), "input 0"),
    (
        "state that grows",
        lambda: b.scan(Body((H,), (), (), (b.expand(H, (2, "B", 2)),), ()), [INIT], [], steps=4),
        "state 0 is",
    ),
    ("no such part", lambda: b.part(_loop(), 2), "no value 2"),
    ("part of no loop", lambda: b.part(INIT, 0), "no value 0 of `input`"),
)


@pytest.mark.parametrize(("make_it", "says"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_wrong_loops_are_refused(make_it: object, says: str) -> None:
    with pytest.raises(ShapeError, match=says):
        make_it()  # type: ignore[operator]


def test_verifier_looks_inside() -> None:
    leaking = Body((H,), (), (), (b.add(H, b.input_("outside", ("B", 2))),), ())
    with pytest.raises(BrokenGraph, match="no leaf of its body"):
        verify([make("scan", INIT, body=leaking, steps=2, reverse=False)])
    misnumbered = Body((b.slot("state", 3, ("B", 2)),), (), (), (b.slot("state", 3, ("B", 2)),), ())
    with pytest.raises(BrokenGraph, match="not numbered"):
        verify([make("scan", INIT, body=misnumbered, steps=2, reverse=False)])


def test_rules_reach_bodies_and_keep_them_shared() -> None:
    clumsy = b.tanh(b.add(b.mul(X, 1.0), b.add(b.matmul(H, U), 0.0)))
    loops = [_loop(Body((H,), (X,), (U,), (clumsy,), (clumsy, H)), reverse=r) for r in (False, True)]
    got = simplify([b.part(loop, 0) for loop in loops])
    assert got == [b.part(_loop(reverse=r), 0) for r in (False, True)]
    assert got[0].inputs[0]["body"] is got[1].inputs[0]["body"]


def test_a_node_of_the_body_is_blamed() -> None:
    bad = b.log(b.sub(H, 1.0))
    body = Body((H,), (), (), (b.sub(H, 1.0),), (b.add(bad, 1.0),))
    loop = b.scan(body, [INIT], [], steps=4)
    blamed = first_nonfinite([b.part(loop, 0)], {INIT: np.full((3, 2), 2.5)}, EXACT)
    assert blamed is bad
    assert first_nonfinite([b.part(loop, 0)], {INIT: np.full((3, 2), 9.0)}, EXACT) is None


def test_bodies_are_no_part_of_the_graph_around_them() -> None:
    assert NEXT not in topological([_loop()])
