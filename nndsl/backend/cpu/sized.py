"""The instructions of a program's steps at real sizes.

In: a binding (a program with memory), sizes, and where leaves lie. Out: for each step its instructions, or those of
each member of a team. A strip of the batch, and a turn of a loop over time, are the same steps elsewhere in memory.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

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
from nndsl.backend.cpu.program import Action, ClearStep, LoopStep, NestStep, SingleStep, StoreStep
from nndsl.backend.cpu.table import MEET, Code, Once, again, once
from nndsl.backend.cpu.team import Share, Touched
from nndsl.ir import philox
from nndsl.ir.node import Node, concrete
from nndsl.passes.storage import base_of, is_memory, is_view

if TYPE_CHECKING:
    from nndsl.backend.cpu.plan import Binding

Sizes = dict[str, int]
Leaf = Callable[[Node], Place]
Item = tuple[list[list[Code]], Touched | None]  # what each member of a team does, and the memory it touches


class Sized:
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
            shares = self.loop(step, members)
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
        ahead = [code for part in made if isinstance(part, Once) for code in part.code]
        shares = team.divided([part for part in made if not isinstance(part, Once)], members)
        if not ahead or not any(shares[1:]):
            return [[*([Once(ahead)] if ahead else []), *shares[0]], *shares[1:]]
        before = team.divided(ahead, members)
        return [[Once([*first, MEET]), *share] for first, share in zip(before, shares, strict=True)]

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

    def loop(self, step: LoopStep, members: int) -> list[list[Code]]:
        """A loop for each member of a team."""
        body, steps = self.binding.bodies[self.stage, step.node], step.node["steps"]

        def at(turn: int) -> list[list[Code]]:
            items = body.spanned(self.sizes, members, self.turn(step, turn).__getitem__)
            return team.joined([x for x, _ in items], members, closed=True, touched=[t for _, t in items])

        at(0)  # scratch memory grows now, and not between the turns that are compared
        first, second = at(0), at(min(1, steps - 1))
        assert not any(once(first, last=True)), "only strips have something to do after the last turn"
        loops = again(steps, first, second)
        return [[*before, *loop] for before, loop in zip(once(first, last=False), loops, strict=True)]

    def touched(self, step: Action) -> Touched | None:
        """The memory that a step touches, once its instructions are made; None where it is more than its values."""
        if not isinstance(step, NestStep | SingleStep) or self.used or self.row:
            return None  # scratch memory is everybody's
        return Touched(tuple(map(self.span, step.read)), tuple(map(self.span, step.written)))

    def span(self, node: Node) -> tuple[int, int]:
        """From where to where a value's memory reaches, that of a larger one of which it is a part with it."""
        while is_view(node) and node.op != "part":
            node = node.inputs[0]
        room = self.binding.program.rooms.get((self.stage, node))
        if room is not None:
            return self.span(room.host)
        place = self.place(node)
        return place.address, place.address + max(1, math.prod(place.shape)) * place.itemsize

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
