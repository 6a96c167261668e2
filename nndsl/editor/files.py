"""Files and folders that a text in quotes can name.

In: the script's folder, what is typed, the suffixes that fit. Out: names, folders with a `/` behind them. Folders are
listed; no file is opened.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from nndsl.values import value

MOST = 500  # entries of one folder that are looked at


@value
class Found:
    """A file, or a folder, by the last part of its name."""

    name: str
    is_folder: bool


def found_in(folder: Path | None, typed: str, suffixes: tuple[str, ...]) -> Iterator[Found]:
    """What lies where the typed path leads to, by name; hidden files only where a dot is typed."""
    if folder is None:
        return
    path, _, word = typed.rpartition("/")
    where = folder / (path + "/") if path or typed.startswith("/") else folder
    for name, is_folder in sorted(_listed(where)):
        hidden = name.startswith(".") and not word.startswith(".")
        if not hidden and not set(name) & set('"\\\n') and (is_folder or _fits(name, suffixes)):
            yield Found(name, is_folder)


def _listed(folder: Path) -> list[tuple[str, bool]]:
    try:
        with os.scandir(folder) as entries:
            return [(entry.name, entry.is_dir()) for _, entry in zip(range(MOST), entries, strict=False)]
    except (OSError, ValueError):
        return []


def _fits(name: str, suffixes: tuple[str, ...]) -> bool:
    return not suffixes or name.casefold().endswith(suffixes)
