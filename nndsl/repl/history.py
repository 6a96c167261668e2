"""What was entered in earlier sessions: a file that several sessions share.

In: entries. Out: entries, oldest first. Each is a line of JSON, so that one of several lines stays one. It is added to
under a lock, and cut to its newest entries when it grows too large. Lines that are damaged, and a file that cannot be
read or written, cost their entries and nothing else.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from nndsl.paths import whole

KEPT = 2000  # entries
LARGEST = 1_000_000  # bytes, after which it is cut
LONGEST = 65_536  # bytes of an entry that is kept
PATIENCE_S = 0.5  # how long another session may hold the lock


class HistoryFile:
    """largest: bytes, after which it is cut; kept: entries that stay then."""

    def __init__(self, path: Path, largest: int = LARGEST, kept: int = KEPT) -> None:
        self.path, self.largest, self.kept = path, largest, kept

    def read(self) -> list[str]:
        """The newest entries, oldest first, none twice in a row."""
        try:
            with self.path.open("rb") as file:
                file.seek(max(os.fstat(file.fileno()).st_size - 2 * self.largest, 0))
                data = file.read(2 * self.largest)
        except (OSError, ValueError):
            return []
        found: list[str] = []
        for line in data.split(b"\n"):
            entry = _entry(line)
            if entry is not None and found[-1:] != [entry]:
                found.append(entry)
        return found[-self.kept :]

    def add(self, entry: str) -> None:
        """At the end."""
        line = json.dumps(entry).encode("ascii") + b"\n"
        if len(line) > LONGEST:
            return
        with contextlib.suppress(OSError, ValueError):
            if self.path.exists() and not self.path.is_file():
                return
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._lock() as is_mine:
                size = self._append(line)
                if is_mine and size > self.largest:
                    self._cut()

    def _append(self, line: bytes) -> int:
        """In one write, so that lines of two sessions never mix; gives the file's size then. A last line that was cut
        off ends first."""
        with open(os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600), "rb+", buffering=0) as file:
            size = os.fstat(file.fileno()).st_size
            file.seek(max(size - 1, 0))
            file.write(line if file.read(1) in (b"", b"\n") else b"\n" + line)
            return size + len(line)

    def _cut(self) -> None:
        """To the newest entries, in one step; to fewer where they are long."""
        lines: list[bytes] = []
        size = 0
        for entry in reversed(self.read()):
            lines.append(json.dumps(entry).encode("ascii") + b"\n")
            size += len(lines[-1])
            if size > self.largest // 2:
                break
        with whole(self.path) as file:
            file.write(b"".join(reversed(lines)))

    @contextlib.contextmanager
    def _lock(self) -> Iterator[bool]:
        """Whether no other session adds meanwhile. One that holds the lock for long is not waited for."""
        try:
            import fcntl
        except ImportError:  # a system without it: single writes do not mix there either
            yield False
            return
        handle = os.open(self.path.with_name(self.path.name + ".lock"), os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            yield _taken(lambda: fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB))
        finally:
            os.close(handle)


def _taken(take: Callable[[], None]) -> bool:
    limit = time.monotonic() + PATIENCE_S
    while True:
        try:
            take()
        except OSError:
            if time.monotonic() > limit:
                return False
            time.sleep(0.01)
        else:
            return True


def _entry(line: bytes) -> str | None:
    """What a line holds; None where it is damaged."""
    try:
        found = json.loads(line)
        if not isinstance(found, str) or not found.strip():
            return None
        found.encode()  # half a character, which no terminal could be sent
    except (ValueError, RecursionError):
        return None
    return found
