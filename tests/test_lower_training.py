"""Scripts learn: graphs of training steps, run slowly on the reference backend, reach a low loss."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from script_tools import program, train

from nndsl.backend.reference import evaluate
from nndsl.ir.node import Node
from nndsl.ir.primitive import Setting
from nndsl.lower import step_graph, steps
from nndsl.passes.autodiff import gradients
from nndsl.semantics import Train

EXAMPLES = Path(__file__).parent.parent / "examples"

XOR = """data xor {
  columns a, b, y
  rows [[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]]
  input (a, b)
  target y -> category
}
network net for xor { dense(8) -> tanh; dense(1) -> sigmoid }
train net on xor { optimizer adam(lr=0.05); batch 4; epochs 200; metrics accuracy }
"""

LINE = """data d {
  columns x, y
  rows [[1, 3], [2, 5], [3, 7], [4, 9]]
  input x
  target y
}
network net for d { input x[1]; param w[1] = 0, b[1] = 0; output w * x + b }
train net on d { %s; batch 4; epochs 400 }
"""


def test_xor() -> None:
    run = train(XOR)
    assert run.losses[-1] < 0.05
    assert run.metric("accuracy", "train") == 1.0


def test_iris() -> None:
    text = f'''data iris {{
  from "{EXAMPLES}/data/iris.csv"
  input (sepal_length, sepal_width, petal_length, petal_width) -> standard
  target species -> category
  split train=70%, test=30%, stratify=species
}}
network net for iris {{ dense(16) -> tanh -> dropout(0.1) -> batchnorm; dense(classes) -> softmax }}
train net on iris {{ optimizer adam(lr=0.01); schedule cosine; regularize l2(0.0001); batch 16; epochs 30; clip 1 }}
evaluate net on iris.test as result {{ metrics accuracy, f1 }}
'''
    run = train(text)
    assert run.losses[-1] < 0.15
    assert run.metric("accuracy", "test") > 0.85


@pytest.mark.parametrize(
    "optimizer",
    [
        "sgd(0.05)",
        "momentum(0.02)",
        "nesterov(0.02)",
        "adagrad(0.5)",
        "rmsprop(0.05)",
        "adam(0.1)",
        "adamw(0.1, decay=0)",
    ],
)
def test_every_optimizer_finds_a_line(optimizer: str) -> None:
    run = train(LINE % f"optimizer {optimizer}")
    assert run.losses[-1] < 0.05
    w, b = (run.values[v.leaf].item() for v in run.graph.trained)
    assert (abs(w - 2) < 0.3) and (abs(b - 1) < 0.7)


def test_an_autoencoder_has_its_input_as_target() -> None:
    text = """data d {
  columns a, b, c
  rows [[1, 2, 3], [2, 4, 6], [0, 0, 0], [-1, -2, -3], [3, 6, 9], [0.5, 1, 1.5]]
  input (a, b, c)
}
network auto for d { code = dense(1); code -> dense(3) }
train auto on d { loss mse(output, input) + 0 * sum(code^2); optimizer adam(0.05); batch 6; epochs 300 }
"""
    assert train(text).losses[-1] < 0.05


def test_a_users_own_definitions_train_like_the_librarys() -> None:
    own = """activation bent(x) = where(x > 0, x, 0.1 * x)
