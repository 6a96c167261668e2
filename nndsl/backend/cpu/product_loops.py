"""A product as loops: what each letter of an einsum is, and the arguments of the kernels that walk them.

In: places with letters. Out: loops over batches, rows, columns and sums, neighbours joined; the tables and numbers of
`product`, `contract` and `lanes`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from nndsl.backend.cpu import library
from nndsl.backend.cpu.copies import Context, Instruction, copy
from nndsl.backend.cpu.machine import machine
from nndsl.backend.cpu.memory import Place, whole
from nndsl.backend.cpu.table import Again, Code
from nndsl.backend.cpu.turning import offsets
from nndsl.ir.node import Node

SUMS_AT_ONCE = 256  # terms of a block of a large product: what a column of tiles reads of B for so many stays near
ROWS_AT_ONCE = 384  # of such a block
PACKED_BYTES = 1 << 16  # of a steady operand: below, it is near whichever way it lies
BLOCK = 128  # terms of a long sum that are packed at once
LEAST_ROWS = 96  # of a product whose long sum is packed: each number packed is read by so many
TALL = 24  # a multiple of every tile's height


@dataclass(frozen=True, slots=True)
class Lying:
    """The letters of an operand, or of a result, and where it lies."""

    letters: str
    place: Place

    def size(self, letter: str) -> int:
        return self.place.shape[self.letters.index(letter)]

    def stride(self, letter: str) -> int:
        return self.place.strides[self.letters.index(letter)]

    def is_one_loop(self, letters: Sequence[str]) -> bool:
        """Whether some letters, in their order, are one loop."""
        wide = [s for s in letters if self.size(s) != 1]
        return all(self.stride(s) == self.size(t) * self.stride(t) for s, t in pairwise(wide))


@dataclass(frozen=True, slots=True)
class Axis:
    """One loop of a product: its length and the strides of A, B and C along it."""

    size: int
    a: int
    b: int
    c: int


NOTHING = Axis(1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Loops:
    """A product's loops, the outer ones first; of columns there is one at most. A, B, C: addresses."""

    batch: list[Axis]
    rows: list[Axis]
    columns: int
    sums: list[Axis]
    A: int
    B: int
    C: int


def loops(a: Lying, b: Lying, c: Lying, batch: Sequence[str], columns: Sequence[str]) -> Loops:
    """The loops of C = A B. What is not batch or columns is a row where only A has it, and a sum where C lacks it; the
    sum goes along A.
    """

    def axes(letters: Sequence[str]) -> list[Axis]:
        return joined([axis(s, (a, b, c)) for s in letters])

    apart = {*batch, *columns}
    rows = [s for s in c.letters if s not in apart and s not in b.letters]
    sums = sorted((s for s in a.letters if s not in c.letters), key=lambda s: -abs(a.stride(s)))
    places = (x.place.address for x in (a, b, c))
    return Loops(axes(batch), axes(rows), math.prod(map(c.size, columns)), axes(sums), *places)


def axis(letter: str, operands: tuple[Lying, Lying, Lying]) -> Axis:
    size = next(x.size(letter) for x in operands if letter in x.letters)
    return Axis(size, *(x.stride(letter) if letter in x.letters else 0 for x in operands))


def joined(axes: Sequence[Axis]) -> list[Axis]:
    """Neighbouring loops that are one longer loop for all three operands become one."""
    found: list[Axis] = []
    for x in (x for x in axes if x.size != 1):
        last = found[-1] if found else None
        if last and (last.a, last.b, last.c) == (x.size * x.a, x.size * x.b, x.size * x.c):
            found[-1] = Axis(last.size * x.size, x.a, x.b, x.c)
        else:
            found.append(x)
    return found


# ---- the kernels' arguments, all but the last: whether to add to what is there


def product(x: Loops, context: Context) -> Instruction:
    """By strides where there is one loop of each kind and B stays in the cache, else over tables."""
    repeat, m, k = ((axes or [NOTHING])[0] for axes in (x.batch, x.rows, x.sums))
    item = 4 if context.precision == "float32" else 8
    far = m.size > TALL and k.size > SUMS_AT_ONCE and k.size * abs(k.b) * item > machine().cache_bytes
    if far or max(len(x.batch), len(x.rows), len(x.sums)) > 1:
        return over_tables("contract", x, context)
    sizes = [repeat.size, m.size, x.columns, k.size]
    places = [x.A, repeat.a, m.a, k.a, x.B, repeat.b, k.b, x.C, repeat.c, m.c]
    return library.kernel("product", context.precision), [*sizes, *places]


