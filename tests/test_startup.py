"""What a start leaves alone: libraries that take long to import, where the caches hold what they would make.

Nothing here is timed; `tests/benchmarks/startup.py` does that.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PENGUINS = str(Path(__file__).parent.parent / "examples" / "penguins.nn")
HEAVY = {"numba", "llvmlite", "scipy", "duckdb", "rich", "prompt_toolkit", "torch", "pandas", "lark"}
SMALL = """
data line { columns x, y; rows [[0, 1], [1, 3], [2, 5], [3, 7]]; input x; target y }
network fit for line { dense(1) }
train fit on line { loss mse; optimizer sgd(0.1); batch 4; epochs 2 }
"""


def imported(cache: Path, *words: str) -> set[str]:
    """The packages that a command imports in a process of its own."""
    code = "import sys\nfrom nndsl.cli import main\nassert main(sys.argv[1:]) == 0\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        capture_output=True, text=True, env={**os.environ, "NNDSL_CACHE": str(cache)}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return {name.split(".")[0] for name in done.stdout.splitlines()[-1].split()}


def test_help_imports_no_library(tmp_path: Path) -> None:
    assert not imported(tmp_path, "--help") & (HEAVY | {"numpy"})


def test_check_imports_numpy_alone_once_the_tables_are_kept(tmp_path: Path) -> None:
    assert imported(tmp_path, "check", PENGUINS) & HEAVY == {"lark"}
    found = imported(tmp_path, "check", PENGUINS)
    assert "numpy" in found and not found & HEAVY


def test_run_on_compiled_kernels_imports_no_compiler(tmp_path: Path) -> None:
    script = tmp_path / "small.nn"
    script.write_text(SMALL, encoding="utf-8")
    assert "numba" in imported(tmp_path, "run", str(script))
    assert imported(tmp_path, "run", str(script)) & HEAVY == {"llvmlite"}
