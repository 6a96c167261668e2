"""The largest singular values of a matrix and their directions, from products with a few random vectors.

In: a centred matrix, how many directions, a seed. Out: as `spectrum.exact` gives them, nearly: the variance of the
directions falls short of the exact one by about `TOLERANCE` of itself.

Method: randomised block Krylov iteration (Musco and Musco 2015), which is the randomised power iteration of Halko,
Martinsson and Tropp (2011) but for one thing: it keeps what each step found. Of 50 components of 4000 cells x 2000
genes, power iteration lacked 0.30 % of the variance after 0.20 s, this 0.02 % after 0.18 s.
"""

from __future__ import annotations

import numpy as np

from nndsl.analysis.centred import Centred, Floats
from nndsl.analysis.spectrum import Spectrum, known, orthonormal
from nndsl.analysis.watch import Watch
from nndsl.data.randoms import LOOK, Draws

TOLERANCE = 2e-4  # a step that adds less than this share to the variance found is the last one
STEPS = 40
DEPENDENT = 1e-3  # the least square to the largest of columns, below which products say too little of them


def approximate(z: Centred, count: int, seed: int, watch: Watch) -> Spectrum:
    """count: at most a third of the smaller side."""
    (n, d), total = z.shape, known(z.squares())
    tall = n >= d  # the basis is made on the shorter side
    forth, back = (z.times, z.back) if tall else (z.back, z.times)
    short = min(n, d)
    width = block_width(count)
    draws = Draws(seed, LOOK).normal(short * width).reshape(short, width)
    basis, image = np.empty((short, 0), z.dtype), np.empty((max(n, d), 0), z.dtype)
    inner = np.empty((0, 0), z.dtype)
    block, found = _apart(draws.astype(z.dtype), basis), 0.0
    watch.begin("components", STEPS)
    for step in range(STEPS):
        fresh = forth(block)
        basis, image = np.hstack([basis, block]), np.hstack([image, fresh])
        inner = _bordered(inner, image, fresh)
        before, found = found, float(np.linalg.eigvalsh(inner)[-count:].sum())
        watch.done, watch.figure = step + 1, found
        enough = len(inner) >= count and found - before <= TOLERANCE * found
        if enough or watch.stopped or len(inner) + width > short:
            break
        block = _apart(back(fresh), basis)
    values, turns = np.linalg.eigh(inner)
    squares, turns = values[::-1][:count], turns[:, ::-1][:, :count]
    axes = basis @ turns if tall else orthonormal(image @ turns)
    return Spectrum(np.maximum(squares, 0).astype(np.float64), axes.T, total, z.mean)


def block_width(count: int) -> int:
    """Vectors that are multiplied at a time: half as many as are wanted took the least time for 50 of them."""
    return max(10, -(-count // 2))


def _apart(block: Floats, basis: Floats) -> Floats:
    """Columns that are orthonormal and orthogonal to the basis. Twice: the first time takes away nearly all of a block
    that the basis holds already, and what remains is rounding.
    """
    for _ in range(2):
        block = _straight(block - basis @ (basis.T @ block))
    return block


def _straight(block: Floats) -> Floats:
    """Orthonormal columns of the same span: by the eigenvectors of their products, which takes three products and is
    exact enough for columns that are far from dependent; else by reflections.
    """
    values, turns = np.linalg.eigh((block.T @ block).astype(np.float64))
    if values[0] < DEPENDENT * values[-1]:
        return orthonormal(block)
    turned: Floats = block @ (turns / np.sqrt(values)).astype(block.dtype)
    return turned


def _bordered(inner: Floats, image: Floats, fresh: Floats) -> Floats:
    """image' image, where `inner` is that of all columns but the fresh ones at its end."""
    border = image.T @ fresh
    old = len(inner)
    out = np.empty((image.shape[1],) * 2, image.dtype)
    out[:old, :old], out[:, old:], out[old:, :old] = inner, border, border[:old].T
    return out
