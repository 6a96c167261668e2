"""Elementary functions of float32 without calls, branches or tables, so that LLVM vectorises the loops they stand in.

Errors against the exact value are at most a few units in the last place (measured by the tests); NaN stays NaN,
overflow gives infinity. They are compiled without re-association: compensated sums must stay as written.
Methods: exp and log after Cephes (Moshier), tanh and erf the rational functions of Eigen, sin and cos Cephes with
reduction by pi / 2 in three parts (Cody and Waite), good to |x| of about 8000.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from nndsl.backend.cpu.intrinsics import bits_of_float, float_of_bits

real = np.float32
_i = np.int32
_inline = njit(fastmath={"contract"}, error_model="numpy")


@_inline
def exp(x):  # type: ignore[no-untyped-def]
    """0 below x = -86.98, where results come near to the least normal number."""
    y = real(-86.98) if x < real(-86.98) else real(88.73) if x > real(88.73) else x
    n = np.floor(y * real(1.4426950408889634) + real(0.5))
    r = y - n * real(0.693359375)
    r = r - n * real(-2.12194440e-4)
    p = real(1.9875691500e-4)
    p = p * r + real(1.3981999507e-3)
    p = p * r + real(8.3334519073e-3)
    p = p * r + real(4.1665795894e-2)
    p = p * r + real(1.6666665459e-1)
    p = p * r + real(5.0000001201e-1)
    v = (p * r * r + r + real(1)) * float_of_bits((_i(n) + _i(126)) << _i(23)) * real(2)
    v = real(np.inf) if x > real(88.72283) else v
    return real(0) if x < real(-86.98) else v


@_inline
def log(x):  # type: ignore[no-untyped-def]
    small = x < real(1.17549435e-38)
    y = x * real(8388608.0) if small else x
    bits = bits_of_float(y)
    e = real((bits >> _i(23)) - _i(126)) - (real(23) if small else real(0))
    m = float_of_bits((bits & _i(0x007FFFFF)) | _i(0x3F000000))
    low = m < real(0.707106781186547524)
    e = e - (real(1) if low else real(0))
    m = (m + m if low else m) - real(1)
    z = m * m
    p = real(7.0376836292e-2)
    p = p * m + real(-1.1514610310e-1)
    p = p * m + real(1.1676998740e-1)
    p = p * m + real(-1.2420140846e-1)
    p = p * m + real(1.4249322787e-1)
    p = p * m + real(-1.6668057665e-1)
    p = p * m + real(2.0000714765e-1)
    p = p * m + real(-2.4999993993e-1)
    p = p * m + real(3.3333331174e-1)
    v = p * m * z + e * real(-2.12194440e-4) - real(0.5) * z
    v = m + v + e * real(0.693359375)
    v = x if x > real(3.4028234e38) else v
    v = real(-np.inf) if x == real(0) else v
    return v if x >= real(0) else real(np.nan)


@_inline
def log1p(x):  # type: ignore[no-untyped-def]
    """log(u) for u = 1 + x rounded, put right by what rounding lost (Kahan)."""
    u = x + real(1)
    lost = x - (u - real(1))
    v = log(u) + (lost / u if (u < real(3.4028234e38)) & (u > real(0)) else real(0))
    return x if np.abs(x) < real(1e-7) else v


@_inline
def expm1(x):  # type: ignore[no-untyped-def]
    p = real(1.9875691500e-4)
    p = p * x + real(1.3981999507e-3)
    p = p * x + real(8.3334519073e-3)
    p = p * x + real(4.1665795894e-2)
    p = p * x + real(1.6666665459e-1)
    p = p * x + real(5.0000001201e-1)
    return p * x * x + x if np.abs(x) < real(0.34657359) else exp(x) - real(1)


@_inline
def tanh(x):  # type: ignore[no-untyped-def]
    y = real(-7.90531111) if x < real(-7.90531111) else real(7.90531111) if x > real(7.90531111) else x
    s = y * y
    p = real(-2.76076847742355e-16)
    p = p * s + real(2.00018790482477e-13)
    p = p * s + real(-8.60467152213735e-11)
    p = p * s + real(5.12229709037114e-08)
    p = p * s + real(1.48572235717979e-05)
    p = p * s + real(6.37261928875436e-04)
    p = p * s + real(4.89352455891786e-03)
    q = real(1.19825839466702e-06)
    q = q * s + real(1.18534705686654e-04)
    q = q * s + real(2.26843463243900e-03)
    q = q * s + real(4.89352518554385e-03)
    return y * p / q


@_inline
def erf(x):  # type: ignore[no-untyped-def]
    y = real(-4) if x < real(-4) else real(4) if x > real(4) else x
    s = y * y
    p = real(-2.72614225801306e-10)
    p = p * s + real(2.77068142495902e-08)
    p = p * s + real(-2.10102402082508e-06)
    p = p * s + real(-5.69250639462346e-05)
    p = p * s + real(-7.34990630326855e-04)
    p = p * s + real(-2.95459980854025e-03)
    p = p * s + real(-1.60960333262415e-02)
    q = real(-1.45660718464996e-05)
    q = q * s + real(-2.13374055278905e-04)
    q = q * s + real(-1.68282697438203e-03)
    q = q * s + real(-7.37332916720468e-03)
    q = q * s + real(-1.42647390514189e-02)
    return y * p / q


@_inline
def _quarter(x, turn):  # type: ignore[no-untyped-def]
    """sin(x + turn * pi / 2): x reduced to [-pi/4, pi/4] and the polynomial of its quarter."""
    n = np.floor(x * real(0.6366197723675814) + real(0.5))
    r = x - n * real(1.5703125)
    r = r - n * real(4.837512969970703e-4)
    r = r - n * real(7.549789948768648e-8)
    q = _i(n) + turn
    z = r * r
    s = ((real(-1.9515295891e-4) * z + real(8.3321608736e-3)) * z + real(-1.6666654611e-1)) * z * r + r
    c = real(2.443315711809948e-5) * z + real(-1.388731625493765e-3)
    c = (c * z + real(4.166664568298827e-2)) * z * z - real(0.5) * z + real(1)
    v = c if q & _i(1) else s
    return -v if q & _i(2) else v


@_inline
def sin(x):  # type: ignore[no-untyped-def]
    return _quarter(x, _i(0))


@_inline
def cos(x):  # type: ignore[no-untyped-def]
    return _quarter(x, _i(1))


@_inline
def pow(x, y):  # type: ignore[no-untyped-def]
    return real(math.pow(x, y))


@_inline
def sqrt(x):  # type: ignore[no-untyped-def]
    return np.sqrt(x)


@_inline
def floor(x):  # type: ignore[no-untyped-def]
    return np.floor(x)
