"""Formatting what cannot be read, or not in one piece: broken statements, prefixes, line ends, rare characters."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rough_texts import SCRIPTS, Roughener, text_of

from nndsl.diagnostics import Collector, Source
from nndsl.syntax import parse
from nndsl.syntax.formatter import formatted, remarks


def form(text: str, width: int = 120) -> str:
    return formatted(Source("test.nn", text), width)


def faulty_lines(text: str) -> list[str]:
    """The lines on which a fault was found, as they are."""
    collector = Collector()
    parse(Source("test.nn", text), collector)
    places = [found.span.start for found in collector if found.span is not None]
    return [text[text.rfind("\n", 0, at) + 1 : (text + "\n").index("\n", at)] for at in places]


KEPT = [
    ("a line", "let  a=1\nlet  b = = 2\nlet  c=3\n", "let a = 1\nlet  b = = 2\nlet c = 3\n"),
    ("with its comment", "let  a = (  # why\n", "let  a = (  # why\n"),
    ("a block", "data d {\n   from  $\n\n\n   x\n}\nlet  a=1", "data d {\n   from  $\n\n\n   x\n}\nlet a = 1\n"),
    ("what shares its line", "let  a=1;  let b = = 2 ;let   c=3\n", "let  a=1;  let b = = 2 ;let   c=3\n"),
    ("a brace too many", "let  a=1\n  }  \nlet  b=2\n", "let a = 1\n  }  \nlet b = 2\n"),
    ("blocks of Python", "if x > 1:\n    let  a=1\nlet  b=2\n", "if x > 1:\n    let  a=1\nlet b = 2\n"),
    ("a line that swallows", "let a = 3 +\nlet  b=2\n", "let a = 3 +\nlet b = 2\n"),
    ("an open text", 'let s = "abc\nlet  b=2\n', 'let s = "abc\nlet b = 2\n'),
    ("comments around it", "  # above\nlet  b = = 2  # at\n   # below\n", "# above\nlet  b = = 2  # at\n# below\n"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "after"), [row[1:] for row in KEPT], ids=[row[0] for row in KEPT])
def test_what_cannot_be_read_is_kept(text: str, after: str) -> None:
    assert form(text) == after
    assert form(after) == after


def test_line_ends_of_what_is_kept() -> None:
    assert form("let  a=1\r\nlet  b = = 2\r\nlet  c=3\r\n") == "let a = 1\r\nlet  b = = 2\r\nlet c = 3\r\n"
    assert form("let  a=1\r\n# c\r\n") == "let a = 1\r\n# c\r\n"
    assert form("let  a=1\rlet b=2") == "let a = 1\nlet b = 2\n"


@pytest.mark.parametrize("path", SCRIPTS[::4], ids=lambda path: path.stem)
def test_every_prefix_keeps_its_faults(path: Path) -> None:
    text = text_of(path)
    places = random.Random(path.stem).sample(range(len(text)), 60)
    for place in places:
        start = text[:place]
        after = form(start)
        lines = set(after.splitlines())
        assert all(line in lines for line in faulty_lines(start)), place
        assert remarks(after) == remarks(start)
        assert form(after) == after


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SCRIPTS), st.integers(0, 2**32))
def test_damaged_texts(path: Path, seed: int) -> None:
    """Some characters are lost, others come in."""
    chance = random.Random(seed)
    text = Roughener(seed).rough(text_of(path))[:1500]
    for _ in range(chance.choice((1, 2, 5))):
        at = chance.randrange(len(text) + 1)
        text = (
            text[:at]
            + chance.choice(("", "{", "}", "(", ")", "[", '"', "`", "$", "->", "=", ":", "\n", "#"))
            + text[at + 1 :]
        )
    width = chance.choice((40, 80, 120))
    after = form(text, width)
    assert remarks(after) == remarks(text)
    assert form(after, width) == after
    lines = set(after.split("\n"))
    assert all(line in lines for line in faulty_lines(text))


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=" \t\r\n\f\ufeff#;(){}[]\"`\\,.=~:-+>*^@1ax'é日", max_size=40))
def test_any_text_at_all(text: str) -> None:
    after = form(text, 40)
    assert remarks(after) == remarks(text)
    assert form(after, 40) == after


@pytest.mark.parametrize("text", [";\n for \n}", ";\n for ;\n}("])
def test_a_brace_is_missing_where_nothing_is_left(text: str) -> None:
    assert form(text) == form(form(text))


def test_what_only_looks_like_a_statement_is_kept() -> None:
    assert form("let  a=1\nreturn   a\n") == "let a = 1\nreturn   a\n"
