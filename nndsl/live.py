"""The prompt from Python, without a screen: a session that is entered piece by piece.

In: entries as they would be typed at the prompt, Python data. Out: what there is by then, as objects with NumPy arrays
inside. Faults are raised as `CompileError` and `RunError`.

    session = nndsl.Session(data={"frame": frame})
    session.enter('data iris { from frame; input all; target species -> category; split train=80%, test=20% }')
    session.enter('network mlp for iris { dense(16) -> relu; dense(classes) -> softmax }')
    session.enter('train mlp on iris { epochs 20 }')
    session["mlp"].predict(new_rows)
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nndsl.api import CompileError, Interrupted, Results, RunError
from nndsl.diagnostics import Diagnostic
from nndsl.interactive.face import Face, Nobody

if TYPE_CHECKING:
    from nndsl.editor.completion import Completion
    from nndsl.runtime.events import Progress, Work
    from nndsl.runtime.progress import Human
    from nndsl.semantics.program import Action


class Session:
    """See the head of this module. A definition that is wrong changes nothing, and an action that fails neither.

    data: Python objects by the name that `from` says; what is added to it later is seen too. folder: what paths are
    relative to. progress: whether to tell of the work on stderr, and of what is found on stdout. face: is told of
    everything instead.
    """

    def __init__(
        self,
        data: Mapping[str, object] | None = None,
        *,
        folder: str | Path | None = None,
        progress: bool = False,
        face: Face | None = None,
    ) -> None:
        from nndsl.interactive.session import Interactive

        self.data = data if data is not None else {}
        self._face = _Gathered(progress)
        self.inner = Interactive(Path(folder) if folder is not None else None, face or self._face, self.data)

    def enter(self, text: str) -> list[str]:
        """Carries out an entry: statements, an expression, `:undo` and the like. Gives what a prompt would show, as
        texts; the last value itself is `session["ans"]`.

        Raises CompileError where something in it is wrong, RunError where an action fails, and Interrupted after
        Ctrl-C.
        """
        self._face.texts, self._face.found = [], []
        reply = self.inner.enter(text)
        if reply.interrupted:
            raise Interrupted(self.results)
        if reply.failed:
            error = RunError(self._face.found)
            error.results = self.results
            raise error
        if not reply.well:
            raise CompileError(self._face.found)
        return self._face.texts

    @property
    def warnings(self) -> list[Diagnostic]:
        """Of the last entry."""
        return [d for d in self._face.found if d.severity == "warning"]

    @property
    def results(self) -> Results:
        """Networks and results by name, as they are now."""
        return Results(self.inner.runtime)

    def complete(self, text: str, offset: int | None = None) -> list[Completion]:
        """What can be written at an offset of an entry: at its end where none is given."""
        return self.inner.complete(text, len(text) if offset is None else offset)

    def __getitem__(self, name: str) -> Any:
        return self.results[name]

    def __repr__(self) -> str:
        return f"Session({', '.join(self.inner.names())})"


class _Gathered(Nobody):
    """Gathers texts and diagnostics; shows progress where that is asked for."""

    def __init__(self, progress: bool) -> None:
        self.texts: list[str] = []
        self.found: list[Diagnostic] = []
        self._human: Human | None = None
        if progress:
            from nndsl.runtime.progress import Human

            self._human = Human(sys.stdout, sys.stderr)

    def note(self, text: str) -> None:
        self.texts.append(text)
        if self._human is not None:
            self._human.note(text)

    def tell(self, text: str) -> None:
        self.texts.append(text)

    def report(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.found += diagnostics

    def begin(self, progress: Progress | Work) -> None:
        if self._human is not None:
            self._human.begin(progress)

    def look(self, progress: Progress | Work) -> None:
        if self._human is not None:
            self._human.look(progress)

    def end(self, progress: Progress | Work) -> None:
        if self._human is not None:
            self._human.end(progress)

    def done(self, action: Action, outcome: object, elapsed_s: float) -> None:
        from nndsl.runtime.progress import told

        text = told(action, outcome)
        if text is not None:
            self.texts.append(text)
        if self._human is not None:
            self._human.done(action, outcome, elapsed_s)
