"""Layers of the library: gradients against differences, values against PyTorch, and what is random against its law."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Any

import numpy as np
import pytest
from cpu_tools import run
from std_tools import (
    Array,
    check_gradient,
    check_values,
    close,
    field,
    network,
    refused,
    rng,
    setting,
    slopes,
    weights_of,
)

from nndsl.backend.reference import evaluate
from nndsl.data.types import Field
from nndsl.ir.node import Node, concrete
from nndsl.lower.graphs import NetworkGraph


@dataclass(frozen=True)
class Case:
    """text: as it stands after `->`. shapes: of one example. expected: (torch, x, parameters by name) -> value in use.

    ids: of how many the input is one; else real. trained: names of parameters. training: whether its value in training
    is the same, not random.
    """

    text: str
    shapes: tuple[tuple[int, ...], ...]
    expected: Callable[[Any, Any, dict[str, Any]], Any]
    trained: tuple[str, ...] = ()
    ids: int = 0
    training: bool = True


def embedding(torch: Any, x: Any, p: dict[str, Any]) -> Any:
    return torch.nn.functional.embedding(x, p["table"])


def layernorm(eps: float) -> Callable[[Any, Any, dict[str, Any]], Any]:
    return lambda torch, x, p: torch.nn.functional.layer_norm(x, x.shape[-1:], p["scale"], p["shift"], eps)


SOME = ((3,), (1,), (2, 3, 4), (2, 1))
CASES: dict[str, tuple[Case, ...]] = {
    "dense": (
        Case("dense(4)", SOME, lambda torch, x, p: torch.nn.functional.linear(x, p["W"].T, p["b"]), ("W", "b")),
        Case("dense(1)", SOME, lambda torch, x, p: torch.nn.functional.linear(x, p["W"].T, p["b"]), ("W", "b")),
    ),
    "dropout": (Case("dropout(0.4)", SOME, lambda torch, x, p: x * 1, training=False),
                Case("dropout(0)", SOME, lambda torch, x, p: x * 1)),
    "batchnorm": (),  # below: it remembers
    "layernorm": (
        Case("layernorm", ((3,), (2, 3, 4), (2, 2)), layernorm(1e-5), ("scale", "shift")),
        Case("layernorm(eps=0.1)", ((3,), (1,)), layernorm(0.1), ("scale", "shift")),
    ),
    "flatten": (Case("flatten", ((2, 3, 4), (5,), (1, 1), ()), lambda torch, x, p: x.reshape(len(x), -1) * 1),),
    "reshape": (
        Case("reshape(6, 4)", ((2, 3, 4), (24,)), lambda torch, x, p: x.reshape(-1, 6, 4) * 1),
        Case("reshape(2, -1, 3)", ((2, 3, 4), (6,)), lambda torch, x, p: x.reshape(len(x), 2, -1, 3) * 1),
        Case("reshape(1)", ((), (1, 1)), lambda torch, x, p: x.reshape(-1, 1) * 1),
    ),
    "embedding": (
        Case("embedding(5, 3)", ((), (4,), (1,), (2, 2)), embedding,
             ("table",), ids=5),
        Case("embedding(1, 1)", ((4,),), embedding, ("table",), ids=1),
    ),
    "noise": (Case("noise(0.3)", SOME, lambda torch, x, p: x * 1, training=False),
              Case("noise(0)", SOME, lambda torch, x, p: x * 1)),
    "mask": (Case("mask(0.4)", SOME, lambda torch, x, p: x * 1, training=False),
             Case("mask(0)", SOME, lambda torch, x, p: x * 1)),
}  # fmt: skip
SHAPED = [
    pytest.param(case, shape, id=f"{case.text} {list(shape)}")
    for cases in CASES.values()
    for case in cases
    for shape in case.shapes
]


@dataclass(frozen=True)
class Scene:
    """A layer alone in a network, with drawn values of its input, parameters and states."""

    graph: NetworkGraph
    values: dict[Node, Array]
    leaves: dict[str, Node] = attribute(default_factory=dict)

    @property
    def output(self) -> Node:
        return self.graph.outputs[0].node

    @property
    def differentiated(self) -> list[Node]:
        """Everything but ids."""
        return [leaf for leaf in self.leaves.values() if leaf.dtype == "float"]


def scene(text: str, shape: tuple[int, ...], batch: int, *, training: bool, ids: int = 0) -> Scene:
    made = rng(text, shape, batch)
    input: Field = field(shape, "category", ids) if ids else field(shape)
    graph = network(f"  input x[...]\n  x -> {text}", input, training=training)
    (x,) = graph.inputs
    rows = made.integers(ids, size=(batch, *shape)) if ids else made.normal(size=(batch, *shape))
    values: dict[Node, Array] = {x.node: rows}
    leaves = {"x": x.node}
    for variable in graph.parameters:
        values[variable.leaf] = made.normal(size=concrete(variable.leaf.shape, {}))
        leaves[variable.name.rpartition(".")[2]] = variable.leaf
    for variable in graph.states:
        values[variable.leaf] = made.uniform(0.5, 2, size=concrete(variable.leaf.shape, {}))
    return Scene(graph, values, leaves)


def torch_values(case: Case, found: Scene, batch: int) -> list[Array]:
    """PyTorch's value, and its gradients weighted by element, in float64."""
    torch = pytest.importorskip("torch")
    tensors = {name: torch.tensor(found.values[leaf]) for name, leaf in found.leaves.items()}
    for tensor in tensors.values():
        tensor.requires_grad_(tensor.is_floating_point())
    y = case.expected(torch, tensors["x"], tensors)
    (y * torch.tensor(weights_of(found.output, setting(batch)))).sum().backward()
    return [y.detach().numpy(), *(t.grad.numpy() for t in tensors.values() if t.is_floating_point())]


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("training", [True, False], ids=["training", "use"])
@pytest.mark.parametrize(("case", "shape"), SHAPED)
def test_gradient(case: Case, shape: tuple[int, ...], training: bool, batch: int) -> None:
    """Random layers too: the same seed and step draw the same numbers."""
    found = scene(case.text, shape, batch, training=training, ids=case.ids)
    at = setting(batch, seed=3, step=1)
    check_gradient(found.output, found.differentiated, found.values, at)


