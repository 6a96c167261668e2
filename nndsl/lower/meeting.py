"""Whether a network that was used with one data set can meet another: its weights have sizes by then.

In: a network, the data it was used with first, the data it meets. Out: nothing, or a fault (E0303). What its body says
of a data set alone is checked where it is read.
"""

from __future__ import annotations

from nndsl.data.types import Signature
from nndsl.diagnostics import Label, Span, fault
from nndsl.lower.network import network_graph
from nndsl.lower.values import shape_words
from nndsl.semantics.program import Network, Program


def same_weights(program: Program, network: Network, first: Signature, now: Signature, place: Span) -> None:
    """place: where `now` is named. Raises a fault where a weight would need another shape."""
    if first is now or first.name == now.name:
        return
    made, wanted = (_shapes(program, network, signature) for signature in (first, now))
    other = next((name for name in wanted if name in made and made[name] != wanted[name]), None)
    if other is None:
        return
    raise fault(
        "E0303", f"`{network.name}` was made for `{first.name}` and does not fit `{now.name}`", place,
        labels=(Label(network.span, "one set of weights"),),
        notes=(f"its `{other}` is {shape_words(made[other])}, but would have to be {shape_words(wanted[other])}",),
        help=f"define a second network for `{now.name}`",
    )  # fmt: skip


def _shapes(program: Program, network: Network, signature: Signature) -> dict[str, tuple[int | str, ...]]:
    graph = network_graph(program, network, signature, training=False)
    return {variable.name: variable.leaf.shape for variable in (*graph.parameters, *graph.states)}
