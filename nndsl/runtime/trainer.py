"""Training: from a step's graph and a data set to weights that fit.

In: a `StepGraph`, arrays of weights, encoded rows, the limits. Out: the weights, changed in place, and a history. The
whole step (batch, gradients, optimizer) is one table of native instructions, walked an epoch at a time.
Every row is seen once an epoch in a new order. The same seed gives the same bits.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.backend.cpu.cache import Text, folder
from nndsl.backend.cpu.loop import Collect, Loop, Outcome
from nndsl.backend.cpu.memory import aligned
from nndsl.backend.cpu.program import Program, Stage, compile_stages, memory_leaves
from nndsl.data.types import Array
from nndsl.ir import build as b
from nndsl.ir.node import Node
from nndsl.lower.graphs import StepGraph
from nndsl.passes.autodiff import gradients
from nndsl.passes.scan import improve
from nndsl.passes.simplify import simplify
from nndsl.passes.stabilise import stabilise
from nndsl.runtime.control import Control
from nndsl.runtime.evaluator import Evaluator, collect_of, feeds_of, together
from nndsl.runtime.measures import Compared, Measure, Stopped, measured
from nndsl.runtime.weights import Flat, Snapshot, put_back


@dataclass(frozen=True, slots=True)
class Watch:
    """Early stopping: the history's key that is watched, and how long it may fail to improve by more than
    `min_delta`.
    """

    key: str
    more: bool
    patience: int
    min_delta: float


@dataclass(frozen=True, slots=True)
class NotFinite:
    """A loss or an update that is not a number: where it happened (from 1), and the step's graph node that first made
    one, if found.

    gradient_norm: of the step before it; None where it was the first of its epoch.
    """

    epoch: int
    step: int
    node: Node | None
    gradient_norm: float | None


@dataclass(slots=True)
class History:
    """One number an epoch for each key: loss, metrics, validation_loss, validation metrics.

    epoch_seconds: of training, without what is measured after it. ended: when each epoch was done, by
    `time.perf_counter`. Another thread may read the first `len(history)` numbers of each column while this grows.
    """

    columns: dict[str, list[float]] = field(default_factory=dict)
    epoch_seconds: list[float] = field(default_factory=list)
    ended: list[float] = field(default_factory=list)

    def add(self, values: Mapping[str, float], seconds: float) -> None:
        for key, value in values.items():
            self.columns.setdefault(key, []).append(value)
        self.epoch_seconds.append(seconds)
        self.ended.append(time.perf_counter())  # last: it is what makes the row visible

    def __len__(self) -> int:
        return len(self.ended)


@dataclass(frozen=True, slots=True)
class Stages:
    """A training step ready to be compiled. outputs: leaves that hold the network's outputs of a batch, where
    wanted.
    """

    stages: tuple[Stage, ...]
    loss: Node
    gradients: dict[Node, Node]  # parameter leaf -> leaf of its gradient
    outputs: tuple[Node, ...]


def stages_of(graph: StepGraph, with_outputs: bool) -> Stages:
    """The step's stages: loss, gradients and kept states first, then the optimizer's update."""
    wanted = [graph.loss, graph.objective, *(value for _, value in graph.updates)]
    wanted += [v.node for v in graph.outputs] if with_outputs else []
    loss, objective, *others = improve(stabilise(wanted))  # before: so that there is less to derive
    leaves = [v.leaf for v in graph.trained]
    loss, *rest = improve(simplify([loss, *others, *gradients(objective, leaves)], derived=True), derived=True)
    kept, outputs, slopes = _divided(rest, len(graph.updates), len(leaves))
    loss_leaf = b.state("step.loss", loss.shape)
    slots = {leaf: b.state(f"gradient of {leaf['name']}", leaf.shape) for leaf in leaves}
    output_leaves = tuple(b.state(f"step.output.{i}", n.shape) for i, n in enumerate(outputs))
    first = [(loss_leaf, loss), *zip(output_leaves, outputs, strict=True)]
    first += zip(slots.values(), slopes, strict=True)
    first += zip((leaf for leaf, _ in graph.updates), kept, strict=True)
    targets, values = zip(*graph.optimizer.updates, strict=True)
    second = zip(targets, simplify(stabilise(values), derived=True), strict=True)
    return Stages((Stage(tuple(first)), Stage(tuple(second))), loss_leaf, slots, output_leaves)


def _divided(nodes: list[Node], updates: int, parameters: int) -> tuple[list[Node], list[Node], list[Node]]:
    """Kept states, outputs and gradients, in that order in the list."""
    end = len(nodes) - parameters
    return nodes[:updates], nodes[updates:end], nodes[end:]


def is_kept(text: Text) -> bool:
    """Whether a kernel was compiled before, by whatever process."""
    return (folder() / text.key).is_file()


class Trainer:
    """Trains the weights it is given, in place.

    weights: arrays of parameters and states by leaf; those trained are moved into one vector, whose parts `weights`
    then holds.
    rows: encoded "input" and "target" of the training part. validation: an evaluator over the validation part with
    these weights, and its targets.
    metrics: by name; compared: the targets they speak of. steps: how many an epoch has; None sees every row once.
    announce: is told how many kernels have to be compiled, before they are.
    """

    def __init__(
        self,
        graph: StepGraph,
        weights: dict[Node, NDArray[Any]],
        rows: dict[str, Array],
        *,
        batch: int,
        precision: str,
        seed: int,
        metrics: Mapping[str, Measure] | None = None,
        compared: Compared | None = None,
        steps: int | None = None,
        threads: int = 1,
        announce: Callable[[int], None] | None = None,
    ) -> None:
        self.graph, self.weights, self.rows, self.seed = graph, weights, rows, seed
        self.metrics = dict(metrics or {})
        self.history = History()
        self.compared = compared
        self.validation: tuple[Evaluator, Compared | None] | None = None
        self.failure: NotFinite | None = None
        self.interrupted = False
        self.stopped_early = False
        self.best_epoch = 0
        made = stages_of(graph, bool(self.metrics))
        self.stages = made
        self.program: Program = compile_stages(made.stages, precision)
        new = sum(not is_kept(text) for text in set(self.program.texts))
        if new and announce is not None:
            announce(new)
        self._arrays(made, precision)
        count = rows["input"].count
        batch = min(batch, max(count, 1))
        used = memory_leaves(made.stages)
        feeds = feeds_of(graph.inputs, rows, self.arrays, used, batch, precision)
        size = together(made.outputs, batch, count)
        places = (np.arange(count) % max(size, 1)).astype(np.int32)
        self.collects: list[Collect] = [
            collect_of(leaf, self.arrays, size, batch, precision, places) for leaf in made.outputs
        ]
        self.loop = Loop(
            self.program, self.arrays, feeds, self.collects, rows=count, batch=batch, seed=seed, loss=made.loss,
            sizes={"P": self.flat.size}, threads=threads,
        )  # fmt: skip
        self.steps = self.loop.steps if steps is None else min(steps, self.loop.steps)

    def _arrays(self, made: Stages, precision: str) -> None:
        """Memory for all leaves: parameters and gradients side by side, the optimizer's states beside them."""
        optimizer, leaves = self.graph.optimizer, [v.leaf for v in self.graph.trained]
        self.flat = Flat(leaves, precision)
        vector, slopes = self.flat.vector(), self.flat.vector()
        parts = self.flat.parts(vector)
        put_back(parts, {leaf: self.weights[leaf] for leaf in leaves})
        self.weights.update(parts)
        self.slopes = slopes
        self.arrays: dict[Node, NDArray[Any]] = {optimizer.w: vector, optimizer.g: slopes, **self.weights}
        self.arrays.update({made.gradients[leaf]: part for leaf, part in self.flat.parts(slopes).items()})
        for leaf, value in optimizer.states:
            self.arrays[leaf] = self.flat.vector()
            self.arrays[leaf][...] = value
        self.arrays[made.loss] = aligned((1,) * made.loss.rank, precision)
        self.step = aligned((), precision)
        self.step[...] = 1
        self.arrays[b.step()] = self.step

    # ---- the run

    def moving(self) -> dict[Node, NDArray[Any]]:
        """All that a step changes: weights, the optimizer's states, kept states, and the step's number."""
        states = [leaf for leaf, _ in self.graph.optimizer.states]
        return {**self.kept(), **{leaf: self.arrays[leaf] for leaf in states}, b.step(): self.step}

    def kept(self) -> dict[Node, NDArray[Any]]:
        """What a network is: its weights and states."""
        leaves = [self.graph.optimizer.w, *(v.leaf for v in self.graph.states)]
        return {leaf: self.arrays[leaf] for leaf in leaves}

    def run(self, epochs: int, watch: Watch | None = None, control: Control | None = None) -> None:
        """Trains for so many epochs, or until `watch` or `control` ends it."""
        control = control or Control()
        control.watch(self.loop.stop)
        before, best = Snapshot(self.moving()), Snapshot(self.kept()) if watch else None
        best_value, since = math.inf, 0
        for epoch in range(1, epochs + 1):
            before.take()
            outcome, values, seconds = self._epoch(epoch)
            if not outcome.finite:
                self._fail(epoch, outcome.steps, before.saved)
                return
            if outcome.stopped:
                break
            try:
                values |= self._validated(control)
            except Stopped:
                break
            self.history.add(values, seconds)
            value = self._watched(values, watch)
            since += 1
            if value < best_value - (watch.min_delta if watch else 0.0) or not self.best_epoch:
                best_value = math.inf if math.isnan(value) else value
                since, self.best_epoch = 0, epoch
                if best is not None:
                    best.take()
            if watch and since >= watch.patience:
                self.stopped_early = True
                break
        self.interrupted = control.stopped
        if not self._finite():
            self._fail(epoch, self.steps, before.saved)
        elif best is not None and not self.interrupted and self.best_epoch:
            best.put_back()

    def _finite(self) -> bool:
        """The last update may have spoilt the weights when no loss can show it any more."""
        return all(bool(np.isfinite(array).all()) for array in self.kept().values())

    def _epoch(self, epoch: int) -> tuple[Outcome, dict[str, float], float]:
        """(how it ended, its loss and the metrics of what the network said on the way, seconds without those)."""
        measuring = {name: measure.begin() for name, measure in self.metrics.items()}
        outputs = self.collects[0].rows if self.collects else None
        piece = self.steps if outputs is None else -(-len(outputs) // self.loop.batch)
        seen, seconds = 0, 0.0
        while True:
            started = time.perf_counter()
            if not seen:
                self.loop.shuffle(epoch, self.steps)
            before = int(self.loop.done[0]) if seen else 0
            outcome = self.loop.walk(min(piece, self.steps - before), go_on=seen > 0)
            seconds += time.perf_counter() - started
            rows = self.loop.order[seen : int(self.loop.cursor[0])]
            if outputs is not None and self.compared is not None and outcome.finite:
                self.compared.add(measuring, outputs[: len(rows)], rows)
            seen += len(rows)
            if outcome.stopped or not outcome.finite or outcome.steps >= self.steps or not len(rows):
                break
        found = {} if outcome.stopped or not outcome.finite else {name: m.value() for name, m in measuring.items()}
        return outcome, {"loss": outcome.loss, **found}, seconds

    def _validated(self, control: Control) -> dict[str, float]:
        if self.validation is None:
            return {}
        evaluator, compared = self.validation
        loss, found = measured(evaluator, self.metrics, compared, control)
        values = {} if loss is None else {"validation_loss": loss}
        return {**values, **{f"validation_{name}": value for name, value in found.items()}}

    def _watched(self, values: Mapping[str, float], watch: Watch | None) -> float:
        """The number that must fall."""
        if watch is not None:
            value = values[watch.key]
            return -value if watch.more else value
        return values.get("validation_loss", values["loss"])

    # ---- when a loss is not a number

    def _fail(self, epoch: int, failing: int, before: Mapping[Node, NDArray[Any]]) -> None:
        """Finds the equation that made it, by repeating the epoch up to there, and brings back the weights before the
        epoch.
        """
        from nndsl.runtime.blame import first_cause

        cause = first_cause(self, epoch, failing, before)
        put_back(self.moving(), before)
        self.failure = NotFinite(epoch, cause.step, cause.node, cause.gradient_norm)

    def rewind(self, epoch: int, before: Mapping[Node, NDArray[Any]], steps: int) -> None:
        """The state after so many steps of an epoch that was run before: exactly as it was."""
        put_back(self.moving(), before)
        self.loop.shuffle(epoch, self.steps)
        if steps:
            self.loop.walk(steps)

    def batch_rows(self, step: int) -> NDArray[np.int32]:
        """The rows of the batch at a step (from 0) of the epoch's order."""
        start = step * self.loop.batch
        return np.array(self.loop.order[start : start + self.loop.batch])
