"""Nodes are shared, printed, checked and run as they should be."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest
from numeric import EXACT

from nndsl.backend.reference import evaluate, first_nonfinite
from nndsl.diagnostics import Source, Span
from nndsl.ir import BrokenGraph, Node, Setting, ShapeError, make, show, topological, verify
from nndsl.ir import build as b

TEXT = Source("penguins.nn", "input x[4]\nparam W[4, 3]\noutput x @ W + 1\n")


def _span(text: str) -> Span:
    start = TEXT.text.index(text)
    return Span(TEXT, start, start + len(text))


def test_equal_nodes_are_one() -> None:
    x = b.input_("x", (2,))
    assert b.exp(x) is b.exp(x)
    assert b.const(1) is not b.const(1.0)
    assert b.const(0.0) is not b.const(-0.0)
    assert b.const(1) is not b.const(True)


def test_an_origin_is_taken_when_it_comes() -> None:
    x = b.input_("nameless at first", ())
    assert b.input_("nameless at first", (), origin=_span("x")) is x
    assert b.input_("nameless at first", (), origin=_span("param")).origin is x.origin
    assert x.origin == _span("x")


def test_nodes_are_let_go() -> None:
    gone = weakref.ref(b.exp(b.input_("only here", (2,))))
    gc.collect()
    assert gone() is None


def test_printed() -> None:
    x = b.input_("measures", ("B", 4), origin=_span("input x[4]"))
    w = b.param("W", (4, 3), origin=_span("param W[4, 3]"))
    node = b.add(b.matmul(x, w, origin=_span("x @ W")), 1, origin=_span("x @ W + 1"))
    assert show([node, b.reduce_sum(node, 1)]) == (
        "%0 = input(name=measures) : float[B, 4]             # penguins.nn:1\n"
        "%1 = param(name=W) : float[4, 3]                    # penguins.nn:2\n"
        "%2 = einsum(%0, %1, spec=ba,ac->bc) : float[B, 3]   # penguins.nn:3\n"
        "%3 = add(%2, 1.0) : float[B, 3]                     # penguins.nn:3\n"
        "%4 = sum(%3, axes=[1]) : float[B, 1]\n"
        "return %3, %4\n"
    )


def test_printed_without_places() -> None:
    assert show([b.const(2.0)]) == "return 2.0\n"
    assert "#" not in show([b.exp(b.input_("x", (), origin=_span("x")))], origins=False)


def _broken(**changes: object) -> Node:
    node = b.exp(b.input_("x", (2,)))
    spoilt = Node()
    for slot in ("op", "inputs", "attrs", "shape", "dtype", "origin", "serial"):
        setattr(spoilt, slot, changes.get(slot, getattr(node, slot)))
    return spoilt


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"shape": (3,)}, "the table says"),
        ({"dtype": "int"}, "the table says"),
        ({"op": "no such"}, "no such primitive"),
        ({"inputs": ()}, "takes 1 inputs, has 0"),
        ({"serial": -1}, "older than one of its inputs"),
        ({"inputs": (b.input_("k", (2,), "bool"),)}, "does not take bool"),
    ],
)
def test_verifier_finds(changes: dict[str, object], says: str) -> None:
    with pytest.raises(BrokenGraph, match=says):
        verify([_broken(**changes)])


def test_deep_graphs_need_no_recursion() -> None:
    node = b.input_("x", ())
    for _ in range(5000):
        node = b.add(node, 1.0)
    verify([node])
    x = topological([node])[0]
    assert evaluate([node], {x: np.array(0.0)}, EXACT)[0] == 5000


def test_reference_refuses_wrong_bindings() -> None:
    x = b.input_("x", ("B", 2))
    with pytest.raises(ValueError, match="no value"):
        evaluate([x], {}, EXACT)
    with pytest.raises(ValueError, match=r"\(2, 2\), not \(3, 2\)"):
        evaluate([x], {x: np.zeros((2, 2))}, EXACT)


def test_outputs_may_repeat_and_be_inputs_of_others() -> None:
    x = b.input_("x", (2,))
    y = b.exp(x)
    got = evaluate([y, x, b.log(y), y], {x: np.array([0.0, 1.0])}, EXACT)
    assert [v.tolist() for v in got] == [[1.0, np.e], [0.0, 1.0], [0.0, 1.0], [1.0, np.e]]


X = b.input_("x", (2,))
ZEROS = {X: np.zeros(2)}


def test_first_nonfinite_is_blamed() -> None:
    bad = b.log(X)
    assert first_nonfinite([b.mul(bad, 0.0)], ZEROS, EXACT) is bad
    assert first_nonfinite([b.exp(X)], ZEROS, EXACT) is None


def test_an_infinity_that_does_no_harm_is_not_blamed() -> None:
    harmless = b.div(1.0, b.exp(b.mul(X, 1.0)))
    large = {X: np.full(2, 1e4)}
    assert first_nonfinite([harmless], large, Setting()) is None
    assert first_nonfinite([b.where(b.greater(X, 0.0), X, -np.inf)], {X: np.ones(2)}, EXACT) is None


def test_an_infinite_constant_is_meant() -> None:
    masked = b.where(b.greater(X, 0.0), X, -np.inf)
    difference = b.sub(masked, b.reduce_max(masked))
    assert first_nonfinite([b.exp(difference)], ZEROS, EXACT) is difference


def test_bad_data_is_blamed_itself() -> None:
    assert first_nonfinite([b.exp(X)], {X: np.array([0.0, np.nan])}, EXACT) is X


def test_shape_error_of_make_leaves_nothing_behind() -> None:
    y = b.input_("y", (3,))
    for _ in range(2):
        with pytest.raises(ShapeError):
            make("add", X, y)


def test_a_node_that_outlives_its_text_speaks_of_the_newest() -> None:
    old, new = (Source(name, "x + 1") for name in ("old", "new"))
    first = b.add(b.input_("outlives", (3,)), 1.0, origin=Span(old, 0, 5))
    again = b.add(b.input_("outlives", (3,)), 1.0, origin=Span(new, 0, 5))
    assert first is again
    assert again.origin is not None and again.origin.source is new
