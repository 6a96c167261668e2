"""Rows of a table by their ids, and the sum of rows under ids that is its derivative. Ids are data, so they are
checked.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.ir import build as b
from nndsl.ir.node import DType, Node, Shape, ShapeError, concrete
from nndsl.ir.primitive import Primitive, Setting
from nndsl.ir.shapes import text

Grads = tuple[Node | None, ...]
REAL = (-2.0, 2.0)


def _infer_gather(inputs: tuple[Node, ...], attrs: dict[str, Any]) -> tuple[Shape, DType]:
    table, ids = inputs
    if ids.dtype != "int":
        raise ShapeError(f"ids are whole numbers, not {ids.dtype}", operands=(1,))
    if table.rank == 0:
        raise ShapeError("a table needs an axis of rows", operands=(0,))
    return (*ids.shape, *table.shape[1:]), table.dtype


def _gather(node: Node, g: Node) -> Grads:
    table, ids = node.inputs
    return b.scatter_add(ids, g, table.shape[0]), None


def _checked(ids: NDArray[Any], rows: int) -> NDArray[Any]:
    """The ids, all of them in 0 .. rows-1. Raises IndexError that names the first that is not."""
    wrong = ids[(ids < 0) | (ids >= rows)]
    if wrong.size:
        raise IndexError(f"id {wrong.flat[0]} is not among the {rows} rows of the table")
    return ids


def _gather_value(node: Node, setting: Setting, table: NDArray[Any], ids: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(table[_checked(ids, len(table))])


def _infer_scatter(inputs: tuple[Node, ...], attrs: dict[str, Any]) -> tuple[Shape, DType]:
    ids, g = inputs
    if ids.dtype != "int":
        raise ShapeError(f"ids are whole numbers, not {ids.dtype}", operands=(0,))
    if g.shape[: ids.rank] != ids.shape:
        raise ShapeError(f"{text(g.shape)} has no row for each id of {text(ids.shape)}", operands=(0, 1))
    return (attrs["rows"], *g.shape[ids.rank :]), g.dtype


def _scatter(node: Node, g: Node) -> Grads:
    return None, b.gather(g, node.inputs[0])


def _scatter_value(node: Node, setting: Setting, ids: NDArray[Any], g: NDArray[Any]) -> NDArray[Any]:
    table = np.zeros(concrete(node.shape, setting.sizes), dtype=g.dtype)
    np.add.at(table, _checked(ids, len(table)), g)
    return table


ROWS = (
    Primitive(
        "gather",
        "index",
        2,
        _infer_gather,
        _gather_value,
        "rows of a table by their ids",
        _gather,
        domain=(REAL, (0, 1)),
    ),
    Primitive(
        "scatter_add",
        "index",
        2,
        _infer_scatter,
        _scatter_value,
        "rows summed under their ids: rows",
        _scatter,
        domain=((0, 1), REAL),
    ),
)
