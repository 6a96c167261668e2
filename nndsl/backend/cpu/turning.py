"""Instructions that turn an operand round, so that some of its axes lie side by side.

In: a place and letters for its axes. Out: the place itself where it lies well, else scratch memory and the kernels that
fill it: transposes in vector registers where both orders have numbers side by side, plain copies elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from nndsl.backend.cpu import library
from nndsl.backend.cpu.copies import Context, Instruction, copy
from nndsl.backend.cpu.memory import Place, whole
from nndsl.ir.node import Node


def offsets(axes: Sequence[tuple[int, int]]) -> NDArray[np.int64]:
    """Where each turn of some loops begins, in elements: sizes and strides, the outer ones first."""
    found = np.zeros(1, np.int64)
    for size, stride in axes:
        found = (found[:, None] + np.arange(size, dtype=np.int64) * stride).reshape(-1)
    return found


def columns_last(
    y: Place, letters: str, columns: Sequence[str], context: Context, keep_for: Node | None = None
) -> tuple[Place, str, list[Instruction]]:
    """An operand whose columns lie side by side, its letters then, and what must be done for that. keep_for: the node
    in whose own memory that is done, since it stays from turn to turn of a loop; None: scratch memory serves.
    """
    wide = [s for s in columns if y.shape[letters.index(s)] != 1]
    at = [letters.index(s) for s in wide]
    joined = all(y.strides[i] == y.shape[j] * y.strides[j] for i, j in pairwise(at))
    if not wide or (y.strides[at[-1]] == 1 and joined):
        return y, letters, []
    # what is left lies as it did: the longest strides first
    order = sorted((s for s in letters if s not in columns), key=lambda s: -abs(y.strides[letters.index(s)]))
    order += columns
    at = [letters.index(s) for s in order]
    source = Place(y.address, tuple(y.shape[i] for i in at), tuple(y.strides[i] for i in at), y.itemsize)
    count = math.prod(source.shape)
    address = context.scratch(count) if keep_for is None else context.kept(keep_for, count)
    target = whole(address, source.shape, y.itemsize)
    return target, "".join(order), _turned(source, target, context)


def _turned(source: Place, target: Place, context: Context) -> list[Instruction]:
    """target[...] = source[...]; as transposes where another axis than the last lies side by side in the source."""
    axes = _merged(source, target)
    deep = [i for i, (_, s, _) in enumerate(axes[:-1]) if s == 1]
    if not deep or 0 in source.shape:
        return copy(source, target, context.precision)
    depth, s_depth, t_row = axes.pop(deep[0])
    width, s_row, t_width = axes.pop()
    assert s_depth == t_width == 1
    arguments = [width, depth, source.address, s_row, target.address, t_row, math.prod(n for n, _, _ in axes)]
    tables = [context.table(offsets([(x[0], x[k]) for x in axes])) for k in (1, 2)]
    return [(library.kernel("transpose", context.precision), [*arguments, *tables])]


def _merged(source: Place, target: Place) -> list[tuple[int, int, int]]:
    """Sizes and strides of both; neighbours that are one loop for both are one."""
    found: list[tuple[int, int, int]] = []
    for n, s, t in zip(source.shape, source.strides, target.strides, strict=True):
        if n == 1:
            continue
        if found and found[-1][1:] == (n * s, n * t):
            found[-1] = (found[-1][0] * n, s, t)
        else:
            found.append((n, s, t))
    return found
