"""Values from the command line, as if they had been entered: those that a script gives itself are written over in its
text, the others come first.

In: texts by name, the script. Out: texts.
"""

from __future__ import annotations

from collections.abc import Mapping

from nndsl.diagnostics import Collector, Source
from nndsl.semantics.options import SETTINGS
from nndsl.syntax import ast, parse


def placed(text: str, sets: Mapping[str, str]) -> tuple[str, str]:
    """(what is to be entered first, the script with these values)."""
    module = parse(Source("", text), Collector())
    edits: list[tuple[int, int, str]] = []
    rest = dict(sets)
    for statement in module.statements:
        name = _name(statement)
        if name in sets and isinstance(statement, ast.Set | ast.Let):
            edits.append((statement.value.span.start, statement.value.span.end, sets[name]))
            rest.pop(name, None)
    for start, end, value in reversed(edits):
        text = text[:start] + value + text[end:]
    return "\n".join(_statement(name, value) for name, value in rest.items()), text


def _name(statement: ast.Statement) -> str:
    if isinstance(statement, ast.Set):
        return statement.name
    if isinstance(statement, ast.Let) and len(statement.names) == 1:
        return statement.names[0].text
    return ""


def _statement(name: str, value: str) -> str:
    return f"set {name} {value}" if name in {row.name for row in SETTINGS} else f"let {name} = {value}"
