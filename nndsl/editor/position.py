"""What can stand at the cursor, from the compiler's own tokens and tables.

In: a text and an offset. Out: a `Position`: the place, and what is wanted there, best first. What the text has defined
is not asked; nothing here can fail.
"""

from __future__ import annotations

from nndsl.editor.at_bodies import body_line, expression
from nndsl.editor.at_data import READ, data_line
from nndsl.editor.at_options import NUMBERS, WRITTEN, drawn, option
from nndsl.editor.at_options import value as value_of
from nndsl.editor.locals import locals_of
from nndsl.editor.paths import path_before
from nndsl.editor.place import Place, outside, place_at
from nndsl.editor.wanted import Defined, DrawnBy, Fields, Files, Names, Own, Sought
from nndsl.semantics.options import FIGURE, PLOTS, SETTINGS, STATEMENTS, TRAINING, Statement
from nndsl.semantics.plots import OF_RESULTS
from nndsl.semantics.roles import DIRECTIONS, KINDS, ROLES
from nndsl.values import value

FIRST_WORDS = {
    "let": "gives a value a name",
    "set": "a setting of the whole script: seed, device, threads, precision",
    "use": "takes the definitions of another file",
}
ASKED = ("evaluate", "predict")  # a model such as `knn` makes can be asked like a network
ABOUT_DATA = ("pca", "tsne", "kmeans", "knn")
PREPOSITIONS = {
    "on": "the data", "as": "a name for the result", "to": "the file it is written to", "with": "a recipe",
    "from": "the file it is read from", "in": "the environment",
}  # fmt: skip
RESULTS: Sought = (Own("result"), Own("data"), *NUMBERS)


@value
class Position:
    """wanted: best first."""

    place: Place
    wanted: Sought


def position(text: str, offset: int, prompt: bool = False) -> Position:
    """What can stand at an offset of a text. prompt: of one that is typed at a prompt, where an expression may stand
    for itself."""
    place = place_at(text, offset)
    wanted = wanted_at(place)
    if prompt and not place.blocks and not place.silent and not place.text:
        wanted = _at_prompt(place, wanted)
    return Position(place, wanted)


def _at_prompt(place: Place, wanted: Sought) -> Sought:
    """Besides statements, or where none begins so, an expression."""
    first = place.line[0] if place.line else None
    if first is not None and (first.type in ("LET", "USE", "SET", "KIND") or str(first) in STATEMENTS):
        return wanted
    if place.before == "DOT":
        return (Fields(path_before(place.tail)),)
    return wanted if place.after_value else (*wanted, *RESULTS)


def wanted_at(place: Place) -> Sought:
    """What can stand at a place of a script."""
    if place.silent or "RBRACE" in [token.type for token in place.line]:  # a block ends a statement, or a line
        return ()
    if place.blocks:
        return _inside(place)
    if not place.line:
        return () if place.text or place.brackets else _statements()
    match place.line[0].type:
        case "LET":
            return _let(place)
        case "SET":
            return _set(place)
        case "USE":
            return (Files((".nn",)),) if place.text and len(place.line) == 1 else ()
        case "KIND":
            return _definition(place)
    return _action(place)


def _statements() -> Sought:
    verbs = tuple(verb for verb, row in STATEMENTS.items() if not row.later)
    return (
        Names("statement", verbs),
        Names("kind of definition", tuple(ROLES)),
        Names("first word", tuple(FIRST_WORDS)),
    )


def _let(place: Place) -> Sought:
    if "EQUAL" not in [token.type for token in place.line]:
        return ()
    if place.text:
        return (Files(READ),)
    return () if place.after_value or place.before == "DOT" else NUMBERS


def _set(place: Place) -> Sought:
    if len(place.line) == 1:
        return () if place.text else (Names("setting", tuple(row.name for row in SETTINGS)),)
    row = next((row for row in SETTINGS if row.name == place.line[1]), None)
    if row is None or place.text or row.form is None:
        return ()
    return value_of(place, row, row.form, place.line[2:])


# ---- blocks ----------------------------------------------------------------------------------------------------


def _inside(place: Place) -> Sought:
    """In a block: what it is of says what its lines are."""
    head, inner = place.blocks[0].head, place.blocks[1:]
    if not head:
        return ()
    word = str(head[0])
    if head[0].type == "KIND":
        if word in ("data", "recipe"):
            if inner:
                return ()
            return data_line(place) if word == "data" else option(place, "train", TRAINING)
        within_repeat = all(block.head and block.head[0] == "repeat" for block in inner)
        return body_line(place, word) if word in ROLES and within_repeat else ()
    row = STATEMENTS.get(word)
    if row is None or row.later or inner:
        return ()
    return _figure(place) if word == "plot" else option(place, word, row.options)


