"""Places in a text as the protocol counts them: lines from 0, and columns in units that client and server agree on.

In: a source, an encoding (`utf-16` where the client says nothing). Out: offsets in characters for positions, and back.
Lines end with LF, CRLF or CR, as in the protocol; a position behind a line's end is its end.
"""

from __future__ import annotations

from dataclasses import dataclass

from lsprotocol import types

from nndsl.diagnostics import Source, Span
from nndsl.diagnostics.location import line_bounds, line_of

UTF16 = "utf-16"
BYTES = {"utf-8": ("utf-8", 1), UTF16: ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}  # a codec, and its bytes a unit


def units(text: str, encoding: str) -> int:
    """How many columns a text takes."""
    if text.isascii():
        return len(text)
    codec, size = BYTES[encoding]
    return len(text.encode(codec, "surrogatepass")) // size


@dataclass(frozen=True, slots=True)
class Positions:
    """The positions of one text."""

    source: Source
    encoding: str = UTF16

    def offset(self, position: types.Position) -> int:
        """The character at a position; what lies outside the text is moved into it."""
        lines = line_of(self.source, len(self.source.text))
        if position.line >= lines:
            return len(self.source.text)
        start, end = line_bounds(self.source, max(position.line, 0) + 1)
        line = self.source.text[start:end]
        if line.isascii():
            return start + min(max(position.character, 0), len(line))
        at, taken = 0, 0
        while at < len(line) and taken + (size := units(line[at], self.encoding)) <= position.character:
            at, taken = at + 1, taken + size
        return start + at

    def offsets(self, place: types.Range) -> tuple[int, int]:
        start, end = self.offset(place.start), self.offset(place.end)
        return min(start, end), max(start, end)

    def position(self, offset: int) -> types.Position:
        offset = min(max(offset, 0), len(self.source.text))
        line = line_of(self.source, offset)
        start, end = line_bounds(self.source, line)
        return types.Position(line - 1, units(self.source.text[start : min(offset, end)], self.encoding))

    def range(self, start: int, end: int) -> types.Range:
        return types.Range(self.position(start), self.position(end))

    def of(self, span: Span) -> types.Range:
        """The range of a span of this text."""
        return self.range(span.start, span.end)

    def changed(self, change: types.TextDocumentContentChangeEvent) -> str:
        """The text after a change."""
        if not isinstance(change, types.TextDocumentContentChangePartial):
            return change.text
        start, end = self.offsets(change.range)
        return self.source.text[:start] + change.text + self.source.text[end:]


def moved(before: str, after: str, offset: int) -> int | None:
    """Where a place of an earlier text stands now; None where the text was changed at it."""
    if before == after:
        return offset
    most = min(len(before), len(after))
    head = _common(before, after, most)
    tail = _common(before[::-1], after[::-1], most - head)
    if offset < head:
        return offset
    return offset + len(after) - len(before) if offset >= len(before) - tail else None


def _common(one: str, other: str, most: int) -> int:
    """How many characters at the head are the same."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[low:middle] == other[low:middle] else (low, middle - 1)
    return low
