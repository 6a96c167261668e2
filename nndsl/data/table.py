"""A table in memory: named columns of numbers, texts or blocks (pictures, vectors), and how cells of text become
a column.

Missing is NaN in numbers and None in texts. A block's values may be read only when asked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.data.sparse import Sparse
from nndsl.values import value

FEW = 10  # different whole numbers that stand for classes in a figure
MISSING_TOKENS = frozenset(("", "NA", "N/A", "NaN", "nan", "NAN", "Nan", "null", "NULL", "None", "?"))

Values = NDArray[Any]


@value
class Column:
    """One column of N rows.

    source: float64 [N] (numbers), object [N] of str or None (texts), `<U1` [N] (characters of a text), uint8 or float
    [N, *shape] (a block), how to read a block, or a block [N, D] that is kept sparse. shape: of one row; `()` unless a
    block. labels: names of the values 0, 1, ... where the source gives them. lengths: where a row holds a list, [N] how
    long each is; `source` then holds the lists one after the other, and `shape` is that of one item. parts: names of
    the numbers in a row of a block, where the source gives them.
    """

    name: str
    source: Values | Callable[[], Values] | Sparse = field(repr=False)
    shape: tuple[int, ...] = ()
    labels: tuple[str, ...] = ()
    lengths: NDArray[np.int64] | None = field(default=None, repr=False)
    parts: tuple[str, ...] = field(default=(), repr=False)

    @property
    def rows(self) -> int:
        """N."""
        if isinstance(self.source, Sparse):
            return len(self.source)
        return len(self.lengths if self.lengths is not None else self.values())

    def values(self) -> Values:
        """The cells; of what is kept sparse all of them, made anew each time."""
        if isinstance(self.source, Sparse):
            return self.source.dense()
        return self.source if isinstance(self.source, np.ndarray) else self.source()

    @property
    def is_text(self) -> bool:
        return isinstance(self.source, np.ndarray) and self.source.dtype.kind in "OU"

    @property
    def is_characters(self) -> bool:
        """Whether each row is one character of a text."""
        return isinstance(self.source, np.ndarray) and self.source.dtype.kind == "U"

    @property
    def is_block(self) -> bool:
        return self.shape != ()

    def missing(self) -> NDArray[np.bool_]:
        """[N] True where the cell is missing; blocks are taken to be whole."""
        values = self.values()
        return missing_cells(values)

    def cells(self) -> Values:
        """[N, ...]: as `values`, but a list in each row where there is one."""
        if self.lengths is None:
            return self.values()
        found = np.empty(len(self.lengths), object)
        found[:] = np.split(self.values(), np.cumsum(self.lengths)[:-1]) if len(found) else []
        return found

    def cell(self, row: int) -> str:
        """A cell as it is shown to a person."""
        value = self.values()[row]
        return "" if value is None else value if isinstance(value, str) else plain(float(value))


@value
class Table:
    """shown: what messages call it."""

    shown: str
    columns: dict[str, Column]
    rows: int

    @staticmethod
    def of(shown: str, columns: Iterable[Column], rows: int | None = None) -> Table:
        by_name = {column.name: column for column in columns}
        if rows is None:
            rows = next(iter(by_name.values())).rows if by_name else 0
        return Table(shown, by_name, rows)

    @property
    def nbytes(self) -> int:
        return sum(c.source.nbytes for c in self.columns.values() if isinstance(c.source, np.ndarray | Sparse))


def missing_cells(values: Values) -> NDArray[np.bool_]:
    """[N] True where a number is NaN or a text is None."""
    if values.dtype == object:
        return np.fromiter((value is None for value in values.tolist()), np.bool_, len(values))
    if values.dtype.kind == "U":
        return np.zeros(len(values), np.bool_)
    return np.asarray(np.isnan(values), np.bool_)


def are_classes(numbers: NDArray[np.float64]) -> bool:
    """Whether numbers stand for classes where they are drawn: few different whole ones."""
    known = numbers[np.isfinite(numbers)]
    return bool(len(known)) and bool((known == np.round(known)).all()) and len(np.unique(known)) <= FEW


def plain(number: float) -> str:
    """A number without a needless point: `3`, `2.5`."""
    return str(int(number)) if abs(number) < 1e15 and number == int(number) else repr(number)


def number_of(cell: str) -> float:
    """The number a cell says, NaN where it is missing; ValueError where it is a text."""
    try:
        if "_" not in cell and cell.isascii():
            return float(cell)
    except ValueError:
        pass
    if cell.strip() in MISSING_TOKENS:
        return float("nan")
    raise ValueError(cell)


def _numbers(cells: Sequence[str | None]) -> NDArray[np.float64]:
    """[N] what the cells say, NaN where they are missing; ValueError where one is a text.

    `number_of` for each; cells that are all numbers, as nearly all are, go one way together.
    """
    try:
        whole = "".join(cells)  # type: ignore[arg-type]
        if whole.isascii() and "_" not in whole:
            return np.fromiter(map(float, cells), np.float64, len(cells))  # type: ignore[arg-type]
    except (ValueError, TypeError):
        pass
    return np.fromiter((number_of(c or "") for c in cells), np.float64, len(cells))


def column_of_cells(name: str, cells: Sequence[str | None]) -> Column:
    """Numbers if every cell that is not missing is one (decimal point, no thousands marks), else texts without outer
    blanks.
    """
    try:
        return Column(name, _numbers(cells))
    except ValueError:
        pass
    stripped = (None if cell is None else cell.strip() for cell in cells)
    texts = np.empty(len(cells), object)
    texts[:] = [None if cell is None or cell in MISSING_TOKENS else cell for cell in stripped]
    return Column(name, texts)


def column_of_values(name: str, values: Any) -> Column:
    """A column of Python's or NumPy's values, of any type but nested ones; ValueError with the reason where that cannot
    be.

        Here only None, NaN, NaT and their like are missing: a text `NA` handed over as a text is a text.
    """
    array = _as_array(values) if not isinstance(values, np.ma.MaskedArray) else values
    if array.ndim > 1 and array.dtype != object:
        return block(name, array)
    if isinstance(array, np.ma.MaskedArray):
        mask = np.ma.getmaskarray(array)
        if array.dtype.kind in "fiub":
            array = np.where(mask, np.nan, np.ma.getdata(array).astype(np.float64))
        else:
            array = np.ma.getdata(array).astype(object)
            array[mask] = None
    if array.dtype.kind in "fiub":
        return Column(name, np.ascontiguousarray(array, np.float64))
    if array.dtype.kind in "Mm":
        texts = (
            np.datetime_as_string(array).astype(object) if array.dtype.kind == "M" else array.astype(str).astype(object)
        )
        texts[np.isnat(array)] = None
        return Column(name, texts)
    if array.dtype.kind == "c":
        raise ValueError("complex numbers have no place in a column")
    return _column_of_objects(name, list(array.tolist()))


def _as_array(values: Any) -> Values:
    """NumPy's array; of lists of different lengths one of objects."""
    try:
        return np.asarray(values)
    except ValueError:
        array = np.empty(len(values), object)
        array[:] = list(values)
        return array


