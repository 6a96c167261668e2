"""What a session holds: live definitions with their texts, and actions that were carried out.

In: statements of an entry. Out: `Line` and `Done`, frozen values; which names they define, and which they stand on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any

from nndsl.diagnostics import Collector, Source
from nndsl.semantics.program import Action
from nndsl.semantics.roles import namespace
from nndsl.semantics.walk import names
from nndsl.syntax import ast, parse
from nndsl.values import value

Key = tuple[str, str]  # a space of names, and a name in it
ANS = "ans"  # the last result


@value
class Line:
    """A live definition (or `let`, `set`, `use`). text: as it was written, with the comment above it. at: its place
    among all that was entered; one that is defined anew keeps the place of the first.
    """

    statement: ast.Statement
    text: str
    at: int

    @property
    def keys(self) -> frozenset[Key]:
        return keys_of(self.statement)

    @property
    def names(self) -> frozenset[str]:
        """The names it defines, and a stand-in for a setting."""
        return frozenset(name for _, name in self.keys)


@value
class Done:
    """An action that was carried out, and what it found.

    text: without the name `ans`, and with the names that results have now. name: of its result; empty where it leaves
    none. stands_on: names of definitions it was made with, directly and through others. needs: the places of the
    actions whose results it used. trains: the networks it changed. live: nothing it was made with is out of date.
    told: its network is still there, so that later checks may know of it. cut: it was interrupted.
    """

    statement: ast.Action
    text: str
    at: int
    action: Action
    outcome: object = field(repr=False, compare=False)
    name: str = ""
    stands_on: frozenset[str] = frozenset()
    needs: frozenset[int] = frozenset()
    trains: frozenset[str] = frozenset()
    live: bool = True
    told: bool = True
    cut: bool = False


def keys_of(statement: ast.Statement) -> frozenset[Key]:
    """The names a statement defines. What is spoken of by name alone shares a space: data, networks, constants."""
    match statement:
        case ast.Definition(kind="data"):
            return frozenset({("thing", statement.name)})
        case ast.Definition(kind="network"):
            return frozenset({("thing", statement.name), ("flow", statement.name)})
        case ast.Definition():
            return frozenset({(namespace(statement.kind), statement.name)})
        case ast.Let():
            return frozenset(("thing", name.text) for name in statement.names)
        case ast.Set():
            return frozenset({("setting", f"set {statement.name}")})
        case ast.Use():
            return frozenset({("file", f"use {statement.path.text}")})
    return frozenset()


def mentioned(tree: Any) -> frozenset[str]:
    """All names in a piece of syntax. Some may be columns or local: then a little more is taken for out of date."""
    return frozenset(name.text.rstrip("'") for name in names(tree))


def names_in(text: str) -> frozenset[str]:
    """All names in the text of a statement or an expression."""
    return mentioned(parse(Source("", text), Collector(), ()).statements)


def reached(first: Iterable[str], definitions: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Names, and those that their definitions mention, and so on. definitions: what each mentions."""
    found: set[str] = set()
    waiting = list(first)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += definitions.get(name, ())
    return frozenset(found)


def text_of(statement: ast.Statement) -> str:
    """As it was written: with the comment lines above it and the comment behind it, and the verb that was left out."""
    span = statement.span
    text = span.source.text
    start, end = _start(text, span.start), _end(text, span.end)
    word = f"{statement.verb} " if isinstance(statement, ast.Action) and not statement.verb_span.text else ""
    return text[start : span.start] + word + text[span.start : end]


def _start(text: str, start: int) -> int:
    """Where the comment lines above begin."""
    line = text.rfind("\n", 0, start) + 1
    if text[line:start].strip():
        return start
    while line > 0:
        above = text.rfind("\n", 0, line - 1) + 1
        if not text[above : line - 1].lstrip().startswith("#"):
            break
        line = above
    return line if text[line:start].strip() else start


def _end(text: str, end: int) -> int:
    """Behind a comment that follows on the same line."""
    stop = len(text) if (found := text.find("\n", end)) < 0 else found
    rest = text[end:stop].strip()
    return end + len(text[end:stop].rstrip()) if rest.startswith("#") else end
