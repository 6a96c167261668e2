"""`param W[in, units] ~ glorot, b[units] = 0` and `state average[in] = 0`: numbers that live longer than a step.

In: one declaration and the frame. Out: a leaf of the graph under a name of its own, with a graph of its first value.
"""

from __future__ import annotations

import math
from typing import Any

from nndsl.diagnostics import Fault, Label, Span, fault
from nndsl.ir import build as b
from nndsl.ir.node import Dim, Node, ShapeError
from nndsl.lower import calls, cells
from nndsl.lower.align import plain
from nndsl.lower.expr import evaluate
from nndsl.lower.frame import Build, Frame
from nndsl.lower.graphs import Variable
from nndsl.lower.operators import labels
from nndsl.lower.values import Template, Tensor, shape_words, tensor, value_words
from nndsl.semantics.scopes import unknown
from nndsl.syntax import ast

DEFAULT_INITIALIZER = "glorot"


def declare_param(argument: ast.OptionArgument, frame: Frame) -> None:
    """A trained tensor. Without a first value it begins as `glorot` says, or at 0 where it has no axes."""
    name, shape = _named(argument, frame, "param")
    leaf_name = f"{frame.path}.{name}"
    leaf = b.param(leaf_name, shape, origin=frame.at(argument.span))
    initial = _initial(argument, leaf_name, shape, frame)
    _keep(frame.build.variables, Variable(leaf_name, leaf, initial, frame.at(argument.span)), frame)
    frame.names[name] = tensor(leaf, frame.at(argument.span))


def declare_state(argument: ast.OptionArgument, frame: Frame) -> None:
    """A value kept from step to step, 0 at first where nothing is said."""
    name, shape = _named(argument, frame, "state")
    if frame.recurrence is not None:
        _declare_memory(argument, name, shape, frame)
        return
    leaf_name = f"{frame.path}.{name}"
    leaf = b.state(leaf_name, shape, origin=frame.at(argument.span))
    initial = _initial(argument, leaf_name, shape, frame, default=0.0)
    _keep(frame.build.states, Variable(leaf_name, leaf, initial, frame.at(argument.span)), frame)
    frame.local_states[name] = leaf
    frame.names[name] = tensor(leaf, frame.at(argument.span))


def _declare_memory(argument: ast.OptionArgument, name: str, shape: tuple[int, ...], frame: Frame) -> None:
    """A state of a cell: it is kept from step to step of a sequence, and begins anew with each."""
    if argument.initial is not None:
        raise fault(
            "E0214",
            f"the first value of the state `{name}` is given by `=`",
            argument.initial.span,
            help=f"for one that is trained write `param {name}0[...] ~ ...` and `state {name}[...] = {name}0`",
        )
    first = 0.0 if argument.default is None else evaluate(argument.default, frame)
    place = argument.span if argument.default is None else argument.default.span
    cells.add_state(name, shape, first, place, frame, argument.value.span)


def _keep(found: dict[str, Variable], variable: Variable, frame: Frame) -> None:
    """A network within a network is used with the same weights each time, so their shapes cannot change."""
    known = found.setdefault(variable.name, variable)
    if known.leaf is not variable.leaf:
        raise fault(
            "E0303",
            f"`{variable.name}` is {shape_words(known.leaf.shape)} where the network was used before, "
            f"but would have to be {shape_words(variable.leaf.shape)} here",
            frame.site,
            notes=("a network has one set of weights, wherever it is used",),
            help="write a `layer` instead: each use of it makes weights of its own",
        )


def declare_slot(argument: ast.OptionArgument, frame: Frame) -> None:
    """`state m = 0` of an optimizer: one number beside each trained weight, [P]."""
    name = argument.value
    if not isinstance(name, ast.Name):
        raise fault(
            "E0214",
            "the state of an optimizer has the shape of the weights: it is declared without sizes",
            argument.span,
        )
    initial = 0.0 if argument.default is None else evaluate(argument.default, frame)
    if isinstance(initial, bool) or not isinstance(initial, int | float) or argument.initial is not None:
        raise fault("E0206", "the state of an optimizer begins with a number", argument.span)
    leaf = b.state(f"{frame.path}.{name.text}", ("P",), origin=frame.at(argument.span))
    frame.local_states[name.text] = leaf
    frame.build.slots[leaf] = float(initial)
    frame.names[name.text] = tensor(leaf, frame.at(argument.span))


def _named(argument: ast.OptionArgument, frame: Frame, what: str) -> tuple[str, tuple[int, ...]]:
    expr = argument.value
    head = expr.base if isinstance(expr, ast.Index) else expr
    if not isinstance(head, ast.Name):
        raise fault("E0202", f"`{what}` takes names with sizes, not `{expr.span.text}`", expr.span)
    if head.text in frame.names:
        raise fault(
            "E0204",
            f"`{head.text}` is defined twice in `{frame.entry.name}`",
            head.span,
            help="give one of them another name",
        )
    items = expr.items if isinstance(expr, ast.Index) else ()
    return head.text, tuple(size(item, frame) for item in items)


