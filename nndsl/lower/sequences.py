"""What is taken of all steps of a sequence at once, so that padding behind a shorter sequence's end does not count.

In: a tensor some of whose axes are steps. Out: its last step, a reduction over the real steps, or how many there are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from nndsl.diagnostics import fault
from nndsl.ir import build as b
from nndsl.ir.node import BATCH, Node
from nndsl.lower import timeline
from nndsl.lower.align import plain
from nndsl.lower.frame import Build
from nndsl.lower.operators import labels
from nndsl.lower.use import Use
from nndsl.lower.values import Tensor, shape_words

# What stands in the place of padding, so that a reduction does not see it.
UNSEEN = {
    "sum": 0.0, "mean": 0.0, "prod": 1.0, "max": -math.inf, "argmax": -math.inf, "min": math.inf, "argmin": math.inf,
}  # fmt: skip


def last(use: Use) -> Tensor:
    """`x -> last`: the last real step of each example."""
    (x,) = use.arguments(1, 1)
    x = plain(use.tensor(x))
    steps = x.shape[0] if x.shape else 0
    timed = len(x.shape) > 1 or timeline.is_time(x, use.frame.build)
    if not timed or not isinstance(steps, int) or steps == 0:
        raise fault(
            "E0313",
            f"`last` takes the last step of a sequence [time, ...], but {shape_words(x.shape)} has no steps",
            use.span,
            labels=labels(x),
            help=f"the last of {steps} numbers is `x[-1]`" if steps else "let a cell or another sequence flow in",
        )
    axis, lengths = int(x.batched), use.frame.build.lengths
    if x.batched and timeline.marks(x.node, use.frame.build)[1] == timeline.RAGGED and lengths is not None:
        place = b.sub(_along(lengths, x.node.rank), 1, origin=use.site)
        chosen = b.equal(_places(x.node, 1), place, origin=use.site)
        node = b.reduce_sum(b.where(chosen, x.node, _nothing(x), origin=use.site), 1, origin=use.site)
    else:
        node = b.slice_(x.node, axis, steps - 1, steps, origin=use.site)
    lead = (BATCH,) if x.batched else ()
    node = b.reshape(node, (*lead, *x.shape[1:]), origin=use.site)
    return Tensor(node, (False,) * (len(x.shape) - 1), x.batched, x.kind, use.site, x.classes)


def _nothing(x: Tensor) -> Node:
    return b.const(0, x.node.dtype)


def _along(lengths: Node, rank: int) -> Node:
    """[B, 1, ...]: beside the examples of a node of this rank."""
    return b.reshape(lengths, (BATCH, *(1,) * (rank - 1)))


def _places(x: Node, axis: int) -> Node:
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
    lengths = _along(build.lengths, x.node.rank)
    conditions = [b.less(_places(x.node, axis), lengths, origin=x.made) for axis in axes]
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
