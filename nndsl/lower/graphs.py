"""What lowering gives to those who run things: graphs of the tensor IR with their leaves named.

A leaf (`param`, `state`, `input`) stands for storage that the runtime owns; everything else is computed.
Letters: B batch (symbolic), P all trained numbers of one optimizer side by side (symbolic).
"""

from __future__ import annotations

from nndsl.data.types import Signature
from nndsl.diagnostics import Span
from nndsl.ir.node import Node
from nndsl.values import value


@value
class Variable:
    """Numbers that live longer than a step: a trained parameter, or a state such as a running mean.

    name: its path in the network, as shown to people (`dense_1.W`). leaf: a `param` or `state` node, its name unique
    in the program.
    initial: a graph without inputs of the leaf's shape, for the reference backend (its random streams differ from one
    variable to the next).
    """

    name: str
    leaf: Node
    initial: Node
    span: Span


@value
class Value:
    """A tensor with what the language knows of it. kind: real, logit, probability, category. shape: without the
    batch.
    """

    node: Node
    kind: str
    shape: tuple[int, ...]
    span: Span


@value
class NetworkGraph:
    """A network's body as IR, for training or for use (they differ in dropout, noise and batch statistics).

    outputs: each of shape [B, *shape]. updates: (state leaf, its next value) in training. penalties: named scalars.
    """

    name: str
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    parameters: tuple[Variable, ...]
    states: tuple[Variable, ...]
    updates: tuple[tuple[Node, Node], ...]
    penalties: tuple[tuple[str, Node], ...]


@value
class OptimizerGraph:
    """An optimizer's equations over flat vectors [P]: weights `w`, gradient `g`, its own states; `t` is the `step`
    leaf.

    w, g: `state` leaves [P]. states: leaves [P] with their initial scalar. updates: (leaf, next value), `w` among them.
    The schedule is already multiplied into `lr`; clipping is already applied to `g`.
    """

    w: Node
    g: Node
    states: tuple[tuple[Node, float], ...]
    updates: tuple[tuple[Node, Node], ...]


@value
class StepGraph:
    """One step of training: which parameters move, by which objective, with which optimizer.

    inputs: (`input` leaf, "input" or "target"): filled with a batch's rows of the data.
    loss: the data's part alone, a mean over the batch, as it is shown. objective: loss + penalties + regularizers.
    Both have one element. outputs: the network's output(s) [B, ...] for metrics.
    """

    inputs: tuple[tuple[Node, str], ...]
    loss: Node
    objective: Node
    outputs: tuple[Value, ...]
    trained: tuple[Variable, ...]
    states: tuple[Variable, ...]
    updates: tuple[tuple[Node, Node], ...]
    optimizer: OptimizerGraph


@value
class EvaluationGraph:
    """The network in use. loss is [B]-wise: one number an example (None without target or where the loss is not one
    an example). signature: of the data as the network sees it; without a target where it is trained without one.
    """

    inputs: tuple[tuple[Node, str], ...]
    loss: Node | None
    outputs: tuple[Value, ...]
    parameters: tuple[Variable, ...]
    states: tuple[Variable, ...]
    signature: Signature
