"""What the compiler makes of a training run, one stage at a time, as text: for `nndsl ir`, and at the prompt.

In: a checked program and a `train` of it. Out: its graphs as lowered (ir), what is computed together (fused), the table
of instructions with its memory (plan), or the texts of the generated kernels (kernels). Nothing is trained and nothing
is compiled.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from nndsl.diagnostics import Span
from nndsl.diagnostics.location import line_of
from nndsl.ir.node import Node, concrete
from nndsl.ir.printer import show
from nndsl.ir.shapes import text as shape_text
from nndsl.lower import Checked, step_graph
from nndsl.lower.graphs import StepGraph
from nndsl.semantics.program import Train


def stage(checked: Checked, train: Train, name: str) -> str:
    """A row of STAGES, with a title."""
    graph = step_graph(checked.program, train, checked.signatures[train.data])
    title = f"# {train.name}: a step of `{train.network}` on `{train.data}`, {place(train.span)}"
    return title + "\n" + STAGES[name](checked, train, graph)


def place(span: Span | None) -> str:
    """`penguins.nn:14`."""
    return "" if span is None else f"{span.source.name}:{line_of(span.source, span.start)}"


# ---- graphs ------------------------------------------------------------------------------------------------


def graphs(checked: Checked, train: Train, graph: StepGraph) -> str:
    """The loss, what is made small, and the optimizer's equations, before derivatives."""
    parts = ["# loss, objective, outputs", show([graph.loss, graph.objective, *(out.node for out in graph.outputs)])]
    parts += ["# the optimizer: next values of " + ", ".join(_name(leaf) for leaf, _ in graph.optimizer.updates)]
    parts += [show([value for _, value in graph.optimizer.updates])]
    return "\n".join(parts)


class Names:
    """Names for the values of a plan: leaves by their own, stored values `t1`, `t2`, ..."""

    def __init__(self) -> None:
        self.known: dict[Node, str] = {}

    def __call__(self, node: Node) -> str:
        from nndsl.passes.fuse import is_memory, is_view

        if is_memory(node):
            return _name(node)
        if is_view(node):
            return f"{node.op}({self(node.inputs[0])})"
        return self.known.setdefault(node, f"t{len(self.known) + 1}") + shape_text(node.shape)


def _name(node: Node) -> str:
    return str(dict(node.attrs).get("name", node.op))


def _lines_of(nodes: Any) -> str:
    """The source lines that a kernel's nodes come from."""
    found = dict.fromkeys(place(n.origin) for n in nodes if n.origin is not None)
    return ", ".join(found)


def _program(train: Train, graph: StepGraph, checked: Checked) -> tuple[Any, Any]:
    from nndsl.runtime.plans import program_of

    return program_of(train, graph, checked.program.settings.precision)


def fused(checked: Checked, train: Train, graph: StepGraph) -> str:
    """Each loop nest: the loops, what it reads, computes and writes; and what has a routine of its own."""
    _, program = _program(train, graph, checked)
    return "\n".join(_fused(program, Names(), ""))


def _fused(program: Any, names: Names, indent: str) -> Iterator[str]:
    from nndsl.backend.cpu.program import ClearStep, LoopStep, NestStep, SingleStep

    for number, step in enumerate(program.items, 1):
        head = f"{indent}{number:>3}  "
        if isinstance(step, NestStep):
            nest = step.nest
            loops = " x ".join("*".join(map(str, dims)) for dims in nest.space) or "1"
            operations = ", ".join(n.op for n in nest.nodes if n.op != "const")
            yield f"{head}loop over {loops}: {operations}   # {_lines_of(nest.nodes)}"
            yield f"{indent}       reads  {', '.join(names(x) for x in nest.reads) or 'nothing'}"
            yield f"{indent}       writes {', '.join(names(x) for x in nest.writes)}"
        elif isinstance(step, SingleStep):
            operands = ", ".join(names(x) for x in step.node.inputs)
            yield f"{head}{names(step.node)} = {step.node.op}({operands})   # {place(step.node.origin)}"
        elif isinstance(step, LoopStep):
            operands, way = ", ".join(names(x) for x in step.node.inputs), "back" if step.node["reverse"] else "on"
            yield f"{head}{names(step.node)} = {step.node['steps']} times, going {way} in time, over {operands}:"
            yield from _fused(step.body, names, indent + "    ")
        elif isinstance(step, ClearStep):
            parts = ", ".join(names(x) for x in step.node.inputs)
            yield f"{head}{names(step.node)} will hold {parts}   # {place(step.node.origin)}"
        else:
            yield f"{head}{_name(step.leaf)} = copy({names(step.value)})"


