"""Views on the CPU against the reference: as operands of maps, reductions and products, and as outputs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from cpu_tools import compare

from nndsl.ir import Node, Setting
from nndsl.ir import build as b
from nndsl.passes.autodiff import gradients

RNG = np.random.default_rng(4)
X = RNG.normal(size=(6, 4, 5))
SIZES = {"B": 6}

VIEWS: dict[str, Callable[[Node], Node]] = {
    "reshape": lambda x: b.reshape(x, ("B", 20)),
    "transpose": lambda x: b.transpose(x, (0, 2, 1)),
    "rotate": lambda x: b.transpose(x, (2, 0, 1)),
    "slice": lambda x: b.slice_(x, 1, 1, 3),
    "last slice": lambda x: b.slice_(x, 2, 2, 4),
    "column": lambda x: b.slice_(x, 2, 3, 4),
    "plane": lambda x: b.slice_(x, 1, 3, 4),
    "column, squeezed": lambda x: b.reshape(b.slice_(x, 2, 3, 4), ("B", 4)),
    "empty": lambda x: b.slice_(x, 1, 2, 2),
    "pad": lambda x: b.pad(x, 1, 1, 2),
    "last pad": lambda x: b.pad(x, 2, 0, 1),
    "concat": lambda x: b.concat([x, b.neg(x), x], 1),
    "last concat": lambda x: b.concat([b.slice_(x, 2, 0, 2), x], 2),
    "expand": lambda x: b.expand(b.reduce_sum(x, 1), x.shape),
    "expand from the left": lambda x: b.expand(x, (3, *x.shape)),
    "reshape of a transpose": lambda x: b.reshape(b.transpose(x, (0, 2, 1)), ("B", 20)),
    "transpose of a slice": lambda x: b.transpose(b.slice_(x, 2, 1, 4), (2, 0, 1)),
    "slice of a transpose": lambda x: b.slice_(b.transpose(x, (1, 2, 0)), 0, 1, 3),
    "reshape, transpose, reshape": lambda x: b.reshape(
        b.transpose(b.reshape(x, ("B", 2, 2, 5)), (0, 2, 1, 3)), ("B", 4, 5)
    ),
    "new axis": lambda x: b.unsqueeze(x, 1),
    "every second row": lambda x: b.slice_(x, 1, 1, 4, 2),
    "every second column": lambda x: b.slice_(x, 2, 0, 5, 2),
    "flip": lambda x: b.flip(x, 1),
    "flipped columns": lambda x: b.slice_(x, 2, 0, 4, -3),
    "every second row of every second column": lambda x: b.slice_(b.slice_(x, 2, 0, 5, 2), 1, 1, 4, 2),
    "transpose of a flip": lambda x: b.transpose(b.flip(x, 2), (0, 2, 1)),
    "pad between": lambda x: b.pad(x, 1, 1, 0, 2),
    "pad with a number": lambda x: b.pad(x, 2, 2, 1, 1, -1.5),
    "pad of a flip": lambda x: b.pad(b.flip(x, 1), 1, 1, 1),
    "windows": lambda x: b.windows(x, [2], [3], [1], [1]),
    "windows apart": lambda x: b.windows(x, [1], [2], [2], [2]),
    "windows over two axes": lambda x: b.windows(x, (1, 2), (2, 3), (2, 1), (1, 2)),
    "windows of a pad": lambda x: b.windows(b.pad(x, 1, 1, 1), [1], [3], [1], [1]),
    "slice of windows": lambda x: b.slice_(b.windows(x, [1], [2], [1], [1]), 1, 0, 3, 2),
    "windows of a transpose": lambda x: b.windows(b.transpose(x, (0, 2, 1)), [1], [2], [1], [1]),
    "overlap add": lambda x: b.overlap_add(x, [1], [2], [1], [11]),
    "overlap add, cut": lambda x: b.overlap_add(x, [1], [2], [2], [9], [3]),
    "overlap add along columns": lambda x: b.overlap_add(b.reshape(x, ("B", 2, 2, 5)), [2], [1], [3], [14]),
    "overlap add over two axes": lambda x: b.overlap_add(
        b.reshape(b.transpose(x, (0, 2, 1)), ("B", 5, 1, 2, 2)), (1, 2), (1, 2), (3, 1), (9, 2), (0, 1)
    ),
    "assemble": lambda x: b.assemble([x, b.neg(x)], ("B", 8, 5), [(0, 0, 0), (0, 1, 0)], [(1, 2, 1)] * 2),
    "assemble with gaps": lambda x: b.assemble([x], ("B", 9, 8), [(0, 1, 2)], [(1, 2, 1)]),
    "pad of a concat": lambda x: b.pad(b.concat([x, x], 2), 1, 2, 0),
}


@pytest.mark.parametrize("made", [False, True], ids=["of a leaf", "of a value"])
@pytest.mark.parametrize("name", VIEWS)
def test_a_view_as_output_as_operand_and_reduced(name: str, made: bool) -> None:
    x = b.input_("x", ("B", 4, 5))
    view = VIEWS[name](b.tanh(x) if made else x)
    outputs = [view, b.add(view, 1.5), b.reduce_sum(b.mul(view, view)), b.reduce_sum(view, -1), b.reduce_sum(view, 0)]
    compare(outputs, {x: X}, Setting(SIZES))


@pytest.mark.parametrize("name", [n for n in VIEWS if n != "empty"])
def test_a_view_as_operand_of_a_product(name: str) -> None:
    x = b.input_("x", ("B", 4, 5))
    view = VIEWS[name](x)
    letters = "abcdef"[: view.rank]
    outputs = [b.einsum(f"{letters},{letters[:-1]}z->{letters[:-2]}{letters[-1]}z", view, view)]
    outputs.append(b.einsum(f"{letters},z{letters[-1]}->{letters[:-1]}z", view, b.full((3, view.shape[-1]), 0.5)))
    outputs.append(b.einsum(f"{letters},{letters}->", view, view))
    compare(outputs, {x: X}, Setting(SIZES), 1e-5)


@pytest.mark.parametrize("dtype", ["int", "bool"])
def test_views_of_whole_numbers_and_conditions(dtype: str) -> None:
    k = b.input_("k", (4, 6), dtype)  # type: ignore[arg-type]
    outputs = [
        b.transpose(k, (1, 0)),
        b.reshape(b.slice_(k, 1, 1, 3), (8,)),
        b.concat([k, k], 0),
        b.where(b.cast(b.transpose(k, (1, 0)), "bool"), 1.0, 2.0),
    ]
    outputs += [b.pad(k, 1, 1, 1)] if dtype == "int" else [b.not_(b.slice_(k, 0, 1, 2))]
    compare(outputs, {k: RNG.integers(0, 2 if dtype == "bool" else 9, (4, 6))}, Setting())


@pytest.mark.parametrize("batch", [1, 2, 5])
def test_merged_axes_with_a_batch_of_one(batch: int) -> None:
    """The batch may be the last of merged axes, and have one row."""
    x, y = b.input_("x", (3, "B")), b.input_("y", (3, "B", 4))
    outputs = [
        b.exp(x),
        b.add(y, b.unsqueeze(x, 2)),
        b.reduce_sum(y, 2),
        b.reduce_sum(b.mul(y, b.unsqueeze(x, 2)), (0, 1)),
        b.transpose(y, (1, 0, 2)),
    ]
    compare(outputs, {x: RNG.normal(size=(3, batch)), y: RNG.normal(size=(3, batch, 4))}, Setting({"B": batch}))


@pytest.mark.parametrize("count", [1, 2, 3])
def test_windows_along_any_number_of_axes(count: int) -> None:
    """And what flows back through them, where they overlap."""
    axes, rng = tuple(range(1, count + 1)), np.random.default_rng(count)
    x = b.input_("x", ("B", *([5] * count), 2))
    seen = b.windows(x, axes, (2,) * count, (1,) * count, (2,) * count)
    loss = b.reduce_sum(b.mul(seen, b.sin(seen)))
    (slope,) = gradients(loss, [x])
    compare([seen, slope], {x: rng.standard_normal((2, *([5] * count), 2))}, Setting({"B": 2}, "float64"))
