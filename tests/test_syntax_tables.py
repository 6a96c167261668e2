"""The tables: those of lark, used again once kept, and harmless where they are damaged or cannot be kept."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import lark
import pytest

from nndsl.diagnostics import Collector, Source
from nndsl.paths import cache_folder
from nndsl.syntax.lalr import END, Lexer, Parse, Unexpected
from nndsl.syntax.layout import lay_out
from nndsl.syntax.tables import START, Everything, grammar_text, lexer, tables
from nndsl.syntax.tree import Token, Tree

ROOT = Path(__file__).parent.parent
SCRIPTS = sorted([*ROOT.glob("examples/**/*.nn"), *ROOT.glob("nndsl/std/*.nn")])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NNDSL_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def words(text: str) -> list[str]:
    """Lexes with tables made or read anew."""
    return [str(token) for token in Lexer(tables.__wrapped__()).lex(text)]


def test_tables_are_kept_and_read_again(folder: Path) -> None:
    first = words("let a = 1")
    (kept,) = folder.iterdir()
    before = kept.read_bytes()
    assert words("let a = 1") == first == ["let", "a", "=", "1"]
    assert kept.read_bytes() == before


def test_kept_tables_are_plain(folder: Path) -> None:
    words("a")
    (kept,) = folder.iterdir()
    assert b"lark" not in kept.read_bytes().replace(grammar_text().encode(), b"")


@pytest.mark.parametrize("damage", [b"", b"x" * 10, b"x" * 5000])
def test_damaged_tables_are_made_anew(folder: Path, damage: bytes) -> None:
    words("a")
    (kept,) = folder.iterdir()
    kept.write_bytes(damage)
    assert words("let a") == ["let", "a"]
    mended = kept.read_bytes()
    assert zlib.crc32(mended[4:]).to_bytes(4, "big") == mended[:4]


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


# ---- what lark makes of the same grammar ------------------------------------------------------------


@pytest.fixture(scope="module")
def reference() -> lark.Lark:
    return lark.Lark(
        grammar_text(), parser="lalr", lexer="basic", postlex=Everything(), propagate_positions=True, start=START
    )


def plain(node: Any) -> Any:
    """A token or tree of either kind as tuples, places and all."""
    if node is None:
        return None
    if isinstance(node, lark.Token | Token):
        ends = (node.end_pos, node.end_line, node.end_column)
        return node.type, str(node), (node.start_pos, node.line, node.column), ends
    places = (
        (node.start_pos, node.end_pos, node.outer_start, node.outer_end)
        if isinstance(node, Tree)
        else (node.meta.start_pos, node.meta.end_pos, node.meta.container_start_pos, node.meta.container_end_pos)
    )
    return str(node.data), places, [plain(child) for child in node.children]


def ours(tokens: list[Token], start: str) -> Any:
    """The tree of these tokens, or what was expected where they stop to fit."""
    parse = Parse(tables(), start)
    try:
        found = [parse.feed(token) for token in tokens]
    except Unexpected as unexpected:
        return unexpected.expected
    return plain(found[-1])


def larks(reference: lark.Lark, tokens: list[Token], start: str) -> Any:
    parse = reference.parse_interactive("", start=start).parser_state
    try:
        for token in tokens:
            begin = (token.start_pos, token.line, token.column)
            same = lark.Token(token.type, str(token), *begin, token.end_line, token.end_column, token.end_pos)
            tree = parse.feed_token(same, token.type == END)
    except lark.UnexpectedToken as unexpected:
        return frozenset(unexpected.expected)
    return plain(tree)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_tokens_and_trees_are_those_of_lark(path: Path, reference: lark.Lark) -> None:
    text = path.read_text(encoding="utf-8")
    assert [plain(token) for token in lexer().lex(text)] == [plain(token) for token in reference.lex(text)]
    for tokens in lay_out(Source(path.name, text), Collector()).statements:
        whole = [*tokens, tokens[-1].followed_by(END)]
        assert ours(whole, "statement") == larks(reference, whole, "statement")
        for left_out in range(0, len(tokens), 7):
            some = whole[:left_out] + whole[left_out + 1 :]
            assert ours(some, "statement") == larks(reference, some, "statement")
