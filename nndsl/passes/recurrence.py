"""The derivative of a loop over time: back-propagation through time (Werbos 1990), from graph to graph.

In: a `scan`, and the gradients of its parts. Out: the gradients of its inputs. The backward loop runs the other way and
holds only how the gradients of the states follow from one another. All else (gradients of weights, of what came in) is
computed for all steps at once, outside: one product over time and batch where the loop would have T small ones.

What the backward loop needs of the forward one is kept by it: the loop is made anew with more values. Which ones is a
minimum cut: maps and views are computed again where that keeps fewer numbers, but no products, no reductions, and no
exponentials and their kin. So of an LSTM the four gates are kept, the state c and tanh(c), but not 1 - f or f * c.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from nndsl.ir import build as b
from nndsl.ir.body import Body, replaced
from nndsl.ir.node import Node, topological
from nndsl.ir.table import TABLE
from nndsl.passes.keep import bulk, cheapest
from nndsl.passes.lift import Lift, depends
from nndsl.passes.loop import WRITTEN_ANYWAY, below, kept_for, operands
from nndsl.passes.simplify import simplify

# (gradients of some nodes, what is to be derived by) -> the gradients of all nodes on the way
Derive = Callable[[Mapping[Node, Node], Iterable[Node]], dict[Node, Node]]


@dataclass(frozen=True, slots=True)
class _Backward:
    """One step backwards, over the forward step's nodes and new leaves.

    carried: the states (by number) whose gradient goes on from step to step. arriving: the leaf of the gradient of each
    after the step. leaving: its gradient before the step. emitted: the leaf of the gradient of each emitted value (by
    number). tops: the gradients of items and fixed leaves.
    """

    carried: tuple[int, ...]
    arriving: tuple[Node, ...]
    leaving: tuple[Node, ...]
    emitted: dict[int, Node]
    tops: dict[Node, Node]

    @property
    def results(self) -> tuple[Node, ...]:
        return (*self.leaving, *self.tops.values())


def derivatives(scan: Node, slopes: Mapping[int, Node], active: Collection[Node], derive: Derive) -> list[Node | None]:
    """The gradients of a scan's inputs, None where there is none.

    slopes: by the number of what is emitted, the gradient of that part. active: the nodes outside whose gradients
    matter.
    """
    body: Body = scan["body"]
    moving = _moving(scan, active)
    ends = _at_the_end(scan, slopes)
    slopes = {i: g for i, g in slopes.items() if i not in ends}
    back = _backward(body, slopes, [body.nexts.index(body.emits[i]) for i in ends], moving, derive)
    outside = _read_from_joined(back)
    known = _kept_of_forward(body, back, outside)
    sent = kept_for(list(outside.values()), back.leaving, back.arriving, back.emitted.values())

    first, second = len(body.states), len(body.states) + len(body.items)
    forward = b.scan(
        replace(body, emits=tuple(dict.fromkeys((*body.emits, *known)))),
        scan.inputs[:first], scan.inputs[first:second], scan.inputs[second:],
        steps=scan["steps"], reverse=scan["reverse"], origin=scan.origin,
    )  # fmt: skip
    stacked = {x: b.part(forward, forward["body"].emits.index(x), origin=x.origin) for x in known}
    stacked.update(zip(body.items, scan.inputs[first:second], strict=True))
    stacked.update((leaf, slopes[i]) for i, leaf in back.emitted.items())
    still = dict(zip(body.fixed, scan.inputs[second:], strict=True))
    wanted = [i for i in back.carried if scan.inputs[i] in active]
    last = {i: b.zeros(body.states[i].shape) for i in back.carried}
    for i, g in ends.items():
        state = body.nexts.index(body.emits[i])
        last[state] = b.add(last[state], g)
    loop = _loop(scan, back, tuple(last.values()), sent, wanted, stacked, still)

    lift = Lift(scan["steps"], {**stacked, **{x: loop[x] for x in sent}}, still)
    found: dict[Node, Node] = {}
    for leaf, top in outside.items():
        found[leaf] = (lift.values if leaf in body.items else lift.totals)([top])[0]
    for i in wanted:
        found[body.states[i]] = _last(scan, loop[back.leaving[back.carried.index(i)]])
    return [found.get(leaf) for leaf in body.slots]


def _moving(scan: Node, active: Collection[Node]) -> set[Node]:
    """The leaves of the body through which something that matters acts on it."""
    body: Body = scan["body"]
    found = {leaf for leaf, x in zip(body.slots, scan.inputs, strict=True) if x in active and leaf.dtype == "float"}
    order = topological(body.results)
    while True:
        reached = depends(order, found)
        more = {s for s, n in zip(body.states, body.nexts, strict=True) if n in reached and s.dtype == "float"} - found
        if not more:
            return found
        found |= more


def _at_the_end(scan: Node, slopes: Mapping[int, Node]) -> dict[int, Node]:
    """Of states that are only read after the last step (by the number of what is emitted), the gradients there: with
    them the backward loop begins.
    """
    body: Body = scan["body"]
    last = 0 if scan["reverse"] else scan["steps"] - 1

    def alone(g: Node) -> bool:
        return g.op == "pad" and (g["axis"], g["before"], g["value"], g.inputs[0].shape[0]) == (0, last, 0.0, 1)

    return {i: b.squeeze(g.inputs[0], 0) for i, g in slopes.items() if body.emits[i] in body.nexts and alone(g)}


def _backward(
    body: Body, slopes: Mapping[int, Node], ended: Iterable[int], moving: set[Node], derive: Derive
) -> _Backward:
    """Grows until every state whose gradient is not nothing hands it on. ended: states with a gradient at the end."""
    emitted = {i: b.fresh("item", body.emits[i].shape) for i in slopes}
    arriving = {i: b.fresh("state", body.states[i].shape) for i in ended}
    while True:
        seeds: dict[Node, Node] = {}
        for node, leaf in (
            *((body.emits[i], leaf) for i, leaf in emitted.items()),
            *((body.nexts[i], leaf) for i, leaf in arriving.items()),
        ):
            seeds[node] = b.add(seeds[node], leaf) if node in seeds else leaf
        found = derive(seeds, moving)
        more = [i for i, s in enumerate(body.states) if s in moving and s in found and i not in arriving]
        if not more:
            break
        arriving.update((i, b.fresh("state", body.states[i].shape)) for i in more)
    carried = tuple(sorted(arriving))
    tops = {leaf: found[leaf] for leaf in (*body.items, *body.fixed) if leaf in moving and leaf in found}
    zeros = {i: b.zeros(body.states[i].shape) for i in carried}
    results = simplify([*(found.get(body.states[i], zeros[i]) for i in carried), *tops.values()])
    leaving, rest = results[: len(carried)], results[len(carried) :]
    return _Backward(
        carried, tuple(arriving[i] for i in carried), tuple(leaving), emitted, dict(zip(tops, rest, strict=True))
    )


def _kept_of_forward(body: Body, back: _Backward, outside: Mapping[Node, Node]) -> list[Node]:
    """The values of the forward step to keep, so that the backward step can be computed: of states those before the
    step.
    """
    order = topological(back.results)
    dependent = depends(order, {*back.arriving, *back.emitted.values()})
    wanted = [x for node in order if node in dependent for x in node.inputs if x not in dependent]
    wanted += [x for x in back.results if x not in dependent]
    there = {*body.items, *body.fixed}
    states = set(body.states)
    free = operands(body.results) & operands(outside.values())

    def source(node: Node) -> Sequence[Node] | None:
        if node in there or (not node.inputs and node not in states):
            return ()
        if node.inputs and TABLE[node.op].kind == "map" and set(node.inputs) <= set(body.nexts):
            return node.inputs  # one step from what is kept anyway: storing it too costs as much as making it again
        return None if node in states else below(node)

    def price(node: Node) -> float:
        return 0.0 if node in free else WRITTEN_ANYWAY if node in states or node in body.results else bulk(node)

    return cheapest(wanted, source, price)


def _read_from_joined(back: _Backward) -> dict[Node, Node]:
    """The gradients that are computed outside; where values are joined into one array, they read that: first what the
    loop joins itself.
    """
    order = topological([*back.leaving, *back.tops.values()])
    late = depends(order, set(back.arriving))
    joined = [n for n in order if n.op == "concat" and n in late]
    by: dict[Node, Node] = {}
    for node in joined:
        start = 0
        for x in node.inputs:
            stop = start + int(x.shape[node["axis"]])
            if x in late:
                by.setdefault(x, b.slice_(node, node["axis"], start, stop))
            start = stop
    for node in joined:
        by[node] = node
    return dict(zip(back.tops, replaced(back.tops.values(), by), strict=True))


def _loop(
    scan: Node,
    back: _Backward,
    inits: Sequence[Node],
    sent: Sequence[Node],
    wanted: Sequence[int],
    stacked: Mapping[Node, Node],
    still: Mapping[Node, Node],
) -> dict[Node, Node]:
    """The backward loop: what it keeps at all steps, which is `sent` and the gradients of the states `wanted`.

    inits: the gradients of the states after the last step.
    """
    kept = [*sent, *(back.leaving[back.carried.index(i)] for i in wanted)]
    if not kept:
        return {}
    leaves = {x: b.fresh("item", x.shape, x.dtype) for x in stacked}
    constants = {x: b.fresh("fixed", x.shape, x.dtype) for x in still}
    results = replaced((*back.leaving, *kept), {**leaves, **constants})
    used = {x for x in topological(results) if not x.inputs}
    items = {x: leaf for x, leaf in leaves.items() if leaf in used}
    fixed = {x: leaf for x, leaf in constants.items() if leaf in used}
    nexts, emits = results[: len(back.leaving)], results[len(back.leaving) :]
    body = Body(back.arriving, tuple(items.values()), tuple(fixed.values()), tuple(nexts), tuple(dict.fromkeys(emits)))
    xs, weights = [stacked[x] for x in items], [still[x] for x in fixed]
    loop = b.scan(body, inits, xs, weights, steps=scan["steps"], reverse=not scan["reverse"], origin=scan.origin)
    return {x: b.part(loop, body.emits.index(y), origin=x.origin) for x, y in zip(kept, emits, strict=True)}


def _last(scan: Node, gradients: Node) -> Node:
    """Of the gradients of a state before each step the one before the first."""
    first = scan["steps"] - 1 if scan["reverse"] else 0
    return b.squeeze(b.slice_(gradients, 0, first, first + 1), 0)
