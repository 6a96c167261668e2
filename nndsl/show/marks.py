"""Layers as the marks of Vega-Lite: one function for each kind of layer.

In: a layer and what it must know of its figure. Out: marks with their data and encodings; `vega.py` completes those of
x and y. Above MOST points a cloud is painted into a picture: as vectors, 60,000
points take 3.4 s and 10 MB of SVG, painted 0.5 s and 0.1 MB.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from nndsl.show.figures import Band, Boxes, Heat, Labels, Layer, Line, Numbers, Panel, Paths, Pictures, Points
from nndsl.show.looks import heat_shares, plain, share, x_range, y_range
from nndsl.show.numbers import listed
from nndsl.show.palette import INK, PAGE, QUIET, SCALES, Look, hexed, scaled
from nndsl.show.pixels import address, enlarged, painted
from nndsl.values import value

Spec = dict[str, Any]
MOST = 2500  # points that are drawn one by one
DASH = [5, 3]
LEVELS = 256  # colours of a painted cloud that shows numbers
SHARP = 280  # pixels a picture has at least, so that its own stay sharp


@value
class Context:
    """What a layer's marks depend on besides the layer. looks: by name. styles: of lines. legend: of names."""

    panel: Panel
    looks: Mapping[str, Look]
    styles: tuple[str, ...]
    legend: Spec | None


def marks(layer: Layer, context: Context) -> list[Spec]:
    """The marks of a layer, the lowest first."""
    return list(MARKS[type(layer)](layer, context))


def _rows(**columns: Any) -> Spec:
    """Data of a mark: a row for each place. Arrays become numbers of few digits; texts stay."""
    lists = [listed(c) if isinstance(c, np.ndarray) else list(c) for c in columns.values()]
    return {"values": [dict(zip(columns, row, strict=True)) for row in zip(*lists, strict=True)]}


XY = {"x": {"field": "x"}, "y": {"field": "y"}}


def _colour(context: Context, field: str = "name") -> Spec:
    """The channel that colours by name, with the legend of the figure."""
    looks = context.looks
    scale = {"domain": list(looks), "range": [look.colour for look in looks.values()]}
    return {"field": field, "type": "nominal", "scale": scale, "legend": context.legend}


def _shape(context: Context) -> Spec:
    looks = context.looks
    scale = {"domain": list(looks), "range": [look.shape for look in looks.values()]}
    return {"field": "name", "type": "nominal", "scale": scale, "legend": context.legend}


# ---- lines and areas


def _line(line: Line, context: Context) -> Iterator[Spec]:
    known = np.isfinite(line.y) & np.isfinite(line.x)
    name, style = line.name or line.style, line.style
    data = _rows(x=line.x, y=np.where(known, line.y, np.nan), k=np.arange(len(line.x), dtype=np.float64))
    for row in data["values"]:
        row |= {"name": name, "style": style}
    mark: Spec = {
        "type": "line", "strokeWidth": line.width, "strokeJoin": "round", "strokeCap": "round",
        "invalid": "break-paths-show-path-domains",
    }  # fmt: skip
    encoding: Spec = {**XY, "order": {"field": "k", "type": "quantitative"}}
    if line.name:
        encoding["color"] = _colour(context)
    else:
        mark["color"] = line.colour or INK
    if style and len(context.styles) > 1:
        field = "name" if set(context.styles) <= context.looks.keys() else "style"
        dashes = [[1, 0] if k == 0 else DASH for k in range(len(context.styles))]
        legend = None if context.legend is None else {**context.legend, "title": None, "symbolStrokeColor": INK}
        encoding["strokeDash"] = {
            "field": field, "type": "nominal", "scale": {"domain": list(context.styles), "range": dashes},
            "legend": context.legend if field == "name" else legend,
        }  # fmt: skip
    yield {"data": data, "mark": mark, "encoding": encoding}


def _paths(layer: Paths, context: Context) -> Iterator[Spec]:
    if not layer.paths:
        return
    lengths = [len(path) for path in layer.paths]
    places = np.concatenate(layer.paths)
    which = np.repeat(np.arange(len(lengths)), lengths).astype(np.float64)
    data = _rows(x=places[:, 0], y=places[:, 1], p=which, k=np.arange(len(places), dtype=np.float64))
    dash: Spec = {"strokeDash": DASH} if layer.dashed else {}
    mark = {"type": "line", "color": layer.colour, "strokeWidth": layer.width, "opacity": layer.opacity, "clip": True}
    order = {"field": "k", "type": "quantitative"}
    detail = {"field": "p", "type": "nominal"}
    yield {"data": data, "mark": {**mark, **dash}, "encoding": {**XY, "order": order, "detail": detail}}


def _band(band: Band, context: Context) -> Iterator[Spec]:
    data = _rows(x=band.x, y=band.low, y2=band.high)
    look = context.looks.get(band.name)
    colour = band.colour or (look.colour if look else QUIET)
    mark = {"type": "area", "color": colour, "opacity": band.opacity, "line": False}
    yield {"data": data, "mark": mark, "encoding": {**XY, "y2": {"field": "y2"}}}


