"""Entering into a session whatever happens: faults of our own and Ctrl-C leave the session alive.

In: entries as texts. Out: replies; whether all was well, and how long the last one took.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from nndsl.interactive.face import Reply
from nndsl.values import value

Crashed = Callable[[Exception], None]  # tells of a fault of our own


class Completed(Protocol):
    """What may stand at the cursor. start: where the word begins that it takes the place of. label: what is shown."""

    @property
    def text(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def meaning(self) -> str: ...
    @property
    def start(self) -> int: ...


class Session(Protocol):
    """What the prompt needs of an interactive session."""

    unsaved: tuple[str, ...]

    def enter(self, text: str, name: str | None = None) -> Reply: ...

    def is_complete(self, text: str) -> bool: ...

    def complete(self, text: str, offset: int) -> Sequence[Completed]: ...


@value
class Ways:
    """How the prompt speaks to people. say: a line beside the results. crashed: tells of a fault of our own."""

    say: Callable[[str], None]
    crashed: Crashed


class Talk:
    """A session as readers of entries use it. well: nothing was wrong so far. took_s: what the last entry took."""

    def __init__(self, session: Session, ways: Ways) -> None:
        self.session, self.ways = session, ways
        self.well = True
        self.took_s = 0.0

    def enter(self, text: str, name: str | None = None) -> Reply:
        """One entry."""
        began = time.perf_counter()
        try:
            reply = self.session.enter(text, name)
        except KeyboardInterrupt:
            self.ways.say("stopped")
            reply = Reply(well=False, interrupted=True)
        except Exception as problem:
            self.ways.crashed(problem)
            reply = Reply(well=False)
        self.took_s = time.perf_counter() - began
        self.well = self.well and reply.well
        return reply

    def is_complete(self, text: str) -> bool:
        """Whether Enter would submit. Never raises: what cannot be judged is submitted."""
        try:
            return self.session.is_complete(text)
        except Exception as problem:
            self.ways.crashed(problem)
            return True
