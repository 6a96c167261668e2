"""A network with its weights: what `train` changes, `evaluate` measures and `predict` asks.

In: a network of a program, a data set for its sizes and encoders. Out: arrays of weights by name, outputs for encoded
rows, answers in the target's own names. It does not train.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.data import Dataset
from nndsl.data.types import Array, Field, Places
from nndsl.diagnostics import fault
from nndsl.lower import evaluation_graph
from nndsl.lower.graphs import EvaluationGraph, Value, Variable
from nndsl.runtime.evaluator import Evaluator
from nndsl.runtime.faults import not_finite_at_first
from nndsl.runtime.weights import Shelf, initial
from nndsl.semantics.program import Network, Program, Settings
from nndsl.syntax import ast

Known = tuple[Places | None, NDArray[Any] | None] | None  # of examples: where they stand in their series, their lengths


class NetworkState:
    """The numbers of one network, and the data it was last used with.

    arrays: of all parameters and states of the script, by leaf. variables: its own, by the names shown to people.
    loss: what it was last trained with.
    """

    def __init__(self, program: Program, network: Network, shelf: Shelf) -> None:
        self.program = program
        self.network = network
        self.arrays = shelf.arrays
        self._shelf = shelf
        self._variables: dict[str, Variable] = {}
        self.loss: ast.Expr | None = None
        self.dataset: Dataset | None = None

    @property
    def name(self) -> str:
        return self.network.name

    def take_over(self, other: NetworkState) -> None:
        """Goes on where another state of the same network was: its data, its loss, the names of its weights."""
        self._variables = dict(other._variables)
        self.loss, self.dataset = other.loss, other.dataset

    @property
    def variables(self) -> dict[str, Variable]:
        """Those it was used with, and those that another network, which holds it, was used with."""
        prefix, shelf = self.name + ".", self._shelf.variables
        held = {name.removeprefix(prefix): v for name, v in shelf.items() if name.startswith(prefix)}
        return {**self._variables, **held}

    def prepare(self, variables: Iterable[Variable], dataset: Dataset, seed: int) -> None:
        """Gives first values to what has none yet. Raises a fault (E0303) where the network was used with data of
        another shape.
        """
        fresh = []
        for variable in variables:
            known = self._shelf.variables.setdefault(str(variable.leaf["name"]), variable)
            if known.leaf is not variable.leaf:
                raise self._other_shape(known, variable, dataset)
            if variable.leaf not in self.arrays:
                fresh.append(variable)
            self._variables[variable.name] = variable
        values = initial(fresh, seed, self.program.settings.precision)
        for variable in fresh:
            if not np.isfinite(values[variable.leaf]).all():
                raise not_finite_at_first(variable)
        self.arrays.update(values)
        self.dataset = dataset

    def _other_shape(self, known: Variable, now: Variable, dataset: Dataset) -> Exception:
        before = self.dataset.signature.name if self.dataset else "other data"
        return fault(
            "E0303",
            f"`{self.name}` was made for `{before}` and does not fit `{dataset.signature.name}`",
            self.network.span,
            notes=(f"its `{now.name}` is {list(known.leaf.shape)}, but would have to be {list(now.leaf.shape)}",),
            help="define a second network",
        )

    def graph(self, dataset: Dataset, loss: ast.Expr | None, seed: int, trained: ast.Expr | None) -> EvaluationGraph:
        """The network in use on a data set, with all its weights there. trained: see `targets.known_to`."""
        graph = evaluation_graph(self.program, self.network, loss, dataset.signature, trained)
        self.prepare((*graph.parameters, *graph.states), dataset, seed)
        return graph

    def evaluator(self, graph: EvaluationGraph, rows: Mapping[str, Array]) -> Evaluator:
        """Of the weights as they are now; a later training run may move them elsewhere."""
        settings = self.program.settings
        threads = threads_of(settings)
        return Evaluator(graph, self.arrays, dict(rows), settings.precision, settings.seed, threads)


def threads_of(settings: Settings) -> int:
    """As the script says, else the cores this process may use; where the work is small, one does it alone."""
    if settings.threads is not None:
        return settings.threads
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


# ---- answers -------------------------------------------------------------------------------------------


def decode(
    output: Value,
    values: NDArray[Any],
    dataset: Dataset,
    target: Field | None,
    loss: ast.Expr | None,
    known: Known = None,
) -> Mapping[str, NDArray[Any]]:
    """Outputs [N, *shape] as columns in the target's own units and names; `output` without one.

    target: as the network sees it.
    known: where the examples stand in their series, and their lengths: what changes are added to.
    loss: what the network was trained with: `cross_entropy` with soft targets makes scores whose softmax is the answer.
    """
    if target is None or not tells(output, target):
        return {"output": values}
    if target.kind == "category":
        return dataset.decode_target(class_ids(output, values, target), steps=target.time)
    if gives_shares(output, target, loss):
        values = softmax(values)
    answers = values.reshape(len(values), *target.shape)
    levels = levels_of(dataset, target, known, slice(None))
    return dataset.decode_target(answers, steps=target.time, levels=levels)


def levels_of(dataset: Dataset, target: Field, known: Known, rows: NDArray[Any] | slice) -> NDArray[np.float64] | None:
    """What told changes are added to; None where no target is one. target: of the network."""
    places, lengths = known if known is not None else (None, None)
    if places is None:
        return None
    each = target.shape[0] if target == dataset.signature.shifted else None
    return places.known(rows, each, None if lengths is None else lengths[rows])


def tells(output: Value, target: Field) -> bool:
    """Whether an output can be of the target: that of an autoencoder of labelled rows is not."""
    axes = len(target.shape)
    if target.kind != "category":
        return math.prod(output.shape) == math.prod(target.shape)
    classes = (len(target.classes),)
    return output.shape[:axes] == target.shape and output.shape[axes:] in ((), (1,), classes)


def gives_shares(output: Value, target: Field, loss: ast.Expr | None) -> bool:
    """Whether the outputs are scores whose softmax is the answer: those of `cross_entropy` with soft targets."""
    return target.kind == "probability" and output.kind != "probability" and is_cross_entropy(loss)


def answer_columns(
    graph: EvaluationGraph,
    outputs: Sequence[NDArray[Any]],
    dataset: Dataset,
    loss: ast.Expr | None,
    known: Known = None,
) -> dict[str, NDArray[Any]]:
    """Answers as columns of their own: the target's, or `output_1`, `output_2` as they are where there are several."""
    if len(graph.outputs) == 1:
        target = graph.signature.target
        found = dict(decode(graph.outputs[0], outputs[0], dataset, target, loss, known))
        if (reconstructs(graph) or (target is not None and target.time)) and known is not None and known[1] is not None:
            return {name: blank_padding(np.array(column), known[1]) for name, column in found.items()}
    else:
        found = {f"output_{number}": values for number, values in enumerate(outputs, 1)}
    return {name: np.array(column) for name, column in found.items()}  # the evaluator's arrays are used again


