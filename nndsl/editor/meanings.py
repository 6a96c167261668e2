"""What a name in a text means, and where it says so: values, and nothing else.

In: nothing. Out: `Meaning` and `Reference`; `references.py` finds them. Two places mean the same thing where the keys
of their meanings are equal.
"""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from nndsl.diagnostics import Span
from nndsl.semantics.roles import ROLES, namespace
from nndsl.semantics.scopes import Entry
from nndsl.syntax import ast
from nndsl.values import value

Key = tuple[str | int, ...]
# text: of the person who writes; file: the name comes with data; library: in `nndsl/std`; language: it is given
Origin = Literal["text", "file", "library", "language", "nowhere"]

TOP = frozenset((*map(namespace, ROLES), "constant", "result", "unknown"))  # spaces of names that all of a text shares


@value
class Meaning:
    """
    role: a row of ROLES, or constant, result, column, part, parameter, local, size, builtin, encoder, generator,
    object, option, setting, field, unknown. kind: of a local: input, size, weight, state, value, penalty; of a result
    its verb; of an option its statement. entry: of what is defined, or of the definition that a field leads into. of:
    what a field, part or column belongs to. cell: whose states a value has as fields.
    """

    role: str
    name: str
    key: Key
    origin: Origin = "text"
    kind: str = ""
    span: Span | None = field(default=None, compare=False, repr=False)
    entry: Entry | None = field(default=None, compare=False, repr=False)
    of: Meaning | None = field(default=None, compare=False, repr=False)
    cell: Entry | None = field(default=None, compare=False, repr=False)

    @property
    def place(self) -> Span | None:
        """Where it is defined: in the text, in a file that it uses, or in the library."""
        if self.span is not None or self.entry is None or self.role == "field":
            return self.span
        return self.entry.definition.name_span

    @property
    def is_top(self) -> bool:
        """Whether it is a name that all of a text shares, and that does not come with the language or its library."""
        return self.key[0] in TOP and self.origin in ("text", "nowhere")


@value
class Echo:
    """A part of a field's name that is the name of something else: `residual` of `net.residual_1`, `far` of
    `run.history.validation_far`. key: of what it is the name."""

    span: Span
    key: Key


@value
class Reference:
    """A place where a name stands. span: without the dash of `h'`; with the quotes of a name in backquotes. defines:
    whether the name is given here."""

    span: Span
    name: str
    meaning: Meaning
    defines: bool = False
    echo: Echo | None = None


def of_entry(entry: Entry) -> Meaning:
    """What the name of a definition means."""
    space = namespace(entry.role)
    if entry.library:
        return Meaning(entry.role, entry.name, (space, entry.name), "library", entry=entry)
    place = entry.definition.name_span
    return Meaning(entry.role, entry.name, (space, entry.name, *spot(place)), entry=entry, span=place)


def of_let(name: ast.Name) -> Meaning:
    return Meaning("constant", name.text, ("constant", name.text, *spot(name.span)), span=name.span)


def of_parameter(entry: Entry, name: str) -> Meaning | None:
    """A parameter of a definition, by its name."""
    found = next((one for one in entry.definition.parameters if one.name == name), None)
    if found is None:
        return None
    origin: Origin = "library" if entry.library else "text"
    place = first_word(found.span, name)
    return Meaning("parameter", name, ("local", name, *spot(place)), origin, span=place, of=of_entry(entry))


def given(role: str, name: str, kind: str = "") -> Meaning:
    """What the language itself gives."""
    return Meaning(role, name, (role, kind, name), "language", kind)


def spot(span: Span) -> tuple[str, int]:
    return span.source.name, span.start


def first_word(span: Span, word: str) -> Span:
    """The place of a word that something begins with."""
    return Span(span.source, span.start, span.start + len(word))
