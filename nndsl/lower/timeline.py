"""Which axes of a value are the steps of a sequence, and whether the steps behind a sequence's end can reach a result.

Sequences of different lengths are padded to the longest, so the steps behind an end must count nowhere: results are
those of each sequence alone. In: a node of a graph in the making. Out: a mark for each of its axes; and E0314 where
padding would count. Found by walking the graph, so that no layer has to know of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from nndsl.data.types import Field
from nndsl.diagnostics import Label, Span, fault
from nndsl.ir import build as b
from nndsl.ir.node import BATCH, Dim, Node, Shape
from nndsl.ir.table import TABLE
from nndsl.lower.frame import Build
from nndsl.lower.values import Tensor

TIME = "time"  # steps, all of them real
RAGGED = "ragged"  # steps, padded behind the end of each example's sequence
HELD = "held"  # the same, but padding repeats the last real step
MASKED = "masked"  # padding has been taken care of, by a condition on the lengths
LENGTH = "length"  # on the batch axis: made of the lengths alone
PADDED = (RAGGED, HELD)

Marks = tuple[str, ...]


def begin(node: Node, field: Field, build: Build) -> None:
    """Marks the leaf of a network's input, [B, *field.shape]."""
    if not field.time:
        return
    build.marks[node] = ("", RAGGED if field.ragged else TIME, *[""] * (node.rank - 2))
    if field.ragged:
        build.steps = field.shape[0]
        build.lengths = b.input_("lengths", (BATCH,), "int", origin=field.span)


def is_time(x: Tensor, build: Build) -> bool:
    """Whether the first axis of an example is known to be steps."""
    return x.batched and x.node.rank > 1 and marks(x.node, build)[1] in (TIME, *PADDED)


def is_ragged(x: Tensor, build: Build) -> bool:
    """Whether the first axis of an example is steps of which some may be padding."""
    return x.batched and x.node.rank > 1 and marks(x.node, build)[1] in PADDED


def marks(node: Node, build: Build) -> Marks:
    """A mark for each axis of the node, "" where there is nothing to say."""
    known = build.marks
    stack = [node]
    while stack:
        top = stack[-1]
        if top in known:
            stack.pop()
            continue
        waiting = [x for x in top.inputs if x not in known]
        if waiting:
            stack.extend(waiting)
            continue
        known[top] = _of(top, [known[x] for x in top.inputs], build)
    return known[node]


def check(outputs: Iterable[Node], build: Build, data: Span) -> None:
    """Raises E0314 where padding reaches a result of the network. data: where the sequences come from."""
    if build.lengths is None:
        return
    for node in outputs:
        marks(node, build)
    for node in build.misused:
        span = node.origin or data
        raise fault(
            "E0314",
            f"`{_short(span)}` mixes the steps of a sequence, but the sequences have different lengths: "
            "what is behind the end of the shorter ones would count",
            span,
            labels=(Label(data, "sequences of different lengths"),),
            help="keep one value for each step up to here, or take them together by `last`, "
            "or by `mean(x, axis=0)`, `max` or `sum`, which leave out what is behind the end",
        )


def _short(span: Span) -> str:
    text = " ".join(span.text.split())
    return text if len(text) <= 40 else text[:37] + "..."


# ---- a rule for each kind of primitive -----------------------------------------------------------------


def _of(node: Node, inputs: Sequence[Marks], build: Build) -> Marks:
    if node is build.lengths:
        return (LENGTH,)
    if not any(any(mark) for mark in inputs):
        return ("",) * node.rank
    rule = _RULES.get(node.op) or _RULES.get(TABLE[node.op].kind)
    found = rule(node, inputs) if rule is not None else None
    if found is None or any(m in PADDED and size != build.steps for m, size in zip(found, node.shape, strict=True)):
        if any(mark in (*PADDED, MASKED) for each in inputs for mark in each):
            build.misused.append(node)
        return ("",) * node.rank
    return found


def _map(node: Node, inputs: Sequence[Marks]) -> Marks:
    """A condition on the lengths masks all axes it goes along; the last step is held where all that goes along is."""
    by_length = node.dtype == "bool" and any(each[:1] == (LENGTH,) for each in inputs)
    found = []
    for axis, size in enumerate(node.shape):
        here = [mark for x, each in zip(node.inputs, inputs, strict=True) for mark in _at(axis, node, x, each)]
        masks = by_length and size not in (1, BATCH) and not any(mark in PADDED for mark in here)
        found.append(MASKED if masks else _joined(here))
    return tuple(found)


def _at(axis: int, node: Node, x: Node, each: Marks) -> Marks:
    """The mark of an operand along an axis of the result, if it goes along it."""
    at = axis - (node.rank - x.rank)
    return (each[at],) if at >= 0 and x.shape[at] == node.shape[axis] else ()


