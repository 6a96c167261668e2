"""The functions that kernel texts call: each chooses the method for the type of its argument.

In loops over float32 these are the vectorising ones of `math32`; for float64, and for scalars outside loops (which
kernels compute in double), those of `math64`.
"""

from __future__ import annotations

from typing import Any

from numba import types
from numba.extending import overload

from nndsl.backend.cpu import math32, math64


def exp(x: float) -> float: ...
def log(x: float) -> float: ...
def log1p(x: float) -> float: ...
def expm1(x: float) -> float: ...
def tanh(x: float) -> float: ...
def erf(x: float) -> float: ...
def sin(x: float) -> float: ...
def cos(x: float) -> float: ...
def sqrt(x: float) -> float: ...
def floor(x: float) -> float: ...
def pow(x: float, y: float) -> float: ...


def _unary(function: Any, single: Any, double: Any) -> None:
    @overload(function)  # type: ignore[misc, unused-ignore]
    def choose(x):  # type: ignore[no-untyped-def]
        method = single if x is types.float32 else double
        return lambda x: method(x)


def _binary(function: Any, single: Any, double: Any) -> None:
    @overload(function)  # type: ignore[misc, unused-ignore]
    def choose(x, y):  # type: ignore[no-untyped-def]
        method = single if x is types.float32 and y is types.float32 else double
        return lambda x, y: method(x, y)


_unary(exp, math32.exp, math64.exp)
_unary(log, math32.log, math64.log)
_unary(log1p, math32.log1p, math64.log1p)
_unary(expm1, math32.expm1, math64.expm1)
_unary(tanh, math32.tanh, math64.tanh)
_unary(erf, math32.erf, math64.erf)
_unary(sin, math32.sin, math64.sin)
_unary(cos, math32.cos, math64.cos)
_unary(sqrt, math32.sqrt, math64.sqrt)
_unary(floor, math32.floor, math64.floor)
_binary(pow, math32.pow, math64.pow)
