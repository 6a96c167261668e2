"""A use of a cell: `x -> lstm(64)`. Sequences flow in, the body is read once, and becomes a loop over time.

In: a frame for the body with its parameters named, and what flows in. Out: what the cell gives, at all steps. Time is
the first axis of an example; what is left is what the body sees of it. `state` and `h'` in a body are read here too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from nndsl.diagnostics import Fault, Label, Span, fault
from nndsl.ir import build as b
from nndsl.ir.node import BATCH, Node, ShapeError
from nndsl.lower import kinds, timeline
from nndsl.lower.align import plain
from nndsl.lower.frame import Build, Frame, stream_of
from nndsl.lower.operators import labels
from nndsl.lower.recurrence import Recurrence, State
from nndsl.lower.values import Template, Tensor, shape_words, value_words
from nndsl.semantics.cells import REVERSE
from nndsl.semantics.modules import in_library
from nndsl.semantics.roles import ROLES
from nndsl.syntax import ast

Read = Callable[[Frame, list[Any]], list[Any]]


def run_cell(frame: Frame, template: Template, fed: list[Any], span: Span) -> list[Tensor]:
    """The cell's outputs at all steps, [T, ...] an example. frame: of the body, parameters set."""
    build = frame.build
    sequences = _sequences(frame, fed, span)
    loop = Recurrence(frame.path, _steps(sequences, frame, span))
    frame.recurrence, frame.template = loop, template
    if build.watch is not None:
        build.watch.enter(loop, frame.path)
    lengths = _lengths(sequences, build)
    if lengths is not None:
        going = b.less(b.reshape(b.iota(loop.steps), (loop.steps, 1)), lengths, origin=frame.site)
        loop.going = loop.item("going", going, origin=frame.site)
    items = [_item(x, f"x{k}", loop, build) for k, x in enumerate(sequences)]
    before = dict(build.draws)
    outputs = _read_once(frame, items)
    drawn = _drawn(before, build)
    _check_outputs(outputs, frame, loop, drawn)
    return _unrolled(outputs, frame, template, loop, drawn, lengths)


# ---- what flows in -------------------------------------------------------------------------------------


def _sequences(frame: Frame, fed: list[Any], span: Span) -> list[Tensor]:
    """What flows in, each as [T, ...] an example; numbers without an axis of features get one of size 1."""
    name, ranks = frame.entry.name, _ranks(frame.entry.definition)
    if not fed:
        raise fault("E0203", f"`{name}` needs a sequence that flows in", span, help=f"as in `x -> {span.text}`")
    found = []
    for x, rank in zip(fed, [*ranks, *[None] * len(fed)], strict=False):
        if not isinstance(x, Tensor):
            raise fault("E0206", f"`{name}` takes a sequence, not {value_words(x)}", span)
        found.append(_sequence(plain(x), rank, frame, span))
    return found


def _sequence(x: Tensor, rank: int | None, frame: Frame, span: Span) -> Tensor:
    if not x.batched:
        x = replace(x, node=b.expand(x.node, (BATCH, *x.shape), origin=x.made), batched=True)
    if rank == 1 and x.kind == "category" and len(x.shape) == 1:
        raise fault(
            "E0305",
            f"`{frame.entry.name}` takes numbers at each step, but gets a category",
            span,
            labels=(Label(x.made, "a category from here"),),
            help=f"give each category numbers of its own: `embedding(vocabulary, 16) -> {span.text}`",
        )
    if rank == 1 and len(x.shape) == 1 and timeline.is_time(x, frame.build):
        node = b.reshape(x.node, (BATCH, *x.shape, 1), origin=x.made)
        return Tensor(node, (False, False), True, x.kind, x.made)
    if not x.shape or (rank is not None and len(x.shape) != rank + 1):
        raise _no_time(x, rank, frame, span)
    return x


def _ranks(definition: ast.Definition) -> list[int | None]:
    """How many axes each input of the body has at a step; None where it says nothing of them."""
    items = definition.body.items if isinstance(definition.body, ast.Block) else ()
    lines = [item for item in items if isinstance(item, ast.Option) and item.name == "input"]
    return [_rank(argument.value) for line in lines for argument in line.arguments] if lines else [1]


def _rank(expr: ast.Expr) -> int | None:
    if not isinstance(expr, ast.Index) or any(isinstance(size, ast.Ellipsis) for size in expr.items):
        return None
    return len(expr.items)


