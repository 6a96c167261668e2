"""Repeatable random numbers for splits and generators, the same with every version of NumPy.

Philox 4x64 with ten rounds (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"), a counter encrypted by
a key: the same words as those of `numpy.random.Philox` with this key, which takes longer to import than many a check.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MASK = (1 << 64) - 1
SPLIT, GENERATE, LOOK = 1, 2, 3  # streams of one seed: splits, made-up data, what looks at data
ROUNDS = 10
FACTORS = (0xD2E7470EE14C6C93, 0xCA5A826395121157)
STEPS = (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)  # the golden ratio, and the root of 3 less 1
HALF, LOW = np.uint64(32), np.uint64(0xFFFFFFFF)

Words = NDArray[np.uint64]


class Draws:
    """A stream of numbers that depends on nothing but `seed` and `stream`."""

    def __init__(self, seed: int, stream: int) -> None:
        self._key = (seed & MASK, stream)
        self._drawn = 0

    def raw(self, n: int) -> Words:
        """[n] words of 64 random bits."""
        first, skipped = divmod(self._drawn, 4)
        self._drawn += n
        return _blocks(self._key, first, (skipped + n + 3) // 4)[skipped : skipped + n]

    def uniform(self, n: int) -> NDArray[np.float64]:
        """[n] numbers in [0, 1) with 53 random bits each."""
        return (self.raw(n) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def normal(self, n: int) -> NDArray[np.float64]:
        """[n] numbers of the standard normal distribution (Box and Muller 1958)."""
        radius = np.sqrt(-2.0 * np.log(1.0 - self.uniform(n)))
        return np.asarray(radius * np.cos(2.0 * np.pi * self.uniform(n)))

    def order(self, n: int) -> NDArray[np.int64]:
        """A random order of n things."""
        return np.argsort(self.raw(n), kind="stable").astype(np.int64)


def _blocks(key: tuple[int, int], first: int, count: int) -> Words:
    """[4 count] words: those of the counters first + 1, first + 2, ..."""
    a = np.arange(first + 1, first + 1 + count, dtype=np.uint64)
    b = c = d = np.zeros(count, np.uint64)
    for _ in range(ROUNDS):
        (high, low), (other_high, other_low) = _product(a, FACTORS[0]), _product(c, FACTORS[1])
        a, b, c, d = other_high ^ b ^ np.uint64(key[0]), other_low, high ^ d ^ np.uint64(key[1]), low
        key = ((key[0] + STEPS[0]) & MASK, (key[1] + STEPS[1]) & MASK)
    return np.stack((a, b, c, d), axis=1).reshape(-1)


def _product(words: Words, factor: int) -> tuple[Words, Words]:
    """The upper and the lower 64 bits of the products, by halves as on paper."""
    low, high = words & LOW, words >> HALF
    f_low, f_high = np.uint64(factor & 0xFFFFFFFF), np.uint64(factor >> 32)
    middle = high * f_low + (low * f_low >> HALF)
    carried = low * f_high + (middle & LOW)
    return high * f_high + (middle >> HALF) + (carried >> HALF), words * np.uint64(factor)
