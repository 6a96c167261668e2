"""Transposes move outward: what is written, and what must become of it; the values stay."""

from __future__ import annotations

import numpy as np
import pytest
from numeric import EXACT

from nndsl.backend.reference import evaluate
from nndsl.ir import Node, concrete, show, topological, verify
from nndsl.ir import build as b
from nndsl.passes.simplify import simplify

X, Y = b.input_("x", (4, "B", 2)), b.input_("y", (4, "B", 2))
ROW, STEP_SCALE, ROWS = b.input_("row", (2,)), b.input_("scale", (4, 1, 1)), b.input_("rows", ("B", 2))
TABLE, IDS = b.input_("table", (5, 2)), b.input_("ids", (4, "B"), "int")
W = b.input_("w", (2, 3))


def turned(x: Node) -> Node:
    """Time and batch exchanged."""
    return b.transpose(x, (1, 0, *range(2, x.rank)))


LAWS: tuple[tuple[str, Node, Node], ...] = (
    ("map", b.tanh(turned(X)), turned(b.tanh(X))),
    ("two alike", b.mul(turned(X), turned(Y)), turned(b.mul(X, Y))),
    ("and back", turned(b.mul(turned(X), turned(Y))), b.mul(X, Y)),
    ("with a row", b.add(turned(X), ROW), turned(b.add(X, ROW))),
    ("with a number", b.mul(2.0, turned(X)), turned(b.mul(2.0, X))),
    (
        "with one a step",
        b.mul(turned(X), b.reshape(STEP_SCALE, (1, 4, 1))),
        turned(b.mul(X, b.reshape(STEP_SCALE, (4, 1, 1)))),
    ),
    ("with a matrix", b.mul(turned(X), b.reshape(ROWS, ("B", 1, 2))), turned(b.mul(X, ROWS))),
    ("sum", b.reduce_sum(turned(X), 0), b.expand(b.reshape(b.reduce_sum(X, 1), (1, 4, 2)), (1, 4, 2))),
    ("slice", b.slice_(turned(X), 1, 1, 3), turned(b.slice_(X, 0, 1, 3))),
    ("pad", b.pad(turned(X), 2, 1, 0), turned(b.pad(X, 2, 1, 0))),
    ("concat", b.concat([turned(X), turned(Y)], 2), turned(b.concat([X, Y], 2))),
    ("gather", turned(b.gather(TABLE, IDS)), b.gather(TABLE, turned(IDS))),
    ("product", b.matmul(turned(X), W), b.einsum("cba,ad->bcd", X, W)),
)


@pytest.mark.parametrize(("before", "after"), [law[1:] for law in LAWS], ids=[law[0] for law in LAWS])
def test_law(before: Node, after: Node) -> None:
    (got,) = simplify([before])
    assert got is after, "\n" + show([got]) + "instead of\n" + show([after])
    verify([got])
    rng = np.random.default_rng(0)
    values = {}
    for n in (n for n in topological([before]) if n.op == "input"):
        shape = concrete(n.shape, EXACT.sizes)
        values[n] = rng.integers(0, 5, shape) if n.dtype == "int" else rng.normal(size=shape)
    np.testing.assert_allclose(*(evaluate([x], values, EXACT)[0] for x in (before, got)), rtol=1e-12)


def test_what_lies_otherwise_stays() -> None:
    mixed = b.mul(turned(X), b.input_("z", ("B", 4, 2)))
    assert simplify([mixed]) == [mixed]
