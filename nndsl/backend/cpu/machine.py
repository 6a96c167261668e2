"""The facts of this machine that kernels depend on, and the key that says which machine a compiled kernel is for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version

ALIGNMENT = 64  # bytes: a cache line, and the widest vector


@dataclass(frozen=True, slots=True)
class Machine:
    """
    vector_bytes: of one register. tile_rows: rows of a product's register tile, tallest first; each tile is two
    vectors wide, so that `tile_rows[0] * 2` sums, two vectors of B and one of A fit the registers.
    """

    key: str
    vector_bytes: int
    tile_rows: tuple[int, int, int]

    def lanes(self, precision: str) -> int:
        """Numbers in one vector register."""
        return self.vector_bytes // (4 if precision == "float32" else 8)


@cache
def machine() -> Machine:
    """This machine. Imports llvmlite, not numba."""
    import llvmlite.binding as llvm

    features = llvm.get_host_cpu_features()
    facts = (llvm.get_process_triple(), llvm.get_host_cpu_name(), features.flatten(), version("numba"), version("llvmlite"))
    key = hashlib.sha256("|".join(facts).encode()).hexdigest()[:16]
    if features.get("avx512f"):  # 32 registers of 64 bytes
        return Machine(key, 64, (12, 4, 1))
    if features.get("avx2"):  # 16 registers of 32 bytes
        return Machine(key, 32, (6, 2, 1))
    return Machine(key, 16, (6, 2, 1))
