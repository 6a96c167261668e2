"""Walks over a data set: each row once an epoch, the last batch smaller, stopped between batches, ended by a loss that
is no number.
"""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nndsl.backend.cpu.loop import Collect, Feed, Loop
from nndsl.backend.cpu.memory import aligned, storage_type
from nndsl.backend.cpu.plan import Stage, compile_stages, memory_leaves
from nndsl.ir import Node, concrete
from nndsl.ir import build as b
from nndsl.passes.autodiff import gradients
from nndsl.passes.simplify import simplify

X, K = b.input_("x", ("B", 3)), b.input_("k", ("B",), "int")
OUT, ID, LOSS = b.state("out", ("B", 3)), b.input_("id", ("B",), "int"), b.state("loss", (1, 1))
W = b.param("w", (3, 3))


def _loop(
    updates: list[tuple[Node, Node]],
    feeds: list[tuple[Node, NDArray[Any]]],
    collects: list[tuple[Node, NDArray[Any]]],
    **options: Any,
) -> Loop:
    precision, batch = options.pop("precision", "float32"), options.get("batch", 4)
    stages = [Stage(tuple(updates))]
    leaves = {
        n: aligned(concrete(n.shape, {"B": batch}), storage_type(n.dtype, precision)) for n in memory_leaves(stages)
    }
    if W in leaves:
        leaves[W][...] = np.linspace(-0.5, 0.5, 9).reshape(3, 3)
    rows = len(feeds[0][1])
    made = [Feed(leaf, data, *options.pop("scaling", (1.0, 0.0))) for leaf, data in feeds]
    settings = {"batch": batch, "seed": 3, "loss": LOSS if LOSS in leaves else None, "rows": rows, **options}
    return Loop(
        compile_stages(stages, precision), leaves, made, [Collect(leaf, data) for leaf, data in collects], **settings
    )


def _rows(n: int) -> NDArray[np.float32]:
    return np.random.default_rng(1).normal(size=(n, 3)).astype("float32")


