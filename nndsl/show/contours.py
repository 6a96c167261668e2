"""Lines of equal height over a grid: marching squares (Lorensen and Cline's cubes, in two dimensions).

In: heights on a grid and levels. Out: polylines in the grid's own units. Heights that are no numbers have no lines
beside them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from nndsl.show.figures import Numbers

Edge = tuple[int, int, int]  # row, column, and 0 for the edge to the next column, 1 for the one to the next row

# For each case (bit k: corner k is above, corners counted round from the lower left), pairs of sides that a line joins:
# 0 bottom, 1 right, 2 top, 3 left. Saddles (5 and 10) are cut so that lines keep their above side together.
CASES: tuple[tuple[tuple[int, int], ...], ...] = (
    (), ((3, 0),), ((0, 1),), ((3, 1),), ((1, 2),), ((3, 2), (0, 1)), ((0, 2),), ((3, 2),),
    ((2, 3),), ((2, 0),), ((0, 3), (1, 2)), ((2, 1),), ((1, 3),), ((1, 0),), ((0, 3),), (),
)  # fmt: skip


def contours(heights: Numbers, x: Numbers, y: Numbers, level: float) -> list[Numbers]:
    """Lines of one level. heights: [rows, columns] at y [rows] and x [columns]. Each line is [k, 2], (x, y)."""
    above = heights >= level
    known = np.isfinite(heights)
    whole = known[:-1, :-1] & known[:-1, 1:] & known[1:, 1:] & known[1:, :-1]
    case = above[:-1, :-1] + 2 * above[:-1, 1:] + 4 * above[1:, 1:] + 8 * above[1:, :-1]
    cells = np.argwhere(whole & (case > 0) & (case < 15))
    joined: dict[Edge, list[Edge]] = defaultdict(list)
    for row, column in cells.tolist():
        sides = ((row, column, 0), (row, column + 1, 1), (row + 1, column, 0), (row, column, 1))
        for a, b in CASES[case[row, column]]:
            joined[sides[a]].append(sides[b])
            joined[sides[b]].append(sides[a])
    return [np.array([_place(edge, heights, x, y, level) for edge in line]) for line in _chains(joined)]


def _chains(joined: dict[Edge, list[Edge]]) -> list[list[Edge]]:
    """Edges in the order in which a line passes them: open lines first, then rings."""
    left = {edge: list(others) for edge, others in joined.items()}
    found: list[list[Edge]] = []
    for begin in [edge for edge, others in joined.items() if len(others) == 1] + list(joined):
        while left[begin]:
            line = [begin]
            while left[line[-1]]:
                here = line[-1]
                there = left[here].pop()
                left[there].remove(here)
                line.append(there)
            found.append(line)
    return found


def _place(edge: Edge, heights: Numbers, x: Numbers, y: Numbers, level: float) -> tuple[float, float]:
    """Where the level lies on an edge, between its two corners."""
    row, column, way = edge
    first, second = heights[row, column], heights[row + way, column + 1 - way]
    share = float((level - first) / (second - first)) if second != first else 0.5
    if way:
        return float(x[column]), float(y[row] + share * (y[row + 1] - y[row]))
    return float(x[column] + share * (x[column + 1] - x[column])), float(y[row])


def levels(heights: Numbers, count: int, log: bool) -> Sequence[float]:
    """Heights at which to draw lines: between the least and the greatest, evenly, on a logarithmic scale if `log`."""
    known = heights[np.isfinite(heights) & ((heights > 0) | (not log))]
    if not len(known) or known.min() == known.max():
        return []
    low, high = float(known.min()), float(known.max())
    if log:
        return [float(v) for v in np.geomspace(low, high, count + 2)[1:-1]]
    return [float(v) for v in np.linspace(low, high, count + 2)[1:-1]]