def _no_time(x: Tensor, rank: int | None, frame: Frame, span: Span) -> Fault:
    name = frame.entry.name
    asked = "[time, in]" if rank == 1 else "[time, ...]"
    gives = shape_words(x.shape)
    if not x.shape:
        help = "steps in the order of time are declared in the data: `sequence column` and `window 24`"
    elif len(x.shape) == 1:
        help = f"a row of numbers can be read as steps of one number each: `reshape({x.shape[0]}, 1) -> {span.text}`"
    else:
        joined = ", ".join([str(x.shape[0]), "-1"])
        help = f"put what belongs to one step into one axis: `reshape({joined}) -> {span.text}`"
    return fault(
        "E0313",
        f"`{name}` goes from step to step and takes a sequence {asked}, but gets {gives}",
        span,
        labels=tuple(label for label in labels(x) if label.span != span),
        notes=(f"{ROLES['cell'].article} sees the first axis of an example as time",) if x.shape else (),
        help=help,
    )


def _steps(sequences: list[Tensor], frame: Frame, span: Span) -> int:
    first = sequences[0]
    for other in sequences[1:]:
        if other.shape[0] != first.shape[0]:
            raise fault(
                "E0302",
                f"the sequences of `{frame.entry.name}` go side by side, but have {first.shape[0]} and "
                f"{other.shape[0]} steps",
                span,
                labels=labels(first, other),
            )
    steps = first.shape[0]
    assert isinstance(steps, int), steps
    return steps


def _lengths(sequences: list[Tensor], build: Build) -> Node | None:
    """[B], how many steps are real; None where all sequences are equally long."""
    ragged = any(timeline.is_ragged(x, build) for x in sequences)
    return build.lengths if ragged else None


def _item(x: Tensor, name: str, loop: Recurrence, build: Build) -> Tensor:
    """What the body sees of a sequence: one step."""
    order = [1, 0, *range(2, x.node.rank)]
    leaf = loop.item(name, b.transpose(x.node, order, origin=x.made), origin=x.made)
    marks = timeline.marks(x.node, build)
    build.marks[leaf] = (marks[0], *marks[2:])
    return Tensor(leaf, x.ghosts[1:], True, x.kind, x.made, x.classes)


# ---- the body --------------------------------------------------------------------------------------------


def _read_once(frame: Frame, items: list[Tensor]) -> list[Any]:
    """The outputs of one step. What a body changes elsewhere would have to be changed at each step."""
    build = frame.build
    updates, penalties = dict(build.updates), dict(build.penalties)
    outputs = build.run(frame, list(items))
    changed = [leaf for leaf, node in build.updates.items() if updates.get(leaf) is not node]
    if changed or build.penalties != penalties:
        what = "remembers averages from one step of training to the next" if changed else "adds a penalty to the loss"
        place = changed[0].origin if changed else None
        raise fault(
            "E0312",
            f"the cell `{frame.entry.name}` uses a layer that {what}; within a cell that has no meaning",
            place if place is not None and not in_library(place) else frame.site,
            help="use `layernorm`, which remembers nothing, or put the layer before or behind the cell"
            if changed
            else "put the penalty before or behind the cell",
        )
    return outputs


def _drawn(before: dict[str, int], build: Build) -> frozenset[int]:
    """The streams of random numbers that the body asked for."""
    return frozenset(
        stream_of(f"{path}#{i}") for path, count in build.draws.items() for i in range(before.get(path, 0), count)
    )


def _check_outputs(outputs: list[Any], frame: Frame, loop: Recurrence, drawn: frozenset[int]) -> None:
    definition = frame.entry.definition
    for state in loop.states.values():
        if state.next is None:  # its equation stands in a block that was left out
            raise fault("E0310", f"the state `{state.name}` is never given its next value", state.declared)
    for value in outputs:
        if not isinstance(value, Tensor):
            raise fault("E0311", f"`{definition.name}` gives {value_words(value)}, not a tensor", definition.name_span)
    inner = loop.inner([value.node for value in outputs], drawn)
    for value in outputs:
        if value.node not in inner:
            raise fault(
                "E0311",
                f"the cell `{definition.name}` gives the same at every step: "
                "its output depends on neither its input nor its state",
                frame.at(definition.name_span),
                labels=() if in_library(value.made) else (Label(value.made, "this is the same at every step"),),
            )


def _unrolled(
    outputs: list[Any],
    frame: Frame,
    template: Template,
    loop: Recurrence,
    drawn: frozenset[int],
    lengths: Node | None,
) -> list[Tensor]:
    """The loop over the body, and what it gives: [B, T, ...]."""
    reverse = _reverse(template, frame)
    steps = [plain(value) for value in outputs]
    nodes = [x.node if x.batched else b.expand(x.node, (BATCH, *x.shape), origin=x.made) for x in steps]
    watch = frame.build.watch
    watched = watch.wanted(nodes, drawn, frame) if watch is not None else []
    every, memories = loop.run([*nodes, *watched], drawn, reverse=reverse, origin=frame.site)
    parts, noted = every[: len(nodes)], every[len(nodes) :]
    if watch is not None:
        watch.leave(dict(zip(watched, noted, strict=True)), reverse=reverse, ragged=lengths is not None)
    held = {id(state.kept) for state in loop.states.values()} if not reverse else set()
    kept = {name: _batch_first(part, "real", frame, _mark(lengths, not reverse)) for name, part in memories.items()}
    found = []
    for x, node, part in zip(steps, nodes, parts, strict=True):
        whole = _batch_first(part, kinds.shown(x), frame, _mark(lengths, id(node) in held))
        found.append(replace(whole, classes=x.classes, memory=tuple(kept.items())))
    return found


