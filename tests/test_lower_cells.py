"""Cells of a script: what a body may say, against loops in NumPy; sequences of different lengths, against each alone;
and mistakes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from cpu_tools import run
from hypothesis import given, settings
from hypothesis import strategies as st
from script_tools import check
from std_tools import Array, check_gradient, checked, close, field, network, rng, setting, signature, slopes

from nndsl.backend.reference import evaluate
from nndsl.data.types import Field
from nndsl.diagnostics import Fault
from nndsl.ir.node import Node, concrete
from nndsl.lower.graphs import NetworkGraph
from nndsl.lower.network import elaborate
from nndsl.semantics.modules import in_library

MINIMAL = """cell minimal(units) {   # Zhou, Wu, Zhang and Zhou 2016
  param Wf[in, units], Uf[units, units], bf[units] = 0
  param Wh[in, units], Uh[units, units], bh[units] = 0
  state h[units] = 0
  f = sigmoid(x @ Wf + h @ Uf + bf)
  h' = (1 - f) * h + f * tanh(x @ Wh + (f * h) @ Uh + bh)
  output h'
}
"""

Compute = Callable[..., list[Array]]


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def filled(graph: NetworkGraph, shape: Sequence[int], batch: int = 3) -> dict[Node, Array]:
    """Drawn values of a network's input and parameters."""
    made = rng(graph.name, tuple(shape), batch)
    values = {graph.inputs[0].node: made.normal(size=(batch, *shape))}
    for variable in graph.parameters:
        values[variable.leaf] = made.normal(size=concrete(variable.leaf.shape, {}))
    return values


def answers(body: str, shape: Sequence[int], before: str = "") -> tuple[list[Array], Array, dict[str, Array]]:
    """The outputs of a network, its input, and its parameters by name."""
    graph = network(body, field(shape), before=before, training=False)
    values = filled(graph, shape)
    found = evaluate([out.node for out in graph.outputs], values, setting(3))
    return found, values[graph.inputs[0].node], {v.name: values[v.leaf] for v in graph.parameters}


# ---- what a body may say -----------------------------------------------------------------------------------


def test_a_cell_of_ones_own() -> None:
    (y,), x, p = answers("input x[6, 2]\nx -> minimal(4)", (6, 2), MINIMAL)
    w = {name.removeprefix("minimal_1."): value for name, value in p.items()}
    h = np.zeros((3, 4))
    for t in range(6):
        f = sigmoid(x[:, t] @ w["Wf"] + h @ w["Uf"] + w["bf"])
        h = (1 - f) * h + f * np.tanh(x[:, t] @ w["Wh"] + (f * h) @ w["Uh"] + w["bh"])
        np.testing.assert_allclose(y[:, t], h, atol=1e-12)


@pytest.mark.parametrize("use", ["minimal(3)", "minimal(3, reverse=true)", "bidirectional(minimal(2)) -> minimal(2)"])
def test_the_gradient_of_a_cell_of_ones_own(use: str) -> None:
    graph = network(f"input x[4, 2]\nx -> {use}", field((4, 2)), before=MINIMAL)
    values = filled(graph, (4, 2))
    check_gradient(graph.outputs[0].node, [*values], values, setting(3))


COUNTER = """cell sums {
  state total[in] = 0, steps = 0
  total' = total + x
  steps' = steps + 1
  output total', total, steps'
}
"""


def test_several_states_and_outputs_before_and_after_the_step() -> None:
    (after, before, steps), x, _ = answers("input x[5, 2]\na, b, n = x -> sums\noutput a, b, n", (5, 2), COUNTER)
    np.testing.assert_allclose(after, x.cumsum(1))
    np.testing.assert_allclose(before, x.cumsum(1) - x, atol=1e-12)
    np.testing.assert_allclose(steps, np.arange(1, 6) * np.ones((3, 1)))


def test_backwards_each_value_stays_at_its_step() -> None:
    (after, _, steps), x, _ = answers("input x[5, 2]\nx -> sums(reverse=true)", (5, 2), COUNTER)
    np.testing.assert_allclose(after, x[:, ::-1].cumsum(1)[:, ::-1])
    np.testing.assert_allclose(steps[0], [5, 4, 3, 2, 1])