def _joined(found: Sequence[str]) -> str:
    if MASKED in found:
        return MASKED
    if RAGGED in found:
        return RAGGED
    if HELD in found:
        return HELD if all(mark == HELD for mark in found) else RAGGED
    if LENGTH in found:
        return LENGTH if all(mark == LENGTH for mark in found) else ""
    return next((mark for mark in found if mark), "")


def _reduce(node: Node, inputs: Sequence[Marks]) -> Marks | None:
    (x,) = inputs
    if any(x[axis] in PADDED for axis in node["axes"]):
        return None
    return tuple("" if axis in node["axes"] else mark for axis, mark in enumerate(x))


def _reshape(node: Node, inputs: Sequence[Marks]) -> Marks | None:
    """An axis that lies behind the same number of elements, and is as long, is the same axis."""
    (marked,), shape = inputs, node.inputs[0].shape
    places = {(_count(node.shape[:at]), size): at for at, size in enumerate(node.shape) if size != 1}
    found = [""] * node.rank
    for axis, mark in enumerate(marked):
        if not mark or shape[axis] == 1:
            continue
        at = places.get((_count(shape[:axis]), shape[axis]))
        if at is not None:
            found[at] = mark
        elif mark in PADDED:
            return None
    return tuple(found)


def _count(shape: Shape) -> tuple[int, tuple[Dim, ...]]:
    """How many elements, as a number and symbols."""
    number = 1
    for size in shape:
        number *= size if isinstance(size, int) else 1
    return number, tuple(sorted(size for size in shape if isinstance(size, str)))


def _transpose(node: Node, inputs: Sequence[Marks]) -> Marks:
    return tuple(inputs[0][axis] for axis in node["axes"])


def _expand(node: Node, inputs: Sequence[Marks]) -> Marks:
    (x,) = inputs
    pad = node.rank - len(x)
    sizes = zip(node.inputs[0].shape, node.shape[pad:], x, strict=True)
    return ("",) * pad + tuple(mark if size == wide else "" for size, wide, mark in sizes)


def _slice(node: Node, inputs: Sequence[Marks]) -> Marks | None:
    """The first step is always real; where the last is held, so is any that stands behind it."""
    (x,), axis, start, stop = inputs, node["axis"], node["start"], node["stop"]
    size = node.inputs[0].shape[axis]
    first, final = (start, stop) == (0, 1), x[axis] == HELD and (start, stop) == (int(size) - 1, size)
    if x[axis] in PADDED and not first and not final:
        return None
    mark = "" if x[axis] in PADDED else x[axis]
    return (*x[:axis], mark, *x[axis + 1 :])


def _pad(node: Node, inputs: Sequence[Marks]) -> Marks | None:
    (x,), axis = inputs, node["axis"]
    return None if x[axis] in PADDED else x


def _concat(node: Node, inputs: Sequence[Marks]) -> Marks | None:
    axis = node["axis"]
    if any(x[axis] in PADDED for x in inputs):
        return None
    return tuple(_joined([x[i] for x in inputs]) for i in range(node.rank))


def _windows(node: Node, inputs: Sequence[Marks]) -> Marks | None:
    """What slides step by step over values that are 0 behind the end gives a value for each step again."""
    (x,) = inputs
    found = [*x, *[""] * (node.rank - len(x))]
    for axis, stride in zip(node["axes"], node["strides"], strict=True):
        if x[axis] in PADDED or (x[axis] == MASKED and stride != 1):
            return None
        found[axis] = RAGGED if x[axis] == MASKED else ""
    return tuple(found)


def _einsum(node: Node, inputs: Sequence[Marks]) -> Marks | None:
    """A sum over steps is right where one factor is 0 behind the end."""
    operands, result = node["spec"].split("->")
    found: dict[str, list[str]] = {}
    for letters, each in zip(operands.split(","), inputs, strict=True):
        for letter, mark in zip(letters, each, strict=True):
            found.setdefault(letter, []).append(mark)
    summed = [each for letter, each in found.items() if letter not in result]
    if any(_joined(each) in PADDED for each in summed):
        return None
    return tuple(_joined(found[letter]) for letter in result)


def _gather(node: Node, inputs: Sequence[Marks]) -> Marks:
    return inputs[1] + inputs[0][1:]


Rule = Callable[[Node, Sequence[Marks]], Marks | None]

_RULES: dict[str, Rule] = {
    "map": _map, "reduce": _reduce, "reshape": _reshape, "transpose": _transpose, "expand": _expand, "slice": _slice,
    "pad": _pad, "concat": _concat, "windows": _windows, "dot": _einsum, "gather": _gather,
}  # fmt: skip
