"""Metrics over a whole part, computed by the reference backend in float64.

In: metrics of an action, the network's output and the target as lowering knows them. Out: functions of arrays of
outputs and targets. A metric of numbers is in the units of the target's column: the target's encoders are undone
first, on both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.backend.reference import evaluate
from nndsl.data import Dataset
from nndsl.data.types import Array, Field
from nndsl.ir.primitive import Setting
from nndsl.lower import metric_graph
from nndsl.lower.graphs import Value
from nndsl.runtime.network import gives_shares, softmax
from nndsl.semantics.program import Metric, Program
from nndsl.syntax import ast

Measure = Callable[
    [NDArray[Any], NDArray[Any]], Any
]  # (outputs [N, *shape], targets [N, *shape]) -> a number or a table
PRECISION = "float64"


def measures(
    program: Program, metrics: Sequence[Metric], output: Value, target: Field, dataset: Dataset, loss: ast.Expr | None
) -> dict[str, Measure]:
    """A function for each metric, by its name. loss: what the network is trained with; see `gives_shares`."""
    units = _in_units(dataset) if target.kind == "real" else _as_they_are
    answers = softmax if gives_shares(output, target, loss) else units
    return {metric.name: _measure(program, metric, output, target, answers, units) for metric in metrics}


def _as_they_are(values: NDArray[Any]) -> NDArray[Any]:
    return values


def _in_units(dataset: Dataset) -> Callable[[NDArray[Any]], NDArray[Any]]:
    """Numbers of the target with its encoders undone: [N, *shape] to the same."""

    def undone(values: NDArray[Any]) -> NDArray[Any]:
        columns = [np.reshape(column, (len(values), -1)) for column in dataset.decode_target(values).values()]
        return np.concatenate(columns, axis=1).astype(PRECISION).reshape(values.shape)

    return undone


def _measure(
    program: Program,
    metric: Metric,
    output: Value,
    target: Field,
    answers: Callable[[NDArray[Any]], NDArray[Any]],
    units: Callable[[NDArray[Any]], NDArray[Any]],
) -> Measure:
    (y, z), result = metric_graph(program, metric, output, target)

    def measure(outputs: NDArray[Any], targets: NDArray[Any]) -> Any:
        setting = Setting({"N": len(outputs)}, PRECISION)
        (value,) = evaluate([result], {y: answers(outputs), z: units(targets)}, setting)
        return value.item() if value.size == 1 else _whole(value)

    return measure


def _whole(table: NDArray[Any]) -> NDArray[Any]:
    """Counts as whole numbers."""
    rounded = np.rint(table)
    return rounded.astype(np.int64) if np.array_equal(rounded, table) else table


def targets_of(array: Array | None) -> NDArray[Any] | None:
    """A part's targets as metrics read them: numbers, or ids."""
    return None if array is None else array.floats(PRECISION)
