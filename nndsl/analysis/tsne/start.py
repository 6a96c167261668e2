"""Where the points of a map begin: in the plane of the first principal components, or at random.

In: rows [N, D]. Out: points [N, d], float32, whose first coordinate has the standard deviation `WIDTH`: so small that
the first steps order all points by what pulls them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

WIDTH = 1e-4
NOISE = 0.01  # of the width: rows that are equal must not begin at the same place
ROUNDS = 30
SPARE = 6  # directions more than are wanted, so that those that are settle faster


def random_start(x: Floats, dimensions: int, rng: np.random.Generator) -> Floats:
    return (rng.standard_normal((len(x), dimensions)) * WIDTH).astype(np.float32)


def principal_start(x: Floats, dimensions: int, rng: np.random.Generator) -> Floats:
    """The first components by subspace iteration, which needs products with x alone: a start need not be exact. Where
    rows do not differ, or in fewer directions, noise takes the place."""
    middle = x.mean(0, dtype=np.float64).astype(np.float32)
    basis = rng.standard_normal((x.shape[1], min(x.shape[1], dimensions + SPARE))).astype(np.float32)
    for _ in range(ROUNDS):
        basis = np.linalg.qr(basis)[0]
        seen = x @ basis - middle @ basis
        basis = x.T @ seen - np.outer(middle, seen.sum(0))
    basis = np.linalg.qr(basis)[0]
    seen = (x @ basis - middle @ basis).astype(np.float64)
    turned = np.linalg.eigh(seen.T @ seen)[1][:, ::-1][:, :dimensions]
    turned = turned * np.sign(turned[np.abs(turned).argmax(0), np.arange(turned.shape[1])])
    found = seen @ turned
    width = found[:, 0].std()
    points = rng.standard_normal((len(x), dimensions)) * (WIDTH * NOISE)
    if width > 0:
        points[:, : found.shape[1]] += found * (WIDTH / width)
    return points.astype(np.float32)
