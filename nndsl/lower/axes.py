"""Reductions, and what `axis=` means. In: a tensor and axes as written. Out: a tensor whose reduced axes are ghosts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nndsl.diagnostics import Fault, Span, fault
from nndsl.ir import build as b
from nndsl.ir.node import Node
from nndsl.lower import padding
from nndsl.lower.frame import Frame
from nndsl.lower.operators import labels
from nndsl.lower.values import BATCH_AXIS, Dots, Tensor, shape_words, value_words


def chosen(x: Tensor, axis: Any, frame: Frame, span: Span) -> tuple[int, ...]:
    """The node's axes that `axis` means; None is all but the batch."""
    real = [i for i, ghost in enumerate(x.ghosts) if not ghost]
    offset = 1 if x.batched else 0
    if axis is None:
        return tuple(i + offset for i in real)
    found: list[int] = []
    for item in axis if isinstance(axis, list | tuple) else [axis]:
        if item is BATCH_AXIS:
            if not x.batched:
                raise fault(
                    "E0306", "there is no batch here: the value is the same for all examples", span, labels=labels(x)
                )
            found.append(0)
        elif isinstance(item, Dots):
            if item.around is None:
                raise no_dots(span)
            before, after = item.around
            found.extend(i + offset for i in real[before : len(real) - after])
        elif isinstance(item, int) and not isinstance(item, bool):
            if not -len(real) <= item < len(real):
                raise no_axis(x, item, span)
            found.append(real[item] + offset)
        else:
            raise fault("E0206", f"`axis` takes whole numbers, `batch` or `...`, not {value_words(item)}", span)
    if len(set(found)) != len(found):
        raise fault("E0306", "an axis is named twice", span)
    return tuple(sorted(found))


def no_dots(span: Span) -> Fault:
    """The fault of a `...` that stands for nothing."""
    return fault(
        "E0306",
        "`...` stands for the axes before the named ones of an input, as in `input x[..., in]`; there is none here",
        span,
    )


def no_axis(x: Tensor, axis: int, span: Span) -> Fault:
    """The fault of an axis that is not there."""
    rank = len(x.shape)
    has = "has no axes" if rank == 0 else f"has {rank} {'axis' if rank == 1 else 'axes'}: {shape_words(x.shape)}"
    return fault("E0306", f"there is no axis {axis}: the value {has}", span, labels=labels(x))


def reduced(x: Tensor, node: Node, axes: tuple[int, ...], frame: Frame, span: Span, *, kind: str = "real") -> Tensor:
    """The result of a reduction that kept its axes: they become ghosts.

    Over the batch, what is left belongs to no example.
    """
    offset = 1 if x.batched else 0
    ghosts = [ghost or i + offset in axes for i, ghost in enumerate(x.ghosts)]
    batched = x.batched and 0 not in axes
    if x.batched and not batched:
        ghosts = [True, *ghosts]
    return Tensor(node, tuple(ghosts), batched, kind, frame.at(span))


def reduce(op: str, x: Tensor, axis: Any, frame: Frame, span: Span) -> Tensor:
    """sum, prod, max, min, mean, var, std, argmax, argmin."""
    axes = chosen(x, axis, frame, span)
    site = frame.at(span)
    holding = padding.padded(x, axes, frame.build)
    if holding and op not in ("mean", "var", "std"):
        x = replace(x, node=padding.seen(op, x, holding, frame.build))
    if op in ("argmax", "argmin"):
        if len(axes) != 1:
            raise fault("E0306", f"`{op}` goes along one axis", span)
        return reduced(x, b.reduce(op, x.node, axes, origin=site), axes, frame, span, kind="category")
    if not axes:
        return x if op not in ("var", "std") else _spread(op, x, axes, frame, span)
    if op in ("var", "std"):
        return _spread(op, x, axes, frame, span)
    node = mean(x, axes, frame, span) if op == "mean" else b.reduce(op, x.node, axes, origin=site)
    return reduced(x, node, axes, frame, span)


def mean(x: Tensor, axes: tuple[int, ...], frame: Frame, span: Span) -> Node:
    """The mean over axes of the node; of a sequence, over its real steps."""
    site = frame.at(span)
    holding = padding.padded(x, axes, frame.build)
    if not holding:
        return b.mean(x.node, axes, origin=site)
    total = b.reduce_sum(padding.seen("mean", x, holding, frame.build), axes, origin=site)
    return b.div(total, padding.number(x, axes, holding, frame.build), origin=site)


def _spread(op: str, x: Tensor, axes: tuple[int, ...], frame: Frame, span: Span) -> Tensor:
    site = frame.at(span)
    distance = b.sub(x.node, mean(x, axes, frame, span), origin=site)
    node = mean(replace(x, node=b.mul(distance, distance, origin=site)), axes, frame, span)
    return reduced(x, b.sqrt(node, origin=site) if op == "std" else node, axes, frame, span)


def count(x: Tensor, axis: Any, frame: Frame, span: Span) -> Any:
    """How many elements the axes hold together; a Python number where that is known."""
    axes = chosen(x, axis, frame, span)
    sizes = [x.node.shape[i] for i in axes]
    holding = padding.padded(x, axes, frame.build)
    if holding:
        return reduced(x, padding.number(x, axes, holding, frame.build), axes, frame, span)
    if all(isinstance(size, int) for size in sizes):
        product = 1
        for size in sizes:
            product *= int(size)
        return product
    node = b.count(x.node.shape, axes, origin=frame.at(span))
    return Tensor(node, (), False, "real", frame.at(span))
