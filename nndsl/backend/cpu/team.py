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
from nndsl.backend.cpu.machine import machine
from nndsl.backend.cpu.table import MEET, Again, Code, again

WORTH_SHARING = 150_000  # elements times their cost, some 15 us: below, a team waits longer than it works
WORTH_MOVING = 16_000  # numbers of rows by ids, some 5 us
WORTH_COPYING = 50_000  # numbers, some 20 us
LINE = 16  # numbers: shares of columns do not meet in a cache line
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


def divided(instructions: Sequence[Code], members: int) -> list[list[Code]]:
    """The shares of library instructions that run one after the other: what is small, or cannot be divided, is done by
    the first member.
    """
    return joined([_shares(made, members) for made in instructions], members)


def _shares(made: Code, members: int) -> list[list[Code]]:
    if isinstance(made, Again):
        turns = [
            joined([_shares(x, members) for x in body], members, closed=True) for body in (made.first, made.second)
        ]
        return again(made.times, *turns)
    assert isinstance(made, tuple), made
    text, arguments = made
    divide = _DIVISIONS.get(_kind(text))
    found = [divide(text, arguments, Share(k, members)) for k in range(members)] if divide else []
    shares: list[list[Code]] = [[(text, g)] for g in found if g is not None]
    return shares if len(shares) == members else [[made], *([] for _ in range(members - 1))]


def _kind(text: Text) -> str:
    return next((kind for kind in _DIVISIONS if text.name.startswith(kind)), "")


# ---- divisions: the arguments of a share; None where there is none for everybody


def _move(g: list[int], count: int, bounds: tuple[int, int], steps: dict[int, int]) -> list[int] | None:
    """A share of a loop: g[count] is its number of turns; with each turn, some arguments move by so much."""
    first, last = bounds
    made = list(g)
    made[count] = last - first
    for at, step in steps.items():
        made[at] += first * step
    return made if last > first else None


def _cut(text: Text, batches: int, m: int, n: int, members: int) -> tuple[str, int] | None:
    """Which loop of a product is divided, and in what units: whole products where there are many, else columns or rows
    in whole register tiles.
    """
    lanes, (widest, heights) = machine().lanes(text.precision), machine().tiles[0]
    if batches >= 4 * members or (batches >= members and batches % members == 0):
        return "batches", 1
    if n >= m and n >= 2 * members * lanes:
        return "columns", widest * lanes if n >= members * widest * lanes else lanes
    if m >= members * heights[0]:
        return "rows", 24 if m >= 100 * members else heights[0]
    return None


def _product(text: Text, g: list[int], share: Share) -> list[int] | None:
    batches, m, n, k = g[:4]
    cut = _cut(text, batches, m, n, share.members)
    if cut is None or batches * m * n * k < WORTH_MULTIPLYING:
        return None
    item, (loop, unit) = _item(text), cut
    if loop == "batches":
        return _move(g, 0, share.bounds(batches, unit), {4: g[5] * item, 8: g[9] * item, 11: g[12] * item})
    if loop == "columns":
        return _move(g, 2, share.bounds(n, unit), {8: item, 11: item})
    return _move(g, 1, share.bounds(m, unit), {4: g[6] * item, 11: g[13] * item})


def _contract(text: Text, g: list[int], share: Share) -> list[int] | None:
    batches, m, n, runs, run = g[:5]
    cut = _cut(text, batches, m, n, share.members)
    if cut is None or batches * m * n * runs * run < WORTH_MULTIPLYING:
        return None
    item, (loop, unit) = _item(text), cut
    if loop == "batches":
        return _move(g, 0, share.bounds(batches, unit), {6: 8, 11: 8, 15: 8})
    if loop == "columns":
        moved = (5, 10, 14) if text.name.startswith("lanes") else (10, 14)  # there A has the columns too
        return _move(g, 2, share.bounds(n, unit), dict.fromkeys(moved, item))
    return _move(g, 1, share.bounds(m, unit), {7: 8, 16: 8})


def _dots(text: Text, g: list[int], share: Share) -> list[int] | None:
    """By rows, else by batches."""
    batches, m, n, runs, run = g[:5]
    if batches * m * n * runs * run < WORTH_MULTIPLYING:
        return None
    if m >= 8 * share.members:
        return _move(g, 1, share.bounds(m, 4), {7: 8, 15: 8})
    return _move(g, 0, share.bounds(batches, 1), {6: 8, 10: 8, 14: 8})


