"""Work shared among threads: one table for each, walked side by side.

In: instructions. Out: the shares of the large ones, and barriers where one share may need another's result. Small ones
are done by the first member alone. A share is cut so that every number is computed by the same sums in the same order
as
alone: the bits do not depend on how many threads there are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nndsl.backend.cpu.cache import Text
from nndsl.backend.cpu.copies import Instruction
from nndsl.backend.cpu.machine import machine
from nndsl.backend.cpu.table import MEET, Code

WORTH_SHARING = 150_000  # elements times their cost, some 15 us: below, a team waits longer than it works
WORTH_MULTIPLYING = 2_000_000  # multiplications of a product, some 20 us


@dataclass(frozen=True, slots=True)
class Share:
    """One member's part of something that is divided."""

    member: int
    members: int

    def bounds(self, length: int, unit: int) -> tuple[int, int]:
        """From where to where: as even as multiples of `unit` allow."""
        units = -(-length // unit)
        first, last = (units * k // self.members * unit for k in (self.member, self.member + 1))
        return min(first, length), min(last, length)


def divided(instructions: Sequence[Instruction], members: int) -> list[list[Instruction]]:
    """The shares of library instructions: all of them by the first member, unless it is one that can be divided."""
    if len(instructions) == 1:
        text, arguments = instructions[0]
        divide = _DIVISIONS.get(text.name.partition("_")[0])
        shares = [divide(text, arguments, Share(k, members)) for k in range(members)] if divide else []
        if shares and all(s is not None for s in shares):
            return [[(text, s)] for s in shares if s is not None]
    return [list(instructions), *([] for _ in range(members - 1))]


def _product(text: Text, g: list[int], share: Share) -> list[int] | None:
    """By columns where there are many, else by rows; whole register tiles."""
    batches, m, n, k = g[:4]
    if batches * m * n * k < WORTH_MULTIPLYING:
        return None
    item = 4 if text.precision == "float32" else 8
    lanes, (widest, heights) = machine().lanes(text.precision), machine().tiles[0]
    made = list(g)
    if n >= m and n >= 2 * share.members * lanes:
        first, last = share.bounds(n, widest * lanes if n >= share.members * widest * lanes else lanes)
        made[2], made[8], made[11] = last - first, g[8] + first * item, g[11] + first * item
    elif m >= share.members * heights[0]:
        first, last = share.bounds(m, heights[0])
        made[1], made[4], made[11] = last - first, g[4] + first * g[6] * item, g[11] + first * g[13] * item
    else:
        return None
    return made


def _rows(text: Text, g: list[int], share: Share) -> list[int] | None:
    """Rows of a batch, in (`rows_u8_f32`): the order and the target move on; out: the order and the source."""
    rows, width = g[:2]
    if rows * width < WORTH_SHARING:
        return None
    first, last = share.bounds(rows, 1)
    made = list(g)
    made[0], made[3] = last - first, g[3] + 4 * first
    item = {"float64": 8, "uint8": 1}.get(text.precision, 4)
    moving = 2 if text.name.startswith("rows_out") else 5
    made[moving] = g[moving] + first * width * item
    return made


_DIVISIONS: dict[str, Callable[[Text, list[int], Share], list[int] | None]] = {"product": _product, "rows": _rows}


def joined(items: Sequence[list[list[Code]]], members: int, *, closed: bool = False) -> list[list[Code]]:
    """Each member's instructions: they meet between items wherever one of the two is shared. closed: the items are the
    body of a loop, so they meet at its end too if anything in it is shared."""
    found: list[list[Code]] = [[] for _ in range(members)]
    before = together = False
    for shares in items:
        now = any(shares[1:])
        if (now or before) and found[0]:
            for mine in found:
                mine.append(MEET)
        for mine, share in zip(found, shares, strict=True):
            mine += share
        before, together = now, together or now
    if closed and together:
        for mine in found:
            mine.append(MEET)
    return found
