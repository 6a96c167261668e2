"""The table of primitives: every operation there is, one row each. Passes and backends ask for a row's kind, not its
name.
"""

from __future__ import annotations

from nndsl.ir.primitive import Kind, Primitive
from nndsl.ir.primitives import dot, host, index, leaf, maps, random, reduce, scan, views, window

_ROWS = (
    *leaf.ROWS,
    *maps.ROWS,
    *reduce.ROWS,
    *views.ROWS,
    *window.ROWS,
    *dot.ROWS,
    *index.ROWS,
    *random.ROWS,
    *host.ROWS,
    *scan.ROWS,
)

TABLE: dict[str, Primitive] = {row.name: row for row in _ROWS}


def of_kind(*kinds: Kind) -> list[Primitive]:
    """The rows of these kinds, in the table's order."""
    return [row for row in TABLE.values() if row.kind in kinds]
