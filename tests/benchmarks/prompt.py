"""How fast the prompt is: how long until it is there, until a completion is, and until a changed network trains again.

    python tests/benchmarks/prompt.py [TIMES]

Each figure is taken TIMES times (10 without one); the least, the median and the greatest are printed as a table. The
prompt is that of a process of its own at a terminal; the rest goes through the session behind it.
"""

from __future__ import annotations

import os
import pty
import select
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

COLUMNS, ROWS = 200, 3000
PLACES = (  # where a word is completed
    "train net on wide { ", "train net on wide { optimizer ad", "plot wide { color ", "print run.history.",
    "network two for wide { dense(8) -> ", 'data other { from "wide.csv"\n input c1', "evaluate net on wide.",
    ":sa", "?de",
)  # fmt: skip


def to_the_prompt() -> float:
    """Seconds from the start of a process to its prompt."""
    started = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        os.environ |= {"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30"}
        os.execv(sys.executable, [sys.executable, "-m", "nndsl"])
    seen = b""
    while b"nn>" not in seen:
        ready, _, _ = select.select([terminal], [], [], 20)
        if not ready:
            raise SystemExit(f"no prompt within 20 s; there was {seen!r}")
        seen += os.read(terminal, 65536)
        if b"\x1b[6n" in seen:  # it asks where the cursor is
            os.write(terminal, b"\x1b[1;1R")
            seen = seen.replace(b"\x1b[6n", b"")
    seconds = time.perf_counter() - started
    os.write(terminal, b"\x04")
    os.waitpid(child, 0)
    os.close(terminal)
    return seconds


def wide_table(folder: Path) -> None:
    import numpy as np

    values = np.random.default_rng(0).normal(size=(ROWS, COLUMNS))
    head = ",".join([*(f"c{number}" for number in range(COLUMNS)), "kind"])
    rows = (",".join(f"{value:.4f}" for value in row) + "," + "ab"[int(row[0] > 0)] for row in values)
    (folder / "wide.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")


def session(folder: Path) -> object:
    """One with a table of COLUMNS columns and a trained network."""
    from nndsl.interactive.session import Interactive

    made = Interactive(folder)
    for text in (
        'data wide { from "wide.csv"\n input all -> standard; target kind -> category; split train=70%, test=30% }',
        "network net for wide { dense(32) -> relu -> dense(classes) -> softmax }",
        "train net on wide as run { epochs 1 }",
    ):
        assert made.enter(text).well, text
    return made


def completions(made: object) -> Callable[[], float]:
    def once() -> float:
        """The slowest of all places."""
        slowest = 0.0
        for text in PLACES:
            started = time.perf_counter()
            found = made.complete(text, len(text))  # type: ignore[attr-defined]
            slowest = max(slowest, time.perf_counter() - started)
            assert found or text.startswith("data"), text  # a large table is read beside the conversation
        return slowest

    return once


def changes(made: object) -> Callable[[], float]:
    widths = iter(range(33, 10_000))

    def once() -> float:
        """From the entry to the end of the first epoch, of a network whose two lines were changed."""
        width = next(widths)
        text = f"network net for wide {{\n  dense({width}) -> tanh\n  dense(classes) -> softmax\n}}\n"
        started = time.perf_counter()
        assert made.enter(text + "train net on wide as run { epochs 1 }").well  # type: ignore[attr-defined]
        return time.perf_counter() - started

    return once


def main() -> None:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        wide_table(folder)
        made = session(folder)
        measured = {"to the prompt": to_the_prompt, "a completion": completions(made), "training again": changes(made)}
        print(f"{'':<16} {'least':>8} {'median':>8} {'greatest':>8}   of {times}")
        for name, once in measured.items():
            once()  # with files in the cache, and kernels compiled
            found = [once() for _ in range(times)]
            print(f"{name:<16} {min(found):>6.3f} s {statistics.median(found):>6.3f} s {max(found):>6.3f} s")


if __name__ == "__main__":
    main()
