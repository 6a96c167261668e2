"""A plan: the instructions of a step, as tables that the driver walks, for one or several batch sizes over the same
memory.

In: a program, arrays for the leaves, real sizes. Out: tables of kernel addresses and arguments.
A new network of known kernels compiles nothing: only the tables are new. Nothing is allocated while a table runs.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.backend.cpu import singles, team
from nndsl.backend.cpu.arguments import (
    Address,
    Argument,
    Bound,
    Kernel,
    Key,
    Length,
    Number,
    Scratch,
    Size,
    Step,
    Stride,
    Whole,
    bits,
)
from nndsl.backend.cpu.copies import Instruction
from nndsl.backend.cpu.linker import addresses
from nndsl.backend.cpu.memory import Place, aligned, storage_type, through_view, whole
from nndsl.backend.cpu.program import (
    Action,
    NestStep,
    Program,
    SingleStep,
    Stage,
    StoreStep,
    compile_stages,
    memory_leaves,
)
from nndsl.backend.cpu.team import Share
from nndsl.ir import philox
from nndsl.ir.node import Node, concrete
from nndsl.passes.memory import Life, place
from nndsl.passes.storage import base_of, is_memory, is_view

Sizes = dict[str, int]
KERNEL = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


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


class Binding:
    """A program with memory: makes tables for real sizes.

    leaves: an array for every `param`, `state`, `input` and `step` leaf, in C order; its type as `storage_type` says.
    largest: the sizes for which memory is planned.
    """

    def __init__(self, program: Program, leaves: Mapping[Node, NDArray[Any]], largest: Sizes, seed: int) -> None:
        self.program, self.leaves, self.largest, self.seed = program, leaves, largest, seed
        self.precision = program.precision
        self.step = next((a for n, a in leaves.items() if n.op == "step"), None)
        self.offsets, self.arena = self._plan()
        self.pool: list[NDArray[Any]] = []  # scratch memory of one instruction after the other
        self.retired: list[NDArray[Any]] = []  # outgrown, but known to earlier tables

    # ---- memory

    def _plan(self) -> tuple[dict[tuple[int, Node], int], NDArray[np.uint8]]:
        """Offsets of what each stage computes and keeps, and the memory for it."""
        lives: dict[tuple[int, Node], Life] = {}
        for i, step in enumerate(self.program.items):
            for node in step.written:
                if (step.stage, node) not in self.program.homes:
                    size = (
                        math.prod(concrete(node.shape, self.largest))
                        * storage_type(node.dtype, self.precision).itemsize
                    )
                    lives[step.stage, node] = Life(size, i, i)
            for x in map(base_of, step.read):
                if (step.stage, x) in lives:
                    made = lives[step.stage, x]
                    lives[step.stage, x] = Life(made.size, made.first, i)
        offsets, total = place(lives)
        return offsets, aligned(total, np.uint8)

    @property
    def arena_bytes(self) -> int:
        return self.arena.nbytes

    def address(self, stage: int, node: Node) -> int:
        """Where a leaf, or what a stage computes, begins."""
        leaf = self.program.homes.get((stage, node), node)
        if is_memory(leaf):
            return int(self.leaves[leaf].ctypes.data)
        return int(self.arena.ctypes.data) + self.offsets[stage, node]

    # ---- instructions

    def instructions(self, sizes: Sizes) -> list[Instruction]:
        """The instructions of one step at these sizes, none above the largest."""
        sized = [
            _Sized(self, stage, sizes) for stage in range(1 + max((s.stage for s in self.program.items), default=0))
        ]
        return [made for step in self.program.items for made in sized[step.stage].instructions(step)]

    def shared(self, sizes: Sizes, members: int) -> list[list[list[Instruction]]]:
        """The same for a team: for each item of the program, what each member does."""
        sized = [
            _Sized(self, stage, sizes) for stage in range(1 + max((s.stage for s in self.program.items), default=0))
        ]
        return [sized[step.stage].shared(step, members) for step in self.program.items]


class _Sized:
    """A stage of a binding at real sizes: what `singles` and kernels ask for."""

    def __init__(self, binding: Binding, stage: int, sizes: Sizes) -> None:
        self.binding, self.stage, self.sizes, self.precision = binding, stage, sizes, binding.precision
        self.used = 0
        self.places: dict[Node, Place] = {}

    def instructions(self, step: Action) -> list[Instruction]:
        self.used = 0
        match step:
            case NestStep(_, _, kernel):
                return [self.nest(kernel, Share(0, 1))]
            case SingleStep(_, node):
                return singles.instructions(node, self)
            case StoreStep(_, leaf, value):
                kind = str(storage_type(leaf.dtype, self.precision))
                return singles.copy(self.place(value), self.place(leaf), kind)

    def shared(self, step: Action, members: int) -> list[list[Instruction]]:
        """What each member of a team does; members without a share of something small do nothing."""
        if isinstance(step, NestStep) and step.kernel.division is not None:
            division = step.kernel.division
            if math.prod(concrete(division.space, self.sizes)) * max(division.cost, 1) >= team.WORTH_SHARING:
                self.used = 0
                return [[self.nest(step.kernel, Share(member, members))] for member in range(members)]
        return team.divided(self.instructions(step), members)

    def nest(self, kernel: Kernel, share: Share) -> Instruction:
        unit = kernel.division.unit if kernel.division else 1
        return kernel.text, [self.argument(a, share, unit) for a in kernel.arguments]

    def place(self, node: Node) -> Place:
        found = self.places.get(node)
        if found is None:
            if is_view(node):
                found = through_view(node, self.place(node.inputs[0]), self.sizes)
            else:
                item = storage_type(node.dtype, self.precision).itemsize
                found = whole(self.binding.address(self.stage, node), concrete(node.shape, self.sizes), item)
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

    def argument(self, what: Argument, share: Share, unit: int) -> int:
        match what:
            case Bound(dims, end):
                return share.bounds(math.prod(concrete(dims, self.sizes)), unit)[end]
            case Length(dims):
                return math.prod(concrete(dims, self.sizes))
            case Number(value):
                return bits(value)
            case Whole(value):
                return value
            case Size(dim):
                return bits(float(concrete((dim,), self.sizes)[0]))
            case Address(node):
                return self.place(node).address
            case Stride(node, axis):
                return self.place(node).along(axis)
            case Scratch(dims):
                return self.scratch(math.prod(concrete(dims, self.sizes)))
            case Key(stream):
                return philox.key(self.binding.seed, stream)
            case Step():
                if self.binding.step is None:
                    raise ValueError("random numbers need the training step: a `step` leaf among the leaves")
                return int(self.binding.step.ctypes.data)


__all__ = ["KERNEL", "Binding", "Program", "Sizes", "Stage", "Table", "compile_stages", "memory_leaves", "table"]
