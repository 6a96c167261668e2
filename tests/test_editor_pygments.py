"""Pygments reads scripts with the compiler's lexer, and keeps each text as it is."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygments import highlight
from pygments.formatters import HtmlFormatter, TerminalTrueColorFormatter
from pygments.token import Token, string_to_tokentype

from nndsl.editor.palette import LOOKS
from nndsl.editor.pygments import NnLexer, NnStyle, token_of
from nndsl.editor.tokens import KINDS

ROOT = Path(__file__).parent.parent
SCRIPTS = sorted([*(ROOT / "examples").rglob("*.nn"), *(ROOT / "nndsl" / "std").glob("*.nn")])


def text_of(text: str, **options: object) -> str:
    return "".join(piece for _, piece in NnLexer(**options).get_tokens(text))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_scripts_are_kept(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text_of(text) == text


@pytest.mark.parametrize(
    "text",
    ["", "\n\n", "a", "\n a\n\n", "a\r\nb\r\n", "a\rb", "\tset\tseed\t7", "\ufeffset seed 7", "\u00e9 \U0001d49c"],
)
def test_ends_of_lines_tabs_and_marks_are_kept(text: str) -> None:
    assert text_of(text) == text


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(max_size=60))
def test_any_text_is_kept(text: str) -> None:
    assert text_of(text) == text
    places = [place for place, _, _ in NnLexer().get_tokens_unprocessed(text)]
    assert places == sorted(set(places))


def test_options_that_change_a_text_do_so_when_they_are_given() -> None:
    assert text_of("\n\ta", ensurenl=True, tabsize=2) == "  a\n"
    assert "".join(piece for _, piece in NnLexer().get_tokens(b"a")) == "a\n"


def test_filters_are_applied_unless_they_are_not_wanted() -> None:
    lexer = NnLexer()
    lexer.add_filter("keywordcase", case="upper")
    assert "".join(piece for _, piece in lexer.get_tokens("train n")) == "TRAIN n"
    assert "".join(piece for _, piece in lexer.get_tokens("train n", unfiltered=True)) == "train n"


def test_a_column_called_loss_is_a_name() -> None:
    found = [
        kind
        for kind, piece in NnLexer().get_tokens("data d { input loss }\ntrain n on d { loss mse }")
        if piece == "loss"
    ]
    assert found == [Token.Name, Token.Name.Attribute]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_kinds_that_look_different_have_tokens_of_their_own(kind: str) -> None:
    alike = [other for other in KINDS if token_of(other) is token_of(kind)]
    assert len({(LOOKS[other].colour, LOOKS[other].font) for other in alike}) == 1
    drawn = NnStyle.style_for_token(string_to_tokentype(LOOKS[kind].token))
    assert f"#{drawn['color']}" == LOOKS[kind].colour[0] or not (drawn["color"] or LOOKS[kind].colour[0])


def test_it_is_drawn() -> None:
    page = highlight("set seed 7", NnLexer(), HtmlFormatter(style=NnStyle))
    assert '<span class="k">set</span>' in page and '<span class="m">7</span>' in page
    assert "\x1b[38;2;171;76;203mset" in highlight("set seed 7", NnLexer(), TerminalTrueColorFormatter(style=NnStyle))


def test_it_is_found_by_its_names_where_it_is_installed() -> None:
    """An install that is older than the entry points in `pyproject.toml` has none to show."""
    assert (
        NnLexer.aliases == ["nn", "nndsl"] and NnLexer.filenames == ["*.nn"] and NnLexer.mimetypes == ["text/x-nndsl"]
    )
    said = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]
    for group, made in (("pygments.lexers", NnLexer), ("pygments.styles", NnStyle)):
        assert EntryPoint("nn", said[group]["nn"], group).load() is made
    if "nn" not in {point.name for point in entry_points(group="pygments.lexers")}:
        return
    code = (
        "from pygments.lexers import get_lexer_by_name as by, get_lexer_for_filename as of\n"
        "print(type(by('nndsl')).__name__, type(of('a.nn')).__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["NnLexer", "NnLexer"]
