"""Loops over time: a body run once a step, whose states go from each step to the next.

A `scan` has no value of its own, only those that `part` names. Its derivative is no rule of one node, but a pass:
`passes.recurrence`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.ir.body import Body, body_of
from nndsl.ir.node import DType, Node, Shape, ShapeError, concrete, topological
from nndsl.ir.primitive import Primitive, Setting, precise
from nndsl.ir.shapes import text

Values = dict[Node, Any]

__all__ = ["ROWS", "Body", "body_of", "walk"]


def _infer_slot(inputs: tuple[Node, ...], attrs: dict[str, Any]) -> tuple[Shape, DType]:
    return attrs["shape"], attrs["dtype"]


def _infer_scan(inputs: tuple[Node, ...], attrs: dict[str, Any]) -> tuple[Shape, DType]:
    body: Body = attrs["body"]
    steps: int = attrs["steps"]
    if steps < 1:
        raise ShapeError(f"a loop over time has at least one step, not {steps}")
    if len(inputs) != len(body.slots) or len(body.nexts) != len(body.states):
        raise ShapeError(f"the body has {len(body.slots)} leaves and {len(body.nexts)} next states for {len(inputs)}")
    timed = range(len(body.states), len(body.states) + len(body.items))
    for i, (x, leaf) in enumerate(zip(inputs, body.slots, strict=True)):
        wanted = (steps, *leaf.shape) if i in timed else leaf.shape
        if (x.shape, x.dtype) != (wanted, leaf.dtype):
            message = f"input {i} of the loop is {x.dtype}{text(x.shape)}, not {leaf.dtype}{text(wanted)}"
            raise ShapeError(message, operands=(i,), sizes=x.shape)
    for i, (leaf, after) in enumerate(zip(body.states, body.nexts, strict=True)):
        if (leaf.shape, leaf.dtype) != (after.shape, after.dtype):
            message = (
                f"state {i} is {leaf.dtype}{text(leaf.shape)} before a step, {after.dtype}{text(after.shape)} after"
            )
            raise ShapeError(message, operands=(i,), sizes=after.shape)
    return (), "float"


def _infer_part(inputs: tuple[Node, ...], attrs: dict[str, Any]) -> tuple[Shape, DType]:
    (loop,) = inputs
    body = body_of(loop)
    if body is None or not 0 <= attrs["index"] < len(body.emits):
        raise ShapeError(f"there is no value {attrs['index']} of `{loop.op}`", operands=(0,))
    emit = body.emits[attrs["index"]]
    return (loop["steps"], *emit.shape), emit.dtype


def _scan_value(node: Node, setting: Setting, *inputs: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    """The emitted values, [steps, ...] each."""
    body: Body = node["body"]
    shapes = [(node["steps"], *concrete(x.shape, setting.sizes)) for x in body.emits]
    kept = tuple(np.empty(s, precise(setting, x.dtype)) for s, x in zip(shapes, body.emits, strict=True))
    for t, _, values in walk(node, setting, inputs):
        for array, x in zip(kept, body.emits, strict=True):
            array[t] = values[x]
    return kept


def walk(node: Node, setting: Setting, inputs: Sequence[NDArray[Any]]) -> Iterator[tuple[int, list[Node], Values]]:
    """Runs a scan: for each step, in the order in which they are run, t, the body's nodes in order, and their values.

    The values are those of NumPy; a loop within the body has a tuple of them.
    """
    from nndsl.ir.table import TABLE

    body: Body = node["body"]
    first, second = len(body.states), len(body.states) + len(body.items)
    states, items, fixed = list(inputs[:first]), inputs[first:second], inputs[second:]
    order = topological(body.results)
    times = range(node["steps"])
    for t in reversed(times) if node["reverse"] else times:
        here = (*states, *(x[t] for x in items), *fixed)
        values: Values = dict(zip(body.slots, here, strict=True))
        for inner in order:
            if inner not in values:
                reference = TABLE[inner.op].reference
                assert reference is not None, f"{inner!r} is a leaf that the body does not name"
                values[inner] = reference(inner, setting, *(values[x] for x in inner.inputs))
        yield t, order, values
        states = [values[x] for x in body.nexts]


def _part_value(node: Node, setting: Setting, loop: tuple[NDArray[Any], ...]) -> NDArray[Any]:
    index: int = node["index"]
    return loop[index]


ROWS = (
    Primitive(
        "slot", "leaf", 0, _infer_slot, None, "what a step of a loop is given: role, index, shape, dtype", cost=0
    ),
    Primitive(
        "scan", "scan", None, _infer_scan, _scan_value, "a body run once a step: body, steps, reverse", cost=1000
    ),
    Primitive("part", "part", 1, _infer_part, _part_value, "one value of a scan at all steps: index", cost=0),
)
