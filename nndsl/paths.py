"""Where nndsl keeps what it can make again: compiled tables and kernels. Makes folders, reads and writes no files in
them."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path


def cache_folder() -> Path:
    """The user's cache folder for nndsl; made if it is not there.

    `NNDSL_CACHE` names it outright. Else `nndsl` in the platform's place: `XDG_CACHE_HOME` or `~/.cache`,
    `~/Library/Caches` on macOS, `LOCALAPPDATA` on Windows. A folder that cannot be made is returned all the same:
    whoever writes there must live without a cache.
    """
    folder = _chosen_folder()
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def _chosen_folder() -> Path:
    chosen = os.environ.get("NNDSL_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    xdg = os.environ.get("XDG_CACHE_HOME")
    if xdg:
        return Path(xdg) / "nndsl"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "nndsl"
    local = os.environ.get("LOCALAPPDATA")
    if sys.platform == "win32" and local:
        return Path(local) / "nndsl" / "cache"
    return Path.home() / ".cache" / "nndsl"
