"""Laws of views, reductions and products of tensors; `simplify` runs them with those of arithmetic.

Stretching moves outward, so that everything is computed on the smallest shape; views that undo or repeat one another
become one.
"""

from __future__ import annotations

from nndsl.ir import build as b
from nndsl.ir.node import Dim, Node, make
from nndsl.ir.primitives.dot import parts
from nndsl.passes.match import both, constant_along, number
from nndsl.passes.rewrite import Rule


def view_of_number(node: Node) -> Node | None:
    """A view of one number everywhere -> expand(the number)."""
    if node.op not in ("reshape", "transpose", "slice", "expand"):
        return None
    (x,) = node.inputs
    if x.op == "const" and node.op == "expand":
        return None
    value = number(x)
    return None if value is None else b.full(node.shape, value, node.dtype)


def identity_view(node: Node) -> Node | None:
    """A reshape, transpose, expand, slice, pad or concat that changes nothing -> its operand."""
    if node.op in ("reshape", "expand", "slice", "pad") or (node.op == "concat" and len(node.inputs) == 1):
        same = node.shape == node.inputs[0].shape and (node.op != "slice" or node["step"] == 1)
        return node.inputs[0] if same else None
    return node.inputs[0] if node.op == "transpose" and node["axes"] == tuple(range(node.rank)) else None


def view_of_view(node: Node) -> Node | None:
    """reshape(reshape(x)), expand(expand(x)), transpose(transpose(x)), slice(slice(x)) along one axis -> one such
    view.
    """
    if node.op not in ("reshape", "expand", "transpose", "slice") or node.inputs[0].op != node.op:
        return None
    inner = node.inputs[0]
    (x,) = inner.inputs
    if node.op == "transpose":
        return b.transpose(x, [inner["axes"][axis] for axis in node["axes"]])
    if node.op == "slice":
        if node["axis"] != inner["axis"]:
            return None
        return _slice_of_slice(node, inner)
    return b.reshape(x, node.shape) if node.op == "reshape" else b.expand(x, node.shape)


def _slice_of_slice(node: Node, inner: Node) -> Node:
    """One slice along an axis instead of two."""
    reach = abs(inner["step"])
    low, high = node["start"] * reach, (node["stop"] - 1) * reach  # of the elements in use, from the inner one's first
    if inner["step"] < 0:
        low, high = inner["stop"] - 1 - high, inner["stop"] - 1 - low
    else:
        low, high = inner["start"] + low, inner["start"] + high
    step = node["step"] * inner["step"]
    if node["stop"] == node["start"]:
        return b.slice_(inner.inputs[0], node["axis"], inner["start"], inner["start"])
    return b.slice_(inner.inputs[0], node["axis"], low, high + 1, step)


def transpose_of_ones(node: Node) -> Node | None:
    """A transpose that moves axes of size 1 only -> reshape."""
    if node.op != "transpose":
        return None
    moved = [axis for axis in node["axes"] if node.inputs[0].shape[axis] != 1]
    return b.reshape(node.inputs[0], node.shape) if moved == sorted(moved) else None


def reshape_that_stretches(node: Node) -> Node | None:
    """A reshape that only puts axes of size 1 in front -> expand, which maps do without."""
    if node.op != "reshape":
        return None
    (x,) = node.inputs
    lead = node.rank - x.rank
    return b.expand(x, node.shape) if lead > 0 and node.shape == (1,) * lead + x.shape else None


def view_of_expand(node: Node) -> Node | None:
    """reshape(expand(x)) that adds or drops axes of size 1, transpose(expand(x)), slice(expand(x)) ->
    expand(view(x)).
    """
    if node.op not in ("reshape", "transpose", "slice") or node.inputs[0].op != "expand":
        return None
    stretched = node.inputs[0]
    (x,) = stretched.inputs
    source = (1,) * (stretched.rank - x.rank) + x.shape
    if node.op == "transpose":
        return b.expand(b.transpose(b.reshape(x, source), node["axes"]), node.shape)
    if node.op == "slice":
        if source[node["axis"]] == 1:
            return b.expand(x, node.shape)
        own = node["axis"] - (stretched.rank - x.rank)
        return b.expand(b.slice_(x, own, node["start"], node["stop"], node["step"]), node.shape)
    kept = [(full, own) for full, own in zip(stretched.shape, source, strict=True) if full != 1]
    if [full for full, _ in kept] != [d for d in node.shape if d != 1]:
        return None
    owns = iter(own for _, own in kept)
    shape: list[Dim] = [1 if d == 1 else next(owns) for d in node.shape]
    return b.expand(b.reshape(x, shape), node.shape)


def slice_of_parts(node: Node) -> Node | None:
    """slice(concat(..., x, ...)) and slice(pad(x)) that fall inside x -> slice(x)."""
    if node.op != "slice" or node.inputs[0].op not in ("concat", "pad") or node.inputs[0]["axis"] != node["axis"]:
        return None
    inner, axis = node.inputs[0], node["axis"]
    if inner.op == "pad" and inner["interior"]:
        return None
    at: int = inner["before"] if inner.op == "pad" else 0
    for x in inner.inputs:
        end = at + int(x.shape[axis])
        if at <= node["start"] and node["stop"] <= end:
            return b.slice_(x, axis, node["start"] - at, node["stop"] - at, node["step"])
        at = end
    return None


