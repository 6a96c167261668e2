"""Fusion: which nodes are computed together, in one walk over memory.

In: the nodes that must stand in memory in the end. Out: a schedule of items, each a loop nest (`Nest`) or a single
node for which backends have a routine (products, rows by ids, copies). Views cost nothing: they are other ways to
count in the memory of their operand.

The way: every node that must be stored or is costly to compute twice becomes a root; a root's cheap operands are
computed with it, in each root again. Then neighbouring roots are joined while one nest can still hold them. Nothing is
stored that only its own nest reads.
Source: the greedy producer-consumer and multi-output fusion of XLA, with the loop nests of Halide in mind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nndsl.ir.nest import Nest, compared, is_reduction, joint_space, nest_of, space_of
from nndsl.ir.node import Node, Shape, topological
from nndsl.ir.table import TABLE
from nndsl.passes.storage import INLINE, base_of, is_fusable, is_memory, is_scattered, is_view

COSTLY = 4  # computing a node of this cost again is worse than storing it
MOST_OPERANDS = 28  # pointers of one kernel: beyond, they no longer stay in registers


@dataclass(frozen=True, slots=True)
class Single:
    """One node with a routine of its own."""

    node: Node


Item = Nest | Single


@dataclass(slots=True, eq=False)
class _Group:
    """Nodes that will be one nest. space: without leading axes of size 1. first, last: places of its roots in the
    order.
    """

    roots: set[Node]
    nodes: set[Node]
    reads: set[Node]
    space: Shape
    first: int
    last: int

    @property
    def touched(self) -> set[Node]:
        """Values by which the group may be near to others: what it reads and computes, but for what stands anywhere."""
        return self.reads | {n for n in self.nodes if n.op not in INLINE and n.op != "expand"}


def schedule(outputs: Sequence[Node]) -> tuple[Item, ...]:
    """The items that compute the outputs (their bases, where they are views), in an order that can be run."""
    order = topological(outputs)
    needed = _needed_in_memory(outputs, order)
    roots = _roots(order, needed)
    place = {n: i for i, n in enumerate(order)}
    singles = [n for n in order if not is_fusable(n) and not is_view(n) and not is_memory(n)]
    groups = _merge(_groups(order, roots, place), singles, place)
    repeated = _repeated(order, groups, roots)
    if repeated:
        groups = _merge(_groups(order, roots | repeated, place), singles, place)
    return _items(groups, singles, needed, place)


def _needed_in_memory(outputs: Sequence[Node], order: Sequence[Node]) -> set[Node]:
    """Nodes that nests must store whoever reads them: outputs, and what views and single nodes read."""
    needed = {base_of(n) for n in outputs}
    for node in order:
        if not is_fusable(node):
            needed.update(base_of(x) for x in node.inputs)
    return {n for n in needed if is_fusable(n)}


def _roots(order: Sequence[Node], needed: set[Node]) -> set[Node]:
    """Nodes that are computed once: needed ones, reductions, what is compared with them, and costly ones that several
    roots use.
    """
    roots = needed | {n for n in order if is_reduction(n)} | {n for n in compared(order) if is_fusable(n)}
    heads: dict[Node, set[Node]] = {n: set() for n in order}  # the roots in whose cone a node lies
    prices = _prices(order, roots)
    stretched = dict.fromkeys(order, False)  # whether a root that uses the node walks over more than the node has
    for node in reversed(order):
        if not is_fusable(node):
            continue
        often = stretched[node] or (len(heads[node]) > 1 and _is_costly(node))
        dear = _is_costly(node) or (prices[node] >= COSTLY and node.dtype == "float")
        if node not in roots and often and dear:
            roots.add(node)
        for x in node.inputs:
            heads[x] |= {node} if node in roots else heads[node]
            stretched[x] |= space_of(node) != x.shape or (stretched[node] and node not in roots)
    return roots


def _is_costly(node: Node) -> bool:
    return TABLE[node.op].cost >= COSTLY


def _prices(order: Sequence[Node], roots: set[Node]) -> dict[Node, int]:
    """What it costs to compute each node from what is stored or costly."""
    found: dict[Node, int] = {}
    for node in order:
        stored = not is_fusable(node) or node in roots or _is_costly(node)
        inside = 0 if stored else sum(found[x] for x in dict.fromkeys(node.inputs))
        found[node] = 0 if stored else TABLE[node.op].cost + inside
    return found


def _repeated(order: Sequence[Node], groups: Sequence[_Group], roots: set[Node]) -> set[Node]:
    """Cheap nodes that several nests would compute from many values in memory, where reading one is less: such as
    the sum of a residual network's layers so far."""
    homes: dict[Node, list[_Group]] = {}
    for group in sorted(groups, key=lambda g: g.last):
        for node in group.nodes - roots:
            homes.setdefault(node, []).append(group)
    found: set[Node] = set()
    for node in order:
        others = homes.get(node, [])[1:]
        if not others or node.dtype != "float" or node.op in INLINE or node.op == "expand":
            continue
        saved = sum(_traffic(g, found, node) - _traffic(g, found | {node}, node) for g in others)
        if saved > 1:  # it has to be written
            found.add(node)
    return found


