"""Rules of shapes that several primitives share. In: shapes, with symbolic sizes. Out: shapes, or a ShapeError."""

from __future__ import annotations

import math
from collections.abc import Sequence

from nndsl.ir.node import Dim, Node, Shape, ShapeError

Axes = int | Sequence[int] | None


def broadcast(shapes: Sequence[Shape]) -> Shape:
    """NumPy's rule: aligned at the right, a size of 1 stretches. A symbolic size fits itself and 1 only.

    Raises ShapeError with the first operand that settled the size and the one that contradicts it.
    """
    rank = max((len(s) for s in shapes), default=0)
    result: list[Dim] = []
    for axis in range(-rank, 0):
        size: Dim = 1
        by = 0
        for i, shape in enumerate(shapes):
            here: Dim = shape[axis] if len(shape) >= -axis else 1
            if here == 1 or here == size:
                continue
            if size != 1:
                raise ShapeError(
                    f"sizes {size} and {here} do not fit",
                    operands=(by, i),
                    axes=(len(shapes[by]) + axis, len(shape) + axis),
                    sizes=(size, here),
                )
            size, by = here, i
        result.append(size)
    return tuple(result)


def normal_axes(rank: int, axes: Axes) -> tuple[int, ...]:
    """Axes as sorted non-negative numbers; None is all of them. Raises ShapeError for one that is not there."""
    given = range(rank) if axes is None else (axes,) if isinstance(axes, int) else axes
    for axis in given:
        if not -rank <= axis < rank:
            raise ShapeError(f"there is no axis {axis} among {rank}", operands=(0,), axes=(axis,))
    return tuple(sorted({axis % rank for axis in given}))


def known_axis(x: Node, axis: int) -> int:
    """The size of an axis that must be a number."""
    if not 0 <= axis < x.rank:
        raise ShapeError(f"there is no axis {axis} among {x.rank}", operands=(0,), axes=(axis,))
    size = x.shape[axis]
    if isinstance(size, str):
        raise ShapeError(
            f"axis {axis} has the size {size}, which is not known yet", operands=(0,), axes=(axis,), sizes=(size,)
        )
    return size


def known_size(shape: Shape) -> int:
    """The product of the sizes that are numbers."""
    return math.prod(d for d in shape if isinstance(d, int))


def symbols(shape: Shape) -> list[str]:
    """The symbolic sizes, sorted: those of two shapes must agree for the shapes to hold equally many elements."""
    return sorted(d for d in shape if isinstance(d, str))


def same_count(a: Shape, b: Shape) -> bool:
    """Whether two shapes hold equally many elements whatever the symbolic sizes are."""
    return symbols(a) == symbols(b) and known_size(a) == known_size(b)


def text(shape: Shape) -> str:
    """`[B, 28, 28]`."""
    return "[" + ", ".join(str(d) for d in shape) + "]"
