"""The same computation for all steps of a loop at once: from nodes of its body to nodes over stacked values.

In: nodes of a body, and for some of them what they are outside the loop: one value that does not change, or the values
of all T steps, [T, ...]. Out: the others likewise, or their sums over all steps. A product of each step becomes one
product with a letter more; summed over the steps it is one product that sums over time too.
"""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from typing import Any

from nndsl.ir import build as b
from nndsl.ir.node import Node, make
from nndsl.ir.primitives.dot import parts
from nndsl.ir.table import TABLE

_LIFTED = ("leaf", "map", "reduce", "view", "window", "dot")


def liftable(node: Node) -> bool:
    """Whether the node can be computed for all steps at once, if its inputs can."""
    if TABLE[node.op].kind == "index":
        rows = node["rows"] if node.op == "scatter_add" else node.inputs[0].shape[0]
        return isinstance(rows, int)
    return TABLE[node.op].kind in _LIFTED


class Lift:
    """Lifts nodes of one body.

    steps: T. moving: body nodes with their values at all steps. still: body nodes (leaves mostly) with the value they
    have at every step.
    """

    def __init__(self, steps: int, moving: Mapping[Node, Node], still: Mapping[Node, Node]) -> None:
        self.steps = steps
        self.moving, self.still = dict(moving), dict(still)
        self._totals: dict[Node, Node] = {}

    def values(self, nodes: Sequence[Node]) -> list[Node]:
        """The values at all steps, [T, ...]."""
        self._lift(nodes)
        return [self._stacked(node) for node in nodes]

    def totals(self, nodes: Sequence[Node]) -> list[Node]:
        """The sums over all steps, each in the shape of its node."""
        return [self._total(node) for node in nodes]

    def constants(self, nodes: Sequence[Node]) -> list[Node]:
        """The values of nodes that do not change."""
        self._lift(nodes)
        return [self.still[node] for node in nodes]

    # ---- values

    def _lift(self, nodes: Sequence[Node]) -> None:
        stack = list(nodes)
        while stack:
            node = stack[-1]
            if node in self.moving or node in self.still:
                stack.pop()
                continue
            waiting = [x for x in node.inputs if x not in self.moving and x not in self.still]
            if waiting:
                stack += waiting
                continue
            stack.pop()
            assert node.op != "slot", f"{node!r}: it is not said what it is outside"
            if any(x in self.moving for x in node.inputs):
                self.moving[node] = self._moved(node)
            else:
                self.still[node] = b.again(node, [self.still[x] for x in node.inputs], origin=node.origin)

    def _stacked(self, node: Node) -> Node:
        """The values at all steps, also of what does not change."""
        if node in self.moving:
            return self.moving[node]
        return b.expand(self.still[node], (self.steps, *node.shape), origin=node.origin)

    def _moved(self, node: Node) -> Node:
        """A node at least one of whose inputs changes."""
        kind = TABLE[node.op].kind
        if kind == "map":
            inputs = [self._broadcast(x, node.rank) for x in node.inputs]
            return b.again(node, inputs, origin=node.origin)
        if kind == "dot":
            return self._product(node)
        if node.op == "gather":
            return self._gathered(node)
        if node.op == "scatter_add":
            return self._scattered(node)
        return self._shifted(node)

    def _broadcast(self, x: Node, rank: int) -> Node:
        """An operand of something with `rank` axes, time before them."""
        if x in self.still:
            return self.still[x]
        return b.reshape(self.moving[x], (self.steps, *(1,) * (rank - x.rank), *x.shape))

    def _shifted(self, node: Node) -> Node:
        """A view, a reduction or windows: the same with all axes one further."""
        attrs: dict[str, Any] = dict(node.attrs)
        if "axis" in attrs:
            attrs["axis"] += 1
        if "axes" in attrs:
            attrs["axes"] = (*((0,) if node.op == "transpose" else ()), *(axis + 1 for axis in attrs["axes"]))
        if "shape" in attrs:
            attrs["shape"] = (self.steps, *attrs["shape"])
        if node.op == "assemble":
            attrs["starts"] = tuple((0, *starts) for starts in attrs["starts"])
            attrs["steps"] = tuple((1, *steps) for steps in attrs["steps"])
        inputs = [self._stacked(x) for x in node.inputs]
        if node.op == "expand":
            inputs = [self._broadcast(x, node.rank) for x in node.inputs]
        return make(node.op, *inputs, origin=node.origin, **attrs)

    def _product(self, node: Node) -> Node:
        time = next(letter for letter in "t" + string.ascii_letters if letter not in node["spec"])
        left, right, out = parts(node["spec"])
        (left, x), (right, y) = (
            (time + letters, self.moving[x]) if x in self.moving else (letters, self.still[x])
            for letters, x in zip((left, right), node.inputs, strict=True)
        )
        return b.einsum(f"{left},{right}->{time}{out}", x, y, origin=node.origin)

    def _gathered(self, node: Node) -> Node:
        table, ids = node.inputs
        if table in self.still:
            return b.gather(self.still[table], self.moving[ids], origin=node.origin)
        rows = int(table.shape[0])
        whole = b.reshape(self.moving[table], (self.steps * rows, *table.shape[1:]), origin=node.origin)
        return b.gather(whole, self._apart(ids, rows), origin=node.origin)

    def _scattered(self, node: Node) -> Node:
        ids, g = node.inputs
        rows = int(node["rows"])
        whole = b.scatter_add(self._apart(ids, rows), self._stacked(g), self.steps * rows, origin=node.origin)
        return b.reshape(whole, (self.steps, rows, *whole.shape[1:]), origin=node.origin)

    def _apart(self, ids: Node, rows: int) -> Node:
        """Ids into a table that has `rows` rows for each step, one step after the other."""
        first = b.mul(b.reshape(b.iota(self.steps), (self.steps, *(1,) * ids.rank)), rows)
        return b.add(self._stacked(ids), first, origin=ids.origin)

    # ---- sums over all steps

    def _total(self, node: Node) -> Node:
        if node not in self._totals:
            self._totals[node] = self._summed(node)
        return self._totals[node]

    def _summed(self, node: Node) -> Node:
        """By laws of sums: of a product without its time, of views and multiples outside; else a sum over all there
        is.
        """
        if node in self.moving or node in self.still:
            return self._plainly(node)
        self._lift(node.inputs)
        if not any(x in self.moving for x in node.inputs):
            return self._plainly(node)
        kind, origin = TABLE[node.op].kind, node.origin
        if kind == "dot":
            return self._product_total(node)
        if node.op == "sum":
            (x,) = node.inputs
            whole = b.reduce_sum(self.moving[x], [0, *(axis + 1 for axis in node["axes"])], origin=origin)
            return b.squeeze(whole, 0, origin=origin)
        if node.op == "scatter_add":
            ids, g = (self._stacked(x) for x in node.inputs)
            return b.scatter_add(ids, g, node["rows"], origin=origin)
        if (kind in ("view", "window") and _keeps_sums(node)) or node.op == "neg":
            return b.again(node, [self._total(x) for x in node.inputs], origin=origin)
        if node.op in ("add", "sub") and any(_is_sum(x) for x in node.inputs):
            return b.again(node, [self._total(x) for x in node.inputs], origin=origin)
        if node.op == "mul" and any(x in self.still for x in node.inputs):
            c, x = node.inputs if node.inputs[0] in self.still else reversed(node.inputs)
            return b.mul(self.still[c], self._total(x), origin=origin)
        return self._plainly(node)

    def _plainly(self, node: Node) -> Node:
        self._lift([node])
        if node in self.still:
            return b.mul(float(self.steps), self.still[node], origin=node.origin)
        return b.squeeze(b.reduce_sum(self.moving[node], 0, origin=node.origin), 0, origin=node.origin)

    def _product_total(self, node: Node) -> Node:
        x, y = node.inputs
        if x in self.still:
            return b.einsum(node["spec"], self.still[x], self._total(y), origin=node.origin)
        if y in self.still:
            return b.einsum(node["spec"], self._total(x), self.still[y], origin=node.origin)
        whole = self._product(node)
        left, right, out = parts(whole["spec"])
        return b.einsum(f"{left},{right}->{out[1:]}", *whole.inputs, origin=node.origin)


def _keeps_sums(node: Node) -> bool:
    """Whether a view of a sum is the sum of the views."""
    return node.op != "pad" or node["value"] == 0.0


def _is_sum(node: Node) -> bool:
    """Whether a sum over the steps can become a part of what the node sums over itself."""
    while (TABLE[node.op].kind in ("view", "window") or node.op == "neg") and len(node.inputs) == 1:
        node = node.inputs[0]
    return TABLE[node.op].kind == "dot" or node.op in ("sum", "scatter_add")


def depends(order: Sequence[Node], on: set[Node]) -> set[Node]:
    """The nodes of a topological order that are among `on` or made from one of them."""
    found: set[Node] = set()
    for node in order:
        if node in on or any(x in found for x in node.inputs):
            found.add(node)
    return found
