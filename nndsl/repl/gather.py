"""Lines gathered into entries: from a pipe as they come, and from a file that is replayed.

In: lines, with or without prompts. Out: entries; a statement of several lines is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from nndsl.interactive.entries import GOES_ON, PROMPT

ARROW = "->"  # a line that begins with it goes on from the one before


def gathered(lines: Iterable[str], is_complete: Callable[[str], bool]) -> Iterator[str]:
    """Entries, each as soon as its last line is there. What is incomplete at the end is one too: it says itself what
    is missing."""
    held: list[str] = []
    for line in lines:
        if not held and not line.strip():
            continue
        held.append(line.rstrip("\r\n"))
        if is_complete("\n".join(held)):
            yield "\n".join(held)
            held = []
    if held:
        yield "\n".join(held)


def replayed(text: str, is_complete: Callable[[str], bool]) -> list[str]:
    """The entries of a file. Of a transcript, which has prompts, what was answered is left out."""
    lines = text.splitlines()
    if any(line.startswith(PROMPT) for line in lines):
        return list(_prompted(lines))
    entries: list[str] = []
    for entry in gathered(lines, is_complete):
        if entries and entry.lstrip().startswith(ARROW):
            entries[-1] += "\n" + entry
        else:
            entries.append(entry)
    return entries


def _prompted(lines: Iterable[str]) -> Iterator[str]:
    """`nn>` begins an entry; lines with `...` right below it go on with it."""
    held: list[str] | None = None
    for line in lines:
        if line.startswith(PROMPT):
            if held is not None:
                yield "\n".join(held)
            held = [_without(line, PROMPT)]
        elif held is not None and line.startswith(GOES_ON):
            held.append(_without(line, GOES_ON))
        elif held is not None:
            yield "\n".join(held)
            held = None
    if held is not None:
        yield "\n".join(held)


def _without(line: str, prompt: str) -> str:
    return line.removeprefix(prompt).removeprefix(" ")


def as_typed(entry: str) -> str:
    """An entry with its prompts."""
    first, *rest = entry.split("\n")
    return "\n".join([f"{PROMPT} {first}", *(f"{GOES_ON} {line}" for line in rest)])
