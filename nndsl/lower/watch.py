"""What a network's body makes on the way, noted while it is read for a probe: values of layers and of activations.

In: each use of a definition in the making, with what flowed in and what it gave. Out: a `Seen` for each layer, cell and
network that is used, and for each activation, also within layers. An activation is known by its role, `relu` and one of
the script's own alike; what it does to numbers is read off its equations (`Curve`), never off its name. Where an
equation bends numbers without naming an activation, `max(x @ W, 0)`, the primitive is found in the graph.

Within a cell a value is there at each step. It leaves the loop as one more output, and zeros are added to it at each
step, so that a derivative by those zeros is one by the value, with all that it does to later steps. Nothing is computed
here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from nndsl.diagnostics import Span
from nndsl.ir import build as b
from nndsl.ir.body import replaced
from nndsl.ir.node import BATCH, Node, topological
from nndsl.ir.table import TABLE
from nndsl.lower.recurrence import Recurrence
from nndsl.lower.values import Tensor
from nndsl.passes.autodiff import NotDifferentiable, derive
from nndsl.passes.stabilise import is_sigmoid, is_softmax
from nndsl.semantics.modules import in_library
from nndsl.syntax import ast
from nndsl.values import value

if TYPE_CHECKING:
    from nndsl.lower.frame import Frame

PLACES = ("layer", "cell", "network")  # roles whose values are those of a place in the network


@value
class Curve:
    """What an activation makes of one number: `bent` is a graph over `x`, a leaf [B, 1, ...]."""

    x: Node
    bent: Node


@dataclass(slots=True)
class Seen:
    """One value on the way, [B, *core]; of a cell [B, T, *core].

    name: of the place, `dense_1`; of an activation that of the place it follows. role: layer, cell, network or
    activation. by: the definition's name, or the primitive's. span: in the user's text. fed: what an activation got.
    slope: its derivative there, of the same shape, where each value comes from one number. softmax: whether it is one.
    cell: the name of the cell it is within, and loop what that became; else empty, and None. reverse: whether the cell
    goes backwards. shift: the zeros added to it within a loop, [T, B, *core]. ragged: whether axis 1 is padded.
    """

    name: str
    role: str
    by: str
    span: Span
    value: Node
    fed: Node | None = None
    slope: Node | None = None
    curve: Curve | None = None
    softmax: bool = False
    cell: str = ""
    loop: Node | None = None
    reverse: bool = False
    shift: Node | None = None
    ragged: bool = False


@dataclass(slots=True)
class _Loop:
    """A loop in the making. seen: what leaves it, as nodes of its body."""

    recurrence: Recurrence
    path: str
    seen: list[Seen] = field(default_factory=list)


@dataclass(slots=True)
class Watch:
    """
    seen: so far, in the order of reading. homes: of the values of places, their names. claimed: nodes that belong to
    an activation. loops: those being read, outermost first.
    """

    seen: list[Seen] = field(default_factory=list)
    homes: dict[Node, str] = field(default_factory=dict)
    claimed: set[Node] = field(default_factory=set)
    loops: list[_Loop] = field(default_factory=list)

    def used(self, inner: Frame, span: Span, fed: Sequence[Any], result: Any, frame: Frame) -> Any:
        """After a use of a definition in `frame`, read in `inner`: what stands for its result from here on."""
        role = inner.entry.role
        if isinstance(result, Tensor) and role == "activation" and frame.entry.role != "activation":
            first = inner.names.get(inner.entry.definition.parameters[0].name)
            return self._bent(first, result, inner.entry.name, span, frame)
        if role in PLACES and not self.loops and frame.entry.role != "activation":
            before = [x.node for x in fed if isinstance(x, Tensor)]
            for one in result if isinstance(result, tuple) else (result,):
                if isinstance(one, Tensor) and one.batched and one.node not in before:  # in use, `dropout` does nothing
                    self._place(one, inner.path, inner.entry.name, role, frame.at(span), frame)
        return result

    def _place(self, x: Tensor, path: str, by: str, role: str, span: Span, frame: Frame) -> None:
        name = _short(path, frame)
        self.homes[x.node] = name
        self.seen.append(Seen(name, role, by, span, x.node, ragged=_ragged(x, frame)))

    def _bent(self, x: Any, result: Tensor, by: str, span: Span, frame: Frame) -> Tensor:
        if not isinstance(x, Tensor) or not result.batched or result.node.dtype != "float" or x.node is result.node:
            return result
        name = self.homes.get(x.node) or _equation(frame, span) or _short(frame.path, frame)
        self.homes[result.node] = name
        found = seen_of(name, by, frame.at(span), x.node, result.node)
        self.claimed.update(_between(x.node, result.node))
        found.ragged = _ragged(result, frame)
        if not self.loops:
            self.seen.append(found)
            return result
        loop = self.loops[-1]
        node = self._shifted(found, loop, frame)
        loop.seen.append(found)
        self.homes[node] = name
        return replace(result, node=node)

    def _shifted(self, found: Seen, loop: _Loop, frame: Frame) -> Node:
        """The value with zeros added that differ from step to step."""
        place = len(loop.recurrence.items)
        shape = (loop.recurrence.steps, *found.value.shape)
        found.cell = _short(loop.path, frame)
        found.shift = b.input_(f"{loop.path}:shift {place}", shape, origin=found.span)
        leaf = loop.recurrence.item(f"shift {place}", found.shift, origin=found.span)
        return b.add(found.value, leaf, origin=found.value.origin)

    # ---- loops

    def enter(self, recurrence: Recurrence, path: str) -> None:
        """A cell's body is read from here on."""
        self.loops.append(_Loop(recurrence, path))

    def wanted(self, outputs: Sequence[Node], streams: frozenset[int], frame: Frame) -> list[Node]:
        """The nodes of the body under way that leave the loop beside its outputs."""
        loop = self.loops[-1]
        states = [s.kept for s in loop.recurrence.states.values() if s.kept is not None]
        self.unnamed([*outputs, *states], frame)
        nodes = [n for seen in loop.seen for n in (seen.value, seen.fed, seen.slope) if n is not None]
        inner = loop.recurrence.inner(nodes, streams)
        return [n for n in dict.fromkeys(nodes) if n in inner and n.shape[:1] == (BATCH,)]

    def leave(self, parts: dict[Node, Node], *, reverse: bool, ragged: bool) -> None:
        """The loop is made. parts: by the node of its body, what left it, [T, B, ...]."""
        made = {node: b.transpose(part, [1, 0, *range(2, part.rank)]) for node, part in parts.items()}
        for seen in self.loops.pop().seen:
            if seen.value in made:
                fed = made.get(seen.fed) if seen.fed is not None else None
                slope = made.get(seen.slope) if seen.slope is not None else None
                loop = parts[seen.value].inputs[0]
                found = replace(seen, value=made[seen.value], fed=fed, slope=slope, loop=loop, reverse=reverse)
                self.seen.append(replace(found, ragged=ragged))

    # ---- bends without a name

    def unnamed(self, outputs: Iterable[Node], frame: Frame) -> None:
        """Adds what bends numbers in equations: tanh, a sigmoid, a maximum with a number. Within a loop no zeros are
        added to it any more: there is no gradient by it.
        """
        for node in topological(outputs):
            x = None if node in self.claimed else _bends(node)
            if x is None or BATCH not in node.shape[:1] or node.origin is None or in_library(node.origin):
                continue
            self.claimed.update(_between(x, node))
            name = self.homes.get(x) or _short(frame.path, frame)
            found = seen_of(name, _word(node), node.origin, x, node)
            found.cell = _short(self.loops[-1].path, frame) if self.loops else ""
            (self.loops[-1].seen if self.loops else self.seen).append(found)


