"""Fusion: which nodes are computed together, in one walk over memory.

In: the nodes that must stand in memory in the end. Out: a schedule of items, each a loop nest (`Nest`) or a single node for which
backends have a routine (products, rows by ids, copies). Views cost nothing: they are other ways to count in the memory of their operand.

The way: every node that must be stored or is costly to compute twice becomes a root; a root's cheap operands are computed with it,
in each root again. Then neighbouring roots are joined while one nest can still hold them. Nothing is stored that only its own nest reads.
Source: the greedy producer-consumer and multi-output fusion of XLA, with the loop nests of Halide in mind.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from nndsl.ir.nest import Nest, is_reduction, nest_of, space_of
from nndsl.ir.node import Node, topological
from nndsl.ir.table import TABLE

COSTLY = 4  # computing a node of this cost again is worse than storing it
MOST_OPERANDS = 28  # pointers of one kernel: beyond, they no longer stay in registers
INLINE = ("const", "size", "iota")  # leaves whose value is known where it is used
MEMORY_VIEWS = ("reshape", "transpose", "slice")
COPIES = ("concat", "pad")


@dataclass(frozen=True, slots=True)
class Single:
    """One node with a routine of its own."""

    node: Node


Item = Nest | Single


@dataclass(slots=True, eq=False)
class _Group:
    """Nodes that will be one nest."""

    roots: set[Node]
    nodes: set[Node]
    reads: set[Node]
    inputs: set[_Group | Node] = field(default_factory=set)


def is_view(node: Node) -> bool:
    """Whether the node is just another way to read the memory of its operand."""
    if node.op == "reshape":
        return not is_scattered(node.inputs[0])
    return node.op in MEMORY_VIEWS


def is_scattered(node: Node) -> bool:
    """Whether the node is a view whose elements do not lie in memory one after the other."""
    return node.op in ("transpose", "slice") or (node.op == "reshape" and is_view(node) and is_scattered(node.inputs[0]))


def base_of(node: Node) -> Node:
    """The node whose memory a view reads; any other node itself."""
    while is_view(node):
        node = node.inputs[0]
    return node


def is_fusable(node: Node) -> bool:
    """Whether a nest can compute the node."""
    return TABLE[node.op].kind in ("map", "reduce", "random") or node.op in INLINE or node.op == "expand"


def is_memory(node: Node) -> bool:
    """Whether the node is storage that is there before the schedule runs."""
    return TABLE[node.op].kind == "leaf" and node.op not in INLINE


def schedule(outputs: Sequence[Node]) -> tuple[Item, ...]:
    """The items that compute the outputs (their bases, where they are views), in an order that can be run."""
    order = topological(outputs)
    needed = _needed_in_memory(outputs, order)
    roots = _roots(order, needed)
    groups = _groups(order, roots)
    singles = [n for n in order if not is_fusable(n) and not is_view(n) and not is_memory(n)]
    merged = _merge(groups, singles, order)
    return _items(merged, singles, needed, order)


def _needed_in_memory(outputs: Sequence[Node], order: Sequence[Node]) -> set[Node]:
    """Nodes that nests must store whoever reads them: outputs, and what views and single nodes read."""
    needed = {base_of(n) for n in outputs}
    for node in order:
        if not is_fusable(node):
            needed.update(base_of(x) for x in node.inputs)
    return {n for n in needed if is_fusable(n)}


def _roots(order: Sequence[Node], needed: set[Node]) -> set[Node]:
    """Nodes that are computed once: needed ones, reductions, and costly ones that several roots use."""
    roots = needed | {n for n in order if is_reduction(n)}
    heads: dict[Node, set[Node]] = {n: set() for n in order}  # the roots in whose cone a node lies
    stretched = {n: False for n in order}  # whether a user walks over more than the node has
    for node in order:
        for x in node.inputs:
            stretched[x] |= space_of(node) != x.shape
    for node in reversed(order):
        if not is_fusable(node):
            continue
        if node not in roots and _is_costly(node) and (len(heads[node]) > 1 or stretched[node]):
            roots.add(node)
        for x in node.inputs:
            heads[x] |= {node} if node in roots else heads[node]
    return roots


def _is_costly(node: Node) -> bool:
    return TABLE[node.op].cost >= COSTLY


def _groups(order: Sequence[Node], roots: set[Node]) -> list[_Group]:
    """One group a root: its cone of cheap nodes, down to other roots and memory."""
    groups = []
    for root in (n for n in order if n in roots):
        group = _Group({root}, {root}, set())
        waiting = list(root.inputs)
        while waiting:
            x = waiting.pop()
            if x in group.nodes or x in group.reads:
                continue
            if is_fusable(x) and x not in roots:
                group.nodes.add(x)
                waiting += x.inputs
            else:
                group.reads.add(x)
        groups.append(group)
    return groups


class _Graph:
    """Which item needs which: items are groups and single nodes. Answers whether two groups may become one."""

    def __init__(self, groups: Iterable[_Group], singles: Iterable[Node]) -> None:
        self.maker: dict[Node, _Group | Node] = {root: group for group in groups for root in group.roots}
        self.maker.update({n: n for n in singles})

    def inputs(self, item: _Group | Node) -> set[_Group | Node]:
        reads = item.reads if isinstance(item, _Group) else item.inputs
        return {self.maker[b] for b in map(base_of, reads) if b in self.maker}

    def meets_between(self, first: _Group, second: _Group) -> bool:
        """Whether a way from `first` to `second` leads through a third item: then they cannot be one."""
        seen: set[_Group | Node] = set()
        waiting = [x for x in self.inputs(second) if x is not first]
        while waiting:
            item = waiting.pop()
            if item is first:
                return True
            if item not in seen:
                seen.add(item)
                waiting += self.inputs(item)
        return False

    def join(self, first: _Group, second: _Group) -> None:
        first.roots |= second.roots
        first.nodes |= second.nodes
        first.reads = (first.reads | second.reads) - first.nodes
        for root in second.roots:
            self.maker[root] = first


def _merge(groups: list[_Group], singles: list[Node], order: Sequence[Node]) -> list[_Group]:
    """Joins groups, each with an earlier one it reads from or reads the same memory as, while a nest can hold both."""
    graph, place = _Graph(groups, singles), {n: i for i, n in enumerate(order)}
    done: list[_Group] = []
    for group in groups:
        joined = False
        for other in _candidates(group, done, graph, place):
            if _fit(other, group, place) and not graph.meets_between(other, group) and not graph.meets_between(group, other):
                graph.join(other, group)
                joined = True
                break
        if not joined:
            done.append(group)
    return _merge_again(done, graph, place)


def _merge_again(groups: list[_Group], graph: _Graph, place: dict[Node, int]) -> list[_Group]:
    """A second look: groups that grew may now hold each other."""
    done: list[_Group] = []
    for group in groups:
        for other in _candidates(group, done, graph, place):
            if _fit(other, group, place) and not graph.meets_between(other, group) and not graph.meets_between(group, other):
                graph.join(other, group)
                break
        else:
            done.append(group)
    return done


def _candidates(group: _Group, done: list[_Group], graph: _Graph, place: dict[Node, int]) -> list[_Group]:
    """Earlier groups worth joining: producers first, then those that read the same memory; the latest first."""
    producers = [g for g in graph.inputs(group) if isinstance(g, _Group) and any(g is d for d in done)]
    shared = [d for d in done if d.reads & group.reads or d.nodes & group.reads]
    latest = {id(g): max(place[r] for r in g.roots) for g in done}
    ordered = sorted(producers, key=lambda g: -latest[id(g)])
    return ordered + sorted((g for g in shared if not any(g is p for p in ordered)), key=lambda g: -latest[id(g)])


def _fit(first: _Group, second: _Group, place: dict[Node, int]) -> bool:
    nodes = first.nodes | second.nodes
    reads = (first.reads | second.reads) - nodes
    if len(reads) + len(first.roots) + len(second.roots) > MOST_OPERANDS:
        return False
    if any(base_of(r) in nodes for r in reads):  # a view of what the nest itself would be writing
        return False
    return _nest(nodes, reads, first.roots | second.roots, (), place) is not None


def _nest(nodes: set[Node], reads: set[Node], roots: set[Node], writes: Iterable[Node], place: dict[Node, int]) -> Nest | None:
    ordered = sorted(nodes, key=place.__getitem__)
    inputs = sorted(reads, key=place.__getitem__)
    stored = sorted(writes, key=place.__getitem__)
    return nest_of(ordered, inputs, stored, frozenset(roots), frozenset(r for r in inputs if is_scattered(r)))


def _items(groups: list[_Group], singles: list[Node], needed: set[Node], order: Sequence[Node]) -> tuple[Item, ...]:
    """Nests with what they must store, and singles, each after what it reads."""
    place = {n: i for i, n in enumerate(order)}
    graph = _Graph(groups, singles)
    read_elsewhere = {base_of(r) for g in groups for r in g.reads}
    found: list[Item] = []
    seen: set[_Group | Node] = set()

    def visit(item: _Group | Node) -> None:
        if item in seen:
            return
        seen.add(item)
        for x in sorted(graph.inputs(item), key=lambda i: _place(i, place)):
            visit(x)
        if isinstance(item, Node):
            found.append(Single(item))
            return
        writes = {r for r in item.roots if r in needed or r in read_elsewhere}
        nest = _nest(item.nodes, item.reads, item.roots, writes, place)
        assert nest is not None, "a group that no nest holds was joined"
        found.append(nest)

    for item in sorted([*groups, *singles], key=lambda i: _place(i, place)):
        visit(item)
    return tuple(found)


def _place(item: _Group | Node, place: dict[Node, int]) -> int:
    return place[item] if isinstance(item, Node) else max(place[r] for r in item.roots)


__all__ = ["Item", "Single", "base_of", "is_fusable", "is_memory", "is_scattered", "is_view", "schedule", "space_of"]
