"""Loops over time that do as little as possible at each step.

In: outputs. Out: outputs of the same values. Of each loop, what does not depend on its states is computed outside: the
products of what comes in as one product over all steps, and what comes out of the states alone likewise. What nobody
reads is dropped; loops that differ only in what they keep become one, and one that hands nothing on is no loop.
Run it before `autodiff`, so that the derivative has less to derive, and after it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from nndsl.ir import build as b
from nndsl.ir.body import Body, body_of, rebuilt, remade, replaced
from nndsl.ir.node import Node, make, topological, users
from nndsl.passes.loop import Loop, loop_of, pruned, settled
from nndsl.passes.loop_products import packed, rows_of_products, terms_in_rows
from nndsl.passes.loop_rules import absorbed, hoisted, without_delays, without_invariants
from nndsl.passes.rewrite import rewrite
from nndsl.passes.simplify import simplify
from nndsl.passes.small_products import SMALL_RULES

LoopRule = Callable[[Loop], Loop]
ORDER: tuple[LoopRule, ...] = (
    without_invariants,
    packed,
    rows_of_products,
    terms_in_rows,
    without_invariants,
    hoisted,
    without_delays,
)
MORE_ROUNDS = 4


def improve(outputs: Sequence[Node], *, derived: bool = False) -> list[Node]:
    """The outputs from better loops, simplified. derived: no gradient will be asked for any more.

    In rounds, until nothing changes; what a loop no longer reads may leave less to do for the loop before it, so there
    are at most as many rounds as loops, and some more.
    """
    found = list(outputs)
    count = sum(body_of(node) is not None for node in topological(found))
    for _ in range(count + MORE_ROUNDS if count else 0):
        before = found
        found = simplify(_improved(_merged(found)), derived=derived)
        if found == before:
            break
    return found


# ---- loops that differ only in what they keep


def _merged(outputs: Sequence[Node]) -> list[Node]:
    """Loops of the same steps over the same inputs become one that keeps what each of them kept."""
    found = list(outputs)
    while True:
        groups: dict[tuple[object, ...], list[Node]] = {}
        for node in topological(found):
            body = body_of(node)
            if body is not None:
                key = (node.inputs, replace(body, emits=()), node["steps"], node["reverse"])
                groups.setdefault(key, []).append(node)
        same = {node: group for group in groups.values() if len(group) > 1 for node in group}
        if not same:
            return found
        found = _joined(found, same)


def _joined(outputs: Sequence[Node], same: Mapping[Node, Sequence[Node]]) -> list[Node]:
    """same: for each loop that shall be one with others, all of them."""
    return rebuilt(outputs, {}, lambda node, inputs: _of_group(node, inputs, same))


def _of_group(node: Node, inputs: Sequence[Node], same: Mapping[Node, Sequence[Node]]) -> Node:
    if node in same:
        bodies: list[Body] = [one["body"] for one in same[node]]
        emits = tuple(dict.fromkeys(x for body in bodies for x in body.emits))
        attrs = {**dict(node.attrs), "body": replace(bodies[0], emits=emits)}
        return make(node.op, *inputs, origin=node.origin, **attrs)
    if node.op == "part" and node.inputs[0] in same:
        emit = node.inputs[0]["body"].emits[node["index"]]
        (loop,) = inputs
        return b.part(loop, loop["body"].emits.index(emit), origin=node.origin)
    return remade(node, inputs)


# ---- each loop for itself


def _improved(outputs: Sequence[Node]) -> list[Node]:
    """Each loop once, those that others read first."""
    order = topological(outputs)
    read: dict[Node, list[Node]] = {node: [] for node in order if body_of(node)}
    for node in order:
        if node.op == "part":
            read[node.inputs[0]].append(node)
    around = users(order)
    values: dict[Node, Node] = {}  # of each part in its old form, the new one

    def build(node: Node, inputs: Sequence[Node]) -> Node:
        if node in read:
            loop = loop_of(node, inputs)
            emits = tuple(loop.body.emits[part["index"]] for part in read[node])
            loop = replace(loop, body=replace(loop.body, emits=emits))
            values.update(zip(read[node], _better(loop, node, around), strict=True))
        return values[node] if node in values else remade(node, inputs)

    return rebuilt(outputs, {}, build)


def _better(loop: Loop, scan: Node, around: dict[Node, list[Node]]) -> list[Node]:
    """What a loop emits, from a loop that does less."""
    loop = pruned(_with_better_body(loop))
    loop = replace(loop, body=loop.body.with_results(rewrite(loop.body.results, SMALL_RULES)))
    if loop.steps == 1:
        return _at_once(loop)
    loop = pruned(absorbed(loop, around, scan))
    for rule in ORDER:
        loop = rule(loop)
    return settled(pruned(loop))


def _with_better_body(loop: Loop) -> Loop:
    """Loops within the body first."""
    body = loop.body
    if not any(body_of(node) for node in topological(body.results)):
        return loop
    return replace(loop, body=body.with_results(improve(body.results)))


def _at_once(loop: Loop) -> list[Node]:
    """One step is no loop."""
    given = dict(zip(loop.body.states, loop.inits, strict=True)) | loop.constants
    given |= {leaf: b.squeeze(x, 0) for leaf, x in loop.items.items()}
    return [b.unsqueeze(x, 0) for x in replaced(loop.body.emits, given)]
