"""Keys that are pressed while no prompt reads them: they are kept for the next one, and do not show in the middle of
what is drawn.

In: a stream. Out: a stretch of time in which its terminal shows what is typed, or does not; Ctrl-C works as ever.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import IO, Any


@contextlib.contextmanager
def echo(stream: IO[Any] | None, on: bool) -> Iterator[None]:
    """Where there is no such terminal, nothing is done."""
    try:
        import termios
    except ImportError:  # a system without it
        yield
        return
    try:
        handle = -1 if stream is None else stream.fileno()
        before = termios.tcgetattr(handle)
    except (OSError, ValueError, termios.error):  # no terminal
        yield
        return
    wanted = [*before]
    wanted[3] = wanted[3] | termios.ECHO if on else wanted[3] & ~termios.ECHO
    termios.tcsetattr(handle, termios.TCSANOW, wanted)
    try:
        yield
    finally:
        with contextlib.suppress(termios.error):  # the terminal has gone
            termios.tcsetattr(handle, termios.TCSANOW, before)
