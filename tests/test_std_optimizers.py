"""Optimizers of the library: training runs agree with PyTorch's from the same weights over the same batches.

Where the library's equation is not PyTorch's: `momentum` and `nesterov` hold `lr` inside the velocity (Sutskever et
al., 2013), so that they agree under a constant rate; under a schedule they are compared with their own equation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from std_tools import Array, checked, refused, rng

from nndsl.backend.reference import evaluate
from nndsl.data import types
from nndsl.ir.node import Node, concrete
from nndsl.ir.primitive import Setting
from nndsl.lower import step_graph
from nndsl.runtime.trainer import Trainer
from nndsl.semantics.program import Train

ROWS, FEATURES, HIDDEN, CLASSES, BATCH = 11, 4, 6, 3, 3  # four steps an epoch, the last of two rows
EPOCHS = 5  # twenty steps
TEXT = """
set precision {precision}
data d {{
  columns a, b, c, e, y
  rows {rows}
  input (a, b, c, e)
  target y {encoder}
}}
network n for d {{
  dense({hidden}) -> {activation}
  {last}
}}
train n on d {{
  loss {loss}
  optimizer {optimizer}
{more}
  batch {batch}
  epochs {epochs}
}}
"""
Penalty = Callable[[Any, Sequence[Any]], Any]  # torch, matrices -> a term of the objective


@dataclass(frozen=True)
class Case:
    """optimizer: as written. expected: (torch, parameters) -> PyTorch's. more: clip and penalty, as options.

    activation, classes: of the network; without classes it is trained on numbers.
    """

    optimizer: str
    expected: Callable[[Any, list[Any]], Any]
    more: str = ""
    clip: float | None = None
    penalty: Penalty | None = None
    activation: str = "tanh"
    classes: bool = True


CASES: dict[str, tuple[Case, ...]] = {
    "sgd": (
        Case("sgd(lr=0.1)", lambda torch, p: torch.optim.SGD(p, 0.1)),
        Case("sgd", lambda torch, p: torch.optim.SGD(p, 0.01), activation="relu", classes=False),
    ),
    "momentum": (
        Case("momentum(lr=0.05)", lambda torch, p: torch.optim.SGD(p, 0.05, momentum=0.9)),
        Case("momentum(0.02, rate=0.5)", lambda torch, p: torch.optim.SGD(p, 0.02, momentum=0.5), activation="relu"),
    ),
    "nesterov": (
        Case("nesterov(lr=0.05)", lambda torch, p: torch.optim.SGD(p, 0.05, momentum=0.9, nesterov=True)),
        Case("nesterov(0.02, 0.6)", lambda torch, p: torch.optim.SGD(p, 0.02, 0.6, nesterov=True), classes=False),
    ),
    "adagrad": (
        Case("adagrad", lambda torch, p: torch.optim.Adagrad(p)),
        Case("adagrad(lr=0.1, eps=0.001)", lambda torch, p: torch.optim.Adagrad(p, 0.1, eps=0.001), activation="relu"),
    ),
    "rmsprop": (
        Case("rmsprop(lr=0.002)", lambda torch, p: torch.optim.RMSprop(p, 0.002)),
        Case("rmsprop(0.01, decay=0.8, eps=0.01)", lambda torch, p: torch.optim.RMSprop(p, 0.01, alpha=0.8, eps=0.01)),
    ),
    "adam": (
        Case("adam", lambda torch, p: torch.optim.Adam(p)),
        Case("adam(lr=0.02)", lambda torch, p: torch.optim.Adam(p, 0.02), activation="relu"),
        Case("adam(0.01, beta1=0.5, beta2=0.9, eps=0.001)",
             lambda torch, p: torch.optim.Adam(p, 0.01, (0.5, 0.9), 0.001), classes=False),
    ),
    "adamw": (
        Case("adamw(lr=0.01)", lambda torch, p: torch.optim.AdamW(p, 0.01)),
        Case("adamw(lr=0.02, decay=0.3)",
             lambda torch, p: torch.optim.AdamW(p, 0.02, weight_decay=0.3), activation="relu"),
    ),
}  # fmt: skip


def with_options(case: Case) -> list[Case]:
    """The same run with a clipped gradient, and with weights kept small."""
    return [
        replace(case, more="  clip 0.05", clip=0.05),
        replace(case, more="  clip 1000", clip=1000),
        replace(case, more="  regularize l2(0.02)", penalty=lambda torch, ws: 0.02 * sum((w**2).sum() for w in ws)),
        replace(case, more="  regularize l1(0.02)", penalty=lambda torch, ws: 0.02 * sum(w.abs().sum() for w in ws)),
        replace(
            case,
            more="  clip 0.1\n  regularize l1(0.003)\n  regularize l2",
            clip=0.1,
            penalty=lambda torch, ws: sum(0.003 * w.abs().sum() + 1.8e-4 * (w**2).sum() for w in ws),
        ),
    ]


ALL = [case for cases in CASES.values() for row in (cases, *(with_options(cases[0]),)) for case in row]
IDS = [" ".join([case.optimizer, case.activation, *case.more.split()]) for case in ALL]


# ---- both sides ------------------------------------------------------------------------------------------


def table(classes: bool) -> tuple[Array, Array]:
    """Inputs and targets; numbers that float32 holds exactly, so that both sides see the same."""
    made = rng("table")
    x = made.integers(-8, 9, size=(ROWS, FEATURES)) / 4
    y = made.permutation(np.arange(ROWS) % CLASSES) if classes else made.integers(-8, 9, size=ROWS) / 4
    return x, y


def script(case: Case, precision: str) -> str:
    x, y = table(case.classes)
    rows = [[*map(float, row), f"c{t}" if case.classes else float(t)] for row, t in zip(x, y, strict=True)]
    parts = {
        True: {"encoder": "-> category", "last": f"dense({CLASSES}) -> softmax", "loss": "nll"},
        False: {"encoder": "", "last": "dense(1)", "loss": "mse"},
    }[case.classes]
    return TEXT.format(
        precision=precision,
        rows=str(rows).replace("'", '"'),
        hidden=HIDDEN,
        activation=case.activation,
        optimizer=case.optimizer,
        more=case.more,
        batch=BATCH,
        epochs=EPOCHS,
        **parts,
    )


def trainer(case: Case, precision: str) -> Trainer:
    """Ready to run, from weights that depend on their names alone."""
    done = checked(script(case, precision))
    (train,) = (action for action in done.program.actions if isinstance(action, Train))
    graph = step_graph(done.program, train, done.signatures["d"])
    weights = {v.leaf: first(v.name, v.leaf) for v in graph.trained}
    x, y = table(case.classes)
    target = y.astype(np.int32) if case.classes else y.astype(precision)
    rows = {"input": types.Array(x.astype(precision)), "target": types.Array(target)}
    return Trainer(graph, weights, rows, batch=BATCH, precision=precision, seed=4)


def first(name: str, leaf: Node) -> Array:
    return rng(name).uniform(-0.7, 0.7, size=concrete(leaf.shape, {})).astype(np.float32)


def trained(case: Case, precision: str) -> tuple[list[Array], dict[str, Array], dict[str, Array]]:
    """The order of rows of each epoch, the weights at the beginning, and those at the end."""
    run = trainer(case, precision)
    names = {v.leaf: v.name for v in run.graph.trained}
    before = {name: run.weights[leaf].copy() for leaf, name in names.items()}
    orders = []
    for epoch in range(1, EPOCHS + 1):
        run.loop.shuffle(epoch)
        orders.append(run.loop.order.copy())
        outcome = run.loop.walk()
        assert outcome.finite and outcome.steps == 4
    assert float(run.step) == 1 + 4 * EPOCHS
    return orders, before, {name: run.weights[leaf].copy() for leaf, name in names.items()}


def in_pytorch(case: Case, precision: str, orders: list[Array], before: dict[str, Array]) -> dict[str, Array]:
    torch = pytest.importorskip("torch")
    kind = getattr(torch, precision)
    weights = {name: torch.tensor(value, dtype=kind, requires_grad=True) for name, value in before.items()}
    x, y = (torch.tensor(a) for a in table(case.classes))
    x = x.to(kind)
    optimizer = case.expected(torch, list(weights.values()))
    for order in orders:
        for start in range(0, ROWS, BATCH):
            rows = torch.tensor(order[start : start + BATCH].astype(np.int64))
            optimizer.zero_grad()
            objective(torch, case, weights, x[rows], y[rows]).backward()
            if case.clip is not None:
                torch.nn.utils.clip_grad_norm_(list(weights.values()), case.clip)
            optimizer.step()
    return {name: value.detach().numpy() for name, value in weights.items()}


def objective(torch: Any, case: Case, weights: dict[str, Any], x: Any, y: Any) -> Any:
    hidden = getattr(torch, case.activation)(x @ weights["dense_1.W"] + weights["dense_1.b"])
    out = hidden @ weights["dense_2.W"] + weights["dense_2.b"]
    functional = torch.nn.functional
    value = functional.cross_entropy(out, y) if case.classes else functional.mse_loss(out[:, 0], y.to(out.dtype))
    matrices = [w for w in weights.values() if w.ndim == 2]
    return value if case.penalty is None else value + case.penalty(torch, matrices)


# ---- tests -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("precision", "tolerance"), [("float32", 1e-4), ("float64", 1e-9)])
@pytest.mark.parametrize("case", ALL, ids=IDS)
def test_twenty_steps_as_in_pytorch(case: Case, precision: str, tolerance: float) -> None:
    orders, before, after = trained(case, precision)
    assert all(sorted(order) == list(range(ROWS)) for order in orders), "every row once an epoch"
    wanted = in_pytorch(case, precision, orders, before)
    for name, value in wanted.items():
        np.testing.assert_allclose(after[name], value, rtol=tolerance, atol=tolerance, err_msg=name)
        assert np.abs(value - before[name]).max() > 20 * tolerance, "it has moved by much more than the tolerance"


EQUATIONS: dict[str, Callable[[float, float, float, float], tuple[float, float]]] = {
    "momentum": lambda w, u, g, lr: (w - (0.9 * u + lr * g), 0.9 * u + lr * g),
    "nesterov": lambda w, u, g, lr: (w - 0.9 * (0.9 * u + lr * g) - lr * g, 0.9 * u + lr * g),
}


@pytest.mark.parametrize("name", EQUATIONS)
def test_a_schedule_reaches_into_the_velocity(name: str) -> None:
    """The share of an early gradient in the velocity keeps the rate of its own step."""
    case = Case(f"{name}(lr=0.1)", lambda torch, p: None, more="  schedule cosine")
    done = checked(script(case, "float64"))
    (train,) = (action for action in done.program.actions if isinstance(action, Train))
    graph = step_graph(done.program, train, done.signatures["d"]).optimizer
    ((velocity, start),) = graph.states
    values = {graph.w: np.array([0.5]), velocity: np.array([start]), graph.g: np.zeros(1)}
    w, u, total = 0.5, 0.0, 4 * EPOCHS
    for t in range(1, total + 1):
        values[graph.g] = np.array([np.sin(t)])
        w, u = EQUATIONS[name](w, u, float(np.sin(t)), 0.1 * 0.5 * (1 + np.cos(np.pi * t / total)))
        moved = evaluate([value for _, value in graph.updates], values, Setting({"P": 1}, "float64", 0, t))
        values.update(zip((leaf for leaf, _ in graph.updates), moved, strict=True))
        np.testing.assert_allclose([values[graph.w][0], values[velocity][0]], [w, u], rtol=1e-12)


@pytest.mark.parametrize(
    "text",
    ["sgd(lr=0)", "momentum(rate=1)", "nesterov(rate=-0.1)", "adagrad(eps=-1)", "rmsprop(decay=1)", "adam(beta2=1)",
     "adam(lr=-1)", "adamw(decay=-1)"],
)  # fmt: skip
def test_what_makes_no_sense_is_said(text: str) -> None:
    ((code, message),) = refused(script(Case(text, lambda torch, p: None), "float32"))
    assert code == "E0206" and message.startswith(f"`{text.partition('(')[0]}` needs ")
