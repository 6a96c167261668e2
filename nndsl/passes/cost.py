"""What a graph costs: how many multiplications of its products are added up.

In: outputs, real sizes. Out: a number. Sums of products (layers, convolutions, attention) are counted, in loops over
time once for each step; what is done with single values is not, nor is what a backend saves by cleverer products.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from nndsl.ir.body import body_of
from nndsl.ir.node import Node, concrete, topological
from nndsl.ir.primitives.dot import parts
from nndsl.ir.table import TABLE


def multiply_adds(outputs: Iterable[Node], sizes: Mapping[str, int]) -> int:
    """Of all nodes the outputs need, each once. sizes: of symbolic axes, `B` among them."""
    total = 0
    for node in topological(outputs):
        body = body_of(node)
        if body is not None:
            total += node["steps"] * multiply_adds(body.results, sizes)
        elif TABLE[node.op].kind == "dot":
            total += _product(node, sizes)
    return total


def _product(node: Node, sizes: Mapping[str, int]) -> int:
    """One multiplication for each combination of the letters of both operands."""
    known: dict[str, int] = {}
    left, right, _ = parts(node["spec"])
    for letters, x in zip((left, right), node.inputs, strict=True):
        known.update(zip(letters, concrete(x.shape, dict(sizes)), strict=True))
    return math.prod(known.values())
