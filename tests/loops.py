"""Random loops over time, each twice: as a `scan`, and as the same steps written one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.ir import Body, Node, Setting
from nndsl.ir import build as b

WIDTH, ROWS = 3, 5
Stepped = tuple[list[Node], list[Node]]  # next states, and what is kept


@dataclass
class Leaves:
    """What a step is given: states and items [B, W], ids [B], a table [ROWS, W], matrices [W, W], a row [W]."""

    states: list[Node]
    items: list[Node]
    ids: Node
    table: Node
    matrices: list[Node]
    row: Node

    @property
    def fixed(self) -> list[Node]:
        return [self.table, *self.matrices, self.row]


@dataclass
class Example:
    """parts: what the loop keeps, [T, ...] each; plain: the same without a loop. wrt: leaves to derive by."""

    parts: list[Node]
    plain: list[Node]
    wrt: list[Node]
    bindings: dict[Node, NDArray[Any]]
    setting: Setting

    def losses(self) -> tuple[Node, Node]:
        """A number that depends on all that is kept, from the loop and without one."""
        found = []
        for nodes in (self.parts, self.plain):
            sums = [b.reduce_sum(b.mul(x, b.normal(90 + i, x.shape))) for i, x in enumerate(nodes)]
            total: Node = b.const(0.0)
            for x in sums:
                total = b.add(total, b.reshape(x, ()))
            found.append(total)
        return found[0], found[1]


def _maps(pool: list[Node], leaves: Leaves, rng: np.random.Generator) -> Node:
    x, y = (pool[int(rng.integers(len(pool)))] for _ in range(2))
    kinds: Sequence[Callable[[], Node]] = (
        lambda: b.tanh(b.add(x, y)),
        lambda: b.mul(b.sigmoid(x), y),
        lambda: b.sub(x, b.mul(0.5, y)),
        lambda: b.add(x, leaves.row),
        lambda: b.mul(b.sin(x), leaves.row),
        lambda: b.where(b.greater(x, y), x, b.mul(0.3, y)),
        lambda: b.maximum(x, 0.0),
        lambda: b.div(x, b.add(1.5, b.absolute(y))),
    )
    return kinds[int(rng.integers(len(kinds)))]()


def _products(pool: list[Node], leaves: Leaves, rng: np.random.Generator) -> Node:
    x = pool[int(rng.integers(len(pool)))]
    u = leaves.matrices[int(rng.integers(len(leaves.matrices)))]
    kinds: Sequence[Callable[[], Node]] = (
        lambda: b.matmul(x, u),
        lambda: b.matmul(x, b.transpose(u, (1, 0))),
        lambda: b.einsum("bi,ji->bj", x, b.tanh(u)),
        lambda: b.mul(0.1, b.matmul(x, b.einsum("bi,bj->ij", x, pool[0]))),
        lambda: b.matmul(b.gather(leaves.table, leaves.ids), u),
        lambda: b.gather(b.mul(0.5, leaves.table), leaves.ids),
        lambda: b.gather(b.scatter_add(leaves.ids, x, ROWS), leaves.ids),
        lambda: b.matmul(b.mul(leaves.items[0], leaves.row), u),
    )
    return b.tanh(kinds[int(rng.integers(len(kinds)))]())


def _shapes(pool: list[Node], leaves: Leaves, rng: np.random.Generator) -> Node:
    x, y = (pool[int(rng.integers(len(pool)))] for _ in range(2))
    e = b.exp(b.sub(x, b.reduce_max(x, -1)))
    kinds: Sequence[Callable[[], Node]] = (
        lambda: b.div(e, b.reduce_sum(e, -1)),
        lambda: b.mul(x, b.mean(y, -1)),
        lambda: b.sub(x, b.mul(0.1, b.reduce_sum(y, 0))),
        lambda: b.concat([b.slice_(x, 1, 1, 3), b.slice_(y, 1, 0, 1)], 1),
        lambda: b.slice_(b.concat([x, y], 1), 1, 2, 5),
        lambda: b.transpose(b.mul(b.transpose(x, (1, 0)), b.const(0.7)), (1, 0)),
        lambda: b.add(x, b.expand(b.reshape(leaves.row, (1, WIDTH)), x.shape)),
        lambda: b.pad(b.slice_(x, 1, 0, 2), 1, 1, 0),
        lambda: b.squeeze(b.reduce_sum(b.mul(b.unsqueeze(x, 1), b.expand(leaves.matrices[0], (1, 3, 3))), 2), 2),
    )
    return kinds[int(rng.integers(len(kinds)))]()


def _nested(pool: list[Node], leaves: Leaves, rng: np.random.Generator) -> Node:
    """Two steps of a loop of its own over two values of the pool."""
    x, y = (pool[int(rng.integers(len(pool)))] for _ in range(2))
    h, item, u = b.fresh("state", x.shape), b.fresh("item", x.shape), b.fresh("fixed", (WIDTH, WIDTH))
    after = b.tanh(b.add(b.matmul(h, u), item))
    xs = b.concat([b.unsqueeze(x, 0), b.unsqueeze(y, 0)], 0)
    reverse = bool(rng.integers(2))
    loop = b.scan(
        Body((h,), (item,), (u,), (after,), (after,)), [y], [xs], [leaves.matrices[0]], steps=2, reverse=reverse
    )
    last = 0 if reverse else 1
    return b.squeeze(b.slice_(b.part(loop, 0), 0, last, last + 1), 0)


_STEPS = (_maps, _maps, _maps, _products, _products, _shapes)


def step(seed: int, leaves: Leaves, size: int, nested: bool) -> Stepped:
    """One random step over any leaves: always the same for one seed."""
    rng = np.random.default_rng(seed)
    pool = [*leaves.states, *leaves.items]
    for i in range(size):
        kind = _nested if nested and i == size // 2 else _STEPS[int(rng.integers(len(_STEPS)))]
        pool.append(kind(pool, leaves, rng))
    made = pool[len(leaves.states) :]
    nexts = [b.tanh(made[int(rng.integers(len(made)))]) if rng.random() < 0.7 else made[-1] for _ in leaves.states]
    emits = [nexts[0] if rng.random() < 0.7 else pool[0]]
    emits += [made[int(rng.integers(len(made)))] for _ in range(int(rng.integers(3)))]
    if rng.random() < 0.3:
        emits.append(b.reduce_sum(b.mul(made[-1], leaves.states[-1]), 1))
    return nexts, emits


def random_loop(seed: int, *, nested: bool = False, steps: int | None = None, size: int = 7) -> Example:
    """A loop of 1 to 5 steps, forwards or backwards, with one or two states; now and then the first states are zero."""
    rng = np.random.default_rng(seed + 10_000)
    steps = int(rng.integers(1, 6)) if steps is None else steps
    reverse, rows = bool(rng.integers(2)), int(rng.integers(1, 4))
    shape = ("B", WIDTH)
    table, row = b.param("E", (ROWS, WIDTH)), b.param("row", (WIDTH,))
    matrices = [b.param("U", (WIDTH, WIDTH)), b.param("V", (WIDTH, WIDTH))]
    learnt = b.param("h0", (WIDTH,))
    inits = [b.zeros(shape) if rng.random() < 0.3 else b.expand(learnt, shape), b.input_("c0", shape)]
    inits = inits[: int(rng.integers(1, 3))]
    xs = [b.input_("x", ("B", steps, WIDTH)), b.input_("z", ("B", steps, WIDTH))]
    ids = b.input_("ids", (steps, "B"), "int")
    timed = [b.transpose(x, (1, 0, 2)) for x in xs]

    slots = Leaves(
        [b.fresh("state", shape) for _ in inits],
        [b.fresh("item", shape) for _ in xs],
        b.fresh("item", ("B",), "int"),
        *(b.fresh("fixed", table.shape), [b.fresh("fixed", u.shape) for u in matrices], b.fresh("fixed", row.shape)),
    )
    nexts, emits = step(seed, slots, size, nested)
    body = Body(tuple(slots.states), (*slots.items, slots.ids), tuple(slots.fixed), tuple(nexts), tuple(emits))
    outside = Leaves(inits, timed, ids, table, matrices, row)
    loop = b.scan(body, inits, [*timed, ids], outside.fixed, steps=steps, reverse=reverse)
    parts = [b.part(loop, i) for i in range(len(emits))]
    plain = _unrolled(seed, outside, steps, reverse, size, nested)

    wrt = [*xs, table, *matrices, row, learnt, b.input_("c0", shape)]
    draw = np.random.default_rng(seed)
    bindings: dict[Node, NDArray[Any]] = {
        x: 0.7 * draw.normal(size=tuple(rows if d == "B" else d for d in x.shape)) for x in wrt
    }
    bindings[ids] = draw.integers(0, ROWS, size=(steps, rows))
    return Example(parts, plain, wrt, bindings, Setting({"B": rows}, "float64", seed=seed))


def _unrolled(seed: int, given: Leaves, steps: int, reverse: bool, size: int, nested: bool) -> list[Node]:
    states, kept = list(given.states), dict[int, list[Node]]()
    for t in reversed(range(steps)) if reverse else range(steps):
        items = [b.squeeze(b.slice_(x, 0, t, t + 1), 0) for x in given.items]
        ids = b.squeeze(b.slice_(given.ids, 0, t, t + 1), 0)
        states, kept[t] = step(seed, Leaves(states, items, ids, given.table, given.matrices, given.row), size, nested)
    columns = zip(*(kept[t] for t in range(steps)), strict=True)
    return [b.concat([b.unsqueeze(x, 0) for x in column], 0) for column in columns]
