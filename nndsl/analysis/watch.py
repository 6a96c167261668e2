"""Long work as seen from outside: how far it is, and a word that ends it.

The thread that works writes `done` and `figure` and reads `stopped`; the one that waits does the opposite. It prints
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Watch:
    """
    what: the part of the work under way, in words for a person (`neighbours`, `iterations`). done, of: how many of how
    many steps; `of` is 0 where that is not known. figure: what the work has reached so far, such as a divergence; None
    where there is none yet. stopped: somebody asked for the end: the work ends after the step under way and gives what
    it has.
    """

    what: str = ""
    done: int = 0
    of: int = 0
    figure: float | None = None
    stopped: bool = False

    def begin(self, what: str, of: int = 0) -> None:
        """Another part of the work begins."""
        self.what, self.done, self.of, self.figure = what, 0, of, None