def plan(checked: Checked, train: Train, graph: StepGraph) -> str:
    """Each step: its kernel, how often its loops turn, and where its results lie."""
    binding, sizes = _binding(checked, train, graph)
    trained = sum(math.prod(concrete(v.leaf.shape, {})) for v in graph.trained)
    lines = [
        f"batch {sizes['B']}, {trained:,} trained numbers, {len(binding.instructions(sizes))} instructions, "
        f"{binding.arena_bytes:,} bytes for the values of a step"
    ]
    return "\n".join([*lines, *_planned(binding, sizes, Names(), "")])


def _planned(binding: Any, sizes: dict[str, int], names: Names, indent: str) -> Iterator[str]:
    from nndsl.backend.cpu.program import ClearStep, LoopStep, NestStep, StoreStep

    for number, step in enumerate(binding.program.items, 1):
        targets = [f"{names(node)} {_home(node, step.stage, binding)}" for node in step.written]
        loops = ""
        if isinstance(step, NestStep):
            kernel = step.kernel.text.name
            loops = " x ".join(str(math.prod(concrete(dims, sizes))) for dims in step.nest.space)
        elif isinstance(step, LoopStep):
            kernel, loops = "repeat", str(step.node["steps"])
        elif isinstance(step, StoreStep):
            kernel, targets = "copy", [f"{_name(step.leaf)} from {names(step.value)}"]
        else:
            kernel = "clear" if isinstance(step, ClearStep) else step.node.op
        yield f"{indent}{number:>3}  {kernel:<18} {loops:<12} -> {', '.join(targets)}"
        if isinstance(step, LoopStep):
            yield from _planned(binding.bodies[step.stage, step.node], sizes, names, indent + "    ")


def _binding(checked: Checked, train: Train, graph: StepGraph) -> tuple[Any, dict[str, int]]:
    """The plan with memory of the real sizes, empty."""
    from nndsl.runtime.plans import binding_of, sizes_of

    made, program = _program(train, graph, checked)
    settings = checked.program.settings
    sizes = sizes_of(train, graph, checked.signatures[train.data], settings.precision)
    return binding_of(made, program, sizes, settings.precision, settings.seed), sizes


def _home(node: Node, stage: int, binding: Any) -> str:
    """Where a value lies: in a leaf's memory, or at a byte of the arena."""
    leaf, room = binding.program.homes.get((stage, node)), binding.program.rooms.get((stage, node))
    if room is not None:
        return f"as part {room.index + 1} of what is cleared for it"
    return f"in `{_name(leaf)}`" if leaf is not None else f"at byte {binding.offsets[stage, node]:,}"


def kernels(checked: Checked, train: Train, graph: StepGraph) -> str:
    """The generated texts, each once, with the lines they come from."""
    _, program = _program(train, graph, checked)
    found: dict[str, tuple[str, list[str]]] = {}
    for step in _nests(program):
        text = step.kernel.text
        found.setdefault(text.name, (text.source, []))[1].append(_lines_of(step.nest.nodes))
    parts = []
    for name, (source, lines) in found.items():
        origins = ", ".join(dict.fromkeys(line for line in lines if line))
        parts.append(f"# {name}: {origins}\n{source}")
    return "\n".join(parts)


def _nests(program: Any) -> Iterator[Any]:
    """The steps that have a generated kernel, those within loops over time too."""
    from nndsl.backend.cpu.program import LoopStep, NestStep

    for step in program.items:
        if isinstance(step, NestStep):
            yield step
        elif isinstance(step, LoopStep):
            yield from _nests(step.body)


STAGES: dict[str, Callable[[Checked, Train, StepGraph], str]] = {
    "ir": graphs,
    "fused": fused,
    "plan": plan,
    "kernels": kernels,
}
