"""How near rows are to one another, as probabilities: the matrix P that a map shall keep.

In: rows and a perplexity. Out: the conditional p_j|i over the nearest rows of each, whose entropy is log(perplexity);
and P = (p_j|i + p_i|j) / 2n, sparse and symmetric. Source: van der Maaten and Hinton, Visualizing data using t-SNE
(2008), with all but the 3 perplexity nearest left out (van der Maaten 2014).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from nndsl.analysis.native import Crew, Span, kernels, vector_text
from nndsl.analysis.neighbours import nearest
from nndsl.analysis.watch import Watch
from nndsl.backend.cpu.cache import Text
from nndsl.backend.cpu.machine import machine
from nndsl.backend.cpu.memory import aligned
from nndsl.values import value

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

NEIGHBOURS = 3  # times the perplexity: what lies farther counts as nothing
TOLERANCE = 5e-6  # of the entropy; sums of float32 tell no more than a tenth of that

_CONDITIONAL = """
from nndsl.backend.cpu.math32 import exp

def conditional(g):
    # Rows first .. last: k, squared distances [n, k], ascending; log(perplexity); tolerance; p [n, k]. p ~ exp(-beta d)
    # with the beta that gives the entropy: Newton's steps on log(beta), halving where they leave what brackets it.
    first, last, k, distances, to = g[0], g[1], g[3], floats(g[4]), floats(g[7])
    goal, tolerance = number(g[5]), number(g[6])
    for i in range(first, last):
        d, p, least = at(distances, i * k), at(to, i * k), distances[i * k]
        mean = np.float32(0)
        for e in range(k):
            mean += d[e] - least
        mean /= np.float32(k)
        b = -np.log(np.float64(mean)) if mean > 0 else 0.0
        low, high, s = -np.inf, np.inf, np.float32(k)
        for _ in range(64):
            beta, s, u1, u2 = np.float32(np.exp(b)), np.float32(0), np.float32(0), np.float32(0)
            for e in range(k):
                u = (d[e] - least) * beta
                q = exp(-u)
                s += q
                u1 += q * u
                u2 += q * u * u
            m = np.float64(u1 / s)
            variance, excess = np.float64(u2 / s) - m * m, np.log(np.float64(s)) + m - goal
            if np.abs(excess) < tolerance or mean == 0:
                break
            if excess > 0:
                low = b
            else:
                high = b
            step = excess / variance if variance > 1e-6 else np.copysign(2.0, excess)
            b += min(max(step, -2.0), 2.0)
            if b <= low or b >= high:
                b = (low + high) / 2
            if b > 85.0:  # more rows at the same place than the perplexity: they share it, evenly
                break
        beta = np.float32(np.exp(min(b, 85.0)))
        for e in range(k):
            p[e] = exp(-(d[e] - least) * beta) / s
"""

_TURN = """
def turn(g):
    # The columns of n rows of k: n, k, numbers, p [n, k]; where each column begins (longs, moved to its end); of the
    # columns numbers, p [n k]
    n, k, numbers, p, ends = g[3], g[4], ints(g[5]), floats(g[6]), longs(g[7])
    to_numbers, to_p = ints(g[8]), floats(g[9])
    for i in range(n):
        for e in range(i * k, i * k + k):
            j = np.int64(numbers[e])
            to_numbers[ends[j]], to_p[ends[j]] = np.int32(i), p[e]
            ends[j] += 1
"""

_JOIN = """
def join(g):
    # Rows first .. last of p + p': k, numbers, p [n, k]; columns: where each ends, numbers, p; places for each member
    # (longs), n of them; where each row may begin; numbers, values; how many there are, filled up to whole vectors with
    # zeros of the row's own number
    first, last, k, numbers, p, ends = g[0], g[1], g[3], ints(g[4]), floats(g[5]), longs(g[6])
    from_numbers, from_p, place = ints(g[7]), floats(g[8]), at(longs(g[9]), g[2] * g[10])
    starts, to_numbers, to_values, counts = longs(g[11]), ints(g[12]), floats(g[13]), longs(g[14])
    for i in range(first, last):
        start = starts[i]
        stop = start + k
        for e in range(k):
            j = np.int64(numbers[i * k + e])
            to_numbers[start + e], to_values[start + e], place[j] = np.int32(j), p[i * k + e], start + e
        for e in range(ends[i - 1] if i > 0 else 0, ends[i]):
            j = np.int64(from_numbers[e])
            if start <= place[j] < start + k:
                to_values[place[j]] += from_p[e]
            else:
                to_numbers[stop], to_values[stop] = np.int32(j), from_p[e]
                stop += 1
        while (stop - start) % LANES != 0:
            to_numbers[stop], to_values[stop] = np.int32(i), np.float32(0)
            stop += 1
        counts[i] = stop - start