def reconstructs(graph: EvaluationGraph) -> bool:
    """Whether a network without a target answers at each step of the sequence it sees."""
    seen = graph.signature.input
    shape = graph.outputs[0].shape if len(graph.outputs) == 1 else ()
    return graph.signature.target is None and seen.time and len(shape) > 1 and shape[0] == seen.shape[0]


def blank_padding(values: NDArray[Any], lengths: NDArray[Any]) -> NDArray[Any]:
    """[N, T, ...] with NaN, or None among names, behind the end of a shorter sequence: there is no answer."""
    if values.ndim < 2:
        return values
    behind = np.arange(values.shape[1]) >= lengths[:, None]
    kind = values.dtype if values.dtype.kind in "fO" else np.float64 if values.dtype.kind in "biu" else object
    values = values.astype(kind)
    values[behind] = None if values.dtype == object else np.nan
    return values


def class_ids(output: Value, values: NDArray[Any], target: Field) -> NDArray[np.int64]:
    """[N, *target.shape]: the class with the largest score; one score decides between two."""
    if is_single(output, target):
        border = 0.5 if output.kind == "probability" else 0.0
        return (values.reshape(len(values), *target.shape) > border).astype(np.int64)
    ids: NDArray[np.int64] = values.argmax(axis=-1)
    return ids


def is_single(output: Value, target: Field) -> bool:
    """Whether one number speaks of two classes."""
    return output.shape[len(target.shape) :] in ((), (1,))


def probabilities(
    output: Value, values: NDArray[Any], target: Field | None, loss: ast.Expr | None
) -> NDArray[Any] | None:
    """[N, classes], where the network's outputs are probabilities, or logits that were trained with `cross_entropy`;
    else None. With a target for each step, [N, T, classes].
    """
    if target is None or target.kind not in ("category", "onehot") or not tells(output, target):
        return None
    steps = target.shape[:1] if target.time else ()
    if target.shape[len(steps) :] not in ((), (len(target.classes),)):
        return None
    if output.kind != "probability":
        return softmax(values) if is_cross_entropy(loss) and not is_single(output, target) else None
    if target.kind == "category" and is_single(output, target):
        second = values.reshape(len(values), *steps)
        return np.stack([1 - second, second], axis=-1)
    return values.reshape(len(values), *steps, -1)


def is_cross_entropy(loss: ast.Expr | None) -> bool:
    """Whether scores were trained as the logarithms of probabilities."""
    head = loss.function if isinstance(loss, ast.Call) else loss
    return isinstance(head, ast.Name) and head.text == "cross_entropy"


def softmax(values: NDArray[Any]) -> NDArray[Any]:
    """[..., classes] scores as probabilities, in float64."""
    shifted = np.exp(values.astype(np.float64) - values.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))
