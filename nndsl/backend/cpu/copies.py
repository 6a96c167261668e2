"""Instructions that copy elements from one place to another, and what makers of instructions are told.

In: places, of the same sizes. Out: library kernels with their arguments.
"""

from __future__ import annotations

from itertools import product as every
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nndsl.backend.cpu import library
from nndsl.backend.cpu.cache import Text
from nndsl.backend.cpu.memory import Place
from nndsl.ir.node import Node

Instruction = tuple[Text, list[int]]


class Context(Protocol):
    """What is known when instructions are made for real sizes."""

    precision: str

    def place(self, node: Node) -> Place: ...
    def scratch(self, count: int) -> int: ...
    def steady(self, node: Node) -> bool: ...
    def kept(self, node: Node, count: int) -> int: ...
    def panels(self, node: Node, count: int) -> int: ...
    def table(self, values: NDArray[np.int64]) -> int: ...
    def added(self, node: Node) -> int | None: ...


def copy(source: Place, target: Place, precision: str) -> list[Instruction]:
    """target[...] = source[...], which have the same sizes."""
    axes = [(n, s, t) for n, s, t in zip(target.shape, source.strides, target.strides, strict=True) if n != 1]
    merged: list[tuple[int, int, int]] = []
    for n, s, t in axes:
        if merged and merged[-1][1] == n * s and merged[-1][2] == n * t:
            merged[-1] = (merged[-1][0] * n, s, t)
        else:
            merged.append((n, s, t))
    merged = [(1, 0, 0)] * (4 - len(merged)) + merged
    outer, inner = merged[:-4], merged[-4:]
    kernel, found = library.kernel("copy", precision), []
    for index in every(*(range(n) for n, _, _ in outer)):
        s = source.address + source.itemsize * sum(i * a[1] for i, a in zip(index, outer, strict=True))
        t = target.address + target.itemsize * sum(i * a[2] for i, a in zip(index, outer, strict=True))
        sizes, froms, tos = zip(*inner, strict=True)
        found.append((kernel, [*sizes, s, *froms, t, *tos]))
    return found
