"""What an interactive session needs of whoever shows it, and what it says of an entry when it is done.

In: events, texts, diagnostics, in the order in which they happen. It knows no terminal and no notebook.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from nndsl.diagnostics import Diagnostic
from nndsl.runtime.events import Listener, Silent
from nndsl.runtime.folding import COLUMNS
from nndsl.values import value


class Face(Listener, Protocol):
    """Who shows a session. `begin`, `look`, `end`, `done` and `note` are those of any run."""

    @property
    def columns(self) -> int:
        """How long a line of words may be."""

    def tell(self, text: str) -> None:
        """What a command such as `:who` or `?dense` answers."""

    def report(self, diagnostics: Sequence[Diagnostic]) -> None:
        """What is wrong with an entry, and warnings."""


class Nobody(Silent):
    """Shows nothing."""

    columns: int = COLUMNS

    def tell(self, text: str) -> None:
        return

    def report(self, diagnostics: Sequence[Diagnostic]) -> None:
        return


@value
class Reply:
    """What became of an entry.

    well: nothing was wrong. failed: it was right, but an action failed while it ran. interrupted: Ctrl-C ended it.
    quit: it asked for the end. clear: the screen is to be cleared. edit: a text that the person wants to change and
    enter then (`:edit`); None otherwise.
    """

    well: bool = True
    failed: bool = False
    interrupted: bool = False
    quit: bool = False
    clear: bool = False
    edit: str | None = None
