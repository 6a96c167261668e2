"""Where names are looked up: the definitions of a script, of the files it uses, and of the library behind them.

In: definitions. Out: the one a name means in a place, or a fault that says what the name is instead, or what was meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from nndsl.diagnostics import Fault, Label, Span, fault
from nndsl.diagnostics.suggest import did_you_mean
from nndsl.semantics.roles import ROLES, namespace
from nndsl.syntax import ast


class Kept(NamedTuple):
    """A definition of the library whose tree is read when it is first asked for."""

    kind: str
    name: str
    read: Callable[[], ast.Definition]


class Entry:
    """A definition and the scope in which the names of its body are looked up."""

    __slots__ = ("_definition", "name", "role", "scope")

    def __init__(self, definition: ast.Definition | Kept, scope: Scope) -> None:
        self._definition = definition
        self.name = definition.name
        self.role = definition.kind
        self.scope = scope

    @property
    def definition(self) -> ast.Definition:
        if isinstance(self._definition, Kept):
            self._definition = self._definition.read()
        return self._definition

    @property
    def library(self) -> bool:
        """Whether it ships with the package: its text is never shown as the place of a fault."""
        return self.scope.library


@dataclass(slots=True, eq=False)
class Scope:
    """The names of one text. `outer` is asked where it has none; the library has no outer scope."""

    outer: Scope | None = None
    library: bool = False
    folder: Path | None = None  # what paths in this text are relative to
    entries: dict[tuple[str, str], Entry] = field(default_factory=dict)
    lets: dict[str, ast.Let] = field(default_factory=dict)

    def define(self, definition: ast.Definition | Kept) -> Entry | None:
        """Enters a definition; gives the one that already has its name here."""
        key = (namespace(definition.kind), definition.name)
        known = self.entries.get(key)
        if known is None:
            self.entries[key] = Entry(definition, self)
        return known

    def adopt(self, entry: Entry) -> Entry | None:
        """Enters a definition of another file, with that file's names; gives the one that already has its name here."""
        key = (namespace(entry.role), entry.name)
        known = self.entries.get(key)
        if known is None:
            self.entries[key] = entry
        return known

    def find(self, name: str, spaces: Sequence[str], *, skip: ast.Definition | None = None) -> Entry | None:
        """The definition a name means; `spaces` are asked in turn.

        `skip`: the definition being read, which never means itself.
        """
        for space in spaces:
            scope: Scope | None = self
            while scope is not None:
                found = scope.entries.get((space, name))
                if found is not None and (skip is None or found.definition is not skip):
                    return found
                scope = scope.outer
        return None

    def names(self, spaces: Sequence[str]) -> list[str]:
        """All names that could stand there, the script's own first."""
        found: dict[str, None] = {}
        scope: Scope | None = self
        while scope is not None:
            found.update((name, None) for space, name in scope.entries if space in spaces)
            scope = scope.outer
        return list(found)

    def own(self, *roles: str) -> Iterator[Entry]:
        """The definitions of this text alone."""
        return (entry for entry in self.entries.values() if entry.role in roles)

    def elsewhere(self, name: str) -> Entry | None:
        """A definition of this name in any role: for saying what it is instead."""
        scope: Scope | None = self
        while scope is not None:
            for (_, known), entry in scope.entries.items():
                if known == name:
                    return entry
            scope = scope.outer
        return None


QUOTED = ("same", "valid")  # of `padding`: texts that are easily taken for names


def unknown(scope: Scope, name: str, span: Span, role: str, extra: Sequence[str] = ()) -> Fault:
    """The fault of a name that is not a `role` (a row of ROLES, or `name` for any value): wrong role, or not known
    at all."""
    other = scope.elsewhere(name)
    wanted = ROLES[role].article if role in ROLES else "a value"
    if other is not None:
        return wrong_role(other, span, wanted)
    spaces = ("flow", *ROLES) if role not in ROLES else (namespace(role),)
    names = list(dict.fromkeys((*extra, *scope.names(spaces))))
    noun = ROLES[role].article.split(" ", 1)[1] if role in ROLES else ""
    what = f"no {noun} is called `{name}`" if noun else f"`{name}` is not defined"
    hint = f'a text stands in quotes: `"{name}"`' if name in QUOTED else did_you_mean(name, names)
    notes = ("known: " + ", ".join(f"`{n}`" for n in names),) if names and len(names) <= 12 and hint is None else ()
    return fault("E0201", what, span, notes=notes, help=hint)


def wrong_role(entry: Entry, span: Span, wanted: str) -> Fault:
    """A definition of another kind stands there."""
    role = ROLES.get(entry.role)
    article, place = (role.article, role.place) if role else (entry.role, "elsewhere")
    labels = () if entry.library else (Label(entry.definition.name_span, "defined here"),)
    return fault(
        "E0205",
        f"`{entry.name}` is {article}, but {wanted} is expected here",
        span,
        labels=labels,
        notes=(f"{article} stands {place}",),
    )