def _traffic(group: _Group, stored: set[Node], like: Node) -> int:
    """How many values of a node's size a group reads, if some of its nodes are stored."""
    seen: set[Node] = set()
    waiting = [x for root in group.roots for x in root.inputs]
    while waiting:
        x = waiting.pop()
        if x not in seen:
            seen.add(x)
            if x in group.nodes and x not in stored:
                waiting += x.inputs
    return sum(x.shape == like.shape and (x not in group.nodes or x in stored) for x in seen)


def _groups(order: Sequence[Node], roots: set[Node], place: Mapping[Node, int]) -> list[_Group]:
    """One group a root: its cone of cheap nodes, down to other roots and memory."""
    groups = []
    for root in (n for n in order if n in roots):
        group = _Group({root}, {root}, set(), _trimmed(space_of(root)), place[root], place[root])
        waiting = list(root.inputs)
        while waiting:
            x = waiting.pop()
            if x in group.nodes or x in group.reads:
                continue
            if x.op in INLINE or (is_fusable(x) and x not in roots):
                group.nodes.add(x)
                waiting += x.inputs
            else:
                group.reads.add(x)
        groups.append(group)
    return groups


def _trimmed(shape: Shape) -> Shape:
    """Without leading axes of size 1."""
    lead = next((i for i, d in enumerate(shape) if d != 1), len(shape))
    return shape[lead:]


class _Graph:
    """Which item needs which: items are groups and single nodes. Answers whether two groups may become one."""

    def __init__(self, groups: Iterable[_Group], singles: Iterable[Node], place: Mapping[Node, int]) -> None:
        self.place = place
        self.maker: dict[Node, _Group | Node] = {root: group for group in groups for root in group.roots}
        self.maker.update({n: n for n in singles})

    def inputs(self, item: _Group | Node) -> set[_Group | Node]:
        reads = item.reads if isinstance(item, _Group) else item.inputs
        return {self.maker[b] for b in map(base_of, reads) if b in self.maker}

    def at(self, item: _Group | Node) -> int:
        """The place of the last node an item makes."""
        return item.last if isinstance(item, _Group) else self.place[item]

    def apart(self, first: _Group, second: _Group) -> bool:
        """Whether no way between the two leads through a third item: with one, they cannot be one."""
        return not self._meets_between(first, second) and not self._meets_between(second, first)

    def _meets_between(self, first: _Group, second: _Group) -> bool:
        seen: set[_Group | Node] = set()
        waiting = [x for x in self.inputs(second) if x is not first]
        while waiting:
            item = waiting.pop()
            if item is first:
                return True
            if item not in seen and self.at(item) > first.first:  # else it was made before anything of `first`
                seen.add(item)
                waiting += self.inputs(item)
        return False

    def join(self, first: _Group, second: _Group) -> None:
        space = joint_space([first.space, second.space])
        assert space is not None
        first.space = space
        first.roots |= second.roots
        first.nodes |= second.nodes
        first.reads = (first.reads | second.reads) - first.nodes
        first.first, first.last = min(first.first, second.first), max(first.last, second.last)
        for root in second.roots:
            self.maker[root] = first


