"""Completion at the prompt: that of the editor, with what the session knows; commands behind `:`, all that has a name
behind `?`.

In: a session, a text, an offset. Out: completions, best first. What is known is gathered once for each program that was
checked, never while a word is completed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from nndsl.editor import completion as editor
from nndsl.editor.completion import Completion
from nndsl.editor.files import found_in
from nndsl.editor.known import Known
from nndsl.editor.known import known as known_of
from nndsl.editor.matching import level
from nndsl.interactive.lines import ANS
from nndsl.semantics.results import Type
from nndsl.syntax import is_complete
from nndsl.syntax.layout import raw_tokens

if TYPE_CHECKING:
    from nndsl.interactive.commands import Command
    from nndsl.interactive.session import Interactive

Offer = tuple[str, str, str]  # a name, its kind, its meaning
SCRIPTS = (".nn",)
EQUATION, PRINT = "activation it(x) = ", "print "
_HEADS = {"statement": ("",), "expression": (PRINT, EQUATION), "equation": (EQUATION,)}  # as what is behind it is read


def complete(session: Interactive, text: str, offset: int) -> list[Completion]:
    """What can be written at an offset of an entry."""
    start = text.rfind("\n", 0, offset) + 1
    line = text[start:offset]
    at = start + len(line) - len(line.lstrip())
    if text[at:offset].startswith((":", "?")) and is_complete(text[:start]):
        return _command(session, text[:offset], at)
    return editor.complete(text, offset, session.columns.known(known(session), text), prompt=True)


def known(session: Interactive) -> Known:
    """What the session has said: the last one that was made is kept with the program it was made of."""
    kept = _kept.get(session)
    key = (session.checked, session.book.types, session.book.values)
    if kept is None or any(one is not other for one, other in zip(kept[0], key, strict=True)):
        found = known_of(session.checked, session.folder, session.objects)
        networks = {**found.networks, **{name: network.data for name, network in session.book.versions.items()}}
        of_ans: dict[str, Type] = dict.fromkeys(session.book.values, "anything")
        results = {name: kind for name, kind in found.results.items() if name != ANS}
        found = replace(found, results={**results, **session.book.types, **of_ans}, networks=networks)
        kept = _kept[session] = (key, found)
    return kept[1]


_kept: WeakKeyDictionary[Interactive, tuple[tuple[object, ...], Known]] = WeakKeyDictionary()


# ---- commands -------------------------------------------------------------------------------------------------


def _command(session: Interactive, text: str, at: int) -> list[Completion]:
    """at: where the sign stands. text: up to the cursor."""
    from nndsl.interactive.commands import COMMANDS

    if text[at] == "?":
        start = len(text) - len(text[at:].lstrip("?").lstrip())
        return _ranked(text[start:], start, _manual(session))
    name, blank, _ = text[at + 1 :].partition(" ")
    if not blank:
        rows = [(row.name, "command", row.meaning) for row in COMMANDS.values()]
        return _ranked(name, at + 1, rows, label=":")
    command = COMMANDS.get(name.removesuffix("!"))
    begun = at + 1 + len(name) + 1
    if command is None or not command.takes:
        return []
    if command.takes in _HEADS:
        return _language(session, command, text[begun:], begun)
    return _taken(session, command.takes, text, begun)


def _language(session: Interactive, command: Command, rest: str, begun: int) -> list[Completion]:
    """What stands behind the command is read as a statement, or as a value: one that is printed, or an equation."""
    before, by, after = rest.rpartition(" wrt ")
    if by and command.takes == "equation":
        names = dict.fromkeys(str(token) for token in raw_tokens(before) if token.type == "NAME")
        here = begun + len(rest) - len(after.rpartition(",")[2].lstrip())
        return _ranked(rest[here - begun :], here, [(name, "name", "") for name in names])
    found: dict[str, Completion] = {}
    for head in _HEADS[command.takes]:
        for one in editor.complete(head + rest, len(head) + len(rest), known(session)):
            found.setdefault(one.text, replace(one, start=one.start - len(head) + begun))
    return list(found.values())


def _taken(session: Interactive, takes: str, text: str, begun: int) -> list[Completion]:
    rest = text[begun:]
    if takes == "file":
        return list(_files(session, rest.lstrip('"'), len(text)))
    words = rest.split(" ")
    start = len(text) - len(words[-1])
    kinds = takes.split(" or ")
    on_data = len(words) > 2 and words[-2] == "on"
    if "network" in kinds and len(words) == 2 and words[0]:
        return _ranked(words[-1], start, [("on", "word", "the data it is looked at with")])
    if len(words) > 1 and not on_data:
        return []
    offers = [offer for kind in (("data",) if on_data else kinds) for offer in _OFFERS[kind](session)]
    return _ranked(words[-1], start, dict.fromkeys(offers))


def _names(session: Interactive) -> Iterator[Offer]:
    yield from _networks(session)
    yield from _data(session)
    for name, kind in session.book.types.items():
        if name not in session.checked.signatures:
            yield name, "result", "the last result" if name == ANS else getattr(kind, "words", "")
    there = {*session.checked.program.networks, *session.checked.signatures, *session.book.types}
    yield from ((name, "definition", "") for name in session.book.definitions if name not in there and " " not in name)


def _networks(session: Interactive) -> Iterator[Offer]:
    for name, network in session.checked.program.networks.items():
        meaning = "an earlier version" if name in session.book.versions else ""
        yield name, "network", meaning or (f"for {network.data}" if network.data else "")


def _data(session: Interactive) -> Iterator[Offer]:
    for name, signature in session.checked.signatures.items():
        yield name, "data", f"{sum(signature.rows.values()):,} rows"


def _commands(session: Interactive) -> Iterator[Offer]:
    from nndsl.interactive.commands import COMMANDS

    yield from ((row.name, "command", row.meaning) for row in COMMANDS.values())


def _devices(session: Interactive) -> Iterator[Offer]:
    from nndsl.interactive.timing import DEVICES

    yield from ((name, "device", "") for name in DEVICES)


def _manual(session: Interactive) -> Iterator[Offer]:
    from nndsl.manual.definitions import scope_entries
    from nndsl.manual.lookup import everything

    seen: set[str] = set()
    for entry in (*scope_entries(session.checked.program.scope), *everything()):
        if entry.name not in seen:
            seen.add(entry.name)
            yield entry.name, entry.kind, entry.meaning


_OFFERS = {"name": _names, "network": _networks, "data": _data, "command": _commands, "device": _devices}


def _files(session: Interactive, typed: str, end: int) -> Iterator[Completion]:
    word = typed.rpartition("/")[2]
    for found in found_in(session.folder, typed, SCRIPTS):
        if level(word, found.name, frozenset()) is not None:
            kind, name = ("folder", f"{found.name}/") if found.is_folder else ("file", found.name)
            yield Completion(name, name, kind, f"a {kind}", end - len(word), f"{int(found.is_folder)}{name}")


def _ranked(word: str, start: int, offers: Iterable[Offer], label: str = "") -> list[Completion]:
    """Those that fit what is typed, the nearest first, in their own order."""
    found: list[tuple[str, Completion]] = []
    for number, (name, kind, meaning) in enumerate(offers):
        fits = level(word, name, frozenset())
        if fits is not None:
            sort = f"{fits}{number:05}"
            found.append((sort, Completion(name, label + name, kind, meaning, start, sort)))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]
