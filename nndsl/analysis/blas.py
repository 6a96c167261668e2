"""Sums of squares by BLAS, called at its address: scipy's own way holds Python's lock meanwhile, so that threads could
not share the work; and BLAS's own threads meet at every block, which took longer than one thread alone.

In: blocks of rows. Out: their products, added up. The address is the one that scipy gives to Cython.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


def add_squares(rows: Floats, sums: Floats) -> None:
    """sums += rows' rows, of rows [B, D] that lie one after the other; of sums [D, D] the upper triangle."""
    assert rows.flags.c_contiguous and sums.flags.c_contiguous and rows.dtype == sums.dtype
    number = ctypes.c_float if rows.dtype == np.float32 else ctypes.c_double
    count, width = (ctypes.c_int(size) for size in rows.shape)
    lower, plain, one = ctypes.c_char(b"L"), ctypes.c_char(b"N"), number(1)  # BLAS has columns where NumPy has rows
    _routine("ssyrk" if rows.dtype == np.float32 else "dsyrk")(
        *map(ctypes.addressof, (lower, plain, width, count, one)), rows.ctypes.data, ctypes.addressof(width),
        ctypes.addressof(one), sums.ctypes.data, ctypes.addressof(width),
    )  # fmt: skip


@cache
def _routine(name: str) -> Callable[..., None]:
    """A symmetric product of BLAS, whose ten arguments are all addresses."""
    from scipy.linalg import cython_blas

    capsule = cython_blas.__pyx_capi__[name]
    name_of = ctypes.pythonapi.PyCapsule_GetName
    name_of.restype, name_of.argtypes = ctypes.c_char_p, [ctypes.py_object]
    address_of = ctypes.pythonapi.PyCapsule_GetPointer
    address_of.restype, address_of.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    return ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 10)(address_of(capsule, name_of(capsule)))