def size(item: ast.Expr | ast.Slice, frame: Frame) -> int:
    """A size as written: a whole number from 1. A wrong one is said at the argument it came from."""
    if isinstance(item, ast.Slice | ast.Ellipsis):
        raise fault("E0304", "the sizes of a parameter are numbers", item.span)
    value = evaluate(item, frame)
    if isinstance(value, float) and value.is_integer():  # of a division without rest: `in / groups`
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value
    if isinstance(item, ast.Name) and item.text in frame.places:
        return _bad_argument(item.text, value, frame)
    raise fault("E0304", f"a size is a whole number from 1, not {value_words(value)}", item.span)


def _bad_argument(name: str, value: Any, frame: Frame) -> int:
    raise fault(
        "E0206",
        f"`{name}` of `{frame.entry.name}` is a whole number from 1, not {value_words(value)}",
        frame.places[name],
    )


def fitted(
    value: Any, shape: tuple[Dim, ...], what: str, frame: Frame, span: Span, *, declared: Span | None = None
) -> Node:
    """The node of a value as a tensor of this shape, the same for all examples; a fault if it is not.

    declared: where the shape was asked for.
    """
    site = frame.at(span)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return b.full(shape, float(value), origin=site)
    if not isinstance(value, Tensor):
        raise fault("E0206", f"{what} is a tensor or a number, not {value_words(value)}", span)
    if value.batched:
        raise fault(
            "E0302",
            f"{what} differs from example to example, but it must be one for all",
            span,
            labels=labels(value),
            help="average it: `mean(..., axis=batch)`",
        )
    value = plain(value)
    try:
        return b.expand(value.node, shape, origin=site)
    except ShapeError:
        raise fault(
            "E0302",
            f"{what} has shape {shape_words(shape)}, but the value is {shape_words(value.shape)}",
            span,
            labels=(*labels(value), *((Label(declared, f"{shape_words(shape)} declared here"),) if declared else ())),
        ) from None


# ---- first values --------------------------------------------------------------------------------------


def _initial(
    argument: ast.OptionArgument, path: str, shape: tuple[int, ...], frame: Frame, default: float | None = None
) -> Node:
    site = frame.at(argument.span)
    if argument.default is not None:
        value = evaluate(argument.default, frame)
        return fitted(value, shape, "the first value", frame, argument.default.span, declared=argument.value.span)
    if argument.initial is not None:
        return initial_value(_template(argument.initial, frame), path, shape, frame, argument.initial.span)
    if default is not None or not shape:
        return b.full(shape, default or 0.0, origin=site)
    entry = frame.entry.scope.find(DEFAULT_INITIALIZER, ("initializer",))
    assert entry is not None
    return initial_value(Template(entry), path, shape, frame, argument.span)


def _template(expr: ast.Expr, frame: Frame) -> Template:
    """What stands after `~`: an initializer, with arguments or without."""
    head = expr.function if isinstance(expr, ast.Call) else expr
    if not isinstance(head, ast.Name):
        raise fault("E0214", f"after `~` stands an initializer, not `{expr.span.text}`", expr.span)
    entry = frame.entry.scope.find(head.text, ("initializer",))
    if entry is None:
        raise unknown(frame.entry.scope, head.text, head.span, "initializer")
    template = Template(entry)
    if isinstance(expr, ast.Call):
        arguments = [(argument, evaluate(argument.value, frame)) for argument in expr.arguments]
        template = calls.partial(template, arguments, frame, expr.span, 0)
    return template


def initial_value(template: Template, path: str, shape: tuple[int, ...], frame: Frame, span: Span) -> Node:
    """The graph of an initializer for a shape; its random numbers depend on the parameter's name alone."""
    outer = frame.build
    build = Build(False, outer.constants, {}, outer.wrong, outer.run)
    fan_in, fan_out = fans(shape)
    inner = Frame(build, template.entry, frame.at(span), path, active=(*frame.active, template.entry))
    inner.names.update(shape=list(shape), fan_in=fan_in, fan_out=fan_out)
    try:
        calls.set_parameters(inner, template, {}, span)
        (value,) = outer.run(inner, [])
        return _fit(value, shape, template, span)
    except Fault as found:
        raise calls.at_call(found, template.entry, span) from None


def _fit(value: Any, shape: tuple[int, ...], template: Template, span: Span) -> Node:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return b.full(shape, float(value), origin=span)
    if not isinstance(value, Tensor):
        raise fault("E0206", f"the initializer `{template.entry.name}` gives {value_words(value)}", span)
    value = plain(value)
    if value.shape not in (shape, ()):
        raise fault(
            "E0302",
            f"the initializer `{template.entry.name}` gives {shape_words(value.shape)},"
            f" but the parameter is {shape_words(shape)}",
            span,
        )
    return b.expand(value.node, shape, origin=span)


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """(values that meet in one output, outputs one value goes to) of a weight [..., in, out]; further axes slide
    over the input."""
    if not shape:
        return 1, 1
    if len(shape) == 1:
        return shape[0], shape[0]
    field = math.prod(shape[:-2])
    return field * shape[-2], field * shape[-1]
