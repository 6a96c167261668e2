"""Tables and numbers as lines of plain text.

In: headers and cells. Out: lines with aligned columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nndsl.data.words import cut, padded
from nndsl.diagnostics.location import columns

MOST_ROWS = 20
MOST_MISTAKES = 12  # of a table that is too large to be shown
NAME = 24  # columns of a name in a table that has no room
WIDTH = 80  # of a terminal, as far as that can be kept
UNITS = ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "kB"))
BARS = "▁▂▃▄▅▆▇█"


def table(header: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> list[str]:
    """Lines with aligned columns: the first `left` to the left, the others to the right."""
    widths = [max(columns(row[k]) for row in [header, *rows]) for k in range(len(header))]

    def line(row: Sequence[str]) -> str:
        cells = [padded(cell, width, right=k >= left) for k, (cell, width) in enumerate(zip(row, widths, strict=True))]
        return ("  " + "  ".join(cells)).rstrip()

    return [line(header), *map(line, rows)]


def square(cells: Sequence[Sequence[float]], names: Sequence[str]) -> list[str]:
    """A table of which rows and columns have the same names; numbers stand for those above where they take too much
    room. Where even numbers do: the greatest cells beside the diagonal, the commonest mistakes."""
    texts = [[number(cell) for cell in row] for row in cells]
    short = [cut(name, NAME) for name in names]
    ways = (
        table(["", *names], [[name, *row] for name, row in zip(names, texts, strict=True)]),
        table(["", *(str(k + 1) for k in range(len(names)))],
              [[f"{k + 1} {name}", *row] for k, (name, row) in enumerate(zip(short, texts, strict=True))]),
    )  # fmt: skip
    fits = next((lines for lines in ways if max(map(columns, lines)) <= WIDTH), None)
    if fits is not None:
        return fits
    found = [(cell, i, j) for i, row in enumerate(cells) for j, cell in enumerate(row) if cell and i != j]
    found.sort(key=lambda one: -one[0])
    lines = table(["", "", ""], [[short[i], f"→ {short[j]}", number(cell)] for cell, i, j in found[:MOST_MISTAKES]], 2)
    more = [f"  ... ({len(found) - MOST_MISTAKES:,} more)"] if len(found) > MOST_MISTAKES else []
    return [
        f"  {len(names)} x {len(names)}, too large for a table; the greatest beside the diagonal:",
        *lines[1:],
        *more,
    ]


def number(value: Any) -> str:
    """Six digits of a real number; whole numbers, truth values and texts as they are."""
    if value is None:
        return "none"
    return f"{value:.6g}" if isinstance(value, float | np.floating) else str(value)


def amount(count: int) -> str:
    """Bytes as people say them: `844 bytes`, `1.2 kB`."""
    for size, unit in UNITS:
        if count >= size:
            return f"{count / size:,.1f} {unit}"
    return f"{count:,} bytes"


def shortened(text: str, most: int) -> str:
    """A text of at most so many characters: the end of a longer one is left out."""
    return text if len(text) <= most else text[: most - 3].rstrip() + "..."


def spark(values: Sequence[float], width: int = 32) -> str:
    """A curve in one line of bars; in logarithms where it spans more than two powers of ten."""
    found = np.asarray(values, np.float64)
    found = found[np.isfinite(found)]
    if not found.size:
        return ""
    if found.min() > 0 and found.max() > 100 * found.min():
        found = np.log(found)
    pieces = np.array_split(found, min(width, found.size))
    heights = np.array([piece.mean() for piece in pieces])
    spread = heights.max() - heights.min()
    steps = np.zeros(len(heights)) if spread <= 0 else (heights - heights.min()) / spread * (len(BARS) - 1)
    return "".join(BARS[int(step)] for step in np.rint(steps))


def is_number(text: str) -> bool:
    """Whether a cell says a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True
