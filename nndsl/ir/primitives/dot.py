"""Sums of products of two tensors. A spec such as "bi,ij->bj" names the axes of both operands and of the result.

Each letter stands at most once in an operand; a letter that is summed stands in both. So the derivative by an operand
is again such a product, with the letters moved: "bj,ij->bi".
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.ir import build as b
from nndsl.ir.node import Dim, DType, Node, Shape, ShapeError
from nndsl.ir.primitive import Primitive, Setting, precise

REAL = (-2.0, 2.0)


def parts(spec: str) -> tuple[str, str, str]:
    """The letters of the first operand, the second and the result."""
    operands, _, out = spec.partition("->")
    left, _, right = operands.partition(",")
    return left, right, out


def _infer(inputs: tuple[Node, ...], attrs: dict[str, Any]) -> tuple[Shape, DType]:
    left, right, out = parts(attrs["spec"])
    sizes: dict[str, tuple[Dim, int, int]] = {}
    for i, (letters, x) in enumerate(zip((left, right), inputs, strict=True)):
        if len(letters) != x.rank or len(set(letters)) != len(letters) or x.dtype != "float":
            raise ShapeError(f"operand {i} of {attrs['spec']} does not fit its letters", operands=(i,), sizes=x.shape)
        for axis, (letter, dim) in enumerate(zip(letters, x.shape, strict=True)):
            known, of, at = sizes.setdefault(letter, (dim, i, axis))
            if known != dim:
                raise ShapeError(
                    f"sizes {known} and {dim} do not fit", operands=(of, i), axes=(at, axis), sizes=(known, dim)
                )
    alone = set(left) ^ set(right)
    if len(set(out)) != len(out) or not alone <= set(out) <= set(sizes):
        raise ShapeError(
            f"the result of {attrs['spec']} must name each axis that one operand has alone, once", operands=(0, 1)
        )
    return tuple(sizes[letter][0] for letter in out), "float"


def _vjp(node: Node, g: Node) -> tuple[Node | None, ...]:
    left, right, out = parts(node["spec"])
    x, y = node.inputs
    return b.einsum(f"{out},{right}->{left}", g, y), b.einsum(f"{left},{out}->{right}", x, g)


def _value(node: Node, setting: Setting, x: NDArray[Any], y: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(np.einsum(node["spec"], x, y, optimize=True), dtype=precise(setting, "float"))


ROWS = (
    Primitive(
        "einsum",
        "dot",
        2,
        _infer,
        _value,
        "a sum of products over the letters that the result lacks: spec",
        _vjp,
        cost=100,
        domain=(REAL, REAL),
    ),
)
