"""Warns of windows that slide over the channels of a picture, because its channels come first.

In: a network's graph, and the field it sees. Out: W0408 where pictures [1 or 3, n, n] meet windows as they
are. Pictures that the network turns itself are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nndsl.data.types import Field
from nndsl.diagnostics import Diagnostic, Label
from nndsl.ir.node import Node, topological
from nndsl.ir.table import TABLE
from nndsl.lower.graphs import Value

SMALLEST = 5  # pixels: below, three rows and three columns may well be a picture


def channels_first(leaves: Sequence[Node], outputs: Sequence[Value], field: Field) -> Iterator[Diagnostic]:
    """The warning, at the layer that is the first to slide windows over such a picture. leaves: what it flows in by."""
    if field.time or len(field.shape) != 3:
        return
    channels, height, width = field.shape
    if channels not in (1, 3) or height != width or height < SMALLEST:
        return
    found = _windows(leaves, outputs)
    if found is None:
        return
    size = f"{channels} x {height} x {width}"
    yield Diagnostic(
        "W0408",
        f"windows go over {channels} x {height} pixels with {width} channels: pictures are height x width x channels",
        found.origin if found.origin is not None else field.span,
        (Label(field.span, f"pictures of {size}"),),
        help="put the channels last: `pictures.transpose(0, 2, 3, 1)` in Python, or begin the network with "
        "`input x[...]` and `transpose(x, [1, 2, 0]) -> ...`",
    )


def _windows(leaves: Sequence[Node], outputs: Sequence[Value]) -> Node | None:
    """The first windows over two axes that meet the input with its axes where they are."""
    as_it_is: set[Node] = set(leaves)
    sizes = {leaf.shape[1:3] for leaf in leaves}
    for node in topological([out.node for out in outputs]):
        if not any(x in as_it_is for x in node.inputs):
            continue
        if node.op == "windows" and len(node["axes"]) == 2:
            return node
        apart = node.op == "reshape" and node.shape[1:3] in sizes  # channels in groups
        if TABLE[node.op].kind == "map" or node.op == "pad" or apart:
            as_it_is.add(node)
    return None
