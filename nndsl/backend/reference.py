"""Runs a graph node by node in NumPy, each as the table defines it: slow, and what every other backend is compared
with.

In: outputs, values of the inputs, weights and states, and a Setting. Out: arrays. It does not fuse, plan or keep
anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.ir.body import body_of
from nndsl.ir.node import Node, concrete, topological
from nndsl.ir.primitive import Setting, precise
from nndsl.ir.primitives.scan import walk
from nndsl.ir.table import TABLE

Bindings = Mapping[Node, NDArray[Any]]
Value = Any  # an array; of a scan a tuple of arrays


def evaluate(outputs: Sequence[Node], bindings: Bindings, setting: Setting) -> list[NDArray[Any]]:
    """The values of the outputs. A value is let go after its last use.

    Raises ValueError for an input without a value or of another shape, IndexError for an id outside its table.
    """
    kept = {out: np.empty(0) for out in outputs}
    for node, value in _values(outputs, bindings, setting):
        if node in kept:
            kept[node] = value
    return [kept[out] for out in outputs]


def first_nonfinite(outputs: Sequence[Node], bindings: Bindings, setting: Setting) -> Node | None:
    """The first node that makes NaN or an infinity from finite inputs, and whose fault reaches an output; None if the
    outputs are finite.

    Constants are meant as they stand. Where an infinite constant is the only cause, the first node that makes NaN is
    named. In a loop it is the node of the body that is named.
    """
    finite: dict[Node, bool] = {}
    number: dict[Node, bool] = {}
    for node, value in _values(outputs, bindings, setting):
        finite[node] = _holds(np.isfinite, value)
        number[node] = _holds(_is_number, value)
    for test, good in ((np.isfinite, finite), (_is_number, number)):
        blamed = _sources(outputs, good)
        if blamed:
            return _inside(blamed[0], bindings, setting, test)
    return None


def _is_number(value: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(~np.isnan(value))


def _holds(test: Callable[[NDArray[Any]], Any], value: Value) -> bool:
    """Whether it holds for all numbers: of all arrays, where there are several."""
    return all(bool(test(array).all()) for array in (value if isinstance(value, tuple) else (value,)))


def _inside(node: Node, bindings: Bindings, setting: Setting, test: Callable[[NDArray[Any]], Any]) -> Node:
    """The node itself; of a loop the first node of its body, at the first step, that makes what fails the test."""
    if body_of(node) is None:
        return node
    with np.errstate(all="ignore"):
        for _, order, values in walk(node, setting, evaluate(node.inputs, bindings, setting)):
            good = {inner: _holds(test, values[inner]) for inner in order}
            blamed = _sources(order, good)
            if blamed:
                return _inside(blamed[0], values, setting, test)
    return node


def _sources(outputs: Sequence[Node], good: Mapping[Node, bool]) -> list[Node]:
    """In topological order, the nodes that are not good but for constants, have good inputs only, and spoil an
    output.
    """
    tainted: set[Node] = set()
    waiting = [out for out in outputs if not good[out]]
    while waiting:
        node = waiting.pop()
        if node not in tainted:
            tainted.add(node)
            waiting.extend(x for x in node.inputs if not good[x])
    return [
        node
        for node in topological(outputs)
        if node in tainted and node.op != "const" and all(good[x] for x in node.inputs)
    ]


def _values(outputs: Sequence[Node], bindings: Bindings, setting: Setting) -> Iterator[tuple[Node, Value]]:
    order = topological(outputs)
    last: dict[Node, Node] = {}
    for node in order:
        for x in node.inputs:
            last[x] = node
    live: dict[Node, Value] = {}
    for node in order:
        with np.errstate(all="ignore"):
            value = _value(node, [live[x] for x in node.inputs], bindings, setting)
        if node in last:
            live[node] = value
        for x in dict.fromkeys(node.inputs):
            if last[x] is node:
                del live[x]
        yield node, value


def _value(node: Node, inputs: Sequence[Value], bindings: Bindings, setting: Setting) -> Value:
    reference = TABLE[node.op].reference
    if reference is not None:
        return reference(node, setting, *inputs)
    if node not in bindings:
        raise ValueError(f"{node!r} has no value")
    value = np.asarray(bindings[node], dtype=precise(setting, node.dtype))
    shape = concrete(node.shape, setting.sizes)
    if value.shape != shape:
        raise ValueError(f"{node!r} is given a value of shape {value.shape}, not {shape}")
    return value
