"""One use of a cell in the making: what stands for its states and its input while its body is read, and the loop that
the body becomes.

In: the nodes of a body that was read once, over leaves that stand for one step. Out: a `scan` over all steps. Knows
nothing of the language. Letters: B batch, T time.

While it is read, a body may use any value from outside: weights, a context. What does not change from step to step
enters the loop as `fixed`; only what depends on the step is inside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from nndsl.diagnostics import Span
from nndsl.ir import build as b
from nndsl.ir.body import Body, replaced
from nndsl.ir.node import BATCH, Dim, Node, topological
from nndsl.ir.scans import DRAWS, KNOWN


@dataclass(slots=True)
class State:
    """leaf: the value before the step, [B, *shape]. initial: before the first step, the same shape.

    next: after the step, as written, until it is known None; kept: the same, or the value before where the sequence is
    over.
    """

    name: str
    leaf: Node
    initial: Node
    declared: Span
    next: Node | None = None
    kept: Node | None = None
    written: Span | None = None


@dataclass(slots=True)
class Recurrence:
    """
    path: of the use, for names of leaves. steps: T. items: for each leaf that changes with the step, its values at all
    steps, [T, ...]. going: [B], whether the example's sequence goes on at this step; None where all are equally long.
    """

    path: str
    steps: int
    items: dict[Node, Node] = field(default_factory=dict)
    states: dict[str, State] = field(default_factory=dict)
    going: Node | None = None

    def item(self, name: str, sequence: Node, *, origin: Span | None = None) -> Node:
        """What stands for one step of a sequence [T, ...]."""
        leaf = b.input_(f"{self.path}:{name}", sequence.shape[1:], sequence.dtype, origin=origin)
        self.items[leaf] = sequence
        return leaf

    def state(self, name: str, shape: Sequence[Dim], initial: Node, declared: Span) -> State:
        """A state of this shape, without the batch. initial: broadcasts to [B, *shape]."""
        whole = (BATCH, *shape)
        leaf = b.input_(f"{self.path}:{name}'", whole, origin=declared)
        made = State(name, leaf, b.expand(initial, whole, origin=declared), declared)
        self.states[name] = made
        return made

    def write(self, state: State, value: Node, span: Span) -> Node:
        """Gives a state its next value, [B, *shape]; what it is after the step, also where the sequence is over."""
        state.next, state.written = value, span
        state.kept = value
        if self.going is not None and value is not state.leaf:
            going = b.reshape(self.going, (BATCH, *(1,) * (value.rank - 1)), origin=span)
            state.kept = b.where(going, value, state.leaf, origin=span)
        return state.kept

    def inner(self, nodes: Sequence[Node], streams: frozenset[int]) -> set[Node]:
        """Those among the nodes and all below them that change from step to step.

        streams: of random numbers drawn anew at each step.
        """
        changing = {state.leaf for state in self.states.values() if state.next is not state.leaf} | set(self.items)
        found: set[Node] = set()
        for node in topological(nodes):
            drawn = node.op in DRAWS and node["stream"] in streams
            if drawn or node in changing or any(x in found for x in node.inputs):
                found.add(node)
        return found

    def run(
        self, outputs: Sequence[Node], streams: frozenset[int], *, reverse: bool, origin: Span
    ) -> tuple[list[Node], dict[str, Node]]:
        """The outputs at all steps, each [T, *shape], and the states that change, after all steps: [T, B, *shape]."""
        moving = [state for state in self.states.values() if state.next is not state.leaf]
        nexts = [_known(state) for state in moving]
        results = [*outputs, *nexts]
        inner = self.inner(results, streams)
        outer = {state.leaf: state.initial for state in self.states.values() if state.next is state.leaf}
        outer |= {node: node for node in _frontier(results, inner) if node not in outer}
        known = {node: value for node, value in outer.items() if _everywhere(value)}
        outer = {node: value for node, value in outer.items() if node not in known}
        stands = {node: b.fresh("fixed", node.shape, node.dtype, origin=node.origin) for node in outer}
        closed = replaced(results, known | stands)
        emits = tuple(dict.fromkeys(closed))
        leaves = (tuple(state.leaf for state in moving), tuple(self.items), tuple(stands.values()))
        body = Body(*leaves, nexts=tuple(closed[len(outputs) :]), emits=emits)
        inits, xs = [state.initial for state in moving], list(self.items.values())
        scan = b.scan(body, inits, xs, list(outer.values()), steps=self.steps, reverse=reverse, origin=origin)
        parts = [b.part(scan, emits.index(node), origin=origin) for node in closed]
        found = dict(zip((state.name for state in moving), parts[len(outputs) :], strict=True))
        return parts[: len(outputs)], found


def _known(state: State) -> Node:
    assert state.kept is not None, state.name
    return state.kept


def _frontier(results: Sequence[Node], inner: set[Node]) -> list[Node]:
    """Where what is the same at every step meets what is not; constants are the same inside and outside."""
    met = [x for node in topological(results) if node in inner for x in node.inputs]
    met += results
    return [node for node in dict.fromkeys(met) if node not in inner and not _everywhere(node)]


def _everywhere(node: Node) -> bool:
    """Whether it is made of constants alone."""
    return all(x.op in KNOWN for x in topological([node]) if not x.inputs)
