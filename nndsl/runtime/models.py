"""Models that are asked like networks: their answers piece by piece, as those of a network in use come.

In: a fitted model and encoded rows. Out: what `measures` and `predict` read. It does not fit.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from nndsl.analysis.watch import Watch
from nndsl.data.types import Array
from nndsl.runtime.evaluator import Piece

ROWS_AT_ONCE = 1024  # a thread: as many as a search takes at once; a search of more could not be ended in between


class Model(Protocol):
    """What answers rows [N, D] with shares of classes [N, classes], or with numbers [N, *shape], on some threads."""

    @property
    def threads(self) -> int: ...

    def answers(self, queries: NDArray[np.float32]) -> NDArray[Any]: ...


class ModelEvaluator:
    """A model asked about given rows; it has no loss. watch: counts the rows that are done; ends it between pieces."""

    losses = None

    def __init__(self, model: Model, rows: Array, watch: Watch | None = None) -> None:
        self.model, self.rows, self.count, self.watch = model, rows, rows.count, watch or Watch()

    def pieces(self) -> Iterator[Piece]:
        """All rows, some at a time."""
        step = ROWS_AT_ONCE * self.model.threads
        for first in range(0, self.count, step):
            rows = slice(first, min(first + step, self.count))
            x = self.rows.take(rows).floats("float32")
            answers = self.model.answers(np.ascontiguousarray(x.reshape(len(x), -1)))
            self.watch.done += len(x)
            yield Piece(rows, (answers,), None)

    def run(self) -> tuple[list[NDArray[Any]], None]:
        """([the answers of all rows], no loss)."""
        found = [piece.outputs[0] for piece in self.pieces()]
        return [np.concatenate(found) if found else np.zeros((0, 0), np.float32)], None
