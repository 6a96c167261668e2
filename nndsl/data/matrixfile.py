"""Sparse matrices as columns: from `.npz` files of compressed rows, and from objects of scipy.

In: a file with the arrays `data`, `indices`, `indptr` and `shape` (what `scipy.sparse.save_npz` writes), or an object.
Out: a column of which each row is one of the matrix. Every cell is looked at: what is no number is refused here. scipy
is not imported, and nothing is unpickled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.data.sparse import Sparse
from nndsl.data.table import Column, plain
from nndsl.data.words import listed
from nndsl.diagnostics import Fault, Span, fault

ARRAYS = ("data", "indices", "indptr", "shape")
MARKS = ("indices", "indptr")  # no table is likely to have columns of these names


def is_matrix(arrays: Sequence[str]) -> bool:
    """Whether the arrays of an `.npz` file are those of a compressed matrix, by their names."""
    return all(name in arrays for name in MARKS)


def read_matrix(path: Path, span: Span, columns: tuple[str, ...] = ()) -> Column:
    """The column in a file, called as the file is. columns: names of the matrix's columns."""
    import zipfile  # with what it imports in turn, slower than the check of a script without such a file
    import zlib

    try:
        loaded = np.load(path, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            raise _refused(path.name, "it holds one array, not a matrix in compressed rows", span)
        with loaded:
            arrays = {name: loaded[name] for name in loaded.files}
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, zlib.error, KeyError, TypeError) as error:
        pickled = "allow_pickle" in str(error) or "Object arrays" in str(error)
        why = "it holds Python objects (pickle), which could run code" if pickled else "it is not a whole NumPy file"
        raise _refused(path.name, why, span) from None
    return column_of_arrays(path.name.removesuffix(".npz"), path.name, arrays, span, columns)


def column_of_arrays(
    name: str, shown: str, arrays: Mapping[str, NDArray[Any]], span: Span, columns: tuple[str, ...] = ()
) -> Column:
    """From the arrays of an `.npz` file. shown: what messages call it."""
    form = str(np.asarray(arrays["format"]).astype(str)) if "format" in arrays else "csr"
    if form != "csr":
        problem = f"it is a matrix in the form `{form}`, not in compressed rows (`csr`)"
        raise _refused(shown, problem, span, "save it by rows: `scipy.sparse.save_npz(path, matrix.tocsr())`")
    lacking = [one for one in ARRAYS if one not in arrays]
    if lacking:
        raise _refused(shown, f"it has no array {listed(lacking)}; it has {listed(arrays)}", span)
    shape = np.asarray(arrays["shape"])
    if shape.shape != (2,) or shape.dtype.kind not in "iu" or bool((shape < 1).any()):
        raise _refused(shown, "its `shape` is not two whole numbers above 0: rows and columns", span)
    for one in MARKS:
        if arrays[one].dtype.kind not in "iu":
            raise _refused(shown, f"its `{one}` are not whole numbers", span)
    sparse = _checked(shown, arrays["data"], arrays["indices"], arrays["indptr"], (int(shape[0]), int(shape[1])), span)
    return column_of_sparse(name, shown, sparse, span, columns)


def column_of_object(name: str, shown: str, value: Any, span: Span) -> Column:
    """From a matrix or array of `scipy.sparse`, in any of its forms."""
    rows = value.tocsr()
    if len(rows.shape) != 2 or 0 in rows.shape:
        raise _refused(shown, f"`{name}` has the shape {list(rows.shape)}", span)
    sparse = _checked(f"{name}` of `{shown}", rows.data, rows.indices, rows.indptr, rows.shape, span)
    return column_of_sparse(name, shown, sparse, span)


def is_sparse_object(value: Any) -> bool:
    """Whether it is one of `scipy.sparse`."""
    return hasattr(value, "tocsr") and len(getattr(value, "shape", ())) == 2


def column_of_sparse(name: str, shown: str, sparse: Sparse, span: Span, columns: tuple[str, ...] = ()) -> Column:
    """A column whose cells are all finite numbers. columns: names of the numbers of a row."""
    bad = ~np.isfinite(sparse.data)
    if bad.any():
        place = int(np.flatnonzero(bad)[0])
        row, number = sparse.row_of(place), int(sparse.indices[place])
        where = f"`{columns[number]}`" if columns else f"column {number + 1}"
        raise fault(
            "E0504",
            f"`{name}` is not a finite number in row {row + 1}, {where} of `{shown}`: "
            f"`{plain(float(sparse.data[place])) if np.isnan(sparse.data[place]) else 'infinite'}`",
            span,
            notes=(f"{int(bad.sum())} of its {len(bad):,} numbers other than 0 are not finite",)
            if bad.sum() > 1
            else (),
        )
    return Column(name, sparse, (sparse.shape[1],), parts=columns)


def _checked(
    shown: str,
    data: NDArray[Any],
    indices: NDArray[Any],
    indptr: NDArray[Any],
    shape: tuple[int, int],
    span: Span,
) -> Sparse:
    if data.dtype.kind not in "fiub":
        raise _refused(shown, f"its `data` are {data.dtype}, not numbers", span)
    try:
        return Sparse.of(data, indices, indptr, (int(shape[0]), int(shape[1])))
    except ValueError as error:
        raise _refused(shown, str(error), span) from None


def _refused(shown: str, why: str, span: Span, help: str | None = None) -> Fault:
    return fault("E0527", f"`{shown}` cannot be read as a sparse matrix: {why}", span, help=help)
