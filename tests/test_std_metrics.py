"""Metrics of the library against scikit-learn, with classes that are never predicted and classes that do not occur."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from std_tools import SPAN, Array, checked, expression, field, rng

from nndsl.backend.reference import evaluate
from nndsl.data.types import Field
from nndsl.ir import build as b
from nndsl.ir.primitive import Setting
from nndsl.lower import metric_graph
from nndsl.lower.graphs import Value
from nndsl.semantics.program import Metric

metrics = pytest.importorskip("sklearn.metrics")


def measured(name: str, outputs: Array, kind: str, target: Field, targets: Array) -> Any:
    """A metric of outputs [N, ...] against targets [N, ...], in float64."""
    output = Value(b.input_("y", ("B", *outputs.shape[1:])), kind, outputs.shape[1:], SPAN)
    (y, z), node = metric_graph(checked("").program, Metric(name, expression(name)), output, target)
    return evaluate([node], {y: outputs, z: targets}, Setting({"N": len(outputs)}, "float64"))[0]


@dataclass(frozen=True)
class Case:
    """expected: of true values and answers. numbers: it compares numbers, not classes."""

    expected: Callable[[Array, Array], Any]
    numbers: bool = False


def averaged(name: str) -> Callable[[Array, Array], Any]:
    def expected(true: Array, said: Array) -> Any:
        average = "binary" if max(true.max(), said.max()) < 2 else "macro"
        return getattr(metrics, name)(true, said, average=average, zero_division=0)

    return expected


CASES: dict[str, Case] = {
    "accuracy": Case(metrics.accuracy_score),
    "precision": Case(averaged("precision_score")),
    "recall": Case(averaged("recall_score")),
    "f1": Case(averaged("f1_score")),
    "confusion": Case(metrics.confusion_matrix),
    "mse": Case(metrics.mean_squared_error, numbers=True),
    "mae": Case(metrics.mean_absolute_error, numbers=True),
    "r2": Case(lambda z, y: metrics.r2_score(z, y, multioutput="variance_weighted"), numbers=True),
}
OF_CLASSES = [name for name, case in CASES.items() if not case.numbers]
OF_NUMBERS = [name for name, case in CASES.items() if case.numbers]


def scores(said: Array, classes: int, kind: str, made: np.random.Generator) -> Array:
    """Outputs whose largest is the class that is to be said."""
    values = made.uniform(0, 1, size=(len(said), classes))
    values[np.arange(len(said)), said] += 1
    if kind == "probability":
        values /= values.sum(-1, keepdims=True)
    return values


@pytest.mark.parametrize("kind", ["probability", "logit", "real"])
@pytest.mark.parametrize("classes", [2, 3, 7])
@pytest.mark.parametrize("name", OF_CLASSES)
def test_of_classes(name: str, classes: int, kind: str) -> None:
    made = rng(name, classes, kind)
    true, said = made.integers(classes, size=40), made.integers(classes, size=40)
    true[:classes] = said[:classes] = np.arange(classes)
    found = measured(name, scores(said, classes, kind, made), kind, field((), "category", classes), true)
    np.testing.assert_allclose(found.squeeze(), CASES[name].expected(true, said), atol=1e-12)


@pytest.mark.parametrize("kind", ["probability", "logit", "real"])
@pytest.mark.parametrize("classes", [2, 5])
def test_perplexity(classes: int, kind: str) -> None:
    made = rng("perplexity", classes, kind)
    true = made.integers(classes, size=40)
    outputs = scores(made.integers(classes, size=40), classes, kind, made)
    shares = outputs if kind == "probability" else np.exp(outputs) / np.exp(outputs).sum(-1, keepdims=True)
    found = measured("perplexity", outputs, kind, field((), "category", classes), true)
    wanted = np.exp(metrics.log_loss(true, shares, labels=range(classes)))
    np.testing.assert_allclose(found.squeeze(), wanted, rtol=1e-12)


@pytest.mark.parametrize("kind", ["probability", "logit"])
@pytest.mark.parametrize("axis", [(), (1,)])
def test_perplexity_of_a_single_score(axis: tuple[int, ...], kind: str) -> None:
    made = rng("perplexity", kind, *axis)
    true = made.integers(2, size=30)
    p = made.uniform(0.05, 0.95, size=30)
    outputs = (p if kind == "probability" else np.log(p / (1 - p))).reshape(30, *axis)
    found = measured("perplexity", outputs, kind, field((), "category", 2), true)
    np.testing.assert_allclose(found.squeeze(), np.exp(metrics.log_loss(true, p)), rtol=1e-12)


UNEVEN = {
    "never said": ([0, 1, 2, 2, 1, 0], [0, 1, 1, 0, 1, 0]),
    "never true": ([0, 1, 1, 0, 1, 0], [0, 1, 2, 2, 1, 0]),
    "neither": ([0, 2, 2, 0, 2, 0], [0, 2, 0, 0, 2, 2]),
    "all wrong": ([0, 1, 2], [1, 2, 0]),
    "one row": ([2], [2]),
    "one row, wrong": ([2], [0]),
}


@pytest.mark.parametrize("rows", UNEVEN.values(), ids=UNEVEN.keys())
@pytest.mark.parametrize("name", [name for name in OF_CLASSES if name != "confusion"])
def test_of_three_classes_that_do_not_all_occur(name: str, rows: tuple[list[int], list[int]]) -> None:
    """A class that is neither true nor said does not count; one that is never said has a precision of 0."""
    true, said = map(np.array, rows)
    outputs = scores(said, 3, "probability", rng(name))
    found = measured(name, outputs, "probability", field((), "category", 3), true)
    wanted = CASES[name].expected
    if name != "accuracy":
        score = getattr(metrics, f"{name}_score")
        wanted = lambda t, s: score(t, s, average="macro", zero_division=0)  # noqa: E731
    np.testing.assert_allclose(found.squeeze(), wanted(true, said), atol=1e-12)


@pytest.mark.parametrize("rows", UNEVEN.values(), ids=UNEVEN.keys())
def test_confusion_has_a_row_for_every_class(rows: tuple[list[int], list[int]]) -> None:
    true, said = map(np.array, rows)
    outputs = scores(said, 3, "probability", rng("confusion"))
    found = measured("confusion", outputs, "probability", field((), "category", 3), true)
    np.testing.assert_array_equal(found, metrics.confusion_matrix(true, said, labels=[0, 1, 2]))


TWO = {
    "mixed": ([0, 1, 1, 0, 1], [0, 1, 0, 1, 1]),
    "never said": ([0, 1, 1, 0, 1], [0, 0, 0, 0, 0]),
    "never true": ([0, 0, 0], [0, 1, 1]),
    "neither": ([0, 0], [0, 0]),
}


@pytest.mark.parametrize("kind", ["probability", "logit", "real"])
@pytest.mark.parametrize("shape", [(), (1,)], ids=str)
@pytest.mark.parametrize("rows", TWO.values(), ids=TWO.keys())
@pytest.mark.parametrize("name", OF_CLASSES)
def test_one_output_decides_between_two_classes(
    name: str, rows: tuple[list[int], list[int]], shape: tuple[int, ...], kind: str
) -> None:
    """Above 0.5 for a probability, above 0 for a logit; class 1 is the one that precision and recall speak of."""
    true, said = map(np.array, rows)
    outputs = 0.1 + 0.8 * said if kind == "probability" else 0.4 * said - 0.2
    target = field((), "category", 2)
    found = measured(name, outputs.reshape(-1, *shape), kind, target, true)
    if name == "confusion":
        wanted = metrics.confusion_matrix(true, said, labels=[0, 1])
    else:
        wanted = CASES[name].expected(true, said)
    np.testing.assert_allclose(found.squeeze(), wanted, atol=1e-12)


@pytest.mark.parametrize("name", OF_CLASSES)
def test_a_one_hot_target_is_its_class(name: str) -> None:
    made = rng(name)
    true, said = made.integers(4, size=30), made.integers(4, size=30)
    true[:4] = said[:4] = np.arange(4)
    outputs = scores(said, 4, "probability", made)
    found = measured(name, outputs, "probability", field((4,), "onehot", 4), np.eye(4)[true])
    np.testing.assert_allclose(found.squeeze(), CASES[name].expected(true, said), atol=1e-12)


@pytest.mark.parametrize("rows", [2, 50])
@pytest.mark.parametrize("shape", [(), (1,), (3,)], ids=str)
@pytest.mark.parametrize("name", OF_NUMBERS)
def test_of_numbers(name: str, shape: tuple[int, ...], rows: int) -> None:
    """Columns of different means and scales count together."""
    made = rng(name, shape, rows)
    scale = np.arange(1, 1 + int(np.prod(shape))).reshape(shape)
    z = 5 * scale + scale * made.normal(size=(rows, *shape))
    y = z + made.normal(size=z.shape)
    found = measured(name, y, "real", field(shape), z)
    flat = [a.reshape(rows, -1) for a in (z, y)]
    np.testing.assert_allclose(found.squeeze(), CASES[name].expected(*flat), rtol=1e-10)


@pytest.mark.parametrize("name", OF_NUMBERS)
def test_an_output_of_one_unit_meets_one_number(name: str) -> None:
    made = rng(name)
    z, y = made.normal(size=9), made.normal(size=(9, 1))
    found = measured(name, y, "real", field(()), z)
    np.testing.assert_allclose(found.squeeze(), CASES[name].expected(z, y[:, 0]), rtol=1e-10)
