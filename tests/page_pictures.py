"""The folders that pages speak of: of pictures (E0524 to E0526) and of sparse matrices (E0527, E0528)."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from matrix_folders import MATRIX, write_folder

CODES = ("E0524", "E0525", "E0526")
MISSING = {"E0704": "vl_convert"}  # a package that is not installed, as the page has it


def do_without(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the import of what a page does without fail."""
    if code in MISSING:
        monkeypatch.setitem(sys.modules, MISSING[code], None)


def folders_for(code: str, folder: Path) -> None:
    """Makes what a page's scripts read; skips the test where Pillow is not there."""
    if code in ("E0527", "E0528"):
        write_folder(folder / "blood", MATRIX, "cell_type\nB\nB\nT\nT\n")
        write_folder(folder / "one-label-less", MATRIX, "cell_type\nB\nB\nT\n")
        write_folder(folder / "damaged", MATRIX, "cell_type\nB\nB\nT\nT\n", indices=np.array([0, 2, 1, 7, 0, 4, 1, 2]))
    if code not in CODES:
        return
    image = pytest.importorskip("PIL.Image")
    sizes = {"photos": [(32, 32), (32, 32), (24, 32)], "unsorted": [(8, 8)] * 3, "animals": [(8, 8)] * 3}
    for name, shapes in {**sizes, "damaged": sizes["animals"]}.items():
        for i, shape in enumerate(shapes):
            path = folder / name / ("" if name == "unsorted" else ("ape", "cat", "cat")[i]) / f"{i}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            image.fromarray(np.full(shape, i, np.uint8)).save(path)
    (folder / "damaged/cat/9.jpg").write_bytes(b"not a picture")