def test_first_values_are_given_where_a_cell_is_used() -> None:
    body = "input x[5, 2]\nstart = mean(x, axis=0)\nx -> sums(total=start, steps=10)"
    (after, _, steps), x, _ = answers(body, (5, 2), COUNTER)
    np.testing.assert_allclose(after, x.mean(1, keepdims=True) + x.cumsum(1))
    np.testing.assert_allclose(steps[0], [11, 12, 13, 14, 15])


def test_a_first_value_can_be_trained() -> None:
    cell = "cell c {\n  param start[in] = 2\n  state h[in] = start\n  h' = 0.5 * h + x\n  output h'\n}\n"
    (y,), x, p = answers("input x[1, 2]\nx -> c", (1, 2), cell)
    np.testing.assert_allclose(y[:, 0], 0.5 * p["c_1.start"] + x[:, 0])


def test_the_states_of_a_cell_are_fields_of_what_it_gives() -> None:
    """An encoder, and a decoder that begins with both of its states."""
    body = """input x[5, 2]
code = x -> lstm(3)
output copies(4)(last(code)) -> lstm(3, h=last(code.h), c=last(code.c)), last(code.c), code.h, code"""
    body = body.replace("copies(4)(last(code))", "last(code) -> copies(4)")
    (decoded, memory, hidden, code), _, p = answers(body, (5, 2))
    np.testing.assert_array_equal(hidden, code)
    w = {name.removeprefix("lstm_2."): value for name, value in p.items() if name.startswith("lstm_2.")}
    h, c = code[:, -1], memory
    for t in range(4):
        gate = {k: code[:, -1] @ w[f"W{k}"] + h @ w[f"U{k}"] + w[f"b{k}"] for k in "fiog"}
        c = sigmoid(gate["f"]) * c + sigmoid(gate["i"]) * np.tanh(gate["g"])
        h = sigmoid(gate["o"]) * np.tanh(c)
        np.testing.assert_allclose(decoded[:, t], h, atol=1e-12)


def test_sequences_side_by_side_and_a_context() -> None:
    cell = """cell mixed(context, rate = 0.5) {
  input a[n], b[m]
  param W[m, n]
  state h[n] = 0
  h' = rate * h + a + b @ W + context
  output h'
}
"""
    body = "input x[4, 3]\nc = mean(x, axis=0)\n(x, x[0:4] -> dense(2)) -> mixed(context=c)"
    (y,), x, p = answers(body, (4, 3), cell)
    h = np.zeros((3, 3))
    for t in range(4):
        b = x[:, t] @ p["dense_1.W"] + p["dense_1.b"]
        h = 0.5 * h + x[:, t] + b @ p["mixed_1.W"] + x.mean(1)
        np.testing.assert_allclose(y[:, t], h, atol=1e-12)


def test_layers_and_cells_within_a_cell() -> None:
    """What flows into the inner cell is one step of the outer one: a picture, row by row."""
    cell = """cell outer(units) {
  input x[rows, n]
  state h[units] = 0
  row = x -> elman(units) -> last -> layernorm
  h' = 0.5 * h + row -> dense(units) -> tanh
  output h'
}
"""
    graph = network("input x[3, 4, 2]\nx -> outer(2)", field((3, 4, 2)), before=cell)
    names = [v.name for v in graph.parameters]
    assert {"outer_1.elman_1.W", "outer_1.dense_1.W", "outer_1.layernorm_1.scale"} <= set(names)
    values = filled(graph, (3, 4, 2))
    check_gradient(graph.outputs[0].node, [*values], values, setting(3), tolerance=1e-5)


LARGER = """cell pictures(filters) {
  input x[height, width, channels]
  state h[height, width, filters] = 0
  h' = tanh((x -> conv(filters, 3)) + (h -> conv(filters, 3)))
  output h'
}
cell looks(units, context) {
  param W[in, units], Q[units, units]
  state h[units] = 0
  seen = softmax(context @ (h @ Q)) @ context
  h' = tanh(x @ W + seen)
  output h'
}
cell rows(units) {
  input x[height, width]
  state h[units] = 0
  h' = 0.5 * h + (x -> elman(units) -> last)
  output h'
}
cell centred {
  state h[in] = 0
  h' = 0.5 * h + x - mean(x + h, axis=batch)
  output h'
}
"""


