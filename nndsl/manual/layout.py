"""Pieces of Markdown: tables, lists, fences, anchors.

In: texts. Out: Markdown.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence

WIDTH = 118


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; columns that are empty in every row are left out. Empty where there are no rows."""
    every = [tuple(row) for row in rows]
    if not every:
        return ""
    kept = [i for i in range(len(head)) if any(row[i] for row in every)]
    lines = [[head[i] for i in kept], ["---"] * len(kept), *([_cell(row[i]) for i in kept] for row in every)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def fence(code: str, info: str = "nn") -> str:
    return f"```{info}\n{code.rstrip()}\n```"


def code(text: str) -> str:
    """As code, where it is not empty."""
    return f"`{text}`" if text else ""


def word(text: str) -> str:
    """A value as it would be written: one word or number is code, words for people are not."""
    plain = re.fullmatch(r"[\w.%+-]+", text) is not None
    return code(text) if plain else text


def anchor(heading: str) -> str:
    """Where a heading is linked to, as GitHub makes it."""
    kept = "".join(c for c in heading.casefold() if c.isalnum() or c in " -_")
    return "#" + kept.replace(" ", "-")


def paragraph(text: str) -> str:
    """A text in lines, for those who read the file as it is."""
    return "\n".join(textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False))


def blocks(*parts: str) -> str:
    """Parts with an empty line between; empty ones are left out."""
    return "\n\n".join(part.strip("\n") for part in parts if part.strip())
