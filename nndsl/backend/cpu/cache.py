"""Compiled kernels on disk, by the hash of what they are: text, precision, machine and versions.

A file holds a kernel's symbol and its object code after a checksum. Writers write beside and rename, so that two
processes may fill the cache at once; a file that is damaged counts as absent and is written again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nndsl.backend.cpu.machine import machine
from nndsl.paths import cache_folder

FORMAT = b"nndsl kernel 1\n"


@dataclass(frozen=True, slots=True)
class Text:
    """The text of a kernel: a module in which the function `name` is the kernel. The same text is the same kernel."""

    name: str
    source: str
    precision: str

    @property
    def key(self) -> str:
        facts = (self.name, self.source, self.precision, machine().key, _words())
        return hashlib.sha256("\0".join(facts).encode()).hexdigest()


@cache
def _words() -> str:
    """The hash of the modules that kernel texts are written with: a change there is another kernel."""
    here = Path(__file__).parent
    files = ("intrinsics.py", "math32.py", "math64.py", "random.py", "tiles.py", "tiles_over.py", "vectors.py")
    return hashlib.sha256(b"".join((here / name).read_bytes() for name in files)).hexdigest()


@dataclass(frozen=True, slots=True)
class Object:
    """What the compiler made of a text: object code, and the symbol under which the kernel stands in it."""

    symbol: str
    code: bytes


def folder() -> Path:
    return cache_folder() / "kernels"


def fetch(key: str) -> Object | None:
    """The compiled kernel, or None where there is none that is whole."""
    try:
        data = (folder() / key).read_bytes()
    except OSError:
        return None
    body = data[len(FORMAT) + 32 :]
    if not data.startswith(FORMAT) or hashlib.sha256(body).digest() != data[len(FORMAT) : len(FORMAT) + 32]:
        return None
    symbol, _, code = body.partition(b"\n")
    return Object(symbol.decode(), code)


def keep(key: str, made: Object) -> None:
    """Writes a compiled kernel. A cache that cannot be written is not an error: the kernel is compiled again next
    time.
    """
    body = made.symbol.encode() + b"\n" + made.code
    with contextlib.suppress(OSError):
        folder().mkdir(parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=folder())
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(FORMAT + hashlib.sha256(body).digest() + body)
            os.replace(beside, folder() / key)
        except OSError:
            os.unlink(beside)
