"""Figures of rows as points: two columns of a table, or each pair of three, coloured by a third thing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np

from nndsl.data.words import counted
from nndsl.show.figures import Axis, Figure, Labels, Layer, Numbers, Panel, Points
from nndsl.show.looks import MARGIN
from nndsl.show.palette import COLOURS, DISTINCT
from nndsl.values import value

MOST_TOLD = 16  # groups that a sentence counts
APART = 13.0  # pixels between two labels
LETTER = 6.2  # pixels of one
LONGEST = 24  # letters of a label
FAR = 2 * APART  # a label that would have to move further from its points is left out: the legend has its name


@value
class Colour:
    """What points are coloured by. title: what it is called. names, groups: classes, and whose each row is, [n], -1 for
    nobody's. numbers: [n], where it is a number. others: how many classes are nobody's, for want of looks."""

    title: str
    names: tuple[str, ...] = ()
    groups: Numbers | None = None
    numbers: Numbers | None = None
    others: int = 0


def by_class(title: str, cells: Numbers, known: Sequence[str] = ()) -> Colour:
    """Classes as they stand in a column. known: their order where they have one, so that a class has its colour in
    every figure, also in one without rows of it. Where they are more than have looks of their own, the largest have
    one, and the rest are nobody's."""
    texts = np.array([str(cell) for cell in cells.tolist()])
    names, groups, counts = np.unique(texts, return_inverse=True, return_counts=True)
    if set(names.tolist()) <= set(known):
        place = np.array([known.index(name) for name in names.tolist()], np.int64)
        names, groups, counts = np.array(known), place[groups], np.bincount(place[groups], minlength=len(known))
    else:
        order = np.array(sorted(range(len(names)), key=lambda k: natural(str(names[k]))), np.int64)
        names, groups, counts = names[order], np.argsort(order)[groups], counts[order]
    others = max(len(names) - DISTINCT, 0)
    if len(names) > DISTINCT:
        kept = np.sort(np.argsort(-counts, kind="stable")[:DISTINCT])
        place = np.full(len(names), -1)
        place[kept] = np.arange(DISTINCT)
        names, groups = names[kept], place[groups]
    return Colour(title, tuple(names.tolist()), groups, others=others)


def natural(name: str) -> list[tuple[int, float, str]]:
    """An order in which `type 9` comes before `type 10`."""
    parts = re.split(r"(\d+)", name)
    return [(0, float(part), "") if part.isdigit() else (1, 0.0, part) for part in parts if part]


def scatter(
    columns: Mapping[str, Numbers], colour: Colour | None, title: str, subtitle: str = "", *, equal: bool = False
) -> Figure:
    """columns: two, or three, whose pairs then have a panel each; by name, each [n]. equal: both axes have one unit, as
    on a map, where distances count in all directions alike."""
    pairs = list(combinations(columns, 2))
    size = (540.0, 430.0) if len(pairs) == 1 else (360.0, 320.0)
    panels = tuple(_panel((a, columns[a]), (b, columns[b]), colour, size, equal) for a, b in pairs)
    rows = len(next(iter(columns.values())))
    subtitle = subtitle or f"{rows:,} rows" + (f", coloured by {colour.title}" if colour is not None else "")
    if colour is not None and colour.others:
        subtitle += f"; grey: {counted(colour.others, 'more class', 'more classes')}"
    return Figure(
        title, panels, subtitle, tuple(_facts(columns, colour)), 3, colour.title if colour is not None else ""
    )


def _panel(
    x: tuple[str, Numbers], y: tuple[str, Numbers], colour: Colour | None, size: tuple[float, float], equal: bool
) -> Panel:
    layers: list[Layer]
    if colour is None:
        layers = [Points(x[1], y[1])]
    elif colour.numbers is not None:
        layers = [Points(x[1], y[1], values=colour.numbers, title=colour.title)]
    else:
        assert colour.groups is not None
        layers = [Points(x[1], y[1], colour.groups, colour.names)]
        if len(colour.names) > len(COLOURS) and not colour.others:
            layers += _names(x[1], y[1], colour.groups, colour.names, size)
    axes = _one_unit(x, y, size) if equal else None
    return Panel(tuple(layers), *(axes or (Axis(x[0]), Axis(y[0]))), "", *size)


