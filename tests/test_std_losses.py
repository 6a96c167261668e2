"""Losses and regularizers of the library: gradients against differences, values and gradients against PyTorch.

Logits of 1e4 give finite numbers, the same as PyTorch's stable functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from cpu_tools import run
from std_tools import Array, check_gradient, check_values, checked, close, field, loss, rng, setting, slopes, weights_of

from nndsl.backend.reference import evaluate
from nndsl.data.types import Field
from nndsl.ir.node import concrete
from nndsl.lower import step_graph
from nndsl.lower.graphs import StepGraph
from nndsl.passes.autodiff import gradients
from nndsl.semantics.program import Train

Draw = Callable[[np.random.Generator, tuple[int, ...]], Array]  # the shape holds the batch
Expected = Callable[[Any, Any, Any], Any]  # torch, output, target -> [B, ...]: its mean over the rest is the loss


@dataclass(frozen=True)
class Case:
    """text: as it stands after `loss`. output, target: the kinds of both. body: what the input flows through first.

    draw, aim: values of the input, and of the target.
    """

    text: str
    output: str
    target: str
    draw: Draw
    aim: Draw
    expected: Expected
    body: str = "identity"

    @property
    def over_classes(self) -> bool:
        """The output's last axis are classes; else one output speaks of two classes, or is a number."""
        return self.text in ("nll", "cross_entropy")