MODES = [
    pytest.param(*row.values, training, id=f"{row.id} {'training' if training else 'use'}")
    for row in SHAPED
    for training in (True, False)
    if not training or row.values[0].training  # type: ignore[union-attr]
]


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize(("case", "shape", "training"), MODES)
def test_as_in_pytorch(case: Case, shape: tuple[int, ...], training: bool, batch: int) -> None:
    found = scene(case.text, shape, batch, training=training, ids=case.ids)
    assert tuple(name for name in found.leaves if name != "x") == case.trained
    wanted = torch_values(case, found, batch)
    assert (batch, *found.graph.outputs[0].shape) == wanted[0].shape
    check_values(found.output, found.differentiated, found.values, wanted, setting(batch))


@pytest.mark.parametrize("case", [c for cases in CASES.values() for c in cases if not c.training], ids=lambda c: c.text)
def test_what_is_random_in_training_changes_nothing_in_use(case: Case) -> None:
    found = scene(case.text, (3,), 2, training=False)
    assert found.output is found.leaves["x"]


# ---- embedding -------------------------------------------------------------------------------------------


def test_the_gradient_of_an_embedding_adds_up_where_an_id_comes_twice() -> None:
    found = scene("embedding(5, 3)", (4,), 2, training=True, ids=5)
    x, table = found.leaves["x"], found.leaves["table"]
    ids = np.array([[0, 3, 3, 0], [3, 1, 0, 3]])
    weights = weights_of(found.output, setting(2))
    wanted = np.zeros((5, 3))
    np.add.at(wanted, ids, weights)
    values = {x: ids, table: found.values[table]}
    np.testing.assert_allclose(evaluate(slopes(found.output, [table]), values, setting(2))[1], wanted, atol=1e-12)
    close(run(slopes(found.output, [table]), values, setting(2, "float32"))[1], wanted)
    assert (wanted[[2, 4]] == 0).all()


# ---- random layers ---------------------------------------------------------------------------------------


def in_training(
    text: str,
    x: Array,
    *,
    seed: int = 1,
    step: int = 1,
    precision: str = "float64",
    weights: Mapping[str, float] | None = None,
) -> Array:
    """The value of a layer whose parameters are those given, or 0."""
    graph = network(f"  input x[...]\n  x -> {text}", field(x.shape[1:]), training=True)
    at = setting(len(x), precision, seed=seed, step=step)
    values = {graph.inputs[0].node: x}
    for variable in (*graph.parameters, *graph.states):
        value = (weights or {}).get(variable.name.rpartition(".")[2], 0.0)
        values[variable.leaf] = np.full(concrete(variable.leaf.shape, {}), value)
    compute = evaluate if precision == "float64" else run
    return compute([graph.outputs[0].node], values, at)[0]


def gradient_in_training(text: str, x: Array) -> Array:
    graph = network(f"  input x[...]\n  x -> {text}", field(x.shape[1:]), training=True)
    at, leaf = setting(len(x), seed=1, step=1), graph.inputs[0].node
    return evaluate(slopes(graph.outputs[0].node, [leaf]), {leaf: x}, at)[1] / weights_of(graph.outputs[0].node, at)


