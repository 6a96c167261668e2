"""How things are called: a definition, a function, a generator, a figure, an option with settings.

In: a name and what it may be. Out: a `Form`: its parameters as they are written, each with a meaning. All of it comes
from definitions and the compiler's tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nndsl.data.generators import GENERATORS
from nndsl.data.meanings import GENERATOR_SETTING_WORDS, SETTING_WORDS
from nndsl.data.splitting import SETTINGS as OF_SPLIT
from nndsl.data.types import PARTS
from nndsl.editor.place import divided
from nndsl.manual import one_line
from nndsl.manual.comments import read_comment
from nndsl.semantics.builtins import BUILTINS
from nndsl.semantics.cells import REVERSE, at_use
from nndsl.semantics.constants import FUNCTION_WORDS
from nndsl.semantics.options import Keys, Option
from nndsl.semantics.plot_forms import EXAMPLES
from nndsl.semantics.roles import ROLES, namespace
from nndsl.semantics.scopes import Entry, Scope
from nndsl.syntax import ast
from nndsl.syntax.layout import raw_tokens
from nndsl.syntax.text import to_text
from nndsl.syntax.tree import Token
from nndsl.values import value


@value
class Slot:
    """A parameter. name: empty where it is given by place alone. label: how it is written, with its default."""

    name: str
    label: str
    meaning: str = ""


@value
class Form:
    """slots: in the order in which they are given by place. at_use: those that can be given by name besides. call:
    whether they stand in parentheses; else behind a blank, as the settings of an option do."""

    name: str
    kind: str
    slots: tuple[Slot, ...]
    meaning: str
    at_use: tuple[Slot, ...] = ()
    call: bool = True


def called(roles: Sequence[str], name: str, scope: Scope) -> Entry | None:
    """The definition of one of some roles that a name means."""
    for role in roles:
        entry = scope.find(name, (namespace(role),)) if role in ROLES else None
        if entry is not None and entry.role in roles:
            return entry
    return None


def of_definition(entry: Entry, scope: Scope, whole: bool) -> Form:
    """whole: with the parameters that the language fills in elsewhere, as when an activation is called like a
    function."""
    definition = entry.definition
    told = dict(_told(definition))
    left = definition.parameters if whole else definition.parameters[ROLES[entry.role].fed :]
    slots = tuple(Slot(p.name, written(p), told.get(p.name, "")) for p in left)
    besides = tuple(Slot(name, f"{name}=...", _at_use(name)) for name in at_use(definition))
    return Form(entry.name, entry.role, slots, one_line(entry.role, entry.name, scope), besides)


def _told(definition: ast.Definition) -> Iterator[tuple[str, str]]:
    """What the comment above it says of its parameters."""
    names = [parameter.name for parameter in definition.parameters]
    for said, words in read_comment(definition.comment, names).arguments:
        yield from ((name, words) for name in said.split(", "))


def written(parameter: ast.Parameter) -> str:
    """`y: probability`, `lr=0.001`."""
    kind = f": {parameter.kind.text}" if parameter.kind is not None else ""
    return parameter.name + kind + (f"={to_text(parameter.default)}" if parameter.default is not None else "")


def _at_use(name: str) -> str:
    return "from the last step to the first" if name == REVERSE else f"the first value of the state `{name}`"


def of_function(name: str, given: int = 0) -> Form | None:
    """A function of equations; of several forms, the first that takes so many values."""
    row = BUILTINS.get(name)
    return _of_signature(name, "function", row.signature, given) if row is not None else None


def of_number_function(name: str, given: int = 0) -> Form | None:
    """A function of `let`, `print` and `expect`."""
    row = FUNCTION_WORDS.get(name)
    return _of_signature(name, "function of numbers", row[0], given) if row is not None else None


def _of_signature(name: str, kind: str, signature: str, given: int) -> Form:
    forms = [tuple(_slots(tokens)) for tokens in divided(raw_tokens(signature))]
    fitting = next((slots for slots in forms if by_place(slots) >= given or open_end(slots) is not None), forms[-1])
    return Form(name, kind, fitting, one_line(kind, name))


def by_place(slots: Sequence[Slot]) -> int:
    """How many can be given without a name: of a function, those that have none."""
    return sum(1 for slot in slots if not slot.name)


def _slots(tokens: Sequence[Token]) -> Iterator[Slot]:
    """The parameters of one form, `sum(x, axis=...)`."""
    for part in divided(tokens[2:-1]):
        if part:
            label = "".join(str(token) + (" " if token.type == "COMMA" else "") for token in part)
            yield Slot(str(part[0]) if len(part) > 1 and part[1].type == "EQUAL" else "", label)


def open_end(slots: Sequence[Slot]) -> int | None:
    """The number of the one that stands for any number of values."""
    return next((i for i, slot in enumerate(slots) if slot.label == "..."), None)


def of_generator(name: str) -> Form | None:
    """`moons(n=500, noise=0.1)`."""
    row = GENERATORS.get(name)
    if row is None:
        return None
    slots = tuple(Slot(s.name, f"{s.name}={s.default:g}", GENERATOR_SETTING_WORDS[s.name]) for s in row.settings)
    return Form(name, "generator", slots, one_line("generator", name))


def of_figure(name: str) -> Form | None:
    """`boundary(net, data)`."""
    example = EXAMPLES.get(name)
    if example is None:
        return None
    tokens = raw_tokens(example)
    end = next(i for i, token in enumerate(tokens) if token.type == "RPAR")
    return Form(name, "figure", tuple(_slots(tokens[: end + 1])), one_line("figure", name))


def of_option(verb: str, option: Option) -> Form | None:
    """`stop patience=..., monitor=validation.loss`; None where it has no settings."""
    if not isinstance(option.form, Keys):
        return None
    slots = tuple(Slot(o.name, f"{o.name}={o.default or '...'}", o.meaning) for o in option.form.options)
    return Form(option.name, f"option of {verb}", slots, one_line(f"option of {verb}", option.name), call=False)


def of_data_option(name: str) -> Form | None:
    """`window ..., stride=...`; None where it has no settings."""
    words = SETTING_WORDS.get(name)
    if words is None:
        return None
    if name == "split":
        parts = tuple(Slot(part, f"{part}=...", one_line("part", part)) for part in PARTS)
        first = (*parts,)
        words = {key: words[key] for key in OF_SPLIT}
    else:
        first = (Slot("", "VALUE"),)
    slots = tuple(Slot(key, f"{key}=...", word.meaning) for key, word in words.items())
    return Form(name, "option of data", (*first, *slots), one_line("option of data", name), call=False)
