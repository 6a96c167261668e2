"""Laws of what flows back through windows, for graphs of which no derivative will be taken any more: before, they would
hide the structure that makes the derivative short.

The adjoint of a convolution is a convolution with the kernel turned round: `overlap_add(einsum(g, W))` adds up windows
as large as all products together, while `einsum(windows(pad(g)), flip(W))` adds them up in registers. With a stride,
each residue of the places is such a convolution, and the results lie between one another.
Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016 (arXiv 1603.07285).
"""

from __future__ import annotations

import math
from itertools import product as every

from nndsl.ir import build as b
from nndsl.ir.node import Node, topological
from nndsl.ir.primitives.dot import parts
from nndsl.ir.shapes import known_axis
from nndsl.passes.rewrite import Rule
from nndsl.passes.simplify_parts import Placed, put
from nndsl.passes.simplify_windows import MOST_SLICES, places_of, sum_of_windows

MOST_RESIDUES = 9  # of strides: beyond, so many small products cost more than adding up windows


def windows_apart(node: Node) -> Node | None:
    """overlap_add(g) of windows that do not meet -> reshape(transpose(g)): they lie side by side."""
    if node.op != "overlap_add":
        return None
    (g,), axes = node.inputs, node["axes"]
    sizes = [known_axis(g, node.rank + i) for i in range(len(axes))]
    if any(k > s or (d > 1 and k > 1) for k, s, d in zip(sizes, node["strides"], node["dilations"], strict=True)):
        return None
    order, shape = list[int](), list(node.shape)
    for axis in range(node.rank):
        order.append(axis)
        if axis in axes:
            i = axes.index(axis)
            g = b.pad(g, node.rank + i, 0, node["strides"][i] - sizes[i])
            order.append(node.rank + i)
            shape[axis] = known_axis(g, axis) * node["strides"][i]
    x = b.reshape(b.transpose(g, order), shape)
    for i, axis in enumerate(axes):
        x = _framed(x, axis, -node["starts"][i], node["extents"][i])
    return x


def _framed(x: Node, axis: int, before: int, size: int) -> Node:
    """x with so many zeros before it, or elements cut off, and `size` elements in all."""
    if before < 0:
        x = b.slice_(x, axis, min(-before, known_axis(x, axis)), known_axis(x, axis))
    known = known_axis(x, axis) + max(before, 0)
    if known > size:
        x = b.slice_(x, axis, 0, size - max(before, 0))
    return b.pad(x, axis, max(before, 0), max(size - known, 0))


def _surrounded(node: Node, g: Node, interior: bool) -> Node:
    """g as windows at all places of the result see it, one after the other; interior: zeros where strides skip."""
    sizes = node.inputs[0].shape[node.rank :]
    for i, axis in enumerate(node["axes"]):
        reach = node["dilations"][i] * (int(sizes[i]) - 1) + 1
        if interior:
            g = b.pad(g, axis, 0, 0, node["strides"][i] - 1)
        g = _framed(g, axis, reach - 1 - node["starts"][i], node["extents"][i] + reach - 1)
    return g


def overlap_of_constant(node: Node) -> Node | None:
    """overlap_add(expand(g)), one number for all elements of a window -> sum(windows(pad(g)))."""
    if node.op != "overlap_add" or node.inputs[0].op != "expand":
        return None
    stretched, axes = node.inputs[0], node["axes"]
    (x,) = stretched.inputs
    source = (1,) * (stretched.rank - x.rank) + x.shape
    if any(d != 1 for d in source[node.rank :]):
        return None
    g = b.expand(b.reshape(x, source[: node.rank]), stretched.shape[: node.rank])
    ones = (1,) * len(axes)
    seen = b.windows(_surrounded(node, g, True), axes, stretched.shape[node.rank :], ones, node["dilations"])  # type: ignore[arg-type]
    return b.reshape(b.reduce_sum(seen, range(node.rank, seen.rank)), node.shape)


def overlap_of_product(node: Node) -> Node | None:
    """overlap_add(einsum(g, W)) -> einsum(windows(pad(g)), flip(W)); with strides, one such product a residue,
    assembled.
    """
    if node.op != "overlap_add" or node.inputs[0].op != "einsum":
        return None
    product = node.inputs[0]
    left, right, out = parts(product["spec"])
    elements, positions = out[node.rank :], [out[axis] for axis in node["axes"]]
    g, w = product.inputs
    if set(elements) <= set(left):
        g, w, left, right = w, g, right, left
    if not set(elements) <= set(right) or set(elements) & set(left) or set(positions) & set(right):
        return None
    if not set(positions) <= set(left):
        return None
    if max(node["strides"]) > 1:
        return _residues(node, g, w, left, right, out)
    axes = [left.index(p) for p in positions]
    if axes != sorted(axes):
        return None
    moved = dict(zip(node["axes"], axes, strict=True))
    for i, axis in enumerate(node["axes"]):
        reach = node["dilations"][i] * (int(product.shape[node.rank + i]) - 1) + 1
        g = _framed(g, moved[axis], reach - 1 - node["starts"][i], node["extents"][i] + reach - 1)
        w = b.flip(w, right.index(elements[i]))
    sizes = [int(d) for d in product.shape[node.rank :]]
    seen = b.windows(g, axes, sizes, [1] * len(axes), node["dilations"])
    return b.einsum(f"{left}{elements},{right}->{out[: node.rank]}", seen, w)


