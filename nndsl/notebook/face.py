"""How a session shows itself in a notebook: texts as they are, figures as pictures, training as one line that changes.

In: what a session tells. Out: outputs of the cell under way.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import Any

from nndsl.diagnostics import Diagnostic
from nndsl.diagnostics.render import render
from nndsl.handles import Drawing
from nndsl.runtime.events import Progress, Work
from nndsl.runtime.progress import duration, live_line, speed, told, work_line
from nndsl.runtime.results import Drawn
from nndsl.semantics.program import Action

REDRAW_S = 0.25  # each change is a message to a browser
PATIENCE_S = 0.5  # what is done before needs no line
WIDTH = 110


class Cell:
    """The face of a session in a notebook. wrong: errors of the cell under way, which its end shows."""

    columns = WIDTH

    def __init__(self) -> None:
        self.wrong: list[Diagnostic] = []
        self._line: Any = None
        self._drawn = 0.0

    def note(self, text: str) -> None:
        self.tell(f"note: {text}")

    def tell(self, text: str) -> None:
        print(text, flush=True)

    def report(self, diagnostics: Sequence[Diagnostic]) -> None:
        """Warnings at once; errors at the end of the cell, which has failed then."""
        self.wrong += [d for d in diagnostics if d.severity == "error"]
        for diagnostic in diagnostics:
            if diagnostic.severity != "error":
                print(render(diagnostic, width=WIDTH) + "\n", file=sys.stderr, flush=True)

    def begin(self, progress: Progress | Work) -> None:
        self._line, self._drawn = None, time.perf_counter()

    def look(self, progress: Progress | Work) -> None:
        now = time.perf_counter()
        if now - progress.started < PATIENCE_S or now - self._drawn < REDRAW_S:
            return
        self._drawn = now
        self._show(work_line(progress, now) if isinstance(progress, Work) else live_line(progress, now, WIDTH))

    def end(self, progress: Progress | Work) -> None:
        """The line says at last how long it took."""
        if self._line is None:
            return
        seconds = time.perf_counter() - progress.started
        if isinstance(progress, Work):
            self._show(f"{progress.name}: {progress.verb} {progress.data} in {duration(seconds)}")
        else:
            epochs = len(progress.history)
            self._show(
                f"{progress.name}: {epochs} epoch{'' if epochs == 1 else 's'} in {duration(seconds)} "
                f"({speed(progress, seconds)})"
            )
        self._line = None

    def done(self, action: Action, outcome: object, elapsed_s: float) -> None:
        if isinstance(outcome, Drawn) and outcome.path is None:
            _display(Drawing(outcome.figure))
            return
        text = told(action, outcome)
        if text is not None:
            self.tell(text)

    def _show(self, text: str) -> None:
        """A line in the place of the one before."""
        content = {"text/plain": text}
        if self._line is None:
            self._line = _display(content, raw=True, display_id=True)
        else:
            self._line.update(content, raw=True)


def _display(content: object, **settings: Any) -> Any:
    from IPython import display

    show: Any = display.display
    return show(content, **settings)
