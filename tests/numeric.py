"""What the tests of graphs share: leaves with drawn values, and central differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.backend.reference import evaluate
from nndsl.ir import Node, Setting
from nndsl.ir import build as b

Bindings = dict[Node, NDArray[Any]]
EXACT = Setting(sizes={"B": 3}, precision="float64", seed=5, step=2)


def drawn(
    name: str, shape: Sequence[int], domain: tuple[float, float], rng: np.random.Generator
) -> tuple[Node, NDArray[Any]]:
    """A float leaf and values of it, uniform in the domain."""
    return b.input_(name, shape), rng.uniform(*domain, size=tuple(shape))


def weighted(node: Node) -> Node:
    """A scalar that depends on every element of a node differently: what a gradient is checked of."""
    total = b.mul(node, b.normal(99, node.shape))
    return b.reshape(b.reduce_sum(total), ())


def difference(
    loss: Node, wrt: Node, bindings: Mapping[Node, NDArray[Any]], setting: Setting, h: float = 1e-6
) -> NDArray[Any]:
    """The gradient of a scalar by central differences, one element at a time."""
    base = np.asarray(bindings[wrt], dtype=np.float64)
    result = np.zeros_like(base)
    for index in np.ndindex(base.shape):
        sides = []
        for sign in (1.0, -1.0):
            moved = base.copy()
            moved[index] += sign * h
            sides.append(float(evaluate([loss], {**bindings, wrt: moved}, setting)[0]))
        result[index] = (sides[0] - sides[1]) / (2 * h)
    return result
