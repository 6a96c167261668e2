"""Instructions for nodes that have a routine of their own: products, rows by ids, and copies.

In: a node and where its operands and its result lie. Out: library kernels with their arguments.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from nndsl.backend.cpu import library
from nndsl.backend.cpu.arguments import bits
from nndsl.backend.cpu.copies import Context, Instruction, copy
from nndsl.backend.cpu.memory import Place, whole
from nndsl.backend.cpu.products import einsum
from nndsl.ir.node import Node


def instructions(node: Node, context: Context) -> list[Instruction]:
    """The instructions that compute a single node."""
    return MAKERS[node.op](node, context)


# ---- copies


def _type(node: Node, context: Context) -> str:
    return {"float": context.precision, "int": "int32", "bool": "uint8"}[node.dtype]


def _reshape(node: Node, context: Context) -> list[Instruction]:
    source = context.place(node.inputs[0])
    target = whole(context.place(node).address, source.shape, source.itemsize)
    return copy(source, target, _type(node, context))


def _part(target: Place, axis: int, start: int, size: int) -> Place:
    shape = (*target.shape[:axis], size, *target.shape[axis + 1 :])
    return Place(
        target.address + start * target.strides[axis] * target.itemsize, shape, target.strides, target.itemsize
    )


def _concat(node: Node, context: Context) -> list[Instruction]:
    target, axis, start, found = context.place(node), node["axis"], 0, list[Instruction]()
    for x in node.inputs:
        source = context.place(x)
        found += copy(source, _part(target, axis, start, source.shape[axis]), _type(node, context))
        start += source.shape[axis]
    return found


def _pad(node: Node, context: Context) -> list[Instruction]:
    target, source = context.place(node), context.place(node.inputs[0])
    inside = _part(target, node["axis"], node["before"], source.shape[node["axis"]])
    clear = (library.kernel("fill", _type(node, context)), [math.prod(target.shape), target.address, bits(0.0)])
    return [clear, *copy(source, inside, _type(node, context))]


# ---- rows by ids


def _plain(node: Node, context: Context) -> tuple[int, list[Instruction]]:
    """The address of a node's elements in order, and what must be copied for that."""
    place = context.place(node)
    if place.plain:
        return place.address, []
    target = whole(context.scratch(math.prod(place.shape)), place.shape, place.itemsize)
    return target.address, copy(place, target, _type(node, context))


def _gather(node: Node, context: Context) -> list[Instruction]:
    table, ids = node.inputs
    (table_at, before), (ids_at, also) = _plain(table, context), _plain(ids, context)
    width = math.prod(context.place(table).shape[1:])
    arguments = [math.prod(context.place(ids).shape), width, table_at, ids_at, context.place(node).address]
    return [*before, *also, (library.kernel("look_up", _type(node, context)), arguments)]


def _scatter_add(node: Node, context: Context) -> list[Instruction]:
    ids, g = node.inputs
    (ids_at, before), (g_at, also) = _plain(ids, context), _plain(g, context)
    target = context.place(node)
    width, count = math.prod(target.shape[1:]), math.prod(context.place(ids).shape)
    arguments = [count, width, target.shape[0], ids_at, g_at, target.address]
    return [*before, *also, (library.kernel("scatter_add", _type(node, context)), arguments)]


MAKERS: dict[str, Callable[[Node, Context], list[Instruction]]] = {
    "reshape": _reshape,
    "concat": _concat,
    "pad": _pad,
    "gather": _gather,
    "scatter_add": _scatter_add,
    "einsum": einsum,
}

__all__ = ["Context", "Instruction", "copy", "instructions"]
