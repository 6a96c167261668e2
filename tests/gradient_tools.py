"""Compares equations that `:grad` writes with slopes that are measured: small steps to either side."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from nndsl.backend.reference import evaluate
from nndsl.diagnostics import Collector, Source
from nndsl.ir import build as b
from nndsl.ir.equation import Equation
from nndsl.ir.node import Node, Shape
from nndsl.ir.primitive import Setting
from nndsl.lower.align import plain
from nndsl.lower.open import Opened, opened
from nndsl.lower.slope import SIZES, drawn, read_again, slope
from nndsl.lower.values import Tensor
from nndsl.semantics.program import Program
from nndsl.syntax import parse_expression

STEP = 1e-5
SETTING = Setting(sizes=SIZES, precision="float64")
Values = dict[Node, NDArray[np.float64]]


def derived(
    program: Program, text: str, by: str, sizes: Mapping[str, Shape] | None = None
) -> tuple[Opened, Equation | None]:
    """An expression, opened, and its derivative."""
    expr = parse_expression(Source("test", text), Collector())
    assert expr is not None, text
    found = opened(program, expr, [by], sizes or {})
    return found, slope(found, by, (), expr.span).equation


def compare(found: Opened, equation: Equation, by: str, draws: int = 2) -> None:
    """The equation, read again and evaluated, is the slope of the sum of all values, at points drawn by chance."""
    value = read_again(found, equation)
    node = plain(value).node if isinstance(value, Tensor) else b.const(float(value))
    for draw in range(1, 1 + draws):
        bindings = {leaf.node: np.asarray(drawn(found, name, draw)) for name, leaf in found.leaves.items()}
        leaf = found.leaves[by].node
        with np.errstate(all="ignore"):
            (said,) = evaluate([node], bindings, SETTING)
            measured = slopes(found.tensor.node, leaf, bindings)
        said = np.broadcast_to(said, measured.shape)
        usable = np.isfinite(measured)
        scale = np.abs(measured[usable]).max(initial=1.0)
        assert np.allclose(said[usable], measured[usable], rtol=1e-4, atol=1e-5 * scale), (equation, said, measured)


def slopes(node: Node, leaf: Node, bindings: Values) -> NDArray[np.float64]:
    """The slope of the sum of a node's values by each number of a leaf."""
    start = np.asarray(bindings[leaf], np.float64)
    found = np.zeros(start.shape)
    for place in np.ndindex(start.shape):
        sides = []
        for step in (STEP, -STEP):
            moved = start.copy()
            moved[place] += step
            (value,) = evaluate([node], {**bindings, leaf: moved}, SETTING)
            sides.append(float(np.sum(value)))
        found[place] = (sides[0] - sides[1]) / (2 * STEP)
    return found
