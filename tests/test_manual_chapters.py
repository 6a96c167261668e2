"""Everything that the manual shows is true: scripts run, what is wrong is wrong, output is what comes out, links lead
somewhere, and what is generated is not stale."""

from __future__ import annotations

import os
import re
import tomllib
from builtins import compile as compile_python
from pathlib import Path

import pytest
from manual_tools import WORDS, Chain, Replayed, chains, checked, fences, place, renewed, replay, texts, written

from nndsl.api import compile
from nndsl.diagnostics import Source
from nndsl.manual import examples
from nndsl.manual.layout import anchor
from nndsl.manual.written import generated
from nndsl.semantics.options import PLOTS, STATEMENTS
from nndsl.syntax.formatter import formatted

TEXTS = texts()
CHAINS = [
    pytest.param(chain, id=f"{file}:{chain.line}") for file, text in TEXTS.items() for chain in chains(file, text)
]
RUN = [param for param in CHAINS if param.values[0].pieces and not param.values[0].only_checked]
WRONG = [
    pytest.param(code, text, id=f"{param.values[0].file}:{line}")
    for param in CHAINS
    for line, code, text in param.values[0].wrong
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return place(tmp_path)


# ---- scripts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("chain", CHAINS)
def test_every_script_is_free_of_faults(chain: Chain, folder: Path) -> None:
    written(TEXTS[chain.file], folder)
    errors = [(d.code, d.message) for d in checked(chain.text, folder) if d.severity == "error"]
    assert not errors


@pytest.mark.parametrize("chain", RUN)
def test_every_script_runs(chain: Chain, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(TEXTS[chain.file], folder)
    compile(chain.text + "\n").run()


@pytest.mark.parametrize(("code", "text"), WRONG)
def test_what_is_said_to_be_wrong_is_wrong_and_nothing_else(code: str, text: str, folder: Path) -> None:
    found = checked(text, folder)
    errors = {d.code for d in found if d.severity == "error"}
    assert errors == ({code} if code.startswith("E") else set())
    assert code in {d.code for d in found}


@pytest.mark.parametrize("file", TEXTS)
def test_every_script_is_in_the_one_form(file: str) -> None:
    for block in fences(TEXTS[file]):
        if block.words[0] == "nn" and "messy.nn" not in block.words:
            assert formatted(Source("manual.nn", block.text)) == block.text, (file, block.line)


PYTHON = [
    pytest.param(b.text, id=f"{f}:{b.line}") for f, t in TEXTS.items() for b in fences(t) if b.words[0] == "python"
]


@pytest.mark.parametrize("text", PYTHON)
def test_every_piece_of_python_runs(text: str, folder: Path) -> None:
    exec(compile_python(text, "manual", "exec"), {"__name__": "manual"})


@pytest.mark.parametrize("file", [file for file in TEXTS if "```ipython" in TEXTS[file]])
def test_every_cell_of_a_notebook_runs(file: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = pytest.importorskip("IPython.core.interactiveshell").InteractiveShell
    settings = pytest.importorskip("traitlets.config").Config()
    settings.HistoryManager.enabled = False
    shell = made(config=settings)
    for block in fences(TEXTS[file]):
        if block.words[0] == "ipython":
            assert shell.run_cell(block.text).success, (file, block.line, capsys.readouterr())


def test_settings_of_editors_can_be_read() -> None:
    found = [tomllib.loads(b.text) for text in TEXTS.values() for b in fences(text) if b.words[0] == "toml"]
    assert found and all(settings["language-server"]["nndsl"]["command"] == "nndsl" for settings in found)


@pytest.mark.parametrize("file", TEXTS)
def test_every_fence_says_what_it_is(file: str) -> None:
    for block in fences(TEXTS[file]):
        assert block.words and block.words[0] in WORDS, (file, block.line)
    assert TEXTS[file].count("```") == 2 * len(fences(TEXTS[file]))


# ---- consoles ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", TEXTS)
def test_every_console_shows_what_comes_out(file: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`NNDSL_UPDATE_GOLDEN=1` writes what comes out into the chapter."""
    monkeypatch.setenv("NO_COLOR", "1")
    found = replay(TEXTS[file], folder)
    if os.environ.get("NNDSL_UPDATE_GOLDEN"):
        path = Path(__file__).parent.parent / "grammar" / file
        path.write_text(renewed(TEXTS[file], found), encoding="utf-8", newline="\n")
        return
    for one in found:
        assert one.same, f"{file}, line {one.line}:\n{one.found}"


def test_only_numbers_may_differ_where_a_console_says_so() -> None:
    text = "```console numbers\n$ nndsl version\n```\n"
    said = Replayed(1, "loss 0.5, in 12 s\n", "loss 0.25, in 1,234 s\n", numbers_differ=True)
    assert said.same and not Replayed(1, "loss 0.5\n", "gain 0.5\n", numbers_differ=True).same
    assert not Replayed(1, "loss 0.5\n", "loss 0.4\n", numbers_differ=False).same
    (one,) = replay(text, Path())
    assert one.numbers_differ and one.found.startswith("$ nndsl version\nnndsl ") and not one.same
    assert renewed(text, [one]) == f"```console numbers\n{one.found}```\n"


# ---- what is generated -------------------------------------------------------------------------------------------


def test_generated_chapters_are_not_stale() -> None:
    for file, text in generated().items():
        assert TEXTS[file] == text, f"{file} is stale: `python -m nndsl.manual` writes it anew"


def test_every_statement_and_every_figure_has_an_example() -> None:
    assert examples.STATEMENT_SCRIPTS.keys() == {verb for verb, row in STATEMENTS.items() if not row.later}
    assert examples.FIGURE_SCRIPTS.keys() == PLOTS.keys()


# ---- links -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", TEXTS)
def test_every_link_leads_somewhere(file: str) -> None:
    plain = re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", TEXTS[file], flags=re.M | re.S))
    for target in re.findall(r"\]\(([^)\s]+)\)", plain):
        name, _, place_in = target.partition("#")
        text = TEXTS.get(name or file)
        if text is None:
            assert (Path(__file__).parent.parent / "grammar" / name).resolve().exists(), target
        elif place_in:
            headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), re.M)
            assert f"#{place_in}" in {anchor(heading) for heading in headings}, target
