"""Instructions for sums of products: loops over batches and rows around one kernel, C[m, n] = sum over k of A[m, k]
B[k, n].

In: an einsum and where its operands and its result lie. Out: library kernels with their arguments. The second operand
and the result must be contiguous along the columns; what is not is turned round or copied into scratch memory first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from itertools import product as every

from nndsl.backend.cpu import library
from nndsl.backend.cpu.copies import Context, Instruction, copy
from nndsl.backend.cpu.memory import Place, row_major, whole
from nndsl.ir.node import Node
from nndsl.ir.primitives.dot import parts


@dataclass(frozen=True, slots=True)
class _Axis:
    """One loop of a product: its length and the strides of A, B and C along it."""

    size: int
    a: int
    b: int
    c: int


def _joined(axes: Sequence[_Axis]) -> list[_Axis]:
    """Neighbouring loops that are one longer loop for all three operands become one."""
    found: list[_Axis] = []
    for x in (x for x in axes if x.size != 1):
        last = found[-1] if found else None
        if last and (last.a, last.b, last.c) == (x.size * x.a, x.size * x.b, x.size * x.c):
            found[-1] = _Axis(last.size * x.size, x.a, x.b, x.c)
        else:
            found.append(x)
    return found


def einsum(node: Node, context: Context) -> list[Instruction]:
    """C[m, n] = sum over k of A[m, k] B[k, n]; the result's last letter decides which operand has the columns."""
    left, right, out = parts(node["spec"])
    x, y, target = (context.place(n) for n in (*node.inputs, node))
    if out and out[-1] in left and out[-1] not in right:
        left, right, x, y = right, left, y, x
    before: list[Instruction] = []
    columns = [letter for letter in out if letter not in left]
    wide = [letter for letter in columns if target.shape[out.index(letter)] != 1]
    final = target
    if (
        wide and target.strides[out.index(wide[-1])] != 1
    ):  # computed beside with the columns last, then put in its place
        target = _permuted(target, out, columns, context)
    summed = [letter for letter in left if letter not in out]
    if not _one_stride(summed, left, x):
        x, left, more = _ordered(x, left, summed, context)
        before += more
    columns, apart = _one_loop(columns, out, target)
    repeated = [s for s in out if s in apart or (s in left and s in right)]
    y, more = _columns_last(y, right, columns, [s for s in right if s in repeated], summed, context)
    before += more
    right = "".join([*(s for s in right if s in repeated), *summed, *columns]) if more else right

    def axes(letters: Sequence[str]) -> list[_Axis]:
        return _joined([_axis(letter, left, right, out, x, y, target) for letter in letters])

    batch = axes(repeated)
    rows = axes([s for s in out if s in left and s not in right])
    n, k = axes(columns), axes(summed)
    assert len(n) <= 1 and len(k) <= 1, f"{node['spec']}: columns or sums that are not one loop"
    after = copy(target, final, context.precision) if target is not final else []
    return [*before, *_products(batch, rows, n, k, x, y, target, context), *after]


def _permuted(target: Place, out: str, columns: Sequence[str], context: Context) -> Place:
    """Scratch memory for a result, its letters in the order of `out` but lying with the columns last."""
    order = [*(s for s in out if s not in columns), *columns]
    sizes = [target.shape[out.index(s)] for s in order]
    lying = dict(zip(order, row_major(tuple(sizes)), strict=True))
    return Place(context.scratch(math.prod(sizes)), target.shape, tuple(lying[s] for s in out), target.itemsize)


def _axis(letter: str, left: str, right: str, out: str, x: Place, y: Place, target: Place) -> _Axis:
    def of(letters: str, place: Place) -> tuple[int, int]:
        at = letters.find(letter)
        return (place.shape[at], place.strides[at]) if at >= 0 else (1, 0)

    (p, a), (q, b), (r, c) = of(left, x), of(right, y), of(out, target)
    return _Axis(max(p, q, r) if 0 not in (p, q, r) else 0, a, b, c)


