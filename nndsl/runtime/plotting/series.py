"""Figures of series: a network's forecasts for a part, and a series that it has gone on with.

In: a network or a result of a session. Out: figures, with what was and what came. Steps are counted as rows of the
source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nndsl.runtime import answers
from nndsl.runtime.plotting.rows import numbers, told
from nndsl.runtime.results import Answers, Forecast
from nndsl.semantics.drawings import Continuation, Forecasts
from nndsl.semantics.program import Predict
from nndsl.show.figures import Figure
from nndsl.show.forecast import Series, forecast

if TYPE_CHECKING:
    from nndsl.runtime.session import Session

BEFORE = 3  # times as many steps of the past are shown as are forecast
LEAST = 48  # and at least so many
Numbers = NDArray[np.float64]


def of_part(drawing: Forecasts, session: Session) -> Figure:
    """Each row of the part as it was forecast with the least lead, over what came."""
    rows, asked = drawing.rows, drawing.asked
    part = rows.part or "train"
    dataset, state = session.dataset(rows.data), session.networks[asked.name]
    action = Predict("", asked.name, rows.data, part, rows.span, asked.span, rows.span)
    found, _ = answers.predict(action, state, dataset, session.program.settings.seed)
    series = []
    for column, values in found.columns.items():
        truth = numbers(dataset.column(column, part))
        told_at = _by_row(found, np.asarray(values, np.float64), len(truth))
        at = np.flatnonzero(np.isfinite(told_at))
        first, last = int(at[0]), int(at[-1]) + 1
        begin = max(0, first - max(LEAST, last - first))
        series.append(Series(column, truth[begin:first], told_at[first:last], truth[first:last], begin))
    title = f"What {asked.name} forecasts for {told(rows)}"
    return forecast(series, f"row of {rows.data}", title, _lead(found))


def _by_row(found: Answers, values: Numbers, count: int) -> Numbers:
    """[rows of the source] the forecast with the least lead; no number where there is none."""
    told_at = np.full(count, np.nan)
    if found.step_rows is None:
        told_at[found.row_numbers - 1] = values.reshape(len(values))
        return told_at
    for step in range(found.step_rows.shape[1] - 1, -1, -1):  # the nearest last, over what was told further ahead
        there = found.step_rows[:, step] > 0
        told_at[found.step_rows[there, step] - 1] = values[there, step]
    return told_at


def _lead(found: Answers) -> str:
    return f"{found.rows:,} forecasts" + (
        "" if found.step_rows is None else f" of {found.step_rows.shape[1]} steps each"
    )


def of_sample(drawing: Continuation, session: Session) -> Figure:
    """What the network has seen, what it said would come, and what came, as far as that is known."""
    found = session.results[drawing.sample]
    assert isinstance(found, Forecast)
    dataset = session.dataset(found.data)
    series = []
    for column, values in found.columns.items():
        past = numbers(dataset.column(column)) if found.after is not None else np.zeros(0)
        after = found.after or 0
        begin = max(0, after - max(LEAST, BEFORE * found.length))
        came = past[after : after + found.length]
        series.append(Series(column, past[begin:after], numbers(np.asarray(values)), came, begin))
    title = f"What {found.network} forecasts after {found.data}: {found.name}"
    return forecast(series, f"row of {found.data}", title, f"{found.length} steps, each seen as true by the next")
