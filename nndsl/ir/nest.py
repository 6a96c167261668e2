"""Loop nests: what one fused kernel computes, and how its axes are walked. A value: texts are made of it elsewhere.

In: nodes that are to be computed together. Out: a `Nest`, or None where no single walk over their axes can do it.

All nodes of a nest live on one space, the shape of its largest. Axes on which every node varies alike are merged, so
that most nests have one or two. The last axis is the inner loop, the others are outer loops; `depth` of a value is how
many of the first axes it varies on: a row's value stands outside the inner loop, a scalar outside all.
An inner reduction is complete when its row is, so it can be used in a later pass over the same row (softmax: three
passes). A reduction over outer axes is complete when the nest is: only what stands after all loops may use it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nndsl.ir.node import Dim, Node, Shape
from nndsl.ir.table import TABLE

Flags = tuple[bool, ...]  # for each axis of the nest: whether a value varies on it
AFTER = 1 << 20  # the pass of what is computed when all loops are done


@dataclass(frozen=True, slots=True)
class Nest:
    """
    nodes: computed here, inputs before users. reads: from memory. writes: to memory (nodes of the nest).
    axes: for each merged axis, which axes of the space it holds (counted from the right, -1 the last).
    space: the size of each merged axis, as dims to be multiplied.
    flags: for each node and read, on which merged axes it varies.
    walks: for each node, on which it is computed: of a reduction, those of its operand.
    passes: for each node, in which pass over a row it is computed (AFTER: when all loops are done).
    """

    nodes: tuple[Node, ...]
    reads: tuple[Node, ...]
    writes: tuple[Node, ...]
    axes: tuple[tuple[int, ...], ...]
    space: tuple[tuple[Dim, ...], ...]
    flags: Mapping[Node, Flags]
    walks: Mapping[Node, Flags]
    passes: Mapping[Node, int]

    @property
    def rank(self) -> int:
        return len(self.axes)

    def depth(self, node: Node) -> int:
        """How many of the first axes a value varies on; of a reduction, its result."""
        return depth(self.flags[node])

    def inner(self, node: Node) -> bool:
        """Whether a value varies along the inner loop."""
        return bool(self.axes) and self.flags[node][-1]

    def walks_inner(self, node: Node) -> bool:
        """Whether a node of the nest is computed along the inner loop: of a reduction, whether its operand varies
        there.
        """
        return bool(self.axes) and self.walks[node][-1]

    def gathers(self, node: Node) -> bool:
        """Whether a node makes less of more: a reduction over axes that are all of size 1 does not."""
        return self.walks[node] != self.flags[node]

    def accumulates(self, node: Node) -> bool:
        """Whether a node gathers over more than the inner loop of one row, so that memory must hold its sum so far."""
        return any(w and not f for w, f in zip(self.walks[node][:-1], self.flags[node][:-1], strict=True))


def depth(flags: Flags) -> int:
    return max((k + 1 for k, flag in enumerate(flags) if flag), default=0)


def is_reduction(node: Node) -> bool:
    return TABLE[node.op].kind == "reduce"


def compared(nodes: Iterable[Node]) -> set[Node]:
    """Values that are compared with a reduction of themselves, as in the derivative of a maximum. They must be
    computed once: a second time they might be rounded otherwise, and no element would equal the greatest."""
    conditions = (n for n in nodes if n.dtype == "bool")
    return {x.inputs[0] for n in conditions for x in n.inputs if is_reduction(x) and x.inputs[0] in n.inputs}


def space_of(node: Node) -> Shape:
    """The shape a node is computed over: of a reduction, that of what it reduces."""
    return node.inputs[0].shape if is_reduction(node) else node.shape


def joint_space(shapes: Iterable[Shape]) -> Shape | None:
    """The space in which all the shapes lie, aligned at the right; None where two sizes contradict each other."""
    space: list[Dim] = []  # last axis first
    for shape in shapes:
        for k, size in enumerate(reversed(shape)):
            if k == len(space):
                space.append(size)
            elif size != 1 and space[k] != size:
                if space[k] != 1:
                    return None
                space[k] = size
    return tuple(reversed(space))


def _size(shape: Shape, axis: int) -> Dim:
    return shape[axis] if len(shape) >= -axis else 1


def _merged(space: Sequence[Dim], shapes: Iterable[Shape], plain: bool) -> list[tuple[int, ...]]:
    """Axes of size 1 are dropped; neighbours on which all shapes vary alike become one, if all lie in memory in
    order.
    """
    kept = [axis for axis in range(-len(space), 0) if space[axis] != 1]
    known = tuple(shapes)
    patterns = {axis: tuple(_size(s, axis) != 1 for s in known) for axis in kept}
    merged: list[list[int]] = []
    for axis in kept:
        if merged and plain and patterns[merged[-1][-1]] == patterns[axis]:
            merged[-1].append(axis)
        else:
            merged.append([axis])
    return [tuple(axes) for axes in merged]


def nest_of(
    nodes: Sequence[Node],
    reads: Sequence[Node],
    writes: Sequence[Node],
    roots: frozenset[Node],
    scattered: frozenset[Node],
) -> Nest | None:
    """The nest that computes `nodes` (topological order) from `reads`.

    roots: nodes that must be computed once, not once more in every row. scattered: reads that do not lie in memory in
    order.
    """
    shapes = list(dict.fromkeys([s for n in nodes for s in (n.shape, space_of(n))] + [r.shape for r in reads]))
    space = joint_space(shapes)
    if space is None:
        return None
    axes = _merged(space, shapes, not scattered)
    by_shape = {s: tuple(any(_size(s, axis) != 1 for axis in merged) for merged in axes) for s in shapes}
    flags = {n: by_shape[n.shape] for n in (*nodes, *reads)}
    walks = {n: by_shape[space_of(n)] for n in nodes}
    passes = _passes(nodes, len(axes), flags, walks, roots)
    if passes is None:
        return None
    sizes = tuple(tuple(space[axis] for axis in merged) for merged in axes)
    return Nest(tuple(nodes), tuple(reads), tuple(writes), tuple(axes), sizes, flags, walks, passes)


def _is_once(walk: Flags) -> bool:
    """Whether a node that is computed over these axes is computed once: before the loops, once a row, or in the inner
    loop.
    """
    deep = depth(walk)
    return all(walk[:deep]) and (deep == 0 or deep >= len(walk) - 1)


def _passes(
    nodes: Sequence[Node], rank: int, flags: Mapping[Node, Flags], walks: Mapping[Node, Flags], roots: frozenset[Node]
) -> dict[Node, int] | None:
    """For each node its pass; None where one would have to be used before it is complete.

    A value of the inner loop is computed in the first pass in which its operands are there. A reduction along the inner
    loop belongs to the pass of its operand, and its result is there for the next one.
    """
    passes: dict[Node, int] = {}
    ready: dict[Node, int] = {}  # the first pass that may use a node's result
    for node in nodes:
        if node in roots and not _is_once(walks[node]):
            return None
        at = max((ready[x] for x in node.inputs if x in ready), default=0)
        if at == AFTER and any(walks[node]):
            return None
        passes[node] = ready[node] = at
        if walks[node] != flags[node]:
            outer = walks[node][:-1] != flags[node][:-1]
            ready[node] = AFTER if outer else at + 1
    return passes
