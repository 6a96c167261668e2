"""An entry apart: prompts stripped, commands and statements told from one another.

In: what a person typed or pasted. Out: pieces, in order, each a command (`:undo`, `?dense`) or a text of statements at
its own line numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nndsl.syntax import is_complete
from nndsl.values import value

PROMPT, GOES_ON = "nn>", "..."
_PROMPTED = re.compile(rf"^[ \t]*(?:{re.escape(PROMPT)}|{re.escape(GOES_ON)})(?: |$)")
SIGNS = (":", "?")  # what a command begins with


@value
class Piece:
    """command: whether it is one. text: of statements, with empty lines before it, so that lines keep their numbers."""

    command: bool
    text: str


def stripped(text: str) -> str:
    """A text without prompts. Of a transcript, which begins with `nn>`, the lines that were answers are left out."""
    lines = text.splitlines(keepends=True)
    first = next((line for line in lines if line.strip()), "")
    if not first.lstrip().startswith(PROMPT):
        return text
    kept: list[str] = []
    for line in lines:
        if _PROMPTED.match(line):
            kept.append(_PROMPTED.sub("", line, count=1))
        else:
            kept.append("\n" if is_complete("".join(kept)) else line)
    return "".join(kept)


def pieces(text: str) -> Iterator[Piece]:
    """What an entry holds. A line that begins with `:` or `?` where a statement could begin is a command."""
    held: list[str] = []
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        if line.lstrip().startswith(SIGNS) and is_complete("".join(held)):
            if "".join(held).strip():
                yield Piece(False, "".join(held))
            held = ["\n" * number]
            yield Piece(True, line.strip())
        else:
            held.append(line)
    if "".join(held).strip():
        yield Piece(False, "".join(held))


def ready(text: str) -> bool:
    """Whether Enter would submit an entry: it is complete, and has something in it."""
    last = text.rstrip().rpartition("\n")[2].lstrip()
    return last.startswith(SIGNS) or is_complete(text)


def is_hidden(text: str) -> bool:
    """Whether it ends with `;`, which hides its results."""
    return text.rstrip().endswith(";")
