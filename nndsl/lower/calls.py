"""Uses of definitions: arguments meet parameters, values flow in, and the body is read in a frame of its own.

In: a definition, what flows into it, arguments as written with their values. Out: what it gives. A fault in the
library's text is turned into one at the user's call, with the library's equation as a note.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nndsl.diagnostics import Diagnostic, Fault, Label, Span, fault
from nndsl.lower import cells, kinds
from nndsl.lower.frame import Build, Frame, Quiet
from nndsl.lower.stages import note_use
from nndsl.lower.values import BATCH_AXIS, Template, Tensor, shape_words, value_words
from nndsl.semantics.arguments import bind, missing
from nndsl.semantics.modules import in_library
from nndsl.semantics.roles import FLOW, ROLES
from nndsl.semantics.scopes import Entry, wrong_role
from nndsl.syntax import ast

Arguments = list[tuple[ast.Argument, Any]]
CALLABLE = (*FLOW, "loss", "metric", "regularizer", "schedule", "initializer")


def call(template: Template, arguments: Arguments, frame: Frame, span: Span) -> Any:
    """`f(...)` as an expression: applied where values flow in as first arguments, else a template that waits for
    them."""
    role = ROLES[template.entry.role]
    if template.entry.role in FLOW and template.entry.role != "activation":
        fed, rest = _leading(arguments)
        return apply(template, fed, rest, frame, span) if fed else partial(template, rest, frame, span, 0)
    parameters = template.entry.definition.parameters
    by_name = {argument.name for argument, _ in arguments}
    by_place = [pair for pair in arguments[: role.fed] if pair[0].name is None]
    for argument, value in by_place:
        if isinstance(value, tuple):
            text = argument.value.span.text
            problem = f"`{text}` is {len(value)} values, but `{template.entry.name}` takes one here"
            raise fault("E0203", problem, argument.span, help=f"choose one of them, as in `{text}[0]`")
    full = any(isinstance(value, Tensor) for _, value in by_place)
    full = full or any(parameter.name in by_name for parameter in parameters[: role.fed])
    if full or (role.fed == 0 and template.entry.role == "initializer"):
        return apply(template, [], arguments, frame, span, fed_by_hand=True)
    return partial(template, arguments, frame, span, role.fed)


def _leading(arguments: Arguments) -> tuple[list[Any], Arguments]:
    """The tensors at the front of the arguments flow in."""
    fed: list[Any] = []
    for place, (argument, value) in enumerate(arguments):
        if argument.name is not None or not isinstance(value, Tensor | tuple):
            return fed, arguments[place:]
        fed.extend(value if isinstance(value, tuple) else [value])
    return fed, []


def partial(template: Template, arguments: Arguments, frame: Frame, span: Span, fed: int) -> Template:
    """The definition with these arguments."""
    values = {id(argument): value for argument, value in arguments}
    bound = bind(template.entry.definition, [argument for argument, _ in arguments], fed)
    given = dict(template.given)
    places = dict(template.places)
    for name, argument in bound.items():
        if name in given:
            raise fault("E0203", f"`{name}` of `{template.entry.name}` is given already", argument.span)
        given[name] = values[id(argument)]
        places[name] = argument.value.span
    return Template(template.entry, given, places)


def feed(template: Template, fed: list[Any], arguments: Arguments, frame: Frame, span: Span) -> Any:
    """`value -> f(...)`."""
    if template.entry.role in FLOW and template.entry.role != "activation":
        more, rest = _leading(arguments)
        return apply(template, [*fed, *more], rest, frame, span)
    return apply(template, fed, arguments, frame, span)


def apply(
    template: Template, fed: list[Any], arguments: Arguments, frame: Frame, span: Span, *, fed_by_hand: bool = False
) -> Any:
    """What a definition gives for what flows in: one value, or a tuple of several.

    fed_by_hand: all parameters are among the arguments, as in `mse(output, input)`.
    """
    entry = template.entry
    if entry.role not in CALLABLE:
        raise wrong_role(entry, span, "something that values flow through")
    check_use(entry, frame.active, frame.build, span)
    definition = entry.definition
    counted = 0 if fed_by_hand else ROLES[entry.role].fed
    full = partial(template, arguments, frame, span, counted)
    inner = Frame(frame.build, entry, frame.at(span), _path(entry, frame), active=(*frame.active, entry))
    if counted and len(fed) != counted:
        raise fault(
            "E0203",
            f"`{entry.name}` takes {counted} value{'s' if counted > 1 else ''} that flow in, but {len(fed)} came",
            span,
        )
    try:
        set_parameters(
            inner,
            full,
            dict(zip((p.name for p in definition.parameters[:counted]), fed, strict=counted > 0)) if counted else {},
            span,
        )
        if fed_by_hand and entry.role == "loss":
            _same_size(full, inner, span)
        if entry.role == "cell":
            outputs: list[Any] = [*cells.run_cell(inner, full, fed, span)]
        else:
            outputs = frame.build.run(inner, [] if counted else fed)
    except Fault as found:
        raise at_call(found, entry, span) from None
    results = [kinds.of_result(value, entry, fed, span) for value in outputs]
    result = results[0] if len(results) == 1 else tuple(results)
    if not fed_by_hand:
        note_use(inner.path if entry.role != "activation" else entry.name, entry.role, span, fed, result, frame)
    watch = frame.build.watch
    return result if watch is None else watch.used(inner, span, fed, result, frame)


def _same_size(loss: Template, inner: Frame, span: Span) -> None:
    """A loss compares numbers one by one: `mse(output, input)` of other sizes would quietly repeat the smaller one."""
    compared = [inner.names.get(parameter.name) for parameter in loss.entry.definition.parameters[:2]]
    tensors = [x for x in compared if isinstance(x, Tensor) and x.node.dtype == "float" and x.shape]
    if len(tensors) == 2 and tensors[0].shape != tensors[1].shape:
        shapes = [shape_words(x.shape) for x in tensors]
        marks = tuple(Label(x.made, f"{shape} from here") for x, shape in zip(tensors, shapes, strict=True))
        problem = f"`{loss.entry.name}` compares values of shape {shapes[0]} with values of shape {shapes[1]}"
        raise fault("E0302", problem, span, labels=marks, help="both must have the same sizes")


def _path(entry: Entry, frame: Frame) -> str:
    """Where its parameters live: a layer's use has weights of its own, a network's are always the same."""
    if entry.role == "network":
        return entry.name
    return frame.child_path(entry.name) if entry.role in ("layer", "cell") else frame.path


def check_use(entry: Entry, active: tuple[Entry, ...], build: Build, span: Span) -> None:
    """A definition that is wrong in itself stops quietly; one that is being read already would never end."""
    if entry.definition.broken or entry in build.wrong:
        raise Quiet
    if entry in active:
        chain = " -> ".join(f"`{e.name}`" for e in (*active[active.index(entry) :], entry))
        raise fault("E0215", f"`{entry.name}` uses itself", span, notes=(f"the circle is {chain}",))


def set_parameters(inner: Frame, template: Template, fed: dict[str, Any], span: Span) -> None:
    """Names the arguments in a body's frame; defaults are read there, from left to right."""
    from nndsl.lower.expr import evaluate  # here, since expressions hold calls and calls hold expressions

    definition = template.entry.definition
    for name in ROLES[template.entry.role].given:
        if name == "training":
            inner.names[name] = inner.build.training
        elif name == "batch":
            inner.names[name] = BATCH_AXIS
        elif name in inner.build.sizes:
            inner.names[name] = inner.build.sizes[name]
    if template.entry.role == "network":
        inner.names.update(inner.build.sizes)
    for parameter in definition.parameters:
        name = parameter.name
        if name in fed:
            value = fed[name]
        elif name in template.given:
            value = template.given[name]
            inner.places[name] = template.places[name]
        elif parameter.default is not None:
            value = evaluate(parameter.default, inner)
        else:
            raise missing(definition, parameter, span)
        if parameter.kind is not None:
            value = kinds.accept(value, parameter, template.entry, template.places.get(name, span))
        _yes_or_no(value, parameter, template)
        wordless = not isinstance(parameter.default, ast.String) and in_library(definition.name_span)
        if isinstance(value, str) and name in template.given and wordless:
            what, hint = "a number", None
            if isinstance(parameter.default, ast.Name):
                what = f"a name such as `{parameter.default.text}`"
                hint = f"names stand without quotation marks: `{definition.name}({name}={value})`"
            problem = f"`{name}` of `{definition.name}` is {what}, not {value_words(value)}"
            raise fault("E0206", problem, template.places[name], help=hint)
        inner.names[name] = value


