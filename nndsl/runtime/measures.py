"""Metrics over a whole part, computed by the reference backend in float64.

In: metrics of an action, the network's output and the target as lowering knows them. Out: functions of arrays of
outputs and targets, which may come piece by piece. A metric of numbers is in the units of the target's column: the
target's encoders are undone first, on both sides. With a target for each step, steps are what is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.data import Dataset
from nndsl.data.types import Array, Field
from nndsl.lower import metric_graph
from nndsl.lower.graphs import Value
from nndsl.runtime.control import Control
from nndsl.runtime.evaluator import Evaluator
from nndsl.runtime.models import ModelEvaluator
from nndsl.runtime.network import Known, gives_shares, softmax
from nndsl.runtime.tallies import PRECISION, Tally, tally
from nndsl.semantics.program import Metric, Program
from nndsl.syntax import ast

Rows = NDArray[Any] | slice
Levels = NDArray[np.float64] | None  # what changes are added to, where the target is one
Undo = Callable[[NDArray[Any], Levels], NDArray[Any]]


class Measure:
    """A metric of a network on a data set."""

    def __init__(self, begin: Callable[[], Tally], answers: Undo, units: Undo, steps: bool) -> None:
        self._begin, self._answers, self._units, self._steps = begin, answers, units, steps

    def begin(self) -> Measuring:
        """A measurement of its own."""
        return Measuring(self._begin(), self._answers, self._units, self._steps)

    def __call__(self, outputs: NDArray[Any], targets: NDArray[Any]) -> Any:
        """Of all rows at once: outputs [N, *shape], targets [N, *shape] -> a number, or a table."""
        found = self.begin()
        found.add(outputs, targets)
        return found.value()


class Measuring:
    """A metric under way."""

    def __init__(self, tally: Tally, answers: Undo, units: Undo, steps: bool) -> None:
        self._tally, self._answers, self._units, self._steps = tally, answers, units, steps

    def add(
        self, outputs: NDArray[Any], targets: NDArray[Any], lengths: NDArray[Any] | None = None, levels: Levels = None
    ) -> None:
        """Some more rows. lengths: how many steps of each are real, where they have steps of which some are padding."""
        outputs, targets = self._answers(outputs, levels), self._units(targets, levels)
        if self._steps:
            outputs, targets = _steps_of(outputs, lengths), _steps_of(targets, lengths)
        self._tally.add(outputs, targets)

    def value(self) -> Any:
        found = self._tally.value()
        return found.item() if found.size == 1 else _whole(found)


def _steps_of(values: NDArray[Any], lengths: NDArray[Any] | None) -> NDArray[Any]:
    """[N, T, *shape] as [steps, *shape]: the real ones."""
    if lengths is None:
        return values.reshape(-1, *values.shape[2:])
    return np.asarray(values[np.arange(values.shape[1]) < lengths[:, None]])


def measures(
    program: Program, metrics: Sequence[Metric], output: Value, target: Field, dataset: Dataset, loss: ast.Expr | None
) -> dict[str, Measure]:
    """A function for each metric, by its name. loss: what the network is trained with; see `gives_shares`."""
    units = _in_units(dataset, target) if target.kind == "real" else _as_they_are
    answers = _shares if gives_shares(output, target, loss) else units
    found: dict[str, Measure] = {}
    for metric in metrics:
        (y, z), result = metric_graph(program, metric, output, target)
        found[metric.name] = Measure(tally(result, y, z), answers, units, target.time)
    return found


def _as_they_are(values: NDArray[Any], levels: Levels) -> NDArray[Any]:
    return values


def _shares(values: NDArray[Any], levels: Levels) -> NDArray[Any]:
    return softmax(values)


def _in_units(dataset: Dataset, target: Field) -> Undo:
    """Numbers of the target with its encoders undone: [N, *shape] to the same."""

    def undone(values: NDArray[Any], levels: Levels) -> NDArray[Any]:
        found = dataset.decode_target(values, steps=target.time, levels=levels)
        lead = values.shape[:2] if target.time else values.shape[:1]
        columns = [np.reshape(column, (*lead, -1)) for column in found.values()]
        return np.concatenate(columns, axis=-1).astype(PRECISION).reshape(values.shape)

    return undone


def _whole(table: NDArray[Any]) -> NDArray[Any]:
    """Counts as whole numbers."""
    rounded = np.rint(table)
    return rounded.astype(np.int64) if np.array_equal(rounded, table) else table


class Compared:
    """What a part's outputs are compared with, some rows at a time. known: see `network.levels_of`."""

    def __init__(self, target: Array, known: Known, levels: Callable[[Known, Rows], Levels]) -> None:
        self._target, self._known, self._levels = target, known, levels

    def add(self, measuring: Mapping[str, Measuring], outputs: NDArray[Any], rows: Rows) -> None:
        """Gives the outputs of some rows to each metric, beside what they should be: numbers, or ids."""
        targets = self._target.take(rows).floats(PRECISION)
        lengths = None if self._known is None else self._known[1]
        real, levels = None if lengths is None else lengths[rows], self._levels(self._known, rows)
        for each in measuring.values():
            each.add(outputs, targets, real, levels)


class Stopped(Exception):
    """A measurement was ended before its last piece."""


def measured(
    evaluator: Evaluator | ModelEvaluator, metrics: Mapping[str, Measure], compared: Compared | None, control: Control
) -> tuple[float | None, dict[str, Any]]:
    """(the mean loss, None where there is none; each metric) of a part, piece by piece. Raises Stopped."""
    measuring = {name: metric.begin() for name, metric in metrics.items()} if compared is not None else {}
    total = 0.0
    for piece in evaluator.pieces():
        if compared is not None and measuring:
            compared.add(measuring, piece.outputs[0], piece.rows)
        if piece.losses is not None:
            total += float(np.sum(piece.losses, dtype=np.float64))
        if control.stopped and piece.rows.stop < evaluator.count:
            raise Stopped
    loss = None if evaluator.losses is None else total / evaluator.count
    return loss, {name: each.value() for name, each in measuring.items()}
