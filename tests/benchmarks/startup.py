"""How long nndsl takes to start: `python tests/benchmarks/startup.py [--runs 10]`.

In: how often each command runs. Out: a table with, for each, the median and the least wall-clock time of a whole
process, warm: after a first run that fills caches and compiles what has to be compiled. `run` is timed up to its first
training step.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = str(ROOT / "examples" / "penguins.nn")
IMPORTS = "import nndsl.lower.check, nndsl.runtime.session, nndsl.backend.cpu.linker, llvmlite.binding, numpy.random"
FIRST_STEP = f"""
import os, sys
from nndsl.cli.script import compiled
from nndsl.diagnostics import Collector
from nndsl.runtime.events import Silent
from nndsl.runtime.session import Session

class UpToTheFirstStep(Silent):
    def begin(self, progress):
        os._exit(0)

checked, folder = compiled({SCRIPT!r}, {{}}, Collector())
Session(checked, folder, UpToTheFirstStep()).run()
sys.exit(1)
"""
COMMANDS: dict[str, tuple[str, ...]] = {
    "Python alone": ("-c", "pass"),
    "`import numpy`": ("-c", "import numpy"),
    "`nndsl --help`": ("-m", "nndsl", "--help"),
    "`nndsl check penguins.nn`": ("-m", "nndsl", "check", SCRIPT),
    "imports of `nndsl run`": ("-c", IMPORTS),
    "`nndsl run penguins.nn` to the first step": ("-c", FIRST_STEP),
}


def seconds(words: tuple[str, ...], environment: dict[str, str]) -> float:
    """Of one process, from start to end."""
    started = time.perf_counter()
    subprocess.run([sys.executable, *words], env=environment, capture_output=True, check=True)
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description="Times how nndsl starts.")
    parser.add_argument("--runs", type=int, default=10, help="processes for each command")
    runs: int = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment |= {"NNDSL_CACHE": folder, "PYTHONPATH": str(ROOT)}
        cold = seconds(COMMANDS["`nndsl check penguins.nn`"], environment)
        for words in COMMANDS.values():
            seconds(words, environment)
        found: dict[str, list[float]] = {name: [] for name in COMMANDS}
        for _ in range(runs):  # in turn, so that a slow moment of the machine hits all
            for name, words in COMMANDS.items():
                found[name].append(seconds(words, environment))
    print("| command | median s | least s |\n| --- | --- | --- |")
    for name, times in found.items():
        print(f"| {name} | {statistics.median(times):.3f} | {min(times):.3f} |")
    print(f"| `nndsl check penguins.nn`, nothing in the cache | {cold:.3f} | |")


if __name__ == "__main__":
    main()
