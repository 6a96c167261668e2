"""Folders of a sparse matrix with labels: `counts.npz`, beside it `cells.csv` and `genes.csv`.

In: a folder. Out: a table with the column `counts`, of which each row is one of the matrix, and the columns of
`cells.csv`, whose rows are in the same order. `genes.csv` names the columns of the matrix; without it they are
numbered. Both tables may be left out, may be packed, and may be TSV.
"""

from __future__ import annotations

from pathlib import Path

from nndsl.data.csvfile import read_table
from nndsl.data.matrixfile import read_matrix
from nndsl.data.sparse import Sparse
from nndsl.data.table import Column, Table
from nndsl.data.words import counted, listed
from nndsl.diagnostics import Span, fault

MATRIX = "counts.npz"
CELLS = ("cells.csv", "cells.csv.gz", "cells.tsv", "cells.tsv.gz")
GENES = ("genes.csv", "genes.csv.gz", "genes.tsv", "genes.tsv.gz")


def is_matrix_folder(folder: Path) -> bool:
    """Whether it holds a matrix of counts."""
    return (folder / MATRIX).is_file()


def files(folder: Path) -> list[Path]:
    """What is read of such a folder: the matrix, and the tables that are there."""
    return [folder / MATRIX, *(file for file in (_first(folder, CELLS), _first(folder, GENES)) if file is not None)]


def read_folder(folder: Path, span: Span) -> Table:
    """The table of a folder. Raises a Fault where one of its files is at fault (E0527, E0503, E0504), or where they do
    not fit one another (E0528).
    """
    shown = folder.resolve().name
    genes = _first(folder, GENES)
    names = () if genes is None else _names(genes, span)
    matrix = read_matrix(folder / MATRIX, span, names)
    assert isinstance(matrix.source, Sparse)
    rows, wide = matrix.source.shape
    cells = _first(folder, CELLS)
    labels = None if cells is None else read_table(cells, span)
    if cells is not None and labels is not None:
        _check_cells(shown, matrix, labels, cells, len(names), span)
    if genes is not None and len(names) != wide:
        short = " (its first line is taken to name its columns)" if len(names) == wide - 1 else ""
        raise fault(
            "E0528",
            f"`{MATRIX}` of `{shown}` has {wide:,} columns, but `{genes.name}` {counted(len(names), 'row')}{short}",
            span,
            help=f"`{genes.name}` has a row for each column of the matrix, in its order",
        )
    return Table.of(shown, [matrix, *(labels.columns.values() if labels is not None else ())], rows)


def _check_cells(shown: str, matrix: Column, labels: Table, cells: Path, genes: int, span: Span) -> None:
    rows, wide = matrix.rows, matrix.shape[0]
    if labels.rows != rows:
        lies = labels.rows == wide and genes in (0, rows)
        raise fault(
            "E0528",
            f"`{MATRIX}` of `{shown}` has {counted(rows, 'row')}, but `{cells.name}` {counted(labels.rows, 'row')}",
            span,
            help="the matrix lies on its side: its rows are the examples, so save `matrix.T.tocsr()`"
            if lies
            else f"`{cells.name}` has a row for each row of the matrix, in its order",
        )
    if matrix.name in labels.columns:
        raise fault(
            "E0528",
            f"`{cells.name}` of `{shown}` has a column `{matrix.name}`, and so is the matrix called",
            span,
            notes=("its columns: " + listed(labels.columns),),
            help=f"give that column of `{cells.name}` another name",
        )


def _names(genes: Path, span: Span) -> tuple[str, ...]:
    """The first column of `genes.csv`; a row without a name is numbered, from 1."""
    column = next(iter(read_table(genes, span).columns.values()))
    gone = column.missing().tolist()
    return tuple(str(i + 1) if lost else column.cell(i) for i, lost in enumerate(gone))


def _first(folder: Path, names: tuple[str, ...]) -> Path | None:
    return next((folder / name for name in names if (folder / name).is_file()), None)
