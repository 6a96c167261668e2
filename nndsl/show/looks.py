"""What every renderer asks of a figure: which names have which colour, where axes begin and end, where their marks are.

In: a figure or a panel. Out: colours by name, ranges and marks in the axes' own numbers. Nothing is drawn here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from nndsl.show.figures import Axis, Band, Boxes, Figure, Heat, Labels, Line, Numbers, Panel, Paths, Pictures, Points
from nndsl.show.palette import Look, looks

MARGIN = 0.04  # of an axis, left free on both sides of points and lines


def named(figure: Figure) -> dict[str, Look]:
    """The look of each name in the legend, in the order of their first use."""
    names = dict.fromkeys(
        name
        for panel in figure.panels
        for layer in panel.layers
        for name in (
            layer.names
            if isinstance(layer, Points)
            else (layer.name,)
            if isinstance(layer, Line | Boxes | Band)
            else ()
        )
        if name
    )
    return dict(zip(names, looks(len(names)), strict=True))


def styles(figure: Figure) -> tuple[str, ...]:
    """Of lines, in the order of their first use."""
    found = (layer.style for panel in figure.panels for layer in panel.layers if isinstance(layer, Line))
    return tuple(dict.fromkeys(style for style in found if style))


def x_range(panel: Panel) -> tuple[float, float]:
    """Where the panel's x axis begins and ends."""
    return _range(panel.x, [pair[0] for layer in panel.layers for pair in _reach(layer)], _solid(panel))


def y_range(panel: Panel) -> tuple[float, float]:
    """Where the panel's y axis begins and ends."""
    return _range(panel.y, [pair[1] for layer in panel.layers for pair in _reach(layer)], _solid(panel))


def _solid(panel: Panel) -> bool:
    """Whether something fills the panel to its edges, so that no margin is wanted."""
    return any(isinstance(layer, Heat | Pictures | Boxes) for layer in panel.layers)


def _reach(layer: object) -> Iterator[tuple[Numbers, Numbers]]:
    """(x, y) of all places that a layer covers."""
    match layer:
        case Line() | Points() | Labels():
            yield layer.x, layer.y
        case Paths():
            yield from ((path[:, 0], path[:, 1]) for path in layer.paths)
        case Heat():
            yield np.array(layer.x), np.array(layer.y)
        case Pictures():
            yield layer.x - layer.width / 2, layer.y - layer.height / 2
            yield layer.x + layer.width / 2, layer.y + layer.height / 2
        case Boxes():
            yield layer.x0, layer.y0
            yield layer.x1, layer.y1
        case Band():
            yield layer.x, layer.low
            yield layer.x, layer.high


def _range(axis: Axis, parts: list[Numbers], solid: bool) -> tuple[float, float]:
    if axis.names:
        return -0.5, len(axis.names) - 0.5
    every = np.concatenate([np.ravel(np.asarray(part, np.float64)) for part in parts]) if parts else np.zeros(0)
    every = every[np.isfinite(every) & ((every > 0) | (not axis.log))]
    low, high = (float(every.min()), float(every.max())) if len(every) else (1.0, 10.0) if axis.log else (0.0, 1.0)
    if axis.log:
        low, high = math.log10(low), math.log10(high)
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        step = 0.5 if axis.log or not low else abs(low) * 0.05
        low, high = low - step, high + step
    elif not solid:
        low, high = low - (high - low) * MARGIN, high + (high - low) * MARGIN
    if axis.log:
        low, high = 10**low, 10**high
    return low if axis.low is None else axis.low, high if axis.high is None else axis.high


def share(values: Numbers, limits: tuple[float, float], log: bool) -> Numbers:
    """Where values lie between the limits: from 0 to 1."""
    low, high = limits
    if log:
        values, low, high = np.log10(np.maximum(values, 1e-300)), np.log10(low), np.log10(high)
    return (np.asarray(values, np.float64) - low) / (high - low)


def heat_shares(heat: Heat) -> tuple[Numbers, tuple[float, float]]:
    """From 0 to 1, how far each number is between the least and the greatest, and those two."""
    values = np.asarray(heat.values, np.float64)
    known = values[np.isfinite(values) & ((values > 0) | (not heat.log))]
    low, high = (float(known.min()), float(known.max())) if len(known) else (1.0, 10.0)
    if high <= low:
        high = low * 2 if heat.log and low > 0 else low + 1
    usable = np.where(values > 0, values, np.nan) if heat.log else values
    return share(usable, (low, high), heat.log), (low, high)


def nice_marks(low: float, high: float, count: int, axis: Axis) -> list[float]:
    """About `count` round numbers from low to high; of a logarithmic axis powers of ten, and 2 and 5 times those where
    there are few."""
    if axis.log:
        return _powers(low, high, count)
    step = _nice_step((high - low) / max(count, 1))
    if axis.whole:
        step = max(1.0, step)
    first = math.ceil(low / step - 1e-9)
    return [k * step for k in range(first, math.floor(high / step + 1e-9) + 1)]


def _powers(low: float, high: float, count: int) -> list[float]:
    first, last = math.floor(math.log10(low) - 1e-9), math.ceil(math.log10(high) + 1e-9)
    every = [f * 10.0**k for k in range(first, last + 1) for f in (1, 2, 5)]
    inside = [mark for mark in every if low * (1 - 1e-9) <= mark <= high * (1 + 1e-9)]
    if len(inside) <= 1.5 * count:
        return inside if len(inside) > 1 else [low, high]
    tens = [mark for mark in inside if f"{mark:.0e}".startswith("1")]
    stride = max(1, math.ceil(len(tens) / max(count, 1)))
    return tens[::stride]


def _nice_step(rough: float) -> float:
    """1, 2 or 5 times a power of ten, not below `rough`."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * (1 - 1e-9))


def plain(low: float, high: float, count: int) -> str | None:
    """How numbers of an axis are written (as d3 has it) where plain digits would be too long: with powers of ten, and
    as many digits as tell neighbours apart. None where plain digits do."""
    greatest = max(abs(low), abs(high))
    if 1e-4 <= greatest < 1e7 or not greatest:
        return None
    digits = math.ceil(math.log10(greatest / _nice_step((high - low) / max(count, 1)))) + 1
    return f".{max(digits, 2)}~g"


def short(number: float) -> str:
    """A number for people: four digits, with a proper minus."""
    text = f"{number:.4g}"
    if "e" in text:
        mantissa, power = text.split("e")
        text = f"{mantissa}e{int(power)}"
    return text.replace("-", "−")