def _mark(lengths: Node | None, held: bool) -> str:
    return timeline.TIME if lengths is None else timeline.HELD if held else timeline.RAGGED


def _batch_first(part: Node, kind: str, frame: Frame, mark: str) -> Tensor:
    node = b.transpose(part, [1, 0, *range(2, part.rank)], origin=frame.site)
    frame.build.marks[node] = ("", mark, *[""] * (part.rank - 2))
    return Tensor(node, (False,) * (part.rank - 1), True, kind, frame.site)


def _reverse(template: Template, frame: Frame) -> bool:
    value = template.given.get(REVERSE, False)
    if not isinstance(value, bool):
        place = template.places.get(REVERSE, frame.site)
        raise fault("E0206", f"`{REVERSE}` is true or false, not {value_words(value)}", place)
    return value


# ---- states ----------------------------------------------------------------------------------------------


def add_state(name: str, shape: tuple[int, ...], first: Any, place: Span, frame: Frame, declared: Span) -> None:
    """`state h[units] = first` in a cell. place: of the first value as written."""
    loop, template = frame.recurrence, frame.template
    assert loop is not None and template is not None
    if name in template.given:
        first, place = template.given[name], template.places[name]
    node = _fitted(first, shape, f"the first value of `{name}`", frame, place, declared)
    if loop.inner([node], frozenset()):
        raise fault(
            "E0312",
            f"the first value of `{name}` is there before the first step: it cannot depend on the input or on a state",
            place,
            help="it may depend on parameters, numbers, and what is given where the cell is used",
        )
    state = loop.state(name, shape, node, frame.at(declared))
    frame.names[name] = Tensor(state.leaf, (False,) * len(shape), True, "real", frame.at(declared))


def next_value(state: State, value: Any, frame: Frame, span: Span) -> Tensor:
    """`h' = value`: the tensor that `h'` names from here on."""
    loop = frame.recurrence
    assert loop is not None
    if state.written is not None:
        raise fault(
            "E0310",
            f"the next value of the state `{state.name}` is given twice",
            span,
            labels=() if state.written == span else (Label(state.written, "first here"),),
        )
    shape = tuple(int(dim) for dim in state.leaf.shape[1:])
    node = _fitted(value, shape, f"the next value of `{state.name}`", frame, span, state.declared)
    node = b.expand(node, state.leaf.shape, origin=frame.at(span))
    kept = loop.write(state, node, frame.at(span))
    kind = value.kind if isinstance(value, Tensor) else "real"
    made = value.made if isinstance(value, Tensor) else frame.at(span)
    return Tensor(kept, (False,) * len(shape), True, kind, made)


def _fitted(value: Any, shape: tuple[int, ...], what: str, frame: Frame, span: Span, declared: Span) -> Node:
    """A value that broadcasts to [B, *shape]; a number of each example, or one for all."""
    site = frame.at(span)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return b.full(shape, float(value), origin=site)
    if not isinstance(value, Tensor):
        raise fault("E0206", f"{what} is a tensor or a number, not {value_words(value)}", span)
    value = plain(value)
    lead = (BATCH,) if value.batched else ()
    node = b.cast(value.node, "float", origin=site)
    pad = (1,) * (len(shape) - len(value.shape))
    try:
        return b.expand(b.reshape(node, (*lead, *pad, *value.shape), origin=site), (*lead, *shape), origin=site)
    except ShapeError:
        raise fault(
            "E0302",
            f"{what} has shape {shape_words(shape)}, but the value is {shape_words(value.shape)}",
            span,
            labels=(*labels(value), Label(declared, f"{shape_words(shape)} declared here")),
        ) from None


def memory_of(value: Tensor, name: str, span: Span) -> Tensor:
    """`code.c`: a state of the cell that made a value, at all steps."""
    known = dict(value.memory)
    if name in known:
        return known[name]
    listed = ", ".join(f"`{state}`" for state in known)
    raise fault(
        "E0217",
        f"this value has no `{name}`",
        span,
        notes=(f"the states of the cell that made it are {listed}",)
        if known
        else ("what a cell gives has the cell's states, as in `code.c`; other values have no fields",),
    )
