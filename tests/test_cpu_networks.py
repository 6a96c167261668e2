"""Loss, gradients and kept states of small networks on the CPU against the reference, at several batch sizes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pytest
from cpu_tools import compare, run_stages

from nndsl.backend.cpu.plan import Stage
from nndsl.backend.reference import evaluate
from nndsl.ir import Node, Setting
from nndsl.ir import build as b
from nndsl.passes.autodiff import gradients
from nndsl.passes.simplify import simplify
from nndsl.passes.stabilise import stabilise

X, K = b.input_("x", ("B", 6)), b.input_("k", ("B",), "int")
WORDS = b.input_("words", ("B", 5), "int")


def dense(x: Node, units: int, name: str) -> Node:
    w, bias = b.param(f"{name}.W", (int(x.shape[-1]), units)), b.param(f"{name}.b", (units,))
    return b.add(b.matmul(x, w), bias)


def softmax(x: Node) -> Node:
    e = b.exp(x)
    return b.div(e, b.reduce_sum(e, -1))


def nll(p: Node) -> Node:
    return b.neg(b.mean(b.log(b.pick(p, K)), (0,)))


def normed(x: Node, axes: Sequence[int]) -> Node:
    centred = b.sub(x, b.mean(x, axes))
    return b.div(centred, b.sqrt(b.add(b.mean(b.mul(centred, centred), axes), 1e-5)))


def gelu(x: Node) -> Node:
    return b.mul(b.mul(0.5, x), b.add(1.0, b.apply("erf", b.mul(x, 1 / math.sqrt(2)))))


def mlp() -> Node:
    h = X
    for i, (_, units) in enumerate(pairwise((6, 8, 7))):
        h = b.maximum(dense(h, units, f"d{i}"), 0.0)
        h = b.where(b.less(b.uniform(i, h.shape), 0.3), 0.0, b.mul(h, 1 / 0.7))
    return nll(softmax(dense(h, 4, "out")))


def layer_norm() -> Node:
    h = normed(gelu(dense(X, 8, "a")), (1,))
    h = b.add(b.mul(h, b.param("scale", (8,))), b.param("shift", (8,)))
    return nll(softmax(dense(b.tanh(h), 4, "out")))


def batch_norm() -> Node:
    h = normed(dense(X, 8, "a"), (0,))
    h = b.add(b.mul(h, b.param("scale", (8,))), b.param("shift", (8,)))
    return nll(softmax(dense(b.sigmoid(h), 4, "out")))


def embedding() -> Node:
    rows = b.gather(b.param("table", (9, 3)), WORDS)
    return nll(softmax(dense(b.reshape(rows, ("B", 15)), 4, "out")))


def attention() -> Node:
    tokens = b.gather(b.param("table", (9, 8)), WORDS)
    q, k, v = (b.reshape(b.matmul(tokens, b.param(n, (8, 8))), ("B", 5, 2, 4)) for n in "qkv")
    weights = softmax(b.mul(0.5, b.einsum("bqhd,bkhd->bhqk", q, k)))
    mixed = b.reshape(b.einsum("bhqk,bkhd->bqhd", weights, v), ("B", 5, 8))
    return nll(softmax(dense(b.reshape(b.mean(b.add(tokens, mixed), (1,)), ("B", 8)), 4, "out")))


def regression() -> Node:
    error = b.sub(dense(b.softplus(dense(X, 5, "a")), 6, "out"), X)
    weights = b.param("a.W", (6, 5))
    return b.add(
        b.reshape(b.mean(b.mul(error, error)), ()), b.mul(0.01, b.reshape(b.reduce_sum(b.mul(weights, weights)), ()))
    )


def pooled() -> Node:
    h = b.reshape(dense(X, 12, "a"), ("B", 3, 4))
    return nll(softmax(b.reshape(b.reduce_max(b.mul(h, 1.5), 1), ("B", 4))))


NETWORKS: tuple[Callable[[], Node], ...] = (mlp, layer_norm, batch_norm, embedding, attention, regression, pooled)


def _given(outputs: Sequence[Node], batch: int) -> dict[Node, np.ndarray]:
    from nndsl.ir import topological

    rng = np.random.default_rng(batch)
    values = {X: rng.normal(size=(batch, 6)), K: rng.integers(0, 4, batch), WORDS: rng.integers(0, 9, (batch, 5))}
    weights = [n for n in topological(outputs) if n.op == "param"]
    return values | {w: rng.normal(size=w.shape) * 0.5 for w in weights}


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("make", NETWORKS, ids=lambda f: f.__name__)
def test_loss_and_gradients(make: Callable[[], Node], precision: str) -> None:
    from nndsl.ir import topological

    (loss,) = simplify(stabilise([make()]))
    weights = [n for n in topological([loss]) if n.op == "param"]
    outputs = simplify([loss, *gradients(loss, weights)], derived=True)
    for batch in (1, 2, 9):
        tolerance = {"float32": 3e-5, "float64": 1e-10}[precision]
        compare(outputs, _given(outputs, batch), Setting({"B": batch}, precision, seed=4, step=3), tolerance)


def test_running_statistics_and_weights_over_several_steps() -> None:
    """Statistics are read and written in place in the stage that makes the gradients; the weights follow in another."""
    running, w = b.state("running", (6,)), b.param("w", (6, 3))
    mean = b.reshape(b.mean(X, (0,)), (6,))
    y = b.matmul(b.sub(X, running), w)
    loss = b.reshape(b.mean(b.mul(y, y)), ())
    g, leaf = b.state("g", w.shape), b.state("loss", ())
    (grad,) = gradients(loss, [w])
    values = simplify([loss, grad, b.add(b.mul(0.9, running), b.mul(0.1, mean))], derived=True)
    stages = [
        Stage(tuple(zip((leaf, g, running), values, strict=True))),
        Stage(((w, b.sub(w, b.mul(0.1, g))),)),
    ]
    setting = Setting({"B": 4}, "float64")
    rng = np.random.default_rng(0)
    given = {X: rng.normal(size=(4, 6)), running: np.zeros(6), w: rng.normal(size=(6, 3))}
    found, wanted = dict(given), dict(given)
    for _ in range(3):
        found |= run_stages(stages, found, setting)
        for stage in stages:
            made = evaluate([v for _, v in stage.updates], wanted, setting)
            wanted |= dict(zip((n for n, _ in stage.updates), made, strict=True))
    for node in (running, w, g, leaf):
        np.testing.assert_allclose(found[node], wanted[node], rtol=1e-12)
