"""Forgetting: all of a session, the weights of a network, a result, a definition.

In: a session and a name. Out: the session without it; `:undo` brings it back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nndsl.interactive.book import Effects

if TYPE_CHECKING:
    from nndsl.interactive.session import Interactive


def forget_all(session: Interactive) -> None:
    session.remember("all there was")
    session.start_anew()
    session.unsaved = ()


def forget(session: Interactive, name: str) -> bool:
    """A network's weights, or else a result, an earlier version, a definition, a setting; whether there was such a
    thing.
    """
    book = session.book
    if f"set {name}" in book.definitions and name not in session.names():
        name = f"set {name}"
    if name in book.versions or name in book.types:
        session.remember(f"`{name}`")
        renewed, effects = book, Effects()
        if name in book.types:
            renewed, effects = book.renewed(frozenset({name}), forgotten=True)
        session.apply(renewed, effects, quiet=True)
        _drop(session, effects.moved.get(name, name))
        session.relay.note(f"`{name}` is forgotten")
    elif name in session.runtime.networks:
        session.remember(f"the weights of `{name}`")
        session.apply(*book.reset(name))
        session.relay.note(f"`{name}` has no weights now")
    elif name in book.definitions:
        session.remember(f"the definition of `{name}`")
        session.apply(*book.without(frozenset({name})))
        session.relay.note(f"`{name}` is forgotten")
    else:
        return False
    session.refresh()
    return True


def _drop(session: Interactive, name: str) -> None:
    session.book = session.book.dropped(name)
    session.runtime.results.pop(name, None)
    session.runtime.datasets.pop(name, None)
    session.runtime.drop_version(name)
    session.unsaved = tuple(network for network in session.unsaved if network != name)