N = 200  # examples of N values


def spread(rate: float) -> float:
    """Six standard deviations of a share of all draws."""
    return float(6 * (rate * (1 - rate)) ** 0.5 / N)


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_dropout(rate: float, precision: str) -> None:
    """A share `rate` becomes 0, the rest is divided by 1 - rate: the expectation stays."""
    x = rng(rate).uniform(1, 2, size=(N, N))
    y = in_training(f"dropout({rate})", x, precision=precision)
    kept = y != 0
    assert abs(1 - kept.mean() - rate) < spread(rate)
    np.testing.assert_allclose(y[kept], x[kept] / (1 - rate), rtol=1e-6)
    assert abs(y.mean() - x.mean()) < 2 * spread(rate) / (1 - rate)
    assert all(np.abs(kept.mean(axis) - (1 - rate)).max() < 6 * 0.5 / N**0.5 for axis in (0, 1)), "each row and column"


def test_the_gradient_of_dropout_is_what_was_kept() -> None:
    x = rng("dropout").uniform(1, 2, size=(20, 20))
    kept = in_training("dropout(0.3)", x) != 0
    np.testing.assert_allclose(gradient_in_training("dropout(0.3)", x), kept / 0.7, rtol=1e-9)


@pytest.mark.parametrize("rate", [0.1, 0.7])
def test_mask(rate: float) -> None:
    """A share `rate` becomes 0, the rest stays."""
    x = rng(rate).uniform(1, 2, size=(N, N))
    y = in_training(f"mask({rate})", x)
    assert abs((y == 0).mean() - rate) < spread(rate)
    np.testing.assert_array_equal(y[y != 0], x[y != 0])
    np.testing.assert_allclose(gradient_in_training(f"mask({rate})", x), y != 0, rtol=1e-9)


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize("std", [0.1, 2.0])
def test_noise(std: float, precision: str) -> None:
    """What is added is normal: its first four moments are."""
    x = rng(std).normal(size=(N, N))
    added = (in_training(f"noise({std})", x, precision=precision) - x) / std
    assert abs(added.mean()) < 6 / N
    assert abs((added**2).mean() - 1) < 6 * 2**0.5 / N
    assert abs((added**3).mean()) < 6 * 15**0.5 / N
    assert abs((added**4).mean() - 3) < 6 * 96**0.5 / N


@pytest.mark.parametrize("text", ["dropout(0.5)", "mask(0.5)", "noise(1)"])
def test_each_step_each_seed_and_each_use_draws_anew(text: str) -> None:
    x = np.ones((10, 10))
    first = in_training(text, x)
    np.testing.assert_array_equal(first, in_training(text, x))
    assert (first != in_training(text, x, step=2)).any()
    assert (first != in_training(text, x, seed=2)).any()
    graph = network(f"  input x[...]\n  a = x -> {text}\n  b = x -> {text}\n  output a, b", field((10,)), training=True)
    a, c = evaluate([v.node for v in graph.outputs], {graph.inputs[0].node: x}, setting(10, seed=1, step=1))
    assert (a != c).any()


# ---- batch normalisation ---------------------------------------------------------------------------------

BATCHNORM = [("batchnorm", 0.1, 1e-5), ("batchnorm(momentum=0.3, eps=0.01)", 0.3, 0.01)]


def torch_batchnorm(found: Scene, width: int, momentum: float, eps: float) -> Any:
    torch = pytest.importorskip("torch")
    layer = torch.nn.BatchNorm1d(width, eps=eps, momentum=momentum, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(found.values[found.leaves["scale"]]))
        layer.bias.copy_(torch.tensor(found.values[found.leaves["shift"]]))
        for variable in found.graph.states:
            own: Any = layer.running_mean if variable.name.endswith("average") else layer.running_var
            own.copy_(torch.tensor(found.values[variable.leaf]))
    return layer


def through(layer: Any, x: Array, weights: Array) -> list[Array]:
    """PyTorch's value and gradients; the features are on the last axis here, all other axes count as rows."""
    import torch

    leaf: Any = torch.tensor(x, requires_grad=True)
    layer.zero_grad()
    y = layer(leaf.reshape(-1, x.shape[-1])).reshape(x.shape)
    (y * torch.tensor(weights)).sum().backward()
    return [y.detach().numpy(), leaf.grad.numpy(), layer.weight.grad.numpy(), layer.bias.grad.numpy()]


