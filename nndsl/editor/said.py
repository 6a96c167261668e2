"""The names that a text defines, as far as it can be read: a text that is being written seldom checks.

In: what was known before, and a text. Out: a `Known` with both. Nothing is checked, and no table is read unless that is
asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from nndsl.data.generators import GENERATORS
from nndsl.diagnostics import Collector, Source
from nndsl.editor.known import Column, Known, Table, half_written
from nndsl.semantics.analyses import TABLE_VERBS
from nndsl.semantics.parts import DEFAULT_NAMES
from nndsl.semantics.results import Type
from nndsl.semantics.scopes import Scope
from nndsl.syntax import ast, parse


def with_text(before: Known, text: str, offset: int | None = None, columns: bool = False) -> Known:
    """What is known at an offset of a text besides what was known before: the names that it defines, but for results
    that come only after the offset.

    columns: whether the tables of data sets that are new are looked into, which reads them.
    """
    reading = _Reading(before, len(text) if offset is None else offset, columns)
    for statement in parse(Source("<text>", text), Collector()).statements:
        reading.take(statement)
    return reading.known()


@dataclass(slots=True)
class _Reading:
    """One walk over the statements of a text."""

    before: Known
    offset: int
    columns: bool
    scope: Scope = field(init=False)
    constants: dict[str, Any] = field(init=False)
    data: dict[str, Table] = field(init=False)
    networks: dict[str, str | None] = field(init=False)
    models: set[str] = field(init=False)
    results: dict[str, Type] = field(init=False)
    names: set[str] = field(default_factory=set)  # of results that this text has made so far

    def __post_init__(self) -> None:
        before = self.before
        self.scope = Scope(outer=before.scope, folder=before.folder)
        self.constants, self.data, self.networks = dict(before.constants), dict(before.data), dict(before.networks)
        self.models, self.results = set(before.models), dict(before.results)

    def known(self) -> Known:
        return replace(
            self.before, scope=self.scope, constants=self.constants, data=self.data, networks=self.networks,
            models=frozenset(self.models), results=self.results,
        )  # fmt: skip

    def take(self, statement: ast.Statement) -> None:
        match statement:
            case ast.Definition():
                self._definition(statement)
            case ast.Let():
                for name in statement.names:
                    self.constants.setdefault(name.text, None)
                    self.scope.lets.setdefault(name.text, statement)
            case ast.Action():
                for text in self._made(statement):
                    self._result(text, statement)

    def _definition(self, definition: ast.Definition) -> None:
        self.scope.define(definition)
        name = definition.name
        if definition.kind == "network":
            self.networks[name] = definition.data.text if definition.data is not None else None
        elif definition.kind == "data" and (name not in self.data or not self.data[name].columns):
            folder, constants = self.before.folder, self.constants
            self.data[name] = half_written(definition, folder, constants) if self.columns else as_written(definition)

    def _result(self, name: str, action: ast.Action) -> None:
        """A result is there once its statement has ended."""
        if action.span.end >= self.offset and name not in self.names:
            self.results.pop(name, None)
            self.models.discard(name)
            if action.verb in TABLE_VERBS:
                self.data.pop(name, None)
            return
        self.names.add(name)
        self.results.setdefault(name, "anything")
        if action.verb in TABLE_VERBS:
            self.data.setdefault(name, Table(name))
        if action.verb == "knn":
            self.models.add(name)

    def _made(self, action: ast.Action) -> list[str]:
        """The name under which a statement leaves its result; without `as`, the default, with a number where that is
        taken."""
        clause = action.clause("as")
        if clause is not None:
            return [name.text for name in clause.values if isinstance(name, ast.Name)]
        default = name = DEFAULT_NAMES.get(action.verb, "")
        number = 2
        while name in self.names or name in self.networks:
            name, number = f"{default}_{number}", number + 1
        return [name] if default else []


def as_written(definition: ast.Definition) -> Table:
    """A data set that was not looked into: the columns that the script itself says, or those of a generator."""
    items = definition.body.items if isinstance(definition.body, ast.Block) else ()
    found: list[Column] = []
    for item in items:
        if not isinstance(item, ast.Option) or not item.arguments:
            continue
        if item.name == "columns":
            found += [Column(a.value.text) for a in item.arguments if isinstance(a.value, ast.Name)]
        elif item.name == "from":
            source = item.arguments[0].value
            name = source.function if isinstance(source, ast.Call) else source
            made = GENERATORS.get(name.text) if isinstance(name, ast.Name) else None
            found += [Column(column, "numbers") for column in made.columns] if made is not None else []
    return Table(definition.name, tuple(found))
