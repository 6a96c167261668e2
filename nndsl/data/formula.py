"""Arithmetic on one column: `x / 255`, `2 * a + 1`, `log(x + 1)`.

In: an expression as it was written, the names that stand for the value, the constants in scope. Out: a `Formula`, which
computes, says whether it is affine, undoes itself where it can, and goes to JSON and back. It knows nothing of tables.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.diagnostics import fault
from nndsl.syntax import ast
from nndsl.values import value

Values = NDArray[Any]

BINARY: dict[str, Callable[[Values, Values], Values]] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "^": np.power,
}  # fmt: skip
UNARY: dict[str, Callable[[Values], Values]] = {
    "neg": np.negative, "log": np.log, "exp": np.exp, "sqrt": np.sqrt, "abs": np.abs, "sin": np.sin, "cos": np.cos,
    "log2": np.log2, "log10": np.log10, "log1p": np.log1p, "expm1": np.expm1,
}  # fmt: skip
INVERSE: dict[str, Callable[[Values], Values]] = {
    "neg": np.negative, "log": np.exp, "exp": np.log, "sqrt": np.square, "log2": np.exp2,
    "log10": lambda y: np.power(10.0, y), "log1p": np.expm1, "expm1": np.log1p,
}  # fmt: skip
FUNCTIONS = tuple(name for name in UNARY if name != "neg")
CONSTANTS = {"pi": math.pi}


@value
class Formula:
    """op: `x` (the value), `number`, or a row of BINARY or UNARY. number: for `number` only."""

    op: str
    args: tuple[Formula, ...] = ()
    number: float = 0.0

    def apply(self, x: Values) -> Values:
        """The formula's value for each of `x`; what is outside its domain becomes NaN or infinite, silently."""
        with np.errstate(all="ignore"):
            return np.asarray(self._apply(np.asarray(x, np.float64)), np.float64)

    def _apply(self, x: Values) -> Values:
        if self.op == "x":
            return x
        if self.op == "number":
            return np.full_like(x, self.number)
        values = [arg._apply(x) for arg in self.args]
        return UNARY[self.op](values[0]) if len(values) == 1 else BINARY[self.op](values[0], values[1])

    @property
    def uses(self) -> int:
        """How many times the value stands in the formula."""
        return 1 if self.op == "x" else sum(arg.uses for arg in self.args)

    def affine(self) -> tuple[float, float] | None:
        """(a, b) where the formula is `a * x + b`, else None."""
        if self.op == "x":
            return 1.0, 0.0
        if self.op == "number":
            return 0.0, self.number
        parts = [arg.affine() for arg in self.args]
        if self.op == "neg" and parts[0]:
            return -parts[0][0], -parts[0][1]
        if self.op not in BINARY or parts[0] is None or parts[1] is None:
            return None
        return _affine(self.op, parts[0], parts[1])

    def invert(self, y: Values) -> Values | None:
        """The value that gave `y`, or None where the formula cannot be turned round."""
        line = self.affine()
        with np.errstate(all="ignore"):
            if line is not None:
                return (np.asarray(y, np.float64) - line[1]) / line[0] if line[0] else None
            return self._invert(np.asarray(y, np.float64)) if self.uses == 1 else None

    def _invert(self, y: Values) -> Values | None:
        if self.op == "x":
            return y
        if len(self.args) == 1:
            undo = INVERSE.get(self.op)
            return None if undo is None else self.args[0]._invert(undo(y))
        left, right = self.args
        if left.uses:
            return left._invert(_undo_left(self.op, y, float(right.apply(np.zeros(())))))
        return right._invert(_undo_right(self.op, y, float(left.apply(np.zeros(())))))

    def state(self) -> list[Any]:
        """Plain JSON-able values."""
        return ["number", self.number] if self.op == "number" else [self.op, *(arg.state() for arg in self.args)]


def from_state(state: list[Any]) -> Formula:
    if state[0] == "number":
        return Formula("number", number=float(state[1]))
    return Formula(str(state[0]), tuple(from_state(arg) for arg in state[1:]))


def _affine(op: str, left: tuple[float, float], right: tuple[float, float]) -> tuple[float, float] | None:
    (a, b), (c, d) = left, right
    if op in "+-":
        sign = 1.0 if op == "+" else -1.0
        return a + sign * c, b + sign * d
    if op == "*" and (a == 0 or c == 0):
        return a * d + c * b, b * d
    if op == "/" and c == 0 and d != 0:
        return a / d, b / d
    if op == "^" and a == 0 and c == 0:
        return 0.0, float(np.power(b, d))
    return None


def _undo_left(op: str, y: Values, c: float) -> Values:
    """u, where `u op c = y`."""
    if op == "^" and c % 2 == 1:
        return np.asarray(np.sign(y) * np.power(np.abs(y), 1 / c))
    undo = {"+": np.subtract, "-": np.add, "*": np.divide, "/": np.multiply}.get(op)
    return np.asarray(np.power(y, 1 / c) if undo is None else undo(y, c))


def _undo_right(op: str, y: Values, c: float) -> Values:
    """u, where `c op u = y`."""
    if op == "^":
        return np.asarray(np.log(y) / np.log(c))
    undo: dict[str, Callable[[], Values]] = {
        "+": lambda: y - c, "-": lambda: c - y, "*": lambda: y / c, "/": lambda: c / y,
    }  # fmt: skip
    return np.asarray(undo[op]())


def read(expr: ast.Expr, names: tuple[str, ...], constants: Mapping[str, float]) -> Formula:
    """The formula an expression says; `names` stand for the value.

    Raises a fault at the word that does not belong there.
    """
    if isinstance(expr, ast.Number):
        return Formula("number", number=float(expr.value))
    if isinstance(expr, ast.Name):
        return _read_name(expr, names, constants)
    if isinstance(expr, ast.Unary) and expr.op == "-":
        return Formula("neg", (read(expr.operand, names, constants),))
    if isinstance(expr, ast.Binary) and expr.op in BINARY:
        return Formula(expr.op, (read(expr.left, names, constants), read(expr.right, names, constants)))
    if isinstance(expr, ast.Call) and isinstance(expr.function, ast.Name):
        return _read_call(expr, expr.function, names, constants)
    raise fault(
        "E0511",
        f"`{expr.span.text}` is not arithmetic on one column",
        expr.span,
        help="an encoder may use numbers, `+ - * / ^`, and " + ", ".join(FUNCTIONS),
    )


def _read_name(expr: ast.Name, names: tuple[str, ...], constants: Mapping[str, float]) -> Formula:
    if expr.text in names:
        return Formula("x")
    known = {**CONSTANTS, **constants}
    if expr.text in known:
        return Formula("number", number=float(known[expr.text]))
    raise fault(
        "E0511",
        f"`{expr.text}` is not known in this encoder",
        expr.span,
        help=f"the value is called {' or '.join(f'`{name}`' for name in names)} here",
    )


def _read_call(expr: ast.Call, function: ast.Name, names: tuple[str, ...], constants: Mapping[str, float]) -> Formula:
    if function.text not in FUNCTIONS:
        raise fault(
            "E0511",
            f"`{function.text}` is not a function that a formula of an encoder knows",
            function.span,
            help="it knows " + ", ".join(FUNCTIONS) + "; an activation stands alone after `->`",
        )
    if len(expr.arguments) != 1 or expr.arguments[0].name is not None:
        raise fault("E0511", f"`{function.text}` takes one value here, found {len(expr.arguments)}", expr.span)
    return Formula(function.text, (read(expr.arguments[0].value, names, constants),))
