"""Figures of training: how loss and metrics went from epoch to epoch, of one run or of several."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from nndsl.show.figures import Axis, Figure, Labels, Layer, Line, Numbers, Panel, Paths, Points
from nndsl.show.looks import short
from nndsl.show.palette import QUIET
from nndsl.values import value

VALIDATION = "validation_"
PARTS = ("training", "validation")
MANY = 300  # epochs, above which lines are thinner
LONG = 80  # letters of names that fit a title
WIDE = 50.0  # greatest by least number from which an axis is logarithmic


@value
class History:
    """What a run left. columns: for each key (`loss`, `validation_loss`, metrics) a number an epoch. best: the epoch
    whose weights are the best, from 1; 0 where there is none."""

    name: str
    columns: Mapping[str, Sequence[float]]
    best: int = 0


def curves(histories: Sequence[History], title: str = "") -> Figure:
    """A panel for the loss and one for each metric. One run: a colour for each part. Several: a colour for each run,
    solid on the training part and dashed on the validation part."""
    keys = dict.fromkeys(key.removeprefix(VALIDATION) for history in histories for key in history.columns)
    order = sorted(keys, key=lambda key: key != "loss")
    panels = tuple(_panel(key, histories, len(order)) for key in order)
    names = ", ".join(history.name for history in histories)
    title = title or f"Training of {names if len(names) <= LONG else f'{len(histories)} runs'}"
    return Figure(title, panels, facts=tuple(_facts(histories)), columns=2 if len(order) < 5 else 3)


def _panel(key: str, histories: Sequence[History], count: int) -> Panel:
    layers: list[Layer] = []
    for history in histories:
        layers += _of_run(key, history, len(histories) == 1)
    every = np.concatenate([layer.y for layer in layers if isinstance(layer, Line)])
    known = every[np.isfinite(every)]
    log = bool(len(known)) and known.min() > 0 and known.max() > WIDE * known.min()
    words = key.replace("_", " ")
    width, height = (440, 280) if count < 5 else (300, 200)
    return Panel(tuple(layers), Axis("epoch", whole=True), Axis(words, log=log), words, width, height)


def _of_run(key: str, history: History, alone: bool) -> Iterator[Layer]:
    """The lines of one run, on both parts, and its best epoch."""
    found = {part: history.columns.get(prefix + key) for part, prefix in zip(PARTS, ("", VALIDATION), strict=True)}
    last: tuple[str, Numbers] | None = None
    for part, column in found.items():
        if column is None or not len(column):
            continue
        y = np.array([np.nan if v is None else v for v in column], np.float64)
        x = np.arange(1, len(y) + 1, dtype=np.float64)
        name = part if alone else history.name
        long = len(y) > MANY  # dashes of a jagged line cannot be told from gaps; where it is one run, colour does
        yield Line(x, y, name, "" if alone and long else part, width=1.3 if long else 2.0)
        if len(y) == 1:  # a line of one point cannot be seen
            yield Points(x, y, np.zeros(1), (name,), size=40)
        last = name, y
    if last is not None and 0 < history.best <= len(last[1]):
        yield from _best(history.best, *last, alone)


def _best(epoch: int, name: str, y: Numbers, alone: bool) -> Iterator[Layer]:
    """A point at the best epoch; where it is the only one, a line through it, whose end away from the curve has its
    numbers."""
    at, level = np.array([float(epoch)]), y[epoch - 1 : epoch]
    if not np.isfinite(level[0]):
        return
    if alone:
        low, high = float(np.nanmin(y)), float(np.nanmax(y))
        yield Paths((np.array([[epoch, low], [epoch, high]]),), QUIET, 0.8, dashed=True)
        above = np.mean(np.nan_to_num(y, nan=high) > level[0]) > 0.5  # a loss falls, an accuracy rises
        left = epoch > 0.7 * len(y)
        text = (f"best: epoch {epoch}, {short(float(level[0]))}",)
        end = np.array([high if above else low])
        yield Labels(at, end, text, "right" if left else "left", -6 if left else 6, 0, halo=True)
    yield Points(at, level, np.zeros(1), (name,), size=75)


def _facts(histories: Sequence[History]) -> Iterator[str]:
    for history in histories:
        epochs = max((len(column) for column in history.columns.values()), default=0)
        at = f", best {history.best}" if history.best else ""
        index = (history.best or epochs) - 1
        numbers = (
            f"{key} {short(column[index])}" for key, column in history.columns.items() if len(column) > index >= 0
        )
        yield f"{history.name}: {epochs} epochs{at}: {', '.join(numbers)}."
