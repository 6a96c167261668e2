"""Random numbers for kernels: those of `nndsl.ir.philox`, word for word. Straight integer arithmetic, so loops
vectorise.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

_inline = njit(fastmath={"contract"}, error_model="numpy")
_u, _w = np.uint32, np.uint64


@_inline
def _words(element, step, key):  # type: ignore[no-untyped-def]
    c0, c1 = _u(element), step
    for _ in range(10):
        p = _w(c0) * _w(0xD256D193)
        c0, c1 = _u(_u(p >> _w(32)) ^ key ^ c1), _u(p)
        key = _u(key + _u(0x9E3779B9))
    return c0, c1


@_inline
def uniform(element, step, key):  # type: ignore[no-untyped-def]
    """In [0, 1), exact in float32."""
    first, _ = _words(element, step, key)
    return np.float32(np.int32(first >> _u(8))) * np.float32(2.0**-24)


@_inline
def normal(element, step, key):  # type: ignore[no-untyped-def]
    """Box and Muller's cosine, in double."""
    first, second = _words(element, step, key)
    radius = math.sqrt(-2.0 * math.log((np.float64(first) + 1.0) * 2.0**-32))
    return radius * math.cos(2.0 * math.pi * 2.0**-32 * np.float64(second))
