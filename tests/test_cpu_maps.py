"""Maps, casts and leaves: the CPU backend against the reference, over a vector, a table with broadcasting, and a
scalar.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from cpu_tools import compare, run

from nndsl.ir import Node, Setting, of_kind
from nndsl.ir import build as b

PRECISIONS = ("float32", "float64")
MAPS = [row for row in of_kind("map") if row.name != "cast"]
EXTREMES = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-30, -1.0, 3.0])


def _leaf(name: str, shape: tuple[int | str, ...], takes: str, domain: tuple[float, float]) -> tuple[Node, Any]:
    rng = np.random.default_rng(len(name) + 10 * len(shape))
    sizes = tuple(5 if d == "B" else int(d) for d in shape)
    if takes == "bool":
        return b.input_(name, shape, "bool"), rng.integers(0, 2, sizes)
    return b.input_(name, shape), rng.uniform(*domain, sizes).astype("float32")


def _operands(name: str, shapes: list[tuple[int | str, ...]]) -> tuple[list[Node], dict[Node, Any]]:
    row = next(r for r in MAPS if r.name == name)
    pairs = [
        _leaf(f"{'xyz'[i]}", shapes[i], "bool" if name == "where" and i == 0 else row.takes, row.domain[i])
        for i in range(len(row.domain))
    ]
    return [p[0] for p in pairs], dict(pairs)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("name", [row.name for row in MAPS])
def test_a_map_over_a_vector_a_table_and_scalars(name: str, precision: str) -> None:
    outputs, given = [], {}
    for shapes in ([("B", 3)] * 3, [("B", 1), (7,), ("B", 7)], [(), (), ()], [(1, 1), (4, 1), (1, 3)]):
        operands, values = _operands(name, [(*s, 2)[:-1] for s in shapes])  # type: ignore[misc]
        operands = [b.input_(f"{n['name']}{shapes}", n.shape, n.dtype) for n in operands]
        given |= dict(zip(operands, values.values(), strict=True))
        outputs.append(b.apply(name, *operands))
    compare(outputs, given, Setting({"B": 5}, precision))


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("name", [row.name for row in MAPS if row.takes in ("number", "any")])
def test_a_map_of_whole_numbers(name: str, precision: str) -> None:
    x, y, k = b.input_("x", (11,), "int"), b.input_("y", (11,), "int"), b.input_("k", (11,), "bool")
    given = {x: np.arange(-5, 6), y: np.array([3, -2, 1, 5, -7, 2, 2, 9, -1, 4, -3]), k: np.arange(11) % 2}
    arity = next(r.arity for r in MAPS if r.name == name)
    operands = [k, x, y] if name == "where" else [x, y][:arity]
    s, t = b.input_("s", (), "int"), b.input_("t", (), "int")
    scalars = [b.greater(s, 0), s, t] if name == "where" else [s, t][:arity]
    compare([b.apply(name, *operands), b.apply(name, *scalars)], {**given, s: 7, t: -3}, Setting({}, precision))


def test_whole_numbers_wrap_at_32_bits_within_a_kernel() -> None:
    x = b.input_("x", (4,), "int")
    big = b.mul(x, x)
    compare([b.greater(big, 0), big], {x: np.array([1, 50_000, 65_536, 46_341])}, Setting())


@pytest.mark.parametrize("precision", PRECISIONS)
def test_casts_between_all_types(precision: str) -> None:
    x, i, k = b.input_("x", (6,)), b.input_("i", (6,), "int"), b.input_("k", (6,), "bool")
    s = b.input_("s", ())
    given = {
        x: np.array([-2.7, -0.5, 0.0, 0.5, 1.5, 2.9]),
        i: np.array([-3, 0, 0, 1, 2, 9]),
        k: np.array([1, 0, 1, 1, 0, 0]),
        s: -3.7,
    }
    outputs = [b.cast(v, to) for v in (x, i, k, s) for to in ("float", "int", "bool") if v.dtype != to]
    compare(outputs, given, Setting({}, precision))


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize(
    "name", ["maximum", "minimum", "add", "mul", "eq", "lt", "ge", "where", "abs", "neg", "sign", "exp", "log"]
)
def test_numbers_that_are_none_and_infinities(name: str, precision: str) -> None:
    x, y = b.input_("x", (8, 8)), b.input_("y", (8, 8))
    given = {x: np.broadcast_to(EXTREMES[:, None], (8, 8)), y: np.broadcast_to(EXTREMES, (8, 8))}
    arity = next(r.arity for r in MAPS if r.name == name)
    operands = [b.less(x, y), x, y] if name == "where" else [x, y][:arity]
    compare([b.apply(name, *operands)], given, Setting({}, precision))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), 0.0, 1.0, 0.1, -2.5])
def test_constants(value: float) -> None:
    x = b.input_("x", (3,))
    outputs = [
        b.add(x, value),
        b.const(value),
        b.full((2, 2), value),
        b.mul(b.const(value), b.const(3.0)),
        b.reshape(b.const(value), (1, 1)),
    ]
    compare(outputs, {x: np.arange(3)}, Setting())


@pytest.mark.parametrize("precision", PRECISIONS)
def test_leaves_that_know_their_value(precision: str) -> None:
    i = b.iota(5)
    outputs = [
        i,
        b.iota("B"),
        b.iota(1),
        b.add(i, 1),
        b.size("B"),
        b.mul(b.size("B"), 2.0),
        b.step(),
        b.add(b.step(), 1.0),
        b.expand(b.size("B"), ("B", 2)),
        b.equal(i, b.reshape(b.iota("B"), ("B", 1))),
        b.full((2, 3), True),
        b.full((4,), 7, "int"),
        b.expand(b.iota(1), (3, 1)),
        b.mul(b.const(1.5), b.step()),
    ]
    compare(outputs, {}, Setting({"B": 4}, precision, step=9))


@pytest.mark.parametrize("precision", PRECISIONS)
def test_uniform_numbers_are_the_same_bits_and_normal_ones_up_to_rounding(precision: str) -> None:
    shapes = [("B", 5), (33,), (1,), (), ("B", 1), (2, 3, 4), (3, 1, 2)]
    setting = Setting({"B": 6}, precision, seed=123, step=41)
    draws = [b.uniform(i, s) for i, s in enumerate(shapes)]
    found, again = run(draws, {}, setting), [b.mul(1.0, d) for d in draws]
    from nndsl.backend.reference import evaluate

    for have, want in zip(found, evaluate(draws, {}, setting), strict=True):
        np.testing.assert_array_equal(have, want)
    compare([*again, *(b.normal(i, s) for i, s in enumerate(shapes))], {}, setting)


def test_random_numbers_inside_a_larger_space() -> None:
    """Elements are counted over the axes of the draw, wherever it stands in the nest."""
    x = b.input_("x", ("B", 3, 4))
    outputs = [
        b.add(x, b.uniform(1, (3, 1))),
        b.add(x, b.uniform(2, (4,))),
        b.mul(x, b.normal(3, ("B", 1, 4))),
        b.reduce_sum(b.mul(x, b.uniform(4, x.shape)), (1,)),
    ]
    compare(outputs, {x: np.arange(24).reshape(2, 3, 4)}, Setting({"B": 2}, "float64"))


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (1,), (1, 1), (2, 0, 2)])
def test_axes_of_size_0_and_1(shape: tuple[int, ...]) -> None:
    x, y = b.input_("x", shape), b.input_("y", shape[-1:])
    compare(
        [b.exp(x), b.add(x, y), b.reduce_sum(x), b.reduce_sum(x, 0)],
        {x: np.ones(shape), y: np.ones(shape[-1:])},
        Setting(),
    )
