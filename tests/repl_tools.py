"""What the tests of the prompt share: a session that only remembers, and a person at a terminal that is a pipe."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput, Output

from nndsl.interactive.entries import ready, stripped
from nndsl.interactive.face import Reply
from nndsl.repl.history import HistoryFile
from nndsl.repl.talk import Talk, Ways
from nndsl.repl.terminal import Terminal

ENTER, ALT_ENTER, CTRL_C, CTRL_D, CTRL_R, TAB, UP, DOWN, ESCAPE = (
    "\r", "\x1b\r", "\x03", "\x04", "\x12", "\t", "\x1b[A", "\x1b[B", "\x1b",
)  # fmt: skip
Step = str | Callable[[Terminal], bool]  # keys, or what is waited for


def paste(text: str) -> str:
    """As a terminal sends what is pasted."""
    return f"\x1b[200~{text}\x1b[201~"


@dataclass
class Offer:
    text: str
    label: str
    kind: str
    meaning: str
    start: int


@dataclass
class Fake:
    """A session that carries out nothing. answers: what entries give, by their texts. offers: words to complete."""

    answers: dict[str, Reply | BaseException] = field(default_factory=dict)
    unsaved: tuple[str, ...] = ()
    offers: dict[str, str] = field(default_factory=dict)
    entered: list[str] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)

    def enter(self, text: str, name: str | None = None) -> Reply:
        self.entered.append(text)
        self.names.append(name)
        answer = self.answers.get(text, Reply())
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def is_complete(self, text: str) -> bool:
        return ready(stripped(text))

    def complete(self, text: str, offset: int) -> Sequence[Offer]:
        start = offset
        while start and text[start - 1].isalpha():
            start -= 1
        word = text[start:offset]
        return [
            Offer(name, name, "verb", meaning, start) for name, meaning in self.offers.items() if name.startswith(word)
        ]


@dataclass
class Told:
    """What a talk said, and its faults."""

    said: list[str] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)

    def ways(self) -> Ways:
        return Ways(self.said.append, self.faults.append)


@dataclass
class Person:
    """Who has typed at a prompt: the session, what was said, the exit code, the terminal as it was left."""

    session: Any
    told: Told
    code: int
    terminal: Terminal


def typed(
    *steps: Step, session: Any = None, folder: Path | None = None, sink: Output | None = None, color: bool = False
) -> Person:
    """A person types, waits where a step says so, and leaves with Ctrl-D if the steps do not."""
    held, told = session or Fake(), Told()
    history = HistoryFile(folder / "history" if folder else Path("/dev/null"))
    with create_pipe_input() as source:
        terminal = Terminal(Talk(held, told.ways()), history, color=color, source=source, sink=sink or DummyOutput())
        failed: list[str] = []
        hands = threading.Thread(target=_type, args=(source, terminal, steps, failed), daemon=True)
        hands.start()
        code = terminal.run()
        hands.join(10)
    assert not failed, failed
    return Person(held, told, code, terminal)


def _type(source: PipeInput, terminal: Terminal, steps: Sequence[Step], failed: list[str]) -> None:
    for number, step in enumerate(steps):
        if isinstance(step, str):
            source.send_text(step)
        elif not _comes(lambda step=step: step(terminal)):  # type: ignore[misc]
            failed.append(f"step {number} was waited for in vain; the text is {terminal.prompt.default_buffer.text!r}")
            break
    if failed or CTRL_D not in steps:
        source.send_text(CTRL_C + CTRL_D)
    if failed:
        source.send_text("y")


def _comes(is_there: Callable[[], bool]) -> bool:
    limit = time.monotonic() + 10
    while time.monotonic() < limit:
        if is_there():
            return True
        time.sleep(0.005)
    return False


def menu(*words: str) -> Step:
    """Waits for a menu with these words, and no others."""

    def is_there(terminal: Terminal) -> bool:
        state = terminal.prompt.default_buffer.complete_state
        return state is not None and [one.text for one in state.completions] == list(words)

    return is_there


def no_menu(terminal: Terminal) -> bool:
    return terminal.prompt.default_buffer.complete_state is None


def text(expected: str) -> Step:
    """Waits for this text at the prompt."""
    return lambda terminal: terminal.prompt.default_buffer.text == expected
