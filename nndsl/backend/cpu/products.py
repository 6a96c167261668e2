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
    Lying,
    in_blocks,
    is_long,
    is_worth_packing,
    loops,
    over_tables,
    packed,
    product,
)
from nndsl.backend.cpu.table import Code, Once
from nndsl.backend.cpu.turning import columns_last
from nndsl.ir.node import Node
from nndsl.ir.primitives.dot import parts


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
    made = _columns_side_by_side(z, columns, context)
    start = next(i for i in range(len(columns) + 1) if made.is_one_loop(columns[i:]))
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
