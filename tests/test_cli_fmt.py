"""`nndsl fmt`: which files it changes, what it says, and its exit codes."""

from __future__ import annotations

import io
import os
import stat
import sys
from pathlib import Path

import pytest
from rough_texts import ROOT

from nndsl.cli import main

ROUGH, NEAT, BROKEN = "let  a=1\n", "let a = 1\n", "let  a=1\nlet b = = 2\n"


@pytest.fixture
def rough(tmp_path: Path) -> Path:
    path = tmp_path / "rough.nn"
    path.write_text(ROUGH)
    return path


def test_the_scripts_of_this_project_are_in_form(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fmt", "--check", str(ROOT / "examples"), str(ROOT / "nndsl" / "std")]) == 0
    shown = capsys.readouterr()
    assert not shown.out and "all in form" in shown.err


def test_a_file_is_changed_where_it_has_to_be(rough: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rough.chmod(0o640)
    assert main(["fmt", str(rough)]) == 0
    assert rough.read_text() == NEAT and stat.S_IMODE(rough.stat().st_mode) == 0o640
    assert capsys.readouterr().out == f"{rough}: formatted\n"
    before = rough.stat().st_ino
    assert main(["fmt", str(rough)]) == 0
    assert rough.stat().st_ino == before and not capsys.readouterr().out
    assert os.listdir(rough.parent) == ["rough.nn"]


def test_a_link_stays_a_link(rough: Path) -> None:
    link = rough.with_name("link.nn")
    link.symlink_to(rough)
    assert main(["fmt", str(link)]) == 0
    assert link.is_symlink() and rough.read_text() == NEAT


def test_check_and_diff_write_nothing(rough: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fmt", "--check", str(rough)]) == 1
    assert capsys.readouterr().out == f"{rough} would change\n"
    assert main(["fmt", "--diff", str(rough)]) == 1
    assert capsys.readouterr().out.splitlines()[-2:] == ["-let  a=1", "+let a = 1"]
    assert rough.read_text() == ROUGH
    rough.write_text(NEAT)
    assert main(["fmt", "--check", "--diff", str(rough)]) == 0


def test_folders_and_several_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inner = tmp_path / "folder" / "deep"
    inner.mkdir(parents=True)
    paths = [tmp_path / "one.nn", inner / "two.nn"]
    for path in paths:
        path.write_text(ROUGH)
    (inner / "notes.txt").write_text(ROUGH)
    assert main(["fmt", str(paths[0]), str(tmp_path / "folder"), str(paths[0])]) == 0
    assert [path.read_text() for path in paths] == [NEAT, NEAT]
    assert (inner / "notes.txt").read_text() == ROUGH
    assert "2 files: 2 changed" in capsys.readouterr().err


def test_faults_are_told_and_the_rest_is_formatted(rough: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rough.write_text(BROKEN)
    assert main(["fmt", str(rough)]) == 1
    assert rough.read_text() == "let a = 1\nlet b = = 2\n"
    assert "rough.nn:2:9" in capsys.readouterr().err
    assert main(["fmt", str(rough), str(rough.with_name("ruogh.nn"))]) == 1
    assert "did you mean `rough.nn`?" in capsys.readouterr().err


def test_what_is_no_text_is_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.nn"
    path.write_bytes(b"let  a=1 # \xff")
    assert main(["fmt", str(path)]) == 1
    assert path.read_bytes() == b"let  a=1 # \xff" and "E0701" in capsys.readouterr().err


def test_line_ends_stay(rough: Path) -> None:
    rough.write_bytes(b"\xef\xbb\xbflet  a=1\r\nlet b=2")
    assert main(["fmt", str(rough)]) == 0
    assert rough.read_bytes() == b"let a = 1\r\nlet b = 2\r\n"


def test_from_one_stream_to_the_other(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for text, code, shown in ((ROUGH, 0, NEAT), (BROKEN, 1, "let a = 1\nlet b = = 2\n")):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        assert main(["fmt", "-"]) == code
        assert capsys.readouterr().out == shown


def test_the_width_of_a_line(rough: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rough.write_text("let a = first_thing -> second_thing -> third_thing\n")
    assert main(["fmt", "--width", "40", str(rough)]) == 0
    assert rough.read_text() == "let a = first_thing\n  -> second_thing\n  -> third_thing\n"
    for width in ("3", "wide", "-40"):
        assert main(["fmt", str(rough), f"--width={width}"]) == 2
    assert main(["fmt"]) == 2
    assert "needs a FILE" in capsys.readouterr().err


def test_a_link_stays_a_link_and_a_mode_a_mode(tmp_path: Path) -> None:
    real, link = tmp_path / "real.nn", tmp_path / "link.nn"
    real.write_text("let   a=1\n")
    real.chmod(0o640)
    link.symlink_to(real)
    assert main(["fmt", str(link)]) == 0
    assert link.is_symlink() and real.read_text() == "let a = 1\n" and real.stat().st_mode & 0o777 == 0o640
