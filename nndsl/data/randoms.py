"""Repeatable random numbers for splits and generators, the same with every version of NumPy.

Only Philox's raw 64-bit words are used (Salmon et al. 2011): their sequence is fixed, that of NumPy's distributions is
not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MASK = (1 << 64) - 1
SPLIT, GENERATE = 1, 2  # streams of one seed


class Draws:
    """A stream of numbers that depends on nothing but `seed` and `stream`."""

    def __init__(self, seed: int, stream: int) -> None:
        self._bits = np.random.Philox(key=[seed & MASK, stream])

    def raw(self, n: int) -> NDArray[np.uint64]:
        return np.asarray(self._bits.random_raw(n), np.uint64)

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
