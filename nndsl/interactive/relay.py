"""Passes on what a run tells to a session's face, but for results that are to be hidden."""

from __future__ import annotations

from nndsl.interactive.face import Face
from nndsl.runtime.events import Progress, Work
from nndsl.semantics.program import Action


class Relay:
    """hidden: whether results are not shown."""

    def __init__(self, face: Face) -> None:
        self.face = face
        self.hidden = False

    def note(self, text: str) -> None:
        self.face.note(text)

    def begin(self, progress: Progress | Work) -> None:
        self.face.begin(progress)

    def look(self, progress: Progress | Work) -> None:
        self.face.look(progress)

    def end(self, progress: Progress | Work) -> None:
        self.face.end(progress)

    def done(self, action: Action, outcome: object, elapsed_s: float) -> None:
        if not self.hidden:
            self.face.done(action, outcome, elapsed_s)
