"""A network in use: its outputs, and its loss an example, for all rows of a part, in native code.

In: an evaluation graph, arrays of its weights (shared with whoever trains them), encoded rows. Out: arrays over rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.backend.cpu.loop import Collect, Feed, Loop
from nndsl.backend.cpu.memory import aligned, storage_type
from nndsl.backend.cpu.program import Stage, compile_stages, memory_leaves
from nndsl.data.types import Array
from nndsl.ir import build as b
from nndsl.ir.node import BATCH, Node, concrete
from nndsl.lower.graphs import EvaluationGraph
from nndsl.passes.simplify import simplify
from nndsl.passes.stabilise import stabilise
from nndsl.runtime.weights import Arrays

ROWS_AT_ONCE = 256


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
        count = next(iter(rows.values())).count
        has_loss = graph.loss is not None and all(kind in rows for _, kind in graph.inputs)
        stage = evaluation_stage(graph, has_loss)
        leaves = [leaf for leaf, _ in stage.updates]
        batch = min(ROWS_AT_ONCE, max(count, 1))
        arrays = dict(weights)
        feeds = feeds_of(graph.inputs, rows, arrays, memory_leaves([stage]), batch, precision)
        collects = [collect_of(leaf, arrays, count, batch, precision) for leaf in leaves]
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
            rows=count,
            batch=batch,
            seed=seed,
            threads=threads,
        )

    def run(self) -> tuple[list[NDArray[Any]], float | None]:
        """(outputs [N, ...], overwritten by the next call; the mean loss, None where there is none)."""
        self.loop.walk()
        return self.outputs, None if self.losses is None else float(np.mean(self.losses, dtype=np.float64))


def evaluation_stage(graph: EvaluationGraph, with_loss: bool) -> Stage:
    """What is computed of each batch: the outputs, and the loss of each example last, if it is wanted."""
    wanted: list[Node] = [v.node for v in graph.outputs]
    if with_loss and graph.loss is not None:
        wanted.append(graph.loss)
    values = list(simplify(stabilise(wanted), derived=True))
    leaves = [b.state(f"result.{i}", n.shape) if n.dtype == "float" else _whole(i, n) for i, n in enumerate(values)]
    return Stage(tuple(zip(leaves, values, strict=True)))


def _whole(index: int, node: Node) -> Node:
    return b.input_(f"result.{index}", node.shape, node.dtype)


def collect_of(leaf: Node, arrays: dict[Node, NDArray[Any]], count: int, batch: int, precision: str) -> Collect:
    kind = storage_type(leaf.dtype, precision)
    if leaf.shape[:1] != (BATCH,):  # the same for all rows: it has no place for each
        raise ValueError(f"an output that is not one an example: {leaf!r}")
    arrays[leaf] = aligned(concrete(leaf.shape, {"B": batch}), kind)
    return Collect(leaf, np.zeros(concrete(leaf.shape, {"B": count}), kind))


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
