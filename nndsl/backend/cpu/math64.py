"""Elementary functions of float64: the C library's. Scalars that stand outside loops use these in either precision."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

real = np.float64
_inline = njit(error_model="numpy")


@_inline
def exp(x):  # type: ignore[no-untyped-def]
    return np.exp(x)


@_inline
def log(x):  # type: ignore[no-untyped-def]
    return np.log(x)


@_inline
def log1p(x):  # type: ignore[no-untyped-def]
    return np.log1p(x)


@_inline
def expm1(x):  # type: ignore[no-untyped-def]
    return np.expm1(x)


@_inline
def tanh(x):  # type: ignore[no-untyped-def]
    return np.tanh(x)


@_inline
def erf(x):  # type: ignore[no-untyped-def]
    return math.erf(x)


@_inline
def sin(x):  # type: ignore[no-untyped-def]
    return np.sin(x)


@_inline
def cos(x):  # type: ignore[no-untyped-def]
    return np.cos(x)


@_inline
def pow(x, y):  # type: ignore[no-untyped-def]
    return np.power(x, y)


@_inline
def sqrt(x):  # type: ignore[no-untyped-def]
    return np.sqrt(x)


@_inline
def floor(x):  # type: ignore[no-untyped-def]
    return np.floor(x)
