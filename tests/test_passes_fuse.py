"""Which values stand in memory: what several nests need is stored where that saves reading, and only there."""

from __future__ import annotations

from nndsl.ir import build as b
from nndsl.ir.nest import Nest
from nndsl.ir.node import Node
from nndsl.passes.autodiff import gradients
from nndsl.passes.fuse import schedule
from nndsl.passes.simplify import simplify
from nndsl.passes.stabilise import stabilise

DEPTH = 6


def nests(*outputs: Node) -> list[Nest]:
    return [item for item in schedule(outputs) if isinstance(item, Nest)]


def residual(depth: int) -> Node:
    """x + f(x) + f(x + f(x)) + ...: each layer reads the sum of all before it."""
    x = b.input_("x", ("B", 32))
    for i in range(depth):
        made = b.einsum("bi,ij->bj", b.tanh(x), b.param(f"W{i}", (32, 32)))
        x = b.add(x, made)
    return x


def test_a_sum_of_layers_is_stored_as_it_grows() -> None:
    wide = [sum(read.shape == ("B", 32) for read in nest.reads) for nest in nests(residual(DEPTH))]
    assert len(wide) == DEPTH + 1 and max(wide) <= 3 < DEPTH, wide


def test_a_sum_that_one_nest_reads_is_not_stored() -> None:
    x = b.input_("x", ("B", 32))
    products = [b.einsum("bi,ij->bj", x, b.param(f"W{i}", (32, 32))) for i in range(4)]
    total = products[0]
    for one in products[1:]:
        total = b.add(total, one)
    (nest,) = nests(b.tanh(total))
    assert [w.op for w in nest.writes] == ["tanh"]


def test_the_greatest_of_four_is_found_again_where_all_four_are_read() -> None:
    """As in the derivative of a pooling: storing it would only add to what is read."""
    x = b.input_("x", ("B", 4, 32))
    four = [b.slice_(x, 1, i, i + 1) for i in range(4)]
    best = b.maximum(b.maximum(four[0], four[1]), b.maximum(four[2], four[3]))
    made = b.einsum("bti,ij->btj", best, b.param("W", (32, 32)))
    slope = b.einsum("btj,ij->bti", b.tanh(made), b.param("V", (32, 32)))
    chosen = [b.where(b.equal(one, best), slope, 0.0) for one in four]
    first, *_ = nests(best, *chosen)
    assert list(first.writes) == [best]


def test_a_small_table_is_made_once_and_not_for_every_example() -> None:
    x, i = b.input_("x", ("B", 8, 16)), b.iota(16)
    even = b.equal(b.mul(b.floor(b.div(i, 2.0)), 2.0), i)
    table = b.where(even, 1.0, b.reshape(b.cast(b.iota(8), "float"), (8, 1)))
    *before, last = nests(b.add(x, table))
    assert before and {n.op for n in last.nodes} == {"add"}
    assert all("B" not in write.shape for nest in before for write in nest.writes)


def test_a_masked_softmax_and_its_derivative_are_one_walk() -> None:
    """Places along rows and columns are the same numbers: those of rows are read, those of columns are counted."""
    scores, slope = b.input_("scores", ("B", 4, 6, 6)), b.input_("slope", ("B", 4, 6, 6))
    place = b.iota(6)
    seen = b.apply("le", place, b.reshape(place, (6, 1)))
    masked = b.where(seen, scores, float("-inf"))
    e = b.exp(masked)
    (y,) = stabilise([b.div(e, b.reduce_sum(e, -1))])
    y, g = simplify([y, *gradients(b.reduce_sum(b.mul(y, slope)), [scores])], derived=True)
    made = nests(y, g)
    assert [set(nest.writes) for nest in made] == [{place}, {y, g}]
    assert {n for n in made[-1].reads if "B" in n.shape} == {scores, slope}
