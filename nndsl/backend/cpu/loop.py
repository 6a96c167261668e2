"""Walking a plan over the rows of a data set: whole epochs in native code.

In: a program with its leaves, what is fed from the data and what is collected. Out: the mean loss of an epoch, and how
it ended. Every row is visited once an epoch, the last batch may be smaller. While native code runs Python threads run
too; setting `stop` ends it after the batch under way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.backend.cpu import library
from nndsl.backend.cpu.arguments import bits
from nndsl.backend.cpu.linker import addresses
from nndsl.backend.cpu.memory import aligned
from nndsl.backend.cpu.plan import KERNEL, Binding, Program
from nndsl.backend.cpu.program import library_texts
from nndsl.backend.cpu.singles import Instruction
from nndsl.backend.cpu.team import divided
from nndsl.backend.cpu.walkers import Work, texts_of, walker
from nndsl.ir import build as b
from nndsl.ir import philox
from nndsl.ir.node import Node

SHUFFLE_STREAM = -2  # of the random words that order an epoch: no stream of a graph is negative


@dataclass(frozen=True, slots=True)
class Feed:
    """An input leaf and the rows it is filled from: [N, ...]; bytes become scale * x + shift.

    Rows may overlap (windows of a series), but the numbers of each stand side by side. picks: [N] int32, which of the
    rows each example is, where they are not all taken in order.
    """

    leaf: Node
    rows: NDArray[Any]
    scale: float = 1.0
    shift: float = 0.0
    picks: NDArray[np.int32] | None = None


@dataclass(frozen=True, slots=True)
class Collect:
    """A leaf whose batch is written to the rows it was computed from: [N, ...].

    order: [N] int32, the place in `rows` of each example that is visited, in the order of the visits; None where it is
    the example's own.
    """

    leaf: Node
    rows: NDArray[Any]
    order: NDArray[np.int32] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a walk ended. loss: the mean over the examples seen. steps: done in this walk. finite: no loss was NaN or
    infinite.
    """

    loss: float
    steps: int
    finite: bool
    stopped: bool


