"""Small pieces of sentences for messages: lists of names, counts of things."""

from __future__ import annotations

from collections.abc import Iterable


def listed(names: Iterable[str], limit: int = 8) -> str:
    """`a`, `b`, `c` and 5 more."""
    every = list(names)
    shown = ", ".join(f"`{name}`" for name in every[:limit])
    return shown + (f" and {len(every) - limit} more" if len(every) > limit else "")


def counted(count: int, thing: str, things: str | None = None) -> str:
    """`1 row`, `2 rows`."""
    return f"{count} {thing if count == 1 else things or thing + 's'}"


def visible(text: str) -> str:
    """A text as it can stand in a line: the end of a line is shown as `\\n`."""
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
