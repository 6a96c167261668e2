"""A plan: the instructions of a step, as tables that the driver walks, for one or several batch sizes over the same
memory.

In: a program, arrays for the leaves, real sizes. Out: tables of kernel addresses and arguments.
A new network of known kernels compiles nothing: only the tables are new. Nothing is allocated while a table runs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.backend.cpu import scans, strips, team
from nndsl.backend.cpu.memory import Place, aligned, storage_type, whole
from nndsl.backend.cpu.program import (
    Action,
    LoopStep,
    Program,
    Stage,
    compile_stages,
    memory_leaves,
)
from nndsl.backend.cpu.sized import Item, Leaf, Sized, Sizes
from nndsl.backend.cpu.table import KERNEL, Code, Table, again, once, table
from nndsl.ir.node import BATCH, Node, concrete
from nndsl.passes.memory import Life, place
from nndsl.passes.storage import base_of


class Binding:
    """A program with memory: makes tables for real sizes.

    leaves: an array for every `param`, `state`, `input` and `step` leaf, in C order; its type as `storage_type` says.
    largest: the sizes for which memory is planned. fixed: of a loop's body, the leaves that are the same at each turn.
    """

    def __init__(
        self,
        program: Program,
        leaves: Mapping[Node, NDArray[Any]],
        largest: Sizes,
        seed: int,
        step: NDArray[Any] | None = None,
        fixed: frozenset[Node] = frozenset(),
    ) -> None:
        self.fixed = fixed
        self.program, self.leaves, self.largest, self.seed = program, leaves, largest, seed
        self.precision = program.precision
        self.step = step if step is not None else next((a for n, a in leaves.items() if n.op == "step"), None)
        self.runs = strips.runs(program)
        self.stripped = {
            i: run
            for run in self.runs
            if strips.rows_of_strip(run, largest, program.precision) < largest[BATCH]
            for i in range(run.first, run.last)
        }
        self.offsets, self.arena = self._plan()
        self.pool: list[NDArray[Any]] = []  # scratch memory of one instruction after the other
        self.retired: list[NDArray[Any]] = []  # outgrown, but known to earlier tables
        self.offsets_of: dict[bytes, NDArray[np.int64]] = {}  # tables of offsets, shared by what they hold
        loops = [step for step in program.items if isinstance(step, LoopStep)]
        self.copies: dict[tuple[int, Node], NDArray[Any]] = {}
        self.bodies = {
            (x.stage, x.node): Binding(x.body, {}, largest, seed, self.step, frozenset(x.node["body"].fixed))
            for x in loops
        }

    # ---- memory

    def _plan(self) -> tuple[dict[tuple[int, Node], int], NDArray[np.uint8]]:
        """Offsets of what each stage computes and keeps, and the memory for it."""
        lives: dict[tuple[int, Node], Life] = {}
        for i, step in enumerate(self.program.items):
            run = self.stripped.get(i)
            first, last = (run.first, run.last - 1) if run else (i, i)  # strips come back to what they have left
            for node in step.written:
                room = self.program.rooms.get((step.stage, node))
                if room is not None and (step.stage, room.host) in lives:
                    made = lives[step.stage, room.host]
                    lives[step.stage, room.host] = Life(made.size, made.first, max(last, made.last))
                elif room is None and (step.stage, node) not in self.program.homes:
                    lives[step.stage, node] = Life(self._bytes(step, node, run), first, last)
            for x in map(base_of, step.read):
                if (step.stage, x) in lives:
                    made = lives[step.stage, x]
                    lives[step.stage, x] = Life(made.size, made.first, max(last, made.last))
        offsets, total = place(lives)
        return offsets, aligned(total, np.uint8)

    def _bytes(self, step: Action, node: Node, run: strips.Run | None) -> int:
        if isinstance(step, LoopStep):
            return scans.layout(node, self.largest, self.precision).total
        sizes = self.largest
        if run and node in run.inner:
            sizes = {**sizes, BATCH: strips.rows_of_strip(run, sizes, self.precision)}
        return math.prod(concrete(node.shape, sizes)) * storage_type(node.dtype, self.precision).itemsize

    @property
    def arena_bytes(self) -> int:
        return self.arena.nbytes + sum(body.arena_bytes for body in self.bodies.values())

    def leaf(self, node: Node) -> Place:
        """Where a leaf lies."""
        array = self.leaves[node]
        return whole(int(array.ctypes.data), array.shape, array.itemsize)

    def address(self, stage: int, node: Node) -> int:
        """Where what a stage computes begins."""
        return int(self.arena.ctypes.data) + self.offsets[stage, node]

    def beside(self, key: tuple[int, Node], size: int) -> int:
        """The address of `size` bytes that belong to a node, the same each time they are asked for."""
        if key not in self.copies or self.copies[key].nbytes < size:
            if key in self.copies:
                self.retired.append(self.copies[key])
            self.copies[key] = aligned(size, np.uint8)
        return int(self.copies[key].ctypes.data)

    # ---- instructions

    def instructions(self, sizes: Sizes, leaf: Leaf | None = None) -> list[Code]:
        """The instructions of one step at these sizes, none above the largest. leaf: where leaves lie, if not here."""
        return [made for shares in self.shared(sizes, 1, leaf) for made in shares[0]]

    def shared(self, sizes: Sizes, members: int, leaf: Leaf | None = None) -> list[list[list[Code]]]:
        """The same for a team: for each step of the program, what each member does."""
        return [shares for shares, _ in self.spanned(sizes, members, leaf)]

    def spanned(self, sizes: Sizes, members: int, leaf: Leaf | None = None) -> list[Item]:
        """The same with the memory that each step touches, where that is known."""
        leaf, made = leaf or self.leaf, dict[int, Sized]()
        found, at = list[Item](), 0
        for run in self.runs:
            rows = strips.rows_of_strip(run, sizes, self.precision)
            if rows < sizes[BATCH]:
                found += self._whole(range(at, run.first), made, sizes, members, leaf)
                found += [(shares, None) for shares in self._strips(run, rows, sizes, members, leaf)]
                at = run.last
        return found + self._whole(range(at, len(self.program.items)), made, sizes, members, leaf)

    def _whole(
        self, places: Iterable[int], made: dict[int, Sized], sizes: Sizes, members: int, leaf: Leaf
    ) -> list[Item]:
        """Steps that see the whole batch at once."""
        found = list[Item]()
        for step in (self.program.items[i] for i in places):
            if step.stage not in made:
                made[step.stage] = Sized(self, step.stage, sizes, leaf)
            sized = made[step.stage]
            found.append((sized.shared(step, members), sized.touched(step)))
        return found

    def _strips(self, run: strips.Run, rows: int, sizes: Sizes, members: int, leaf: Leaf) -> list[list[list[Code]]]:
        """A run of steps on so many rows of the batch after the other."""
        steps = self.program.items[run.first : run.last]

        def at(strip: int, rows_here: int) -> list[list[Code]]:
            here = {**sizes, BATCH: rows_here}
            sized = Sized(self, steps[0].stage, here, leaf, strip * rows, strip, sizes, run.inner)
            return team.joined([sized.shared(step, members) for step in steps], members, closed=True)

        whole, rest = divmod(sizes[BATCH], rows)
        at(0, rows)  # scratch memory grows now, and not between the strips that are compared
        first, second = at(0, rows), at(min(1, whole - 1), rows)
        before, after = once(first, last=False), once(first, last=True)
        tail = [again(1, *[at(whole, rest)] * 2)] if rest else []
        return [before, again(whole, first, second), *tail, after]


__all__ = ["KERNEL", "Binding", "Program", "Sizes", "Stage", "Table", "compile_stages", "memory_leaves", "table"]
