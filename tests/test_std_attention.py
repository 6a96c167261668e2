"""Attention, positions and the transformer's block: values and gradients against PyTorch from the same weights, what a
causal step sees, and what is random against its law."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from cpu_tools import run
from hypothesis import given, settings
from hypothesis import strategies as st
from std_tools import (
    Array,
    check_gradient,
    checked,
    close,
    field,
    network,
    refused,
    rng,
    setting,
    signature,
    slopes,
    weights_of,
)

from nndsl.backend.reference import evaluate
from nndsl.ir.node import Node, concrete
from nndsl.lower.graphs import NetworkGraph
from nndsl.lower.network import elaborate

Weights = dict[str, Any]
Expected = Callable[[Any, Any, Weights], Any]  # (torch, x, parameters by name) -> the value in use


# ---- the same in PyTorch -----------------------------------------------------------------------------------


def future(torch: Any, time: int) -> Any:
    """What a causal step does not see."""
    return torch.triu(torch.ones(time, time, dtype=torch.bool), 1)


def multihead(torch: Any, x: Any, p: Weights, heads: int, causal: bool, prefix: str = "") -> Any:
    w = {name: p[prefix + name] for name in ("Wq", "Wk", "Wv", "Wo", "bq", "bk", "bv", "bo")}
    y, _ = torch.nn.functional.multi_head_attention_forward(
        *[x.transpose(0, 1)] * 3, x.shape[-1], heads,
        torch.cat([w["Wq"].T, w["Wk"].T, w["Wv"].T]), torch.cat([w["bq"], w["bk"], w["bv"]]), None, None, False, 0.0,
        w["Wo"].T, w["bo"], attn_mask=future(torch, x.shape[1]) if causal else None,
    )  # fmt: skip
    return y.transpose(0, 1)


def attention(heads: int, causal: bool) -> Expected:
    return lambda torch, x, p: multihead(torch, x, p, heads, causal)


def narrow(torch: Any, x: Any, p: Weights) -> Any:
    """Three heads that are narrower together than the input."""
    heads = [(x @ p[f"W{c}"] + p[f"b{c}"]).unflatten(-1, (3, 2)).transpose(1, 2) for c in "qkv"]
    seen = torch.nn.functional.scaled_dot_product_attention(*heads)
    return seen.transpose(1, 2).flatten(2) @ p["Wo"] + p["bo"]


def several(torch: Any, x: Any, p: Weights) -> Any:
    """Each sequence of an example by itself."""
    return multihead(torch, x.flatten(0, 1), p, 2, True).unflatten(0, x.shape[:2])


def attend(torch: Any, x: Any, p: Weights) -> Any:
    return torch.nn.functional.scaled_dot_product_attention(x, x, x)


def attend_causally(torch: Any, x: Any, p: Weights) -> Any:
    return torch.nn.functional.scaled_dot_product_attention(x, x, x, is_causal=True)


def waves(base: float) -> Expected:
    def expected(torch: Any, x: Any, p: Weights) -> Any:
        time, width = x.shape[-2:]
        place, i = np.arange(time)[:, None], np.arange(width)
        angle = place / base ** (2 * (i // 2) / width)
        return x + torch.tensor(np.where(i % 2 == 0, np.sin(angle), np.cos(angle)))

    return expected


def places(torch: Any, x: Any, p: Weights) -> Any:
    return x + p["table"][: x.shape[-2]]


def block(heads: int, hidden: int, causal: bool, act: str) -> Expected:
    """A TransformerEncoderLayer with the weights put in."""

    def expected(torch: Any, x: Any, p: Weights) -> Any:
        width = x.shape[-1]
        layer = torch.nn.TransformerEncoderLayer(
            width, heads, hidden, 0.0, act, batch_first=True, norm_first=True, dtype=torch.float64
        )
        a = "attention_1."
        given = {
            "norm1.weight": p["layernorm_1.scale"], "norm1.bias": p["layernorm_1.shift"],
            "norm2.weight": p["layernorm_2.scale"], "norm2.bias": p["layernorm_2.shift"],
            "self_attn.in_proj_weight": torch.cat([p[a + "Wq"].T, p[a + "Wk"].T, p[a + "Wv"].T]),
            "self_attn.in_proj_bias": torch.cat([p[a + "bq"], p[a + "bk"], p[a + "bv"]]),
            "self_attn.out_proj.weight": p[a + "Wo"].T, "self_attn.out_proj.bias": p[a + "bo"],
            "linear1.weight": p["dense_1.W"].T, "linear1.bias": p["dense_1.b"],
            "linear2.weight": p["dense_2.W"].T, "linear2.bias": p["dense_2.b"],
        }  # fmt: skip
        mask = future(torch, x.shape[1]) if causal else None
        return torch.func.functional_call(layer, given, (x, mask))

    return expected


@dataclass(frozen=True)
class Case:
    """text: as it stands after `->`. shapes: of one example."""

    text: str
    shapes: tuple[tuple[int, ...], ...]
    expected: Expected


CASES: dict[str, tuple[Case, ...]] = {
    "attend": (
        Case("pair(false)", ((4, 3), (1, 1), (2, 3, 4)), attend),
        Case("pair(true)", ((4, 3), (1, 2), (2, 3, 4)), attend_causally),
    ),
    "attention": (
        Case("attention", ((5, 3), (1, 1)), attention(1, False)),
        Case("attention(causal=true)", ((5, 4),), attention(1, True)),
        Case("attention(4)", ((6, 8), (1, 4)), attention(4, False)),
        Case("attention(4, causal=true)", ((6, 8), (2, 4)), attention(4, True)),
        Case("attention(3, width=6)", ((4, 8), (4, 2)), narrow),
        Case("attention(2, causal=true)", ((3, 4, 6),), several),
    ),
    "positional": (
        Case("positional", ((5, 4), (7, 3), (1, 1), (2, 3, 4)), waves(10_000)),
        Case("positional(base=10)", ((5, 4),), waves(10)),
    ),
    "positions": (
        Case("positions", ((5, 4), (1, 1), (2, 3, 4)), places),
        Case("positions(9)", ((5, 4), (9, 2)), places),
    ),
    "transformer": (
        Case("transformer", ((5, 4),), block(1, 16, False, "gelu")),
        Case("transformer(2, causal=true)", ((5, 4),), block(2, 16, True, "gelu")),
        Case("transformer(4, hidden=6, act=relu)", ((3, 8),), block(4, 6, False, "relu")),
    ),
}  # fmt: skip
# attend takes three values: a layer hands it the same one three times
PAIR = "layer pair(causal) {\n  input x[...]\n  output attend(x, x, x, causal)\n}"
SHAPED = [
    pytest.param(case, shape, id=f"{case.text} {list(shape)}")
    for cases in CASES.values()
    for case in cases
    for shape in case.shapes
]


@dataclass(frozen=True)
class Scene:
    """A layer alone in a network, with drawn values of its input and parameters."""

    graph: NetworkGraph
    values: dict[Node, Array]
    leaves: dict[str, Node]

    @property
    def output(self) -> Node:
        return self.graph.outputs[0].node


def scene(text: str, shape: tuple[int, ...], batch: int, *, training: bool = True) -> Scene:
    made = rng(text, shape, batch)
    graph = network(f"  input x[...]\n  x -> {text}", field(shape), training=training, before=PAIR)
    (x,) = graph.inputs
    values: dict[Node, Array] = {x.node: made.normal(size=(batch, *shape))}
    leaves = {"x": x.node}
    for variable in graph.parameters:
        values[variable.leaf] = 0.5 * made.normal(size=concrete(variable.leaf.shape, {}))
        leaves[variable.name.partition(".")[2]] = variable.leaf
    return Scene(graph, values, leaves)


def check_torch(case: Case, shape: tuple[int, ...], batch: int) -> None:
    """Values and gradients: float64 by the reference and natively to 1e-10, float32 natively to 1e-5."""
    torch = pytest.importorskip("torch")
    found = scene(case.text, shape, batch)
    at = setting(batch)
    tensors = {name: torch.tensor(found.values[leaf], requires_grad=True) for name, leaf in found.leaves.items()}
    y = case.expected(torch, tensors["x"], tensors)
    (y * torch.tensor(weights_of(found.output, at))).sum().backward()
    wanted = [y.detach().numpy(), *(t.grad.numpy() for t in tensors.values())]
    graph = slopes(found.output, list(found.leaves.values()))
    for have in (evaluate(graph, found.values, at), run(graph, found.values, at)):
        for one, want in zip(have, wanted, strict=True):
            close(one, want, 1e-10)
    for one, want in zip(run(graph, found.values, setting(batch, "float32")), wanted, strict=True):
        close(one, want)


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize(("case", "shape"), SHAPED)
def test_as_in_pytorch(case: Case, shape: tuple[int, ...], batch: int) -> None:
    check_torch(case, shape, batch)


@pytest.mark.parametrize("training", [True, False], ids=["training", "use"])
@pytest.mark.parametrize(
    "text", ["pair(true)", "attention(2, causal=true, dropout=0.3)", "transformer(2, dropout=0.2)"]
)
def test_gradient(text: str, training: bool) -> None:
    """Random layers too: the same seed and step draw the same numbers."""
    found = scene(text, (3, 4), 2, training=training)
    check_gradient(found.output, list(found.leaves.values()), found.values, setting(2, seed=3, step=1))


@settings(max_examples=12, deadline=None, derandomize=True)
@given(st.integers(1, 4), st.integers(1, 5), st.integers(1, 9), st.integers(1, 4), st.booleans())
def test_any_sizes(heads: int, size: int, time: int, batch: int, causal: bool) -> None:
    text = f"attention({heads}, causal={str(causal).lower()})"
    check_torch(Case(text, (), attention(heads, causal)), (time, heads * size), batch)


# ---- two sequences ---------------------------------------------------------------------------------------

CROSS = """  input x[7, 5]
  q = x[0:3]
  k = x[3:7]
  output attend(q, k, k[0:4, 0:2], CAUSAL)
