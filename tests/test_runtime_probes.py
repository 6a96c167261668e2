"""Probes: what layers and activations give, and gradients by them, against NumPy and PyTorch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from run_tools import checked

from nndsl.backend.reference import evaluate
from nndsl.diagnostics import Collector, Source
from nndsl.ir.primitive import Setting
from nndsl.lower.check import Checked, check_program
from nndsl.lower.probing import probe_graph
from nndsl.runtime.probes import SAMPLES, Probe, Probes, bend, distribution, probe, sample
from nndsl.runtime.session import Session
from nndsl.runtime.training import rows_of
from nndsl.semantics.program import Train
from nndsl.syntax import parse

POINTS = """set seed 2
set precision float64
data points {{ from blobs(90, classes=3, noise=0.7) }}
{0}
train net on points as run {{ epochs 3; batch 16 }}
"""
WAVES = """set seed 5
set precision float64
data waves {{
  columns level
  rows {rows}
  sequence level
  window 6
}}
{0}
train net on waves as run {{ epochs 2 }}
"""
SERIES = [[round(float(np.sin(k / 3)) + 0.1 * (k % 5), 4)] for k in range(40)]


def probed(text: str, rows: int = 1024) -> tuple[Probes, Session]:
    """The training part, as the network is before its training: nothing need be compiled."""
    return looked_at(checked(text), rows)


def looked_at(done: Checked, rows: int = 1024) -> tuple[Probes, Session]:
    session = Session(done, Path.cwd())
    train = next(a for a in session.program.actions if isinstance(a, Train))
    assert train.loss is not None
    state, dataset = session.networks[train.network], session.dataset(train.data)
    return probe(state, dataset, dataset.part("train"), train.loss, 0, rows), session


def weights(session: Session) -> dict[str, NDArray[Any]]:
    state = session.networks["net"]
    return {name: np.array(state.arrays[v.leaf], np.float64) for name, v in state.variables.items()}


def of(found: Probes, words: str) -> Probe:
    (one,) = [p for p in found.layers if p.words == words]
    return one


def same(a: Any, b: Any) -> None:
    np.testing.assert_allclose(np.asarray(a, np.float64), np.asarray(b, np.float64), rtol=1e-9, atol=1e-12)


def agrees(one: Any, array: Any) -> None:
    """A distribution is that of these numbers."""
    values = np.asarray(array, np.float64)
    assert one.count == values.size
    same([one.mean, one.rms, one.mean_abs], [values.mean(), np.sqrt(np.mean(values**2)), np.abs(values).mean()])
    same(one.quantiles[4], np.median(values))
    same(one.zeros, np.mean(values == 0))


# ---- numbers -------------------------------------------------------------------------------------------


def test_activations_and_gradients_are_those_of_pytorch() -> None:
    torch = pytest.importorskip("torch")
    found, session = probed(
        POINTS.format("network net for points { dense(7) -> tanh\n dense(6) -> relu\n dense(classes) -> softmax }")
    )
    w = {name: torch.tensor(value, requires_grad=True) for name, value in weights(session).items()}
    part = session.dataset("points").part("train")
    assert part.target is not None
    x, k = torch.tensor(part.input.floats("float64")), torch.tensor(part.target.floats().astype(np.int64))
    first = x @ w["dense_1.W"] + w["dense_1.b"]
    a = torch.tanh(first)
    second = a @ w["dense_2.W"] + w["dense_2.b"]
    c = torch.relu(second)
    third = c @ w["dense_3.W"] + w["dense_3.b"]
    made = {"dense_1": first, "dense_1 -> tanh": a, "dense_2": second, "dense_2 -> relu": c, "dense_3": third}
    for value in made.values():
        value.retain_grad()
    loss = torch.nn.functional.cross_entropy(third, k)
    loss.backward()

    assert found.rows == 90 and [p.words for p in found.layers] == [*made, "dense_3 -> softmax"]
    same(found.loss, loss.item())
    for words, value in made.items():
        one, slope = of(found, words), 90 * value.grad.numpy()
        agrees(one.values, value.detach().numpy())
        assert one.gradient is not None and one.shape == tuple(value.shape[1:])
        agrees(one.gradient, slope)
        same(one.signal, np.sqrt(np.mean(np.sum(slope**2, axis=1))))
    relu, tanh = of(found, "dense_2 -> relu"), of(found, "dense_1 -> tanh")
    assert relu.inputs is not None
    agrees(relu.inputs, second.detach().numpy())
    same(relu.flat, np.mean(second.detach().numpy() <= 0))
    same(tanh.flat, np.mean(1 - a.detach().numpy() ** 2 < 0.1))
    assert relu.dead == int((second.detach().numpy() <= 0).all(axis=0).sum())
    softmax = of(found, "dense_3 -> softmax")
    assert softmax.output and softmax.gradient is None and softmax.kind == "softmax"
    agrees(softmax.values, torch.softmax(third, 1).detach().numpy())
    for one in found.weights:
        slope = w[one.name].grad.numpy()
        agrees(one.gradient, slope)
        same([one.norm, one.gradient_norm], [np.linalg.norm(w[one.name].detach()), np.linalg.norm(slope)])
        same(one.ratio, one.gradient_norm / one.norm if one.norm else np.inf)


def test_gradients_within_a_cell_are_those_through_all_later_steps() -> None:
    torch = pytest.importorskip("torch")
    text = WAVES.format("network net for waves { elman(4) -> last -> dense(1) }", rows=SERIES)
    found, session = probed(text)
    w = {name: torch.tensor(value) for name, value in weights(session).items()}
    part = session.dataset("waves").part("train")
    assert part.target is not None
    x, z = torch.tensor(part.input.floats("float64")), torch.tensor(part.target.floats("float64"))
    x = x.reshape(len(x), 6, 1)
    h, steps = torch.zeros(len(x), 4, dtype=torch.float64), []
    for t in range(6):
        h = torch.tanh(x[:, t] @ w["elman_1.W"] + h @ w["elman_1.U"] + w["elman_1.b"]).requires_grad_()
        h.retain_grad()
        steps.append(h)
    out = h @ w["dense_1.W"] + w["dense_1.b"]
    torch.mean((out.reshape(-1) - z.reshape(-1)) ** 2).backward()

    one = of(found, "elman_1 -> tanh")
    slopes = len(x) * torch.stack([step.grad for step in steps], 1).numpy()
    assert one.cell == "elman_1" and one.gradient is not None and one.shape == (6, 4)
    agrees(one.gradient, slopes)
    agrees(one.values, torch.stack(steps, 1).detach().numpy())
    same(one.steps, np.sqrt(np.mean(np.sum(slopes**2, axis=2), axis=0)))
    signal = of(found, "elman_1").signal
    assert signal is not None
    same(signal, one.steps[-1])  # what comes from above comes at the last step alone


def test_a_cell_that_goes_backwards_tells_its_steps_in_its_own_order() -> None:
    forward, _ = probed(WAVES.format("network net for waves { elman(4) -> last -> dense(1) }", rows=SERIES))
    text = "network net for waves { input x[time, in]\n h = x -> elman(4, reverse=true)\n h[0] -> dense(1) }"
    backward, _ = probed(WAVES.format(text, rows=SERIES))
    for found in (forward, backward):
        steps = next(p for p in found.layers if p.steps).steps
        assert len(steps) == 6 and steps[-1] == max(steps)


def test_padding_is_not_looked_at() -> None:
    text = """set precision float64
