"""Views: the same elements, or zeros, in other places. Nothing is computed; a backend may only change how it counts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.ir import build as b
from nndsl.ir.node import DType, Node, Shape, ShapeError, concrete
from nndsl.ir.primitive import Primitive, Setting
from nndsl.ir.shapes import broadcast, known_axis, same_count, text

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


def _resized(x: Node, axis: int, size: int) -> Inferred:
    return (*x.shape[:axis], size, *x.shape[axis + 1 :]), x.dtype


def _infer_slice(inputs: tuple[Node, ...], attrs: dict[str, Any]) -> Inferred:
    (x,) = inputs
    axis, start, stop, step = attrs["axis"], attrs["start"], attrs["stop"], attrs["step"]
    size = known_axis(x, axis)
    if not 0 <= start <= stop <= size or step == 0:
        raise ShapeError(f"{start} up to {stop} does not lie in {size}", operands=(0,), axes=(axis,), sizes=(size,))
    return _resized(x, axis, -((start - stop) // abs(step)))


def _slice(node: Node, g: Node) -> Grads:
    x, axis, step = node.inputs[0], node["axis"], node["step"]
    after = known_axis(x, axis) - node["stop"]
    return (b.pad(b.flip(g, axis) if step < 0 else g, axis, node["start"], after, abs(step) - 1),)


def _slice_value(node: Node, setting: Setting, x: NDArray[Any]) -> NDArray[Any]:
    lead, step = (slice(None),) * node["axis"], node["step"]
    part = x[(*lead, slice(node["start"], node["stop"]))]
    return np.asarray(part[(*lead, slice(None, None, step))])


def _infer_pad(inputs: tuple[Node, ...], attrs: dict[str, Any]) -> Inferred:
    (x,) = inputs
    axis, before, after, interior = attrs["axis"], attrs["before"], attrs["after"], attrs["interior"]
    size = known_axis(x, axis)
    if before < 0 or after < 0 or interior < 0 or x.dtype == "bool":
        raise ShapeError("numbers are put around numbers", operands=(0,), axes=(axis,), sizes=(before, after))
    return _resized(x, axis, before + size + max(size - 1, 0) * interior + after)


def _pad(node: Node, g: Node) -> Grads:
    axis, before = node["axis"], node["before"]
    return (b.slice_(g, axis, before, known_axis(node, axis) - node["after"], node["interior"] + 1),)


def _pad_value(node: Node, setting: Setting, x: NDArray[Any]) -> NDArray[Any]:
    lead, stop = (slice(None),) * node["axis"], node.shape[node["axis"]]
    whole = np.full(concrete(node.shape, setting.sizes), node["value"], x.dtype)
    whole[(*lead, slice(node["before"], stop - node["after"], node["interior"] + 1))] = x
    return whole


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
    return _resized(first, axis, sum(known_axis(x, axis) for x in inputs))


def _concat(node: Node, g: Node) -> Grads:
    axis, start = node["axis"], 0
    parts: list[Node] = []
    for x in node.inputs:
        stop = start + known_axis(x, axis)
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
        "a part along an axis, each step-th element, from the end if step is negative: axis, start, stop, step",
        _slice,
        cost=0,
        domain=(REAL,),
    ),
    Primitive(
        "pad",
        "view",
        1,
        _infer_pad,
        _pad_value,
        "a number around and between: axis, before, after, interior, value",
        _pad,
        cost=0,
        domain=(REAL,),
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
