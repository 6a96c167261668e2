"""The kept tables: used again, and harmless where they are damaged or cannot be kept."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from nndsl.paths import cache_folder
from nndsl.syntax.tables import tables


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NNDSL_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def words(text: str) -> list[str]:
    """Lexes with tables made or read anew."""
    return [str(token) for token in tables.__wrapped__().lex(text)]


def test_tables_are_kept_and_read_again(folder: Path) -> None:
    first = words("let a = 1")
    (kept,) = folder.iterdir()
    before = kept.read_bytes()
    assert words("let a = 1") == first == ["let", "a", "=", "1"]
    assert kept.read_bytes() == before


@pytest.mark.parametrize("damage", [b"", b"x" * 10, b"x" * 5000])
def test_damaged_tables_are_made_anew(folder: Path, damage: bytes) -> None:
    words("a")
    (kept,) = folder.iterdir()
    kept.write_bytes(damage)
    assert words("let a") == ["let", "a"]
    mended = kept.read_bytes()
    assert hashlib.sha256(mended[32:]).digest() == mended[:32]


def test_truncated_tables_are_made_anew(folder: Path) -> None:
    words("a")
    (kept,) = folder.iterdir()
    kept.write_bytes(kept.read_bytes()[:-7])
    assert words("let a") == ["let", "a"]


def test_a_folder_that_cannot_be_made_costs_only_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("NNDSL_CACHE", str(tmp_path / "file" / "cache"))
    assert words("let a") == ["let", "a"]


def test_the_folder_is_the_one_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NNDSL_CACHE", str(tmp_path / "a"))
    assert cache_folder() == tmp_path / "a"
    monkeypatch.delenv("NNDSL_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "b"))
    assert cache_folder() == tmp_path / "b" / "nndsl"
    assert cache_folder().is_dir()