def _figure(place: Place) -> Sought:
    """The options of one figure, where it is named; else of what is drawn of the thing."""
    head = place.blocks[-1].head
    named = str(head[1]) if len(head) > 2 and head[2].type == "_CALL" else ""
    if place.line:
        return option(place, "plot", STATEMENTS["plot"].options)
    if named in PLOTS:
        return option(place, "plot", (*FIGURE, *PLOTS[named]))
    several = "COMMA" in [token.type for token in outside(head)]
    return (DrawnBy(() if several else drawn(head), place.blocks[-1].given),) if not place.text else ()


# ---- definitions -------------------------------------------------------------------------------------------------


def _definition(place: Place) -> Sought:
    """In the head of a definition, or in its equation."""
    kind = str(place.line[0])
    if place.text or kind not in ROLES:
        return ()
    types = [token.type for token in outside(place.line)]
    if "EQUAL" in types:
        return expression(place, kind, locals_of(place)) if kind not in ("data", "recipe") else ()
    if place.brackets:
        return _parameter(place, kind)
    match place.before:
        case "_FOR":
            return (Own("data"),)
        case "COLON":
            return (Names("kind of value", DIRECTIONS if kind == "metric" else KINDS),)
    can_be_for = kind == "network" and place.after_value and len(place.line) > 1 and "_FOR" not in types
    return (Names("word", ("for",), meaning="takes the shape of its input from the data"),) if can_be_for else ()


def _parameter(place: Place, kind: str) -> Sought:
    tail = place.tail
    if len(place.brackets) == 1 and place.before == "COLON":
        return (Names("kind of value", KINDS),)
    if len(tail) > 1 and "EQUAL" in [token.type for token in tail]:
        return expression(place, kind, locals_of(place))
    return ()


# ---- statements that do something ------------------------------------------------------------------------------------


def _action(place: Place) -> Sought:
    verb = str(place.line[0])
    row = STATEMENTS.get(verb)
    if row is None or row.later:
        return ()
    words = [str(token) for token in outside(place.line) if token.type == "PREPOSITION"]
    last = words[-1] if words else ""
    if place.text:
        fits = last in ("to", "from") and place.before == "PREPOSITION"
        return (Files(WRITTEN.get(verb, ())),) if fits else ()
    if place.before == "DOT":
        return (Fields(path_before(place.tail), parts=_names_data(place, verb, last), columns=verb == "plot"),)
    if not last:
        return _subject(place, verb, row)
    if place.after_value:
        return _clauses(row, words)
    if place.brackets:
        return ()
    follows: dict[str, Sought] = {"on": (Own("data"),), "with": (Defined(("recipe",)),)}
    return follows.get(last, ())


def _names_data(place: Place, verb: str, last: str) -> bool:
    """Whether a data set stands there, of which only parts can be meant."""
    return last == "on" or (not last and verb in ABOUT_DATA)


def _clauses(row: Statement, said: list[str]) -> Sought:
    left = tuple(word for word in row.clauses if word not in said)
    return tuple(Names("preposition", (word,), meaning=PREPOSITIONS[word]) for word in left)


def _subject(place: Place, verb: str, row: Statement) -> Sought:
    if place.after_value and len(place.line) > 1:
        return () if place.brackets else _clauses(row, [])
    if verb in ("print", "expect"):
        return RESULTS
    if place.brackets:
        return _drawn(place) if verb == "plot" else ()
    if not row.subject:
        return _clauses(row, [])
    if verb in ABOUT_DATA:
        return (Own("data"),)
    if verb == "show":
        return (Own("result"), Own("network"), Own("data"))
    if verb == "plot":
        return (Own("result", tuple(OF_RESULTS)), Own("network"), Own("data"), Names("figure", tuple(PLOTS), after="("))
    return (Own("network"), Own("model")) if verb in ASKED else (Own("network"),)


def _drawn(place: Place) -> Sought:
    """What a figure is drawn of, by its place among the arguments."""
    bracket = place.brackets[-1]
    figure = str(bracket.head[0]) if len(bracket.head) == 1 else ""
    if len(bracket.arguments) > 1 and figure != "curves":
        return (Own("data"), *((Own("network"),) if figure == "surface" else ()))
    return {
        "curves": (Own("result", ("run",)),), "confusion": (Own("result", ("evaluation",)),),
        "scatter": (Own("data"),), "histogram": (Own("data"), Own("network")),
        "pictures": (Own("data"), Own("result", ("answers",))),
        "forecast": (Own("network"), Own("result", ("sample",))),
        "boundary": (Own("network"), Own("model")), "fit": (Own("network"), Own("model")),
    }.get(figure, (Own("network"),) if figure in PLOTS else ())  # fmt: skip
