"""Figures on a terminal, in characters.

In: a figure, the width in characters and how many colours there are. Out: lines of text. Around each panel stand its
axes; legends come first, in as many lines as they need. Where nobody sees pictures, `plain` says in sentences what is
drawn.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

import numpy as np

from nndsl.data.words import cut, padded
from nndsl.diagnostics.location import columns as breadth
from nndsl.show.blocks import Place, draw, letter, scale_bar
from nndsl.show.canvas import RESET, Canvas, Colours, Ink, ink, style
from nndsl.show.figures import Axis, Boxes, Figure, Heat, Line, Panel, Pictures, Points
from nndsl.show.looks import heat_shares, named, nice_marks, share, short, styles, x_range, y_range
from nndsl.show.palette import Look

NARROW, ROWS_LEAST, ROWS_MOST = 44, 7, 26  # characters of a panel, about
LABELS_MOST = 22  # characters of a name on the left
GAP = 3  # between panels side by side
PIXELS = 8.0  # of a figure that a character is wide


def plain(figure: Figure) -> str:
    """What is drawn, in sentences."""
    head = f"{figure.title} ({figure.subtitle})" if figure.subtitle else figure.title
    return "\n".join([head, *(f"  {fact}" for fact in figure.facts if fact not in head)])


def terminal(figure: Figure, width: int, colours: Colours) -> str:
    """The figure in lines of at most `width` characters."""
    width = max(width, 24)
    found = [style(None, None, colours, "1") + cut(figure.title, width) + (RESET if colours != "none" else "")]
    if figure.subtitle:
        found += [_dim(line, colours) for line in textwrap.wrap(figure.subtitle, width)]
    looks, kinds = named(figure), styles(figure)
    found += _legend(figure, looks, kinds, width, colours)
    side = max(1, min(figure.columns, len(figure.panels), (width + GAP) // (NARROW + GAP)))
    each = (width - GAP * (side - 1)) // side
    for begin in range(0, len(figure.panels), side):
        group = figure.panels[begin : begin + side]
        drawn = [_panel(panel, each, looks, kinds, colours, len(figure.panels) > 1) for panel in group]
        tall = max(len(lines) for lines in drawn)
        rows = [lines + [" " * each] * (tall - len(lines)) for lines in drawn]
        found += [(" " * GAP).join(parts).rstrip() for parts in zip(*rows, strict=True)]
    return "\n".join(found)


def _dim(text: str, colours: Colours) -> str:
    return f"{style(None, None, colours, '2')}{text}{RESET}" if colours != "none" and text.strip() else text


# ---- legends


def _legend(
    figure: Figure, looks: dict[str, Look], kinds: tuple[str, ...], width: int, colours: Colours
) -> Iterator[str]:
    """Names with their colours, as many in a line as there is room for; and scales of numbers."""
    layers = [layer for panel in figure.panels for layer in panel.layers]
    lines = {layer.name for layer in layers if isinstance(layer, Line)}
    many = any(isinstance(layer, Points) and len(layer.names) > 1 for layer in layers)
    entries: list[tuple[str, Ink, str]] = []
    for place, (name, look) in enumerate(looks.items()):
        sign = "━" if name in lines and name not in kinds[1:] else "╍" if name in lines else "●"
        sign = letter(place) if colours == "none" and many and name not in lines else sign
        entries.append((sign, ink(look.colour), cut(name, LABELS_MOST)))
    if len(kinds) > 1 and not set(kinds) <= looks.keys():
        entries += [("━" if k == 0 else "╍", None, kind) for k, kind in enumerate(kinds)]
    line, used = "", 0
    for sign, colour, name in entries:
        size = breadth(name) + 5
        if used and used + size > width:
            yield line.rstrip()
            line, used = "", 0
        code = style(colour, None, colours)
        line += f"{code}{sign}{RESET if code else ''} {name}   "
        used += size
    if line:
        yield line.rstrip()
    yield from _scales(figure, width, colours)


def _scales(figure: Figure, width: int, colours: Colours) -> Iterator[str]:
    """A line for each scale of numbers, said once."""
    said: set[str] = set()
    for panel in figure.panels:
        for layer in panel.layers:
            if isinstance(layer, Heat) and layer.title:
                low, high = heat_shares(layer)[1]
            elif isinstance(layer, Points) and layer.values is not None and np.isfinite(layer.values).any():
                low, high = float(np.nanmin(layer.values)), float(np.nanmax(layer.values))
            else:
                continue
            room = width - len(f"{layer.title}  {short(low)}  {short(high)}")
            bar = "".join(
                f"{style(c, None, colours)}{sign}{RESET if c else ''}"
                for sign, c in scale_bar(colours, layer.scale, max(4, min(24, room)))
            )
            text = f"{layer.title}  {short(low)} {bar} {short(high)}"
            if text not in said:
                said.add(text)
                yield text


# ---- panels


def _panel(
    panel: Panel, width: int, looks: dict[str, Look], kinds: tuple[str, ...], colours: Colours, titled: bool
) -> list[str]:
    """Lines of exactly `width` characters."""
    columns, rows = _size(panel, width)
    marks = _left_marks(panel, rows, width)
    left = max(map(breadth, marks.values()), default=0) if panel.y.shown else 0
    room = width - left - 1 if panel.y.shown else width
    columns = min(columns, room)
    canvas = Canvas(columns, rows)
    place = Place(canvas, panel, looks, kinds, colours)
    for layer in panel.layers:
        draw(layer, place)
    pad = " " * (room - columns)
    lines: list[str] = []
    for row, text in enumerate(canvas.lines(colours)):
        edge = padded(marks.get(row, ""), left, right=True) + ("┤" if row in marks and not panel.y.names else "│")
        lines.append((edge if panel.y.shown else "") + text + pad)
    head = [panel.title] if titled and panel.title else []
    if panel.y.shown and panel.y.title and panel.y.title != panel.title:
        head = [f"{panel.title}: {panel.y.title}" if head else panel.y.title]
    below = _below(panel, columns) if panel.x.shown else []
    indent = " " * left if panel.y.shown else ""
    return [
        *(_dim(padded(cut(line, width), width), colours) for line in head),
        *lines,
        *(padded(cut(indent + line, width), width) for line in below),
        " " * width,
    ]


def _size(panel: Panel, width: int) -> tuple[int, int]:
    """Columns and rows of what is inside the axes."""
    if panel.y.names:
        per = 3 if 3 * len(panel.y.names) <= ROWS_MOST else 1
        columns = round(panel.width / PIXELS)
        if panel.x.names:
            wanted = max(7, max(map(len, panel.x.names)) + 2)
            columns = len(panel.x.names) * max(4, min(12, wanted, (width - 12) // len(panel.x.names)))
        return columns, per * len(panel.y.names)
    fills = any(isinstance(layer, Pictures | Boxes) for layer in panel.layers) and not panel.x.shown
    columns = width if not fills else min(width, round(panel.width / PIXELS))
    rows = round(columns * panel.height / panel.width / 2)
    return columns, rows if fills else max(ROWS_LEAST, min(rows, ROWS_MOST))


def _left_marks(panel: Panel, rows: int, width: int) -> dict[int, str]:
    """Texts at the left of the rows they belong to."""
    axis = panel.y
    if not axis.shown:
        return {}
    if axis.names:
        each = rows / len(axis.names)
        at = [int((k + 0.5) * each) if each > 1 else k for k in range(len(axis.names))]
        numbered = bool(panel.x.names) and _cut_short(panel.x.names, _size(panel, width)[0]) is None
        texts = (cut(f"{k + 1} {name}" if numbered else name, LABELS_MOST) for k, name in enumerate(axis.names))
        found = dict(zip(at, texts, strict=True))
        return found if axis.down else {rows - 1 - row: text for row, text in found.items()}
    low, high = y_range(panel)
    found = {}
    for mark in _some_marks(low, high, max(2, rows // 4), axis):
        place = float(share(np.array([mark]), (low, high), axis.log)[0])
        found[min(int((place if axis.down else 1 - place) * rows), rows - 1)] = _mark(mark, axis)
    return found


def _some_marks(low: float, high: float, count: int, axis: Axis) -> list[float]:
    """About `count`, but not one alone, which would say nothing of the scale."""
    every = (nice_marks(low, high, many, axis) for many in range(count, count + 3))
    return next((marks for marks in every if len(marks) > 1), nice_marks(low, high, count, axis))


def _below(panel: Panel, columns: int) -> list[str]:
    """The axis under a panel: a line with its marks, their texts, and its title."""
    axis = panel.x
    low, high = x_range(panel)
    places: list[tuple[int, str]] = []
    if axis.names:
        each = columns / len(axis.names)
        texts = _cut_short(axis.names, columns) or [str(k + 1) for k in range(len(axis.names))]
        places = [(int((k + 0.5) * each), text) for k, text in enumerate(texts)]
    else:
        for mark in _some_marks(low, high, max(2, columns // 9), axis):
            at = float(share(np.array([mark]), (low, high), axis.log)[0])
            places.append((min(int(at * columns), columns - 1), _mark(mark, axis)))
    ticks = ["─"] * columns
    line = [" "] * columns
    free = 0
    for column, text in places:
        cells = [cell for letter in text for cell in (letter, *[""] * (breadth(letter) - 1))]  # one for each column
        begin = max(0, min(column - len(cells) // 2, columns - len(cells)))
        if begin < free:
            continue
        ticks[column] = "┬" if not axis.names else "─"
        line[begin : begin + len(cells)] = cells
        free = begin + len(cells) + 1
    corner = "└" if panel.y.shown else ""
    blank = " " if panel.y.shown else ""
    title = [blank + axis.title.center(columns)] if axis.title else []
    return [corner + "".join(ticks), blank + "".join(line[:columns]), *title]


def _cut_short(names: tuple[str, ...], columns: int) -> list[str] | None:
    """Names as they fit side by side; None where they cannot be told apart then: numbers stand for them."""
    each = max(1, columns // len(names) - 1)
    found = [cut(name, each, "") for name in names]
    return found if len(set(found)) == len(names) else None


def _mark(number: float, axis: Axis) -> str:
    return f"{number:,.0f}" if axis.whole else short(number)