@pytest.mark.parametrize(("rows", "batch"), [(10, 4), (8, 4), (3, 4), (1, 1), (5, 1), (0, 4)])
def test_every_row_is_visited_once_in_an_order_of_its_own(rows: int, batch: int) -> None:
    ids, seen = np.arange(rows, dtype=np.int32), np.zeros(rows, np.int32)
    loop = _loop([(ID, b.add(K, 100))], [(K, ids)], [(ID, seen)], batch=batch)
    orders = set()
    for epoch in range(4):
        seen[:] = 0
        loop.shuffle(epoch)
        outcome = loop.walk()
        assert outcome.steps == -(-rows // batch) and outcome.finite and not outcome.stopped
        np.testing.assert_array_equal(seen, ids + 100)
        assert sorted(loop.order) == list(ids)
        orders.add(tuple(loop.order))
    assert len(orders) == 4 or rows < 5


def test_an_order_depends_on_seed_and_epoch_alone() -> None:
    def order(seed: int, epoch: int) -> list[int]:
        loop = _loop([(ID, b.add(K, 0))], [(K, np.arange(50, dtype=np.int32))], [], seed=seed)
        loop.shuffle(7)
        loop.shuffle(epoch)
        return list(loop.order)

    assert order(1, 2) == order(1, 2)
    assert order(1, 2) != order(1, 3) != order(2, 3)


@pytest.mark.parametrize("steps", [1, 3, 5, 6, 12, 13, 20])
def test_an_order_for_some_steps_alone(steps: int) -> None:
    """Few rows of many: as well mixed, another in each epoch, and still an order of all."""
    loop = _loop([(ID, b.add(K, 0))], [(K, np.arange(50, dtype=np.int32))], [], batch=4)
    seen = np.zeros(50, int)
    for epoch in range(1, 401):
        loop.shuffle(epoch, steps)
        assert sorted(loop.order) == list(range(50))
        seen[loop.order[: steps * 4]] += 1
    share = min(steps * 4, 50) / 50
    assert np.abs(seen / 400 - share).max() < 0.15


def test_the_loss_is_the_mean_over_rows_also_with_a_smaller_last_batch() -> None:
    data = _rows(10)
    loop = _loop([(LOSS, b.mean(X, (0, 1)))], [(X, data)], [])
    assert loop.walk().loss == pytest.approx(float(data.mean()), rel=1e-5)


def test_results_go_to_the_rows_they_came_from() -> None:
    data, out = _rows(10), np.zeros((10, 3), np.float32)
    loop = _loop([(OUT, b.mul(2.0, X))], [(X, data)], [(OUT, out)])
    loop.shuffle(5)
    loop.walk()
    np.testing.assert_array_equal(out, data * 2)


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_bytes_are_scaled_and_shifted(precision: str) -> None:
    data, out = np.arange(30, dtype=np.uint8).reshape(10, 3) * 8, np.zeros((10, 3), precision)
    loop = _loop([(OUT, b.mul(1.5, X))], [(X, data)], [(OUT, out)], scaling=(1 / 255, -0.25), precision=precision)
    loop.walk()
    np.testing.assert_allclose(out, 1.5 * (data / 255 - 0.25), rtol=1e-6, atol=1e-7)


def _training(seed: int, epochs: int, data: NDArray[Any]) -> tuple[NDArray[Any], list[float]]:
    """Least squares under noise, whose numbers depend on the step."""
    noisy = b.mul(X, b.add(1.0, b.mul(0.1, b.uniform(1, X.shape))))
    error = b.sub(b.einsum("bi,ij->bj", noisy, W), X)
    loss = b.mean(b.mul(error, error), (0, 1))
    (grad,) = gradients(loss, [W])
    new, loss = simplify([b.sub(W, b.mul(0.1, grad)), loss], derived=True)
    loop = _loop([(LOSS, loss), (W, new)], [(X, data)], [], seed=seed)
    losses = []
    for epoch in range(epochs):
        loop.shuffle(epoch)
        losses.append(loop.walk().loss)
    assert loop.step[...].item() == 1 + epochs * loop.steps
    return np.array(loop.leaves[W]), losses


def test_the_same_seed_gives_the_same_bits_and_training_learns() -> None:
    data = _rows(30)
    weights, losses = _training(3, 5, data)
    again, _ = _training(3, 5, data)
    other, _ = _training(4, 5, data)
    np.testing.assert_array_equal(weights, again)
    assert not np.array_equal(weights, other)
    assert losses[-1] < 0.7 * losses[0]


def test_a_loss_that_is_no_number_ends_the_walk_after_its_batch() -> None:
    data = _rows(20)
    data[9] = np.nan
    loop = _loop([(LOSS, b.mean(X, (0, 1)))], [(X, data)], [])
    outcome = loop.walk()
    assert not outcome.finite and outcome.steps == 3


def test_the_flag_ends_a_walk_between_batches() -> None:
    data = np.tile(_rows(1000), (2000, 1))
    loop = _loop([(LOSS, b.mean(b.tanh(X), (0, 1)))], [(X, data)], [])
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(loop.walk()))
    thread.start()
    while loop.done[0] == 0:
        time.sleep(0.0005)
    loop.stop[0] = 1
    thread.join(timeout=10)
    assert found and found[0].stopped and 0 < found[0].steps < loop.steps
    assert loop.cursor[0] == 4 * found[0].steps
    loop.stop[0] = 0
    assert loop.walk(5).steps == 5


def test_part_of_an_epoch() -> None:
    loop = _loop([(LOSS, b.mean(X, (0, 1)))], [(X, _rows(10))], [])
    assert [loop.walk(n).steps for n in (0, 1, 2, 3, 9)] == [0, 1, 2, 3, 3]
