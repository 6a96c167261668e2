"""What stands after a dot: fields of results, parts and columns of data sets, states of what a cell gives.

In: names with dots between them, and what is known. Out: (name, kind, meaning) of each field.
"""

from __future__ import annotations

from collections.abc import Iterator

from nndsl.data.types import PARTS
from nndsl.editor.known import Known, Table
from nndsl.editor.wanted import Fields
from nndsl.manual import one_line
from nndsl.manual.fields import RESULT_WORDS
from nndsl.semantics.cells import states
from nndsl.semantics.results import Record, Type

Field = tuple[str, str, str]
TYPES = {
    "number": "a number", "numbers": "a list of numbers", "matrix": "a table", "text": "a text",
    "texts": "a list of texts", "column": "a column", "truth": "a truth value",
}  # fmt: skip


def fields(wanted: Fields, known: Known) -> Iterator[Field]:
    """All that can stand there."""
    if not wanted.path:
        return
    first, *rest = wanted.path
    cell = known.scope.find(wanted.cell, ("flow",)) if wanted.cell else None
    if cell is not None and cell.role == "cell" and not rest:
        yield from (
            (state.text, "state", f"a state of `{cell.name}`, at every step") for state in states(cell.definition)
        )
        return
    table = known.data.get(first)
    if wanted.columns and first in known.networks:
        yield from _of_network(known.weights(first), rest)
        return
    if table is not None and (wanted.parts or wanted.columns):
        yield from _of_table(table, rest, wanted.parts)
        return
    found: Type = known.results.get(first) or (table.record if table is not None else "anything")
    for name in rest:
        found = found.fields.get(name, "anything") if isinstance(found, Record) else "anything"
    if isinstance(found, Record):
        yield from ((name, *_described(found, name, kind)) for name, kind in found.fields.items())
    elif table is not None and not rest:
        yield from _of_table(table, rest, False)


def _of_table(table: Table, rest: list[str], parts_only: bool) -> Iterator[Field]:
    """Parts, then columns; of a part its columns."""
    parts = table.parts or dict.fromkeys(PARTS, 0)  # of data that do not check, all there may be
    if not rest:
        yield from ((p, "part", _of_part(p, table)) for p in PARTS if p in parts)
    if not parts_only and (not rest or rest[0] in PARTS):
        yield from ((c.name, "column", f"{c.kind}, a column" if c.kind else "a column") for c in table.columns)


def _of_network(weights: tuple[str, ...], rest: list[str]) -> Iterator[Field]:
    """Layers of a network, then their weights."""
    for name in dict.fromkeys(_below(weight.split("."), rest) for weight in weights):
        if name:
            is_weight = ".".join((*rest, name)) in weights
            yield (name, "weight" if is_weight else "layer", "a weight" if is_weight else "a use of a layer")


def _below(path: list[str], rest: list[str]) -> str:
    """The name that follows `rest` in a path; empty where it leads elsewhere."""
    return path[len(rest)] if path[: len(rest)] == rest and len(path) > len(rest) else ""


def _described(record: Record, name: str, kind: Type) -> tuple[str, str]:
    """(kind, meaning) of a field."""
    if isinstance(kind, Record):
        return (kind.kind, kind.words)
    if kind == "column":
        return ("column", "a column")
    of = RESULT_WORDS[record.kind].article if record.kind in RESULT_WORDS else "a result"
    return (f"field of {of}", one_line(f"field of {of}", name) or TYPES.get(kind, ""))


def _of_part(part: str, table: Table) -> str:
    words = one_line("part", part)
    return f"{table.parts[part]} rows. {words}" if part in table.parts else words
