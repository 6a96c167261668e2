"""Who walks a table: one thread, or a team of them, each with a table of its own share.

In: instructions and the words that driver and Python share. Out: steps that are done. Native code holds no lock, so
other Python threads run meanwhile.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from nndsl.backend.cpu import library
from nndsl.backend.cpu.cache import Text
from nndsl.backend.cpu.linker import addresses, c_function
from nndsl.backend.cpu.memory import aligned
from nndsl.backend.cpu.table import KERNEL, Code, Table, table, texts
from nndsl.backend.cpu.team import joined

Work = list[list[list[Code]]]  # of each item, what each member of a team does; one member alone has one item
Words = Sequence[NDArray[Any]]  # stop, cursor, done, step, loss, total
STEPS = 4  # where in a driver's arguments the number of steps stands


class Walker(Protocol):
    """Does a step over and over."""

    def walk(self, steps: int) -> None: ...


def _arguments(made: Table, batch: int, words: Words, *more: int) -> NDArray[np.int64]:
    arrays = (made.addresses, made.starts, made.arguments)
    values = [len(made.addresses), *(a.ctypes.data for a in arrays), 0, batch, *(a.ctypes.data for a in words), *more]
    return np.array(values, np.int64)


class Single:
    """One thread, the caller's."""

    def __init__(self, instructions: Sequence[Code], batch: int, words: Words, precision: str) -> None:
        self.table = table(instructions)
        drive = library.kernel("drive", precision)
        self._drive = KERNEL(addresses([drive])[drive])
        self._call = _arguments(self.table, batch, words)

    def walk(self, steps: int) -> None:
        self._call[STEPS] = steps
        self._drive(self._call.ctypes.data)


class Team:
    """The caller's thread and others that live as long as a walk. They meet at barriers, each spinning until all are
    there.
    """

    def __init__(self, work: Work, batch: int, words: Words, precision: str) -> None:
        drive, barrier = library.kernel("drive_team", precision), library.kernel("barrier", precision)
        found, members = addresses([drive, barrier]), len(work[0])
        self._drive, self._go = KERNEL(found[drive]), aligned(1, np.int64)
        self._arrivals, self._counts = aligned(1, np.int64), [aligned(1, np.int64) for _ in range(members)]
        give_way = c_function("sched_yield")
        meetings = [[self._arrivals.ctypes.data, members, count.ctypes.data, give_way] for count in self._counts]
        codes = joined(work, members)
        self.tables = [table(code, (barrier, meeting)) for code, meeting in zip(codes, meetings, strict=True)]
        self._meetings = [np.array(meeting, np.int64) for meeting in meetings]
        self._calls = [
            _arguments(made, batch, words, k, self._go.ctypes.data, found[barrier], self._meetings[k].ctypes.data)
            for k, made in enumerate(self.tables)
        ]

    def walk(self, steps: int) -> None:
        self._arrivals[0] = 0
        for count, call in zip(self._counts, self._calls, strict=True):
            count[0], call[STEPS] = 0, steps
        places = [call.ctypes.data for call in self._calls[1:]]
        others = [threading.Thread(target=self._drive, args=(place,), daemon=True) for place in places]
        for thread in others:
            thread.start()
        self._drive(self._calls[0].ctypes.data)
        for thread in others:
            thread.join()


def walker(work: Work, batch: int, words: Words, precision: str) -> Walker:
    """One for the work: a team where it is divided among several."""
    if len(work[0]) > 1:
        return Team(work, batch, words, precision)
    return Single(work[0][0], batch, words, precision)


def texts_of(work: Work, precision: str) -> list[Text]:
    """All kernels that the work needs, its driver too."""
    drivers = ("drive_team", "barrier") if len(work[0]) > 1 else ("drive",)
    made = [text for shares in work for share in shares for text in texts(share)]
    return list(dict.fromkeys([*(library.kernel(kind, precision) for kind in drivers), *made]))
