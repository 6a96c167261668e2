"""A loop as a pass sees it: its body, and what the body's leaves stand for outside.

In: a `scan` and what became of its inputs. Out: the same loop without what is not needed, and its values as nodes. What
a loop emits keeps its number through all that is done here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from nndsl.diagnostics import Span
from nndsl.ir import build as b
from nndsl.ir.body import Body, replaced
from nndsl.ir.node import Node, topological
from nndsl.ir.table import TABLE
from nndsl.passes.keep import bulk, cheapest
from nndsl.passes.lift import Lift, depends, liftable
from nndsl.passes.storage import base_of, is_fusable, is_view

AGAIN = ("map", "view", "window")  # kinds that may be computed twice
COPIES = ("concat", "pad", "assemble", "overlap_add", "scatter_add")  # but not these
DEAR = 10  # to compute again, against the few bytes a number takes: exponentials and their kin
WRITTEN_ANYWAY = 1.0  # the price of keeping what is written to memory in any case


@dataclass(frozen=True, slots=True)
class Loop:
    """steps, reverse, origin: as of the scan. Each leaf of the body stands for the node at its place in inits, xs (all
    steps, [T, ...]) or fixed.
    """

    body: Body
    inits: tuple[Node, ...]
    xs: tuple[Node, ...]
    fixed: tuple[Node, ...]
    steps: int
    reverse: bool
    origin: Span | None

    @property
    def items(self) -> dict[Node, Node]:
        """What each leaf that changes with time stands for."""
        return dict(zip(self.body.items, self.xs, strict=True))

    @property
    def constants(self) -> dict[Node, Node]:
        """What each leaf that is the same at every step stands for."""
        return dict(zip(self.body.fixed, self.fixed, strict=True))

    @property
    def node(self) -> Node:
        body = replace(self.body, emits=tuple(dict.fromkeys(self.body.emits)))
        return b.scan(body, self.inits, self.xs, self.fixed, steps=self.steps, reverse=self.reverse, origin=self.origin)

    @property
    def late(self) -> set[Node]:
        """The nodes of the body that depend on a state."""
        return depends(topological(self.body.results), set(self.body.states))

    def parts(self, loop: Node, nodes: Iterable[Node]) -> list[Node]:
        """The values of emitted nodes at all steps; loop: the scan of this loop."""
        emits = list(dict.fromkeys(self.body.emits))
        return [b.part(loop, emits.index(x), origin=x.origin) for x in nodes]

    def over(
        self,
        by: Mapping[Node, Node],
        items: Mapping[Node, Node] | None = None,
        fixed: Mapping[Node, Node] | None = None,
    ) -> Loop:
        """The loop with other nodes in its body, and more leaves: what each of those stands for."""
        if not by:
            return self
        items, fixed = items or {}, fixed or {}
        loop = self.with_results(replaced(self.body.results, by))
        body = replace(loop.body, items=(*loop.body.items, *items), fixed=(*loop.body.fixed, *fixed))
        return replace(self, body=body, xs=(*self.xs, *items.values()), fixed=(*self.fixed, *fixed.values()))

    def with_results(self, results: Sequence[Node]) -> Loop:
        """The loop with other next states and other values that it emits."""
        return replace(self, body=self.body.with_results(results))


def loop_of(scan: Node, inputs: Sequence[Node]) -> Loop:
    """A scan over these inputs."""
    body: Body = scan["body"]
    first, second = len(body.states), len(body.states) + len(body.items)
    return Loop(
        body,
        tuple(inputs[:first]),
        tuple(inputs[first:second]),
        tuple(inputs[second:]),
        scan["steps"],
        scan["reverse"],
        scan.origin,
    )


def pruned(loop: Loop) -> Loop:
    """Without states that nothing kept depends on, and without leaves that nothing needs; a state that never changes is
    fixed, and what stands twice for the same is one.
    """
    loop = _without_constants(loop)
    body = loop.body
    states: list[int] = []
    while True:
        reached = set(topological([*body.emits, *(body.nexts[i] for i in states)]))
        more = [i for i, s in enumerate(body.states) if s in reached and i not in states]
        if not more:
            break
        states += more
    states.sort()
    first: dict[Node, Node] = {}  # the leaf that stands for a node outside
    by: dict[Node, Node] = {}
    for leaf, outer in (*loop.items.items(), *loop.constants.items()):
        if leaf in reached:
            by[leaf] = first.setdefault(outer, leaf)
    results = replaced((*(body.nexts[i] for i in states), *body.emits), by)
    items = {leaf: x for leaf, x in loop.items.items() if by.get(leaf) is leaf}
    fixed = {leaf: x for leaf, x in loop.constants.items() if by.get(leaf) is leaf}
    kept = Body(
        tuple(body.states[i] for i in states),
        tuple(items),
        tuple(fixed),
        tuple(results[: len(states)]),
        tuple(results[len(states) :]),
    )
    inits = tuple(loop.inits[i] for i in states)
    return replace(loop, body=kept, inits=inits, xs=tuple(items.values()), fixed=tuple(fixed.values()))


def _without_constants(loop: Loop) -> Loop:
    """A state that is after each step what it was before -> fixed."""
    body = loop.body
    still = {s: x for s, n, x in zip(body.states, body.nexts, loop.inits, strict=True) if s is n}
    if not still:
        return loop
    moving = [i for i, s in enumerate(body.states) if s not in still]
    kept = replace(
        body,
        states=tuple(body.states[i] for i in moving),
        nexts=tuple(body.nexts[i] for i in moving),
        fixed=(*body.fixed, *still),
    )
    inits = tuple(loop.inits[i] for i in moving)
    return _without_constants(replace(loop, body=kept, inits=inits, fixed=(*loop.fixed, *still.values())))


# ---- what a loop must keep so that the rest can be computed outside


def below(node: Node) -> Sequence[Node] | None:
    """From what a node can be computed again; None if that is dear."""
    cheap = TABLE[node.op].kind in AGAIN and node.op not in COPIES and TABLE[node.op].cost < DEAR
    return node.inputs if cheap and liftable(node) else None


def operands(nodes: Iterable[Node]) -> set[Node]:
    """What must stand in memory, since products and their like read it."""
    order = topological(nodes)
    return {base_of(x) for node in order if not is_fusable(node) and not is_view(node) for x in node.inputs}


def kept_for(tops: Sequence[Node], nexts: Sequence[Node], states: Iterable[Node], items: Iterable[Node]) -> list[Node]:
    """The values that a loop must keep, so that the tops can be computed outside, for all steps at once.

    nexts: what the loop computes in any case. items: leaves whose values at all steps there are. What cannot be lifted
    stays in the loop; products that the loop does not need do not.
    """
    inside, states = set(topological(nexts)), set(states)
    order = topological([*nexts, *tops])
    stuck = {n for n in depends(order, set(items)) if not liftable(n)}
    late = depends(order, states | stuck)
    free = operands(tops)

    def source(node: Node) -> Sequence[Node] | None:
        if node not in late:
            return ()
        if node in states:
            return None
        if node in inside:
            return below(node)
        return node.inputs if liftable(node) else None

    def price(node: Node) -> float:
        costly = node not in inside and TABLE[node.op].kind in ("dot", "index", "window") and liftable(node)
        return float("inf") if costly else 0.0 if node in free else bulk(node)

    return [node for node in cheapest(tops, source, price) if node in late]


def settled(loop: Loop) -> list[Node]:
    """What the loop emits, each at all steps: from the loop, or computed outside from what it keeps.

    Outside is what no state reaches, and what needs products that the states themselves do not need. Without states
    there is no loop.
    """
    body, late = loop.body, loop.late
    inside = set(topological(body.nexts))
    whole = [x for x in body.emits if x not in late or _has_product(x, late - inside)]
    tops = list(dict.fromkeys(x for x in whole if x not in inside or not x.inputs))
    rest = [x for x in body.emits if x not in tops]
    kept = kept_for(tops, [*body.nexts, *rest], body.states, body.items) if tops else []
    values: dict[Node, Node] = {}
    if kept or rest:
        short = pruned(replace(loop, body=replace(body, emits=(*rest, *kept))))
        values.update(zip((*rest, *kept), short.parts(short.node, short.body.emits), strict=True))
    lift = Lift(loop.steps, {**loop.items, **{x: values[x] for x in kept}}, loop.constants)
    found = dict(zip(tops, lift.values(tops), strict=True))
    return [found[x] if x in found else values[x] for x in body.emits]


def _has_product(node: Node, among: set[Node]) -> bool:
    """Whether a product that can be lifted is among the nodes above the loop's own."""
    waiting, seen = [node], set[Node]()
    while waiting:
        x = waiting.pop()
        if x in among and x not in seen:
            seen.add(x)
            if TABLE[x.op].kind == "dot":
                return True
            waiting += x.inputs
    return False
