"""Softmax, sigmoid and their logarithms, in every usual spelling: recognised, exact where the text overflows, and
cheap to derive.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from golden import check_golden

from nndsl.backend.reference import evaluate
from nndsl.ir import Node, Setting, show, topological, verify
from nndsl.ir import build as b
from nndsl.passes.autodiff import gradients
from nndsl.passes.simplify import simplify
from nndsl.passes.stabilise import is_sigmoid, is_softmax, stabilise

X = b.input_("logits", ("B", 5))
K = b.input_("class", ("B",), "int")
Z = b.input_("target", ("B", 5))
IDS = np.array([0, 4, 2, 2])
MODERATE = np.random.default_rng(3).normal(size=(4, 5))
EXACT = Setting(sizes={"B": 4}, precision="float64")
SINGLE = Setting(sizes={"B": 4})
Unary = Callable[[Node], Node]


def shifted_softmax(x: Node) -> Node:
    e = b.exp(b.sub(x, b.reduce_max(x, -1)))
    return b.div(e, b.reduce_sum(e, -1))


def plain_softmax(x: Node) -> Node:
    return b.div(b.exp(x), b.reduce_sum(b.exp(x), -1))


def reciprocal_softmax(x: Node) -> Node:
    return b.mul(b.exp(x), b.div(1.0, b.reduce_sum(b.exp(x), -1)))


def twice_shifted(x: Node) -> Node:
    return shifted_softmax(b.sub(x, b.reduce_max(x, -1)))


def sigmoid(x: Node) -> Node:
    return b.div(1.0, b.add(1.0, b.exp(b.neg(x))))


def other_sigmoid(x: Node) -> Node:
    return b.div(b.exp(x), b.add(b.exp(x), 1.0))


def power_sigmoid(x: Node) -> Node:
    return b.power(b.add(1, b.exp(b.mul(-1, x))), -1)


SOFTMAXES = (shifted_softmax, plain_softmax, reciprocal_softmax, twice_shifted)
SIGMOIDS = (b.sigmoid, sigmoid, other_sigmoid, power_sigmoid)


def _log_softmax(x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    m = x.max(-1, keepdims=True)
    return np.asarray(x - m - np.log(np.exp(x - m).sum(-1, keepdims=True)))


def _softplus(x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.logaddexp(x, 0.0)


def _one(x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return x[np.arange(4), IDS]


def _nll(softmax: Unary) -> Unary:
    return lambda x: b.neg(b.log(b.pick(softmax(x), K)))


def _picked(x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return -_one(_log_softmax(x))


def _named(
    name: str, forms: tuple[Unary, ...], build: Callable[[Unary], Unary], expected: Callable[..., Any]
) -> list[Any]:
    return [pytest.param(build(form), expected, id=f"{name}-{form.__name__}") for form in forms]


FORMS: list[Any] = [
    *_named("log", SOFTMAXES, lambda f: lambda x: b.log(f(x)), _log_softmax),
    *_named("nll", SOFTMAXES, _nll, _picked),
    *_named("tempered", SOFTMAXES, lambda f: lambda x: b.log(f(b.div(x, 2.5))), lambda x: _log_softmax(x / 2.5)),
    *_named(
        "cross entropy",
        SOFTMAXES,
        lambda f: lambda x: b.reduce_sum(b.mul(Z, b.log(f(x))), -1),
        lambda x: (np.eye(5)[IDS] * _log_softmax(x)).sum(-1, keepdims=True),
    ),
    *_named(
        "flat", SOFTMAXES, lambda f: lambda x: b.log(b.reshape(f(x), ("B", 1, 5))), lambda x: _log_softmax(x)[:, None]
    ),
    *_named("sliced", SOFTMAXES, lambda f: lambda x: b.log(b.slice_(f(x), 1, 1, 3)), lambda x: _log_softmax(x)[:, 1:3]),
    *_named(
        "clipped",
        SOFTMAXES,
        lambda f: lambda x: b.log(b.minimum(b.maximum(f(x), 1e-7), 1 - 1e-7)),
        lambda x: np.clip(_log_softmax(x), math.log(1e-7), math.log1p(-1e-7)),
    ),
    *_named("focal", SOFTMAXES, lambda f: lambda x: b.log(b.power(b.pick(f(x), K), 2.0)), lambda x: -2 * _picked(x)),
    *_named("log sigmoid", SIGMOIDS, lambda f: lambda x: b.log(f(x)), lambda x: -_softplus(-x)),
    *_named("log(1 - sigmoid)", SIGMOIDS, lambda f: lambda x: b.log(b.sub(1.0, f(x))), lambda x: -_softplus(x)),
    *_named("log1p(-sigmoid)", SIGMOIDS, lambda f: lambda x: b.apply("log1p", b.neg(f(x))), lambda x: -_softplus(x)),
    *_named(
        "log(1 - clipped)",
        SIGMOIDS,
        lambda f: lambda x: b.log(b.sub(1.0, b.minimum(b.maximum(f(x), 0.001), 0.999))),
        lambda x: np.clip(-_softplus(x), math.log1p(-0.999), math.log1p(-0.001)),
    ),
    *_named(
        "bce",
        SIGMOIDS,
        lambda f: lambda x: b.neg(b.add(b.mul(Z, b.log(f(x))), b.mul(b.sub(1.0, Z), b.log(b.sub(1.0, f(x)))))),
        lambda x: _softplus(x) - np.eye(5)[IDS] * x,
    ),
    *_named(
        "bce of 1",
        SIGMOIDS,
        lambda f: lambda x: b.neg(b.add(b.mul(1.0, b.log(f(x))), b.mul(b.sub(1.0, 1.0), b.log(b.sub(1.0, f(x)))))),
        lambda x: _softplus(-x),
    ),
    *_named(
        "bce of 0",
        SIGMOIDS,
        lambda f: lambda x: b.neg(b.add(b.mul(0.0, b.log(f(x))), b.mul(b.sub(1.0, 0.0), b.log(b.sub(1.0, f(x)))))),
        lambda x: _softplus(x),
    ),
    pytest.param(
        lambda x: b.log(b.reduce_sum(b.exp(x), -1)), lambda x: np.logaddexp.reduce(x, -1, keepdims=True), id="lse"
    ),
    pytest.param(
        lambda x: b.add(b.reduce_max(x, -1), b.log(b.reduce_sum(b.exp(b.sub(x, b.reduce_max(x, -1))), -1))),
        lambda x: np.logaddexp.reduce(x, -1, keepdims=True),
        id="lse-shifted",
    ),
    pytest.param(
        lambda x: b.log(b.mean(b.exp(x), -1)),
        lambda x: np.logaddexp.reduce(x, -1, keepdims=True) - math.log(5),
        id="lme",
    ),
    pytest.param(lambda x: b.log(b.add(b.exp(x), 1.0)), _softplus, id="softplus"),
    pytest.param(lambda x: b.apply("log1p", b.exp(x)), _softplus, id="softplus-log1p"),
    pytest.param(
        lambda x: b.log(b.add(b.exp(x), b.exp(b.mul(2.0, x)))), lambda x: np.logaddexp(x, 2 * x), id="logaddexp"
    ),
    pytest.param(
        lambda x: b.div(b.sub(b.exp(x), b.exp(b.neg(x))), b.add(b.exp(x), b.exp(b.neg(x)))), np.tanh, id="tanh"
    ),
    *_named("softmax", SOFTMAXES, lambda f: f, lambda x: np.exp(_log_softmax(x))),
    *_named("sigmoid", SIGMOIDS, lambda f: f, lambda x: np.exp(-_softplus(-x))),
]


@pytest.mark.parametrize(("build", "expected"), FORMS)
@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_value(build: Unary, expected: Callable[..., Any], scale: float) -> None:
    values = {X: MODERATE * scale, K: IDS, Z: np.eye(5)[IDS]}
    (stable,) = stabilise([build(X)])
    verify([stable])
    got = evaluate([stable], values, EXACT)[0]
    wanted = np.asarray(expected(MODERATE * scale))
    np.testing.assert_allclose(got, wanted.reshape(got.shape), rtol=1e-9, atol=1e-12)
    single = evaluate([stable], values, SINGLE)[0]
    assert np.isfinite(single).all()
    if scale == 1.0:
        np.testing.assert_allclose(evaluate([build(X)], values, EXACT)[0], got, rtol=1e-9)


@pytest.mark.parametrize(("build", "expected"), FORMS)
@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_gradient_is_finite_and_right(build: Unary, expected: Callable[..., Any], scale: float) -> None:
    """At small logits the gradient of the literal text is the measure; at large ones it must not be NaN."""
    values = {X: MODERATE * scale, K: IDS, Z: np.eye(5)[IDS]}
    literal = b.reshape(b.reduce_sum(build(X)), ())
    (stable,) = stabilise([literal])
    (g,) = simplify(gradients(stable, [X]), derived=True)
    assert np.isfinite(evaluate([g], values, SINGLE)[0]).all()
    if scale == 1.0:
        wanted = evaluate(gradients(literal, [X]), values, EXACT)[0]
        np.testing.assert_allclose(evaluate([g], values, EXACT)[0], wanted, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("softmax", SOFTMAXES)
def test_the_gradient_of_nll_is_softmax_minus_onehot(softmax: Unary) -> None:
    loss = b.reshape(b.mean(_nll(softmax)(X)), ())
    (stable,) = stabilise([loss])
    graph = simplify([stable, *gradients(stable, [X])], derived=True)
    ops = [node.op for node in topological(graph)]
    assert (ops.count("exp"), ops.count("log"), ops.count("max")) == (1, 1, 1)
    check_golden("nll-gradient.txt", show(graph, origins=False))
    y = np.exp(_log_softmax(MODERATE))
    got = evaluate(graph, {X: MODERATE, K: IDS}, EXACT)[1]
    np.testing.assert_allclose(got, (y - np.eye(5)[IDS]) / 4, atol=1e-12)


@pytest.mark.parametrize("form", SIGMOIDS)
def test_the_gradient_of_bce_is_sigmoid_minus_target(form: Unary) -> None:
    y = form(X)
    loss = b.mean(b.neg(b.add(b.mul(Z, b.log(y)), b.mul(b.sub(1.0, Z), b.log(b.sub(1.0, y))))))
    (stable,) = stabilise([loss])
    (g,) = simplify(gradients(stable, [X]), derived=True)
    expected = b.div(b.sub(b.sigmoid(X), Z), b.mul(5.0, b.size("B")))
    assert g is expected, show([g])


@pytest.mark.parametrize("form", SOFTMAXES)
def test_softmax_is_recognised_after_simplifying(form: Unary) -> None:
    (node,) = simplify([form(X)])
    assert is_softmax(node) == (X, (1,))
    assert is_sigmoid(node) is None


@pytest.mark.parametrize("form", SIGMOIDS)
def test_sigmoid_is_recognised_after_simplifying(form: Unary) -> None:
    (node,) = simplify([form(X)])
    assert is_sigmoid(node) is X
    assert is_softmax(node) is None


@pytest.mark.parametrize(
    "build",
    [
        lambda x: b.div(b.exp(x), b.reduce_sum(b.exp(b.neg(x)), -1)),
        lambda x: b.div(x, b.reduce_sum(x, -1)),
        lambda x: b.log(x),
        lambda x: b.log(b.add(x, 1.0)),
        lambda x: b.log(b.mul(x, x)),
        lambda x: b.div(1.0, b.add(2.0, b.exp(b.neg(x)))),
    ],
)
def test_what_only_looks_similar_is_left_alone(build: Unary) -> None:
    node = simplify([build(X)])
    assert stabilise(node) == node
    assert is_softmax(node[0]) is None
    assert is_sigmoid(node[0]) is None
