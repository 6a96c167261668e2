"""The chapters of the manual: Markdown files that ship beside the grammar.

In: a chapter's name. Out: its text. Some are written by hand, some by `python -m nndsl.manual` from the tables.
"""

from __future__ import annotations

from nndsl.syntax.tables import grammar_text
from nndsl.values import value


@value
class Chapter:
    """file: in the folder `grammar`. generated: made from the tables, never written by hand."""

    name: str
    file: str
    about: str
    generated: bool = False


CHAPTERS = (
    Chapter("manual", "README.md", "what there is to read, and in which order"),
    Chapter("tour", "tour.md", "from nothing to a trained, measured and plotted network, and everything after it"),
    Chapter("cookbook", "cookbook.md", "how do I ...: short complete scripts"),
    Chapter("reference", "reference.md", "every statement, option, function and field", generated=True),
    Chapter("library", "std.md", "every layer, loss, optimizer, ... as an equation", generated=True),
)


def chapter(name: str) -> str | None:
    """The text of a chapter; None where there is none of this name."""
    file = next((one.file for one in CHAPTERS if one.name == name), None)
    return grammar_text(file) if file is not None else None
