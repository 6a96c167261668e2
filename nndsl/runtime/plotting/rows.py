"""Rows and columns of data sets as figures want them: one value a row, of a part or of all parts.

In: a session and columns as the script names them. Out: arrays; colours of points. Columns of the source stand as they
are there, in their own units.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nndsl.data import Dataset
from nndsl.data.table import are_classes
from nndsl.data.types import Array, Part
from nndsl.data.words import visible
from nndsl.runtime.results import Answers
from nndsl.semantics.drawings import Column, Rows
from nndsl.show.scatter import Colour, by_class

if TYPE_CHECKING:
    from nndsl.runtime.session import Session

Values = NDArray[Any]


def part_of(dataset: Dataset, name: str | None) -> Part:
    """A part, or all rows."""
    return dataset.all() if name is None else dataset.part(name)


def told(rows: Rows) -> str:
    """`iris.test`, or `iris`."""
    return rows.data if rows.part is None else f"{rows.data}.{rows.part}"


def values(column: Column, rows: Rows, session: Session) -> Values:
    """[N] a column, of the rows that are drawn, in their order; of series, of all steps. column: of a data set with
    the same rows."""
    result, drawn = session.results.get(column.data), session.dataset(rows.data)
    if isinstance(result, Answers) and column.name in result.columns and column.data != rows.data:
        answered = np.asarray(result.columns[column.name])
        if answered.shape == (part_of(drawn, rows.part).input.count,):
            return answered  # what was answered, not what is true
    owner = session.dataset(column.data)
    if owner.signature.input.time and rows.part is None and column.part is None:
        return np.asarray(owner.column(column.name))  # every step of the source once, whatever windows it is cut into
    part = rows.part if rows.part is not None else column.part
    if part is not None:
        return _column(owner, column.name, part)
    return drawn.in_order({one: _column(owner, column.name, one) for one in drawn.parts})


def _column(dataset: Dataset, name: str, part: str) -> Values:
    """One column of a part; of a block of many, such as counts, the one that has the name."""
    field = dataset.signature.input
    if name in field.parts and name not in dataset.column_names:
        return _of_block(dataset.part(part).input, field.parts.index(name))
    return np.asarray(dataset.beside(name, part))


def _of_block(array: Array, place: int) -> Values:
    """[N] a column of encoded rows, without making sparse ones dense."""
    sparse = array.sparse
    if sparse is None:
        return np.asarray(array.floats("float64").reshape(array.count, -1)[:, place])
    kept = np.flatnonzero(sparse.indices == place)
    found = np.zeros(array.count)
    found[np.searchsorted(sparse.indptr, kept, "right") - 1] = sparse.data[kept]
    return found


def numbers(column: Values) -> NDArray[np.float64]:
    """[N] as floats; what is no number is missing."""
    if column.dtype.kind in "iufb":
        return column.astype(np.float64)
    found = np.full(len(column), np.nan)
    for k, cell in enumerate(column.tolist()):
        try:
            found[k] = float(cell)
        except (TypeError, ValueError):
            continue
    return found


def is_numeric(column: Values) -> bool:
    """Whether there are numbers in it, and nothing else but gaps."""
    return column.dtype.kind in "iufb" or all(cell is None or isinstance(cell, int | float) for cell in column.tolist())


def colour(column: Column, rows: Rows, session: Session) -> Colour | None:
    """Points by a column: classes by their names, numbers by a scale. Few different whole numbers are classes."""
    cells = values(column, rows, session)
    if cells.ndim != 1:
        return None
    target = session.dataset(column.data).signature.target
    is_target = target is not None and column.name in target.names
    if is_numeric(cells) and not (is_target and target is not None and target.classes):
        found = numbers(cells)
        if is_target or not are_classes(found):
            return Colour(column.name, numbers=found)
    classes = [visible(name) for name in target.classes] if is_target and target is not None else []
    return by_class(column.name, np.array([_word(cell) for cell in cells.tolist()], object), classes)


def _word(cell: object) -> str:
    """A class as people write it: `3` and not `3.0`."""
    if cell is None:
        return "missing"
    return f"{cell:g}" if isinstance(cell, float) else visible(str(cell))
