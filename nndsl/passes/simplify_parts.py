"""Laws of arrays that are put together from parts with numbers between them: `pad` and `assemble`.

A *placed* array is a list of parts, each with its first place and its step along every axis, and the number that
stands everywhere else. Where a picture is pooled without overlap, the gradient of each place under the window becomes
one part, and no picture of zeros is ever added to another.
"""

from __future__ import annotations

from collections.abc import Sequence

from nndsl.ir import build as b
from nndsl.ir.node import Dim, Node, topological
from nndsl.ir.primitives.window import apart, places
from nndsl.passes.rewrite import Rule, rewrite
from nndsl.values import value


@value
class Placed:
    """A part, and where its elements lie: at starts[axis] + i * steps[axis]."""

    part: Node
    starts: tuple[int, ...]
    steps: tuple[int, ...]


def placed(node: Node) -> tuple[list[Placed], float] | None:
    """The parts of a pad or an assemble, and the number between them; None for any other node."""
    if node.op == "pad":
        (x,), axis = node.inputs, node["axis"]
        starts = tuple(node["before"] if i == axis else 0 for i in range(x.rank))
        steps = tuple(node["interior"] + 1 if i == axis else 1 for i in range(x.rank))
        return [Placed(x, starts, steps)], node["value"]
    if node.op == "assemble":
        found = [Placed(*one) for one in zip(node.inputs, node["starts"], node["steps"], strict=True)]
        return found, node["value"]
    return None


def put(parts: Sequence[Placed], shape: Sequence[Dim], number: float) -> Node:
    """The array of these parts; the step of a single element is 1."""
    steps = [[1 if d == 1 else step for d, step in zip(p.part.shape, p.steps, strict=True)] for p in parts]
    return b.assemble([p.part for p in parts], shape, [p.starts for p in parts], steps, number)


def whole_part(node: Node) -> Node | None:
    """assemble(x) that x fills -> x."""
    return node.inputs[0] if node.op == "assemble" and node.shape == node.inputs[0].shape else None


def pad_of_parts(node: Node) -> Node | None:
    """pad(pad(x)), pad(assemble(x, y)) -> assemble(x, y) in the larger shape, where the numbers between are the
    same.
    """
    if node.op != "pad":
        return None
    found = placed(node.inputs[0])
    if found is None or found[1] != node["value"]:
        return None
    axis, step = node["axis"], node["interior"] + 1

    def moved(p: Placed) -> Placed:
        starts, steps = list(p.starts), list(p.steps)
        starts[axis], steps[axis] = node["before"] + step * starts[axis], step * steps[axis]
        return Placed(p.part, tuple(starts), tuple(steps))

    return put([moved(p) for p in found[0]], node.shape, found[1])


def pad_of_sum(node: Node) -> Node | None:
    """pad(x + y) -> pad(x) + pad(y), where x and y have zeros around them already."""
    if node.op != "pad" or node["value"] or node.inputs[0].op != "add":
        return None
    operands = node.inputs[0].inputs
    if any(x.shape != node.inputs[0].shape or not _is_sum_of_parts(x) for x in operands):
        return None
    x, y = (b.again(node, [x]) for x in operands)
    return b.add(x, y)


def _is_sum_of_parts(node: Node) -> bool:
    if node.op == "add":
        return all(_is_sum_of_parts(x) for x in node.inputs)
    found = placed(node)
    return found is not None and found[1] == 0


def slice_of_placed(node: Node) -> Node | None:
    """slice(assemble(x, y)) -> assemble(x) where the slice takes some parts as they are, and nothing between them."""
    if node.op != "slice" or node["step"] < 1 or node["start"] == node["stop"]:
        return None
    found = placed(node.inputs[0])
    if found is None or (node.inputs[0].op == "pad" and node.inputs[0]["axis"] != node["axis"]):
        return None
    axis, start, step, kept = node["axis"], node["start"], node["step"], list[Placed]()
    for p in found[0]:
        own, first, size = p.steps[axis], p.starts[axis], int(p.part.shape[axis])
        reached = set(range(first, first + own * size, own)) & set(range(start, node["stop"], step))
        if not reached:
            continue
        if first != start or len(reached) != size or size != node.shape[axis]:
            return None
        starts, steps = list(p.starts), list(p.steps)
        starts[axis], steps[axis] = 0, 1
        kept.append(Placed(p.part, tuple(starts), tuple(steps)))
    if not kept:
        return b.full(node.shape, found[1] if node.dtype == "float" else int(found[1]), node.dtype)
    return put(kept, node.shape, found[1])


def sum_of_parts(node: Node) -> Node | None:
    """assemble(x) + assemble(y) -> assemble(x, y) where they do not meet; parts of one grid that meet are added on
    that grid first.
    """
    if node.op != "add" or node.inputs[0].shape != node.inputs[1].shape:
        return None
    left, right = (placed(x) for x in node.inputs)
    if left is None or right is None or left[1] or right[1]:
        return None
    parts = list(left[0])
    for p in right[0]:
        meeting = [q for q in parts if not _disjoint(p, q)]
        if len(meeting) > 1 or (meeting and not _one_grid(p, meeting[0])):
            return None
        parts = [q for q in parts if q not in meeting] + [_added(meeting[0], p) if meeting else p]
    if any(not _disjoint(p, q) for i, p in enumerate(parts) for q in parts[:i]):
        return None
    return put(parts, node.shape, 0.0)


