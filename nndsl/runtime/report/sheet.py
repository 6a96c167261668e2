"""What all sections of one report share: the session, who draws, and the texts that links go into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nndsl.diagnostics import Source, Span
from nndsl.diagnostics.location import line_of
from nndsl.runtime.report.artist import Artist
from nndsl.runtime.report.element import Element, el
from nndsl.semantics.modules import in_library
from nndsl.values import value

if TYPE_CHECKING:
    from nndsl.runtime.session import Session


@value
class Sheet:
    """sources: the script, then the files it uses."""

    session: Session
    artist: Artist
    sources: tuple[Source, ...]

    def link(self, span: Span) -> Element | None:
        """A link to the line in which something stands; None where that is in none of the texts."""
        span = self.session.placed(span)
        if span.source not in self.sources:
            return None
        place, number = self.sources.index(span.source), line_of(span.source, span.start)
        words = f"line {number}" + (f" of {span.source.name}" if place else "")
        return el("a", words, href=f"#{prefix(place)}-{number}")


def prefix(place: int) -> str:
    """Of the places of lines in a text."""
    return f"text-{place + 1}-line" if place else "line"


def sources_of(session: Session, script: Source) -> tuple[Source, ...]:
    """The script and the files that it uses, apart from the library."""
    scope, script = session.program.scope, session.script(script)
    spans = [entry.definition.span for entry in scope.entries.values()] + [let.span for let in scope.lets.values()]
    outside = (span.source for span in map(session.placed, spans) if not in_library(span))
    used = {source.name: source for source in outside if source.name != script.name}
    return (script, *used.values())
