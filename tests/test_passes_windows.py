"""The laws of windows and of arrays of parts: what becomes of small graphs, and what a step of a network is made of."""

from __future__ import annotations

import numpy as np
import pytest
from numeric import EXACT
from script_tools import program

from nndsl.backend.reference import evaluate
from nndsl.ir import Node, show, topological, verify
from nndsl.ir import build as b
from nndsl.lower import step_graph
from nndsl.passes.autodiff import gradients
from nndsl.passes.fuse import Nest, schedule
from nndsl.passes.simplify import simplify
from nndsl.passes.stabilise import stabilise
from nndsl.semantics import Train

X = b.input_("x", ("B", 8, 8, 3))
G = b.input_("g", ("B", 4, 4, 3))
H = b.input_("h", ("B", 4, 4, 3))
ROW = b.input_("row", (3,))
Z = (0, 0, 0, 0)


def every_second(h: int, w: int) -> Node:
    return b.slice_(b.slice_(X, 1, h, 7 + h, 2), 2, w, 7 + w, 2)


def between(x: Node, h: int, w: int) -> Node:
    """x at every second place of an 8 x 8 picture, from (h, w) on."""
    return b.pad(b.pad(x, 1, h, 1 - h, 1), 2, w, 1 - w, 1)


def pooled() -> Node:
    (a, c, d, e) = (every_second(h, w) for h in (0, 1) for w in (0, 1))
    return b.maximum(e, b.maximum(d, b.maximum(c, a)))


def windows(size: int, stride: int = 1, x: Node = X) -> Node:
    return b.windows(x, (1, 2), (size, size), (stride, stride), (1, 1))


WOVEN = b.add(between(G, 0, 0), between(H, 1, 0))
# text of what is written, and of what must become of it
LAWS: tuple[tuple[str, Node, Node], ...] = (
    ("windows of one place", windows(1), b.reshape(X, ("B", 8, 8, 3, 1, 1))),
    ("windows of a number", b.windows(b.full((4, 2), 3.0), [0], [2], [1], [1]), b.full((3, 2, 2), 3.0)),
    ("a pool", b.reduce_max(windows(2, 2), (4, 5)), b.reshape(pooled(), ("B", 4, 4, 3, 1, 1))),
    (
        "a pool of relu with a bias",
        b.reshape(b.reduce_max(windows(2, 2, b.maximum(b.add(X, ROW), 0.0)), (4, 5)), G.shape),
        b.maximum(b.add(pooled(), ROW), 0.0),
    ),
    ("the greater of two that fall stays", *[b.maximum(b.mul(-2.0, G), b.mul(-2.0, H))] * 2),
    ("the greater of two that rise", b.maximum(b.tanh(G), b.tanh(H)), b.tanh(b.maximum(G, H))),
    ("the lesser of two that rise", b.minimum(b.mul(2.0, G), b.mul(2.0, H)), b.mul(2.0, b.minimum(G, H))),
    ("steps of a map", b.slice_(b.exp(b.add(X, ROW)), 1, 0, 8, 2), b.exp(b.add(b.slice_(X, 1, 0, 8, 2), ROW))),
    ("slices in order", b.slice_(b.slice_(X, 2, 1, 3), 1, 0, 2), b.slice_(b.slice_(X, 1, 0, 2), 2, 1, 3)),
    ("pads along two axes", between(G, 1, 0), b.assemble([G], X.shape, [(0, 1, 0, 0)], [(1, 2, 2, 1)])),
    (
        "parts between one another",
        WOVEN,
        b.assemble([G, H], X.shape, [Z, (0, 1, 0, 0)], [(1, 2, 2, 1)] * 2),
    ),
    ("parts that meet stay apart", *[b.add(b.pad(G, 1, 0, 1), b.pad(H, 1, 1, 0))] * 2),
    (
        "parts that meet on a grid",
        b.add(b.pad(G, 1, 0, 2, 1), b.pad(H, 1, 2, 0, 1)),
        b.assemble([b.add(b.pad(G, 1, 0, 1), b.pad(H, 1, 1, 0))], ("B", 9, 4, 3), [Z], [(1, 2, 1, 1)]),
    ),
    ("a part that fills", b.assemble([G], G.shape, [Z], [(1, 1, 1, 1)]), G),
    ("a slice of parts that is one", b.slice_(b.slice_(WOVEN, 1, 1, 8, 2), 2, 0, 7, 2), H),
    ("a slice of parts that is none", b.slice_(between(G, 0, 0), 1, 1, 8, 2), b.zeros(("B", 4, 8, 3))),
    ("a slice that cuts through parts stays", *[b.slice_(b.assemble([G], X.shape, [Z], [(1, 2, 2, 1)]), 1, 0, 5)] * 2),
    (
        "a pad around parts",
        b.pad(between(G, 0, 0), 1, 2, 1),
        b.assemble([G], ("B", 11, 8, 3), [(0, 2, 0, 0)], [(1, 2, 2, 1)]),
    ),
    ("a pad with another number stays", *[b.pad(b.pad(G, 1, 1, 1), 2, 1, 1, 0, 5.0)] * 2),
    (
        "a sum of parts",
        b.reduce_sum(WOVEN, (0, 1, 2)),
        b.add(b.reduce_sum(G, (0, 1, 2)), b.reduce_sum(H, (0, 1, 2))),
    ),
    (
        "a cut of an overlap",
        b.slice_(b.overlap_add(windows(3), (1, 2), (1, 1), (1, 1), (8, 8)), 1, 1, 7),
        b.overlap_add(windows(3), (1, 2), (1, 1), (1, 1), (6, 8), (1, 0)),
    ),
    (
        "a product over one channel",
        b.einsum("bhwcd,dcf->bhwf", b.reshape(G, ("B", 4, 4, 1, 3)), b.reshape(b.input_("w", (3, 2)), (3, 1, 2))),
        b.einsum("bhwd,df->bhwf", G, b.input_("w", (3, 2))),
    ),
)  # fmt: skip


