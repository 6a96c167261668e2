"""An entry's statements apart: which are checked together, and how many stand before a fault.

In: statements, and what is wrong with them. Out: parts of them, and words for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nndsl.diagnostics import Diagnostic
from nndsl.interactive.lines import ANS, mentioned
from nndsl.syntax import ast


def by_ans(statements: Sequence[ast.Statement]) -> list[list[ast.Statement]]:
    """Statements apart before each action that speaks of `ans`: what that is, the actions above it say. Definitions
    stand with the first.
    """
    parts: list[list[ast.Statement]] = [
        [statement for statement in statements if not isinstance(statement, ast.Action)]
    ]
    for statement in statements:
        if isinstance(statement, ast.Action):
            if ANS in mentioned(statement) and any(isinstance(one, ast.Action) for one in parts[-1]):
                parts.append([])
            parts[-1].append(statement)
    return parts if len(parts) > 1 else [list(statements)]


def before_the_first_wrong(statements: Sequence[ast.Statement], found: Sequence[Diagnostic]) -> int:
    """How many statements stand before the first that holds an error."""
    places = [d.span for d in found if d.severity == "error" and d.span is not None]
    for number, statement in enumerate(statements):
        if any(statement.span.start <= place.start <= statement.span.end for place in places):
            return number
    return 0


def words_of(statement: ast.Action) -> str:
    """`train mlp on iris`."""
    text = " ".join(statement.span.text.split())
    head = text.split("{", 1)[0].strip()
    return f"`{head if len(head) <= 60 else head[:57] + '...'}`"


def about_ans(found: Diagnostic) -> Diagnostic:
    """A fault, in other words where a definition speaks of `ans`, which only actions know."""
    if found.code != "E0201" or found.span is None or found.span.text != ANS:
        return found
    return replace(found, message="`ans` is the last result, which definitions do not know", help="write its value")
