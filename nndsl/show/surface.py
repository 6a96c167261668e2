"""Figures of a loss over two directions in the space of weights."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nndsl.show.contours import contours, levels
from nndsl.show.figures import Axis, Figure, Heat, Labels, Layer, Line, Numbers, Panel, Paths, Points
from nndsl.show.looks import short
from nndsl.values import value

LINES = 14  # contours
WIDE = 20.0  # greatest by least loss from which heights are shown by their logarithms


@value
class Mark:
    """A place on the surface with a name, and, where they are known, the places that led there: path [k, 2]."""

    name: str
    x: float
    y: float
    path: Numbers | None = None


def surface(
    losses: Numbers,
    x: Numbers,
    y: Numbers,
    marks: Sequence[Mark],
    axes: tuple[str, str],
    title: str,
    subtitle: str = "",
) -> Figure:
    """losses: [rows, columns] at y [rows] and x [columns]."""
    known = losses[np.isfinite(losses)]
    log = bool(len(known)) and known.min() > 0 and known.max() > WIDE * known.min()
    half_x, half_y = (x[-1] - x[0]) / (len(x) - 1) / 2, (y[-1] - y[0]) / (len(y) - 1) / 2
    edges = (float(x[0] - half_x), float(x[-1] + half_x)), (float(y[0] - half_y), float(y[-1] + half_y))
    lines = tuple(path for level in levels(losses, LINES, log) for path in contours(losses, x, y, level))
    layers: list[Layer] = [
        Heat(losses, *edges, title="loss", log=log, scale="viridis"), Paths(lines, "#ffffff", 0.8, 0.55),
    ]  # fmt: skip
    for mark in marks:
        layers += _mark(mark, len(marks))
    across = Axis(axes[0], low=edges[0][0], high=edges[0][1], grid=False)
    up = Axis(axes[1], low=edges[1][0], high=edges[1][1], grid=False)
    words = [f"loss from {short(known.min())} to {short(known.max())}"] if len(known) else ["no finite loss"]
    facts = (words[0] + ".", *(f"{mark.name} lies at {short(mark.x)}, {short(mark.y)}." for mark in marks))
    return Figure(title, (Panel(tuple(layers), across, up, "", 480, 420),), subtitle, facts)


def _mark(mark: Mark, count: int) -> list[Layer]:
    """A bright point with its name; a path in the colour of the names' legend where there are several."""
    at = np.array([mark.x]), np.array([mark.y])
    found: list[Layer] = []
    if mark.path is not None:
        found.append(Line(mark.path[:, 0], mark.path[:, 1], "", colour="#ffffff", width=3.6))
        found.append(Line(mark.path[:, 0], mark.path[:, 1], mark.name, width=2.0))
    if count > 1:
        found += [Points(*at, colour="#ffffff", size=170), Points(*at, np.zeros(1), (mark.name,), size=90)]
    else:
        found += [Points(*at, colour="#ffffff", size=150), Points(*at, colour="#d55e00", size=70)]
    return [*found, Labels(*at, (mark.name,), "left", 10, -10, 11.5, bold=True, halo=True)]