def over_tables(kind: str, x: Loops, context: Context) -> Instruction:
    """Any loops, over tables of offsets."""
    outer, run = _runs(x.sums)
    runs = math.prod(s.size for s in outer)
    at_once = max(1, SUMS_AT_ONCE // run.size)
    m = math.prod(r.size for r in x.rows)
    blocks = -(-m // ROWS_AT_ONCE) if runs > at_once else 1
    rows_at_once = max(1, -(-m // (blocks * TALL)) * TALL)

    def tables(axes: Sequence[Axis], *operands: str) -> list[int]:
        return [context.table(offsets([(s.size, getattr(s, operand)) for s in axes])) for operand in operands]

    a_batch, b_batch, c_batch = tables(x.batch, "a", "b", "c")
    (a_rows, c_rows), (a_runs, b_runs) = tables(x.rows, "a", "c"), tables(outer, "a", "b")
    arguments = [math.prod(s.size for s in x.batch), m, x.columns, runs, run.size]
    arguments += [x.A, a_batch, a_rows, a_runs, run.a, x.B, b_batch, b_runs, run.b, x.C, c_batch, c_rows]
    return library.kernel(kind, context.precision), [*arguments, rows_at_once, at_once]


def dots(x: Loops, columns: Axis, context: Context) -> Instruction:
    """Few columns; the last loop of the sum goes along numbers that lie side by side in A and B."""
    *outer, run = x.sums
    assert run.a == run.b == 1, "the terms of a sum lie side by side"

    def tables(axes: Sequence[Axis], *operands: str) -> list[int]:
        return [context.table(offsets([(s.size, getattr(s, operand)) for s in axes])) for operand in operands]

    (a_batch, b_batch, c_batch), (a_rows, c_rows) = tables(x.batch, "a", "b", "c"), tables(x.rows, "a", "c")
    a_runs, b_runs = tables(outer, "a", "b")
    counts = [math.prod(s.size for s in axes) for axes in (x.batch, x.rows, outer)]
    arguments = [*counts[:2], x.columns, counts[2], run.size, x.A, a_batch, a_rows, a_runs, x.B, b_batch, b_runs]
    return library.kernel("dots", context.precision), [*arguments, columns.b, x.C, c_batch, c_rows, columns.c]


def _runs(sums: list[Axis]) -> tuple[list[Axis], Axis]:
    """The loops of a sum whose terms a table lists, and the last one, which is walked with strides."""
    if not all(s.size for s in sums):
        return [Axis(0, 0, 0, 0)], NOTHING
    if not sums:
        return [], NOTHING
    *outer, last = sums
    size = next(n for n in range(min(last.size, SUMS_AT_ONCE), 0, -1) if last.size % n == 0)
    if size < last.size:
        outer.append(Axis(last.size // size, last.a * size, last.b * size, 0))
    return outer, Axis(size, last.a, last.b, 0)


# ---- panels: an operand that many products read, so that what a column of tiles reads of it lies side by side


def _panel() -> int:
    """Columns of the widest register tile, in float32."""
    return machine().tiles[0][0] * machine().lanes("float32")


def is_worth_packing(x: Loops, itemsize: int) -> bool:
    """Whether a steady operand is so large that its rows are far apart, and there is more than one panel of it."""
    single = not x.batch and len(x.rows) == len(x.sums) == 1 and x.columns % _panel() == 0
    return single and x.columns > _panel() and x.columns * x.sums[0].size * itemsize >= PACKED_BYTES


def packed(x: Loops, node: Node, context: Context) -> tuple[Instruction, Instruction]:
    """What packs the operand, and `product` over its panels as batches."""
    (m,), (k,), wide = x.rows, x.sums, _panel()
    count, item = x.columns // wide, 4 if context.precision == "float32" else 8
    panels = context.panels(node, x.columns * k.size)
    source = Place(x.B, (count, k.size, wide), (wide, k.b, 1), item)
    (pack,) = copy(source, whole(panels, source.shape, item), context.precision)
    sizes = [count, m.size, wide, k.size]
    arguments = [*sizes, x.A, 0, m.a, k.a, panels, k.size * wide, wide, x.C, wide, m.c]
    return pack, (library.kernel("product", context.precision), arguments)


# ---- long sums: B in blocks of rows, each packed into panels before it is read


def is_long(x: Loops) -> bool:
    """Whether a sum is so long, and of so many rows, that it pays to pack what they all read."""
    single = not x.batch and len(x.rows) == len(x.sums) == 1 and x.columns % _panel() == 0 and x.columns > _panel()
    return single and x.rows[0].size >= LEAST_ROWS and x.sums[0].size >= 2 * BLOCK


def in_blocks(x: Loops, context: Context, strip: int) -> list[Code]:
    """A long sum, block after block. strip: nonzero where it goes on from what is there."""
    (k,), panels = x.sums, context.scratch(BLOCK * x.columns)
    whole_blocks, rest = divmod(k.size, BLOCK)
    first, second = (_block(x, i, BLOCK, panels, context, strip) for i in (0, 1))
    tail = _block(x, whole_blocks, rest, panels, context, strip) if rest else []
    return [Again(whole_blocks, first, second), *tail]


def _block(x: Loops, at: int, size: int, panels: int, context: Context, strip: int) -> list[Instruction]:
    (m,), (k,), wide = x.rows, x.sums, _panel()
    count, item = x.columns // wide, 4 if context.precision == "float32" else 8
    source = Place(x.B + at * BLOCK * k.b * item, (count, size, wide), (wide, k.b, 1), item)
    A = x.A + at * BLOCK * k.a * item
    arguments = [count, m.size, wide, size, A, 0, m.a, k.a, panels, size * wide, wide, x.C, wide, m.c, strip + at]
    pack = copy(source, whole(panels, source.shape, item), context.precision)
    return [*pack, (library.kernel("product", context.precision), arguments)]
