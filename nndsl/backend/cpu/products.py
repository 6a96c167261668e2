"""Instructions for sums of products: loops over batches, rows, columns and sums around one kernel.

In: an einsum and where its operands and its result lie. Out: library kernels with their arguments: `product` where
every loop is a stride, `contract` over tables of offsets where it is not. So operands are read where they lie, through
windows, slices and transposes. Only the columns must lie side by side, in the second operand and in the result: what
does not is turned round in scratch memory first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from nndsl.backend.cpu import library
from nndsl.backend.cpu.copies import Context, Instruction, copy
from nndsl.backend.cpu.machine import machine
from nndsl.backend.cpu.memory import Place, row_major, whole
from nndsl.backend.cpu.table import Code, Once
from nndsl.backend.cpu.turning import columns_last, offsets, one_stride
from nndsl.ir.node import Node
from nndsl.ir.primitives.dot import parts

SUMS_AT_ONCE = 256  # terms of a block of a large product: what a column of tiles reads of B for so many stays near
PACKED_BYTES = 1 << 16  # of a steady operand: below, it is near whichever way it lies
ROWS_AT_ONCE = 384  # of such a block
TALL = 24  # a multiple of every tile's height


@dataclass(frozen=True, slots=True)
class Axis:
    """One loop of a product: its length and the strides of A, B and C along it."""

    size: int
    a: int
    b: int
    c: int


NOTHING = Axis(1, 0, 0, 0)


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


@dataclass(frozen=True, slots=True)
class _Loops:
    """A product's loops, the outer ones first; of columns there is one at most. A, B, C: addresses."""

    batch: list[Axis]
    rows: list[Axis]
    columns: int
    sums: list[Axis]
    A: int
    B: int
    C: int


def einsum(node: Node, context: Context) -> list[Code]:
    """C[m, n] = sum over k of A[m, k] B[k, n]; the result's last letter decides which operand has the columns."""
    left, right, out = parts(node["spec"])
    first, second = node.inputs
    if out and out[-1] in left and out[-1] not in right:
        left, right, first, second = right, left, second, first
    x, y, final = (context.place(n) for n in (first, second, node))
    columns = [s for s in out if s not in left]
    target = _columns_side_by_side(final, out, columns, context)
    columns, apart = _one_loop(columns, out, target)
    batch = [s for s in out if s in apart or (s in left and s in right)]
    steady = node if context.steady(second) else None
    y, right, turned = columns_last(y, right, columns, context, steady)
    before = list[Code]([Once(turned)] if turned and steady else turned)
    summed = sorted((s for s in left if s not in out), key=lambda s: -abs(x.strides[left.index(s)]))

    def axes(letters: Sequence[str]) -> list[Axis]:
        return joined([_axis(letter, (left, right, out), (x, y, target)) for letter in letters])

    rows = [s for s in out if s in left and s not in right]
    width = math.prod(target.shape[out.index(s)] for s in columns)
    loops = _Loops(axes(batch), axes(rows), width, axes(summed), x.address, y.address, target.address)
    kernel, arguments = _product(loops, context)
    if steady is not None and _worth_packing(loops, y.itemsize):
        packed, arguments = _packed(loops, y.itemsize, context.panels(node, loops.columns * loops.sums[0].size))
        before.append(Once([packed]))
    strip = context.added(node)  # a later strip of the batch adds to what the ones before it have made
    if target is not final:
        before += copy(final, target, context.precision) if strip is not None else []
        after = copy(target, final, context.precision)
    else:
        after = []
    return [*before, (kernel, [*arguments, strip or 0]), *after]


# ---- panels: an operand that many products read, so that what a column of tiles reads of it lies side by side


def _panel() -> int:
    """Columns of the widest register tile, in float32."""
    return machine().tiles[0][0] * machine().lanes("float32")


def _worth_packing(loops: _Loops, itemsize: int) -> bool:
    """Whether a steady operand is so large that its rows are far apart, and there is more than one panel of it."""
    single = not loops.batch and len(loops.rows) == len(loops.sums) == 1 and loops.columns % _panel() == 0
    return single and loops.columns > _panel() and loops.columns * loops.sums[0].size * itemsize >= PACKED_BYTES


