"""Rows less their mean, as a matrix that is never written down: in blocks, and multiplied from either side.

In: rows, dense or sparse. Out: their mean; blocks of the centred matrix for sums of squares; products with thin
matrices. Sparse rows stay sparse: what the mean takes off is a matrix of rank one, and is taken off the product.

Letters: N rows, D columns; Z = X - 1 mean' is the centred matrix, [N, D].
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from nndsl.analysis.unfit import finite
from nndsl.data.sparse import Sparse
from nndsl.values import value

Floats = NDArray[np.floating[Any]]

BLOCK = (
    1 << 19
)  # numbers in a block, which should stay in a second-level cache: of 784 columns 500 to 800 rows are best
SOME = 1024  # rows whose mean is near that of all


@value
class Centred:
    """x: [N, D]; mean: [D] float64. flat, turned: a sparse x as scipy has it, by rows and by columns, else None.
    dtype: of all that comes out.
    """

    x: Floats | Sparse
    mean: NDArray[np.float64]
    dtype: np.dtype[Any]
    flat: Any = None
    turned: Any = None

    @property
    def shape(self) -> tuple[int, int]:
        rows, wide = self.x.shape
        return rows, wide

    @property
    def cells(self) -> int:
        """Numbers that a product walks over."""
        return len(self.x.data) if isinstance(self.x, Sparse) else self.x.size

    def rows(self, first: int, last: int) -> Iterator[Floats]:
        """Rows first .. last of Z in blocks, [B, D]; each overwrites the one before."""
        d = self.shape[1]
        mean, size = self.mean.astype(self.dtype), max(1, BLOCK // d)
        room = np.empty((min(size, last - first), d), self.dtype)
        for start in range(first, last, size):
            part = slice(start, min(start + size, last))
            block = self.x.take(part).dense(self.dtype) if isinstance(self.x, Sparse) else self.x[part]
            yield np.subtract(block, mean, out=room[: len(block)])

    def columns(self, first: int, last: int) -> Iterator[Floats]:
        """Columns first .. last of Z in blocks, each turned: [B, N]; each overwrites the one before."""
        n = self.shape[0]
        mean, size = self.mean.astype(self.dtype), max(1, BLOCK // n)
        room = np.empty((min(size, last - first), n), self.dtype)
        for start in range(first, last, size):
            part = slice(start, min(start + size, last))
            block = self.x[:, part].T if not isinstance(self.x, Sparse) else self.turned[part].toarray()
            yield np.subtract(block, mean[part, None], out=room[: len(block)])

    def times(self, q: Floats) -> Floats:
        """Z q, [N, k], of q: [D, k]."""
        taken = (self.mean @ q).astype(self.dtype)
        product: Floats = _product(self.flat if isinstance(self.x, Sparse) else self.x, q) - taken
        return product

    def back(self, y: Floats) -> Floats:
        """Z' y, [D, k], of y: [N, k]."""
        taken = np.outer(self.mean, y.sum(0, dtype=np.float64)).astype(self.dtype)
        product: Floats = _product(self.turned if isinstance(self.x, Sparse) else self.x.T, y) - taken
        return product

    def squares(self) -> float:
        """The sum of all squares of Z."""
        if not isinstance(self.x, Sparse):
            return sum(float(np.vdot(block, block)) for block in self.rows(0, self.shape[0]))
        kept = self.x.data.astype(np.float64)
        return float(kept @ kept - self.shape[0] * (self.mean @ self.mean))


def centred(x: Floats | Sparse, dtype: DTypeLike, about: bool = False) -> Centred:
    """Takes the mean of each column. Unfit where a number is missing or infinite. about: the mean of some of many rows
    will do, as whoever sums the squares of all can correct it: that saves a walk over all rows.
    """
    kind = np.dtype(dtype)
    if isinstance(x, Sparse):
        from scipy.sparse import csr_array

        flat = csr_array((x.data.astype(kind, copy=False), x.indices, x.indptr), shape=x.shape)
        sums = np.bincount(x.indices, weights=x.data, minlength=x.shape[1]).astype(np.float64)
        made = Centred(x, sums / x.shape[0], kind, flat, flat.T.tocsr())
    else:
        some = x[:: max(1, len(x) // SOME)] if about else x
        made = Centred(x, some.mean(0, dtype=np.float64), kind)
    finite(made.mean)
    return made


def _product(x: Any, y: Floats) -> Floats:
    """x y, where x may be of another precision than y."""
    return np.asarray(x @ y if x.dtype == y.dtype else x.astype(y.dtype) @ y)
