"""Stages on the CPU: updates in place, values two leaves want, leaves that change places, and the same graph at
several sizes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from cpu_tools import arrays_for, compare, into_leaves, result_leaf, run_stages
from graphs import random_graph

from nndsl.backend.cpu.plan import Binding, Stage, compile_stages, table
from nndsl.backend.cpu.program import StoreStep
from nndsl.backend.reference import evaluate
from nndsl.ir import Node, Setting
from nndsl.ir import build as b
from nndsl.passes.autodiff import gradients
from nndsl.passes.simplify import simplify
from nndsl.passes.stabilise import stabilise

RNG = np.random.default_rng(6)
ROUNDING = {"float32": {"rtol": 3e-6, "atol": 1e-6}, "float64": {"rtol": 1e-12, "atol": 1e-12}}
A, C, D = b.state("a", (3, 4)), b.state("c", (3, 4)), b.state("d", (4,))
SQUARE, S, T = b.state("square", (4, 4)), b.state("s", ()), b.state("t", ())
WIDE = b.state("wide", (2, 3, 4))
DEEP = b.state("deep", (2, 1, 1))
X = b.input_("x", ("B", 4))

STAGES: dict[str, list[Stage]] = {
    "in place": [Stage(((A, b.add(b.mul(A, 0.9), 1.0)),))],
    "in place, in passes": [Stage(((A, b.div(b.exp(A), b.reduce_sum(b.exp(A), 1))),))],
    "written in a pass before it is read again": [Stage(((A, b.tanh(A)), (C, b.mul(A, b.reduce_sum(A, 1)))))],
    "read after it is made anew": [Stage(((A, b.add(C, 1.0)), (C, b.add(b.mul(A, C), 1.0))))],
    "two leaves change places": [Stage(((A, C), (C, A)))],
    "three leaves change places": [Stage(((S, T), (T, b.add(S, 0.0)), (A, C), (C, b.neg(A))))],
    "a leaf takes another's old value": [Stage(((A, C), (C, b.mul(2.0, C))))],
    "a leaf takes a view of another's old value": [
        Stage(((D, b.reshape(b.slice_(A, 0, 1, 2), (4,))), (A, b.mul(2.0, A))))
    ],
    "a leaf takes the value of one that stays": [Stage(((A, C),))],
    "transposed in place": [Stage(((SQUARE, b.transpose(SQUARE, (1, 0))),))],
    "a sum with its own transpose": [Stage(((SQUARE, b.add(SQUARE, b.transpose(SQUARE, (1, 0)))),))],
    "a product with itself": [Stage(((SQUARE, b.einsum("ij,jk->ik", SQUARE, SQUARE)),))],
    "two leaves want one value": [Stage(((A, b.add(A, C)), (C, b.add(A, C))))],
    "a leaf and its view's value": [
        Stage(
            ((A, b.exp(C)), (WIDE, b.expand(b.exp(C), (2, 3, 4))), (b.state("flat", (12,)), b.reshape(b.exp(C), (12,))))
        )
    ],
    "a sum in place": [Stage(((D, b.reshape(b.reduce_sum(b.mul(A, D), 0), (4,))),))],
    "a sum of one axis in place of it": [Stage(((D, b.add(D, b.reshape(b.reduce_sum(A, 0), (4,)))),))],
    "a value of the first axis of three": [Stage(((DEEP, b.mul(2.0, DEEP)), (WIDE, b.mul(WIDE, b.mul(2.0, DEEP)))))],
    "scalars": [Stage(((S, b.add(S, T)), (T, b.mul(S, T))))],
    "a scalar and what it scales": [Stage(((S, b.add(S, 1.0)), (A, b.mul(A, S))))],
    "a mean and what it was made of": [Stage(((S, b.reshape(b.mean(A), ())), (A, b.sub(A, b.mean(A)))))],
    "stages one after the other": [
        Stage(((A, b.add(A, C)),)),
        Stage(((C, b.add(A, C)), (A, b.mul(2.0, A)))),
        Stage(((A, b.add(A, C)),)),
    ],
    "a value that two stages make": [Stage(((A, b.exp(A)),)), Stage(((C, b.exp(A)), (A, b.mul(C, 0.5))))],
    "a constant": [Stage(((A, b.zeros((3, 4))), (S, b.const(2.5)), (D, b.full((4,), 1.0))))],
    "nothing new": [Stage(((A, A), (S, b.add(S, 1.0))))],
    "running statistics": [
        Stage(
            (
                (D, b.add(b.mul(0.9, D), b.mul(0.1, b.reshape(b.mean(X, (0,)), (4,))))),
                (
                    b.state("y", ("B", 4)),
                    b.div(b.sub(X, b.mean(X, (0,))), b.sqrt(b.add(b.mean(b.mul(X, X), (0,)), 1e-5))),
                ),
            )
        ),
        Stage(((b.state("z", ("B", 4)), b.sub(X, D)),)),
    ],
}


def _reference(stages: list[Stage], given: dict[Node, Any], setting: Setting) -> dict[Node, Any]:
    """The leaves after the stages: every value of a stage is made of the leaves before it."""
    leaves = dict(given)
    for stage in stages:
        values = evaluate([v for _, v in stage.updates], leaves, setting)
        leaves |= {leaf: np.array(v) for (leaf, _), v in zip(stage.updates, values, strict=True)}
    return leaves


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("name", STAGES)
def test_leaves_after_stages(name: str, precision: str) -> None:
    stages, setting = STAGES[name], Setting({"B": 5}, precision)
    leaves = [A, C, D, SQUARE, S, T, WIDE, DEEP, X]
    given = {n: RNG.uniform(0.5, 1.5, [5 if d == "B" else d for d in n.shape]).astype("float32") for n in leaves}
    found = run_stages(stages, given, setting)
    wanted = _reference(stages, given, setting)
    for leaf in (n for n in found if n.op != "step"):
        np.testing.assert_allclose(found[leaf], wanted[leaf], **ROUNDING[precision], err_msg=repr(leaf))


@pytest.mark.parametrize(
    "name",
    [
        "in place",
        "two leaves want one value",
        "a sum of one axis in place of it",
        "running statistics",
        "scalars",
        "in place, in passes",
    ],
)
def test_at_most_one_copy_remains(name: str) -> None:
    steps = compile_stages(STAGES[name], "float32").items
    assert sum(isinstance(step, StoreStep) for step in steps) == (name == "two leaves want one value")


def test_the_gradient_of_a_bias_goes_straight_into_its_leaf() -> None:
    w, bias = b.param("w", (4, 3)), b.param("bias", (3,))
    loss = b.mean(b.tanh(b.add(b.einsum("bi,ij->bj", X, w), bias)), (0, 1))
    grads = simplify(gradients(loss, [w, bias]), derived=True)
    program = compile_stages([into_leaves(grads)], "float32")
    assert not any(isinstance(step, StoreStep) for step in program.items)


def test_a_value_must_fit_its_leaf() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        compile_stages([Stage(((A, D),))], "float32")


@pytest.mark.parametrize("seed", [*range(16), 34])
def test_random_graphs_and_their_gradients(seed: int) -> None:
    loss, leaves, bindings, setting = random_graph(seed, steps=8)
    outputs = simplify(stabilise([loss]))
    outputs = simplify([*outputs, *gradients(outputs[0], leaves)], derived=True)
    compare(outputs, bindings, setting, 1e-9)


def test_one_binding_at_several_batch_sizes() -> None:
    w = b.param("w", (4, 3))
    y = b.einsum("bi,ij->bj", b.tanh(X), w)
    outputs = [
        b.reduce_sum(b.exp(y), (0, 1)),
        b.transpose(y, (1, 0)),
        b.sub(y, b.mean(y, (0,))),
        b.uniform(3, ("B", 4)),
    ]
    outputs = [o for o in outputs if o.shape != (3, "B")] + [b.reduce_sum(b.transpose(y, (1, 0)), 1)]
    stages, values = [into_leaves(outputs)], {X: RNG.normal(size=(8, 4)), w: RNG.normal(size=(4, 3))}
    leaves = arrays_for(stages, values, Setting({"B": 8}))
    binding = Binding(compile_stages(stages, "float32"), leaves, {"B": 8}, 0)
    tables = {n: table(binding.instructions({"B": n})) for n in (8, 1, 3, 5)}
    for n in (3, 8, 1, 5, 8):
        tables[n].run()
        wanted = evaluate(outputs, {X: values[X][:n], w: values[w]}, Setting({"B": n}))
        for i, (out, want) in enumerate(zip(outputs, wanted, strict=True)):
            have = leaves[result_leaf(i, out)]
            np.testing.assert_allclose(have.reshape(-1)[: want.size].reshape(want.shape), want, rtol=1e-5, atol=1e-6)
