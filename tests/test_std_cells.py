"""Cells of the library: values and gradients against PyTorch from the same weights, or a loop over the equations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from cpu_tools import run
from hypothesis import given, settings
from hypothesis import strategies as st
from std_tools import Array, check_gradient, check_values, field, network, rng, setting, slopes, weights_of

from nndsl.backend.reference import evaluate
from nndsl.ir.node import Node, concrete
from nndsl.lower.graphs import NetworkGraph

Weights = dict[str, Any]
Expected = Callable[[Any, Any, Weights], Any]  # (torch, x [B, T, F], parameters by name) -> the value


# ---- the same in PyTorch -----------------------------------------------------------------------------------


def module(torch: Any, name: str, x: Any, weights: dict[str, Any], start: Any = None, **options: Any) -> Any:
    """A recurrent layer of PyTorch with these weights; its outputs at all steps."""
    units = weights["weight_hh_l0"].shape[1]
    layer = getattr(torch.nn, name)(x.shape[-1], units, batch_first=True, dtype=torch.float64, **options)
    return torch.func.functional_call(layer, weights, (x, start))[0]


def named(torch: Any, p: Weights, gates: str, prefix: str = "", more: Any = None) -> dict[str, Any]:
    """PyTorch's names: one matrix for all gates, and a second bias, which is 0 where ours has one alone."""

    def side(letter: str) -> Any:
        return torch.cat([p[f"{prefix}{letter}{gate}"] for gate in gates], -1)

    bias = side("b")
    second = torch.zeros_like(bias) if more is None else more
    return {"weight_ih_l0": side("W").T, "weight_hh_l0": side("U").T, "bias_ih_l0": bias, "bias_hh_l0": second}


def elman(act: str = "tanh") -> Expected:
    def value(torch: Any, x: Any, p: Weights) -> Any:
        weights = {"weight_ih_l0": p["W"].T, "weight_hh_l0": p["U"].T, "bias_ih_l0": p["b"]}
        return module(torch, "RNN", x, {**weights, "bias_hh_l0": torch.zeros_like(p["b"])}, nonlinearity=act)

    return value


def gru(torch: Any, x: Any, p: Weights, prefix: str = "") -> Any:
    cn = p[f"{prefix}cn"]
    return module(torch, "GRU", x, named(torch, p, "rzn", prefix, torch.cat([torch.zeros(2 * len(cn)), cn])))


def lstm(torch: Any, x: Any, p: Weights, prefix: str = "") -> Any:
    return module(torch, "LSTM", x, named(torch, p, "ifgo", prefix))


def backwards(forward: Callable[..., Any]) -> Callable[..., Any]:
    return lambda torch, x, p, *prefix: forward(torch, x.flip(1), p, *prefix).flip(1)


def jordan(torch: Any, x: Any, p: Weights) -> Any:
    y, found = torch.zeros(len(x), p["c"].shape[0], dtype=torch.float64), []
    for t in range(x.shape[1]):
        hidden = torch.sigmoid(x[:, t] @ p["W"] + y @ p["U"] + p["b"])
        y = torch.sigmoid(hidden @ p["V"] + p["c"])
        found.append(y)
    return torch.stack(found, 1)


def peephole(torch: Any, x: Any, p: Weights) -> Any:
    """Gers, Schraudolph and Schmidhuber 2002, with the gates' names of their section 2."""
    h = c = torch.zeros(len(x), p["bf"].shape[0], dtype=torch.float64)
    found = []
    for t in range(x.shape[1]):
        net = {gate: x[:, t] @ p[f"W{gate}"] + h @ p[f"U{gate}"] + p[f"b{gate}"] for gate in "fiog"}
        forget, enter = torch.sigmoid(net["f"] + c * p["pf"]), torch.sigmoid(net["i"] + c * p["pi"])
        c = c * forget + enter * torch.tanh(net["g"])
        h = torch.tanh(c) * torch.sigmoid(net["o"] + c * p["po"])
        found.append(h)
    return torch.stack(found, 1)


def both(torch: Any, x: Any, p: Weights) -> Any:
    return torch.cat([lstm(torch, x, p, "lstm_1."), backwards(lstm)(torch, x, p, "lstm_2.")], -1)


def both_ends(torch: Any, x: Any, p: Weights) -> Any:
    forward, backward = gru(torch, x, p, "gru_1."), backwards(gru)(torch, x, p, "gru_2.")
    return torch.cat([forward[:, -1], backward[:, 0]], -1)


def stacked(torch: Any, x: Any, p: Weights) -> Any:
    return lstm(torch, gru(torch, x, p, "gru_1."), p, "lstm_1.")[:, -1]


@dataclass(frozen=True)
class Case:
    """text: as it stands after `->`. expected: PyTorch's. flat: names of parameters are those of one cell."""

    text: str
    expected: Expected
    flat: bool = True


