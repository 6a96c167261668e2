"""Every place of a text where a name stands, and what it means there.

In: a module's tree and its scope, whether the text checks or not; what is known of results, if anything is. Out:
`References`: all of them, the one at an offset, all with the same meaning; and which names a statement stands on.
Scoping is that of `nndsl.semantics` and `nndsl.lower`. Never raises.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from nndsl.diagnostics import Span
from nndsl.editor.in_actions import Actions
from nndsl.editor.in_bodies import Body
from nndsl.editor.in_data import read_data
from nndsl.editor.in_fields import Fields, Made, made_of
from nndsl.editor.meanings import Key, Meaning, Reference, of_entry
from nndsl.semantics.parts import Context
from nndsl.semantics.results import Record, Type
from nndsl.semantics.roles import ROLES, namespace
from nndsl.semantics.scopes import Entry, Scope
from nndsl.syntax import ast
from nndsl.values import value

VERBS = {
    "run": "train", "evaluation": "evaluate", "answers": "predict", "components": "pca", "map": "tsne",
    "clusters": "kmeans", "model": "knn", "sample": "sample", "health": "diagnose",
}  # fmt: skip  # of the kinds of results


@value
class References:
    """all: in the order of the text. results: what its statements leave, by name, those without a place of their own
    among them."""

    all: tuple[Reference, ...]
    results: tuple[Meaning, ...] = ()

    def at(self, offset: int) -> Reference | None:
        """The name at an offset; straight behind a name counts too."""
        place = bisect_right(self.all, offset, key=lambda one: one.span.start) - 1
        if place < 0 or self.all[place].span.end < offset:
            return None
        return self.all[place]

    def definition(self, offset: int) -> Span | None:
        """Where the name at an offset is defined."""
        found = self.at(offset)
        return found.meaning.place if found is not None else None

    def uses(self, meaning: Meaning) -> tuple[Span, ...]:
        """All places that mean it, its definition among them: whole names, and names within the names of fields."""
        return tuple(self.spans(meaning.key))

    def spans(self, key: Key) -> Iterator[Span]:
        for one in self.all:
            if one.meaning.key == key:
                yield one.span
            elif one.echo is not None and one.echo.key == key:
                yield one.echo.span


def references(
    module: ast.Module, scope: Scope, context: Context | None = None, statements: Sequence[ast.Statement] | None = None
) -> References:
    """All names of a text. context: what was known when it was checked, `checked.context`; without it, what results
    are is seen from the text alone. statements: only these are looked at; default all.
    """
    return _Finder(scope, context).read(module.statements if statements is None else statements)


def mentions(statement: ast.Statement, scope: Scope, context: Context | None = None) -> frozenset[tuple[str, str]]:
    """(space, name) of all names of a text that a statement stands on, without those of the library and those it
    defines. space: as in `Scope` (`flow`, `loss`, `data`, `recipe`, ...), `constant`, or `result`; a name that the
    scope does not know is a `result` too.
    """
    found = _Finder(scope, context).read([statement]).all
    keys = {one.meaning.key for one in found if one.meaning.is_top and not one.defines}
    keys |= {one.echo.key for one in found if one.echo is not None}
    own = {one.meaning.key for one in found if one.defines}
    return frozenset((_space(key), str(key[1])) for key in keys - own)


def places(
    statement: ast.Statement, scope: Scope, name: str, context: Context | None = None, spaces: Iterable[str] = ()
) -> tuple[Span, ...]:
    """The places in a statement's text that speak of a name that all of a text shares: not columns, locals, fields or
    options that are called the same. Its definition counts. spaces: as in `mentions`; empty is any.
    """
    found = _Finder(scope, context).read([statement])
    wanted = frozenset(spaces)
    keys = {
        key
        for one in found.all
        for key in ([one.meaning.key] if one.meaning.is_top else []) + ([one.echo.key] if one.echo else [])
        if key[1] == name and (not wanted or _space(key) in wanted)
    }
    return tuple(span for key in keys for span in found.spans(key))


def _space(key: Key) -> str:
    return "result" if key[0] == "unknown" else str(key[0])


class _Finder:
    """Goes through a text once."""

    def __init__(self, scope: Scope, context: Context | None) -> None:
        self.scope = scope
        self.found: list[Reference] = []
        self.fields = Fields(scope, self.emit)
        self.actions = Actions(scope, self.emit, self.fields)
        self.before(context)

    def emit(self, reference: Reference) -> None:
        if reference.span.start < reference.span.end:
            self.found.append(reference)

    def before(self, context: Context | None) -> None:
        """Results that the text's own statements do not leave, or not under a name that is written there."""
        for name, kind in context.results.items() if context is not None else ():
            self.actions.before[name] = Meaning("result", name, ("result", name), "text", _verb(kind))
        for name, spec in context.data.items() if context is not None else ():
            made = made_of(spec)
            if made is not None and name in self.actions.before:
                source = self.actions.thing(made[1])
                self.fields.made[self.actions.before[name].key] = Made(made[0], source)

    def read(self, statements: Sequence[ast.Statement]) -> References:
        actions = [one for one in statements if isinstance(one, ast.Action)]
        self.actions.later.update(_left(actions))
        for statement in statements:
            try:
                self.statement(statement)
            except RecursionError:  # of a text that is nested too deeply, which the check says
                continue
        unique = {(one.span.start, one.span.end): one for one in reversed(self.found)}
        ordered = sorted(unique.values(), key=lambda one: one.span.start)
        return References(tuple(ordered), tuple(self.fields.results.values()))

    def statement(self, statement: ast.Statement) -> None:
        match statement:
            case ast.Definition():
                self.definition(statement)
            case ast.Let():
                self.actions.let(statement)
            case ast.Set():
                self.actions.set(statement)
            case ast.Action():
                self.actions.action(statement)

    def definition(self, definition: ast.Definition) -> None:
        if definition.kind not in ROLES:
            return
        entry = self.scope.entries.get((namespace(definition.kind), definition.name))
        if entry is None or entry.library or entry.definition is not definition:
            entry = Entry(definition, self.scope)  # the second of this name
        self.emit(Reference(definition.name_span, definition.name, of_entry(entry), defines=True))
        if definition.data is not None:
            self.actions.value(definition.data)
        if definition.kind == "data":
            read_data(entry, self.emit)
        elif definition.kind == "recipe":
            if isinstance(definition.body, ast.Block):
                self.actions.recipe(definition.body)
        else:
            Body(entry, self.emit).read()


def _verb(kind: Type) -> str:
    return VERBS.get(kind.kind, "") if isinstance(kind, Record) else ""


def _left(actions: Sequence[ast.Action]) -> dict[str, Meaning]:
    """The names after `as`, of all statements."""
    found: dict[str, Meaning] = {}
    for action in actions:
        clause = action.clause("as")
        for expr in clause.values if clause is not None else ():
            if isinstance(expr, ast.Name):
                found.setdefault(expr.text, Actions.result(expr.text, expr.span, action.verb))
    return found