def pads_side_by_side(node: Node) -> Node | None:
    """pad(x) + pad(y) -> pad(concat(x, y)) where y begins at the place where x ends: the gradient of a split in one
    piece.
    """
    if node.op != "add" or any(x.op != "pad" for x in node.inputs):
        return None

    def one_way(first: Node, second: Node) -> Node | None:
        axis = first["axis"]
        (x,), (y,) = first.inputs, second.inputs
        if any(p["interior"] or p["value"] for p in (first, second)):
            return None
        if axis != second["axis"] or second["before"] != first["before"] + x.shape[axis]:
            return None
        return b.pad(b.concat([x, y], axis), axis, first["before"], second["after"])

    return both(node, one_way)


def concat_of_concats(node: Node) -> Node | None:
    """concat(concat(a, c), d) along one axis -> concat(a, c, d)."""
    if node.op != "concat" or not any(x.op == "concat" and x["axis"] == node["axis"] for x in node.inputs):
        return None
    flat = [y for x in node.inputs for y in (x.inputs if x.op == "concat" and x["axis"] == node["axis"] else (x,))]
    return b.concat(flat, node["axis"])


# ---- reductions

_EXTREMES = ("max", "min")


def axes_of_one(node: Node) -> Node | None:
    """A sum, product or extreme over axes of size 1 -> over the other axes only."""
    if node.op not in ("sum", "prod", *_EXTREMES):
        return None
    (x,) = node.inputs
    axes = [axis for axis in node["axes"] if x.shape[axis] != 1]
    return b.reduce(node.op, x, axes) if len(axes) < len(node["axes"]) else None


def reduce_of_reduce(node: Node) -> Node | None:
    """sum(sum(x)) -> sum(x) over the axes of both; so max, min and prod."""
    if node.op not in ("sum", "prod", *_EXTREMES) or node.inputs[0].op != node.op:
        return None
    inner = node.inputs[0]
    return b.reduce(node.op, inner.inputs[0], sorted({*node["axes"], *inner["axes"]}))


def reduce_of_expand(node: Node) -> Node | None:
    """sum(expand(x)) along a stretched axis -> size * x; max(expand(x)) -> x."""
    if node.op not in ("sum", *_EXTREMES) or node.inputs[0].op != "expand":
        return None
    stretched = node.inputs[0]
    (x,) = stretched.inputs
    source = (1,) * (stretched.rank - x.rank) + x.shape
    grown = [axis for axis in node["axes"] if source[axis] == 1 and stretched.shape[axis] != 1]
    if not grown:
        return None
    rest = [axis for axis in node["axes"] if axis not in grown]
    shape = tuple(1 if axis in grown else d for axis, d in enumerate(stretched.shape))
    inner = b.reduce(node.op, b.expand(x, shape), rest)
    if node.op != "sum":
        return inner
    return b.mul(b.cast(b.count(stretched.shape, grown), node.dtype), inner)


def scale_outward(node: Node) -> Node | None:
    """sum(-x) -> -sum(x); sum(c * x) -> c * sum(x); sum(x / c) -> sum(x) / c, for a c that is constant along the
    summed axes.
    """
    if node.op != "sum":
        return None
    (x,), axes = node.inputs, node["axes"]
    if x.op == "neg":
        return b.neg(b.reduce_sum(x.inputs[0], axes))

    def outside(c: Node, y: Node) -> bool:
        lead = x.rank - y.rank
        whole = all(axis >= lead and y.shape[axis - lead] == x.shape[axis] for axis in axes)
        return whole and constant_along(c, axes, x.rank)

    def sums(y: Node) -> Node:
        lead = x.rank - y.rank
        return b.reduce_sum(y, [axis - lead for axis in axes])

    if x.op == "div" and outside(x.inputs[1], x.inputs[0]):
        return b.expand(b.div(sums(x.inputs[0]), x.inputs[1]), node.shape)
    if x.op != "mul":
        return None
    return both(x, lambda c, y: b.expand(b.mul(c, sums(y)), node.shape) if outside(c, y) else None)


def reduce_of_reshape(node: Node) -> Node | None:
    """sum(reshape(x)) over everything -> reshape(sum(x)); so max, min and prod."""
    if node.op not in ("sum", "prod", *_EXTREMES) or node.inputs[0].op != "reshape":
        return None
    x = node.inputs[0]
    if any(d != 1 for d in node.shape):
        return None
    return b.reshape(b.reduce(node.op, x.inputs[0]), node.shape)


# ---- products


def transpose_in_product(node: Node) -> Node | None:
    """einsum(transpose(x), y) -> einsum(x, y), and transpose(einsum(x, y)) -> einsum(x, y), with the letters moved
    instead.
    """
    if node.op == "transpose" and node.inputs[0].op == "einsum":
        product = node.inputs[0]
        left, right, out = parts(product["spec"])
        moved = "".join(out[axis] for axis in node["axes"])
        return b.einsum(f"{left},{right}->{moved}", *product.inputs)
    if node.op != "einsum" or all(x.op != "transpose" for x in node.inputs):
        return None
    left, right, out = parts(node["spec"])
    (x, first), (y, second) = (_before(x, letters) for x, letters in zip(node.inputs, (left, right), strict=True))
    return make("einsum", x, y, spec=f"{first},{second}->{out}")


def _before(x: Node, letters: str) -> tuple[Node, str]:
    """What a transpose was made of, and the letters of its axes."""
    if x.op != "transpose":
        return x, letters
    axes = x["axes"]
    return x.inputs[0], "".join(letters[axes.index(axis)] for axis in range(x.rank))


VIEW_RULES: tuple[Rule, ...] = (
    identity_view,
    view_of_number,
    view_of_view,
    transpose_of_ones,
    reshape_that_stretches,
    view_of_expand,
    slice_of_parts,
    pads_side_by_side,
    concat_of_concats,
    axes_of_one,
    reduce_of_reduce,
    reduce_of_expand,
    scale_outward,
    reduce_of_reshape,
    transpose_in_product,
)
