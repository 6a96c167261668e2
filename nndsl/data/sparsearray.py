"""Values of a field that are kept sparse, with the face of an `Array`: dense when a statement first asks for numbers.

In: a matrix of encoded cells, and what all cells that it does not keep are. Out: the same values as `Array` gives. What
a network reads is dense, so a network makes them dense; `sparse` is for what can do without.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.data.sparse import Sparse, stacked
from nndsl.data.spec import Word
from nndsl.data.types import Array
from nndsl.diagnostics import fault

GIGA = 1_000_000_000


class _Dense:
    """The dense form, from when it was first asked for; all that hold the same values share it."""

    __slots__ = ("values",)

    def __init__(self) -> None:
        self.values: NDArray[Any] | None = None


class SparseArray(Array):
    """kept: the cells that differ from `base`, [D]; None where that is 0 everywhere. exact: [nnz] the same cells in
    float64, where that is the precision asked for. word: the column, for messages.
    """

    __slots__ = ("_dense", "base", "exact", "kept", "precision", "word")

    kept: Sparse
    base: NDArray[np.float64] | None
    exact: NDArray[np.float64] | None
    precision: str
    word: Word

    def __init__(
        self,
        kept: Sparse,
        word: Word,
        precision: str = "float32",
        base: NDArray[np.float64] | None = None,
        exact: NDArray[np.float64] | None = None,
    ) -> None:
        self.kept, self.base, self.exact = kept, base, exact
        self.word, self.precision = word, precision
        self.scale, self.shift, self.picks = 1.0, 0.0, None  # type: ignore[misc]  # as those of an `Array`
        self._dense = _Dense()

    def __repr__(self) -> str:
        return f"SparseArray({self.word.text}, {self.kept!r})"

    @property
    def sparse(self) -> Sparse | None:
        """All values, [N, D], where the cells that are not kept are 0; None where they are something else."""
        return self.kept if self.base is None else None

    @property
    def values(self) -> NDArray[Any]:
        """[N, D], in the precision asked for; made once. Raises a Fault (E0603) where there is no room for it."""
        if self._dense.values is None:
            self._dense.values = self._made(self.precision)
        return self._dense.values

    @property
    def count(self) -> int:
        """N."""
        return len(self.kept)

    @property
    def nbytes(self) -> int:
        """Of memory, the dense form with it once it is there."""
        dense = 0 if self._dense.values is None else self._dense.values.nbytes
        return self.kept.nbytes + (0 if self.exact is None else self.exact.nbytes) + dense

    def take(self, rows: NDArray[Any] | slice) -> SparseArray:
        """Some of the examples, still sparse."""
        kept, exact = self.kept.take(rows), None
        if self.exact is not None:
            exact = self.exact[self.kept.cells_of(rows)]
        return SparseArray(kept, self.word, self.precision, self.base, exact)

    def floats(self, dtype: str = "float32") -> NDArray[Any]:
        """The values that training reads, [N, D]; not to be written to."""
        return self.values if dtype == self.precision else self._made(dtype)

    def _made(self, dtype: str) -> NDArray[Any]:
        out = room(self.kept.shape, dtype, self.word)
        if self.base is not None:
            out[:] = self.base
        self.kept.write(out, self.exact)
        return out


def joined(arrays: Sequence[SparseArray], order: NDArray[np.int64]) -> SparseArray:
    """The examples of several parts, encoded by the same encoders, in an order."""
    first = arrays[0]
    exact = [array.exact for array in arrays if array.exact is not None]
    whole = SparseArray(
        stacked([array.kept for array in arrays]),
        first.word,
        first.precision,
        first.base,
        np.concatenate(exact) if exact else None,
    )
    return whole.take(order)


def room(shape: tuple[int, ...], dtype: str, word: Word) -> NDArray[Any]:
    """An array of zeros. Raises a Fault (E0603) where this machine has no memory for it: it is asked first, since a
    system may grant more than there is, and end the process once that is used.
    """
    size = int(np.prod(shape, dtype=np.float64)) * np.dtype(dtype).itemsize
    memory = memory_bytes()
    try:
        if memory is not None and size > memory:
            raise MemoryError
        return np.zeros(shape, dtype)
    except MemoryError:
        numbers = int(np.prod(shape[1:], dtype=np.int64))
        raise fault(
            "E0603",
            f"there is not enough memory for `{word.text}` with all its zeros, which takes {size / GIGA:,.1f} GB",
            word.span,
            notes=(f"{shape[0]:,} rows of {numbers:,} numbers",),
            help="a network reads every number: bring a sparse matrix to fewer columns first",
        ) from None


def memory_bytes() -> int | None:
    """Of this machine; None where the system does not say."""
    names = getattr(os, "sysconf_names", {})
    if "SC_PHYS_PAGES" not in names or "SC_PAGE_SIZE" not in names:
        return None
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
