"""The derivative of an expression, as equations of the language.

In: an expression over free names, opened, and one of the names. Out: a `Slope`. Of the ways to derive it (as written,
and in the form that does not overflow) the one with the shorter equations is taken. Equations are read again and
compared with the graph they were made from, at points drawn by chance: what does not agree is never shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
from numpy.typing import NDArray

from nndsl.backend.reference import evaluate
from nndsl.diagnostics import Collector, Fault, Source, fault
from nndsl.diagnostics.diagnostic import Span
from nndsl.ir import build as b
from nndsl.ir.equation import Equation, Unwritable, equation
from nndsl.ir.node import Node, topological
from nndsl.ir.primitive import Setting
from nndsl.ir.shapes import same_count
from nndsl.ir.table import TABLE
from nndsl.lower.align import plain
from nndsl.lower.frame import Quiet
from nndsl.lower.open import M, N, Opened, P, Q
from nndsl.lower.values import Tensor
from nndsl.passes.autodiff import NotDifferentiable, gradients, unreached
from nndsl.passes.readable import readable
from nndsl.passes.simplify import simplify
from nndsl.passes.stabilise import stabilise
from nndsl.syntax import ast, parse_expression
from nndsl.values import value

SIZES = {N: 4, M: 3, P: 5, Q: 2}  # of open axes, where equations are compared
DRAWS = 3
NEAR = 1e-6


@value
class Slope:
    """node: the derivative by the leaf. equation: None where the language has no short words for it. summed: the
    expression has several values, and their sum was derived.
    """

    node: Node
    equation: Equation | None
    summed: bool


def slope(opened: Opened, name: str, taken: Collection[str], place: Span) -> Slope:
    """taken: names that parts of the equations may not have. place: of the name, for what may be wrong with it."""
    value_, leaf = opened.tensor, opened.leaves[name].node
    _can_be_derived(opened, name, place)
    summed = not same_count(value_.node.shape, ())
    loss = b.reduce_sum(value_.node) if summed else value_.node
    try:
        if unreached(loss, [leaf]) == [leaf]:
            _blocked(loss, leaf, name, place)
        found = [(derived, form) for derived in _derived(loss, leaf) for form in (derived, readable(derived))]
    except NotDifferentiable as problem:
        raise _no_derivative(problem.node.op, name, place) from None
    written: list[tuple[Node, Equation]] = []
    for node, form in found:
        try:
            text = equation(form, {*taken, *opened.forms}, [leaf.node for leaf in opened.leaves.values()])
        except Unwritable:
            continue
        if agrees(opened, node, text):
            written.append((node, text))
    if not written:
        return Slope(found[0][0], None, summed)
    node, text = min(written, key=lambda pair: pair[1].length)
    return Slope(node, text, summed)


def _derived(loss: Node, leaf: Node) -> Iterator[Node]:
    """As written, and without overflow."""
    for ready in (simplify([loss]), stabilise([loss])):
        (found,) = simplify(gradients(ready[0], [leaf]), derived=True)
        yield found


# ---- what has no derivative -----------------------------------------------------------------------------------


def _can_be_derived(opened: Opened, name: str, place: Span) -> None:
    value_, leaf = opened.tensor, opened.leaves[name].node
    if opened.frame.build.variables or opened.frame.build.states:
        layer = next(iter({**opened.frame.build.variables, **opened.frame.build.states})).split(".")[-2]
        problem = f"`{layer.rpartition('_')[0]}` has weights of its own, which have no names here"
        raise fault("E0812", problem, value_.made, help="write its equation, as in `x @ W + b`")
    if any(TABLE[node.op].kind == "random" for node in topological([value_.node])):
        raise fault("E0812", "the expression draws numbers by chance, so it is another function each time", value_.made)
    if leaf.dtype != "float":
        problem = f"`{name}` is a category here, and has no neighbours to go to: there is no derivative by it"
        raise fault("E0811", problem, place)
    if value_.node.dtype != "float":
        words = "a truth value" if value_.node.dtype == "bool" else "a whole number"
        raise fault("E0811", f"the value is {words}, and has no derivative", value_.made)


def _blocked(loss: Node, leaf: Node, name: str, place: Span) -> None:
    """Where nothing reaches the result, a comparison or a position stands in the way, or the slope is 0 everywhere."""
    for node in topological([loss]):
        if leaf in topological([node]) and node.dtype != "float":
            raise _no_derivative(node.op, name, place)


def _no_derivative(op: str, name: str, place: Span) -> Fault:
    words = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}.get(op, op)
    what = "choosing" if op == "cast" else f"`{words}`"
    return fault("E0811", f"`{name}` reaches the result only through {what}, which has no derivative", place)


# ---- comparing ------------------------------------------------------------------------------------------------


def agrees(opened: Opened, node: Node, text: Equation) -> bool:
    """Whether equations, read again, are worth what a graph is."""
    try:
        found = read_again(opened, text)
    except (Fault, Quiet, AssertionError, KeyError, ValueError):
        return False
    other = plain(found).node if isinstance(found, Tensor) else b.const(float(found))
    if other.dtype == "bool":
        return False
    for draw in range(DRAWS):
        bindings = {leaf.node: drawn(opened, name, draw) for name, leaf in opened.leaves.items()}
        setting = Setting(sizes=SIZES, precision="float64")
        with np.errstate(all="ignore"):
            one, again = evaluate([node, other], bindings, setting)
        try:
            again = np.broadcast_to(again, one.shape)
        except ValueError:
            return False
        if not np.allclose(one, again, rtol=NEAR, atol=NEAR, equal_nan=True):
            return False
    return True


def read_again(opened: Opened, text: Equation) -> Tensor | float:
    """The value of equations over the names that are free."""

    def parsed(line: str) -> ast.Expr:
        expr = parse_expression(Source("equation", line), Collector())
        if expr is None:
            raise ValueError(line)
        return expr

    return opened.read([(name, parsed(line)) for name, line in text.parts], parsed(text.result))


def drawn(opened: Opened, name: str, draw: int) -> NDArray[np.float64]:
    """Numbers for a free name: of either sign at first, then positive ones; between 0 and 1 for probabilities."""
    form = opened.forms[name]
    shape = tuple(SIZES.get(dim, 0) if isinstance(dim, str) else dim for dim in form.shape)
    numbers = np.random.default_rng([draw, *name.encode()])
    if form.classes is not None:
        return np.asarray(numbers.integers(0, form.classes, shape), np.int32)
    if form.kind == "probability":
        return np.asarray(numbers.uniform(0.1, 0.9, shape))
    return np.asarray(numbers.normal(size=shape) if draw == 0 else numbers.uniform(0.2, 0.2 + draw, shape))
