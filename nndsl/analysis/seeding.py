"""First centres for k-means: rows that are far from those chosen before (k-means++, Arthur and Vassilvitskii 2007).

In: rows, how many centres, random numbers. Out: numbers of rows. Each choice is the best of a few, drawn in proportion
to squared distances, as in scikit-learn (greedy k-means++).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from nndsl.analysis.lloyd import Lloyd
from nndsl.analysis.unfit import Unfit
from nndsl.analysis.watch import Watch
from nndsl.data.randoms import Draws


def spread_out(rows: Lloyd, draws: Draws, watch: Watch | None = None) -> NDArray[np.int64]:
    """[k] numbers of rows, all different. Raises Unfit where there are fewer different rows. When the watch says stop,
    those that are missing are the farthest from those that are there.
    """
    k, tries = rows.k, 2 + int(math.log(rows.k))
    chosen = np.empty(k, np.int64)
    chosen[0] = int(draws.uniform(1)[0] * len(rows.x))
    nearest = rows.spans(rows.x[chosen[:1]])[:, 0]
    for i in range(1, k):
        if watch is not None and watch.stopped:
            chosen[i:] = np.argsort(-nearest, kind="stable")[: k - i]
            break
        ends = np.cumsum(nearest, dtype=np.float64)
        if not ends[-1] > 0:
            raise Unfit(f"{k} groups were asked for, and only {i} of the rows {'is' if i == 1 else 'are'} different")
        drawn = np.minimum(np.searchsorted(ends, draws.uniform(tries) * ends[-1], side="right"), len(ends) - 1)
        left = np.minimum(rows.spans(rows.x[drawn]), nearest[:, None])
        best = int(left.sum(0, dtype=np.float64).argmin())
        chosen[i], nearest = drawn[best], np.ascontiguousarray(left[:, best])
    return chosen
