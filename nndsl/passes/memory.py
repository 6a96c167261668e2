"""Where values that live for a part of a step are put, so that those that never meet share memory.

In: for each value its size and the first and last item that touch it. Out: offsets into one arena. Values that are
alive at once never overlap. Greedy by size, the largest first, each at the lowest gap that holds it (Pisarchyk and Lee
2020, "greedy by size").
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

Name = TypeVar("Name", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Life:
    """A value's size in bytes and the items, by number, from the one that makes it to the last that reads it."""

    size: int
    first: int
    last: int

    def meets(self, other: Life) -> bool:
        return self.first <= other.last and other.first <= self.last


def place(lives: Mapping[Name, Life], alignment: int = 64) -> tuple[dict[Name, int], int]:
    """(offset of each value, bytes of the arena)."""
    offsets: dict[Name, int] = {}
    placed: list[tuple[int, int, Life]] = []  # offset, end, life
    for name, life in sorted(lives.items(), key=lambda item: (-item[1].size, item[1].first)):
        size = -(-max(life.size, 1) // alignment) * alignment
        start = _lowest_gap(size, [(offset, end) for offset, end, other in placed if other.meets(life)])
        offsets[name] = start
        placed.append((start, start + size, life))
    return offsets, max((end for _, end, _ in placed), default=0)


def _lowest_gap(size: int, taken: Iterable[tuple[int, int]]) -> int:
    """The lowest offset from which `size` bytes are free, if the intervals (offset, end) are not."""
    start = 0
    for offset, end in sorted(taken):
        if start + size <= offset:
            break
        start = max(start, end)
    return start
