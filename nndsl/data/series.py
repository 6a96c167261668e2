"""Tables in long form: one step a row, series after series, each in the order of time.

In: a table as it was read, and which columns are a sequence or its target. Out: a `Series`: lists and texts in cells
are laid out step by step, and series that are told apart by a column stand one after the other. No cell is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.data.calendar import moments_of
from nndsl.data.chains import Rows
from nndsl.data.columns import Role
from nndsl.data.spec import DataSpec, Word
from nndsl.data.table import Column, Table, missing_cells
from nndsl.data.textfile import characters
from nndsl.data.words import counted
from nndsl.diagnostics import Label, fault
from nndsl.values import value


@value
class Series:
    """table: P rows, one a step. starts: [S + 1] where each series begins, and the end of the last.

    rows: [P] which row of the source each step is in; None where each is its own. names: of the series, where a column
    tells them apart. laid_out: each row of the source was one series.
    """

    table: Table
    starts: Rows
    rows: Rows | None = None
    names: tuple[str, ...] = ()
    laid_out: bool = False

    @property
    def count(self) -> int:
        """S."""
        return len(self.starts) - 1

    def source_rows(self, places: Rows) -> Rows:
        """Which rows of the source some steps are in."""
        return places if self.rows is None else self.rows[places]


def group_of(spec: DataSpec) -> Word | None:
    """The column that tells series apart: `by=` of the sequence, else that of the split."""
    assert spec.timing is not None
    return spec.timing.group or (spec.split.by if spec.split else None)


def series_of(
    spec: DataSpec, table: Table, inputs: Sequence[Role], targets: Sequence[Role], group: Word | None
) -> Series:
    """The table in long form. group: the column that tells series apart."""
    roles = (*inputs, *targets)
    listed = {role.word.text for role in roles if _is_list(table.columns[role.word.text])}
    if spec.timing is not None and spec.timing.window is None and group is None:
        listed |= {role.word.text for role in inputs if _is_text(table.columns[role.word.text])}
    if listed:
        if spec.timing is not None and spec.timing.when is not None:
            word = spec.timing.when
            raise fault("E0210", "each row holds a whole series: no column can order its steps", word.span)
        return _laid_out(spec, table, roles, listed, group)
    when = spec.timing.when if spec.timing is not None else None
    if when is not None and when.text not in table.columns:
        when = None  # of new series: as they are handed over
    if group is None and when is None:
        return Series(table, np.array([0, table.rows], np.int64))
    return _ordered(table, group, when)


def _is_list(column: Column) -> bool:
    return column.lengths is not None or bool(column.shape)


def _is_text(column: Column) -> bool:
    return column.is_text and not column.is_characters


# ---- one series a row ------------------------------------------------------------------------------


def _laid_out(spec: DataSpec, table: Table, roles: Sequence[Role], listed: set[str], group: Word | None) -> Series:
    """Each row of the source is a series: its lists step by step, its other cells again at each of them.

    roles: of the inputs and then the targets. listed: the columns that hold a list, or a text, in each row.
    """
    first = next(role for role in roles if role.word.text in listed)
    columns = {name: steps_of(table.columns[name]) for name in listed}
    lengths = columns[first.word.text].lengths
    assert lengths is not None
    inputs = {word.text for line in spec.inputs for word in line.columns}
    for role in roles:
        name = role.word.text
        if name in listed:
            _check_lengths(first.word.text, lengths, role, columns[name], table)
        elif name in inputs or role.every:
            raise fault(
                "E0522",
                f"`{name}` has one value in each row of `{table.shown}`, but a sequence has one for each step",
                role.word.span,
                labels=(Label(first.word.span, "a list in each row"),),
            )
    rows = np.repeat(np.arange(table.rows), lengths)
    flat = [
        Column(c.name, columns[c.name].values(), columns[c.name].shape, c.labels)
        if c.name in columns
        else Column(c.name, c.values()[rows], c.shape, c.labels)
        for c in table.columns.values()
        if c.name in columns or not _is_list(c)
    ]
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    names = () if group is None else tuple(table.columns[group.text].cell(row) for row in range(table.rows))
    return Series(Table.of(table.shown, flat, int(starts[-1])), starts, rows, names, laid_out=True)


def steps_of(column: Column) -> Column:
    """A column of lists, of arrays [T, ...] or of texts, as one of lists: its items one after the other."""
    if column.lengths is not None:
        return column
    if column.shape:
        values = column.values()
        count, steps = len(values), column.shape[0]
        flat = values.reshape(count * steps, *column.shape[1:])
        if flat.ndim == 1:
            flat = flat.astype(np.float64)
        return Column(column.name, flat, column.shape[1:], lengths=np.full(count, steps, np.int64))
    cells = column.values().tolist()
    texts = ["" if cell is None else str(cell) for cell in cells]
    return Column(column.name, characters("".join(texts)), lengths=np.array([len(text) for text in texts], np.int64))


def _check_lengths(first: str, lengths: Rows, role: Role, column: Column, table: Table) -> None:
    assert column.lengths is not None
    different = np.flatnonzero(lengths != column.lengths)
    if len(different):
        row = int(different[0])
        raise fault(
            "E0522",
            f"`{first}` has {counted(int(lengths[row]), 'step')} in row {row + 1} of `{table.shown}`, but "
            f"`{column.name}` has {int(column.lengths[row])}",
            role.word.span,
            help="the columns of a sequence have a value for each of its steps",
        )


# ---- series told apart by a column, steps ordered by one --------------------------------------------


def _ordered(table: Table, group: Word | None, when: Word | None) -> Series:
    """The rows of each value of `group` together, in the order of `when`, or of the source."""
    number, names = (np.zeros(table.rows, np.int64), ()) if group is None else _numbered(table, group)
    keys = [number] if when is None else [moments_of(table.columns[when.text], when.span), number]
    order = np.lexsort(keys).astype(np.int64)
    starts = np.concatenate([[0], np.cumsum(np.bincount(number))]).astype(np.int64)
    if when is not None:
        _check_moments(table, when, keys[0][order], starts, order)
    if np.array_equal(order, np.arange(len(order))):
        return Series(table, starts, None, names)
    plain = [c for c in table.columns.values() if c.lengths is None]
    columns = [Column(c.name, c.values()[order], c.shape, c.labels) for c in plain]
    return Series(Table.of(table.shown, columns, table.rows), starts, order, names)


def _numbered(table: Table, group: Word) -> tuple[Rows, tuple[str, ...]]:
    """([rows] the series of each row, in the order in which they begin; their names)."""
    column = table.columns[group.text]
    if column.is_block:
        raise fault("E0510", f"`{group.text}` holds arrays: it cannot tell series apart", group.span)
    values = column.values()
    gone = missing_cells(values)
    if gone.any():
        raise fault(
            "E0506",
            f"`{group.text}`, which tells series apart, is missing in {counted(int(gone.sum()), 'row')} of "
            f"`{table.shown}`, first in row {int(np.flatnonzero(gone)[0]) + 1}",
            group.span,
        )
    ids, first, codes = np.unique(values, return_index=True, return_inverse=True)
    place = np.empty(len(ids), np.int64)
    place[np.argsort(first, kind="stable")] = np.arange(len(ids))
    return place[codes], tuple(column.cell(int(row)) for row in np.sort(first))


def _check_moments(table: Table, when: Word, moments: NDArray[Any], starts: Rows, order: Rows) -> None:
    """No two steps of a series at the same time."""
    same = np.flatnonzero(moments[1:] == moments[:-1]) + 1
    same = same[~np.isin(same, starts)]
    if len(same):
        rows = sorted(int(row) + 1 for row in order[same[0] - 1 : same[0] + 1])
        moment = table.columns[when.text].cell(rows[0] - 1)
        raise fault(
            "E0523",
            f"two steps of a series are at the same time: `{when.text}` is `{moment}` in rows {rows[0]} and {rows[1]} "
            f"of `{table.shown}`",
            when.span,
            help="where these are steps of different series, write which column tells them apart, as in `by=station`",
        )
