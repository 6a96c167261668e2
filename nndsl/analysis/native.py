"""Kernels called from Python with arrays: one thread, or several that take parts of the rows.

In: texts of kernels, and their arguments as arrays and numbers. Out: the same, run. A kernel here begins with
`first, last, member = g[0], g[1], g[2]`: it does the rows from `first` up to `last`, and where it sums over rows it
writes to the place of its member; what else it takes stands behind, in the order of the call. Native code holds no
lock, so Python's threads do run side by side. Nothing is checked but that arrays are contiguous.
"""

from __future__ import annotations

import itertools
from array import array
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from types import TracebackType
from typing import Any

from numpy.typing import NDArray

from nndsl.backend.cpu.arguments import bits
from nndsl.backend.cpu.cache import Text
from nndsl.backend.cpu.linker import addresses
from nndsl.backend.cpu.machine import machine
from nndsl.backend.cpu.table import KERNEL
from nndsl.backend.cpu.texts import vector_head

Argument = int | float | NDArray[Any]
Span = tuple[int, int]  # rows, from the first up to the last


def vector_text(name: str, body: str) -> Text:
    """A kernel of float32 that works with whole vectors of this machine: `LANES`, `load`, `splat` and their like."""
    return Text(name, vector_head(machine().lanes("float32")) + body, "float32")


class Kernel:
    """A kernel that is ready to be called."""

    def __init__(self, address: int) -> None:
        self._run = KERNEL(address)

    def __call__(self, *arguments: Argument) -> None:
        self.prepared(*arguments)()

    def prepared(self, *arguments: Argument) -> Callable[[], None]:
        """A call that can be made again and again: a microsecond each. It keeps its arrays alive."""
        block = array("q", [_word(argument) for argument in arguments])
        return partial(_call, self._run, block.buffer_info()[0], (block, arguments))


def _call(run: Callable[[int], None], block: int, alive: object) -> None:
    run(block)


def kernels(texts: Sequence[Text]) -> list[Kernel]:
    """The kernels of the texts, in their order: new ones are compiled side by side, others come from the cache."""
    found = addresses(texts)
    return [Kernel(found[text]) for text in texts]


def _word(argument: Argument) -> int:
    """What stands for it in a kernel's block: an integer itself, the bits of a double, an array's address."""
    if isinstance(argument, int):
        return argument
    if isinstance(argument, float):
        return bits(argument)
    assert argument.flags.c_contiguous, "a kernel reads rows that lie one after the other"
    return int(argument.ctypes.data)


class Crew:
    """Threads that work side by side until the crew is closed; one alone is the caller's own."""

    def __init__(self, threads: int = 1) -> None:
        self.members = max(1, threads)
        self._others = ThreadPoolExecutor(self.members - 1) if self.members > 1 else None

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        if self._others is not None:
            self._others.shutdown()

    def rows(self, kernel: Kernel, spans: int | Sequence[Span], *arguments: Argument) -> None:
        """Runs a kernel over so many rows, in equal parts, or over parts that are given, one for each member."""
        self.prepared(kernel, spans, *arguments)()

    def prepared(self, kernel: Kernel, spans: int | Sequence[Span], *arguments: Argument) -> Call:
        """What `rows` does, as a call that can be made again and again."""
        parts = self.shares(spans) if isinstance(spans, int) else spans
        return Call(self, [[kernel.prepared(*part, k, *arguments)] for k, part in enumerate(parts)])

    def shares(self, count: int, unit: int = 1, worth: int = 0) -> list[Span]:
        """Each member's rows of so many, as even as multiples of `unit` allow; below `worth` rows the first has all."""
        if count < worth:
            return [(0, count)]
        units = -(-count // unit)
        ends = [min(units * k // self.members * unit, count) for k in range(self.members + 1)]
        return list(itertools.pairwise(ends))

    def each(self, count: int, work: Callable[[int, int], None]) -> None:
        """work(item, member) for the items 0 .. count - 1: whoever is free takes the next one."""
        items = iter(range(count))  # one step of it is one step of the interpreter: no item is taken twice

        def until_done(member: int) -> None:
            for item in items:
                work(item, member)

        self.together([partial(until_done, k) for k in range(self.members)])

    def together(self, tasks: Sequence[Callable[[], None]]) -> None:
        """Runs each task on a thread of its own, the first on the caller's; the first fault is raised when all end."""
        waiting: list[Future[None]] = [self._others.submit(task) for task in tasks[1:]] if self._others else []
        try:
            tasks[0]()
        finally:
            faults = [future.exception() for future in waiting]
        for fault in faults:
            if fault is not None:
                raise fault


class Call:
    """What each member of a crew does, again and again: it costs some 40 us to wake the others."""

    def __init__(self, crew: Crew, parts: list[list[Callable[[], None]]]) -> None:
        self._crew, self._parts = crew, parts
        self._tasks = [partial(_in_turn, part) for part in parts]

    def __call__(self) -> None:
        self._crew.together(self._tasks)

    def beside(self, other: Call) -> Call:
        """Both, where neither reads what the other writes: nobody waits in between."""
        nothing: list[Callable[[], None]] = []
        pairs = itertools.zip_longest(self._parts, other._parts, fillvalue=nothing)
        return Call(self._crew, [mine + more for mine, more in pairs])


def _in_turn(calls: Sequence[Callable[[], None]]) -> None:
    for call in calls:
        call()
