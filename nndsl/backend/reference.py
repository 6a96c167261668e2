"""Runs a graph node by node in NumPy, each as the table defines it: slow, and what every other backend is compared
with.

In: outputs, values of the inputs, weights and states, and a Setting. Out: arrays. It does not fuse, plan or keep
anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.ir.node import Node, concrete, topological
from nndsl.ir.primitive import Setting, precise
from nndsl.ir.table import TABLE

Bindings = Mapping[Node, NDArray[Any]]


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
    named.
    """
    finite: dict[Node, bool] = {}
    number: dict[Node, bool] = {}
    for node, value in _values(outputs, bindings, setting):
        finite[node] = bool(np.isfinite(value).all())
        number[node] = not bool(np.isnan(value).any())
    for good in (finite, number):
        blamed = _sources(outputs, good)
        if blamed:
            return blamed[0]
    return None


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


def _values(outputs: Sequence[Node], bindings: Bindings, setting: Setting) -> Iterator[tuple[Node, NDArray[Any]]]:
    order = topological(outputs)
    last: dict[Node, Node] = {}
    for node in order:
        for x in node.inputs:
            last[x] = node
    live: dict[Node, NDArray[Any]] = {}
    for node in order:
        with np.errstate(all="ignore"):
            value = _value(node, [live[x] for x in node.inputs], bindings, setting)
        if node in last:
            live[node] = value
        for x in dict.fromkeys(node.inputs):
            if last[x] is node:
                del live[x]
        yield node, value


def _value(node: Node, inputs: Sequence[NDArray[Any]], bindings: Bindings, setting: Setting) -> NDArray[Any]:
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
