"""Help within a call: what is called, its parameters with their defaults, and which of them is being written.

In: a text, an offset, what is known. Out: a `Help`, or None where no call and no option with settings is open. Never
raises.
"""

from __future__ import annotations

from dataclasses import replace

from nndsl.editor.forms import (
    Form,
    Slot,
    called,
    of_data_option,
    of_definition,
    of_figure,
    of_function,
    of_generator,
    of_number_function,
    of_option,
    open_end,
)
from nndsl.editor.known import Known, nothing_known
from nndsl.editor.place import Bracket, Place, divided, key_of, place_at
from nndsl.editor.position import wanted_at
from nndsl.editor.said import with_text
from nndsl.editor.wanted import Parameters
from nndsl.semantics.options import STATEMENTS, TRAINING
from nndsl.semantics.roles import ROLES
from nndsl.values import value


@value
class Help:
    """label: how it is called, `adam(lr=0.001, beta1=0.9)`. slots: its parameters. spans: where each stands in the
    label. active: the number of the one at the cursor; None where it is none of them. kind: as the manual calls what is
    called. meaning: one line."""

    label: str
    slots: tuple[Slot, ...]
    spans: tuple[tuple[int, int], ...]
    active: int | None
    kind: str
    meaning: str


def signature(text: str, offset: int, known: Known | None = None) -> Help | None:
    """Of the innermost call at an offset; else of the option of the line."""
    place = place_at(text, offset)
    if place.silent and not place.brackets and not place.line:
        place = _before_number(text, offset, place)
    while place.brackets:
        bracket = place.brackets[-1]
        if bracket.name:
            now = with_text(known or nothing_known(), text, offset)
            form = _form(place, bracket, now)
            return _help(form, _active(form, bracket)) if form is not None else None
        place = replace(place, brackets=place.brackets[:-1])
    return _option(place)


def _before_number(text: str, offset: int, place: Place) -> Place:
    """A number or a text that is being written is an argument too; a comment is not."""
    if place.word.startswith("#"):
        return place
    return place_at(text[: place.start] + text[offset:], place.start)


# ---- what is called ----------------------------------------------------------------------------------------------


def _form(place: Place, bracket: Bracket, known: Known) -> Form | None:
    """What the name means there: what completion would look for parameters of."""
    fresh = replace(bracket, arguments=(*bracket.arguments[:-1], ()))
    at_start = replace(place, word="", text=False, brackets=(*place.brackets[:-1], fresh))
    wanted = next((one for one in wanted_at(at_start) if isinstance(one, Parameters)), None)
    name, count = bracket.name, bracket.by_place + (not key_of(bracket.arguments[-1]))
    if wanted is None:
        first = str(place.line[0]) if place.line else ""
        is_figure = first == "plot" and not place.blocks and len(place.brackets) == 1
        return of_figure(name) if is_figure else of_number_function(name, count)
    entry = called(wanted.roles, name, known.scope)
    if entry is not None:
        whole = "function" in wanted.roles and bool(ROLES[entry.role].fed) and not _after_arrow(place, bracket)
        return of_definition(entry, known.scope, whole)
    if "generator" in wanted.roles:
        return of_generator(name)
    return of_function(name, count) if "function" in wanted.roles else of_number_function(name, count)


def _after_arrow(place: Place, bracket: Bracket) -> bool:
    """Whether something flows into what is called."""
    outer = place.brackets[-2].arguments[-1] if len(place.brackets) > 1 else place.line
    before = outer[: len(outer) - len(bracket.head)]
    return bool(before) and before[-1].type == "ARROW"


def _option(place: Place) -> Help | None:
    """Of an option with settings, as `stop patience=5`."""
    if not place.blocks or not place.line or not place.blocks[0].head or len(place.blocks) > 1:
        return None
    owner, name = str(place.blocks[0].head[0]), str(place.line[0])
    if owner == "data":
        form = of_data_option(name)
    else:
        rows = TRAINING if owner == "recipe" else STATEMENTS[owner].options if owner in STATEMENTS else ()
        row = next((row for row in rows if row.name == name and not row.later), None)
        form = of_option("train" if owner == "recipe" else owner, row) if row is not None else None
    if form is None:
        return None
    line = Bracket("_CALL", place.line[:1], divided(place.line[1:]))
    return _help(form, _active(form, line))


# ---- which parameter is being written ----------------------------------------------------------------------------


def _active(form: Form, bracket: Bracket) -> int | None:
    """The one that is named, else the next of those that are given by place."""
    slots = (*form.slots, *form.at_use)
    key = key_of(bracket.arguments[-1])
    if key:
        return next((i for i, slot in enumerate(slots) if slot.name == key), None)
    if not form.call and form.slots and form.slots[0].name:  # all settings have names: the first that is not there
        return next((i for i, slot in enumerate(slots) if slot.name not in bracket.given), None)
    end = open_end(form.slots)
    first = bracket.by_place if end is None else min(bracket.by_place, end)
    left = [i for i, slot in enumerate(form.slots) if i >= first and not (slot.name and slot.name in bracket.given)]
    return left[0] if left else None


def _help(form: Form, active: int | None) -> Help:
    opening = "(" if form.call else " "
    shown = (*form.slots, *(slot for i, slot in enumerate(form.at_use, len(form.slots)) if i == active))
    label, spans = form.name + opening, []
    for i, slot in enumerate(shown):
        label += ", " if i else ""
        spans.append((len(label), len(label) + len(slot.label)))
        label += slot.label
    label += ")" if form.call else ""
    if active is not None and active >= len(form.slots):
        active = len(form.slots)
    return Help(label, shown, tuple(spans), active, form.kind, form.meaning)
