"""A graph for one step of time, computed at all steps at once.

In: a graph over leaves of one step, [B, *shape], and what stands for them at all steps, [B, T, *shape]. Out: the graph
with T behind the first axis of all that depends on them, as plain operations: whoever reads it afterwards sees what a
person would have written over the whole sequence. It draws no numbers of its own and holds no loop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nndsl.diagnostics import Fault, fault
from nndsl.ir import build as b
from nndsl.ir.node import Dim, Node, Shape, make, topological
from nndsl.ir.table import TABLE


def at_all_steps(node: Node, leaves: Mapping[Node, Node], steps: Dim) -> Node:
    """The value of `node` at each of `steps` steps, [B, T, *shape]; leaves: of one step -> of all. Raises a Fault."""
    known: dict[Node, Node] = dict(leaves)
    for each in topological([node]):
        if each in known or not any(x in known for x in each.inputs):
            continue
        rule = _RULES.get(each.op) or _RULES.get(TABLE[each.op].kind)
        if rule is None:
            raise _no_rule(each)
        known[each] = rule(each, [known.get(x) for x in each.inputs], steps)
    return known[node] if node in known else _stretched(node, steps)


def _no_rule(node: Node) -> Fault:
    return fault(
        "E0302",
        "this cannot be computed for each step of a sequence by itself",
        node.origin,
        help="keep the last step only (`-> last`), or write the loss over `output` as a whole",
    )


def _place(rank: int) -> int:
    """Where T stands among the axes of a value that had so many: behind the batch."""
    return min(1, rank)


def _with(shape: Shape, dim: Dim) -> Shape:
    at = _place(len(shape))
    return (*shape[:at], dim, *shape[at:])


def _axis(axis: int) -> int:
    return axis if axis == 0 else axis + 1


def _wide(shape: Shape, rank: int) -> Shape:
    return (*(1,) * (rank - len(shape)), *shape)


def _stretched(x: Node, steps: Dim) -> Node:
    """The same at every step."""
    return b.expand(b.reshape(x, _with(x.shape, 1), origin=x.origin), _with(x.shape, steps), origin=x.origin)


def _again(node: Node, *inputs: Node, **changes: Any) -> Node:
    attrs: dict[str, Any] = {**dict(node.attrs), **changes}
    return make(node.op, *inputs, origin=node.origin, **attrs)


Timed = list["Node | None"]  # for each input its value at all steps; None where it is the same at each
Rule = Callable[[Node, Timed, Dim], Node]


def _map(node: Node, timed: Timed, steps: Dim) -> Node:
    """Operands of lower rank get axes of size 1 in front, and T behind the first."""
    inputs = []
    for x, at_all in zip(node.inputs, timed, strict=True):
        shape = _wide(x.shape, node.rank)
        if at_all is None:
            inputs.append(b.reshape(x, _with(shape, 1), origin=x.origin) if node.rank and x.rank else x)
        else:
            inputs.append(b.reshape(_in_place(at_all, x.rank, node.rank), _with(shape, steps), origin=x.origin))
    return _again(node, *inputs)


def _in_place(at_all: Node, rank: int, wanted: int) -> Node:
    """T moves to the front where the axis before it is no longer the first."""
    if rank == 0 or rank == wanted or at_all.shape[0] == 1:
        return at_all
    return b.transpose(at_all, [1, 0, *range(2, at_all.rank)], origin=at_all.origin)


def _reduce(node: Node, timed: Timed, steps: Dim) -> Node:
    return _again(node, _first(timed), axes=tuple(_axis(axis) for axis in node["axes"]))


def _first(timed: Timed) -> Node:
    (x,) = timed
    assert x is not None
    return x


def _reshape(node: Node, timed: Timed, steps: Dim) -> Node:
    x, before, after = _first(timed), node.inputs[0].shape, node.shape
    if before and after and before[0] == after[0]:
        return b.reshape(x, _with(after, steps), origin=node.origin)
    ahead = b.reshape(_ahead(x, len(before)), (steps, *after), origin=node.origin)
    return _behind(ahead, node.rank)


def _ahead(x: Node, rank: int) -> Node:
    """T in front of all other axes."""
    return b.transpose(x, [1, 0, *range(2, x.rank)], origin=x.origin) if _place(rank) else x


def _behind(x: Node, rank: int) -> Node:
    """From the front to its place."""
    return b.transpose(x, [1, 0, *range(2, x.rank)], origin=x.origin) if _place(rank) else x


def _transpose(node: Node, timed: Timed, steps: Dim) -> Node:
    x, axes = _ahead(_first(timed), node.rank), node["axes"]
    return _behind(b.transpose(x, [0, *(axis + 1 for axis in axes)], origin=node.origin), node.rank)


def _expand(node: Node, timed: Timed, steps: Dim) -> Node:
    x = node.inputs[0]
    wide = b.reshape(
        _in_place(_first(timed), x.rank, node.rank), _with(_wide(x.shape, node.rank), steps), origin=node.origin
    )
    return b.expand(wide, _with(node.shape, steps), origin=node.origin)


def _along_axis(node: Node, timed: Timed, steps: Dim) -> Node:
    """slice, pad, concat."""
    inputs = [
        at_all if at_all is not None else _stretched(x, steps) for x, at_all in zip(node.inputs, timed, strict=True)
    ]
    return _again(node, *inputs, axis=_axis(node["axis"]))


def _einsum(node: Node, timed: Timed, steps: Dim) -> Node:
    operands, result = node["spec"].split("->")
    letter = next(c for c in "tsrqponmlkjihgfedcbazyxwvuTSRQPONM" if c not in node["spec"])
    pieces, inputs = [], []
    for letters, x, at_all in zip(operands.split(","), node.inputs, timed, strict=True):
        at = _place(len(letters))
        pieces.append(letters if at_all is None else letters[:at] + letter + letters[at:])
        inputs.append(x if at_all is None else at_all)
    at = _place(len(result))
    return _again(node, *inputs, spec=f"{','.join(pieces)}->{result[:at]}{letter}{result[at:]}")


def _gather(node: Node, timed: Timed, steps: Dim) -> Node:
    table, ids = timed
    if table is not None or ids is None:
        raise _no_rule(node)
    return b.gather(node.inputs[0], ids, origin=node.origin)


_RULES: dict[str, Rule] = {
    "map": _map, "reduce": _reduce, "reshape": _reshape, "transpose": _transpose, "expand": _expand,
    "slice": _along_axis, "pad": _along_axis, "concat": _along_axis, "einsum": _einsum, "gather": _gather,
}  # fmt: skip
