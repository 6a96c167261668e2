"""The script as it was run, with the numbers of its lines and its words in colours.

In: a text. Out: an element in which each line has a place that links go to. The words are those the parser sees, so a
column that is called `loss` is a name here, too. Line numbers are no text: what is copied is the script alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from nndsl.diagnostics import Collector, Source
from nndsl.diagnostics.location import line_bounds, line_of
from nndsl.runtime.report.element import Element, Node, el
from nndsl.syntax.layout import lay_out, raw_tokens
from nndsl.syntax.tree import Token

KINDS = {
    **dict.fromkeys(("KIND", "LET", "USE", "SET", "_FOR", "PREPOSITION", "_OR", "_AND", "_NOT"), "word"),
    **dict.fromkeys(("NUMBER", "TRUE", "FALSE", "NONE", "ELLIPSIS"), "number"),
    **dict.fromkeys(("STRING", "BACKQUOTED"), "text"),
    "ARROW": "arrow",
    "COMMENT": "comment",
}
BEGINS = ("LBRACE", "_SEP")  # an item begins behind them
ENDS = ("RBRACE", "_SEP", "")  # and ends before them: a name that stands alone is a layer
USES = ("_CALL", "ARROW", "EQUAL", "COMMA", "DOT")  # behind the name of a layer or of a value, not of an option

LONG = 120  # lines, above which the script scrolls by itself

Piece = tuple[int, int, str]  # characters from, to, and what they are


def listing(source: Source, prefix: str = "line") -> Element:
    """The text. prefix: of the places of its lines, `line-12`."""
    pieces: dict[int, list[Piece]] = {}
    for piece in _pieces(source):
        pieces.setdefault(line_of(source, piece[0]), []).append(piece)
    count = line_of(source, len(source.text))
    lines = [
        el("span", _line(source, number, pieces.get(number, [])), class_="line", id=f"{prefix}-{number}")
        for number in range(1, count + 1)
    ]
    if not source.text[slice(*line_bounds(source, count))]:
        lines.pop()  # the empty line behind the last end of a line
    kind = "script long" if len(lines) > LONG else "script"
    return el("pre", el("code", lines), class_=kind, tabindex=0, role="region", aria_label=source.name)


def about(source: Source) -> str:
    """What the script says of itself: the first paragraph of the comment it begins with, if it does."""
    lines = (line.strip() for line in source.text.splitlines())
    head = takewhile(bool, (line.lstrip("#! ") for line in takewhile(lambda line: line.startswith("#"), lines)))
    return " ".join(head)


def _pieces(source: Source) -> Iterator[Piece]:
    """What has a colour, in order."""
    tokens = [token for token in raw_tokens(source.text) if token.type == "COMMENT"]
    for statement in lay_out(source, Collector()).statements:
        tokens += [token.turned_into(kind) for token, kind in _named(statement)]
    for token in sorted(tokens, key=lambda token: token.start_pos):
        kind = KINDS.get(token.type, token.type)
        if kind in (*KINDS.values(), "key"):
            yield token.start_pos, token.end_pos, kind


def _named(tokens: list[Token]) -> Iterator[tuple[Token, str]]:
    """Tokens with their terminals; a verb is a `word`, an option is a `key`."""
    for place, token in enumerate(tokens):
        before = tokens[place - 1].type if place else None
        after = tokens[place + 1].type if place + 1 < len(tokens) else ""
        if token.type == "NAME" and before is None and after not in USES:
            yield token, "word"
        elif token.type == "NAME" and before in BEGINS and after not in (*USES, *ENDS):
            yield token, "key"
        else:
            yield token, token.type


def _line(source: Source, number: int, pieces: list[Piece]) -> Iterator[Node]:
    """One line, with the end of it."""
    at, end = line_bounds(source, number)
    for first, last, kind in pieces:
        yield source.text[at:first]
        yield el("span", source.text[first:last], class_=kind)
        at = last
    yield source.text[at:end] + "\n"
