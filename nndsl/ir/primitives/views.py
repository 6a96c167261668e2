"""Views: the same elements, or zeros, in other places. Nothing is computed; a backend may only change how it counts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.ir import build as b
from nndsl.ir.node import DType, Node, Shape, ShapeError, concrete
from nndsl.ir.primitive import Primitive, Setting
from nndsl.ir.shapes import broadcast, same_count, text

Grads = tuple[Node | None, ...]
REAL = (-2.0, 2.0)
Inferred = tuple[Shape, DType]


def _infer_reshape(inputs: tuple[Node, ...], attrs: dict[str, Any]) -> Inferred:
    (x,) = inputs
    shape: Shape = attrs["shape"]
    if not same_count(x.shape, shape):
        raise ShapeError(f"{text(x.shape)} cannot be read as {text(shape)}", operands=(0,), sizes=x.shape)
    return shape, x.dtype


def _reshape(node: Node, g: Node) -> Grads:
    return (b.reshape(g, node.inputs[0].shape),)


def _reshape_value(node: Node, setting: Setting, x: NDArray[Any]) -> NDArray[Any]:
    return x.reshape(concrete(node.shape, setting.sizes))


def _infer_transpose(inputs: tuple[Node, ...], attrs: dict[str, Any]) -> Inferred:
    (x,) = inputs
    axes: tuple[int, ...] = attrs["axes"]
    if sorted(axes) != list(range(x.rank)):
        raise ShapeError(f"{axes} does not name each of {x.rank} axes once", operands=(0,))
    return tuple(x.shape[axis] for axis in axes), x.dtype


def _transpose(node: Node, g: Node) -> Grads:
    axes = node["axes"]
    return (b.transpose(g, [axes.index(i) for i in range(len(axes))]),)


def _transpose_value(node: Node, setting: Setting, x: NDArray[Any]) -> NDArray[Any]:
    return np.transpose(x, node["axes"])


def _infer_expand(inputs: tuple[Node, ...], attrs: dict[str, Any]) -> Inferred:
    (x,) = inputs
    shape: Shape = attrs["shape"]
    if broadcast([shape, x.shape]) != shape:
        raise ShapeError(f"{text(x.shape)} does not stretch to {text(shape)}", operands=(0,), sizes=x.shape)
    return shape, x.dtype


def _expand(node: Node, g: Node) -> Grads:
    return (b.sum_to(g, node.inputs[0].shape),)


def _expand_value(node: Node, setting: Setting, x: NDArray[Any]) -> NDArray[Any]:
    return np.broadcast_to(x, concrete(node.shape, setting.sizes))


def _known(x: Node, axis: int) -> int:
    """The size of an axis that must be a number."""
    if not 0 <= axis < x.rank:
        raise ShapeError(f"there is no axis {axis} among {x.rank}", operands=(0,), axes=(axis,))
    size = x.shape[axis]
    if isinstance(size, str):
        raise ShapeError(
            f"axis {axis} has the size {size}, which is not known yet", operands=(0,), axes=(axis,), sizes=(size,)
        )
    return size


def _resized(x: Node, axis: int, size: int) -> Inferred:
    return (*x.shape[:axis], size, *x.shape[axis + 1 :]), x.dtype


def _infer_slice(inputs: tuple[Node, ...], attrs: dict[str, Any]) -> Inferred:
    (x,) = inputs
    axis, start, stop = attrs["axis"], attrs["start"], attrs["stop"]
    size = _known(x, axis)
    if not 0 <= start <= stop <= size:
        raise ShapeError(f"{start} up to {stop} does not lie in {size}", operands=(0,), axes=(axis,), sizes=(size,))
    return _resized(x, axis, stop - start)


def _slice(node: Node, g: Node) -> Grads:
    x, axis = node.inputs[0], node["axis"]
    return (b.pad(g, axis, node["start"], _known(x, axis) - node["stop"]),)


def _slice_value(node: Node, setting: Setting, x: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(x[(slice(None),) * node["axis"] + (slice(node["start"], node["stop"]),)])


def _infer_pad(inputs: tuple[Node, ...], attrs: dict[str, Any]) -> Inferred:
    (x,) = inputs
    axis, before, after = attrs["axis"], attrs["before"], attrs["after"]
    size = _known(x, axis)
    if before < 0 or after < 0 or x.dtype == "bool":
        raise ShapeError("zeros are put before and after numbers", operands=(0,), axes=(axis,), sizes=(before, after))
    return _resized(x, axis, before + size + after)


def _pad(node: Node, g: Node) -> Grads:
    x, axis, before = node.inputs[0], node["axis"], node["before"]
    return (b.slice_(g, axis, before, before + _known(x, axis)),)


def _pad_value(node: Node, setting: Setting, x: NDArray[Any]) -> NDArray[Any]:
    widths = [(0, 0)] * x.ndim
    widths[node["axis"]] = (node["before"], node["after"])
    return np.pad(x, widths)


def _infer_concat(inputs: tuple[Node, ...], attrs: dict[str, Any]) -> Inferred:
    if not inputs:
        raise ShapeError("nothing to put together")
    axis, first = attrs["axis"], inputs[0]
    for i, x in enumerate(inputs):
        if x.rank != first.rank or x.dtype != first.dtype:
            raise ShapeError("parts of different rank or type cannot be put together", operands=(0, i))
        for other, (size, here) in enumerate(zip(first.shape, x.shape, strict=True)):
            if other != axis and size != here:
                raise ShapeError(
                    f"sizes {size} and {here} differ", operands=(0, i), axes=(other, other), sizes=(size, here)
                )
    return _resized(first, axis, sum(_known(x, axis) for x in inputs))


def _concat(node: Node, g: Node) -> Grads:
    axis, start = node["axis"], 0
    parts: list[Node] = []
    for x in node.inputs:
        stop = start + _known(x, axis)
        parts.append(b.slice_(g, axis, start, stop))
        start = stop
    return tuple(parts)


def _concat_value(node: Node, setting: Setting, *parts: NDArray[Any]) -> NDArray[Any]:
    return np.concatenate(parts, axis=node["axis"])


ROWS = (
    Primitive(
        "reshape",
        "view",
        1,
        _infer_reshape,
        _reshape_value,
        "the elements in order, in another shape: shape",
        _reshape,
        cost=0,
        domain=(REAL,),
    ),
    Primitive(
        "transpose",
        "view",
        1,
        _infer_transpose,
        _transpose_value,
        "axes in another order: axes",
        _transpose,
        cost=0,
        domain=(REAL,),
    ),
    Primitive(
        "expand",
        "view",
        1,
        _infer_expand,
        _expand_value,
        "stretched to a shape, as NumPy does: shape",
        _expand,
        cost=0,
        domain=(REAL,),
    ),
    Primitive(
        "slice",
        "view",
        1,
        _infer_slice,
        _slice_value,
        "a part along an axis: axis, start, stop",
        _slice,
        cost=0,
        domain=(REAL,),
    ),
    Primitive(
        "pad", "view", 1, _infer_pad, _pad_value, "zeros around: axis, before, after", _pad, cost=0, domain=(REAL,)
    ),
    Primitive(
        "concat",
        "view",
        None,
        _infer_concat,
        _concat_value,
        "one after the other along an axis: axis",
        _concat,
        cost=0,
        domain=(REAL, REAL),
    ),
)
