"""Threads that share a step: the same bits as one thread, whatever is shared, and the same ends."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nndsl.backend.cpu import team
from nndsl.backend.cpu.loop import Collect, Feed, Loop, Outcome
from nndsl.backend.cpu.memory import aligned, storage_type
from nndsl.backend.cpu.plan import Stage, compile_stages, memory_leaves
from nndsl.backend.cpu.team import Share
from nndsl.backend.cpu.walkers import Single, Team
from nndsl.ir import Node, concrete
from nndsl.ir import build as b
from nndsl.passes.autodiff import gradients
from nndsl.passes.simplify import simplify

FEATURES, HIDDEN, CLASSES = 40, 100, 7


@pytest.fixture
def share_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small work is shared too."""
    monkeypatch.setattr(team, "WORTH_SHARING", 0)
    monkeypatch.setattr(team, "WORTH_MULTIPLYING", 0)


def _step() -> tuple[list[Stage], Node, Node, Node, Node, list[Node]]:
    """Two layers with dropout and the mean of softmax's nll; gradients, and momentum by hand."""
    x, k = b.input_("x", ("B", FEATURES)), b.input_("k", ("B",), "int")
    w, c = b.param("team.w", (FEATURES, HIDDEN)), b.param("team.c", (HIDDEN,))
    v = b.param("team.v", (HIDDEN, CLASSES))
    h = b.maximum(b.add(b.matmul(x, w), c), 0.0)
    h = b.where(b.less(b.uniform(1, h.shape), 0.3), 0.0, b.mul(h, 1 / 0.7))
    out = b.matmul(h, v)
    shifted = b.sub(out, b.stop(b.reduce_max(out, [1])))
    logs = b.sub(shifted, b.log(b.reduce_sum(b.exp(shifted), [1])))
    loss = b.neg(b.mean(b.pick(logs, k), [0, 1]) if b.pick(logs, k).rank == 2 else b.mean(b.pick(logs, k)))
    params = [w, c, v]
    loss, out, *slopes = simplify([loss, out, *gradients(loss, params)], derived=True)
    loss_leaf, out_leaf = b.state("team.loss", loss.shape), b.state("team.out", out.shape)
    updates = [(p, b.sub(p, b.mul(0.1, g))) for p, g in zip(params, slopes, strict=True)]
    return [Stage(((loss_leaf, loss), (out_leaf, out), *updates))], x, k, loss_leaf, out_leaf, params


def _run(
    threads: int, rows: int = 75, batch: int = 32, precision: str = "float32", spoil: bool = False
) -> tuple[list[Outcome], list[NDArray[Any]], Loop]:
    stages, x, k, loss, out, params = _step()
    leaves = {
        n: aligned(concrete(n.shape, {"B": batch}), storage_type(n.dtype, precision)) for n in memory_leaves(stages)
    }
    rng = np.random.default_rng(5)
    for p in params:
        leaves[p][...] = rng.normal(size=leaves[p].shape) * 0.2
    data = rng.normal(size=(rows, FEATURES)).astype(precision)
    if spoil:
        data[rows // 2] = np.nan
    ids = rng.integers(0, CLASSES, rows).astype("int32")
    seen = np.zeros((rows, CLASSES), precision)
    loop = Loop(
        compile_stages(stages, precision), leaves, [Feed(x, data), Feed(k, ids)], [Collect(out, seen)],
        rows=rows, batch=batch, seed=9, loss=loss, threads=threads,
    )  # fmt: skip
    outcomes = []
    for epoch in range(3):
        loop.shuffle(epoch)
        outcomes.append(loop.walk())
    return outcomes, [*(leaves[p] for p in params), seen], loop


@pytest.mark.usefixtures("share_everything")
@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("threads", [2, 3])
def test_the_bits_do_not_depend_on_threads(threads: int, precision: str) -> None:
    alone, arrays, loop = _run(1, precision=precision)
    together, shared, team_loop = _run(threads, precision=precision)
    assert all(isinstance(w, Single) for w in loop.walkers.values())
    assert all(isinstance(w, Team) for w in team_loop.walkers.values())
    assert alone == together
    for one, other in zip(arrays, shared, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.usefixtures("share_everything")
def test_a_loss_that_is_no_number_ends_the_whole_team() -> None:
    alone, _, _ = _run(1, spoil=True)
    together, _, _ = _run(2, spoil=True)
    assert [(o.steps, o.finite) for o in alone] == [(o.steps, o.finite) for o in together]
    assert not alone[0].finite


@pytest.mark.usefixtures("share_everything")
def test_a_stopped_team_does_nothing() -> None:
    _, _, loop = _run(2)
    loop.stop[0] = 1
    outcome = loop.walk()
    assert outcome.stopped and outcome.steps == 0


def test_little_work_is_done_by_one_thread() -> None:
    _, _, loop = _run(4, rows=8, batch=4)
    assert all(isinstance(w, Single) for w in loop.walkers.values())


@pytest.mark.parametrize("length", [0, 1, 15, 16, 17, 100, 256])
@pytest.mark.parametrize("unit", [1, 16])
@pytest.mark.parametrize("members", [1, 2, 3, 5])
def test_shares_cover_everything_once(length: int, unit: int, members: int) -> None:
    bounds = [Share(k, members).bounds(length, unit) for k in range(members)]
    assert [i for first, last in bounds for i in range(first, last)] == list(range(length))
    assert all(first % unit == 0 or first == length for first, _ in bounds)