def _merge(groups: list[_Group], singles: list[Node], place: Mapping[Node, int]) -> list[_Group]:
    """Joins groups, each with an earlier one it shares values with, while a nest can hold both: again and again, since
    groups that grew may hold each other (the gates of a cell, one by one, join what they feed).
    """
    graph = _Graph(groups, singles, place)
    while True:
        fewer = _merged_once(groups, graph, place)
        if len(fewer) == len(groups):
            return fewer
        groups = fewer


def _merged_once(groups: list[_Group], graph: _Graph, place: Mapping[Node, int]) -> list[_Group]:
    done: dict[_Group, None] = {}
    near: dict[Node, dict[_Group, None]] = {}  # which done groups touch a value
    for group in groups:
        home = next(
            (o for o in _candidates(group, done, near) if _fit(o, group, place) and graph.apart(o, group)), None
        )
        if home is None:
            done[group] = None
        else:
            graph.join(home, group)
        for x in group.touched:
            near.setdefault(x, {})[home or group] = None
    return list(done)


def _candidates(group: _Group, done: Mapping[_Group, None], near: Mapping[Node, Mapping[_Group, None]]) -> list[_Group]:
    """Earlier groups worth joining: those it reads from first, then those that read the same memory; the latest first.

    A value that both touch must fill the space of one of them. Else that they fit would be chance, such as two layers
    of one width, and the same network with other widths would need other kernels.
    """
    found: dict[_Group, bool] = {}
    for x in group.touched:
        shape = _trimmed(x.shape)
        for other in near.get(x, ()):
            if other in done and shape in (group.space, other.space):
                found[other] = found.get(other, False) or (x in other.roots and x in group.reads)
    return sorted(found, key=lambda g: (not found[g], -g.last))


def _fit(first: _Group, second: _Group, place: Mapping[Node, int]) -> bool:
    nodes = first.nodes | second.nodes
    reads = (first.reads | second.reads) - nodes
    if len(reads) + len(first.roots) + len(second.roots) > MOST_OPERANDS:
        return False
    roots = first.roots | second.roots
    if any(base_of(r) in roots for r in reads):  # a view of what the nest itself would be writing
        return False
    return _nest(nodes, reads, roots, (), place) is not None


def _nest(
    nodes: set[Node], reads: set[Node], roots: set[Node], writes: Iterable[Node], place: Mapping[Node, int]
) -> Nest | None:
    ordered = sorted(nodes, key=place.__getitem__)
    inputs = sorted(reads, key=place.__getitem__)
    stored = sorted(writes, key=place.__getitem__)
    return nest_of(ordered, inputs, stored, frozenset(roots), frozenset(r for r in inputs if is_scattered(r)))


def _items(groups: list[_Group], singles: list[Node], needed: set[Node], place: Mapping[Node, int]) -> tuple[Item, ...]:
    """Nests with what they must store, and singles, each after what it reads."""
    graph = _Graph(groups, singles, place)
    read_elsewhere = {base_of(r) for g in groups for r in g.reads}
    found: list[Item] = []
    seen: set[_Group | Node] = set()

    def visit(item: _Group | Node) -> None:
        if item in seen:
            return
        seen.add(item)
        for x in sorted(graph.inputs(item), key=graph.at):
            visit(x)
        if isinstance(item, Node):
            found.append(Single(item))
            return
        writes = {r for r in item.roots if r in needed or r in read_elsewhere}
        nest = _nest(item.nodes, item.reads, item.roots, writes, place)
        assert nest is not None, "a group that no nest holds was joined"
        found.append(nest)

    everything: list[_Group | Node] = [*groups, *singles]
    for item in sorted(everything, key=graph.at):
        visit(item)
    return tuple(found)


__all__ = ["Item", "Single", "base_of", "is_fusable", "is_memory", "is_scattered", "is_view", "schedule"]
