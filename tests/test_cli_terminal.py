"""A run on a terminal: one live line that is drawn over itself, and a cursor that is there again at the end."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from run_tools import LINE

from nndsl.runtime.events import Progress
from nndsl.runtime.progress import live_line
from nndsl.runtime.trainer import History

pty = pytest.importorskip("pty")

ROOT = Path(__file__).parent.parent
LONG = LINE + "network fit for line { dense(1) }\ntrain fit on line as run { epochs 1_000_000_000 }\n"
HIDDEN, SHOWN = "\x1b[?25l", "\x1b[?25h"


def on_terminal(folder: Path, **variables: str) -> tuple[int, str]:
    """(exit code, what the terminal was sent) of a long run that is interrupted after a second."""
    (folder / "long.nn").write_text(LONG, encoding="utf-8")
    reader, writer = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100", "TERM": "xterm", **variables}
    process = subprocess.Popen(
        [sys.executable, "-m", "nndsl", "long.nn"], stdout=writer, stderr=writer, cwd=folder, env=environment
    )
    os.close(writer)
    text, began, is_stopped, limit = "", 0.0, False, time.monotonic() + 60
    while True:
        ready, _, _ = select.select([reader], [], [], 0.1)
        if ready:
            try:
                part = os.read(reader, 65536).decode()
            except OSError:  # the other end is closed
                break
            if not part:
                break
            text += part
        if not began and "epoch" in text:
            began = time.monotonic()
        if began and not is_stopped and time.monotonic() > began + 1.0:
            process.send_signal(signal.SIGINT)
            is_stopped = True
        assert time.monotonic() < limit, text
    os.close(reader)
    return process.wait(timeout=30), text


def test_the_live_line_tells_epoch_loss_speed_and_time_left(tmp_path: Path) -> None:
    code, text = on_terminal(tmp_path)
    assert code == 130 and "what was reached is kept" in text
    assert re.search(r"run: epoch \d+ of 1000000000  loss \S+  [\d,]+ examples/s  .* left", text)
    assert text.count(HIDDEN) == text.count(SHOWN) == 1 and text.index(HIDDEN) < text.index(SHOWN)
    drawn = text[text.index(HIDDEN) : text.index(SHOWN)].count("examples/s")
    assert 2 <= drawn <= 15  # ten a second at most


def test_a_terminal_that_cannot_move_its_cursor_gets_plain_lines(tmp_path: Path) -> None:
    code, text = on_terminal(tmp_path, TERM="dumb")
    assert code == 130 and "\x1b" not in text and "epoch 1 of 1000000000" in text
    assert "\r" not in text.replace("\r\n", "\n")


def test_no_color_leaves_the_live_line_plain(tmp_path: Path) -> None:
    _, text = on_terminal(tmp_path, NO_COLOR="1")
    assert not re.search(r"\x1b\[[\d;]*m", text)


def test_a_narrow_live_line_keeps_the_loss() -> None:
    history = History()
    for loss in (0.5, 0.25):
        history.add({"loss": loss, "validation_loss": 2 * loss, "accuracy": 0.75}, 0.1)
    progress = Progress("run", "mlp", "m", 1000, 140, 1, history, lambda: 0, started=0.0)
    assert live_line(progress, 10.0, 120) == (
        "run: epoch 2 of 1000  loss 0.25  validation_loss 0.5  accuracy 0.75  28 examples/s  1 h 23 min left"
    )
    assert live_line(progress, 10.0, 59) == "run: epoch 2 of 1000  loss 0.25  1 h 23 min left"
    assert live_line(progress, 10.0, 32) == "run: epoch 2 of 1000  loss 0.25"
    assert live_line(progress, 10.0, 12) == "run: epoc..."
