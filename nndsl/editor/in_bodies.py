"""Names in the bodies of networks, layers, cells, functions and optimizers.

In: a definition and the scope around it. Out: references, and the names that are bound at its end. The order of lines
counts, as it does when a body is read (`nndsl.lower.body`): a name is local from the line on that gives it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from nndsl.diagnostics import Span
from nndsl.editor.meanings import Meaning, Reference, first_word, given, of_entry, of_let, of_parameter, spot
from nndsl.semantics.builtins import BUILTINS, CONSTANTS
from nndsl.semantics.cells import REVERSE, at_use
from nndsl.semantics.options import BODY
from nndsl.semantics.roles import ROLES, SIZES
from nndsl.semantics.scopes import Entry, Scope
from nndsl.syntax import ast

Emit = Callable[[Reference], None]
WORDS = frozenset(row.name for row in BODY)
NUMBERS = ast.Number | ast.Constant


def let_of(scope: Scope, name: str) -> Meaning | None:
    """The constant of this name."""
    at: Scope | None = scope
    while at is not None:
        let = at.lets.get(name)
        if let is not None:
            return next((of_let(one) for one in let.names if one.text == name), None)
        at = at.outer
    return None


def unknown(name: ast.Name) -> Meaning:
    return Meaning("unknown", name.text, ("unknown", name.text), "nowhere")


@dataclass(slots=True)
class Body:
    """The names of one body under way. names: what is bound so far. numbers: those among them that are known to be
    numbers, which cannot be called. turns: whether the lines are read several times (`repeat`).
    """

    entry: Entry
    emit: Emit
    names: dict[str, Meaning] = field(default_factory=dict)
    numbers: set[str] = field(default_factory=set)
    turns: bool = False

    @property
    def definition(self) -> ast.Definition:
        return self.entry.definition

    @property
    def scope(self) -> Scope:
        return self.entry.scope

    def read(self) -> dict[str, Meaning]:
        """All of the definition but its own name; gives the names that are bound at its end."""
        definition = self.definition
        role = ROLES[definition.kind]
        self.names |= given_in(definition)
        for place, parameter in enumerate(definition.parameters):
            self._parameter(parameter, fed=place < role.fed)
        if isinstance(definition.body, ast.Block):
            self.items(definition.body.items)
        else:
            self.expr(definition.body)
        return self.names

    def _parameter(self, parameter: ast.Parameter, fed: bool) -> None:
        """fed: whether it is a tensor that flows in."""
        if parameter.default is not None:
            self.expr(parameter.default)
        meaning = of_parameter(self.entry, parameter.name)
        place = first_word(parameter.span, parameter.name)
        if meaning is None or meaning.span != place:  # the second of this name
            meaning = Meaning("parameter", parameter.name, ("local", parameter.name, *spot(place)), span=place)
        self.names[parameter.name] = meaning
        if not fed and (parameter.default is None or isinstance(parameter.default, NUMBERS)):
            self.numbers.add(parameter.name)
        self.emit(Reference(place, parameter.name, meaning, defines=True))

    # ---- lines

    def items(self, items: Sequence[ast.Item]) -> None:
        for item in items:
            match item:
                case ast.Option():
                    self._option(item)
                case ast.Bind() | ast.Let():
                    self.expr(item.value)
                    cell = self._cell_of(item.value)
                    for place, name in enumerate(item.names):
                        self.bind(name, "value", cell if place == 0 else None)
                    if len(item.names) == 1 and isinstance(item.value, NUMBERS):
                        self.numbers.add(item.names[0].text)
                case ast.Flow():
                    self.expr(item.value)

    def bind(self, name: ast.Name, kind: str, cell: Entry | None = None) -> None:
        """A name is given to something: a new one, or the one that is there."""
        text, span = plain(name)
        known = self.names.get(text)
        is_given = known is not None and known.origin == "language"
        if known is None or (is_given and not self.turns and text == name.text):
            known = Meaning("local", text, ("local", text, *spot(span)), kind=kind, span=span, of=of_entry(self.entry))
        if known.cell is not cell and known.origin != "language":
            known = replace(known, cell=cell)
        self.names[text] = known
        self.numbers.discard(text)
        self.emit(Reference(span, text, known, defines=text == name.text and known.span == span))

    def _cell_of(self, value: ast.Expr) -> Entry | None:
        """The cell that a value comes straight from: its states are fields of the value."""
        last = value.right if isinstance(value, ast.Pipe) else value
        head = last.function if isinstance(last, ast.Call) else last
        if not isinstance(head, ast.Name):
            return None
        if head.text in self.names:
            return self.names[head.text].cell if head is value else None
        entry = self.find(head.text)
        return entry if entry is not None and entry.role == "cell" else None

    def _option(self, item: ast.Option) -> None:
        if item.name in WORDS:
            self.emit(Reference(item.name_span, item.name, given("option", item.name, "body")))
        if item.name == "repeat":
            for argument in item.arguments:
                self.expr(argument.value)
            before, self.turns = self.turns, True
            self.items(item.block.items if item.block else ())
            self.turns = before
            return
        for argument in item.arguments:
            if item.name in ("output", "require") or item.name not in WORDS:
                self.expr(argument.value)
            else:
                self._declared(item.name, argument)
        if item.block is not None:
            self.items(item.block.items)

    def _declared(self, option: str, argument: ast.OptionArgument) -> None:
        """`x[..., in]`, `W[in, units] ~ glorot`, `h[units] = 0`."""
        indexed = argument.value if isinstance(argument.value, ast.Index) else None
        head = indexed.base if indexed is not None else argument.value
        for size in indexed.items if indexed is not None else ():
            if option == "input" and isinstance(size, ast.Name) and self._is_new(size.text):
                self.bind(size, "size")
                self.numbers.add(size.text)
            elif not isinstance(size, ast.Ellipsis):
                self.expr(size)
        if not isinstance(head, ast.Name):
            self.expr(head)
        elif option == "penalty":
            text, span = plain(head)
            meaning = Meaning("local", text, ("penalty", text, *spot(span)), kind="penalty", span=span)
            self.emit(Reference(span, text, meaning, defines=True))
        if argument.default is not None:
            self.expr(argument.default)
        if argument.initial is not None:
            self._initial(argument.initial)
        if isinstance(head, ast.Name) and option != "penalty":
            self.bind(head, {"input": "input", "param": "weight", "state": "state"}[option])

    def _is_new(self, size: str) -> bool:
        return size not in self.names and let_of(self.scope, size) is None and size not in CONSTANTS

    def _initial(self, expr: ast.Expr) -> None:
        """What stands after `~`: an initializer."""
        head = expr.function if isinstance(expr, ast.Call) else expr
        if not isinstance(head, ast.Name):
            return self.expr(expr)
        entry = self.scope.find(head.text, ("initializer",))
        self.emit(Reference(head.span, head.text, of_entry(entry) if entry is not None else unknown(head)))
        if isinstance(expr, ast.Call):
            self._arguments(expr, entry)

    # ---- expressions

    def expr(self, expr: ast.Expr | ast.Slice | None) -> None:
        match expr:
            case ast.Name():
                self._name(expr)
            case ast.List() | ast.Group():
                for item in expr.items:
                    self.expr(item)
            case ast.Unary():
                self.expr(expr.operand)
            case ast.Binary() | ast.Pipe():
                self.expr(expr.left)
                self.expr(expr.right)
            case ast.Call():
                self._call(expr)
            case ast.Index():
                self.expr(expr.base)
                for part in expr.items:
                    self.expr(part)
            case ast.Slice():
                self.expr(expr.start)
                self.expr(expr.stop)
            case ast.Attribute():
                self.expr(expr.base)
                self.emit(Reference(expr.name_span, expr.name, self._field(expr)))

    def find(self, name: str) -> Entry | None:
        """A definition that a body may use."""
        return self.scope.find(name, ROLES[self.definition.kind].calls, skip=self.definition)

    def meaning(self, name: ast.Name) -> Meaning:
        """What a name stands for, in the order in which lowering asks."""
        text, _ = plain(name)
        if text in self.names:
            return self.names[text]
        constant = None if self.entry.library else let_of(self.scope, text)
        if constant is not None:
            return constant
        if text in CONSTANTS:
            return given("builtin", text)
        entry = self.find(text)
        if entry is not None:
            return of_entry(entry)
        if text in BUILTINS:
            return given("builtin", text)
        return given("size", text) if text in SIZES else unknown(name)

    def _name(self, name: ast.Name) -> None:
        text, span = plain(name)
        self.emit(Reference(span, text, self.meaning(name)))

    def _call(self, call: ast.Call) -> None:
        head = call.function
        if not isinstance(head, ast.Name):
            self.expr(head)
            return self._arguments(call, None)
        meaning = self.meaning(head)
        if meaning.role in ("parameter", "local", "constant", "size") and self._is_number(head.text, meaning):
            entry = self.find(head.text)  # a number cannot be called, so a definition may share its name
            meaning = of_entry(entry) if entry is not None else meaning
        text, span = plain(head)
        self.emit(Reference(span, text, meaning))
        self._arguments(call, meaning.entry, meaning)

    def _is_number(self, name: str, meaning: Meaning) -> bool:
        return name in self.numbers or meaning.role in ("constant", "size") or meaning.kind == "size"

    def _arguments(self, call: ast.Call, entry: Entry | None, called: Meaning | None = None) -> None:
        named_arguments(call, entry, called, self.emit)
        for argument in call.arguments:
            self.expr(argument.value)

    def _field(self, expr: ast.Attribute) -> Meaning:
        """`code.c`: a state of the cell that made a value."""
        base = self.meaning(expr.base) if isinstance(expr.base, ast.Name) else None
        cell = base.cell if base is not None else self._cell_of(expr.base)
        owner = () if base is None else base.key
        state = state_of(cell, expr.name) if cell is not None else None
        if state is not None:
            return replace(state, role="field", of=base)
        return Meaning("field", expr.name, ("field", *owner, expr.name), "language", of=base)


def plain(name: ast.Name) -> tuple[str, Span]:
    """A name without the dash of a next value, and its place."""
    if name.text.endswith("'"):
        return name.text[:-1], Span(name.span.source, name.span.start, name.span.end - 1)
    return name.text, name.span


def given_in(definition: ast.Definition) -> dict[str, Meaning]:
    """The names that the language gives to a body."""
    given_names = ROLES[definition.kind].given
    found = {name: given("size" if name in SIZES else "builtin", name, definition.kind) for name in given_names}
    came = {"x": given("local", "x", "input"), "in": given("local", "in", "size")}
    if declares_input(definition):
        return {name: meaning for name, meaning in found.items() if name not in came}
    return found | came if definition.kind in ("network", "layer", "cell") else found


def declares_input(definition: ast.Definition) -> bool:
    block = definition.body
    return isinstance(block, ast.Block) and any(
        isinstance(item, ast.Option) and item.name == "input" for item in block.items
    )


def named_arguments(call: ast.Call, entry: Entry | None, called: Meaning | None, emit: Emit) -> None:
    """`units=3` is the parameter `units` of what is called."""
    for argument in call.arguments:
        if argument.name is None:
            continue
        found = of_parameter(entry, argument.name) if entry is not None else None
        if found is None and entry is not None and argument.name in at_use(entry.definition):
            found = given("parameter", REVERSE, "cell") if argument.name == REVERSE else state_of(entry, argument.name)
        if found is None and called is not None and called.role in ("builtin", "generator"):
            found = given("parameter", argument.name, called.name)
        if found is not None:
            emit(Reference(first_word(argument.span, argument.name), argument.name, found))


def declared(entry: Entry, option: str) -> dict[str, ast.Name]:
    """What the lines of an option declare in a body, in `repeat` too: `param`, `state`."""
    body = entry.definition.body
    found: dict[str, ast.Name] = {}
    waiting = list(body.items if isinstance(body, ast.Block) else ())
    while waiting:
        item = waiting.pop(0)
        if isinstance(item, ast.Option):
            waiting += item.block.items if item.block is not None else ()
            for argument in item.arguments if item.name == option else ():
                head = argument.value.base if isinstance(argument.value, ast.Index) else argument.value
                if isinstance(head, ast.Name):
                    found.setdefault(head.text, head)
    return found


def state_of(cell: Entry, name: str) -> Meaning | None:
    return _declared_as(cell, "state", name)


def weight_of(entry: Entry, name: str) -> Meaning | None:
    return _declared_as(entry, "param", name) or state_of(entry, name)


def _declared_as(entry: Entry, option: str, name: str) -> Meaning | None:
    found = declared(entry, option).get(name)
    if found is None:
        return None
    kind = "weight" if option == "param" else "state"
    if entry.library:
        return Meaning("local", name, ("library", entry.role, entry.name, name), "library", kind, span=found.span)
    return locals_of(entry).get(name)


def locals_of(entry: Entry) -> dict[str, Meaning]:
    """The names that are bound at the end of a definition's body."""
    return Body(entry, lambda reference: None).read()