@pytest.mark.parametrize(("written", "wanted"), [law[1:] for law in LAWS], ids=[law[0] for law in LAWS])
def test_law(written: Node, wanted: Node) -> None:
    found = simplify([written])
    verify(found)
    assert found[0] is wanted, f"{show(found)}\n\nnot\n\n{show([wanted])}"


KERNEL = b.input_("w", (3, 3, 3, 5))
CONV = b.einsum("bhwcij,ijcf->bhwf", windows(3), KERNEL)
DEPTH = b.input_("d", (3, 3, 3))
OVERLAP = ((1, 2), (2, 1), (1, 2), (12, 8), (1, 1))
WIDE = b.input_("v", ("B", 6, 6, 5))
# what is left of a late graph: which operations must not be there any more
LATE: tuple[tuple[str, Node, str], ...] = (
    ("back through a convolution", gradients(b.reshape(b.reduce_sum(b.mul(CONV, WIDE)), ()), [X])[0], "overlap_add"),
    (
        "back through strides",
        b.overlap_add(
            b.einsum("bhwf,ijcf->bhwcij", WIDE, KERNEL), (1, 2), (2, 2), (1, 1), (12, 13), (1, 0)
        ),
        "overlap_add",
    ),
    (
        "windows side by side",
        b.overlap_add(b.tanh(b.windows(X, (1, 2), (2, 4), (2, 4), (1, 1))), (1, 2), (2, 4), (1, 1), (8, 8)),
        "overlap_add",
    ),
    (
        "windows with gaps",
        b.overlap_add(b.tanh(b.windows(X, (1, 2), (2, 1), (3, 3), (1, 1))), (1, 2), (3, 3), (1, 1), (7, 5), (1, 2)),
        "overlap_add",
    ),
    (
        "back through a mean",
        b.overlap_add(b.expand(b.reshape(WIDE, (*WIDE.shape, 1, 1)), (*WIDE.shape, 3, 3)), *OVERLAP),
        "overlap_add",
    ),
    ("kernels for each channel", b.einsum("bhwcij,bhwc->ijc", windows(3), b.slice_(WIDE, 3, 0, 3)), "einsum"),
    ("each channel by itself", b.einsum("bhwcij,ijc->bhwc", windows(3), DEPTH), "einsum"),
    ("a mean", b.reduce_sum(windows(3, 2), (4, 5)), "windows"),
)  # fmt: skip


