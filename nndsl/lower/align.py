"""Brings tensors to ranks at which NumPy's broadcasting does what the language means.

In: tensors and numbers. Out: nodes that fit, and the layout of the result. The rule: shapes are aligned at the right,
without the batch; a reduced axis (a ghost) stays in its place beside the tensor it came from, and vanishes beside one
that has no such axis.
"""

from __future__ import annotations

from collections.abc import Sequence

from nndsl.ir import build as b
from nndsl.ir.node import BATCH, Node, Shape, ShapeError
from nndsl.ir.shapes import broadcast
from nndsl.lower.values import Tensor
from nndsl.values import value

Number = int | float | bool


@value
class Layout:
    """Operands ready for a map: `nodes` in their order, and what the result's axes are."""

    nodes: tuple[Node | Number, ...]
    ghosts: tuple[bool, ...]
    batched: bool


def align(operands: Sequence[Tensor | Number]) -> Layout:
    """The operands' nodes at fitting ranks. Raises ShapeError where sizes contradict each other (operands by place)."""
    tensors = [t for t in operands if isinstance(t, Tensor)]
    try:
        return _place(operands, tensors, _lengths(tensors))
    except ShapeError:
        if not any(any(t.ghosts) for t in tensors if t.shape):
            raise
    ranks = {id(t): len(t.shape) for t in tensors}
    return _place(operands, tensors, ranks)


def _lengths(tensors: list[Tensor]) -> dict[int, int]:
    """How many axes each tensor is to keep: a ghost is dropped where another tensor has no axis for it."""
    several = [t for t in tensors if t.shape]
    if not several:
        longest = max(len(t.core) for t in tensors)
        return {id(t): min(len(t.core), longest) for t in tensors}
    shortest = min(len(t.core) for t in several)
    found = {id(t): max(len(t.shape), min(len(t.core), shortest)) for t in several}
    if len({len(t.core) for t in several}) == 1:
        found = {id(t): len(t.core) for t in several}
    longest = max(found.values())
    return {id(t): found.get(id(t), min(len(t.core), longest)) for t in tensors}


def _place(operands: Sequence[Tensor | Number], tensors: list[Tensor], keep: dict[int, int]) -> Layout:
    length = max(keep.values())
    batched = any(t.batched for t in tensors)
    cores: list[Shape] = []
    nodes: list[Node | Number] = []
    ghosts = [True] * length
    for operand in operands:
        if not isinstance(operand, Tensor):
            cores.append(())
            nodes.append(operand)
            continue
        core, own = _drop(operand, keep[id(operand)])
        pad = length - len(core)
        cores.append((1,) * pad + core)
        nodes.append(_shaped(operand, core, pad, batched))
        ghosts = [a and c for a, c in zip(ghosts, [True] * pad + list(own), strict=True)]
    broadcast(cores)
    return Layout(tuple(nodes), tuple(ghosts), batched)


def _drop(t: Tensor, keep: int) -> tuple[Shape, tuple[bool, ...]]:
    """The core without its leftmost ghosts, until `keep` axes are left."""
    surplus = len(t.core) - keep
    core: list[int | str] = []
    ghosts: list[bool] = []
    for dim, ghost in zip(t.core, t.ghosts, strict=True):
        if ghost and surplus > 0:
            surplus -= 1
            continue
        core.append(dim)
        ghosts.append(ghost)
    return tuple(core), tuple(ghosts)


def _shaped(t: Tensor, core: Shape, pad: int, batched: bool) -> Node:
    if t.batched:
        return b.reshape(t.node, (BATCH, *(1,) * pad, *core), origin=t.made)
    stands_on_batch = batched and pad == 0 and t.node.shape == (1, *core)
    return t.node if stands_on_batch else b.reshape(t.node, core, origin=t.made)


def plain(t: Tensor) -> Tensor:
    """The same values without ghosts."""
    if not any(t.ghosts):
        return t
    lead: Shape = (BATCH,) if t.batched else ()
    node = b.reshape(t.node, (*lead, *t.shape), origin=t.made)
    return Tensor(node, (False,) * len(t.shape), t.batched, t.kind, t.made, t.classes)
