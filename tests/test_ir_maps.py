"""Every map of the table: its value, shape, scalar code and derivative, each against an independent source."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numeric import EXACT, difference, drawn, weighted

from nndsl.backend.reference import evaluate
from nndsl.ir import Node, Primitive, Setting, ShapeError, of_kind, verify
from nndsl.ir import build as b
from nndsl.passes.autodiff import gradients

MAPS = [row for row in of_kind("map") if row.name != "cast"]

# written down a second time, from Python's own mathematics, so that a wrong row cannot agree with itself
EXPECTED: dict[str, Any] = {
    "neg": lambda x: -x,
    "abs": abs,
    "sign": lambda x: (x > 0) - (x < 0),
    "exp": math.exp,
    "log": math.log,
    "log1p": math.log1p,
    "expm1": math.expm1,
    "sqrt": math.sqrt,
    "sin": math.sin,
    "cos": math.cos,
    "tanh": math.tanh,
    "erf": math.erf,
    "sigmoid": lambda x: math.exp(x) / (1 + math.exp(x)),
    "softplus": lambda x: math.log(1 + math.exp(x)),
    "floor": math.floor,
    "stop": lambda x: x,
    "not": lambda x: not x,
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "pow": math.pow,
    "maximum": max,
    "minimum": min,
    "mod": lambda x, y: x % y,
    "eq": lambda x, y: x == y,
    "ne": lambda x, y: x != y,
    "lt": lambda x, y: x < y,
    "le": lambda x, y: x <= y,
    "gt": lambda x, y: x > y,
    "ge": lambda x, y: x >= y,
    "and": lambda x, y: x and y,
    "or": lambda x, y: x or y,
    "where": lambda k, x, y: x if k else y,
}
SCALAR = {
    name: getattr(math, name)
    for name in ("exp", "log", "log1p", "expm1", "sqrt", "sin", "cos", "tanh", "erf", "floor", "pow")
}


def _operands(row: Primitive, shapes: list[tuple[int, ...]], seed: int) -> tuple[Node, list[Node], dict[Node, Any]]:
    rng = np.random.default_rng(seed)
    pairs = [
        drawn(f"x{i}", shape, domain, rng) for i, (shape, domain) in enumerate(zip(shapes, row.domain, strict=True))
    ]
    leaves = [x for x, _ in pairs]
    used = [
        b.greater(x, 0.0) if row.takes == "bool" or (row.name == "where" and i == 0) else x
        for i, x in enumerate(leaves)
    ]
    return b.apply(row.name, *used), leaves, dict(pairs)


def _rows(rows: list[Primitive]) -> Any:
    return pytest.mark.parametrize("row", rows, ids=lambda row: row.name)


@_rows(MAPS)
def test_value(row: Primitive) -> None:
    node, leaves, values = _operands(row, [(5,)] * len(row.domain), 1)
    got = evaluate([node], values, EXACT)[0]
    for i, found in enumerate(got):
        scalars = [float(values[x][i]) for x in leaves]
        scalars = [
            s > 0 if row.takes == "bool" or (row.name == "where" and j == 0) else s for j, s in enumerate(scalars)
        ]
        assert found == pytest.approx(EXPECTED[row.name](*scalars), rel=1e-12)


@_rows(MAPS)
def test_scalar_code_says_what_the_reference_does(row: Primitive) -> None:
    node, leaves, values = _operands(row, [(4,)] * len(row.domain), 2)
    got = evaluate([node], values, EXACT)[0]
    for i, found in enumerate(got):
        scalars = [float(values[x][i]) for x in leaves]
        names = {
            f"v{j}": s > 0 if row.takes == "bool" or (row.name == "where" and j == 0) else s
            for j, s in enumerate(scalars)
        }
        text = row.code.format(*names)
        assert eval(text, {"real": float, "abs": abs, **SCALAR}, names) == pytest.approx(found, rel=1e-12), text


@_rows([row for row in MAPS if row.vjp is not None and row.name != "stop"])
@pytest.mark.parametrize("shapes", [[(3, 2)] * 3, [(3, 1), (2,), (1, 2)], [(), (3,), ()], [(1,), (1,), (1,)]])
def test_gradient(row: Primitive, shapes: list[tuple[int, ...]]) -> None:
    node, leaves, values = _operands(row, shapes[: len(row.domain)], 3)
    loss = weighted(node)
    floats = [x for i, x in enumerate(leaves) if not (row.name == "where" and i == 0)]
    found = gradients(loss, floats)
    verify(found)
    for x, g in zip(floats, evaluate(found, values, EXACT), strict=True):
        np.testing.assert_allclose(g, difference(loss, x, values, EXACT), rtol=1e-5, atol=1e-7)


_SHAPES = st.lists(st.integers(0, 3), max_size=3).map(tuple)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(MAPS), st.lists(_SHAPES, min_size=3, max_size=3))
def test_shape_is_numpy_s(row: Primitive, shapes: list[tuple[int, ...]]) -> None:
    shapes = shapes[: len(row.domain)]
    try:
        expected = np.broadcast_shapes(*shapes)
    except ValueError:
        with pytest.raises(ShapeError) as caught:
            _operands(row, shapes, 4)
        first, second = caught.value.operands
        assert first != second
        assert [shapes[i][axis] for i, axis in zip(caught.value.operands, caught.value.axes, strict=True)] == list(
            caught.value.sizes
        )
        return
    node, _, values = _operands(row, shapes, 4)
    assert node.shape == expected
    assert evaluate([node], values, EXACT)[0].shape == expected


def test_symbolic_sizes_fit_themselves_and_one_only() -> None:
    x = b.input_("x", ("B", 3))
    assert b.add(x, b.input_("y", (3,))).shape == ("B", 3)
    assert b.add(x, b.input_("y", ("B", 1))).shape == ("B", 3)
    with pytest.raises(ShapeError) as caught:
        b.add(x, b.input_("y", (4, 3)))
    assert (caught.value.axes, caught.value.sizes) == ((0, 0), ("B", 4))


@pytest.mark.parametrize("name", ["maximum", "minimum"])
@pytest.mark.parametrize("pair", [(math.nan, 1.0), (1.0, math.nan)])
def test_not_a_number_goes_through_extremes(name: str, pair: tuple[float, float]) -> None:
    node = b.apply(name, *pair)
    assert math.isnan(evaluate([node], {}, EXACT)[0])
    row = next(row for row in MAPS if row.name == name)
    assert math.isnan(eval(row.code.format("x", "y"), {}, dict(zip("xy", pair, strict=True))))


def test_relu_is_flat_at_zero() -> None:
    x = b.input_("x", (3,))
    (g,) = gradients(b.reshape(b.reduce_sum(b.maximum(x, 0.0)), ()), [x])
    assert evaluate([g], {x: np.array([-1.0, 0.0, 2.0])}, EXACT)[0].tolist() == [0.0, 0.0, 1.0]


def test_operands_meet_in_one_type() -> None:
    ids, x, k = b.input_("ids", (3,), "int"), b.input_("x", (3,)), b.input_("k", (3,), "bool")
    assert b.add(ids, 1).dtype == "int"
    assert b.add(ids, 0.5).dtype == b.add(ids, x).dtype == b.div(ids, 2).dtype == b.add(k, k).dtype == "float"
    assert b.where(k, ids, 0).dtype == "int"
    assert b.equal(ids, 1).dtype == "bool"
    with pytest.raises(ShapeError):
        b.and_(x, k)


def test_casts() -> None:
    x = b.input_("x", (4,))
    values = {x: np.array([-1.7, 0.0, 0.4, 2.9])}
    whole, asked = evaluate([b.cast(x, "int"), b.cast(x, "bool")], values, EXACT)
    assert whole.tolist() == [-1, 0, 0, 2]
    assert asked.tolist() == [True, False, True, True]
    assert evaluate([b.exp(x)], values, Setting())[0].dtype == np.float32


def test_no_gradient_passes_stop() -> None:
    x = b.input_("x", (2,))
    (g,) = gradients(b.reshape(b.reduce_sum(b.mul(x, b.stop(x))), ()), [x])
    assert evaluate([g], {x: np.array([3.0, 5.0])}, EXACT)[0].tolist() == [3.0, 5.0]