"""


@pytest.mark.parametrize("causal", [True, False])
def test_queries_may_come_from_another_sequence(causal: bool) -> None:
    torch = pytest.importorskip("torch")
    graph = network(CROSS.replace("CAUSAL", str(causal).lower()), field((7, 5)))
    x = rng("cross").normal(size=(2, 7, 5))
    t = torch.tensor(x)
    want = torch.nn.functional.scaled_dot_product_attention(t[:, :3], t[:, 3:], t[:, 3:, :2], is_causal=causal)
    node, values = graph.outputs[0].node, {graph.inputs[0].node: x}
    assert node.shape == ("B", 3, 2)
    close(evaluate([node], values, setting(2))[0], want.numpy(), 1e-10)
    close(run([node], values, setting(2, "float32"))[0], want.numpy())


def test_queries_may_be_trained() -> None:
    """One query for all examples takes what it needs from each sequence."""
    torch = pytest.importorskip("torch")
    body = "  input x[time, in]\n  param q[2, in]\n  output attend(q, x, x)"
    graph = network(body, field((5, 4)))
    (x,), (q,) = graph.inputs, graph.parameters
    values = {x.node: rng("query").normal(size=(3, 5, 4)), q.leaf: rng("trained").normal(size=(2, 4))}
    tensors = [torch.tensor(value, requires_grad=True) for value in values.values()]
    y = torch.nn.functional.scaled_dot_product_attention(tensors[1].expand(3, 2, 4), tensors[0], tensors[0])
    node, at = graph.outputs[0].node, setting(3)
    (y * torch.tensor(weights_of(node, at))).sum().backward()
    for have, want in zip(evaluate(slopes(node, [*values]), values, at), [y, *(t.grad for t in tensors)], strict=True):
        close(have, want.detach().numpy(), 1e-10)
    for have, want in zip(
        run(slopes(node, [*values]), values, setting(3, "float32")), [y, *(t.grad for t in tensors)], strict=True
    ):
        close(have, want.detach().numpy())


# ---- what a step sees ------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["attention(2, causal=true)", "transformer(2, causal=true)"])
def test_a_causal_step_sees_nothing_behind_it(text: str) -> None:
    found = scene(text, (6, 4), 2)
    before = evaluate([found.output], found.values, setting(2))[0]
    x = found.values[found.leaves["x"]].copy()
    x[:, 3:] += 1
    after = evaluate([found.output], {**found.values, found.leaves["x"]: x}, setting(2))[0]
    np.testing.assert_array_equal(after[:, :3], before[:, :3])
    assert (np.abs(after[:, 3:] - before[:, 3:]).max(axis=-1) > 1e-6).all()


def test_scores_far_apart_do_not_overflow() -> None:
    found = scene("attention(2, causal=true)", (4, 4), 2)
    found.values[found.leaves["x"]] *= 1e4
    graph = slopes(found.output, list(found.leaves.values()))
    for precision in ("float32", "float64"):
        for value in run(graph, found.values, setting(2, precision)):
            assert np.isfinite(value).all()


# ---- dropout ---------------------------------------------------------------------------------------------


def test_weights_are_dropped_in_training_only_and_the_mean_stays() -> None:
    """With values that are all 1 each query gives the sum of its weights: 1 without dropout, and on average with it."""
    body = "  input x[6, 3]\n  output attend(x, x, full([6, 1], 1), dropout=0.4)"
    for training in (True, False):
        graph = network(body, field((6, 3)), training=training)
        node, (x,) = graph.outputs[0].node, graph.inputs
        drawn = evaluate([node], {x.node: 0.1 * rng("drop").normal(size=(500, 6, 3))}, setting(500, step=1))[0]
        if training:
            assert drawn.std() > 0.1
            assert abs(drawn.mean() - 1) < 5 * drawn.std() / np.sqrt(drawn.size)
        else:
            np.testing.assert_allclose(drawn, 1, rtol=1e-12)


def test_dropout_of_a_block_is_gone_in_use() -> None:
    found, plain = (
        scene(text, (4, 4), 2, training=False) for text in ("transformer(2, dropout=0.5)", "transformer(2)")
    )
    values = {plain.leaves[name]: found.values[leaf] for name, leaf in found.leaves.items()}
    have, want = evaluate([found.output], found.values, setting(2)), evaluate([plain.output], values, setting(2))
    np.testing.assert_array_equal(have[0], want[0])


# ---- wrong uses ------------------------------------------------------------------------------------------

WRONG = {
    "attention(3)": ("E0206", "mod(total, heads) == 0"),
    "attention(0)": ("E0206", "heads >= 1"),
    "attention(2, dropout=1)": ("E0206", "dropout < 1"),
    "positions(4)": ("E0206", "`places` is 4"),
    "positional(base=0)": ("E0206", "base > 0"),
    "flatten -> attention(2)": ("E0303", "takes [..., time, in]"),
    "attention(heads=2, causal=1, rate=0.1)": ("E0203", "`rate`"),
}


@pytest.mark.parametrize("text", WRONG)
def test_wrong_uses_are_said(text: str) -> None:
    code, words = WRONG[text]
    ((have, message),) = refused(f"network n {{\n  input x[5, 8]\n  {text}\n}}\n")
    assert (have, words in message) == (code, True), message


# ---- sequences of different lengths ----------------------------------------------------------------------

LENGTHS = np.array([5, 1, 7, 3], np.int32)


def padded(body: str, x: Array, lengths: Array | None, precision: str) -> list[Array]:
    """Value and gradients of the network by x and its parameters, for sequences padded together, or whole ones: in
    float64 by the reference, in float32 natively."""
    program = checked(f"network n {{\n{body}\n}}\n").program
    input = replace(field(x.shape[1:]), time=True, ragged=lengths is not None)
    done = elaborate(program, program.networks["n"], signature(input), training=True)
    values: dict[Node, Array] = {done.input.node: x}
    for variable in done.build.variables.values():
        values[variable.leaf] = 0.5 * rng(variable.name).normal(size=concrete(variable.leaf.shape, {}))
    leaves = list(values)
    if lengths is not None:
        assert done.build.lengths is not None
        values[done.build.lengths] = lengths
    graph = slopes(done.outputs[0].node, leaves)
    at = setting(len(x), precision)
    return run(graph, values, at) if precision == "float32" else evaluate(graph, values, at)


@pytest.mark.parametrize("padding", [0.0, 99.0])
@pytest.mark.parametrize(
    "body",
    [
        "attention(2) -> mean(axis=0)",
        "dense(4) -> positional -> transformer(2, causal=true) -> last",
        "positions -> transformer -> transformer(2) -> max(axis=0)",
    ],
)
def test_padding_is_no_key(body: str, padding: float) -> None:
    """A padded sequence gives what it gives alone, and its padding gets no gradient."""
    x = rng(body).normal(size=(4, 7, 4))
    for i, length in enumerate(LENGTHS):
        x[i, length:] = padding
    y, slope, *_ = padded(body, x, LENGTHS, "float64")
    for i, length in enumerate(LENGTHS):
        if "positions" not in body:  # its table is as long as the longest sequence
            close(y[i], padded(body, x[i : i + 1, :length], None, "float64")[0][0], 1e-10)
        assert (slope[i, length:] == 0).all() and (slope[i, :length] != 0).any()
    for one, want in zip(padded(body, x, LENGTHS, "float32"), padded(body, x, LENGTHS, "float64"), strict=True):
        close(one, want)
