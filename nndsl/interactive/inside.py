"""The commands `:ir` and `:kernels`: what the compiler makes of a step of training, as `nndsl ir` shows it.

In: a network, and the data it is trained on where that is not known. Out: a text. Nothing is trained.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nndsl.diagnostics import Source, Span
from nndsl.interactive import named
from nndsl.interactive.face import Reply
from nndsl.lower import Checked
from nndsl.semantics.program import Train

if TYPE_CHECKING:
    from nndsl.interactive.commands import Words
    from nndsl.interactive.session import Interactive


def ir(session: Interactive, words: Words) -> Reply:
    """The graphs, as lowered."""
    return _told(session, words, "ir")


def kernels(session: Interactive, words: Words) -> Reply:
    """The texts of the generated kernels."""
    return _told(session, words, "kernels")


def _told(session: Interactive, words: Words, name: str) -> Reply:
    from nndsl.runtime.stages import STAGES, stage

    place, on = named.apart(words)
    first, _, rest = place.text.partition(" ")
    if rest.strip() in STAGES:  # `:ir mlp fused`
        place, name = Span(place.source, place.start, place.start + len(first)), rest.strip()
    checked, train = _step(session, place, on)
    session.face.tell(stage(checked, train, name).rstrip("\n"))
    return Reply()


def _step(session: Interactive, place: Span, on: Span | None) -> tuple[Checked, Train]:
    """The last training of a network here, on that data; where there is none, one with the language's own choices."""
    chosen = named.network(session, place)
    signature = named.met(session, chosen, on, place)
    done = [one.action for one in session.book.done if isinstance(one.action, Train)]
    trained = [one for one in done if one.network == chosen.name and one.data == signature.name]
    if trained and signature.name in session.checked.signatures:
        return session.checked, trained[-1]
    from nndsl.interactive.peeking import tried

    found = tried(session, Source("prompt", f"train {chosen.name} on {signature.name}"))
    assert found.book is not None and found.book.checked is not None
    action = found.actions[0][1]
    assert isinstance(action, Train)
    return found.book.checked, action