@pytest.mark.parametrize(
    ("body", "shape"),
    [
        ("x -> pictures(2) -> last -> flatten", (3, 4, 4, 1)),
        ("c = x -> gru(3)\nx -> looks(3, context=c)", (5, 2)),
        ("x -> rows(2)", (3, 4, 2)),
        ("x -> centred", (4, 2)),
        ("code = x -> lstm(3)\nlast(code) -> copies(4) -> lstm(3, h=last(code.h), c=last(code.c))", (5, 2)),
        ("x -> lstm(3, state_dropout=0.4) -> dropout(0.3) -> gru(2)", (5, 2)),
    ],
    ids=["pictures", "a context", "rows of rows", "over the batch", "encoder and decoder", "dropout"],
)
def test_larger_cells_have_their_gradient_and_run_natively(body: str, shape: tuple[int, ...]) -> None:
    graph = network(body, field(shape), before=LARGER)
    values = filled(graph, shape)
    check_gradient(graph.outputs[0].node, [*values], values, setting(3), tolerance=1e-5)
    found = slopes(graph.outputs[0].node, [*values])
    for have, want in zip(run(found, values, setting(3)), evaluate(found, values, setting(3)), strict=True):
        close(have, want, 1e-10)


def test_a_cell_without_states_is_a_layer_of_each_step() -> None:
    (y,), x, p = answers("input x[4, 3]\nx -> each(2)", (4, 3), "cell each(n) {\n  param W[in, n]\n  output x @ W\n}\n")
    np.testing.assert_allclose(y, x @ p["each_1.W"], atol=1e-12)


def test_numbers_of_a_series_are_steps_of_one_number() -> None:
    graph = network("x -> sums", Field(("x",), (5,), "real", field((5,)).span, time=True), before=COUNTER)
    (x,) = graph.inputs
    values = {x.node: rng(1).normal(size=(2, 5))}
    (found,) = evaluate([graph.outputs[0].node], values, setting(2))
    np.testing.assert_allclose(found[..., 0], values[x.node].cumsum(1))


def test_ids_become_numbers_within_a_cell() -> None:
    cell = """cell look(units) {
  input k
  param table[4, units]
  state h[units] = 0
  h' = 0.5 * h + gather(table, k)
  output h'
}
"""
    graph = network("x -> look(3)", field((5,), "category", 4), before=cell)
    ids, (table,) = rng(2).integers(4, size=(2, 5)), graph.parameters
    weights = rng(3).normal(size=(4, 3))
    found = evaluate([graph.outputs[0].node], {graph.inputs[0].node: ids, table.leaf: weights}, setting(2))[0]
    h = np.zeros((2, 3))
    for t in range(5):
        h = 0.5 * h + weights[ids[:, t]]
        np.testing.assert_allclose(found[:, t], h, atol=1e-12)


def test_every_use_has_weights_of_its_own_and_initial_values_see_one_step() -> None:
    graph = network("input x[9, 3]\nx -> minimal(4) -> minimal(4)", field((9, 3)), before=MINIMAL)
    shapes = {v.name: v.leaf.shape for v in graph.parameters}
    assert shapes["minimal_1.Wf"] == (3, 4) and shapes["minimal_2.Wf"] == (4, 4)
    wide = network("input x[9, 3]\nx -> minimal(100)", field((9, 3)), before=MINIMAL)
    weights = evaluate([v.initial for v in wide.parameters if v.name.endswith("Wf")], {}, setting(1))[0]
    assert abs(weights.std() / (2 / 103) ** 0.5 - 1) < 0.15, "glorot over [3, 100]"


# ---- what is random ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("compute", [evaluate, run])
def test_a_draw_in_a_body_is_made_anew_at_each_step(compute: Compute) -> None:
    cell = "cell drops {\n  state h[in] = 0\n  h' = x -> dropout(0.5)\n  output h'\n}\n"
    graph = network("input x[20, 10]\nx -> drops", field((20, 10)), before=cell)
    (y,) = compute([graph.outputs[0].node], {graph.inputs[0].node: np.ones((8, 20, 10))}, setting(8))
    assert set(np.unique(y)) == {0, 2} and abs(y.mean() - 1) < 0.2
    assert (y[:, 1:] != y[:, :-1]).mean() > 0.4 and (y[1:] != y[:-1]).mean() > 0.4


