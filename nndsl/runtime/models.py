"""Models that are asked like networks: their answers piece by piece, as those of a network in use come.

In: a fitted model and encoded rows. Out: what `measures` and `predict` read. It does not fit.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from nndsl.analysis.watch import Watch
from nndsl.data.types import Array
from nndsl.runtime.evaluator import Piece

FEWEST, MOST = 256, 8192  # rows at once
SOON_S = 0.2  # pieces grow while they take less: between pieces, the work can be ended


class Model(Protocol):
    """What answers rows [N, D] with shares of classes [N, classes], or with numbers [N, *shape]."""

    def answers(self, queries: NDArray[np.float32]) -> NDArray[Any]: ...


class ModelEvaluator:
    """A model asked about given rows; it has no loss. watch: counts the rows that are done; ends it between pieces."""

    losses = None

    def __init__(self, model: Model, rows: Array, watch: Watch | None = None) -> None:
        self.model, self.rows, self.count, self.watch = model, rows, rows.count, watch or Watch()

    def pieces(self) -> Iterator[Piece]:
        """All rows, some at a time."""
        step, first = FEWEST, 0
        while first < self.count:
            rows, begun = slice(first, min(first + step, self.count)), time.perf_counter()
            x = self.rows.take(rows).floats("float32")
            answers = self.model.answers(np.ascontiguousarray(x.reshape(len(x), -1)))
            self.watch.done += len(x)
            first = rows.stop
            if time.perf_counter() - begun < SOON_S:
                step = min(2 * step, MOST)
            yield Piece(rows, (answers,), None)

    def run(self) -> tuple[list[NDArray[Any]], None]:
        """([the answers of all rows], no loss)."""
        found = [piece.outputs[0] for piece in self.pieces()]
        return [np.concatenate(found) if found else np.zeros((0, 0), np.float32)], None
