"""Times and memory of this process, and how many threads it may take."""

from __future__ import annotations

import os
import time
from pathlib import Path

IMPORTED = time.perf_counter()


def process_age() -> float:
    """Seconds since this process started (Linux: to 10 ms; elsewhere: since this module was read)."""
    try:
        ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
        return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, AttributeError):
        return time.perf_counter() - IMPORTED


def peak_rss_mb() -> float:
    """The most resident memory this process has had, in MB."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024
    except (OSError, StopIteration):
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)  # macOS counts in bytes


def limit_threads(count: int) -> None:
    """As the programs that are compared with do: so many CPUs, and no library takes more. Before any numeric import."""
    for name in ("OMP", "OPENBLAS", "MKL", "NUMBA"):
        os.environ[f"{name}_NUM_THREADS"] = str(count)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:count])
