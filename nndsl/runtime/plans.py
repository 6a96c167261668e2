"""The plan of one step of training, with memory of the real sizes but no rows: for those who want to look at it.

In: a checked program and a `train` of it. Out: the stages, the program of kernels, and the table's memory. Nothing is
compiled, and nothing is trained.
"""

from __future__ import annotations

from nndsl.backend.cpu.memory import aligned, storage_type
from nndsl.backend.cpu.plan import Binding
from nndsl.backend.cpu.program import Program, compile_stages, memory_leaves
from nndsl.data.types import Signature
from nndsl.ir.node import concrete
from nndsl.lower.graphs import StepGraph
from nndsl.runtime.trainer import Stages, stages_of
from nndsl.runtime.weights import Flat
from nndsl.semantics.program import Train


def program_of(train: Train, graph: StepGraph, precision: str) -> tuple[Stages, Program]:
    """The step's stages, and the kernels they need."""
    made = stages_of(graph, bool(train.metrics))
    return made, compile_stages(made.stages, precision)


def sizes_of(train: Train, graph: StepGraph, signature: Signature, precision: str) -> dict[str, int]:
    """B, the rows of a batch; P, all trained numbers."""
    rows = signature.rows.get("train", 1)
    flat = Flat([v.leaf for v in graph.trained], precision)
    return {"B": min(train.batch, max(rows, 1)), "P": flat.size}


def binding_of(made: Stages, program: Program, sizes: dict[str, int], precision: str, seed: int) -> Binding:
    """The plan, over empty arrays."""
    leaves = {
        n: aligned(concrete(n.shape, sizes), storage_type(n.dtype, precision)) for n in memory_leaves(made.stages)
    }
    return Binding(program, leaves, sizes, seed)
