"""A matrix of which only the cells that are not 0 are kept: counts of genes in cells, words in texts.

In: the three arrays of a compressed matrix, by rows. Out: its rows, its sums, a dense array where one is needed. It
reads no file and knows no column; what multiplies it is elsewhere.

Letters: N rows, D columns, nnz cells that are kept. Row i holds the cells `indptr[i]` to `indptr[i + 1]` of `data`,
each in the column that stands in `indices` beside it: the layout of scipy's `csr_matrix` (compressed sparse rows).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from nndsl.values import value

CHUNK = 4_000_000  # cells a function sees at a time where it is given float64


@value
class Sparse:
    """data: [nnz] float32. indices: [nnz] int32, the column of each. indptr: [N + 1] int64. shape: (N, D).

    Columns ascend within a row, and each is there once. Whoever makes one has seen to that (`of` does).
    """

    data: NDArray[np.float32] = field(repr=False)
    indices: NDArray[np.int32] = field(repr=False)
    indptr: NDArray[np.int64] = field(repr=False)
    shape: tuple[int, int]

    @staticmethod
    def of(data: NDArray[Any], indices: NDArray[Any], indptr: NDArray[Any], shape: tuple[int, int]) -> Sparse:
        """From arrays of any number types, in any order within a row; cells that are given twice are added.

        ValueError, with the reason, where they are no such matrix.
        """
        rows, wide = shape
        if data.ndim != 1 or indices.ndim != 1 or indptr.ndim != 1:
            raise ValueError("its `data`, `indices` and `indptr` are not one row of numbers each")
        if len(indptr) != rows + 1:
            raise ValueError(f"its `indptr` has {len(indptr)} numbers, but {rows} rows need {rows + 1}")
        if len(data) != len(indices):
            raise ValueError(f"it has {len(data)} values, but {len(indices)} places for them")
        places = np.ascontiguousarray(indptr, np.int64)
        if places[0] != 0 or places[-1] != len(data) or bool((np.diff(places) < 0).any()):
            raise ValueError(f"its `indptr` does not run from 0 to {len(data)}, the number of its values")
        outside = (indices < 0) | (indices >= wide)
        if outside.any():
            place = int(np.flatnonzero(outside)[0])
            row = int(np.searchsorted(places, place, "right"))
            raise ValueError(f"row {row} has the index {int(indices[place])}, but {wide} columns have 0 to {wide - 1}")
        with np.errstate(over="ignore"):
            made = Sparse(
                np.ascontiguousarray(data, np.float32), np.ascontiguousarray(indices, np.int32), places, shape
            )
        return made if made._is_ordered() else made._ordered()

    @staticmethod
    def of_dense(values: NDArray[Any]) -> Sparse:
        """[N, D]: what is not 0 is kept."""
        rows, columns = np.nonzero(values)
        indptr = np.zeros(len(values) + 1, np.int64)
        np.cumsum(np.bincount(rows, minlength=len(values)), out=indptr[1:])
        kept = np.ascontiguousarray(values[rows, columns], np.float32)
        return Sparse(kept, columns.astype(np.int32), indptr, (values.shape[0], values.shape[1]))

    def __len__(self) -> int:
        """N."""
        return self.shape[0]

    @property
    def nbytes(self) -> int:
        """Of memory."""
        return self.data.nbytes + self.indices.nbytes + self.indptr.nbytes

    def row_of(self, cell: int) -> int:
        """The row of one cell that is kept."""
        return int(np.searchsorted(self.indptr, cell, "right")) - 1

    def rows_of(self) -> NDArray[np.int64]:
        """[nnz] the row of each cell that is kept."""
        return np.repeat(np.arange(self.shape[0]), np.diff(self.indptr))

    def dense(self, dtype: DTypeLike = np.float32) -> NDArray[Any]:
        """[N, D]: every cell. MemoryError where that is too large."""
        out = np.zeros(self.shape, dtype)
        self.write(out)
        return out

    def write(self, out: NDArray[Any], data: NDArray[Any] | None = None) -> None:
        """The cells that are kept into their places of an array [N, D]; all others stay as they are.

        data: [nnz], other values for them.
        """
        out.reshape(-1)[self.rows_of() * self.shape[1] + self.indices] = self.data if data is None else data

    def take(self, rows: NDArray[Any] | slice) -> Sparse:
        """Some rows, in the order given; those of a slice of step 1 without a copy."""
        if isinstance(rows, slice) and rows.step in (None, 1):
            first, stop, _ = rows.indices(self.shape[0])
            stop = max(first, stop)
            cells = slice(int(self.indptr[first]), int(self.indptr[stop]))
            places = self.indptr[first : stop + 1] - cells.start
            return Sparse(self.data[cells], self.indices[cells], places, (stop - first, self.shape[1]))
        chosen = np.arange(self.shape[0])[rows]
        indptr = np.zeros(len(chosen) + 1, np.int64)
        np.cumsum(np.diff(self.indptr)[chosen], out=indptr[1:])
        places = self.cells_of(chosen)
        return Sparse(self.data[places], self.indices[places], indptr, (len(chosen), self.shape[1]))

    def cells_of(self, rows: NDArray[Any] | slice) -> NDArray[np.int64]:
        """Where in `data` the cells of some rows are, row after row."""
        chosen = np.arange(self.shape[0])[rows]
        lengths = np.diff(self.indptr)[chosen]
        ends = np.cumsum(lengths)
        return np.asarray(np.arange(lengths.sum()) + np.repeat(self.indptr[chosen] - ends + lengths, lengths))

    def map(self, f: Callable[[NDArray[np.float64]], NDArray[Any]]) -> Sparse:
        """f of each cell, for an f with f(0) = 0; f is given float64 and must answer with as many numbers."""
        out = np.empty_like(self.data)
        for start in range(0, len(self.data), CHUNK):
            part = slice(start, start + CHUNK)
            out[part] = f(self.data[part].astype(np.float64))
        return Sparse(out, self.indices, self.indptr, self.shape)

    def row_sums(self) -> NDArray[np.float64]:
        """[N], added up in float64."""
        return np.bincount(self.rows_of(), weights=self.data, minlength=self.shape[0]).astype(np.float64)

    def scale_rows(self, factors: NDArray[Any]) -> Sparse:
        """Each row times its factor, [N]."""
        data = (self.data * np.repeat(factors, np.diff(self.indptr))).astype(np.float32)
        return Sparse(data, self.indices, self.indptr, self.shape)

    def _is_ordered(self) -> bool:
        """Whether columns ascend within each row, each once."""
        rises = self.indices[1:] > self.indices[:-1]
        begins = self.indptr[1:-1]
        rises[begins[(begins > 0) & (begins < len(self.indices))] - 1] = True
        return bool(rises.all())

    def _ordered(self) -> Sparse:
        """Columns put in order, and cells of one place added."""
        flat = self.rows_of() * self.shape[1] + self.indices
        places, cell = np.unique(flat, return_inverse=True)
        data = np.bincount(cell, weights=self.data, minlength=len(places)).astype(np.float32)
        rows, columns = np.divmod(places, max(self.shape[1], 1))
        indptr = np.zeros(self.shape[0] + 1, np.int64)
        np.cumsum(np.bincount(rows, minlength=self.shape[0]), out=indptr[1:])
        return Sparse(data, columns.astype(np.int32), indptr, self.shape)


def stacked(parts: list[Sparse]) -> Sparse:
    """The rows of several one after the other."""
    ends = np.cumsum([0, *(len(part.data) for part in parts)])
    indptr = np.concatenate([[0], *(part.indptr[1:] + end for part, end in zip(parts, ends, strict=False))])
    return Sparse(
        np.concatenate([part.data for part in parts]),
        np.concatenate([part.indices for part in parts]),
        indptr.astype(np.int64),
        (sum(len(part) for part in parts), parts[0].shape[1]),
    )
