"""CSV and TSV files, plain or `.gz`, as tables.

In: a path. Out: a `Table`; a `Fault` at `span` where the file is not a table. Two engines that give the same: the csv
module for small files (nothing to import), duckdb for large ones. Both are told the delimiter, the header and the names
found by `sniff`.
"""

from __future__ import annotations

import csv
import gzip
import io
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np

from nndsl.data.table import (
    MISSING_TOKENS,
    Column,
    Table,
    Values,
    column_of_cells,
    number_of,
)
from nndsl.data.words import counted
from nndsl.diagnostics import Fault, Span, fault
from nndsl.values import value

SMALL_BYTES = 2_000_000  # below this the csv module is faster than importing duckdb
SMALL_PACKED_BYTES = 400_000
HEAD_CHARACTERS = 65_536
DELIMITERS = (",", ";", "\t", "|")


@value
class Dialect:
    """How a file is written. header: whether the first line holds the names."""

    delimiter: str
    header: bool
    names: tuple[str, ...]


def read_table(path: Path, span: Span) -> Table:
    """The table in a file; the engine is chosen by the file's size."""
    limit = SMALL_PACKED_BYTES if path.suffix == ".gz" else SMALL_BYTES
    return read_small(path, span) if path.stat().st_size < limit else read_large(path, span)


def read_small(path: Path, span: Span) -> Table:
    """By the csv module."""
    dialect = sniff(path, span)
    width = len(dialect.names)
    rows: list[list[str]] = []
    for row in itertools.islice(_records(path, dialect.delimiter, span), int(dialect.header), None):
        if len(row) == width + 1 and not row[-1]:
            row.pop()  # a delimiter too many at the end, as duckdb lets it pass
        if len(row) != width:
            number = len(rows) + 1
            raise fault(
                "E0503",
                f"row {number} of `{path.name}` has {counted(len(row), 'cell')}, but there are "
                f"{counted(width, 'column')}",
                span,
                notes=("the row reads: " + _shorten(dialect.delimiter.join(row)),),
            )
        rows.append(row)
    cells = list(zip(*rows, strict=True)) if rows else [()] * width
    return _table(
        path, [column_of_cells(name, column) for name, column in zip(dialect.names, cells, strict=True)], span
    )


def read_large(path: Path, span: Span) -> Table:
    """By duckdb; what it calls text is looked at again by the same rule as in `read_small`."""
    import duckdb

    dialect = sniff(path, span)
    if len(dialect.names) == 1:
        return read_small(path, span)  # duckdb would take blank lines for missing cells
    quoted = ", ".join(_quote(token) for token in sorted(MISSING_TOKENS))
    names = ", ".join(_quote(f"c{i}") for i in range(len(dialect.names)))
    query = (
        f"select * from read_csv({_quote(str(path))}, delim={_quote(dialect.delimiter)}, "
        "quote='\"', escape='\"', "
        "comment='', skip=0, "
        f"header={str(dialect.header).lower()}, names=[{names}], nullstr=[{quoted}], sample_size=-1, "
        "auto_type_candidates=['DOUBLE', 'VARCHAR'])"
    )
    try:
        with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as connection:
            found = connection.sql(query).fetchnumpy()
    except duckdb.Error:
        return read_small(path, span)  # slower, and says which row is wrong in words of ours
    columns = [_column(name, found[f"c{i}"]) for i, name in enumerate(dialect.names)]
    return _table(path, columns, span)


def _column(name: str, values: Values) -> Column:
    if values.dtype.kind == "f":
        return Column(name, values.filled(np.nan) if isinstance(values, np.ma.MaskedArray) else values)
    mask = np.ma.getmaskarray(values) if isinstance(values, np.ma.MaskedArray) else np.zeros(len(values), np.bool_)
    cells = np.ma.getdata(values).tolist()
    return column_of_cells(name, [None if gone else str(cell) for cell, gone in zip(cells, mask.tolist(), strict=True)])


def _table(path: Path, columns: list[Column], span: Span) -> Table:
    table = Table.of(path.name, columns)
    if not table.rows:
        raise fault("E0503", f"`{path.name}` has no rows", span)
    return table


def sniff(path: Path, span: Span) -> Dialect:
    """The delimiter that gives the first lines the same number of cells; a first line of numbers alone is no header."""
    with _open(path) as file:
        try:
            head = file.read(HEAD_CHARACTERS)
        except (OSError, EOFError, UnicodeDecodeError) as error:
            raise _unreadable(path, span, error) from None
    lines = [line for line in head.splitlines(keepends=True) if line.strip()][:20]
    if not lines:
        raise fault("E0503", f"`{path.name}` is empty", span)
    tab = path.name.removesuffix(".gz").endswith((".tsv", ".tab"))
    delimiter = "\t" if tab else max(DELIMITERS, key=lambda d: _score(lines, d))
    first = next(row for row in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter) if row)
    header = not all(_is_number(cell) for cell in first)
    names = (
        tuple(cell.strip() or f"column{i}" for i, cell in enumerate(first))
        if header
        else tuple(f"column{i}" for i in range(len(first)))
    )
    twice = next((name for i, name in enumerate(names) if name in names[:i]), None)
    if twice is not None:
        raise fault("E0503", f"two columns of `{path.name}` are called `{twice}`", span)
    return Dialect(delimiter, header, names)


def _score(lines: list[str], delimiter: str) -> tuple[int, int]:
    widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
    same = sum(width == widths[0] for width in widths) if widths and widths[0] > 1 else 0
    return same, widths[0] if widths else 0


def _is_number(cell: str) -> bool:
    try:
        return not np.isnan(number_of(cell))
    except ValueError:
        return False


def _records(path: Path, delimiter: str, span: Span) -> Iterator[list[str]]:
    """The records of a file, blank lines left out."""
    with _open(path) as file:
        try:
            yield from (row for row in csv.reader(file, delimiter=delimiter) if row)
        except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
            raise _unreadable(path, span, error) from None


def _open(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _unreadable(path: Path, span: Span, error: Exception) -> Fault:
    if isinstance(error, UnicodeDecodeError):
        return fault(
            "E0503", f"`{path.name}` cannot be read as a table: it is not UTF-8 text", span,
            help="save it as UTF-8, or convert it: `iconv -f latin1 -t utf-8 old.csv > new.csv`",
        )  # fmt: skip
    why = {
        EOFError: "it ends too early",
        csv.Error: "a cell is too long or a quote is not closed",
    }.get(type(error), "it cannot be opened or unpacked")
    return fault("E0503", f"`{path.name}` cannot be read as a table: {why}", span)


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _shorten(text: str, limit: int = 80) -> str:
    return text if len(text) <= limit else text[: limit - 3] + "..."
