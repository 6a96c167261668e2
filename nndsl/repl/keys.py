"""What keys do at the prompt.

In: keys, and whether an entry is complete. Out: changes of the text, or the entry. Enter submits what is complete and
begins a new line otherwise; nothing else submits.
"""

from __future__ import annotations

from collections.abc import Callable

from prompt_toolkit.application.current import get_app
from prompt_toolkit.document import Document
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import Condition, has_completions, has_focus
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.key_binding.key_processor import KeyPressEvent
from prompt_toolkit.keys import Keys

from nndsl.interactive.entries import stripped
from nndsl.repl.indent import closing, columns

Complete = Callable[[str], bool]


def submits(document: Document, is_complete: Complete) -> bool:
    """Whether Enter ends the entry: where it is complete, has nothing in it, or its last line is left empty."""
    text = document.text
    if not text.strip() or is_complete(text):
        return True
    on_last = "\n" not in document.text_after_cursor
    return on_last and "\n" in text and not document.current_line.strip()


def bindings(is_complete: Complete) -> KeyBindings:
    keys = KeyBindings()
    at_prompt = has_focus(DEFAULT_BUFFER)

    @keys.add("enter", filter=at_prompt)
    def enter(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.complete_state is not None and buffer.complete_state.current_completion is not None:
            buffer.complete_state = None  # what was chosen stays
        elif submits(buffer.document, is_complete):
            buffer.validate_and_handle()
        else:
            _new_line(event)

    @keys.add("escape", "enter", filter=at_prompt)
    def new_line(event: KeyPressEvent) -> None:
        _new_line(event)

    for bracket in ("}", ")", "]"):
        keys.add(bracket, filter=at_prompt)(_close)
    keys.add("tab", filter=at_prompt)(_complete)
    keys.add(Keys.BracketedPaste, filter=at_prompt)(_paste)

    @keys.add("escape", filter=at_prompt & has_completions)
    def close_menu(event: KeyPressEvent) -> None:
        event.current_buffer.cancel_completion()

    @keys.add("up", filter=at_prompt & nothing_chosen)
    @keys.add("c-p", filter=at_prompt & nothing_chosen)
    def earlier(event: KeyPressEvent) -> None:
        event.current_buffer.complete_state = None  # a menu that nobody looks into is not in the way of the history
        event.current_buffer.auto_up()

    @keys.add("down", filter=at_prompt & nothing_chosen & ~has_completions)
    @keys.add("c-n", filter=at_prompt & nothing_chosen & ~has_completions)
    def later(event: KeyPressEvent) -> None:
        event.current_buffer.complete_state = None
        event.current_buffer.auto_down()

    return keys


@Condition
def nothing_chosen() -> bool:
    """Whether a menu is there, or being looked for, and nothing in it is chosen."""
    state = get_app().current_buffer.complete_state
    return state is not None and state.current_completion is None


def _new_line(event: KeyPressEvent) -> None:
    buffer = event.current_buffer
    before = buffer.document.text_before_cursor
    rest = buffer.document.current_line_after_cursor
    if rest[:1] in ("}", ")", "]"):  # between brackets: the closing one goes to a line of its own
        blank = closing(before)
        buffer.insert_text("\n" + " " * columns(before))
        buffer.insert_text("\n" + " " * blank, move_cursor=False)
        return
    buffer.delete(len(rest) - len(rest.lstrip(" ")))
    buffer.insert_text("\n" + " " * columns(before))


def _close(event: KeyPressEvent) -> None:
    """A bracket that begins a line stands below the line that opened it."""
    buffer = event.current_buffer
    own = buffer.document.current_line_before_cursor
    if own and not own.strip():
        blank = closing(buffer.document.text_before_cursor)
        buffer.delete_before_cursor(len(own))
        buffer.insert_text(" " * blank)
    buffer.insert_text(event.data)


def _complete(event: KeyPressEvent) -> None:
    """Through the menu, or opens it."""
    buffer = event.current_buffer
    if buffer.complete_state is not None:
        buffer.complete_next()
    else:
        buffer.start_completion(insert_common_part=True)


def _paste(event: KeyPressEvent) -> None:
    """Prompts are left out, and the end of the last line, so that Enter is the person's own."""
    text = stripped(event.data.replace("\r\n", "\n").replace("\r", "\n"))
    event.current_buffer.insert_text(text.rstrip("\n") if "\n" in text.rstrip("\n") or text.strip() else text)
