"""The outline of a text: its statements, and what the bodies of its definitions declare.

In: a module's tree, of a text that may not check. Out: a tree of symbols, each with the place of all of it and the
place of its name. Never raises.
"""

from __future__ import annotations

from collections.abc import Iterator

from nndsl.diagnostics import Span
from nndsl.editor.in_data import LINES
from nndsl.editor.meanings import first_word
from nndsl.semantics.roles import ROLES
from nndsl.syntax import ast
from nndsl.values import value

DECLARING = {"input": "input", "param": "weight", "state": "state"}  # options of bodies, and what they declare


@value
class Symbol:
    """kind: a row of ROLES, or constant, setting, file, verb, parameter, input, weight, state, value, line. detail:
    what else is said in a line. span: all of it; name_span: within it."""

    name: str
    kind: str
    span: Span
    name_span: Span
    detail: str = ""
    children: tuple[Symbol, ...] = ()


def symbols(module: ast.Module) -> tuple[Symbol, ...]:
    """The outline, in the order of the text."""
    return tuple(symbol for statement in module.statements for symbol in _statement(statement))


def _statement(statement: ast.Statement) -> Iterator[Symbol]:
    match statement:
        case ast.Definition():
            yield _definition(statement)
        case ast.Let():
            for name in statement.names:
                yield Symbol(name.text, "constant", statement.span, name.span, _said(statement.value.span))
        case ast.Set():
            detail = _said(statement.value.span)
            yield Symbol(f"set {statement.name}", "setting", statement.span, statement.name_span, detail)
        case ast.Use():
            yield Symbol(f"use {statement.path.text}", "file", statement.span, statement.path.span)
        case ast.Action():
            yield _action(statement)


def _action(action: ast.Action) -> Symbol:
    """As it is written, up to its braces; what it leaves is its name."""
    end = max((part.span.end for part in (*action.subjects, *action.clauses)), default=action.verb_span.end)
    head = Span(action.span.source, action.span.start, end)
    clause = action.clause("as")
    named = [expr for expr in clause.values if isinstance(expr, ast.Name)] if clause is not None else []
    name_span = named[0].span if named else (action.verb_span if action.verb_span.text else head)
    return Symbol(_said(head), "verb", action.span, name_span)


def _definition(definition: ast.Definition) -> Symbol:
    children: list[Symbol] = []
    for parameter in definition.parameters:
        place = first_word(parameter.span, parameter.name)
        children.append(Symbol(parameter.name, "parameter", parameter.span, place))
    if isinstance(definition.body, ast.Block):
        inside = _lines if definition.kind == "data" else _declared if definition.kind in ROLES else None
        children += inside(definition.body) if inside is not None and definition.kind != "recipe" else ()
    detail = definition.kind + (f" for {definition.data.text}" if definition.data is not None else "")
    return Symbol(
        definition.name, definition.kind, definition.span, definition.name_span, detail, tuple(children)
    )  # fmt: skip


def _lines(block: ast.Block) -> Iterator[Symbol]:
    """The lines of a data set that say what goes in and what is told."""
    for item in block.items:
        if isinstance(item, ast.Option) and item.name in LINES:
            yield Symbol(_said(item.span), "line", item.span, item.name_span)


def _declared(block: ast.Block) -> Iterator[Symbol]:
    """What the lines of a body declare; each name once."""
    seen: set[str] = set()
    for item in block.items:
        for symbol in _item(item):
            if symbol.name not in seen:
                seen.add(symbol.name)
                yield symbol


def _item(item: ast.Item) -> Iterator[Symbol]:
    match item:
        case ast.Option() if item.name in DECLARING:
            for argument in item.arguments:
                head = argument.value.base if isinstance(argument.value, ast.Index) else argument.value
                if isinstance(head, ast.Name):
                    detail = argument.value.span.text.removeprefix(head.span.text)
                    yield Symbol(head.text, DECLARING[item.name], argument.span, head.span, detail)
        case ast.Option() if item.block is not None:
            yield from _declared(item.block)
        case ast.Bind():
            for name in item.names:
                if not name.text.endswith("'"):
                    yield Symbol(name.text, "value", item.span, name.span)


def _said(span: Span) -> str:
    """As written, on one line."""
    return " ".join(span.text.split())
