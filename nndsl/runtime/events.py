"""What a session tells while it works: to a terminal, to a file, or to nobody.

In: facts, in the order in which they happen. It does not know how they are shown.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from nndsl.analysis.watch import Watch as Watched
from nndsl.runtime.trainer import History, Watch
from nndsl.semantics.program import Action


@dataclass(slots=True)
class Progress:
    """A training run under way. history grows while it works; epochs: the most there will be; rows: of the training
    part.

    seen: how many rows the epoch under way has visited. started: by `time.perf_counter`. watch: early stopping, if
    there is any.
    """

    name: str
    network: str
    data: str
    epochs: int
    rows: int
    line: int
    history: History
    seen: Callable[[], int]
    watch: Watch | None = None
    started: float = field(default_factory=time.perf_counter)


@dataclass(slots=True)
class Work:
    """`pca`, `tsne` or `kmeans` under way. watch: how far it is. started: by `time.perf_counter`."""

    name: str
    verb: str
    data: str
    line: int
    watch: Watched
    started: float = field(default_factory=time.perf_counter)


class Listener(Protocol):
    """Who is told. All are called on the thread that runs the session."""

    def note(self, text: str) -> None:
        """A fact worth saying: rows that were dropped, the loss that was chosen."""

    def begin(self, progress: Progress | Work) -> None:
        """A training run, or other long work, begins."""

    def look(self, progress: Progress | Work) -> None:
        """Some twenty times a second while it works."""

    def end(self, progress: Progress | Work) -> None:
        """It has ended, well or not."""

    def done(self, action: Action, outcome: object, elapsed_s: float) -> None:
        """An action is done. outcome: a result, what was printed (a list), or what was shown (a text)."""


class Silent:
    """Nobody."""

    def note(self, text: str) -> None:
        return

    def begin(self, progress: Progress | Work) -> None:
        return

    def look(self, progress: Progress | Work) -> None:
        return

    def end(self, progress: Progress | Work) -> None:
        return

    def done(self, action: Action, outcome: object, elapsed_s: float) -> None:
        return
