"""`explain`, `doc` and `ir`: every name has a page, and every stage of a script is text."""

from __future__ import annotations

from pathlib import Path

import pytest
from run_tools import blobs

from nndsl.cli import main
from nndsl.cli.flags import STAGES
from nndsl.diagnostics.pages import codes
from nndsl.manual import CHAPTERS, catalogue, chapter
from nndsl.semantics.modules import library


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(list(words))
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize("kind", catalogue())
def test_every_name_has_a_page(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    for name in catalogue()[kind]:
        code, out, err = run(capsys, "doc", "--", name)
        assert code == 0 and len(out) > 30 and err == "", name


def test_an_entry_shows_its_equation_its_source_and_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "doc", "gelu")
    assert (
        "activation gelu(x) = " in out
        and "Hendrycks" in out
        and "example     dense(64) -> gelu" in out
        and "nndsl/std/activations.nn:" in out
    )


def test_every_entry_of_the_library_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    for entry in library().entries.values():
        assert "Example:" in entry.definition.comment, entry.name


def test_the_list_names_all(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "doc")
    assert all(name in out for names in catalogue().values() for name in names)
    assert all(f"nndsl doc {one.name}" in out for one in CHAPTERS)


def test_words_that_are_no_name_are_searched_for(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "doc", "early", "stopping")
    assert code == 0 and out.startswith("stop ") and err == ""
    assert run(capsys, "doc", "Linear")[1].startswith("dense ")


@pytest.mark.parametrize("name", [one.name for one in CHAPTERS])
def test_every_chapter_is_shown_as_it_is_written(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "doc", name)
    assert code == 0 and err == "" and out.rstrip() == (chapter(name) or "").rstrip() != ""


@pytest.mark.parametrize(
    ("words", "hint"), [(("doc", "sofmax"), "did you mean `softmax`?"), (("explain", "E0200"), "did you mean")]
)
def test_a_wrong_name_says_what_was_meant(
    words: tuple[str, str], hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, *words)
    assert code == 1 and out == "" and hint in err


def test_every_code_can_be_explained(capsys: pytest.CaptureFixture[str]) -> None:
    for code in codes():
        assert run(capsys, "explain", code.lower())[1].startswith(f"# {code}: ")


WORDS = {
    "ast": ["Definition kind='network' name='net'", "Pipe"],
    "ir": ["einsum(", "# script.nn:", "param(name=net.dense_1.W)"],
    "fused": ["loop over ", "reads ", "writes ", "net.dense_1.W", "script.nn:7"],
    "plan": ["batch 32", "instructions", "in `gradient of net.dense_1.W`"],
    "kernels": ["def nest_", "# nest_", "script.nn:7"],
}


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_is_text(
    stage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "script.nn").write_text(blobs("train net on points { epochs 1 }"), encoding="utf-8")
    code, out, err = run(capsys, "ir", "script.nn", "--stage", stage)
    assert code == 0 and err == "" and all(word in out for word in WORDS[stage]), out


def test_stages_of_a_wrong_script_are_its_faults(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "script.nn"
    path.write_text("print nothing", encoding="utf-8")
    code, out, err = run(capsys, "ir", str(path))
    assert code == 1 and out == "" and "E0201" in err
