"""How the command line speaks: which stream, in colour or not, for people or for programs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import field
from typing import TextIO

from nndsl.diagnostics import Diagnostic
from nndsl.values import value

NARROWEST, WIDEST = 40, 120


@value
class Console:
    """results: what was asked for. messages: progress, notes, diagnostics."""

    color: bool = False
    json_errors: bool = False
    quiet: bool = False
    debug: bool = False
    results: TextIO = field(default_factory=lambda: sys.stdout)
    messages: TextIO = field(default_factory=lambda: sys.stderr)

    def say(self, text: str) -> None:
        """A message for people."""
        print(text, file=self.messages, flush=True)

    def show(self, text: str) -> None:
        """A result."""
        print(text, file=self.results, flush=True)

    def report(self, diagnostics: Iterable[Diagnostic], counted: bool = True) -> None:
        """All of them, errors last, and how many there were, where that is wanted."""
        listed = sorted(diagnostics, key=lambda d: d.severity == "error")
        if self.json_errors:
            from nndsl.diagnostics.jsonl import to_json

            for diagnostic in listed:
                self.say(to_json(diagnostic))
            return
        if not listed:
            return
        import shutil

        from nndsl.diagnostics.render import render, summary

        width = max(NARROWEST, min(WIDEST, shutil.get_terminal_size((100, 24)).columns))
        for diagnostic in listed:
            self.say(render(diagnostic, width=width, color=self.color) + "\n")
        if counted:
            self.say(summary(listed))


def wants_color(stream: TextIO, refused: bool) -> bool:
    """On a terminal that can, unless NO_COLOR (https://no-color.org) or the user says no."""
    return not refused and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and stream.isatty()