def _yes_or_no(value: Any, parameter: ast.Parameter, template: Template) -> None:
    """What is true or false by default is not given as something else: `causal=1` may have meant another parameter."""
    default, name = parameter.default, parameter.name
    truth = isinstance(default, ast.Constant) and isinstance(default.value, bool)
    if truth and name in template.given and not isinstance(value, bool):
        problem = f"`{name}` of `{template.entry.name}` is true or false, not {value_words(value)}"
        cells = [cell.entry.name for cell in template.given.values() if isinstance(cell, Template)]
        number = isinstance(value, int | float) and len(cells) == 1
        help = f"its size belongs to the cell: `{template.entry.name}({cells[0]}({value}))`" if number else None
        raise fault("E0206", problem, template.places[name], help=help)


def at_call(found: Fault, entry: Entry, span: Span) -> Fault:
    """A fault from inside a body, as the one who called it sees it."""
    d = found.diagnostic
    if d.span is None or in_library(span):
        return found
    labels = tuple(label for label in d.labels if not in_library(label.span))
    if not in_library(d.span):
        inside = not entry.library and span.source == d.span.source and not _within(d.span, span)
        extra = (
            (Label(span, f"`{entry.name}` is used here"),)
            if inside and not any(label.span == span for label in labels)
            else ()
        )
        return Fault(replace(d, labels=labels + extra))
    note = f"the library defines `{entry.name}` with `{_line(d.span)}`"
    return Fault(
        Diagnostic(d.code, d.message, span, tuple(x for x in labels if x.span != span), (*d.notes, note), d.help)
    )


def _within(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _line(span: Span) -> str:
    """The line of the library's text that a place lies in."""
    text = span.source.text
    start = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.start)
    return " ".join(text[start : end if end >= 0 else len(text)].split())
