"""What pulls the points of a map together, what pushes them apart over all pairs, and how far the map is from P.

In: a map, float32 [n, stride] (`geometry.py`), and P. Out: attraction_i = sum over j of p_ij (y_i - y_j) / (1 + d^2);
repulsion_i = sum over j of (y_i - y_j) / (1 + d^2)^2 and its z_i = sum over j of 1 / (1 + d^2), a point's own 1
included; and the Kullback-Leibler divergence of P from the map. All pairs: 8 a nanosecond in two dimensions (one core
with registers of 64 bytes).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nndsl.analysis.native import Call, Crew, kernels
from nndsl.analysis.tsne.affinities import Sparse
from nndsl.analysis.tsne.geometry import map_text
from nndsl.backend.cpu.cache import Text
from nndsl.backend.cpu.machine import machine
from nndsl.backend.cpu.memory import aligned

Floats = NDArray[np.float32]

FAR = 1e6  # where points stand that fill up the last vector: so far that they push nothing

_ATTRACT = """
AHEAD = 1024  # values: P passes by once a step, and from 30000 points on it does not stay in the cache

def KERNEL(g):
    # Rows first .. last: where P's rows begin, its numbers, its values; the rows that are pulled, those that pull them;
    # forces
    first, last, starts, numbers, values = g[0], g[1], longs(g[3]), ints(g[4]), floats(g[5])
    rows, others, forces, one = floats(g[6]), floats(g[7]), floats(g[8]), splat(f4(1))
    for i in range(first, last):
        mine, force = here(rows, i), nothing()
        for e in range(starts[i], starts[i + 1], LANES):
            prefetch(numbers, e + AHEAD)
            prefetch(values, e + AHEAD)
            d = minus(mine, gather(others, numbers, e))
            force = plus(force, load(values, e) * inverse(one + square(d)), d)
        put_totals(forces, i, force)
"""

_EXACT = """
def KERNEL(g):
    # Rows first .. last of a map: the rows, the same points [D, room] coordinate by coordinate, room; forces, z
    first, last, rows, points, room = g[0], g[1], floats(g[3]), floats(g[4]), g[5]
    forces, z, one = floats(g[6]), floats(g[7]), splat(f4(1))
    for i in range(first, last):
        mine, force, s = here(rows, i), nothing(), splat(f4(0))
        for j in range(0, room, LANES):
            d = minus(mine, columns(points, room, j))
            q = inverse(one + square(d))
            s, force = s + q, plus(force, q * q, d)
        put_totals(forces, i, force)
        z[i] = total(s)
"""

_DIVERGE = """
from nndsl.backend.cpu.math32 import log

def KERNEL(g):
    # Rows first .. last: P as above; the map; room for a row for each member, its length; each member's sum (doubles)
    # of p log(p (1 + d^2))
    first, last, starts, numbers, values, rows = g[0], g[1], longs(g[3]), ints(g[4]), floats(g[5]), floats(g[6])
    wide, sums, one, whole = at(floats(g[7]), g[2] * g[8]), doubles(g[9]), splat(f4(1)), 0.0
    for i in range(first, last):
        start, count, mine, s = starts[i], starts[i + 1] - starts[i], here(rows, i), f4(0)
        for e in range(0, count, LANES):
            store(wide, e, one + square(minus(mine, gather(rows, numbers, start + e))))
        for e in range(count):
            p = values[start + e]
            s += p * log(p * wide[e] if p > f4(0) else f4(1))
        whole += np.float64(s)
    sums[g[2]] = whole
"""


def texts(dimensions: int) -> list[Text]:
    """The kernels of this module."""
    named = {"attract": _ATTRACT, "exact": _EXACT, "diverge": _DIVERGE}
    return [map_text(name, dimensions, body) for name, body in named.items()]


def attraction(P: Sparse, rows: Floats, others: Floats, forces: Floats, dimensions: int, crew: Crew) -> Call:
    """A call that writes what pulls `rows` towards `others`, as they are then."""
    attract, *_ = kernels(texts(dimensions))
    return crew.prepared(attract, P.shares(crew.members), P.starts, P.numbers, P.values, rows, others, forces)


class Pairs:
    """Repulsion over all pairs of the points of a map [n, stride]."""

    def __init__(self, y: Floats, dimensions: int, crew: Crew) -> None:
        _, self._exact, _ = kernels(texts(dimensions))
        self._crew, self._y, lanes = crew, y[:, :dimensions], machine().lanes("float32")
        self._points = aligned((dimensions, -(-len(y) // lanes) * lanes), np.float32)
        self._points[:] = FAR

    def follow(self) -> None:
        """Takes the points as they are now."""
        self._points[:, : len(self._y)] = self._y.T

    def pushing(self, rows: Floats, forces: Floats, z: Floats) -> Call:
        """A call that writes how these points push the rows of a map, and sums of 1 / (1 + d^2)."""
        points = (self._points, self._points.shape[1])
        return self._crew.prepared(self._exact, len(rows), rows, *points, forces, z)


def divergence(P: Sparse, y: Floats, z: float, dimensions: int, crew: Crew) -> float:
    """KL(P || Q) = sum of p log(p / q), q = 1 / (1 + d^2) / z."""
    *_, diverge = kernels(texts(dimensions))
    longest = int(np.diff(P.starts).max())
    room, sums = aligned((crew.members, longest), np.float32), np.zeros(crew.members)
    crew.rows(diverge, P.shares(crew.members), P.starts, P.numbers, P.values, y, room, longest, sums)
    return float(sums.sum() + np.log(z) * P.values.sum(dtype=np.float64))
