"""Tables and numbers as lines of plain text.

In: headers and cells. Out: lines with aligned columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

MOST_ROWS = 20


def table(header: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> list[str]:
    """Lines with aligned columns: the first `left` to the left, the others to the right."""
    widths = [max(len(row[k]) for row in [header, *rows]) for k in range(len(header))]

    def line(row: Sequence[str]) -> str:
        cells = [
            cell.ljust(w) if k < left else cell.rjust(w) for k, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        return ("  " + "  ".join(cells)).rstrip()

    return [line(header), *map(line, rows)]


def number(value: Any) -> str:
    """Six digits of a real number; whole numbers, truth values and texts as they are."""
    if value is None:
        return "none"
    return f"{value:.6g}" if isinstance(value, float | np.floating) else str(value)
