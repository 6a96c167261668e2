"""Points of two or three dimensions in kernels: the same words for both.

In: how many dimensions. Out: the first lines of a kernel, in which a tuple of vectors is so many points, a coordinate
each. Rows of a map lie as pairs of floats, or as three floats and a zero, so that a point is one load; `stride` says
which. Where many points are read in a row, each coordinate lies by itself: coordinate c of point i at [c, i].
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nndsl.analysis.native import vector_text
from nndsl.backend.cpu.cache import Text
from nndsl.backend.cpu.memory import aligned

WORTH_SHARING = 20_000  # points that are walked through once, some 60 us: below, threads wait longer than they work

# columns: LANES points from i on. same: one point in all lanes. here: one row of a map, in all lanes. put: LANES points
# to where `columns` finds them. put_totals: the sums over the lanes, as one row of a map.
_WORDS = """
inline = njit(error_model="numpy", inline="always")
f4 = np.float32
D, STRIDE = {dimensions}, {stride}
gather = gather_{width}

@inline
def columns(points, room, i):
    return {columns}

@inline
def same(points, room, i):
    return {same}

@inline
def here(rows, i):
    return {here}

@inline
def put(points, room, i, a):
    {put}

@inline
def put_totals(rows, i, a):
    {put_totals}

@inline
def nothing():
    zero = splat(f4(0))
    return {nothing}

@inline
def minus(a, b):
    return {minus}

@inline
def plus(sums, weight, a):
    return {plus}

@inline
def square(a):
    return {square}
"""


def stride(dimensions: int) -> int:
    """Floats from one row of a map to the next."""
    return 2 if dimensions == 2 else 4


def map_rows(points: NDArray[np.floating]) -> NDArray[np.float32]:
    """Points [n, d] as the rows of a map [n, stride]."""
    n, dimensions = points.shape
    rows = aligned((n, stride(dimensions)), np.float32)
    rows[:, :dimensions] = points
    return rows


def map_text(name: str, dimensions: int, body: str) -> Text:
    """A kernel for maps of so many dimensions; `KERNEL` in the body stands for its name."""
    each = range(dimensions)

    def tuple_of(form: str) -> str:
        return ", ".join(form.format(c=c) for c in each)

    words = _WORDS.format(
        dimensions=dimensions,
        stride=stride(dimensions),
        width="pairs" if dimensions == 2 else "quads",
        columns=tuple_of("load(points, {c} * room + i)"),
        same=tuple_of("splat(points[{c} * room + i])"),
        here=tuple_of("splat(rows[i * STRIDE + {c}])"),
        put="; ".join(f"store(points, {c} * room + i, a[{c}])" for c in each),
        put_totals="; ".join(f"rows[i * STRIDE + {c}] = total(a[{c}])" for c in each),
        nothing=tuple_of("zero"),
        minus=tuple_of("a[{c}] - b[{c}]"),
        plus=tuple_of("sums[{c}] + weight * a[{c}]"),
        square=" + ".join(f"a[{c}] * a[{c}]" for c in each),
    )
    return vector_text(f"{name}_{dimensions}d", words + body.replace("KERNEL", f"{name}_{dimensions}d"))
