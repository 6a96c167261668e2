"""What stands in memory: which nodes are storage, which only another way to read it, and which need none.

In: a node. Out: facts about it; nothing is planned here.
"""

from __future__ import annotations

from nndsl.ir.node import Node
from nndsl.ir.table import TABLE

INLINE = ("const", "size", "iota")  # leaves whose value is known where it is used
MEMORY_VIEWS = ("reshape", "transpose", "slice", "windows", "part")


def is_view(node: Node) -> bool:
    """Whether the node is just another way to read the memory of its operand."""
    if node.op == "reshape":
        return not is_scattered(node.inputs[0])
    return node.op in MEMORY_VIEWS


def is_scattered(node: Node) -> bool:
    """Whether the node is a view whose elements may not lie in memory one after the other."""
    return node.op in ("transpose", "slice", "windows")


def base_of(node: Node) -> Node:
    """The node whose memory a view reads; any other node itself."""
    while is_view(node):
        node = node.inputs[0]
    return node


def is_fusable(node: Node) -> bool:
    """Whether a nest can compute the node."""
    return TABLE[node.op].kind in ("map", "reduce", "random") or node.op in INLINE or node.op == "expand"


def is_memory(node: Node) -> bool:
    """Whether the node is storage that is there before the schedule runs."""
    return TABLE[node.op].kind == "leaf" and node.op not in INLINE
