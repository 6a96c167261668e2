"""Reductions over the steps of sequences of different lengths: padding behind a shorter one's end does not count.

In: a tensor and axes of its node. Out: which of them hold padding, the node with padding that a reduction does not see,
and how many real elements there are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from nndsl.ir import build as b
from nndsl.ir.node import BATCH, Node
from nndsl.lower import timeline
from nndsl.lower.frame import Build
from nndsl.lower.values import Tensor

# What stands in the place of padding, so that a reduction does not see it.
UNSEEN = {
    "sum": 0.0, "mean": 0.0, "prod": 1.0, "max": -math.inf, "argmax": -math.inf, "min": math.inf, "argmin": math.inf,
}  # fmt: skip


def along(lengths: Node, rank: int) -> Node:
    """[B, 1, ...]: beside the examples of a node of this rank."""
    return b.reshape(lengths, (BATCH, *(1,) * (rank - 1)))


def places(x: Node, axis: int) -> Node:
    """0 .. T-1 along an axis of a node."""
    return b.reshape(b.iota(x.shape[axis]), (x.shape[axis], *(1,) * (x.rank - axis - 1)))


def padded(x: Tensor, axes: Sequence[int], build: Build) -> list[int]:
    """Those of the node's axes that hold padding."""
    if build.lengths is None or not x.batched:
        return []
    found = timeline.marks(x.node, build)
    return [axis for axis in axes if found[axis] in timeline.PADDED]


def real(x: Tensor, axes: Sequence[int], build: Build) -> Node:
    """Whether a place lies before the end of its sequence, along each of the axes: [B, 1, ..., T, ...]."""
    assert build.lengths is not None
    lengths = along(build.lengths, x.node.rank)
    conditions = [b.less(places(x.node, axis), lengths, origin=x.made) for axis in axes]
    found = conditions[0]
    for condition in conditions[1:]:
        found = b.and_(found, condition, origin=x.made)
    return found


def seen(op: str, x: Tensor, axes: Sequence[int], build: Build) -> Node:
    """The node with padding along these axes made so that the reduction `op` does not see it."""
    return b.where(real(x, axes, build), x.node, UNSEEN[op], origin=x.made)


def number(x: Tensor, axes: Sequence[int], holding: Sequence[int], build: Build) -> Node:
    """How many real elements `axes` hold, beside each example. holding: those of them with padding."""
    real_steps = b.cast(real(x, holding, build), "float", origin=x.made)
    among = [axis for axis in axes if axis in holding or axis == 0]
    others = [axis for axis in axes if axis not in among]
    found = b.reduce_sum(real_steps, among, origin=x.made)
    return b.mul(found, b.count(x.node.shape, others), origin=x.made) if others else found
