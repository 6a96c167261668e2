"""One mistake, one error: names that are missing only because the line that would have made them could not be read,
and one wrong name used in several statements.

In: a collector with all that was found in a script. Out: the same collector with less in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from nndsl.diagnostics import Collector, Diagnostic, Source, Span
from nndsl.diagnostics.location import line_bounds, line_of
from nndsl.semantics.options import STATEMENTS

UNKNOWN = "E0201"
NO_VERB = "no statement begins with"
WORD = re.compile(r"[^\W\d]\w*")
AFTER_AS = re.compile(r"\bas\b\W+(?:as\W+)*([^\W\d]\w*)")
HEAD_ENDS = re.compile(r"\{|(?<=\w)\s*=")


def settle(collector: Collector) -> None:
    """Leaves out unknown names that a line in error would have made, and counts those that are left."""
    found = list(collector)
    lost = _lost(found)
    kept = [d for d in found if not _follows(d, lost)]
    collector.keep(_one_of_each_circle(_counted(kept)))


def _lost(found: Iterable[Diagnostic]) -> dict[tuple[Source, str], int]:
    """Names that lines in error may have made, and on which line."""
    lost: dict[tuple[Source, str], int] = {}
    for d in found:
        syntax = d.code.startswith("E01") or (d.code == UNKNOWN and d.message.startswith(NO_VERB))
        if syntax and d.span is not None:
            number = line_of(d.span.source, d.span.start)
            for name in _made_by(_line(d.span.source, number)):
                lost.setdefault((d.span.source, name), number)
    return lost


def _line(source: Source, number: int) -> str:
    start, end = line_bounds(source, number)
    return source.text[start:end]


def _made_by(line: str) -> list[str]:
    """The names that a line would have made, had it been read: those of its head, or the one after `as`."""
    if line[:1].isspace():  # inside a block: what it names, nobody outside can use
        return []
    words = WORD.findall(HEAD_ENDS.split(line, maxsplit=1)[0])
    if words and words[0] in STATEMENTS:
        return AFTER_AS.findall(line)
    return words


def _follows(d: Diagnostic, lost: dict[tuple[Source, str], int]) -> bool:
    if d.code != UNKNOWN or d.span is None or d.message.startswith(NO_VERB):
        return False
    line = lost.get((d.span.source, d.span.text))
    return line is not None and line != line_of(d.span.source, d.span.start)


def _counted(found: list[Diagnostic]) -> list[Diagnostic]:
    """One error for each unknown name; it says how often the name is used."""
    places: dict[tuple[Source, str, str], list[Span]] = {}
    for d in found:
        if d.code == UNKNOWN and d.span is not None:
            places.setdefault((d.span.source, d.message, d.span.text), []).append(d.span)
    kept: list[Diagnostic] = []
    for d in found:
        spans = places.get((d.span.source, d.message, d.span.text), [d.span]) if d.span is not None else [None]
        if d.code != UNKNOWN or d.span is None or len(spans) == 1:
            kept.append(d)
        elif d.span == spans[0]:
            lines = ", ".join(dict.fromkeys(str(line_of(s.source, s.start)) for s in spans[1:] if s is not None))
            kept.append(replace(d, notes=(*d.notes, f"it is used {len(spans)} times, again in line {lines}")))
    return kept


def _one_of_each_circle(found: list[Diagnostic]) -> Iterator[Diagnostic]:
    """Definitions that use each other in a circle are one mistake, wherever the circle is entered."""
    seen: set[frozenset[str]] = set()
    for d in found:
        circle = frozenset(WORD.findall(d.notes[-1])) if d.code == "E0215" and d.notes else frozenset()
        if circle and circle in seen:
            continue
        seen.add(circle)
        yield d
