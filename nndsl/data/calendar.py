"""When the steps of a series were, as far as a column says it: whether they are evenly spaced.

In: a column that grows from step to step: numbers, dates as ISO texts, dates as numbers (19580329). Out: a sentence
where the steps are not evenly spaced. Nothing is made even.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.data.chains import Rows
from nndsl.data.table import Column, plain
from nndsl.data.words import counted
from nndsl.diagnostics import Span, fault

Moments = NDArray[Any]  # [P], integers or floats
FIRST, LAST = 1000_01_01, 2999_12_31  # numbers that may be dates
UNITS = {"M": "month", "D": "day", "h": "hour", "m": "minute", "s": "second"}


def moments_of(column: Column, span: Span) -> Moments:
    """[P] numbers that grow with time. Raises a fault where the column holds no times, or misses some."""
    gone = column.missing() if not column.is_block and column.lengths is None else np.ones(1, np.bool_)
    found = None if column.is_block or column.lengths is not None or column.is_characters else _moments(column, gone)
    if found is None:
        raise fault(
            "E0505",
            f"`{column.name}` does not say when a step was: it holds neither numbers nor dates",
            span,
            help="write dates as `2024-12-31`, or `2024-12-31 23:59`",
        )
    if gone.any():
        raise fault(
            "E0506",
            f"`{column.name}`, which orders the steps, is missing in {counted(int(gone.sum()), 'row')}, first in row "
            f"{int(np.flatnonzero(gone)[0]) + 1}",
            span,
        )
    return found[0]


def falls(column: Column) -> bool:
    """Whether a column of dates runs backwards from row to row."""
    if not column.is_text or column.is_characters or column.lengths is not None or column.missing().any():
        return False
    values = column.values()
    if len(values) < 3 or not str(values[0])[:4].isdigit() or not bool(np.all(values[1:] < values[:-1])):
        return False
    return _of_texts(values) is not None


def unevenness(column: Column, starts: Rows, rows: Rows | None) -> str | None:
    """`date` is not evenly spaced, in words; None where it is, or where the column says nothing of time.

    starts: where each series begins. rows: which row of the source each step is in.
    """
    found = _moments(column, np.zeros(1, np.bool_))
    if found is None:
        return None
    moments, unit = found
    steps = np.diff(moments)
    inside = np.ones(len(steps), np.bool_)
    inside[starts[1:-1] - 1] = False  # from the end of one series to the next is no step
    steps, places = steps[inside], np.flatnonzero(inside)
    if len(steps) < 2:
        return None
    values, counts = np.unique(np.round(steps.astype(np.float64), 9), return_counts=True)
    usual = float(values[np.argmax(counts)])
    other = np.flatnonzero(np.abs(steps - usual) > 1e-6 * max(abs(usual), 1e-300))
    if not len(other):
        return None
    place = int(places[other[0]]) + 1
    row = (place if rows is None else int(rows[place])) + 1
    apart = counted(int(usual), unit) if unit and usual == int(usual) else plain(usual)
    return (
        f"`{column.name}` is not evenly spaced: {apart} from step to step mostly, but not at {len(other)} of "
        f"{len(steps)}, first at row {row}"
    )


def _moments(column: Column, gone: NDArray[np.bool_]) -> tuple[Moments, str] | None:
    """(numbers that count time, what they count; empty where that is not known)."""
    values = column.values()
    if values.dtype == object:
        return _of_texts(values[~gone] if gone.any() else values)
    if gone.any():
        return np.zeros(0), ""
    whole = values == np.floor(values)
    if whole.all() and values.min() >= FIRST and values.max() <= LAST:
        texts = np.array([f"{int(v) // 10000:04}-{int(v) // 100 % 100:02}-{int(v) % 100:02}" for v in values], object)
        dates = _of_texts(texts)
        if dates is not None:
            return dates
    return np.asarray(values, np.float64), ""


def _of_texts(values: NDArray[Any]) -> tuple[Moments, str] | None:
    try:
        dates = np.array([str(v).replace("/", "-") for v in values.tolist()], "datetime64")
    except ValueError:
        return None
    unit = np.datetime_data(dates.dtype)[0]
    if unit not in UNITS and unit != "Y":
        dates, unit = dates.astype("datetime64[s]"), "s"
    if unit == "Y":
        return dates.astype(np.int64), "year"
    if unit == "D":
        months = dates.astype("datetime64[M]")
        days = (dates - months).astype(np.int64)
        ends = ((dates + np.timedelta64(1, "D")).astype("datetime64[M]") != months).all()
        if len(np.unique(months)) == len(months) and ((days == days[0]).all() or ends):
            return months.astype(np.int64), "month"
    return dates.astype(np.int64), UNITS[unit]