# ---- points


def _points(points: Points, context: Context) -> Iterator[Spec]:
    known = np.isfinite(points.x) & np.isfinite(points.y)
    if points.values is not None:
        unknown = known & ~np.isfinite(points.values)
        yield from _plain_points(points, unknown, context, "#bbbbbb")
        yield from _valued_points(points, known & ~unknown, context)
    elif points.groups is not None and points.names:
        yield from _plain_points(points, known & (points.groups < 0), context, "#bbbbbb")
        yield from _grouped_points(points, known & (points.groups >= 0), context)
    else:
        yield from _plain_points(points, known, context, points.colour or "#0072B2")


def point_area(count: int) -> float:
    """In square pixels, as fits so many points in one panel: 50 for a hundred, 10 for ten thousand."""
    return float(np.clip(70 - 15 * np.log10(max(count, 1) / 10), 7, 50))


def _mark(points: Points, count: int) -> Spec:
    area = points.size or point_area(count)
    opacity = 0.85 if count > 300 else 0.95
    edge = {"stroke": PAGE, "strokeWidth": 0.6} if area >= 20 else {"strokeWidth": 0}
    return {"type": "point", "filled": True, "size": area, "opacity": opacity, **edge, "clip": True}


def _plain_points(points: Points, chosen: Numbers, context: Context, colour: str) -> Iterator[Spec]:
    x, y = points.x[chosen], points.y[chosen]
    if not len(x):
        return
    if len(x) > MOST:
        yield _cloud(points, x, y, np.zeros(len(x), np.int64), (Look(colour, points.shape),), context)
        return
    mark = {**_mark(points, len(x)), "color": colour, "shape": points.shape}
    yield {"data": _rows(x=x, y=y), "mark": mark, "encoding": dict(XY)}


def _grouped_points(points: Points, chosen: Numbers, context: Context) -> Iterator[Spec]:
    assert points.groups is not None
    x, y, groups = points.x[chosen], points.y[chosen], points.groups[chosen].astype(np.int64)
    shapes: Spec = {"shape": _shape(context)} if len({look.shape for look in context.looks.values()}) > 1 else {}
    encoding: Spec = {**XY, "color": _colour(context), **shapes}
    if len(x) > MOST:
        group = tuple(context.looks[name] for name in points.names)
        yield _cloud(points, x, y, groups, group, context)
        yield _legend_only(points.names, encoding, context)
        return
    order = np.random.default_rng(0).permutation(len(x))  # no group hides another by coming later
    names = [points.names[k] for k in groups[order].tolist()]
    yield {"data": _rows(x=x[order], y=y[order], name=names), "mark": _mark(points, len(x)), "encoding": encoding}


def _legend_only(names: tuple[str, ...], encoding: Spec, context: Context) -> Spec:
    """Points that nobody sees, for the legend of a painted cloud."""
    x, y = x_range(context.panel)[0], y_range(context.panel)[0]
    data = _rows(x=np.full(len(names), x), y=np.full(len(names), y), name=names)
    return {"data": data, "mark": {"type": "point", "filled": True, "opacity": 0}, "encoding": encoding}


def _valued_points(points: Points, chosen: Numbers, context: Context) -> Iterator[Spec]:
    assert points.values is not None
    x, y, values = points.x[chosen], points.y[chosen], points.values[chosen].astype(np.float64)
    if not len(x):
        return
    low, high = float(values.min()), float(values.max())
    if len(x) > MOST:
        share = (values - low) / (high - low or 1.0)
        steps = np.minimum((share * LEVELS).astype(np.int64), LEVELS - 1)
        colours = scaled(np.arange(LEVELS) / (LEVELS - 1), points.scale)
        group = tuple(Look(hexed(colour.astype(np.float64)), "circle") for colour in colours)
        yield _cloud(points, x, y, steps, group, context)
        yield _scale_only(points.title, (low, high), points.scale, False, context)
        return
    fill = _fill(points.title, (low, high), points.scale, False)
    yield {"data": _rows(x=x, y=y, v=values), "mark": _mark(points, len(x)), "encoding": {**XY, "fill": fill}}


def _fill(title: str, limits: tuple[float, float], scale: str, log: bool) -> Spec:
    """The channel that colours by a number, with its scale beside the panel."""
    kind: Spec = {"type": "log"} if log else {"zero": False}
    format = "~g" if log else plain(*limits, 4)
    words: Spec = {"format": format, "tickCount": 4} if format else {}
    return {
        "field": "v", "type": "quantitative", "title": title or None,
        "scale": {"domain": list(limits), "range": list(SCALES[scale]), "nice": False, **kind},
        "legend": {"symbolOpacity": 1, "gradientOpacity": 1, **words},
    }  # fmt: skip


