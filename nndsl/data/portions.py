"""`input (a, b, c) -> share`: columns of shares, each number by the total of its row over the columns of the line.

In: a table, and which columns are shares of which others. Out: the table with a column for each share, called
`a -> share`. A row whose total is 0 has shares of 0; one that misses a cell has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nndsl.data.chains import Cells, Portion, text_as_number
from nndsl.data.spec import Word
from nndsl.data.table import Column, Table
from nndsl.data.words import listed
from nndsl.diagnostics import fault


class OfPortion(Protocol):
    """A role or a chain: a column, and what it is made of."""

    @property
    def word(self) -> Word: ...

    @property
    def portion(self) -> Portion | None: ...


def with_portions(table: Table, made: Sequence[OfPortion], cells: Cells | None = None) -> Table:
    """The table with the columns of shares. cells: where new rows come from; a part's table says so itself.

    Raises a Fault where a column holds texts (E0505) or a number below 0 (E0529).
    """
    found = [(one.word, one.portion) for one in made if one.portion is not None]
    if not found:
        return table
    columns = dict(table.columns)
    for group in dict.fromkeys(portion.columns for _, portion in found):
        words = [(word, portion.name) for word, portion in found if portion.columns == group]
        where = cells or Cells(f"`{table.shown}`", words[0][0].span)
        totals = _totals(table, words, where)
        for word, name in words:
            columns[word.text] = Column(word.text, table.columns[name].values() / totals)
    return Table(table.shown, columns, table.rows)


def _totals(table: Table, words: Iterable[tuple[Word, str]], cells: Cells) -> NDArray[np.float64]:
    """[N] of each row; 1 where it is 0, and NaN where a cell is missing."""
    totals = np.zeros(table.rows)
    for word, name in words:
        column = table.columns[name]
        values = column.values()
        if column.is_block:
            raise fault("E0529", f"`{name}` holds arrays, not single numbers", word.span)
        if column.is_text:
            raise text_as_number(Word(name, word.span), values, cells)
        below = np.flatnonzero(values < 0)
        if len(below):
            raise fault(
                "E0529",
                f"`{name}` is `{column.cell(int(below[0]))}` in row {int(below[0]) + 1} of {cells.shown}: "
                "shares are of counts, and a total of numbers below 0 says nothing",
                cells.span,
                help=f"leave {listed([name])} out of what is added up, or leave out `share`",
            )
        totals += values
    totals[totals == 0] = 1
    return totals
