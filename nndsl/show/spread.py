"""Figures of many numbers by layer: activations or gradients, as boxes from quantile to quantile."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nndsl.show.figures import Axis, Boxes, Figure, Layer, Numbers, Panel, Paths
from nndsl.show.looks import MARGIN, short
from nndsl.show.palette import COLOURS, tint
from nndsl.values import value

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
TINY = 1e-12  # what counts as 0 where sizes are shown by their logarithms


@value
class Layered:
    """A layer's numbers. quantiles: the five of QUANTILES. zero: the share of those that are 0. note: a word at its
    right, such as `dead 12%`."""

    name: str
    quantiles: tuple[float, ...]
    zero: float = 0.0


def layered(name: str, values: Numbers, log: bool) -> Layered:
    """From a layer's numbers; log: from their sizes, those that are not 0."""
    flat = np.asarray(values, np.float64).ravel()
    flat = flat[np.isfinite(flat)]
    if not len(flat):
        return Layered(name, (float("nan"),) * 5, 0.0)
    zero = float(np.mean(flat == 0))
    shown = abs(flat[flat != 0]) if log else flat
    if not len(shown):
        return Layered(name, (TINY if log else 0.0,) * 5, zero)
    return Layered(name, tuple(float(q) for q in np.quantile(shown, QUANTILES)), zero)


def spread(layers: Sequence[Layered], what: str, log: bool, title: str, subtitle: str = "") -> Figure:
    """A row for each layer, the first on top: a thin bar from 5% to 95% of its numbers, a thick one from 25% to 75%,
    and a line at the median. what: on the axis. log: by powers of ten."""
    table = np.array([layer.quantiles for layer in layers], np.float64).reshape(-1, 5)
    if log:
        table = np.maximum(table, TINY)
    place = np.arange(len(layers), dtype=np.float64)
    low, first, middle, third, high = table.T
    pale = tint(COLOURS[0], 0.3)
    drawn: tuple[Layer, ...] = (
        Boxes(low, high, place - 0.16, place + 0.16, (pale,), radius=1),
        Boxes(first, third, place - 0.3, place + 0.3, (tint(COLOURS[0], 0.75),), radius=2),
        Paths(
            tuple(np.array([[m, y - 0.3], [m, y + 0.3]]) for m, y in zip(middle, place, strict=True)), COLOURS[1], 2.5
        ),
    )
    names = tuple(f"{layer.name} ({layer.zero:.0%} are 0)" if layer.zero >= 0.005 else layer.name for layer in layers)
    low_end, high_end = _limits(table, log)
    x = Axis(what, log=log, low=low_end, high=high_end)
    panel = Panel(drawn, x, Axis("", names, down=True, grid=False), "", 480, max(110.0, 30.0 * len(layers)))
    note = "bars: 5% to 95% and 25% to 75%; line: the median"
    facts = tuple(f"{layer.name}: median {short(layer.quantiles[2])}." for layer in layers)
    return Figure(title, (panel,), f"{subtitle}; {note}" if subtitle else note, facts)


def _limits(table: Numbers, log: bool) -> tuple[float | None, float | None]:
    """Of the axis, with a margin."""
    known = table[np.isfinite(table)]
    if not len(known) or known.max() <= known.min():
        return None, None
    low, high = (float(np.log10(v) if log else v) for v in (known.min(), known.max()))
    low, high = low - (high - low) * MARGIN, high + (high - low) * MARGIN
    return (10**low, 10**high) if log else (low, high)
