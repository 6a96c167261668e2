"""The driver of rules: rewrites a graph bottom-up until no rule fires.

In: outputs, and rules, each a function from a node to what shall stand in its place, or None; its docstring is the
law. Out: new outputs. A rule sees a node whose inputs are already at rest; the body of a loop is brought to rest before
the loop, as a graph of its own. Nothing is remembered between calls.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nndsl.diagnostics import Span
from nndsl.ir import build as b
from nndsl.ir.body import Body, body_of
from nndsl.ir.node import Node, make, mark

Rule = Callable[[Node], Node | None]


def rewrite(outputs: Sequence[Node], rules: Sequence[Rule]) -> list[Node]:
    """The outputs in their form of rest. A replacement without an origin gets that of the node it replaces.

    Raises RuntimeError when rules undo one another.
    """
    return _rewrite(outputs, rules, {})


def _rewrite(outputs: Sequence[Node], rules: Sequence[Rule], bodies: dict[Body, Body]) -> list[Node]:
    """bodies: what became of those at rest, so that shared ones stay shared."""
    rest: dict[Node, Node] = {}
    becomes: dict[Node, Node] = {}
    for out in outputs:
        stack = [out]
        while stack:
            node = stack[-1]
            if node in rest:
                stack.pop()
                continue
            ahead = becomes.get(node)
            if ahead is not None:
                if ahead in rest:
                    rest[node] = rest[ahead]
                else:
                    _push(stack, [ahead], becomes)
                continue
            waiting = [x for x in node.inputs if x not in rest]
            if waiting:
                _push(stack, waiting, becomes)
                continue
            changed = _once(node, rest, rules, bodies)
            if changed is node:
                rest[node] = node
            else:
                becomes[node] = changed
    return [rest[out] for out in outputs]


def _push(stack: list[Node], nodes: Sequence[Node], becomes: dict[Node, Node]) -> None:
    """A node that was replaced and is not at rest yet must not be asked for again: its rules would never end."""
    if len(stack) > 100_000:
        raise RuntimeError(f"rules do not come to rest at {nodes[0]!r}")
    for node in nodes:
        if node in becomes:
            raise RuntimeError(f"rules go round in a circle at {node!r}")
    stack.extend(reversed(nodes))


def _once(node: Node, rest: dict[Node, Node], rules: Sequence[Rule], bodies: dict[Body, Body]) -> Node:
    """The node with its inputs and its body at rest, or else what the first rule that fires makes of it."""
    inputs = [rest[x] for x in node.inputs]
    if any(x is not y for x, y in zip(inputs, node.inputs, strict=True)):
        return b.again(node, inputs, origin=node.origin)
    body = body_of(node)
    if body is not None:
        if body not in bodies:
            step = body.with_results(_rewrite(body.results, rules, bodies))
            bodies[body] = bodies[step] = step
        if bodies[body] is not body:
            return make(node.op, *inputs, origin=node.origin, **{**dict(node.attrs), "body": bodies[body]})
    before = mark()
    for rule in rules:
        found = rule(node)
        if found is not None and found is not node:
            adopt(found, node.origin, before)
            return found
    return node


def adopt(node: Node, origin: Span | None, after: int) -> None:
    """Gives this origin to the node, and to the nodes below it made since `after`, where they have none."""
    if origin is None:
        return
    stack = [node]
    while stack:
        made = stack.pop()
        if made.origin is None and made.serial > after:
            made.origin = origin
            stack.extend(made.inputs)
