"""The value of an expression in a frame.

In: an expression as written. Out: a tensor, a number, a list, or a definition that waits for input.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nndsl.diagnostics import Span, fault
from nndsl.lower import builtins, calls, cells
from nndsl.lower.frame import Frame
from nndsl.lower.index import index
from nndsl.lower.operators import binary, elementwise, not_a_value
from nndsl.lower.stages import note_equation, note_use
from nndsl.lower.values import Dots, Function, Template, Tensor, value_words
from nndsl.semantics.builtins import BUILTINS
from nndsl.semantics.constants import CONSTANTS, value_of
from nndsl.semantics.roles import SIZES
from nndsl.semantics.scopes import unknown
from nndsl.syntax import ast


def evaluate(expr: ast.Expr, frame: Frame) -> Any:
    """The value of an expression."""
    return _READ[type(expr)](expr, frame)


def _constant(expr: ast.Number | ast.Constant, frame: Frame) -> Any:
    return expr.value


def _text(expr: ast.String, frame: Frame) -> str:
    return expr.text


def lookup(expr: ast.Name, frame: Frame) -> Any:
    """What a name stands for: something bound here, a constant, a definition, a built-in function."""
    name = expr.text
    if name in frame.names:
        return frame.names[name]
    if not frame.entry.library and name in frame.build.constants:
        return value_of(frame.build.constants[name])
    if name in CONSTANTS:
        return CONSTANTS[name]
    entry = frame.entry.scope.find(name, frame.spaces, skip=frame.entry.definition)
    if entry is not None:
        return Template(entry)
    if name in BUILTINS:
        return Function(name)
    if name in SIZES:
        raise fault(
            "E0201",
            f"`{name}` is not known here: the data set has no such size",
            expr.span,
            notes=("a category as target has `classes`, a category as input has `vocabulary`",),
        )
    if name.endswith("'") and name[:-1] in frame.names:
        raise fault(
            "E0201",
            f"the next value `{name}` is not known yet here",
            expr.span,
            help=f"write its equation, `{name} = ...`, above this line",
        )
    names = [*frame.names, *frame.entry.scope.names(frame.spaces), *BUILTINS]
    raise unknown(frame.entry.scope, name, expr.span, "name", names)


def _list(expr: ast.List, frame: Frame) -> list[Any]:
    return [evaluate(item, frame) for item in expr.items]


def _group(expr: ast.Group, frame: Frame) -> tuple[Any, ...]:
    return tuple(evaluate(item, frame) for item in expr.items)


def _dots(expr: ast.Ellipsis, frame: Frame) -> Any:
    return Dots(frame.dots, frame.spread)


def _unary(expr: ast.Unary, frame: Frame) -> Any:
    value = evaluate(expr.operand, frame)
    if isinstance(value, Tensor):
        return elementwise("not" if expr.op == "not" else "neg", (value,), frame, expr.span)
    if expr.op == "not" and isinstance(value, bool):
        return not value
    if expr.op == "-" and isinstance(value, int | float) and not isinstance(value, bool):
        return -value
    raise fault("E0217", f"`{expr.op}` does not go with {value_words(value)}", expr.span)


def _binary(expr: ast.Binary, frame: Frame) -> Any:
    left = evaluate(expr.left, frame)
    if expr.op == "and" and left is False:
        return False
    if expr.op == "or" and left is True:
        return True
    return binary(expr.op, left, evaluate(expr.right, frame), frame, expr.span)


def _pipe(expr: ast.Pipe, frame: Frame) -> Any:
    return stage(evaluate(expr.left, frame), expr.right, frame)


def _callee(expr: ast.Expr, frame: Frame) -> Any:
    """What is called. A number cannot be, so a definition may share its name: `dropout(dropout)` in a layer with a
    parameter `dropout`."""
    value = evaluate(expr, frame)
    if isinstance(expr, ast.Name) and isinstance(value, int | float):
        entry = frame.entry.scope.find(expr.text, frame.spaces, skip=frame.entry.definition)
        return value if entry is None else Template(entry)
    return value


def _call(expr: ast.Call, frame: Frame) -> Any:
    callee = _callee(expr.function, frame)
    if isinstance(callee, Template):
        return calls.call(callee, _arguments(expr, frame), frame, expr.span)
    if isinstance(callee, Function):
        values, keys = split_arguments(expr, frame)
        return builtins.call(callee.name, values, keys, frame, expr.span)
    raise fault("E0205", f"`{expr.function.span.text}` is {value_words(callee)}, and cannot be called", expr.span)


def _arguments(expr: ast.Call, frame: Frame) -> list[tuple[ast.Argument, Any]]:
    return [(argument, evaluate(argument.value, frame)) for argument in expr.arguments]


def split_arguments(expr: ast.Call, frame: Frame) -> tuple[list[Any], dict[str, Any]]:
    """Values by place and by name."""
    values: list[Any] = []
    keys: dict[str, Any] = {}
    for argument, value in _arguments(expr, frame):
        if argument.name is None:
            values.append(value)
        elif argument.name in keys:
            raise fault("E0203", f"`{argument.name}` is given twice", argument.span)
        else:
            keys[argument.name] = value
    return values, keys


def _index(expr: ast.Index, frame: Frame) -> Any:
    base = evaluate(expr.base, frame)
    if isinstance(base, Template | Function):
        raise not_a_value(base, "[ ]", expr.span)
    items = [_slice(item, frame) if isinstance(item, ast.Slice) else evaluate(item, frame) for item in expr.items]
    return index(base, items, frame, expr.span)


def _slice(item: ast.Slice, frame: Frame) -> slice:
    ends: list[Any] = []
    for end in (item.start, item.stop):
        value = None if end is None else evaluate(end, frame)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise fault("E0206", f"a slice goes between whole numbers, not {value_words(value)}", item.span)
        ends.append(value)
    return slice(*ends)


def _attribute(expr: ast.Attribute, frame: Frame) -> Any:
    base = evaluate(expr.base, frame)
    if isinstance(base, Tensor):
        return cells.memory_of(base, expr.name, expr.span)
    raise fault("E0217", f"`{expr.span.text}`: {value_words(base)} has no fields", expr.span)


_READ: dict[type, Callable[[Any, Frame], Any]] = {
    ast.Number: _constant, ast.Constant: _constant, ast.String: _text, ast.Name: lookup, ast.List: _list, ast.Group:
    _group,
    ast.Ellipsis: _dots, ast.Unary: _unary, ast.Binary: _binary, ast.Pipe: _pipe, ast.Call: _call, ast.Index: _index,
    ast.Attribute: _attribute,
}  # fmt: skip


# ---- flows -------------------------------------------------------------------------------------------


def stage(value: Any, expr: ast.Expr, frame: Frame) -> Any:
    """`value -> expr`."""
    if isinstance(value, Template | Function):
        raise fault(
            "E0217",
            f"{value_words(value)} cannot flow into `{expr.span.text}`",
            expr.span,
            help="a flow starts from a value",
        )
    fed = list(value) if isinstance(value, tuple) else [value]
    if isinstance(expr, ast.Call):
        callee = _callee(expr.function, frame)
        if isinstance(callee, Function):
            values, keys = split_arguments(expr, frame)
            return _through(callee.name, fed, values, keys, frame, expr.span)
        if isinstance(callee, Template):
            return calls.feed(callee, fed, _arguments(expr, frame), frame, expr.span)
        return _not_a_stage(callee, expr)
    target = evaluate(expr, frame)
    if isinstance(target, Function):
        return _through(target.name, fed, [], {}, frame, expr.span)
    if isinstance(target, Template):
        return calls.feed(target, fed, [], frame, expr.span)
    return _not_a_stage(target, expr)


def _through(name: str, fed: list[Any], values: list[Any], keys: dict[str, Any], frame: Frame, span: Span) -> Any:
    """`value -> last`: a built-in function that values flow through."""
    result = builtins.call(name, [*fed, *values], keys, frame, span)
    note_use(name, "function", span, fed, result, frame)
    return result


def _not_a_stage(value: Any, expr: ast.Expr) -> Any:
    raise fault(
        "E0205",
        f"`{expr.span.text}` is {value_words(value)}: nothing can flow into it",
        expr.span,
        help="after `->` stands a layer, an activation, a function or a network",
    )


def flow(expr: ast.Expr, frame: Frame, name: str = "") -> Any:
    """The value of a line. One that begins with a layer goes on from the line before. name: what it will be called."""
    stages: list[ast.Expr] = []
    head = expr
    while isinstance(head, ast.Pipe):
        stages.append(head.right)
        head = head.left
    value = _head(head, frame)
    note_equation(head, value, frame, name)
    for part in reversed(stages):
        value = stage(value, part, frame)
    return value


def _head(head: ast.Expr, frame: Frame) -> Any:
    if isinstance(head, ast.Call) and isinstance(head.function, ast.Name):
        callee = lookup(head.function, frame)
        by_place = sum(argument.name is None for argument in head.arguments)
        if isinstance(callee, Function) and by_place < BUILTINS[callee.name].needs:
            return stage(_before(head, frame), head, frame)
    value = evaluate(head, frame)
    if not isinstance(value, Template | Function):
        return value
    if isinstance(value, Template) and value.entry.role not in ("layer", "activation", "network", "cell"):
        return value
    return _fed_from_before(value, head, frame)


def _fed_from_before(value: Template | Function, head: ast.Expr, frame: Frame) -> Any:
    before = _before(head, frame)
    fed = list(before) if isinstance(before, tuple) else [before]
    if isinstance(value, Function):
        return _through(value.name, fed, [], {}, frame, head.span)
    return calls.feed(value, fed, [], frame, head.span)


def _before(head: ast.Expr, frame: Frame) -> Any:
    if frame.current is None:
        raise fault(
            "E0214",
            f"nothing flows into `{head.span.text}`: there is no value on a line before",
            head.span,
            help="begin with a value, as in `x -> ...`",
        )
    return frame.current
