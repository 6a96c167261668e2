"""Reads the options of a block by the table in `options.py`: each value is checked against its form, and nothing is
ignored.

In: items of a block and the rows they may use. Out: values by option; every wrong one is in the collector.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from nndsl.diagnostics import Collector, Edit, Fault, Label, Span, fault
from nndsl.diagnostics.elsewhere import written_elsewhere
from nndsl.diagnostics.suggest import did_you_mean
from nndsl.semantics.constants import describe, evaluate, lookup_in
from nndsl.semantics.options import (
    Choice,
    ColumnName,
    Definition,
    Form,
    Keys,
    Loss,
    Option,
    Quantity,
    Real,
    Sizes,
    Start,
    Text,
    Truth,
    WeightNames,
    Whole,
)
from nndsl.semantics.roles import namespace
from nndsl.semantics.scopes import Scope, unknown
from nndsl.syntax import ast
from nndsl.values import value

Table = Sequence[Option]


@dataclass(slots=True)
class Given:
    """The options of one statement: values by name, and where each was written. failed: those that were wrong.
    strange: words that are no options.
    """

    values: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Span] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    strange: set[str] = field(default_factory=set)

    @property
    def wrong(self) -> bool:
        """Whether anything is."""
        return bool(self.failed or self.strange)


@value
class Reader:
    """What is needed to read values: the names in scope and the constants."""

    scope: Scope
    constants: Mapping[str, Any]
    collector: Collector

    def block(self, verb: str, block: ast.Block | None, table: Table) -> Given:
        """All options of a block."""
        given = Given()
        for item in block.items if block else ():
            try:
                self._item(verb, item, table, given)
            except Fault as found:
                self.collector.add(found.diagnostic)
        return given

    def _item(self, verb: str, item: ast.Item, table: Table, given: Given) -> None:
        name, place = _head(item)
        row = next((row for row in table if row.name == name), None)
        if row is None:
            given.strange.add(name)
            raise self._no_option(verb, name, place, table, item)
        if isinstance(item, ast.Bind):
            given.failed.add(name)
            written = f"{name} {item.value.span.text}"
            raise fault("E0202", f"`{name}` is an option, and has no `=`", place, help=f"write `{written}`",
                        edits=(Edit(item.span, written),) if "\n" not in written else ())  # fmt: skip
        if row.later or not isinstance(item, ast.Option | ast.Flow):
            raise later(f"`{name}` in `{verb}`", place)
        if name in given.places and not row.repeats:
            given.failed.add(name)
            first = given.places[name]
            raise fault(
                "E0208",
                f"`{name}` is given twice",
                place,
                labels=(Label(first, "first here"),),
                help="keep one of them",
            )
        given.places[name] = place
        try:
            value = self._value(row, item)
        except Fault:
            given.failed.add(name)
            raise
        if row.repeats:
            given.values.setdefault(name, []).extend(value)
        else:
            given.values[name] = value

    def _no_option(self, verb: str, name: str, place: Span, table: Table, item: ast.Item) -> Fault:
        """Says where it is written, if it is a setting of another place, or a definition without its option."""
        if name == "let":
            return later(f"`let` in `{verb}`", place)
        hint = written_elsewhere(verb, name, _number_of(item))
        for row in table if hint is None else ():
            role = "loss" if isinstance(row.form, Loss) else row.form.role if isinstance(row.form, Definition) else ""
            if self.scope.find(name, (role,)) is not None:
                hint = f"write `{row.name} {item.span.text}`"
                break
        return no_option(verb, name, place, table, hint)

    def _value(self, row: Option, item: ast.Option | ast.Flow) -> Any:
        arguments = item.arguments if isinstance(item, ast.Option) else ()
        assert row.form is not None
        if isinstance(item, ast.Option) and item.block is not None:
            raise fault("E0202", f"`{row.name}` takes no block", item.block.span, notes=(f"it takes {row.form.words}",))
        if isinstance(row.form, Keys):
            return self._keys(row, row.form, item, arguments)
        for argument in arguments:
            if argument.default is not None or argument.initial is not None:
                raise fault("E0202", f"`{row.name}` takes {row.form.words}, not `{argument.span.text}`", argument.span)
        several = isinstance(row.form, Definition | WeightNames) and row.form.several
        if not arguments or (len(arguments) > 1 and not several):
            found = "nothing is given" if not arguments else f"{len(arguments)} values are given"
            raise fault("E0202", f"`{row.name}` takes {row.form.words}; {found}", item.span)
        values = [self.value(row.name, row.form, argument.value) for argument in arguments]
        return values if several else values[0]

    def _keys(
        self, row: Option, form: Keys, item: ast.Item, arguments: tuple[ast.OptionArgument, ...]
    ) -> dict[str, Any]:
        rows = {option.name: option for option in form.options}
        found: dict[str, Any] = {}
        for argument in arguments:
            key = argument.value.text if isinstance(argument.value, ast.Name) else None
            if key is None or argument.default is None:
                raise fault(
                    "E0202",
                    f"`{row.name}` takes {form.words}, not `{argument.span.text}`",
                    argument.span,
                    help=f"write `{row.name} {form.options[0].name}="
                    + (argument.span.text if isinstance(argument.value, ast.Number) else "5")
                    + "`",
                )
            if key not in rows:
                raise no_option(row.name, key, argument.value.span, form.options)
            if key in found:
                raise fault("E0208", f"`{key}` is given twice", argument.value.span, help="keep one of them")
            inner = rows[key].form
            assert inner is not None
            found[key] = self.value(key, inner, argument.default)
        for key in form.required:
            if key not in found:
                raise fault("E0209", f"`{row.name}` needs `{key}=`: {rows[key].meaning}", item.span)
        return found

    # ---- one value ---------------------------------------------------------------------------------

    def value(self, name: str, form: Form, expr: ast.Expr) -> Any:
        """The value of an expression where a form is asked for. Definitions, losses and names stay expressions."""
        match form:
            case Whole():
                return self._whole(name, form, self._constant(expr, name, form), expr.span)
            case Real():
                return self._real(name, form, self._constant(expr, name, form), expr.span)
            case Choice():
                return self._choice(name, form, expr)
            case Definition():
                return self._definition(name, form, expr)
            case Text() | Start():
                return self._text(name, form, expr)
            case Truth():
                return self._truth(name, form, expr)
            case Sizes():
                return self._sizes(name, form, expr)
            case Loss() | Quantity() | ColumnName() | WeightNames():
                return expr
            case Keys():
                raise AssertionError(name)

    def _constant(self, expr: ast.Expr, name: str, form: Whole | Real | Text | Start | Truth | Sizes) -> Any:
        """The value of an expression; a word that is no constant is told what is asked for here."""
        try:
            return evaluate(expr, lookup_in(self.constants))
        except Fault as found:
            d = found.diagnostic
            if isinstance(expr, ast.Name) and d.code == "E0201" and d.span == expr.span and d.help is None:
                raise Fault(replace(d, notes=(*d.notes, f"`{name}` takes {form.words}"))) from None
            raise

    def _whole(self, name: str, form: Whole, value: Any, span: Span) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
            raise fault("E0202", f"`{name}` takes {form.words}, found {_shown(value)}", span)
        if value < form.least or (form.most is not None and value > form.most):
            raise fault("E0202", f"`{name}` takes {form.words}, found {_shown(value)}", span)
        return int(value)

    def _real(self, name: str, form: Real, value: Any, span: Span) -> float:
        wrong = isinstance(value, bool) or not isinstance(value, int | float)
        if wrong or value < form.least or (form.above and value == form.least) or value >= form.most:
            raise fault("E0202", f"`{name}` takes {form.words}, found {_shown(value)}", span)
        return float(value)

    def _choice(self, name: str, form: Choice, expr: ast.Expr) -> str:
        word = expr.text if isinstance(expr, ast.Name | ast.String) else ""
        if word not in form.of:
            raise fault(
                "E0202",
                f"`{name}` is {form.words}, not `{expr.span.text}`",
                expr.span,
                help=did_you_mean(word, form.of),
            )
        return word

    def _truth(self, name: str, form: Truth, expr: ast.Expr) -> bool:
        found = self._constant(expr, name, form)
        if not isinstance(found, bool):
            raise fault("E0202", f"`{name}` takes {form.words}, found {_shown(found)}", expr.span)
        return found

    def _sizes(self, name: str, form: Sizes, expr: ast.Expr) -> tuple[int, ...]:
        found = self._constant(expr, name, form)
        whole = isinstance(found, list) and all(isinstance(n, int) and not isinstance(n, bool) for n in found)
        if not whole or len(found) not in (2, 3) or min(found) < 1 or (len(found) == 3 and found[2] not in (1, 3)):
            raise fault("E0202", f"`{name}` takes {form.words}, found {expr.span.text}", expr.span)
        return tuple(found)

    def _text(self, name: str, form: Text | Start, expr: ast.Expr) -> Any:
        """A text; where a sequence may begin with values, a list of them too."""
        found = self._constant(expr, name, form)
        if not isinstance(found, str) and not (isinstance(form, Start) and isinstance(found, list)):
            raise fault("E0202", f"`{name}` takes {form.words}, found {_shown(found)}", expr.span)
        return found

    def _definition(self, name: str, form: Definition, expr: ast.Expr) -> ast.Expr:
        head = expr.function if isinstance(expr, ast.Call) else expr
        if not isinstance(head, ast.Name):
            raise fault(
                "E0202",
                f"`{name}` takes {form.words}, not `{expr.span.text}`",
                expr.span,
                help=self._meant(name, form, expr),
            )
        if self.scope.find(head.text, (namespace(form.role),)) is None:
            raise unknown(self.scope, head.text, head.span, form.role)
        return expr

    def _meant(self, name: str, form: Definition, expr: ast.Expr) -> str | None:
        """A name in quotes without them; a number as an argument of the likeliest definition."""
        if isinstance(expr, ast.String) and self.scope.find(expr.text, (namespace(form.role),)) is not None:
            return f"write it without quotes: `{name} {expr.text}`"
        if isinstance(expr, ast.Number) and form.role == "regularizer":
            return f"write `{name} l2({expr.span.text})`"
        return None


def _head(item: ast.Item) -> tuple[str, Span]:
    """The first word of an item, and where it stands."""
    match item:
        case ast.Option() | ast.Definition():
            return item.name, item.name_span
        case ast.Let():
            return "let", item.span
        case ast.Bind():
            return item.names[0].text, item.names[0].span
        case ast.Flow():
            head: ast.Expr = item.value
            while isinstance(head, ast.Call | ast.Pipe):
                head = head.function if isinstance(head, ast.Call) else head.left
            return (head.text if isinstance(head, ast.Name) else head.span.text), head.span


def _number_of(item: ast.Item) -> str | None:
    """The number that is given with an option, as written."""
    arguments = item.arguments if isinstance(item, ast.Option) else ()
    return arguments[0].span.text if len(arguments) == 1 and isinstance(arguments[0].value, ast.Number) else None


def no_option(verb: str, name: str, place: Span, table: Table, hint: str | None = None) -> Fault:
    """A word that is none of the options of a statement. hint: what helps, where that is known already."""
    names = [row.name for row in table if not row.later]
    if not names:
        return fault("E0207", f"`{verb}` takes no options", place)
    accepted = "its options are " + ", ".join(f"`{n}`" for n in names)
    hint = hint or did_you_mean(name, [row.name for row in table])
    return fault("E0207", f"`{verb}` has no option `{name}`", place, notes=(accepted,), help=hint)


def later(what: str, place: Span) -> Fault:
    """The fault of a part of the language that is designed but not there."""
    return fault("E0212", f"{what} is not part of this version yet", place)


def _shown(value: Any) -> str:
    return (
        f"{value:g}"
        if isinstance(value, float)
        else str(value)
        if isinstance(value, int) and not isinstance(value, bool)
        else describe(value)
    )
