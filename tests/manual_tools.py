"""Reads the chapters of the manual, and runs what stands in their fences.

A fence says what becomes of it:
- `nn`: a complete script that runs; `nn more` goes on from the one before it; `nn aside` too, and nothing from that.
- `nn ... as net.nn`: what it is so far lies under this name in the folder of the consoles below.
- `nn check`, `nn check more`: checked, and not run.
- `nn wrong E0301`: gives this code and no other error; with `more` it goes on from what is before it.
- `console`: commands after `$`, and what they print; with `numbers`, numbers may be others.
- `console session`: entries after `nn>`, and what is answered; `console session more` goes on from it.
- `python`: is run. `ipython`: is a cell of a notebook. `toml`: can be read. `lua`, `text`: are for people.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from nndsl.diagnostics import Collector, Diagnostic, Source
from nndsl.lower.check import check_program
from nndsl.manual import CHAPTERS, chapter
from nndsl.syntax import parse

EXAMPLES = Path(__file__).parent.parent / "examples"
FENCE = re.compile(r"^```([^\n`]*)\n(.*?)^```[ \t]*$", re.M | re.S)
WORDS = {"nn", "console", "python", "ipython", "toml", "lua", "text"}


@dataclass
class Block:
    """One fence: its words, its text, and the line it begins at."""

    words: tuple[str, ...]
    text: str
    line: int


@dataclass
class Chain:
    """A script in pieces; what is wrong on purpose is apart. only_checked: it would take too long."""

    file: str
    line: int
    pieces: list[str] = field(default_factory=list)
    wrong: list[tuple[int, str, str]] = field(default_factory=list)  # line, code, whole text
    only_checked: bool = False

    @property
    def text(self) -> str:
        return "\n".join(self.pieces)


def texts() -> dict[str, str]:
    """file -> its text."""
    return {one.file: chapter(one.name) or "" for one in CHAPTERS}


def fences(text: str) -> list[Block]:
    found = []
    for match in FENCE.finditer(text):
        found.append(Block(tuple(match[1].split()), match[2], text.count("\n", 0, match.start()) + 1))
    return found


def chains(file: str, text: str) -> list[Chain]:
    """The scripts of a chapter."""
    found: list[Chain] = []
    current = Chain(file, 0)
    for block in fences(text):
        if block.words[:1] != ("nn",):
            continue
        more = "more" in block.words
        if block.words[1:2] == ("wrong",):
            of = current if more else Chain(file, block.line)
            of.wrong.append((block.line, block.words[2], f"{of.text}\n{block.text}"))
            found += [] if more else [of]
            continue
        if "aside" in block.words:
            found.append(Chain(file, block.line, [*current.pieces, block.text]))
            continue
        if not more:
            current = Chain(file, block.line)
            found.append(current)
        current.pieces.append(block.text)
        current.only_checked |= "check" in block.words
    return found


def written(text: str, folder: Path) -> None:
    """Puts the scripts of a chapter that have a name into a folder."""
    script = ""
    for block in fences(text):
        if block.words[0] == "nn":
            script = _write(block, script, folder)


def _write(block: Block, before: str, folder: Path) -> str:
    """A script under its name; gives what the next one goes on from."""
    whole = f"{before}\n{block.text}" if {"more", "aside"} & set(block.words) else block.text
    if "as" in block.words:
        (folder / block.words[block.words.index("as") + 1]).write_text(whole, encoding="utf-8")
    return before if {"wrong", "aside"} & set(block.words) else whole


def checked(text: str, folder: Path) -> list[Diagnostic]:
    """All that is wrong with a script."""
    collector = Collector()
    check_program(parse(Source("script.nn", text), collector), folder, collector)
    return list(collector)


def place(folder: Path) -> Path:
    """A folder in which the data of the examples lie, and where files may be written."""
    if not (folder / "data").exists():
        (folder / "data").symlink_to(EXAMPLES / "data", target_is_directory=True)
    return folder


# ---- consoles ----------------------------------------------------------------------------------------------------

NUMBER = re.compile(r"[-−]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?%?")


@dataclass
class Replayed:
    """A block of a console as it stands in the text, and as it comes out."""

    line: int
    said: str
    found: str
    numbers_differ: bool

    @property
    def same(self) -> bool:
        return self.said == self.found or (self.numbers_differ and blurred(self.said) == blurred(self.found))


def blurred(text: str) -> str:
    """Without the numbers, and without the blanks that stand in for shorter ones."""
    return re.sub(r"[ \-─]+", " ", NUMBER.sub("#", text))


def replay(text: str, folder: Path) -> list[Replayed]:
    """Every console of a chapter, one after the other; scripts that have a name (`nn as net.nn`) lie in the folder."""
    found: list[Replayed] = []
    session: list[Block] = []
    script = ""
    for block in fences(text):
        if block.words[0] == "nn":
            script = _write(block, script, folder)
        elif block.words[0] == "console" and "session" in block.words:
            if "more" not in block.words:
                found += _entered(session, folder)
                session = []
            session.append(block)
        elif block.words[0] == "console":
            commands = [line for line in block.text.splitlines() if line.startswith("$ ")]
            out = "".join(f"{command}\n{carried_out(command[2:])}" for command in commands)
            found.append(Replayed(block.line, block.text, out, "numbers" in block.words))
    return sorted([*found, *_entered(session, folder)], key=lambda one: one.line)


def _entered(session: list[Block], folder: Path) -> list[Replayed]:
    """A session that is shown in pieces: it is entered as a whole, and what it says is dealt out to them."""
    if not session:
        return []
    (folder / "session.txt").write_text("".join(block.text for block in session), encoding="utf-8")
    answers = re.split(r"^(?=nn> )", carried_out("nndsl repl --replay session.txt"), flags=re.M)[1:]
    found = []
    for block in session:
        count = sum(line.startswith("nn> ") for line in block.text.splitlines())
        out, answers = "".join(answers[:count]), answers[count:]
        found.append(Replayed(block.line, block.text, f"{out.rstrip()}\n", "numbers" in block.words))
    assert not answers, answers
    return found


def carried_out(command: str) -> str:
    """What a command of a console prints, on both streams; the working directory is the folder of the scripts."""
    import io
    import shlex
    from contextlib import redirect_stderr, redirect_stdout

    from nndsl.cli import main

    words = shlex.split(command)
    if words[0] == "cat":
        return Path(words[1]).read_text(encoding="utf-8")
    if words[0] == "head":
        lines = Path(words[2]).read_text(encoding="utf-8").splitlines()
        return "".join(f"{line}\n" for line in lines[: int(words[1].removeprefix("-"))])
    assert words[0] == "nndsl", command
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out):
        main(words[1:])
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def renewed(text: str, replayed: list[Replayed]) -> str:
    """The chapter with what comes out now."""
    lines = text.splitlines(keepends=True)
    for one in reversed(replayed):
        if not one.same:
            lines[one.line : one.line + one.said.count("\n")] = one.found.splitlines(keepends=True)
    return "".join(lines)
