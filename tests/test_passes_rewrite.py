"""The driver, the laws of `simplify`, derivatives on graphs, and what random graphs must keep through every pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from graphs import random_graph
from numeric import EXACT, difference

from nndsl.backend.reference import evaluate
from nndsl.diagnostics import Source, Span
from nndsl.ir import Node, Setting, show, topological, verify
from nndsl.ir import build as b
from nndsl.passes.autodiff import gradients, unreached
from nndsl.passes.rewrite import rewrite
from nndsl.passes.simplify import simplify
from nndsl.passes.stabilise import stabilise

PLACE = Span(Source("a.nn", "y = x"), 0, 5)
X = b.input_("x", ("B", 4))
Y = b.input_("y", ("B", 4))
ROW = b.input_("row", (4,))
IDS = b.input_("ids", ("B",), "int")
N = b.size("B")
S, T = b.step(), b.input_("t", ())
K = b.greater(X, 0.0)

PADS = b.add(b.pad(X, 1, 4, 0, 0, 1.0), b.pad(Y, 1, 0, 4))
# text of what is written, and of what must become of it
LAWS: tuple[tuple[str, Node, Node], ...] = (
    ("x*1", b.mul(X, 1.0), X),
    ("x/1", b.div(X, 1.0), X),
    ("x+0", b.add(X, 0.0), X),
    ("x-0", b.sub(X, 0.0), X),
    ("0-x", b.sub(0.0, X), b.neg(X)),
    ("x*0 stays", b.mul(X, 0.0), b.mul(0.0, X)),
    ("x-x stays", b.sub(X, X), b.sub(X, X)),
    ("x/x stays", b.div(X, X), b.div(X, X)),
    ("log(0) stays", b.log(0.0), b.log(0.0)),
    ("constants", b.add(b.mul(2.0, 3.0), b.log(1.0)), b.const(6.0)),
    ("comparison of constants", b.where(b.less(1.0, 2.0), X, Y), X),
    ("--x", b.neg(b.neg(X)), X),
    ("-(x-y)", b.neg(b.sub(X, Y)), b.sub(Y, X)),
    ("x--y", b.sub(X, b.neg(Y)), b.add(X, Y)),
    ("-x+y", b.add(b.neg(X), Y), b.sub(Y, X)),
    ("-x*-y", b.mul(b.neg(X), b.neg(Y)), b.mul(X, Y)),
    ("x+x", b.add(X, X), b.mul(2.0, X)),
    ("2*(3*x)", b.mul(2.0, b.mul(X, 3.0)), b.mul(6.0, X)),
    ("x/4", b.div(X, 4.0), b.mul(0.25, X)),
    ("x*(1/y)", b.mul(X, b.div(1.0, Y)), b.div(X, Y)),
    ("x*(-1/y)", b.mul(X, b.div(-1.0, Y)), b.neg(b.div(X, Y))),
    ("s*(t*x)", b.mul(S, b.mul(X, T)), b.mul(b.mul(S, T), X)),
    ("s*(x/t)", b.mul(S, b.div(X, T)), b.mul(b.div(S, T), X)),
    ("(s*x)/t", b.div(b.mul(S, X), T), b.mul(b.div(S, T), X)),
    ("x/s+y/s", b.add(b.div(X, S), b.div(Y, S)), b.div(b.add(X, Y), S)),
    ("x^2", b.power(X, 2.0), b.mul(X, X)),
    ("x^1", b.power(X, 1.0), X),
    ("x^0", b.power(X, 0.0), b.full(X.shape, 1.0)),
    ("x^0.5", b.power(X, 0.5), b.sqrt(X)),
    ("x^-1", b.power(X, -1.0), b.div(1.0, X)),
    ("where same", b.where(K, X, X), X),
    ("where not", b.where(b.not_(K), X, Y), b.where(K, Y, X)),
    ("where nested", b.where(K, b.where(K, X, Y), 0.0), b.where(K, X, 0.0)),
    ("cast and back", b.cast(b.cast(K, "float"), "bool"), K),
    ("|-x|", b.absolute(b.neg(X)), b.absolute(X)),
    ("reshape twice", b.reshape(b.reshape(X, ("B", 2, 2)), ("B", 4, 1)), b.reshape(X, ("B", 4, 1))),
    ("reshape and back", b.reshape(b.reshape(X, ("B", 2, 2)), ("B", 4)), X),
    ("transpose and back", b.transpose(b.transpose(X, (1, 0)), (1, 0)), X),
    ("whole slice", b.slice_(X, 1, 0, 4), X),
    ("slice of slice", b.slice_(b.slice_(X, 1, 1, 4), 1, 1, 2), b.slice_(X, 1, 2, 3)),
    ("every second of a slice", b.slice_(b.slice_(X, 1, 1, 4), 1, 0, 3, 2), b.slice_(X, 1, 1, 4, 2)),
    ("slice of every second", b.slice_(b.slice_(X, 1, 0, 4, 2), 1, 1, 2), b.slice_(X, 1, 2, 3)),
    ("flip of a flip", b.flip(b.flip(X, 1), 1), X),
    ("slice of a flip", b.slice_(b.flip(X, 1), 1, 0, 2), b.slice_(X, 1, 2, 4, -1)),
    ("flip of every second", b.flip(b.slice_(X, 1, 0, 4, 2), 1), b.slice_(X, 1, 0, 3, -2)),
    ("a flip is no identity", b.flip(X, 1), b.flip(X, 1)),
    ("pads with other numbers stay", PADS, PADS),
    ("slice of concat", b.slice_(b.concat([X, Y], 1), 1, 5, 7), b.slice_(Y, 1, 1, 3)),
    ("slice of pad", b.slice_(b.pad(X, 1, 2, 0), 1, 2, 6), X),
    ("empty pad", b.pad(X, 1, 0, 0), X),
    ("one part", b.concat([X], 1), X),
    ("split gradient", b.add(b.pad(X, 1, 4, 0), b.pad(Y, 1, 0, 4)), b.concat([Y, X], 1)),
    ("stretch for nothing", b.add(X, b.expand(ROW, X.shape)), b.add(X, ROW)),
    ("computed small", b.exp(b.expand(ROW, X.shape)), b.expand(b.exp(ROW), X.shape)),
    ("sum of a stretch", b.reduce_sum(b.expand(b.reshape(ROW, (1, 4)), X.shape), 0), b.expand(b.mul(N, ROW), (1, 4))),
    ("sum of a number", b.reduce_sum(b.full((2, 3), 5.0)), b.full((1, 1), 30.0)),
    ("max of a stretch", b.reduce_max(b.expand(b.reshape(ROW, (1, 4)), X.shape), 0), b.expand(ROW, (1, 4))),
    ("sum of sum", b.reduce_sum(b.reduce_sum(X, 1), 0), b.reduce_sum(X)),
    ("sum over size 1", b.reduce_sum(b.reshape(X, ("B", 1, 4)), 1), b.reshape(X, ("B", 1, 4))),
    ("sum of -x", b.reduce_sum(b.neg(X), 1), b.neg(b.reduce_sum(X, 1))),
    ("sum of s*x", b.reduce_sum(b.mul(X, S), 1), b.mul(S, b.reduce_sum(X, 1))),
    ("sum of x/row", b.reduce_sum(b.div(X, ROW), 0), b.div(b.reduce_sum(X, 0), ROW)),
    ("mean of mean of a constant", b.mean(b.full(("B", 2), 3.0)), b.full((1, 1), 3.0)),
    ("x @ W'", b.matmul(X, b.transpose(Y, (1, 0))), b.einsum("ba,ca->bc", X, Y)),
    ("(x @ W)'", b.transpose(b.einsum("bi,ci->bc", X, Y), (1, 0)), b.einsum("bi,ci->cb", X, Y)),
)


@pytest.mark.parametrize(("before", "after"), [law[1:] for law in LAWS], ids=[law[0] for law in LAWS])
def test_law(before: Node, after: Node) -> None:
    (got,) = simplify([before])
    assert got is after, "\n" + show([got]) + "instead of\n" + show([after])


def test_origins_are_kept() -> None:
    node = b.mul(b.add(b.input_("here", (4,)), 0.0), b.div(1.0, b.input_("there", (4,))), origin=PLACE)
    (got,) = simplify([node])
    assert got.op == "div"
    assert got.origin is PLACE


def test_rules_that_undo_one_another_are_found() -> None:
    def turn(node: Node) -> Node | None:
        """a + c -> c + a."""
        return b.add(node.inputs[1], node.inputs[0]) if node.op == "add" else None

    with pytest.raises(RuntimeError, match="circle"):
        rewrite([b.add(X, Y)], (turn,))


def test_rules_that_grow_are_found() -> None:
    def grow(node: Node) -> Node | None:
        """exp(x) -> exp(exp(x))."""
        return b.exp(node) if node.op == "exp" else None

    with pytest.raises(RuntimeError):
        rewrite([b.exp(X)], (grow,))


def test_deep_graphs_are_rewritten() -> None:
    node = X
    for _ in range(3000):
        node = b.sin(b.mul(node, 1.0))
    assert len(topological(simplify([node]))) == 3001


PASSES: tuple[tuple[str, Callable[[Node], list[Node]]], ...] = (
    ("simplify", lambda x: simplify([x])),
    ("derived", lambda x: simplify([x], derived=True)),
    ("stabilise", lambda x: stabilise([x])),
)


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("run", [run for _, run in PASSES], ids=[name for name, _ in PASSES])
def test_a_pass_keeps_the_value(run: Callable[[Node], list[Node]], seed: int) -> None:
    loss, _, bindings, setting = random_graph(seed)
    after = run(loss)
    verify(after)
    np.testing.assert_allclose(evaluate(after, bindings, setting)[0], evaluate([loss], bindings, setting)[0], rtol=1e-9)
    again = run(after[0])
    assert again[0] is after[0], "a second time changes more:\n" + show(after) + show(again)


@pytest.mark.parametrize("seed", range(40))
def test_a_pass_keeps_the_gradients(seed: int) -> None:
    loss, leaves, bindings, setting = random_graph(seed)
    plain = gradients(loss, leaves)
    verify(plain)
    safe = gradients(stabilise([loss])[0], leaves)
    for found in (simplify(plain), simplify(safe, derived=True)):
        verify(found)
        for got, expected in zip(evaluate(found, bindings, setting), evaluate(plain, bindings, setting), strict=True):
            np.testing.assert_allclose(got, expected, rtol=1e-7, atol=1e-10)


@pytest.mark.parametrize("seed", range(100, 110))
def test_gradients_of_random_graphs(seed: int) -> None:
    loss, leaves, bindings, setting = random_graph(seed, steps=8)
    if any(x.op == "stop" for x in topological([loss])):
        return  # central differences see through it
    for x, g in zip(leaves, evaluate(gradients(loss, leaves), bindings, setting), strict=True):
        np.testing.assert_allclose(g, difference(loss, x, bindings, setting), rtol=1e-4, atol=1e-6)


def test_unreached() -> None:
    w, u, v = b.param("w", (4,)), b.param("u", (2,)), b.param("v", (4,))
    loss = b.reshape(b.mean(b.add(b.mul(X, w), b.stop(v))), ())
    assert unreached(loss, [w, u, v]) == [u, v]
    _, gu, gv = gradients(loss, [w, u, v])
    assert (gu.shape, gv.shape) == ((2,), (4,))
    assert not evaluate([gu], {}, EXACT)[0].any()


def test_gradient_by_an_inner_node_and_by_the_loss() -> None:
    x = b.input_("x", ())
    y = b.exp(x)
    loss = b.mul(y, y)
    found = evaluate(gradients(loss, [y, x, loss]), {x: np.array(0.5)}, EXACT)
    np.testing.assert_allclose(found, [2 * np.exp(0.5), 2 * np.exp(1.0), 1.0])


def test_gradients_carry_the_origin_of_their_node() -> None:
    node = b.tanh(b.input_("fresh", ("B", 4)), origin=PLACE)
    (g,) = gradients(b.reshape(b.mean(node), ()), [node.inputs[0]])
    assert g.origin is PLACE


def test_a_loss_has_one_element() -> None:
    with pytest.raises(ValueError, match="one element"):
        gradients(X, [X])


def test_second_derivatives() -> None:
    x = b.input_("x", ())
    (first,) = gradients(b.power(x, 3.0), [x])
    (second,) = gradients(first, [x])
    value: Any = evaluate(simplify([second]), {x: np.array(2.0)}, Setting(precision="float64"))[0]
    assert value == pytest.approx(12.0)
