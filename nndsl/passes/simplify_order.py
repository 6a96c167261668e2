"""Laws of axes in another order: a transpose moves outward, through maps, reductions and views, until it meets another
one or a product, which take it up. So values that lie time by time, or batch by batch, are worked on as they lie.
"""

from __future__ import annotations

from collections.abc import Sequence

from nndsl.ir import build as b
from nndsl.ir.node import Dim, Node
from nndsl.ir.table import TABLE
from nndsl.passes.match import is_map
from nndsl.passes.rewrite import Rule


def _before(x: Node, axes: Sequence[int]) -> Node | None:
    """What becomes x, or x with axes of size 1 in front, by a transpose; None where that would move elements."""
    if x.op == "transpose" and x["axes"] == tuple(axes):
        return x.inputs[0]
    whole: tuple[Dim, ...] = (*(1,) * (len(axes) - x.rank), *x.shape)
    moved = [axis for axis, d in zip(axes, whole, strict=True) if d != 1]
    if moved != sorted(moved):
        return None
    shape: list[Dim] = [1] * len(axes)
    for axis, d in zip(axes, whole, strict=True):
        shape[axis] = d
    lead = next((i for i, d in enumerate(shape) if d != 1), len(shape))
    return b.reshape(x, shape[lead:])


def transpose_outward(node: Node) -> Node | None:
    """f(transpose(x), transpose(y), row) -> transpose(f(x, y, row)) where the row does not vary along the axes
    that move.
    """
    if not is_map(node):
        return None
    first = next((x for x in node.inputs if x.op == "transpose" and x.rank == node.rank), None)
    if first is None:
        return None
    inputs = [_before(x, first["axes"]) for x in node.inputs]
    known = [x for x in inputs if x is not None]
    return b.transpose(b.again(node, known), first["axes"]) if len(known) == len(inputs) else None


def reduce_of_transpose(node: Node) -> Node | None:
    """sum(transpose(x)) -> transpose(sum(x)); so all reductions."""
    if TABLE[node.op].kind != "reduce" or node.inputs[0].op != "transpose":
        return None
    turned = node.inputs[0]
    axes = [turned["axes"][axis] for axis in node["axes"]]
    return b.transpose(b.reduce(node.op, turned.inputs[0], axes), turned["axes"])


def cut_of_transpose(node: Node) -> Node | None:
    """slice(transpose(x)) -> transpose(slice(x)); so pad."""
    if node.op not in ("slice", "pad") or node.inputs[0].op != "transpose":
        return None
    turned = node.inputs[0]
    axis = turned["axes"][node["axis"]]
    (x,) = turned.inputs
    if node.op == "slice":
        cut = b.slice_(x, axis, node["start"], node["stop"], node["step"])
    else:
        cut = b.pad(x, axis, node["before"], node["after"], node["interior"], node["value"])
    return b.transpose(cut, turned["axes"])


def concat_of_transposes(node: Node) -> Node | None:
    """concat(transpose(x), transpose(y)) -> transpose(concat(x, y)) where both move axes alike."""
    if node.op != "concat" or any(x.op != "transpose" for x in node.inputs):
        return None
    axes = node.inputs[0]["axes"]
    if any(x["axes"] != axes for x in node.inputs):
        return None
    return b.transpose(b.concat([x.inputs[0] for x in node.inputs], axes[node["axis"]]), axes)


def transpose_of_gather(node: Node) -> Node | None:
    """transpose(gather(E, ids)) -> gather(E, transpose(ids)) where only axes of the ids move."""
    if node.op != "transpose" or node.inputs[0].op != "gather":
        return None
    table, ids = node.inputs[0].inputs
    axes = node["axes"]
    if axes[ids.rank :] != tuple(range(ids.rank, node.rank)):
        return None
    return b.gather(table, b.transpose(ids, axes[: ids.rank]))


ORDER_RULES: tuple[Rule, ...] = (
    transpose_outward,
    reduce_of_transpose,
    cut_of_transpose,
    concat_of_transposes,
    transpose_of_gather,
)
