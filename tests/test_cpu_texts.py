"""Kernel texts say what is computed and nothing of sizes, rates, seeds or names: another network of the same kind
compiles nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest

from nndsl.backend.cpu.cache import Text
from nndsl.backend.cpu.plan import Stage, compile_stages
from nndsl.backend.cpu.program import NestStep
from nndsl.ir import Node
from nndsl.ir import build as b
from nndsl.passes.autodiff import gradients
from nndsl.passes.simplify import simplify
from nndsl.passes.stabilise import stabilise

BETAS = (0.9, 0.999)


def network(
    widths: Sequence[int],
    *,
    drop: float = 0.2,
    betas: tuple[float, float] = BETAS,
    rate: float = 0.001,
    name: str = "W",
    streams: int = 0,
) -> set[Text]:
    """The texts of a dense network with relu, dropout, softmax, cross entropy and Adam: loss and gradients, then the
    update.
    """
    k, h, weights = b.input_("k", ("B",), "int"), b.input_("x", ("B", widths[0])), list[Node]()
    for i, (rows, columns) in enumerate(pairwise(widths)):
        w, bias = b.param(f"{name}{i}", (rows, columns)), b.param(f"{name}b{i}", (columns,))
        weights += [w, bias]
        h = b.add(b.einsum("bi,ij->bj", h, w), bias)
        if i < len(widths) - 2:
            h = b.maximum(h, 0.0)
            h = b.where(b.less(b.uniform(streams + i, h.shape), drop), 0.0, b.mul(h, 1 / (1 - drop)))
    e = b.exp(h)
    loss = b.neg(b.mean(b.log(b.pick(b.div(e, b.reduce_sum(e, 1)), k)), (0,)))
    (loss,) = simplify(stabilise([loss]))
    values = simplify([loss, *gradients(loss, weights)], derived=True)
    stages = [
        Stage(tuple((b.state(f"{name} result {i}", v.shape), v) for i, v in enumerate(values))),
        _adam(betas, rate),
    ]
    return set(compile_stages(stages, "float32").texts)


def _adam(betas: tuple[float, float], rate: float) -> Stage:
    w, g, m, v = (b.state(f"flat.{n}", ("P",)) for n in "wgmv")
    t = b.step()
    m1 = b.add(b.mul(betas[0], m), b.mul(1 - betas[0], g))
    v1 = b.add(b.mul(betas[1], v), b.mul(1 - betas[1], b.mul(g, g)))
    root = b.sqrt(b.div(v1, b.sub(1.0, b.power(betas[1], t))))
    w1 = b.sub(w, b.mul(rate, b.div(b.div(m1, b.sub(1.0, b.power(betas[0], t))), b.add(root, 1e-8))))
    return Stage(tuple(zip((w, m, v), simplify([w1, m1, v1], derived=True), strict=True)))


PLAIN = network((784, 128, 10))


@pytest.mark.parametrize(
    "other",
    [
        network((20, 64, 64, 64, 3)),
        network((64, 64, 64, 64)),
        network((5, 7, 9, 11, 13)),
        network((784, 128, 10), name="theta", streams=40),
        network((784, 128, 10), drop=0.5),
        network((784, 128, 10), rate=0.5),
        network((784, 128, 10), rate=2.0),
    ],
    ids=["deeper", "equal widths", "odd widths", "names and streams", "drop half", "rate 0.5", "rate 2"],
)
def test_another_network_of_the_same_kind_has_the_same_texts(other: set[Text]) -> None:
    assert other == PLAIN


def test_a_network_has_few_texts() -> None:
    assert len(PLAIN) <= 5


def test_rates_that_are_equal_by_chance_are_two_arguments() -> None:
    x, y = b.state("x", ("P",)), b.state("y", ("P",))

    def texts(first: float, second: float) -> set[Text]:
        return set(compile_stages([Stage(((x, b.add(b.mul(first, x), b.mul(second, y))),))], "float32").texts)

    assert texts(0.25, 0.75) == texts(0.3, 0.3)


def test_layers_of_one_width_do_not_share_a_nest_by_chance() -> None:
    def nests(width: int, other: int) -> int:
        x, y, s = b.input_("x", ("B", width)), b.input_("y", ("B", other)), b.input_("s", ("B", 1))
        stage = Stage(((b.state("u", x.shape), b.mul(x, s)), (b.state("v", y.shape), b.mul(y, s))))
        return sum(isinstance(step, NestStep) for step in compile_stages([stage], "float32").items)

    assert nests(4, 4) == nests(4, 5) == 2


def test_gate_of_a_sum_over_another_axis_does_not_fuse_by_chance() -> None:
    def texts(width: int, other: int) -> set[Text]:
        x, y = b.input_("x", ("B", width)), b.input_("y", ("B", other))
        stage = Stage(((b.state("v", y.shape), b.mul(y, b.reduce_sum(b.exp(x), 1))),))
        return set(compile_stages([stage], "float32").texts)

    assert texts(4, 4) == texts(4, 5)