"""

_REORDER = """
def reorder(g):
    # Rows first .. last: row r becomes row order[r], and columns are called by their new numbers: order, rank (ints);
    # where rows began, numbers, values; where they begin now, numbers, values
    first, last, order, rank = g[0], g[1], ints(g[3]), ints(g[4])
    starts, numbers, values = longs(g[5]), ints(g[6]), floats(g[7])
    to_starts, to_numbers, to_values = longs(g[8]), ints(g[9]), floats(g[10])
    for r in range(first, last):
        start, to = starts[np.int64(order[r])], to_starts[r]
        for e in range(to_starts[r + 1] - to):
            to_numbers[to + e], to_values[to + e] = rank[np.int64(numbers[start + e])], values[start + e]
"""


def texts() -> list[Text]:
    """The kernels of this module."""
    named = {"conditional": _CONDITIONAL, "turn": _TURN, "join": _JOIN, "reorder": _REORDER}
    return [vector_text(name, body) for name, body in named.items()]


@value
class Sparse:
    """A sparse matrix by rows. Row i is what stands from starts[i] to starts[i + 1]: numbers of columns and values; it
    is filled up to whole vectors with zeros.

    starts: [n + 1]. numbers, values: [starts[n]].
    """

    starts: Longs
    numbers: Ints
    values: Floats

    def shares(self, members: int) -> list[Span]:
        """Each member's rows, of about as many values."""
        cuts = np.searchsorted(self.starts, self.starts[-1] * np.arange(members + 1) / members)
        cuts[0], cuts[-1] = 0, len(self.starts) - 1
        return list(zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True))

    def reordered(self, order: Ints, crew: Crew) -> Sparse:
        """Row r becomes what row order[r] was, columns likewise."""
        return _reordered(self.starts, np.diff(self.starts), self.numbers, self.values, order, crew)


def conditional(distances: Floats, perplexity: float, crew: Crew) -> Floats:
    """p_j|i [n, k] of the nearest rows of each, from their squared distances, ascending. perplexity: below k."""
    run, *_ = kernels(texts())
    n, k = distances.shape
    p = np.empty_like(distances)
    crew.rows(run, n, k, distances, math.log(perplexity), TOLERANCE, p)
    return p


def fixed(p: Floats, numbers: Ints) -> Sparse:
    """The conditional probabilities as they are, a row's k side by side."""
    n, k = p.shape
    width = -(-k // machine().lanes("float32")) * machine().lanes("float32")
    values, names = aligned((n, width), np.float32), aligned((n, width), np.int32)
    values[:, :k], names[:, :k] = p, numbers
    return Sparse(np.arange(n + 1) * width, names.ravel(), values.ravel())


def symmetric(p: Floats, numbers: Ints, crew: Crew) -> Sparse:
    """(p_j|i + p_i|j) / 2n of the k nearest of n rows: p, numbers [n, k]."""
    _, turn, join, _ = kernels(texts())
    (n, k), lanes = p.shape, machine().lanes("float32")
    p = p * np.float32(0.5 / n)
    columns = np.bincount(numbers.ravel(), minlength=n)
    ends = np.cumsum(columns) - columns
    from_numbers, from_p = np.empty(n * k, np.int32), np.empty(n * k, np.float32)
    turn(0, 0, 0, n, k, numbers, p, ends, from_numbers, from_p)
    most = -(-(k + columns) // lanes) * lanes
    starts, counts = np.cumsum(most) - most, np.empty(n, np.int64)
    names, values = np.empty(most.sum(), np.int32), np.empty(most.sum(), np.float32)
    place = np.full((crew.members, n), -1)
    crew.rows(join, n, k, numbers, p, ends, from_numbers, from_p, place, n, starts, names, values, counts)
    return _reordered(starts, counts, names, values, np.arange(n, dtype=np.int32), crew)


def _reordered(starts: Longs, counts: Longs, numbers: Ints, values: Floats, order: Ints, crew: Crew) -> Sparse:
    *_, reorder = kernels(texts())
    n = len(order)
    rank = np.empty(n, np.int32)
    rank[order] = np.arange(n, dtype=np.int32)
    to = np.concatenate([[0], np.cumsum(counts[order])])
    made = Sparse(to, aligned(int(to[-1]), np.int32), aligned(int(to[-1]), np.float32))
    crew.rows(reorder, n, order, rank, starts, numbers, values, made.starts, made.numbers, made.values)
    return made


def joint(x: Floats, perplexity: float, crew: Crew, watch: Watch | None = None) -> Sparse:
    """P of the rows of x [n, D]: symmetric, its sum 1. 3 perplexity + 1 rows at least."""
    k = int(NEIGHBOURS * perplexity)
    distances, numbers = nearest(x, x, k, itself=False, threads=crew.members, watch=watch)
    return symmetric(conditional(distances, perplexity, crew), numbers, crew)
