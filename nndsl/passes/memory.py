"""Where values that live for a part of a step are put, so that those that never meet share memory.

In: for each value its size and the first and last item that touch it. Out: offsets into one arena. Values that are alive at once
never overlap. Greedy by size, the largest first, each at the lowest gap that holds it (Pisarchyk and Lee 2020, "greedy by size").
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Life:
    """A value's size in bytes and the items, by number, from the one that makes it to the last that reads it."""

    size: int
    first: int
    last: int

    def meets(self, other: Life) -> bool:
        return self.first <= other.last and other.first <= self.last


def place(lives: Mapping[Hashable, Life], alignment: int = 64) -> tuple[dict[Hashable, int], int]:
    """(offset of each value, bytes of the arena)."""
    offsets: dict[Hashable, int] = {}
    placed: list[tuple[int, int, Life]] = []  # offset, end, life
    total = 0
    by_size = sorted(lives.items(), key=lambda item: (-item[1].size, item[1].first))
    for name, life in by_size:
        start = 0
        for offset, end, _ in sorted(p[:2] + (p[2],) for p in placed if p[2].meets(life)) if placed else ():
            if start + life.size <= offset:
                break
            start = max(start, end)
        end = start + -(-max(life.size, 1) // alignment) * alignment
        offsets[name] = start
        placed.append((start, end, life))
        total = max(total, end)
    return offsets, total
