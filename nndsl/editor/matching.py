"""How well a name answers what was typed.

In: the typed word and a name. Out: a level, the least the best; None where the name does not answer it. In this order:
the name begins so; another library calls it so; its letters stand in the name in their order.
"""

from __future__ import annotations

from nndsl.diagnostics.aliases import ALIASES
from nndsl.diagnostics.suggest import fold

BEGINS, ALIAS, LETTERS = range(3)
FEWEST = 3  # letters from which another library's name is known by its beginning
FEWEST_LETTERS = 2


def level(word: str, name: str, aliased: frozenset[str]) -> int | None:
    """How well `name` answers `word`. aliased: `called_elsewhere(word)`."""
    typed, said = word.casefold(), name.casefold()
    if said.startswith(typed):
        return BEGINS
    if name in aliased:
        return ALIAS
    return LETTERS if len(typed) >= FEWEST_LETTERS and _in_order(typed, said) else None


def called_elsewhere(word: str) -> frozenset[str]:
    """The names of this language for what other libraries call so, or call by a name that begins so."""
    folded = fold(word)
    if not folded:
        return frozenset()
    found = set(ALIASES.get(folded, ()))
    if len(folded) >= FEWEST:
        found.update(ours for theirs, names in ALIASES.items() if theirs.startswith(folded) for ours in names)
    return frozenset(found)


def _in_order(typed: str, said: str) -> bool:
    """Whether the letters stand in the name in their order, the first of them at its head."""
    if typed[0] != said[:1]:
        return False
    letters = iter(said)
    return all(letter in letters for letter in typed)
