"""Small pieces of sentences for messages: lists of names, counts of things."""

from __future__ import annotations

from collections.abc import Iterable

from nndsl.diagnostics.location import columns


def listed(names: Iterable[str], limit: int = 8) -> str:
    """`a`, `b`, `c` and 5 more."""
    every = list(names)
    shown = ", ".join(f"`{name}`" for name in every[:limit])
    return shown + (f" and {len(every) - limit} more" if len(every) > limit else "")


def counted(count: int, thing: str, things: str | None = None) -> str:
    """`1 row`, `2 rows`."""
    return f"{count} {thing if count == 1 else things or thing + 's'}"


def cut(text: str, most: int, end: str = "…") -> str:
    """A text of at most so many columns of a terminal: of a longer one the end is left out."""
    if columns(text) <= most:
        return text
    while text and columns(text) + len(end) > most:
        text = text[:-1]
    return text + end


def padded(text: str, width: int, *, right: bool = False) -> str:
    """A text that is so many columns wide, its letters at the left or at the right."""
    blank = " " * max(width - columns(text), 0)
    return blank + text if right else text + blank


def visible(text: str) -> str:
    """A text as it can stand in a line: the end of a line is shown as `\\n`."""
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
