"""The script as it was run, with the numbers of its lines and its words in colours.

In: a text. Out: an element in which each line has a place that links go to. The words are those the parser sees, so a
column that is called `loss` is a name here, too. Line numbers are no text: what is copied is the script alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from nndsl.diagnostics import Source
from nndsl.diagnostics.location import line_bounds, line_of
from nndsl.editor.palette import LOOKS
from nndsl.editor.tokens import Piece, classified
from nndsl.runtime.report.element import Element, Node, el

LONG = 120  # lines, above which the script scrolls by itself


def listing(source: Source, prefix: str = "line") -> Element:
    """The text. prefix: of the places of its lines, `line-12`."""
    pieces: dict[int, list[Piece]] = {}
    for piece in classified(source):
        pieces.setdefault(line_of(source, piece.start), []).append(piece)
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


def _line(source: Source, number: int, pieces: list[Piece]) -> Iterator[Node]:
    """One line, with the end of it."""
    at, end = line_bounds(source, number)
    for piece in pieces:
        css = LOOKS[piece.kind].css
        if css:
            yield source.text[at : piece.start]
            yield el("span", source.text[piece.start : piece.end], class_=css)
            at = piece.end
    yield source.text[at:end] + "\n"
