"""Figures of series: what was, what came, and what a network said would come."""

from __future__ import annotations

import numpy as np

from nndsl.show.figures import Axis, Figure, Labels, Layer, Line, Numbers, Panel, Paths
from nndsl.show.looks import short
from nndsl.show.palette import QUIET
from nndsl.values import value


@value
class Series:
    """One column over time. history: before the forecast begins, [h]. forecast: [f], from the step after it. truth:
    what came, [t]; empty where it is not known. name: of the column. begin: how many steps there were before the
    history."""

    name: str
    history: Numbers
    forecast: Numbers
    truth: Numbers
    begin: int = 0


def forecast(series: list[Series], step: str, title: str, subtitle: str = "") -> Figure:
    """A panel for each series. step: what the axis counts."""
    panels = tuple(_panel(one, step) for one in series)
    return Figure(title, panels, subtitle, tuple(_fact(one) for one in series), columns=1)


def _panel(series: Series, step: str) -> Panel:
    begin = series.begin + len(series.history)
    layers: list[Layer] = []
    before = np.arange(series.begin + 1, begin + 1, dtype=np.float64)
    ahead = np.arange(begin + 1, begin + 1 + max(len(series.forecast), len(series.truth)), dtype=np.float64)
    last = series.history[-1:]  # lines go on from here, without a gap
    start = before[-1:]
    if len(before):
        layers.append(Line(before, series.history, "history" if not len(series.truth) else "truth", width=1.6))
    if len(series.truth):
        y = np.concatenate([last, series.truth])
        layers.append(Line(np.concatenate([start, ahead[: len(series.truth)]]), y, "truth", width=1.6))
    y = np.concatenate([last, series.forecast])
    layers.append(Line(np.concatenate([start, ahead[: len(series.forecast)]]), y, "forecast", width=2.2))
    every = np.concatenate([series.history, series.truth, series.forecast])
    known = every[np.isfinite(every)]
    if len(before) and len(known):
        rule = np.array([[begin, known.min()], [begin, known.max()]], np.float64)
        layers.insert(0, Paths((rule,), QUIET, 1.0, dashed=True))
        top = np.array([float(begin)]), np.array([float(known.max())])
        layers.append(Labels(*top, ("forecast begins",), "right", -6, 2, 10.5, (QUIET,), halo=True))
    return Panel(tuple(layers), Axis(step, whole=True), Axis(series.name), "", 620, 260)


def _fact(series: Series) -> str:
    many = min(len(series.truth), len(series.forecast))
    text = f"{series.name}: {len(series.forecast)} steps after row {series.begin + len(series.history)}"
    if not many:
        return text + "."
    missed = np.sqrt(np.nanmean((series.truth[:many] - series.forecast[:many]) ** 2))
    return f"{text}, root mean square error {short(float(missed))}."
