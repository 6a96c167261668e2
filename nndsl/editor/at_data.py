"""What can stand in a `data` block: options, columns, encoders, generators, rules, settings.

In: a `Place` inside the block. Out: what is wanted there.
"""

from __future__ import annotations

from nndsl.data.declare import MISSING_RULES, OPTIONS, REPEATABLE
from nndsl.data.formula import CONSTANTS, FUNCTIONS
from nndsl.data.generators import GENERATORS
from nndsl.data.meanings import SETTING_WORDS
from nndsl.data.pipeline import ENCODERS, VALUE
from nndsl.data.sources import ARRAYS, BY_DUCKDB, TABLES, TEXTS
from nndsl.data.types import PARTS
from nndsl.editor.at_options import NUMBERS
from nndsl.editor.place import Place, Tokens, divided, key_of, outside
from nndsl.editor.wanted import Columns, Defined, Files, Locals, Names, Own, Parameters, Sought

READ = (*TABLES, *ARRAYS, *TEXTS, *BY_DUCKDB)
ENCODED = ("input", "sequence", "target")  # their columns can have encoders
BY_COLUMN = ("stratify", "by", "time")  # settings whose value is a column
LET = Names("first word", ("let",))


def data_line(place: Place) -> Sought:
    """A line of a `data` block."""
    head = place.blocks[0].head
    data = str(head[1]) if len(head) > 1 else ""
    if not place.line:
        given = tuple(name for name in place.blocks[-1].given if name not in REPEATABLE)
        options = tuple(name for name in OPTIONS if name not in given)
        return () if place.text or place.brackets else (Names("option of data", options), LET)
    name, said = str(place.line[0]), place.line[1:]
    if place.line[0].type == "LET":
        return NUMBERS if "EQUAL" in [token.type for token in said] and not place.after_value else ()
    if place.text:
        return (Files(READ),) if name in ("from", "test", "validation") and not said else ()
    if place.before == "DOT":
        return ()
    setting = _setting(place, name, said, data)
    if setting is not None:
        return setting
    if name in ENCODED and "ARROW" in [token.type for token in outside(said)]:
        return _encoder(place, said)
    if name in (*ENCODED, "drop"):
        return _columns(place, name, said, data)
    if name == "from":
        return _source(place, said)
    if said or place.brackets:
        return ()
    fitting: dict[str, Sought] = {
        "missing": (Names("value of missing", MISSING_RULES, meaning="what is done with missing cells"),),
        "window": (Own("constant"),), "horizon": (Own("constant"),),
    }  # fmt: skip
    return fitting.get(name, ())


def _setting(place: Place, name: str, said: Tokens, data: str) -> Sought | None:
    """`key=value` of an option: keys after a comma (of `split` at once), or the value of one; None where no setting can
    stand."""
    keys = (*(PARTS if name == "split" else ()), *SETTING_WORDS.get(name, {}))
    arguments = divided(said)
    current = arguments[-1]
    if not keys or place.brackets:
        return None
    if len(current) > 1 and key_of(current):
        return _setting_value(key_of(current), data) if len(current) == 2 else ()
    given = tuple(key_of(tokens) for tokens in arguments[:-1])
    settings = Names(f"setting of {name}", tuple(key for key in keys if key not in (*given, *PARTS)), after="=")
    if name == "split" and not current:
        return (Names("part", tuple(part for part in PARTS if part not in given), after="="), settings)
    if current or len(arguments) == 1:
        return None
    return (*((Columns(data, _named(said)),) if name == "sequence" and not any(given) else ()), settings)


def _setting_value(key: str, data: str) -> Sought:
    if key in PARTS:
        return (Names("value of split", ("rest",), meaning="all rows that the other parts leave"), Own("constant"))
    if key in BY_COLUMN:
        return (Columns(data),)
    if key == "order":
        return (Names("value of order", ("true", "false"), meaning=SETTING_WORDS["split"]["order"].meaning),)
    return (Own("constant"),)


def _columns(place: Place, name: str, said: Tokens, data: str) -> Sought:
    if (place.after_value and (said or place.brackets)) or any(b.kind != "LPAR" for b in place.brackets):
        return ()
    said_all = (*said, *(token for bracket in place.brackets for part in bracket.arguments for token in part))
    every = (Names("word", ("all",), meaning="every column that is not the target and not dropped"),)
    first = name in ("input", "sequence") and not said_all and not place.brackets
    return (Columns(data, _named(said_all)), *(every if first else ()))


def _named(tokens: Tokens) -> tuple[str, ...]:
    return tuple(str(token).strip("`") for token in tokens if token.type in ("NAME", "BACKQUOTED"))


def _encoder(place: Place, said: Tokens) -> Sought:
    """After an arrow: encoders and activations; in a formula, the value and functions of it."""
    if place.after_value:
        return ()
    formula: Sought = (
        Locals(((VALUE, "value that comes in"), *((name, "column") for name in _single(said)))),
        Names("function of numbers", FUNCTIONS),
        Own("constant"),
        Names("constant", tuple(CONSTANTS)),
    )
    if place.before == "ARROW" and not place.brackets:
        return (Names("encoder", ENCODERS), Defined(("activation",)), *formula)
    if not place.brackets or place.tail or not place.brackets[-1].name:
        return formula
    bracket = place.brackets[-1]
    return (*formula, Parameters(("activation",), bracket.name, bracket.given, bracket.by_place))


def _single(said: Tokens) -> tuple[str, ...]:
    """The column's own name, where there is one alone: a formula may call the value so."""
    first = said[: next((i for i, token in enumerate(said) if token.type == "ARROW"), len(said))]
    return _named(first) if len(_named(first)) == 1 else ()


def _source(place: Place, said: Tokens) -> Sought:
    if place.brackets:
        bracket = place.brackets[-1]
        if place.after_value:
            return ()
        keys = Parameters(("generator",), bracket.name, bracket.given, bracket.by_place)
        return (keys, Own("constant")) if bracket.name and not place.tail else (Own("constant"),)
    return () if said else (Own("object"), Names("generator", tuple(GENERATORS)), Own("constant"))
