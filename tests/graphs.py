"""Random graphs that are smooth and finite, for the laws that every pass must keep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.ir import Node, Setting
from nndsl.ir import build as b

Step = Callable[[list[Node], np.random.Generator], Node]
WIDTH = 4


def _any(pool: list[Node], rng: np.random.Generator) -> Node:
    return pool[int(rng.integers(len(pool)))]


def _unary(pool: list[Node], rng: np.random.Generator) -> Node:
    x = _any(pool, rng)
    kinds = (
        b.neg,
        b.tanh,
        b.sigmoid,
        b.softplus,
        b.sin,
        b.absolute,
        b.stop,
        lambda x: b.exp(b.minimum(x, 2.0)),
        lambda x: b.log(b.add(b.absolute(x), 0.5)),
        lambda x: b.power(x, 2.0),
        lambda x: b.sqrt(b.add(1.0, b.mul(x, x))),
        lambda x: b.div(1.0, b.add(1.0, b.exp(b.neg(x)))),
        lambda x: b.mul(x, -1.0),
        lambda x: b.sub(b.add(x, 0.0), 1.5),
        lambda x: b.div(x, 2.0),
        lambda x: b.log(b.add(1.0, b.exp(x))),
        lambda x: b.neg(b.neg(x)),
    )
    return b.tanh(kinds[int(rng.integers(len(kinds)))](x))


def _binary(pool: list[Node], rng: np.random.Generator) -> Node:
    x, y = _any(pool, rng), _any(pool, rng)
    kinds = (
        b.add,
        b.sub,
        b.mul,
        b.maximum,
        b.minimum,
        lambda x, y: b.div(x, b.add(2.0, b.absolute(y))),
        lambda x, y: b.where(b.greater(x, y), x, b.neg(y)),
        lambda x, y: b.add(b.mul(x, 0.5), b.mul(y, -0.25)),
        lambda x, y: b.sub(b.neg(x), b.neg(y)),
    )
    return kinds[int(rng.integers(len(kinds)))](x, y)


def _reduced(pool: list[Node], rng: np.random.Generator) -> Node:
    x = _any(pool, rng)
    axes = (0, 1, (0, 1))[int(rng.integers(3))]
    kinds = (b.mean, b.reduce_max, b.reduce_min, lambda x, a: b.mul(0.1, b.reduce_sum(x, a)))
    small = kinds[int(rng.integers(len(kinds)))](x, axes)
    return b.mul(x, small) if rng.random() < 0.5 else b.expand(small, x.shape)


def _viewed(pool: list[Node], rng: np.random.Generator) -> Node:
    x = _any(pool, rng)
    kinds = (
        lambda x: b.reshape(b.tanh(b.reshape(x, (x.shape[0], 2, 2))), x.shape),
        lambda x: b.transpose(b.mul(0.5, b.transpose(x, (1, 0))), (1, 0)),
        lambda x: b.concat([b.slice_(x, 1, 2, 4), b.neg(b.slice_(x, 1, 0, 2))], 1),
        lambda x: b.slice_(b.pad(b.sin(x), 1, 1, 2), 1, 0, WIDTH),
        lambda x: b.expand(b.expand(b.reduce_max(x, 0), (1, 1, WIDTH)), (1, *x.shape)),
    )
    return b.reshape(kinds[int(rng.integers(len(kinds)))](x), x.shape)


def _product(pool: list[Node], rng: np.random.Generator) -> Node:
    x, y = _any(pool, rng), _any(pool, rng)
    gram = b.einsum("ij,ik->jk", x, y) if rng.random() < 0.5 else b.matmul(b.transpose(x, (1, 0)), y)
    return b.tanh(b.matmul(x, b.mul(0.1, gram)))


def _softmax(pool: list[Node], rng: np.random.Generator) -> Node:
    x = _any(pool, rng)
    shifted = b.sub(x, b.reduce_max(x, -1)) if rng.random() < 0.5 else x
    e = b.exp(shifted)
    y = b.div(e, b.reduce_sum(e, -1))
    return b.mul(0.2, b.log(y)) if rng.random() < 0.5 else y


STEPS: tuple[Step, ...] = (_unary, _unary, _binary, _binary, _reduced, _viewed, _product, _softmax)


def random_graph(seed: int, steps: int = 14) -> tuple[Node, list[Node], dict[Node, NDArray[Any]], Setting]:
    """A scalar, the leaves it may depend on, values of them, and a setting in which the values hold."""
    rng = np.random.default_rng(seed)
    rows = int(rng.integers(1, 4))
    leaves = [b.input_("x", ("B", WIDTH)), b.input_("y", ("B", WIDTH)), b.input_("row", (1, WIDTH))]
    pool = [leaves[0], leaves[1], b.expand(leaves[2], ("B", WIDTH))]
    for _ in range(steps):
        pool.append(STEPS[int(rng.integers(len(STEPS)))](pool, rng))
    loss = b.reshape(b.mean(b.add(pool[-1], b.mul(0.5, pool[-2]))), ())
    bindings = {x: rng.normal(size=tuple(rows if d == "B" else d for d in x.shape)) for x in leaves}
    return loss, leaves, bindings, Setting(sizes={"B": rows}, precision="float64", seed=seed)