def _packed(loops: _Loops, itemsize: int, panels: int) -> tuple[Instruction, list[int]]:
    """How the operand is packed, and the arguments of `product` over its panels as batches."""
    (m,), (k,) = loops.rows, loops.sums
    wide, kind = _panel(), "float32" if itemsize == 4 else "float64"
    count = loops.columns // wide
    source = Place(loops.B, (count, k.size, wide), (wide, k.b, 1), itemsize)
    (packed,) = copy(source, whole(panels, source.shape, itemsize), kind)
    sizes = [count, m.size, wide, k.size]
    return packed, [*sizes, loops.A, 0, m.a, k.a, panels, k.size * wide, wide, loops.C, wide, m.c]


def _columns_side_by_side(target: Place, out: str, columns: Sequence[str], context: Context) -> Place:
    """The result's place; where its columns do not lie side by side, scratch memory in which they do."""
    wide = [s for s in columns if target.shape[out.index(s)] != 1]
    if not wide or target.strides[out.index(wide[-1])] == 1:
        return target
    order = [*(s for s in out if s not in columns), *columns]
    sizes = [target.shape[out.index(s)] for s in order]
    lying = dict(zip(order, row_major(tuple(sizes)), strict=True))
    return Place(context.scratch(math.prod(sizes)), target.shape, tuple(lying[s] for s in out), target.itemsize)


def _axis(letter: str, letters: tuple[str, str, str], places: tuple[Place, Place, Place]) -> Axis:
    at = [(s.find(letter), place) for s, place in zip(letters, places, strict=True)]
    size = next(place.shape[i] for i, place in at if i >= 0)
    a, b, c = (place.strides[i] if i >= 0 else 0 for i, place in at)
    return Axis(size, a, b, c)


def _one_loop(columns: list[str], out: str, target: Place) -> tuple[list[str], list[str]]:
    """The last columns that are one loop over the result, and the others."""
    start = next(i for i in range(len(columns) + 1) if one_stride(columns[i:], out, target))
    return columns[start:], columns[:start]


# ---- the kernels' arguments, all but the last: whether to add to what is there


def _product(loops: _Loops, context: Context) -> Instruction:
    if max(len(loops.batch), len(loops.rows), len(loops.sums)) > 1:
        return _contract(loops, context)
    repeat, m, k = ((axes or [NOTHING])[0] for axes in (loops.batch, loops.rows, loops.sums))
    item = 4 if context.precision == "float32" else 8
    if m.size > TALL and k.size > SUMS_AT_ONCE and k.size * abs(k.b) * item > machine().cache_bytes:
        return _contract(loops, context)
    sizes = [repeat.size, m.size, loops.columns, k.size]
    places = [loops.A, repeat.a, m.a, k.a, loops.B, repeat.b, k.b, loops.C, repeat.c, m.c]
    return library.kernel("product", context.precision), [*sizes, *places]


def _contract(loops: _Loops, context: Context) -> Instruction:
    outer, run = _runs(loops.sums)
    runs = math.prod(s.size for s in outer)
    at_once = max(1, SUMS_AT_ONCE // run.size)
    m = math.prod(r.size for r in loops.rows)
    blocks = -(-m // ROWS_AT_ONCE) if runs > at_once else 1
    rows_at_once = max(1, -(-m // (blocks * TALL)) * TALL)

    def tables(axes: Sequence[Axis], *operands: str) -> list[int]:
        return [context.table(offsets([(x.size, getattr(x, s)) for x in axes])) for s in operands]

    a_batch, b_batch, c_batch = tables(loops.batch, "a", "b", "c")
    (a_rows, c_rows), (a_runs, b_runs) = tables(loops.rows, "a", "c"), tables(outer, "a", "b")
    arguments = [math.prod(x.size for x in loops.batch), m, loops.columns, runs, run.size]
    arguments += [loops.A, a_batch, a_rows, a_runs, run.a, loops.B, b_batch, b_runs, run.b, loops.C, c_batch, c_rows]
    return library.kernel("contract", context.precision), [*arguments, rows_at_once, at_once]


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
