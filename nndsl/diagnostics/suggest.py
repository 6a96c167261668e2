"""What was meant by a name that is not there.

In: the word and the names that could stand in its place. Out: the nearest of these, best first. In this order: the same
but for case, `_` and `-`; the name of the same thing in Keras, PyTorch, scikit-learn or Ludwig; a slip of the pen
(Damerau-Levenshtein distance up to a third of the length); a shortened word. A name is certain where it is the only one
of its sort: the same but for case and `_`, the same thing elsewhere, or one slip away with no other name near.
"""

from __future__ import annotations

from collections.abc import Iterable

from nndsl.diagnostics.aliases import ALIASES
from nndsl.diagnostics.diagnostic import Hint

SHORTEST_PREFIX = 3


def nearest(word: str, candidates: Iterable[str], limit: int = 3) -> list[str]:
    """At most `limit` of the candidates; none where nothing is near."""
    names = list(dict.fromkeys(candidates))
    for found in (_same(word, names), _alias(word, names), _slips(word, names), _shortened(word, names)):
        if found:
            return found[:limit]
    return []


def certain(word: str, candidates: Iterable[str]) -> str | None:
    """The one name that was meant beyond doubt, as the head of this file has it; None where a person has to choose.

    Names that differ in digits alone, as `run1` and `run2`, are no slips; a shortened word is never certain.
    """
    names = list(dict.fromkeys(candidates))
    for found in (_same(word, names), _alias(word, names)):
        if found:
            return found[0] if len(found) == 1 else None
    slips = _slips(word, names)
    if len(slips) != 1 or distance(fold(word), fold(slips[0]), 1) != 1:
        return None
    return None if _letters(word) == _letters(slips[0]) else slips[0]


def did_you_mean(word: str, candidates: Iterable[str]) -> str | None:
    """The help sentence, "did you mean `dense`?"; None where nothing is near. It is a `Hint`, which knows the name that
    is certain, so that a fault that is made with it has an edit."""
    names = list(candidates)
    found = [f"`{name}`" for name in nearest(word, names)]
    if not found:
        return None
    listed = found[0] if len(found) == 1 else f"{', '.join(found[:-1])} or {found[-1]}"
    return Hint.about(word, certain(word, names), f"did you mean {listed}?")


def fold(word: str) -> str:
    """A name without what people write differently: case, `_` and `-`."""
    return word.casefold().replace("_", "").replace("-", "").replace(" ", "")


def _letters(word: str) -> str:
    return "".join(character for character in fold(word) if not character.isdigit())


def distance(a: str, b: str, most: int) -> int:
    """Letters to insert, drop, replace, or swap with a neighbour; `most + 1` where it is more than `most`."""
    if abs(len(a) - len(b)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, last, row = row, before, [i] + [0] * len(b)
        for j, y in enumerate(b, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                row[j] = min(row[j], last[j - 2] + 1)
        if min(row) > most:
            return most + 1
    return row[-1]


def _same(word: str, names: list[str]) -> list[str]:
    return [name for name in names if fold(name) == fold(word) and name != word]


def _alias(word: str, names: list[str]) -> list[str]:
    known = ALIASES.get(fold(word), ())
    return [name for name in known if name in names and name != word]


def _slips(word: str, names: list[str]) -> list[str]:
    folded = fold(word)
    found: list[tuple[int, bool, int, str]] = []
    for i, name in enumerate(names):
        other = fold(name)
        most = max(len(folded), len(other)) // 3
        steps = distance(folded, other, most)
        if name != word and 0 < steps <= most and steps < len(other):
            found.append((steps, other[:1] != folded[:1], i, name))
    return [name for *_, name in sorted(found)]


def _shortened(word: str, names: list[str]) -> list[str]:
    """`acc` for `accuracy`, `maxpooling` for `maxpool`."""
    folded = fold(word)
    names = [name for name in names if name != word]
    if len(folded) < SHORTEST_PREFIX:
        return []
    found = [name for name in names if fold(name).startswith(folded)]
    longer = [name for name in names if len(fold(name)) >= SHORTEST_PREFIX and folded.startswith(fold(name))]
    return found or sorted(longer, key=len, reverse=True)
