"""Carries out `predict`: a network's answers for a part; and writes what was found, as a table or a text.

In: the statement, the network, the data. Out: `Answers`; a file that is either whole or not there.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

from nndsl.data import Dataset
from nndsl.data.derived import Transform
from nndsl.data.types import Array, Field, Part, Places
from nndsl.diagnostics import Span
from nndsl.lower.graphs import Value
from nndsl.paths import whole
from nndsl.runtime.faults import cannot_write
from nndsl.runtime.models import Model, ModelEvaluator
from nndsl.runtime.network import NetworkState, answer_columns, decode, probabilities, reconstructs
from nndsl.runtime.results import Answers, Forecast, Text
from nndsl.semantics.program import Predict
from nndsl.semantics.results import step_name

__all__ = ["Answers", "predict", "write"]


Made = tuple[dict[str, NDArray[Any]], Dataset, Transform]  # of a table: inputs by part, its source, the way of new rows


def predict(action: Predict, state: NetworkState, dataset: Dataset, seed: int) -> tuple[Answers, Made | None]:
    """The answers for every row of the part (of all parts, in the order of the source, where none is named); and what
    the answers are as a data set, where rows and answers are one to one.
    """
    graph = state.graph(dataset, state.loss, seed, state.loss)
    part, target = _part(action, dataset), graph.signature.target

    def ask(rows: Mapping[str, Array]) -> list[NDArray[Any]]:
        return state.evaluator(graph, rows).run()[0]

    by_part = {name: _flat([np.array(o) for o in ask(_rows(one))]) for name, one in _parts(action, dataset).items()}
    whole = by_part[part.name] if action.part is not None or len(by_part) == 1 else dataset.in_order(by_part)
    outputs = _apart(whole, graph.outputs)
    columns = answer_columns(graph, outputs, dataset, state.loss, (part.places, part.lengths))
    steps = target is not None and target.time and len(graph.outputs) == 1
    plain = len(graph.outputs) == 1 and not steps
    numbers, step_rows = part.rows + 1, _step_rows(dataset, part, target) if steps and target is not None else None
    if target is None and part.places is not None:
        seen = _seen_rows(dataset, part, part.places)
        numbers, step_rows = seen.max(axis=1), seen if reconstructs(graph) else None
    shares = probabilities(graph.outputs[0], outputs[0], target, state.loss) if plain else None
    found = Answers(
        action.name, action.network, action.data, action.part or "all", columns, numbers,
        None if shares is None else np.array(shares), target.classes if target else (), action.path,
        step_rows, _series(part), _times(dataset, part.name),
    )  # fmt: skip
    return found, (by_part, dataset, lambda rows: _flat(ask(rows)))


def ask(action: Predict, model: Model, output: Value, dataset: Dataset, own: Dataset) -> tuple[Answers, Made | None]:
    """As `predict`, of a model that is no network. own: the data whose target it tells."""
    part, target = _part(action, dataset), own.signature.target
    by_part = {name: ModelEvaluator(model, one.input).run()[0][0] for name, one in _parts(action, dataset).items()}
    whole = by_part[part.name] if action.part is not None or len(by_part) == 1 else dataset.in_order(by_part)
    columns = {name: np.array(column) for name, column in decode(output, whole, own, target, None).items()}
    shares = probabilities(output, whole, target, None)
    found = Answers(
        action.name, action.network, action.data, action.part or "all", columns, part.rows + 1,
        None if shares is None else np.array(shares), target.classes if target else (), action.path,
    )  # fmt: skip
    flat = {name: _flat([values]) for name, values in by_part.items()}
    return found, (flat, dataset, lambda rows: _flat([ModelEvaluator(model, rows["input"]).run()[0][0]]))


def _part(action: Predict, dataset: Dataset) -> Part:
    return dataset.all() if action.part is None else dataset.part(action.part)


def _parts(action: Predict, dataset: Dataset) -> Mapping[str, Part]:
    """The parts that are asked about, each by itself."""
    return dataset.parts if action.part is None else {action.part: dataset.part(action.part)}


def _rows(part: Part) -> dict[str, Array]:
    return {"input": part.input} if part.lengths is None else {"input": part.input, "lengths": Array(part.lengths)}


def _flat(outputs: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """[N, all numbers of all outputs side by side]."""
    return np.concatenate([values.reshape(len(values), -1) for values in outputs], axis=1)


def _apart(flat: NDArray[Any], outputs: Sequence[Value]) -> list[NDArray[Any]]:
    """The outputs that `_flat` has put side by side."""
    ends = np.cumsum([math.prod(value.shape) for value in outputs])[:-1]
    pieces = np.split(flat, ends, axis=1)
    return [
        np.ascontiguousarray(piece).reshape(len(flat), *value.shape)
        for piece, value in zip(pieces, outputs, strict=True)
    ]


def _step_rows(dataset: Dataset, part: Part, target: Field) -> NDArray[Any]:
    """[N, steps] from 1, the row of the source each step's answer is for; 0 where there is none (padding)."""
    assert part.places is not None
    every, count = slice(None), target.shape[0]
    if target == dataset.signature.shifted:
        places = part.places.told(every, count, part.lengths)
        real = count if part.lengths is None else part.lengths[:, None]
        there = np.broadcast_to(np.arange(count) < real, places.shape)
    else:
        places = part.places.first[:, None] + np.arange(count)
        there = np.ones(places.shape, np.bool_)
    return np.where(there, part.places.rows[np.minimum(places, len(part.places.rows) - 1)] + 1, 0)


