"""Entries from a pipe, from a file that is replayed, and from a terminal that can do nothing: without prompt_toolkit.

In: lines. Out: an exit code, and what the session shows. From a pipe, nothing is asked and no prompt is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TextIO

from nndsl.interactive.entries import GOES_ON, PROMPT
from nndsl.interactive.face import Reply
from nndsl.repl.editor import edited
from nndsl.repl.gather import as_typed, gathered, replayed
from nndsl.repl.leave import is_yes, question
from nndsl.repl.talk import Talk

WELL, WRONG, INTERRUPTED = 0, 1, 130


def from_pipe(talk: Talk, lines: Iterable[str]) -> int:
    """Carries out what comes. A fault does not end it, Ctrl-C does."""
    return _carried_out(talk, gathered(lines, talk.is_complete), lambda entry: None)


def from_file(talk: Talk, text: str, show: Callable[[str], None]) -> int:
    """A session over again: each entry is shown as typed."""
    return _carried_out(talk, replayed(text, talk.is_complete), lambda entry: show(as_typed(entry)))


def _carried_out(talk: Talk, entries: Iterable[str], before: Callable[[str], None]) -> int:
    for entry in entries:
        before(entry)
        reply = talk.enter(entry)
        if reply.interrupted:
            return INTERRUPTED
        if reply.edit is not None:
            talk.ways.say("nothing can be edited here: this is no terminal")
            talk.well = False
        if reply.quit:
            break
    return WELL if talk.well else WRONG


class PlainTerminal:
    """A person at a terminal that cannot move its cursor. lines: what is typed; prompts: where they are written."""

    def __init__(self, talk: Talk, lines: TextIO, prompts: TextIO) -> None:
        self.talk, self.lines, self.prompts = talk, lines, prompts

    def run(self) -> int:
        """Until the person leaves."""
        while True:
            try:
                entry = self._entry()
                if entry is None:
                    if self._leaves():
                        return WELL
                elif entry.strip() and self._enter(entry).quit and self._leaves():
                    return WELL
            except KeyboardInterrupt:
                self._write("\n")

    def _entry(self) -> str | None:
        """One entry; None at the end of what is typed. An empty line ends one that is incomplete."""
        held: list[str] = []
        while True:
            line = self._ask(f"{GOES_ON if held else PROMPT} ")
            if not line:
                self._write("\n")
                return "\n".join(held) if held else None
            held.append(line.rstrip("\r\n"))
            if not held[-1].strip() or self.talk.is_complete("\n".join(held)):
                return "\n".join(held)

    def _enter(self, entry: str) -> Reply:
        reply = self.talk.enter(entry)
        while reply.edit is not None:
            text = edited(reply.edit, self.talk.ways.say)
            if text is None:
                break
            self._write(as_typed(text) + "\n")
            reply = self.talk.enter(text)
        return reply

    def _leaves(self) -> bool:
        names = self.talk.session.unsaved
        if not names:
            return True
        answer = self._ask(question(names))
        return not answer or is_yes(answer)

    def _ask(self, question: str) -> str:
        """A line; empty at the end of what is typed."""
        self._write(question)
        return self.lines.readline()

    def _write(self, text: str) -> None:
        self.prompts.write(text)
        self.prompts.flush()
