"""Leaves: what a graph starts from. Inputs, weights and states are bound by whoever runs the graph; the others know
their value.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.ir.node import DType, Node, Shape, concrete
from nndsl.ir.primitive import Primitive, Setting, precise


def _given(inputs: tuple[Node, ...], attrs: dict[str, Any]) -> tuple[Shape, DType]:
    return attrs["shape"], attrs.get("dtype", "float")


def _scalar(inputs: tuple[Node, ...], attrs: dict[str, Any]) -> tuple[Shape, DType]:
    return (), attrs.get("dtype", "float")


def _counting(inputs: tuple[Node, ...], attrs: dict[str, Any]) -> tuple[Shape, DType]:
    return (attrs["n"],), "int"


def _const(node: Node, setting: Setting) -> NDArray[Any]:
    return np.asarray(node["value"], dtype=precise(setting, node.dtype))


def _size(node: Node, setting: Setting) -> NDArray[Any]:
    return np.asarray(setting.sizes[node["dim"]], dtype=precise(setting, "float"))


def _step(node: Node, setting: Setting) -> NDArray[Any]:
    return np.asarray(setting.step, dtype=precise(setting, "float"))


def _iota(node: Node, setting: Setting) -> NDArray[Any]:
    return np.arange(concrete(node.shape, setting.sizes)[0], dtype=precise(setting, "int"))


ROWS = (
    Primitive("input", "leaf", 0, _given, None, "a value that a step is given: name, shape, dtype", cost=0),
    Primitive("param", "leaf", 0, _given, None, "a weight that training changes: name, shape", cost=0),
    Primitive("state", "leaf", 0, _given, None, "a value kept between steps and not trained: name, shape", cost=0),
    Primitive("const", "leaf", 0, _scalar, _const, "a number: value, dtype", cost=0),
    Primitive("size", "leaf", 0, _scalar, _size, "the real length of a symbolic axis, as a float: dim", cost=0),
    Primitive("step", "leaf", 0, _scalar, _step, "the training step, from 1, as a float", cost=0),
    Primitive("iota", "leaf", 0, _counting, _iota, "the integers 0 .. n-1: n", cost=0),
)
