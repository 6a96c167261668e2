"""What is raised from Python: errors with the same diagnostics as the command line shows.

In: diagnostics. Out: exceptions whose text is what a person would read.
"""

from __future__ import annotations

from typing import Any

from nndsl.diagnostics import Diagnostic
from nndsl.diagnostics.render import render


class DiagnosticError(Exception):
    """An error with diagnostics: `str()` is what the command line would show. diagnostics: errors and warnings, in
    the order of the text.
    """

    def __init__(self, diagnostics: list[Diagnostic]) -> None:
        super().__init__(diagnostics)
        self.diagnostics = diagnostics

    def __str__(self) -> str:
        return "\n" + "\n\n".join(render(diagnostic) for diagnostic in self.diagnostics)


class CompileError(DiagnosticError):
    """A script that is wrong; nothing of it was run."""


class RunError(DiagnosticError):
    """A failure of a script that is right as far as can be known before: a loss that is not a number, a false
    `expect`, a full disk.

    results: what was done before (`run` only).
    """

    results: Any = None
