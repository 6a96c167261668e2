"""Figures of a classifier on two inputs: what it answers at each place, with the rows it is meant for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nndsl.show.contours import contours
from nndsl.show.figures import Axis, Figure, Layer, Numbers, Panel, Paths, Pictures, Points
from nndsl.show.palette import INK, looks, rgb
from nndsl.values import value

DEEP = 0.45  # how much of a class's colour a region has where the answer is certain
PALE = 0.10  # and where it is a toss-up


@value
class Rows:
    """Rows with their true classes. x, y, classes: [n]."""

    x: Numbers
    y: Numbers
    classes: Numbers


def regions(
    shares: Numbers, x: Numbers, y: Numbers, names: Sequence[str], rows: Rows, axes: tuple[str, str], title: str,
    subtitle: str = "",
) -> Figure:  # fmt: skip
    """shares: [classes, rows, columns], how far the network holds each class for the right one at y [rows] and
    x [columns]. A region has its class's colour, paler where the answer is less sure; lines are where it changes."""
    step_x, step_y = (x[-1] - x[0]) / (len(x) - 1), (y[-1] - y[0]) / (len(y) - 1)
    middle = np.array([(x[0] + x[-1]) / 2]), np.array([(y[0] + y[-1]) / 2])
    width, height = x[-1] - x[0] + step_x, y[-1] - y[0] + step_y
    layers: tuple[Layer, ...] = (
        Pictures((_tinted(shares, len(names)),), *middle, float(width), float(height), smooth=True),
        Paths(tuple(_borders(shares, x, y)), INK, 1.2, 0.75),
        Points(rows.x, rows.y, rows.classes, tuple(names)),
    )
    right = float(np.mean(_answers(shares, x, y, rows) == rows.classes)) if len(rows.x) else 0.0
    facts = (
        f"Each of {len(names)} classes has a region; {len(rows.x)} rows are drawn, {right:.0%} of them in their own.",
    )
    panel = Panel(layers, Axis(axes[0], grid=False), Axis(axes[1], grid=False), "", 500, 420)
    return Figure(title, (panel,), subtitle, facts)


def _tinted(shares: Numbers, count: int) -> Numbers:
    """[rows, columns, 3] of bytes, the first row on top."""
    colours = np.stack([rgb(look.colour) for look in looks(count)])
    best, sure = shares.argmax(axis=0), shares.max(axis=0)
    least = 1 / max(len(shares), 2)
    depth = PALE + (DEEP - PALE) * np.clip((sure - least) / (1 - least), 0, 1)
    found = 255 + (colours[best] - 255) * depth[..., None]
    return np.ascontiguousarray(np.round(found).astype(np.uint8)[::-1])


def _borders(shares: Numbers, x: Numbers, y: Numbers) -> list[Numbers]:
    """Where a class becomes the likeliest: its share less that of the best other one crosses 0. Between two classes it
    is one line, so the last class needs none of its own."""
    found: list[Numbers] = []
    for k in range(len(shares) - 1):
        others = np.delete(shares, k, axis=0).max(axis=0)
        found += contours(shares[k] - others, x, y, 0.0)
    return found


def _answers(shares: Numbers, x: Numbers, y: Numbers, rows: Rows) -> Numbers:
    """The class at the grid's place nearest to each row."""
    column = np.clip(np.round((rows.x - x[0]) / (x[-1] - x[0]) * (len(x) - 1)), 0, len(x) - 1).astype(np.int64)
    row = np.clip(np.round((rows.y - y[0]) / (y[-1] - y[0]) * (len(y) - 1)), 0, len(y) - 1).astype(np.int64)
    answers: Numbers = shares.argmax(axis=0)[row, column]
    return answers
