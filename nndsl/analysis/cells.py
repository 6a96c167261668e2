"""The nearest neighbours of all rows among themselves: exactly, or of many rows nearly all of them, sooner.

In: rows, how many neighbours. Out: as `neighbours.nearest` gives them. Many rows are parted into cells around centres
(k-means of a sample), about `SIZE` rows each; the rows of a cell look for neighbours in the cells whose centres are
nearest to their own. How many cells that are is read off a sample of rows whose neighbours are known: so many that
`KEPT` of those are among them. Where rows do not lie in such a way that few cells will do, the search is exact.

Measured, 90 neighbours in 50 components of Fashion-MNIST, one core, cells against exact search: 20000 rows 0.45 s and
1.1, 30000 rows 0.76 s and 2.15, 60000 rows 1.8 s and 6.8, 200000 (noisy doubles) 8.4 s and 59; 0.987 to 0.993 of the
neighbours found.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from nndsl.analysis.lloyd import Lloyd
from nndsl.analysis.native import Crew
from nndsl.analysis.neighbours import SIDE, Floats, Index, Ints, nearest, whole_vectors
from nndsl.analysis.watch import Watch
from nndsl.data.randoms import LOOK, Draws

MANY = 30_000  # rows from which on cells are tried
SIZE = 256  # rows of a cell, about
SAMPLE = 32  # rows of a cell that its centre is made from, about
STEPS = 6  # of k-means: better centres find no more
KEPT = 0.99
TRIED = 256  # rows whose neighbours are found exactly first
FEW = 0.25  # of all cells: more than these, and the exact search is no slower


def among_themselves(
    x: Floats, k: int, *, seed: int = 0, threads: int = 1, watch: Watch | None = None
) -> tuple[Floats, Ints]:
    """(squared distances [N, k], ascending; numbers [N, k]) of other rows; infinity for rows that were not reached when
    the watch says stop.
    """
    watch = watch or Watch()
    if len(x) >= MANY:
        found = nearly(x, k, seed=seed, threads=threads, watch=watch)
        if found is not None:
            return found
    return nearest(x, x, k, itself=False, threads=threads, watch=watch)


def nearly(x: Floats, k: int, *, seed: int, threads: int, watch: Watch) -> tuple[Floats, Ints] | None:
    """By cells; None where these do not pay."""
    from threadpoolctl import threadpool_limits

    watch.begin("neighbours", len(x))
    with Crew(threads) as crew, threadpool_limits(1):
        centres, ids = _cells(x, seed, crew, watch)
    order = np.argsort(ids, kind="stable")  # cell after cell
    sizes = np.bincount(ids, minlength=len(centres))
    ends = np.cumsum(sizes)
    cuts = [slice(int(a), int(b)) for a, b in itertools.pairwise([0, *ends])]
    rows = x[order]
    index = Index(rows, k, screen=False, cuts=cuts, threads=threads)
    looked = _needed(index, rows, centres, ids[order], k, threads)
    if looked > FEW * len(centres):
        return None
    distances, numbers = np.full((len(x), k), np.inf, np.float32), np.zeros((len(x), k), np.int32)
    with Crew(threads) as crew, threadpool_limits(1):
        desks = [index.desk(k) for _ in range(crew.members)]

        def cell(item: int, member: int) -> None:
            near = _nearest_cells(centres, sizes, item, looked, k)
            for start in range(cuts[item].start, cuts[item].stop, SIDE):
                if watch.stopped:
                    return
                part, desk = slice(start, min(start + SIDE, cuts[item].stop)), desks[member]
                index.search(desk, rows[part], np.arange(part.start, part.stop), near)
                found, which = np.empty((part.stop - start, k), np.float32), np.empty((part.stop - start, k), np.int32)
                index.leave(desk, found, which)
                distances[order[part]], numbers[order[part]] = found, order[which]
                watch.done += part.stop - start

        crew.each(len(cuts), cell)
    return distances, numbers


def _cells(x: Floats, seed: int, crew: Crew, watch: Watch) -> tuple[Floats, Ints]:
    """(centres [C, width]; the cell of each row [N])."""
    count = len(x) // SIZE
    middle = x.mean(0, dtype=np.float64).astype(np.float32)
    sample = x[np.sort(Draws(seed, LOOK).order(len(x))[: SAMPLE * count])] - middle
    start = whole_vectors(sample[:: len(sample) // count][:count])
    centres, _ = Lloyd(sample, count, crew).run(start, STEPS, 0.0, watch)
    return centres, Lloyd(x - middle, count, crew).settled(centres)


def _needed(index: Index, rows: Floats, centres: Floats, ids: Ints, k: int, threads: int) -> int:
    """How many cells a row must look through to find `KEPT` of its neighbours."""
    tried = np.linspace(0, len(ids) - 1, TRIED).astype(np.int64)
    _, near = index.nearest(rows[tried], k + 1, threads=threads)  # a row itself is one
    ranks = np.empty((TRIED, len(centres)), np.int64)
    far = np.stack([_far(centres, cell) for cell in ids[tried]])
    np.put_along_axis(ranks, far.argsort(1, kind="stable"), np.arange(len(centres))[None], 1)
    reached = np.sort(np.take_along_axis(ranks, ids[near], 1), axis=None)
    return int(reached[int(KEPT * (reached.size - 1))]) + 1


def _nearest_cells(centres: Floats, sizes: NDArray[np.int64], cell: int, count: int, k: int) -> NDArray[np.int64]:
    """The cell itself, then those nearest to it; more than are wanted where they hold too few rows."""
    near = _far(centres, cell).argsort(kind="stable")
    return near[: max(count, int(np.searchsorted(np.cumsum(sizes[near]), k, side="right")) + 1)]


def _far(centres: Floats, cell: int) -> Floats:
    """[C] squared distances from one centre."""
    difference = centres - centres[cell]
    squares: Floats = np.einsum("ij,ij->i", difference, difference)
    squares[cell] = -1  # before its twins
    return squares
