"""Figures of how values are spread: columns of a table, or weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from nndsl.show.figures import Axis, Band, Boxes, Figure, Layer, Line, Numbers, Panel
from nndsl.show.looks import short
from nndsl.show.palette import COLOURS, PAGE
from nndsl.show.scatter import Colour
from nndsl.values import value

MOST_BINS = 60
FEW = 30  # different whole numbers that have a bar each
ROOM = 1.06  # how far an axis of counts reaches above the highest bar
MOST_NAMES = 30  # bars of a column of classes; the rest are one


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
    edges = bins(values)
    layers: list[Layer]
    if colour is None or colour.groups is None:
        counts = np.histogram(values[np.isfinite(values)], edges)[0].astype(np.float64)
        layers = [Boxes(edges[:-1], edges[1:], np.zeros(len(counts)), counts, (COLOURS[0],), edge=PAGE)]
        most = float(counts.max(initial=1))
    else:
        layers = list(_outlines(values, edges, colour.names, colour.groups))
        most = max((float(layer.y.max()) for layer in layers if isinstance(layer, Line)), default=1.0)
    y = Axis("count", low=0, high=max(most, 1) * ROOM, whole=True)
    return Panel(tuple(layers), Axis(column.name, grid=False), y, "", *size)


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
        yield Band(x, np.zeros(len(x)), y, name)
        yield Line(x, y, name, width=1.6)


def _names(column: Column, size: tuple[float, float]) -> Panel:
    """A bar for each class, the commonest on top."""
    names, counts = np.unique([str(v) for v in column.values.tolist()], return_counts=True)
    order = np.argsort(-counts, kind="stable")
    shown, heights = [str(n) for n in names[order[:MOST_NAMES]]], counts[order[:MOST_NAMES]].astype(np.float64)
    if len(order) > MOST_NAMES:
        shown.append(f"{len(order) - MOST_NAMES} others")
        heights = np.append(heights, counts[order[MOST_NAMES:]].sum())
    place = np.arange(len(shown), dtype=np.float64)
    bars = Boxes(np.zeros(len(place)), heights, place - 0.4, place + 0.4, (COLOURS[0],))
    x = Axis("count", low=0, high=float(heights.max()) * ROOM, whole=True)
    y = Axis(column.name, tuple(shown), down=True, grid=False)
    return Panel((bars,), x, y, "", size[0], max(120.0, 22.0 * len(shown)))


def _fact(column: Column) -> str:
    if column.values.dtype.kind not in "iufb":
        return f"{len(column.values):,} values of {len(set(column.values.tolist())):,} classes"
    known = column.values[np.isfinite(column.values.astype(np.float64))].astype(np.float64)
    if not len(known):
        return f"{column.name}: no numbers"
    missing = len(column.values) - len(known)
    text = f"{len(known):,} values from {short(known.min())} to {short(known.max())}"
    text += f", mean {short(known.mean())}, standard deviation {short(known.std())}"
    return text + (f"; {missing:,} missing" if missing else "")