@pytest.mark.parametrize(("text", "momentum", "eps"), BATCHNORM, ids=[row[0] for row in BATCHNORM])
@pytest.mark.parametrize("shape", [(3,), (1,), (2, 4), (2, 3, 2)], ids=str)
@pytest.mark.parametrize("training", [True, False], ids=["training", "use"])
def test_batchnorm(training: bool, shape: tuple[int, ...], text: str, momentum: float, eps: float) -> None:
    found, at = scene(text, shape, 5, training=training), setting(5)
    layer = torch_batchnorm(found, shape[-1], momentum, eps)
    layer.train(training)
    x = found.leaves["x"]
    wanted = through(layer, found.values[x], weights_of(found.output, at))
    check_values(found.output, [x, found.leaves["scale"], found.leaves["shift"]], found.values, wanted, at)
    check_gradient(found.output, found.differentiated, found.values, at, tolerance=1e-5)


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize("shape", [(3,), (2, 4)], ids=str)
def test_running_statistics_of_batchnorm(shape: tuple[int, ...], precision: str) -> None:
    """After several batches of different sizes; in use they change nothing more."""
    found = scene("batchnorm", shape, 6, training=True)
    layer = torch_batchnorm(found, shape[-1], 0.1, 1e-5)
    layer.train(True)
    x, made = found.leaves["x"], rng("running", shape)
    values = dict(found.values)
    compute = evaluate if precision == "float64" else run
    for batch in (6, 3, 6, 2):
        values[x] = 3 + 2 * made.normal(size=(batch, *shape))
        through(layer, values[x], np.ones((batch, *shape)))
        moved = compute([value for _, value in found.graph.updates], values, setting(batch, precision))
        values.update(zip((leaf for leaf, _ in found.graph.updates), moved, strict=True))
    for variable in found.graph.states:
        own = layer.running_mean if variable.name.endswith("average") else layer.running_var
        close(values[variable.leaf], np.asarray(own), 1e-10 if precision == "float64" else 1e-5)
    assert scene("batchnorm", shape, 6, training=False).graph.updates == ()


def test_batchnorm_begins_with_mean_0_and_variance_1() -> None:
    graph = network("  input x[...]\n  x -> batchnorm", field((3,)))
    first = {v.name: evaluate([v.initial], {}, setting(1))[0].tolist() for v in (*graph.parameters, *graph.states)}
    assert first == {
        "batchnorm_1.scale": [1, 1, 1],
        "batchnorm_1.shift": [0, 0, 0],
        "batchnorm_1.average": [0, 0, 0],
        "batchnorm_1.spread": [1, 1, 1],
    }


def test_batchnorm_of_one_example_is_finite() -> None:
    """PyTorch refuses; here the variance of one value is 0."""
    found, at = scene("batchnorm", (3,), 1, training=True), setting(1)
    nodes = [*slopes(found.output, found.differentiated), *(value for _, value in found.graph.updates)]
    for value in [*evaluate(nodes, found.values, at), *run(nodes, found.values, setting(1, "float32"))]:
        assert np.isfinite(value).all()


@pytest.mark.parametrize("text", ["batchnorm", "layernorm"])
def test_a_large_mean_spoils_no_variance(text: str) -> None:
    """Values around 1e4 have seven digits in float32, so that four are left of their differences."""
    x = (1e4 + 10 * rng(text).normal(size=(64, 16))).astype(np.float32).astype(np.float64)
    axis = 0 if text == "batchnorm" else 1
    wanted = (x - x.mean(axis, keepdims=True)) / np.sqrt(x.var(axis, keepdims=True) + 1e-5)
    close(in_training(text, x, precision="float32", weights={"scale": 1.0}), wanted, 1e-3)


# ---- misuse ----------------------------------------------------------------------------------------------

DATA = "data d {\n  columns a, b, y\n  rows [[1, 2, 3], [2, 5, 1]]\n  input (a, b)\n  target y\n}\n"
MISUSED = {
    "dense(0)": "E0206", "dense(1.5)": "E0206", "dense": "E0203", "dropout(1)": "E0206", "dropout(-0.1)": "E0206",
    "batchnorm(eps=0)": "E0206", "batchnorm(momentum=2)": "E0206", "layernorm(eps=0)": "E0206", "noise(-1)": "E0206",
    "mask(rate=1)": "E0206", "reshape(7, 7)": "E0302", "reshape": "E0203", "embedding(0, 2)": "E0206",
    "embedding(4)": "E0203", "embedding(4, 2)": "E0305",
}  # fmt: skip


@pytest.mark.parametrize(("text", "code"), MISUSED.items(), ids=MISUSED.keys())
def test_what_makes_no_sense_is_said(text: str, code: str) -> None:
    assert [found for found, _ in refused(f"{DATA}network n for d {{\n  {text}\n}}\n")] == [code]
