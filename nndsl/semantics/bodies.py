"""Checks the names in the bodies of a script's definitions, used or not: each must be known where it stands.

In: the script's scope. Out: faults in the collector, one for each unknown name of a definition however often it is
used; such a definition is then left alone by lowering. What values the names have is not asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nndsl.diagnostics import Collector, Diagnostic, Fault, fault
from nndsl.diagnostics.elsewhere import written_elsewhere
from nndsl.diagnostics.suggest import did_you_mean
from nndsl.semantics.arguments import check_names
from nndsl.semantics.builtins import BUILTINS, CONSTANTS
from nndsl.semantics.cells import check_cell
from nndsl.semantics.options import BODY
from nndsl.semantics.roles import DIRECTIONS, KINDS, ROLES
from nndsl.semantics.scopes import Entry, Scope, unknown, wrong_role
from nndsl.syntax import ast

NOT_BODIES = ("data", "recipe", "environment")


def check_bodies(scope: Scope, constants: Mapping[str, Any], collector: Collector) -> frozenset[Entry]:
    """The definitions that hold a fault."""
    wrong: set[Entry] = set()
    for entry in scope.entries.values():
        definition = entry.definition
        if definition.kind in NOT_BODIES or definition.broken:
            continue
        if _Body(entry, constants, collector).check():
            wrong.add(entry)
    return frozenset(wrong)


WHAT_IS_FED = {
    "activation": "a value",
    "loss": "the output and the target",
    "metric": "the outputs and the targets",
    "regularizer": "a weight",
    "schedule": "the step and the number of steps",
}
EXAMPLES = {
    "activation": "activation twice(x) = 2 * x",
    "loss": "loss squared(y, z) = mean((y - z)^2)",
    "metric": "metric far(y, z) = max(abs(y - z))",
    "regularizer": "regularizer small(w, c = 0.01) = c * sum(w^2)",
    "schedule": "schedule down(t, total) = 1 - t / total",
}


@dataclass(slots=True)
class _Body:
    """The check of one definition under way."""

    entry: Entry
    constants: Mapping[str, Any]
    collector: Collector
    known: set[str] = field(default_factory=set)
    states: set[str] = field(default_factory=set)
    unknown: dict[str, list[ast.Name]] = field(default_factory=dict)
    failed: bool = False

    @property
    def definition(self) -> ast.Definition:
        return self.entry.definition

    @property
    def spaces(self) -> Sequence[str]:
        return ROLES[self.definition.kind].calls

    def check(self) -> bool:
        """Whether a fault was found."""
        definition = self.definition
        self.known |= {*ROLES[definition.kind].given, *(p.name for p in definition.parameters)}
        if definition.kind in ("network", "layer") and not _declares_input(definition):
            self.known |= {"x", "in"}
        if definition.kind == "cell":
            self._cell()
        if definition.kind == "optimizer":
            self.states.add("w")
        self._fed()
        self._twice()
        self._kinds()
        for parameter in definition.parameters:
            if parameter.default is not None:
                self._expr(parameter.default)
        if isinstance(definition.body, ast.Block):
            self._items(definition.body.items)
        else:
            self._expr(definition.body)
        self._report()
        return self.failed

    def _cell(self) -> None:
        """Each state has one next value, and there is an output; with an `input` of its own, a cell has no `x`."""
        if _declares_input(self.definition):
            self.known -= {"x", "in"}
        for found in check_cell(self.definition):
            self._fault(found)

    def _fault(self, found: Fault) -> None:
        self.failed = True
        self.collector.add(found.diagnostic)

    def _fed(self) -> None:
        """Parameters that the language fills in must be there: a loss has two, whatever they are called."""
        definition = self.definition
        role = ROLES[definition.kind]
        if len(definition.parameters) < role.fed:
            self._fault(
                fault(
                    "E0203",
                    f"{role.article} takes {WHAT_IS_FED[role.name]}: `{definition.name}` has "
                    f"{len(definition.parameters) or 'no'} parameter{'s' if len(definition.parameters) != 1 else ''}",
                    definition.name_span,
                    help=f"as in `{EXAMPLES[role.name]}`",
                )
            )

    def _twice(self) -> None:
        seen: set[str] = set()
        for parameter in self.definition.parameters:
            if parameter.name in seen:
                self._fault(fault("E0204", f"the parameter `{parameter.name}` is there twice", parameter.span))
            seen.add(parameter.name)

    def _kinds(self) -> None:
        """Words after `:` are kinds of values; after a metric, which way is better."""
        definition = self.definition
        said: list[tuple[ast.Name, tuple[str, ...]]] = [(p.kind, KINDS) for p in definition.parameters if p.kind]
        if definition.result is not None:
            said.append((definition.result, DIRECTIONS if definition.kind == "metric" else KINDS))
        for word, known in said:
            if word.text not in known:
                listed = ", ".join(f"`{k}`" for k in known)
                hint = did_you_mean(word.text, known)
                self._fault(
                    fault(
                        "E0201",
                        f"no kind of value is called `{word.text}`",
                        word.span,
                        notes=(f"known: {listed}",),
                        help=hint,
                    )
                )

    # ---- items ---------------------------------------------------------------------------------------

    def _items(self, items: Sequence[ast.Item]) -> None:
        for item in items:
            try:
                self._item(item)
            except Fault as found:
                self._fault(found)

    def _item(self, item: ast.Item) -> None:
        match item:
            case ast.Option():
                self._option(item)
            case ast.Bind():
                self._expr(item.value)
                for name in item.names:
                    self._bind(name)
            case ast.Let():
                self._expr(item.value)
                self.known |= {name.text for name in item.names}
            case ast.Flow():
                self._flow(item.value)
            case ast.Definition():
                raise fault("E0214", f"a {item.kind} is defined outside `{self.definition.name}`", item.name_span)

    def _bind(self, name: ast.Name) -> None:
        if name.text.endswith("'") and name.text[:-1] not in self.states:
            near = did_you_mean(name.text[:-1], self.states)
            raise fault(
                "E0214",
                f"`{name.text}` is the next value of a state, but no state is called `{name.text[:-1]}`",
                name.span,
                help=near or f"declare it: `state {name.text[:-1]} = 0`",
            )
        self.known.add(name.text)

    def _flow(self, value: ast.Expr) -> None:
        """A line that is an expression; a mistaken option looks like one."""
        head: ast.Expr = value
        while isinstance(head, ast.Pipe):
            head = head.left
        words = [row.name for row in BODY]
        if isinstance(head, ast.Call) and isinstance(head.function, ast.Name) and head.function.text in words:
            word = head.function.text
            raise fault(
                "E0214",
                f"`{word}` is not a function",
                head.function.span,
                help=f"write `{word}` and a space: `{word} ...`",
            )
        self._expr(value)

    def _option(self, item: ast.Option) -> None:
        words = [row.name for row in BODY]
        if item.name not in words:
            names = [*words, *self.entry.scope.names(self.spaces)]
            hint = written_elsewhere(self.entry.role, item.name) or did_you_mean(item.name, names)
            if self.entry.scope.find(item.name, self.spaces) is not None:
                hint = f"what it takes stands in brackets: `{item.name}(...)`"
            notes = (
                () if hint else ("lines begin with a layer, a name and `=`, or " + ", ".join(f"`{w}`" for w in words),)
            )
            raise fault(
                "E0207",
                f"no line begins with `{item.name}`",
                item.name_span,
                notes=notes,
                help=hint,
            )
        if item.name == "repeat":
            for argument in item.arguments:
                self._expr(argument.value)
            self._items(item.block.items if item.block else ())
            return
        if item.block is not None:
            raise fault("E0202", f"`{item.name}` takes no block", item.block.span)
        for argument in item.arguments:
            self._argument(item, argument)

    def _argument(self, item: ast.Option, argument: ast.OptionArgument) -> None:
        if item.name in ("output", "require"):
            self._expr(argument.value)
            return
        head = argument.value.base if isinstance(argument.value, ast.Index) else argument.value
        if not isinstance(head, ast.Name):
            raise fault("E0214", f"`{item.name}` takes names, not `{argument.value.span.text}`", argument.value.span)
        sizes = argument.value.items if isinstance(argument.value, ast.Index) else ()
        for size in sizes:
            if item.name == "input" and isinstance(size, ast.Name):
                self.known.add(size.text)
            elif not isinstance(size, ast.Ellipsis | ast.Slice):
                self._expr(size)
        if item.name == "state":
            self.states.add(head.text)
        if item.name != "penalty":
            self.known.add(head.text)
        if argument.default is not None:
            self._expr(argument.default)
        if argument.initial is not None:
            self._initial(argument.initial)

    def _initial(self, expr: ast.Expr) -> None:
        """What stands after `~`: the name of an initializer."""
        head = expr.function if isinstance(expr, ast.Call) else expr
        if not isinstance(head, ast.Name):
            raise fault("E0214", f"after `~` stands an initializer, not `{expr.span.text}`", expr.span)
        entry = self.entry.scope.find(head.text, ("initializer",))
        if entry is None:
            raise unknown(self.entry.scope, head.text, head.span, "initializer")
        if isinstance(expr, ast.Call):
            check_names(entry.definition, expr)
            for argument in expr.arguments:
                self._expr(argument.value)

    # ---- expressions -----------------------------------------------------------------------------------

    def _expr(self, expr: ast.Expr | ast.Slice | None) -> None:
        match expr:
            case ast.Name():
                self._name(expr)
            case ast.List() | ast.Group():
                for item in expr.items:
                    self._expr(item)
            case ast.Unary():
                self._expr(expr.operand)
            case ast.Binary() | ast.Pipe():
                self._expr(expr.left)
                self._expr(expr.right)
            case ast.Call():
                self._call(expr)
            case ast.Index():
                self._expr(expr.base)
                for part in expr.items:
                    self._expr(part)
            case ast.Slice():
                self._expr(expr.start)
                self._expr(expr.stop)
            case ast.Attribute():
                self._expr(expr.base)
            case _:
                pass

    def _call(self, expr: ast.Call) -> None:
        self._expr(expr.function)
        for argument in expr.arguments:
            self._expr(argument.value)
        if isinstance(expr.function, ast.Name) and expr.function.text not in self.known:
            entry = self._find(expr.function.text)
            if entry is not None:
                check_names(entry.definition, expr)

    def _find(self, name: str) -> Entry | None:
        return self.entry.scope.find(name, self.spaces, skip=self.definition)

    def _name(self, expr: ast.Name) -> None:
        text = expr.text
        if text in self.known or text in self.constants or text in CONSTANTS or text in BUILTINS:
            return
        entry = self._find(text)
        if entry is None:
            self.unknown.setdefault(text, []).append(expr)

    def _report(self) -> None:
        """One fault for each unknown name, at its first place."""
        for text, places in self.unknown.items():
            first = places[0]
            other = self.entry.scope.elsewhere(text)
            if text.endswith("'") and text[:-1] in self.states:
                found: Fault = fault(
                    "E0201",
                    f"the next value `{text}` is not known yet here",
                    first.span,
                    help=f"write its equation, `{text} = ...`, above this line; `{text[:-1]}` is the value before",
                )
            elif other is not None and other.definition is self.definition:
                found = fault("E0215", f"`{text}` uses itself", first.span, help="a definition is made of others")
            elif other is not None:
                found = wrong_role(other, first.span, "a value or something it flows through")
            else:
                names = [*self.known, *self.constants, *self.entry.scope.names(self.spaces), *BUILTINS, *CONSTANTS]
                found = unknown(self.entry.scope, text, first.span, "name", names)
            extra = (f"it is used {len(places)} times here",) if len(places) > 1 else ()
            d = found.diagnostic
            self.failed = True
            self.collector.add(Diagnostic(d.code, d.message, d.span, d.labels, d.notes + extra, d.help, d.edits))


def _declares_input(definition: ast.Definition) -> bool:
    block = definition.body
    return isinstance(block, ast.Block) and any(
        isinstance(item, ast.Option) and item.name == "input" for item in block.items
    )