def _transpose(text: Text, g: list[int], share: Share) -> list[int] | None:
    """By whole matrices, else by rows of the source, which are columns of the target."""
    rows, columns, count, item = g[0], g[1], g[6], _item(text)
    if rows * columns * count < WORTH_SHARING:
        return None
    if count >= share.members:
        return _move(g, 6, share.bounds(count, 1), {7: 8, 8: 8})
    return _move(g, 0, share.bounds(rows, machine().lanes(text.precision)), {2: g[3] * item, 4: item})


def _copy(text: Text, g: list[int], share: Share) -> list[int] | None:
    """By the outermost loop that has a turn for each member."""
    axis = next((i for i in range(4) if g[i] >= share.members), None)
    if axis is None or g[0] * g[1] * g[2] * g[3] < WORTH_COPYING:
        return None
    item = _item(text)
    return _move(g, axis, share.bounds(g[axis], 1), {4: g[5 + axis] * item, 9: g[10 + axis] * item})


def _fill(text: Text, g: list[int], share: Share) -> list[int] | None:
    return None if g[0] < WORTH_SHARING else _move(g, 0, share.bounds(g[0], 16), {1: _item(text)})


def _look_up(text: Text, g: list[int], share: Share) -> list[int] | None:
    """By ids: each is a row of the target."""
    if g[0] * g[1] < WORTH_MOVING:
        return None
    return _move(g, 0, share.bounds(g[0], 1), {3: 4, 4: g[1] * _item(text)})


def _scatter_add(text: Text, g: list[int], share: Share) -> list[int] | None:
    """By columns: each is summed in the order of the ids."""
    if g[0] * g[1] < WORTH_SHARING:
        return None
    return _move(g, 1, share.bounds(g[1], LINE), {4: _item(text), 5: _item(text)})


def _item(text: Text) -> int:
    return {"float64": 8, "uint8": 1}.get(text.precision, 4)


def _rows(text: Text, g: list[int], share: Share) -> list[int] | None:
    """Rows of a batch, in (`rows_u8_f32`): the order and the target move on; out: the order and the source."""
    rows, width = g[:2]
    if rows * width < WORTH_SHARING:
        return None
    moving = 2 if text.name.startswith("rows_out") else 5
    return _move(g, 0, share.bounds(rows, 1), {3: 4, moving: width * _item(text)})


_DIVISIONS: dict[str, Callable[[Text, list[int], Share], list[int] | None]] = {
    "product": _product,
    "contract": _contract,
    "lanes": _contract,
    "dots": _dots,
    "transpose": _transpose,
    "copy": _copy,
    "fill": _fill,
    "look_up": _look_up,
    "scatter": _scatter_add,
    "rows": _rows,
}


Span = tuple[int, int]  # addresses: from the first byte on, and behind the last


@dataclass(frozen=True, slots=True)
class Touched:
    """The memory that an item reads and writes."""

    reads: tuple[Span, ...]
    writes: tuple[Span, ...]

    def meets(self, other: Touched) -> bool:
        """Whether one writes what the other reads or writes."""
        return _overlap(self.writes, (*other.reads, *other.writes)) or _overlap(self.reads, other.writes)


def _overlap(some: Sequence[Span], others: Sequence[Span]) -> bool:
    return any(a < d and c < b for a, b in some for c, d in others)


def joined(
    items: Sequence[list[list[Code]]],
    members: int,
    *,
    closed: bool = False,
    touched: Sequence[Touched | None] | None = None,
) -> list[list[Code]]:
    """Each member's instructions: they meet between items wherever one of the two is shared. closed: the items are the
    body of a loop, so they meet at its end too if anything in it is shared. touched: what each item touches, where that
    is known; then they do not meet before one that touches nothing of those since the last meeting."""
    found: list[list[Code]] = [[] for _ in range(members)]
    since: list[tuple[Touched | None, bool]] = []  # items since the last meeting: what they touch, whether shared
    together = False
    for shares, mine_touched in zip(items, touched or [None] * len(items), strict=True):
        if not any(shares):
            continue
        now = any(shares[1:])
        if any((now or shared) and _must_meet(mine_touched, other) for other, shared in since):
            for mine in found:
                mine.append(MEET)
            since = []
        for mine, share in zip(found, shares, strict=True):
            mine += share
        since.append((mine_touched, now))
        together = together or now
    if closed and together:
        for mine in found:
            mine.append(MEET)
    return found


def _must_meet(one: Touched | None, other: Touched | None) -> bool:
    return one is None or other is None or one.meets(other)