@pytest.mark.parametrize("compute", [evaluate, run])
def test_state_dropout_hides_the_same_states_at_all_steps(compute: Compute) -> None:
    """With U the identity and nothing coming in, each state is multiplied by its 0 or 2 at every step."""
    graph = network("input x[4, 2]\nx -> elman(50, act=identity, state_dropout=0.5, h=1)", field((4, 2)))
    values = {v.leaf: np.zeros(concrete(v.leaf.shape, {})) for v in graph.parameters}
    values |= {v.leaf: np.eye(50) for v in graph.parameters if v.name.endswith("U")}
    values[graph.inputs[0].node] = np.zeros((8, 4, 2))
    (y,) = compute([graph.outputs[0].node], values, setting(8))
    keep = y[:, 0]
    assert set(np.unique(keep)) == {0, 2} and 0.35 < (keep == 0).mean() < 0.65
    assert (keep[1:] != keep[:-1]).mean() > 0.3, "each example has its own"
    for t in range(4):
        np.testing.assert_array_equal(y[:, t], keep ** (t + 1))


@pytest.mark.parametrize("cell", ["elman(3", "jordan(3, 2", "gru(3", "lstm(3", "peephole_lstm(3"])
def test_state_dropout_changes_nothing_in_use(cell: str) -> None:
    found = {}
    for text, training in ((f"{cell}, state_dropout=0.5)", False), (f"{cell})", True)):
        graph = network(f"input x[6, 2]\nx -> {text}", field((6, 2)), training=training)
        found[text] = evaluate([graph.outputs[0].node], filled(graph, (6, 2)), setting(3))[0]
    np.testing.assert_allclose(*found.values(), rtol=1e-12)


@pytest.mark.parametrize("cell", ["gru(3, state_dropout=0.5)", "lstm(3, state_dropout=0.5)"])
def test_the_gradient_with_state_dropout(cell: str) -> None:
    graph = network(f"input x[4, 2]\nx -> {cell}", field((4, 2)))
    values = filled(graph, (4, 2))
    check_gradient(graph.outputs[0].node, [*values], values, setting(3))


# ---- sequences of different lengths ------------------------------------------------------------------------


LENGTHS = np.array([5, 1, 7, 3], np.int32)
ALONE = """dense(3)
minimal(4)
minimal(3, reverse=true)
bidirectional(minimal(2))
bidirectional(minimal(2), ends=true)
minimal(3) -> last
dense(3) -> last
minimal(3, reverse=true) -> last
bidirectional(minimal(2)) -> last
minimal(3) -> dense(2) -> last
minimal(3) -> minimal(2) -> last
lstm(3) -> layernorm -> gru(2) -> last
mean(axis=0)
max(axis=0)
min(axis=0)
sum(axis=0)
std(axis=0)
prod(axis=0)
argmax(axis=0)
mean
minimal(3) -> mean(axis=0) -> dense(2)
dense(3) -> tanh -> max(axis=0)
softmax -> sum(axis=0)
dense(4) -> attention(heads=2)
dense(4) -> attention(heads=2, causal=true) -> last
positional -> transformer -> mean(axis=0)
output transpose(where(present(x), transpose(x), 0)) -> conv1d(3, 3)
conv1d(3, 3)
conv1d(3, 3) -> relu -> conv1d(2, 2, dilation=2) -> global_pool(max)
minimal(3, reverse=true) -> maxpool1d(3, stride=1, padding="same") -> last
global_pool
global_pool(max)
output x[0]
y = x -> minimal(2); output y[-1] -> dense(1)
repeat 2 { minimal(2) }
dense(4) -> dropout(0) -> relu -> last
shown
summed""".splitlines()
MORE = (
    MINIMAL
    + """cell shown {     # what it gives depends on the input too
  state h[in] = 0
  h' = 0.5 * h + x
  output h' * x + 1
}
cell summed {
  state h[in] = 0, n = 0
  h' = h + x
  n' = n + 1
  output h' / n', n'
}
"""
)


