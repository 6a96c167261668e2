"""The session's completions as prompt_toolkit has them: what may stand at the cursor, its kind and its meaning.

In: the text and the cursor. Out: completions. A fault while looking for them offers nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples

from nndsl.repl.talk import Completed, Session


class Offered(Completer):
    """What the session offers."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        try:
            found = self.session.complete(document.text, document.cursor_position)
        except Exception:  # a menu is a help; the entry itself will say what is wrong
            return
        if len(found) == 1 and document.text[found[0].start : document.cursor_position] == found[0].text:
            return  # it is there already
        for one in found:
            yield Completion(
                one.text, start_position=one.start - document.cursor_position, display=one.label,
                display_meta=_meaning(one),
            )  # fmt: skip


def _meaning(one: Completed) -> StyleAndTextTuples:
    parts: StyleAndTextTuples = [("class:kind", one.kind)]
    if one.meaning:
        parts.append(("", f"  {one.meaning}" if one.kind else one.meaning))
    return parts
