"""The loss of a network over a plane in the space of its weights.

In: a trained network, rows, a plane. Out: a figure; the weights are what they were before. Planes: two random
directions whose filters have the norms of the network's own (Li, Xu, Taylor, Studer and Goldstein 2018, "Visualizing
the Loss Landscape of Neural Nets"); or through the weights of two networks; or along two single weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nndsl.analysis.watch import Watch
from nndsl.data.randoms import Draws
from nndsl.data.types import Array
from nndsl.ir.node import Node
from nndsl.lower.graphs import Variable
from nndsl.runtime.evaluator import Evaluator
from nndsl.runtime.plotting.rows import part_of, told
from nndsl.runtime.probes import sample
from nndsl.runtime.training import rows_of
from nndsl.semantics.drawings import Surface, WeightName
from nndsl.show.figures import Figure
from nndsl.show.surface import Mark, surface
from nndsl.values import value

if TYPE_CHECKING:
    from nndsl.runtime.session import Session

STREAM = 7  # of random numbers
Weights = Mapping[Node, NDArray[np.float64]]


@value
class Plane:
    """Weights are `origin + a * first + b * second`. a, b: the places along each, [k]. marks: places with names.
    axes: what they are called."""

    origin: Weights
    first: Weights
    second: Weights
    a: NDArray[np.float64]
    b: NDArray[np.float64]
    marks: Sequence[Mark]
    axes: tuple[str, str]


def of_loss(drawing: Surface, session: Session, watch: Watch | None = None) -> Figure:
    """The mean loss of some rows at each place of the plane. watch: how far it is; what is not done when it is stopped
    stays empty."""
    dataset, seed = session.dataset(drawing.rows.data), session.program.settings.seed
    states = [session.networks[one.name] for one in drawing.networks]
    graphs = [state.graph(dataset, drawing.loss, seed, drawing.loss) for state in states]
    arrays, parameters = states[0].arrays, graphs[0].parameters
    trained = [
        {
            mine.leaf: np.array(arrays[own.leaf], np.float64)
            for mine, own in zip(parameters, graph.parameters, strict=True)
        }
        for graph in graphs
    ]
    draws = Draws(seed if drawing.seed is None else drawing.seed, STREAM)
    plane = _plane(drawing, trained, parameters, draws)
    part = part_of(dataset, drawing.rows.part)
    chosen = sample(part.input.count, drawing.count)
    rows: dict[str, Array] = {kind: array.take(chosen) for kind, array in rows_of(part).items()}
    evaluator = states[0].evaluator(graphs[0], rows)
    losses = _losses(plane, evaluator, {leaf: arrays[leaf] for leaf in plane.origin}, watch or Watch())
    names = " and ".join(one.name for one in drawing.networks)
    few = "" if len(chosen) == part.input.count else f", at even distances, of {part.input.count:,}"
    title = f"Loss around the weights of {names}" if len(states) == 1 else f"Loss between the weights of {names}"
    subtitle = f"mean loss of {len(chosen):,} rows of {told(drawing.rows)}{few}"
    return surface(losses, plane.a, plane.b, plane.marks, plane.axes, title, subtitle)


def _losses(
    plane: Plane, evaluator: Evaluator, arrays: Mapping[Node, NDArray[np.floating]], watch: Watch
) -> NDArray[np.float64]:
    """[b, a] The kernels read the weights where they lie, so they are changed there, and put back at the end."""
    kept = {leaf: array.copy() for leaf, array in arrays.items()}
    losses = np.full((len(plane.b), len(plane.a)), np.nan)
    watch.begin("places", losses.size)
    try:
        for row, b in enumerate(plane.b):
            for column, a in enumerate(plane.a):
                if watch.stopped:
                    return losses
                watch.done += 1
                for leaf, array in arrays.items():
                    array[...] = plane.origin[leaf] + a * plane.first[leaf] + b * plane.second[leaf]
                loss = evaluator.run()[1]
                losses[row, column] = np.nan if loss is None else loss
    finally:
        for leaf, array in arrays.items():
            array[...] = kept[leaf]
    return losses


# ---- planes ----------------------------------------------------------------------------------------------


def _plane(drawing: Surface, trained: Sequence[Weights], parameters: Sequence[Variable], draws: Draws) -> Plane:
    if drawing.weights:
        return _along(drawing, trained[0], parameters)
    if len(trained) == 2:
        return _through(drawing, trained[0], trained[1], draws)
    first, second = (_direction(trained[0], draws) for _ in range(2))
    places = np.linspace(-drawing.span, drawing.span, drawing.resolution)
    marks = (Mark("trained weights", 0.0, 0.0),)
    return Plane(trained[0], first, second, places, places, marks, ("first direction", "second direction"))


def _direction(weights: Weights, draws: Draws) -> Weights:
    """Normal numbers, each filter (what belongs to one unit, along the last axis) as long as the network's own. Biases
    and what else is one number a unit stay where they are; where nothing else is trained, they move as one filter.
    """
    flat = all(array.ndim < 2 for array in weights.values())
    found = {}
    for leaf, array in weights.items():
        drawn = draws.normal(array.size).reshape(array.shape)
        if array.ndim >= 2:
            axes = tuple(range(array.ndim - 1))
            norms = np.sqrt((array**2).sum(axis=axes)), np.sqrt((drawn**2).sum(axis=axes))
            found[leaf] = drawn * (norms[0] / np.maximum(norms[1], 1e-12))
        else:
            norm = float(np.linalg.norm(array)) or 1.0
            found[leaf] = drawn * (norm / max(float(np.linalg.norm(drawn)), 1e-12)) if flat else np.zeros(array.shape)
    return found


def _through(drawing: Surface, one: Weights, other: Weights, draws: Draws) -> Plane:
    """The first axis from one network (0) to the other (1); the second at a right angle to it, as long."""
    first = {leaf: other[leaf] - one[leaf] for leaf in one}
    drawn = _direction(one, draws)
    length = sum(float((d**2).sum()) for d in first.values())
    along = sum(float((first[leaf] * drawn[leaf]).sum()) for leaf in one) / (length or 1.0)
    across = {leaf: drawn[leaf] - along * first[leaf] for leaf in one}
    size = sum(float((d**2).sum()) for d in across.values()) ** 0.5
    second = {leaf: d * ((length**0.5 or 1.0) / (size or 1.0)) for leaf, d in across.items()}
    names = [asked.name for asked in drawing.networks]
    a = np.linspace(-0.5 * drawing.span, 1 + 0.5 * drawing.span, drawing.resolution)
    b = np.linspace(-drawing.span, drawing.span, drawing.resolution)
    marks = (Mark(names[0], 0.0, 0.0), Mark(names[1], 1.0, 0.0))
    return Plane(one, first, second, a, b, marks, (f"from {names[0]} (0) to {names[1]} (1)", "at a right angle to it"))


def _along(drawing: Surface, weights: Weights, parameters: Sequence[Variable]) -> Plane:
    """Two single numbers, as far to both sides as they are large, or 1."""
    leaves = {variable.name: variable.leaf for variable in parameters}
    ways, values = [], []
    for weight in drawing.weights:
        leaf = leaves[weight.name]
        index = weight.index or (0,) * weights[leaf].ndim
        way = {one: np.zeros(array.shape) for one, array in weights.items()}
        way[leaf][index] = 1.0
        ways.append(way)
        values.append(float(weights[leaf][index]))
    places = [np.linspace(-r, r, drawing.resolution) for r in (drawing.span * max(abs(v), 1.0) for v in values)]
    origin = {leaf: array - values[0] * ways[0][leaf] - values[1] * ways[1][leaf] for leaf, array in weights.items()}
    marks = (Mark("trained weights", values[0], values[1]),)
    return Plane(origin, ways[0], ways[1], values[0] + places[0], values[1] + places[1], marks, _names(drawing.weights))


def _names(weights: tuple[WeightName, ...]) -> tuple[str, str]:
    first, second = (
        weight.name + (f"[{', '.join(map(str, weight.index))}]" if weight.index else "") for weight in weights
    )
    return first, second
