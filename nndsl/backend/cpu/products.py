"""Instructions for sums of products: loops over batches, rows, columns and sums around one kernel.

In: an einsum and where its operands and its result lie. Out: library kernels with their arguments: `product` where
every loop is a stride, `contract` over tables of offsets where it is not, `lanes` where the axis that lies side by side
is one of both operands. So operands are read where they lie, through windows, slices and transposes. Only the columns
must lie side by side, in the second operand and in the result: what does not is turned round in scratch memory first.
"""

from __future__ import annotations

import math

from nndsl.backend.cpu.copies import Context, Instruction, copy
from nndsl.backend.cpu.machine import machine
from nndsl.backend.cpu.memory import Place, row_major
from nndsl.backend.cpu.product_loops import (
    NOTHING,
    Lying,
    axis,
    dots,
    in_blocks,
    is_long,
    is_worth_packing,
    joined,
    loops,
    over_tables,
    packed,
    product,
)
from nndsl.backend.cpu.table import Code, Once
from nndsl.backend.cpu.turning import columns_last
from nndsl.ir.node import Node
from nndsl.ir.primitives.dot import parts

MOST_DOTS = 4  # columns: a vector has many more lanes
LEAST_ROWS = 64  # for which an operand is turned round to have the terms of a sum side by side


def einsum(node: Node, context: Context) -> list[Code]:
    """C[m, n] = sum over k of A[m, k] B[k, n]; the result's last letter decides which operand has the columns."""
    left, right, out = parts(node["spec"])
    first, second = node.inputs
    if _has_columns(left, right, out, context.place(first), context.place(node)):
        left, right, first, second = right, left, second, first
    x, y, z = (Lying(s, context.place(n)) for s, n in ((left, first), (right, second), (out, node)))
    strip = context.added(node) or 0  # a later strip of the batch adds to what the ones before it have made
    beside = _in_lanes(x, y, z)
    if beside:
        if _alone(y, x) > _alone(x, y):
            x, y = y, x
        batch = [s for s in out if s not in beside and s in y.letters]
        kernel, arguments = over_tables("lanes", loops(x, y, z, batch, beside), context)
        return [(kernel, [*arguments, strip])]
    columns = [s for s in out if s not in left]
    few = None if context.added(node) is not None else _along_sums(x, y, z, columns, context)
    if few is not None:
        return few
    made = _columns_side_by_side(z, columns, context)
    start = _first_column(columns, y, made)
    batch = [s for s in out if s in right and (s in left or s in columns[:start])]
    steady = context.steady(second)
    place, right, turned = columns_last(y.place, right, columns[start:], context, node if steady else None)
    before = list[Code]([Once(turned)] if turned and steady else turned)
    walked = loops(x, Lying(right, place), made, batch, columns[start:])
    if steady and is_worth_packing(walked, place.itemsize):
        pack, (kernel, arguments) = packed(walked, node, context)
        before.append(Once([pack]))
        multiplied = list[Code]([(kernel, [*arguments, strip])])
    elif is_long(walked):
        multiplied = in_blocks(walked, context, strip)
    else:
        kernel, arguments = product(walked, context)
        multiplied = [(kernel, [*arguments, strip])]
    after = list[Instruction]()
    if made is not z:
        before += copy(z.place, made.place, context.precision) if context.added(node) is not None else []
        after = copy(made.place, z.place, context.precision)
    return [*before, *multiplied, *after]


def _has_columns(left: str, right: str, out: str, x: Place, z: Place) -> bool:
    """Whether the first operand has the columns: the result's last letter, and no letter that it shares."""
    wide = [s for s in out if z.shape[out.index(s)] != 1]
    last = next((s for s in reversed(wide)), out[-1:])
    if not last or last not in left or last in right:
        return False
    return last == out[-1] or x.strides[left.index(last)] == 1  # not for the price of turning it round


def _in_lanes(x: Lying, y: Lying, z: Lying) -> list[str]:
    """The last letters of the result, if both operands have them and they lie side by side in all three."""
    wide = [s for s in z.letters if z.size(s) != 1]
    start = len(wide)
    while start and wide[start - 1] in x.letters and wide[start - 1] in y.letters:
        found = wide[start - 1 :]
        if any(o.stride(wide[-1]) != 1 or not o.is_one_loop(found) for o in (x, y, z)):
            break
        start -= 1
    count = math.prod(z.size(s) for s in wide[start:])
    return wide[start:] if start < len(wide) and 2 * count >= machine().lanes("float32") else []


def _along_sums(x: Lying, y: Lying, z: Lying, columns: list[str], context: Context) -> list[Code] | None:
    """For very few columns and long sums whose terms lie side by side in the first operand: the lanes of a vector are
    terms of one sum. None where it does not pay.
    """
    wide = [s for s in columns if z.size(s) != 1]
    if len(wide) > 1 or math.prod(map(z.size, columns)) > MOST_DOTS:
        return None
    sums = sorted((s for s in x.letters if s not in z.letters and x.size(s) != 1), key=lambda s: -abs(x.stride(s)))
    if not sums or 0 in (*x.place.shape, *y.place.shape) or x.stride(sums[-1]) != 1:
        return None
    run = sums[next(i for i in range(len(sums)) if x.is_one_loop(sums[i:])) :]
    if math.prod(map(x.size, run)) < 2 * machine().lanes(context.precision):
        return None
    if not _is_last(y, run) and _alone(x, y) < LEAST_ROWS:
        return None
    place, letters, before = columns_last(y.place, y.letters, run, context)
    y = Lying(letters, place)
    one = joined([axis(s, (x, y, z)) for s in columns]) or [NOTHING]
    batch = [s for s in z.letters if s in x.letters and s in y.letters]
    kernel, arguments = dots(loops(x, y, z, batch, columns), one[0], context)
    return [*before, (kernel, [*arguments, 0])]


def _is_last(y: Lying, letters: list[str]) -> bool:
    """Whether some letters are one loop over numbers side by side."""
    wide = [s for s in letters if y.size(s) != 1]
    return bool(wide) and y.stride(wide[-1]) == 1 and y.is_one_loop(wide)


def _first_column(columns: list[str], y: Lying, z: Lying) -> int:
    """The last columns that are one loop over the result; over the second operand too, where that is enough of them
    for a vector: then it need not be turned round.
    """
    start = next(i for i in range(len(columns) + 1) if z.is_one_loop(columns[i:]))
    for i in range(start, len(columns)):
        size = math.prod(map(z.size, columns[i:]))
        if _is_last(y, columns[i:]) and size >= machine().lanes("float32"):
            return i
    return start


def _alone(x: Lying, y: Lying) -> int:
    """The size of what one operand has and the other has not."""
    return math.prod(x.size(s) for s in x.letters if s not in y.letters)


def _columns_side_by_side(z: Lying, columns: list[str], context: Context) -> Lying:
    """The result; where its columns do not lie side by side, scratch memory in which they do."""
    wide = [s for s in columns if z.size(s) != 1]
    if not wide or z.stride(wide[-1]) == 1:
        return z
    order = [*(s for s in z.letters if s not in columns), *columns]
    sizes = tuple(map(z.size, order))
    lying = dict(zip(order, row_major(sizes), strict=True))
    address, strides = context.scratch(math.prod(sizes)), tuple(lying[s] for s in z.letters)
    return Lying(z.letters, Place(address, z.place.shape, strides, z.place.itemsize))
