"""What a message never says: names of the parser, of Python, of the compiler's own values. Over all golden files, and
over scripts with one word taken out, doubled or put in another's place.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from golden import FOLDER

from nndsl.diagnostics import Collector, Source
from nndsl.diagnostics.render import render
from nndsl.lower import check_program
from nndsl.syntax import parse
from nndsl.syntax.tables import lexer

ROOT = Path(__file__).parent.parent
SCRIPTS = sorted((ROOT / "examples").glob("*.nn"))
MUTATIONS = 40  # of each script
NOT_MESSAGES = ("nll-gradient.txt",)  # what the compiler makes of a script, shown by `nndsl ir`

FORBIDDEN = {
    "a terminal of the parser": re.compile(r"\b[A-Z]+_[A-Z_]+\b|\b(?:RPAR|LPAR|RSQB|NEWLINE|NAME|NUMBER|FOREIGN)\b"),
    "an exception of Python": re.compile(r"\b\w*(?:Error|Exception)\b|Traceback|\.py\b"),
    "a value of Python": re.compile(r"\bNone\b|\bNoneType\b|\bTrue\b|\bFalse\b|<class|<nndsl|object at 0x|\bdict\b"),
    "a name of the compiler": re.compile(r"\b(?:einsum|Node|Tensor|gather|maximum|minimum)\b|\bnest_|%\d|\bast\."),
    "a nan": re.compile(r"\bnan\b|\binf\b"),
}  # fmt: skip
LIBRARY = re.compile(r"the library\s+defines `\w+` with `[^`]*`")
SCRIPT_LINE = re.compile(r"\s*\d+ \||\s*(?:-->|:::) |#")


def said(text: str) -> str:
    """The words of renderings: without lines of the script and of the library, places and headings."""
    return LIBRARY.sub("", "\n".join(line for line in text.splitlines() if not SCRIPT_LINE.match(line)))


def leaks(text: str) -> list[str]:
    return [f"{what}: {hit[0]}" for what, pattern in FORBIDDEN.items() for hit in pattern.finditer(said(text))]


def golden_files() -> list[Path]:
    return [path for path in sorted(FOLDER.rglob("*.txt")) if path.name not in NOT_MESSAGES]


@pytest.mark.parametrize("path", golden_files(), ids=lambda path: path.name)
def test_golden_messages_speak_the_users_language(path: Path) -> None:
    assert not leaks(path.read_text(encoding="utf-8"))


def test_the_pattern_finds_what_it_is_for() -> None:
    wrong = ["error: expected CALL_OPEN", "= note: KeyError", "= help: the value None", "error: einsum of %3"]
    assert all(leaks(text) for text in wrong)


def mutations(text: str, seed: int) -> Iterator[str]:
    """The text with one token dropped, doubled, or replaced by another of the same script."""
    draw = random.Random(seed)
    tokens = [token for token in lexer().lex(text) if str(token).strip()]
    for _ in range(MUTATIONS):
        token, other = draw.choice(tokens), draw.choice(tokens)
        assert token.start_pos is not None and token.end_pos is not None
        new = draw.choice(["", f"{token} {token}", str(other)])
        yield text[: token.start_pos] + new + text[token.end_pos :]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_messages_for_scripts_with_one_slip(path: Path) -> None:
    for text in mutations(path.read_text(encoding="utf-8"), seed=len(path.name)):
        collector = Collector()
        check_program(parse(Source(path.name, text), collector), path.parent, collector)
        for diagnostic in collector:
            assert not leaks(render(diagnostic)), render(diagnostic)
            assert diagnostic.span is not None and diagnostic.span.source.name == path.name