loss distance(y, k) = -log(y[k])
layer linear(units) { input x[..., in]; param W[in, units] ~ tiny(0.3); param b[units] = 0; output x @ W + b }
initializer tiny(scale) = scale * normal(shape)
optimizer mine(lr = 0.1) { state v = 0; v' = 0.9 * v + g; w' = w - lr * v' }
regularizer edge(w) = 0.0001 * sum(w^4)
schedule half(t, total) = where(t < total / 2, 1, 0.5)
metric right(y, k: category): score = mean(argmax(y, axis=-1) == k)
"""
    data = "data d { from blobs(120, classes=3) }\n"
    net = "network net for d { linear(8) -> bent; linear(classes) -> softmax }\n"
    options = "loss distance; optimizer mine(0.05); regularize edge; schedule half; metrics right; epochs 15"
    run = train(own + data + net + "train net on d { " + options + " }")
    assert run.losses[-1] < 0.3
    assert run.metric("right", "train") > 0.9


def _objective(options: str) -> tuple[dict[str, np.ndarray], float, float]:
    """Weights of a small network, its loss and its objective for one batch."""
    text = LINE.replace("%s", options).replace(
        "input x[1]; param w[1] = 0, b[1] = 0; output w * x + b", "dense(3) -> tanh; dense(1)"
    )
    checked = program(text)
    (action,) = checked.program.actions
    assert isinstance(action, Train)
    graph = step_graph(checked.program, action, checked.signatures["d"])
    setting = Setting(sizes={"B": 4}, precision="float64")
    feed: dict[Node, np.ndarray] = {v.leaf: evaluate([v.initial], {}, setting)[0] + 0.5 for v in graph.trained}
    weights = {v.name: feed[v.leaf] for v in graph.trained}
    feed.update({leaf: np.ones((4, 1)) for leaf, _ in graph.inputs})
    loss, objective = evaluate([graph.loss, graph.objective], feed, setting)
    return weights, float(loss), float(objective)


def test_regularizers_add_up_and_leave_biases_alone() -> None:
    weights, loss, objective = _objective("regularize l1(0.1), l2(0.01); regularize l2(0.5)")
    matrices = [w for w in weights.values() if w.ndim == 2]
    assert len(matrices) == 2
    wanted = sum(0.1 * np.abs(w).sum() + 0.01 * (w**2).sum() + 0.5 * (w**2).sum() for w in matrices)
    np.testing.assert_allclose(objective - loss, wanted, rtol=1e-12)


def test_clipping_shortens_long_gradients_only() -> None:
    checked = program(LINE % "optimizer sgd(1); clip 2")
    (action,) = checked.program.actions
    assert isinstance(action, Train)
    optimizer = step_graph(checked.program, action, checked.signatures["d"]).optimizer
    moved = dict(optimizer.updates)[optimizer.w]
    for g, wanted in ((np.array([0.3, 0.4]), [0.3, 0.4]), (np.array([30.0, 40.0]), [1.2, 1.6])):
        found = evaluate(
            [moved], {optimizer.w: np.zeros(2), optimizer.g: g}, Setting(sizes={"P": 2}, precision="float64")
        )[0]
        np.testing.assert_allclose(-found, wanted, rtol=1e-6)


def test_the_number_of_steps_counts_the_smaller_last_batch() -> None:
    checked = program((LINE % "optimizer sgd").replace("batch 4", "batch 3"))
    (action,) = checked.program.actions
    assert isinstance(action, Train)
    assert steps(action, checked.signatures["d"]) == 400 * 2


def test_gradients_of_a_whole_network_agree_with_differences() -> None:
    text = """data d { from blobs(40, classes=3) }
network net for d {
  input x[in]
  h = x -> dense(5) -> gelu -> layernorm
  h + (h -> dense(5) -> silu) -> batchnorm -> dense(classes) -> softmax
}
train net on d { regularize l2(0.1) }
"""
    checked = program(text)
    (action,) = checked.program.actions
    assert isinstance(action, Train)
    graph = step_graph(checked.program, action, checked.signatures["d"])
    rng = np.random.default_rng(0)
    setting = Setting(sizes={"B": 7}, precision="float64")
    feed: dict[Node, np.ndarray] = {
        v.leaf: evaluate([v.initial], {}, setting)[0] for v in (*graph.trained, *graph.states)
    }
    feed.update(
        {leaf: rng.normal(size=(7, 2)) if what == "input" else rng.integers(0, 3, 7) for leaf, what in graph.inputs}
    )
    leaves = [v.leaf for v in graph.trained]
    slopes = evaluate(gradients(graph.objective, leaves), feed, setting)
    for leaf, slope in zip(leaves, slopes, strict=True):
        place = tuple(rng.integers(0, n) for n in slope.shape)
        sides = []
        for step in (1e-5, -1e-5):
            moved = feed[leaf].copy()
            moved[place] += step
            sides.append(float(evaluate([graph.objective], {**feed, leaf: moved}, setting)[0]))
        np.testing.assert_allclose(slope[place], (sides[0] - sides[1]) / 2e-5, rtol=1e-4, atol=1e-7)
