"""Warns of `last` behind a cell that goes backwards: at the last step it has seen nothing but that step.

In: a network as written. Out: W0404 at each `last`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from nndsl.diagnostics import Diagnostic, Label
from nndsl.semantics.cells import REVERSE
from nndsl.semantics.program import Network
from nndsl.semantics.scopes import Scope
from nndsl.syntax import ast


def seen_once(network: Network) -> Iterator[Diagnostic]:
    """The warnings of a network's lines, each of which goes on from the one before."""
    body = network.entry.definition.body
    items = body.items if isinstance(body, ast.Block) else ()
    for before, after in pairwise(_stages(items)):
        if not isinstance(after, ast.Name) or after.text != "last":
            continue
        way_out = _backwards(before, network.entry.scope)
        if way_out is not None:
            yield Diagnostic(
                "W0404",
                "the last step is where a cell that goes backwards begins: it has seen one step only",
                after.span,
                (Label(before.span, "goes from the last step to the first"),),
                help=way_out,
            )


def _stages(items: Sequence[ast.Item]) -> list[ast.Expr]:
    """What values flow through, in the order of the lines; a line with a value of its own begins anew."""
    found: list[ast.Expr] = []
    for item in items:
        if isinstance(item, ast.Flow | ast.Bind):
            found += _flow(item.value)
        elif isinstance(item, ast.Option) and item.name == "output":
            for argument in item.arguments:
                found += _flow(argument.value)
    return found


def _flow(expr: ast.Expr) -> list[ast.Expr]:
    return [*_flow(expr.left), expr.right] if isinstance(expr, ast.Pipe) else [expr]


def _backwards(stage: ast.Expr, scope: Scope) -> str | None:
    """How the other end is had, if the stage is a cell that goes backwards."""
    if not isinstance(stage, ast.Call) or not isinstance(stage.function, ast.Name):
        return None
    entry, given = scope.find(stage.function.text, ("flow",)), {a.name: a.value for a in stage.arguments if a.name}
    if entry is None:
        return None
    if entry.role == "cell" and _is_true(given.get(REVERSE)):
        return f"what it has seen of all steps is at the first one: `y = ... -> {stage.span.text}`, then `y[0]`"
    if entry.library and entry.name == "bidirectional" and not given.get("ends") and len(stage.arguments) == 1:
        return f"what both directions have seen at their ends is `{stage.span.text[:-1]}, ends=true)`, without `last`"
    return None


def _is_true(value: ast.Expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is True
