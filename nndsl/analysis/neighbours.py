"""The nearest neighbours of all rows, exact.

In: rows of queries and of points, float32. Out: distances and numbers of the k nearest of each, nearest first. A block
of bounds on distances is made at once (`bounds`); while it is in the cache, a second kernel measures what is below the
k-th distance so far (`neighbour_kernels`). So what is found are distances by differences, not by products that round,
and of equal distances the lower number: the same whatever the bounds, the blocks and the threads.

Letters: Q queries, N points, D columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nndsl.analysis import neighbour_kernels
from nndsl.analysis.bounds import Bounds, Magnitudes, Products
from nndsl.analysis.native import Crew, kernels
from nndsl.analysis.screens import directions
from nndsl.analysis.unfit import finite
from nndsl.analysis.watch import Watch
from nndsl.backend.cpu.cache import Text
from nndsl.backend.cpu.library import kernel
from nndsl.backend.cpu.machine import machine
from nndsl.backend.cpu.memory import aligned

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Distance = Literal["euclidean", "manhattan"]

SIDE = 1024  # queries at once: of 256, 512 and 1024 these took the least time
ROOM = 4  # places, at least, behind the k nearest for those that are nearer than the k-th so far
NOBODY = -1


def texts() -> list[Text]:
    """The kernels of this search."""
    own = neighbour_kernels
    return [kernel("product", "float32"), own.manhattan(), own.near("euclidean"), own.near("manhattan"), own.leave()]


def nearest(
    queries: Floats, points: Floats, k: int, *, itself: bool, threads: int = 1, watch: Watch | None = None
) -> tuple[Floats, Ints]:
    """(squared distances [Q, k], ascending; numbers of points [Q, k]); of equal distances the lower number is first.

    queries: [Q, D]. points: [N, D]. itself: whether a row may find the point of its own number; False only where the
    queries are the points. When the watch says stop, rows that were not reached have distances of infinity.
    Raises Unfit where numbers are missing, infinite, or too large to be squared.
    """
    return Index(points, k, threads=threads).nearest(queries, k, itself=itself, threads=threads, watch=watch)


class Index:
    """Points that are ready to be searched, again and again.

    points: [N, D]. k: how many neighbours will be asked for, about. distance: `euclidean` gives squares. screen:
    whether a few directions are used to rule points out first; left out, it is tried on a sample. cuts: the rows of
    each block of points, for Euclidean distances.
    """

    def __init__(
        self, points: Floats, k: int, *, distance: Distance = "euclidean", screen: bool | None = None,
        cuts: Sequence[slice] = (), threads: int = 1,
    ) -> None:  # fmt: skip
        from threadpoolctl import threadpool_limits

        finite(points)
        self.points = whole_vectors(points)
        with Crew(threads) as crew:
            if distance == "manhattan":
                self.bounds: Bounds = Magnitudes(points, crew)
            else:
                with threadpool_limits(threads):
                    axes = None if screen is False else directions(points, k, certain=screen is True)
                with threadpool_limits(1):
                    self.bounds = Products(points, axes, crew, cuts)
        self._near, self._leave = kernels([neighbour_kernels.near(distance), neighbour_kernels.leave()])

    @property
    def screened(self) -> bool:
        """Whether points are ruled out by a few directions first."""
        return isinstance(self.bounds, Products) and self.bounds.axes is not None

    def nearest(
        self, queries: Floats, k: int, *, itself: bool = True, threads: int = 1, watch: Watch | None = None
    ) -> tuple[Floats, Ints]:
        """As the function of this name."""
        from threadpoolctl import threadpool_limits

        assert 0 < k <= len(self.points) - (not itself), "the caller has seen to it that there are so many"
        finite(queries)
        watch = watch or Watch()
        watch.begin("neighbours", len(queries))
        distances = np.full((len(queries), k), np.inf, np.float32)
        numbers = np.zeros((len(queries), k), np.int32)
        with Crew(threads) as crew, threadpool_limits(1):
            desks = [self.desk(k) for _ in range(crew.members)]

            def strip(item: int, member: int) -> None:
                if not watch.stopped:
                    rows = slice(item * SIDE, min((item + 1) * SIDE, len(queries)))
                    own = None if itself else np.arange(rows.start, rows.stop)
                    self.search(desks[member], queries[rows], own, range(len(self.bounds.blocks)))
                    self.leave(desks[member], distances[rows], numbers[rows])
                    watch.done += rows.stop - rows.start

            crew.each(-(-len(queries) // SIDE), strip)
        return distances, numbers

    def desk(self, k: int) -> Desk:
        """Where one thread finds k neighbours of up to `SIDE` queries."""
        return Desk(k, max(block.shape[1] for block in self.bounds.blocks))

    def search(self, desk: Desk, queries: Floats, own: NDArray[np.int64] | None, blocks: Iterable[int]) -> None:
        """Some blocks of points pass by some queries, at most `SIDE`. own: the point that each must not find."""
        rows, shifts = self.bounds.rows(queries)
        count, x = len(queries), whole_vectors(queries)
        own = np.full(count, NOBODY) if own is None else own
        desk.clear()
        bounds, shift, owns, here, there, distances, numbers, limits, counts = (
            a.ctypes.data  # found once, not for each block
            for a in (desk.block, shifts, own, x, self.points, desk.distances, desk.numbers, desk.limits, desk.counts)
        )
        for which in blocks:
            block, first = self.bounds.blocks[which], self.bounds.cuts[which].start
            wide = block.shape[1]
            self.bounds.fill(desk.block, rows, block)
            self._near(
                0, count, 0, bounds, wide, shift, first, owns, desk.k, here, there, x.shape[1], distances, numbers,
                desk.room, limits, counts,
            )  # fmt: skip

    def leave(self, desk: Desk, distances: Floats, numbers: Ints) -> None:
        """Writes the k nearest of each query of the desk, sorted; there must be so many. [rows, k] each."""
        self._leave(
            0, len(distances), 0, desk.k, desk.distances, desk.numbers, desk.room, desk.counts, distances, numbers
        )


class Desk:
    """What one thread writes to on its way: of each query the nearest so far, `room` places of which `counts` are
    taken; limits: the distance that must be undercut."""

    def __init__(self, k: int, wide: int) -> None:
        self.k, self.room = k, k + max(k, ROOM)
        self.block = aligned((SIDE, wide), np.float32)
        self.distances = aligned((SIDE, self.room), np.float32)
        self.numbers = aligned((SIDE, self.room), np.int32)
        self.limits, self.counts = aligned(SIDE, np.float32), aligned(SIDE, np.int64)

    def clear(self) -> None:
        self.limits[:], self.counts[:] = np.inf, 0


def whole_vectors(rows: Floats) -> Floats:
    """Rows filled up with zeros to whole vectors."""
    lanes = machine().lanes("float32")
    count, D = rows.shape
    if D % lanes == 0:
        return np.ascontiguousarray(rows)
    out: Floats = aligned((count, -(-D // lanes) * lanes), np.float32)
    out[:, :D] = rows
    return out
