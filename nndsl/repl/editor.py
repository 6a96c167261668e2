"""A text in the person's own editor. In: the text. Out: what was saved, or nothing."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

EDITORS = ("VISUAL", "EDITOR")
FIRST, FIRST_ON_WINDOWS = "vi", "notepad"  # where neither is set


def edited(text: str, say: Callable[[str], None]) -> str | None:
    """The text as it was saved; None where nothing was, which is said."""
    words = next((os.environ[name] for name in EDITORS if os.environ.get(name)), "")
    command = shlex.split(words) if words else [FIRST_ON_WINDOWS if os.name == "nt" else FIRST]
    with tempfile.TemporaryDirectory(prefix="nndsl-") as folder:
        path = Path(folder) / "entry.nn"
        path.write_text(text + "\n", encoding="utf-8")
        os.utime(path, (0, 0))  # so that saving shows, however soon it comes
        try:
            code = subprocess.call([*command, str(path)])
            saved = path.read_text(encoding="utf-8-sig") if path.stat().st_mtime_ns else None
        except (OSError, UnicodeDecodeError) as problem:
            say(f"`{command[0]}` cannot be used: {_reason(problem)}; the variable EDITOR names another editor")
            return None
    if code or saved is None or not saved.strip():
        say(f"`{command[0]}` ended with code {code}: nothing is entered" if code else "nothing was saved or entered")
        return None
    return saved.rstrip("\n")


def _reason(problem: OSError | UnicodeDecodeError) -> str:
    if isinstance(problem, UnicodeDecodeError):
        return "what it saved is not text in UTF-8"
    return (problem.strerror or str(problem)).lower()
