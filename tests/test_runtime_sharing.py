"""A network is one set of weights: within other networks, used twice, with arguments, and in a loss."""

from __future__ import annotations

import numpy as np
import pytest
from run_tools import results

from nndsl.api import CompileError

DATA = """set seed 4
data d { from blobs(60, classes=2)
  split train=40, test=20 }
network encoder { dense(3) -> tanh }
network first for d { encoder -> dense(classes) -> softmax }
network second for d { encoder -> dense(classes) -> softmax }
train first on d as one { epochs 2 }
"""


def test_a_network_within_two_others_is_trained_by_both() -> None:
    alone = results(DATA)
    both = results(DATA + "train second on d as two { epochs 2 }\nevaluate first on d.test as after\n")
    for name in ("encoder.dense_1.W", "encoder.dense_1.b"):
        assert np.array_equal(both.first.weights[name], both.second.weights[name])
        assert np.array_equal(both.first.weights[name], both.encoder.weights[name.removeprefix("encoder.")])
        assert not np.array_equal(both.first.weights[name], alone.first.weights[name])
    assert np.array_equal(both.first.weights["dense_1.W"], alone.first.weights["dense_1.W"])
    x = np.array([[0.3, -1.0], [2.0, 0.5]], np.float32)
    weights = both.second.weights
    hidden = np.tanh(x @ weights["encoder.dense_1.W"] + weights["encoder.dense_1.b"])
    scores = np.exp(hidden @ weights["dense_1.W"] + weights["dense_1.b"])
    assert both.second.scores(x) == pytest.approx(scores / scores.sum(1, keepdims=True), abs=1e-5)


def test_a_network_used_twice_has_one_set_of_weights() -> None:
    text = DATA + (
        "network twins for d { a = encoder(x)\n b = encoder(-x)\n concat(a, b) -> dense(classes) -> softmax }\n"
        "train twins on d { epochs 1 }"
    )
    assert sorted(results(text).twins.weights) == [
        "dense_1.W", "dense_1.b", "encoder.dense_1.W", "encoder.dense_1.b",
    ]  # fmt: skip


WRONG = [
    ("network n for d { a = encoder(x)\n b = encoder(a)\n b -> dense(classes) }\ntrain n on d", "E0303", "[2, 3]"),
    (
        "network n for d { output x, 2 * x }\ntrain n on d { loss mse(output, input) }",
        "E0203",
        "`output` is 2 values, but `mse` takes one here",
    ),
]


@pytest.mark.parametrize(("text", "code", "words"), WRONG)
def test_what_does_not_go_together(text: str, code: str, words: str) -> None:
    with pytest.raises(CompileError) as found:
        results(DATA + text)
    (fault,) = [d for d in found.value.diagnostics if d.severity == "error"]
    assert fault.code == code and words in fault.message


@pytest.mark.parametrize(
    "line", ["mlp(width=5)", "input x[in]\n mlp(width=5)", "x -> mlp(width=5)", "h = mlp(x, width=5)"]
)
def test_a_network_with_arguments_begins_a_line(line: str) -> None:
    text = DATA + (
        "network mlp(width = 2) { dense(width) -> tanh }\n"
        f"network n for d {{ {line}\n dense(classes) -> softmax }}\ntrain n on d {{ epochs 1 }}"
    )
    assert results(text).n.weights["mlp.dense_1.W"].shape == (2, 5)


def test_the_operands_of_a_loss_may_stand_in_any_order() -> None:
    text = DATA + "network n for d { dense(2) }\ntrain n on d as run { epochs 1; loss mae("
    assert results(text + "1, output) }").run.history.loss == results(text + "output, 1) }").run.history.loss
