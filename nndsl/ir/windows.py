"""Builders of windows and of their adjoint, and of arrays put together from parts that lie between one another.

In: nodes and numbers. Out: nodes; see the rows of `ir.primitives.window`. `nndsl.ir.build` has these too.
"""

from __future__ import annotations

from collections.abc import Sequence

from nndsl.diagnostics import Span
from nndsl.ir.node import Dim, Node, make


def positions(size: int, window: int, stride: int, dilation: int) -> int:
    """At how many places a window of `window` elements, `dilation` apart, fits into `size` elements; it moves by
    `stride`.
    """
    return (size - dilation * (window - 1) - 1) // stride + 1


def windows(
    x: Node,
    axes: Sequence[int],
    sizes: Sequence[int],
    strides: Sequence[int],
    dilations: Sequence[int],
    *,
    origin: Span | None = None,
) -> Node:
    """All windows of x: [B, H, W, C] along the axes (1, 2) becomes [B, OH, OW, C, KH, KW]. No padding."""
    return make(
        "windows",
        x,
        axes=tuple(axes),
        sizes=tuple(sizes),
        strides=tuple(strides),
        dilations=tuple(dilations),
        origin=origin,
    )


def overlap_add(
    g: Node,
    axes: Sequence[int],
    strides: Sequence[int],
    dilations: Sequence[int],
    extents: Sequence[int],
    starts: Sequence[int] | None = None,
    *,
    origin: Span | None = None,
) -> Node:
    """Every window is added where `windows` took it from: [B, OH, OW, C, KH, KW] becomes [B, H, W, C].

    extents: H, W. starts: how many elements before the result's first one are left out. More than two axes are added
    up one after the other, the last two first: their window axes are the last ones.
    """
    first = [0] * len(axes) if starts is None else starts
    if len(axes) > 2:
        g = overlap_add(g, axes[1:], strides[1:], dilations[1:], extents[1:], first[1:], origin=origin)
        return overlap_add(g, axes[:1], strides[:1], dilations[:1], extents[:1], first[:1], origin=origin)
    return make(
        "overlap_add",
        g,
        axes=tuple(axes),
        strides=tuple(strides),
        dilations=tuple(dilations),
        extents=tuple(extents),
        starts=tuple(first),
        origin=origin,
    )


def assemble(
    parts: Sequence[Node],
    shape: Sequence[Dim],
    starts: Sequence[Sequence[int]],
    steps: Sequence[Sequence[int]],
    value: float = 0.0,
    *,
    origin: Span | None = None,
) -> Node:
    """Parts that do not meet, each at `starts` with every `steps`-th place along each axis; a number between
    them."""
    return make(
        "assemble",
        *parts,
        shape=tuple(shape),
        starts=tuple(tuple(s) for s in starts),
        steps=tuple(tuple(s) for s in steps),
        value=float(value),
        origin=origin,
    )
