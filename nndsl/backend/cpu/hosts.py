"""Values made where they will be needed: the parts of an `assemble` or a `concat`, in its memory instead of their own.

In: a stage's items, and which values are made in the memory of a leaf. Out: for each part its host. Then nothing is
copied; what lies between the parts is cleared before the first of them is made.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from nndsl.backend.cpu.memory import Place
from nndsl.ir.nest import Nest, nest_of
from nndsl.ir.node import Node
from nndsl.passes.fuse import Item, Single
from nndsl.passes.storage import base_of


@dataclass(frozen=True, slots=True)
class Room:
    """Where a value is made: as part `index` of `host`."""

    host: Node
    index: int


def rooms(items: Sequence[Item], homes: Collection[Node], wanted: Collection[Node]) -> dict[Node, Room]:
    """The room of each value that has one. homes: values made in a leaf's memory. wanted: values of the stage."""
    makers = {x: item for item in items for x in written(item)}
    readers: dict[Node, list[Item]] = {}
    for item in items:
        for x in {base_of(x) for x in read(item)}:
            readers.setdefault(x, []).append(item)
    taken = {*homes, *map(base_of, wanted)}
    found: dict[Node, Room] = {}
    for item in items:
        if isinstance(item, Nest) or item.node.op not in ("assemble", "concat"):
            continue
        host = item.node
        if len(set(host.inputs)) == len(host.inputs) and all(
            x not in taken and readers.get(x) == [item] and _can_be_put(x, i, host, makers.get(x))
            for i, x in enumerate(host.inputs)
        ):
            found.update({x: Room(host, i) for i, x in enumerate(host.inputs)})
    return found


def _can_be_put(x: Node, index: int, host: Node, maker: Item | None) -> bool:
    """Whether the maker can write a value with gaps in it: only its last axis must lie side by side."""
    if maker is None or x.rank == 0 or (host.op == "assemble" and host["steps"][index][-1] != 1):
        return False
    if isinstance(maker, Nest):
        return x.shape[-1] != 1 and maker.inner(x) and maker.axes[-1][-1] == -1
    return maker.node.op == "einsum"


def opened(nest: Nest, put: Mapping[Node, Room]) -> Nest:
    """The nest with axes that are walked one by one, if it writes into rooms: what it writes has gaps."""
    gaps = frozenset(x for x in nest.writes if x in put)
    if not gaps or all(len(axes) == 1 for axes in nest.axes):
        return nest
    made = nest_of(nest.nodes, nest.reads, nest.writes, frozenset(), gaps)
    assert made is not None, "a nest that is walked axis by axis is a nest"
    return made


def place_in(room: Room, shape: tuple[int, ...], host: Place) -> Place:
    """Where a part lies in its host."""
    if room.host.op == "assemble":
        starts, steps = room.host["starts"][room.index], room.host["steps"][room.index]
    else:
        axis = room.host["axis"]
        before = sum(int(x.shape[axis]) for x in room.host.inputs[: room.index])
        starts, steps = [before if a == axis else 0 for a in range(len(shape))], (1,) * len(shape)
    shift = sum(start * stride for start, stride in zip(starts, host.strides, strict=True))
    strides = tuple(step * stride for step, stride in zip(steps, host.strides, strict=True))
    return Place(host.address + shift * host.itemsize, shape, strides, host.itemsize)


def written(item: Item) -> tuple[Node, ...]:
    return (item.node,) if isinstance(item, Single) else item.writes


def read(item: Item) -> tuple[Node, ...]:
    return item.node.inputs if isinstance(item, Single) else item.reads
