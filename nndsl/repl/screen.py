"""How a session shows itself on a terminal, or as plain lines: as a run does, with answers and faults between.

In: what happens, from the session. Out: text on two streams.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from typing import TextIO

from nndsl.diagnostics import Diagnostic
from nndsl.runtime.folding import folded
from nndsl.runtime.progress import Human

NOTE = "note: "
Report = Callable[[Sequence[Diagnostic]], None]


class Screen(Human):
    """report: shows diagnostics."""

    def __init__(
        self, results: TextIO, messages: TextIO, report: Report, *, quiet: bool = False, color: bool = False
    ) -> None:
        super().__init__(results, messages, quiet=quiet, color=color)
        self._report = report

    def note(self, text: str) -> None:
        """On a terminal, in lines that break between words."""
        fitted = folded(NOTE + text, shutil.get_terminal_size().columns - 1) if self.is_terminal else NOTE + text
        super().note(fitted.removeprefix(NOTE))

    def tell(self, text: str) -> None:
        self.show(self.fitted(text))

    def report(self, diagnostics: Sequence[Diagnostic]) -> None:
        if diagnostics:
            self._report(diagnostics)
