"""Layers on a canvas of characters: one function for each kind of layer, as `marks.py` has them for Vega-Lite.

In: a layer, and where its axes lie. Out: nothing; the canvas is drawn on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from nndsl.diagnostics.location import columns
from nndsl.show.canvas import Canvas, Colours, Ink, ink
from nndsl.show.figures import Band, Boxes, Heat, Labels, Layer, Line, Numbers, Panel, Paths, Pictures, Points
from nndsl.show.looks import heat_shares, share, x_range, y_range
from nndsl.show.palette import COLOURS, QUIET, Look, hexed, scaled
from nndsl.values import value

LARGE = 60.0  # square pixels of a point that is a letter here, not a dot
LINE_HEIGHT = 16.0  # pixels of a figure that a line of text takes
LETTERS = "ox+*#@%&"  # of groups, where there are no colours


@value
class Place:
    """Where a panel is drawn. looks: by name. styles: of lines."""

    canvas: Canvas
    panel: Panel
    looks: Mapping[str, Look]
    styles: tuple[str, ...]
    colours: Colours

    def x(self, values: Numbers) -> Numbers:
        """From 0 at the left to 1."""
        found = share(np.asarray(values, np.float64), x_range(self.panel), self.panel.x.log)
        return 1 - found if self.panel.x.down else found

    def y(self, values: Numbers) -> Numbers:
        """From 0 at the bottom to 1."""
        found = share(np.asarray(values, np.float64), y_range(self.panel), self.panel.y.log)
        return 1 - found if self.panel.y.down else found

    def ink(self, name: str, colour: str) -> Ink:
        """Of a layer with a name in the legend, or a colour of its own."""
        return ink(self.looks[name].colour if name in self.looks else colour or COLOURS[0])


def draw(layer: Layer, place: Place) -> None:
    """Draws one layer."""
    DRAWERS[type(layer)](layer, place)


def letter(place: int) -> str:
    """Of a group, where there are no colours."""
    return LETTERS[place % len(LETTERS)]


def _line(line: Line, place: Place) -> None:
    dashed = bool(line.style) and place.styles.index(line.style) > 0
    place.canvas.line(place.x(line.x), place.y(line.y), place.ink(line.name, line.colour), dashed)


def _paths(layer: Paths, place: Place) -> None:
    for path in layer.paths:
        place.canvas.line(place.x(path[:, 0]), place.y(path[:, 1]), ink(layer.colour), layer.dashed, layer.opacity)


def _band(band: Band, place: Place) -> None:
    """A pattern of loose dots, so that lines on it are seen."""
    x, low, high = place.x(band.x), place.y(band.low), place.y(band.high)
    columns, rows = place.canvas.columns * 2, place.canvas.rows * 4
    order = np.argsort(x, kind="stable")
    for column in range(0, columns, 2):
        at = (column + 0.5) / columns
        if x.min() <= at <= x.max():
            bottom, top = (np.interp(at, x[order], edge[order]) for edge in (low, high))
            up = np.arange(int(bottom * rows), int(top * rows), 3)
            place.canvas.dots(np.full(len(up), at), (up + 0.5) / rows, place.ink(band.name, band.colour))


def _points(points: Points, place: Place) -> None:
    known = np.isfinite(points.x) & np.isfinite(points.y)
    which = np.random.default_rng(0).permutation(np.flatnonzero(known))
    x, y = place.x(points.x[which]), place.y(points.y[which])
    inks = _inks(points, which, place)
    lettered = place.colours == "none" and points.groups is not None and len(points.names) > 1
    if not lettered and (points.size is None or points.size < LARGE):
        place.canvas.dots(x, y, inks)
        return
    for k, (u, v) in enumerate(zip(x.tolist(), y.tolist(), strict=True)):
        row = points.groups[which[k]] if points.groups is not None else 0
        text = letter(list(place.looks).index(points.names[int(row)])) if lettered and row >= 0 else "●"
        place.canvas.mark(_column(u, place), _row(v, place), text, inks[k])


def _inks(points: Points, which: Numbers, place: Place) -> list[Ink]:
    """A colour for each of the rows `which`."""
    if points.values is not None:
        values = points.values[which].astype(np.float64)
        finite = values[np.isfinite(values)]
        low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
        colours = scaled((values - low) / (high - low or 1.0), points.scale)
        return [(r, g, b) for r, g, b in colours.tolist()]
    if points.groups is None or not points.names:
        return [ink(points.colour or COLOURS[0])] * len(which)
    each = [place.ink(name, "") for name in points.names] + [ink(QUIET)]  # the last: nobody's, -1
    return [each[k] for k in points.groups[which].astype(np.int64).tolist()]


def _column(x: float, place: Place) -> int:
    return min(int(x * place.canvas.columns), place.canvas.columns - 1)


def _row(y: float, place: Place) -> int:
    return min(int((1 - y) * place.canvas.rows), place.canvas.rows - 1)


def _labels(labels: Labels, place: Place) -> None:
    colours = labels.colours if len(labels.colours) == len(labels.texts) else labels.colours[:1] * len(labels.texts)
    x, y = place.x(labels.x), place.y(labels.y)
    for k, text in enumerate(labels.texts):
        row = _row(float(y[k]), place)
        moved = row + round(labels.dy / LINE_HEIGHT)
        if place.panel.y.names and not _same_name(row, moved, place):
            continue
        column = int(x[k] * place.canvas.columns + labels.dx / 8)
        long = columns(text)
        column -= {"left": 0, "right": long, "center": long // 2}[labels.align]
        column = max(0, min(column, place.canvas.columns - long))
        place.canvas.write(column, moved, text, ink(colours[k]) if colours else None)


def _same_name(row: int, other: int, place: Place) -> bool:
    """Whether two lines belong to the same name of the axis."""
    each = place.canvas.rows / len(place.panel.y.names)
    return int(row / each) == int(other / each)


def _boxes(boxes: Boxes, place: Place) -> None:
    x0, x1, y0, y1 = place.x(boxes.x0), place.x(boxes.x1), place.y(boxes.y0), place.y(boxes.y1)
    look = place.looks.get(boxes.name)
    for k in range(len(x0)):
        if not np.isfinite([x0[k], x1[k], y0[k], y1[k]]).all():
            continue
        fill = look.colour if look else boxes.fills[k if len(boxes.fills) > 1 else 0]
        left, right = sorted((float(x0[k]), float(x1[k])))
        low, high = sorted((float(y0[k]), float(y1[k])))
        place.canvas.fill(left, right, low, high, fill)


def _heat(heat: Heat, place: Place) -> None:
    pixels = scaled(heat_shares(heat)[0], heat.scale)[::-1]
    (left, right), (low, high) = (place.x(np.array(heat.x)), place.y(np.array(heat.y)))
    place.canvas.picture(pixels, float(left), float(right), float(low), float(high))


def _pictures(layer: Pictures, place: Place) -> None:
    for k, pixels in enumerate(layer.pictures):
        half = layer.width / 2, layer.height / 2
        left, right = place.x(np.array([layer.x[k] - half[0], layer.x[k] + half[0]]))
        low, high = sorted(place.y(np.array([layer.y[k] - half[1], layer.y[k] + half[1]])).tolist())
        gap = 0.0 if len(layer.pictures) == 1 else 1 / place.canvas.columns  # a character between two, at least
        place.canvas.picture(pixels, float(left), max(float(right) - gap, float(left)), low, high)


DRAWERS: Mapping[type[Any], Callable[[Any, Place], None]] = {
    Line: _line, Paths: _paths, Points: _points, Labels: _labels, Heat: _heat, Pictures: _pictures, Boxes: _boxes,
    Band: _band,
}  # fmt: skip


def scale_bar(colours: Colours, scale: str, count: int) -> list[tuple[str, Ink]]:
    """A row of characters that go through a scale."""
    if colours == "none":
        return [(c, None) for c in "█▓▒░ "]
    steps = scaled(np.linspace(0, 1, count), scale)
    return [("█", ink(hexed(step.astype(np.float64)))) for step in steps]
