"""Repulsion through a tree of blocks (Barnes and Hut): what is far enough acts as if it stood in one place.

In: a map, float32 [n, stride] (`geometry.py`). Out: what `forces.Pairs` gives, nearly. The leaves are blocks of LANES
points, made by halving the points again and again along the longest side of their box (a k-d tree); LANES blocks that
lie together are a node, LANES of those the next one. So the children of a node are tested by one comparison of
vectors, and the points of a block are the lanes in which all forces on it are computed.

A node acts as a whole where the mean square s of its points' distances from their middle is below `NEAR` (1 + d^2),
with d from the block's box to that middle: on that scale the kernel 1 / (1 + d^2) is smooth, near by too. Its points
are then taken as a round cloud: the mean of q = 1 / (1 + d^2) over one of D dimensions is, to the second order,
q + s q^2 (a - b q) with a = 4/D - 1, b = 4/D.

Why no grid: fields interpolated on a grid by FFTs (one charge a point, cubic splines, nodes 0.4 apart, transforms of
our own) were measured on final maps of Fashion-MNIST in the plane. 5000 points: 5.1 ms a step, forces wrong by 1.0 %;
the tree takes 0.28 ms and is wrong by 0.3 %. 20000: 13.5 ms and 1.1 %, 1.5 ms and 0.7 %. 60000: 14.9 ms and 1.0 %,
5.1 ms and 1.0 %. In space a grid has a node for every cube of that side, empty or not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nndsl.analysis.native import Call, Crew, kernels
from nndsl.analysis.tsne.geometry import WORTH_SHARING, map_text
from nndsl.backend.cpu.cache import Text
from nndsl.backend.cpu.machine import machine
from nndsl.backend.cpu.memory import aligned

Floats = NDArray[np.float32]

NEAR = 0.08  # from 0.05 to 0.12 the divergence of maps of 5000 and 20000 points does not tell which it was
WORTH = 1000  # points: all pairs of so many take 0.1 s longer in 1000 steps; with fewer, exact is as good as free
LOOSE = 1.2  # blocks are made anew when they are so many times as wide as they were

_ARRANGE = """
@inline
def part(order, low, high, place, y, axis):
    # Quickselect (Hoare): order[place] becomes what sorting by the coordinate would put there, lower ones before it
    while low < high:
        pivot, a, b = y[np.int64(order[(low + high) >> 1]) * STRIDE + axis], low, high
        while a <= b:
            while y[np.int64(order[a]) * STRIDE + axis] < pivot:
                a += 1
            while y[np.int64(order[b]) * STRIDE + axis] > pivot:
                b -= 1
            if a <= b:
                order[a], order[b] = order[b], order[a]
                a, b = a + 1, b - 1
        if place <= b:
            high = b
        elif place >= a:
            low = a
        else:
            return

@inline
def longest(order, low, high, y):
    # Along which axis these points reach farthest
    axis, most = 0, f4(-1)
    for c in range(D):
        least, top = f4(np.inf), f4(-np.inf)
        for i in range(low, high):
            v = y[np.int64(order[i]) * STRIDE + c]
            least, top = min(least, v), max(top, v)
        if top - least > most:
            axis, most = c, top - least
    return axis

