"""The encoders of a column that is kept sparse: fitted and applied without a dense array in between.

In: a matrix, encoders, rows. Out: a `SparseArray`; statistics that encoders learn from. All cells that are not kept are
equal within a column: 0 at first, and what the encoders make of 0 later. So a column's kept cells and one more number
say everything, whatever encoders that look at one number at a time do.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nndsl.data.encoders import Activation, Fitted, OwnTotal, Scale, Values
from nndsl.data.sparse import Sparse
from nndsl.data.sparsearray import SparseArray
from nndsl.data.spec import Word
from nndsl.values import value

Indices = NDArray[np.int32]


@value
class Place:
    """row, column: of a number. cell: where it is among those that are kept; None where it is the base."""

    row: int
    column: int
    cell: int | None


@value
class Kept:
    """Cells on their way. values: [nnz] of those that are kept, in `of`'s places. base: [D], what the others are."""

    of: Sparse
    values: NDArray[np.float64]
    base: NDArray[np.float64]

    @staticmethod
    def begin(sparse: Sparse) -> Kept:
        return Kept(sparse, sparse.data.astype(np.float64), np.zeros(sparse.shape[1]))

    def then(self, step: Fitted) -> Kept:
        """After one more encoder."""
        if isinstance(step, OwnTotal):
            rows = self.of.rows_of()
            totals = np.bincount(rows, weights=self.values, minlength=len(self.of)).astype(np.float64)
            totals[totals == 0] = 1
            return replace(self, values=self.values / totals[rows])
        return replace(self, values=_at(step, self.of.indices).apply(self.values), base=step.apply(self.base))

    def first_infinite(self) -> Place | None:
        """Where a number is not finite; None where all are."""
        bad = np.flatnonzero(~np.isfinite(self.values))
        if len(bad):
            cell = int(bad[0])
            return Place(self.of.row_of(cell), int(self.of.indices[cell]), cell)
        for column in np.flatnonzero(~np.isfinite(self.base)).tolist():
            others = np.ones(len(self.of), np.bool_)
            others[self.of.rows_of()[self.of.indices == column]] = False
            if others.any():
                return Place(int(np.argmax(others)), column, None)
        return None

    # ---- statistics of each column, as those of `Sample`

    def _counts(self) -> NDArray[np.int64]:
        return np.bincount(self.of.indices, minlength=self.of.shape[1])

    def _average(self, values: Values, base: Values) -> Values:
        sums = np.bincount(self.of.indices, weights=values, minlength=self.of.shape[1])
        return np.asarray((sums + (len(self.of) - self._counts()) * base) / len(self.of))

    def mean(self) -> Values:
        return self._average(self.values, self.base)

    def deviation(self) -> Values:
        mean = self.mean()
        off = np.square(self.values - mean[self.of.indices])
        return np.asarray(np.sqrt(self._average(off, np.square(self.base - mean))))

    def low(self) -> Values:
        found = np.where(self._counts() < len(self.of), self.base, np.inf)
        np.minimum.at(found, self.of.indices, self.values)
        return found

    def high(self) -> Values:
        found = np.where(self._counts() < len(self.of), self.base, -np.inf)
        np.maximum.at(found, self.of.indices, self.values)
        return found


def _at(step: Fitted, columns: Indices) -> Fitted:
    """The step for single cells: with the statistics of the column of each."""
    if isinstance(step, Scale) and step.center.ndim:
        return Scale(step.kind, step.center[columns], step.spread[columns])
    return step


def stays_sparse(steps: tuple[Fitted, ...]) -> bool:
    """Whether all look at one number at a time: an activation may look at the whole row, as softmax does."""
    return not any(isinstance(step, Activation) for step in steps)


def as_array(kept: Kept, word: Word, precision: str) -> SparseArray | None:
    """Encoded cells as training reads them; None where one is too large for float32."""
    with np.errstate(over="ignore"):
        data, base = kept.values.astype(np.float32), kept.base.astype(np.float32)
    if not (np.isfinite(data).all() and np.isfinite(base).all()) and precision == "float32":
        return None
    made = Sparse(data, kept.of.indices, kept.of.indptr, kept.of.shape)
    exact = kept.values if precision == "float64" else None
    return SparseArray(made, word, precision, kept.base if kept.base.any() else None, exact)
