"""Aligned arrays, and where a node's elements lie: address, sizes and strides, through all views."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.backend.cpu.machine import ALIGNMENT
from nndsl.ir.node import DType, Node, concrete


def aligned(shape: tuple[int, ...] | int, dtype: Any) -> NDArray[Any]:
    """Zeros, on a cache line's border, with a line to spare behind: kernels may touch whole vectors."""
    kind = np.dtype(dtype)
    count = shape if isinstance(shape, int) else math.prod(shape)
    raw = np.zeros(count * kind.itemsize + 2 * ALIGNMENT, np.uint8)
    start = -raw.ctypes.data % ALIGNMENT
    array: NDArray[Any] = raw[start : start + count * kind.itemsize].view(kind).reshape(shape)
    return array


def storage_type(dtype: DType, precision: str) -> np.dtype[Any]:
    """How a value of the IR stands in memory."""
    return np.dtype({"float": precision, "int": "int32", "bool": "uint8"}[dtype])


@dataclass(frozen=True, slots=True)
class Place:
    """Where elements lie: the address of the first (bytes), sizes, and strides (in elements; 0 where an axis is
    stretched).
    """

    address: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    itemsize: int

    def along(self, axis: int) -> int:
        """The stride of an axis counted from the right (-1 the last); 0 where there is none."""
        return self.strides[axis] if len(self.shape) >= -axis else 0

    @property
    def plain(self) -> bool:
        return all(s == c or n == 1 for n, s, c in zip(self.shape, self.strides, row_major(self.shape), strict=True))


def row_major(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The strides of elements that lie one after the other."""
    return tuple(math.prod(shape[k + 1 :]) for k in range(len(shape)))


def whole(address: int, shape: tuple[int, ...], itemsize: int) -> Place:
    return Place(address, shape, row_major(shape), itemsize)


def through_view(view: Node, base: Place, sizes: dict[str, int]) -> Place:
    """The place of a view of something that lies at `base`."""
    if view.op == "reshape":
        assert base.plain, "a reshape of scattered elements is a copy, not a view"
        return whole(base.address, concrete(view.shape, sizes), base.itemsize)
    if view.op == "transpose":
        axes = view["axes"]
        return Place(
            base.address, tuple(base.shape[a] for a in axes), tuple(base.strides[a] for a in axes), base.itemsize
        )
    if view.op == "windows":
        return _windows(view, base, sizes)
    assert view.op == "slice", view
    axis, step = view["axis"], view["step"]
    first = view["start"] if step > 0 else view["stop"] - 1
    strides = (*base.strides[:axis], step * base.strides[axis], *base.strides[axis + 1 :])
    address = base.address + first * base.strides[axis] * base.itemsize
    return Place(address, concrete(view.shape, sizes), strides, base.itemsize)


def _windows(view: Node, base: Place, sizes: dict[str, int]) -> Place:
    """Windows move by their stride along an axis, and their elements lie their dilation apart on the same axis."""
    strides = list(base.strides)
    for axis, stride, dilation in zip(view["axes"], view["strides"], view["dilations"], strict=True):
        strides.append(base.strides[axis] * dilation)
        strides[axis] *= stride
    return Place(base.address, concrete(view.shape, sizes), tuple(strides), base.itemsize)
