"""Warns of a network that ends with something random in training, such as dropout: the answers themselves are then
drawn.

In: a network as written. Out: W0402 at its last stage.
"""

from __future__ import annotations

from collections.abc import Iterator

from nndsl.diagnostics import Diagnostic
from nndsl.semantics.program import Network
from nndsl.semantics.scopes import Entry
from nndsl.semantics.walk import names
from nndsl.syntax import ast


def random_at_the_end(network: Network) -> Iterator[Diagnostic]:
    """The warning, if the last line of a network ends so."""
    body = network.entry.definition.body
    if not isinstance(body, ast.Block) or not body.items:
        return
    last = body.items[-1]
    expr = last.value if isinstance(last, ast.Flow | ast.Bind) else None
    if isinstance(last, ast.Option) and last.name == "output" and len(last.arguments) == 1:
        expr = last.arguments[0].value
    if expr is None:
        return
    final = expr.right if isinstance(expr, ast.Pipe) else expr
    head = final.function if isinstance(final, ast.Call) else final
    entry = network.entry.scope.find(head.text, ("flow",)) if isinstance(head, ast.Name) else None
    if entry is not None and _is_random(entry):
        yield Diagnostic(
            "W0402",
            f"the network ends with `{entry.name}`, which changes its answers at random in training",
            final.span,
            help="put it before the last layer",
        )


def _is_random(entry: Entry) -> bool:
    """A layer without parameters that draws numbers in training only."""
    body = entry.definition.body
    found = {name.text for name in names(body)}
    has_param = isinstance(body, ast.Block) and any(
        isinstance(item, ast.Option) and item.name == "param" for item in body.items
    )
    return entry.role == "layer" and "training" in found and bool({"uniform", "normal"} & found) and not has_param
