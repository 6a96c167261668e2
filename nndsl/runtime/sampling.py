"""Carries out `sample`: a network goes on with a sequence, and sees its own answers as the next steps.

In: the statement, the network, the data. Out: a `Text`, or a `Forecast` in the columns' own units. One evaluator serves
all steps, so nothing is compiled anew. Where the answers are probabilities of classes, the next step is drawn from them
by random numbers that depend on (seed, text, step) alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.data import Dataset
from nndsl.data.beginnings import Beginning, at_the_end, by_chance, of_prompt
from nndsl.data.fitting import Prepared
from nndsl.data.prepare import prepare
from nndsl.data.randoms import Draws
from nndsl.data.sources import release
from nndsl.data.types import Array, Field
from nndsl.diagnostics import Collector, Fault
from nndsl.lower import foresight, sampling
from nndsl.lower.graphs import EvaluationGraph
from nndsl.lower.sampling import Stepper
from nndsl.runtime.control import Control
from nndsl.runtime.faults import not_finite_answer
from nndsl.runtime.network import NetworkState
from nndsl.runtime.results import Forecast, Text
from nndsl.semantics.program import Sample

STREAM = 5  # of random numbers: those of texts, beside those of splits and generators
APART = 1 << 20  # between the streams of one `sample` and the next

Values = NDArray[Any]
Next = Callable[[Values], Values]  # answers [count, *answer] of one step -> the next step [count, *item], encoded


def carry_out(
    action: Sample, state: NetworkState, dataset: Dataset, seed: int, earlier: int, control: Control
) -> Text | Forecast:
    """earlier: how many `sample` statements without a seed of their own came before. Raises a fault."""
    program = state.program
    collector = Collector()
    done = prepare(program.data[action.data], program.settings.seed, collector, blocks=True)
    if done is None:
        raise Fault(collector.errors[0])
    graph = state.graph(dataset, state.loss, program.settings.seed, state.loss)
    stepper = sampling.read(program, action, dataset.signature, graph)
    draws = [Draws(seed, STREAM + earlier * APART + row) for row in range(action.count)]
    chances = np.stack([each.uniform(action.length + 1) for each in draws], axis=1)
    begun = _beginnings(action, done, stepper, chances[0], program.settings.precision)
    release(program.data[action.data])
    walk = _Walk(action, state, graph, dataset.signature.input, stepper, begun)
    classes = dataset.signature.input.classes
    known = _without_unknown(done, len(classes))
    for step in range(0, action.length, stepper.together):
        answers = walk.answers()
        for answer in np.moveaxis(answers, 1, 0)[: action.length - step]:
            if classes:
                scores = np.where(known, _scores(answer, graph.outputs[0].kind), -np.inf)
                walk.go_on(draw(scores, action.temperature, chances[walk.drawn + 1]))
            else:
                walk.go_on(answer)
        if control.stopped:
            break
    return _result(action, walk, dataset, begun, seed)


def _beginnings(action: Sample, done: Prepared, stepper: Stepper, chances: Values, precision: str) -> list[Beginning]:
    """One for each text; a series begins at its end, a text without a prompt at a place drawn by chance."""
    if action.prompt is not None:
        span = action.places.get("prompt", action.span)
        return [of_prompt(done, tuple(action.prompt), span, precision)] * action.count
    if action.characters:
        span = action.data_span
        return [by_chance(done, action.part, stepper.needed, float(u), span, precision) for u in chances]
    end = at_the_end(done, action.part, stepper.needed, stepper.most, action.data_span, precision)
    return [end] * action.count


def _without_unknown(done: Prepared, count: int) -> NDArray[np.bool_]:
    """[classes] False for the class that stands for unknown characters: it is never drawn."""
    known = np.ones(count, np.bool_)
    classes = done.inputs[0].classes
    if count and classes is not None and classes.unknown:
        known[-1] = False
    return known


def _scores(answer: Values, kind: str) -> Values:
    """[count, classes] logarithms of probabilities, up to a number the same for all classes.

    answer: [count, classes], or of two classes [count, 1], the second's.
    """
    scores = np.asarray(answer, np.float64)
    if scores.shape[1] == 1:
        scores = np.concatenate([1 - scores if kind == "probability" else 0 * scores, scores], axis=1)
    if kind != "probability":
        return scores
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(scores))


def draw(scores: Values, temperature: float, chances: Values) -> NDArray[np.int64]:
    """[count] ids. scores: [count, classes]; chances: [count] in [0, 1). Temperature 0 takes the likeliest."""
    if temperature == 0:
        return np.asarray(scores.argmax(axis=1))
    shares = np.exp((scores - scores.max(axis=1, keepdims=True)) / temperature)
    sums = np.cumsum(shares, axis=1)
    below = sums <= chances[:, None] * sums[:, -1:]
    return np.asarray(np.minimum(below.sum(axis=1), np.flatnonzero(np.isfinite(scores[0]))[-1]))


class _Walk:
    """A sequence for each text as it grows, and the window of it that the network sees.

    seen: [count, steps, *item], encoded as the network reads them. drawn: how many steps were added.
    """

    def __init__(
        self, action: Sample, state: NetworkState, graph: EvaluationGraph, field: Field, stepper: Stepper,
        begun: list[Beginning],
    ) -> None:  # fmt: skip
        self.action, self.stepper, self.field, self.drawn = action, stepper, field, 0
        self.network = state.network
        first = np.stack([each.values for each in begun])
        self.begun = first.shape[1]
        self.seen = np.zeros((action.count, self.begun + action.length, *field.shape[1:]), first.dtype)
        self.seen[:, : self.begun] = first
        self.window = np.zeros((action.count, *field.shape), first.dtype)
        self.lengths = np.full(action.count, stepper.window, np.int32)
        self.evaluator = state.evaluator(graph, {"input": Array(self.window), "lengths": Array(self.lengths)})
        if stepper.keeps_time and stepper.window > 1:
            self._check_direction()

    def _check_direction(self) -> None:
        """The trained weights are tried once more: what comes later must not matter. Raises a fault (E0411)."""
        first, second, split = foresight.trial(self.field, self.action.count)
        outputs = []
        for each in (first, second):
            self.window[:] = each
            outputs.append(np.array(self.evaluator.run()[0][0]))
        if foresight.differ(outputs[0], outputs[1], split):
            raise foresight.problem(self.network, self.action.network_span)

    def answers(self) -> Values:
        """[count, together, *answer]: of the next steps."""
        stepper = self.stepper
        stop = self.begun + self.drawn - stepper.ahead + 1
        start = max(stop - stepper.window, 0)
        self.window[:, : stop - start] = self.seen[:, start:stop]
        self.window[:, stop - start :] = 0
        self.lengths[:] = stop - start
        found = self.evaluator.run()[0][0]
        if stepper.keeps_time:
            found = found.reshape(self.action.count, stepper.window, -1)[:, stop - start - 1]
        if not np.isfinite(found).all():
            raise not_finite_answer(self.action, self.drawn + 1)
        return found.reshape(self.action.count, stepper.together, *stepper.answer)

    def go_on(self, step: Values) -> None:
        """step: [count] ids of classes, or [count, *item] numbers."""
        at = self.begun + self.drawn
        if self.field.kind == "onehot":
            self.seen[np.arange(self.action.count), at, step] = 1
        else:
            self.seen[:, at] = step
        self.drawn += 1

    def ids(self, row: int) -> NDArray[np.int64]:
        """Of a text's steps, the prompt's too."""
        steps = self.seen[row, : self.begun + self.drawn]
        return np.asarray(steps.argmax(axis=-1) if self.field.kind == "onehot" else steps, np.int64)


def _result(
    action: Sample, walk: _Walk, dataset: Dataset, begun: list[Beginning], seed: int
) -> Text | Forecast:  # fmt: skip
    field = dataset.signature.input
    if action.characters:
        names = np.array(field.classes, object)
        texts = tuple("".join(names[walk.ids(row)].tolist()) for row in range(action.count))
        prompts = tuple(text[: walk.begun] for text in texts)
        return Text(action.name, action.network, action.data, prompts, texts, action.temperature, seed, action.path)
    new = walk.seen[0, walk.begun : walk.begun + walk.drawn]
    if field.classes:
        columns = {field.names[0]: np.array(field.classes, object)[walk.ids(0)[walk.begun :]]}
    else:
        columns = {name: np.asarray(column) for name, column in dataset.decode_target(new).items()}
    return Forecast(action.name, action.network, action.data, columns, begun[0].row, action.path)
