"""For tests of the editor's engine: a text with the names of its places, as a person would point at them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nndsl.diagnostics import Collector, Diagnostic, Edit, Fault, Source
from nndsl.editor.references import Reference, References, references
from nndsl.editor.rename import applied, rename
from nndsl.lower.check import Checked, check_program
from nndsl.syntax import ast, parse

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.nn"))
IDS = [path.stem for path in EXAMPLES]


@dataclass
class Text:
    """A text that was read and checked, whether it is right or wrong."""

    source: Source
    module: ast.Module
    checked: Checked
    said: list[Diagnostic]
    found: References

    @property
    def text(self) -> str:
        return self.source.text

    def place(self, word: str, nth: int = 1, inside: str = "") -> int:
        """Where the nth occurrence of a word begins, within the first occurrence of some text around it."""
        at = self.text.index(inside) if inside else 0
        for _ in range(nth):
            at = self.text.index(word, at) + 1
        return at - 1

    def at(self, word: str, nth: int = 1, inside: str = "") -> Reference:
        """The reference there."""
        found = self.found.at(self.place(word, nth, inside))
        assert found is not None, (word, nth, inside)
        assert found.span.start <= self.place(word, nth, inside)
        return found

    def role(self, word: str, nth: int = 1, inside: str = "") -> str:
        return self.at(word, nth, inside).meaning.role

    def line_of(self, word: str, nth: int = 1, inside: str = "") -> int | None:
        """The line of the definition, from 1; None where it has no place in this text."""
        place = self.at(word, nth, inside).meaning.place
        if place is None or place.source != self.source:
            return None
        return self.text.count("\n", 0, place.start) + 1

    def rename(self, word: str, new: str, nth: int = 1, inside: str = "") -> list[Edit] | Fault:
        return rename(self.module, self.checked.program.scope, self.place(word, nth, inside), new, self.checked.context)

    def renamed(self, word: str, new: str, nth: int = 1, inside: str = "") -> str:
        """The text with another name."""
        edits = self.rename(word, new, nth, inside)
        assert not isinstance(edits, Fault), edits.diagnostic.message
        return applied(self.text, edits)

    def refused(self, word: str, new: str, nth: int = 1, inside: str = "") -> str:
        """Why there is no such change."""
        fault = self.rename(word, new, nth, inside)
        assert isinstance(fault, Fault), fault
        return fault.diagnostic.message


def read(text: str, folder: Path = Path("/nowhere"), name: str = "text.nn") -> Text:
    source, collector = Source(name, text), Collector()
    module = parse(source, collector)
    checked = check_program(module, folder, collector)
    found = references(module, checked.program.scope, checked.context)
    return Text(source, module, checked, list(collector), found)


def example(path: Path) -> Text:
    return read(path.read_text(encoding="utf-8"), path.parent, path.name)
