"""Figures of answers: what a classifier says over two inputs, and a regression with its data.

In: a network or a model of a session, rows, places between them. Out: figures. Places are raw rows, encoded as those of
the data are, so that axes are in the columns' own units.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nndsl.data import Dataset
from nndsl.data.derived import Derived
from nndsl.data.types import Array, Field
from nndsl.lower.graphs import Value
from nndsl.lower.models import answer
from nndsl.runtime.models import ModelEvaluator
from nndsl.runtime.network import class_ids, decode, probabilities
from nndsl.runtime.plotting.rows import numbers, part_of, told
from nndsl.semantics.drawings import Asked, Boundary, Fit, Rows
from nndsl.show import regions
from nndsl.show.figures import Figure, Panel
from nndsl.show.fit import fit_answers, fit_curve
from nndsl.syntax import ast
from nndsl.values import value

if TYPE_CHECKING:
    from nndsl.runtime.session import Session

MARGIN = 0.08  # of the range of rows, around them
CURVE = 400  # places along a curve
Numbers = NDArray[np.float64]


@value
class Answered:
    """What some rows are answered with. output: of the network; values: [N, *shape]; target: as it sees it."""

    output: Value
    values: NDArray[np.floating]
    target: Field
    loss: ast.Expr | None


def ask(asked: Asked, rows: Array, dataset: Dataset, session: Session) -> Answered:
    """Answers for encoded rows."""
    if asked.model:
        model, target = session.program.models[asked.name], dataset.signature.target
        output = answer(model, session.signatures[model.data], dataset.signature)
        values = ModelEvaluator(session.model(model.name), rows).run()[0][0]
        assert target is not None  # or the figure would have been refused
        return Answered(output, values, target, None)
    state = session.networks[asked.name]
    graph = state.graph(dataset, state.loss, session.program.settings.seed, state.loss)
    outputs, _ = state.evaluator(graph, {"input": rows}).run()
    assert graph.signature.target is not None
    return Answered(graph.outputs[0], np.array(outputs[0]), graph.signature.target, state.loss)


def encoded(columns: dict[str, Numbers], dataset: Dataset) -> Array:
    """New rows as the network reads them; those of a table that a statement made are what they are."""
    if isinstance(dataset, Derived):
        kind = dataset.all().input.values.dtype
        return Array(np.ascontiguousarray(np.stack(list(columns.values()), axis=-1).astype(kind)))
    return dataset.encode_rows(dict(columns))[0]["input"]


# ---- a classifier -----------------------------------------------------------------------------------------


def boundary(drawing: Boundary, session: Session) -> Figure:
    """Regions over two inputs, with the rows and their true classes."""
    rows, dataset = drawing.rows, session.dataset(drawing.rows.data)
    names = dataset.signature.input.names
    raw = [numbers(dataset.beside(name, rows.part)) for name in names]
    x, y = (_places(column, drawing.resolution) for column in raw)
    across, up = np.meshgrid(x, y)
    found = ask(drawing.asked, encoded({names[0]: across.ravel(), names[1]: up.ravel()}, dataset), dataset, session)
    shares = _shares(found).T.reshape(-1, len(y), len(x))
    part = part_of(dataset, rows.part)
    assert part.target is not None
    target = part.target.floats()
    truth = target.ravel().astype(np.int64) if target.dtype.kind == "i" else target.argmax(axis=-1).ravel()
    title = f"What {drawing.asked.name} answers for {told(rows)}"
    shown = regions.Rows(raw[0], raw[1], truth)
    subtitle = f"{len(truth):,} rows with their true classes"
    return regions.regions(shares, x, y, found.target.classes, shown, (names[0], names[1]), title, subtitle)


def _places(column: Numbers, count: int) -> Numbers:
    known = column[np.isfinite(column)]
    low, high = float(known.min()), float(known.max())
    room = (high - low) * MARGIN or 1.0
    return np.linspace(low - room, high + room, count)


def _shares(found: Answered) -> Numbers:
    """[N, classes] how far each class is held for the right one; 1 for the answer where nothing else is known."""
    shares = probabilities(found.output, found.values, found.target, found.loss)
    if shares is not None:
        return np.asarray(shares, np.float64)
    ids = class_ids(found.output, found.values, found.target)
    return np.eye(len(found.target.classes))[ids.reshape(len(found.values))]


# ---- a regression -----------------------------------------------------------------------------------------


def fit(drawing: Fit, session: Session) -> Figure:
    """One input: a curve through the rows. Several: answers against truth. A panel for each column of the target."""
    dataset = session.dataset(drawing.rows.data)
    seen = dataset.signature.input
    single = len(seen.names) == 1 and seen.shape in ((), (1,))
    panels = _curve(drawing, dataset, session) if single else _answers(drawing, dataset, session)
    first = panels[0]
    several: tuple[Panel, ...] = tuple(panel for figure in panels for panel in figure.panels)
    facts = tuple(fact for figure in panels for fact in figure.facts)
    subtitle = first.subtitle if len(panels) == 1 else ""
    return Figure(first.title, several, subtitle, facts)


def _curve(drawing: Fit, dataset: Dataset, session: Session) -> list[Figure]:
    rows, name = drawing.rows, dataset.signature.input.names[0]
    raw = numbers(dataset.beside(name, rows.part))
    x = _places(raw, CURVE)
    answers = _decoded(ask(drawing.asked, encoded({name: x}, dataset), dataset, session), dataset)
    title, subtitle = f"{drawing.asked.name} with the data {told(rows)}", f"{len(raw):,} rows"
    return [
        fit_curve((raw, numbers(dataset.beside(column, rows.part))), (x, curve), (name, column), title, subtitle)
        for column, curve in answers.items()
    ]


def _answers(drawing: Fit, dataset: Dataset, session: Session) -> list[Figure]:
    rows = _held_out(drawing.rows, dataset)
    answers = _decoded(ask(drawing.asked, part_of(dataset, rows.part).input, dataset, session), dataset)
    title = f"What {drawing.asked.name} answers for {told(rows)}, against the truth"
    return [
        fit_answers(numbers(dataset.beside(column, rows.part)), found, column, title)
        for column, found in answers.items()
    ]


def _held_out(rows: Rows, dataset: Dataset) -> Rows:
    """The test part, else the validation part, where none is said: answers for rows of the training flatter."""
    part = rows.part or next((one for one in ("test", "validation") if one in dataset.parts), None)
    return Rows(rows.data, part, rows.span)


def _decoded(found: Answered, dataset: Dataset) -> dict[str, Numbers]:
    """[N] for each column of the target, in its own units."""
    columns = decode(found.output, found.values, dataset, found.target, found.loss)
    return {name: np.asarray(column, np.float64).reshape(len(found.values)) for name, column in columns.items()}
