"""`x[i]`, `x[a:b]` and `y[k]`. In: a tensor or a list and what stands in the brackets. Out: the chosen part.

A whole number chooses along the first axis and takes it away, a slice keeps it; a category chooses along the last:
`y[k]` is the value that y has for the class k. A one-hot category chooses the same.
"""

from __future__ import annotations

from typing import Any

from nndsl.diagnostics import Span, fault
from nndsl.ir import build as b
from nndsl.ir.node import BATCH, Shape
from nndsl.lower.align import plain
from nndsl.lower.frame import Frame
from nndsl.lower.operators import labels
from nndsl.lower.values import Tensor, shape_words, value_words

Item = Any  # a value, or (start, stop) of a slice


def index(base: Any, items: list[Item], frame: Frame, span: Span) -> Any:
    """The part of `base` that the items choose, axis by axis."""
    if isinstance(base, list | tuple):
        return _list_item(base, items, span)
    if not isinstance(base, Tensor):
        raise fault("E0217", f"{value_words(base)} has no elements to choose from", span)
    if len(items) == 1 and isinstance(items[0], Tensor):
        return pick(base, items[0], frame, span)
    x = plain(base)
    axis = 0
    for item in items:
        if axis >= len(x.shape):
            raise fault(
                "E0306", f"{len(items)} indices for a value of {shape_words(base.shape)}", span, labels=labels(base)
            )
        x, kept = _along(x, axis, item, frame, span)
        axis += kept
    return x


def _list_item(base: Any, items: list[Item], span: Span) -> Any:
    (item,) = items if len(items) == 1 else (None,)
    if isinstance(item, slice):
        return base[item]
    if not isinstance(item, int) or not -len(base) <= item < len(base):
        raise fault("E0306", f"there is no such element in a list of {len(base)}", span)
    return base[item]


def _along(x: Tensor, axis: int, item: Item, frame: Frame, span: Span) -> tuple[Tensor, int]:
    """One index or slice; and how many axes it leaves in its place."""
    size = x.shape[axis]
    at = axis + (1 if x.batched else 0)
    site = frame.at(span)
    if not isinstance(size, int):
        if isinstance(item, slice) and item == slice(None, None):
            return x, 1
        raise fault("E0306", "an axis whose size is not known before the run cannot be cut", span, labels=labels(x))
    if isinstance(item, slice):
        start, stop, _ = item.indices(size)
        if (item.stop is not None and item.stop > size) or start >= stop:
            raise fault(
                "E0306",
                f"the slice `{_ends(item)}` does not lie within the {size} values of axis {axis}",
                span,
                labels=labels(x),
            )
        return Tensor(b.slice_(x.node, at, start, stop, origin=site), x.ghosts, x.batched, x.kind, site), 1
    if isinstance(item, bool) or not isinstance(item, int):
        raise fault("E0206", f"an index is a whole number, a slice or a category, not {value_words(item)}", span)
    if not -size <= item < size:
        raise fault("E0306", f"there is no element {item}: axis {axis} has {size} values", span, labels=labels(x))
    place = item % size
    cut = b.slice_(x.node, at, place, place + 1, origin=site)
    shape: Shape = tuple(d for i, d in enumerate(cut.shape) if i != at)
    node = b.reshape(cut, shape, origin=site)
    return Tensor(node, (False,) * (len(x.shape) - 1), x.batched, x.kind, site), 0


def _ends(item: slice) -> str:
    return ":".join("" if end is None else str(end) for end in (item.start, item.stop))


def pick_shape(k: Tensor) -> Shape:
    """The ids' shape with one more axis, for the classes they are compared with."""
    lead: Shape = (BATCH,) if k.batched else ()
    return (*lead, *k.shape, 1)


def pick(y: Tensor, k: Tensor, frame: Frame, span: Span) -> Tensor:
    """`y[k]`: a sum over a comparison, which fuses with what makes y. The class axis stays as a ghost."""
    y = plain(y)
    site = frame.at(span)
    if not y.shape:
        raise fault(
            "E0302", "`[k]` chooses among the values of classes, but there is only one number", span, labels=labels(y)
        )
    if k.kind == "onehot" and k.shape == y.shape:
        k = _class_of(k, frame, span)
    if k.kind == "probability" and k.shape == y.shape:
        return _soft(y, k, frame, span)
    if k.node.dtype != "int":
        raise fault("E0305", "`[k]` chooses by a category, but the target is a real number", span, labels=labels(k))
    if k.shape != y.shape[:-1]:
        raise fault(
            "E0302",
            f"{shape_words(y.shape)} holds values of classes for {shape_words(y.shape[:-1])},"
            f" but the categories are {shape_words(k.shape)}",
            span,
            labels=labels(y, k),
        )
    ids = b.reshape(k.node, pick_shape(k), origin=site)
    chosen = b.equal(b.iota(y.shape[-1], origin=site), ids, origin=site)
    node = b.reduce_sum(b.where(chosen, y.node, 0.0, origin=site), -1, origin=site)
    batched = y.batched or k.batched
    kind = "probability" if y.kind == "probability" else "real"
    return Tensor(node, (*y.ghosts[:-1], True), batched, kind, site)


def _class_of(k: Tensor, frame: Frame, span: Span) -> Tensor:
    """The id that a one-hot category stands for."""
    k = plain(k)
    node = b.argmax(k.node, -1, origin=frame.at(span))
    return Tensor(node, (*k.ghosts[:-1], True), k.batched, "category", k.made, k.classes)


def _soft(y: Tensor, k: Tensor, frame: Frame, span: Span) -> Tensor:
    """Each class counts as much as the target says: the expected value of y."""
    if k.shape != y.shape:
        raise fault(
            "E0302",
            f"{shape_words(y.shape)} and a target of {shape_words(k.shape)} do not fit",
            span,
            labels=labels(y, k),
        )
    site = frame.at(span)
    node = b.reduce_sum(b.mul(k.node, y.node, origin=site), -1, origin=site)
    return Tensor(node, (*y.ghosts[:-1], True), y.batched or k.batched, "real", site)
