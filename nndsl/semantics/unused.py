"""Warnings for definitions nobody uses. In: a script and what its statements used. Out: W0201."""

from __future__ import annotations

from collections.abc import Iterator

from nndsl.diagnostics import Diagnostic, Span
from nndsl.semantics.parts import Context
from nndsl.semantics.walk import names, nodes
from nndsl.syntax import ast


def unused(module: ast.Module, context: Context) -> Iterator[Diagnostic]:
    """Definitions and constants that no action leads to.

    A text without actions is there for others to use: it has none.
    """
    actions = [s for s in module.statements if isinstance(s, ast.Action)]
    if not actions or any(getattr(node, "broken", False) for s in module.statements for node in nodes(s)):
        return
    mentioned = _mentioned(module)
    for statement in module.statements:
        for name, span, what in _defined(statement):
            if name not in mentioned:
                yield Diagnostic("W0201", f"the {what} `{name}` is never used", span, help="leave it out, or use it")


def _defined(statement: ast.Statement) -> list[tuple[str, Span, str]]:
    if isinstance(statement, ast.Definition):
        word = "data set" if statement.kind == "data" else statement.kind
        return [(statement.name, statement.name_span, word)]
    if isinstance(statement, ast.Let):
        return [(name.text, name.span, "constant") for name in statement.names]
    return []


def _mentioned(module: ast.Module) -> set[str]:
    """Names that stand somewhere other than in the definition of the same name."""
    found: set[str] = set()
    for statement in module.statements:
        own = statement.name if isinstance(statement, ast.Definition) else None
        tree = statement.value if isinstance(statement, ast.Let) else statement
        found.update(name.text for name in names(tree) if name.text != own)
    return found
