"""Finds entries: by name, by kind, by words.

In: a name or words, and the scope of a script or a session where there is one. Out: entries. What a script has defined
itself comes first, and hides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from nndsl.diagnostics.aliases import ALIASES
from nndsl.diagnostics.suggest import fold
from nndsl.manual.definitions import library_entries, meaning_in_library, scope_entries
from nndsl.manual.entry import KINDS, Entry, plural
from nndsl.manual.functions import expression_entries
from nndsl.manual.language import language_entries
from nndsl.semantics.roles import ROLES
from nndsl.semantics.scopes import Scope


@cache
def everything() -> tuple[Entry, ...]:
    """All entries but those of scripts, in the order of KINDS; options of statements and fields come last."""
    found = (*language_entries(), *library_entries(), *expression_entries())
    order = {kind: place for place, kind in enumerate(KINDS)}
    return tuple(sorted(found, key=lambda entry: order.get(entry.kind, len(order))))


@cache
def _by_name() -> dict[str, tuple[Entry, ...]]:
    found: dict[str, list[Entry]] = {}
    for entry in everything():
        found.setdefault(entry.name, []).append(entry)
    return {name: tuple(entries) for name, entries in found.items()}


def entries(name: str, scope: Scope | None = None) -> tuple[Entry, ...]:
    """All that has this name: what the script has defined, then what the language and its library have."""
    return (*scope_entries(scope, name), *_by_name().get(name, ()))


def names(scope: Scope | None = None) -> tuple[str, ...]:
    """Every name that has an entry, each once."""
    own = [entry.name for entry in scope_entries(scope)]
    return tuple(dict.fromkeys([*own, *_by_name()]))


def catalogue(scope: Scope | None = None) -> dict[str, list[str]]:
    """The names of each kind: `statements`, `layers`, `options of train`, ..."""
    found: dict[str, dict[str, None]] = {}
    for entry in (*scope_entries(scope), *everything()):
        found.setdefault(plural(entry.kind), {})[entry.name] = None
    return {kind: list(of) for kind, of in found.items()}


def one_line(kind: str, name: str, scope: Scope | None = None) -> str:
    """What a name means, in a line; empty where nothing is known. kind: a row of KINDS, `option of train`, ...; empty
    for whatever has the name. Where a kind is not known so exactly, what is nearest to it is taken."""
    for entry in scope_entries(scope, name):
        if kind in ("", entry.kind):
            return entry.meaning
    if kind in ROLES and (meaning := meaning_in_library(kind, name)):
        return meaning
    known = _rows().get(name, ())
    first = kind.partition(" ")[0]
    for wanted in (lambda e: e.kind == kind, lambda e: e.kind.partition(" ")[0] == first, lambda e: True):
        for entry in known:
            if wanted(entry):
                return entry.meaning
    return meaning_in_library("", name)


@cache
def _rows() -> dict[str, tuple[Entry, ...]]:
    """Entries of the tables alone: nothing of the library is read for them."""
    found: dict[str, list[Entry]] = {}
    for entry in (*language_entries(), *expression_entries()):
        found.setdefault(entry.name, []).append(entry)
    return {name: tuple(rows) for name, rows in found.items()}


# ---- search ------------------------------------------------------------------------------------------------------


def search(words: str | Iterable[str], scope: Scope | None = None) -> list[Entry]:
    """Entries in which every word occurs, best first: in the name, in its other names, in those of its arguments, in
    the meaning, in the rest. Words that are one name elsewhere (`learning rate`) are taken together too."""
    wanted = [word.casefold() for word in (words.split() if isinstance(words, str) else words) if word.strip()]
    if not wanted:
        return []
    found = []
    for place, entry in enumerate((*scope_entries(scope), *everything())):
        ranks = [
            rank for rank in (_rank_of_all(entry, wanted), _rank_of_name(entry, "".join(wanted))) if rank is not None
        ]
        if ranks:
            found.append((min(ranks), place, entry))
    return [entry for *_, entry in sorted(found, key=lambda row: row[:2])]


NAME, OTHER, HEAD, INSIDE, ARGUMENT, MEANING, TEXT = range(7)
SHORTEST_STEM = 3  # of a word that loses its plural's `s`


def _rank_of_all(entry: Entry, words: list[str]) -> int | None:
    """How well all words together fit an entry; None where one of them does not occur."""
    ranks = [_rank(entry, word) for word in words]
    known = [rank for rank in ranks if rank is not None]
    return sum(known) if len(known) == len(ranks) else None


def _rank(entry: Entry, word: str) -> int | None:
    """How well a word fits an entry; None where it does not occur."""
    known = _rank_of_name(entry, word)
    if known is not None:
        return known
    stem = word.removesuffix("s") if len(word) > SHORTEST_STEM else word
    if stem in entry.meaning.casefold() or stem in entry.kind:
        return MEANING
    rest = (entry.text, entry.example, *(words for pair in (*entry.arguments, *entry.facts) for words in pair))
    return TEXT if any(stem in part.casefold() for part in rest) else None


def _rank_of_name(entry: Entry, word: str) -> int | None:
    name, folded = fold(entry.name), fold(word)
    if name == folded:
        return NAME
    if folded in other_names(entry.name):
        return OTHER
    if folded and name.startswith(folded):
        return HEAD
    if folded and folded in name:
        return INSIDE
    arguments = re.findall(r"(?<=[(, ])\w+", entry.signature) if "(" in entry.signature else []
    if any(folded == fold(one) or folded in other_names(one) for one in arguments):
        return ARGUMENT
    return None


@cache
def _others() -> dict[str, frozenset[str]]:
    """What Keras, PyTorch, scikit-learn and Ludwig call each name of ours, folded."""
    found: dict[str, set[str]] = {}
    for theirs, ours in ALIASES.items():
        for name in ours:
            found.setdefault(name, set()).add(theirs)
    return {name: frozenset(words) for name, words in found.items()}


def other_names(name: str) -> frozenset[str]:
    """What other libraries call it, folded."""
    return _others().get(name, frozenset())
