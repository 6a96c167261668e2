"""Loops over time on the CPU: as the reference runs them, forwards and backwards, alone and by a team."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from cpu_tools import arrays_for, compare, into_leaves, result_leaf

from nndsl.backend.cpu.loop import Loop
from nndsl.backend.cpu.plan import compile_stages
from nndsl.ir import Node, Setting
from nndsl.ir import build as b
from nndsl.ir.body import Body

B, T, IN, UNITS = 3, 5, 2, 4
RNG = np.random.default_rng(0)


def slot(role: str, index: int, *shape: int | str) -> Node:
    return b.slot(role, index, shape, "float")


def elman(emits: str = "after", *, reverse: bool = False, steps: int = T) -> tuple[list[Node], dict[Node, Any]]:
    """h' = tanh(x W + h U); what is kept: the state before, after, both, or a value of the body."""
    h, x = slot("state", 0, "B", UNITS), slot("item", 0, "B", IN)
    w, u = slot("fixed", 0, IN, UNITS), slot("fixed", 1, UNITS, UNITS)
    inner = b.add(b.einsum("bi,ij->bj", x, w), b.einsum("bi,ij->bj", h, u))
    after = b.tanh(inner)
    kept = {"before": [h], "after": [after], "both": [after, h], "inner": [inner], "all": [inner, h, after]}[emits]
    body = Body((h,), (x,), (w, u), (after,), tuple(kept))
    first, xs = b.input_("first", ("B", UNITS)), b.input_("xs", (steps, "B", IN))
    W, U = b.param("W", (IN, UNITS)), b.param("U", (UNITS, UNITS))
    loop = b.scan(body, [first], [xs], [W, U], steps=steps, reverse=reverse)
    shapes = {first: (B, UNITS), xs: (steps, B, IN), W: (IN, UNITS), U: (UNITS, UNITS)}
    return [b.part(loop, i) for i in range(len(kept))], {n: RNG.standard_normal(s) for n, s in shapes.items()}


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("emits", ["before", "after", "both", "inner", "all"])
def test_what_is_kept(emits: str, reverse: bool, precision: str) -> None:
    outputs, given = elman(emits, reverse=reverse)
    compare(outputs, given, Setting({"B": B}, precision))


@pytest.mark.parametrize("steps", [1, 2])
def test_few_steps(steps: int) -> None:
    outputs, given = elman("all", steps=steps)
    compare(outputs, given, Setting({"B": B}, "float64"))


def test_what_is_made_of_the_kept() -> None:
    (after,), given = elman()
    last = b.reshape(b.slice_(after, 0, T - 1, T), ("B", UNITS))
    compare([last, b.reduce_sum(after, [0]), b.exp(after)], given, Setting({"B": B}, "float64"))


def test_states_that_change_places() -> None:
    """p' = q, q' = p + x: what a state will be is what another is."""
    p, q, x = slot("state", 0, "B", 2), slot("state", 1, "B", 2), slot("item", 0, "B", 2)
    for kept in ((p,), (q,), (b.add(p, x),), (b.mul(p, q),)):
        body = Body((p, q), (x,), (), (q, b.add(p, x)), kept)
        xs, zero = b.input_("xs", (T, "B", 2)), b.zeros(("B", 2))
        loop = b.scan(body, [zero, b.full(("B", 2), 1.0)], [xs], [], steps=T)
        compare([b.part(loop, 0)], {xs: RNG.standard_normal((T, B, 2))}, Setting({"B": B}, "float64"))


def test_items_in_another_order() -> None:
    """The batch first in memory: the loop reads it with strides."""
    s, x = slot("state", 0, "B", IN), slot("item", 0, "B", IN)
    after = b.add(b.mul(s, b.const(0.5)), x)
    xs = b.input_("xs", ("B", T, IN))
    loop = b.scan(
        Body((s,), (x,), (), (after,), (after,)), [b.zeros(("B", IN))], [b.transpose(xs, (1, 0, 2))], [], steps=T
    )
    out = b.transpose(b.part(loop, 0), (1, 0, 2))
    compare([out, b.exp(out)], {xs: RNG.standard_normal((B, T, IN))}, Setting({"B": B}, "float64"))


def test_a_loop_in_a_loop() -> None:
    """Each step sums a row by a loop of its own."""
    total, cell = slot("state", 0, "B"), slot("item", 0, "B")
    inner = Body((total,), (cell,), (), (b.add(total, cell),), (b.add(total, cell),))
    s, row = slot("state", 0, "B"), slot("item", 0, IN, "B")
    sums = b.part(b.scan(inner, [s], [row], [], steps=IN), 0)
    after = b.tanh(b.reshape(b.slice_(sums, 0, IN - 1, IN), ("B",)))
    xs = b.input_("xs", (T, IN, "B"))
    loop = b.scan(Body((s,), (row,), (), (after,), (after,)), [b.zeros(("B",))], [xs], [], steps=T)
    compare([b.part(loop, 0)], {xs: RNG.standard_normal((T, IN, B))}, Setting({"B": B}, "float64"))


def looped(outputs: Sequence[Node], given: dict[Node, Any], setting: Setting, threads: int) -> list[Any]:
    """What a step on all rows leaves, walked by so many threads."""
    stage = into_leaves(outputs)
    leaves = arrays_for([stage], given, setting)
    loop = Loop(
        compile_stages([stage], setting.precision), leaves, (), rows=setting.sizes["B"], batch=setting.sizes["B"],
        seed=0, threads=threads,
    )  # fmt: skip
    loop.walk()
    return [leaves[result_leaf(i, out)] for i, out in enumerate(outputs)]


def test_a_team_gives_the_same_bits() -> None:
    wide, rows = 256, 96
    h, x = slot("state", 0, "B", wide), slot("item", 0, "B", wide)
    u = slot("fixed", 0, wide, wide)
    after = b.tanh(b.add(x, b.einsum("bi,ij->bj", h, u)))
    xs, U = b.input_("xs", (T, "B", wide)), b.param("U", (wide, wide))
    loop = b.scan(Body((h,), (x,), (u,), (after,), (after,)), [b.zeros(("B", wide))], [xs], [U], steps=T)
    given = {xs: RNG.standard_normal((T, rows, wide)), U: RNG.standard_normal((wide, wide)) / wide**0.5}
    outputs = [b.part(loop, 0), b.exp(b.part(loop, 0))]
    alone, *others = (looped(outputs, given, Setting({"B": rows}), threads) for threads in (1, 2, 3))
    for other in others:
        for one, two in zip(alone, other, strict=True):
            np.testing.assert_array_equal(one, two)
