"""The elementary functions of float32 against float64: errors in units in the last place, and the edges of their
range.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from cpu_tools import run
from numpy.typing import NDArray

from nndsl.ir import Setting
from nndsl.ir import build as b

RNG = np.random.default_rng(8)
_erf = np.vectorize(math.erf, otypes=[np.float64])


def _spread(low: float, high: float, count: int = 40_000) -> NDArray[np.float32]:
    """Even numbers over the range, and as many over its magnitudes."""
    even = np.linspace(low, high, count)
    small = np.exp(np.linspace(np.log(1e-30), np.log(max(abs(low), abs(high))), count)) * RNG.choice([-1, 1], count)
    return np.concatenate([even, np.clip(small, low, high)]).astype("float32")


# name, exact function, range, units in the last place, of the result or (where results near 0 cancel) of 1
CASES: tuple[tuple[str, Any, tuple[float, float], float, bool], ...] = (
    ("exp", np.exp, (-86.9, 88.7), 2, False),
    ("log", np.log, (1e-37, 3e38), 2, False),
    ("log1p", np.log1p, (-0.999, 1e30), 3, False),
    ("expm1", np.expm1, (-20, 88), 3, False),
    ("tanh", np.tanh, (-20, 20), 4, False),
    ("erf", _erf, (-6, 6), 5, False),
    ("sin", np.sin, (-800, 800), 2, True),
    ("cos", np.cos, (-800, 800), 2, True),
    ("sqrt", np.sqrt, (1e-37, 3e38), 1, False),
    ("floor", np.floor, (-1e9, 1e9), 0, False),
    ("sigmoid", lambda x: 1 / (1 + np.exp(-x)), (-80, 80), 4, False),
    ("softplus", lambda x: np.logaddexp(0, x), (-80, 80), 4, False),
)


def _values(name: str, x: NDArray[Any]) -> NDArray[np.float32]:
    leaf = b.input_("x", x.shape)
    return run([b.apply(name, leaf)], {leaf: x}, Setting())[0]


@pytest.mark.parametrize(("name", "exact", "interval", "units", "absolute"), CASES, ids=[c[0] for c in CASES])
def test_errors_in_units_in_the_last_place(
    name: str, exact: Any, interval: tuple[float, float], units: float, absolute: bool
) -> None:
    x = _spread(*interval)
    with np.errstate(all="ignore"):
        wanted = exact(x.astype("float64"))
    unit = np.spacing(
        np.maximum(np.abs(wanted), 1.0 if absolute else np.finfo("float32").tiny).astype("float32")
    ).astype("float64")
    error = np.abs(_values(name, x).astype("float64") - wanted) / unit
    assert error.max() <= units + 0.5, f"{error.max():.2f} units at x = {x[error.argmax()]!r}"


@pytest.mark.parametrize(
    ("x", "y"), [(2.0, 0.5), (1.5, -3.0), (10.0, 30.0), (0.0, 2.0), (-2.0, 3.0), (-2.0, 0.5), (0.0, 0.0), (0.0, -1.0)]
)
def test_powers(x: float, y: float) -> None:
    a, c = b.input_("x", (4,)), b.input_("y", (4,))
    with np.errstate(all="ignore"):
        wanted = np.power(np.full(4, x), y)
    np.testing.assert_allclose(run([b.power(a, c)], {a: x, c: y}, Setting())[0], wanted, rtol=3e-7)


NAN, INF, TINY = float("nan"), float("inf"), 1e-42
EDGES: dict[str, dict[float, float]] = {
    "exp": {
        NAN: NAN,
        INF: INF,
        -INF: 0.0,
        0.0: 1.0,
        89.0: INF,
        -104.0: 0.0,
        88.72: float(np.exp(np.float64(np.float32(88.72)))),
        TINY: 1.0,
    },
    "log": {
        NAN: NAN,
        INF: INF,
        -INF: NAN,
        0.0: -INF,
        -1.0: NAN,
        1.0: 0.0,
        TINY: float(np.log(np.float64(np.float32(TINY)))),
        3.4e38: float(np.log(3.4e38)),
    },
    "log1p": {
        NAN: NAN,
        INF: INF,
        -1.0: -INF,
        -2.0: NAN,
        0.0: 0.0,
        TINY: float(np.float32(TINY)),
        3.4e38: float(np.log(3.4e38)),
    },
    "expm1": {NAN: NAN, INF: INF, -INF: -1.0, 0.0: 0.0, -100.0: -1.0, 100.0: INF, TINY: float(np.float32(TINY))},
    "tanh": {NAN: NAN, INF: 1.0, -INF: -1.0, 0.0: 0.0, 30.0: 1.0, -30.0: -1.0},
    "erf": {NAN: NAN, INF: 1.0, -INF: -1.0, 0.0: 0.0, 9.0: 1.0, -9.0: -1.0},
    "sin": {NAN: NAN, 0.0: 0.0, INF: NAN, -INF: NAN},
    "cos": {NAN: NAN, 0.0: 1.0, INF: NAN, -INF: NAN},
    "sqrt": {NAN: NAN, INF: INF, -1.0: NAN, 0.0: 0.0},
    "floor": {NAN: NAN, INF: INF, -INF: -INF, -0.5: -1.0, 2.0: 2.0, 3e9: 3e9},
    "sigmoid": {NAN: NAN, INF: 1.0, -INF: 0.0, 0.0: 0.5, 1e4: 1.0, -1e4: 0.0},
    "softplus": {NAN: NAN, INF: INF, -INF: 0.0, 1e4: 1e4, -1e4: 0.0},
}


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("name", EDGES)
def test_edges_of_the_range(name: str, precision: str) -> None:
    edges = {x: y for x, y in EDGES[name].items() if precision == "float32" or x in (0.0, INF, -INF) or x != x}
    x = np.repeat(np.array(list(edges), precision), 16)  # in whole vectors, and in what is left over
    leaf = b.input_("x", x.shape)
    found = run([b.apply(name, leaf)], {leaf: x}, Setting(precision=precision))[0]
    np.testing.assert_allclose(found, np.repeat(np.array(list(edges.values())), 16), rtol=3e-7, atol=0)


def test_a_sine_of_a_large_number_is_near_enough() -> None:
    x = np.linspace(-8000, 8000, 9999).astype("float32")
    np.testing.assert_allclose(_values("sin", x), np.sin(x.astype("float64")), atol=3e-6)
