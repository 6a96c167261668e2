"""What a new definition puts out of date.

In: the actions that were carried out, and names that mean something else now. Out: which actions no longer count, and
which networks have weights that nothing in the live script gives them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from nndsl.interactive.lines import Done
from nndsl.values import value


@value
class Stale:
    """actions: places of the actions that no longer count. networks: those whose weights come of them."""

    actions: frozenset[int] = frozenset()
    networks: frozenset[str] = frozenset()


def stale(done: Sequence[Done], changed: Collection[str]) -> Stale:
    """Actions that stand on what has changed, those that used their results or a network that they trained, and so on:
    what is left is what a new process would find.
    """
    actions: set[int] = set()
    networks: set[str] = set()
    names = set(changed)
    while True:
        found = {
            one.at
            for one in done
            if one.live and one.at not in actions and (one.stands_on & (names | networks) or one.needs & actions)
        }
        if not found:
            return Stale(frozenset(actions), frozenset(networks))
        actions |= found
        networks |= {name for one in done if one.at in found for name in one.trains}
