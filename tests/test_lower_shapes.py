"""What bodies mean: shapes and values of expressions, against NumPy written out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nndsl.backend.reference import evaluate
from nndsl.data.types import Field, Signature
from nndsl.diagnostics import Collector, Source, Span
from nndsl.ir.primitive import Setting
from nndsl.lower import check_program, network_graph
from nndsl.lower.graphs import NetworkGraph
from nndsl.syntax import parse

HERE = Span(Source("data.nn", "data d"), 0, 6)
ROWS = 6


def network(
    body: str, shape: tuple[int, ...] = (4,), kind: str = "real", *, training: bool = False, more: str = ""
) -> NetworkGraph:
    """The graph of a network with this body, for examples of this shape."""
    collector = Collector()
    module = parse(Source("script.nn", f"{more}\nnetwork net {{\n{body}\n}}\n"), collector)
    program = check_program(module, Path("/nowhere"), collector).program
    assert not collector.errors, [d.message for d in collector]
    names = tuple(str(i) for i in range(5)) if kind in ("category", "onehot") else ()
    signature = Signature("d", HERE, {"train": ROWS}, Field(("a",), shape, kind, HERE, names), None, {"features": 4})
    return network_graph(program, program.networks["net"], signature, training=training)


def value(graph: NetworkGraph, x: NDArray[Any]) -> NDArray[np.float64]:
    feed = {graph.inputs[0].node: x}
    for variable in (*graph.parameters, *graph.states):
        feed[variable.leaf] = evaluate([variable.initial], {}, Setting(precision="float64"))[0]
    return evaluate([graph.outputs[0].node], feed, Setting(sizes={"B": len(x)}, precision="float64"))[0]


X = np.random.default_rng(1).normal(size=(ROWS, 3, 4))
K = np.arange(ROWS).reshape(ROWS) % 5
SOFT = np.exp(X) / np.exp(X).sum(-1, keepdims=True)

# (expression of x [3, 4], what it is in NumPy with the batch in front)
EXPRESSIONS = [
    ("x + 1", X + 1),
    ("2 * x^2 - x / 2", 2 * X**2 - X / 2),
    ("-x", -X),
    ("abs(x) + sign(x) + exp(x) + sin(x) * cos(x)", np.abs(X) + np.sign(X) + np.exp(X) + np.sin(X) * np.cos(X)),
    ("where(x > 0, x, 0.1 * x)", np.where(X > 0, X, 0.1 * X)),
    ("where(x > 0 and not x > 1, 1, 0)", ((X > 0) & ~(X > 1)).astype(float)),
    ("max(x, 0) + min(x, 0.5)", np.maximum(X, 0) + np.minimum(X, 0.5)),
    ("sum(x)", X.sum((1, 2))),
    ("x - mean(x)", X - X.mean((1, 2), keepdims=True)),
    ("x - mean(x, axis=-1)", X - X.mean(-1, keepdims=True)),
    ("x - mean(x, axis=0)", X - X.mean(1, keepdims=True)),
    ("x * sum(x, axis=[0, 1])", X * X.sum((1, 2), keepdims=True)),
    ("sum(x, axis=0)", X.sum(1)),
    ("sum(x, axis=1)", X.sum(2)),
    ("sum(x, axis=0) + sum(x, axis=0)[1]", X.sum(1) + X.sum(1)[:, 1:2]),
    ("sum(x, axis=-1) + x[:, 0]", X.sum(2) + X[:, :, 0]),
    ("x - mean(x, axis=batch)", X - X.mean(0)),
    ("x - mean(x, axis=[batch, 0])", X - X.mean((0, 1))),
    ("sqrt(var(x)) - std(x)", np.zeros(ROWS)),
    ("prod(x, axis=-1)", X.prod(2)),
    ("argmax(x, axis=-1)", X.argmax(2)),
    ("x[1]", X[:, 1]),
    ("x[-1, 2]", X[:, -1, 2]),
    ("x[0:2]", X[:, 0:2]),
    ("x[1:3, 0:2]", X[:, 1:3, 0:2]),
    ("flatten(x)", X.reshape(ROWS, 12)),
    ("reshape(x, 2, 6)", X.reshape(ROWS, 2, 6)),
    ("reshape(x, 2, -1)", X.reshape(ROWS, 2, 6)),
    ("transpose(x)", X.transpose(0, 2, 1)),
    ("transpose(x) @ x", X.transpose(0, 2, 1) @ X),
    ("concat(x, x)", np.concatenate([X, X], -1)),
    ("concat(x, 2 * x, axis=0)", np.concatenate([X, 2 * X], 1)),
    ("concat(split(x, 2))", X),
    ("softmax(x)", SOFT),
    ("log_softmax(x) - log(softmax(x))", np.zeros((ROWS, 3, 4))),
    ("x -> softmax", SOFT),
    ("x -> leaky_relu(0.2)", np.where(X > 0, X, 0.2 * X)),
    ("x -> flatten -> reshape(4, 3)", X.reshape(ROWS, 4, 3)),
    ("(x + x) -> identity", 2 * X),
    ("x * count(x)", X * 12),
    ("shape(x)[1] * x", X * 4),
    ("pi * x", np.pi * X),
    ("x * 1 + 0 * sum(x) * sum(x, axis=0)", X),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), EXPRESSIONS, ids=[text for text, _ in EXPRESSIONS])
def test_expressions(text: str, wanted: NDArray[np.float64]) -> None:
    graph = network(f"input x[...]\noutput {text}", (3, 4))
    found = value(graph, X)
    assert found.shape == (ROWS, *graph.outputs[0].shape)
    np.testing.assert_allclose(found.reshape(wanted.shape), wanted, rtol=1e-12, atol=1e-12)
    assert found.size == wanted.size


@pytest.mark.parametrize(
    ("body", "shape", "output"),
    [
        ("dense(7)", (4,), (7,)),
        ("dense(7)", (3, 4), (3, 7)),
        ("flatten -> dense(2) -> relu -> dense(5)", (3, 4), (5,)),
        ("input x[a, b]\nparam W[b, a]\noutput x @ W", (3, 4), (3, 3)),
        ("input x[a, b]\nparam w[b]\noutput x @ w", (3, 4), (3,)),
        ("input x[28, 28, 1]\nflatten", (28, 28), (784,)),
        ("input x[in]\nrepeat 3 { dense(in) -> tanh }\ndense(2 * in)", (4,), (8,)),
        ("h = dense(3)\ng = x -> dense(3)\noutput h * g", (4,), (3,)),
        ("a, b = split(x, 2)\noutput concat(a, b, a)", (4,), (6,)),
        ("x -> reshape(2, 2, 1) -> dense(3)", (4,), (2, 2, 3)),
        ("normal(5) -> dense(2)", (4,), (2,)),
        ("x + normal(x) -> dropout(0.5) -> noise -> mask -> batchnorm -> layernorm", (4,), (4,)),
        ("output sum(x)", (4,), ()),
        ("dense(features)", (4,), (4,)),
        ("mean(axis=0) -> dense(2)", (3, 4), (2,)),
    ],
)
@pytest.mark.parametrize("training", [True, False])
def test_shapes_of_networks(body: str, shape: tuple[int, ...], output: tuple[int, ...], training: bool) -> None:
    graph = network(body, shape, training=training)
    assert graph.outputs[0].shape == output
    assert graph.outputs[0].node.shape == ("B", *output)


def test_a_category_chooses_among_the_values_of_classes() -> None:
    graph = network("input k\noutput one_hot(k, 5)", (), "category")
    np.testing.assert_array_equal(value(graph, K), np.eye(5)[K])
    table = network("embedding(5, 3)", (2,), "category")
    assert table.outputs[0].shape == (2, 3)


def test_kinds() -> None:
    own = "activation mine(x) = exp(x) / sum(exp(x))\nactivation half(x) = 1 / (1 + exp(-x))\n"
    for body, kind in [
        ("dense(3)", "real"),
        ("dense(3) -> softmax", "probability"),
        ("dense(1) -> sigmoid", "probability"),
        ("dense(3) -> mine", "probability"),
        ("dense(1) -> half", "probability"),
        ("dense(3) -> log_softmax", "real"),
        ("dense(3) -> softmax -> reshape(1, 3)", "probability"),
        ("output 1 - (x -> dense(1) -> sigmoid)", "real"),
    ]:
        assert network(body, more=own).outputs[0].kind == kind


def test_names_and_sharing_of_parameters() -> None:
    more = "layer block(n) { input x[in]; x -> dense(n) -> dense(in) }\nnetwork encoder { dense(3) }\n"
    graph = network(
        "a = encoder(x)\nb = x -> encoder\nx -> block(5)\nx -> block(6)\noutput concat(a, b, x -> dense(1))", more=more
    )
    assert [v.name for v in graph.parameters] == [
        "encoder.dense_1.W", "encoder.dense_1.b", "block_1.dense_1.W", "block_1.dense_1.b", "block_1.dense_2.W",
        "block_1.dense_2.b", "block_2.dense_1.W", "block_2.dense_1.b", "block_2.dense_2.W", "block_2.dense_2.b",
        "dense_1.W", "dense_1.b",
    ]  # fmt: skip
    assert len({v.leaf for v in graph.parameters}) == len(graph.parameters)
    initial = {v.name: evaluate([v.initial], {}, Setting(precision="float64"))[0] for v in graph.parameters}
    assert not np.allclose(initial["block_1.dense_1.W"][:, :5], initial["block_2.dense_1.W"][:, :5])


def test_several_outputs_penalties_and_states() -> None:
    body = """input x[in]
