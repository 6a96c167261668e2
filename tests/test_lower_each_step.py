"""Losses of a network that keeps the axis of time: at each step by itself, and the mean over the real ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from script_tools import check, program

from nndsl.backend.reference import evaluate
from nndsl.data.types import Field, Signature
from nndsl.diagnostics import Collector, Fault, Source
from nndsl.ir import build as b
from nndsl.ir.node import Node
from nndsl.ir.primitive import Setting
from nndsl.lower import evaluation_graph
from nndsl.lower.each_step import at_all_steps
from nndsl.lower.targets import resolve
from nndsl.lower.values import Tensor
from nndsl.syntax import parse_expression

SERIES = "data d {{\n  columns a, b\n  rows [{rows}]\n  sequence (a, b)\n  window 4\n}}\n"
ROWS = ", ".join(f"[{np.sin(i):.3f}, {np.cos(2 * i):.3f}]" for i in range(12))
OWN = """
loss far(y: real, z: real) = sqrt(sum((z - y)^2) + 1e-6)
loss turned(y: real, z: real) = sum(transpose(reshape(y - z, 1, 2)) * (1 + arange(2)))
loss first(y: real, z: real) = abs(y[0] - z[1]) + max(abs(y)) * mean(z)
loss joined(y: real, z: real) = mean(concat(y, z)^2) + sum(y @ reshape(z, 2, 1))
"""
NETWORK = "network net for d {\n  dense(2) -> tanh\n}\n"


def losses(text: str, loss: str) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """(the loss of each example, outputs [N, T, 2], targets [N, T, 2]) of a network of first weights."""
    from nndsl.data import load

    checked = program(text)
    signature = checked.signatures["d"]
    collector = Collector()
    expr = parse_expression(Source("loss", loss), collector)
    assert expr is not None and not collector
    graph = evaluation_graph(checked.program, checked.program.networks["net"], expr, signature, None)
    data = load(checked.program.data["d"], collector, seed=0, precision="float64")
    assert data is not None and graph.loss is not None
    part = data.part("train")
    setting = Setting({"B": part.input.count}, "float64")
    feed: dict[Node, NDArray[Any]] = {v.leaf: evaluate([v.initial], {}, setting)[0] for v in graph.parameters}
    for leaf, what in graph.inputs:
        array = getattr(part, what)
        feed[leaf] = array if what == "lengths" else array.take(slice(None)).floats("float64")
    found, outputs = evaluate([graph.loss, graph.outputs[0].node], feed, setting)
    assert part.shifted is not None
    return found, outputs, part.shifted.take(slice(None)).floats("float64")


def by_hand(loss: str, y: NDArray[Any], z: NDArray[Any]) -> float:
    """Of one step, y and z [2]."""
    d = z - y
    return float(
        {
            "mse": lambda: np.mean(d**2),
            "mae": lambda: np.mean(np.abs(d)),
            "huber(delta=0.1)": lambda: np.mean(np.where(np.abs(d) < 0.1, 0.5 * d**2, 0.1 * (np.abs(d) - 0.05))),
            "far": lambda: np.sqrt(np.sum(d**2) + 1e-6),
            "turned": lambda: np.sum(-d[:, None] * np.array([1.0, 2.0])),
            "first": lambda: np.abs(y[0] - z[1]) + np.max(np.abs(y)) * np.mean(z),
            "joined": lambda: np.mean(np.concatenate([y, z]) ** 2) + np.sum(y @ z.reshape(2, 1)),
            "mse(output, target) + 0.1 * far(output, target)": lambda: (
                np.mean(d**2) + 0.1 * np.sqrt(np.sum(d**2) + 1e-6)
            ),
        }[loss]()
    )


LOSSES = (
    "mse", "mae", "huber(delta=0.1)", "far", "turned", "first", "joined",
    "mse(output, target) + 0.1 * far(output, target)",
)  # fmt: skip


@pytest.mark.parametrize("loss", LOSSES)
def test_a_loss_is_computed_at_each_step(loss: str) -> None:
    found, y, z = losses(OWN + SERIES.format(rows=ROWS) + NETWORK, loss)
    wanted = [np.mean([by_hand(loss, y[n, t], z[n, t]) for t in range(4)]) for n in range(len(y))]
    np.testing.assert_allclose(found, wanted, rtol=1e-10)


@pytest.mark.parametrize("loss", LOSSES)
def test_padding_counts_for_nothing(loss: str) -> None:
    """Series of different lengths: the mean over the real steps of each."""
    lengths = [5, 2, 4]
    ids = [i for i, n in enumerate(lengths) for _ in range(n)]
    rows = ", ".join(f"[{i}, {np.sin(k):.3f}, {np.cos(2 * k):.3f}]" for k, i in enumerate(ids))
    text = f"data d {{\n  columns id, a, b\n  rows [{rows}]\n  sequence (a, b), by=id\n}}\n"
    found, y, z = losses(OWN + text + NETWORK, loss)
    wanted = [np.mean([by_hand(loss, y[n, t], z[n, t]) for t in range(length - 1)]) for n, length in enumerate(lengths)]
    np.testing.assert_allclose(found, wanted, rtol=1e-10)


def test_classes_at_each_step() -> None:
    text = 'data d {\n  text "abcabcaabbcc"\n  sequence characters\n  window 3, stride=1\n}\n'
    net = "network net for d {\n  embedding(vocabulary, 4) -> dense(vocabulary) -> softmax\n}\n"
    found, y, z = losses(text + net, "nll")
    wanted = [np.mean([-np.log(y[n, t, z[n, t]]) for t in range(3)]) for n in range(len(y))]
    np.testing.assert_allclose(found, wanted, rtol=1e-10)


# ---- the graph at all steps -----------------------------------------------------------------------------


def leaves(*shapes: tuple[int | str, ...]) -> dict[Node, Node]:
    """A leaf of one step for each shape -> one of all steps."""
    found = {}
    for number, shape in enumerate(shapes):
        whole = (*shape[:1], 3, *shape[1:])
        found[b.input_(f"x{number}", shape)] = b.input_(f"all{number}", whole)
    return found


def same(node: Node, pairs: dict[Node, Node]) -> None:
    """The graph at all steps gives what the graph of one step gives at each."""
    made = np.random.default_rng(0)
    setting = Setting({"B": 5}, "float64")
    values = {one: made.normal(size=[5 if d == "B" else d for d in whole.shape]) for one, whole in pairs.items()}
    fixed = {x: made.normal(size=(4, 2)) for x in [b.param("w", (4, 2))]}
    whole = at_all_steps(node, pairs, 3)
    assert whole.shape == (*node.shape[:1], 3, *node.shape[1:])
    (found,) = evaluate([whole], {pairs[one]: value for one, value in values.items()} | fixed, setting)
    for t in range(3):
        (wanted,) = evaluate([node], {one: value[:, t] for one, value in values.items()} | fixed, setting)
        np.testing.assert_allclose(found[:, t], wanted, rtol=1e-12, err_msg=f"step {t}")


W = b.param("w", (4, 2))
PAIRS = leaves(("B", 4), ("B", 4))
X, Y = PAIRS
GRAPHS = {
    "map": b.add(b.exp(X), b.mul(Y, 2.0)),
    "map with what has no steps": b.mul(X, b.reshape(b.reduce_sum(W, 1), (1, 4))),
    "map of another rank": b.mul(X, b.reduce_sum(b.reduce_sum(W, 1), 0)),
    "reduce": b.reduce_max(X, -1),
    "reduce the batch": b.sub(X, b.mean(X, 0)),
    "reshape": b.reshape(X, ("B", 2, 2)),
    "transpose": b.transpose(b.reshape(X, ("B", 2, 2)), [0, 2, 1]),
    "expand": b.expand(b.reshape(X, ("B", 4, 1)), ("B", 4, 3)),
    "slice": b.slice_(X, 1, 1, 3),
    "pad": b.pad(X, 1, 1, 2),
    "concat": b.concat([X, Y], 1),
    "concat with what has no steps": b.concat([X, b.expand(b.const(1.0), ("B", 2))], 1),
    "product with weights": b.einsum("bi,ij->bj", X, W),
    "product of both": b.einsum("bi,bj->bij", X, Y),
    "argmax": b.cast(b.argmax(X, 1), "float"),
    "gather": b.gather(W, b.argmax(X, 1)),
    "nothing of the steps": b.expand(b.const(2.0), ("B", 4)),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_a_graph_at_all_steps(name: str) -> None:
    same(GRAPHS[name], PAIRS)


def test_what_cannot_be_done_at_each_step_is_said() -> None:
    rows = b.gather(b.reshape(b.reduce_sum(X, 0), (4,)), b.iota(2))
    with pytest.raises(Fault) as found:
        at_all_steps(rows, PAIRS, 3)
    assert found.value.diagnostic.code == "E0302"


# ---- which target ------------------------------------------------------------------------------------


def signature(kind: str, width: int, classes: int = 0, steps: int = 6) -> Signature:
    span = parse_expression(Source("x", "x"), Collector()).span  # type: ignore[union-attr]
    names = tuple(map(str, range(classes)))
    one = Field(("x",), () if kind == "category" else (width,), kind, span, names)
    shifted = replace(one, shape=(steps, *one.shape), time=True)
    return Signature("d", span, {}, shifted, one, {}, shifted)


def output(*shape: int) -> list[Tensor]:
    node = b.input_("y", ("B", *shape))
    span = parse_expression(Source("x", "x"), Collector()).span  # type: ignore[union-attr]
    return [Tensor(node, (False,) * len(shape), True, "real", span)]


@pytest.mark.parametrize(
    ("data", "shape", "keeps"),
    [
        (signature("real", 1), (6, 1), True),
        (signature("real", 1), (6,), True),
        (signature("real", 1), (1,), False),
        (signature("real", 3), (6, 3), True),
        (signature("real", 3), (6,), False),
        (signature("real", 6), (6,), False),
        (signature("category", 0, 9), (6, 9), True),
        (signature("category", 0, 9), (6, 4), True),  # too few classes, at each step
        (signature("category", 0, 9), (9,), False),
        (signature("category", 0, 6), (6,), False),
        (signature("category", 0, 2), (6,), True),
        (signature("category", 0, 2), (2,), False),
        (signature("category", 0, 2, steps=2), (2,), False),
        (signature("category", 0, 9), (5, 9), False),
    ],
)
def test_which_target_a_network_has(data: Signature, shape: tuple[int, ...], keeps: bool) -> None:
    seen = resolve(data, output(*shape))
    assert seen.target == (data.shifted if keeps else data.target)
    assert (seen.shifted is not None) == keeps


def test_networks_that_give_something_else() -> None:
    text = SERIES.format(rows=ROWS).replace("window 4", "window 4\n  horizon 1, steps=3")
    train = "train net on d { epochs 1 }\n"
    for body, words in (
        ("dense(2)", "end the network with `-> last -> dense(6) -> reshape(3, 2)`"),
        ("flatten -> dense(6)", "end the network with `-> dense(6) -> reshape(3, 2)`"),
    ):
        _, found = check(text + f"network net for d {{\n  {body}\n}}\n" + train)
        assert [d.code for d in found] == ["E0301"] and found[0].help == words
    _, found = check(text + "network net for d {\n  flatten -> dense(6) -> reshape(3, 2)\n}\n" + train)
    assert not found
