"""For tests of interactive sessions: a face that keeps all it is told, and a session whose entries are checked."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.diagnostics import Diagnostic
from nndsl.interactive.face import Nobody, Reply
from nndsl.interactive.session import Interactive
from nndsl.runtime.events import Progress, Work
from nndsl.runtime.progress import told
from nndsl.semantics.program import Action

MOONS = "data m { from moons(200, noise=0.2)\n split train=70%, test=30% }"
MLP = "network mlp for m { dense(8) -> relu\n dense(classes) -> softmax }"
TRAIN = "train mlp on m as run { epochs 3 }"


class Kept(Nobody):
    """shown: texts of results and commands. interrupts: how often Ctrl-C is pressed while work goes on, once a look."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.shown: list[str] = []
        self.found: list[Diagnostic] = []
        self.interrupts = 0

    def note(self, text: str) -> None:
        self.notes.append(text)

    def tell(self, text: str) -> None:
        self.shown.append(text)

    def report(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.found += diagnostics

    def look(self, progress: Progress | Work) -> None:
        if self.interrupts:
            self.interrupts -= 1
            os.kill(os.getpid(), signal.SIGINT)

    def done(self, action: Action, outcome: object, elapsed_s: float) -> None:
        text = told(action, outcome)
        if text is not None:
            self.shown.append(text)


class Desk:
    """A session, and what it has said to the last entry."""

    def __init__(self, folder: Path | None = None, objects: dict[str, object] | None = None) -> None:
        self.face = Kept()
        self.session = Interactive(folder, self.face, objects)

    def try_(self, text: str) -> Reply:
        self.face.notes, self.face.shown, self.face.found = [], [], []
        return self.session.enter(text)

    def enter(self, *texts: str) -> str:
        """Entries that have to be well; what the last one has shown."""
        for text in texts:
            reply = self.try_(text)
            assert reply.well and not reply.interrupted, (text, [d.message for d in self.face.found])
        return "\n".join(self.face.shown)

    def wrong(self, text: str) -> list[str]:
        """The codes of an entry that has to be wrong."""
        assert not self.try_(text).well
        return [d.code for d in self.face.found if d.severity == "error"]

    @property
    def notes(self) -> str:
        return "\n".join(self.face.notes)

    def weights(self, network: str) -> dict[str, NDArray[Any]]:
        state = self.session.runtime.networks[network]
        return {n: np.array(state.arrays[v.leaf]) for n, v in state.variables.items() if v.leaf in state.arrays}

    def value(self, text: str) -> Any:
        """What `print` finds."""
        self.enter(f"print {text}")
        return self.session.book.done[-1].outcome[0]  # type: ignore[index]


def same(one: dict[str, NDArray[Any]], other: dict[str, NDArray[Any]]) -> bool:
    """Whether weights are the same bit for bit."""
    return one.keys() == other.keys() and all((one[name] == other[name]).all() for name in one)
