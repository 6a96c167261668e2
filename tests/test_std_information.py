"""Information of the library: values against SciPy, slopes against PyTorch and differences, and the same numbers as the
functions of lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from std_tools import (
    Array,
    check_gradient,
    check_values,
    checked,
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
from nndsl.lower.graphs import NetworkGraph
from nndsl.semantics import information

Torch = Any
LN2 = float(np.log(2))

# of a distribution p over the last axis, and for `kl` of q beside it; as PyTorch says it, and as SciPy does
CASES: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "surprise": (lambda torch, p: -torch.log2(p), lambda p: -np.log2(p)),
    "entropy": (lambda torch, p: -torch.xlogy(p, p).sum(-1) / LN2, lambda p: _scipy().entropy(p, base=2, axis=-1)),
    "kl": (
        lambda torch, p, q: (torch.xlogy(p, p) - torch.xlogy(p, q)).sum(-1) / LN2,
        lambda p, q: _scipy().entropy(p, q, base=2, axis=-1),
    ),
}
SHAPES = [(2,), (5,), (3, 4)]
ALL = [pytest.param(name, shape, id=f"{name} {list(shape)}") for name in CASES for shape in SHAPES]


def _scipy() -> Any:
    return pytest.importorskip("scipy.stats")


def drawn(name: str, shape: tuple[int, ...], batch: int) -> list[Array]:
    """One distribution over the last axis for each example, two for `kl`."""
    made = rng(name, shape, batch)
    count = 2 if name == "kl" else 1
    return [made.dirichlet(np.ones(shape[-1]) * 2, size=(batch, *shape[:-1])) for _ in range(count)]


def graph_of(name: str, shape: tuple[int, ...]) -> NetworkGraph:
    """A network whose input is a probability: the two halves of its first axis for `kl`."""
    if name == "kl":
        return network("  input x[...]\n  output kl(x[0], x[1])", field((2, *shape), "probability"))
    return network(f"  input x[...]\n  output {name}(x)", field(shape, "probability"))


def fed(values: list[Array]) -> Array:
    return np.stack(values, axis=1) if len(values) == 2 else values[0]


@pytest.mark.parametrize(("name", "shape"), ALL)
def test_as_in_scipy_and_pytorch(name: str, shape: tuple[int, ...]) -> None:
    torch = pytest.importorskip("torch")
    graph, at, values = graph_of(name, shape), setting(3), drawn(name, shape, 3)
    x, y = graph.inputs[0].node, graph.outputs[0].node
    expected, by_scipy = CASES[name]
    leaf = torch.tensor(fed(values), requires_grad=True)
    parts = (leaf[:, 0], leaf[:, 1]) if name == "kl" else (leaf,)
    wanted = expected(torch, *parts)
    (wanted * torch.tensor(weights_of(y, at)).reshape(wanted.shape)).sum().backward()
    np.testing.assert_allclose(wanted.detach().numpy(), by_scipy(*values), rtol=1e-9, atol=1e-12)
    check_values(y, [x], {x: fed(values)}, [wanted.detach().numpy(), leaf.grad.numpy()], at)


@pytest.mark.parametrize(("name", "shape"), ALL)
def test_gradient(name: str, shape: tuple[int, ...]) -> None:
    graph = graph_of(name, shape)
    x = graph.inputs[0].node
    values = fed(drawn(name, shape, 2))
    check_gradient(graph.outputs[0].node, [x], {x: values}, setting(2))


def value(name: str, *given: list[float], precision: str = "float64") -> tuple[float, Array]:
    """The value for one example, and its slopes, in use."""
    graph = graph_of(name, (len(given[0]),))
    x, y = graph.inputs[0].node, graph.outputs[0].node
    values = fed([np.array([p], np.float64) for p in given])
    found, slope = evaluate(slopes(y, [x]), {x: values}, setting(1, precision))
    return float(found.reshape(-1)[0]), slope


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_what_cannot_be_adds_nothing(precision: str) -> None:
    for name, given, wanted in (
        ("entropy", ([1.0, 0.0],), 0.0),
        ("entropy", ([0.5, 0.5, 0.0],), 1.0),
        ("kl", ([1.0, 0.0], [0.5, 0.5]), 1.0),
        ("kl", ([0.5, 0.0, 0.5], [0.5, 0.0, 0.5]), 0.0),
        ("kl", ([1.0, 0.0], [0.0, 1.0]), np.inf),
    ):
        found, slope = value(name, *given, precision=precision)
        assert found == pytest.approx(wanted, abs=1e-6), (name, given)
        assert np.isfinite(slope).all() or wanted == np.inf, (name, given, slope)


def test_surprise_of_nothing_is_without_bound() -> None:
    assert value("surprise", [0.0, 1.0])[0] == np.inf


@pytest.mark.parametrize("name", ["surprise", "entropy", "kl"])
def test_the_same_as_of_lists(name: str) -> None:
    values = [list(p[0]) for p in drawn(name, (6,), 1)]
    given = [values[0][0]] if name == "surprise" else values
    assert value(name, *values)[0] == pytest.approx(getattr(information, name)(*given), rel=1e-12)


def test_scores_far_apart_stay_finite() -> None:
    """The logarithm of a softmax is taken of its scores, behind the guard against 0 too."""
    body = "  input x[...]\n  p = softmax(x[0])\n  output kl(p, softmax(x[1])), entropy(p)"
    graph, at = network(body, field((2, 3))), setting(1, "float32")
    x = graph.inputs[0].node
    scores = np.array([[[0.0, 1.0, 2.0], [400.0, 0.0, -400.0]]])
    for out in graph.outputs:
        found = evaluate(slopes(out.node, [x]), {x: scores}, at)
        assert all(np.isfinite(part).all() for part in found)
    p = np.exp([0.0, 1, 2]) / np.exp([0.0, 1, 2]).sum()
    wanted = (p * (np.log2(p) - np.array([0, -400, -800]) / LN2)).sum()
    assert float(evaluate(slopes(graph.outputs[0].node, [x]), {x: scores}, at)[0].squeeze()) == pytest.approx(
        wanted, rel=1e-5
    )


def test_the_loss_cross_entropy_is_the_entropy_and_the_divergence_in_nats() -> None:
    from std_tools import loss

    scores, target = rng("loss").normal(size=(4, 3)), rng("target").dirichlet(np.ones(3), 4)
    soft = field((3,), "probability")
    graph, at = loss("cross_entropy", field((3,)), soft), setting(4)
    leaves = {part: node for node, part in graph.inputs}
    assert graph.loss is not None
    found = evaluate([graph.loss], {leaves["input"]: scores, leaves["target"]: target}, at)[0].reshape(-1)
    p = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
    close(found, np.array([information.cross_entropy(a, b) for a, b in zip(target, p, strict=True)]) * LN2)


OWN = """
loss divergence(y: probability, z: probability) = kl(z, y)
loss astonished(y: probability, k: category) = surprise(y[k])
metric doubt(y: probability, k: category): error = mean(entropy(y))
layer sure { input p[..., classes]
 output 1 - entropy(softmax(p)) / log2(classes) }