state seen[in] = 0
seen' = seen + mean(x, axis=batch)
penalty size = 0.1 * sum(x^2)
output x, 2 * x"""
    graph = network(body, training=True)
    assert [out.shape for out in graph.outputs] == [(4,), (4,)]
    assert [name for name, _ in graph.penalties] == ["net.size"]
    ((leaf, node),) = graph.updates
    x = np.random.default_rng(0).normal(size=(ROWS, 4))
    setting = Setting(sizes={"B": ROWS}, precision="float64")
    found = evaluate([node, graph.penalties[0][1]], {graph.inputs[0].node: x, leaf: np.ones(4)}, setting)
    np.testing.assert_allclose(found[0], 1 + x.mean(0))
    np.testing.assert_allclose(found[1], 0.1 * (x**2).sum(1).mean())
    assert network(body, training=False).updates == ()


def test_random_numbers_are_new_for_each_use_and_the_same_each_time() -> None:
    body = "input x\noutput concat(normal(x), normal(x), uniform(3))"
    x = np.zeros((ROWS, 4))
    first = value(network(body), x)
    assert not np.allclose(first[:, :4], first[:, 4:8])
    np.testing.assert_array_equal(first, value(network(body), x))


def test_a_layer_of_dense_weights_is_one_product_and_one_sum() -> None:
    from nndsl.ir.node import topological

    ops = [node.op for node in topological([network("dense(7)").outputs[0].node])]
    assert sorted(ops) == ["add", "einsum", "input", "param", "param"]
