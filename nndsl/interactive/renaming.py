"""Names of results within the texts of actions that were carried out.

In: an action with its text. Out: the same, speaking of a result by another name; words that only look like it (fields,
columns, options) stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from nndsl.diagnostics import Collector, Source, Span
from nndsl.editor.references import places
from nndsl.interactive.lines import Done
from nndsl.lower import Checked
from nndsl.syntax import ast, parse


def renamed(done: Done, name: str, new: str, checked: Checked | None) -> Done:
    """An action with a result's name put into its text, its statement and itself."""
    text = with_name(done.text, name, new, checked)
    if text == done.text and done.name != name:
        return done
    if done.name == name:
        text = with_clause(text, new)
    action: Any = done.action
    if done.name == name:
        action = replace(action, name=new)
    return replace(done, text=text, action=action, name=new if done.name == name else done.name)


def with_name(text: str, name: str, new: str, checked: Checked | None) -> str:
    """The text of a statement or an expression, with another name, or an expression, for one that it speaks of.
    checked: what else its words may mean.
    """
    if not re.search(rf"\b{re.escape(name)}\b", text):  # which is far quicker than to read it
        return text
    for span in sorted(_places(text, name, checked), key=lambda span: span.start, reverse=True):
        text = text[: span.start] + new + text[span.end :]
    return text


def _places(text: str, name: str, checked: Checked | None) -> Iterator[Span]:
    for statement in parse(Source("", text), Collector(), ()).statements:
        if checked is not None:
            yield from places(statement, checked.program.scope, name, checked.context, ("result",))


def with_clause(text: str, new: str) -> str:
    """With `as new`, where the name was one that the language gave."""
    (statement,) = parse(Source("", text), Collector()).statements
    assert isinstance(statement, ast.Action)
    if statement.clause("as") is not None:
        return text
    last = statement.clauses[-1].span if statement.clauses else None
    place = last.end if last else (statement.subjects[-1].span.end if statement.subjects else statement.verb_span.end)
    return f"{text[:place]} as {new}{text[place:]}"