def ragged(body: str, lengths: Array, x: Array, *, alone: bool = False) -> list[list[Array]]:
    """The outputs of each example: padded together, or `alone`."""
    program = checked(f"{MORE}\nnetwork n {{\n{body}\n}}\n").program
    found = []
    for one in range(len(x)) if alone else [slice(None)]:
        rows = x[one : one + 1, : lengths[one]] if isinstance(one, int) else x
        input = Field(("x",), rows.shape[1:], "real", field((1,)).span, time=True, ragged=not alone)
        done = elaborate(program, program.networks["n"], signature(input), training=True)
        values: dict[Node, Array] = {done.input.node: rows}
        for variable in done.build.variables.values():
            values[variable.leaf] = rng(variable.name).normal(size=concrete(variable.leaf.shape, {}))
        if done.build.lengths is not None:
            values[done.build.lengths] = lengths
        assert (done.build.lengths is None) == alone
        outputs = evaluate([out.node for out in done.outputs], values, setting(len(rows)))
        found += [[out[i] for out in outputs] for i in range(len(rows))]
    return found


@pytest.mark.parametrize("padding", [0.0, 99.0])
@pytest.mark.parametrize("use", ALONE)
def test_padded_sequences_give_what_each_gives_alone(use: str, padding: float) -> None:
    x = rng("ragged").normal(size=(4, 7, 2))
    lengths = np.maximum(LENGTHS, 3 if "1d" in use else 1)  # windows do not fit into less
    for i, length in enumerate(lengths):
        x[i, length:] = padding
    both = ragged(use, lengths, x), ragged(use, lengths, x, alone=True)
    for together, alone, length in zip(*both, lengths, strict=True):
        for a, b in zip(together, alone, strict=True):
            real = a[:length] if a.ndim and a.shape[0] == 7 else a
            np.testing.assert_allclose(real, b, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    "use", ["minimal(3) -> last", "bidirectional(minimal(2)) -> mean(axis=0)", "lstm(2) -> gru(2) -> last"]
)
def test_padding_gets_no_gradient_and_the_native_code_agrees(use: str) -> None:
    program = checked(f"{MORE}\nnetwork n {{\n{use}\n}}\n").program
    input = Field(("x",), (7, 2), "real", field((1,)).span, time=True, ragged=True)
    done = elaborate(program, program.networks["n"], signature(input), training=True)
    assert done.build.lengths is not None
    made = rng("native", use)
    values: dict[Node, Array] = {done.input.node: made.normal(size=(4, 7, 2)), done.build.lengths: LENGTHS}
    for variable in done.build.variables.values():
        values[variable.leaf] = made.normal(size=concrete(variable.leaf.shape, {}))
    graph = slopes(done.outputs[0].node, [leaf for leaf in values if leaf.dtype == "float"])
    wanted = evaluate(graph, values, setting(4))
    for i, length in enumerate(LENGTHS):
        assert (wanted[1][i, length:] == 0).all() and (wanted[1][i, :length] != 0).any()
    for have, want in zip(run(graph, values, setting(4, "float32")), wanted, strict=True):
        close(have, want)
    for have, want in zip(run(graph, values, setting(4)), wanted, strict=True):
        close(have, want, 1e-10)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.integers(1, 6), min_size=1, max_size=5),
    st.sampled_from(["lstm(2) -> last", "bidirectional(minimal(2))"]),
)
def test_any_lengths(lengths: list[int], use: str) -> None:
    x = rng("any", lengths).normal(size=(len(lengths), max(lengths), 2))
    counts = np.array(lengths, np.int32)
    for (together,), (alone,), length in zip(
        ragged(use, counts, x), ragged(use, counts, x, alone=True), counts, strict=True
    ):
        np.testing.assert_allclose(together[:length] if together.ndim > 1 else together, alone, rtol=1e-10, atol=1e-12)


def test_statistics_of_a_batch_leave_padding_out() -> None:
    x = rng("batch").normal(size=(4, 7, 2))
    real = np.concatenate([x[i, :n] for i, n in enumerate(LENGTHS)])
    (mean,) = {out.tobytes(): out for (out,) in ragged("output mean(x, axis=[batch, 0])", LENGTHS, x)}.values()
    np.testing.assert_allclose(mean, real.mean(0), rtol=1e-12)
    (count,) = {out.tobytes(): out for (out,) in ragged("output count(x, axis=[batch, 0])", LENGTHS, x)}.values()
    np.testing.assert_allclose(count, LENGTHS.sum())


