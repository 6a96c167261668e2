"""Compiled kernels on disk: found again without numba, safe with several writers, damaged files and folders that
cannot be written.
"""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from nndsl.backend.cpu import cache, library
from nndsl.backend.cpu.cache import Object, Text

FILL = library.kernel("fill", "float32")
RUN_FILL = """
import ctypes, sys
import numpy as np
from nndsl.backend.cpu import library
from nndsl.backend.cpu.arguments import bits
from nndsl.backend.cpu.linker import addresses

def fill():
    text, target = library.kernel("fill", "float32"), np.zeros(10, np.float32)
    g = np.array([10, target.ctypes.data, bits(2.5)], np.int64)
    ctypes.CFUNCTYPE(None, ctypes.c_void_p)(addresses([text])[text])(g.ctypes.data)
    assert (target == 2.5).all()
"""


def python(code: str, folder: Path) -> subprocess.Popen[str]:
    root = Path(__file__).parent.parent
    environment = {**os.environ, "NNDSL_CACHE": str(folder), "PYTHONPATH": str(root)}
    script = RUN_FILL + textwrap.dedent(code)
    return subprocess.Popen(
        [sys.executable, "-c", script], env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def finished(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return out.strip()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that two processes have filled at once."""
    folder = tmp_path_factory.mktemp("cache")
    for process in [python("fill()", folder), python("fill()", folder)]:
        finished(process)
    return folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NNDSL_CACHE", str(tmp_path))
    return tmp_path


def test_two_writers_leave_one_whole_kernel(filled: Path) -> None:
    (kernel,) = (filled / "kernels").iterdir()
    assert kernel.name == FILL.key


def test_a_kernel_that_is_there_needs_no_numba(filled: Path) -> None:
    assert finished(python("fill(); print('numba' in sys.modules)", filled)) == "False"


def test_numba_beside_us_still_raises_its_own_errors(filled: Path) -> None:
    code = """
    fill()
    from numba import njit
    @njit
    def divide(a, b):
        return a // b
    @njit
    def element(a, i):
        if i >= len(a):
            raise IndexError("too far")
        return a[i]
    for f, arguments in ((divide, (1, 0)), (element, (np.zeros(3), 5))):
        try:
            f(*arguments)
        except (ZeroDivisionError, IndexError) as error:
            print(type(error).__name__)
    fill()
    """
    assert finished(python(code, filled)) == "ZeroDivisionError\nIndexError"


@pytest.mark.parametrize("damage", [b"", b"nndsl kernel 1\n", None, b"something else"])
def test_a_damaged_file_counts_as_absent_and_is_written_again(folder: Path, damage: bytes | None) -> None:
    whole = Object("symbol", b"code \n with lines" * 100)
    cache.keep("key", whole)
    path = cache.folder() / "key"
    path.write_bytes(path.read_bytes()[:-1] if damage is None else damage)
    assert cache.fetch("key") is None
    cache.keep("key", whole)
    assert cache.fetch("key") == whole


def test_one_changed_byte_is_seen(folder: Path) -> None:
    cache.keep("key", Object("symbol", b"code"))
    path = cache.folder() / "key"
    data = bytearray(path.read_bytes())
    data[-2] ^= 1
    path.write_bytes(bytes(data))
    assert cache.fetch("key") is None


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setenv("NNDSL_CACHE", str(blocked))
    cache.keep("key", Object("symbol", b"code"))
    assert cache.fetch("key") is None


def test_a_failed_write_leaves_nothing_behind(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "replace", fail)
    cache.keep("key", Object("symbol", b"code"))
    assert list(cache.folder().iterdir()) == []


def test_a_key_says_text_precision_and_name() -> None:
    texts = [Text("a", "x", "float32"), Text("a", "x", "float64"), Text("a", "y", "float32"), Text("b", "x", "float32")]
    assert len({t.key for t in texts}) == 4 and Text("a", "x", "float32").key == texts[0].key
