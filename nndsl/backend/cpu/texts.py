"""What the texts of library kernels share: their first lines, and the names of types in them."""

from __future__ import annotations

POINTER = {"float32": "floats", "float64": "doubles", "int32": "ints", "uint8": "bytes_at"}
SHORT = {"float32": "f32", "float64": "f64", "int32": "i32", "uint8": "u8"}

_HEAD = """import numpy as np
from numba import njit
from nndsl.backend.cpu.intrinsics import *
from nndsl.backend.cpu.tiles import register_tile, register_transpose
from nndsl.backend.cpu.{math} import real
"""

_VECTORS = """from nndsl.backend.cpu.vectors import *

LANES = {lanes}
load, splat, ramp = loads(LANES)
gather_pairs, gather_quads = gathers(LANES)
"""


def head(precision: str) -> str:
    """The imports of a kernel for float32 or float64."""
    return _HEAD.format(math="math32" if precision == "float32" else "math64")


def vector_head(lanes: int) -> str:
    """The imports of a kernel for float32 that works with whole vectors of so many lanes."""
    return head("float32") + _VECTORS.format(lanes=lanes)


def indented(lines: list[str], by: int) -> str:
    return "\n".join(" " * by + line for line in lines)
