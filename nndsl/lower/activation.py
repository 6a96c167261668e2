"""An activation of the library or the script, applied to plain numbers: what an encoder such as `input x -> tanh`
needs.

In: a scope. Out: a function from (expression, numbers) to numbers, or None where the expression names no activation.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.data.spec import Evaluate
from nndsl.diagnostics import fault
from nndsl.ir import build as b
from nndsl.ir.node import BATCH
from nndsl.lower import body, calls
from nndsl.lower.expr import evaluate
from nndsl.lower.frame import Build, Frame
from nndsl.lower.values import Template, Tensor, tensor
from nndsl.semantics.scopes import Entry, Scope
from nndsl.syntax import ast


def applier(scope: Scope) -> Evaluate:
    """The `evaluate` of `nndsl.data.declare`: each number is an example of its own."""

    def apply(expr: ast.Expr, values: NDArray[np.float64]) -> NDArray[Any] | None:
        return apply_activation(scope, expr, values)

    return apply


def apply_activation(scope: Scope, expr: ast.Expr, values: NDArray[np.float64]) -> NDArray[Any] | None:
    """An activation of each number, in float64; None where `expr` names none."""
    head = expr.function if isinstance(expr, ast.Call) else expr
    entry = scope.find(head.text, ("flow",)) if isinstance(head, ast.Name) else None
    if entry is None or entry.role != "activation":
        return None
    from nndsl.backend.reference import evaluate as run
    from nndsl.ir.primitive import Setting

    empty = ast.Block((), span=expr.span)
    outer = Entry(ast.Definition("activation", "", expr.span, (), None, None, empty, span=expr.span), scope)
    build = Build(False, {}, {}, frozenset(), body.run)
    frame = Frame(build, outer, expr.span, "")
    x = b.input_("x", (BATCH,), origin=expr.span)
    template = evaluate(expr, frame)
    assert isinstance(template, Template)
    value = calls.feed(template, [tensor(x, expr.span, batched=True)], [], frame, expr.span)
    if not isinstance(value, Tensor) or value.shape:
        raise fault("E0302", f"`{expr.span.text}` does not give one number for one number", expr.span)
    node = b.reshape(value.node, (BATCH,), origin=expr.span)
    flat = np.asarray(values, np.float64).reshape(-1)
    (result,) = run([node], {x: flat}, Setting(sizes={"B": flat.size}, precision="float64"))
    return np.asarray(result).reshape(np.shape(values))
