"""Whether a few directions rule out most points sooner than whole rows do, and which directions.

In: points, how many neighbours will be asked for. Out: the directions of a sample in which it varies most, or None
where whole rows are expected to take less time. It is tried with some of the points as queries, and counted, not
timed: the same data are always treated alike.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nndsl.analysis.centred import centred
from nndsl.analysis.spectrum import exact
from nndsl.analysis.watch import Watch

Floats = NDArray[np.float32]

DIRECTIONS = 64  # of 48, 64 and 96 these took the least time on 60000 x 784
SAMPLE = 1024  # rows the directions are learnt from
QUERIES, POINTS = 32, 4096  # rows of the trial
# Nanoseconds, measured on one core: a term of a product, and a row that is measured, to begin with and a column.
TERM, ROW, COLUMN = 0.014, 20.0, 0.17


def directions(points: Floats, k: int, certain: bool = False) -> Floats | None:
    """axes [D, P] with orthonormal columns, or None. certain: they are wanted without a trial."""
    count, D = points.shape
    if not certain and (D < 3 * DIRECTIONS or count < 4 * SAMPLE):
        return None
    sample = np.ascontiguousarray(_spread(points, SAMPLE))
    found = exact(centred(sample, np.float32), min(DIRECTIONS, *sample.shape), Watch())
    axes = np.ascontiguousarray(found.axes.T, np.float32)
    if certain:
        return axes
    passed = _passed(points, axes, k)
    whole, screened = D * TERM, (DIRECTIONS + 2) * TERM + 2 * passed * (ROW + D * COLUMN)
    return axes if screened < whole else None


def _passed(points: Floats, axes: Floats, k: int) -> float:
    """The share of points whose bound is below the k-th distance: twice as many are, while that is still sought."""
    among = _spread(points, POINTS)
    middle = among.mean(0, dtype=np.float64).astype(np.float32)
    y, x = among - middle, _spread(among, QUERIES) - middle
    rank = max(1, round(k * len(among) / len(points)))  # the nearest is the row itself
    turned_x, turned_y = x @ axes, y @ axes
    distances = _squared(x, y)
    kept, whole = _squared(turned_x, turned_y), [np.einsum("ij,ij->i", z, z) for z in (x, y, turned_x, turned_y)]
    rest_x, rest_y = (np.sqrt(np.maximum(whole[i] - whole[i + 2], 0)) for i in (0, 1))
    limit = np.partition(distances, rank, axis=1)[:, rank]
    return float((kept + np.square(rest_x[:, None] - rest_y) < limit[:, None]).mean())


def _squared(x: Floats, y: Floats) -> Floats:
    """[Q, N] squared distances."""
    out: Floats = np.einsum("ij,ij->i", x, x)[:, None] + np.einsum("ij,ij->i", y, y) - 2 * (x @ y.T)
    return out


def _spread(rows: Floats, count: int) -> Floats:
    """So many rows at even distances."""
    return rows[np.linspace(0, len(rows) - 1, min(count, len(rows))).astype(np.int64)]
