"""Stopping work from outside, and running it so that Ctrl-C can.

A signal reaches Python only between native calls, so long work runs on a thread of its own while the first thread
waits. The first Ctrl-C asks the work to end after the batch under way; what it has done so far is kept. A second one
stops at once.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, TypeVar

from numpy.typing import NDArray

T = TypeVar("T")
LOOK_S = 0.05  # how often the waiting thread looks up


@dataclass(slots=True)
class Control:
    """flags: the `stop` words of loops at work. stopped: somebody asked for the end."""

    flags: list[NDArray[Any]] = field(default_factory=list)
    stopped: bool = False

    def watch(self, flag: NDArray[Any]) -> None:
        """A loop's stop word, to be set when the end is asked for."""
        self.flags.append(flag)
        if self.stopped:
            flag[0] = 1

    def stop(self) -> None:
        self.stopped = True
        for flag in self.flags:
            flag[0] = 1


def interruptible(work: Callable[[], T], control: Control, look: Callable[[], None] | None = None) -> T:
    """The result of `work`, run on a thread; `look` is called some twenty times a second meanwhile, on this one.

    Raises what `work` raises, and KeyboardInterrupt on the second Ctrl-C; the thread then goes on for as long as the
    process lives.
    """
    result: list[T] = []
    fault: list[BaseException] = []

    def run() -> None:
        try:
            result.append(work())
        except BaseException as raised:  # handed over to the thread that waits
            fault.append(raised)

    thread = threading.Thread(target=run, name="nndsl-work", daemon=True)
    with _signals(control):
        thread.start()
        while thread.is_alive():
            thread.join(LOOK_S)
            if look is not None:
                look()
    if fault:
        raise fault[0]
    return result[0]


@contextmanager
def _signals(control: Control) -> Iterator[None]:
    """Ctrl-C goes to `control`. Only the first thread may say so; on any other the process's own way stays."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(number: int, frame: FrameType | None) -> None:
        if control.stopped:
            raise KeyboardInterrupt
        control.stop()

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
