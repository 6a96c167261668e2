"""Bounds on distances, for a block of points and some queries at once: no distance is less than its bound.

In: points, [N, D], float32. Out: blocks of points and rows of queries, and what makes a block of bounds of them, each
less a shift of its row. What bounds do not rule out is measured by `neighbour_kernels`.

`Products`, for squared Euclidean distances: |x - y|^2 = |x|^2 + |y|^2 - 2 x y is one product. To make it a smaller one,
rows are turned to a few orthonormal directions: with a = V' x, and r = |x - V a| the length of what the directions
leave out, x y <= a b + r s (Cauchy and Schwarz). So r is one coordinate more, and the bound is close where the
directions hold most of the variance. By `slack`, in parts of |x|^2 + |y|^2, rounding may make it too large: that much
is taken off.
`Magnitudes`, for the sum of |x - y|: the distances themselves, less what rounding may change.

Letters: Q queries, N points, D columns, P directions, C coordinates (D, or P and the rest; and one for |y|^2).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nndsl.analysis import neighbour_kernels
from nndsl.analysis.native import Crew, kernels
from nndsl.analysis.unfit import Unfit
from nndsl.backend.cpu import library
from nndsl.backend.cpu.machine import machine
from nndsl.backend.cpu.memory import aligned

Floats = NDArray[np.float32]

UNIT = 2.0**-24  # what one rounding of a float32 changes at most, in parts of the number
RUN = 512  # columns in one sum when rows are turned: shorter sums round less
SOME = 4096  # points, about, whose middle is near that of all
WIDE = 256  # points in a block: of 64 to 512 these took the least time


class Products:
    """axes: [D, P], orthonormal columns, or None: then the columns are the coordinates. cuts: the rows of each block;
    left out, as many as suit the cache.
    """

    def __init__(self, points: Floats, axes: Floats | None, crew: Crew, cuts: Sequence[slice] = ()) -> None:
        self.axes = axes
        some = points[:: max(1, len(points) // SOME)]
        self.middle = some.mean(0, dtype=np.float64).astype(np.float32)  # small numbers round less
        D = points.shape[1]
        self.coordinates = (D if axes is None else axes.shape[1] + 1) + 1
        self.slack = UNIT * (2 * self.coordinates + D + 64)
        if axes is not None:
            self.slack += UNIT * 2 * math.sqrt(axes.shape[1]) * (min(D, RUN) + D / RUN)
        (self._product,) = kernels([library.kernel("product", "float32")])
        self.cuts = cuts or _even_cuts(len(points), self.coordinates)
        self.blocks: list[Floats] = [np.empty(0, np.float32)] * len(self.cuts)

        def make(item: int, _: int) -> None:
            self.blocks[item] = self._block(points[self.cuts[item]])

        crew.each(len(self.cuts), make)

    def rows(self, queries: Floats) -> tuple[Floats, Floats]:
        """(coordinates [Q, C], shifts [Q]): a bound is their product with a block, plus the shift."""
        turned, square = self._turned(queries)
        turned *= -2
        ones = np.ones((len(queries), 1), np.float32)
        return np.hstack([turned, ones]), (square * (1 - self.slack)).astype(np.float32)

    def fill(self, out: Floats, rows: Floats, block: Floats) -> None:
        """out: [Q, width] becomes the bounds of these rows and a block, less the shifts."""
        (count, C), wide = rows.shape, block.shape[1]
        self._product(1, count, wide, C, rows, 0, C, 1, block, 0, wide, out, 0, wide, 0)

    def _block(self, points: Floats) -> Floats:
        """[C, width]: points side by side."""
        turned, square = self._turned(points)
        block = _block_of(turned, self.coordinates)
        block[-1, : len(points)] = square * (1 - self.slack)
        return block

    def _turned(self, rows: Floats) -> tuple[Floats, NDArray[np.float64]]:
        """(coordinates but the last, squares of lengths)."""
        x = rows - self.middle
        square = np.einsum("ij,ij->i", x, x).astype(np.float64)
        if not np.isfinite(square.sum()):
            raise Unfit("the numbers are too large: their squares are not finite")
        if self.axes is None:
            return x, square
        turned = np.zeros((len(x), self.axes.shape[1]), np.float32)
        for start in range(0, x.shape[1], RUN):
            turned += x[:, start : start + RUN] @ self.axes[start : start + RUN]
        held = np.einsum("ij,ij->i", turned, turned, dtype=np.float64)
        rest = np.sqrt(np.maximum(square - held, 0) + self.slack * square)  # rather too much than too little
        return np.hstack([turned, rest.astype(np.float32)[:, None]]), square


class Magnitudes:
    """The same for sums of magnitudes; rows are taken as they are."""

    def __init__(self, points: Floats, crew: Crew) -> None:
        (self._sums,) = kernels([neighbour_kernels.manhattan()])
        D = points.shape[1]
        self._part = 1 - UNIT * (2 * D + 64)
        self.cuts = _even_cuts(len(points), D)
        self.blocks = [_block_of(points[cut], D) for cut in self.cuts]

    def rows(self, queries: Floats) -> tuple[Floats, Floats]:
        """(queries, shifts of 0)."""
        return np.ascontiguousarray(queries), np.zeros(len(queries), np.float32)

    def fill(self, out: Floats, rows: Floats, block: Floats) -> None:
        """out: [Q, width] becomes the bounds of these rows and a block."""
        self._sums(0, len(rows), 0, rows, rows.shape[1], block, block.shape[1], out, self._part)


Bounds = Products | Magnitudes


def _even_cuts(count: int, coordinates: int) -> list[slice]:
    """Rows in blocks, each of which takes at most a quarter of the second-level cache."""
    unit = 4 * machine().lanes("float32")
    wide = max(unit, min(WIDE, machine().cache_bytes // (16 * coordinates)) // unit * unit)
    return [slice(start, min(start + wide, count)) for start in range(0, count, wide)]


def _block_of(points: Floats, coordinates: int) -> Floats:
    """[coordinates, width]: points side by side; filled up to whole tiles with what is no number, below no limit."""
    unit = 4 * machine().lanes("float32")
    block = aligned((coordinates, -(-len(points) // unit) * unit), np.float32)
    block[: points.shape[1], : len(points)] = points.T
    block[:, len(points) :] = np.nan
    return block