@pytest.mark.parametrize(("written", "gone"), [law[1:] for law in LATE], ids=[law[0] for law in LATE])
def test_late_law(written: Node, gone: str) -> None:
    (found,) = simplify([written], derived=True)
    verify([found])
    assert gone in {node.op for node in topological([written])}
    assert gone not in {node.op for node in topological([found])}, show([found])
    rng = np.random.default_rng(0)
    values = {x: rng.normal(size=(2, *x.shape[1:]) if x.shape[0] == "B" else x.shape) for x in (X, WIDE, KERNEL, DEPTH)}
    before, after = (
        evaluate([n], values, EXACT.__class__(sizes={"B": 2}, precision="float64"))[0] for n in (written, found)
    )
    np.testing.assert_allclose(after, before, rtol=1e-10, atol=1e-12)


# ---- a step

NETWORK = """
data pictures {{
  from blobs(40, classes=3)
  split train=80%, test=20%
}}
network cnn for pictures {{
  dense(64) -> reshape(8, 8, 1)
  {body}
  flatten -> dense(classes) -> softmax
}}
train cnn on pictures
"""


def step(body: str) -> list[object]:
    """The items of the gradients' schedule."""
    checked = program(NETWORK.format(body=body))
    (train,) = (a for a in checked.program.actions if isinstance(a, Train))
    graph = step_graph(checked.program, train, checked.signatures[train.data])
    leaves = [v.leaf for v in graph.trained]
    (objective,) = stabilise([graph.objective])
    return list(schedule(simplify([objective, *gradients(objective, leaves)], derived=True)))


def test_a_convolution_with_bias_activation_and_pool_is_a_product_and_one_nest_each_way() -> None:
    items = step("conv(4, 3) -> relu -> maxpool(2)")
    nests = [x for x in items if isinstance(x, Nest) and any(n.op == "maximum" for n in x.nodes)]
    assert len(nests) == 2
    forward, back = nests
    assert [w.shape for w in forward.writes] == [("B", 4, 4, 4)]  # nothing of the size before the pool
    assert [w.shape for w in back.writes if w.rank == 4 and w.shape[0] == "B"] == [("B", 4, 4, 4)] * 4
    singles = [x.node for x in items if not isinstance(x, Nest)]
    assert {n.op for n in singles} <= {"einsum", "assemble", "reshape"}
    assert sum(n.op == "assemble" for n in singles) == 2  # the border of the picture, and the gradient's parts


@pytest.mark.parametrize(
    ("body", "products"),
    [
        ("conv(4, 3) -> relu -> conv(4, 3, stride=2) -> relu", 9),  # its gradient by residues: four small ones
        ("conv(4, 1) -> relu", 3),
        ("conv(3, 1) -> depthwise(3) -> relu", 3),
        ("conv(3, 1) -> conv(3, 3, groups=3) -> relu", 3),
        ("conv_transpose(4, 2, stride=2) -> relu", 3),
        ("avgpool(2)", 0),
    ],
)
def test_products_of_a_step(body: str, products: int) -> None:
    """Beside those of the dense layers."""
    dense = sum(x.node.op == "einsum" for x in step("relu") if not isinstance(x, Nest))
    found = [x.node for x in step(body) if not isinstance(x, Nest)]
    assert all(n.op != "overlap_add" for n in found)
    assert sum(n.op == "einsum" for n in found) - dense == products
