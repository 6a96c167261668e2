"""A definition of one's own with the library's equation is the library's: the same kernels, the same bits, and nothing
is compiled again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from std_tools import SPAN, Array, checked, entries, expression, network, rng, slopes, text_of
from std_tools import field as described

from nndsl.backend.cpu import compiler
from nndsl.backend.cpu.plan import Stage, compile_stages
from nndsl.data.types import Array as Rows
from nndsl.ir import build as b
from nndsl.lower import metric_graph, step_graph
from nndsl.lower.graphs import StepGraph, Value
from nndsl.runtime.trainer import Trainer, stages_of
from nndsl.runtime.weights import initial
from nndsl.semantics.program import Metric, Train

ROWS, FEATURES = 12, 3
TARGETS = {"category": "c", "two": "b", "number": "z"}


def copied(role: str, name: str) -> str:
    """The library's definition under the name `own_...`."""
    text = text_of(next(file for file, e in entries() if (e.kind, e.name) == (role, name)), name)
    copy, count = re.subn(rf"^{role} {name}\b", f"{role} own_{name}", text)
    assert count == 1, text
    return copy


@dataclass(frozen=True)
class Parts:
    """What a run is made of, each a definition's name. target: a key of TARGETS. last: what the network ends with."""

    loss: str = "mse"
    activation: str = "relu"
    optimizer: str = "sgd"
    schedule: str = "constant"
    regularizer: str = "l2"
    initializer: str = "glorot"
    target: str = "number"
    last: str = "identity"
    units: int = 1

    def script(self, own: frozenset[str]) -> str:
        """own: the roles whose definition is a copy."""
        named = {role: f"own_{getattr(self, role)}" if role in own else getattr(self, role) for role in ROLES}
        rows = [[i % 4, (i * 7) % 5, -i, f"c{i % 3}", f"b{i % 2}", i / 4] for i in range(ROWS)]
        copies = "\n".join(copied(role, getattr(self, role)) for role in sorted(own))
        encoder = "" if self.target == "number" else " -> category"
        return f"""
{copies}
data d {{
  columns p, q, r, c, b, z
  rows {str(rows).replace("'", '"')}
  input (p, q, r) -> standard
  target {TARGETS[self.target]}{encoder}
}}
layer affine(units) {{
  input x[..., in]
  param W[in, units] ~ {named["initializer"]}
  param b[units] = 0
  output x @ W + b
}}
network n for d {{
  affine(4) -> {named["activation"]}
  affine({self.units}) -> {self.last}
}}
train n on d {{
  loss {named["loss"]}
  optimizer {named["optimizer"]}
  schedule {named["schedule"]}
  regularize {named["regularizer"]}
  batch 5
  epochs 3
}}
"""


ROLES = ("loss", "activation", "optimizer", "schedule", "regularizer", "initializer")
OF_LOSS = {
    "nll": Parts("nll", target="category", last="softmax", units=3),
    "cross_entropy": Parts("cross_entropy", target="category", units=3),
    "bce": Parts("bce", target="two", last="sigmoid"),
    "hinge": Parts("hinge", target="two"),
}


def parts_with(role: str, name: str) -> Parts:
    """A run in which one definition stands."""
    if role == "loss":
        return OF_LOSS.get(name, Parts(name))
    return Parts(**{role: name})  # type: ignore[arg-type]


def graph_of(text: str) -> StepGraph:
    done = checked(text)
    (train,) = (action for action in done.program.actions if isinstance(action, Train))
    return step_graph(done.program, train, done.signatures["d"])


USED = {  # of distributions: how they are written behind numbers
    "surprise": "x -> softmax -> {name}",
    "entropy": "x -> softmax -> {name}",
    "kl": "{name}(softmax(x), softmax(2 * x))",
}
ONE = [
    pytest.param(e.kind, e.name, id=f"{e.kind} {e.name}")
    for _, e in entries()
    if e.kind in ROLES and (e.kind, e.name) not in {("activation", name) for name in USED}
]


@pytest.mark.parametrize(("role", "name"), ONE)
def test_a_copy_makes_the_same_kernels(role: str, name: str) -> None:
    """The texts of all kernels of a training step, in their order."""
    parts = parts_with(role, name)
    texts = []
    for own in (frozenset[str](), frozenset({role})):
        stages = stages_of(graph_of(parts.script(own)), False).stages
        texts.append([text.source for text in compile_stages(stages, "float32").texts])
    assert texts[0] == texts[1]
    assert texts[0]


@pytest.mark.parametrize("name", [e.name for _, e in entries() if e.kind == "activation"])
def test_a_copy_of_an_activation_is_the_same_graph(name: str) -> None:
    given = described((4,))
    graphs = [
        network(
            "  input x[...]\n  " + USED.get(name, "x -> {name}").format(name=used),
            given,
            before=copied("activation", name) if used != name else "",
        )
        for used in (name, f"own_{name}")
    ]
    assert graphs[0].outputs[0].node is graphs[1].outputs[0].node
    assert graphs[0].outputs[0].kind == graphs[1].outputs[0].kind


