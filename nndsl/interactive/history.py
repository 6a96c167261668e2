"""Commands that go back and forth in a session: `:undo`, `:redo`, `:reset`, `:history`, `:edit`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nndsl.diagnostics.suggest import did_you_mean
from nndsl.interactive.face import Reply
from nndsl.interactive.forgetting import forget, forget_all

if TYPE_CHECKING:
    from nndsl.interactive.commands import Words
    from nndsl.interactive.session import Interactive

SHOWN = 20  # entries


def undo(session: Interactive, words: Words) -> Reply:
    what = session.go_back()
    session.face.tell(f"undone: {what}" if what else "there is nothing to undo")
    return Reply()


def redo(session: Interactive, words: Words) -> Reply:
    what = session.go_forth()
    session.face.tell(f"done again: {what}" if what else "there is nothing to redo")
    return Reply()


def reset(session: Interactive, words: Words) -> Reply:
    """All of a session, the weights of a network, a definition, or a result."""
    name = words.text
    if not name:
        forget_all(session)
        session.face.tell("everything is forgotten; `:undo` brings it back")
        return Reply()
    if not forget(session, name):
        known = session.names()
        raise words.wrong(f"nothing here is called `{name}`", did_you_mean(name, known))
    return Reply()


def listed(session: Interactive, words: Words) -> Reply:
    """The last entries with their numbers, this one left out."""
    if words.text and not words.text.isdecimal():
        raise words.wrong(f"`:history` takes a number of entries, not `{words.text}`")
    count = int(words.text or SHOWN)
    entries = session.entries[:-1]
    first = max(len(entries) - count, 0)
    width = len(str(len(entries)))
    lines: list[str] = []
    for number, entry in enumerate(entries[first:], first + 1):
        head, *more = entry.strip("\n").split("\n")
        lines += [f"{number:>{width}}  {head}", *(f"{'':>{width}}  {line}" for line in more)]
    session.face.tell("\n".join(lines) if lines else "nothing was entered yet")
    return Reply()


def edit(session: Interactive, words: Words) -> Reply:
    """The text to be changed: the last entry that is no command, or a definition by name."""
    name = words.text
    if not name:
        texts = [entry for entry in session.entries[:-1] if not entry.lstrip().startswith((":", "?"))]
        return Reply(edit=texts[-1] if texts else "")
    line = session.book.line_of(name)
    if line is None:
        known = sorted(session.book.definitions)
        raise words.wrong(f"no definition here is called `{name}`", did_you_mean(name, known))
    return Reply(edit=line.text)
