"""Columns of a data set that is being written: its table is read beside the conversation, so that no key waits for it.

In: what is known, and the text of an entry. Out: the same with the columns of the entry's data sets, as soon as their
tables have been read. A small table is there at once.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from nndsl.diagnostics import Collector, Source
from nndsl.editor.known import Known, Table, half_written
from nndsl.interactive.lines import read_by, seen_in
from nndsl.syntax import ast, parse

WAIT_S = 0.02  # for a table that is small: a completion has 0.05 s
MOST_KEPT = 8

Key = tuple[object, ...]


@dataclass(slots=True)
class _Reading:
    """A table under way. table: once it is there."""

    table: Table | None = None


@dataclass(slots=True)
class Columns:
    """The tables that entries of one session have named, by what they name."""

    readings: dict[Key, _Reading] = field(default_factory=dict)

    def known(self, before: Known, text: str) -> Known:
        """With the columns of data sets that a text defines, those that are there by now."""
        if "data" not in text:
            return before
        tables = {name: table for name, table in self._tables(before, text) if table is not None}
        return replace(before, data={**before.data, **tables}) if tables else before

    def _tables(self, before: Known, text: str) -> Iterator[tuple[str, Table | None]]:
        for statement in parse(Source("<entry>", text), Collector()).statements:
            if not isinstance(statement, ast.Definition) or statement.kind != "data" or before.folder is None:
                continue
            options = read_by(statement)
            if not options:
                continue
            key = (statement.name, options, seen_in(statement, before.folder, {}))
            if key not in self.readings:
                self.readings[key] = self._begin(statement, before)
                while len(self.readings) > MOST_KEPT:
                    self.readings.pop(next(iter(self.readings)))
            yield statement.name, self.readings[key].table

    def _begin(self, definition: ast.Definition, before: Known) -> _Reading:
        reading = _Reading()

        def read() -> None:
            with contextlib.suppress(Exception):  # a fault is told when the entry is checked
                reading.table = half_written(definition, before.folder, before.constants)

        thread = threading.Thread(target=read, name="nndsl-columns", daemon=True)
        thread.start()
        thread.join(WAIT_S)
        return reading
