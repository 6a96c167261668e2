"""`nndsl fix`: the certain changes are made, and no other; afterwards their faults are gone and no new one is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rough_texts import pages
from script_tools import check

from nndsl.cli import main
from nndsl.diagnostics import Diagnostic, Source
from nndsl.diagnostics.suggest import certain, did_you_mean
from nndsl.editor.fixes import GUESSES, checked, fixes, mended

SCRIPT = """data points {
  from blobs(200, classes=3)
  split train=80%, test=20%
}
network mlp for points {
  dense(16) -> relu
  dense(classes) -> softmax
}
train mlp on points as run { optimizer adam(lr=0.1); epochs 3; batch 4 }
expect run.history.loss[-1] < 3
"""


def found(source: Source) -> list[Diagnostic]:
    return checked(source, Path("/nowhere"))


def errors(text: str) -> list[tuple[str, str]]:
    return [(one.code, one.message) for one in check(text)[1] if one.severity == "error"]


SLIPS = [
    ("dense(16)", "dese(16)"),
    ("dense(16)", "Dense(16)"),
    ("dense(16)", "Linear(16)"),
    ("-> relu", "-> relv"),
    ("-> relu", "-> ReLU"),
    ("test=20%", "tset=20%"),
    ("blobs", "blob"),
    ("network mlp", "netwrok mlp"),
    ("train mlp", "trian mlp"),
    ("for points", "for point"),
    ("on points", "on pionts"),
    ("optimizer", "optimiser"),
    ("adam(", "Adam("),
    ("lr=0.1", "learning_rate=0.1"),
    ("epochs", "epoch"),
    ("batch 4", "batch_size 4"),
    ("run.history", "run.histroy"),
    ("loss[-1]", "los[-1]"),
    ("classes)", "clases)"),
]


@pytest.mark.parametrize(("right", "wrong"), SLIPS, ids=[row[1] for row in SLIPS])
def test_a_slip_is_mended(right: str, wrong: str) -> None:
    assert not errors(SCRIPT)
    text = SCRIPT.replace(right, wrong, 1)
    assert errors(text)
    result = mended(Source("a.nn", text), found)
    assert result.text == SCRIPT and len(result.made) == 1 and not result.left


def test_changes_that_follow_from_changes() -> None:
    text = SCRIPT.replace("dense(16) -> relu", "dese(16) -> relv").replace("loss[-1] < 3", "los[-1] = 3")
    result = mended(Source("a.nn", text), found)
    assert result.text == SCRIPT.replace("< 3", "== 3")
    assert {fix.title for fix in result.made} == {
        "`dese` -> `dense`",
        "`relv` -> `relu`",
        "`=` -> `==`",
        "`los` -> `loss`",
    }


def test_a_name_that_is_wrong_more_than_once() -> None:
    text = SCRIPT.replace("dense", "dese").replace("network", "netwrok")
    result = mended(Source("a.nn", text), found)
    assert result.text == SCRIPT and len(result.made) == 3


def test_a_change_that_brings_an_error_is_not_made() -> None:
    """The right number of units: but then the `expect` below it, which was not reached, is found to be wrong."""
    text = SCRIPT.replace("dense(16)", "dese(16, 3, 4, 5)")
    result = mended(Source("a.nn", text), found)
    assert result.text == text and not result.made
    assert [one.code for one in result.left] == [one.code for one in found(Source("a.nn", text))]
    assert fixes(Source("a.nn", text), result.left)[0].title == "`dese` -> `dense`"


def test_guesses_are_left_to_a_person() -> None:
    text = SCRIPT.replace("blobs(200, classes", "blobs(200 classes")
    source = Source("a.nn", text)
    offered = fixes(source, found(source))
    assert [fix.diagnostic.code for fix in offered if not fix.is_certain] == ["E0108"] and "E0108" in GUESSES
    assert mended(source, found).text == text


CERTAIN = [
    ("dese", ["dense", "conv"], "dense"),
    ("Max_Pool", ["maxpool", "avgpool"], "maxpool"),
    ("Linear", ["dense", "conv"], "dense"),
    ("accu", ["accuracy", "error"], None),  # shortened: a person has to choose
    ("tan", ["tanh", "tax"], None),  # two are near
    ("run1", ["run2"], None),  # numbers are no slips of the pen
    ("optimzr", ["optimizer"], None),  # two letters
    ("xyz", ["dense"], None),
]


@pytest.mark.parametrize(("word", "names", "meant"), CERTAIN, ids=[row[0] for row in CERTAIN])
def test_what_is_certain(word: str, names: list[str], meant: str | None) -> None:
    assert certain(word, names) == meant


def test_a_suggestion_is_a_text_as_any_other() -> None:
    assert did_you_mean("dese", iter(["dense"])) == "did you mean `dense`?"
    assert did_you_mean("xyz", ["dense"]) is None


def test_pages_with_certain_changes() -> None:
    """Of every wrong script: what is mended is gone, and nothing has come in its place."""
    count = 0
    for name, text in pages():
        source = Source(name, text)
        before = {one.message for one in found(source)}
        result = mended(source, found)
        after = {one.message for one in result.left if one.severity == "error"}
        assert after <= before, name
        assert [one.message for one in found(Source(name, result.text))] == [one.message for one in result.left]
        for fix in result.made:
            assert fix.diagnostic.message not in after or text.count(fix.edits[0].span.text) > 1, name
        count += bool(result.made)
    assert count >= 10


# ---- the command ---------------------------------------------------------------------------------------


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    path = tmp_path / "a.nn"
    path.write_bytes(SCRIPT.replace("dense(16)", "dese(16)").replace("\n", "\r\n").encode())
    return path


def test_a_file_is_mended(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fix", str(wrong)]) == 0
    assert wrong.read_bytes() == SCRIPT.replace("\n", "\r\n").encode()
    assert capsys.readouterr().out == f"{wrong}:6:3: `dese` -> `dense`\n"
    assert main(["fix", str(wrong)]) == 0
    assert "nothing to mend" in capsys.readouterr().err


def test_check_and_diff_write_nothing(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = wrong.read_bytes()
    assert main(["fix", "--check", str(wrong)]) == 1
    assert main(["fix", "--diff", str(wrong)]) == 1
    shown = capsys.readouterr().out
    assert re.search(r"^-  dese\(16\) -> relu$", shown, re.M) and re.search(r"^\+  dense\(16\) -> relu$", shown, re.M)
    assert wrong.read_bytes() == before


def test_what_is_left_is_told(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong.write_text(SCRIPT.replace("dense(16)", "dese(16)").replace("train mlp", "train nothing"))
    assert main(["fix", str(wrong)]) == 1
    shown = capsys.readouterr()
    assert "`dese` -> `dense`" in shown.out and "nothing" in shown.err and "dense(16)" in wrong.read_text()
