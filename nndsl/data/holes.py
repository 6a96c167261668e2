"""Missing values in series: where they are, and filling them from the steps beside them.

In: a `Series`, the columns in use, the rule of `missing`. Out: which steps have no value, a fault that counts and
places them where no rule is given, and filled columns. What `missing mean` and its kin fill in is learnt in
`gaps.fill_of`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.data.chains import Rows
from nndsl.data.columns import Role
from nndsl.data.cutting import Stretch
from nndsl.data.series import Series
from nndsl.data.spec import Missing
from nndsl.data.table import Column, Table
from nndsl.data.words import counted, listed
from nndsl.diagnostics import Fault, fault

Mask = NDArray[np.bool_]
RULES = (
    "write `missing interpolate` (a straight line between the values beside a gap), `missing previous`, or "
    "`missing drop` (leaves out the windows with a gap)"
)
SHOWN = 5


def missing_of(series: Series, roles: Sequence[Role]) -> dict[str, Mask]:
    """[P] which steps miss each column, of those columns that miss any."""
    found: dict[str, Mask] = {}
    for name in dict.fromkeys(role.word.text for role in roles):
        column = series.table.columns[name]
        if not column.is_block and (gone := column.missing()).any():
            found[name] = gone
    return found


def gap_fault(series: Series, missing: Mapping[str, Mask], roles: Sequence[Role]) -> Fault:
    """E0520: how many values are missing, and where."""
    name, gone = max(missing.items(), key=lambda item: int(item[1].sum()))
    span = next(role.word.span for role in roles if role.word.text == name)
    places = np.flatnonzero(gone)
    stretches = stretches_of(gone)
    used = {role.word.text for role in roles}
    when = time_column(series, used)
    where = [_place(series, stretch, when) for stretch in stretches[:SHOWN]]
    more = f", and {len(stretches) - SHOWN} more" if len(stretches) > SHOWN else ""
    gaps = "" if len(stretches) == len(places) else f", in {counted(len(stretches), 'gap')}"
    others = [f"`{other}` at {int(mask.sum())}" for other, mask in missing.items() if other != name]
    return fault(
        "E0520",
        f"`{name}` is missing at {len(places)} of {series.table.rows} steps of `{series.table.shown}`{gaps}",
        span,
        notes=("missing in " + ", ".join(where) + more, *(["also missing: " + ", ".join(others)] if others else [])),
        help=RULES,
    )


def stretches_of(mask: Mask) -> list[Stretch]:
    """The stretches in which a mask holds."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _place(series: Series, stretch: Stretch, when: Column | None) -> str:
    """`row 7`, `rows 7 to 9 (19580705)`, as people count rows."""
    first, last = (int(row) + 1 for row in series.source_rows(np.array([stretch[0], stretch[1] - 1])))
    words = f"row {first}" if first == last else f"rows {first} to {last}"
    return words if when is None else f"{words} ({when.cell(stretch[0])})"


def time_column(series: Series, used: set[str]) -> Column | None:
    """The first column not in use that grows from step to step in each series: it can say when a step was."""
    if series.laid_out or series.table.rows < 2:
        return None
    inside = np.ones(series.table.rows - 1, np.bool_)
    inside[series.starts[1:-1] - 1] = False
    for column in series.table.columns.values():
        if column.name in used or column.is_block or column.is_characters or column.lengths is not None:
            continue
        values = column.values()
        if column.missing().any() or (column.is_text and not values[0][:1].isdigit()):
            continue
        if bool(np.all((values[1:] > values[:-1])[inside])):
            return column
    return None


# ---- filling ------------------------------------------------------------------------------------------


def filled(
    series: Series, rule: Missing, missing: Mapping[str, Mask], stretches: Sequence[Stretch]
) -> tuple[Series, int]:
    """The series with gaps filled from the steps beside them, and how many values that were.

    stretches: of one series and one part each: nothing is filled from beyond a border. What no step can fill stays
    missing.
    """
    columns = dict(series.table.columns)
    count = 0
    for name, gone in missing.items():
        column = columns[name]
        if rule.rule == "interpolate":
            if column.is_text:
                raise fault(
                    "E0506",
                    f"`missing interpolate` cannot fill {listed([name])}, which holds texts",
                    rule.span,
                    help="write `missing previous` (the value of the step before) or `missing drop`",
                )
            values: NDArray[Any] = _interpolated(column, gone, stretches)
        else:
            values = _previous(column, gone, series.starts)
        columns[name] = made = Column(name, values, column.shape, column.labels)
        count += int(gone.sum()) - int(made.missing().sum())
    table = Table(series.table.shown, columns, series.table.rows)
    return Series(table, series.starts, series.rows, series.names, series.laid_out), count


def _interpolated(column: Column, gone: Mask, stretches: Sequence[Stretch]) -> NDArray[np.float64]:
    values = np.array(column.values(), np.float64)
    for first, stop in stretches:
        lacking = np.flatnonzero(gone[first:stop])
        known = np.flatnonzero(~gone[first:stop])
        if len(lacking) and len(known):
            values[first + lacking] = np.interp(lacking, known, values[first + known])
    return values


def _previous(column: Column, gone: Mask, starts: Rows) -> NDArray[Any]:
    places = np.where(gone, -1, np.arange(len(gone)))
    begins = np.zeros(len(gone), np.int64)
    begins[starts[:-1][starts[:-1] < len(gone)]] = 1
    series = np.cumsum(begins)
    last = np.maximum.accumulate(places)
    fits = (last >= 0) & (series[np.maximum(last, 0)] == series)
    values = np.array(column.values())
    values[gone & fits] = values[last[gone & fits]]
    return values
