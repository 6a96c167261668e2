"""The nearest neighbours of all rows, exact, by products of blocks.

In: rows of queries and of points, float32. Out: squared distances and numbers of the k nearest of each, nearest first.
|x - y|^2 = |x|^2 - 2 x y + |y|^2, so a block of distances is one product; while it is in the cache, a second kernel
keeps of each row what is below the k-th smallest so far. What is kept is measured once more by differences. Where
products round too much to tell (rows far from the middle and near one another, duplicates), differences take their
place from the start.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from nndsl.analysis.native import Crew, kernels, vector_text
from nndsl.analysis.unfit import Unfit
from nndsl.analysis.watch import Watch
from nndsl.backend.cpu import library
from nndsl.backend.cpu.cache import Text
from nndsl.backend.cpu.machine import machine
from nndsl.backend.cpu.memory import aligned

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

ROOM = 192  # places behind the k nearest for those that may still be
NOBODY = -1
# A product is trusted where the k-th squared distance is not less than this part of |x|^2: it is then wrong by a few
# units of 2^-24 / TRUST, some hundredths of a per cent.
TRUST = 1e-3

_SELECT = """
@njit(error_model="numpy")
def keep_smallest(d, j, count, k):
    # Quickselect (Hoare): the k smallest of d[:count] and their j to the front; the largest of them.
    low, high = 0, count - 1
    while low < high:
        pivot, a, b = d[(low + high) >> 1], low, high
        while a <= b:
            while d[a] < pivot:
                a += 1
            while d[b] > pivot:
                b -= 1
            if a <= b:
                d[a], d[b], j[a], j[b] = d[b], d[a], j[b], j[a]
                a, b = a + 1, b - 1
        if b < k - 1 < a:
            break
        if k - 1 <= b:
            high = b
        else:
            low = a
    top = d[0]
    for i in range(1, k):
        top = max(top, d[i])
    return top
"""

_SCAN = (
    _SELECT
    + """
def scan(g):
    # Of a block of squared distances [rows, width], less |x|^2: those below a row's limit are put behind what it has,
    # which is cut to the k smallest when it is full. The block, its width; the number of its first point; of each row
    # the number of the point that it must not find (longs); k; distances, numbers [rows, room]; room; limits, counts
    # [rows]
    first, last, block, width, number, own, k = g[0], g[1], floats(g[3]), g[4], g[5], longs(g[6]), g[7]
    distances, numbers, room, limits, counts = floats(g[8]), ints(g[9]), g[10], floats(g[11]), longs(g[12])
    for r in range(first, last):
        row, d, j = at(block, r * width), at(distances, r * room), at(numbers, r * room)
        if 0 <= own[r] - number < width:
            row[own[r] - number] = np.float32(np.inf)
        top, count = limits[r], counts[r]
        for begin in range(0, width, LANES):
            mask = below(load(row, begin), splat(top))
            while mask != 0:
                t = begin + lowest_bit(mask)
                d[count], j[count] = row[t], np.int32(number + t)
                count += 1
                mask &= mask - 1
            if count > room - LANES:
                top = keep_smallest(d, j, count, k)
                count = k
        limits[r], counts[r] = top, count
"""
)

_DIFFERENCES = """
def differences(g):
    # block[r, j] = |x_r - y_j|^2 by differences. Queries [rows, D], their stride; points [D, width] side by side; D,
    # width, a multiple of four vectors; the block [rows, width]
    first, last, queries, stride, points = g[0], g[1], floats(g[3]), g[4], floats(g[5])
    D, width, block, zero = g[6], g[7], floats(g[8]), splat(np.float32(0))
    for r in range(first, last):
        x = at(queries, r * stride)
        for begin in range(0, width, 4 * LANES):
            s0, s1, s2, s3 = zero, zero, zero, zero
            for c in range(D):
                here, x_c = c * width + begin, splat(x[c])
                d0, d1 = x_c - load(points, here), x_c - load(points, here + LANES)
                d2, d3 = x_c - load(points, here + 2 * LANES), x_c - load(points, here + 3 * LANES)
                s0, s1, s2, s3 = s0 + d0 * d0, s1 + d1 * d1, s2 + d2 * d2, s3 + d3 * d3
            to = r * width + begin
            store(block, to, s0)
            store(block, to + LANES, s1)
            store(block, to + 2 * LANES, s2)
            store(block, to + 3 * LANES, s3)
"""

_FINISH = (
    _SELECT
    + """
def finish(g):
    # The k nearest of each row, measured by differences and sorted (Shell). Queries [rows, D], points [N, D], D; k,
    # distances, numbers [rows, room], room, counts [rows]; distances and numbers out [rows, k]
    first, last, queries, points, D, k = g[0], g[1], floats(g[3]), floats(g[4]), g[5], g[6]
    distances, numbers, room, counts = floats(g[7]), ints(g[8]), g[9], longs(g[10])
    to_distances, to_numbers = floats(g[11]), ints(g[12])
    for r in range(first, last):
        d, j, x = at(distances, r * room), at(numbers, r * room), at(queries, r * D)
        keep_smallest(d, j, counts[r], k)
        for i in range(k):
            y, s = at(points, np.int64(j[i]) * D), np.float32(0)
            for c in range(D):
                s += (x[c] - y[c]) * (x[c] - y[c])
            d[i] = s
        gap = k // 2
        while gap > 0:
            for i in range(gap, k):
                value, which, place = d[i], j[i], i
                while place >= gap and (d[place - gap] > value or (d[place - gap] == value and j[place - gap] > which)):
                    d[place], j[place] = d[place - gap], j[place - gap]
                    place -= gap
                d[place], j[place] = value, which
            gap //= 2
        for i in range(k):
            to_distances[r * k + i], to_numbers[r * k + i] = d[i], j[i]