@pytest.mark.parametrize("name", [e.name for _, e in entries() if e.kind == "metric"])
def test_a_copy_of_a_metric_is_the_same_graph(name: str) -> None:
    numbers = name in ("mse", "mae", "r2")
    output = Value(b.input_("y", ("B", 3)), "real", (3,), SPAN)
    target = described((3,)) if numbers else described((), "category", 3)
    program = checked(copied("metric", name)).program
    found = [metric_graph(program, Metric(used, expression(used)), output, target)[1] for used in (name, f"own_{name}")]
    assert found[0] is found[1]


LAYERS = {
    "dense": "(2)", "dropout": "(0.5)", "batchnorm": "", "layernorm": "", "flatten": "", "reshape": "(2, 2)",
    "embedding": "(4, 2)", "noise": "", "mask": "",
    "conv": "(3, 3)", "conv_transpose": "(3, 3, stride=2)", "depthwise": "(3)", "maxpool": "(2)", "avgpool": "(2)",
    "conv1d": "(3, 3)", "maxpool1d": "(2)", "avgpool1d": "(3, padding=\"same\")", "global_pool": "", "upsample": "",
}  # fmt: skip
PICTURES = {"conv", "conv_transpose", "depthwise", "maxpool", "avgpool", "upsample"}
SERIES = {"conv1d", "maxpool1d", "avgpool1d", "global_pool"}


def test_all_layers_of_these_files_are_copied() -> None:
    found = {e.name for file, e in entries() if e.kind == "layer" and file in ("layers.nn", "windows.nn")}
    assert found == set(LAYERS)


@pytest.mark.parametrize("name", LAYERS)
def test_a_copy_of_a_layer_makes_the_same_kernels(name: str) -> None:
    """Its weights and random numbers go by its name, as those of any layer do: what is computed is the same."""
    shape = (4, 4, 2) if name in PICTURES else (4, 2) if name in SERIES else (4,)
    given = described(shape, "category", 4) if name == "embedding" else described(shape)
    texts = []
    for used, before in ((name, ""), (f"own_{name}", copied("layer", name))):
        graph = network(f"  input x[...]\n  x -> {used}{LAYERS[name]} -> tanh", given, before=before)
        leaves = [v.leaf for v in graph.parameters]
        values = [*slopes(graph.outputs[0].node, leaves), *(value for _, value in graph.updates)]
        stage = Stage(tuple((b.input_(f"r{i}", v.shape, v.dtype), v) for i, v in enumerate(values)))
        texts.append(sorted(text.source for text in compile_stages([stage], "float32").texts))
    assert texts[0] == texts[1]
    assert texts[0]


# ---- whole runs ------------------------------------------------------------------------------------------

RUNS = {
    "nll relu adam": Parts("nll", "relu", "adam", "cosine", "l2", "glorot", "category", "softmax", 3),
    "huber elu momentum": Parts("huber", "elu", "momentum", "step", "l1", "he"),
    "bce tanh adamw": Parts("bce", "tanh", "adamw", "warmup", "l2", "orthogonal", "two", "sigmoid"),
}


def trained(text: str, target: str) -> tuple[list[Array], list[float]]:
    """Weights after three epochs, from the initializers' own, and the losses on the way."""
    graph = graph_of(text)
    made = rng("rows")
    rows = {"input": Rows(made.normal(size=(ROWS, FEATURES)).astype(np.float32))}
    aims = {"category": np.arange(ROWS) % 3, "two": np.arange(ROWS) % 2, "number": made.normal(size=ROWS)}[target]
    rows["target"] = Rows(aims.astype(np.float32 if target == "number" else np.int32))
    weights = initial([*graph.trained, *graph.states], 3, "float32")
    run = Trainer(graph, weights, rows, batch=5, precision="float32", seed=3)
    run.run(3)
    assert run.failure is None
    return [run.weights[v.leaf].copy() for v in graph.trained], run.history.columns["loss"]


@pytest.mark.parametrize("name", RUNS)
def test_a_run_with_copies_has_the_same_bits_and_compiles_nothing(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NNDSL_CACHE", str(tmp_path))  # so that whatever is new has to be compiled, and is counted
    parts = RUNS[name]
    weights, losses = trained(parts.script(frozenset()), parts.target)
    before = compiler.compiled
    own, own_losses = trained(parts.script(frozenset(ROLES)), parts.target)
    assert compiler.compiled == before
    assert losses == own_losses and len(losses) == 3
    for one, other in zip(weights, own, strict=True):
        np.testing.assert_array_equal(one, other)
        assert np.isfinite(one).all()


def test_another_equation_is_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The count of the test above can rise."""
    monkeypatch.setenv("NNDSL_CACHE", str(tmp_path))
    parts = RUNS["huber elu momentum"]
    before = compiler.compiled
    text = parts.script(frozenset({"activation"})).replace("alpha * expm1", f"{np.pi} * alpha * expm1")
    assert str(np.pi) in text
    trained(text, parts.target)
    assert compiler.compiled > before
