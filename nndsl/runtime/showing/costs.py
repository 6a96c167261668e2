"""What a network costs: its weights, the memory of one step of training, and the multiplications of one.

In: a network, the signature of its data, and a `train` of it where there is one. Out: a `Cost`. The memory is that of
the plan by which a step would run. Nothing is compiled, and nothing is trained.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from nndsl.data.types import Signature
from nndsl.ir.node import concrete
from nndsl.lower import network_graph, step_graph
from nndsl.lower.graphs import NetworkGraph, Variable
from nndsl.passes.cost import multiply_adds
from nndsl.runtime.plans import binding_of, program_of, sizes_of
from nndsl.semantics.program import Network, Program, Train
from nndsl.values import value


@value
class StepCost:
    """Of one step of training. batch: rows of it. weights, gradients, optimizer (its states), values (what is computed
    on the way and kept until it is not needed): bytes. forward: multiplications of the network's products for the whole
    batch; both: those of the way back too.
    """

    batch: int
    weights: int
    gradients: int
    optimizer: int
    values: int
    forward: int
    both: int

    @property
    def bytes(self) -> int:
        return self.weights + self.gradients + self.optimizer + self.values


@value
class Cost:
    """trained: how many numbers. weights: bytes of them and of the states. forward: multiplications for one row in use.
    step: None where the network is not trained.
    """

    trained: int
    weights: int
    forward: int
    step: StepCost | None = None


def cost(program: Program, network: Network, signature: Signature, train: Train | None) -> Cost:
    """signature: of the data the network meets; `train`'s own, where there is one."""
    graph = network_graph(program, network, signature, training=False)
    size = np.dtype(program.settings.precision).itemsize
    return Cost(
        numbers(graph.parameters),
        (numbers(graph.parameters) + numbers(graph.states)) * size,
        multiply_adds([out.node for out in graph.outputs], {"B": 1}),
        None if train is None else _step(program, train, network_graph(program, network, signature, training=True),
                                         signature),
    )  # fmt: skip


def _step(program: Program, train: Train, network: NetworkGraph, signature: Signature) -> StepCost:
    settings = program.settings
    graph = step_graph(program, train, signature)
    sizes = sizes_of(train, graph, signature, settings.precision)
    made, kernels = program_of(train, graph, settings.precision)
    plan = binding_of(made, kernels, sizes, settings.precision, settings.seed)
    size = np.dtype(settings.precision).itemsize
    first = made.stages[0]
    return StepCost(
        sizes["B"],
        (sizes["P"] + numbers(graph.states)) * size,
        sizes["P"] * size,
        len(graph.optimizer.states) * sizes["P"] * size,
        plan.arena_bytes,
        multiply_adds([out.node for out in network.outputs], sizes),
        multiply_adds([node for _, node in first.updates], sizes),
    )


def numbers(variables: Sequence[Variable]) -> int:
    """How many numbers there are in some weights."""
    return sum(math.prod(concrete(v.leaf.shape, {})) for v in variables)
