"""Stages made into steps: all of a plan that does not depend on sizes.

In: stages (which leaf takes which value). Out: a `Program`: kernel texts and single nodes in the order they run, and
which values are made in the memory of a leaf, so that nothing needs to be copied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nndsl.backend.cpu import library, scans, winograd
from nndsl.backend.cpu.arguments import Kernel
from nndsl.backend.cpu.cache import Text
from nndsl.backend.cpu.emit import emit
from nndsl.backend.cpu.hosts import Room, opened, read, rooms, written
from nndsl.ir import build as b
from nndsl.ir.nest import AFTER, Nest, is_reduction
from nndsl.ir.node import Node, topological
from nndsl.ir.table import TABLE
from nndsl.passes.fuse import Item, schedule
from nndsl.passes.storage import base_of, is_memory, is_view


@dataclass(frozen=True, slots=True)
class Stage:
    """What is computed together. updates: (leaf, value): the leaf's memory holds the value when the stage is done.

    All values are those of the leaves before the stage. Stages run one after the other.
    """

    updates: tuple[tuple[Node, Node], ...]


@dataclass(frozen=True, slots=True)
class NestStep:
    """A loop nest, computed by its kernel."""

    stage: int
    nest: Nest
    kernel: Kernel

    @property
    def written(self) -> tuple[Node, ...]:
        return self.nest.writes

    @property
    def read(self) -> tuple[Node, ...]:
        return self.nest.reads


@dataclass(frozen=True, slots=True)
class _OfNode:
    """What is done for one node."""

    stage: int
    node: Node

    @property
    def written(self) -> tuple[Node, ...]:
        return (self.node,)

    @property
    def read(self) -> tuple[Node, ...]:
        return self.node.inputs


@dataclass(frozen=True, slots=True)
class SingleStep(_OfNode):
    """A node with a routine of its own."""


@dataclass(frozen=True, slots=True)
class StoreStep:
    """A value that lies elsewhere is copied into a leaf's memory."""

    stage: int
    leaf: Node
    value: Node

    @property
    def written(self) -> tuple[Node, ...]:
        return ()

    @property
    def read(self) -> tuple[Node, ...]:
        return (self.value,)


@dataclass(frozen=True, slots=True)
class LoopStep(_OfNode):
    """A scan: its body is a program of one stage, whose leaves lie elsewhere at each turn."""

    body: Program


@dataclass(frozen=True, slots=True)
class ClearStep(_OfNode):
    """An `assemble` or `concat` whose parts will be made in its memory: what lies between them is cleared."""

    @property
    def read(self) -> tuple[Node, ...]:
        return ()


Action = NestStep | SingleStep | StoreStep | LoopStep | ClearStep


@dataclass(slots=True)
class Program:
    """homes: for a stage's computed node, the leaf in whose memory it is made. rooms: the value of which it is made a
    part. The same node in two stages is two values.
    """

    precision: str
    items: list[Action] = field(default_factory=list)
    homes: dict[tuple[int, Node], Node] = field(default_factory=dict)
    rooms: dict[tuple[int, Node], Room] = field(default_factory=dict)

    @property
    def texts(self) -> list[Text]:
        """The generated kernels, in order of use."""
        found: list[Text] = []
        for step in self.items:
            if isinstance(step, NestStep):
                found.append(step.kernel.text)
            elif isinstance(step, LoopStep):
                found += step.body.texts
        return found


def library_texts(program: Program) -> list[Text]:
    """Kernels written by hand that loops over time and windows may call at some sizes or others: known before the sizes
    are, so that with other sizes nothing is compiled."""
    kinds: list[str] = []
    nodes = [x for step in program.items for x in (*step.written, *step.read)]
    if any(TABLE[base.op].kind in ("window", "scan", "part") for x in nodes for base in (x, *x.inputs)):
        kinds = ["product", "contract", "lanes", "dots", "transpose", "copy", "fill", "drive", "drive_team", "barrier"]
    found = [library.kernel(kind, program.precision) for kind in kinds]
    if program.precision == "float32" and any(x.op == "einsum" and winograd.windowed(x) for x in nodes):
        found += winograd.texts()
    for step in program.items:
        if isinstance(step, LoopStep):
            found += library_texts(step.body)
    return list(dict.fromkeys(found))


def compile_stages(stages: Sequence[Stage], precision: str) -> Program:
    """Schedules the stages and writes the kernels' texts."""
    program = Program(precision)
    for number, stage in enumerate(stages):
        _compile_stage(number, Stage(_held(stage)), program)
    return program


