"""The body of a loop over time: the graph of one step, as a value that a node can carry.

In: leaves that stand for what a step is given, and nodes over them. Out: a `Body`, and what can be done with one: put
other nodes in the place of leaves, or bring it to the form in which equal bodies are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from nndsl.ir.node import Node, make


@dataclass(frozen=True, slots=True, repr=False)
class Body:
    """One step of a loop. Nothing in it reaches outside: it depends on its leaves alone.

    states: leaves, the values before the step. items: leaves, what this step is given of that which changes with time.
    fixed: leaves, what is the same at every step. nexts: of each state the value after the step, of the same shape and
    dtype. emits: what is kept of every step; a leaf of `states` among them is the state before the step.
    """

    states: tuple[Node, ...]
    items: tuple[Node, ...]
    fixed: tuple[Node, ...]
    nexts: tuple[Node, ...]
    emits: tuple[Node, ...]

    def __repr__(self) -> str:
        """Serials are never given twice while a node lives, so equal texts are equal bodies."""
        groups = (self.states, self.items, self.fixed, self.nexts, self.emits)
        return "body(" + "; ".join(" ".join(f"#{x.serial}" for x in group) for group in groups) + ")"

    @property
    def slots(self) -> tuple[Node, ...]:
        """The leaves, in the order of a scan's inputs."""
        return (*self.states, *self.items, *self.fixed)

    @property
    def results(self) -> tuple[Node, ...]:
        """All that a step computes."""
        return (*self.nexts, *self.emits)

    def with_results(self, results: Sequence[Node]) -> Body:
        """The same leaves with other values, in the order of `results`."""
        count = len(self.states)
        nexts, emits = tuple(results[:count]), tuple(results[count:])
        return self if (nexts, emits) == (self.nexts, self.emits) else _body(self.slots, self, nexts, emits)


def _body(slots: Sequence[Node], like: Body, nexts: Sequence[Node], emits: Sequence[Node]) -> Body:
    first, second = len(like.states), len(like.states) + len(like.items)
    return Body(tuple(slots[:first]), tuple(slots[first:second]), tuple(slots[second:]), tuple(nexts), tuple(emits))


def body_of(node: Node) -> Body | None:
    """The body that a node carries, if it carries one."""
    return next((value for key, value in node.attrs if key == "body" and isinstance(value, Body)), None)


def numbered(body: Body) -> Body:
    """The same step over leaves that are slots, numbered from 0 in each role: the form in which equal steps are one."""
    slots: list[Node] = []
    for role, leaves in (("state", body.states), ("item", body.items), ("fixed", body.fixed)):
        slots += [make("slot", role=role, index=i, shape=x.shape, dtype=x.dtype) for i, x in enumerate(leaves)]
    if all(x is y for x, y in zip(slots, body.slots, strict=True)):
        return body
    for new, old in zip(slots, body.slots, strict=True):
        new.origin = new.origin or old.origin
    results = replaced(body.results, dict(zip(body.slots, slots, strict=True)))
    count = len(body.states)
    return _body(slots, body, results[:count], results[count:])


def replaced(outputs: Iterable[Node], by: Mapping[Node, Node]) -> list[Node]:
    """The outputs with other nodes in the place of some, all at once; nothing below a replaced node is looked at."""
    outputs = list(outputs)
    return rebuilt(outputs, by, lambda node, inputs: remade(node, inputs))


def remade(node: Node, inputs: Sequence[Node]) -> Node:
    """The node over these inputs: itself, if they are its own."""
    if all(x is y for x, y in zip(inputs, node.inputs, strict=True)):
        return node
    return make(node.op, *inputs, origin=node.origin, **dict(node.attrs))


def rebuilt(
    outputs: Sequence[Node], known: Mapping[Node, Node], build: Callable[[Node, list[Node]], Node]
) -> list[Node]:
    """The outputs made anew from below: `build` gets each node and what became of its inputs. known: what is settled
    before; it is not looked into.
    """
    done = dict(known)
    stack = list(reversed(outputs))
    while stack:
        node = stack[-1]
        if node in done:
            stack.pop()
            continue
        waiting = [x for x in node.inputs if x not in done]
        if waiting:
            stack += reversed(waiting)
        else:
            done[node] = build(node, [done[x] for x in node.inputs])
            stack.pop()
    return [done[x] for x in outputs]
