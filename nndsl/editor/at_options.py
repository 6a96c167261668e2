"""What can stand in a block of options: their names, and the values that each takes by its form.

In: a `Place` inside the block of a statement or a recipe, and the rows of its table. Out: what is wanted there.
"""

from __future__ import annotations

from nndsl.data.types import PARTS
from nndsl.editor.paths import path_before
from nndsl.editor.place import Block, Place, Tokens, divided, key_of
from nndsl.editor.wanted import Columns, Defined, Fields, Files, Names, Own, Parameters, Sought
from nndsl.semantics.builtins import BUILTINS
from nndsl.semantics.constants import CONSTANTS, FUNCTIONS
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
    Truth,
    WeightNames,
    Whole,
)
from nndsl.semantics.plots import SUFFIXES as FIGURES
from nndsl.semantics.report import SUFFIX as PAGE
from nndsl.semantics.roles import FLOW

NUMBERS: Sought = (
    Own("constant"),
    Names("function of numbers", tuple(FUNCTIONS)),
    Names("constant", tuple(CONSTANTS)),
)
COMPARED = ("output", "target", "input")  # what an expression after `loss` can speak of
WRITTEN = {"predict": (".csv", ".tsv"), "sample": (".csv", ".tsv", ".txt"), "plot": FIGURES, "report": (PAGE,)}


def names_of(rows: tuple[Option, ...], given: tuple[str, ...]) -> tuple[str, ...]:
    """The options that can be added."""
    return tuple(row.name for row in rows if not row.later and (row.repeats or row.name not in given))


def option(place: Place, verb: str, rows: tuple[Option, ...]) -> Sought:
    """A line of a block of options. verb: whose."""
    block = place.blocks[-1]
    if not place.line:
        return () if place.text else (Names(f"option of {verb}", names_of(rows, block.given)),)
    row = next((row for row in rows if row.name == place.line[0]), None)
    if row is None or row.later or row.form is None:
        return ()
    if place.text:
        return (Files(WRITTEN.get(verb, ())),) if row.name == "to" else ()
    return value(place, row, row.form, place.line[1:])


def value(place: Place, row: Option, form: Form, said: Tokens) -> Sought:
    """A value of an option. said: what stands before it, but for the option's name."""
    match form:
        case Loss():
            return _loss(place, said)
        case Definition():
            return _definition(place, form, said)
        case Keys():
            return _keys(place, row, form, said)
        case Quantity():
            return _quantity(place)
        case ColumnName():
            return _column(place)
        case WeightNames():
            return _weight(place)
    if place.before == "DOT":
        return ()
    if said and not place.brackets:
        return NUMBERS if not place.after_value and isinstance(form, Whole | Real) else ()
    match form:
        case Choice():
            return (Names(f"value of {row.name}", form.of, meaning=row.meaning),)
        case Truth():
            return (Names(f"value of {row.name}", ("true", "false"), meaning=row.meaning),)
        case Whole() | Real() | Sizes() | Start():
            return () if place.after_value and place.brackets else NUMBERS
    return ()


def _loss(place: Place, said: Tokens) -> Sought:
    if place.before == "DOT" or (said and place.after_value):
        return ()
    losses = Defined(("loss",))
    if not said and not place.brackets:
        return (losses,)
    spoken_of = Names("part of a loss", COMPARED, meaning="of the network and the data that the loss compares")
    rest: Sought = (spoken_of, losses, *NUMBERS[:1], Names("function", tuple(BUILTINS)), Defined(FLOW))
    if place.brackets and place.brackets[-1].kind == "_CALL":
        return _arguments(place, ("loss", *FLOW, "function"), rest)
    return rest


def _arguments(place: Place, roles: tuple[str, ...], values: Sought) -> Sought:
    """Inside a call: names of parameters at the start of an argument, and values."""
    bracket = place.brackets[-1]
    if place.after_value:
        return ()
    if place.tail or not bracket.name:
        return values
    return (Parameters(roles, bracket.name, bracket.given, bracket.by_place), *values)


def _definition(place: Place, form: Definition, said: Tokens) -> Sought:
    if place.brackets:
        return _arguments(place, (form.role,), NUMBERS) if place.brackets[-1].kind == "_CALL" else NUMBERS
    if not said:
        return (Defined((form.role,), _repeated(place)),)
    return (Defined((form.role,), _repeated(place)),) if form.several and place.before == "COMMA" else ()


def _repeated(place: Place) -> tuple[str, ...]:
    """What the same option has been given already, here and in other lines."""
    block, name = place.blocks[-1], place.line[0]
    lines = [line for line in (*block.lines, place.line) if line and line[0] == name]
    return tuple(str(part[0]) for line in lines for part in divided(line[1:]) if part)


def _keys(place: Place, row: Option, form: Keys, said: Tokens) -> Sought:
    arguments = divided(said)
    current = arguments[-1]
    if not current and not place.brackets:
        given = tuple(key_of(tokens) for tokens in arguments)
        names = tuple(one.name for one in form.options if one.name not in given)
        return (Names(f"setting of {row.name}", names, after="="),)
    inner = next((one for one in form.options if one.name == key_of((*current, *current[:1]))), None)
    inner = inner or next((one for one in form.options if one.name == key_of(current)), None)
    if inner is None or inner.form is None or len(current) < 2:
        return ()
    return value(place, inner, inner.form, current[2:])


def _quantity(place: Place) -> Sought:
    """`validation.loss`: a part, and what is measured of it."""
    if place.before == "EQUAL":
        return (Names("part", tuple(part for part in PARTS if part != "test"), after="."),)
    if place.before == "DOT":
        return (Names("field of a history", ("loss", *measured(place.blocks[-1]))),)
    return ()


def measured(block: Block) -> tuple[str, ...]:
    """The metrics that a block asks for before the cursor."""
    lines = [line for line in block.lines if line and line[0] == "metrics"]
    return tuple(str(part[0]) for line in lines for part in divided(line[1:]) if part)


def _column(place: Place) -> Sought:
    """`color species`, `color iris.species`."""
    if place.before == "DOT":
        return (Fields(path_before(place.tail), columns=True),)
    if place.after_value and len(place.line) > 1:
        return ()
    subject = drawn(place.blocks[-1].head)
    return (*((Columns(subject[0]),) if subject else ()), Own("data"))


def _weight(place: Place) -> Sought:
    """`weights dense_1.W[0, 0]`, of the network that the figure is of."""
    head = place.blocks[-1].head
    if place.brackets or len(head) < 4 or (place.after_value and len(place.line) > 1):
        return ()
    path = path_before(place.tail) if place.before == "DOT" else ()
    return (Fields((str(head[3]), *path), columns=True),)


def drawn(head: Tokens) -> tuple[str, ...]:
    """The names of what a figure is drawn of: `("iris", "species")` of `plot histogram(iris.species)`."""
    names: list[str] = []
    for token in reversed(head):
        if token.type in ("NAME", "BACKQUOTED"):
            names.insert(0, str(token).strip("`"))
        elif token.type != "DOT" and (token.type != "RPAR" or names):
            break
    return tuple(name for name in names if name != "plot")
