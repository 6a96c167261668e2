"""Reverse-mode derivatives, from graph to graph.

In: a loss of one element, and the nodes to derive it by. Out: one gradient node for each, of its shape. Nothing is
computed here, and what becomes superfluous is left to `simplify`. Source: Griewank and Walther, "Evaluating
Derivatives" (2008), chapter 3.
"""

from __future__ import annotations

from collections.abc import Sequence

from nndsl.ir import build as b
from nndsl.ir.node import Node, mark, topological
from nndsl.ir.shapes import same_count, text
from nndsl.ir.table import TABLE
from nndsl.passes.rewrite import adopt


class NotDifferentiable(ValueError):
    """A gradient would have to flow through a primitive that has no derivative: `node`."""

    def __init__(self, node: Node) -> None:
        super().__init__(f"`{node.op}` has no derivative")
        self.node = node


def gradients(loss: Node, wrt: Sequence[Node]) -> list[Node]:
    """d loss / d w for each w of `wrt` (leaves, or any nodes the loss is made of), in its shape; zeros where the loss
    does not reach it.

    A gradient node's origin is that of the node it comes from. Raises NotDifferentiable, and ValueError for a loss of
    several elements.
    """
    found = _accumulate(loss, wrt)
    return [found.get(w) or b.zeros(w.shape, origin=w.origin) for w in wrt]


def unreached(loss: Node, wrt: Sequence[Node]) -> list[Node]:
    """Those of `wrt` through which the loss cannot be changed: no path, or only paths that carry no gradient."""
    found = _accumulate(loss, wrt)
    return [w for w in wrt if w not in found]


def _accumulate(loss: Node, wrt: Sequence[Node]) -> dict[Node, Node]:
    if not same_count(loss.shape, ()):
        raise ValueError(f"a loss has one element, not {text(loss.shape)}")
    order = topological([loss])
    active = _active(order, wrt)
    found: dict[Node, Node] = {loss: b.full(loss.shape, 1.0, origin=loss.origin)} if loss in active else {}
    for node in reversed(order):
        g = found.get(node)
        if g is None or not any(x in active for x in node.inputs):
            continue
        for x, part in zip(node.inputs, _parts(node, g), strict=True):
            if part is None or x not in active:
                continue
            assert part.shape == x.shape, f"{node!r}: gradient {part!r} for {x!r}"
            before = found.get(x)
            found[x] = part if before is None else b.add(before, part, origin=x.origin)
    return found


def _active(order: Sequence[Node], wrt: Sequence[Node]) -> set[Node]:
    """The nodes of type float that depend on one of `wrt` through nodes of type float."""
    active = {w for w in wrt if w.dtype == "float"}
    for node in order:
        if node.dtype == "float" and any(x in active for x in node.inputs):
            active.add(node)
    return active


def _parts(node: Node, g: Node) -> tuple[Node | None, ...]:
    vjp = TABLE[node.op].vjp
    if vjp is None:
        raise NotDifferentiable(node)
    before = mark()
    parts = vjp(node, g)
    for part in parts:
        if part is not None:
            adopt(part, node.origin, before)
    return parts
