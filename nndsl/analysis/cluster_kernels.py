"""The kernels of k-means.

Out: texts. `settle` gives each row to the nearest centre, and moves it from one sum to another where that is a new one;
`spans` measures rows against centres by differences.
"""

from __future__ import annotations

from nndsl.analysis.native import vector_text
from nndsl.analysis.neighbour_kernels import measure
from nndsl.backend.cpu.cache import Text

_SETTLE = """
def settle(g):
    # A block of products -2 x c, [rows, wide]; wide; squares |c|^2, [wide], infinity behind the last; rows [*, width],
    # their width; the number of the centre each belongs to, [rows], -1 at first; sums [k, width] (doubles) and counts
    # [k] of the rows of each centre; how many rows have changed, [1], which is added to; room for one vector
    first, last, block, wide, squares = g[0], g[1], floats(g[3]), g[4], floats(g[5])
    rows, width, ids, sums, counts = floats(g[6]), g[7], ints(g[8]), doubles(g[9]), longs(g[10])
    changed, lanes, moved = longs(g[11]), floats(g[12]), 0
    for r in range(first, last):
        row = at(block, r * wide)
        least = load(row, 0) + load(squares, 0)
        for begin in range(LANES, wide, LANES):
            least = smaller(least, load(row, begin) + load(squares, begin))
        store(lanes, 0, least)
        a, b, c, d = lanes[0], lanes[1], lanes[2], lanes[3]  # four chains of comparisons, side by side
        for lane in range(4, LANES, 4):
            a, b, c, d = min(a, lanes[lane]), min(b, lanes[lane + 1]), min(c, lanes[lane + 2]), min(d, lanes[lane + 3])
        best = min(min(a, b), min(c, d))
        which = 0
        for begin in range(0, wide, LANES):
            # not above the least: the first of those
            mask = ((1 << LANES) - 1) & ~below(splat(best), load(row, begin) + load(squares, begin))
            if mask != 0:
                which = begin + lowest_bit(mask)
                break
        if which != ids[r]:
            old, x, to = np.int64(ids[r]), at(rows, r * width), at(sums, which * width)
            for c in range(width):
                to[c] += x[c]
            counts[which] += 1
            if old >= 0:
                left = at(sums, old * width)
                for c in range(width):
                    left[c] -= x[c]
                counts[old] -= 1
            moved += 1
            ids[r] = np.int32(which)
    changed[0] += moved
"""

_SPANS = """
def spans(g):
    # out[r, j] = |x_r - c_j|^2 by differences. Rows [*, width], centres [k, width], k, width, out [rows, k]
    first, last, rows, centres, k, width, out = g[0], g[1], floats(g[3]), floats(g[4]), g[5], g[6], floats(g[7])
    for r in range(first, last):
        for j in range(k):
            out[r * k + j] = measure(at(rows, r * width), at(centres, j * width), width)
"""


def settle() -> Text:
    return vector_text("settle", _SETTLE)


def spans() -> Text:
    return vector_text("spans", measure("euclidean") + _SPANS)
