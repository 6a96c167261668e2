"""Encoders with their statistics: what a step of `input a -> log -> standard` has learnt from the training rows.

In: a step as written, the training values of one column. Out: a fitted step, which applies, undoes, says whether it is
affine, and goes to plain values and back. It never sees a row outside the training part.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from nndsl.data import formula
from nndsl.data.formula import Formula
from nndsl.data.pipeline import SHARE
from nndsl.data.spec import Evaluate, StepSpec
from nndsl.data.table import Column, plain
from nndsl.data.textfile import code_points
from nndsl.diagnostics import Source, Span
from nndsl.syntax import ast
from nndsl.values import value

Values = NDArray[Any]


class ConstantColumn(Exception):
    """The statistic of an encoder is zero: the column has one value in the training part."""


class Statistics(Protocol):
    """What encoders learn from: a number for a column, or one for each of the numbers of a row."""

    def mean(self) -> Values: ...

    def deviation(self) -> Values: ...

    def low(self) -> Values: ...

    def high(self) -> Values: ...


@value
class Sample:
    """Training values to learn from.

    x: [N] or [N, k] (a statistic for each of k), or distinct values with how often they occur.
    """

    x: Values
    weights: Values | None = None

    def mean(self) -> Values:
        return np.asarray(np.average(self.x, axis=0, weights=self.weights))

    def deviation(self) -> Values:
        """Of the training rows themselves (divided by N), as scikit-learn's StandardScaler."""
        return np.asarray(np.sqrt(np.average(np.square(self.x - self.mean()), axis=0, weights=self.weights)))

    def low(self) -> Values:
        return np.asarray(np.min(self.x, axis=0))

    def high(self) -> Values:
        return np.asarray(np.max(self.x, axis=0))

    def then(self, step: Fitted) -> Sample:
        return Sample(step.apply(self.x), self.weights)


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """(x - center) / spread: `standard` (mean, deviation), `minmax` (least, range), `max` (0, greatest).

    center, spread: one number, or [k], one for each of the numbers of a row. still: how many of the k are the same in
    all training rows; they are divided by 1.
    """

    kind: str
    center: Values
    spread: Values
    still: int = 0

    def apply(self, x: Values) -> Values:
        return np.asarray((x - self.center) / self.spread)

    def undo(self, y: Values) -> Values | None:
        return np.asarray(y * self.spread + self.center)

    def affine(self) -> tuple[float, float] | None:
        if self.center.ndim:
            return None
        return 1.0 / float(self.spread), -float(self.center) / float(self.spread)

    def state(self) -> dict[str, Any]:
        return {"kind": self.kind, "center": self.center.tolist(), "spread": self.spread.tolist()}


@value
class OwnTotal:
    """`share`: each number of a row by the total of that row; a row that is 0 everywhere stays so. Learns nothing."""

    kind: str = "share"

    def apply(self, x: Values) -> Values:
        """x: [N, *shape], none below 0."""
        totals = x.reshape(len(x), -1).sum(axis=1)
        return np.asarray(x / np.where(totals == 0, 1, totals).reshape(-1, *[1] * (x.ndim - 1)))

    def undo(self, y: Values) -> Values | None:
        return None

    def affine(self) -> tuple[float, float] | None:
        return None

    def state(self) -> dict[str, Any]:
        return {"kind": self.kind}


@value
class Arithmetic:
    """A formula as written. Learns nothing."""

    formula: Formula
    text: str
    kind: str = "formula"

    def apply(self, x: Values) -> Values:
        return self.formula.apply(x)

    def undo(self, y: Values) -> Values | None:
        return self.formula.invert(y)

    def affine(self) -> tuple[float, float] | None:
        return self.formula.affine()

    def state(self) -> dict[str, Any]:
        return {"kind": self.kind, "text": self.text, "formula": self.formula.state()}


@value
class Activation:
    """An activation of the library; it cannot be undone."""

    expr: ast.Expr
    text: str
    evaluate: Evaluate = field(compare=False, repr=False)
    kind: str = "activation"

    def apply(self, x: Values) -> Values:
        found = self.evaluate(self.expr, np.asarray(x, np.float64))
        if found is None:
            raise ValueError(f"the activation {self.text} is not known any more")
        return np.asarray(found, np.float64)

    def undo(self, y: Values) -> Values | None:
        return None

    def affine(self) -> tuple[float, float] | None:
        return None

    def state(self) -> dict[str, Any]:
        return {"kind": self.kind, "text": self.text, "call": _call_state(self.expr)}


