"""From the syntax tree to text: expressions as they would be written, for messages; whole trees, to read.

In: nodes of `ast.py`. Out: strings. Not the formatter: comments and line ends are not known here.
"""

from __future__ import annotations

import dataclasses
import re

from nndsl.syntax import ast

LEVELS = {
    "or": 2,
    "and": 3,
    "not": 4,
    "<": 5,
    "<=": 5,
    ">": 5,
    ">=": 5,
    "==": 5,
    "!=": 5,
    "+": 6,
    "-": 6,
    "*": 7,
    "/": 7,
    "@": 7,
}
PIPE, NEGATIVE, POWER, POSTFIX, ATOM = 1, 8, 9, 10, 11
PLAIN_NAME = re.compile(r"(?!(?:or|and|not|true|false|none)$)[^\W\d]\w*'?")
ESCAPED = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}


def to_text(node: ast.Node) -> str:
    """An expression, argument, clause, or option argument on one line, with the parentheses it needs and no others."""
    return _write(node)[0]


def _write(node: ast.Node) -> tuple[str, int]:
    """The text, and how tightly it holds together."""
    match node:
        case ast.Name(text=text):
            return (text if PLAIN_NAME.fullmatch(text) else f"`{text}`"), ATOM
        case ast.Number():
            return _number(node), ATOM
        case ast.String(text=text):
            return '"' + "".join(ESCAPED.get(c, c) for c in text) + '"', ATOM
        case ast.Constant(value=value):
            return {True: "true", False: "false", None: "none"}[value], ATOM
        case ast.Ellipsis():
            return "...", ATOM
        case ast.List(items=items):
            return f"[{_listed(items)}]", ATOM
        case ast.Group(items=items):
            return f"({_listed(items)}{',' if len(items) == 1 else ''})", ATOM
        case ast.Slice(start=start, stop=stop):
            return f"{to_text(start) if start else ''}:{to_text(stop) if stop else ''}", PIPE
        case ast.Call(function=function, arguments=arguments):
            return f"{_inside(function, POSTFIX)}({_listed(arguments)})", POSTFIX
        case ast.Index(base=base, items=items):
            return f"{_inside(base, POSTFIX)}[{_listed(items)}]", POSTFIX
        case ast.Attribute(base=base, name=name):
            return f"{_inside(base, POSTFIX)}.{name if name.isidentifier() else f'`{name}`'}", POSTFIX
    return _write_operator(node)


def _write_operator(node: ast.Node) -> tuple[str, int]:
    match node:
        case ast.Pipe(left=left, right=right):
            return f"{_inside(left, PIPE)} -> {_inside(right, PIPE + 1)}", PIPE
        case ast.Unary(op="not", operand=operand):
            return f"not {_inside(operand, LEVELS['not'])}", LEVELS["not"]
        case ast.Unary(op=op, operand=operand):
            return f"{op}{_inside(operand, NEGATIVE)}", NEGATIVE
        case ast.Binary(op="^", left=left, right=right):
            return f"{_inside(left, POSTFIX)}^{_inside(right, NEGATIVE)}", POWER
        case ast.Binary(op=op, left=left, right=right):
            level = LEVELS[op]
            left_level = level + 1 if level == LEVELS["<"] else level
            return f"{_inside(left, left_level)} {op} {_inside(right, level + 1)}", level
    return _write_part(node), ATOM


def _write_part(node: ast.Node) -> str:
    match node:
        case ast.Argument(name=name, value=value):
            return to_text(value) if name is None else f"{name}={to_text(value)}"
        case ast.OptionArgument(value=value, default=default, initial=initial):
            text = to_text(value)
            text += f" = {to_text(default)}" if default is not None else ""
            return text + (f" ~ {to_text(initial)}" if initial is not None else "")
        case ast.Clause(preposition=preposition, values=values):
            return f"{preposition} {_listed(values)}"
        case ast.Flow(value=value):
            return to_text(value)
        case ast.Bind(names=names, value=value) | ast.Let(names=names, value=value):
            return f"{'let ' if isinstance(node, ast.Let) else ''}{_listed(names)} = {to_text(value)}"
        case ast.Option(name=name, arguments=arguments):
            return f"{name} {_listed(arguments)}".rstrip()
        case ast.Action(verb=verb, subjects=subjects, clauses=clauses):
            return " ".join([verb, *([_listed(subjects)] if subjects else []), *map(to_text, clauses)])
    return node.span.text


def _listed(nodes: tuple[ast.Node, ...]) -> str:
    return ", ".join(to_text(node) for node in nodes)


def _inside(node: ast.Node, level: int) -> str:
    text, own = _write(node)
    return text if own >= level else f"({text})"


def _number(node: ast.Number) -> str:
    if node.percent:
        return f"{node.value * 100:.15g}%"
    return repr(node.value).replace("e-0", "e-").replace("e+", "e")


def dump(module: ast.Node) -> str:
    """The tree, a node a line: its class, then its fields; lists indented below. For `nndsl ir --stage ast`."""
    lines: list[str] = []
    _dump(module, "", 0, lines)
    return "\n".join(lines) + "\n"


def _dump(value: object, label: str, depth: int, lines: list[str]) -> None:
    pad = "  " * depth + (f"{label}: " if label else "")
    if isinstance(value, ast.Expr):
        lines.append(f"{pad}{type(value).__name__} `{to_text(value)}`")
    elif isinstance(value, ast.Node):
        fields = [(f.name, getattr(value, f.name)) for f in dataclasses.fields(value) if not f.name.endswith("span")]
        words = [
            f"{name}={v!r}" for name, v in fields if isinstance(v, str | bool | int | float) and v not in ("", False)
        ]
        lines.append(" ".join([pad + type(value).__name__, *words]))
        for name, v in fields:
            if isinstance(v, ast.Node | tuple) and v != ():
                _dump(v, name, depth + 1, lines)
    elif isinstance(value, tuple):
        lines.append(pad.rstrip())
        for item in value:
            _dump(item, "", depth + 1, lines)
