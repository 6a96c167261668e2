"""Windows that slide over axes, their adjoint, and arrays assembled from parts. Letters: K a window's size, O the
number of its positions, S its stride, D its dilation: O = (size - D (K - 1) - 1) // S + 1.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.ir import build as b
from nndsl.ir.node import DType, Node, Shape, ShapeError, concrete
from nndsl.ir.primitive import Primitive, Setting, precise
from nndsl.ir.shapes import known_axis
from nndsl.ir.windows import positions

Grads = tuple[Node | None, ...]
REAL = (-2.0, 2.0)
Inferred = tuple[Shape, DType]


def _checked(x: Node, attrs: dict[str, Any], *names: str) -> None:
    """Sorted axes, and as many numbers from 1 for each of `names`."""
    axes: tuple[int, ...] = attrs["axes"]
    if not axes or list(axes) != sorted(set(axes)) or x.dtype != "float":
        raise ShapeError(f"windows slide over sorted axes of real numbers, not {axes}", operands=(0,))
    for name in names:
        if len(attrs[name]) != len(axes) or any(value < 1 for value in attrs[name]):
            raise ShapeError(f"{name} {attrs[name]} are not a number from 1 for each of {len(axes)} axes")


def _infer_windows(inputs: tuple[Node, ...], attrs: dict[str, Any]) -> Inferred:
    (x,) = inputs
    _checked(x, attrs, "sizes", "strides", "dilations")
    shape = list(x.shape)
    for axis, k, s, d in zip(attrs["axes"], attrs["sizes"], attrs["strides"], attrs["dilations"], strict=True):
        size, reach = known_axis(x, axis), d * (k - 1) + 1
        if reach > size:
            raise ShapeError(
                f"a window of {reach} does not fit into {size}", operands=(0,), axes=(axis,), sizes=(reach, size)
            )
        shape[axis] = positions(size, k, s, d)
    return (*shape, *attrs["sizes"]), x.dtype


def _windows(node: Node, g: Node) -> Grads:
    x, axes = node.inputs[0], node["axes"]
    return (b.overlap_add(g, axes, node["strides"], node["dilations"], [known_axis(x, axis) for axis in axes]),)


def _windows_value(node: Node, setting: Setting, x: NDArray[Any]) -> NDArray[Any]:
    shape, strides = list(x.shape), list(x.strides)
    more: list[int] = []
    for axis, k, s, d in zip(node["axes"], node["sizes"], node["strides"], node["dilations"], strict=True):
        shape[axis] = positions(shape[axis], k, s, d)
        more.append(strides[axis] * d)
        strides[axis] *= s
    return np.lib.stride_tricks.as_strided(x, (*shape, *node["sizes"]), (*strides, *more), writeable=False)


def _infer_overlap_add(inputs: tuple[Node, ...], attrs: dict[str, Any]) -> Inferred:
    (g,) = inputs
    _checked(g, attrs, "strides", "dilations", "extents")
    axes: tuple[int, ...] = attrs["axes"]
    rank = g.rank - len(axes)
    if axes[-1] >= rank or len(attrs["starts"]) != len(axes) or any(start < 0 for start in attrs["starts"]):
        raise ShapeError(f"axes {axes} and as many for windows behind them are not in {g.rank}", operands=(0,))
    shape = list(g.shape[:rank])
    for axis, extent in zip(axes, attrs["extents"], strict=True):
        shape[axis] = extent
    return tuple(shape), g.dtype


def _overlap_add(node: Node, g: Node) -> Grads:
    """The windows of what was left out before and behind are 0."""
    x, axes = node.inputs[0], node["axes"]
    for i, axis in enumerate(axes):
        k, o = known_axis(x, x.rank - len(axes) + i), known_axis(x, axis)
        start, extent, reach = node["starts"][i], node["extents"][i], node["dilations"][i] * (k - 1) + 1
        whole = node["strides"][i] * (o - 1) + reach
        g = b.pad(g, axis, start, max(whole - start - extent, 0))
        if g.shape[axis] != whole:
            g = b.slice_(g, axis, 0, whole)
    return (b.windows(g, axes, x.shape[x.rank - len(axes) :], node["strides"], node["dilations"]),)  # type: ignore[arg-type]


def _overlap_add_value(node: Node, setting: Setting, g: NDArray[Any]) -> NDArray[Any]:
    axes = node["axes"]
    rank = g.ndim - len(axes)
    shape, cut = list(g.shape[:rank]), [slice(None)] * rank
    for i, axis in enumerate(axes):
        reach = node["dilations"][i] * (g.shape[rank + i] - 1) + 1
        start, extent = node["starts"][i], node["extents"][i]
        shape[axis] = max(node["strides"][i] * (g.shape[axis] - 1) + reach, start + extent)
        cut[axis] = slice(start, start + extent)
    whole = np.zeros(shape, precise(setting, "float"))
    for place in np.ndindex(*g.shape[rank:]):
        at = [slice(None)] * rank
        for i, axis in enumerate(axes):
            first, step = place[i] * node["dilations"][i], node["strides"][i]
            at[axis] = slice(first, first + step * (g.shape[axis] - 1) + 1, step)
        whole[tuple(at)] += g[(..., *place)]
    return whole[tuple(cut)]


# ---- parts between one another


def apart(first: tuple[int, int, int], second: tuple[int, int, int]) -> bool:
    """Whether two rows of places (start, step, count) have none in common."""
    return not set(range(first[0], first[0] + first[1] * first[2], first[1])) & set(
        range(second[0], second[0] + second[1] * second[2], second[1])
    )


def places(x: Node, starts: tuple[int, ...], steps: tuple[int, ...]) -> list[tuple[int, int, int] | None]:
    """(start, step, count) for each axis; None for one whose size is a symbol."""
    return [
        None if isinstance(d, str) else (start, step, d) for d, start, step in zip(x.shape, starts, steps, strict=True)
    ]


def _infer_assemble(inputs: tuple[Node, ...], attrs: dict[str, Any]) -> Inferred:
    shape: Shape = attrs["shape"]
    found = []
    if not inputs or not len(inputs) == len(attrs["starts"]) == len(attrs["steps"]):
        raise ShapeError("each part has its place")
    for i, (x, starts, steps) in enumerate(zip(inputs, attrs["starts"], attrs["steps"], strict=True)):
        if not x.rank == len(shape) == len(starts) == len(steps) or x.dtype != inputs[0].dtype or x.dtype == "bool":
            raise ShapeError("parts of different rank or type cannot be put together", operands=(0, i))
        for axis, (size, d, start, step) in enumerate(zip(shape, x.shape, starts, steps, strict=True)):
            symbol = isinstance(size, str) or isinstance(d, str)
            if symbol and (size, start, step) != (d, 0, 1):
                raise ShapeError(f"{d} does not fill {size}", operands=(i,), axes=(axis,), sizes=(d, size))
            if not symbol and (start < 0 or step < 1 or (d and start + step * (int(d) - 1) >= int(size))):
                raise ShapeError(f"{d} from {start} by {step} do not lie in {size}", operands=(i,), axes=(axis,))
        found.append(places(x, starts, steps))
    for (i, p), (j, q) in combinations(enumerate(found), 2):
        if not any(a is not None and c is not None and apart(a, c) for a, c in zip(p, q, strict=True)):
            raise ShapeError("two parts lie at the same places", operands=(i, j))
    return shape, inputs[0].dtype


def _assemble(node: Node, g: Node) -> Grads:
    found: list[Node | None] = []
    for x, starts, steps in zip(node.inputs, node["starts"], node["steps"], strict=True):
        part = g
        for axis, (d, start, step) in enumerate(zip(x.shape, starts, steps, strict=True)):
            if not isinstance(d, str) and (start, step, d) != (0, 1, part.shape[axis]):
                part = b.slice_(part, axis, start, start + step * (d - 1) + 1 if d else start, step)
        found.append(part)
    return tuple(found)


def _assemble_value(node: Node, setting: Setting, *parts: NDArray[Any]) -> NDArray[Any]:
    whole = np.full(concrete(node.shape, setting.sizes), node["value"], precise(setting, node.dtype))
    for x, starts, steps in zip(parts, node["starts"], node["steps"], strict=True):
        at = tuple(
            slice(start, start + step * (n - 1) + 1 if n else start, step)
            for n, start, step in zip(x.shape, starts, steps, strict=True)
        )
        whole[at] = x
    return whole


ROWS = (
    Primitive(
        "windows",
        "window",
        1,
        _infer_windows,
        _windows_value,
        "all windows along axes, their elements behind the other axes: axes, sizes, strides, dilations",
        _windows,
        cost=0,
        domain=(REAL,),
    ),
    Primitive(
        "overlap_add",
        "window",
        1,
        _infer_overlap_add,
        _overlap_add_value,
        "windows added where they were taken from: axes, strides, dilations, extents, starts",
        _overlap_add,
        cost=100,
        domain=(REAL,),
    ),
    Primitive(
        "assemble",
        "view",
        None,
        _infer_assemble,
        _assemble_value,
        "parts at every n-th place, a number between them: shape, starts, steps, value",
        _assemble,
        cost=0,
        domain=(REAL, REAL),
    ),
)
