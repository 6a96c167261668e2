"""A network's body as a graph, for training or for use.

In: a network of the program and the signature of the data it meets. Out: a `NetworkGraph`; a fault where it does not
fit the data.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nndsl.data.types import Field, Signature
from nndsl.diagnostics import fault
from nndsl.ir import build as b
from nndsl.ir.node import BATCH, Dim
from nndsl.lower import body, calls, kinds, timeline
from nndsl.lower.align import plain
from nndsl.lower.frame import Build, Frame
from nndsl.lower.graphs import NetworkGraph, Value, Variable
from nndsl.lower.values import Template, Tensor, value_words
from nndsl.lower.watch import Watch
from nndsl.semantics.program import Network, Program
from nndsl.semantics.roles import SIZES
from nndsl.semantics.walk import names
from nndsl.syntax import ast
from nndsl.values import value

KINDS = {"real": "real", "category": "category", "onehot": "onehot", "probability": "probability"}


@value
class Elaborated:
    """A network that has been read: its graph in the making, its frame (names of its body), what went in and came
    out."""

    build: Build
    frame: Frame
    input: Tensor
    outputs: tuple[Tensor, ...]


def new_build(program: Program, sizes: dict[str, int], *, training: bool) -> Build:
    """An empty graph."""
    return Build(training, program.constants, sizes, program.wrong, body.run)


def leaf(field: Field, name: str, lead: Dim = BATCH) -> Tensor:
    """A batch's rows of a field of the data, [B, *shape]."""
    dtype = "int" if field.kind == "category" else "float"
    node = b.input_(name, (lead, *field.shape), "int" if dtype == "int" else "float", origin=field.span)
    batched = lead == BATCH
    rank = node.rank - (1 if batched else 0)
    classes = len(field.classes) or None
    return Tensor(node, (False,) * rank, batched, KINDS[field.kind], field.span, classes)


def elaborate(
    program: Program, network: Network, signature: Signature, *, training: bool, watch: Watch | None = None
) -> Elaborated:
    """Reads a network's body for the data of a signature. watch: notes what is made on the way."""
    build = new_build(program, dict(signature.sizes), training=training)
    build.watch = watch
    entry = network.entry
    calls.check_use(entry, (), build, network.span)
    frame = Frame(build, entry, network.span, network.name, active=(entry,), top=True)
    calls.set_parameters(frame, Template(entry), {}, network.span)
    value = leaf(signature.input, "input")
    timeline.begin(value.node, signature.input, build)
    outputs = [_output(out, network) for out in build.run(frame, [value])]
    timeline.check([*(out.node for out in outputs), *build.penalties.values()], build, signature.input.span)
    return Elaborated(build, frame, value, tuple(outputs))


def padded_outputs(program: Program, network: Network, signature: Signature) -> bool:
    """Whether an output has one value for each step of sequences that differ in length."""
    found = elaborate(program, network, signature, training=False)
    return any(
        len(marks) > 1 and marks[1] in timeline.PADDED
        for marks in (timeline.marks(out.node, found.build) for out in found.outputs)
    )


def declared(network: Network) -> Signature | None:
    """The signature that a network's own `input` line asks for, where all its sizes are numbers.

    It is enough to check and show the network without data.
    """
    body = network.entry.definition.body
    items = body.items if isinstance(body, ast.Block) else ()
    lines = [item for item in items if isinstance(item, ast.Option) and item.name == "input"]
    if len(lines) != 1 or len(lines[0].arguments) != 1 or not isinstance(lines[0].arguments[0].value, ast.Index):
        return None
    expr = lines[0].arguments[0].value
    shape: list[int] = []
    for item in expr.items:
        if not isinstance(item, ast.Number) or not isinstance(item.value, int) or item.value < 1:
            return None
        shape.append(item.value)
    if any(name.text in SIZES for name in names(body)):
        return None
    field = Field((), tuple(shape), "real", expr.span, time=len(shape) == 1)  # a row of numbers may be a series
    return Signature(network.name, expr.span, {}, field, None, {})


def _output(value: Any, network: Network) -> Tensor:
    if not isinstance(value, Tensor):
        raise fault("E0214", f"the network `{network.name}` gives {value_words(value)}, not a tensor", network.span)
    value = plain(value)
    if not value.batched:
        node = b.expand(value.node, (BATCH, *value.shape), origin=value.made)
        value = replace(value, node=node, batched=True)
    result: Tensor = value.of_kind(kinds.shown(value))
    return result


def network_graph(program: Program, network: Network, signature: Signature, *, training: bool) -> NetworkGraph:
    """A network as a graph of its own, without a loss."""
    found = elaborate(program, network, signature, training=training)
    build = found.build
    return NetworkGraph(
        network.name,
        (as_value(found.input),),
        tuple(as_value(out) for out in found.outputs),
        variables(build.variables, network.name),
        variables(build.states, network.name),
        tuple(build.updates.items()),
        tuple(build.penalties.items()),
    )


def as_value(t: Tensor) -> Value:
    return Value(t.node, t.kind, tuple(int(d) for d in t.shape), t.made)


def variables(found: dict[str, Variable], network: str) -> tuple[Variable, ...]:
    """Under the names shown to people: without the network's own, `dense_1.W`."""
    prefix = network + "."
    return tuple(replace(v, name=v.name.removeprefix(prefix)) for v in found.values())
