"""Figures of how values are spread: columns of a table, or weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from nndsl.data.words import counted
from nndsl.show.figures import Axis, Band, Boxes, Figure, Layer, Line, Numbers, Panel
from nndsl.show.looks import short
from nndsl.show.palette import COLOURS, PAGE
from nndsl.show.scatter import Colour, natural
from nndsl.values import value

MOST_BINS = 60
FEW = 30  # different whole numbers that have a bar each
SKEWED = 100.0  # the 95th percentile by the median, from which bars are as wide by their logarithms
TINTED = 4  # classes whose areas are tinted; tints of more are mud
ROOM = 1.06  # how far an axis of counts reaches above the highest bar
MOST_NAMES = 30  # bars of a column of classes; the rest are only counted


@value
class Column:
    """name: on the axis. values: [n], numbers or texts."""

    name: str
    values: Numbers


def histogram(columns: Sequence[Column], colour: Colour | None, title: str, subtitle: str = "") -> Figure:
    """A panel for each column. colour: classes that have an outline each, over one another."""
    many = len(columns)
    size = (480.0, 300.0) if many == 1 else (320.0, 200.0)
    panels = tuple(_panel(column, colour, size) for column in columns)
    facts = tuple(_fact(column) for column in columns)
    group = colour.title if colour is not None else ""
    if colour is not None and colour.others:
        subtitle = f"{subtitle or facts[0]}; not drawn: {counted(colour.others, 'more class', 'more classes')}"
    return Figure(
        title,
        panels,
        subtitle or (facts[0] if many == 1 else ""),
        facts,
        1 if many == 1 else 2 if many < 5 else 3,
        group,
    )


def _panel(column: Column, colour: Colour | None, size: tuple[float, float]) -> Panel:
    if column.values.dtype.kind not in "iufb":
        return _names(column, size)
    values = column.values.astype(np.float64)
    log = _is_skewed(values)
    edges = 10 ** bins(np.log10(values)) if log else bins(values)
    whole = not log and len(edges) > 1 and bool((np.diff(edges) == 1).all())
    layers: list[Layer]
    if colour is None or colour.groups is None:
        counts = np.histogram(values[np.isfinite(values)], edges)[0].astype(np.float64)
        layers = [Boxes(edges[:-1], edges[1:], np.zeros(len(counts)), counts, (COLOURS[0],), edge=PAGE)]
        most = float(counts.max(initial=1))
    else:
        layers = list(_outlines(values, edges, colour.names, colour.groups))
        most = max((float(layer.y.max()) for layer in layers if isinstance(layer, Line)), default=1.0)
    y = Axis("count", low=0, high=max(most, 1) * ROOM, whole=True)
    return Panel(tuple(layers), Axis(column.name, log=log, whole=whole, grid=False), y, "", *size)


def _is_skewed(values: Numbers) -> bool:
    """Whether evenly wide bars would leave nearly all values in the first: numbers above 0 over many powers of ten."""
    known = values[np.isfinite(values)]
    if not len(known) or known.min() <= 0:
        return False
    middle, large = np.percentile(known, [50, 95])
    return bool(large > SKEWED * middle)


def bins(values: Numbers) -> Numbers:
    """Edges of the bars. Whole numbers of a few kinds have one each; else the rule of Freedman and Diaconis (1981),
    with at most MOST_BINS."""
    known = values[np.isfinite(values)]
    if not len(known):
        return np.array([0.0, 1.0])
    low, high = float(known.min()), float(known.max())
    if high - low < FEW and (known == np.round(known)).all():
        return np.arange(low - 0.5, high + 1)
    if high <= low:
        step = abs(low) * 0.05 or 0.5
        return np.array([low - step, low + step])
    quarter, three = np.percentile(known, [25, 75])
    width = 2 * (three - quarter) / len(known) ** (1 / 3)
    count = int(np.clip(np.ceil((high - low) / width), 8, MOST_BINS)) if width > 0 else MOST_BINS
    return np.linspace(low, high, count + 1)


def _outlines(values: Numbers, edges: Numbers, names: Sequence[str], groups: Numbers) -> Iterator[Layer]:
    """A step line for each class, and its area in a tint."""
    x = edges.repeat(2)
    for k, name in enumerate(names):
        counts = np.histogram(values[(groups == k) & np.isfinite(values)], edges)[0].astype(np.float64)
        y = np.concatenate([[0.0], counts.repeat(2), [0.0]])
        if len(names) <= TINTED:
            yield Band(x, np.zeros(len(x)), y, name)
        yield Line(x, y, name, width=1.6)


def _names(column: Column, size: tuple[float, float]) -> Panel:
    """A bar for each class, the commonest on top."""
    names, counts = np.unique([str(v) for v in column.values.tolist()], return_counts=True)
    order = sorted(range(len(names)), key=lambda k: (-counts[k], natural(str(names[k]))))[:MOST_NAMES]
    shown, heights = [str(names[k]) for k in order], counts[order].astype(np.float64)
    place = np.arange(len(shown), dtype=np.float64)
    bars = Boxes(np.zeros(len(place)), heights, place - 0.4, place + 0.4, (COLOURS[0],))
    x = Axis("count", low=0, high=float(heights.max()) * ROOM, whole=True)
    y = Axis(column.name, tuple(shown), down=True, grid=False)
    return Panel((bars,), x, y, "", size[0], max(120.0, 22.0 * len(shown)))


def _fact(column: Column) -> str:
    many = f"{len(column.values):,} value{'' if len(column.values) == 1 else 's'}"
    if column.values.dtype.kind not in "iufb":
        kinds = len(set(column.values.tolist()))
        text = f"{many} of {kinds:,} classes" if kinds != 1 else f"{many} of 1 class"
        return text + (f"; the {MOST_NAMES} commonest are shown" if kinds > MOST_NAMES else "")
    known = column.values[np.isfinite(column.values.astype(np.float64))].astype(np.float64)
    if not len(known):
        return f"{column.name}: no numbers"
    missing = len(column.values) - len(known)
    if len(known) == len(column.values) and known.min() == known.max():
        return f"{many}, {short(known[0])}" if len(known) == 1 else f"{many}, all {short(known[0])}"
    text = f"{len(known):,} values from {short(known.min())} to {short(known.max())}"
    text += f", mean {short(known.mean())}, standard deviation {short(known.std())}"
    return text + (f"; {missing:,} missing" if missing else "")
