"""Reverse-mode derivatives, from graph to graph.

In: a loss of one element, and the nodes to derive it by. Out: one gradient node for each, of its shape. Nothing is
computed here, and what becomes superfluous is left to `simplify`. Loops are derived in `recurrence`; the forward loop
that keeps more for the backward one becomes one with the original in `passes.scan`. Source: Griewank and Walther,
"Evaluating Derivatives" (2008), chapter 3.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from nndsl.ir import build as b
from nndsl.ir.node import Node, mark, topological
from nndsl.ir.shapes import same_count, text
from nndsl.ir.table import TABLE
from nndsl.passes.recurrence import derivatives
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
    return derive({loss: b.full(loss.shape, 1.0, origin=loss.origin)}, wrt)


def derive(seeds: Mapping[Node, Node], wrt: Iterable[Node]) -> dict[Node, Node]:
    """The gradients of all nodes on the ways from `wrt` to some outputs whose gradients are given: `seeds`."""
    order = topological(seeds)
    active = _active(order, wrt)
    found = {node: g for node, g in seeds.items() if node in active}
    slopes: dict[Node, dict[int, Node]] = {}  # of loops: the gradients of their parts
    for node in reversed(order):
        g = found.get(node)
        if TABLE[node.op].kind == "part" and g is not None:
            slopes.setdefault(node.inputs[0], {})[node["index"]] = g
            continue
        if (g is None and node not in slopes) or not any(x in active for x in node.inputs):
            continue
        parts = _parts(node, g) if g is not None else _loop_parts(node, slopes[node], active)
        for x, part in zip(node.inputs, parts, strict=True):
            if part is None or x not in active:
                continue
            assert part.shape == x.shape, f"{node!r}: gradient {part!r} for {x!r}"
            before = found.get(x)
            found[x] = part if before is None else b.add(before, part, origin=x.origin)
    return found


def _active(order: Sequence[Node], wrt: Iterable[Node]) -> set[Node]:
    """The nodes of type float that depend on one of `wrt` through nodes of type float."""
    active = {w for w in wrt if w.dtype == "float"}
    for node in order:
        if node.dtype == "float" and any(x in active for x in node.inputs):
            active.add(node)
    return active


def _loop_parts(node: Node, slopes: Mapping[int, Node], active: set[Node]) -> list[Node | None]:
    before = mark()
    parts = derivatives(node, slopes, active, derive)
    for part in parts:
        if part is not None:
            adopt(part, node.origin, before)
    return parts


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