def _residues(node: Node, g: Node, w: Node, left: str, right: str, out: str) -> Node | None:
    """Places q = stride * m + r are reached by the elements r, r + stride, ... of the kernel alone."""
    strides, elements = node["strides"], out[node.rank :]
    if math.prod(strides) > MOST_RESIDUES or any(
        d > 1 and s > 1 for d, s in zip(node["dilations"], strides, strict=True)
    ):
        return None
    found: list[Placed] = []
    for residue in every(*(range(s) for s in strides)):
        kernel, starts, extents = w, list[int](), list[int]()
        first, steps = [0] * node.rank, [1] * node.rank
        for i, (axis, s, r) in enumerate(zip(node["axes"], strides, residue, strict=True)):
            start = node["starts"][i]
            low, high = -((r - start) // s), (start + node["extents"][i] - 1 - r) // s
            size = known_axis(w, right.index(elements[i]))
            if r >= size or high < low:
                break
            kernel = b.slice_(kernel, right.index(elements[i]), r, size, s)
            starts.append(low)
            extents.append(high - low + 1)
            first[axis], steps[axis] = s * low + r - start, s
        else:
            spread = b.einsum(f"{left},{right}->{out}", g, kernel)
            ones = [1] * len(strides)
            part = b.overlap_add(spread, node["axes"], ones, node["dilations"], extents, starts)
            found.append(Placed(part, tuple(first), tuple(steps)))
    return put(found, node.shape, 0.0) if found else b.zeros(node.shape)


# ---- products that are no matrix products


def product_of_slices(node: Node) -> Node | None:
    """einsum(windows(x), w) that sums over the elements of a window alone, each channel by itself -> x00 * w00 +
    x01 * w01 + ...: maps, which fuse.
    """
    found = _by_channel(node)
    if found is None:
        return None
    windows, w, channels, elements, of_w, out = found
    own = [letter for letter in out if letter in of_w]
    if (
        out != channels
        or set(of_w) != {*elements, *own}
        or out[len(out) - len(own) :] != "".join(own)
        or w.rank > len(out)
    ):
        return None
    w = b.transpose(w, [of_w.index(letter) for letter in [*elements, *own]])
    total: Node | None = None
    for place, x in places_of(windows):
        weight = w
        for axis, at in enumerate(place):
            weight = b.slice_(weight, axis, at, at + 1)
        total = b.mul(x, weight) if total is None else b.add(total, b.mul(x, weight))
    return total


def slices_of_product(node: Node) -> Node | None:
    """einsum(windows(x), g) that keeps the elements of a window, each channel by itself -> assemble(sum(x00 * g),
    sum(x01 * g), ...): the gradient of a kernel for each channel.
    """
    found = _by_channel(node)
    if found is None:
        return None
    windows, g, channels, elements, of_g, out = found
    own = [letter for letter in channels if letter in out]
    if of_g != channels or set(out) != {*elements, *own}:
        return None
    axes = [i for i, letter in enumerate(channels) if letter not in out]
    sizes = [windows.shape[channels.index(letter)] for letter in own]
    placed = []
    for place, x in places_of(windows):
        part = b.reshape(b.reduce_sum(b.mul(x, g), axes), [*[1] * len(place), *sizes])
        placed.append(Placed(part, (*place, *[0] * len(own)), (1,) * len(out)))
    whole = put(placed, (*windows["sizes"], *sizes), 0.0)
    order = [*elements, *own]
    return b.transpose(whole, [order.index(letter) for letter in out])


def _by_channel(node: Node) -> tuple[Node, Node, str, str, str, str] | None:
    """Windows, the other operand; the letters of the windows' channels and positions, of their elements, of the other
    operand and of the result.
    """
    if node.op != "einsum" or not any(x.op == "windows" for x in node.inputs):
        return None
    left, right, out = parts(node["spec"])
    x, y = node.inputs
    if x.op != "windows":
        x, y, left, right = y, x, right, left
    many = len(x["axes"])
    return (x, y, left[:-many], left[-many:], right, out) if math.prod(x["sizes"]) <= MOST_SLICES else None


LATE_RULES: tuple[Rule, ...] = (
    windows_apart,
    overlap_of_constant,
    overlap_of_product,
    product_of_slices,
    slices_of_product,
    sum_of_windows,
)


def has_windows(outputs: list[Node]) -> bool:
    """Whether the late rules may have anything to do."""
    return any(node.op in ("windows", "overlap_add") for node in topological(outputs))