def normal(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return 2 * rng.normal(size=shape)


def shares(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return rng.uniform(0.02, 0.98, size=shape)


def distribution(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    e = np.exp(rng.normal(size=shape))
    return np.asarray(e / e.sum(-1, keepdims=True))


def one_hot(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return np.eye(shape[-1])[rng.integers(shape[-1], size=shape[:-1])]


def ids(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return rng.integers(shape[-1], size=shape[:-1])


def bits(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return rng.integers(2, size=shape)


def functional(name: str, **keys: Any) -> Expected:
    return lambda torch, y, z: getattr(torch.nn.functional, name)(y, z.to(y.dtype), reduction="none", **keys)


def picked(torch: Any, logarithms: Any, k: Any) -> Any:
    return -logarithms.gather(-1, k.long().unsqueeze(-1)).squeeze(-1)


def cross_entropy(torch: Any, y: Any, k: Any) -> Any:
    """PyTorch has the classes on the second axis."""
    soft = k.ndim == y.ndim
    return torch.nn.functional.cross_entropy(y.movedim(-1, 1), k.movedim(-1, 1) if soft else k.long(), reduction="none")


def hinge(torch: Any, y: Any, k: Any) -> Any:
    return torch.clamp(1 - (2 * k - 1) * y, min=0)


BCE = functional("binary_cross_entropy")
LOGITS = functional("binary_cross_entropy_with_logits")

CASES: dict[str, tuple[Case, ...]] = {
    "mse": (Case("mse", "real", "real", normal, normal, functional("mse_loss")),),
    "mae": (Case("mae", "real", "real", normal, normal, functional("l1_loss")),),
    "huber": (
        Case("huber", "real", "real", normal, normal, functional("huber_loss")),
        Case("huber(delta=2.5)", "real", "real", normal, normal, functional("huber_loss", delta=2.5)),
    ),
    "nll": (
        Case("nll", "probability", "category", distribution, ids, lambda torch, y, k: picked(torch, y.log(), k)),
        Case("nll", "real", "category", normal, ids, cross_entropy, "softmax"),
    ),
    "cross_entropy": (
        Case("cross_entropy", "real", "category", normal, ids, cross_entropy),
        Case("cross_entropy", "real", "onehot", normal, one_hot, cross_entropy),
        Case("cross_entropy", "real", "probability", normal, distribution, cross_entropy),
    ),
    "bce": (
        Case("bce", "probability", "category", shares, bits, BCE),
        Case("bce", "probability", "probability", shares, shares, BCE),
        Case("bce", "probability", "real", shares, bits, BCE),
        Case("bce", "real", "category", normal, bits, LOGITS, "sigmoid"),
        Case("bce", "real", "probability", normal, shares, LOGITS, "sigmoid"),
    ),
    "hinge": (Case("hinge", "real", "category", normal, bits, hinge),),
}  # fmt: skip
ALL = [pytest.param(c, id=f"{c.text} {c.body} {c.target}") for cases in CASES.values() for c in cases]
LOGIT_CASES = [
    pytest.param(c, id=f"{c.text} {c.body} {c.target}")
    for name in ("nll", "cross_entropy", "bce", "hinge")
    for c in CASES[name]
    if c.output == "real"
]
SHAPES = [(4,), (2,), (3, 2)]  # of one example's output
BATCHES = [1, 3]


def fields(case: Case, shape: tuple[int, ...]) -> tuple[Field, Field]:
    classes = 0
    if case.target in ("category", "onehot"):
        classes = shape[-1] if case.over_classes else 2
    return field(shape, case.output), field(aim_shape(case, shape), case.target, classes)


def aim_shape(case: Case, shape: tuple[int, ...]) -> tuple[int, ...]:
    """A target of one category has no axis, whether the output is [1] or one number."""
    if case.target == "category" and (case.over_classes or shape == (1,)):
        return shape[:-1]
    return shape


def drawn(case: Case, shape: tuple[int, ...], batch: int) -> tuple[Array, Array]:
    made = rng(case.text, shape, batch)
    aims = case.aim(made, (batch, *shape))
    return case.draw(made, (batch, *shape)), aims if case.over_classes else aims.reshape(batch, *aim_shape(case, shape))


def torch_values(case: Case, x: Array, z: Array, weights: Array) -> list[Array]:
    """PyTorch's loss of each example, and its gradient weighted by example, in float64."""
    torch = pytest.importorskip("torch")
    leaf = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    aims = torch.tensor(z) if case.over_classes else torch.tensor(z).reshape(leaf.shape)
    value = case.expected(torch, leaf, aims).reshape(len(x), -1).mean(1)
    (value * torch.tensor(weights.reshape(-1))).sum().backward()
    return [value.detach().numpy(), leaf.grad.numpy()]


SHAPED = [
    pytest.param(c, shape, id=f"{c.text} {c.body} {c.target} {list(shape)}")
    for cases in CASES.values()
    for c in cases
    for shape in (SHAPES if c.over_classes else [*SHAPES, (1,), ()])
]


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize(("case", "shape"), SHAPED)
def test_gradient(case: Case, shape: tuple[int, ...], batch: int) -> None:
    graph = loss(case.text, *fields(case, shape), body=case.body)
    (x, z), at = (leaf for leaf, _ in graph.inputs), setting(batch)
    assert graph.loss is not None
    values = dict(zip((x, z), drawn(case, shape, batch), strict=True))
    check_gradient(graph.loss, [x], values, at)


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize(("case", "shape"), SHAPED)
def test_as_in_pytorch(case: Case, shape: tuple[int, ...], batch: int) -> None:
    graph = loss(case.text, *fields(case, shape), body=case.body)
    (x, z), at = (leaf for leaf, _ in graph.inputs), setting(batch)
    assert graph.loss is not None and graph.loss.shape[0] == "B"
    values, aims = drawn(case, shape, batch)
    wanted = torch_values(case, values, aims, weights_of(graph.loss, at))
    check_values(graph.loss, [x], {x: values, z: aims}, wanted, at)


@pytest.mark.parametrize("case", LOGIT_CASES)
def test_extreme_logits_as_in_pytorch(case: Case) -> None:
    """1e4 on the right and on the wrong side: no infinity, and the gradient that PyTorch's stable functions have."""
    shape, batch = ((4,), 4) if case.over_classes else ((), 4)
    graph, at = loss(case.text, *fields(case, shape), body=case.body), setting(batch)
    (x, z) = (leaf for leaf, _ in graph.inputs)
    assert graph.loss is not None
    scale = np.array([1e4, -1e4, 1e4, 3e3]).reshape(batch, *(1 for _ in shape))
    values = scale * (np.array([1.0, 1.0, -1.0, 0.5]) if not shape else np.array([1.0, -1.0, 0.25, 0.99]))
    aims = drawn(case, shape, batch)[1]
    if case.target == "category":
        aims = np.arange(4) if case.over_classes else np.array([1, 1, 0, 0])
    wanted = torch_values(case, values, aims, weights_of(graph.loss, at))
    check_values(graph.loss, [x], {x: values, z: aims}, wanted, at)
    assert np.abs(wanted[0]).max() > 1e3, "the wrong side is among them"


@pytest.mark.parametrize("name", ["mse", "mae", "huber"])
def test_large_distances_stay_finite(name: str) -> None:
    (case, *_), at = CASES[name], setting(2)
    graph = loss(case.text, *fields(case, (2,)))
    (x, z) = (leaf for leaf, _ in graph.inputs)
    assert graph.loss is not None
    values, aims = np.array([[1e4, -1e4], [0.0, 1e-4]]), np.array([[-1e4, 1e4], [1e4, 0.0]])
    wanted = torch_values(case, values, aims, weights_of(graph.loss, at))
    found = run(slopes(graph.loss, [x]), {x: values, z: aims}, setting(2, "float32"))
    for have, want in zip(found, wanted, strict=True):
        close(have.reshape(want.shape), want)


def test_probabilities_of_0_and_1_that_are_right_cost_nothing_in_bce() -> None:
    """0 * log(0) is 0 there: what a target of 1 says of 1 - y must not be infinity times 0."""
    graph = loss("bce", field((), "real"), field((), "category", 2), body="sigmoid")
    (x, z) = (leaf for leaf, _ in graph.inputs)
    assert graph.loss is not None
    values = {x: np.array([1e4, -1e4]), z: np.array([1, 0])}
    assert evaluate(slopes(graph.loss, [x]), values, setting(2))[0].reshape(-1).tolist() == [0.0, 0.0]


def test_hinge_as_in_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    graph = loss("hinge", field(()), field((), "category", 2))
    (x, z) = (leaf for leaf, _ in graph.inputs)
    assert graph.loss is not None
    made = rng("hinge")
    y, k = 2 * made.normal(size=20), made.integers(2, size=20)
    value = evaluate([graph.loss], {x: y, z: k}, setting(20))[0].mean()
    assert value == pytest.approx(metrics.hinge_loss(2 * k - 1, y), abs=1e-12)


@pytest.mark.parametrize("delta", [0.0, -1.0])
def test_huber_needs_a_positive_delta(delta: float) -> None:
    from nndsl.diagnostics import Fault

    with pytest.raises(Fault, match="huber"):
        loss(f"huber(delta={delta})", field((1,)), field((1,)))


# ---- regularizers ----------------------------------------------------------------------------------------

REGULARIZERS: dict[str, tuple[tuple[str, Callable[[Array], Array], Callable[[Array], Array]], ...]] = {
    "l1": (
        ("l1", lambda w: 1e-4 * np.abs(w).sum(), lambda w: 1e-4 * np.sign(w)),
        ("l1(0.02)", lambda w: 0.02 * np.abs(w).sum(), lambda w: 0.02 * np.sign(w)),
    ),
    "l2": (
        ("l2", lambda w: 1.8e-4 * (w**2).sum(), lambda w: 3.6e-4 * w),
        ("l2(c=0.5)", lambda w: 0.5 * (w**2).sum(), lambda w: w),
    ),
}
PENALISED = """
data d {{
  columns a, b, c
  rows [[1, 2, 3], [2, 1, 5], [0, 1, 2]]
  input (a, b)
  target c
}}
network n for d {{ dense(3) -> dense(1) }}
train n on d {{
  loss mse
  optimizer sgd(lr=0.1)
{lines}
}}
"""


def penalised(*lines: str) -> StepGraph:
    """The step of a run with these lines among its options."""
    done = checked(PENALISED.format(lines="\n".join(f"  regularize {line}" for line in lines)))
    (train,) = (action for action in done.program.actions if isinstance(action, Train))
    return step_graph(done.program, train, done.signatures["d"])


@pytest.mark.parametrize("row", [row for rows in REGULARIZERS.values() for row in rows], ids=lambda row: row[0])
def test_regularizer(row: tuple[str, Callable[[Array], Array], Callable[[Array], Array]]) -> None:
    """It adds its equation of each weight, and nothing of the biases."""
    text, value, slope = row
    graph = penalised(text)
    made, at = rng(text), setting(3)
    values = {v.leaf: made.normal(size=concrete(v.leaf.shape, {})) for v in graph.trained}
    values |= {leaf: made.normal(size=concrete(leaf.shape, at.sizes)) for leaf, _ in graph.inputs}
    weights = [v.leaf for v in graph.trained if v.leaf.rank == 2]
    assert len(weights) == 2 and len(graph.trained) == 4
    objective, plain = evaluate([graph.objective, graph.loss], values, at)
    added = sum(value(values[w]) for w in weights)
    np.testing.assert_allclose(objective - plain.reshape(objective.shape), added, rtol=1e-10)
    leaves = [v.leaf for v in graph.trained]
    with_, without = (evaluate(gradients(node, leaves), values, at) for node in (graph.objective, graph.loss))
    for leaf, a, c in zip(leaves, with_, without, strict=True):
        np.testing.assert_allclose(a - c, slope(values[leaf]) if leaf in weights else 0.0, rtol=1e-7, atol=1e-12)
    check_gradient(graph.objective, leaves, values, at)


def test_regularizers_add_up() -> None:
    both, one, other, none = penalised("l1(0.1)", "l2(0.2)"), penalised("l1(0.1)"), penalised("l2(0.2)"), penalised()
    made, at = rng("both"), setting(3)
    values = {v.leaf: made.normal(size=concrete(v.leaf.shape, {})) for v in both.trained}
    values |= {leaf: made.normal(size=concrete(leaf.shape, at.sizes)) for leaf, _ in both.inputs}
    a, c, d, e = (float(evaluate([g.objective], values, at)[0].item()) for g in (both, one, other, none))
    assert a - e == pytest.approx((c - e) + (d - e), rel=1e-12)
