"""Pygments' lexer for the language, for everything that asks Pygments: rich, Sphinx, notebooks, wikis.

In: a text. Out: Pygments' tokens of it, classified by the compiler's own lexer and layout, not by expressions that are
like them. The text is kept as it is: its ends of lines, its tabs, and whether it ends with one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from pygments.filter import apply_filters
from pygments.lexer import Lexer
from pygments.style import Style
from pygments.token import Whitespace, _TokenType, string_to_tokentype

from nndsl.diagnostics import Source
from nndsl.editor.palette import LOOKS
from nndsl.editor.tokens import classified

Tokens = Iterator[tuple[_TokenType, str]]


class NnLexer(Lexer):
    """Scripts of nndsl. Pygments' options that change a text (`stripall`, `tabsize` and their kin) do so when they
    are given."""

    name = "nn"
    aliases: ClassVar = ["nn", "nndsl"]
    filenames: ClassVar = ["*.nn"]
    mimetypes: ClassVar = ["text/x-nndsl"]

    def __init__(self, **options: Any) -> None:
        self.keeps = not options.keys() & {"stripnl", "stripall", "ensurenl", "tabsize"}
        super().__init__(**options)

    def get_tokens(self, text: str | bytes, unfiltered: bool = False) -> Tokens:
        """Pygments itself would take empty lines away, add an end of line, and make each of them `\\n`."""
        if not self.keeps or isinstance(text, bytes):
            yield from super().get_tokens(text, unfiltered)
            return
        tokens = ((kind, piece) for _, kind, piece in self.get_tokens_unprocessed(text))
        yield from tokens if unfiltered else apply_filters(tokens, self.filters, self)

    def get_tokens_unprocessed(self, text: str) -> Iterator[tuple[int, _TokenType, str]]:
        """Where each piece starts, what it is, and its text."""
        place = 0
        for piece in classified(Source("text", text)):
            if place < piece.start:
                yield place, Whitespace, text[place : piece.start]
            yield piece.start, token_of(piece.kind), text[piece.start : piece.end]
            place = piece.end
        if place < len(text):
            yield place, Whitespace, text[place:]


class NnStyle(Style):
    """The looks of `palette.py`, which can be read on dark and on light grounds."""

    name = "nn"
    background_color = "transparent"
    styles: ClassVar = {
        string_to_tokentype(look.token): f"{look.font} {look.colour[0]}".strip() for look in LOOKS.values()
    }


def token_of(kind: str) -> _TokenType:
    """Pygments' name of a kind of piece."""
    return string_to_tokentype(LOOKS[kind].token)
