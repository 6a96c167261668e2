"""Built-in functions of sequences: the last step, and whether a step is there.

In: a call. Out: its value, right for sequences of different lengths too.
"""

from __future__ import annotations

from dataclasses import replace

from nndsl.diagnostics import fault
from nndsl.ir import build as b
from nndsl.ir.node import BATCH, Node
from nndsl.lower import padding, timeline
from nndsl.lower.align import plain
from nndsl.lower.axes import chosen
from nndsl.lower.operators import labels
from nndsl.lower.use import Use
from nndsl.lower.values import Tensor, shape_words, value_words


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
        place = b.sub(padding.along(lengths, x.node.rank), 1, origin=use.site)
        chosen = b.equal(padding.places(x.node, 1), place, origin=use.site)
        node = b.reduce_sum(b.where(chosen, x.node, _nothing(x), origin=use.site), 1, origin=use.site)
    else:
        node = b.slice_(x.node, axis, steps - 1, steps, origin=use.site)
    lead = (BATCH,) if x.batched else ()
    node = b.reshape(node, (*lead, *x.shape[1:]), origin=use.site)
    return Tensor(node, (False,) * (len(x.shape) - 1), x.batched, x.kind, use.site, x.classes)


def present(use: Use) -> Tensor | bool:
    """`present(x, axis=0)`: for each step whether it is one of the example's sequence; true where all are."""
    x, axis = use.arguments(1, 1, "axis")
    x = plain(use.tensor(x))
    (at,) = chosen(x, 0 if axis is None else [axis], use.frame, use.span)
    if not padding.padded(x, [at], use.frame.build):
        return True
    lead = padding.real(x, [at], use.frame.build)
    node = b.reshape(lead, (BATCH, x.node.shape[at]), origin=use.site)
    return Tensor(node, (False,), True, "truth", use.site)


def blank(use: Use) -> Tensor:
    """`blank(x, value=0)`: padding along the first axis replaced by a number; x itself where there is none."""
    x, value = use.arguments(1, 1, "value")
    x = plain(use.tensor(x))
    value = 0.0 if value is None else value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise fault("E0206", f"`value` of `blank` is a number, not {value_words(value)}", use.span)
    if not padding.padded(x, [1] if x.shape else [], use.frame.build):
        return x
    node = b.where(padding.real(x, [1], use.frame.build), x.node, value, origin=x.made)
    return replace(x, node=node)


def _nothing(x: Tensor) -> Node:
    return b.const(0, x.node.dtype)
