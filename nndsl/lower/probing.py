"""A network in use, with all it makes on the way, and its loss: what a probe computes.

In: a network of the program, the signature of its data and the loss it was trained with. Out: a `ProbeGraph`; a fault
where they do not fit.
"""

from __future__ import annotations

from nndsl.data.types import Signature
from nndsl.ir import build as b
from nndsl.ir.body import replaced
from nndsl.ir.node import Node, topological
from nndsl.lower.graphs import Value, Variable
from nndsl.lower.network import as_value, elaborate, variables
from nndsl.lower.objective import loss_of
from nndsl.lower.operators import mean_of_batch
from nndsl.lower.step import inputs_of
from nndsl.lower.targets import known_to, resolve
from nndsl.lower.watch import Seen, Watch
from nndsl.semantics.program import Network, Program
from nndsl.syntax import ast
from nndsl.values import value


@value
class ProbeGraph:
    """
    inputs: as of a `StepGraph`. loss: the mean over the batch, one element, without penalties and regularizers.
    outputs: each [B, *shape]. seen: what is made on the way. lengths: [B], of sequences of different lengths.
    answer, answered: a leaf in the place of the only output, and the loss of what it holds; None where there are
    several. signature: of the data as the network sees it.
    """

    inputs: tuple[tuple[Node, str], ...]
    loss: Node
    outputs: tuple[Value, ...]
    seen: tuple[Seen, ...]
    parameters: tuple[Variable, ...]
    states: tuple[Variable, ...]
    lengths: Node | None
    answer: Node | None
    answered: Node | None
    signature: Signature


def probe_graph(program: Program, network: Network, loss: ast.Expr, signature: Signature) -> ProbeGraph:
    """The network without dropout and with the averages it remembers, as it is asked; and its loss."""
    watch = Watch()
    found = elaborate(program, network, signature, training=False, watch=watch)
    watch.unnamed([out.node for out in found.outputs], found.frame)
    found.build.watch = None  # losses bend numbers too
    signature = resolve(known_to(program, signature, loss, loss), found.outputs)
    node = mean_of_batch(loss_of(program, found, signature, loss, loss.span))
    answer = answered = None
    if len(found.outputs) == 1:
        out = found.outputs[0].node
        answer = b.input_("a constant answer", out.shape)
        (answered,) = replaced([node], {out: answer})
    return ProbeGraph(
        inputs_of([node, *(out.node for out in found.outputs)], found, signature),
        node,
        tuple(as_value(out) for out in found.outputs),
        _in_order(watch.seen, [out.node for out in found.outputs]),
        variables(found.build.variables, network.name),
        variables(found.build.states, network.name),
        found.build.lengths,
        answer,
        answered,
        signature,
    )


def _in_order(seen: list[Seen], outputs: list[Node]) -> tuple[Seen, ...]:
    """As values go through the network."""
    order = topological([*outputs, *(one.value for one in seen)])
    place = {node: number for number, node in enumerate(order)}
    return tuple(sorted(seen, key=lambda one: place[one.loop or one.value]))
