"""The names that answer what is wanted at a place: from the tables, the library, and what is known of a text.

In: a `Wanted` and a `Known`. Out: candidates, in no order that matters. No file is opened, no table is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from nndsl.editor.fields import fields
from nndsl.editor.forms import Form, called, of_definition, of_function, of_generator
from nndsl.editor.known import Known, is_record
from nndsl.editor.wanted import Columns, Defined, DrawnBy, Fields, Locals, Names, Own, Parameters, Wanted
from nndsl.manual import one_line
from nndsl.semantics.constants import describe
from nndsl.semantics.options import FIGURE, PLOTS, STATEMENTS
from nndsl.semantics.plots import OF_RESULTS
from nndsl.semantics.results import Record
from nndsl.semantics.roles import ROLES
from nndsl.semantics.scopes import Entry, Scope
from nndsl.values import value


@value
class Candidate:
    """name: as it is shown. after: what is written behind it. meaning: asked for only where the candidate is offered.
    own: whether the user has made it. place: where it stands among those that are given in an order."""

    name: str
    kind: str
    meaning: Callable[[], str]
    after: str = ""
    own: bool = False
    place: int = 0


def candidates(wanted: Wanted, known: Known, inside: str = "") -> Iterator[Candidate]:
    """All names that answer. inside: the definition that is being written, which never means itself."""
    match wanted:
        case Names():
            yield from _names(wanted)
        case Defined():
            yield from _defined(wanted, known, inside)
        case Own():
            yield from _own(wanted, known)
        case Columns():
            yield from _columns(wanted, known)
        case Fields():
            yield from (Candidate(name, kind, _said(words), own=True) for name, kind, words in fields(wanted, known))
        case Parameters():
            yield from _parameters(wanted, known)
        case DrawnBy():
            yield from _names(Names("option of plot", _options_of_figure(wanted, known)))
        case Locals():
            yield from (Candidate(name, what, _said(LOCALS.get(what, what)), own=True) for name, what in wanted.names)


LOCALS = {
    "parameter": "a parameter of this definition", "input": "what comes in", "size": "a size of what comes in",
    "weight": "a weight of this body", "state": "a state of this body", "value": "a value of this body",
    "next value": "what it becomes at a step", "column": "the value that comes in",
}  # fmt: skip


def _said(words: str) -> Callable[[], str]:
    return lambda: words


def _in_manual(kind: str, name: str) -> str:
    return one_line(kind, name) or f"a {kind}"


def _names(wanted: Names) -> Iterator[Candidate]:
    for place, name in enumerate(wanted.names):
        meaning = _said(wanted.meaning) if wanted.meaning else partial(_in_manual, wanted.kind, name)
        yield Candidate(name, wanted.kind, meaning, wanted.after, place=place if wanted.after == "=" else 0)


# ---- definitions -------------------------------------------------------------------------------------------------


def _defined(wanted: Defined, known: Known, inside: str) -> Iterator[Candidate]:
    for entry in definitions(known.scope):
        if entry.role not in wanted.roles or entry.name in wanted.given or (entry.name == inside and not entry.library):
            continue
        meaning = partial(one_line, entry.role, entry.name, None if entry.library else known.scope)
        yield Candidate(entry.name, entry.role, meaning, own=not entry.library)


def definitions(scope: Scope) -> Iterator[Entry]:
    """Those that a text sees, each name of a namespace once."""
    seen: set[tuple[str, str]] = set()
    at: Scope | None = scope
    while at is not None:
        for key, entry in at.entries.items():
            if key not in seen:
                seen.add(key)
                yield entry
        at = at.outer


def _parameters(wanted: Parameters, known: Known) -> Iterator[Candidate]:
    """Those that are not given yet."""
    form = form_of(wanted, known)
    if form is None:
        return
    fed = ROLES[form.kind].fed if form.kind in ROLES else 0
    left = form.slots if fed else form.slots[wanted.by_place :]
    for place, slot in enumerate((*left, *form.at_use)):
        if slot.name and slot.name not in wanted.given:
            words = slot.meaning or f"a parameter of `{form.name}`"
            yield Candidate(slot.name, "parameter", _said(words), "=", place=place)


def form_of(wanted: Parameters, known: Known) -> Form | None:
    """How that is called which has these parameters."""
    entry = called(wanted.roles, wanted.name, known.scope)
    if entry is not None:
        return of_definition(entry, known.scope, whole=False)
    if "generator" in wanted.roles:
        return of_generator(wanted.name)
    return of_function(wanted.name) if "function" in wanted.roles else None


# ---- what the script has made ------------------------------------------------------------------------------------


def _own(wanted: Own, known: Known) -> Iterator[Candidate]:
    match wanted.what:
        case "data":
            for name in known.data:
                yield Candidate(name, "data", partial(_of_data, name, known), own=True)
        case "network":
            for name, data in known.networks.items():
                words = f"a network, for `{data}`" if data else "a network"
                yield Candidate(name, "network", _said(words), own=True)
        case "object":
            for name in known.objects:
                yield Candidate(name, "object", _said("a Python object"), own=True)
        case "model":
            for name in sorted(known.models):
                yield Candidate(name, "model", _said("can be asked like a network"), own=True)
        case "constant":
            for name, found in known.constants.items():
                yield Candidate(name, "constant", partial(_of_constant, found), own=True)
        case "result":
            for name, kind in known.results.items():
                if is_record(kind, *wanted.kinds):
                    words = kind.words if isinstance(kind, Record) else "a result"
                    yield Candidate(name, kind.kind if isinstance(kind, Record) else "result", _said(words), own=True)


def _of_data(name: str, known: Known) -> str:
    table = known.data[name]
    parts = ", ".join(f"{part} {rows}" for part, rows in table.parts.items())
    columns = f"{len(table.columns)} columns" if len(table.columns) != 1 else "1 column"
    return "a data set" + (f": {columns}" if table.columns else "") + (f"; rows: {parts}" if parts else "")


def _of_constant(found: Any) -> str:
    return "a constant" if found is None else describe(found)


def _columns(wanted: Columns, known: Known) -> Iterator[Candidate]:
    table = known.data.get(wanted.data)
    for column in table.columns if table is not None else ():
        if column.name not in wanted.given:
            of = f"of `{wanted.data}`"
            yield Candidate(
                column.name, "column", _said(f"{column.kind}, a column {of}" if column.kind else of), own=True
            )


def _options_of_figure(wanted: DrawnBy, known: Known) -> tuple[str, ...]:
    figure = figure_of(wanted.path, known)
    rows = (*FIGURE, *PLOTS[figure]) if figure is not None else STATEMENTS["plot"].options
    return tuple(row.name for row in rows if row.name not in wanted.given)


def figure_of(path: tuple[str, ...], known: Known) -> str | None:
    """The figure that is drawn of a thing alone; None where that is not known."""
    if not path:
        return "curves"  # of several runs
    found = known.results.get(path[0])
    if path[0] in known.networks:
        return "network" if len(path) == 1 else "histogram"
    if isinstance(found, Record) and found.kind in OF_RESULTS:
        return OF_RESULTS[found.kind]
    if path[0] in known.data:
        return "scatter" if len(path) == 1 or path[-1] in known.data[path[0]].parts else "histogram"
    return None
