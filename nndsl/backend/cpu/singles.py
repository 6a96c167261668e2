"""Instructions for nodes that have a routine of their own: products, rows by ids, and copies.

In: a node and where its operands and its result lie. Out: library kernels with their arguments.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import product as every

from nndsl.backend.cpu import library
from nndsl.backend.cpu.arguments import bits
from nndsl.backend.cpu.copies import Context, Instruction, copy
from nndsl.backend.cpu.hosts import Room, place_in
from nndsl.backend.cpu.memory import Place, whole
from nndsl.backend.cpu.products import einsum
from nndsl.backend.cpu.table import Code
from nndsl.ir.node import Node


def instructions(node: Node, context: Context) -> Sequence[Code]:
    """The instructions that compute a single node."""
    return MAKERS[node.op](node, context)


# ---- copies


def _type(node: Node, context: Context) -> str:
    return {"float": context.precision, "int": "int32", "bool": "uint8"}[node.dtype]


def _reshape(node: Node, context: Context) -> list[Instruction]:
    source = context.place(node.inputs[0])
    target = whole(context.place(node).address, source.shape, source.itemsize)
    return copy(source, target, _type(node, context))


def _concat(node: Node, context: Context) -> list[Instruction]:
    target, found = context.place(node), list[Instruction]()
    for i, x in enumerate(node.inputs):
        source = context.place(x)
        found += copy(source, place_in(Room(node, i), source.shape, target), _type(node, context))
    return found


def _pad(node: Node, context: Context) -> list[Instruction]:
    target, source = context.place(node), context.place(node.inputs[0])
    clear = _cleared(node, context, node["value"])
    return [clear, *copy(source, pad_part(node, target, source.shape), _type(node, context))]


def pad_part(node: Node, target: Place, shape: tuple[int, ...]) -> Place:
    """Where the operand of a `pad` lies in the result."""
    axis, strides = node["axis"], list(target.strides)
    strides[axis] *= node["interior"] + 1
    address = target.address + node["before"] * target.strides[axis] * target.itemsize
    return Place(address, shape, tuple(strides), target.itemsize)


def _assemble(node: Node, context: Context) -> list[Instruction]:
    target = context.place(node)
    sources = [context.place(x) for x in node.inputs]
    full = sum(math.prod(source.shape) for source in sources) == math.prod(target.shape)
    found = [] if full else [_cleared(node, context, node["value"])]
    for i, source in enumerate(sources):
        found += copy(source, place_in(Room(node, i), source.shape, target), _type(node, context))
    return found


def _cleared(node: Node, context: Context, value: float) -> Instruction:
    return cleared(context.place(node), _type(node, context), value)


def cleared(target: Place, kind: str, value: float) -> Instruction:
    """Every element, of memory that lies in order, becomes a number."""
    return library.kernel("fill", kind), [math.prod(target.shape), target.address, bits(value)]


# ---- windows


def _overlap_add(node: Node, context: Context) -> list[Instruction]:
    source, target, axes = context.place(node.inputs[0]), context.place(node), node["axes"]
    others = [
        (target.shape[a], source.strides[a], target.strides[a]) for a in range(len(target.shape)) if a not in axes
    ]
    *outer, (count, s_b, t_b), (width, s_c, t_c) = [(1, 0, 0), (1, 0, 0), *others]
    outer = [one for one in outer if one[0] != 1]
    sides: list[int] = []
    for i, axis in enumerate(axes):
        k = len(target.shape) + i
        sides += [source.shape[axis], source.shape[k], source.strides[axis], source.strides[k]]
        sides += [target.shape[axis], target.strides[axis]]
        sides += [node["strides"][i], node["dilations"][i], node["starts"][i]]
    if len(axes) == 1:
        sides = [1, 1, 0, 0, 1, 0, 1, 1, 0, *sides]
    assert len(axes) <= 2, "the builder adds up further axes one after the other"
    kernel, found = library.kernel("overlap_add", _type(node, context)), list[Instruction]()
    for index in every(*(range(n) for n, _, _ in outer)):
        s = source.address + source.itemsize * sum(i * a[1] for i, a in zip(index, outer, strict=True))
        t = target.address + target.itemsize * sum(i * a[2] for i, a in zip(index, outer, strict=True))
        found.append((kernel, [count, width, s_c, t_c, *sides, s, t, s_b, t_b]))
    return found


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
    arguments = [count, width, target.shape[0], ids_at, g_at, target.address, width]
    return [*before, *also, (library.kernel("scatter_add", _type(node, context)), arguments)]


MAKERS: dict[str, Callable[[Node, Context], Sequence[Code]]] = {
    "reshape": _reshape,
    "concat": _concat,
    "pad": _pad,
    "assemble": _assemble,
    "overlap_add": _overlap_add,
    "gather": _gather,
    "scatter_add": _scatter_add,
    "einsum": einsum,
}

__all__ = ["Context", "Instruction", "copy", "instructions"]
