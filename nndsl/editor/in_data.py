"""Names in `data name { ... }`: columns, encoders, generators, constants.

In: the definition of a data set. Out: references; and the meaning of each of its columns. Which word is what follows
`nndsl.data.declare` and `nndsl.data.pipeline`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from nndsl.data import formula
from nndsl.data.declare import MISSING_RULES, OPTIONS
from nndsl.data.generators import GENERATORS
from nndsl.data.pipeline import ENCODERS, VALUE
from nndsl.data.types import PARTS
from nndsl.diagnostics import Span
from nndsl.editor.in_bodies import Emit, let_of, named_arguments, unknown
from nndsl.editor.meanings import Meaning, Origin, Reference, given, of_entry, spot
from nndsl.semantics.constants import CONSTANTS
from nndsl.semantics.scopes import Entry, Scope
from nndsl.syntax import ast

LINES = ("input", "target", "sequence")
OF_COLUMNS = ("stratify", "by", "time")  # settings whose values are columns
REST, ALL = "rest", "all"


def columns_of(entry: Entry) -> dict[str, Meaning]:
    """The columns that a data set's definition speaks of. One that `columns` names is defined there; one of a file has
    its first line as its place."""
    data = _Data(entry, lambda reference: None)
    data.read()
    return data.columns


def column_of(owner: Meaning, name: str, known: dict[str, Meaning]) -> Meaning:
    """A column of a data set by its name, though its definition may not speak of it."""
    return known.get(name) or Meaning("column", name, ("column", *owner.key, name), "file", of=owner)


def read_data(entry: Entry, emit: Emit) -> None:
    _Data(entry, emit).read()


@dataclass(slots=True)
class _Data:
    """One definition under way. locals: numbers named by `let` inside it."""

    entry: Entry
    emit: Emit
    columns: dict[str, Meaning] = field(default_factory=dict)
    locals: dict[str, Meaning] = field(default_factory=dict)

    @property
    def scope(self) -> Scope:
        return self.entry.scope

    def read(self) -> None:
        body = self.entry.definition.body
        items = body.items if isinstance(body, ast.Block) else ()
        for item in items:  # wherever it stands, it is what names them
            if isinstance(item, ast.Option) and item.name == "columns":
                for name in _words(item):
                    self._column(name, named=True)
        for item in items:
            if isinstance(item, ast.Let):
                self._let(item)
            elif isinstance(item, ast.Option):
                self._option(item)

    def _let(self, item: ast.Let) -> None:
        self._value(item.value)
        for name in item.names:
            key = ("local", name.text, *spot(name.span))
            meaning = Meaning("local", name.text, key, kind="value", span=name.span, of=of_entry(self.entry))
            self.locals[name.text] = meaning
            self.emit(Reference(name.span, name.text, meaning, defines=True))

    def _option(self, item: ast.Option) -> None:
        if item.name not in OPTIONS:
            return
        self.emit(Reference(item.name_span, item.name, given("option", item.name, "data")))
        if item.name in LINES:
            self._line(item)
        elif item.name == "drop":
            for name in _words(item):
                self._column(name)
        elif item.name == "from":
            self._from(item)
        elif item.name == "missing":
            for argument in item.arguments:
                if not isinstance(argument.value, ast.Name) or argument.value.text not in MISSING_RULES:
                    self._value(argument.value)
        elif item.name not in ("columns", "rows"):
            for argument in item.arguments:
                self._argument(item.name, argument)

    def _argument(self, option: str, argument: ast.OptionArgument) -> None:
        """`24`, `stride=4`, `train=70%`, `stratify=species`."""
        if argument.default is None or not isinstance(argument.value, ast.Name):
            return self._value(argument.value)
        key = argument.value
        if option == "split" and key.text in PARTS:
            owner = of_entry(self.entry)
            meaning = Meaning("part", key.text, ("part", *owner.key, key.text), "language", of=owner)
            self.emit(Reference(key.span, key.text, meaning))
        else:
            self.emit(Reference(key.span, key.text, given("option", key.text, option)))
        if key.text in OF_COLUMNS and isinstance(argument.default, ast.Name):
            self._column(argument.default)
        elif isinstance(argument.default, ast.Name) and argument.default.text == REST:
            self.emit(Reference(argument.default.span, REST, given("builtin", REST, option)))
        else:
            self._value(argument.default)

    def _from(self, item: ast.Option) -> None:
        for place, argument in enumerate(item.arguments):
            value = argument.value
            if place:
                self._argument("from", argument)
            elif isinstance(value, ast.Call) and isinstance(value.function, ast.Name):
                made = self._source(value.function)
                named_arguments(value, None, made, self.emit)
                for given_ in value.arguments:
                    self._value(given_.value)
            elif isinstance(value, ast.Name):
                self._source(value)

    def _source(self, name: ast.Name) -> Meaning:
        constant = self._constant(name.text)
        if constant is not None:
            found = constant
        elif name.text in GENERATORS:
            found = given("generator", name.text)
        else:
            found = Meaning("object", name.text, ("object", name.text), "nowhere")
        self.emit(Reference(name.span, name.text, found))
        return found

    # ---- lines of columns

    def _line(self, item: ast.Option) -> None:
        heads: list[ast.Expr] = []
        steps: list[ast.Expr] = []
        for argument in item.arguments:
            if argument.default is not None:
                self._argument(item.name, argument)
                continue
            chain = list(_chain(argument.value))
            heads += chain[0].items if isinstance(chain[0], ast.Group) else [chain[0]]
            steps += chain[1:]
        named = [head for head in heads if isinstance(head, ast.Name)]
        every = len(heads) == 1 and len(named) == 1 and named[0].text == ALL and item.name != "target"
        for head in heads:
            if every and isinstance(head, ast.Name):
                self.emit(Reference(head.span, ALL, given("builtin", ALL, item.name)))
            elif isinstance(head, ast.Name):
                self._column(head)
            else:
                self._arithmetic(head, None)
        alone = None
        if len(heads) == 1:
            alone = named[0].text if named else next((name.text for name in self._variables(heads[0])), None)
        for step in steps:
            self._step(step, None if every else alone)

    def _variables(self, head: ast.Expr) -> Iterator[ast.Name]:
        """The names of an expression that are columns."""
        match head:
            case ast.Name():
                if self._constant(head.text) is None and head.text not in formula.CONSTANTS:
                    yield head
            case ast.Unary():
                yield from self._variables(head.operand)
            case ast.Binary():
                yield from self._variables(head.left)
                yield from self._variables(head.right)
            case ast.Call():
                for argument in head.arguments:
                    yield from self._variables(argument.value)

    def _step(self, step: ast.Expr, column: str | None) -> None:
        """What stands after `->`. column: the one that the line is about, whose name stands for the value too."""
        head = step.function if isinstance(step, ast.Call) else step
        if not isinstance(head, ast.Name):
            return self._arithmetic(step, column, inside=True)
        if isinstance(step, ast.Name) and head.text in ENCODERS:
            return self.emit(Reference(head.span, head.text, given("encoder", head.text)))
        if head.text in formula.FUNCTIONS or (isinstance(step, ast.Name) and head.text in (VALUE, column)):
            return self._arithmetic(step, column, inside=True)
        entry = self.scope.find(head.text, ("flow",))
        self.emit(Reference(head.span, head.text, of_entry(entry) if entry is not None else unknown(head)))
        if isinstance(step, ast.Call):
            named_arguments(step, entry, None, self.emit)
            for argument in step.arguments:
                self._value(argument.value)

    def _arithmetic(self, expr: ast.Expr, column: str | None, inside: bool = False) -> None:
        """A formula of one column. inside: after `->`, where the value has a name; before it, names are columns."""
        match expr:
            case ast.Name():
                if inside and expr.text == VALUE:
                    self.emit(Reference(expr.span, VALUE, given("builtin", VALUE, "encoder")))
                elif inside and expr.text == column:
                    self._column(expr)
                elif inside or self._constant(expr.text) is not None or expr.text in formula.CONSTANTS:
                    self._value(expr)
                else:
                    self._column(expr)
            case ast.Unary():
                self._arithmetic(expr.operand, column, inside)
            case ast.Binary():
                self._arithmetic(expr.left, column, inside)
                self._arithmetic(expr.right, column, inside)
            case ast.Call():
                if isinstance(expr.function, ast.Name):
                    known = expr.function.text in formula.FUNCTIONS
                    meaning = given("builtin", expr.function.text) if known else unknown(expr.function)
                    self.emit(Reference(expr.function.span, expr.function.text, meaning))
                for argument in expr.arguments:
                    self._arithmetic(argument.value, column, inside)

    # ---- words

    def _column(self, name: ast.Name | ast.String, named: bool = False) -> None:
        """named: the word that gives it its name. A name in quotes has its place between them."""
        span = name.span
        if isinstance(name, ast.String):
            span = Span(span.source, span.start + 1, span.end - 1)
        known = self.columns.get(name.text)
        if known is None:
            owner = of_entry(self.entry)
            key = ("column", *owner.key, name.text)
            origin: Origin = "text" if named and span.text.strip("`") == name.text else "file"
            known = Meaning("column", name.text, key, origin, span=span, of=owner)
            self.columns[name.text] = known
        if span.text.strip("`") == name.text:  # else it is a text with escapes
            self.emit(Reference(span, name.text, known, defines=known.origin == "text" and known.span == span))

    def _constant(self, name: str) -> Meaning | None:
        return self.locals.get(name) or let_of(self.scope, name)

    def _value(self, expr: ast.Expr) -> None:
        """A number or a text that is known before anything runs."""
        match expr:
            case ast.Name():
                known = self._constant(expr.text)
                if known is None:
                    known = given("builtin", expr.text) if expr.text in CONSTANTS else unknown(expr)
                self.emit(Reference(expr.span, expr.text, known))
            case ast.Unary():
                self._value(expr.operand)
            case ast.Binary():
                self._value(expr.left)
                self._value(expr.right)
            case ast.List() | ast.Group():
                for item in expr.items:
                    self._value(item)
            case ast.Call():
                for argument in expr.arguments:
                    self._value(argument.value)


def _words(option: ast.Option) -> Iterator[ast.Name | ast.String]:
    for argument in option.arguments:
        value = argument.value
        for word in value.items if isinstance(value, ast.Group) else (value,):
            if isinstance(word, ast.Name | ast.String):
                yield word


def _chain(expr: ast.Expr) -> Iterator[ast.Expr]:
    """The parts of `a -> b -> c`, from the left."""
    if isinstance(expr, ast.Pipe):
        yield from _chain(expr.left)
        yield expr.right
    else:
        yield expr
