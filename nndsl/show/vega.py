"""Figures as Vega-Lite specifications: plain dictionaries, with all that is needed to draw them inside.

In: a `Figure`. Out: a specification of Vega-Lite 6 that names no address but `data:` ones. Which layer becomes which
marks is in `marks.py`; here panels get their axes, the figure its titles, legends and letters.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from nndsl.show.figures import Axis, Boxes, Figure, Line, Panel, Points
from nndsl.show.looks import named, nice_marks, plain, styles, x_range, y_range
from nndsl.show.marks import Context, marks
from nndsl.show.palette import FAINT, INK, PAGE, QUIET, Look

Spec = dict[str, Any]
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"  # a name, not fetched by anything
FONT = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"
WIDE = 60  # letters of a legend that fits above the panels
LETTER = 6.2  # pixels of a letter on an axis, about
LINE = 12.0  # pixels of a line of letters on an axis
LONG = 24  # entries of a legend in one column


def vega(figure: Figure) -> Spec:
    """The specification."""
    looks, dashes = named(figure), styles(figure)
    panels = [_panel(panel, Context(panel, looks, dashes, _legend(figure, looks))) for panel in figure.panels]
    for panel, spec in zip(figure.panels, panels, strict=True):
        if panel.title or len(panels) > 1:
            spec["title"] = {"text": panel.title, "anchor": "start", "fontSize": 12, "offset": 8}
    whole: Spec = panels[0] if len(panels) == 1 else _grid(panels, figure.columns)
    head = {"text": figure.title, "subtitle": _wrapped(figure.subtitle, _width(figure))}
    if len(panels) == 1 and "title" in whole:
        whole = {"hconcat": [whole]}
    return {
        "$schema": SCHEMA,
        "description": " ".join((figure.title + ".", *figure.facts)),
        "title": head if figure.subtitle else {"text": figure.title},
        **whole,
        "config": CONFIG,
    }


def _grid(panels: Sequence[Spec], columns: int) -> Spec:
    """Panels side by side. Names keep their colours from panel to panel; numbers have a scale of their own in each."""
    return {"concat": list(panels), "columns": columns, "spacing": 28, "resolve": {"scale": {"fill": "independent"}}}


def _width(figure: Figure) -> float:
    columns = min(max(figure.columns, 1), len(figure.panels))
    return sum(panel.width for panel in figure.panels[:columns])


def _wrapped(text: str, width: float) -> list[str]:
    """Lines that are not wider than the panels: some six pixels a letter."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) * 6 > max(width, 240) and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _panel(panel: Panel, context: Context) -> Spec:
    """One panel: its layers over common axes."""
    axes = {
        "x": _axis(panel.x, x_range(panel), panel.width, 80) | _slant(panel),
        "y": _axis(panel.y, y_range(panel), panel.height, 50),
    }
    layers: list[Spec] = []
    for layer in panel.layers:
        for mark in marks(layer, context):
            encoding = {
                key: {**axes[key], **channel} if key in axes else channel for key, channel in mark["encoding"].items()
            }
            layers.append({**mark, "encoding": encoding})
    return {"width": round(panel.width), "height": round(panel.height), "layer": layers}


def _axis(axis: Axis, limits: tuple[float, float], pixels: float, apart: float) -> Spec:
    """What all layers of a panel say of an axis. pixels: its length. apart: those between two marks, about."""
    count = pixels / apart
    scale: Spec = {"domain": list(limits), "nice": False, **({"type": "log"} if axis.log else {"zero": False})}
    if axis.down:
        scale["reverse"] = True
    if not axis.shown:
        return {"type": "quantitative", "scale": scale, "axis": None, "title": None}
    style: Spec = {"grid": axis.grid and not axis.names}
    if axis.names:  # no count of marks: Vega would leave names out
        names = json.dumps(list(axis.names), ensure_ascii=False)
        each = math.ceil(LINE * len(axis.names) / pixels)  # where there is no room for all, every other one, ...
        places = list(range(0, len(axis.names), each))
        style |= {"values": places, "labelExpr": f"{names}[datum.value]", "labelOverlap": False}
        style |= {"ticks": False, "domain": False, "labelPadding": 6}
    elif axis.log:
        short = limits[0] >= 1e-4 and limits[1] < 1e7  # in plain digits
        style |= {"values": nice_marks(*limits, max(2, round(count)), axis), "format": ",~g" if short else "~e"}
    elif format := plain(*limits, max(2, round(count))):
        style |= {"values": nice_marks(*limits, max(2, round(count)), axis), "format": format}
    else:
        style["tickCount"] = max(2, round(count))
    if axis.whole and not axis.names:
        style |= {"tickMinStep": 1, "format": ",d", "tickCount": max(1, round(min(count, limits[1] - limits[0])))}
    return {"type": "quantitative", "scale": scale, "axis": style, "title": axis.title or None}


def _slant(panel: Panel) -> Spec:
    """Names under a panel stand aslant where they would not fit side by side."""
    names = panel.x.names
    if not names or not panel.x.shown or max(map(len, names)) * LETTER < panel.width / len(names):
        return {}
    style = _axis(panel.x, x_range(panel), panel.width, 80)["axis"]
    return {"axis": {**style, "labelAngle": -45, "labelAlign": "right", "labelBaseline": "middle"}}


def _legend(figure: Figure, looks: dict[str, Look]) -> Spec | None:
    """Of names: above the panels where it fits a line, else at their right; None where there is but one name and it is
    the figure's own."""
    if not looks:
        return None
    letters = sum(len(name) + 4 for name in looks)
    wide = letters <= WIDE and len(looks) <= 6
    place: Spec = {"orient": "top", "direction": "horizontal"} if wide else {"orient": "right"}
    columns = {} if wide or len(looks) <= LONG else {"columns": -(-len(looks) // LONG)}
    lines = {"symbolType": "stroke"} if _is_lines(figure) else {}
    return {"title": figure.group_title or None, "symbolLimit": 0, "symbolOpacity": 1, **lines, **place, **columns}


def _is_lines(figure: Figure) -> bool:
    """Whether all names are those of lines, and points only mark places on them."""
    layers = [layer for panel in figure.panels for layer in panel.layers]
    lines = {layer.name for layer in layers if isinstance(layer, Line)}
    points = {name for layer in layers if isinstance(layer, Points) for name in layer.names}
    return bool(lines) and points <= lines and not any(isinstance(layer, Boxes) and layer.name for layer in layers)


CONFIG: Spec = {
    "background": PAGE,
    "font": FONT,
    "padding": 14,
    "aria": False,
    "view": {"stroke": None},
    "title": {
        "anchor": "start", "fontSize": 15, "fontWeight": 600, "color": INK, "offset": 14,
        "subtitleFontSize": 12, "subtitleColor": QUIET, "subtitlePadding": 5, "subtitleLineHeight": 16,
    },
    "axis": {
        "labelFontSize": 11, "titleFontSize": 12, "titleFontWeight": 500, "titlePadding": 9,
        "labelColor": INK, "titleColor": INK, "domainColor": QUIET, "tickColor": QUIET, "tickSize": 4,
        "gridColor": FAINT, "gridWidth": 0.8, "labelLimit": 180, "labelFlush": False,
    },
    "legend": {
        "labelFontSize": 11.5, "titleFontSize": 11.5, "titleFontWeight": 500, "labelColor": INK, "titleColor": INK,
        "symbolSize": 70, "symbolStrokeWidth": 2, "rowPadding": 4, "columnPadding": 16, "labelLimit": 220,
        "gradientLength": 200, "gradientThickness": 12,
    },
}  # fmt: skip
