"""The kernels of the search for nearest neighbours.

In: the machine's lanes. Out: texts. `near_*` takes a block of bounds (no distance is less than its bound) and measures
what is below the k-th distance so far; how it measures is the distance that counts, the same in every path, so what is
found does not depend on how it was bounded. `leave` sorts what was found.
"""

from __future__ import annotations

from nndsl.analysis.native import vector_text
from nndsl.backend.cpu.cache import Text

_MEASURE = """
@njit(error_model="numpy")
def measure(x, y, width):
    # The sum over `width` columns, whole vectors, of {term} for d = x - y.
    zero, c = splat(np.float32(0)), 0
    s0, s1, s2, s3 = zero, zero, zero, zero
    while c + 4 * LANES <= width:
        d0, d1 = load(x, c) - load(y, c), load(x, c + LANES) - load(y, c + LANES)
        d2, d3 = load(x, c + 2 * LANES) - load(y, c + 2 * LANES), load(x, c + 3 * LANES) - load(y, c + 3 * LANES)
        s0, s1, s2, s3 = s0 + {d0}, s1 + {d1}, s2 + {d2}, s3 + {d3}
        c += 4 * LANES
    while c < width:
        d0 = load(x, c) - load(y, c)
        s0 = s0 + {d0}
        c += LANES
    return total((s0 + s1) + (s2 + s3))
"""

_SELECT = """
@njit(error_model="numpy")
def before(d, j, i, value, which):
    return d[i] < value or (d[i] == value and j[i] < which)

@njit(error_model="numpy")
def after(d, j, i, value, which):
    return d[i] > value or (d[i] == value and j[i] > which)

@njit(error_model="numpy")
def keep_nearest(d, j, count, k):
    # Quickselect (Hoare): the k nearest of d[:count] and their numbers j to the front, the lower number first where
    # distances are equal; the largest distance of them.
    low, high = 0, count - 1
    while low < high:
        value, which, a, b = d[(low + high) >> 1], j[(low + high) >> 1], low, high
        while a <= b:
            while before(d, j, a, value, which):
                a += 1
            while after(d, j, b, value, which):
                b -= 1
            if a <= b:
                d[a], d[b], j[a], j[b] = d[b], d[a], j[b], j[a]
                a, b = a + 1, b - 1
        if b < k - 1 < a:
            break
        if k - 1 <= b:
            high = b
        else:
            low = a
    top = d[0]
    for i in range(1, k):
        top = max(top, d[i])
    return top
"""

_NEAR = """
def {name}(g):
    # Of a block of bounds [rows, wide], each less the row's shift: points below the row's limit are measured, and put
    # behind what the row has, which is cut to the k nearest when it is full. The block, its width, shifts [rows]; the
    # number of its first point; of each row the number of the point that it must not find (longs); k; queries and
    # points [*, width], their width, whole vectors; distances, numbers [rows, room]; room; limits, counts [rows]
    first, last, block, wide, shifts, number = g[0], g[1], floats(g[3]), g[4], floats(g[5]), g[6]
    own, k = longs(g[7]), g[8]
    queries, points, width = floats(g[9]), floats(g[10]), g[11]
    distances, numbers, room, limits, counts = floats(g[12]), ints(g[13]), g[14], floats(g[15]), longs(g[16])
    for r in range(first, last):
        row, d, j, x = at(block, r * wide), at(distances, r * room), at(numbers, r * room), at(queries, r * width)
        if 0 <= own[r] - number < wide:
            row[own[r] - number] = np.float32(np.inf)
        top, count = limits[r], counts[r]
        for begin in range(0, wide, LANES):
            mask = below(load(row, begin), splat(top - shifts[r]))
            while mask != 0:
                t = number + begin + lowest_bit(mask)
                mask &= mask - 1
                s = measure(x, at(points, t * width), width)
                if s < top:
                    d[count], j[count] = s, np.int32(t)
                    count += 1
                    if count == room:
                        top, count = keep_nearest(d, j, count, k), k
        limits[r], counts[r] = top, count
"""

_LEAVE = """
def leave(g):
    # The k nearest of each row, sorted (Shell). k; distances, numbers [rows, room], room, counts [rows]; distances and
    # numbers out [rows, k]
    first, last, k = g[0], g[1], g[3]
    distances, numbers, room, counts = floats(g[4]), ints(g[5]), g[6], longs(g[7])
    to_distances, to_numbers = floats(g[8]), ints(g[9])
    for r in range(first, last):
        d, j = at(distances, r * room), at(numbers, r * room)
        keep_nearest(d, j, counts[r], k)
        gap = k // 2
        while gap > 0:
            for i in range(gap, k):
                value, which, place = d[i], j[i], i
                while place >= gap and after(d, j, place - gap, value, which):
                    d[place], j[place] = d[place - gap], j[place - gap]
                    place -= gap
                d[place], j[place] = value, which
            gap //= 2
        for i in range(k):
            to_distances[r * k + i], to_numbers[r * k + i] = d[i], j[i]
"""

_MANHATTAN = """
def manhattan(g):
    # block[r, j] = part times the sum over columns of |x_r - y_j|. Queries [rows, D], D; points [D, wide] side by side;
    # wide, a multiple of four vectors; the block [rows, wide]; part
    first, last, queries, D, points = g[0], g[1], floats(g[3]), g[4], floats(g[5])
    wide, block, part, zero = g[6], floats(g[7]), splat(np.float32(number(g[8]))), splat(np.float32(0))
    for r in range(first, last):
        x = at(queries, r * D)
        for begin in range(0, wide, 4 * LANES):
            s0, s1, s2, s3 = zero, zero, zero, zero
            for c in range(D):
                here, x_c = c * wide + begin, splat(x[c])
                d0, d1 = x_c - load(points, here), x_c - load(points, here + LANES)
                d2, d3 = x_c - load(points, here + 2 * LANES), x_c - load(points, here + 3 * LANES)
                s0, s1 = s0 + larger(d0, zero - d0), s1 + larger(d1, zero - d1)
                s2, s3 = s2 + larger(d2, zero - d2), s3 + larger(d3, zero - d3)
            to = r * wide + begin
            store(block, to, part * s0)
            store(block, to + LANES, part * s1)
            store(block, to + 2 * LANES, part * s2)
            store(block, to + 3 * LANES, part * s3)
"""


def near(distance: str) -> Text:
    """`euclidean`: sums of squares. `manhattan`: sums of magnitudes."""
    return vector_text(f"near_{distance}", measure(distance) + _SELECT + _NEAR.format(name=f"near_{distance}"))


def measure(distance: str) -> str:
    """The text of `measure(x, y, width)`, for other kernels too."""
    form = {"euclidean": "{0} * {0}", "manhattan": "larger({0}, zero - {0})"}[distance]
    terms = {f"d{lane}": form.format(f"d{lane}") for lane in range(4)}
    return _MEASURE.format(term={"euclidean": "d d", "manhattan": "|d|"}[distance], **terms)


def leave() -> Text:
    return vector_text("leave", _SELECT + _LEAVE)


def manhattan() -> Text:
    return vector_text("manhattan", _MANHATTAN)