activation doubtful(x: logit) = x * surprise(sigmoid(x))
"""
DATA = (
    'data d {\n  columns a, k\n  rows [[1, "n"], [2, "y"], [3, "y"]]\n  input a\n  target k -> category\n}\n'
    "network n for d { dense(classes) -> softmax }\nnetwork s for d { dense(4) -> doubtful -> sure }\n"
    "train n on d as r { loss astonished; epochs 2; metrics doubt }\n"
)


def test_in_losses_metrics_layers_and_activations() -> None:
    import nndsl

    run = nndsl.compile(OWN + DATA + "expect r.history.doubt[0] <= 1\n").run()["r"]
    assert 0 < run.history.doubt[0] <= 1
    checked(OWN + DATA)


def test_the_logarithm_to_the_base_of_2() -> None:
    torch = pytest.importorskip("torch")
    graph, at = network("  input x[3]\n  output log2(x) + log2(8)", field((3,))), setting(2)
    x, y = graph.inputs[0].node, graph.outputs[0].node
    values = rng("log2").uniform(0.1, 9, size=(2, 3))
    leaf = torch.tensor(values, requires_grad=True)
    wanted = torch.log2(leaf) + 3
    (wanted * torch.tensor(weights_of(y, at))).sum().backward()
    check_values(y, [x], {x: values}, [wanted.detach().numpy(), leaf.grad.numpy()], at)


@pytest.mark.parametrize("call", ["surprise(x)", "entropy(x)", "kl(x, x)"])
def test_scores_are_no_probabilities(call: str) -> None:
    text = f"network n {{\n  input x[3]\n  h = log_softmax(x)\n  output {call.replace('x', 'h')}\n}}\n"
    assert [code for code, _ in refused(text)] == ["E0305"]
