"""Diagnostics as text for a terminal.

In: `Diagnostic` values, the width of the terminal, whether to colour. Out: strings; nothing is printed. Whether
there is a terminal, and `NO_COLOR`, are the caller's business.

    error[E0301]: `dense(10)` gives 10 values, but the target `species` has 3 classes
      --> penguins.nn:14:3
       |
     5 |   target species -> category
       |          ------- 3 classes: Adelie, Chinstrap, Gentoo
    14 |   dense(10) -> softmax
       |   ^^^^^^^^^ 10 values
       |
       = help: write `dense(3)`
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

from nndsl.diagnostics.diagnostic import Diagnostic, Label, Source, Span
from nndsl.diagnostics.excerpt import Mark, Row, crop, underline
from nndsl.diagnostics.location import line_bounds, line_of, locate, safe

COLORS = {
    "error": "\x1b[1;31m",
    "warning": "\x1b[1;33m",
    "frame": "\x1b[1;34m",
    "bold": "\x1b[1m",
    "help": "\x1b[1;36m",
}
RESET = "\x1b[0m"
LONGEST_SPAN = 2  # lines of a span that are shown before the rest is left out


@dataclass(frozen=True, slots=True)
class Style:
    color: bool

    def __call__(self, text: str, name: str) -> str:
        return f"{COLORS[name]}{text}{RESET}" if self.color and text.strip() else text


def render(diagnostic: Diagnostic, width: int = 100, color: bool = False) -> str:
    """The full form, without a line end at its end."""
    style = Style(color)
    severity = diagnostic.severity
    head = style(f"{severity}[{diagnostic.code}]", severity) + style(f": {safe(diagnostic.message)}", "bold")
    span = diagnostic.span
    if span is None:
        return "\n".join([head, *_remarks(diagnostic, 1, width, style)])
    labels = [label for label in diagnostic.labels if label.span != span]
    own = " ".join(label.message for label in diagnostic.labels if label.span == span)
    gutter = len(str(max(_last_line(s) for s in [span, *(label.span for label in labels)])))
    lines = [head]
    for source in _sources(span, labels):
        lines += _source_part(source, Label(span, own), labels, severity, gutter, width, style)
    remarks = _remarks(diagnostic, gutter, width, style)
    if remarks:
        lines.append(style(" " * gutter + " |", "frame"))
    return "\n".join(line.rstrip() for line in lines + remarks)


def quoted(span: Span, message: str, width: int = 100) -> list[str]:
    """Lines that show a place in a text, and what is to be seen there."""
    gutter = len(str(_last_line(span)))
    return [
        line.rstrip()
        for line in _source_part(span.source, Label(span, message), [], "warning", gutter, width, Style(False))
    ]


def short(diagnostic: Diagnostic) -> str:
    """One line: `penguins.nn:14:3: error[E0301]: ...`."""
    text = f"{diagnostic.severity}[{diagnostic.code}]: {safe(diagnostic.message)}"
    if diagnostic.span is None:
        return text
    return f"{_place(diagnostic.span)}: {text}"


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """`2 errors, 1 warning`; empty where there are none."""
    severities = [d.severity for d in diagnostics]
    parts: list[str] = []
    for word in ("error", "warning"):
        count = severities.count(word)
        if count:
            parts.append(f"{count} {word}{'s' if count > 1 else ''}")
    return ", ".join(parts)


def _place(span: Span) -> str:
    at = locate(span.source, span.start)
    return f"{safe(span.source.name)}:{at.line}:{at.column}"


def _last_line(span: Span) -> int:
    return line_of(span.source, max(span.start, span.end - 1))


def _sources(span: Span, labels: list[Label]) -> list[Source]:
    """The primary's text first."""
    found = [span.source]
    for label in labels:
        if label.span.source not in found:
            found.append(label.span.source)
    return found


def _source_part(
    source: Source, primary: Label, labels: list[Label], severity: str, gutter: int, width: int, style: Style
) -> list[str]:
    """The arrow line and the lines of one text."""
    marks: list[Mark] = []
    is_first = primary.span.source == source
    for label in labels:
        if label.span.source == source:
            marks += _marks(label, primary=False)
    if is_first:
        marks += _marks(primary, primary=True)
    place = primary.span if is_first else next(label.span for label in labels if label.span.source == source)
    arrow = "-->" if is_first else ":::"
    lines = [f"{' ' * gutter}{style(arrow, 'frame')} {_place(place)}", style(" " * gutter + " |", "frame")]
    previous = 0
    for number in sorted({mark.line for mark in marks}):
        here = [mark for mark in marks if mark.line == number]
        if previous and any(mark.continues for mark in here) and number > previous + 1:
            lines.append(style("...", "frame"))
        start, end = line_bounds(source, number)
        text, here = crop(source.text[start:end], here, max(20, width - gutter - 3))
        lines.append(style(f"{number:>{gutter}} |", "frame") + (f" {text}" if text else ""))
        lines += [_row(row, gutter, severity, style) for row in underline(here)]
        previous = number
    return lines


def _row(row: Row, gutter: int, severity: str, style: Style) -> str:
    parts = [style(text, severity if primary else "frame") for text, primary in row]
    return style(" " * gutter + " |", "frame") + " " + "".join(parts)


def _marks(label: Label, primary: bool) -> list[Mark]:
    """One for each line of a span; of a long one, the first and the last."""
    source, start, end = label.span.source, label.span.start, label.span.end
    first, last = line_of(source, start), _last_line(label.span)
    numbers = range(first, last + 1) if last - first < LONGEST_SPAN else (first, last)
    marks: list[Mark] = []
    for number in numbers:
        low, high = line_bounds(source, number)
        text = source.text[low:high]
        indent = len(text) - len(text.lstrip())
        left = max(start - low, 0) if number == first else indent
        right = min(end, high) - low
        message = safe(label.message) if number == last else ""
        before = text[:left]
        marks.append(Mark.of(number, before, text[left:right], message, primary, number > first))
    return marks


def _remarks(diagnostic: Diagnostic, gutter: int, width: int, style: Style) -> list[str]:
    lines: list[str] = []
    remarks = [("note", note) for note in diagnostic.notes]
    if diagnostic.help is not None:
        remarks.append(("help", diagnostic.help))
    for word, text in remarks:
        indent = " " * (gutter + len(" = : ") + len(word))
        wrapped: list[str] = []
        for paragraph in safe(text).split("\n"):
            wrapped += _wrap(paragraph, max(30, width - len(indent)))
        head = f"{' ' * gutter} {style('=', 'frame')} {style(word, 'help' if word == 'help' else 'bold')}: "
        lines.append(head + wrapped[0])
        lines += [indent + line for line in wrapped[1:]]
    return lines


def _wrap(text: str, width: int) -> list[str]:
    """Long words stay whole: a path or a number is not to be cut."""
    if len(text) <= width or text.startswith(" "):
        return [text]
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]