MIXED = """flatten
reshape(14)
output transpose(x) -> dense(3)
output x[-1]
output x[2:5]
output concat(x, x, axis=0)
conv1d(3, 3, stride=2)
conv1d(3, 3, padding="valid")
maxpool1d(2)
avgpool1d(2)
avgpool1d(3, stride=1, padding="same")
minimal(3, reverse=true) -> flatten
dense(4) -> relu -> flatten -> dense(2)
y = x -> minimal(2, reverse=true); output y[-1]
output einsum("tf, tg -> fg", x, x)
output concat(x[0:1], x[0:6], axis=0)""".splitlines()


@pytest.mark.parametrize("use", MIXED)
def test_what_would_count_padding_is_refused_at_its_place(use: str) -> None:
    with pytest.raises(Fault) as found:
        ragged(use, LENGTHS, np.zeros((4, 7, 2)))
    assert found.value.diagnostic.code == "E0314"
    assert found.value.diagnostic.span is not None and not in_library(found.value.diagnostic.span)


# ---- mistakes ----------------------------------------------------------------------------------------------

WEIGHTS = "param W[in, units], U[units, units]"
STATE = "state h[units] = 0"
STEP = "h' = tanh(x @ W + h @ U)"
# (lines of a cell, lines of a network over [10, 3]; code, words of the message, the text that is underlined)
MISTAKES = [
    ([WEIGHTS, STATE, STEP, "h' = h' + 1", "output h'"], "own(4)", "E0310", "given twice", "h'"),
    ([WEIGHTS, STATE, "output x @ W"], "own(4)", "E0310", "never given its next value", "h"),
    ([WEIGHTS, STATE, "repeat 2 {", STEP, "}", "output h'"], "own(4)", "E0310", "given twice", None),
    ([WEIGHTS, STATE, "repeat units - 4 {", STEP, "}", "output h"], "own(4)", "E0310", "never given", "h[units]"),
    ([WEIGHTS, STATE, STEP], "own(4)", "E0311", "`own` has no output", "own"),
    ([WEIGHTS, STATE, STEP, "output sum(W)"], "own(4)", "E0311", "the same at every step", "own"),
    ([WEIGHTS, STATE, "g = h' @ U", STEP, "output g"], "own(4)", "E0201", "`h'` is not known yet here", "h'"),
    ([WEIGHTS, STATE, "h' = x", "output h'"], "own(4)", "E0302", "has shape [4], but the value is [3]", "x"),
    (
        [WEIGHTS, STATE, "h' = x @ U", "output h'"],
        "own(4)",
        "E0302",
        "3 values on the left and 4 on",
        None,
    ),
    ([WEIGHTS, "state h[units] = x @ W", STEP, "output h'"], "own(4)", "E0312", "before the first step", "x @ W"),
    ([WEIGHTS, STATE, "h' = x @ W -> batchnorm", "output h'"], "own(4)", "E0312", "remembers averages", "batchnorm"),
    ([WEIGHTS, STATE, STEP, "penalty p = mean(h^2)", "output h'"], "own(4)", "E0312", "adds a penalty", None),
    ([WEIGHTS, "state h[units] ~ normal", STEP, "output h'"], "own(4)", "E0214", "is given by `=`", "normal"),
    ([WEIGHTS, STATE, STEP, "g' = h'", "output h'"], "own(4)", "E0214", "no state is called `g`", "g'"),
    (["state reverse = 0", "reverse' = reverse", "output x"], "own(4)", "E0204", "`reverse` is given", "reverse"),
    (["input k[n]", "param W[in, units]", "output k @ W"], "own(4)", "E0201", "`in` is not defined", "in"),
    ([], "gru(8, h0=1)", "E0203", "no parameter `h0`", "h0=1"),
    ([], "gru(8, 0.1, 3)", "E0203", "2 arguments, but 3 are given", "3"),
    ([], "gru", "E0203", "needs `units`", "gru"),
    ([], "gru(8, h=x)", "E0302", "the first value of `h` has shape [8], but the value is [10, 3]", "x"),
    ([], 'gru(8, h="x")', "E0206", "a tensor or a number, not the text", '"x"'),
    ([], "gru(8, reverse=1)", "E0206", "true or false", "1"),
    ([], "gru(0)", "E0206", "needs units >= 1", "0"),
    ([], "gru(8, state_dropout=1)", "E0206", "state_dropout < 1", "1"),
    ([], "dense(8, reverse=true)", "E0203", "no parameter `reverse`", "reverse=true"),
    ([], "bidirectional(dense(8))", "E0203", "`dense` has no parameter `reverse`", "bidirectional(dense(8))"),
    ([], "bidirectional(lstm)", "E0203", "needs `units`", "bidirectional(lstm)"),
    ([], "flatten -> gru(8)", "E0313", "a sequence [time, in], but gets [30]", "gru(8)"),
    ([], "mean(axis=0) -> gru(8)", "E0313", "but gets [3]", "gru(8)"),
    ([], "reshape(5, 2, 3) -> gru(8)", "E0313", "but gets [5, 2, 3]", "gru(8)"),
    ([], "gru(8) -> last -> last", "E0313", "`last` takes the last step", "last"),
    ([], "y = x -> gru(8); output y.c", "E0217", "no `c`", "y.c"),
    ([], "output x.h", "E0217", "no `h`", "x.h"),
    ([], "output gru(8) + 1", "E0217", "`+` does not go with a cell (`gru`)", None),
]


