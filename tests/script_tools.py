"""Helpers for tests of whole scripts: check one, and train one slowly on the reference backend."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nndsl.backend.reference import evaluate
from nndsl.data.dataset import Dataset, load
from nndsl.diagnostics import Collector, Diagnostic, Source
from nndsl.ir.node import Node
from nndsl.ir.primitive import Setting
from nndsl.lower import Checked, check_program, evaluation_graph, metric_graph, step_graph
from nndsl.lower.graphs import StepGraph
from nndsl.passes.autodiff import gradients
from nndsl.semantics import Evaluate, Train
from nndsl.syntax import parse

Floats = NDArray[np.float64]


def check(
    text: str, folder: Path = Path("/nowhere"), *, name: str = "script.nn", **options: object
) -> tuple[Checked, list[Diagnostic]]:
    """A script's program, and what was found wrong, in the order of the text."""
    collector = Collector()
    module = parse(Source(name, text), collector)
    checked = check_program(module, folder, collector, **options)  # type: ignore[arg-type]
    return checked, list(collector)


def program(text: str, folder: Path = Path("/nowhere")) -> Checked:
    """A script that must be free of errors."""
    checked, found = check(text, folder)
    errors = [d for d in found if d.severity == "error"]
    assert not errors, [(d.code, d.message) for d in errors]
    return checked


def line_of(diagnostic: Diagnostic) -> int:
    """The line of its primary place, from 1."""
    assert diagnostic.span is not None
    return diagnostic.span.source.text.count("\n", 0, diagnostic.span.start) + 1


@dataclass
class Trained:
    """A run on the reference backend, in float64. losses: the mean over each epoch."""

    checked: Checked
    train: Train
    graph: StepGraph
    data: Dataset
    values: dict[Node, Floats]
    losses: list[float]

    def setting(self, **sizes: int) -> Setting:
        return Setting(sizes=sizes, precision="float64")

    def outputs(self, part: str) -> Floats:
        """The network in use, on a part."""
        checked = self.checked
        signature = checked.signatures[self.train.data]
        network = checked.program.networks[self.train.network]
        graph = evaluation_graph(checked.program, network, self.train.loss, signature, None)
        rows = self.data.parts[part]
        feed = {leaf: _field(rows, what) for leaf, what in graph.inputs}
        feed.update({v.leaf: self.values[v.leaf] for v in (*graph.parameters, *graph.states)})
        return evaluate([graph.outputs[0].node], feed, self.setting(B=len(rows.rows)))[0]

    def metric(self, name: str, part: str) -> Floats:
        """A metric named by the script, over a part."""
        checked = self.checked
        actions = [a for a in checked.program.actions if isinstance(a, Train | Evaluate)]
        chosen = next(m for action in actions for m in action.metrics if m.name == name)
        signature = checked.signatures[self.train.data]
        network = checked.program.networks[self.train.network]
        graph = evaluation_graph(checked.program, network, self.train.loss, signature, None)
        assert signature.target is not None
        (y, z), node = metric_graph(checked.program, chosen, graph.outputs[0], signature.target)
        rows = self.data.parts[part]
        feed = {y: self.outputs(part), z: _field(rows, "target")}
        return evaluate([node], feed, self.setting(N=len(rows.rows)))[0]


def _field(rows: object, what: str) -> NDArray[np.float64]:
    return np.asarray(getattr(rows, what).floats("float64"))


def train(text: str, folder: Path = Path("/nowhere"), epochs: int | None = None) -> Trained:
    """The first training run of a script."""
    checked = program(text, folder)
    action = next(a for a in checked.program.actions if isinstance(a, Train))
    graph = step_graph(checked.program, action, checked.signatures[action.data])
    data = load(checked.program.data[action.data], Collector(), seed=checked.program.settings.seed, precision="float64")
    assert data is not None
    run = Trained(checked, action, graph, data, {}, [])
    for variable in (*graph.trained, *graph.states):
        run.values[variable.leaf] = evaluate([variable.initial], {}, run.setting())[0]
    slots = {leaf: np.full(_size(run), initial) for leaf, initial in graph.optimizer.states}
    step = 0
    order = np.random.default_rng(0)
    for _ in range(epochs or action.epochs):
        total, rows = 0.0, order.permutation(len(data.parts["train"].rows))
        for start in range(0, len(rows), action.batch):
            step += 1
            total += _step(run, slots, rows[start : start + action.batch], step)
        run.losses.append(total / len(rows))
    return run


def _size(run: Trained) -> int:
    return sum(run.values[v.leaf].size for v in run.graph.trained)


def _step(run: Trained, slots: dict[Node, Floats], rows: NDArray[np.int64], step: int) -> float:
    """One step of training; gives the loss summed over the batch."""
    graph, part = run.graph, run.data.parts["train"]
    leaves = [v.leaf for v in graph.trained]
    setting = Setting(sizes={"B": len(rows), "P": _size(run)}, precision="float64", step=step)
    feed = {**run.values, **{leaf: _field(part, what)[rows] for leaf, what in graph.inputs}}
    wanted = [graph.loss, *gradients(graph.objective, leaves), *(value for _, value in graph.updates)]
    loss, *found = evaluate(wanted, feed, setting)
    slopes, updates = found[: len(leaves)], found[len(leaves) :]
    optimizer = graph.optimizer
    flat = {
        optimizer.w: np.concatenate([run.values[leaf].ravel() for leaf in leaves]),
        optimizer.g: np.concatenate([slope.ravel() for slope in slopes]),
        **slots,
    }
    moved = dict(
        zip(
            (leaf for leaf, _ in optimizer.updates),
            evaluate([v for _, v in optimizer.updates], flat, setting),
            strict=True,
        )
    )
    slots.update({leaf: value for leaf, value in moved.items() if leaf is not optimizer.w})
    run.values.update(zip((leaf for leaf, _ in graph.updates), updates, strict=True))
    place = 0
    for leaf in leaves:
        size = run.values[leaf].size
        run.values[leaf] = moved[optimizer.w][place : place + size].reshape(run.values[leaf].shape)
        place += size
    return float(loss) * len(rows)