def _seen_rows(dataset: Dataset, part: Part, places: Places) -> NDArray[Any]:
    """[N, T] from 1, the row of the source of each step an example shows; 0 where there is none (padding)."""
    spec, steps = dataset.spec, dataset.signature.input.shape[0]
    timing = spec.timing
    assert timing is not None
    ahead = timing.first if timing.first is not None else int(timing.window is not None or not spec.target)
    at = places.told(slice(None), steps, part.lengths) - ahead
    there = np.arange(steps) < (steps if part.lengths is None else part.lengths[:, None])
    return np.where(there, places.rows[np.clip(at, 0, len(places.rows) - 1)] + 1, 0)


def _times(dataset: Dataset, part: str) -> Mapping[str, NDArray[Any]]:
    """The column that says when a step is, if one is named, of every row of the source."""
    when = dataset.spec.timing.when if dataset.spec.timing is not None else None
    return {} if when is None else {when.text: dataset.column(when.text, part)}


def _series(part: Part) -> Mapping[str, NDArray[Any]]:
    """Which series each answer is of, under the name of the column that tells them apart."""
    places = part.places
    return {} if places is None or places.names is None or not places.column else {places.column: places.names}


def write(found: Answers | Forecast | Text, path: Path, span: Span) -> None:
    """A table: a row for each answer or step; or texts, with an empty line between them. Raises a fault (E0702)."""
    if isinstance(found, Text):
        text = "\n\n".join(found.texts)
        _whole(path, span, lambda file: file.write(text + ("" if text.endswith("\n") else "\n")))
        return
    names, rows = table(found) if isinstance(found, Answers) else steps_table(found)

    def fill(file: TextIO) -> None:
        writer = csv.writer(file, delimiter="\t" if path.suffix == ".tsv" else ",", lineterminator="\n")
        writer.writerow(names)
        writer.writerows(rows)

    _whole(path, span, fill)


def _whole(path: Path, span: Span, fill: Callable[[TextIO], object]) -> None:
    """A text file that is whole or not there. Raises a fault (E0702)."""
    try:
        with whole(path) as raw, io.TextIOWrapper(raw, encoding="utf-8", newline="") as file:
            fill(file)
    except OSError as problem:
        raise cannot_write(path, span, problem) from None


def table(answers: Answers) -> tuple[list[str], Iterator[list[Any]]]:
    """(names of the columns, rows): `row` (`row_number` where the target is called so), the target's columns, and
    `P(class)` for each class. Answers for several steps are a row each, with the `step` after the row.
    """
    if answers.step_rows is not None:
        return _long(answers, answers.step_rows)
    beside = {**answers.series, **{n: c[answers.row_numbers - 1] for n, c in answers.times.items()}}
    found = {**{n: c for n, c in beside.items() if n not in answers.columns}, **flat(answers.columns)}
    number = "row" if "row" not in found else "row_number"
    columns: dict[str, list[Any]] = {number: answers.row_numbers.tolist()}
    for name, values in found.items():
        columns[name] = [_cell(value) for value in values.tolist()]
    if answers.probabilities is not None:
        for k, label in enumerate(answers.classes):
            columns[f"P({label})"] = [_cell(value) for value in answers.probabilities[:, k].tolist()]
    return list(columns), (list(row) for row in zip(*columns.values(), strict=True))


def _long(answers: Answers, rows: NDArray[Any]) -> tuple[list[str], Iterator[list[Any]]]:
    """A row for each step of each answer; steps count from 1."""
    there = rows > 0
    which, step = np.nonzero(there)
    beside = {n: c[which] for n, c in answers.series.items()} | {
        n: c[rows[there] - 1] for n, c in answers.times.items()
    }
    names = {n: c for n, c in beside.items() if n not in answers.columns}
    values = {n: c[there] for n, c in answers.columns.items()}
    found = {**names, **flat(values)}
    number = "row" if "row" not in found else "row_number"
    columns = {number: rows[there].tolist(), step_name(found): (step + 1).tolist()}
    columns |= {n: [_cell(v) for v in c.tolist()] for n, c in found.items()}
    return list(columns), (list(row) for row in zip(*columns.values(), strict=True))


def steps_table(forecast: Forecast) -> tuple[list[str], Iterator[list[Any]]]:
    """(names of the columns, rows): `step` (`step_number` where a column is called so), and the columns."""
    found = flat(forecast.columns)
    columns = {step_name(found): forecast.steps} | {n: [_cell(v) for v in c.tolist()] for n, c in found.items()}
    return list(columns), (list(row) for row in zip(*columns.values(), strict=True))


def flat(columns: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """One number a row in each column: `output_1`, `output_2`, ... where there are several."""
    found: dict[str, NDArray[Any]] = {}
    for name, values in columns.items():
        if values.ndim == 1:
            found[name] = values
            continue
        wide = values.reshape(len(values), -1)
        found |= (
            {name: wide[:, 0]} if wide.shape[1] == 1 else {f"{name}_{k + 1}": wide[:, k] for k in range(wide.shape[1])}
        )
    return found


def _cell(value: Any) -> Any:
    """Nine digits say a float32 exactly."""
    return f"{value:.9g}" if isinstance(value, float) else value
