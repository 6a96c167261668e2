"""The prompt on a terminal: keys, colours, a menu, history.

In: what a person types. Out: what the session shows. It holds no meaning of its own: whether an entry is complete, what
may stand at the cursor and what an entry does are the session's business.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.application.current import get_app, get_app_session
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.filters import to_filter
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import History
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.key_binding.key_processor import KeyPressEvent
from prompt_toolkit.layout.processors import TabsProcessor
from prompt_toolkit.output import ColorDepth, Output

from nndsl.interactive.entries import GOES_ON, PROMPT
from nndsl.interactive.face import Reply
from nndsl.repl.ahead import read_ahead
from nndsl.repl.colouring import Brackets, Coloured, style
from nndsl.repl.echo import echo
from nndsl.repl.editor import edited
from nndsl.repl.gather import as_typed
from nndsl.repl.history import HistoryFile
from nndsl.repl.keys import bindings
from nndsl.repl.leave import is_yes, question
from nndsl.repl.menu import Offered
from nndsl.repl.talk import Talk
from nndsl.runtime.progress import duration

MENU = 6  # lines that are kept free below the prompt
ESCAPE_S, MEANT_S = 0.05, 0.2  # how long a lone Escape waits for the rest of a key, and for an Enter behind it
WORTH_SAYING_S = 0.5  # what takes less needs no word of how long it took
FAULTS = 3  # of the prompt itself, in a row, after which it is given up


class Remembered(History):
    """The shared file as prompt_toolkit reads it: the newest entries first."""

    def __init__(self, file: HistoryFile) -> None:
        super().__init__()
        self.file = file

    def load_history_strings(self) -> Iterable[str]:
        return reversed(self.file.read())

    def append_string(self, string: str) -> None:
        super().append_string(string.rstrip())

    def store_string(self, string: str) -> None:
        self.file.add(string)


class Terminal:
    """A person at a terminal. source, sink: where keys come from and where it is drawn; None: the process's own."""

    def __init__(
        self, talk: Talk, history: HistoryFile, *, color: bool, source: Input | None = None, sink: Output | None = None
    ) -> None:
        self.talk = talk
        depth = (sink or get_app_session().output).get_default_color_depth()
        self.io: dict[str, Any] = {"input": source, "output": sink, "style": style(depth is ColorDepth.DEPTH_4_BIT)}
        if not color:
            self.io["color_depth"] = ColorDepth.DEPTH_1_BIT
        self.prompt = self._prompt(history)
        self.is_ready = False  # to complete at once

    def run(self) -> int:
        """Until the person leaves."""
        with echo(sys.stdin, on=False):
            return self._run()

    def _run(self) -> int:
        faults = 0
        while True:
            try:
                if self._turn():
                    return 0
                faults = 0
            except KeyboardInterrupt:
                continue
            except Exception as problem:  # of the prompt itself: those of the session do not come here
                faults += 1
                self.talk.ways.crashed(problem)
                if faults == FAULTS:
                    return 70

    def _turn(self) -> bool:
        """One entry; whether it was the last."""
        try:
            text = self.prompt.prompt(pre_run=self._read_ahead)
        except EOFError:
            return self._leaves()
        return bool(text.strip()) and self._enter(text).quit and self._leaves()

    def _read_ahead(self) -> None:
        """Once, when the first prompt is about to be drawn."""
        if not self.is_ready:
            self.is_ready = True
            read_ahead(self.talk.session)

    def _enter(self, text: str) -> Reply:
        reply = self.talk.enter(text)
        while reply.edit is not None:
            with echo(sys.stdin, on=True):
                saved = edited(reply.edit, self.talk.ways.say)
            if saved is None:
                break
            self.talk.ways.say(as_typed(saved))
            self.prompt.history.append_string(saved)
            reply = self.talk.enter(saved)
        if reply.clear:
            self._clear()
        return reply

    def _clear(self) -> None:
        sink = self.prompt.app.output
        sink.erase_screen()
        sink.cursor_goto(0, 0)
        sink.flush()

    def _leaves(self) -> bool:
        names = self.talk.session.unsaved
        if not names:
            return True
        asked: PromptSession[str] = PromptSession(key_bindings=_answers(), **self.io)
        try:
            return is_yes(asked.prompt(question(names)))
        except EOFError:
            return True
        except KeyboardInterrupt:
            return False

    # ---- how it looks

    def _prompt(self, file: HistoryFile) -> PromptSession[str]:
        prompt: PromptSession[str] = PromptSession(
            [("class:prompt", f"{PROMPT} ")],
            prompt_continuation=_continuation,
            multiline=True,
            key_bindings=bindings(self.talk.is_complete),
            lexer=Coloured(),
            input_processors=[Brackets(), TabsProcessor(tabstop=2, char1=" ", char2=" ")],
            completer=Offered(self.talk.session),
            complete_in_thread=True,
            complete_while_typing=True,
            reserve_space_for_menu=MENU,
            history=Remembered(file),
            auto_suggest=AutoSuggestFromHistory(),
            rprompt=self._right,
            enable_suspend=True,
            enable_open_in_editor=True,
            tempfile_suffix=".nn",
            include_default_pygments_style=False,
            **self.io,
        )
        # Given to the constructor, this would switch the menu off while typing.
        prompt.default_buffer.enable_history_search = to_filter(True)
        prompt.app.ttimeoutlen, prompt.app.timeoutlen = ESCAPE_S, MEANT_S
        return prompt

    def _right(self) -> StyleAndTextTuples:
        """How long the last entry took, until something is typed."""
        if self.talk.took_s < WORTH_SAYING_S or get_app().is_done or self.prompt.default_buffer.text:
            return []
        return [("class:took", duration(self.talk.took_s))]


def _continuation(width: int, number: int, wraps: int) -> StyleAndTextTuples:
    """Before each line but the first; blank before what only goes on because the terminal is narrow."""
    return [("", " " * width)] if wraps else [("class:continuation", f"{GOES_ON} ")]


def _answers() -> KeyBindings:
    """One key answers."""
    keys = KeyBindings()

    @keys.add("y")
    @keys.add("n")
    @keys.add("Y")
    @keys.add("N")
    def answer(event: KeyPressEvent) -> None:
        event.current_buffer.text = event.data
        event.current_buffer.validate_and_handle()

    return keys
