"""The option `weights` of a loss surface: two numbers of a network by name.

In: expressions such as `dense_1.W[0, 3]`. Out: names with indices. Whether the network has them is known when its body
has been read.
"""

from __future__ import annotations

from nndsl.diagnostics import fault
from nndsl.semantics.constants import evaluate, lookup_in
from nndsl.semantics.drawings import Asked, WeightName
from nndsl.semantics.parts import Context
from nndsl.semantics.reading import Given
from nndsl.syntax import ast


def weight_names(given: Given, networks: tuple[Asked, ...], context: Context) -> tuple[WeightName, ...]:
    """Two, or none. Raises a fault (E0221, E0216)."""
    exprs: list[ast.Expr] = given.values.get("weights", [])
    if exprs and len(networks) > 1:
        raise fault("E0221", "the plane goes through two networks already: it has no room for two weights",
                    given.places["weights"], help="leave `weights` out, or name one network")  # fmt: skip
    if exprs and len(exprs) != 2:
        raise fault("E0221", f"a surface lies over two weights, not {len(exprs)}", given.places["weights"],
                    help="write `weights dense_1.W[0, 0], dense_1.b[0]`")  # fmt: skip
    return tuple(_weight(expr, networks[0].name, context) for expr in exprs)


def _weight(expr: ast.Expr, network: str, context: Context) -> WeightName:
    index: tuple[int, ...] = ()
    base = expr
    if isinstance(expr, ast.Index):
        base = expr.base
        index = tuple(_whole(item, context) for item in expr.items)
    head = base
    while isinstance(head, ast.Attribute):
        head = head.base
    if not isinstance(head, ast.Name):
        raise fault("E0216", f"`weights` takes names such as `dense_1.W[0, 0]`, not `{expr.span.text}`", expr.span)
    return WeightName(base.span.text.removeprefix(f"{network}."), index, expr.span)


def _whole(item: ast.Expr | ast.Slice, context: Context) -> int:
    found = None if isinstance(item, ast.Slice) else evaluate(item, lookup_in(context.constants))
    if not isinstance(found, int) or isinstance(found, bool):
        raise fault("E0216", f"one number is chosen by whole numbers, not by `{item.span.text}`", item.span)
    return found
