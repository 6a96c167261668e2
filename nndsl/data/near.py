"""Which known names a misspelt one may have meant.

In: the word as written, the names that would be right there. Out: at most three of them, the best first.
Names are compared as people misspell them: without case, `_`, `-` and spaces first, then by edits (a swap of neighbours counts one).
"""

from __future__ import annotations

from collections.abc import Iterable

LIMIT = 3


def near(word: str, names: Iterable[str]) -> tuple[str, ...]:
    """The names within a third of the word's length in edits, nearest first, at most three."""
    plain = _plain(word)
    found: list[tuple[int, str]] = []
    for name in dict.fromkeys(names):
        other = _plain(name)
        distance = 0 if plain == other else max(1, edits(plain, other))
        if distance <= max(1, max(len(plain), len(other)) // 3) and (distance < len(other) or distance == 0):
            found.append((distance, name))
    return tuple(name for _, name in sorted(found, key=lambda pair: pair[0])[:LIMIT])


def edits(a: str, b: str) -> int:
    """Damerau-Levenshtein distance (optimal string alignment): insert, delete, replace, swap two neighbours."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        now = [i]
        for j, right in enumerate(b, 1):
            best = min(row[j] + 1, now[j - 1] + 1, row[j - 1] + (left != right))
            if i > 1 and j > 1 and left == b[j - 2] and a[i - 2] == right:
                best = min(best, before[j - 2] + 1)
            now.append(best)
        before, row = row, now
    return row[-1]


def meant(word: str, names: Iterable[str]) -> str | None:
    """The help line `did you mean ...?`, or None where no name is near."""
    found = near(word, names)
    return f"did you mean {' or '.join(f'`{name}`' for name in found)}?" if found else None


def listed(names: Iterable[str], limit: int = 8) -> str:
    """`a`, `b`, `c` and 5 more."""
    every = list(names)
    shown = ", ".join(f"`{name}`" for name in every[:limit])
    return shown + (f" and {len(every) - limit} more" if len(every) > limit else "")


def counted(count: int, thing: str, things: str | None = None) -> str:
    """`1 row`, `2 rows`."""
    return f"{count} {thing if count == 1 else things or thing + 's'}"


def _plain(name: str) -> str:
    return name.casefold().replace("_", "").replace("-", "").replace(" ", "")
