"""`.npy` and `.npz` files as tables, never with pickle.

In: a path. Out: a `Table`. A 2-D `.npy` has the columns x0, x1, ...; an N-d one the single block `image`; a structured
one its fields. The arrays of an `.npz` are columns (1-D) or blocks (N-d) under their own names, or together one sparse
matrix, a block under the file's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.data.matrixfile import column_of_object, is_matrix, is_sparse_object, read_matrix
from nndsl.data.table import Column, Table, block, column_of_values
from nndsl.data.words import listed
from nndsl.diagnostics import Span, fault


def read_array(path: Path, span: Span) -> Table:
    """The table in an `.npy` or `.npz` file."""
    import zipfile  # with what it imports in turn, slower than the check of a script without such a file

    try:
        loaded = np.load(path, allow_pickle=False)
        if not isinstance(loaded, np.ndarray):
            with loaded:
                if is_matrix(loaded.files):
                    return Table.of(path.name, [read_matrix(path, span)])
                return table_of_arrays(path.name, {name: loaded[name] for name in loaded.files}, span)
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, KeyError) as error:
        pickled = "allow_pickle" in str(error) or "Object arrays" in str(error)
        why = "it holds Python objects (pickle), which could run code" if pickled else "it is not a whole NumPy file"
        raise fault("E0503", f"`{path.name}` cannot be read: {why}", span) from None
    return table_of_array(path.name, loaded, span)


def table_of_array(shown: str, array: NDArray[Any], span: Span) -> Table:
    """One array: structured -> its fields; 1-D and 2-D -> columns x0, x1, ...; more axes -> the block `image`."""
    if array.ndim == 0:
        raise fault("E0503", f"`{shown}` holds a single number, not rows", span)
    if array.dtype.names is not None:
        return table_of_arrays(shown, {name: array[name] for name in array.dtype.names}, span)
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim == 2:
        return table_of_arrays(shown, {f"x{i}": array[:, i] for i in range(array.shape[1])}, span)
    return table_of_arrays(shown, {"image": array}, span)


def table_of_arrays(shown: str, arrays: Mapping[str, Any], span: Span) -> Table:
    """Arrays of the same length, by name."""
    columns: list[Column] = []
    for name, values in arrays.items():
        try:
            column = _column(name, values, shown, span)
        except (ValueError, TypeError) as error:
            raise fault("E0503", f"`{name}` of `{shown}` cannot be a column: {_reason(error)}", span) from None
        if not column.is_block and np.ndim(column.values()) == 0:
            raise fault("E0503", f"`{name}` of `{shown}` is a single value, not a column", span)
        columns.append(column)
    lengths = {column.name: column.rows for column in columns}
    if len(set(lengths.values())) > 1:
        raise fault(
            "E0503",
            f"the columns of `{shown}` have different lengths",
            span,
            notes=(", ".join(f"`{name}` {rows}" for name, rows in list(lengths.items())[:8]),),
        )
    if not columns or not next(iter(lengths.values())):
        raise fault("E0503", f"`{shown}` has no rows" + (f" (columns: {listed(lengths)})" if columns else ""), span)
    return Table.of(shown, columns)


def _column(name: str, values: Any, shown: str, span: Span) -> Column:
    if is_sparse_object(values):
        return column_of_object(name, shown, values, span)
    if isinstance(values, np.ndarray) and values.ndim > 1:
        return block(name, values)
    return column_of_values(name, values)


def _reason(error: Exception) -> str:
    said = str(error)
    ours = ("complex", "a cell holds", "some cells hold", "an array of")
    return said if said.startswith(ours) else "its cells are not numbers or texts"
