"""Questions that rules ask of a node. In: nodes. Out: facts; nothing is built here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeGuard

from nndsl.ir.node import Node
from nndsl.ir.table import TABLE

_SPREADING = ("expand", "reshape", "transpose")


def number(node: Node) -> float | None:
    """The number that stands at every place of a float or int node, if it is a constant one."""
    while node.op in _SPREADING:
        node = node.inputs[0]
    if node.op != "const" or node.dtype == "bool":
        return None
    value: float = node["value"]
    return value


def is_op(node: Node | None, op: str) -> TypeGuard[Node]:
    """Whether the node is there and is this operation."""
    return node is not None and node.op == op


def is_map(node: Node) -> bool:
    return TABLE[node.op].kind == "map"


def orders(node: Node) -> Iterator[tuple[Node, Node]]:
    """The two operands, in both orders."""
    a, c = node.inputs
    yield a, c
    yield c, a


def both(node: Node, find: Callable[[Node, Node], Node | None]) -> Node | None:
    """The first thing found in one of the two orders of the operands."""
    for a, c in orders(node):
        found = find(a, c)
        if found is not None:
            return found
    return None


def constant_along(node: Node, axes: tuple[int, ...], rank: int) -> bool:
    """Whether a node that broadcasts to `rank` axes has size 1, or nothing, along each of `axes`."""
    lead = rank - node.rank
    return all(axis < lead or node.shape[axis - lead] == 1 for axis in axes)
