"""The command `:plot`: the figure that suits a result, on the terminal, without becoming part of the script.

In: a name, or whatever may stand behind `plot`; nothing for the last result. Out: it is drawn through the face.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nndsl.diagnostics import Fault, Source, fault
from nndsl.interactive import named
from nndsl.interactive.face import Reply
from nndsl.interactive.peeking import peek
from nndsl.semantics.plots import OF_RESULTS
from nndsl.semantics.results import Record

if TYPE_CHECKING:
    from nndsl.interactive.commands import Words
    from nndsl.interactive.session import Interactive


def plot(session: Interactive, words: Words) -> Reply:
    if words.text:
        made = Source("prompt", f"plot {words.text}")
        try:
            return peek(session, made)
        except Fault as found:
            raise named.typed(found, made, words, len("plot ") - words.span.start) from None
    name = _last(session)
    if name is None:
        raise fault(
            "E0814", "there is no result that could be drawn yet", words.span,
            help="train a network, or name what is to be drawn: `:plot iris`",
        )  # fmt: skip
    return peek(session, Source("prompt", f"plot {name}"))


def _last(session: Interactive) -> str | None:
    """The last result of which there is a figure."""
    for one in reversed(session.book.done):
        kind = session.book.types.get(one.name)
        has_matrix = not isinstance(kind, Record) or kind.kind != "evaluation" or "confusion" in kind.fields
        if one.name in session.checked.program.data or (
            isinstance(kind, Record) and kind.kind in OF_RESULTS and has_matrix
        ):
            return one.name
    return None
