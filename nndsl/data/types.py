"""What the rest of the compiler knows of a data set: its signature before training, its arrays during it.

Letters: N rows of a part, `*shape` the axes of one example (pictures: height, width, channels).
"""

from __future__ import annotations

from dataclasses import field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.diagnostics import Span
from nndsl.values import value

PARTS = ("train", "validation", "test")


@value
class Field:
    """The input or the target of one example, encoded.

    names: the columns it was made of. shape: of one example; `()` for one category id or one number a row.
    kind: "real", "category" (integer ids), "onehot" or "probability" (numbers in [0, 1] used as soft targets).
    classes: the names of the categories by id, for category and onehot; else empty.
    """

    names: tuple[str, ...]
    shape: tuple[int, ...]
    kind: str
    span: Span
    classes: tuple[str, ...] = ()


@value
class Signature:
    """All that the checks need of a data set: no values. sizes: `features`, `classes`, ... usable in a network."""

    name: str
    span: Span
    rows: dict[str, int]  # a part's name -> its rows; parts that are empty or absent are left out
    input: Field
    target: Field | None
    sizes: dict[str, int]


@value
class Array:
    """Values of one field for all rows of a part; what training reads is `scale * values + shift`, as a float.

        values: [N, *shape], C-contiguous: float32 or float64 as asked for, uint8 (pictures stay bytes: a quarter of the
    memory), or int32 ids. scale, shift: 1 and 0 unless `values` is uint8.
    """

    values: NDArray[Any]
    scale: float = 1.0
    shift: float = 0.0

    def floats(self, dtype: str = "float32") -> NDArray[Any]:
        """The values that training reads, as a float array of [N, *shape] (ids stay integers)."""
        if self.values.dtype.kind == "i":
            return self.values
        number = np.dtype(dtype).type
        floats: NDArray[Any] = (self.values * number(self.scale) + number(self.shift)).astype(dtype)
        return floats


@value
class Part:
    """One part of a data set. rows: [N] int64, which row of the source each example was."""

    name: str
    input: Array
    target: Array | None
    rows: NDArray[np.int64] = field(repr=False)
