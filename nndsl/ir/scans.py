"""Builders of loops over time.

In: a `Body` over any leaves, and what they stand for. Out: nodes; see the rows of `ir.primitives.scan`.
`nndsl.ir.build` has these too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nndsl.diagnostics import Span
from nndsl.ir.body import Body, numbered
from nndsl.ir.node import Dim, DType, Node, make, mark, topological

KNOWN = ("const", "size", "iota")  # leaves that are the same inside a loop and outside
DRAWS = ("uniform", "normal")


def slot(role: str, index: int, shape: Sequence[Dim], dtype: DType = "float", *, origin: Span | None = None) -> Node:
    """A leaf of a loop's body. role: "state", "item" or "fixed"."""
    return make("slot", role=role, index=index, shape=tuple(shape), dtype=dtype, origin=origin)


def fresh(role: str, shape: Sequence[Dim], dtype: DType = "float", *, origin: Span | None = None) -> Node:
    """A slot that no other body has: for bodies in the making, which `scan` numbers in the end."""
    return slot(role, -1 - mark(), shape, dtype, origin=origin)


def scan(
    body: Body,
    inits: Sequence[Node],
    xs: Sequence[Node],
    fixed: Sequence[Node] = (),
    *,
    steps: int,
    reverse: bool = False,
    origin: Span | None = None,
) -> Node:
    """The body run `steps` times: from t = 0 on, or with `reverse` from the last t to 0. Its values are had by `part`.

    inits: the states before the first step. xs: of each item the values at all steps, [steps, ...]. fixed: what is the
    same at every step. The body's leaves may be any leaves. Leaves that it has beside them (weights, inputs) become
    `fixed` too. A random number drawn in the body is drawn anew at each step: it becomes an item, [steps, ...] numbers
    of its stream.
    """
    nodes = topological(body.results)
    own = set(body.slots)
    free = [n for n in nodes if not n.inputs and n not in own and n.op not in KNOWN]
    draws = [n for n in free if n.op in DRAWS]
    captured = [n for n in free if n.op not in DRAWS]
    closed = replace(body, items=(*body.items, *draws), fixed=(*body.fixed, *captured))
    streams = [make(n.op, stream=n["stream"], shape=(steps, *n.shape), origin=n.origin) for n in draws]
    inputs = (*inits, *xs, *streams, *fixed, *captured)
    return make("scan", *inputs, body=numbered(closed), steps=steps, reverse=reverse, origin=origin)


def part(scan: Node, index: int, *, origin: Span | None = None) -> Node:
    """What a scan emits under a number, of all steps: [steps, ...]; the value of step t stands at t, whichever way the
    loop runs.
    """
    return make("part", scan, index=index, origin=origin)
