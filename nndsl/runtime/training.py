"""Carries out `train`: from the statement to a trainer, and from what it found to a `Run`.

In: the statement, its network and data. Out: a `Run`, and the network's weights changed. It shows nothing.
"""

from __future__ import annotations

import time

from nndsl.data import Dataset
from nndsl.data.types import Array, Part, Signature
from nndsl.ir import philox
from nndsl.lower import step_graph
from nndsl.lower.targets import source_of
from nndsl.runtime.control import Control, interruptible
from nndsl.runtime.events import Listener, Progress
from nndsl.runtime.faults import not_finite, unwatchable
from nndsl.runtime.measures import Compared, Measure, measures
from nndsl.runtime.network import NetworkState, levels_of, threads_of
from nndsl.runtime.results import Fields, Run
from nndsl.runtime.trainer import Trainer, Watch
from nndsl.semantics.program import Stop, Train
from nndsl.values import value


@value
class Task:
    """A training run to be carried out. seed: of its random numbers. line: of the statement."""

    train: Train
    state: NetworkState
    dataset: Dataset
    seed: int
    line: int


def run_seed(seed: int, earlier: int) -> int:
    """A seed for a run on a network that was trained so many times before: the first has the script's own."""
    return seed if earlier == 0 else philox.key(seed, earlier) & (2**63 - 1)


def carry_out(task: Task, listener: Listener, control: Control) -> Run:
    """Trains. Raises a fault (E0601) where a loss is not finite; the weights are then those before that epoch."""
    trainer = _trainer(task, listener)
    train = task.train
    watch = _watch(train.stop) if train.stop else None
    rows = min(trainer.rows["input"].count, trainer.steps * trainer.loop.batch)
    cursor = trainer.loop.cursor
    progress = Progress(
        train.name, train.network, train.data, train.epochs, rows, task.line, trainer.history, lambda: int(cursor[0]),
        watch,
    )  # fmt: skip
    listener.begin(progress)
    started = time.perf_counter()
    try:
        interruptible(lambda: trainer.run(train.epochs, watch, control), control, lambda: listener.look(progress))
    finally:
        task.state.loss = train.loss
        listener.end(progress)
    if trainer.failure is not None:
        raise not_finite(train, trainer.failure, trainer.steps, task.state.program)
    history = trainer.history
    return Run(
        train.name, train.network, train.data, Fields(history.columns), trainer.best_epoch,
        time.perf_counter() - started, tuple(history.epoch_seconds), rows, trainer.stopped_early, trainer.interrupted,
    )  # fmt: skip


def _trainer(task: Task, listener: Listener) -> Trainer:
    train, state, dataset = task.train, task.state, task.dataset
    program, signature = state.program, dataset.signature
    graph = step_graph(program, train, signature)
    state.prepare((*graph.trained, *graph.states), dataset, task.seed)
    use = state.graph(dataset, train.loss, task.seed, train.loss)
    found: dict[str, Measure] = {}
    seen, target = use.signature, use.signature.target
    if train.metrics and target is not None:
        found = measures(program, train.metrics, use.outputs[0], target, dataset, train.loss)
    trainer = Trainer(
        graph, state.arrays, rows_of(dataset.part("train")),
        batch=train.batch, precision=program.settings.precision, seed=task.seed, metrics=found,
        compared=compared(dataset.part("train"), seen, dataset), steps=train.steps,
        threads=threads_of(program.settings),
        announce=lambda new: listener.note(f"compiling {new} new kernel{'' if new == 1 else 's'}, which is done once"),
    )  # fmt: skip
    if "validation" in dataset.parts:
        part = dataset.parts["validation"]
        trainer.validation = (state.evaluator(use, rows_of(part)), compared(part, seen, dataset))
    if watches_loss_of_validation(train) and use.loss is None:
        raise unwatchable(train)
    return trainer


def watches_loss_of_validation(train: Train) -> bool:
    """Whether early stopping needs the loss of each validation example."""
    return train.stop is not None and (train.stop.monitor.part, train.stop.monitor.quantity) == ("validation", "loss")


def rows_of(part: Part) -> dict[str, Array]:
    """What fills the inputs of a graph."""
    rows = {"input": part.input}
    if part.target is not None:
        rows["target"] = part.target
    if part.shifted is not None:
        rows["shifted"] = part.shifted
    if part.lengths is not None:
        rows["lengths"] = Array(part.lengths)
    return rows


def compared(part: Part, signature: Signature, dataset: Dataset) -> Compared | None:
    """What a part's outputs are compared with. signature: as the network sees it."""
    field, target = signature.target, part.shifted if source_of(signature) == "shifted" else part.target
    if target is None or field is None:
        return None
    known = (part.places, part.lengths)
    return Compared(target, known, lambda found, rows: levels_of(dataset, field, found, rows))


def _watch(stop: Stop) -> Watch:
    monitor = stop.monitor
    key = monitor.quantity if monitor.part == "train" else f"validation_{monitor.quantity}"
    return Watch(key, monitor.more, stop.patience, stop.min_delta)