"""
)


def texts() -> list[Text]:
    """The kernels of this module."""
    own = [vector_text("scan", _SCAN), vector_text("differences", _DIFFERENCES), vector_text("finish", _FINISH)]
    return [library.kernel("product", "float32"), *own]


def nearest(
    queries: Floats, points: Floats, k: int, *, itself: bool, threads: int = 1, watch: Watch | None = None
) -> tuple[Floats, Ints]:
    """(squared distances [Q, k], ascending; numbers of points [Q, k]); of equal distances the lower number is first.

    queries: [Q, D]. points: [N, D]. itself: whether a row may find the point of its own number; False only where the
    queries are the points. When the watch says stop, rows that were not reached have distances of infinity.
    Raises Unfit where squared distances are not finite numbers.
    """
    assert 0 < k <= len(points) - (not itself), "the caller has seen to it that there are so many"
    watch = watch or Watch()
    work = _Search(queries, points, k, itself)
    watch.begin("neighbours", len(queries))
    with Crew(threads) as crew:
        desks = [_Desk(work) for _ in range(crew.members)]

        def strip(item: int, member: int) -> None:
            rows = np.arange(item * work.side, min((item + 1) * work.side, len(queries)))
            if not watch.stopped:
                work.find(rows, desks[member])
                watch.done += len(rows)

        crew.each(-(-len(queries) // work.side), strip)
    return work.distances, work.numbers


class _Search:
    """Queries and points as products need them, and what is found. side: queries at once; a block of distances and the
    points of it fit the second-level cache."""

    def __init__(self, queries: Floats, points: Floats, k: int, itself: bool) -> None:
        middle = points.mean(0, dtype=np.float64).astype(np.float32)  # small numbers round less
        self.queries, self.points = np.ascontiguousarray(queries - middle), np.ascontiguousarray(points - middle)
        self.square, of_points = (np.einsum("ij,ij->i", x, x) for x in (self.queries, self.points))
        if not np.isfinite(self.square.sum() + of_points.sum()):
            raise Unfit("distances need numbers that are finite, and whose squares are")
        self.k, self.itself = k, itself
        self.side = max(64, math.isqrt(machine().cache_bytes // 8) // 64 * 64)
        self.blocks = list(_blocks(self.points, of_points, self.side))
        self.product, self.scan, self.differences, self.finish = kernels(texts())
        self.distances = np.full((len(queries), k), np.inf, np.float32)
        self.numbers = np.zeros((len(queries), k), np.int32)

    def find(self, rows: NDArray[np.int64], desk: _Desk) -> None:
        """The neighbours of these queries, at most `side`."""
        self._search(rows, desk, exact=False)
        doubted = rows[self.distances[rows, -1] < TRUST * self.square[rows]]
        if len(doubted):
            self._search(doubted, desk, exact=True)

    def _search(self, rows: NDArray[np.int64], desk: _Desk, exact: bool) -> None:
        """All points pass by. exact: distances are differences from the start."""
        count, D, x = len(rows), self.queries.shape[1], self.queries[rows]
        left = np.concatenate([-2 * x, np.ones((count, 1), np.float32)], axis=1)
        own = np.full(count, NOBODY) if self.itself else rows
        desk.limits[:], desk.counts[:] = np.inf, 0
        found, number = (self.k, desk.distances, desk.numbers, desk.room), 0
        for block in self.blocks:
            wide = block.shape[1]
            if exact:
                self.differences(0, count, 0, x, D, block, D, wide, desk.block)
            else:
                self.product(1, count, wide, D + 1, left, 0, D + 1, 1, block, 0, wide, desk.block, 0, wide, 0)
            self.scan(0, count, 0, desk.block, wide, number, own, *found, desk.limits, desk.counts)
            number += wide
        distances, numbers = np.empty((count, self.k), np.float32), np.empty((count, self.k), np.int32)
        self.finish(0, count, 0, x, self.points, D, *found, desk.counts, distances, numbers)
        self.distances[rows], self.numbers[rows] = distances, numbers


class _Desk:
    """What one thread writes to on its way."""

    def __init__(self, work: _Search) -> None:
        self.room = work.k + ROOM
        self.block = aligned((work.side, max(block.shape[1] for block in work.blocks)), np.float32)
        self.distances = aligned((work.side, self.room), np.float32)
        self.numbers = aligned((work.side, self.room), np.int32)
        self.limits, self.counts = aligned(work.side, np.float32), aligned(work.side, np.int64)


def _blocks(points: Floats, square: Floats, side: int) -> Iterator[Floats]:
    """[D + 1, width]: the points of a block side by side and, as one coordinate more, their squares. The last block is
    filled up to four vectors with what is no number: it is below no limit."""
    count, D = points.shape
    unit = 4 * machine().lanes("float32")
    wide = max(unit, min(side, machine().cache_bytes // (16 * (D + 1))) // unit * unit)
    for start in range(0, count, wide):
        part = points[start : start + wide]
        block = aligned((D + 1, -(-len(part) // unit) * unit), np.float32)
        block[:D, : len(part)] = part.T
        block[D, : len(part)] = square[start : start + wide]
        block[:, len(part) :] = np.nan
        yield block
