"""What the rest of the compiler knows of a data set: its signature before training, its arrays during it.

Letters: N rows of a part, `*shape` the axes of one example (pictures: height, width, channels).
"""

from __future__ import annotations

from dataclasses import field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.data.sparse import Sparse
from nndsl.diagnostics import Span
from nndsl.values import value

PARTS = ("train", "validation", "test")


@value
class Field:
    """The input or the target of one example, encoded.

    names: the columns it was made of. shape: of one example; `()` for one category id or one number a row.
    kind: "real", "category" (integer ids), "onehot" or "probability" (numbers in [0, 1] used as soft targets).
    classes: the names of the categories by id, for category and onehot; else empty.
    time: shape[0] is the time axis. ragged: examples have different lengths, and are padded to the longest.
    parts: names of the numbers of an example, where each has one: columns, or the genes of a row of counts; else empty.
    """

    names: tuple[str, ...]
    shape: tuple[int, ...]
    kind: str
    span: Span
    classes: tuple[str, ...] = ()
    time: bool = False
    ragged: bool = False
    parts: tuple[str, ...] = field(default=(), repr=False)


@value
class Signature:
    """All that the checks need of a data set: no values. sizes: `features`, `classes`, ... usable in a network.

    shifted: of sequences, the target of a network that keeps the time axis, a value for each step; `target` is then
    that of a network that does not (the value or values after the window).
    """

    name: str
    span: Span
    rows: dict[str, int]  # a part's name -> its rows; parts that are empty or absent are left out
    input: Field
    target: Field | None
    sizes: dict[str, int]
    shifted: Field | None = None


@value
class Array:
    """Values of one field for all rows of a part; what training reads is `scale * values + shift`, as a float.

        values: [N, *shape]: float32 or float64 as asked for, uint8 (pictures stay bytes: a quarter of the memory), or
    int32 ids. Rows may overlap: windows are a view of their series; the numbers of one row stand side by side.
    scale, shift: 1 and 0 unless `values` is uint8. picks: where it is there, [N] int32, example i is
    `values[picks[i]]` (windows that do not begin at even distances).
    """

    values: NDArray[Any]
    scale: float = 1.0
    shift: float = 0.0
    picks: NDArray[np.int32] | None = None

    @property
    def sparse(self) -> Sparse | None:
        """The values where they are kept sparse: see `SparseArray`."""
        return None

    @property
    def count(self) -> int:
        """N."""
        return len(self.values if self.picks is None else self.picks)

    @property
    def nbytes(self) -> int:
        """Of memory: what windows share counts once."""
        if not self.values.size:
            return 0
        ends = ((n - 1) * stride for n, stride in zip(self.values.shape, self.values.strides, strict=True))
        return int(sum(ends)) + self.values.itemsize + (0 if self.picks is None else self.picks.nbytes)

    def take(self, rows: NDArray[Any] | slice) -> Array:
        """Some of the examples; those of a slice without a copy where that can be."""
        if self.picks is None:
            return Array(self.values[rows], self.scale, self.shift)
        return Array(self.values[self.picks[rows]], self.scale, self.shift)

    def floats(self, dtype: str = "float32") -> NDArray[Any]:
        """The values that training reads, as a float array of [N, *shape] (ids stay integers).

        Windows are written out: take some of them first where there may be many.
        """
        values = self.values if self.picks is None else self.values[self.picks]
        if values.dtype.kind == "i":
            return values
        if self.scale == 1 and self.shift == 0:
            return values.astype(dtype)
        number = np.dtype(dtype).type
        floats: NDArray[Any] = np.multiply(values, number(self.scale), dtype=dtype)
        floats += number(self.shift)
        return floats


@value
class Places:
    """Where the examples of a part stand in its series.

    rows: [P] int32, which row of the source each step of the part is in. first: [N] int32, the place among them of the
    first step each example is to tell. names: [N] the series each is of, where `column` tells series apart. levels:
    [P, k] where targets are changes, the values they are changes of.
    """

    rows: NDArray[np.int32] = field(repr=False)
    first: NDArray[np.int32] = field(repr=False)
    column: str = ""
    names: NDArray[Any] | None = field(default=None, repr=False)
    levels: NDArray[np.float64] | None = field(default=None, repr=False)

    def told(self, rows: NDArray[Any] | slice, steps: int, lengths: NDArray[Any] | None) -> NDArray[np.int64]:
        """[n, steps] the place each of some examples tells at each step it sees; past the end for padding.

        lengths: [n], how many of them are real; None where all are.
        """
        real = np.int64(steps) if lengths is None else lengths[:, None].astype(np.int64)
        return np.asarray(self.first[rows][:, None].astype(np.int64) - (real - 1) + np.arange(steps))

    def known(
        self, rows: NDArray[Any] | slice, steps: int | None, lengths: NDArray[Any] | None
    ) -> NDArray[np.float64] | None:
        """What changes are added to: the last values seen, [n, k]; with steps those at each step, [n, steps, k]."""
        if self.levels is None:
            return None
        places = self.first[rows] if steps is None else self.told(rows, steps, lengths)
        return np.asarray(self.levels[np.minimum(places - 1, len(self.levels) - 1)])


@value
class Part:
    """One part of a data set. rows: [N] int64, which row of the source each example was; of a window, the row it
    forecasts first.

    shifted: the target of a network that keeps the time axis. lengths: [N], how many steps of each example are real,
    where examples have different lengths; padding (zeros, id 0) is behind them. places: of examples cut from series.
    """

    name: str
    input: Array
    target: Array | None
    rows: NDArray[np.int64] = field(repr=False)
    shifted: Array | None = None
    lengths: NDArray[np.int32] | None = field(default=None, repr=False)
    places: Places | None = None
