"""Schedules of the library, step by step, against `torch.optim.lr_scheduler` and against their formulas."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from cpu_tools import run
from std_tools import Array, checked, refused

from nndsl.backend.reference import evaluate
from nndsl.ir.primitive import Setting
from nndsl.lower import step_graph, steps
from nndsl.lower.graphs import OptimizerGraph
from nndsl.semantics.program import Train

ROWS, BATCH = 5, 2  # three steps an epoch, the last batch smaller
TEXT = f"""
data d {{{{
  columns a, b
  rows {[[i, 2 * i] for i in range(ROWS)]}
  input a
  target b
}}}}
network n for d {{{{ dense(1) }}}}
train n on d {{{{
  loss mse
  optimizer sgd(lr={{lr}})
  schedule {{schedule}}
  batch {BATCH}
  epochs {{epochs}}
}}}}
"""


@cache
def optimizer(schedule: str, epochs: int, lr: float = 1.0) -> tuple[OptimizerGraph, int]:
    """A run's optimizer, and how many steps the run has."""
    done = checked(TEXT.format(schedule=schedule, epochs=epochs, lr=lr))
    (train,) = (action for action in done.program.actions if isinstance(action, Train))
    signature = done.signatures["d"]
    return step_graph(done.program, train, signature).optimizer, steps(train, signature)


def factors(schedule: str, epochs: int, precision: str = "float64", lr: float = 1.0) -> Array:
    """What the rate is at each step: how far a weight moves against a gradient of 1."""
    graph, total = optimizer(schedule, epochs, lr)
    assert total == epochs * 3
    ((_, moved),) = graph.updates
    values, found = {graph.w: np.zeros(1), graph.g: np.ones(1)}, []
    for t in range(1, total + 1):
        at = Setting({"P": 1}, precision, 0, t)
        compute = evaluate if precision == "float64" else run
        found.append(-float(compute([moved], values, at)[0][0]))
    return np.array(found)


def scheduler(make: Callable[..., object]) -> Callable[[int], list[float]]:
    """The rates of a scheduler of PyTorch that takes one step a batch, from lr 1."""

    def rates(total: int) -> list[float]:
        torch = pytest.importorskip("torch")
        stepper = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
        chosen, found = make(torch.optim.lr_scheduler, stepper, total), []
        for _ in range(total + 1):
            found.append(stepper.param_groups[0]["lr"])
            stepper.step()
            chosen.step()  # type: ignore[attr-defined]
        return found

    return rates


def step_lr(times: int, rate: float) -> Callable[[int], list[float]]:
    return scheduler(lambda all_, o, total: all_.StepLR(o, total // times, rate))


def exponential_lr(end: float) -> Callable[[int], list[float]]:
    return scheduler(lambda all_, o, total: all_.ExponentialLR(o, end ** (1 / (total - 1))))


cosine_lr = scheduler(lambda all_, o, total: all_.CosineAnnealingLR(o, total))


def warm(share: float) -> Callable[[int], list[float]]:
    def rates(total: int) -> list[float]:
        top = share * total
        return [t / top if t <= top else (total - t) / (total - top) for t in range(1, total + 1)]

    return rates


# entry -> (its text, a number of epochs, the rates wanted from the first step, in a list that may be longer)
CASES: dict[str, tuple[tuple[str, int, Callable[[int], list[float]]], ...]] = {
    "constant": (("constant", 3, lambda total: [1.0] * total),),
    "step": (
        ("step", 6, step_lr(3, 0.1)),
        ("step(times=6, rate=0.5)", 10, step_lr(6, 0.5)),
        ("step(1)", 2, lambda total: [1.0] * total),
    ),
    "exponential": (("exponential", 5, exponential_lr(0.01)), ("exponential(end=0.5)", 4, exponential_lr(0.5))),
    "cosine": (("cosine", 7, lambda total: cosine_lr(total)[1:]), ("cosine", 1, lambda total: cosine_lr(total)[1:])),
    "warmup": (("warmup", 10, warm(0.1)), ("warmup(50%)", 4, warm(0.5)), ("warmup(share=0.25)", 3, warm(0.25))),
}
ROWS_OF = [pytest.param(*row, id=f"{row[0]} {row[1]}") for rows in CASES.values() for row in rows]


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize(("text", "epochs", "wanted"), ROWS_OF)
def test_rates(text: str, epochs: int, wanted: Callable[[int], list[float]], precision: str) -> None:
    tolerance = 1e-10 if precision == "float64" else 1e-5
    found = factors(text, epochs, precision)
    np.testing.assert_allclose(found, wanted(3 * epochs)[: 3 * epochs], rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("times", [2, 3, 7, 49])
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_the_parts_of_step_are_equal_whatever_their_number(times: int, precision: str) -> None:
    """(1 / 49) * 49 is less than 1 in floating point: a step must not be late for that."""
    found = factors(f"step(times={times}, rate=0.5)", 49, precision)
    wanted = [0.5 ** ((t - 1) * times // 147) for t in range(1, 148)]
    np.testing.assert_allclose(found, wanted, rtol=1e-4)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("exponential(end=0.2)", 1.0, 0.2),
        ("cosine", (1 + math.cos(math.pi / 12)) / 2, 0.0),
        ("warmup(25%)", 1 / 3, 0.0),
    ],
)
def test_ends(text: str, first: float, last: float) -> None:
    found = factors(text, 4)
    assert (found[0], found[-1]) == pytest.approx((first, last), abs=1e-12)


@pytest.mark.parametrize("text", sorted({row[0] for rows in CASES.values() for row in rows}))
def test_it_multiplies_the_rate_and_never_leaves_0_to_1(text: str) -> None:
    found = factors(text, 4)
    assert found.min() > -1e-12 and found.max() <= 1 + 1e-12
    np.testing.assert_allclose(factors(text, 4, lr=0.3), 0.3 * found, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(
    "text", ["step(times=0)", "step(rate=0)", "exponential(end=0)", "warmup(0%)", "warmup(share=1)"]
)
def test_what_makes_no_sense_is_said(text: str) -> None:
    ((code, message),) = refused(TEXT.format(schedule=text, epochs=2, lr=1))
    assert code == "E0206" and message.startswith(f"`{text.partition('(')[0]}` needs ")
