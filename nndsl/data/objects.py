"""Python objects as tables: NumPy arrays, dicts of arrays, pandas and polars frames, anything that speaks Arrow; a
sparse matrix of scipy is a block, called `counts` where it comes without a name.

In: the object. Out: a `Table`; a `Fault` at `span` where it is none of these. None of those libraries is imported here:
frames are asked by their own methods, Arrow streams are read by duckdb.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from nndsl.data.arrayfile import table_of_array, table_of_arrays
from nndsl.data.matrixfile import is_sparse_object
from nndsl.data.table import Table
from nndsl.data.words import listed
from nndsl.diagnostics import Span, fault

ACCEPTED = "a NumPy array, a dict of columns, a pandas or polars frame, a sparse matrix, or an Arrow table"
PLAIN_TYPES = (
    "BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "FLOAT",
    "DOUBLE", "VARCHAR", "DATE",
)  # fmt: skip

LIST_TYPES = (*PLAIN_TYPES, "DECIMAL", "HUGEINT", "UHUGEINT")  # what lists in cells may be of


class _Stream:
    """Hands on an Arrow stream and nothing else, so that duckdb does not ask for pyarrow."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self._value.__arrow_c_stream__(requested_schema)


def read_object(value: Any, shown: str, span: Span) -> Table:
    """The table in a Python object."""
    if isinstance(value, np.ndarray):
        return table_of_array(shown, value, span)
    if is_sparse_object(value):
        return table_of_arrays(shown, {"counts": value}, span)
    if isinstance(value, Mapping):
        return table_of_arrays(shown, {str(name): _plain(column) for name, column in value.items()}, span)
    if hasattr(value, "columns") and hasattr(value, "to_numpy") and hasattr(value, "__getitem__"):
        return _frame(value, shown, span)
    if hasattr(value, "__arrow_c_stream__"):
        return _arrow(value, shown, span)
    if isinstance(value, list | tuple) and value:
        return _rows(value, shown, span)
    if isinstance(array := _as_array(value), np.ndarray):
        return table_of_array(shown, array, span)
    raise fault(
        "E0516",
        f"the object `{shown}` is a {type(value).__name__}: it cannot be read as a table",
        span,
        help=f"hand over {ACCEPTED}",
    )


def _as_array(value: Any) -> Any:
    """What NumPy makes of an array of another library, such as a tensor of PyTorch; None of anything else."""
    if not hasattr(value, "__array__") or not getattr(value, "shape", ()):
        return None
    try:
        return np.asarray(value)
    except (TypeError, ValueError, RuntimeError):  # on another device, or part of a graph of gradients
        return None


def _plain(column: Any) -> Any:
    """A column of a dict: a series gives its array."""
    return column.to_numpy() if hasattr(column, "to_numpy") else column


def _frame(value: Any, shown: str, span: Span) -> Table:
    names = [str(name) for name in value.columns]
    twice = next((name for i, name in enumerate(names) if name in names[:i]), None)
    if twice is not None:
        raise fault("E0516", f"two columns of `{shown}` are called `{twice}`", span)
    return table_of_arrays(shown, {str(name): value[name].to_numpy() for name in value.columns}, span)


def _arrow(value: Any, shown: str, span: Span) -> Table:
    import duckdb

    stream = _Stream(value)
    try:
        with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as connection:
            connection.register("handed_over", stream)
            return table_of_relation(connection.sql("select * from handed_over"), shown, span)
    except duckdb.Error:
        raise fault(
            "E0516",
            f"the object `{shown}` is a {type(value).__name__}, which is no table",
            span,
            help=f"hand over {ACCEPTED}",
        ) from None


def table_of_relation(relation: Any, shown: str, span: Span) -> Table:
    """What a duckdb relation holds. Types that NumPy lacks become text."""
    casts: list[str] = []
    for name, type_ in zip(relation.columns, relation.types, strict=True):
        quoted = '"' + name.replace('"', '""') + '"'
        text = str(type_)
        if text in PLAIN_TYPES:
            casts.append(quoted)
        elif text.startswith(("DECIMAL", "HUGEINT", "UHUGEINT")) and not text.endswith("]"):
            casts.append(f"{quoted}::double as {quoted}")
        elif text.endswith("[]") and text.removesuffix("[]").removesuffix("[]").partition("(")[0] in LIST_TYPES:
            kind = "varchar" if text.startswith(("VARCHAR", "DATE")) else "double"
            casts.append(f"{quoted}::{kind}{'[]' * text.count('[]')} as {quoted}")
        elif text.endswith("]") or text.startswith(("STRUCT", "MAP", "UNION")):
            raise fault("E0516", f"the column `{name}` of `{shown}` holds lists or records, not numbers or texts", span)
        else:
            casts.append(f"{quoted}::varchar as {quoted}")
    found = relation.project(", ".join(casts)).fetchnumpy()
    return table_of_arrays(shown, found, span)


def _rows(value: Any, shown: str, span: Span) -> Table:
    if all(isinstance(row, Mapping) for row in value):
        names = list(dict.fromkeys(name for row in value for name in row))
        return table_of_arrays(shown, {str(name): [row.get(name) for row in value] for name in names}, span)
    if all(isinstance(row, np.ndarray) and row.ndim == 2 for row in value):
        wide = {row.shape[1] for row in value}
        if len(wide) == 1:  # sequences [T, F], of any lengths: a column for each of F
            return table_of_arrays(shown, {f"x{i}": [row[:, i] for row in value] for i in range(wide.pop())}, span)
    widths = {len(row) if isinstance(row, list | tuple | np.ndarray) else 0 for row in value}
    if len(widths) > 1:
        raise fault("E0516", f"the rows of `{shown}` have different lengths: {listed(map(str, sorted(widths)))}", span)
    if widths == {0}:
        return table_of_arrays(shown, {"x0": list(value)}, span)
    return table_of_arrays(shown, {f"x{i}": [row[i] for row in value] for i in range(widths.pop())}, span)
