"""Initializers of the library: bounds and moments against PyTorch's formulas, for vectors, matrices and more axes."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from std_tools import Array, field, network

from nndsl.backend.reference import evaluate
from nndsl.diagnostics import Fault
from nndsl.ir.primitive import Setting
from nndsl.runtime.weights import initial

Shape = tuple[int, ...]
SHAPES: tuple[Shape, ...] = ((40_000,), (100, 400), (400, 100), (3, 3, 50, 80), (1, 20_000), (20_000, 1))


def first(text: str, shape: Shape, *, seed: int = 1, precision: str = "float64", name: str = "W") -> Array:
    """The first value of `param W[...] ~ text`."""
    graph = network(f"  input x[...]\n  param {name}[{', '.join(map(str, shape))}] ~ {text}\n  output x", field((1,)))
    (variable,) = graph.parameters
    return evaluate([variable.initial], {}, Setting({}, precision, seed, 0))[0]


def fans(shape: Shape) -> tuple[int, int]:
    """As PyTorch counts them, whose weights are [out, in, ...]; a vector meets as many as it has."""
    if len(shape) == 1:
        return shape[0], shape[0]
    torch = pytest.importorskip("torch")
    turned = torch.empty(shape[-1], shape[-2], *shape[:-2])
    found: tuple[int, int] = torch.nn.init._calculate_fan_in_and_fan_out(turned)
    return found


@dataclass(frozen=True)
class Even:
    """Evenly between bounds."""

    bounds: Callable[[Shape], tuple[float, float]]


@dataclass(frozen=True)
class Bell:
    """Normally distributed: mean and standard deviation."""

    moments: Callable[[Shape], tuple[float, float]]


@dataclass(frozen=True)
class Same:
    """One number everywhere."""

    value: float


def glorot(shape: Shape) -> tuple[float, float]:
    """`torch.nn.init.xavier_uniform_`."""
    fan_in, fan_out = fans(shape)
    limit = math.sqrt(3) * math.sqrt(2 / (fan_in + fan_out))
    return -limit, limit


def he(shape: Shape) -> tuple[float, float]:
    """`torch.nn.init.kaiming_normal_(nonlinearity="relu")`: by fan_in."""
    torch = pytest.importorskip("torch")
    return 0.0, torch.nn.init.calculate_gain("relu") / math.sqrt(fans(shape)[0])


Law = Even | Bell | Same
CASES: dict[str, tuple[tuple[str, Law | None], ...]] = {
    "zeros": (("zeros", Same(0)),),
    "constant": (("constant", Same(0)), ("constant(1.5)", Same(1.5)), ("constant(value=-2)", Same(-2))),
    "uniform": (
        ("uniform", Even(lambda s: (-0.05, 0.05))),
        ("uniform(-1, 3)", Even(lambda s: (-1, 3))),
        ("uniform(high=0.1)", Even(lambda s: (-0.05, 0.1))),
    ),
    "normal": (
        ("normal", Bell(lambda s: (0, 0.05))),
        ("normal(std=2)", Bell(lambda s: (0, 2))),
        ("normal(3, 0.5)", Bell(lambda s: (3, 0.5))),
    ),
    "glorot": (("glorot", Even(glorot)),),
    "he": (("he", Bell(he)),),
    "orthogonal": (("orthogonal", None), ("orthogonal(gain=2)", None)),  # below
}
LAWS = [pytest.param(text, law, id=text) for rows in CASES.values() for text, law in rows if law is not None]
TEXTS = [text for rows in CASES.values() for text, _ in rows]
Q = 6.0  # standard deviations


def check_even(values: Array, low: float, high: float) -> None:
    """All within the bounds and near both ends; mean, variance and ten equal parts as they should be."""
    n, width = values.size, high - low
    rounding = 1e-6 * width
    assert low - rounding <= values.min() < low + 50 * width / n
    assert high - 50 * width / n < values.max() <= high + rounding
    assert abs(values.mean() - (low + high) / 2) < Q * width / math.sqrt(12 * n)
    assert abs(values.var() - width**2 / 12) < Q * width**2 / math.sqrt(180 * n)
    counts = np.histogram(values, 10, (low - rounding, high + rounding))[0]
    assert np.abs(counts - n / 10).max() < Q * math.sqrt(n * 0.1 * 0.9)


def check_bell(values: Array, mean: float, std: float) -> None:
    """The first four moments."""
    n, z = values.size, (values - mean) / std
    for power, moment, spread in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        assert abs((z**power).mean() - moment) < Q * math.sqrt(spread / n), power


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize(("text", "law"), LAWS)
def test_law(text: str, law: Law, shape: Shape, precision: str) -> None:
    values = first(text, shape, precision=precision).astype(np.float64)
    assert values.shape == shape
    match law:
        case Same(value):
            assert (values == value).all()
        case Even(bounds):
            check_even(values, *bounds(shape))
        case Bell(moments):
            check_bell(values, *moments(shape))


@pytest.mark.parametrize("gain", [1.0, 2.0])
@pytest.mark.parametrize("shape", [(5, 5), (8, 3), (3, 8), (1, 1), (1, 6), (6, 1), (64, 64)], ids=str)
def test_orthogonal(shape: Shape, gain: float) -> None:
    """Columns are orthogonal and of length gain, rows if there are fewer; as `torch.nn.init.orthogonal_`."""
    q = first(f"orthogonal({gain})", shape)
    assert q.shape == shape
    small = q if shape[0] >= shape[1] else q.T
    np.testing.assert_allclose(small.T @ small, gain**2 * np.eye(small.shape[1]), atol=1e-12)


def test_orthogonal_favours_no_direction() -> None:
    """Each sign is as likely as the other: the diagonal of R has been made positive."""
    signs = np.array([np.sign(np.diag(first("orthogonal", (4, 4), seed=seed))) for seed in range(200)])
    assert np.abs(signs.mean(0)).max() < Q / math.sqrt(200)


@pytest.mark.parametrize("text", TEXTS)
def test_values_depend_on_the_seed_and_the_name_alone(text: str) -> None:
    shape = (6, 4)
    one = first(text, shape)
    np.testing.assert_array_equal(one, first(text, shape))
    if not text.startswith(("zeros", "constant")):
        assert (one != first(text, shape, seed=2)).any()
        assert (one != first(text, shape, name="V")).any()
    np.testing.assert_allclose(first(text, shape, precision="float32"), one, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("text", TEXTS)
def test_the_runtime_begins_with_them(text: str) -> None:
    graph = network(f"  input x[...]\n  param W[6, 4] ~ {text}\n  output x", field((1,)))
    (variable,) = graph.parameters
    values = initial([variable], 1, "float32")[variable.leaf]
    np.testing.assert_array_equal(values, first(text, (6, 4), precision="float32"))


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("uniform(1, 1)", (3,)),
        ("uniform(high=-1)", (3,)),
        ("normal(std=-1)", (3,)),
        ("orthogonal", (3,)),
        ("orthogonal", (2, 3, 4)),
    ],
)
def test_what_makes_no_sense_is_said(text: str, shape: Shape) -> None:
    with pytest.raises(Fault, match=text.partition("(")[0]):
        first(text, shape)


def test_parameters_without_a_first_value_are_glorot() -> None:
    graph = network("  input x[...]\n  param W[100, 400]\n  output x", field((1,)))
    check_even(evaluate([graph.parameters[0].initial], {}, Setting({}, "float64", 1, 0))[0], *glorot((100, 400)))