def _disjoint(p: Placed, q: Placed) -> bool:
    pairs = zip(places(p.part, p.starts, p.steps), places(q.part, q.starts, q.steps), strict=True)
    return any(x is not None and y is not None and apart(x, y) for x, y in pairs)


def _one_grid(p: Placed, q: Placed) -> bool:
    """Whether two parts lie on the same grid, and not on that of single elements."""
    shifts = [(a - c) % step for a, c, step in zip(p.starts, q.starts, p.steps, strict=True)]
    return p.steps == q.steps and max(p.steps) > 1 and not any(shifts)


def _added(p: Placed, q: Placed) -> Placed:
    """Two parts of one grid as one."""
    x, y, starts = p.part, q.part, list(p.starts)
    for axis, step in enumerate(p.steps):
        if isinstance(x.shape[axis], str) or isinstance(y.shape[axis], str):
            continue
        first = min(p.starts[axis], q.starts[axis])
        before_x, before_y = (p.starts[axis] - first) // step, (q.starts[axis] - first) // step
        last = max(before_x + int(x.shape[axis]), before_y + int(y.shape[axis]))
        x = b.pad(x, axis, before_x, last - before_x - int(x.shape[axis]))
        y = b.pad(y, axis, before_y, last - before_y - int(y.shape[axis]))
        starts[axis] = first
    return Placed(b.add(x, y), tuple(starts), p.steps)


def reduce_of_parts(node: Node) -> Node | None:
    """sum(assemble(x, y)) -> sum(x) + sum(y), where the sum goes over all axes on which there are zeros."""
    if node.op != "sum":
        return None
    found = placed(node.inputs[0])
    if found is None or found[1]:
        return None
    shape, axes = node.inputs[0].shape, node["axes"]
    if any(p.part.shape[i] != shape[i] for p in found[0] for i in range(len(shape)) if i not in axes):
        return None
    total = b.reduce_sum(found[0][0].part, axes)
    for p in found[0][1:]:
        total = b.add(total, b.reduce_sum(p.part, axes))
    return total


def reshape_of_parts(node: Node) -> Node | None:
    """reshape(assemble(x)) that only adds or drops axes of size 1 -> assemble(reshape(x))."""
    if node.op != "reshape":
        return None
    found = placed(node.inputs[0])
    long = [i for i, d in enumerate(node.inputs[0].shape) if d != 1]
    wide = [i for i, d in enumerate(node.shape) if d != 1]
    if found is None or [node.inputs[0].shape[i] for i in long] != [node.shape[i] for i in wide]:
        return None
    came = dict(zip(wide, long, strict=True))

    def moved(p: Placed) -> Placed:
        shape = [p.part.shape[came[i]] if i in came else 1 for i in range(node.rank)]
        starts = tuple(p.starts[came[i]] if i in came else 0 for i in range(node.rank))
        steps = tuple(p.steps[came[i]] if i in came else 1 for i in range(node.rank))
        return Placed(b.reshape(p.part, shape), starts, steps)

    return put([moved(p) for p in found[0]], node.shape, found[1])


PART_RULES: tuple[Rule, ...] = (
    whole_part,
    pad_of_parts,
    pad_of_sum,
    slice_of_placed,
    sum_of_parts,
    reduce_of_parts,
    reshape_of_parts,
)


# ---- one array for several borders


def borders_shared(outputs: Sequence[Node]) -> list[Node]:
    """The outputs, where an array of parts becomes a slice of the same one with a wider border, if there is one.

    So a gradient that one product reads with a border and another one without stands in memory once. Run this last:
    the laws would take the slice apart again.
    """
    found = list(outputs)
    while cuts := _cuts(found):
        found = rewrite(found, [cuts.get])
    return found


def _cuts(outputs: Sequence[Node]) -> dict[Node, Node]:
    groups: dict[object, list[Node]] = {}
    for node in topological(outputs):
        if node.op == "assemble":
            groups.setdefault((node.inputs, node["steps"], node["value"]), []).append(node)
    found: dict[Node, Node] = {}
    for nodes in groups.values():
        widest = max(nodes, key=lambda n: [d for d in n.shape if isinstance(d, int)])
        for node in nodes:
            shift = [a - c for a, c in zip(widest["starts"][0], node["starts"][0], strict=True)]
            if node is not widest and _lies_within(node, widest, shift):
                found[node] = _cut(widest, node, shift)
    return found


def _lies_within(node: Node, wide: Node, shift: Sequence[int]) -> bool:
    same = all(
        [a - c for a, c in zip(p, q, strict=True)] == list(shift)
        for p, q in zip(wide["starts"], node["starts"], strict=True)
    )
    return same and all(
        d == e if isinstance(d, str) or isinstance(e, str) else s >= 0 and s + d <= e
        for d, e, s in zip(node.shape, wide.shape, shift, strict=True)
    )


def _cut(wide: Node, node: Node, shift: Sequence[int]) -> Node:
    for axis, (d, start) in enumerate(zip(node.shape, shift, strict=True)):
        if isinstance(d, int) and d != wide.shape[axis]:
            wide = b.slice_(wide, axis, start, start + d)
    return wide
