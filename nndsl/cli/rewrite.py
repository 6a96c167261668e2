"""Files that a command changes: which ones, their texts as they are, and how a new text takes their place.

In: words of the command line. Out: `Script`s. A file is replaced in one step, by a rename, so that nobody ever sees
half of it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from nndsl.diagnostics import Source, fault
from nndsl.paths import whole
from nndsl.values import value

STDIN = "-"


@value
class Script:
    """A text with its line ends as they are. path: None for standard input."""

    source: Source
    path: Path | None

    @property
    def folder(self) -> Path:
        return Path.cwd() if self.path is None else self.path.parent


def names(words: list[str]) -> list[str]:
    """The files that are named, and the scripts below the folders that are; each once."""
    found: list[str] = []
    for word in words:
        path = Path(word)
        found += [str(inner) for inner in sorted(path.rglob("*.nn"))] if path.is_dir() else [word]
    return list(dict.fromkeys(found))


def script(name: str) -> Script:
    """Raises a Fault (E0701)."""
    if name == STDIN:
        return Script(Source("<stdin>", _decoded(sys.stdin.buffer.read(), name)), None)
    from nndsl.cli.script import unreadable

    path = Path(name)
    try:
        return Script(Source(name, _decoded(path.read_bytes(), name)), path)
    except OSError as problem:
        raise unreadable(path, problem) from None


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as problem:
        notes = (f"byte {problem.start} is not",)
        raise fault("E0701", f"`{name}` is not text in UTF-8", None, notes=notes) from None


def replace(script: Script, text: str) -> None:
    """Puts the text in the file's place; raises a Fault (E0702)."""
    assert script.path is not None
    try:
        with whole(script.path) as file:
            file.write(text.encode("utf-8"))
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        raise fault("E0702", f"`{script.path}` cannot be written: {reason}", None) from None


def difference(script: Script, text: str) -> str:
    """The lines that differ, as `diff -u` shows them."""
    import difflib

    before, after = script.source.text.splitlines(), text.splitlines()
    lines = difflib.unified_diff(before, after, script.source.name, script.source.name, lineterm="")
    shown = "\n".join(lines)
    return shown or f"{script.source.name}: line ends alone differ"
