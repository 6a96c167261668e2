"""Entries of a session, as pages and tests have them: what they say, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nndsl.diagnostics import Diagnostic
from nndsl.interactive.face import Nobody
from nndsl.interactive.session import Interactive
from nndsl.semantics.program import Action


@dataclass
class Listening(Nobody):
    """Keeps what it is told."""

    told: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    found: list[Diagnostic] = field(default_factory=list)
    done_: list[tuple[Action, object]] = field(default_factory=list)

    def tell(self, text: str) -> None:
        self.told.append(text)

    def note(self, text: str) -> None:
        self.notes.append(text)

    def report(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.found.extend(diagnostics)

    def done(self, action: Action, outcome: object, elapsed_s: float) -> None:
        self.done_.append((action, outcome))


class Talk:
    """A session, and what it says of one entry after the other."""

    def __init__(self, folder: Path) -> None:
        self.face = Listening()
        self.session = Interactive(folder, self.face)

    def __call__(self, entry: str) -> str:
        """What an entry tells; it must be well."""
        before = len(self.face.told)
        reply = self.session.enter(entry)
        assert reply.well, [(d.code, d.message) for d in self.face.found]
        return "\n".join(self.face.told[before:])

    def wrong(self, entry: str) -> Diagnostic:
        """What is wrong with an entry."""
        before = len(self.face.found)
        assert not self.session.enter(entry).well
        return self.face.found[before:][-1]


def entered(text: str, folder: Path) -> list[Diagnostic]:
    """The entries of a page, which blank lines set apart: all that is found wrong."""
    (folder / "earlier.nn").write_text("let width = 8\n", encoding="utf-8")
    talk = Talk(folder)
    for entry in text.split("\n\n"):
        talk.session.enter(entry)
    return talk.face.found
