"""Minimum cuts: what is kept of a graph, compared with all other choices."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from graphs import random_graph

from nndsl.ir import Node, topological
from nndsl.ir import build as b
from nndsl.passes.keep import bulk, cheapest


def enough(kept: set[Node], wanted: list[Node], dear: set[Node]) -> bool:
    """Whether all that is wanted can be computed from what is kept."""
    known: set[Node] = set()
    for node in topological(wanted):
        if node in kept or (node not in dear and all(x in known for x in node.inputs)):
            known.add(node)
    return all(x in known for x in wanted)


@pytest.mark.parametrize("seed", range(25))
def test_no_choice_is_cheaper(seed: int) -> None:
    loss, leaves, _, _ = random_graph(seed, steps=4)
    rng = np.random.default_rng(seed)
    order = [n for n in topological([loss]) if n.op != "const"][:9]
    wanted = [order[i] for i in sorted({int(i) for i in rng.integers(len(order) // 2, len(order), 2)})]
    dear = {n for n in order if n in leaves or rng.random() < 0.2}
    prices = {n: float(rng.integers(1, 6)) for n in topological(wanted)}
    got = cheapest(wanted, lambda n: None if n in dear else n.inputs, prices.__getitem__)
    assert enough(set(got), wanted, dear)
    nodes = topological(wanted)
    best = min(
        sum(prices[n] for n in choice)
        for size in range(len(nodes) + 1)
        for choice in combinations(nodes, size)
        if enough(set(choice), wanted, dear)
    )
    assert sum(prices[n] for n in got) == best


def test_of_equal_choices_the_one_that_leaves_least_to_compute() -> None:
    x = b.input_("x", (4,))
    y = b.tanh(b.sin(x))
    assert cheapest([y], lambda n: n.inputs or None, lambda n: 1.0) == [y]


def test_what_is_always_there_is_not_kept() -> None:
    x = b.input_("x", (4,))
    assert cheapest([b.sin(x)], lambda n: n.inputs, bulk) == []


def test_what_can_neither_be_kept_nor_computed_is_a_fault() -> None:
    with pytest.raises(AssertionError, match="neither"):
        cheapest([b.input_("x", (4,))], lambda n: None, lambda n: float("inf"))


def test_bulk() -> None:
    assert bulk(b.input_("x", ("B", 3))) == 32 * 3 * 4
    assert bulk(b.greater(b.input_("x", ("B", 3)), 0.0)) == 32 * 3
