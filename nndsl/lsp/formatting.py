"""The text in its one form: changes of the lines that differ, so that the cursor and marks stay where they were.

In: a document, a range of it. Out: changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from lsprotocol import types

from nndsl.diagnostics import Source
from nndsl.lsp.documents import Document
from nndsl.syntax.formatter import formatted

ENDS = ("\r\n", "\n", "\r")


def format_all(document: Document, params: types.DocumentFormattingParams) -> list[types.TextEdit]:
    return [edit for edit, _, _ in _changes(document)]


def format_range(document: Document, params: types.DocumentRangeFormattingParams) -> list[types.TextEdit]:
    """Those changes that touch lines of the range; the text outside stays."""
    end = params.range.end
    last = end.line - 1 if end.character == 0 and end.line > params.range.start.line else end.line
    first = params.range.start.line
    return [edit for edit, start, end in _changes(document) if start <= last and max(end - 1, start) >= first]


def _changes(document: Document) -> Iterator[tuple[types.TextEdit, int, int]]:
    """A change, and the lines that it replaces."""
    text = document.text
    end = line_end(text)
    lines = _plain(text)
    before, after = lines.split("\n"), formatted(Source(document.source.name, lines)).split("\n")
    if before == after:
        return
    for tag, start, stop, new_start, new_stop in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        new = after[new_start:new_stop]
        if stop < len(before):  # whole lines, with their ends
            place = types.Range(types.Position(start, 0), types.Position(stop, 0))
            yield types.TextEdit(place, "".join(line + end for line in new)), start, stop
            continue
        head = end if start > 0 and new else ""  # at the end of the text: with the line end before it
        first = document.positions.position(_offset(document, start - 1)) if start > 0 else types.Position(0, 0)
        place = types.Range(first, document.positions.position(len(text)))
        yield types.TextEdit(place, head + end.join(new)), start, stop


def _offset(document: Document, line: int) -> int:
    """The end of a line."""
    return document.positions.offset(types.Position(line, 2**31 - 1))


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def line_end(text: str) -> str:
    """What ends the lines of a text: what ends its first one."""
    found = [(place, end) for end in ENDS if (place := text.find(end)) >= 0]
    return min(found, key=lambda one: (one[0], -len(one[1])))[1] if found else "\n"
