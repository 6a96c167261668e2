"""What the compiler has to say to a person, as values.

In: places in a source text and the facts about them. Out: `Diagnostic` values, and a `Collector` that gathers them.
Nothing here prints: `render.py` makes text, `json.py` makes JSON, both from these values alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Source:
    """A text that was given to the compiler, and the name it is shown under (a path, `<repl>`, `<text>`)."""

    name: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Span:
    """The characters `start` up to, not including, `end` of a source."""

    source: Source
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    def to(self, other: Span) -> Span:
        """From the start of this span to the end of the other."""
        return Span(self.source, min(self.start, other.start), max(self.end, other.end))


@dataclass(frozen=True, slots=True)
class Label:
    """A second place that explains the first, and what is to be seen there."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A change that would mend the fault: the text at `span` becomes `text`."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One fault or warning.

    code: `E0203` or `W0105`; the letter is the severity. message: one sentence in lower case, in the user's words.
    span: where, in the user's own text (None only where there is no text, as for a missing script).
    """

    code: str
    message: str
    span: Span | None
    labels: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: str | None = None
    edits: tuple[Edit, ...] = ()

    @property
    def severity(self) -> str:
        return "warning" if self.code.startswith("W") else "error"


class Hint(str):
    """A help sentence about a name: `word` is not there; `certain` is what was meant, where that is beyond doubt."""

    __slots__ = ("certain", "word")

    certain: str | None
    word: str

    @staticmethod
    def about(word: str, certain: str | None, text: str) -> Hint:
        hint = Hint(text)
        hint.word, hint.certain = word, certain
        return hint

    def edits(self, span: Span) -> tuple[Edit, ...]:
        """The change of the word inside the span; none where it is not beyond doubt, or not one place in the text."""
        if self.certain is None:
            return ()
        places = list(re.finditer(rf"(?<![\w.]){re.escape(self.word)}(?!\w)", span.text))
        places = places or list(re.finditer(rf"(?<!\w){re.escape(self.word)}(?!\w)", span.text))  # behind a dot
        if len(places) != 1:
            return ()
        start, end = span.start + places[0].start(), span.start + places[0].end()
        around = span.source.text[start - 1 : start] + span.source.text[end : end + 1]
        if not self.certain.isidentifier() and around not in ('""', "``"):
            return ()
        return (Edit(Span(span.source, start, end), self.certain),)


class Fault(Exception):
    """Carries one diagnostic up to where work can go on: the enclosing statement collects it. Never shown as such."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


def fault(
    code: str,
    message: str,
    span: Span | None,
    *,
    labels: tuple[Label, ...] = (),
    notes: tuple[str, ...] = (),
    help: str | None = None,
    edits: tuple[Edit, ...] = (),
) -> Fault:
    """`raise fault("E0203", "...", span)`. A help sentence that knows which name was meant brings its edit along."""
    if not edits and isinstance(help, Hint) and span is not None:
        edits = help.edits(span)
    return Fault(Diagnostic(code, message, span, labels, notes, help, edits))


class Collector:
    """Gathers diagnostics in the order found; the same one (code, place and message) is kept once."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, Span | None], Diagnostic] = {}

    def add(self, diagnostic: Diagnostic) -> None:
        self._found.setdefault((diagnostic.code, diagnostic.message, diagnostic.span), diagnostic)

    def keep(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Holds these, and nothing else."""
        self._found = {}
        for diagnostic in diagnostics:
            self.add(diagnostic)

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self.sorted())

    def sorted(self) -> list[Diagnostic]:
        """By place in the text; those without a place first."""
        return sorted(self._found.values(), key=lambda d: (d.span.source.name, d.span.start) if d.span else ("", -1))

    @property
    def errors(self) -> list[Diagnostic]:
        return [d for d in self.sorted() if d.severity == "error"]

    def __bool__(self) -> bool:
        return bool(self._found)
