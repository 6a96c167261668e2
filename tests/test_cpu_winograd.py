"""Convolutions of 3 x 3 by fewer multiplications: the numbers of the sum of products, whole and by a team."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from cpu_tools import arrays_for, into_leaves, result_leaf, run

from nndsl.backend.cpu import winograd
from nndsl.backend.cpu.loop import Loop
from nndsl.backend.cpu.plan import compile_stages
from nndsl.backend.reference import evaluate
from nndsl.ir import Node, Setting
from nndsl.ir import build as b
from nndsl.ir.body import Body

CHANNELS, UNITS, HIGH, WIDE = 16, 24, 6, 8


def convolutions(rows: int, high: int = HIGH) -> tuple[dict[str, Node], dict[Node, Any]]:
    """A convolution, one whose window is turned round and transposed, and the gradient by the window."""
    rng = np.random.default_rng(rows)
    x = b.input_("x", ("B", high + 2, WIDE + 2, CHANNELS))
    g, whole = b.input_("g", ("B", high, WIDE, UNITS)), b.input_("whole", ("B", high + 2, WIDE + 2, UNITS))
    w = b.param("w", (3, 3, CHANNELS, UNITS))
    turned = b.flip(b.flip(w, 0), 1)
    seen, back = (b.windows(v, (1, 2), (3, 3), (1, 1), (1, 1)) for v in (x, whole))
    shapes = {x: (rows, high + 2, WIDE + 2, CHANNELS), g: (rows, high, WIDE, UNITS)}
    shapes |= {whole: (rows, high + 2, WIDE + 2, UNITS), w: (3, 3, CHANNELS, UNITS)}
    nodes = {
        "forward": b.einsum("bhwcyx,yxco->bhwo", seen, w),
        "by the picture": b.einsum("bhwoyx,yxco->bhwc", back, turned),
        "by the window": b.einsum("bhwcyx,bhwo->yxco", seen, g),
    }
    return nodes, {n: rng.standard_normal(s) for n, s in shapes.items()}


NAMES = ("forward", "by the picture", "by the window")


@pytest.mark.parametrize("name", NAMES)
def test_it_serves_and_agrees(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    nodes, given = convolutions(3)
    seen = list[bool]()
    shares = winograd.shares

    def watched(*arguments: Any) -> Any:
        found = shares(*arguments)
        seen.append(found is not None)
        return found

    monkeypatch.setattr(winograd, "shares", watched)
    setting = Setting({"B": 3})
    (have,), (want,) = run([nodes[name]], given, setting), evaluate([nodes[name]], given, setting)
    assert seen == [True]
    np.testing.assert_allclose(have, want, rtol=0, atol=2e-6 * np.abs(want).max())


def test_what_it_does_not_serve() -> None:
    """Odd sizes and float64 are left to the sum of products."""
    for high, precision in ((5, "float32"), (HIGH, "float64")):
        nodes, given = convolutions(2, high)
        setting = Setting({"B": 2}, precision)
        for node in nodes.values():
            (have,), (want,) = run([node], given, setting), evaluate([node], given, setting)
            tolerance = 1e-12 if precision == "float64" else 1e-6
            np.testing.assert_allclose(have, want, rtol=0, atol=tolerance * np.abs(want).max())


@pytest.mark.parametrize("name", NAMES)
def test_a_team_gives_the_same_bits(name: str) -> None:
    rows, found = 5, []
    nodes, given = convolutions(rows)
    stage = into_leaves([nodes[name]])
    for threads in (1, 2, 3):
        leaves = arrays_for([stage], given, Setting({"B": rows}))
        Loop(compile_stages([stage], "float32"), leaves, (), rows=rows, batch=rows, seed=0, threads=threads).walk()
        found.append(np.array(leaves[result_leaf(0, nodes[name])]))
    for other in found[1:]:
        np.testing.assert_array_equal(found[0], other)


def test_within_a_loop_over_time() -> None:
    """Weights that are the same at every step, weights that change, and the gradient by them at each step."""
    rows, steps, rng = 2, 3, np.random.default_rng(0)
    shape: tuple[int | str, ...] = ("B", HIGH, WIDE, CHANNELS)
    state, item = b.slot("state", 0, (3, 3, CHANNELS, CHANNELS), "float"), b.slot("item", 0, shape, "float")
    fixed = b.slot("fixed", 0, (3, 3, CHANNELS, CHANNELS), "float")
    padded = b.pad(b.pad(item, 1, 1, 1), 2, 1, 1)
    seen = b.windows(padded, (1, 2), (3, 3), (1, 1), (1, 1))
    steady, moving = (b.einsum("bhwcyx,yxco->bhwo", seen, w) for w in (fixed, state))
    by_window = b.einsum("bhwcyx,bhwo->yxco", seen, moving)
    after = b.add(state, b.mul(by_window, b.const(1e-4)))
    body = Body((state,), (item,), (fixed,), (after,), (steady, moving, after))
    first, xs, w = b.param("first", state.shape), b.input_("xs", (steps, *shape)), b.param("w", fixed.shape)
    loop = b.scan(body, [first], [xs], [w], steps=steps)
    given = {n: rng.standard_normal([rows if d == "B" else d for d in n.shape]) for n in (first, xs, w)}
    outputs, found = [b.part(loop, i) for i in range(3)], list[list[Any]]()
    wanted = evaluate(outputs, given, Setting({"B": rows}))
    stage = into_leaves(outputs)
    for threads in (1, 2):
        leaves = arrays_for([stage], given, Setting({"B": rows}))
        Loop(compile_stages([stage], "float32"), leaves, (), rows=rows, batch=rows, seed=0, threads=threads).walk()
        found.append([np.array(leaves[result_leaf(i, out)]) for i, out in enumerate(outputs)])
    for have, again, want in zip(*found, wanted, strict=True):
        np.testing.assert_allclose(have, want, rtol=0, atol=5e-6 * np.abs(want).max())
        np.testing.assert_array_equal(have, again)
