"""Reductions over `axes` (sorted, not negative), which stay with size 1. Nothing summed is 0, nothing multiplied 1;
nothing has no maximum.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.ir import build as b
from nndsl.ir.node import DType, Node, Shape, ShapeError
from nndsl.ir.primitive import Infer, Primitive, Setting, Vjp, precise

Grads = tuple[Node | None, ...]
REAL = (-2.0, 2.0)


def _infer(*, one: bool = False, empty: bool = True) -> Infer:
    """one: a single axis, and the result is its index. empty: whether an axis of size 0 has a result."""

    def infer(inputs: tuple[Node, ...], attrs: dict[str, Any]) -> tuple[Shape, DType]:
        (x,) = inputs
        axes: tuple[int, ...] = attrs["axes"]
        if x.dtype == "bool":
            raise ShapeError("conditions cannot be reduced", operands=(0,))
        if any(not 0 <= axis < x.rank for axis in axes) or list(axes) != sorted(set(axes)):
            raise ShapeError(f"axes {axes} are not sorted axes of {x.rank}", operands=(0,))
        if one and len(axes) != 1:
            raise ShapeError("a position is searched along one axis", operands=(0,))
        for axis in axes:
            if not empty and x.shape[axis] == 0:
                raise ShapeError("an axis of size 0 has no extreme", operands=(0,), axes=(axis,), sizes=(0,))
        shape = tuple(1 if i in axes else d for i, d in enumerate(x.shape))
        return shape, "int" if one else x.dtype

    return infer


def _sum(node: Node, g: Node) -> Grads:
    return (b.expand(g, node.inputs[0].shape),)


def _extreme(node: Node, g: Node) -> Grads:
    """Shared evenly among all elements that equal the extreme."""
    x = node.inputs[0]
    best = b.equal(x, node)
    return (b.where(best, b.div(g, b.reduce_sum(best, node["axes"])), 0.0),)


def _prod(node: Node, g: Node) -> Grads:
    """The product of the others: without a 0 the product by x; with one 0, that element alone; with more, nothing."""
    x = node.inputs[0]
    zero = b.equal(x, 0.0)
    zeros = b.reduce_sum(zero, node["axes"])
    safe = b.where(zero, 1.0, x)
    product = b.reduce_prod(safe, node["axes"])
    alone = b.and_(zero, b.equal(zeros, 1.0))
    others = b.where(b.equal(zeros, 0.0), b.div(product, safe), b.where(alone, product, 0.0))
    return (b.mul(g, others),)


def _reference(function: Callable[..., Any]) -> Callable[..., NDArray[Any]]:
    def reference(node: Node, setting: Setting, x: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(function(x, axis=node["axes"], keepdims=True), dtype=precise(setting, node.dtype))

    return reference


def _position(function: Callable[..., Any]) -> Callable[..., NDArray[Any]]:
    def reference(node: Node, setting: Setting, x: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(function(x, axis=node["axes"][0], keepdims=True), dtype=precise(setting, "int"))

    return reference


def _reduction(
    name: str, infer: Infer, reference: Any, code: str, identity: float | None, doc: str, vjp: Vjp | None
) -> Primitive:
    return Primitive(name, "reduce", 1, infer, reference, doc, vjp, code, identity, domain=(REAL,))


_MAX = "({1} if ({1} > {0}) | ({1} != {1}) else {0})"
_MIN = "({1} if ({1} < {0}) | ({1} != {1}) else {0})"
_FIRST_MAX = "({1} > {0}) | (({1} != {1}) & ({0} == {0}))"
_FIRST_MIN = "({1} < {0}) | (({1} != {1}) & ({0} == {0}))"
_SOME = _infer(empty=False)
_PLACE = _infer(one=True, empty=False)

ROWS = (
    _reduction("sum", _infer(), _reference(np.sum), "({0} + {1})", 0.0, "the sum", _sum),
    _reduction("max", _SOME, _reference(np.max), _MAX, -np.inf, "the greatest; not a number if one is not", _extreme),
    _reduction("min", _SOME, _reference(np.min), _MIN, np.inf, "the least; not a number if one is not", _extreme),
    _reduction("prod", _infer(), _reference(np.prod), "({0} * {1})", 1.0, "the product", _prod),
    _reduction("argmax", _PLACE, _position(np.argmax), _FIRST_MAX, None, "where the greatest stands first", None),
    _reduction("argmin", _PLACE, _position(np.argmin), _FIRST_MIN, None, "where the least stands first", None),
)
