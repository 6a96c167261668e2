"""Products of tensors that are no sums, or whose one operand is a row or a column: as maps and sums, which fuse with
what is around them where a product is a walk of its own.

In: a node. Out: what stands in its place, or None. Within a loop over time such products are half of its calls.
"""

from __future__ import annotations

from collections.abc import Sequence

from nndsl.ir import build as b
from nndsl.ir.node import Dim, Node
from nndsl.ir.primitives.dot import parts
from nndsl.passes.rewrite import Rule

_KEPT = ("windows",)  # operands that no walk over their elements should read one by one


def product_of_ones(node: Node) -> Node | None:
    """einsum where all summed axes have size 1 -> x * y: "bi,ij->bj" with i = 1."""
    if node.op != "einsum" or any(x.op in _KEPT for x in node.inputs):
        return None
    left, right, out = parts(node["spec"])
    if any(size != 1 for s, size in _sizes(node).items() if s not in out):
        return None
    x, y = (_along(operand, letters, out) for operand, letters in zip(node.inputs, (left, right), strict=True))
    return b.expand(b.mul(x, y), node.shape)


def product_with_one_column(node: Node) -> Node | None:
    """einsum of which one operand has no axis of its own, but of size 1 -> sum(x * y): "bj,jo->bo" with o = 1."""
    if node.op != "einsum" or any(x.op in _KEPT for x in node.inputs):
        return None
    left, right, out = parts(node["spec"])
    size = _sizes(node)
    summed = [s for s in left if s in right and s not in out]
    own = [[s for s in out if s in mine and s not in other] for mine, other in ((left, right), (right, left))]
    if not summed or all(any(size[s] != 1 for s in letters) for letters in own):
        return None
    wide, narrow = (right, own[0]) if all(size[s] == 1 for s in own[0]) else (left, own[1])
    if wide[-len(summed) :] != "".join(summed):  # summed along what lies side by side
        return None
    # one sum in the place of one column needs no other shape than the result's
    order = [*out[:-1], *summed] if out and [out[-1]] == narrow and len(summed) == 1 else [*out, *summed]
    x, y = (_along(operand, letters, order) for operand, letters in zip(node.inputs, (left, right), strict=True))
    total = b.reduce_sum(b.mul(x, y), range(len(order) - len(summed), len(order)))
    return b.expand(b.reshape(total, total.shape[: len(out)]), node.shape)


def _sizes(node: Node) -> dict[str, Dim]:
    left, right, _ = parts(node["spec"])
    x, y = node.inputs
    return dict(zip(left + right, x.shape + y.shape, strict=True))


def _along(x: Node, letters: str, order: Sequence[str]) -> Node:
    """An operand with its axes in this order; of size 1 where it has none."""
    kept = [s for s in order if s in letters]
    moved = b.transpose(x, [letters.index(s) for s in (*kept, *(s for s in letters if s not in order))])
    size = dict(zip(letters, x.shape, strict=True))
    return b.reshape(moved, [size.get(s, 1) for s in order])


SMALL_RULES: tuple[Rule, ...] = (product_of_ones, product_with_one_column)
