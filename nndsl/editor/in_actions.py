"""Names in statements that do something, in `let`, `set` and recipes.

In: statements in the order of the text. Out: references; and what each statement leaves under which name. What a word
of an option is follows its form in `nndsl.semantics.options`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from nndsl.data.types import PARTS
from nndsl.diagnostics import Span
from nndsl.editor.in_bodies import Body, Emit, let_of, locals_of, named_arguments, unknown
from nndsl.editor.in_fields import Fields
from nndsl.editor.meanings import Meaning, Reference, given, of_entry, spot
from nndsl.semantics.constants import CONSTANTS, FUNCTIONS
from nndsl.semantics.options import (
    FIGURE,
    PLOTS,
    SETTINGS,
    STATEMENTS,
    TRAINING,
    Choice,
    ColumnName,
    Definition,
    Form,
    Keys,
    Loss,
    Option,
    Quantity,
    WeightNames,
)
from nndsl.semantics.parts import DEFAULT_NAMES
from nndsl.semantics.roles import namespace
from nndsl.semantics.scopes import Entry, Scope
from nndsl.syntax import ast

ASKING = ("train", "evaluate", "predict", "sample", "diagnose")  # verbs that take what can be asked, on data
FED = ("output", "target", "input")  # names in a loss that is written out


@dataclass(slots=True)
class Actions:
    """fields: what can stand after a dot, and what statements have left so far. later: results of statements below.
    before: of statements that are not in the text."""

    scope: Scope
    emit: Emit
    fields: Fields
    later: dict[str, Meaning] = field(default_factory=dict)
    before: dict[str, Meaning] = field(default_factory=dict)

    def action(self, action: ast.Action) -> None:
        row = STATEMENTS.get(action.verb)
        known = frozenset(self.fields.results)
        subject = self._subjects(action)
        data = self._data(action)
        for clause in action.clauses:
            if clause.preposition == "with":
                for expr in clause.values:
                    self._definition(expr, ("recipe",))
            elif clause.preposition not in ("on", "as"):
                for expr in clause.values:
                    self.value(expr)
        if action.block is not None:
            table = self._table(action, row.options if row is not None else ())
            self.options(action.verb, action.block, table, subject, data)
        self._leaves(action, subject, data, known)

    def let(self, let: ast.Let) -> None:
        self.value(let.value)
        for name in let.names:
            known = let_of(self.scope, name.text)
            if known is None or known.span != name.span:  # the second of this name
                known = Meaning("constant", name.text, ("constant", name.text, *spot(name.span)), span=name.span)
            self.emit(Reference(name.span, name.text, known, defines=True))

    def set(self, statement: ast.Set) -> None:
        self.emit(Reference(statement.name_span, statement.name, given("setting", statement.name)))
        row = next((row for row in SETTINGS if row.name == statement.name), None)
        self._form(row.form if row is not None else None, statement.value, None, None)

    # ---- what a statement is about

    def _subjects(self, action: ast.Action) -> Meaning | None:
        """The first thing that is named."""
        found: list[Meaning | None] = []
        for expr in action.subjects:
            figure = isinstance(expr, ast.Call) and action.verb == "plot"
            if figure and isinstance(expr, ast.Call):
                if isinstance(expr.function, ast.Name):
                    head = expr.function
                    meaning = given("builtin", head.text, "plot") if head.text in PLOTS else unknown(head)
                    self.emit(Reference(head.span, head.text, meaning))
                found += [self.value(argument.value) for argument in expr.arguments]
            else:
                found.append(self.value(expr))
        return next((one for one in found if one is not None), None)

    def _data(self, action: ast.Action) -> Meaning | None:
        """The data set after `on`; without it, the one that is meant."""
        clause = action.clause("on")
        found = [self.value(expr) for expr in clause.values] if clause is not None else []
        return next((one for one in found if one is not None), None)

    def _leaves(self, action: ast.Action, subject: Meaning | None, data: Meaning | None, known: frozenset[str]) -> None:
        """The name after `as`, or the one that a statement has by default."""
        clause = action.clause("as")
        names = [expr for expr in clause.values if isinstance(expr, ast.Name)] if clause is not None else []
        for name in names:
            meaning = self.result(name.text, name.span, action.verb)
            self.emit(Reference(name.span, name.text, meaning, defines=True))
            self.fields.leave(meaning, action.verb, subject, data)
        if clause is None and action.verb in DEFAULT_NAMES:
            default = self.default_name(action.verb, known)
            meaning = self.result(default, action.verb_span, action.verb)
            self.fields.leave(meaning, action.verb, subject, data)

    def default_name(self, verb: str, known: frozenset[str]) -> str:
        """With a number where the name is taken."""
        default = name = DEFAULT_NAMES[verb]
        number = 2
        while name in known or any(self.scope.find(name, (space,)) for space in ("data",)) or self._network(name):
            name, number = f"{default}_{number}", number + 1
        return name

    @staticmethod
    def result(name: str, place: Span, verb: str) -> Meaning:
        return Meaning("result", name, ("result", name, *spot(place)), kind=verb, span=place)

    # ---- options

    def _table(self, action: ast.Action, options: Sequence[Option]) -> Sequence[Option]:
        """Of `plot`, those of the figure, as far as it is said."""
        first = action.subjects[0] if action.subjects else None
        if action.verb == "plot" and isinstance(first, ast.Call) and isinstance(first.function, ast.Name):
            return (*FIGURE, *PLOTS.get(first.function.text, ()))
        return options

    def options(
        self, verb: str, block: ast.Block, table: Sequence[Option], subject: Meaning | None, data: Meaning | None
    ) -> None:
        rows = {row.name: row for row in table}
        for item in block.items:
            if isinstance(item, ast.Flow):
                self._strange(item.value, rows, verb)
            if not isinstance(item, ast.Option):
                continue
            row = rows.get(item.name)
            if row is not None:
                self.emit(Reference(item.name_span, item.name, given("option", item.name, verb)))
            form = row.form if row is not None else None
            for argument in item.arguments:
                if isinstance(form, Keys):
                    self._key(item.name, form, argument, subject, data)
                else:
                    self._form(form, argument.value, subject, data)

    def _strange(self, expr: ast.Expr, rows: dict[str, Option], verb: str) -> None:
        """A line that is an expression: an option without its value, as it is while someone writes it."""
        if isinstance(expr, ast.Name) and expr.text in rows:
            self.emit(Reference(expr.span, expr.text, given("option", expr.text, verb)))

    def _key(
        self, option: str, form: Keys, argument: ast.OptionArgument, subject: Meaning | None, data: Meaning | None
    ) -> None:
        """`patience=10`."""
        if not isinstance(argument.value, ast.Name):
            return
        key = argument.value
        row = next((row for row in form.options if row.name == key.text), None)
        if row is not None:
            self.emit(Reference(key.span, key.text, given("option", key.text, option)))
        if argument.default is not None:
            self._form(row.form if row is not None else None, argument.default, subject, data)

    def _form(self, form: Form | None, expr: ast.Expr, subject: Meaning | None, data: Meaning | None) -> None:
        match form:
            case Choice():
                return
            case Definition():
                self._definition(expr, (namespace(form.role),))
            case Loss():
                self._loss(expr, subject)
            case Quantity():
                self._quantity(expr)
            case ColumnName():
                self._column(expr, data or subject)
            case WeightNames():
                self._weight(expr, subject)
            case _:
                self.value(expr)

    def _definition(self, expr: ast.Expr, spaces: tuple[str, ...]) -> None:
        """The name of a definition, with arguments or without."""
        head = expr.function if isinstance(expr, ast.Call) else expr
        if not isinstance(head, ast.Name):
            self.value(expr)
            return
        entry = self.scope.find(head.text, spaces)
        self.emit(Reference(head.span, head.text, of_entry(entry) if entry is not None else unknown(head)))
        if isinstance(expr, ast.Call):
            named_arguments(expr, entry, None, self.emit)
            for argument in expr.arguments:
                self.value(argument.value)

    def _loss(self, expr: ast.Expr, subject: Meaning | None) -> None:
        """An expression over `output`, `target`, `input` and the names of the network's body."""
        empty = ast.Definition("loss", "", expr.span, (), None, None, ast.Block((), span=expr.span), span=expr.span)
        body = Body(Entry(empty, self.scope), self.emit)
        if subject is not None and subject.role == "network" and subject.entry is not None:
            found = locals_of(subject.entry)
            body.names |= {name: one for name, one in found.items() if one.role != "builtin"}
        body.names |= {name: given("builtin", name, "loss") for name in FED}
        body.expr(expr)

    def _quantity(self, expr: ast.Expr) -> None:
        """`validation.accuracy`."""
        if not isinstance(expr, ast.Attribute) or not isinstance(expr.base, ast.Name):
            self.value(expr)
            return
        part = expr.base
        if part.text in PARTS:
            self.emit(Reference(part.span, part.text, given("part", part.text)))
        entry = self.scope.find(expr.name, ("metric",)) if expr.name != "loss" else None
        meaning = of_entry(entry) if entry is not None else given("field", expr.name)
        self.emit(Reference(expr.name_span, expr.name, meaning))

    def _column(self, expr: ast.Expr, data: Meaning | None) -> None:
        if isinstance(expr, ast.Name) and data is not None:
            owner = data.of if data.role == "part" and data.of is not None else data
            if owner.role in ("data", "result"):
                self.emit(Reference(expr.span, expr.text, self.fields.column(owner, expr.text)))
                return
        self.value(expr)

    def _weight(self, expr: ast.Expr, network: Meaning | None) -> None:
        """`dense_1.W[0, 3]`, whether the network is named before it or not."""
        if isinstance(expr, ast.Index):
            self._weight(expr.base, network)
            for item in expr.items:
                if not isinstance(item, ast.Slice):
                    self.value(item)
            return
        self._within(expr, network)

    def _within(self, expr: ast.Expr, network: Meaning | None) -> Meaning | None:
        if isinstance(expr, ast.Attribute):
            base = self._within(expr.base, network)
            return self.fields.emit_field(base, expr.name, expr.name_span)
        if isinstance(expr, ast.Name) and network is not None and expr.text != network.name:
            return self.fields.emit_field(network, expr.text, expr.span)
        return self.value(expr)

    # ---- values

    def thing(self, name: str) -> Meaning | None:
        """What a text speaks of by its name alone."""
        found = self.fields.results.get(name) or let_of(self.scope, name)
        if found is not None:
            return found
        entry = self.scope.find(name, ("data",)) or self._network(name)
        if entry is not None:
            return of_entry(entry)
        return given("builtin", name) if name in CONSTANTS else self.later.get(name) or self.before.get(name)

    def _network(self, name: str) -> Entry | None:
        entry = self.scope.find(name, ("flow",))
        return entry if entry is not None and entry.role == "network" else None

    def value(self, expr: ast.Expr | ast.Slice | None) -> Meaning | None:
        """Finds the names of an expression; gives what it stands for, where that has fields."""
        match expr:
            case ast.Name():
                found = self.thing(expr.text) or unknown(expr)
                self.emit(Reference(expr.span, expr.text, found))
                return found
            case ast.Attribute():
                return self.fields.emit_field(self.value(expr.base), expr.name, expr.name_span)
            case ast.Index():
                self.value(expr.base)
                for item in expr.items:
                    self.value(item)
            case ast.Slice():
                self.value(expr.start)
                self.value(expr.stop)
            case ast.Call():
                self._call(expr)
            case ast.Unary():
                self.value(expr.operand)
            case ast.Binary() | ast.Pipe():
                self.value(expr.left)
                self.value(expr.right)
            case ast.List() | ast.Group():
                for one in expr.items:
                    self.value(one)
        return None

    def _call(self, call: ast.Call) -> None:
        head = call.function
        if isinstance(head, ast.Name) and head.text in FUNCTIONS:
            self.emit(Reference(head.span, head.text, given("builtin", head.text)))
        else:
            self.value(head)
        for argument in call.arguments:
            self.value(argument.value)

    def recipe(self, block: ast.Block) -> None:
        self.options("train", block, TRAINING, None, None)
