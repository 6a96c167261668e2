"""Entries of what is written in the language: the library's definitions, and those of a script or a session.

In: a name, or a scope. Out: entries with signature, shapes, weights, equation, reference. All of it is read from the
definition and from the comment above it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from nndsl.diagnostics import Span
from nndsl.diagnostics.location import line_of
from nndsl.manual.comments import Comment, read_comment
from nndsl.manual.entry import Entry
from nndsl.manual.shapes import called, input_names, inputs, states, weights
from nndsl.semantics import scopes
from nndsl.semantics.modules import library
from nndsl.semantics.roles import ROLES
from nndsl.semantics.scopes import Scope
from nndsl.syntax import ast
from nndsl.syntax.text import to_text

NEAR = 3  # how many neighbours of its role in its file are named, before and after
MOST = 8  # how many names stand under "see also" at most


@cache
def library_entries() -> tuple[Entry, ...]:
    """All entries of the library, in the order of its files."""
    return tuple(_of_library(known) for known in library().entries.values())


def meaning_in_library(role: str, name: str) -> str:
    """The meaning alone, which asks for nothing else: completion needs many of them at once. role: empty for any."""
    for known in library().entries.values():
        if known.name == name and role in ("", known.role):
            return read_comment(known.definition.comment).meaning
    return ""


def scope_entries(scope: Scope | None, name: str | None = None) -> tuple[Entry, ...]:
    """What a script or a session has defined itself, or only what is called so: definitions, then constants."""
    found: list[Entry] = []
    while scope is not None and not scope.library:
        own = [known for known in scope.entries.values() if name in (None, known.name)]
        found += [_of_definition(known.definition, ()) for known in own]
        found += [constant(word, let) for word, let in scope.lets.items() if name in (None, word)]
        scope = scope.outer
    return tuple(found)


def constant(name: str, let: ast.Let) -> Entry:
    """A value that `let` gives a name."""
    return Entry(name, "constant", let.span.text, "a value with a name", place=place_of(let.span))


def place_of(span: Span) -> str:
    """`nndsl/std/layers.nn:9`."""
    return f"{span.source.name}:{line_of(span.source, span.start)}"


@cache
def _of_library(known: scopes.Entry) -> Entry:
    return _of_definition(known.definition, _see_also(known))


def _of_definition(definition: ast.Definition, see_also: tuple[str, ...]) -> Entry:
    comment = read_comment(definition.comment, [p.name for p in definition.parameters])
    return Entry(
        definition.name,
        definition.kind,
        signature(definition),
        comment.meaning or _plain_meaning(definition),
        comment.text,
        comment.arguments,
        tuple((what, words) for what, words in _facts(definition, comment) if words),
        comment.example,
        see_also,
        definition.span.text,
        place_of(definition.span),
    )


def _plain_meaning(definition: ast.Definition) -> str:
    """Of a definition without a comment."""
    role = ROLES.get(definition.kind)
    words = f"{role.article} of this script" if role else f"a {definition.kind}"
    return f"{words}, for `{definition.data.text}`" if definition.data is not None else words


def _facts(definition: ast.Definition, comment: Comment) -> Iterator[tuple[str, str]]:
    yield "shapes", comment.shapes or (f"{', '.join(inputs(definition))} -> ..." if inputs(definition) else "")
    yield "range", comment.range
    yield "weights", ", ".join(weights(definition))
    yield "states", ", ".join(states(definition))
    kinds = [f"{p.name} is {_kind(p.kind.text)}" for p in definition.parameters if p.kind is not None]
    yield "asks for", ", ".join(kinds)
    yield "gives", _kind(definition.result.text) if definition.result is not None else ""
    yield "stands", ROLES[definition.kind].place if definition.kind in ROLES else ""
    yield "source", comment.source


def _kind(word: str) -> str:
    return {"score": "a score: more is better", "error": "an error: less is better"}.get(word, word)


# ---- how it is written -------------------------------------------------------------------------------------------


def signature(definition: ast.Definition) -> str:
    """How it is written where it is used: `dense(units)`, `adam(lr=0.001, beta1=0.9)`; what the language puts in itself
    is left out."""
    role = ROLES.get(definition.kind)
    given = list(definition.parameters[role.fed if role else 0 :])
    if definition.kind == "activation" and any(p.default is None for p in given):
        given = list(definition.parameters)  # of several values: it is called, and nothing flows in
    inner = [parameter(p) for p in given]
    fed = input_names(definition)
    if len(fed) > 1:
        inner = [*fed, *inner]
    return definition.name + (f"({', '.join(inner)})" if inner else "")


def parameter(one: ast.Parameter) -> str:
    return one.name if one.default is None else f"{one.name}={to_text(one.default)}"


# ---- what is like it ---------------------------------------------------------------------------------------------


def _see_also(known: scopes.Entry) -> tuple[str, ...]:
    """What its equation uses, what uses it, and its neighbours of the same role in the same file."""
    graph = _calls()
    uses = [e.name for e in graph if e.name in graph[known] and e.role in ("layer", "activation", "cell", "loss")]
    users = [e.name for e, names in graph.items() if known.name in names and e.role in ("layer", "cell")]
    file = [e.name for e in graph if e.role == known.role and _file(e) == _file(known)]
    place = file.index(known.name)
    near = file[max(0, place - NEAR) : place] + file[place + 1 : place + 1 + NEAR]
    names = dict.fromkeys([*uses, *users, *near])
    names.pop(known.name, None)
    return tuple(names)[:MOST]


@cache
def _calls() -> dict[scopes.Entry, frozenset[str]]:
    """The names that each equation of the library uses."""
    return {known: called(known.definition) for known in library().entries.values()}


def _file(known: scopes.Entry) -> str:
    return known.definition.span.source.name