@pytest.mark.parametrize(("lines", "use", "code", "words", "place"), MISTAKES, ids=[f"{m[2]} {m[3]}" for m in MISTAKES])
def test_mistakes(lines: list[str], use: str, code: str, words: str, place: str | None) -> None:
    cell = "\n".join(["cell own(units) {", *lines, "}"]) if lines else ""
    _, found = check(f"{cell}\nnetwork n {{\ninput x[10, 3]\n{use}\n}}\n")
    assert [d.code for d in found] == [code], [d.message for d in found]
    (problem,) = found
    assert words in problem.message
    assert problem.span is not None and place in (None, problem.span.text)


ELSEWHERE = [  # what other libraries have, and words of the help
    ("lstm(8, return_sequences=true)", "`-> last` keeps the last one"),
    ("lstm(8, go_backwards=true)", "`reverse=true`"),
    ("lstm(8, dropout=0.3)", "`-> dropout(0.3)`"),
    ("gru(8, num_layers=2)", "`lstm(64) -> lstm(64)`"),
    ("gru(8, initial_state=0)", "`lstm(64, h=start, c=start)`"),
    ("gru(8, activation=relu)", "`act=relu`"),
    ("gru(8, bidirectional=true)", "around the cell"),
    ("last -> repeat_vector(3)", "did you mean `copies`?"),
    ("simple_rnn(8)", "did you mean `elman`?"),
]


@pytest.mark.parametrize(("use", "help"), ELSEWHERE)
def test_habits_from_other_libraries(use: str, help: str) -> None:
    _, found = check(f"network n {{\ninput x[10, 3]\n{use}\n}}\n")
    assert len(found) == 1 and help in (found[0].help or ""), found


BACKWARDS = [  # lines of a network over [10, 3], and how often `last` is warned of
    (["gru(3, reverse=true) -> last"], 1),
    (["gru(3, reverse=true)", "last -> dense(2)"], 1),
    (["output x -> bidirectional(gru(3)) -> last"], 1),
    (["y = x -> gru(3, reverse=true) -> last"], 1),
    (["bidirectional(gru(3), ends=true)"], 0),
    (["gru(3, reverse=false) -> last"], 0),
    (["gru(3, reverse=true) -> gru(3) -> last"], 0),
    (["gru(3) -> last"], 0),
    (["y = x -> gru(3, reverse=true)", "output y[0]"], 0),
]


@pytest.mark.parametrize(("lines", "count"), BACKWARDS, ids=[" ; ".join(lines) for lines, _ in BACKWARDS])
def test_the_last_step_of_what_goes_backwards_is_warned_of(lines: list[str], count: int) -> None:
    _, found = check("\n".join(["network n {", "input x[10, 3]", *lines, "}"]))
    assert [d.code for d in found] == ["W0404"] * count
