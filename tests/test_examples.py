"""Every example runs and keeps what it expects; any beginning of one is answered with diagnostics at most."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from data_folder import data_folder

from nndsl.cli import main
from nndsl.diagnostics import Collector, Source
from nndsl.lower.check import check_program
from nndsl.syntax import parse

EXAMPLES = Path(__file__).parent.parent / "examples"
README = (EXAMPLES.parent / "README.md").read_text(encoding="utf-8")
SCRIPTS = sorted(path.relative_to(EXAMPLES).as_posix() for path in EXAMPLES.rglob("*.nn"))
WITHOUT_ACTIONS = {"overfit-sine/wave.nn"}  # used by others
NEED_DATA = {  # script -> its constant that says where the data are, and where that is in the folder of large data
    "fashion.nn": ("folder", "fashion-mnist"),
    "lenet-fashion.nn": ("folder", "fashion-mnist"),
    "mouse-bladder.nn": ("folder", "mouse-bladder"),
    "shakespeare-attention.nn": ("file", "tiny-shakespeare/input.txt"),
    "shakespeare-lstm.nn": ("file", "tiny-shakespeare/input.txt"),
    "tabula-muris.nn": ("folder", "tabula-muris"),
}
LONG = ("shakespeare-attention.nn", "shakespeare-lstm.nn")  # trainings of minutes
RUN = [s for s in SCRIPTS if s not in WITHOUT_ACTIONS and s not in NEED_DATA]
STEP = 47  # of the prefixes that are checked: enough of them, over all scripts, to end inside every kind of line


def checked(text: str, folder: Path) -> Collector:
    collector = Collector()
    module = parse(Source("script.nn", text), collector)
    check_program(module, folder, collector)
    return collector


def run(script: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """What `nndsl run` writes; fails where it does not end well."""
    monkeypatch.chdir(script.parent)
    code = main(["run", script.name, *options])
    captured = capsys.readouterr()
    assert code == 0, captured.out + captured.err
    return captured.out


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    """A copy of the examples, so that what a run writes does not end up in the repository."""
    return Path(shutil.copytree(EXAMPLES, tmp_path / "examples"))


@pytest.mark.parametrize("script", RUN)
def test_example_keeps_what_it_expects(
    script: str, examples: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "\nexpect " in (examples / script).read_text(encoding="utf-8")
    run(examples / script, monkeypatch, capsys)


@pytest.mark.parametrize("script", [pytest.param(s, marks=pytest.mark.slow if s in LONG else ()) for s in NEED_DATA])
def test_example_with_large_data(
    script: str, examples: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    constant, place = NEED_DATA[script]
    name, _, file = place.partition("/")
    path = (data_folder(name) / file).resolve().as_posix()
    run(examples / script, monkeypatch, capsys, "--set", f'{constant}="{path}"')


@pytest.mark.parametrize("script", [s for s in SCRIPTS if s not in NEED_DATA])
def test_examples_hold_no_faults_and_no_warnings(script: str) -> None:
    path = EXAMPLES / script
    assert [d.message for d in checked(path.read_text(encoding="utf-8"), path.parent)] == []


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_beginning_of_an_example_can_be_checked(script: str) -> None:
    path = EXAMPLES / script
    text = path.read_text(encoding="utf-8")
    code = text.index("\n\n") if text.startswith("#") else 0
    for end in range(code, len(text), STEP):
        for diagnostic in checked(text[:end], path.parent):
            assert diagnostic.message


def test_the_readme_shows_the_example_it_names() -> None:
    assert f"```nn\n{(EXAMPLES / 'penguins.nn').read_text(encoding='utf-8')}```" in README


def test_the_readme_runs_from_python(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.S)
    monkeypatch.chdir(EXAMPLES.parent)
    names: dict[str, Any] = {}
    exec(compile(code, "README.md", "exec"), names)
    assert float(capsys.readouterr().out) > 0.85
    assert list(names["answers"]) == ["setosa"]
