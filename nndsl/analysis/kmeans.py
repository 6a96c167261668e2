"""k-means: groups of rows around centres, each row in the group of the nearest one.

In: rows, how many groups. Out: `Clusters`, which tell new rows their groups. Several beginnings are tried, the one with
the least inertia is kept. It depends on nothing but the rows and the seed.

Letters: N rows, D columns, k centres.
"""

from __future__ import annotations

from dataclasses import field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.analysis.lloyd import Lloyd
from nndsl.analysis.native import Crew
from nndsl.analysis.neighbours import whole_vectors
from nndsl.analysis.seeding import spread_out
from nndsl.analysis.silhouette import silhouette
from nndsl.analysis.unfit import Unfit, finite
from nndsl.analysis.watch import Watch
from nndsl.data.randoms import LOOK, Draws
from nndsl.values import value

Floats = NDArray[np.float32]


@value
class Clusters:
    """
    centers: [k, D]. ids: [N] the group of each row. inertia: the sum of squared distances to the centres. iterations:
    of the beginning that was kept. restarts: beginnings that were tried. silhouette: from -1 to 1, how well groups are
    apart, of `silhouette_rows` rows; NaN where there is one group. middle: [D], taken off rows before they are
    measured.
    """

    centers: Floats
    ids: NDArray[np.int32]
    inertia: float
    iterations: int
    restarts: int
    silhouette: float
    silhouette_rows: int
    middle: Floats = field(repr=False)
    threads: int = 1

    def assign(self, x: NDArray[Any]) -> NDArray[np.int32]:
        """[N] the nearest centre of each row, [N, D]; of two that are as near the first. Unfit where numbers are
        missing."""
        with Crew(self.threads) as crew:
            return self._ready(x, crew).nearest(_placed(self.centers, self.middle))[1]

    def distances(self, x: NDArray[Any]) -> Floats:
        """[N, k] from each row to each centre. Unfit where numbers are missing."""
        with Crew(self.threads) as crew:
            spans = self._ready(x, crew).spans(_placed(self.centers, self.middle))
        return np.sqrt(spans, out=spans)

    def _ready(self, x: NDArray[Any], crew: Crew) -> Lloyd:
        return Lloyd(_about(x, self.middle), len(self.centers), crew)


def fit(
    x: NDArray[Any],
    clusters: int,
    *,
    restarts: int = 10,
    iterations: int = 300,
    tolerance: float = 1e-4,
    start: NDArray[Any] | None = None,
    seed: int = 0,
    threads: int = 1,
    watch: Watch | None = None,
) -> Clusters:
    """x: [N, D]. start: [k, D], first centres instead of drawn ones. tolerance: a step that moves the centres by less
    than this part of a column's mean variance, all squared moves added, is the last.
    """
    from threadpoolctl import threadpool_limits

    watch = watch or Watch()
    if clusters < 1:
        raise Unfit(f"{clusters} groups cannot be made of anything")
    if len(x) < clusters:
        rows = "1 row" if len(x) == 1 else f"{len(x)} rows"
        raise Unfit(f"{clusters} groups were asked for, and there {'is' if len(x) == 1 else 'are'} {rows}")
    finite(x)
    middle = x.mean(0, dtype=np.float64).astype(np.float32)
    about = _about(x, middle)
    enough = tolerance * _square_sum(about) / max(1, x.size)
    draws, tried = Draws(seed, LOOK), 0
    watch.begin("groups", 1 if start is not None else restarts)
    best: tuple[float, NDArray[np.int32], Floats, int] | None = None
    with Crew(threads) as crew:
        lloyd = Lloyd(about, clusters, crew)
        while best is None or (tried < watch.of and not watch.stopped):
            first = lloyd.x[spread_out(lloyd, draws, watch)] if start is None else _placed(start, middle)
            if watch.stopped and best is not None:
                break
            moved, steps = lloyd.run(first, iterations, enough, watch)
            centers = (moved[:, : x.shape[1]].astype(np.float64) + middle).astype(np.float32)
            distances, ids = lloyd.nearest(_placed(centers, middle))
            inertia, tried = float(distances.sum(dtype=np.float64)), tried + 1
            if best is None or inertia < best[0]:
                best = inertia, ids, centers, steps
            watch.done, watch.figure = tried, best[0]
    inertia, ids, centers, steps = best
    with threadpool_limits(1):  # the same bits with any number of threads
        apart, of = silhouette(about, ids, seed)
    return Clusters(centers, ids, inertia, steps, tried, apart, of, middle, threads)


def _placed(centers: NDArray[Any], middle: Floats) -> Floats:
    """[k, width]: centres as rows are measured against them."""
    return whole_vectors(_about(centers, middle))


def _square_sum(x: Floats) -> float:
    """Of all numbers, some rows at a time: float64 takes twice the room of the rows."""
    step = max(1, (1 << 18) // max(1, x.shape[1]))
    return sum(float(np.square(x[i : i + step], dtype=np.float64).sum()) for i in range(0, len(x), step))


def _about(x: NDArray[Any], middle: Floats) -> Floats:
    """[N, D]: rows less the middle."""
    finite(x)
    return np.asarray(x - middle, np.float32)