def _one_stride(letters: Sequence[str], order: str, place: Place) -> bool:
    """Whether some letters, in their order, are one loop over a place."""
    at = [order.index(letter) for letter in letters if place.shape[order.index(letter)] != 1]
    return all(place.strides[i] == place.shape[j] * place.strides[j] for i, j in pairwise(at))


def _one_loop(columns: list[str], out: str, target: Place) -> tuple[list[str], list[str]]:
    """The last columns that are one loop over the result, and the others."""
    start = next(i for i in range(len(columns) + 1) if _one_stride(columns[i:], out, target))
    return columns[start:], columns[:start]


def _ordered(x: Place, letters: str, last: list[str], context: Context) -> tuple[Place, str, list[Instruction]]:
    """A copy of an operand with some letters last and its elements in order, and its letters then."""
    order = "".join([*(s for s in letters if s not in last), *last])
    at = [letters.index(s) for s in order]
    moved = Place(x.address, tuple(x.shape[i] for i in at), tuple(x.strides[i] for i in at), x.itemsize)
    target = whole(context.scratch(math.prod(x.shape)), moved.shape, x.itemsize)
    return target, order, copy(moved, target, context.precision)


def _columns_last(
    y: Place, letters: str, columns: list[str], batch: list[str], summed: list[str], context: Context
) -> tuple[Place, list[Instruction]]:
    """The second operand as [batch, k, n] with n contiguous: as it is where it is so, else turned round in scratch
    memory.
    """
    size = {letter: y.shape[letters.index(letter)] for letter in letters}
    stride = {letter: y.strides[letters.index(letter)] for letter in letters}
    width = math.prod(size[s] for s in columns)
    last = [s for s in columns if size[s] != 1]
    good = width == 1 or (stride[last[-1]] == 1 and _one_stride(columns, letters, y))
    if good and _one_stride(summed, letters, y):
        return y, []
    order = [*batch, *summed, *columns]
    shape = tuple(size[s] for s in order)
    target = whole(context.scratch(math.prod(shape)), shape, y.itemsize)
    depth = math.prod(size[s] for s in summed)
    flat = _one_stride(columns, letters, y) and _one_stride(summed, letters, y)
    deep = [s for s in summed if size[s] != 1]
    if flat and len(deep) >= 1 and stride[deep[-1]] == 1 and last:
        kernel, found = library.kernel("transpose", context.precision), []
        for index in every(*(range(size[s]) for s in batch)):
            source = y.address + y.itemsize * sum(i * stride[s] for i, s in zip(index, batch, strict=True))
            aim = target.address + y.itemsize * sum(i * t for i, t in zip(index, target.strides, strict=False))
            found.append((kernel, [width, depth, source, stride[last[-1]], aim, width]))
        return target, found
    moved = Place(y.address, shape, tuple(stride[s] for s in order), y.itemsize)
    return target, copy(moved, target, context.precision)


def _products(
    batch: list[_Axis],
    rows: list[_Axis],
    n: list[_Axis],
    k: list[_Axis],
    x: Place,
    y: Place,
    target: Place,
    context: Context,
) -> list[Instruction]:
    one = _Axis(1, 0, 0, 1)
    (columns,), (depth,) = n or [one], k or [one]
    if columns.size == 1:
        columns = one
    assert columns.c == 1, "columns of a product lie side by side"
    single = _Axis(1, 0, 0, 0)
    outer = batch[:-1] + rows[:-1]
    repeat, m = batch[-1] if batch else single, rows[-1] if rows else single
    kernel, found = library.kernel("product", context.precision), list[Instruction]()
    item = x.itemsize
    for index in every(*(range(o.size) for o in outer)):
        A, B, C = (
            place + item * sum(i * s for i, s in zip(index, strides, strict=True))
            for place, strides in (
                (x.address, [o.a for o in outer]),
                (y.address, [o.b for o in outer]),
                (target.address, [o.c for o in outer]),
            )
        )
        sizes = [repeat.size, m.size, columns.size, depth.size]
        found.append((kernel, [*sizes, A, repeat.a, m.a, depth.a, B, repeat.b, depth.b, C, repeat.c, m.c]))
    return found
