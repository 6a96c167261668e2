"""A real terminal without a person: programs run under tmux, keys are sent, and the screen is read."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import pytest

ROOT = Path(__file__).parent.parent
PATIENCE_S = 40
LOOK_S = 0.05
SCROLLED = 400  # lines above the screen that can be looked at


def need_tmux() -> None:
    if not shutil.which("tmux"):
        pytest.skip("tmux is not installed: no terminal to look at")


class Screen:
    """A shell in a terminal of so many columns and rows, with its own tmux server. `nndsl` is this checkout's."""

    def __init__(
        self, folder: Path, columns: int = 90, rows: int = 24, variables: Mapping[str, str] | None = None
    ) -> None:
        need_tmux()
        self.folder, self.columns, self.rows = folder, columns, rows
        self.variables = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", **(variables or {})}
        self.variables.pop("TMUX", None)
        self.own = Path(tempfile.mkdtemp(prefix="nndsl-"))  # where its server listens

    def __enter__(self) -> Screen:
        try:
            self._start()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _start(self) -> None:
        size = ("-x", str(self.columns), "-y", str(self.rows))
        self._tmux("new-session", "-d", *size, "-c", str(self.folder), "bash --norc --noprofile")
        self._tmux("set", "-g", "status", "off")
        self.wait(r"[#$] *\Z")
        self.enter(f"PS1='$ '; nndsl() {{ {sys.executable} -m nndsl \"$@\"; }}; clear")
        self.wait(r"^\$\Z")

    def _end(self) -> None:
        self._tmux("kill-server", check=False)
        shutil.rmtree(self.own, ignore_errors=True)

    # ---- hands

    def type(self, text: str) -> None:
        self._tmux("send-keys", "-l", text)

    def keys(self, *names: str) -> None:
        """By tmux's names: Enter, C-c, Up."""
        self._tmux("send-keys", *names)

    def enter(self, text: str) -> None:
        self.type(text)
        self.keys("Enter")

    def paste(self, text: str) -> None:
        """As a terminal that brackets what is pasted."""
        self._tmux("load-buffer", "-", typed=text)
        self._tmux("paste-buffer", "-p", "-r")

    def resize(self, columns: int, rows: int) -> None:
        self._tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def forget(self) -> None:
        """What has scrolled away."""
        self._tmux("clear-history")

    # ---- eyes

    def text(self, scrolled: bool = False, joined: bool = True) -> str:
        """What is on the screen, without blanks at the ends. scrolled: with what is above it. joined: lines that were
        broken at the border are whole."""
        words = ["capture-pane", "-p", *(["-J"] if joined else []), *(["-S", f"-{SCROLLED}"] if scrolled else [])]
        return "\n".join(line.rstrip() for line in self._tmux(*words).rstrip().split("\n"))

    def styled(self) -> str:
        """What is on the screen, with its colours as escape sequences."""
        return self._tmux("capture-pane", "-p", "-e")

    def wait(self, pattern: str, scrolled: bool = False) -> re.Match[str]:
        """Until the screen has it."""
        limit = time.monotonic() + PATIENCE_S
        while True:
            text = self.text(scrolled)
            found = re.search(pattern, text, re.M)
            if found is not None:
                return found
            assert time.monotonic() < limit, f"{pattern!r} does not come:\n{text}"
            time.sleep(LOOK_S)

    def _tmux(self, *words: str, typed: str | None = None, check: bool = True) -> str:
        done = subprocess.run(
            ["tmux", "-S", str(self.own / "server"), "-f", "/dev/null", *words], input=typed, capture_output=True,
            text=True, check=False, env=self.variables, timeout=30,
        )  # fmt: skip
        assert done.returncode == 0 or not check, done.stderr
        return done.stdout
