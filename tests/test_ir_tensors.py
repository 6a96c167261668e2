"""Reductions, views, products, indexing: value against NumPy, derivative against central differences, and the shapes
they refuse.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numeric import EXACT, difference, weighted

from nndsl.backend.reference import evaluate
from nndsl.ir import TABLE, Node, Setting, ShapeError, make, of_kind, verify
from nndsl.ir import build as b
from nndsl.passes.autodiff import NotDifferentiable, gradients


@dataclass(frozen=True)
class Case:
    """name: a row. build: from leaves of these shapes. expected: the same in NumPy."""

    name: str
    shapes: tuple[tuple[int, ...], ...]
    build: Callable[..., Node]
    expected: Callable[..., Any]


IDS = np.array([[2, 0, 2], [1, 1, 0]])


def _ids() -> Node:
    return b.cast(b.floor(b.div(b.reshape(b.iota(6), (2, 3)), 2.0)), "int")  # [[0, 0, 1], [1, 2, 2]]


ROWS_OF = np.array([[0, 0, 1], [1, 2, 2]])


def _scattered(g: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.stack([g[row == ROWS_OF].sum(axis=0) for row in range(4)])


def _spread(x: np.ndarray[Any, Any], value: float) -> np.ndarray[Any, Any]:
    whole = np.full((8, 2), value)
    whole[1:6:2] = x
    return whole


def _woven(x: Node, y: Node) -> Node:
    return b.assemble([x, y], (3, 4), [(0, 0), (1, 3)], [(2, 2), (1, 1)])


def _woven_value(x: np.ndarray[Any, Any], y: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    whole = np.zeros((3, 4))
    whole[::2, ::2] = x
    whole[1:, 3:] = y
    return whole


def _slid(x: np.ndarray[Any, Any], window: int, stride: int, dilation: int) -> np.ndarray[Any, Any]:
    reach = dilation * (window - 1) + 1
    return np.lib.stride_tricks.sliding_window_view(x, reach, 1)[:, ::stride, ::dilation]


def _laid(g: np.ndarray[Any, Any], stride: int, dilation: int, extent: int) -> np.ndarray[Any, Any]:
    whole = np.zeros((len(g), extent))
    for row, position, element in np.ndindex(g.shape):
        whole[row, position * stride + element * dilation] += g[row, position, element]
    return whole


def _laid_twice(g: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    whole = np.zeros((5, 6, 3))
    for h, w, c, i, j in np.ndindex(g.shape):
        whole[3 * h + i, w + 2 * j, c] += g[h, w, c, i, j]
    return whole


CASES = (
    Case("sum", ((3, 4),), lambda x: b.reduce_sum(x, 1), lambda x: x.sum(1, keepdims=True)),
    Case("sum", ((3, 4, 2),), lambda x: b.reduce_sum(x, (0, -1)), lambda x: x.sum((0, 2), keepdims=True)),
    Case("sum", ((0, 2),), lambda x: b.reduce_sum(x, 0), lambda x: np.zeros((1, 2))),
    Case("max", ((3, 4),), lambda x: b.reduce_max(x, 0), lambda x: x.max(0, keepdims=True)),
    Case("min", ((3, 4),), lambda x: b.reduce_min(x), lambda x: x.min(keepdims=True)),
    Case("prod", ((3, 2),), lambda x: b.reduce_prod(x, 0), lambda x: x.prod(0, keepdims=True)),
    Case("prod", ((0, 2),), lambda x: b.reduce_prod(x, 0), lambda x: np.ones((1, 2))),
    Case("argmax", ((3, 4),), lambda x: b.argmax(x, 1), lambda x: x.argmax(1, keepdims=True)),
    Case("argmin", ((3, 4),), lambda x: b.argmin(x, 0), lambda x: x.argmin(0, keepdims=True)),
    Case("reshape", ((3, 4),), lambda x: b.reshape(x, (2, 6)), lambda x: x.reshape(2, 6)),
    Case("reshape", ((0, 4),), lambda x: b.reshape(x, (2, 0)), lambda x: x.reshape(2, 0)),
    Case("transpose", ((3, 4, 2),), lambda x: b.transpose(x, (2, 0, 1)), lambda x: x.transpose(2, 0, 1)),
    Case("expand", ((4, 1),), lambda x: b.expand(x, (2, 4, 3)), lambda x: np.broadcast_to(x, (2, 4, 3))),
    Case("expand", ((1,),), lambda x: b.expand(x, (0,)), lambda x: np.zeros((0,))),
    Case("slice", ((3, 5),), lambda x: b.slice_(x, 1, 1, 4), lambda x: x[:, 1:4]),
    Case("slice", ((3, 5),), lambda x: b.slice_(x, 0, 2, 2), lambda x: x[2:2]),
    Case("pad", ((3, 2),), lambda x: b.pad(x, 1, 1, 2), lambda x: np.pad(x, ((0, 0), (1, 2)))),
    Case("slice", ((3, 7),), lambda x: b.slice_(x, 1, 1, 7, 3), lambda x: x[:, 1:7:3]),
    Case("slice", ((5, 2),), lambda x: b.flip(x, 0), lambda x: x[::-1]),
    Case("slice", ((8,),), lambda x: b.slice_(x, 0, 1, 7, -2), lambda x: x[6:0:-2]),
    Case("pad", ((3, 2),), lambda x: b.pad(x, 0, 1, 2, 1, 7.0), lambda x: _spread(x, 7.0)),
    Case("assemble", ((2, 2), (2, 1)), lambda x, y: _woven(x, y), lambda x, y: _woven_value(x, y)),
    Case("windows", ((2, 7),), lambda x: b.windows(x, [1], [3], [2], [1]), lambda x: _slid(x, 3, 2, 1)),
    Case("windows", ((2, 8),), lambda x: b.windows(x, [1], [3], [1], [2]), lambda x: _slid(x, 3, 1, 2)),
    Case(
        "windows",
        ((4, 6, 2),),
        lambda x: b.windows(x, (0, 1), (2, 3), (2, 1), (1, 2)),
        lambda x: np.lib.stride_tricks.sliding_window_view(x, (2, 5), (0, 1))[::2, ..., ::2],
    ),
    Case("overlap_add", ((2, 3, 3),), lambda g: b.overlap_add(g, [1], [2], [1], [8]), lambda g: _laid(g, 2, 1, 8)),
    Case("overlap_add", ((2, 4, 2),), lambda g: b.overlap_add(g, [1], [1], [3], [7]), lambda g: _laid(g, 1, 3, 7)),
    Case(
        "overlap_add",
        ((2, 3, 3),),
        lambda g: b.overlap_add(g, [1], [2], [1], [4], [2]),
        lambda g: _laid(g, 2, 1, 8)[:, 2:6],
    ),
    Case(
        "overlap_add",
        ((2, 4, 3, 2, 2),),
        lambda g: b.overlap_add(g, (0, 1), (3, 1), (1, 2), (5, 6)),
        _laid_twice,
    ),
    Case("concat", ((2, 3), (2, 1)), lambda x, y: b.concat([x, y], 1), lambda x, y: np.concatenate([x, y], 1)),
    Case("einsum", ((3, 4), (4, 2)), lambda x, y: b.einsum("bi,ij->bj", x, y), lambda x, y: x @ y),
    Case(
        "einsum",
        ((2, 3, 4), (2, 4)),
        lambda x, y: b.einsum("bij,bj->ib", x, y),
        lambda x, y: np.einsum("bij,bj->ib", x, y),
    ),
    Case("einsum", ((2,), (3,)), lambda x, y: b.einsum("i,j->ji", x, y), lambda x, y: np.outer(y, x)),
    Case("einsum", ((2, 0), (0, 3)), lambda x, y: b.matmul(x, y), lambda x, y: np.zeros((2, 3))),
    Case("einsum", ((2, 5, 3), (2, 3, 4)), lambda x, y: b.matmul(x, y), lambda x, y: x @ y),
    Case("einsum", ((2, 5, 3), (3,)), lambda x, y: b.matmul(x, y), lambda x, y: x @ y),
    Case("gather", ((4, 2),), lambda x: b.gather(x, _ids()), lambda x: x[ROWS_OF]),
    Case("scatter_add", ((2, 3, 2),), lambda x: b.scatter_add(_ids(), x, 4), _scattered),
)


def _leaves(case: Case) -> tuple[Node, list[Node], dict[Node, Any]]:
    rng = np.random.default_rng(7)
    leaves = [b.input_(f"x{i}", shape) for i, shape in enumerate(case.shapes)]
    return case.build(*leaves), leaves, {x: rng.uniform(-2, 2, size=x.shape) for x in leaves}


def _cases(cases: tuple[Case, ...]) -> Any:
    return pytest.mark.parametrize("case", cases, ids=[f"{i}-{case.name}" for i, case in enumerate(cases)])


def test_every_row_has_a_case() -> None:
    tested = {case.name for case in CASES}
    assert {row.name for row in of_kind("reduce", "view", "window", "dot", "index")} == tested


@_cases(CASES)
def test_value(case: Case) -> None:
    node, leaves, values = _leaves(case)
    verify([node])
    expected = case.expected(*(values[x] for x in leaves))
    got = evaluate([node], values, EXACT)[0]
    assert got.shape == node.shape == expected.shape
    np.testing.assert_allclose(got, expected, rtol=1e-12)


@_cases(tuple(case for case in CASES if TABLE[case.name].vjp is not None))
def test_gradient(case: Case) -> None:
    node, leaves, values = _leaves(case)
    loss = weighted(node)
    found = gradients(loss, leaves)
    verify(found)
    for x, g in zip(leaves, evaluate(found, values, EXACT), strict=True):
        np.testing.assert_allclose(g, difference(loss, x, values, EXACT), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("zeros", [0, 1, 2])
def test_gradient_of_a_product_with_zeros(zeros: int) -> None:
    x = b.input_("x", (3,))
    values = {x: np.array([2.0, 3.0, 5.0])}
    values[x][:zeros] = 0.0
    loss = b.reshape(b.reduce_prod(x), ())
    (g,) = evaluate(gradients(loss, [x]), values, EXACT)
    np.testing.assert_allclose(g, difference(loss, x, values, EXACT), atol=1e-6)


def test_equal_maxima_share_the_gradient() -> None:
    x = b.input_("x", (4,))
    (g,) = gradients(b.reshape(b.reduce_max(x), ()), [x])
    assert evaluate([g], {x: np.array([1.0, 7.0, 0.0, 7.0])}, EXACT)[0].tolist() == [0.0, 0.5, 0.0, 0.5]


def test_mean_counts_symbolic_axes() -> None:
    x = b.input_("x", ("B", 2))
    values = np.arange(6.0).reshape(3, 2)
    assert evaluate([b.mean(x)], {x: values}, EXACT)[0].item() == values.mean()


_SHAPES = st.lists(st.integers(0, 3), min_size=1, max_size=3).map(tuple)


@settings(max_examples=80, deadline=None)
@given(_SHAPES, st.data())
def test_reductions_have_numpy_s_shape(shape: tuple[int, ...], data: st.DataObject) -> None:
    axes = sorted(data.draw(st.sets(st.integers(0, len(shape) - 1), min_size=1)))
    name = data.draw(st.sampled_from(["sum", "prod", "max", "min"]))
    x = b.input_("x", shape)
    values = np.random.default_rng(0).normal(size=shape)
    try:
        expected = getattr(np, name)(values, axis=tuple(axes), keepdims=True)
    except ValueError:
        with pytest.raises(ShapeError):
            b.reduce(name, x, axes)
        return
    node = b.reduce(name, x, axes)
    assert node.shape == expected.shape
    np.testing.assert_allclose(evaluate([node], {x: values}, EXACT)[0], expected)


@settings(max_examples=80, deadline=None)
@given(_SHAPES, _SHAPES)
def test_sum_to_undoes_broadcasting(small: tuple[int, ...], other: tuple[int, ...]) -> None:
    try:
        shape = np.broadcast_shapes(small, other)
    except ValueError:
        return
    x = b.input_("x", shape)
    assert b.sum_to(x, small).shape == small


X, ROW = b.input_("x", ("B", 4)), b.input_("row", (4,))
REFUSED: tuple[tuple[str, Callable[[], Node]], ...] = (
    ("the batch cannot be merged", lambda: b.reshape(X, (4, 4))),
    ("sizes of a reshape", lambda: b.reshape(ROW, (5,))),
    ("an axis named twice", lambda: b.transpose(X, (0, 0))),
    ("an axis that shrinks", lambda: b.expand(X, ("B", 1))),
    ("the batch cannot be cut", lambda: b.slice_(X, 0, 0, 1)),
    ("a step of 0", lambda: b.slice_(ROW, 0, 0, 2, 0)),
    ("a negative border", lambda: b.pad(ROW, 0, -1, 0)),
    ("a window larger than its axis", lambda: b.windows(ROW, [0], [3], [1], [2])),
    ("windows over the batch", lambda: b.windows(X, [0], [1], [1], [1])),
    ("a stride of 0", lambda: b.windows(ROW, [0], [2], [0], [1])),
    ("axes out of order", lambda: b.windows(b.reshape(ROW, (2, 2)), (1, 0), (1, 1), (1, 1), (1, 1))),
    ("windows that are not there", lambda: b.overlap_add(ROW, [0], [1], [1], [4])),
    ("parts that meet", lambda: b.assemble([ROW, ROW], (8,), [(0,), (3,)], [(1,), (1,)])),
    ("a part past the end", lambda: b.assemble([ROW], (6,), [(0,)], [(2,)])),
    ("past the end", lambda: b.slice_(X, 1, 2, 5)),
    ("an axis that is not there", lambda: b.reduce_sum(X, 2)),
    ("conditions are not summed by the row itself", lambda: make("sum", b.greater(X, 0.0), axes=(0,))),
    ("parts of different height", lambda: b.concat([b.reshape(ROW, (1, 4)), b.reshape(ROW, (2, 2))], 1)),
    ("contracted sizes differ", lambda: b.einsum("bi,ij->bj", X, b.input_("w", (3, 2)))),
    ("a letter summed in one operand alone", lambda: b.einsum("bi,j->b", X, ROW)),
    ("a letter twice", lambda: b.einsum("bi,i->bii", X, ROW)),
    ("real ids", lambda: b.gather(ROW, X)),
    ("a matrix product of a scalar", lambda: b.matmul(b.const(1.0), ROW)),
    ("orthogonal batch", lambda: make("orthonormal", X)),
)


@pytest.mark.parametrize("build", [build for _, build in REFUSED], ids=[name for name, _ in REFUSED])
def test_refused(build: Callable[[], Node]) -> None:
    with pytest.raises(ShapeError):
        build()


def test_contracted_sizes_are_named() -> None:
    with pytest.raises(ShapeError) as caught:
        b.matmul(X, b.input_("w", (3, 2)))
    assert (caught.value.operands, caught.value.axes, caught.value.sizes) == ((0, 1), (1, 0), (4, 3))


@pytest.mark.parametrize("wrong", [-1, 4])
def test_ids_outside_the_table(wrong: int) -> None:
    table, ids = b.input_("table", (4, 2)), b.input_("ids", (1,), "int")
    with pytest.raises(IndexError, match=str(wrong)):
        evaluate([b.gather(table, ids)], {table: np.zeros((4, 2)), ids: np.array([wrong])}, EXACT)


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4), (1, 3)])
def test_orthonormal(shape: tuple[int, int]) -> None:
    x = b.input_("x", shape)
    node = make("orthonormal", x)
    q = evaluate([node], {x: np.random.default_rng(0).normal(size=shape)}, EXACT)[0]
    gram = q.T @ q if shape[0] >= shape[1] else q @ q.T
    np.testing.assert_allclose(gram, np.eye(min(shape)), atol=1e-12)
    with pytest.raises(NotDifferentiable):
        gradients(b.reshape(b.reduce_sum(node), ()), [x])


def test_leaves() -> None:
    setting = Setting(sizes={"B": 5}, precision="float32", step=9)
    size, step, numbers = evaluate([b.size("B"), b.step(), b.iota("B")], {}, setting)
    assert (size.item(), step.item(), numbers.tolist()) == (5.0, 9.0, [0, 1, 2, 3, 4])
    assert (size.dtype, numbers.dtype) == (np.float32, np.int32)
