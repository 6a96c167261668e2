"""A plan: the instructions of a step, as tables that the driver walks, for one or several batch sizes over the same
memory.

In: a program, arrays for the leaves, real sizes. Out: tables of kernel addresses and arguments.
A new network of known kernels compiles nothing: only the tables are new. Nothing is allocated while a table runs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.backend.cpu import scans, singles, strips, team, winograd
from nndsl.backend.cpu.arguments import (
    Address,
    Argument,
    Bound,
    Keep,
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
from nndsl.backend.cpu.hosts import place_in
from nndsl.backend.cpu.memory import Place, aligned, storage_type, through_view, whole
from nndsl.backend.cpu.program import (
    Action,
    ClearStep,
    LoopStep,
    NestStep,
    Program,
    SingleStep,
    Stage,
    StoreStep,
    compile_stages,
    memory_leaves,
)
from nndsl.backend.cpu.table import KERNEL, MEET, Code, Once, Table, again, once, table
from nndsl.backend.cpu.team import Share
from nndsl.ir import philox
from nndsl.ir.node import BATCH, Node, concrete
from nndsl.passes.memory import Life, place
from nndsl.passes.storage import base_of, is_memory, is_view

Sizes = dict[str, int]
Leaf = Callable[[Node], Place]


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
            return scans.block_bytes(node, self.largest, self.precision)
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
        leaf, made = leaf or self.leaf, dict[int, _Sized]()
        found, at = list[list[list[Code]]](), 0
        for run in self.runs:
            rows = strips.rows_of_strip(run, sizes, self.precision)
            if rows < sizes[BATCH]:
                found += self._whole(range(at, run.first), made, sizes, members, leaf)
                found += self._strips(run, rows, sizes, members, leaf)
                at = run.last
        return found + self._whole(range(at, len(self.program.items)), made, sizes, members, leaf)

    def _whole(
        self, places: Iterable[int], made: dict[int, _Sized], sizes: Sizes, members: int, leaf: Leaf
    ) -> list[list[list[Code]]]:
        """Steps that see the whole batch at once."""
        found = []
        for step in (self.program.items[i] for i in places):
            if step.stage not in made:
                made[step.stage] = _Sized(self, step.stage, sizes, leaf)
            found.append(made[step.stage].shared(step, members))
        return found

    def _strips(self, run: strips.Run, rows: int, sizes: Sizes, members: int, leaf: Leaf) -> list[list[list[Code]]]:
        """A run of steps on so many rows of the batch after the other."""
        steps = self.program.items[run.first : run.last]

        def at(strip: int, rows_here: int) -> list[list[Code]]:
            here = {**sizes, BATCH: rows_here}
            sized = _Sized(self, steps[0].stage, here, leaf, strip * rows, strip, sizes, run.inner)
            return team.joined([sized.shared(step, members) for step in steps], members, closed=True)

        whole, rest = divmod(sizes[BATCH], rows)
        at(0, rows)  # scratch memory grows now, and not between the strips that are compared
        first, second = at(0, rows), at(min(1, whole - 1), rows)
        before, after = once(first, last=False), once(first, last=True)
        tail = [again(1, *[at(whole, rest)] * 2)] if rest else []
        return [before, again(whole, first, second), *tail, after]


class _Sized:
    """A stage of a binding at real sizes: what `singles` and kernels ask for.

    Of a strip: sizes are its own, row is the first of the batch's rows that it sees, keep its number, whole the sizes
    of all, inner what has memory for one strip only.
    """

    def __init__(
        self,
        binding: Binding,
        stage: int,
        sizes: Sizes,
        leaf: Leaf,
        row: int = 0,
        keep: int = 0,
        whole: Sizes | None = None,
        inner: frozenset[Node] = frozenset(),
    ) -> None:
        self.binding, self.stage, self.sizes, self.precision = binding, stage, sizes, binding.precision
        self.leaf, self.row, self.keep, self.all, self.inner = leaf, row, keep, whole or sizes, inner
        self.used = 0
        self.places: dict[Node, Place] = {}

    def instructions(self, step: Action) -> Sequence[Code]:
        self.used = 0
        match step:
            case NestStep(_, _, kernel):
                return [self.nest(kernel, Share(0, 1))]
            case SingleStep(_, node):
                return singles.instructions(node, self)
            case StoreStep(_, leaf, value):
                kind = str(storage_type(leaf.dtype, self.precision))
                return singles.copy(self.place(value), self.place(leaf), kind)
            case ClearStep(_, node):
                return self.cleared(node)
            case LoopStep():
                return self.shared(step, 1)[0]

    def shared(self, step: Action, members: int) -> list[list[Code]]:
        """What each member of a team does; members without a share of something small do nothing."""
        if isinstance(step, SingleStep) and step.node.op == "einsum":
            self.used = 0
            quick = winograd.shares(step.node, self, members)
            if quick is not None:
                return quick
        if isinstance(step, LoopStep):
            shares = self.loop(step, lambda body, leaf: body.shared(self.sizes, members, leaf), members)
            meeting = [MEET] if any(shares[1:]) else []
            return [[*self.initial(step), *meeting, *shares[0]], *([*meeting, *share] for share in shares[1:])]
        if members == 1:
            return [list(self.instructions(step))]
        if isinstance(step, NestStep) and step.kernel.division is not None:
            division = step.kernel.division
            if math.prod(concrete(division.space, self.sizes)) * max(division.cost, 1) >= team.WORTH_SHARING:
                self.used = 0
                return [[self.nest(step.kernel, Share(member, members))] for member in range(members)]
        made = self.instructions(step)
        ahead = [part for part in made if isinstance(part, Once)]
        shares = team.divided([part for part in made if not isinstance(part, Once)], members)
        after: list[Code] = [Once([MEET])] if ahead and any(shares[1:]) else []
        return [[*ahead, *after, *shares[0]], *([*after, *share] for share in shares[1:])]

    def cleared(self, node: Node) -> list[Code]:
        """What lies between the parts of a value, before they are made; once, where it stays from strip to strip."""
        whole, kind = self.place(node), str(storage_type(node.dtype, self.precision))
        if sum(math.prod(concrete(x.shape, self.sizes)) for x in node.inputs) == math.prod(whole.shape):
            return []
        clear = singles.cleared(whole, kind, node["value"])
        return [Once([clear])] if node in self.inner else [clear]

    # ---- loops

    def initial(self, step: LoopStep) -> list[Instruction]:
        """Puts the initial states where the first turn reads them, and in order what does not lie in order."""
        self.used, scan = 0, step.node
        outer, made = self.operands(step), list[Instruction]()
        for x, there in outer.items():
            if there is not self.place(x):
                made += singles.copy(self.place(x), there, str(storage_type(x.dtype, self.precision)))
        leaves = self.turn(step, 0)
        for slot, first in zip(scan["body"].states, scan.inputs, strict=False):
            made += singles.copy(self.place(first), leaves[slot], str(storage_type(slot.dtype, self.precision)))
        return made

    def operands(self, step: LoopStep) -> dict[Node, Place]:
        """Where a scan's operands lie: what a turn reads of them must lie in order, since kernels count on it."""
        scan, found = step.node, dict[Node, Place]()
        body = scan["body"]
        for i, x in enumerate(scan.inputs):
            place = self.place(x)
            timed = len(body.states) <= i < len(body.states) + len(body.items)
            one = Place(place.address, place.shape[1:], place.strides[1:], place.itemsize) if timed else place
            if not one.plain and i >= len(body.states):
                place = whole(
                    self.binding.beside((self.stage, x), math.prod(place.shape) * place.itemsize),
                    place.shape,
                    place.itemsize,
                )
            found[x] = place
        return found

    def turn(self, step: LoopStep, turn: int) -> dict[Node, Place]:
        """Where the leaves of a loop's body lie at a turn."""
        block = self.place(step.node).address
        return scans.leaves(step.node, block, turn, self.operands(step), self.sizes, self.precision)

    def loop(
        self, step: LoopStep, body: Callable[[Binding, Leaf], list[list[list[Code]]]], members: int
    ) -> list[list[Code]]:
        """A loop for each member of a team. body: of each item of the loop's body, what each member does."""
        binding, steps = self.binding.bodies[self.stage, step.node], step.node["steps"]

        def at(turn: int) -> list[list[Code]]:
            items = body(binding, self.turn(step, turn).__getitem__)
            return team.joined(items, members, closed=True)

        at(0)  # scratch memory grows now, and not between the turns that are compared
        first, second = at(0), at(min(1, steps - 1))
        loops = again(steps, first, second)
        return [[*before, *loop] for before, loop in zip(once(first, last=False), loops, strict=True)]

    # ---- places and arguments

    def nest(self, kernel: Kernel, share: Share) -> Instruction:
        unit = kernel.division.unit if kernel.division else 1
        return kernel.text, [self.argument(a, share, unit) for a in kernel.arguments]

    def place(self, node: Node) -> Place:
        found = self.places.get(node)
        if found is None:
            leaf = self.binding.program.homes.get((self.stage, node), node)
            if node.op == "part":
                found = scans.part(node, self.place(node.inputs[0]).address, self.sizes, self.precision)
            elif (self.stage, node) in self.binding.program.rooms:
                room = self.binding.program.rooms[self.stage, node]
                found = place_in(room, concrete(node.shape, self.sizes), self.place(room.host))
            elif is_view(node):
                found = through_view(node, self.place(node.inputs[0]), self.sizes)
            else:
                item = storage_type(node.dtype, self.precision).itemsize
                address = self.leaf(leaf).address if is_memory(leaf) else self.binding.address(self.stage, node)
                shape = concrete(node.shape, self.sizes)
                if self.row and strips.has_rows(node) and node not in self.inner:
                    address += self.row * math.prod(shape[1:]) * item
                found = whole(address, shape, item)
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

    def steady(self, node: Node) -> bool:
        """Whether a value stays the same from turn to turn of the loop that these instructions stand in."""
        base = base_of(node)
        return base in self.binding.fixed or (self.all is not self.sizes and not strips.has_rows(base))

    def kept(self, node: Node, count: int) -> int:
        """The address of `count` numbers that belong to a node from one turn to the next."""
        return self.binding.beside((self.stage, node), 8 * count)

    def panels(self, node: Node, count: int) -> int:
        """The same once more, for the panels of an operand that stays."""
        return self.binding.beside((-1 - self.stage, node), 8 * count)

    def table(self, values: NDArray[np.int64]) -> int:
        """The address of these offsets, which stay as they are."""
        return int(self.binding.offsets_of.setdefault(values.tobytes(), values).ctypes.data)

    def added(self, node: Node) -> int | None:
        """Whether a value is added up over strips, and the number of this one; None: it is made at once."""
        return None if self.all is self.sizes or strips.has_rows(node) else self.keep

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
                return bits(float(concrete((dim,), self.all)[0]))
            case Address(node):
                return self.place(node).address
            case Stride(node, axis):
                return self.place(node).along(axis)
            case Scratch(dims):
                return self.scratch(math.prod(concrete(dims, self.sizes)))
            case Keep():
                return self.keep
            case Key(stream):
                return philox.key(self.binding.seed, stream)
            case Step():
                if self.binding.step is None:
                    raise ValueError("random numbers need the training step: a `step` leaf among the leaves")
                return int(self.binding.step.ctypes.data)


__all__ = ["KERNEL", "Binding", "Program", "Sizes", "Stage", "Table", "compile_stages", "memory_leaves", "table"]