def KERNEL(g):
    # order [n] is put in the order of blocks: n, order, y, a stack of pairs
    n, order, y, stack = g[3], ints(g[4]), floats(g[5]), longs(g[6])
    stack[0], stack[1], top = 0, n, 1
    while top > 0:
        top -= 1
        low, high = stack[2 * top], stack[2 * top + 1]
        if high - low <= LANES:
            continue
        unit = LANES  # what stays together: the points of the largest node that is less than all of these
        while unit * LANES < high - low:
            unit *= LANES
        middle = low + max(((high - low) // 2 + unit // 2) // unit, 1) * unit
        part(order, low, high - 1, middle, y, longest(order, low, high, y))
        stack[2 * top], stack[2 * top + 1], stack[2 * top + 2], stack[2 * top + 3] = low, middle, middle, high
        top += 2
"""

_GATHER = """
def KERNEL(g):
    # Blocks first .. last: n, order, y; points [D, room], room; nodes [D + 2, width], width: middles, how many, mean
    # squares; boxes [2 D, width]: their middles and halves; a sum of mean squares for each member (doubles)
    first, last, n, order, y = g[0], g[1], g[3], ints(g[4]), floats(g[5])
    points, room, nodes, width, boxes, sums = floats(g[6]), g[7], floats(g[8]), g[9], floats(g[10]), doubles(g[11])
    whole = 0.0
    for b in range(first, last):
        start, stop = b * LANES, min(b * LANES + LANES, n)
        spread = f4(0)
        for c in range(D):
            least, most, s = f4(np.inf), f4(-np.inf), f4(0)
            for i in range(start, start + LANES):
                v = y[np.int64(order[min(i, n - 1)]) * STRIDE + c]
                points[c * room + i] = v
                least, most = min(least, v), max(most, v)
                s += v if i < n else f4(0)
            middle = s / f4(stop - start)
            nodes[c * width + b] = middle
            boxes[c * width + b], boxes[(D + c) * width + b] = (least + most) * f4(0.5), (most - least) * f4(0.5)
            for i in range(start, stop):
                spread += (points[c * room + i] - middle) ** 2
        nodes[D * width + b] = f4(stop - start)
        nodes[(D + 1) * width + b] = spread / f4(stop - start)
        whole += spread
    sums[g[2]] = whole
"""

_CLIMB = """
def KERNEL(g):
    # The nodes above blocks from those below: levels, where each begins, how many it has (longs); nodes, width
    levels, begins, counts, nodes, width = g[3], longs(g[4]), longs(g[5]), floats(g[6]), g[7]
    for level in range(1, levels):
        for k in range(counts[level]):
            start, to = begins[level - 1] + k * LANES, begins[level] + k
            stop = min(start + LANES, begins[level - 1] + counts[level - 1])
            mass, spread = 0.0, 0.0
            for i in range(start, stop):
                mass += nodes[D * width + i]
                spread += np.float64(nodes[D * width + i]) * nodes[(D + 1) * width + i]
            for c in range(D):
                middle = 0.0
                for i in range(start, stop):
                    middle += np.float64(nodes[D * width + i]) * nodes[c * width + i]
                middle /= mass
                for i in range(start, stop):
                    spread += nodes[D * width + i] * (nodes[c * width + i] - middle) ** 2
                nodes[c * width + to] = f4(middle)
            nodes[D * width + to], nodes[(D + 1) * width + to] = f4(mass), f4(spread / mass)
"""

_REPEL = """
@inline
def outside(a, middle, half):
    # How far a lies outside a box, along one axis
    return larger(larger(a - middle, middle - a) - half, splat(f4(0)))

def KERNEL(g):
    # Blocks first .. last of what is pushed: how many points, their order, coordinates [D, room], room, boxes
    # [2 D, width], width; of what pushes: n, coordinates, room; nodes [D + 2, width], width; levels, where each begins
    # (longs); near; for each member a stack (longs), its room, and lanes [D + 1, LANES]; forces [points, stride]; z
    first, last, count, order, points, own_room = g[0], g[1], g[3], ints(g[4]), floats(g[5]), g[6]
    boxes, own_width = floats(g[7]), g[8]
    n, others, room, nodes, width = g[9], floats(g[10]), g[11], floats(g[12]), g[13]
    levels, begins, near = g[14], longs(g[15]), splat(f4(number(g[16])))
    stack, lanes = at(longs(g[17]), g[2] * g[18]), at(floats(g[19]), g[2] * (D + 1) * LANES)
    forces, zs = floats(g[20]), floats(g[21])
    one, zero = splat(f4(1)), splat(f4(0))
    a1, b1, a2, b2 = splat(f4(4 / D - 1)), splat(f4(4 / D)), splat(f4(8 / D - 2)), splat(f4(12 / D))
    for b in range(first, last):
        mine = columns(points, own_room, b * LANES)
        middle, half = same(boxes, own_width, b), same(at(boxes, D * own_width), own_width, b)
        force, s = nothing(), zero
        stack[0], stack[1], top = begins[levels - 1], levels - 1, 1
        while top > 0:
            top -= 1
            begin, level = stack[2 * top], stack[2 * top + 1]
            gap = GAP
            there = below(zero, load(nodes, D * width + begin))
            open = there & below(near * (one + square(gap)), load(nodes, (D + 1) * width + begin))
            whole = there & ~open
            while whole != 0:
                t = begin + lowest_bit(whole)
                whole &= whole - 1
                d = minus(mine, same(nodes, width, t))
                q = inverse(one + square(d))
                w, u = splat(nodes[D * width + t]) * q, splat(nodes[(D + 1) * width + t]) * q
                s = s + w * (one + u * (a1 - b1 * q))
                force = plus(force, w * q * (one + u * (a2 - b2 * q)), d)
            while open != 0:
                child = (begin - begins[level] + lowest_bit(open)) * LANES
                open &= open - 1
                if level > 0:
                    stack[2 * top], stack[2 * top + 1] = begins[level - 1] + child, level - 1
                    top += 1
                else:
                    for j in range(child, min(child + LANES, n)):
                        d = minus(mine, same(others, room, j))
                        q = inverse(one + square(d))
                        s, force = s + q, plus(force, q * q, d)
        put(lanes, LANES, 0, force)
        store(lanes, D * LANES, s)
        for lane in range(min(LANES, count - b * LANES)):
            i = np.int64(order[b * LANES + lane])
            zs[i] = lanes[D * LANES + lane]
            for c in range(D):
                forces[i * STRIDE + c] = lanes[c * LANES + lane]
"""


def texts(dimensions: int) -> list[Text]:
    """The kernels of this module."""
    gap = (f"outside(load(nodes, {c} * width + begin), middle[{c}], half[{c}])" for c in range(dimensions))
    named = {"arrange": _ARRANGE, "gather": _GATHER, "climb": _CLIMB, "repel": _REPEL.replace("GAP", ", ".join(gap))}
    return [map_text(name, dimensions, body) for name, body in named.items()]


class Tree:
    """The points of a map [n, stride] in blocks, and the nodes above them.

    order: [n], the points in the order of blocks. counts, begins: of each level, blocks first, how many nodes it has
    and where they stand in `nodes`.
    """

    def __init__(self, y: Floats, dimensions: int, crew: Crew) -> None:
        self.n, self.crew, lanes = len(y), crew, machine().lanes("float32")
        counts, begins = [-(-self.n // lanes)], [0]
        while counts[-1] > lanes:
            begins.append(begins[-1] + -(-counts[-1] // lanes) * lanes)
            counts.append(-(-counts[-1] // lanes))
        self.counts, self.begins = np.array(counts), np.array(begins)
        self.room, self.width = counts[0] * lanes, begins[-1] + lanes
        self.points = aligned((dimensions, self.room), np.float32)
        self.nodes = aligned((dimensions + 2, self.width), np.float32)
        self.boxes = aligned((2 * dimensions, self.width), np.float32)
        self.order = np.arange(self.n, dtype=np.int32)
        self._spread, self._tight = np.zeros(crew.members), -1.0
        arrange, gather, climb, self._repel = kernels(texts(dimensions))
        whole, nodes = (self.n, self.order, y), (self.nodes, self.width)
        deep = np.empty(256, np.int64)  # ranges that wait: one for each halving, of 2^64 points at most
        self._arrange = arrange.prepared(0, 0, 0, *whole, deep)
        blocks = crew.shares(counts[0], worth=WORTH_SHARING // lanes)
        self._gather = crew.prepared(
            gather, blocks, *whole, self.points, self.room, *nodes, self.boxes, self._spread
        )  # fmt: skip
        self._climb = climb.prepared(0, 0, 0, len(counts), self.begins, self.counts, *nodes)
        # on the way down a stack holds the children of one node of each level, two words each
        self._stack = np.empty((crew.members, 2 * lanes * (len(counts) + 1)), np.int64)
        self._lanes = aligned((crew.members, (dimensions + 1) * lanes), np.float32)

    def follow(self) -> None:
        """Takes the points as they are now; makes blocks anew where they have become loose."""
        self._gather()
        if not self._spread.sum() <= LOOSE * LOOSE * self._tight:
            self._arrange()
            self._gather()
            self._tight = float(self._spread.sum())
        self._climb()

    def pushing(self, pushed: Tree, forces: Floats, z: Floats, near: float = NEAR) -> Call:
        """A call that writes how these points push those of another tree (or their own), and sums of 1 / (1 + d^2)."""
        return self.crew.prepared(
            self._repel, int(pushed.counts[0]), pushed.n, pushed.order, pushed.points, pushed.room, pushed.boxes,
            pushed.width, self.n, self.points, self.room, self.nodes, self.width, len(self.counts), self.begins, near,
            self._stack, self._stack.shape[1], self._lanes, forces, z,
        )  # fmt: skip
