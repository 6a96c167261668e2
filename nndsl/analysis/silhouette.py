"""How well groups are apart: the mean silhouette (Rousseeuw 1987).

In: rows and the group of each. Out: the mean over rows of (b - a) / max(a, b), with a the mean distance to the other
rows of the same group and b that to the rows of the nearest other group; 0 for a row that is alone. Of many rows a
sample is taken: the work grows with their square.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.data.randoms import LOOK, Draws

MOST = 5000  # rows that are taken whole
BLOCK = 1 << 17  # distances at once, which stay in a second-level cache


def silhouette(x: NDArray[Any], ids: NDArray[Any], seed: int = 0) -> tuple[float, int]:
    """(mean silhouette, of how many rows). x: [N, D]; ids: [N]. NaN where there are fewer than two groups."""
    if len(x) > MOST:
        chosen = np.sort(Draws(seed, LOOK).order(len(x))[:MOST])
        x, ids = x[chosen], ids[chosen]
    groups, ids = np.unique(ids, return_inverse=True)
    if len(groups) < 2:
        return math.nan, len(x)
    order = np.argsort(ids, kind="stable")  # group after group
    rows, ids, counts = x[order].astype(np.float64), ids[order], np.bincount(ids)
    starts = np.cumsum(counts) - counts
    rows -= rows.mean(0)
    square = np.einsum("ij,ij->i", rows, rows)
    total, step = 0.0, max(1, BLOCK // len(x))
    for start in range(0, len(x), step):
        part = slice(start, start + step)
        distances = square[part, None] + square - 2 * (rows[part] @ rows.T)
        np.sqrt(np.maximum(distances, 0, out=distances), out=distances)
        own, here = ids[part], np.arange(len(distances))
        distances[here, here + start] = 0
        sums = np.add.reduceat(distances, starts, axis=1)
        alone = counts[own] == 1
        inside = sums[here, own] / np.maximum(counts[own] - 1, 1)
        means = sums / counts
        means[here, own] = np.inf
        outside = means.min(1)
        larger = np.maximum(inside, outside)
        apart = np.divide(outside - inside, larger, out=np.zeros_like(larger), where=larger > 0)
        total += float(apart[~alone].sum())
    return total / len(x), len(x)
