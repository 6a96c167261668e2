"""Figures of pictures: rows of a data set, answers shaped like them, filters of a convolution."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nndsl.data import Dataset
from nndsl.data.types import Part
from nndsl.data.words import visible
from nndsl.runtime.plotting.rows import part_of, told
from nndsl.runtime.probes import sample
from nndsl.runtime.results import Answers
from nndsl.semantics.drawings import Filters, PictureAnswers, PictureRows
from nndsl.show.figures import Figure
from nndsl.show.pictures import beside, bytes_of, filters, grid

if TYPE_CHECKING:
    from nndsl.runtime.session import Session


def of_rows(drawing: PictureRows, session: Session) -> Figure:
    """Some rows of a part, at even distances, with the names of their classes."""
    dataset = session.dataset(drawing.rows.data)
    part = part_of(dataset, drawing.rows.part)
    chosen = sample(part.input.count, drawing.count)
    pictures = part.input.take(chosen).floats().reshape(len(chosen), *drawing.shape)
    some = f"{len(chosen)} of {part.input.count:,}" if len(chosen) < part.input.count else f"{len(chosen)}"
    what = f"{some} pictures of {told(drawing.rows)}"
    return grid(bytes_of(pictures), _classes(dataset, part, chosen), what)


def _classes(dataset: Dataset, part: Part, chosen: NDArray[np.int64]) -> list[str]:
    """Under each picture; nothing where the target is no class."""
    target = dataset.signature.target
    if target is None or not target.classes or target.time or part.target is None:
        return []
    found = part.target.take(chosen).floats()
    ids = found.ravel() if found.dtype.kind == "i" else found.argmax(axis=-1).ravel()
    return [visible(target.classes[k]) for k in ids.tolist()]


def of_answers(drawing: PictureAnswers, session: Session) -> Figure:
    """Answers under the pictures they are for; alone where those have another shape."""
    found = session.results[drawing.answers]
    assert isinstance(found, Answers)
    values = next(iter(found.columns.values()))
    values = np.asarray(values, np.float64).reshape(len(values), *drawing.shape)
    chosen = sample(len(values), drawing.count)
    dataset = session.dataset(found.data)
    part = part_of(dataset, None if found.part == "all" else found.part)
    title = f"{len(chosen)} of {len(values):,} answers of {found.asked}"
    inputs = np.asarray(part.input.take(chosen).floats(), np.float64)
    if inputs[0].size != values[0].size:
        return grid(bytes_of(values[chosen]), (), title)
    inputs = inputs.reshape(len(chosen), *drawing.shape)
    limits = (float(min(0.0, inputs.min())), float(max(1.0, inputs.max())))
    return beside(bytes_of(inputs, limits), bytes_of(values[chosen], limits), ("input", "answer"), title)


def of_filters(drawing: Filters, session: Session) -> Figure:
    """The weights of a convolution, trained or as they begin."""
    state = session.networks[drawing.network]
    ready(drawing.network, session)
    variable = state.variables[drawing.prefix]
    weights = np.asarray(state.arrays[variable.leaf], np.float64)
    if weights.ndim == 3:  # over a series: [steps, channels, filters]; the channels lie under one another
        weights = weights.swapaxes(0, 1)[:, :, None]
    return filters(weights, f"Filters of {drawing.network}: {drawing.prefix}", most=drawing.count)


def ready(network: str, session: Session) -> None:
    """Gives a network its first weights where it has none yet."""
    state = session.networks[network]
    if not state.variables:
        dataset = session.dataset_for(network)
        state.graph(dataset, None, session.program.settings.seed, None)
