"""Names of results within the texts of actions that were carried out.

In: an action with its text. Out: the same, speaking of a result by another name; words that only look like it (fields,
columns, options) stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from nndsl.diagnostics import Collector, Source
from nndsl.interactive.lines import Done
from nndsl.semantics.walk import nodes
from nndsl.syntax import ast, parse


def renamed(done: Done, name: str, new: str) -> Done:
    """An action with a result's name put into its text, its statement and itself."""
    text = with_name(done.text, name, new)
    if text == done.text and done.name != name:
        return done
    if done.name == name:
        text = with_clause(text, new)
    action: Any = done.action
    if done.name == name:
        action = replace(action, name=new)
    return replace(done, text=text, action=action, name=new if done.name == name else done.name)


def with_name(text: str, name: str, new: str) -> str:
    """The text of a statement or an expression, with another name, or an expression, for one that it speaks of."""
    for start, end in sorted(_places(text, name), reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _places(text: str, name: str) -> Iterator[tuple[int, int]]:
    for statement in parse(Source("", text), Collector(), ()).statements:
        for node in nodes(statement):
            if isinstance(node, ast.Name) and node.text == name:
                yield node.span.start, node.span.end


def with_clause(text: str, new: str) -> str:
    """With `as new`, where the name was one that the language gave."""
    (statement,) = parse(Source("", text), Collector()).statements
    assert isinstance(statement, ast.Action)
    if statement.clause("as") is not None:
        return text
    last = statement.clauses[-1].span if statement.clauses else None
    place = last.end if last else (statement.subjects[-1].span.end if statement.subjects else statement.verb_span.end)
    return f"{text[:place]} as {new}{text[place:]}"
