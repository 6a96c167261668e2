"""How a session shows itself on a terminal, or as plain lines: as a run does, with answers and faults between.

In: what happens, from the session. Out: text on two streams.
"""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Callable, Sequence
from typing import TextIO

from nndsl.diagnostics import Diagnostic
from nndsl.runtime.progress import Human

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
        columns = shutil.get_terminal_size().columns
        is_long = self.is_terminal and len(text) + len("note: ") >= columns
        super().note(textwrap.fill(text, columns - 1, initial_indent=" " * 6)[6:] if is_long else text)

    def tell(self, text: str) -> None:
        print(text, file=self.results, flush=True)

    def report(self, diagnostics: Sequence[Diagnostic]) -> None:
        if diagnostics:
            self._report(diagnostics)
