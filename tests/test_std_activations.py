"""Activations of the library: gradients against differences, values and gradients against PyTorch, at ordinary and at
extreme inputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from std_tools import Array, activation, check_gradient, check_values, field, rng, setting, slopes, weights_of

from nndsl.backend.reference import evaluate

Torch = Any


@dataclass(frozen=True)
class Case:
    """text: as it stands after `->`. expected: the same of a torch tensor. classes: it goes over the last axis."""

    text: str
    expected: Callable[[Torch, Any], Any]
    classes: bool = False


CASES: dict[str, tuple[Case, ...]] = {
    "identity": (Case("identity", lambda torch, x: x * 1),),
    "relu": (Case("relu", lambda torch, x: torch.relu(x)),),
    "leaky_relu": (
        Case("leaky_relu", lambda torch, x: torch.nn.functional.leaky_relu(x)),
        Case("leaky_relu(0.3)", lambda torch, x: torch.nn.functional.leaky_relu(x, 0.3)),
    ),
    "elu": (
        Case("elu", lambda torch, x: torch.nn.functional.elu(x)),
        Case("elu(alpha=0.4)", lambda torch, x: torch.nn.functional.elu(x, 0.4)),
    ),
    "gelu": (Case("gelu", lambda torch, x: torch.nn.functional.gelu(x)),),
    "silu": (Case("silu", lambda torch, x: torch.nn.functional.silu(x)),),
    "sigmoid": (Case("sigmoid", lambda torch, x: torch.sigmoid(x)),),
    "tanh": (Case("tanh", lambda torch, x: torch.tanh(x)),),
    "softplus": (Case("softplus", lambda torch, x: torch.logaddexp(x, 0 * x)),),
    "softmax": (Case("softmax", lambda torch, x: torch.softmax(x, -1), classes=True),),
    "log_softmax": (Case("log_softmax", lambda torch, x: torch.log_softmax(x, -1), classes=True),),
}
ALL = [pytest.param(case, id=case.text) for cases in CASES.values() for case in cases]
SHAPES = [(), (1,), (5,), (3, 1), (2, 3, 4)]  # of one example
BATCHES = [1, 3]
SHAPED = [  # classes stand on the last axis, two or more: softmax over one value is an error
    pytest.param(case, shape, id=f"{case.text} {list(shape)}")
    for cases in CASES.values()
    for case in cases
    for shape in SHAPES
    if not case.classes or (shape and shape[-1] > 1)
]
EXTREME = np.array([-1e4, -700.0, -90.0, -20.0, -1e-8, 1e-8, 20.0, 90.0, 700.0, 1e4])


def drawn(shape: tuple[int, ...], batch: int) -> Array:
    """Without values so near 0 that a difference would step over a kink."""
    x = 3 * rng(shape, batch).normal(size=(batch, *shape))
    return np.where(np.abs(x) < 1e-3, 0.5, x)


def torch_values(case: Case, x: Array, weights: Array) -> list[Array]:
    """PyTorch's value, and its gradient weighted by element, in float64."""
    torch = pytest.importorskip("torch")
    leaf = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    y = case.expected(torch, leaf)
    (y * torch.tensor(weights)).sum().backward()
    return [y.detach().numpy(), leaf.grad.numpy()]


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize(("case", "shape"), SHAPED)
def test_gradient(case: Case, shape: tuple[int, ...], batch: int) -> None:
    graph = activation(case.text, field(shape))
    x = graph.inputs[0].node
    check_gradient(graph.outputs[0].node, [x], {x: drawn(shape, batch)}, setting(batch))


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize(("case", "shape"), SHAPED)
def test_as_in_pytorch(case: Case, shape: tuple[int, ...], batch: int) -> None:
    graph, at = activation(case.text, field(shape)), setting(batch)
    x, y = graph.inputs[0].node, graph.outputs[0].node
    assert graph.outputs[0].shape == shape
    values = drawn(shape, batch)
    check_values(y, [x], {x: values}, torch_values(case, values, weights_of(y, at)), at)


@pytest.mark.parametrize("case", ALL)
def test_extreme_inputs_as_in_pytorch(case: Case) -> None:
    """Values of 1e4 neither overflow nor lose their gradient."""
    shape = (len(EXTREME),)
    graph, at = activation(case.text, field(shape)), setting(2)
    x, y = graph.inputs[0].node, graph.outputs[0].node
    values = np.stack([EXTREME, EXTREME[::-1] / 3])
    check_values(y, [x], {x: values}, torch_values(case, values, weights_of(y, at)), at)


@pytest.mark.parametrize("case", ALL)
def test_the_slope_at_zero_is_pytorchs(case: Case) -> None:
    """relu(0) has the slope 0, as almost everywhere else where it is 0."""
    graph, at = activation(case.text, field((3,))), setting(1)
    x, y = graph.inputs[0].node, graph.outputs[0].node
    wanted = torch_values(case, np.zeros((1, 3)), weights_of(y, at))[1]
    np.testing.assert_allclose(evaluate(slopes(y, [x]), {x: np.zeros((1, 3))}, at)[1], wanted, atol=1e-12)


@pytest.mark.parametrize(("name", "kind"), [("softmax", "probability"), ("sigmoid", "probability"), ("relu", "real")])
def test_kind_of_the_result(name: str, kind: str) -> None:
    assert activation(name, field((4,))).outputs[0].kind == kind