def _column_of_lists(name: str, items: list[Any]) -> Column:
    """Lists of numbers, of texts or of rows of numbers, of any length; a missing one is empty."""
    lists: list[Any] = [() if item is None else item for item in items]
    if not all(isinstance(item, list | tuple | np.ndarray) for item in lists):
        raise ValueError("some cells hold lists, others do not")
    lengths = np.array([len(item) for item in lists], np.int64)
    filled = [item for item in lists if len(item)]
    width = {np.asarray(item[0]).shape for item in filled}
    if len(width) > 1 or max(map(len, width), default=0) > 1:
        raise ValueError("a cell holds lists of different shapes")
    if not any(width):
        flat = column_of_values(name, [cell for item in filled for cell in _cells(item)])
        if flat.shape or flat.lengths is not None:
            raise ValueError("a cell holds lists of different shapes")
        return Column(name, flat.values(), lengths=lengths)
    try:
        rows: Values = np.concatenate([np.asarray(list(item), np.float64) for item in filled])
    except (ValueError, TypeError):
        raise ValueError("a cell holds lists of different shapes") from None
    return Column(name, rows, rows.shape[1:], lengths=lengths)


def _cells(item: Any) -> list[Any]:
    """The cells of a list; a masked one is None."""
    return list(item.tolist() if isinstance(item, np.ndarray) else item)


def _column_of_objects(name: str, items: list[Any]) -> Column:
    known = [None if _is_missing(item) else item for item in items]
    if any(isinstance(item, list | tuple | np.ndarray) for item in known):
        return _column_of_lists(name, known)
    bad = next((item for item in known if isinstance(item, dict | set)), None)
    if bad is not None:
        raise ValueError(f"a cell holds a {type(bad).__name__}")
    if all(
        item is None or isinstance(item, int | float | np.number | bool | np.bool_) or _is_decimal(item)
        for item in known
    ):
        return Column(name, np.array([np.nan if item is None else float(item) for item in known], np.float64))
    texts = np.empty(len(known), object)
    texts[:] = [
        None
        if item is None
        else plain(float(item))
        if isinstance(item, int | float) and not isinstance(item, bool)
        else str(item)
        for item in known
    ]
    return Column(name, texts)


def _is_missing(item: Any) -> bool:
    return (
        item is None or type(item).__name__ in ("NAType", "NaTType") or (isinstance(item, float) and math.isnan(item))
    )


def _is_decimal(item: Any) -> bool:
    return type(item).__name__ == "Decimal"


def block(name: str, array: Values) -> Column:
    """A column of arrays.

    Bytes stay bytes, other numbers become floats; pictures without channels ([N, H, W] bytes) get one.
    """
    if array.dtype.kind not in "fiub":
        raise ValueError(f"an array of {array.dtype} is not an array of numbers")
    if array.dtype != np.uint8 and array.dtype not in (np.float32, np.float64):
        array = array.astype(np.float32)
    if array.dtype == np.uint8 and array.ndim == 3:
        array = array[..., None]
    array = np.ascontiguousarray(array)
    return Column(name, array, array.shape[1:])
