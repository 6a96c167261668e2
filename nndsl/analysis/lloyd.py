"""One run of k-means from given centres (Lloyd 1982): rows to the nearest centre, centres to the mean of their rows.

In: rows less their middle; first centres. Out: the last centres and how many steps it took.
The distances of a block of rows to all centres are one product. Sums are made in so many strips of rows, whoever makes
them, and added in their order: threads change no bit. A centre without rows goes to the row that is farthest from its
own, as in scikit-learn.

Letters: N rows, k centres, `width` columns with those that fill up.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nndsl.analysis import cluster_kernels
from nndsl.analysis.native import Crew, kernels
from nndsl.analysis.neighbours import whole_vectors
from nndsl.analysis.watch import Watch
from nndsl.backend.cpu.cache import Text
from nndsl.backend.cpu.library import kernel
from nndsl.backend.cpu.machine import machine
from nndsl.backend.cpu.memory import aligned

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

STRIPS = 16


def texts() -> list[Text]:
    """The kernels of these steps."""
    return [kernel("product", "float32"), cluster_kernels.settle(), cluster_kernels.spans()]


class Lloyd:
    """x: [N, D]. k: centres. Its memory serves one run after the other."""

    def __init__(self, x: Floats, k: int, crew: Crew) -> None:
        self.x, self.k, self._crew, self._columns = whole_vectors(x), k, crew, x.shape[1]
        self._product, self._settle, self._spans = kernels(texts())
        N, width = self.x.shape
        self._strips = [slice(N * s // STRIPS, N * (s + 1) // STRIPS) for s in range(STRIPS)]
        self._wide = -(-k // machine().lanes("float32")) * machine().lanes("float32")
        self._squares, self._turned = aligned(self._wide, np.float32), aligned((width, self._wide), np.float32)
        self._sums, self._counts = np.zeros((STRIPS, k, width)), np.zeros((STRIPS, k), np.int64)
        self._ids, self._changed = np.zeros(N, np.int32), np.zeros((STRIPS, 1), np.int64)
        self._calls: list[list[Callable[[], None]]] = []

    def run(self, centres: Floats, most: int, tolerance: float, watch: Watch) -> tuple[Floats, int]:
        """(centres [k, width], steps). most: steps at most. tolerance: the sum of squared moves that ends it."""
        self._begin()
        step = 0
        while step < most and not watch.stopped:
            step += 1
            changed = self._settle_all(centres)
            self._fill_empty(centres)
            sums, counts = self._sums.sum(0), self._counts.sum(0)[:, None]
            moved = np.where(counts > 0, sums / np.maximum(counts, 1), centres).astype(np.float32)
            shift = float(np.square(moved.astype(np.float64) - centres).sum())
            centres = moved
            if not changed or shift <= tolerance:
                break
        return centres, step

    def settled(self, centres: Floats) -> Ints:
        """[N] the number of the nearest centre of each row, by products."""
        self._begin()
        self._settle_all(centres)
        return self._ids.copy()

    def nearest(self, centres: Floats) -> tuple[Floats, Ints]:
        """(squared distances [N] to the nearest centres, their numbers [N]), by differences."""
        distances, ids = np.empty(len(self.x), np.float32), np.empty(len(self.x), np.int32)

        def strip(item: int, _: int) -> None:
            rows = self._strips[item]
            spans = self._measured(self.x[rows], centres)
            ids[rows] = spans.argmin(1)
            distances[rows] = spans.min(1)

        self._crew.each(STRIPS, strip)
        return distances, ids

    def spans(self, centres: Floats) -> Floats:
        """[N, k] squared distances to some points, by differences."""
        out = np.empty((len(self.x), len(centres)), np.float32)

        def share(item: int, _: int) -> None:
            rows = slice(*shares[item])
            out[rows] = self._measured(self.x[rows], centres)

        shares = self._crew.shares(len(self.x))
        self._crew.each(len(shares), share)
        return out

    def _measured(self, x: Floats, centres: Floats) -> Floats:
        out = np.empty((len(x), len(centres)), np.float32)
        self._spans(0, len(x), 0, x, centres, len(centres), x.shape[1], out)
        return out

    def _prepared(self, item: int) -> list[Callable[[], None]]:
        """The calls of a strip: block after block a product, then its rows to their centres."""
        strip, wide, width = self._strips[item], self._wide, self.x.shape[1]
        most = max(1, strip.stop - strip.start)
        at_once = max(16, min(most, machine().cache_bytes // (8 * wide)))
        block, lanes = aligned((at_once, wide), np.float32), aligned(machine().lanes("float32"), np.float32)
        calls: list[Callable[[], None]] = []
        for start in range(strip.start, strip.stop, at_once):
            part = slice(start, min(start + at_once, strip.stop))
            x, count = self.x[part], part.stop - start
            product = self._product.prepared(
                1, count, wide, self._columns, x, 0, width, 1, self._turned, 0, wide, block, 0, wide, 0
            )
            settle = self._settle.prepared(
                0, count, 0, block, wide, self._squares, x, width, self._ids[part], self._sums[item],
                self._counts[item], self._changed[item], lanes,
            )  # fmt: skip
            calls += [product, settle]
        return calls

    def _begin(self) -> None:
        self._calls = self._calls or [self._prepared(item) for item in range(STRIPS)]
        self._sums.fill(0)
        self._counts.fill(0)
        self._ids.fill(-1)

    def _settle_all(self, centres: Floats) -> int:
        """Gives every row to its nearest centre; how many have changed."""
        self._squares.fill(np.inf)
        self._squares[: self.k] = np.einsum("ij,ij->i", centres, centres)
        self._turned[:, : self.k] = -2 * centres.T
        self._changed.fill(0)

        def strip(item: int, _: int) -> None:
            for call in self._calls[item]:
                call()

        self._crew.each(STRIPS, strip)
        return int(self._changed.sum())

    def _fill_empty(self, centres: Floats) -> None:
        """Each centre without rows gets one of those that are farthest from their own centres."""
        empty = np.flatnonzero(self._counts.sum(0) == 0)
        if not len(empty):
            return
        far = np.empty(len(self.x), np.float32)
        for strip in self._strips:
            difference = self.x[strip] - centres[self._ids[strip]]
            far[strip] = np.einsum("ij,ij->i", difference, difference)
        for centre, row in zip(empty, np.argsort(-far, kind="stable"), strict=False):
            for which, sign in ((self._ids[row], -1), (centre, 1)):
                self._sums[0, which] += sign * self.x[row].astype(np.float64)
                self._counts[0, which] += sign
            self._ids[row] = centre
