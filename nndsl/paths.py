"""Where nndsl keeps what it can make again: tables, the library's trees, kernels. Files there may be lost or damaged
at any time: reading one gives what was kept, or nothing. Where the history of prompts is. And how files are written
for the user: whole, or not at all.
"""

from __future__ import annotations

import contextlib
import os
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

CHECKSUM = 4  # bytes before the data


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
    return _folder("XDG_CACHE_HOME", mac="Caches", windows="nndsl/cache", home=".cache")


def _folder(xdg: str, *, mac: str, windows: str, home: str) -> Path:
    """The folder that `NNDSL_CACHE` names, else the platform's own for things of a kind."""
    chosen, named = os.environ.get("NNDSL_CACHE"), os.environ.get(xdg)
    if chosen:
        return Path(chosen).expanduser()
    if named:
        return Path(named) / "nndsl"
    if sys.platform == "darwin":
        return Path.home() / "Library" / mac / "nndsl"
    local = os.environ.get("LOCALAPPDATA")
    if sys.platform == "win32" and local:
        return Path(local) / windows
    return Path.home() / home / "nndsl"


def history_path() -> Path:
    """The file of what was entered at prompts, which nothing can make again: so it lies in the place for such state.

    `NNDSL_HISTORY` names it outright, `NNDSL_CACHE` its folder. Else it is in `nndsl` in the platform's place:
    `XDG_STATE_HOME` or `~/.local/state`, `~/Library/Application Support` on macOS, `LOCALAPPDATA` on Windows.
    """
    chosen = os.environ.get("NNDSL_HISTORY")
    if chosen:
        return Path(chosen).expanduser()
    return _folder("XDG_STATE_HOME", mac="Application Support", windows="nndsl", home=".local/state") / "history"


def read_kept(path: Path) -> bytes | None:
    """What `keep` wrote to this file; None where it is missing or damaged: a checksum comes before the data."""
    try:
        kept = path.read_bytes()
    except OSError:
        return None
    data = kept[CHECKSUM:]
    return data if _checksum(data) == kept[:CHECKSUM] else None


def keep(path: Path, data: bytes) -> None:
    """Writes a file in one step, so that another process sees the whole file or none. Without a place to write,
    nothing is kept."""
    import tempfile  # slow to import, and seldom needed

    with contextlib.suppress(OSError):
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_checksum(data) + data)
            os.replace(temporary, path)
        except OSError:
            os.unlink(temporary)
            raise


@contextlib.contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """A file for the user that is whole or not there: written beside its place, then moved. A link stays a link, and
    what may be done with a file that was there stays as it was. Raises OSError; what was there is untouched then."""
    import tempfile

    path = path.resolve()
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        os.chmod(temporary, path.stat().st_mode & 0o7777 if path.exists() else 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _umask() -> int:
    """What a new file must not allow; it can only be asked by setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _checksum(data: bytes) -> bytes:
    return zlib.crc32(data).to_bytes(CHECKSUM, "big")
