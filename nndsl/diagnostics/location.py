"""Lines and columns as a person sees them.

In: a `Source` and a character number. Out: a `Location`: line and column, both from 1. Columns count the cells of a
terminal: a tab goes to the next multiple of TAB, `π` is one, a Chinese character two, a combining accent none; a line
ends with LF, CRLF or CR, which are not part of it.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

from nndsl.diagnostics.diagnostic import Source, Span

TAB = 4
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True)
class Location:
    line: int
    column: int


def locate(source: Source, at: int) -> Location:
    """Where character `at` of a text stands; one past the last is allowed."""
    line = line_of(source, at)
    start, end = line_bounds(source, line)
    return Location(line, 1 + cells(source.text[start : min(at, end)]))


def ends(span: Span) -> tuple[Location, Location]:
    """Start and end of a span; the end is the place just behind it."""
    return locate(span.source, span.start), locate(span.source, span.end)


def line_of(source: Source, at: int) -> int:
    return bisect_right(_starts(source.text), at)


def line_bounds(source: Source, line: int) -> tuple[int, int]:
    """The characters of a line (from 1), without what ends it."""
    starts = _starts(source.text)
    start = starts[line - 1]
    end = starts[line] if line < len(starts) else len(source.text)
    while end > start and source.text[end - 1] in "\r\n":
        end -= 1
    return start, end


def cells(text: str, at: int = 0) -> int:
    """How many cells a text takes that starts in column `at` (from 0)."""
    column = at
    for character in text:
        column += _width(character, column)
    return column - at


def shown(text: str) -> str:
    """The line as it is printed: tabs as spaces, and nothing that would move the cursor or cannot be printed."""
    parts: list[str] = []
    column = 0
    for character in text:
        width = _width(character, column)
        column += width
        if character == "\t":
            parts.append(" " * width)
        elif _is_control(character):
            parts.append(REPLACEMENT)
        else:
            parts.append(character)
    return "".join(parts)


def safe(text: str) -> str:
    """A message without characters that would move the cursor or cannot be printed; line ends stay."""
    return "".join(REPLACEMENT if _is_control(c) and c not in "\n\t" else c for c in text)


def columns(text: str) -> int:
    """How wide a text is on a terminal: letters of Chinese, say, take two columns each."""
    return sum(_width(character, 0) for character in text)


def _width(character: str, column: int) -> int:
    if character == "\t":
        return TAB - column % TAB
    if " " <= character <= "~":
        return 1
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def _is_control(character: str) -> bool:
    return not (" " <= character <= "~") and unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")


@lru_cache(maxsize=8)
def _starts(text: str) -> tuple[int, ...]:
    """Where each line starts."""
    starts = [0]
    at = 0
    while True:
        newline = text.find("\n", at)
        carriage = text.find("\r", at, newline if newline >= 0 else len(text))
        if carriage >= 0 and carriage + 1 != newline:
            at = carriage + 1
        elif newline >= 0:
            at = newline + 1
        else:
            return tuple(starts)
        starts.append(at)
