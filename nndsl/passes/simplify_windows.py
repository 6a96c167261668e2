"""Laws of windows: pooling becomes maps over strided slices, and axes of size 1 leave products.

These hold at any time; those of `simplify_overlap` only when there is nothing left to derive.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import product as every

from nndsl.ir import build as b
from nndsl.ir.node import Node
from nndsl.ir.primitives.dot import parts
from nndsl.passes.match import is_map, number
from nndsl.passes.rewrite import Rule

MOST_SLICES = 25  # a window of more places is gone through axis by axis
RISING = ("tanh", "sigmoid", "softplus", "exp")  # maps of one operand that keep the order of numbers, and hide no NaN


Side = tuple[int, int, int, int]  # of windows along one axis: axis, size, stride, dilation


def settings_of(windows: Node) -> list[Side]:
    """How windows lie, axis by axis."""
    return list(
        zip(windows["axes"], windows["sizes"], windows["strides"], windows["dilations"], strict=True)
    )  # fmt: skip


def with_settings(x: Node, sides: Sequence[Side]) -> Node:
    axes, sizes, strides, dilations = zip(*sides, strict=True)
    return b.windows(x, axes, sizes, strides, dilations)


# ---- windows and views


def windows_of_one(node: Node) -> Node | None:
    """Windows of one element, at each place -> reshape(x)."""
    if node.op != "windows" or max(node["sizes"]) > 1 or max(node["strides"]) > 1:
        return None
    return b.reshape(node.inputs[0], node.shape)


def windows_of_number(node: Node) -> Node | None:
    """Windows of one number everywhere -> expand(the number)."""
    value = number(node.inputs[0]) if node.op == "windows" else None
    return None if value is None else b.full(node.shape, value, node.dtype)


def slice_of_overlap(node: Node) -> Node | None:
    """slice(overlap_add(g)) -> overlap_add(g) of fewer places."""
    if node.op != "slice" or node["step"] != 1 or node.inputs[0].op != "overlap_add":
        return None
    whole = node.inputs[0]
    if node["axis"] not in whole["axes"] or node["start"] == node["stop"]:
        return None
    i = whole["axes"].index(node["axis"])
    starts, extents = list(whole["starts"]), list(whole["extents"])
    starts[i], extents[i] = starts[i] + node["start"], node["stop"] - node["start"]
    return b.overlap_add(whole.inputs[0], whole["axes"], whole["strides"], whole["dilations"], extents, starts)


def slices_in_order(node: Node) -> Node | None:
    """slice(slice(x, a), c) along an earlier axis c -> slice(slice(x, c), a)."""
    if node.op != "slice" or node.inputs[0].op != "slice" or node["axis"] >= node.inputs[0]["axis"]:
        return None
    inner = node.inputs[0]
    return _sliced(_sliced(inner.inputs[0], node), inner)


def _sliced(x: Node, like: Node) -> Node:
    return b.slice_(x, like["axis"], like["start"], like["stop"], like["step"])


def steps_inward(node: Node) -> Node | None:
    """slice(f(x, y)) by steps -> f(slice(x), slice(y)): a map is computed only where a pool looks."""
    if node.op != "slice" or abs(node["step"]) == 1 or not is_map(node.inputs[0]):
        return None
    mapped = node.inputs[0]

    def cut(x: Node) -> Node:
        axis = node["axis"] - (mapped.rank - x.rank)
        if axis < 0 or x.shape[axis] == 1:
            return x
        return b.slice_(x, axis, node["start"], node["stop"], node["step"])

    return b.expand(b.again(mapped, [cut(x) for x in mapped.inputs]), node.shape)


# ---- pooling


def extreme_of_windows(node: Node) -> Node | None:
    """max(windows(x)) -> maximum(..., maximum(x01, x00)) over slices of x; so min. Of equal places the first gets the
    gradient.
    """
    if node.op not in ("max", "min") or (found := _pool(node)) is None:
        return None
    pair = b.maximum if node.op == "max" else b.minimum
    return _pooled(node, found, lambda so_far, x: pair(x, so_far))  # the second gets the gradient of equal operands


def sum_of_windows(node: Node) -> Node | None:
    """sum(windows(x)) -> x00 + x01 + ... over slices of x."""
    if node.op != "sum" or (found := _pool(node)) is None:
        return None
    return _pooled(node, found, b.add)


def _pool(node: Node) -> Node | None:
    """The windows of which all elements, and nothing else, are reduced."""
    (x,) = node.inputs
    if x.op != "windows" or node["axes"] != tuple(range(x.rank - len(x["axes"]), x.rank)):
        return None
    return x if math.prod(x["sizes"]) <= MOST_SLICES or len(x["axes"]) > 1 else None


def _pooled(node: Node, windows: Node, join: Callable[[Node, Node], Node]) -> Node:
    x = windows.inputs[0]
    if math.prod(windows["sizes"]) > MOST_SLICES:  # along the last axis, then along those before it
        for one in reversed(settings_of(windows)):
            along = b.windows(x, *([value] for value in one))
            x = b.squeeze(b.reduce(node.op, along, -1), -1)
        return b.reshape(x, node.shape)
    slices = [at for _, at in places_of(windows)]
    result = slices[0]
    for other in slices[1:]:
        result = join(result, other)
    return b.reshape(result, node.shape)


def places_of(windows: Node) -> Iterator[tuple[tuple[int, ...], Node]]:
    """For each place in a window, row by row, the elements that all windows have there."""
    for place in every(*(range(size) for size in windows["sizes"])):
        x = windows.inputs[0]
        for i, at in enumerate(place):
            axis, stride = windows["axes"][i], windows["strides"][i]
            first = at * windows["dilations"][i]
            x = b.slice_(x, axis, first, first + stride * (int(windows.shape[axis]) - 1) + 1, stride)
        yield place, x


def rising_outward(node: Node) -> Node | None:
    """maximum(f(x), f(y)) -> f(maximum(x, y)) for an f that rises: tanh, x + c, c * x, max(x, c) and their like; so
    minimum. A pool comes before bias and activation, which are then computed on the smaller picture.
    """
    if node.op not in ("maximum", "minimum"):
        return None
    x, y = node.inputs
    if x.op != y.op or x.shape != y.shape:
        return None
    if x.op in RISING:
        return b.apply(x.op, b.apply(node.op, x.inputs[0], y.inputs[0]))
    if x.op in ("add", "maximum", "minimum", "mul"):
        for i in (0, 1):
            same, p, q = x.inputs[i], x.inputs[1 - i], y.inputs[1 - i]
            positive = x.op != "mul" or (number(same) or 0.0) > 0
            if same is y.inputs[i] and p.shape == q.shape and positive:
                joint = b.apply(node.op, p, q)
                return b.again(x, [same, joint] if i == 0 else [joint, same])
    return None


# ---- products


def product_of_one(node: Node) -> Node | None:
    """einsum over an axis of size 1 that a reshape or windows brought in -> einsum without it."""
    if node.op != "einsum":
        return None
    left, right, out = parts(node["spec"])
    sides = list(zip(node.inputs, (left, right), strict=True))
    for letter in dict.fromkeys(left + right):
        having = [(x, letters) for x, letters in sides if letter in letters]
        if any(x.shape[s.index(letter)] != 1 for x, s in having) or not any(
            _brings(x, s.index(letter)) for x, s in having
        ):
            continue
        less = [_without(x, s.index(letter)) if letter in s else x for x, s in sides]
        if all(x is not None for x in less):
            spec = f"{left.replace(letter, '')},{right.replace(letter, '')}->{out.replace(letter, '')}"
            return b.reshape(b.einsum(spec, *less), node.shape)  # type: ignore[arg-type]
    return None


def _brings(x: Node, axis: int) -> bool:
    """Whether an axis of size 1 is there only since a reshape or windows made it, or can leave with them."""
    return x.op == "reshape" or (x.op == "windows" and axis not in x["axes"])


def _without(x: Node, axis: int) -> Node | None:
    """x without an axis of size 1; None where that would be a copy."""
    if x.op != "windows":
        return None if x.op in ("transpose", "slice") else b.squeeze(x, axis)
    (y,), lead = x.inputs, x.rank - len(x["axes"])
    settings = settings_of(x)
    if axis >= lead:  # a window of one element: every `stride`-th place
        at, _, stride, _ = settings.pop(axis - lead)
        y = b.slice_(y, at, 0, stride * (int(x.shape[at]) - 1) + 1, stride)
    elif axis in x["axes"]:
        return None
    else:
        less = _without(y, axis)
        if less is None:
            return None
        y = less
        settings = [(at - (at > axis), k, s, d) for at, k, s, d in settings]
    return with_settings(y, settings) if settings else y


WINDOW_RULES: tuple[Rule, ...] = (
    windows_of_one,
    windows_of_number,
    slice_of_overlap,
    slices_in_order,
    steps_inward,
    extreme_of_windows,
    rising_outward,
    product_of_one,
)
