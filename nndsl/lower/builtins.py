"""What the built-in functions do: one row each, under the names of `nndsl.semantics.builtins`.

In: values of the arguments. Out: a value. A function gets the call's arguments by place and by name, the frame, and
its place in the text.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from nndsl.diagnostics import Span, fault
from nndsl.ir import build as b
from nndsl.ir.node import ShapeError
from nndsl.lower import arrange, axes, contraction, sequences, windows
from nndsl.lower.align import plain
from nndsl.lower.frame import Frame
from nndsl.lower.operators import elementwise, labels
from nndsl.lower.use import Use
from nndsl.lower.values import BatchAxis, Dots, Tensor, value_words
from nndsl.semantics.builtins import BUILTINS
from nndsl.semantics.constants import FUNCTIONS


def call(name: str, values: list[Any], keys: dict[str, Any], frame: Frame, span: Span) -> Any:
    """The value of a built-in function."""
    use = Use(name, values, keys, frame, span)
    for value in [*values, *keys.values()]:
        if (
            not isinstance(value, Tensor | int | float | str | list | tuple)
            and value is not None
            and not isinstance(value, BatchAxis | Dots)
        ):
            raise fault(
                "E0206",
                f"`{name}` does not take {value_words(value)}",
                span,
                help=f"give it its input first, as in `{name}(f(x))`",
            )
    try:
        return _FUNCTIONS[name](use)
    except ShapeError as problem:
        tensors = [value for value in values if isinstance(value, Tensor)]
        raise fault("E0302", f"`{name}` does not fit: {problem}", span, labels=labels(*tensors)) from None


# ---- maps ---------------------------------------------------------------------------------------------


def _map(op: str, number: Callable[[float], float] | None = None, kind: str | None = None) -> Callable[[Use], Any]:
    def function(use: Use) -> Any:
        (x,) = use.arguments(1, 1)
        if isinstance(x, Tensor):
            return elementwise(op, (x,), use.frame, use.span, kind=kind)
        if number is None or isinstance(x, bool) or not isinstance(x, int | float):
            raise fault("E0206", f"`{use.name}` takes a tensor or a number, not {value_words(x)}", use.span)
        try:
            return number(x)
        except (ValueError, OverflowError):
            raise fault("E0217", f"`{use.name}` cannot be taken of {x:g}", use.span) from None

    return function


def _log2(use: Use) -> Any:
    """The natural logarithm by that of 2: what keeps one stable keeps the other."""
    found = _map("log", math.log2)(use)
    return elementwise("div", (found, math.log(2)), use.frame, use.span) if isinstance(found, Tensor) else found


def _where(use: Use) -> Any:
    condition, a, c = use.arguments(3, 3)
    if isinstance(condition, bool):
        return a if condition else c
    if not isinstance(condition, Tensor):
        raise fault("E0206", f"the condition of `where` is a comparison, not {value_words(condition)}", use.span)
    if condition.node.dtype != "bool":
        raise fault(
            "E0206", "the condition of `where` is a comparison, as in `x > 0`", use.span, labels=labels(condition)
        )
    kinds = {t.kind for t in (a, c) if isinstance(t, Tensor)}
    kind = kinds.pop() if len(kinds) == 1 and isinstance(a, Tensor) and isinstance(c, Tensor) else "real"
    return elementwise("where", (condition, a, c), use.frame, use.span, kind=kind)


def _number_or(use: Use, name: str) -> Any:
    """A function of Python numbers alone."""
    return FUNCTIONS[name](*use.values)


def _mod(use: Use) -> Any:
    a, c = use.arguments(2, 2)
    if isinstance(a, Tensor) or isinstance(c, Tensor):
        return elementwise("mod", (a, c), use.frame, use.span)
    for value in (a, c):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise fault("E0206", f"`mod` takes tensors or numbers, not {value_words(value)}", use.span)
    if c == 0:
        raise fault("E0217", "division by zero", use.span)
    return a % c


# ---- reductions ----------------------------------------------------------------------------------------


def _reduction(op: str) -> Callable[[Use], Any]:
    def function(use: Use) -> Any:
        x, axis = use.arguments(1, 1, "axis")
        if isinstance(x, list) and op in ("sum", "mean", "prod"):
            return math.prod(x) if op == "prod" else _number_or(use, op)
        return axes.reduce(op, use.tensor(x), axis, use.frame, use.span)

    return function


def _extreme(op: str, pair: str) -> Callable[[Use], Any]:
    """`max(x, axis=...)` reduces; `max(a, b)` chooses."""

    def function(use: Use) -> Any:
        a, c, axis = use.arguments(1, 2, "axis")
        if len(use.values) == 1:
            if isinstance(a, list):
                return _number_or(use, op)
            return axes.reduce(op, use.tensor(a), axis, use.frame, use.span)
        if "axis" in use.keys:
            raise use.wrong(f"`{op}` of two values takes no `axis`")
        if not isinstance(a, Tensor) and not isinstance(c, Tensor):
            return _number_or(use, op)
        return elementwise(pair, (a, c), use.frame, use.span)

    return function


def _position(op: str) -> Callable[[Use], Any]:
    def function(use: Use) -> Any:
        x, axis = use.arguments(1, 1, "axis")
        return axes.reduce(op, use.tensor(x), -1 if axis is None else axis, use.frame, use.span)

    return function


def _count(use: Use) -> Any:
    x, axis = use.arguments(1, 1, "axis")
    return axes.count(use.tensor(x), axis, use.frame, use.span)


def _decide(use: Use) -> Any:
    """The class with the greatest score.

    A single score speaks for class 1 above 0.5 (a probability) or above 0 (a logit).
    """
    (y,) = use.arguments(1, 1)
    y = plain(use.tensor(y))
    rows = 0 if y.batched else 1  # in a metric the rows are the first axis
    if len(y.shape) > rows and y.shape[-1] != 1:
        return axes.reduce("argmax", y, -1, use.frame, use.span)
    if len(y.shape) > rows:
        y = Tensor(y.node, (*y.ghosts[:-1], True), y.batched, y.kind, y.made)
    above = elementwise("gt", (y, 0.5 if y.kind == "probability" else 0.0), use.frame, use.span)
    return replace(above, node=b.cast(above.node, "int", origin=use.site), kind="category")


def _log_loss(use: Use) -> Any:
    """-log P(k): of probabilities as they are, of logits after a softmax; a single score speaks of class 1."""
    y, k = use.arguments(2, 2)
    y, k = plain(use.tensor(y)), plain(use.tensor(k))
    site, x = use.site, y.node
    if len(y.shape) == len(k.shape):
        x = b.unsqueeze(x, -1, origin=site)
    if x.shape[-1] == 1:
        other = b.sub(1.0, x, origin=site) if y.kind == "probability" else b.zeros(x.shape, origin=site)
        x = b.concat([other, x], x.rank - 1, origin=site)
    if y.kind == "probability":
        logs = b.log(x, origin=site)
    else:
        shifted = b.sub(x, b.reduce_max(x, -1, origin=site), origin=site)
        logs = b.sub(shifted, b.log(b.reduce_sum(b.exp(shifted), -1), origin=site), origin=site)
    node = b.neg(b.pick(logs, k.node, origin=site), origin=site)
    return Tensor(node, k.ghosts, y.batched, "real", site)


_FUNCTIONS: dict[str, Callable[[Use], Any]] = {
    "exp": _map("exp", math.exp), "log": _map("log", math.log), "log2": _log2,
    "log1p": _map("log1p", math.log1p), "expm1": _map("expm1", math.expm1),
    "sqrt": _map("sqrt", math.sqrt), "abs": _map("abs", abs), "sign": _map("sign", lambda x: (x > 0) - (x < 0)),
    "sin": _map("sin", math.sin), "cos": _map("cos", math.cos), "tanh": _map("tanh", math.tanh), "erf": _map("erf",
    math.erf),
    "sigmoid": _map("sigmoid", lambda x: 1 / (1 + math.exp(-x)), "probability"), "floor": _map("floor", math.floor),
    "stop_gradient": _map("stop"), "mod": _mod, "where": _where, "sum": _reduction("sum"), "mean": _reduction("mean"),
    "prod": _reduction("prod"),
    "var": _reduction("var"), "std": _reduction("std"), "max": _extreme("max", "maximum"), "min": _extreme("min",
    "minimum"),
    "argmax": _position("argmax"), "argmin": _position("argmin"), "count": _count, "decide": _decide,
    "log_loss": _log_loss, "reshape":
    arrange.reshape,
    "last": sequences.last, "present": sequences.present, "blank": sequences.blank,
    "flatten": arrange.flatten, "transpose": arrange.transpose, "concat": arrange.concat, "split": arrange.split,
    "shape": arrange.shape, "arange": arrange.arange, "full": arrange.full,
    "einsum": contraction.einsum, "pair": windows.pair, "windows": windows.windows,
    "overlap_add": windows.overlap_add, "grouped": windows.grouped, "ungrouped": windows.ungrouped,
    "one_hot": arrange.one_hot, "gather": arrange.gather, "normal": arrange.draw(b.normal), "uniform":
    arrange.draw(b.uniform), "orthogonal": arrange.orthogonal,
}  # fmt: skip
assert _FUNCTIONS.keys() == BUILTINS.keys(), _FUNCTIONS.keys() ^ BUILTINS.keys()
