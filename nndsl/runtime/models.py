"""Models that are asked like networks: their answers piece by piece, as those of a network in use come.

In: a fitted model and encoded rows. Out: what `measures` and `predict` read. It does not fit.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from nndsl.data.types import Array
from nndsl.runtime.evaluator import Piece

ROWS_AT_ONCE = 8192


class Model(Protocol):
    """What answers rows [N, D] with shares of classes [N, classes], or with numbers [N, *shape]."""

    def answers(self, queries: NDArray[np.float32]) -> NDArray[Any]: ...


class ModelEvaluator:
    """A model asked about given rows; it has no loss."""

    losses = None

    def __init__(self, model: Model, rows: Array) -> None:
        self.model, self.rows, self.count = model, rows, rows.count

    def pieces(self) -> Iterator[Piece]:
        """All rows, some at a time."""
        for first in range(0, self.count, ROWS_AT_ONCE):
            rows = slice(first, min(first + ROWS_AT_ONCE, self.count))
            x = self.rows.take(rows).floats("float32")
            yield Piece(rows, (self.model.answers(np.ascontiguousarray(x.reshape(len(x), -1))),), None)

    def run(self) -> tuple[list[NDArray[Any]], None]:
        """([the answers of all rows], no loss)."""
        found = [piece.outputs[0] for piece in self.pieces()]
        return [np.concatenate(found) if found else np.zeros((0, 0), np.float32)], None