def _scale_only(title: str, limits: tuple[float, float], scale: str, log: bool, context: Context) -> Spec:
    """A point that nobody sees, for the scale beside a picture."""
    x, y = np.array([x_range(context.panel)[0]]), np.array([y_range(context.panel)[0]])
    data = _rows(x=x, y=y, v=np.array([limits[0]]))
    mark = {"type": "point", "filled": True, "opacity": 0}
    return {"data": data, "mark": mark, "encoding": {**XY, "fill": _fill(title, limits, scale, log)}}


def _cloud(points: Points, x: Numbers, y: Numbers, which: Numbers, group: tuple[Look, ...], context: Context) -> Spec:
    """A picture of many points, over the whole panel."""
    panel = context.panel
    across, up = x_range(panel), y_range(panel)
    size = round(panel.width), round(panel.height)
    at = np.stack([share(x, across, panel.x.log) * size[0], (1 - share(y, up, panel.y.log)) * size[1]], axis=-1)
    radius = float(np.sqrt((points.size or point_area(len(x))) / np.pi))
    pixels = painted(at, size, which, group, radius)
    return _image([address(pixels)], [(*across, *up)])


# ---- pictures


def _image(urls: list[str], places: list[tuple[float, float, float, float]]) -> Spec:
    """Pictures from x to x2 and y to y2, in the numbers of the axes."""
    rows = [{"url": url, "x": x, "x2": x2, "y": y, "y2": y2} for url, (x, x2, y, y2) in zip(urls, places, strict=True)]
    mark = {"type": "image", "aspect": False, "clip": True}
    corners = {**XY, "x2": {"field": "x2"}, "y2": {"field": "y2"}}
    return {"data": {"values": rows}, "mark": mark, "encoding": {**corners, "url": {"field": "url"}}}


def _heat(heat: Heat, context: Context) -> Iterator[Spec]:
    shares, limits = heat_shares(heat)
    pixels = scaled(shares, heat.scale)[::-1]
    url = address(np.ascontiguousarray(pixels) if heat.smooth else enlarged(pixels, SHARP))
    yield _image([url], [(*heat.x, *heat.y)])
    if heat.title:
        yield _scale_only(heat.title, limits, heat.scale, heat.log, context)


def _pictures(layer: Pictures, context: Context) -> Iterator[Spec]:
    w, h = layer.width / 2, layer.height / 2
    urls = [address(picture if layer.smooth else enlarged(picture, SHARP)) for picture in layer.pictures]
    centres = zip(layer.x.tolist(), layer.y.tolist(), strict=True)
    up = -1 if context.panel.y.down else 1  # where the axis grows downwards, the top has the lesser number
    yield _image(urls, [(x - w, x + w, y - h * up, y + h * up) for x, y in centres])


# ---- boxes and texts


def _boxes(boxes: Boxes, context: Context) -> Iterator[Spec]:
    data = _rows(x=boxes.x0, x2=boxes.x1, y=boxes.y0, y2=boxes.y1)
    for row, fill in zip(data["values"], boxes.fills * (len(boxes.x0) if len(boxes.fills) == 1 else 1), strict=False):
        row["fill"] = fill
    mark: Spec = {"type": "rect", "cornerRadius": boxes.radius, "opacity": boxes.opacity, "clip": True}
    if boxes.edge:
        mark |= {"stroke": boxes.edge, "strokeWidth": 1}
    encoding: Spec = {**XY, "x2": {"field": "x2"}, "y2": {"field": "y2"}}
    if boxes.name:
        for row in data["values"]:
            row["name"] = boxes.name
        encoding["color"] = _colour(context)
    else:
        encoding["color"] = {"field": "fill", "type": "nominal", "scale": None}
    yield {"data": data, "mark": mark, "encoding": encoding}


def _labels(labels: Labels, context: Context) -> Iterator[Spec]:
    count = len(labels.texts)
    colours = labels.colours if len(labels.colours) == count else (labels.colours or (INK,))[:1] * count
    data = _rows(x=labels.x, y=labels.y, text=labels.texts, ink=colours)
    mark: Spec = {
        "type": "text", "align": labels.align, "baseline": "middle", "dx": labels.dx, "dy": labels.dy,
        "fontSize": labels.size, "fontWeight": 600 if labels.bold else 400,
    }  # fmt: skip
    ink = {"field": "ink", "type": "nominal", "scale": None}
    text = {"field": "text", "type": "nominal"}
    if labels.halo:
        edge = {**mark, "stroke": PAGE, "strokeWidth": 3.5, "strokeJoin": "round", "opacity": 0.9, "color": PAGE}
        yield {"data": data, "mark": edge, "encoding": {**XY, "text": text}}
    yield {"data": data, "mark": mark, "encoding": {**XY, "text": text, "color": ink}}


MARKS: Mapping[type[Any], Callable[[Any, Context], Iterator[Spec]]] = {
    Line: _line, Paths: _paths, Points: _points, Labels: _labels, Heat: _heat, Pictures: _pictures, Boxes: _boxes,
    Band: _band,
}  # fmt: skip
