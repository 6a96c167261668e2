"""A network in use: its outputs, and its loss an example, for all rows of a part, in native code.

In: an evaluation graph, arrays of its weights (shared with whoever trains them), encoded rows. Out: arrays over rows,
all at once or piece by piece: what a text's every step is answered with need not be in memory together.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.backend.cpu.loop import Collect, Feed, Loop
from nndsl.backend.cpu.memory import aligned, storage_type
from nndsl.backend.cpu.program import Stage, compile_stages, memory_leaves
from nndsl.data.types import Array
from nndsl.ir import build as b
from nndsl.ir.node import BATCH, Node, concrete, topological
from nndsl.ir.table import TABLE
from nndsl.lower.graphs import EvaluationGraph
from nndsl.passes.scan import improve
from nndsl.passes.simplify import simplify
from nndsl.passes.stabilise import stabilise
from nndsl.runtime.weights import Arrays
from nndsl.values import value

ROWS_AT_ONCE = 256
LEAST_ROWS = 16
VALUE_BYTES = 16_000_000  # of the largest value of a batch
COMPUTED = ("map", "dot", "part")  # kinds of primitives whose values stand in memory
PIECE_BYTES = 16_000_000  # of outputs that are kept together


@value
class Piece:
    """Some examples in order. rows: which. outputs: [n, ...], overwritten by the next piece. losses: [n]."""

    rows: slice
    outputs: tuple[NDArray[Any], ...]
    losses: NDArray[Any] | None


class Evaluator:
    """Evaluates a graph over given rows, as often as asked, with the weights of the moment.

    rows: what fills each input of the graph ("input", and "target" where a loss is wanted).
    """

    def __init__(
        self,
        graph: EvaluationGraph,
        weights: Arrays,
        rows: dict[str, Array],
        precision: str,
        seed: int,
        threads: int = 1,
    ) -> None:
        self.count = rows["input"].count
        has_loss = graph.loss is not None and all(kind in rows for _, kind in graph.inputs)
        stage = evaluation_stage(graph, has_loss)
        leaves = [leaf for leaf, _ in stage.updates]
        batch = batch_of(graph, self.count)
        self.together = together(leaves, batch, self.count)
        arrays = dict(weights)
        self._picks: list[tuple[NDArray[np.int32], NDArray[np.int32] | None]] = []
        rows = {kind: self._piecewise(array) for kind, array in rows.items()}
        feeds = feeds_of(graph.inputs, rows, arrays, memory_leaves([stage]), batch, precision)
        collects = [collect_of(leaf, arrays, self.together, batch, precision) for leaf in leaves]
        step = next((n for n in memory_leaves([stage]) if n.op == "step"), None)
        if step is not None:
            arrays[step] = aligned((), precision)
        self.outputs = [c.rows for c in collects[: len(graph.outputs)]]
        self.losses = collects[-1].rows if has_loss else None
        self.loop = Loop(
            compile_stages([stage], precision),
            arrays,
            feeds,
            collects,
            rows=self.together,
            batch=batch,
            seed=seed,
            threads=threads,
        )

    def _piecewise(self, array: Array) -> Array:
        """The rows as the loop sees them: it walks one piece, and `picks` says which rows that is."""
        if self.together == self.count:
            return array
        picks = np.zeros(self.together, np.int32)
        self._picks.append((picks, array.picks))
        return Array(array.values, array.scale, array.shift, picks)

    def pieces(self) -> Iterator[Piece]:
        """All examples, some at a time."""
        for first in range(0, self.count, self.together):
            stop = min(first + self.together, self.count)
            size = stop - first
            for picks, own in self._picks:
                picks[:size] = np.arange(first, stop) if own is None else own[first:stop]
                picks[size:] = picks[0]
            self.loop.walk(-(-size // self.loop.batch))
            losses = None if self.losses is None else self.losses[:size]
            yield Piece(slice(first, stop), tuple(output[:size] for output in self.outputs), losses)

    def run(self) -> tuple[list[NDArray[Any]], float | None]:
        """(outputs [N, ...], overwritten by the next call; the mean loss, None where there is none)."""
        if self.together == self.count:
            self.loop.walk()
            return self.outputs, None if self.losses is None else float(np.mean(self.losses, dtype=np.float64))
        found = [np.empty((self.count, *output.shape[1:]), output.dtype) for output in self.outputs]
        total = 0.0
        for piece in self.pieces():
            for array, output in zip(found, piece.outputs, strict=True):
                array[piece.rows] = output
            total += 0.0 if piece.losses is None else float(np.sum(piece.losses, dtype=np.float64))
        return found, None if self.losses is None else total / self.count


def batch_of(graph: EvaluationGraph, count: int) -> int:
    """How many examples are computed at once: fewer of them where one has very large values, as a long sequence has."""
    nodes = topological([v.node for v in graph.outputs])
    sizes = [
        4 * math.prod(concrete(node.shape, {"B": 1}))
        for node in nodes
        if BATCH in node.shape and TABLE[node.op].kind in COMPUTED
    ]
    return min(max(LEAST_ROWS, min(ROWS_AT_ONCE, VALUE_BYTES // max(sizes, default=1))), max(count, 1))


def together(leaves: Sequence[Node], batch: int, count: int) -> int:
    """How many examples' outputs are kept at once, whole batches; all of them where they are not too many."""
    each = sum(4 * int(np.prod(concrete(leaf.shape, {"B": 1}), dtype=np.int64)) for leaf in leaves)
    fits = max(PIECE_BYTES // max(each, 1) // batch, 1) * batch
    return min(fits, count) if count else 0


def evaluation_stage(graph: EvaluationGraph, with_loss: bool) -> Stage:
    """What is computed of each batch: the outputs, and the loss of each example last, if it is wanted."""
    wanted: list[Node] = [v.node for v in graph.outputs]
    if with_loss and graph.loss is not None:
        wanted.append(graph.loss)
    values = improve(simplify(stabilise(wanted), derived=True), derived=True)
    leaves = [b.state(f"result.{i}", n.shape) if n.dtype == "float" else _whole(i, n) for i, n in enumerate(values)]
    return Stage(tuple(zip(leaves, values, strict=True)))


def _whole(index: int, node: Node) -> Node:
    return b.input_(f"result.{index}", node.shape, node.dtype)


def collect_of(
    leaf: Node, arrays: dict[Node, NDArray[Any]], count: int, batch: int, precision: str,
    order: NDArray[np.int32] | None = None,
) -> Collect:  # fmt: skip
    """A place for `count` rows of a leaf; makes room for its batch."""
    kind = storage_type(leaf.dtype, precision)
    if leaf.shape[:1] != (BATCH,):  # the same for all rows: it has no place for each
        raise ValueError(f"an output that is not one an example: {leaf!r}")
    arrays[leaf] = aligned(concrete(leaf.shape, {"B": batch}), kind)
    return Collect(leaf, np.zeros(concrete(leaf.shape, {"B": count}), kind), order)


def feeds_of(
    inputs: Sequence[tuple[Node, str]],
    rows: dict[str, Array],
    arrays: dict[Node, NDArray[Any]],
    used: Sequence[Node],
    batch: int,
    precision: str,
) -> list[Feed]:
    """A feed for each input that the stages read; makes room for its batch."""
    found = []
    for leaf, kind in inputs:
        if leaf in used:
            arrays[leaf] = aligned(concrete(leaf.shape, {"B": batch}), storage_type(leaf.dtype, precision))
            array = rows[kind]
            found.append(Feed(leaf, side_by_side(array.values), array.scale, array.shift, array.picks))
    return found


def side_by_side(values: NDArray[Any]) -> NDArray[Any]:
    """The numbers of each row side by side, as the driver reads them; windows stay a view of their series."""
    step = values.itemsize
    for n, stride in zip(values.shape[:0:-1], values.strides[:0:-1], strict=True):
        if n > 1 and stride != step:
            return np.ascontiguousarray(values)
        step *= n
    return values
