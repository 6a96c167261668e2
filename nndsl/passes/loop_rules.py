"""What a loop need not do at every step: rules from loop to loop, each of the same values.

In: a `Loop`. Out: one that does less at each step, over more that is computed outside, once for all steps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from nndsl.ir import build as b
from nndsl.ir.node import Node, topological
from nndsl.ir.table import TABLE
from nndsl.passes.lift import Lift, depends, liftable
from nndsl.passes.loop import Loop

# ---- into the loop: what is only made for it


def absorbed(loop: Loop, users: Mapping[Node, Sequence[Node]], scan: Node) -> Loop:
    """Rows of a table, numbers stretched over time, and maps that only this loop reads are made step by step, inside:
    there they are fused, and `hoisted` takes out again what feeds a product.

    users: of all nodes outside. scan: the node that the loop comes from.
    """
    items: dict[Node, Node] = {}
    fixed: dict[Node, Node] = {}

    def only_here(x: Node) -> bool:
        return all(user is scan for user in users.get(x, ()))

    def item(x: Node) -> Node:
        found = next((leaf for leaf, outer in items.items() if outer is x), None)
        if found is None:
            found = b.fresh("item", x.shape[1:], x.dtype, origin=x.origin)
            items[found] = x
        return found

    def constant(x: Node) -> Node:
        if x.op == "const":
            return x
        leaf = b.fresh("fixed", x.shape, x.dtype, origin=x.origin)
        fixed[leaf] = x
        return leaf

    def operand(x: Node, rank: int) -> Node:
        """One step of an operand of a map with `rank` axes, time before them."""
        if x.rank < rank + 1:
            return constant(x)
        return constant(b.squeeze(x, 0)) if x.shape[0] == 1 else one_step(x)

    def one_step(x: Node) -> Node:
        if x.op == "expand":
            (source,) = x.inputs
            if source.rank < x.rank or source.shape[0] == 1:
                return b.expand(operand(source, x.rank - 1), x.shape[1:], origin=x.origin)
        if x.op == "gather" and x.inputs[1].rank:
            table, ids = x.inputs
            return b.gather(constant(table), one_step(ids), origin=x.origin)
        if TABLE[x.op].kind == "map" and only_here(x):
            return b.again(x, [operand(y, x.rank - 1) for y in x.inputs], origin=x.origin)
        return item(x)

    by = {leaf: one_step(x) for leaf, x in loop.items.items() if x.op != "part" or loop.steps > 1}
    return loop.over(
        {leaf: x for leaf, x in by.items() if x not in items or items[x] is not loop.items[leaf]}, items, fixed
    )


# ---- out of the loop


def without_invariants(loop: Loop) -> Loop:
    """What depends on no step is computed before the loop; views of it are as good inside."""
    order = topological(loop.body.results)
    moving = depends(order, {*loop.body.states, *loop.body.items})
    known = [n for n in order if n not in moving and n.inputs]
    tops = _tops(loop, [n for n in known if TABLE[n.op].kind not in ("view", "window") or n.op in ("concat", "pad")])
    if not tops:
        return loop
    values = Lift(loop.steps, {}, loop.constants).constants(tops)
    leaves = {n: b.fresh("fixed", n.shape, n.dtype, origin=n.origin) for n in tops}
    return loop.over(leaves, fixed={leaves[n]: x for n, x in zip(tops, values, strict=True)})


def hoisted(loop: Loop) -> Loop:
    """Products that depend on no state are computed before the loop, for all steps at once."""
    order = topological(loop.body.results)
    inner = loop.late | depends(order, {n for n in order if not liftable(n)})
    tops = _tops(loop, [n for n in order if n not in inner and (TABLE[n.op].kind == "dot" or n.op == "overlap_add")])
    if not tops:
        return loop
    values = Lift(loop.steps, loop.items, loop.constants).values(tops)
    leaves = {n: b.fresh("item", n.shape, n.dtype, origin=n.origin) for n in tops}
    return loop.over(leaves, {leaves[n]: x for n, x in zip(tops, values, strict=True)})


def _tops(loop: Loop, among: Sequence[Node]) -> list[Node]:
    """Those that are reached from the results without passing another."""
    wanted, seen = set(among), set[Node]()
    waiting = list(reversed(loop.body.results))
    found: dict[Node, None] = {}
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        if node in wanted:
            found[node] = None
        else:
            waiting += reversed(node.inputs)
    return list(found)


def without_delays(loop: Loop) -> Loop:
    """A state that is not made from states is what came in one step earlier: no state, but an item."""
    body, late = loop.body, loop.late
    order = topological(body.results)
    stuck = depends(order, {n for n in order if not liftable(n)})
    early = [i for i, n in enumerate(body.nexts) if n not in late and n not in stuck]
    if not early:
        return loop
    stacked = Lift(loop.steps, loop.items, loop.constants).values([body.nexts[i] for i in early])
    items = {body.states[i]: _delayed(loop, loop.inits[i], x) for i, x in zip(early, stacked, strict=True)}
    rest = [i for i in range(len(body.states)) if i not in early]
    short = replace(
        body,
        states=tuple(body.states[i] for i in rest),
        nexts=tuple(body.nexts[i] for i in rest),
        items=(*body.items, *items),
    )
    return replace(loop, body=short, inits=tuple(loop.inits[i] for i in rest), xs=(*loop.xs, *items.values()))


def _delayed(loop: Loop, init: Node, x: Node) -> Node:
    """The values before each step of a state that is `init` at first, and x after the steps."""
    first, last = b.unsqueeze(init, 0), loop.steps - 1
    if loop.steps == 1:
        return first
    return b.concat([b.slice_(x, 0, 1, last + 1), first] if loop.reverse else [first, b.slice_(x, 0, 0, last)], 0)