class Loop:
    """A plan over N rows in batches of `batch`.

    leaves: an array for each memory leaf; inputs have room for `batch` rows. loss: the leaf that holds a batch's mean
    loss.
    seed: of random numbers and of the order of rows. sizes: other symbolic sizes, such as P. threads: how many may
    walk together; one does where a batch is too little to share.
    """

    def __init__(
        self,
        program: Program,
        leaves: Mapping[Node, NDArray[Any]],
        feeds: Sequence[Feed],
        collects: Sequence[Collect] = (),
        *,
        rows: int,
        batch: int,
        seed: int,
        loss: Node | None = None,
        sizes: Mapping[str, int] | None = None,
        threads: int = 1,
    ) -> None:
        self.rows, self.batch, self.seed = rows, min(batch, max(rows, 1)), seed
        self.precision = program.precision
        self.feeds, self.collects, self.leaves = feeds, collects, leaves
        self.order = aligned(rows, np.int32)
        self.order[:] = np.arange(rows)
        self.stop, self.cursor, self.done = (aligned(1, np.int64) for _ in range(3))
        self.total = aligned(1, np.float64)
        step = next((n for n in leaves if n.op == "step"), b.step())
        self.step = leaves[step] if step in leaves else aligned(1, self.precision)
        if step not in leaves:
            self.step[...] = 1
        self.loss = aligned(1, self.precision) if loss is None else leaves[loss]
        self.sizes = dict(sizes or {})
        binding = Binding(program, {**leaves, step: self.step}, {**self.sizes, "B": self.batch}, seed)
        self.arena_bytes = binding.arena_bytes
        self._binding = binding  # owns the memory that the tables point into
        shuffle = library.kernel("shuffle", "float32")
        works = {n: self._work(n, threads) for n in (self.batch, rows % self.batch) if n}
        # all at once: what is new is compiled side by side
        needed = (text for work in works.values() for text in texts_of(work, self.precision))
        found = addresses([shuffle, *library_texts(program), *needed])
        self._shuffle = KERNEL(found[shuffle])
        words = (self.stop, self.cursor, self.done, self.step, self.loss, self.total)
        self.walkers = {n: walker(work, n, words, self.precision) for n, work in works.items()}

    def _work(self, batch: int, threads: int) -> Work:
        """What is done with a batch, by each member of a team where there is enough to share, else by one thread."""
        before = [self._rows_in(feed, batch) for feed in self.feeds]
        after = [self._rows_out(collect, batch) for collect in self.collects]
        sizes = {**self.sizes, "B": batch}
        if threads > 1:
            shared: Work = [
                *(divided([made], threads) for made in before),
                *self._binding.shared(sizes, threads),
                *(divided([made], threads) for made in after),
            ]
            if any(any(shares[1:]) for shares in shared):
                return shared
        return [[[*before, *self._binding.instructions(sizes), *after]]]

    def _rows_in(self, feed: Feed, batch: int) -> Instruction:
        target = self.leaves[feed.leaf]
        kernel = library.rows_in(str(feed.rows.dtype), str(target.dtype))
        width = int(np.prod(feed.rows.shape[1:], dtype=np.int64))
        places = [feed.rows.ctypes.data, self.order.ctypes.data, self.cursor.ctypes.data, target.ctypes.data]
        stride = feed.rows.strides[0] // feed.rows.itemsize
        picks = 0 if feed.picks is None else feed.picks.ctypes.data
        return kernel, [batch, width, *places, bits(feed.scale), bits(feed.shift), stride, picks]

    def _rows_out(self, collect: Collect, batch: int) -> Instruction:
        source = self.leaves[collect.leaf]
        width = int(np.prod(collect.rows.shape[1:], dtype=np.int64))
        order = self.order if collect.order is None else collect.order
        places = [source.ctypes.data, order.ctypes.data, self.cursor.ctypes.data, collect.rows.ctypes.data]
        return library.kernel("rows_out", str(source.dtype)), [batch, width, *places]

    @property
    def steps(self) -> int:
        """Steps of an epoch."""
        return -(-self.rows // self.batch)

    def shuffle(self, epoch: int, steps: int | None = None) -> None:
        """A new order of the rows, which depends on the seed and the epoch alone. steps: how many will be walked; where
        they see few of the rows, nothing is drawn of the others.
        """
        wanted = self.rows if steps is None else steps * self.batch
        few = 2 * wanted <= self.rows
        last = self.rows - 1 - wanted if few else 0
        key = philox.key(self.seed, SHUFFLE_STREAM)
        arguments = np.array([self.rows, self.order.ctypes.data, key, epoch & 0xFFFFFFFF, last], np.int64)
        self._shuffle(arguments.ctypes.data)
        if few:
            drawn = self.order[last + 1 :].copy()
            self.order[last + 1 :] = self.order[:wanted]
            self.order[:wanted] = drawn

    def walk(self, steps: int | None = None, *, go_on: bool = False) -> Outcome:
        """Visits every row once, in the present order; no more than `steps` batches if that is given.

        go_on: from where the last walk ended; the outcome is then of all since the beginning.
        """
        if not go_on:
            self.cursor[0] = self.done[0] = 0
            self.total[0] = 0.0
        before = int(self.done[0])
        end = self.steps if steps is None else min(before + steps, self.steps)
        full = min(end, self.rows // self.batch)
        self._run(self.batch, full - before)
        if self.done[0] == full and end > full and self._finite():
            self._run(self.rows % self.batch, 1)
        seen, done = int(self.cursor[0]), int(self.done[0])
        mean = float(self.total[0]) / seen if seen else 0.0
        return Outcome(mean, done, self._finite(), bool(self.stop[0]))

    def _run(self, batch: int, steps: int) -> None:
        if steps > 0:
            self.walkers[batch].walk(steps)

    def _finite(self) -> bool:
        return bool(np.isfinite(self.total[0]))
