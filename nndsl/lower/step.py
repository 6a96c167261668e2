"""The graphs of actions: one step of training, and a network in use with its loss.

In: an action of the program and the signature of its data. Out: a `StepGraph` or an `EvaluationGraph`; a fault where
something does not fit.
"""

from __future__ import annotations

from dataclasses import replace

from nndsl.data.types import Signature
from nndsl.diagnostics import Span
from nndsl.ir import build as b
from nndsl.ir.node import Node, topological
from nndsl.lower import method
from nndsl.lower.graphs import EvaluationGraph, StepGraph
from nndsl.lower.network import Elaborated, as_value, elaborate, leaf, variables
from nndsl.lower.objective import loss_of, regularizers
from nndsl.lower.operators import mean_of_batch, per_example
from nndsl.lower.optimizer import optimizer_graph
from nndsl.lower.targets import known_to, resolve, source_of
from nndsl.lower.values import Tensor
from nndsl.semantics.program import Network, Program, Train
from nndsl.syntax import ast


def steps(train: Train, signature: Signature) -> int:
    """How many steps the whole run has: every row once an epoch, the last batch smaller; or as many as are asked
    for."""
    rows = signature.rows.get("train", 0)
    every = -(-rows // train.batch)
    return train.epochs * (every if train.steps is None else min(train.steps, every))


def step_graph(program: Program, train: Train, signature: Signature) -> StepGraph:
    """One step of a training run. `train.loss` may be None: then it is chosen."""
    network = program.networks[train.network]
    found = elaborate(program, network, signature, training=True)
    signature = resolve(signature, found.outputs)
    expr = train.loss or chosen_loss(found, signature, train.network_span)[0]
    span = train.places.get("loss", train.network_span)
    loss = mean_of_batch(loss_of(program, found, signature, expr, span))
    objective = loss
    terms = [*found.build.penalties.values(), *regularizers(program, found, train.regularizers, span)]
    for term in terms:
        objective = b.add(objective, term, origin=term.origin)
    return StepGraph(
        inputs_of([objective, *(out.node for out in found.outputs)], found, signature),
        loss,
        objective,
        tuple(as_value(out) for out in found.outputs),
        variables(found.build.variables, network.name),
        variables(found.build.states, network.name),
        tuple(found.build.updates.items()),
        optimizer_graph(program, train, found, steps(train, signature)),
    )


def chosen_loss(found: Elaborated, signature: Signature, span: Span) -> tuple[ast.Expr, str]:
    """The loss that fits the last layer and the target, and the sentence that says so."""
    if signature.target is None:
        raise method.no_target(signature, span)
    output = method.only_output(found.outputs, span)
    target = resolve(signature, found.outputs).target
    assert target is not None
    name, why = method.default_loss(output, target)
    return ast.Name(name, span=span), f"loss {name}: {why}"


def inputs_of(nodes: list[Node], found: Elaborated, signature: Signature) -> tuple[tuple[Node, str], ...]:
    """The leaves that a batch fills, those that are read."""
    reached = set(topological(nodes))
    leaves: list[tuple[Node, str]] = [(found.input.node, "input")]
    if signature.target is not None:
        leaves.append((leaf(signature.target, "target").node, source_of(signature)))
    if found.build.lengths is not None:
        leaves.append((found.build.lengths, "lengths"))
    return tuple((node, part) for node, part in leaves if node in reached)


def evaluation_graph(
    program: Program, network: Network, loss: ast.Expr | None, signature: Signature, trained: ast.Expr | None
) -> EvaluationGraph:
    """A network in use. loss: None leaves it out. trained: what it was last trained with, see `targets.known_to`."""
    found = elaborate(program, network, signature, training=False)
    signature = known_to(program, signature, trained, loss)
    signature = resolve(signature, found.outputs)
    node: Node | None = None
    if loss is not None:
        value = loss_of(program, found, signature, loss, loss.span)
        node = per_example(value) if value.batched else None
    outputs = tuple(as_value(_scores(out, loss, signature)) for out in found.outputs)
    every = [*(out.node for out in outputs), *([node] if node is not None else [])]
    return EvaluationGraph(
        inputs_of(every, found, signature),
        node,
        outputs,
        variables(found.build.variables, network.name),
        variables(found.build.states, network.name),
        signature,
    )


def _scores(out: Tensor, loss: ast.Expr | None, signature: Signature) -> Tensor:
    """Real numbers that are trained to tell classes apart are logits."""
    target = signature.target
    if out.kind == "real" and target is not None and target.kind in ("category", "onehot") and loss is not None:
        return replace(out, kind="logit")
    return out