data walks { from walks; sequence x; target kind -> category }
network net for walks { dense(3) -> tanh -> elman(2) -> last -> dense(classes) -> softmax }
train net on walks as run { epochs 1 }
"""
    lengths = [2, 4, 6, 8]
    table = {"x": [np.arange(n) / n + k for k, n in enumerate(lengths)], "kind": ["a", "b", "a", "b"]}
    collector = Collector()
    done = check_program(parse(Source("script.nn", text), collector), Path.cwd(), collector, objects={"walks": table})
    assert not collector.errors, [d.message for d in collector]
    found, _ = looked_at(done)
    assert found.lengths is not None
    steps = sum(lengths)
    assert of(found, "dense_1 -> tanh").values.count == 3 * steps
    assert of(found, "elman_1 -> tanh").values.count == 2 * steps


# ---- what is an activation ---------------------------------------------------------------------------------


def kinds(network: str, more: str = "") -> dict[str, str]:
    found, _ = probed(POINTS.format(more + f"network net for points {{ {network} }}"))
    return {p.words: p.kind for p in found.layers if p.role == "activation"}


def test_an_activation_is_known_by_what_it_does() -> None:
    own = "activation bent(x, steep = 2) = where(x > 0, steep * x, 0)\nactivation squash(x) = x / sqrt(1 + x^2)\n"
    own += "activation s(x) = 1 / (1 + exp(-x))\nactivation hard(x) = min(max(0.2 * x + 0.5, 0), 1)\n"
    chain = "dense(3) -> bent(3) -> dense(3) -> squash -> dense(3) -> s -> dense(3) -> hard -> dense(3) -> identity"
    assert kinds(f"{chain} -> dense(classes) -> softmax", own) == {
        "dense_1 -> bent": "rectifying", "dense_2 -> squash": "saturating", "dense_3 -> s": "saturating",
        "dense_4 -> hard": "saturating", "dense_6 -> softmax": "softmax",
    }  # fmt: skip
    library = {
        "relu": "rectifying", "elu": "rectifying", "gelu": "rectifying", "silu": "rectifying", "softplus": "rectifying",
        "leaky_relu": "open", "sigmoid": "saturating", "tanh": "saturating",
    }  # fmt: skip
    chain = " -> ".join(f"dense(2) -> {name}" for name in library)
    found = kinds(f"{chain} -> dense(classes) -> softmax")
    assert found == {f"dense_{k} -> {name}": kind for k, (name, kind) in enumerate(library.items(), 1)} | {
        f"dense_{len(library) + 1} -> softmax": "softmax"
    }


def test_equations_that_bend_are_found_without_a_name() -> None:
    network = "input x[in]\n param V[in, 5], U[5, 4]\n h = max(x @ V, 0)\n g = tanh(h @ U)\n dense(classes) -> softmax"
    assert kinds(network) == {"max": "rectifying", "g -> tanh": "saturating", "dense_1 -> softmax": "softmax"}


def test_equations_that_bend_are_found_within_a_cell_too() -> None:
    cell = """cell plain {
  input x[in]
  param W[in, 3]
  state h[3] = 0
  h' = max(x @ W + 0.5 * h, 0)
  output h'
}
"""
    found, _ = probed(WAVES.format(cell + "network net for waves { plain -> last -> dense(1) }", rows=SERIES))
    one = of(found, "plain_1 -> max")
    assert (one.kind, one.cell, one.shape, one.gradient) == ("rectifying", "plain_1", (6, 3), None)
    assert one.span.text == "max(x @ W + 0.5 * h, 0)" and one.flat == one.values.zeros > 0


def test_activations_are_named_after_their_equation_or_their_layer() -> None:
    layer = "layer block { input x[in]\n gate = sigmoid(x -> dense(in))\n output gate * (x -> dense(in) -> tanh) }\n"
    assert list(kinds("dense(4) -> block -> dense(classes) -> softmax", layer)) == [
        "block_1.dense_1 -> sigmoid", "block_1.dense_2 -> tanh", "dense_2 -> softmax",
    ]  # fmt: skip
    found, _ = probed(WAVES.format("network net for waves { lstm(3) -> last -> dense(1) }", rows=SERIES))
    assert [p.words for p in found.layers if p.cell == "lstm_1"] == [
        "lstm_1.f -> sigmoid", "lstm_1.i -> sigmoid", "lstm_1.o -> sigmoid", "lstm_1 -> tanh", "lstm_1 -> tanh",
    ]  # fmt: skip


def test_an_activation_stands_in_the_line_of_the_script() -> None:
    found, _ = probed(POINTS.format("network net for points {\n dense(4) -> relu\n dense(classes) -> softmax\n}"))
    span = of(found, "dense_1 -> relu").span
    assert span.text == "relu" and span.source.text.count("\n", 0, span.start) == 4


def test_a_watched_network_computes_the_same() -> None:
    text = WAVES.format("network net for waves { gru(3) -> lstm(3) -> last -> dense(1) }", rows=SERIES)
    found, session = probed(text)
    state, dataset = session.networks["net"], session.dataset("waves")
    graph = state.graph(dataset, state.loss, 0, state.loss)
    rows = rows_of(dataset.part("train"))
    feed = {leaf: rows[kind].floats("float64") for leaf, kind in graph.inputs}
    feed |= {v.leaf: state.arrays[v.leaf] for v in (*graph.parameters, *graph.states)}
    (outputs,) = evaluate([graph.outputs[0].node], feed, Setting({"B": found.rows}, "float64"))
    same(found.outputs, outputs)


# ---- samples -------------------------------------------------------------------------------------------------


def test_rows_are_chosen_at_even_distances_and_the_same_every_time() -> None:
    assert sample(10, 4).tolist() == [0, 3, 6, 9] and sample(3, 10).tolist() == [0, 1, 2] and sample(0, 5).size == 0
    text = POINTS.format("network net for points { dense(4) -> relu\n dense(classes) -> softmax }")
    found, _ = probed(text, rows=20)
    assert found.rows == 20 and of(found, "dense_1").values.count == 80
    again, _ = probed(text, rows=20)
    same(of(found, "dense_1").values.samples, of(again, "dense_1").values.samples)


def test_a_distribution_keeps_some_of_its_numbers() -> None:
    values = np.random.default_rng(0).normal(size=(100, 70))
    values[:, 0] = 0
    one = distribution(values)
    assert one.samples.shape == (SAMPLES,) and set(one.samples) <= set(values.ravel())
    agrees(one, values)
    empty = distribution(np.zeros((0, 3)))
    assert empty.count == 0 and not any(empty.quantiles)
    masked = distribution(np.array([1.0, -np.inf, 3.0]))
    assert (masked.count, masked.mean, masked.quantiles[0]) == (2, 2.0, 1.0)


# ---- constant answers --------------------------------------------------------------------------------------


def test_the_best_constant_answer() -> None:
    found, session = probed(POINTS.format("network net for points { dense(classes) -> softmax }"))
    part = session.dataset("points").part("train")
    assert part.target is not None
    shares = np.bincount(part.target.floats().astype(int)) / 90
    same(found.baseline, -np.sum(shares * np.log(shares)))
    logits, _ = probed(
        POINTS.format("network net for points { dense(classes) }").replace("{ epochs", "{ loss cross_entropy; epochs")
    )
    same(logits.baseline, found.baseline)
    data = (
        "set precision float64\ndata d { columns x, y\n rows [[1, 2], [2, 5], [3, 3], [4, 9]]\n input x\n target y }\n"
    )
    numbers, _ = probed(data + "network net for d { dense(1) }\ntrain net on d { epochs 1 }")
    same(numbers.baseline, np.var([2, 5, 3, 9]))
    absolute, _ = probed(data + "network net for d { dense(1) }\ntrain net on d { epochs 1; loss mae }")
    same(absolute.baseline, np.mean(np.abs(np.array([2, 5, 3, 9]) - 4)))


def test_an_autoencoder_is_compared_with_the_mean_of_its_input() -> None:
    text = "set precision float64\ndata d { columns x, y\n rows [[1, 2], [2, 5], [3, 3], [4, 9]]\n input (x, y) }\n"
    found, _ = probed(
        text + "network net for d { dense(1)\n dense(2) }\ntrain net on d { epochs 1; loss mse(output, input) }"
    )
    same(found.baseline, np.mean([np.var([1, 2, 3, 4]), np.var([2, 5, 3, 9])]))


def test_no_constant_fits_several_outputs() -> None:
    text = "data d { columns x, y\n rows [[1, 2], [2, 5], [3, 3], [4, 9]]\n input (x, y) }\n"
    text += "network net for d { input x[in]\n a = x -> dense(2)\n b = x -> dense(2)\n output a, b }\n"
    found, _ = probed(text + "train net on d { epochs 1; loss mse(output[0], input) + mse(output[1], input) }")
    assert found.baseline is None and found.loss > 0


def test_the_curve_of_an_activation_is_a_graph_over_one_number() -> None:
    done = checked(POINTS.format("network net for points { dense(4) -> leaky_relu(0.2)\n dense(classes) -> softmax }"))
    train = next(a for a in done.program.actions if isinstance(a, Train))
    assert train.loss is not None
    graph = probe_graph(done.program, done.program.networks["net"], train.loss, done.signatures["points"])
    (curve,) = [s.curve for s in graph.seen if s.curve is not None]
    assert curve.x.shape == ("B", 1) and bend(curve) == ("open", 1.0)
    bent = evaluate([curve.bent], {curve.x: np.array([[-1.0], [2.0]])}, Setting({"B": 2}, "float64"))[0]
    same(bent, [[-0.2], [2.0]])
