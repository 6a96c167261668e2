"""What is said of components, maps, groups and neighbours: a line when they are done, more for `show`.

In: what the statements left. Out: lines joined by newlines. No times: the same run gives the same text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nndsl.data.words import counted
from nndsl.runtime.lines import MOST_ROWS, number, table
from nndsl.runtime.made import Groups, NeighbourMap, Neighbours, PrincipalComponents, Table

SHOWN_ROWS = 10


def line(found: Any) -> str | None:
    """One line; None where it is none of these."""
    return next((text(found) for kind, text in LINES if isinstance(found, kind)), None)


def shown(found: Any) -> str:
    """The line, and what is behind it."""
    return "\n".join([str(line(found)), *next(text(found) for kind, text in MORE if isinstance(found, kind))])


def _components(found: PrincipalComponents) -> str:
    count, share = len(found.fitted.ratio), float(np.sum(found.fitted.ratio))
    how = "" if found.fitted.method == "exact" else f", {found.fitted.method}"
    return f"{found.name}: {counted(count, 'component')} of {found.data}, {share:.1%} of the variance{how}"


def _map(found: NeighbourMap) -> str:
    words = f"{found.name}: {found.rows:,} rows of {found.data} on a map of {len(found.columns)} dimensions"
    if found.interrupted and not found.iterations:
        return f"{words} (ended before the first iteration)"
    ended = f" (ended after {counted(found.iterations, 'iteration')})" if found.interrupted else ""
    return f"{words}, kl {number(found.kl)}{ended}"


def _groups(found: Groups) -> str:
    inertia, silhouette = number(found.fitted.inertia), number(found.fitted.silhouette)
    count = counted(len(found.fitted.centers), "group")
    return f"{found.name}: {count} of {found.rows:,} rows of {found.data}, inertia {inertia}, silhouette {silhouette}"


def _neighbours(found: Neighbours) -> str:
    said = [f"{part} " + _measured(numbers) for part, numbers in found.measured.items()]
    words = f"{found.name}: the {counted(found.k, 'nearest row')} of {found.rows:,} of {found.data}"
    return "; ".join([words, *said])


def _measured(numbers: Any) -> str:
    return ", ".join(
        f"{key} {number(v)}" for key, v in numbers.items() if key != "rows" and not isinstance(v, np.ndarray)
    )


LINES: Sequence[tuple[type[Any], Callable[[Any], str]]] = (
    (PrincipalComponents, _components), (NeighbourMap, _map), (Groups, _groups), (Neighbours, _neighbours),
)  # fmt: skip


# ---- more ------------------------------------------------------------------------------------------------


def _all_components(found: PrincipalComponents) -> list[str]:
    fitted, total = found.fitted, np.cumsum(found.fitted.ratio)
    rows = [
        [name, number(float(v)), f"{r:.1%}", f"{t:.1%}"]
        for name, v, r, t in zip(found.columns, fitted.variances, fitted.ratio, total, strict=True)
    ]
    left = len(rows) - MOST_ROWS
    more = [f"  ... ({left} more)"] if left > 0 else []
    return [*table(["component", "variance", "share", "all so far"], rows[:MOST_ROWS]), *more]


def _first_rows(found: Table) -> list[str]:
    values = found.values[:SHOWN_ROWS]
    rows = [[str(k), *(number(float(v)) for v in row)] for k, row in enumerate(values, 1)]
    more = [f"  ... ({found.rows:,} rows)"] if found.rows > SHOWN_ROWS else []
    return [*table(["row", *found.columns], rows), *more]


def _sizes(found: Groups) -> list[str]:
    sizes = np.bincount(found.cluster, minlength=len(found.fitted.centers))
    rows = [[str(k), f"{size:,}"] for k, size in enumerate(sizes)]
    more = [f"  ... ({len(rows) - MOST_ROWS} more)"] if len(rows) > MOST_ROWS else []
    return [*table(["group", "rows"], rows[:MOST_ROWS]), *more]


def _parts(found: Neighbours) -> list[str]:
    keys = list(dict.fromkeys(key for numbers in found.measured.values() for key in numbers))
    plain = [key for key in keys if not any(isinstance(n[key], np.ndarray) for n in found.measured.values())]
    rows = [[part, *(number(numbers[key]) for key in plain)] for part, numbers in found.measured.items()]
    return table(["part", *plain], rows) if rows else []


MORE: Sequence[tuple[type[Any], Callable[[Any], list[str]]]] = (
    (PrincipalComponents, _all_components), (NeighbourMap, _first_rows), (Groups, _sizes), (Neighbours, _parts),
)  # fmt: skip