CASES: dict[str, tuple[Case, ...]] = {
    "elman": (
        Case("elman(4)", elman()),
        Case("elman(4, act=relu)", elman("relu")),
        Case("elman(3, reverse=true)", backwards(elman())),
    ),
    "jordan": (Case("jordan(4, 2)", jordan), Case("jordan(1, 1)", jordan)),
    "gru": (Case("gru(4)", gru), Case("gru(1)", gru), Case("gru(2, reverse=true)", backwards(gru))),
    "lstm": (
        Case("lstm(4)", lstm),
        Case("lstm(1)", lstm),
        Case("lstm(4) -> last", lambda torch, x, p: lstm(torch, x, p)[:, -1]),
        Case("gru(3) -> lstm(2) -> last", stacked, flat=False),
    ),
    "peephole_lstm": (Case("peephole_lstm(4)", peephole), Case("peephole_lstm(2)", peephole)),
    "bidirectional": (
        Case("bidirectional(lstm(3))", both, flat=False),
        Case("bidirectional(gru(2), ends=true)", both_ends, flat=False),
    ),
    "copies": (
        Case("flatten -> copies(3)", lambda torch, x, p: x.flatten(1)[:, None].repeat(1, 3, 1)),
        Case("flatten -> copies(1)", lambda torch, x, p: x.flatten(1)[:, None] * 1),
    ),
}  # fmt: skip
ROWS = [pytest.param(case, id=case.text) for cases in CASES.values() for case in cases]


@dataclass(frozen=True)
class Scene:
    """A cell alone in a network, with drawn values of its input and parameters."""

    graph: NetworkGraph
    leaves: dict[str, Node]
    values: dict[Node, Array]

    @property
    def output(self) -> Node:
        return self.graph.outputs[0].node


def scene(case: Case, shape: tuple[int, ...], batch: int, training: bool = True, before: str = "") -> Scene:
    made = rng(case.text, shape, batch)
    graph = network(f"  input x[...]\n  x -> {case.text}", field(shape), training=training, before=before)
    (x,) = graph.inputs
    leaves, values = {"x": x.node}, {x.node: made.normal(size=(batch, *shape))}
    for variable in graph.parameters:
        name = variable.name.rpartition(".")[2] if case.flat else variable.name.removeprefix("bidirectional_1.")
        leaves[name] = variable.leaf
        values[variable.leaf] = made.normal(size=concrete(variable.leaf.shape, {}))
    return Scene(graph, leaves, values)


def torch_values(case: Case, found: Scene, batch: int) -> list[Array]:
    """PyTorch's value, and its gradients weighted by element, in float64."""
    torch = pytest.importorskip("torch")
    tensors = {name: torch.tensor(found.values[leaf], requires_grad=True) for name, leaf in found.leaves.items()}
    y = case.expected(torch, tensors["x"], tensors)
    (y * torch.tensor(weights_of(found.output, setting(batch)))).sum().backward()
    return [y.detach().numpy(), *(t.grad.numpy() for t in tensors.values())]


@pytest.mark.filterwarnings("ignore:RNN module weights")
@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("shape", [(5, 3), (1, 2), (2, 1)], ids=str)
@pytest.mark.parametrize("case", ROWS)
def test_as_in_pytorch(case: Case, shape: tuple[int, ...], batch: int) -> None:
    found = scene(case, shape, batch)
    wanted = torch_values(case, found, batch)
    assert (batch, *found.graph.outputs[0].shape) == wanted[0].shape
    np.testing.assert_allclose(evaluate([found.output], found.values, setting(batch))[0], wanted[0], atol=1e-12)
    check_values(found.output, [*found.leaves.values()], found.values, wanted, setting(batch))


@pytest.mark.filterwarnings("ignore:RNN module weights")
@settings(max_examples=15, deadline=None)
@given(
    st.sampled_from(["elman", "gru", "lstm", "peephole_lstm"]),
    st.tuples(*[st.integers(1, 6)] * 4),
    st.booleans(),
)
def test_any_sizes(name: str, sizes: tuple[int, int, int, int], reverse: bool) -> None:
    time, features, units, batch = sizes
    plain = CASES[name][0].expected
    case = Case(f"{name}({units}, reverse={str(reverse).lower()})", backwards(plain) if reverse else plain)
    found = scene(case, (time, features), batch)
    wanted = torch_values(case, found, batch)
    graph = slopes(found.output, [*found.leaves.values()])
    for have, want in zip(evaluate(graph, found.values, setting(batch)), wanted, strict=True):
        np.testing.assert_allclose(have.reshape(want.shape), want, rtol=1e-10, atol=1e-10)


def test_natively_in_float64() -> None:
    found = scene(CASES["lstm"][0], (5, 3), 4)
    wanted = torch_values(CASES["lstm"][0], found, 4)
    have = run(slopes(found.output, [*found.leaves.values()]), found.values, setting(4))
    for one, want in zip(have, wanted, strict=True):
        np.testing.assert_allclose(one.reshape(want.shape), want, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("case", ROWS)
def test_gradient(case: Case) -> None:
    found = scene(case, (3, 2), 2)
    check_gradient(found.output, [*found.leaves.values()], found.values, setting(2, seed=3, step=1))