def _one_unit(x: tuple[str, Numbers], y: tuple[str, Numbers], size: tuple[float, float]) -> tuple[Axis, Axis] | None:
    """Axes on which a unit has as many pixels in both directions."""
    known = np.isfinite(x[1]) & np.isfinite(y[1])
    if not known.any():
        return None
    ends = [(float(column[known].min()), float(column[known].max())) for column in (x[1], y[1])]
    unit = max((high - low) / pixels for (low, high), pixels in zip(ends, size, strict=True)) * (1 + 2 * MARGIN)
    if unit <= 0:
        return None
    halves = [unit * pixels / 2 for pixels in size]
    middles = [(low + high) / 2 for low, high in ends]
    first, second = (
        Axis(name, low=m - h, high=m + h) for name, m, h in zip((x[0], y[0]), middles, halves, strict=True)
    )
    return first, second


def _names(
    x: Numbers, y: Numbers, groups: Numbers, names: tuple[str, ...], size: tuple[float, float]
) -> Iterator[Labels]:
    """Each group's name at the row nearest its median: there are more groups than colours that are easily told."""
    found: list[tuple[float, float, str]] = []
    known = np.isfinite(x) & np.isfinite(y)
    for k, name in enumerate(names):
        rows = np.flatnonzero(known & (groups == k))
        if len(rows):
            u, v = x[rows], y[rows]
            spread = (np.ptp(x[known]) or 1.0, np.ptp(y[known]) or 1.0)
            nearest = np.argmin(((u - np.median(u)) / spread[0]) ** 2 + ((v - np.median(v)) / spread[1]) ** 2)
            text = name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"
            found.append((float(u[nearest]), float(v[nearest]), text))
    if found:
        scale = size[0] / (np.ptp(x[known]) or 1.0), size[1] / (np.ptp(y[known]) or 1.0)
        found = [(_inside(u, len(text) * LETTER / scale[0], x[known]), v, text) for u, v, text in found]
        places = _apart([(u * scale[0], v * scale[1], len(text) * LETTER) for u, v, text in found])
        near = [
            (u, place / scale[1], text) for (u, _, text), place in zip(found, places, strict=True) if place is not None
        ]
        across, heights, texts = zip(*near, strict=True)
        yield Labels(np.array(across), np.array(heights), texts, bold=True, halo=True)


def _inside(middle: float, width: float, x: Numbers) -> float:
    """Where a label has its middle so that it does not stick out at a side; a wide one in a narrow panel stays."""
    low, high = float(x.min()) + width / 2, float(x.max()) - width / 2
    return min(max(middle, low), high) if low < high else middle


def _apart(boxes: list[tuple[float, float, float]]) -> list[float | None]:
    """Heights at which labels do not lie upon one another: each moves up until it is free, the lowest first; None where
    it is free only far away. boxes: (x, y, width) in pixels, y upwards."""
    placed: list[tuple[float, float, float]] = []
    heights: list[float | None] = [None] * len(boxes)
    for k in sorted(range(len(boxes)), key=lambda k: boxes[k][1]):
        x, y, width = boxes[k]
        for other_x, other_y, other_width in sorted(placed, key=lambda box: box[1]):
            if abs(other_y - y) < APART and abs(other_x - x) < (width + other_width) / 2:
                y = other_y + APART
        if y - boxes[k][1] <= FAR:
            placed.append((x, y, width))
            heights[k] = y
    return heights


def _facts(columns: Mapping[str, Numbers], colour: Colour | None) -> Iterator[str]:
    for name, column in columns.items():
        known = column[np.isfinite(column)]
        if len(known):
            yield f"{name} from {known.min():.4g} to {known.max():.4g}."
    if colour is not None and colour.groups is not None:
        counts = np.bincount(colour.groups[colour.groups >= 0].astype(np.int64), minlength=len(colour.names))
        yield (
            f"{colour.title}: "
            + ", ".join(f"{n} {c}" for n, c in zip(colour.names[:MOST_TOLD], counts.tolist(), strict=False))
            + (f", and {len(counts) - MOST_TOLD} more." if len(counts) > MOST_TOLD else ".")
        )
