"""The grammar made ready: from `grammar/nn.lark` to a lexer and LALR tables, kept between runs.

In: the grammar file that ships with the package. Out: a `Lark` whose lexer never fails and whose parser is fed token
by token. Building the tables takes longer than using them, so they are kept in the user's cache folder under a name
that holds a hash of the grammar and the versions. A file there that is damaged, or cannot be written, costs time and
nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from lark import Lark, Token, __version__

from nndsl.paths import cache_folder

START = ["statement", "block", "pipe"]
LAYOUT_ONLY = (
    "NEWLINE",
    "SEMICOLON",
    "COMMENT",
    "BAD_NUMBER",
    "OPEN_STRING",
    "OPEN_NAME",
    "SINGLE_QUOTED",
    "FOREIGN",
    "ILLEGAL",
)


class Everything:
    """Tells Lark to keep the terminals that no rule names; the layout is done after lexing, in `layout.py`."""

    always_accept = LAYOUT_ONLY

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        return stream


def grammar_text(name: str = "nn.lark") -> str:
    """A file of the grammar folder: inside the package where it was installed, beside it in a checkout."""
    package = Path(__file__).parent.parent
    installed = package / "grammar" / name
    path = installed if installed.is_file() else package.parent / "grammar" / name
    return path.read_text(encoding="utf-8")


@cache
def tables() -> Lark:
    """The lexer and the parser; read from the cache folder, or built and put there."""
    grammar = grammar_text()
    key = hashlib.sha256("\0".join((grammar, __version__, sys.version, *START)).encode()).hexdigest()[:24]
    path = cache_folder() / f"grammar-{key}.tables"
    return _read(path) or _build(grammar, path)


def _read(path: Path) -> Lark | None:
    """The kept tables; None where they are missing or damaged: a checksum comes before the rest."""
    try:
        kept = path.read_bytes()
    except OSError:
        return None
    checksum, data = kept[:32], kept[32:]
    if hashlib.sha256(data).digest() != checksum:
        return None
    loaded: Lark = Lark.load(io.BytesIO(data))
    return loaded


def _build(grammar: str, path: Path) -> Lark:
    lark = Lark(grammar, parser="lalr", lexer="basic", postlex=Everything(), propagate_positions=True, start=START)
    memory = io.BytesIO()
    lark.save(memory)
    data = memory.getvalue()
    _write(path, hashlib.sha256(data).digest() + data)
    return lark


def _write(path: Path, data: bytes) -> None:
    """In one step, so that another process sees the whole file or none. Without a place to write, nothing is kept."""
    with contextlib.suppress(OSError):
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            os.replace(temporary, path)
        except OSError:
            os.unlink(temporary)
            raise
