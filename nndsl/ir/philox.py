"""Random numbers without a state: Philox 2x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC
2011).

In: a counter of two 32-bit words and a 32-bit key. Out: two random 32-bit words. Every backend computes the same
words, so random numbers depend on (seed, stream, step, element) alone, and not on threads, order or a resume.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

MULTIPLIER = 0xD256D193
WEYL = 0x9E3779B9
ROUNDS = 10
_MASK32 = 0xFFFFFFFF
_MASK64 = 0xFFFFFFFFFFFFFFFF


def key(seed: int, stream: int) -> int:
    """A 32-bit key of a seed and the number of a stream: one round of splitmix64 (Steele et al., OOPSLA 2014), upper
    half.
    """
    z = (seed + 0x9E3779B97F4A7C15 * (stream + 1)) & _MASK64
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK64
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK64
    return (z ^ (z >> 31)) >> 32


def philox(counter0: ArrayLike, counter1: ArrayLike, key: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """The two words of each counter; the counter's words broadcast. The key grows by the Weyl constant each round."""
    c0 = np.asarray(counter0, dtype=np.uint32)
    c1 = np.asarray(counter1, dtype=np.uint32)
    for _ in range(ROUNDS):
        product = c0.astype(np.uint64) * np.uint64(MULTIPLIER)
        high, low = (product >> np.uint64(32)).astype(np.uint32), product.astype(np.uint32)
        c0, c1 = high ^ np.uint32(key) ^ c1, low
        key = (key + WEYL) & _MASK32
    return c0, c1


def words(seed: int, stream: int, step: int, count: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """The words of elements 0 .. count-1 of a stream at a training step."""
    return philox(np.arange(count, dtype=np.uint32), step & _MASK32, key(seed, stream))


def uniform(seed: int, stream: int, step: int, count: int) -> NDArray[np.float64]:
    """Numbers in [0, 1): the upper 24 bits of the first word, exact in float32 too, so both precisions draw the
    same.
    """
    first, _ = words(seed, stream, step, count)
    return (first >> np.uint32(8)).astype(np.float64) * 2.0**-24


def normal(seed: int, stream: int, step: int, count: int) -> NDArray[np.float64]:
    """Standard normal numbers, by Box and Muller's cosine from both words of one counter."""
    first, second = words(seed, stream, step, count)
    radius = np.sqrt(-2.0 * np.log((first.astype(np.float64) + 1.0) * 2.0**-32))
    return np.asarray(radius * np.cos(2.0 * np.pi * 2.0**-32 * second.astype(np.float64)))
