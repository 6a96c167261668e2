"""Whether a network that answers at each step of a sequence looks at later steps to do so.

Where what it is to tell is the sequence itself, some steps ahead, a look at later steps is a look at the answer. In: a
network in use, as a graph. Out: yes or no, found by trying it with inputs that differ from some step on; and E0411.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.data.randoms import Draws
from nndsl.data.types import Field, Signature
from nndsl.diagnostics import Fault, Label, Span, fault
from nndsl.ir.node import Node, concrete, topological
from nndsl.ir.primitive import Setting
from nndsl.ir.table import TABLE
from nndsl.lower.graphs import EvaluationGraph, StepGraph
from nndsl.semantics.program import Network

WORK = 2e8  # multiplications that may be spent on trying a network before anything runs
STREAM = 4  # of random numbers
SAFE = ("expand", "reshape", "transpose", "part")  # what leaves each step where it is, or only gives it another name


def check(step: StepGraph, used: EvaluationGraph, network: Network, signature: Signature, span: Span) -> bool:
    """True; raises E0411 where a network is trained to tell a sequence from itself, and sees what it is to tell.

    step, used: the network in training and in use.
    """
    target = signature.target
    itself = target is not None and target.names == signature.input.names
    if itself and any(what == "shifted" for _, what in step.inputs) and is_seen(used, signature.input):
        raise problem(network, span)
    return True


def problem(network: Network, span: Span) -> Fault:
    """E0411."""
    return fault(
        "E0411",
        f"`{network.name}` looks at later steps to tell the next one: it is shown the answer",
        span,
        labels=(Label(network.span, "its answer at a step changes with what comes after that step"),),
        notes=("when it goes on by itself, or meets the end of a series, there are no later steps",),
        help="let it read in one direction: a cell as it is, `attention(causal=true)`; or tell what comes after the "
        "window alone, with `last`",
    )


def is_seen(graph: EvaluationGraph, field: Field) -> bool:
    """Whether an answer depends on later steps. It is tried only where that can be, and is not too much work."""
    if field.shape[0] < 2 or not _may_be(graph, field.shape[0]):
        return False
    weights = sum(math.prod(concrete(v.leaf.shape, {})) for v in graph.parameters)
    return weights * field.shape[0] <= WORK and _tried(graph, field)


def _may_be(graph: EvaluationGraph, steps: int) -> bool:
    """False where every node plainly leaves each step where it is, or goes forward in time."""
    fed: set[Node] = {leaf for leaf, what in graph.inputs if what == "input"}
    for node in topological([graph.outputs[0].node]):
        inputs = [x for x in node.inputs if x in fed]
        if inputs:
            fed.add(node)
            if not _plain(node, inputs, steps):
                return True
    return False


def _plain(node: Node, fed: list[Node], steps: int) -> bool:
    """fed: those of the inputs that depend on the sequence."""
    kind = TABLE[node.op].kind
    if kind == "scan":
        return not node["reverse"]
    if kind == "dot":  # with weights that have no axis of the steps
        others = [x for x in node.inputs if x not in fed]
        return bool(others) and all(size % steps for x in others for size in x.shape if isinstance(size, int))
    if kind == "reduce":
        sizes = [node.inputs[0].shape[axis] for axis in node["axes"]]
        return all(isinstance(size, int) and size % steps for size in sizes)
    if node.op == "gather":
        return node.inputs[0] not in fed
    return kind == "map" or node.op in SAFE


# ---- trying it ---------------------------------------------------------------------------------------


def _tried(graph: EvaluationGraph, field: Field) -> bool:
    """With random weights on the reference backend: first values may be 0, and take longer to make."""
    from nndsl.backend.reference import evaluate

    setting = Setting(sizes={"B": 2}, precision="float64")
    states = [v.leaf for v in graph.states]
    known = dict(zip(states, evaluate([v.initial for v in graph.states], {}, setting), strict=True))
    draws = Draws(0, STREAM + 1)
    for shape, leaf in ((concrete(v.leaf.shape, {}), v.leaf) for v in graph.parameters):
        known[leaf] = draws.normal(math.prod(shape)).reshape(shape) / math.sqrt(max(shape[:-1], default=1))
    first, second, split = trial(field)
    fed = {"input": np.concatenate([first, second]), "lengths": np.full(2, field.shape[0], np.int32)}
    known |= {leaf: fed[what] for leaf, what in graph.inputs if what in fed}
    (outputs,) = evaluate([graph.outputs[0].node], known, setting)
    return differ(outputs[:1], outputs[1:], split)


def trial(field: Field, rows: int = 1) -> tuple[NDArray[Any], NDArray[Any], int]:
    """Two inputs [rows, T, *item] that differ from some step on, and that step."""
    draws, split = Draws(0, STREAM), max(field.shape[0] // 2, 1)
    shape = (rows, *field.shape)
    count = math.prod(shape)
    first: NDArray[Any]
    second: NDArray[Any]
    if field.kind == "category":
        ids = (draws.uniform(count) * len(field.classes)).astype(np.int32).reshape(shape)
        first, second = ids, np.asarray((ids + 1) % len(field.classes), np.int32)
    else:
        first = draws.normal(count).reshape(shape)
        second = first + 1 + draws.uniform(count).reshape(shape)
    second[:, :split] = first[:, :split]
    return first, second, split


def differ(first: NDArray[Any], second: NDArray[Any], split: int) -> bool:
    """Whether outputs [N, T, ...] differ before the step at which their inputs begin to."""
    a, b = first[:, :split], second[:, :split]
    return not np.allclose(a, b, rtol=1e-4, atol=1e-6, equal_nan=True)
