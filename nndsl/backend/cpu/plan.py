"""A plan: the instructions of a step, as tables that the driver walks, for one or several batch sizes over the same memory.

In: stages (which leaf takes which value), arrays for the leaves, real sizes. Out: tables of kernel addresses and arguments.
A new network of known kernels compiles nothing: only the tables are new. Nothing is allocated while a table runs.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.backend.cpu import singles
from nndsl.backend.cpu.cache import Text
from nndsl.backend.cpu.emit import Address, Key, Kernel, Length, Number, Scratch, Size, Step, Stride, bits, emit
from nndsl.backend.cpu.linker import addresses
from nndsl.backend.cpu.memory import Place, aligned, storage_type, through_view, whole
from nndsl.backend.cpu.singles import Instruction
from nndsl.ir import philox
from nndsl.ir.nest import Nest
from nndsl.ir.node import Node, concrete, topological
from nndsl.passes.fuse import Item, Single, base_of, is_memory, is_view, schedule
from nndsl.passes.memory import Life, place

Sizes = dict[str, int]


@dataclass(frozen=True, slots=True)
class Stage:
    """What is computed together. updates: (leaf, value): the leaf's memory holds the value when the stage is done.

    All values are those of the leaves before the stage. Stages run one after the other.
    """

    updates: tuple[tuple[Node, Node], ...]


@dataclass(frozen=True, slots=True)
class Step_:
    """One item of the schedule, and which of its written nodes go straight into a leaf's memory."""

    item: Item
    kernel: Kernel | None


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Instructions ready to run."""

    addresses: NDArray[np.int64]
    starts: NDArray[np.int64]
    arguments: NDArray[np.int64]

    def run(self) -> None:
        """Runs every instruction once."""
        base = self.arguments.ctypes.data
        for address, start in zip(self.addresses, self.starts, strict=True):
            KERNEL(int(address))(base + 8 * int(start))


KERNEL = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


def table(instructions: Sequence[Instruction]) -> Table:
    """Links the kernels and lays the arguments side by side."""
    found = addresses([text for text, _ in instructions])
    starts = np.cumsum([0] + [len(arguments) for _, arguments in instructions])[:-1]
    flat = [value for _, arguments in instructions for value in arguments]
    return Table(
        np.array([found[text] for text, _ in instructions], np.int64),
        np.ascontiguousarray(starts, np.int64),
        np.array(flat or [0], np.int64),
    )


@dataclass(slots=True)
class Program:
    """Stages made into items and kernel texts: all that does not depend on sizes.

    items: the schedule. homes: for a computed node, the leaf in whose memory it is made. copies: (leaf, value) that remain
    to be copied at the end of a stage, with the number of the item after which.
    """

    precision: str
    items: list[Step_] = field(default_factory=list)
    homes: dict[Node, Node] = field(default_factory=dict)
    copies: list[tuple[int, Node, Node]] = field(default_factory=list)

    @property
    def texts(self) -> list[Text]:
        """The generated kernels, in order of use."""
        return [step.kernel.text for step in self.items if step.kernel]


def compile_stages(stages: Sequence[Stage], precision: str) -> Program:
    """Schedules the stages and writes the kernels' texts."""
    program = Program(precision)
    for stage in stages:
        _compile_stage(stage, program)
    return program


def _compile_stage(stage: Stage, program: Program) -> None:
    items = schedule([value for _, value in stage.updates])
    homes = _homes(stage, items)
    first = len(program.items)
    for item in items:
        kernel = emit(item, program.precision, _shared(item, homes)) if isinstance(item, Nest) else None
        program.items.append(Step_(item, kernel))
    program.homes.update(homes)
    for leaf, value in stage.updates:
        if homes.get(value) is not leaf:
            program.copies.append((first + len(items), leaf, value))


def _homes(stage: Stage, items: Sequence[Item]) -> dict[Node, Node]:
    """Values that can be made in their leaf's own memory: no later item reads the leaf's old value, nor this one, unless
    element by element."""
    maker = {n: i for i, item in enumerate(items) for n in written(item)}
    last_read: dict[Node, int] = {}
    for i, item in enumerate(items):
        for x in reads(item):
            last_read[base_of(x)] = i
    homes: dict[Node, Node] = {}
    taken: set[Node] = set()
    for leaf, value in stage.updates:
        at = maker.get(value)
        if at is None or value in homes or leaf in taken or value.shape != leaf.shape:
            continue
        before = last_read.get(leaf, -1)
        item = items[at]
        in_step = isinstance(item, Nest) and leaf in item.reads and not _read_through_view(leaf, item) and item.flags[leaf] == item.flags[value]
        if before < at or (before == at and in_step):
            homes[value] = leaf
            taken.add(leaf)
    return homes


def _read_through_view(leaf: Node, nest: Nest) -> bool:
    return any(x is not leaf and base_of(x) is leaf for x in nest.reads)


def _shared(nest: Nest, homes: Mapping[Node, Node]) -> dict[Node, Node]:
    """For values made in the memory of a leaf that the same nest reads: that leaf."""
    return {n: homes[n] for n in nest.writes if n in homes and homes[n] in nest.reads}


def written(item: Item) -> tuple[Node, ...]:
    return item.writes if isinstance(item, Nest) else (item.node,)


def reads(item: Item) -> tuple[Node, ...]:
    return item.reads if isinstance(item, Nest) else item.node.inputs


