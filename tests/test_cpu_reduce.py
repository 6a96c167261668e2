"""Reductions on the CPU against the reference: over each choice of axes, over maps and over what is read as it
stands.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from cpu_tools import compare

from nndsl.ir import Setting, of_kind
from nndsl.ir import build as b

NAMES = [row.name for row in of_kind("reduce") if not row.name.startswith("arg")]
AXES = [axes for n in (1, 2, 3) for axes in combinations(range(3), n)]
RNG = np.random.default_rng(3)
CUBE = RNG.normal(size=(4, 3, 5))


@pytest.mark.parametrize("axes", AXES, ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_a_reduction_of_a_read_and_of_a_map(name: str, axes: tuple[int, ...]) -> None:
    x = b.input_("x", ("B", 3, 5))
    small = b.reduce(name, x, axes)
    outputs = [small, b.reduce(name, b.sub(0.5, b.mul(x, x)), axes), b.sub(x, small), b.tanh(b.reduce(name, x, axes))]
    compare(outputs, {x: CUBE}, Setting({"B": 4}, "float32"))


@pytest.mark.parametrize("batch", [1, 2, 7])
@pytest.mark.parametrize("name", ["argmax", "argmin"])
def test_positions(name: str, batch: int) -> None:
    """With ties (the first counts), with what is not a number (it counts most), with infinities alone."""
    rows = np.array(
        [
            [0, 3, 3, -1, -1],
            [np.nan, 1, np.nan, 2, 0],
            [-np.inf] * 5,
            [np.inf] * 5,
            [1, np.nan, 5, -9, 0],
            [2] * 5,
            [5, 4, 3, 2, 1],
        ]
    )
    x = b.input_("x", ("B", 5))
    cube = b.input_("cube", ("B", 3, 5))
    outputs = [b.reduce(name, x, axis) for axis in (0, 1)] + [b.reduce(name, cube, axis) for axis in (0, 1, 2)]
    outputs += [b.reduce(name, b.neg(cube), 1), b.add(b.reduce(name, x, 1), 1), b.equal(b.reduce(name, cube, 2), 0)]
    compare(outputs, {x: rows[:batch], cube: RNG.normal(size=(batch, 3, 5)).round(1)}, Setting({"B": batch}))


def test_positions_of_whole_numbers_and_along_one_element() -> None:
    x, one = b.input_("x", (3, 4), "int"), b.input_("one", (3, 1))
    low = np.array([[-5, -(2**31), -3, -3], [2**31 - 1, 0, 0, 1], [7, 7, 7, 7]])
    outputs = [b.argmax(x, 0), b.argmax(x, 1), b.argmin(x, 0), b.argmin(x, 1), b.argmax(one, 1), b.argmax(one, 0)]
    compare(outputs, {x: low, one: np.array([[1.0], [3.0], [2.0]])}, Setting())


def test_accuracy_is_a_mean_over_positions() -> None:
    y, k = b.input_("y", ("B", 4)), b.input_("k", ("B",), "int")
    right = b.equal(b.squeeze(b.argmax(y, 1), 1), k)
    values = RNG.normal(size=(6, 4))
    given = {y: values, k: np.where(np.arange(6) % 2, values.argmax(1), 0)}
    compare([b.mean(b.cast(right, "float"), 0), right], given, Setting({"B": 6}))


def test_reductions_of_whole_numbers() -> None:
    x = b.input_("x", ("B", 3), "int")
    outputs = [b.reduce(name, x, axes) for name in NAMES for axes in (0, 1, (0, 1))]
    compare(outputs, {x: RNG.integers(-9, -1, (4, 3))}, Setting({"B": 4}))


def test_conditions_are_counted() -> None:
    x = b.input_("x", ("B", 3))
    outputs = [b.reduce_sum(b.greater(x, 0.0), 0), b.reduce_sum(b.input_("k", (5,), "bool"))]
    compare(
        outputs,
        {x: RNG.normal(size=(4, 3)), outputs[1].inputs[0].inputs[0]: np.array([1, 0, 1, 1, 0])},
        Setting({"B": 4}),
    )


@pytest.mark.parametrize("shape", [(1,), (1, 1), (1, 5), (5, 1), (0,), (0, 3), (3, 0), (2, 1, 3)], ids=str)
def test_axes_of_size_0_and_1(shape: tuple[int, ...]) -> None:
    x = b.input_("x", shape)
    axes = [(k,) for k in range(len(shape))] + [tuple(range(len(shape)))]
    names = [n for n in NAMES if n in ("sum", "prod") or 0 not in shape]
    outputs = [b.reduce(name, v, a) for name in names for v in (x, b.exp(x)) for a in axes]
    compare(outputs, {x: RNG.normal(size=shape)}, Setting())


def test_values_of_some_outer_axes_are_reduced_once() -> None:
    """A value of axis 0 alone, in a nest of three axes, counts once and not once in every row."""
    x, s = b.input_("x", ("B", 3, 5)), b.input_("s", ("B", 1, 1))
    scale = b.exp(s)
    outputs = [
        b.reduce_sum(b.mul(x, scale), (1, 2)),
        b.reduce_sum(scale, 0),
        b.reduce_sum(b.mul(x, scale)),
        scale,
        b.transpose(b.mul(x, scale), (2, 0, 1)),
    ]
    compare(outputs, {x: CUBE, s: RNG.normal(size=(4, 1, 1))}, Setting({"B": 4}, "float64"))


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_softmax_variance_and_norms_in_passes(precision: str) -> None:
    x = b.input_("x", ("B", 5))
    e = b.exp(b.sub(x, b.reduce_max(x, 1)))
    softmax = b.div(e, b.reduce_sum(e, 1))
    centred = b.sub(x, b.mean(x, (1,)))
    rows = b.div(centred, b.sqrt(b.add(b.mean(b.mul(centred, centred), (1,)), 1e-5)))
    around = b.sub(x, b.mean(x, (0,)))
    columns = b.div(around, b.sqrt(b.add(b.mean(b.mul(around, around), (0,)), 1e-5)))
    outputs = [
        softmax,
        b.log(softmax),
        rows,
        columns,
        b.mean(b.mul(softmax, rows), (0, 1)),
        b.reduce_sum(b.mul(columns, softmax), 0),
    ]
    compare(
        outputs,
        {x: RNG.normal(size=(6, 5)) * 20},
        Setting({"B": 6}, precision),
        4e-6 if precision == "float32" else None,
    )