def _held(stage: Stage) -> tuple[tuple[Node, Node], ...]:
    """The updates; a value that is the old memory of a leaf which this stage changes too is first taken out of it."""
    changed = {leaf for leaf, value in stage.updates if value is not leaf}
    updates = [(leaf, value) for leaf, value in stage.updates if value is not leaf]
    for leaf, value in updates:
        if (leaf.shape, leaf.dtype) != (value.shape, value.dtype):
            raise ValueError(f"{value!r} does not fit into {leaf!r}")
    return tuple((leaf, b.stop(value) if base_of(value) in changed else value) for leaf, value in updates)


def _compile_stage(number: int, stage: Stage, program: Program) -> None:
    items = schedule([value for _, value in stage.updates])
    homes = _homes(stage, items)
    put = rooms(items, homes, [value for _, value in stage.updates])
    hosts, cleared = {room.host for room in put.values()}, set[Node]()
    for item in items:
        for host in dict.fromkeys(put[x].host for x in written(item) if x in put):
            if host not in cleared:
                program.items.append(ClearStep(number, host))
                cleared.add(host)
        if not isinstance(item, Nest) and item.node in hosts:
            continue
        program.items.append(_step(number, item, program.precision, homes, put))
    program.homes.update({(number, node): leaf for node, leaf in homes.items()})
    program.rooms.update({(number, node): room for node, room in put.items()})
    for leaf, value in stage.updates:
        if homes.get(made_of(value)) is not leaf:
            program.items.append(StoreStep(number, leaf, value))


def _step(number: int, item: Item, precision: str, homes: Mapping[Node, Node], put: Mapping[Node, Room]) -> Action:
    if isinstance(item, Nest):
        nest = opened(item, put)
        return NestStep(number, nest, emit(nest, precision, _shared(nest, homes)))
    if TABLE[item.node.op].kind == "scan":
        return LoopStep(number, item.node, compile_stages([Stage(scans.updates(item.node))], precision))
    return SingleStep(number, item.node)


def made_of(value: Node) -> Node:
    """The node whose elements a value has in the same order: itself, or what it is reshaped from."""
    while value.op == "reshape" and is_view(value):
        value = value.inputs[0]
    return value


def _homes(stage: Stage, items: Sequence[Item]) -> dict[Node, Node]:
    """Values that can be made in their leaf's own memory: no later item reads the leaf's old value, nor this one,
    unless element by element."""
    maker = {n: i for i, item in enumerate(items) for n in written(item)}
    last_read = {base_of(x): i for i, item in enumerate(items) for x in read(item)}
    last_read.update({base_of(value): len(items) for _, value in stage.updates})  # stored when all items are done
    homes: dict[Node, Node] = {}
    taken: set[Node] = set()
    for leaf, value in stage.updates:
        node = made_of(value)
        at = maker.get(node)
        if at is None or node in homes or leaf in taken:
            continue
        before = last_read.get(leaf, -1)
        if before < at or (before == at and _replaces(items[at], leaf, node)):
            homes[node] = leaf
            taken.add(leaf)
    return homes


def _replaces(item: Item, leaf: Node, node: Node) -> bool:
    """Whether a nest that reads a leaf may put a value into its memory: each element is read for the last time before
    it is written."""
    if (
        not isinstance(item, Nest)
        or leaf not in item.reads
        or item.flags[leaf] != item.flags[node]
        or is_reduction(node)
    ):
        return False
    if any(x is not leaf and base_of(x) is leaf for x in item.reads):
        return False
    if item.inner(node):
        return all(item.flags[node]) and item.passes[node] == max(p for p in item.passes.values() if p != AFTER)
    return item.depth(node) in (0, item.rank - 1)


def _shared(nest: Nest, homes: Mapping[Node, Node]) -> dict[Node, Node]:
    """For values made in the memory of a leaf that the same nest reads: that leaf."""
    return {n: homes[n] for n in nest.writes if n in homes and homes[n] in nest.reads}


def memory_leaves(stages: Sequence[Stage]) -> list[Node]:
    """The leaves that need an array: those the stages read, and those they update."""
    values = [value for stage in stages for _, value in stage.updates]
    targets = [leaf for stage in stages for leaf, _ in stage.updates]
    return list(dict.fromkeys([*(n for n in topological(values) if is_memory(n)), *targets]))