class Binding:
    """A program with memory: makes tables for real sizes.

    leaves: an array for every `param`, `state`, `input` and `step` leaf. largest: the sizes for which memory is planned.
    """

    def __init__(self, program: Program, leaves: Mapping[Node, NDArray[Any]], largest: Sizes, seed: int) -> None:
        self.program, self.leaves, self.largest, self.seed = program, leaves, largest, seed
        self.precision = program.precision
        self.step = next((a for n, a in leaves.items() if n.op == "step"), None)
        self.offsets, self.arena = self._plan()
        self.pool: list[NDArray[Any]] = []  # scratch memory of one instruction after the other
        self.retired: list[NDArray[Any]] = []  # outgrown, but known to earlier tables

    # ---- memory

    def _plan(self) -> tuple[dict[Node, int], NDArray[Any]]:
        lives: dict[Node, Life] = {}
        steps = self.program.items
        for i, step in enumerate(steps):
            for node in written(step.item):
                if node not in self.program.homes:
                    size = math.prod(concrete(node.shape, self.largest)) * storage_type(node.dtype, self.precision).itemsize
                    lives[node] = Life(size, i, i)
        for i, step in enumerate(steps):
            for x in map(base_of, reads(step.item)):
                if x in lives:
                    lives[x] = Life(lives[x].size, lives[x].first, max(lives[x].last, i))
        for at, _, value in self.program.copies:
            if (x := base_of(value)) in lives:
                lives[x] = Life(lives[x].size, lives[x].first, max(lives[x].last, at))
        offsets, total = place(lives)
        return offsets, aligned(total, np.uint8)  # type: ignore[arg-type, return-value]

    @property
    def arena_bytes(self) -> int:
        return self.arena.nbytes

    def address(self, node: Node) -> int:
        node = self.program.homes.get(node, node)
        if node in self.leaves:
            return int(self.leaves[node].ctypes.data)
        return int(self.arena.ctypes.data) + self.offsets[node]

    # ---- instructions

    def instructions(self, sizes: Sizes) -> list[Instruction]:
        """The instructions of one step at these sizes, none above the largest."""
        sized = _Sized(self, sizes)
        found: list[Instruction] = []
        copies = list(self.program.copies)
        for i, step in enumerate(self.program.items):
            while copies and copies[0][0] <= i:
                found += sized.store(*copies.pop(0)[1:])
            sized.used = 0
            found += sized.nest(step.kernel) if step.kernel else sized.single(step.item)
        for _, leaf, value in copies:
            found += sized.store(leaf, value)
        return found


class _Sized:
    """A binding at real sizes: what `singles` and kernels ask for."""

    def __init__(self, binding: Binding, sizes: Sizes) -> None:
        self.binding, self.sizes, self.precision = binding, sizes, binding.precision
        self.used = 0
        self.places: dict[Node, Place] = {}

    def place(self, node: Node) -> Place:
        found = self.places.get(node)
        if found is None:
            if is_view(node):
                found = through_view(node, self.place(node.inputs[0]), self.sizes)
            else:
                item = storage_type(node.dtype, self.precision).itemsize
                found = whole(self.binding.address(node), concrete(node.shape, self.sizes), item)
            self.places[node] = found
        return found

    def scratch(self, count: int) -> int:
        """The address of `count` numbers for the instruction being made; the next one may use them again."""
        pool = self.binding.pool
        if self.used == len(pool):
            pool.append(aligned(count, np.float64))
        elif len(pool[self.used]) < count:
            self.binding.retired.append(pool[self.used])
            pool[self.used] = aligned(count, np.float64)
        self.used += 1
        return int(pool[self.used - 1].ctypes.data)

    def store(self, leaf: Node, value: Node) -> list[Instruction]:
        kind = str(storage_type(leaf.dtype, self.precision))
        return singles.copy(self.place(value), self.place(leaf), kind)

    def single(self, item: Item) -> list[Instruction]:
        assert isinstance(item, Single)
        return singles.instructions(item.node, self)

    def nest(self, kernel: Kernel) -> list[Instruction]:
        inner = self.inner_length(kernel)
        return [(kernel.text, [self.argument(a, inner) for a in kernel.arguments])]

    def inner_length(self, kernel: Kernel) -> int:
        lengths = [a for a in kernel.arguments if isinstance(a, Length)]
        return math.prod(concrete(lengths[-1].dims, self.sizes)) if lengths else 1

    def argument(self, what: object, inner: int) -> int:
        match what:
            case Length(dims):
                return math.prod(concrete(dims, self.sizes))
            case Number(value):
                return bits(value)
            case Size(dim):
                return bits(float(concrete((dim,), self.sizes)[0]))
            case Address(node):
                return self.place(node).address
            case Stride(node, axis):
                return self.place(node).along(axis)
            case Scratch():
                return self.scratch(inner)
            case Key(stream):
                return philox.key(self.binding.seed, stream)
            case Step():
                assert self.binding.step is not None
                return int(self.binding.step.ctypes.data)
        raise TypeError(f"no argument: {what!r}")


def memory_leaves(stages: Sequence[Stage]) -> list[Node]:
    """The leaves that need an array: those the stages read, and those they update."""
    values = [value for stage in stages for _, value in stage.updates]
    targets = [leaf for stage in stages for leaf, _ in stage.updates]
    return list(dict.fromkeys([*(n for n in topological(values) if is_memory(n)), *targets]))
