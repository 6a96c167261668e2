"""What the tests of the library share: its entries, small networks around them, gradients by differences, native
values.

Letters: B examples of a batch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from cpu_tools import run
from numeric import difference, weighted
from numpy.typing import NDArray

from nndsl.backend.reference import evaluate
from nndsl.data.types import Field, Signature
from nndsl.diagnostics import Collector, Source, Span
from nndsl.ir.node import Node
from nndsl.ir.primitive import Setting
from nndsl.lower import Checked, check_program, evaluation_graph, network_graph
from nndsl.lower.graphs import EvaluationGraph, NetworkGraph
from nndsl.passes.autodiff import gradients
from nndsl.passes.simplify import simplify
from nndsl.passes.stabilise import stabilise
from nndsl.semantics.modules import library_texts
from nndsl.semantics.program import Program
from nndsl.syntax import ast, parse

Array = NDArray[Any]
SINGLE = 1e-5  # how far float32 may be from the truth, relative to the largest value
SPAN = Span(Source("test.nn", "test"), 0, 4)


# ---- the library -----------------------------------------------------------------------------------------


def entries() -> list[tuple[str, ast.Definition]]:
    """(file, definition) of everything the library defines, in its order."""
    found = []
    for file, text in library_texts():
        for statement in parse(Source(file, text), Collector()).statements:
            assert isinstance(statement, ast.Definition), (file, statement)
            found.append((file, statement))
    return found


def names(file: str) -> set[str]:
    """What a file of the library defines."""
    return {definition.name for where, definition in entries() if where == file}


def text_of(file: str, name: str) -> str:
    """The source of one entry, without its comment."""
    return next(definition.span.text for where, definition in entries() if where == file and definition.name == name)


# ---- small programs around an entry ----------------------------------------------------------------------


def checked(text: str, objects: Mapping[str, object] | None = None) -> Checked:
    """A script that must be free of errors."""
    collector = Collector()
    module = parse(Source("script.nn", text), collector)
    done = check_program(module, Path("/nowhere"), collector, objects=objects)
    errors = [(d.code, d.message, d.notes) for d in collector if d.severity == "error"]
    assert not errors, (text, errors)
    return done


def refused(text: str) -> list[tuple[str, str]]:
    """(code, message) of each error of a script."""
    collector = Collector()
    check_program(parse(Source("script.nn", text), collector), Path("/nowhere"), collector)
    return [(d.code, d.message) for d in collector if d.severity == "error"]


def expression(text: str) -> ast.Expr:
    """An expression as it stands in an option."""
    collector = Collector()
    (statement,) = parse(Source("option.nn", f"let it = {text}"), collector).statements
    assert isinstance(statement, ast.Let) and not collector
    return statement.value


def field(shape: Sequence[int], kind: str = "real", classes: int = 0) -> Field:
    return Field(("x",), tuple(shape), kind, SPAN, tuple(f"c{i}" for i in range(classes)))


def signature(input: Field, target: Field | None = None) -> Signature:
    """A data set of which nothing is known but the shapes."""
    sizes = {"classes": len(target.classes)} if target is not None and target.classes else {}
    return Signature("d", SPAN, {"train": 8}, input, target, sizes)


def network(body: str, input: Field, *, training: bool = True, before: str = "") -> NetworkGraph:
    """The graph of `network n { body }`. before: definitions of its own."""
    program = checked(f"{before}\nnetwork n {{\n{body}\n}}\n").program
    return network_graph(program, program.networks["n"], signature(input), training=training)


def activation(text: str, input: Field, before: str = "") -> NetworkGraph:
    """What flows in flows through an activation alone."""
    return network(f"  input x[...]\n  x -> {text}", input, before=before)


def loss(text: str, input: Field, target: Field, body: str = "identity", before: str = "") -> EvaluationGraph:
    """A loss of `x -> body` and a target: one number an example."""
    program: Program = checked(f"{before}\nnetwork n {{\n  input x[...]\n  x -> {body}\n}}\n").program
    graph = evaluation_graph(program, program.networks["n"], expression(text), signature(input, target), None)
    assert graph.loss is not None
    return graph


# ---- values and gradients --------------------------------------------------------------------------------


def setting(batch: int, precision: str = "float64", **more: int) -> Setting:
    return Setting({"B": batch}, precision, **more)


def slopes(node: Node, leaves: Sequence[Node]) -> list[Node]:
    """The stable value, and its gradients weighted by element, as training compiles them."""
    (stable,) = stabilise([node])
    return list(simplify([stable, *gradients(stabilise([weighted(node)])[0], leaves)], derived=True))


def check_gradient(
    node: Node, leaves: Sequence[Node], values: Mapping[Node, Array], at: Setting, tolerance: float = 1e-6
) -> None:
    """Derivatives against central differences of the equation as written, in float64; its stable form is the same."""
    stable, *found = evaluate(slopes(node, leaves), values, at)
    np.testing.assert_allclose(stable, evaluate([node], values, at)[0], rtol=1e-9, atol=1e-12)
    for leaf, have in zip(leaves, found, strict=True):
        want = difference(weighted(node), leaf, values, at)
        scale = max(1.0, float(np.abs(want).max(initial=0.0)))
        np.testing.assert_allclose(have, want, rtol=tolerance, atol=tolerance * scale, err_msg=repr(leaf))


def check_values(
    node: Node, leaves: Sequence[Node], values: Mapping[Node, Array], wanted: Sequence[Array], at: Setting
) -> None:
    """The value and its weighted gradients are those wanted: in float64 by the reference, in float32 natively."""
    graph = slopes(node, leaves)
    for have, want in zip(evaluate(graph, values, at), wanted, strict=True):
        np.testing.assert_allclose(have.reshape(want.shape), want, rtol=1e-10, atol=1e-10)
    single = Setting(at.sizes, "float32", at.seed, at.step)
    for have, want in zip(run(graph, values, single), wanted, strict=True):
        close(have.reshape(want.shape), want)


def close(have: Array, want: Array, tolerance: float = SINGLE) -> None:
    """Equal up to a share of the largest value; finite throughout."""
    assert np.isfinite(have).all()
    scale = max(1.0, float(np.abs(want).max(initial=0.0)))
    np.testing.assert_allclose(have, want, rtol=tolerance, atol=tolerance * scale)


def weights_of(node: Node, at: Setting) -> Array:
    """What `weighted` weighs each element of a node with."""
    from nndsl.ir import build as b

    return evaluate([b.normal(99, node.shape)], {}, at)[0]


def rng(*key: object) -> np.random.Generator:
    """Random numbers that depend on the test's own parameters alone."""
    import zlib

    return np.random.default_rng(zlib.crc32(repr(key).encode()))
