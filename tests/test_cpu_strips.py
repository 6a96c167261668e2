"""Strips of a batch: which steps may be walked so, and that the numbers stay the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from cpu_tools import arrays_for, into_leaves, result_leaf

from nndsl.backend.cpu import strips
from nndsl.backend.cpu.loop import Loop
from nndsl.backend.cpu.plan import compile_stages
from nndsl.ir import Node, Setting
from nndsl.ir import build as b

HIGH, WIDE, CHANNELS, UNITS = 12, 14, 16, 32


def chain() -> tuple[list[Node], dict[Node, tuple[int | str, ...]]]:
    """Pictures through a convolution, a map and a pool, with the gradients of window and bias."""
    shapes: dict[str, tuple[int | str, ...]] = {"x": ("B", HIGH, WIDE, CHANNELS), "g": ("B", HIGH, WIDE, UNITS)}
    x, g = (b.input_(name, shape) for name, shape in shapes.items())
    w, bias = b.param("w", (3, 3, CHANNELS, UNITS)), b.param("bias", (UNITS,))
    padded = b.pad(b.pad(x, 1, 1, 1), 2, 1, 1)
    y = b.einsum("bhwcyx,yxco->bhwo", b.windows(padded, (1, 2), (3, 3), (1, 1), (1, 1)), w)
    z = b.maximum(b.add(y, bias), b.const(0.0))
    slope = b.mul(g, b.where(b.greater(z, b.const(0.0)), b.const(1.0), b.const(0.0)))
    by_window = b.einsum("bhwcyx,bhwo->yxco", b.windows(padded, (1, 2), (3, 3), (1, 1), (1, 1)), slope)
    by_bias = b.reduce_sum(slope, (0, 1, 2))
    return [z, by_window, by_bias], {x: shapes["x"], g: shapes["g"], w: w.shape, bias: bias.shape}


def left(rows: int, threads: int, precision: str, strip: int, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What a walk leaves, with so many rows in a strip."""
    monkeypatch.setattr(strips, "rows_of_strip", lambda run, sizes, precision: min(strip, sizes["B"]))
    outputs, shapes = chain()
    rng = np.random.default_rng(0)
    given = {n: rng.standard_normal([rows if d == "B" else d for d in s]) for n, s in shapes.items()}
    stage = into_leaves(outputs)
    leaves = arrays_for([stage], given, Setting({"B": rows}, precision))
    program = compile_stages([stage], precision)
    assert strips.runs(program), "nothing could be walked in strips"
    Loop(program, leaves, (), rows=rows, batch=rows, seed=0, threads=threads).walk()
    return [np.array(leaves[result_leaf(i, out)]) for i, out in enumerate(outputs)]


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("strip", [1, 2, 3, 6])
def test_numbers_stay_the_same(strip: int, precision: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = left(7, 1, precision, 7, monkeypatch)
    tolerance = 2e-6 if precision == "float32" else 1e-13
    for one, two in zip(whole, left(7, 1, precision, strip, monkeypatch), strict=True):
        np.testing.assert_allclose(one, two, rtol=0, atol=tolerance * np.abs(one).max())


def test_a_team_gives_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    alone, *others = (left(7, threads, "float32", 2, monkeypatch) for threads in (1, 2, 3))
    for other in others:
        for one, two in zip(alone, other, strict=True):
            np.testing.assert_array_equal(one, two)


def test_what_sees_other_rows_is_left_whole() -> None:
    """A mean over the batch that is used again, and a sum that a later step reads."""
    x = b.input_("x", ("B", 64, 64))
    centred = b.sub(x, b.mean(x, (0,)))
    squares = b.einsum("bij,bik->jk", centred, centred)
    program = compile_stages([into_leaves([b.exp(squares), centred])], "float32")
    for run in strips.runs(program):
        written = {n for step in program.items[run.first : run.last] for n in step.written if not strips.has_rows(n)}
        read = {n for step in program.items[run.first : run.last] for n in step.read}
        assert not written & read


def test_strips_fit_the_cache() -> None:
    outputs, _ = chain()
    (run,) = strips.runs(compile_stages([into_leaves(outputs)], "float32"))
    few = strips.rows_of_strip(run, {"B": 64}, "float32")
    assert 1 <= few < 64 and strips.rows_of_strip(run, {"B": few}, "float32") == few
