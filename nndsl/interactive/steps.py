"""What can be undone, and what was.

In: how things were before each definition and action. Out: the one to go back to. There is an end to what is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from nndsl.interactive.book import Book
from nndsl.runtime.growing import Moment

MOST_STEPS = 100
MOST_BYTES = 500_000_000  # of weights and data, each counted once


@dataclass(slots=True)
class Step:
    """How things were before a definition or an action. what: it, in a few words. ans: the text `ans` stood for."""

    what: str
    book: Book
    moment: Moment
    unsaved: tuple[str, ...]
    ans: str


@dataclass(slots=True)
class Steps:
    """done: what `:undo` takes back, the last first; undone: what `:redo` brings back."""

    done: list[Step] = field(default_factory=list)
    undone: list[Step] = field(default_factory=list)

    def keep(self, step: Step) -> None:
        """A step forward: what was undone before it cannot be brought back any more."""
        self.undone.clear()
        self.done.append(step)
        held: dict[int, int] = {}
        for number, one in enumerate(reversed(self.done)):
            held |= one.moment.sizes()
            if number >= MOST_STEPS or (number and sum(held.values()) > MOST_BYTES):
                del self.done[: len(self.done) - number]
                return
