"""Large data that the repository does not hold: `NNDSL_DATA` names the folder. What needs it is skipped without it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def data_folder(name: str) -> Path:
    """The folder of one data set below `NNDSL_DATA`, such as `fashion-mnist`; skips the test where it is not there."""
    chosen = os.environ.get("NNDSL_DATA")
    if not chosen:
        pytest.skip(f"`{name}` is not in the repository; NNDSL_DATA names the folder that holds it")
    folder = Path(chosen) / name
    if not folder.is_dir():
        pytest.skip(f"there is no `{name}` in {chosen}")
    return folder
