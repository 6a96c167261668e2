"""Golden files: what a text must be, kept in `tests/golden/`. `NNDSL_UPDATE_GOLDEN=1 pytest ...` writes them anew."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


def check_golden(name: str, text: str) -> None:
    """Fails where `text` is not what `tests/golden/NAME` holds; a missing file fails too, unless it is being
    updated."""
    path = FOLDER / name
    if os.environ.get("NNDSL_UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        return
    assert path.exists(), f"{path} is missing; run with NNDSL_UPDATE_GOLDEN=1 and read what it writes"
    assert text == path.read_bytes().decode("utf-8")