@value
class Classes:
    """`category` and `onehot`: the classes of the training part, sorted.

    names: by id. numbers: by id, where the column holds numbers. unknown: the last name stands for all characters that
    the training part does not have.
    """

    kind: str
    names: tuple[str, ...]
    numbers: tuple[float, ...] | None = None
    unknown: bool = False

    def ids(self, values: Values) -> NDArray[np.int32]:
        """[N] ids, -1 where the class is not known. values: [N] float64, object (texts) or `<U1` (characters)."""
        if values.dtype.kind == "U":
            return self._of_characters(values)
        if self.numbers is not None and values.dtype != object:
            known = np.asarray(self.numbers)
            place = np.minimum(np.searchsorted(known, values), len(known) - 1)
            return np.where(known[place] == values, place, -1).astype(np.int32)
        if values.dtype != object:
            values = np.array([plain(v) for v in values.tolist()], object)
        by_name = {name: i for i, name in enumerate(self.names)}
        return np.fromiter((by_name.get(v, -1) for v in values.tolist()), np.int32, len(values))

    def _of_characters(self, values: Values) -> NDArray[np.int32]:
        names = self.names[:-1] if self.unknown else self.names
        points = np.array([ord(name) for name in names], np.int64)
        table = np.full(int(points.max(initial=0)) + 2, len(names) if self.unknown else -1, np.int32)
        table[points] = np.arange(len(names))
        return np.asarray(table[np.minimum(code_points(values), len(table) - 1)])

    def state(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "unknown": self.unknown,
            "names": list(self.names),
            "numbers": None if self.numbers is None else list(self.numbers),
        }


Fitted = Scale | Arithmetic | Activation | OwnTotal
Step = Fitted | Classes


def _standard(sample: Statistics) -> tuple[Values, Values]:
    center, spread = sample.mean(), sample.deviation()
    # A column of equal numbers can miss zero by rounding.
    return center, np.where(spread <= 1e-12 * np.abs(center), 0.0, spread)


def _minmax(sample: Statistics) -> tuple[Values, Values]:
    return sample.low(), np.asarray(sample.high() - sample.low())


def _max(sample: Statistics) -> tuple[Values, Values]:
    return np.zeros_like(sample.high()), sample.high()


SCALES: dict[str, Callable[[Statistics], tuple[Values, Values]]] = {
    "standard": _standard,
    "minmax": _minmax,
    "max": _max,
}


def fit(step: StepSpec, sample: Statistics, evaluate: Evaluate | None) -> Fitted:
    """A numeric step, fitted. Raises ConstantColumn where its statistic is zero: of a row of several numbers where it
    is zero for all of them. Some that stay the same say nothing, and do no harm.
    """
    if step.kind == SHARE:
        return OwnTotal()
    if step.formula is not None:
        return Arithmetic(step.formula, step.text)
    if step.activation is not None:
        assert evaluate is not None
        return Activation(step.activation, step.text, evaluate)
    center, spread = SCALES[step.kind](sample)
    still = spread == 0
    if np.all(still):
        raise ConstantColumn
    return Scale(step.kind, center, np.where(still, 1.0, spread), int(still.sum()))


def fit_classes(kind: str, column: Column, values: Values) -> Classes:
    """The classes among training values.

    Numbers ascending, texts in alphabetical order; with the source's own names where it has them.
    """
    if values.dtype.kind == "U":
        return Classes(kind, tuple(chr(point) for point in np.unique(code_points(values)).tolist()))
    if values.dtype == object:
        return Classes(kind, tuple(sorted(set(values.tolist()))))
    numbers = np.unique(values).tolist()
    if column.labels and all(n == int(n) and 0 <= n < len(column.labels) for n in numbers):
        return Classes(kind, tuple(column.labels[int(n)] for n in numbers), tuple(numbers))
    return Classes(kind, tuple(plain(n) for n in numbers), tuple(numbers))


# ---- to plain values and back --------------------------------------------------------------------


def step_from_state(state: dict[str, Any], evaluate: Evaluate | None) -> Step:
    """The fitted step that `state()` described.

    Raises ValueError where an activation is needed and `evaluate` is not given.
    """
    kind = state["kind"]
    if kind in SCALES:
        return Scale(kind, np.asarray(state["center"], np.float64), np.asarray(state["spread"], np.float64))
    if kind == SHARE:
        return OwnTotal()
    if kind == "formula":
        return Arithmetic(formula.from_state(state["formula"]), state["text"])
    if kind == "activation":
        if evaluate is None:
            raise ValueError(f"the encoder `{state['text']}` needs the library of activations")
        return Activation(_call_from_state(state["call"]), state["text"], evaluate)
    numbers = state["numbers"]
    names = tuple(state["names"])
    return Classes(kind, names, None if numbers is None else tuple(numbers), bool(state.get("unknown", False)))


def _call_state(expr: ast.Expr) -> dict[str, Any]:
    if isinstance(expr, ast.Call) and isinstance(expr.function, ast.Name):
        arguments = [[a.name, a.value.value] for a in expr.arguments if isinstance(a.value, ast.Number)]
        return {"name": expr.function.text, "arguments": arguments}
    assert isinstance(expr, ast.Name)
    return {"name": expr.text, "arguments": []}


def _call_from_state(state: dict[str, Any]) -> ast.Expr:
    span = Span(Source("<saved>", state["name"]), 0, len(state["name"]))
    name = ast.Name(state["name"], span=span)
    if not state["arguments"]:
        return name
    arguments = tuple(ast.Argument(key, ast.Number(value, span=span), span=span) for key, value in state["arguments"])
    return ast.Call(name, arguments, span=span)
