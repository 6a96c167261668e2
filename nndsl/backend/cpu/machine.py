"""The facts of this machine that kernels depend on, and the key that says which machine a compiled kernel is for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

ALIGNMENT = 64  # bytes: a cache line, and the widest vector


@dataclass(frozen=True, slots=True)
class Machine:
    """
    vector_bytes: of one register. tiles: of products: for each width in vectors, widest first, the heights in rows,
    tallest first. The sums of a tile, its vectors of B and one of A fit the registers. A tile one vector wide may use
    a part of it. cache_bytes: of the second level, each core's own.
    """

    key: str
    vector_bytes: int
    tiles: tuple[tuple[int, tuple[int, int, int]], ...]
    cache_bytes: int = 1 << 20

    def lanes(self, precision: str) -> int:
        """Numbers in one vector register."""
        return self.vector_bytes // (4 if precision == "float32" else 8)


@cache
def machine() -> Machine:
    """This machine. Imports llvmlite, not numba."""
    import llvmlite
    import llvmlite.binding as llvm

    features = llvm.get_host_cpu_features()
    facts = (
        llvm.get_process_triple(),
        llvm.get_host_cpu_name(),
        features.flatten(),
        _numba_version(),
        llvmlite.__version__,
    )
    key = hashlib.sha256("|".join(facts).encode()).hexdigest()[:16]
    cache = _second_level()
    if features.get("avx512f"):  # 32 registers of 64 bytes
        tall = (8, 4, 1)
        return Machine(key, 64, ((4, (6, 3, 1)), (2, tall), (1, tall)), cache)
    narrow = tuple((width, (6, 2, 1)) for width in (2, 1))  # 16 registers
    return Machine(key, 32 if features.get("avx2") else 16, narrow, cache)


def _second_level() -> int:
    """Bytes of a core's second-level cache; where the system does not say, what most have."""
    try:
        size = Path("/sys/devices/system/cpu/cpu0/cache/index2/size").read_text(encoding="ascii")
        return int(size.strip().removesuffix("K")) * 1024
    except (OSError, ValueError):
        return 1 << 20


def _numba_version() -> str:
    """The text of numba's own file of its version; to import numba, or importlib.metadata, takes far longer."""
    spec = find_spec("numba")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).with_name("_version.py").read_text(encoding="utf-8")