def seen_of(name: str, by: str, span: Span, fed: Node, value: Node) -> Seen:
    """An activation's value, with its slope where each number of it comes from one number that was fed."""
    inside = _between(fed, value)
    if fed.shape != value.shape or not all(TABLE[n.op].kind == "map" for n in inside if n is not fed):
        return Seen(name, "activation", by, span, value, fed, softmax=is_softmax(value) is not None)
    try:
        slope = slope_of(fed, value)
    except NotDifferentiable:
        return Seen(name, "activation", by, span, value, fed)
    return Seen(name, "activation", by, span, value, fed, slope, _curve(fed, value, inside))


def slope_of(fed: Node, value: Node) -> Node:
    """The derivative of each number by the one it comes from."""
    found = derive({value: b.full(value.shape, 1.0)}, [fed])
    return b.expand(found[fed], value.shape) if fed in found else b.zeros(value.shape)


def _curve(fed: Node, value: Node, inside: set[Node]) -> Curve | None:
    """None where the activation depends on more than its input, such as a trained slope."""
    beside = [x for n in inside if n is not fed for x in n.inputs if x not in inside]
    if any(n.op != "const" for n in topological(beside) if not n.inputs):
        return None
    x = b.input_("x of a curve", (BATCH, *(1,) * (fed.rank - 1)))
    (bent,) = replaced([value], {fed: x})
    return Curve(x, bent)


def _between(fed: Node, value: Node) -> set[Node]:
    """The nodes from what was fed to what was made of it, both among them."""
    found = {fed}
    for node in topological([value]):
        if any(x in found for x in node.inputs):
            found.add(node)
    return found


def _bends(node: Node) -> Node | None:
    """What a primitive that bends numbers is given; None where it is none."""
    if node.op == "tanh":
        return node.inputs[0]
    if node.op in ("maximum", "minimum"):
        varying = [x for x in node.inputs if x.shape == node.shape]
        numbers = [x for x in node.inputs if all(n.op == "const" for n in topological([x]) if not n.inputs)]
        return varying[0] if len(varying) == 1 and len(numbers) == 1 and varying[0] not in numbers else None
    return is_sigmoid(node)


def _word(node: Node) -> str:
    return {"maximum": "max", "minimum": "min", "div": "sigmoid"}.get(node.op, node.op)


def _equation(frame: Frame, span: Span) -> str:
    """`f` of `f = sigmoid(...)`: what the equation that ends with this use is called."""
    definition = frame.entry.definition
    items: Sequence[Any] = definition.body.items if isinstance(definition.body, ast.Block) else ()
    for item in items:
        if not isinstance(item, ast.Bind) or len(item.names) != 1 or item.names[0].text.endswith("'"):
            continue
        if item.value.span.source is span.source and item.value.span.end == span.end:
            return f"{_short(frame.path, frame)}.{item.names[0].text}".strip(".")
    return ""


def _short(path: str, frame: Frame) -> str:
    """A path without the network's own name, as weights are shown."""
    network = frame.active[0].name if frame.active else frame.entry.name
    return "" if path == network else path.removeprefix(network + ".")


def _ragged(x: Tensor, frame: Frame) -> bool:
    from nndsl.lower import timeline  # here, since frames hold a watch and the timeline knows frames

    return timeline.is_ragged(x, frame.build)
