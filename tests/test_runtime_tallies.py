"""Metrics over rows that come in pieces give what they give of all rows at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from std_tools import SPAN, Array, checked, expression, field, rng

from nndsl.backend.reference import evaluate
from nndsl.ir import build as b
from nndsl.ir.node import Node
from nndsl.ir.primitive import Setting
from nndsl.lower import metric_graph
from nndsl.lower.graphs import Value
from nndsl.runtime.tallies import Kept, Summed, tally
from nndsl.semantics.program import Metric

OWN = """
metric spread(y: real, z: real): error = mean((y - z - mean(y - z))^2)
metric worst(y: real, z: real): error = max(abs(y - z))
metric share(y: real, z: real): error = sum(abs(y - z)) / count(z)
metric weighted(y: real, z: real): error = sum(abs(y - z) / count(z))
metric product(y: real, z: real): error = sum(y) * sum(z) / count(z)^2
"""
ROWS = 37
APART = ("accuracy", "precision", "recall", "f1", "confusion", "perplexity", "mse", "mae", "worst", "share", "product")
WHOLE = ("r2", "spread", "weighted")  # each row is compared with what all rows say
OF_NUMBERS = ("mse", "mae", "r2", "spread", "worst", "share", "weighted", "product")


def graph(name: str) -> tuple[Node, Node, Node, Array, Array]:
    """(leaf of outputs, leaf of targets, result, outputs, targets) of a metric."""
    made = rng("tallies", name)
    if name in OF_NUMBERS:
        outputs, targets = made.normal(size=(ROWS, 2)), made.normal(size=(ROWS, 2))
        kind, target = "real", field((2,), "real")
    else:
        outputs = made.dirichlet(np.ones(3), size=ROWS)
        targets, kind, target = made.integers(3, size=ROWS), "probability", field((), "category", 3)
    output = Value(b.input_("y", ("B", *outputs.shape[1:])), kind, outputs.shape[1:], SPAN)
    (y, z), result = metric_graph(checked(OWN).program, Metric(name, expression(name)), output, target)
    return y, z, result, outputs, targets


@pytest.mark.parametrize("name", [*APART, *WHOLE])
@pytest.mark.parametrize("piece", [1, 8, ROWS])
def test_pieces_give_the_same(name: str, piece: int) -> None:
    y, z, result, outputs, targets = graph(name)
    under_way = tally(result, y, z)()
    for first in range(0, ROWS, piece):
        under_way.add(outputs[first : first + piece], targets[first : first + piece])
    whole: Any = evaluate([result], {y: outputs, z: targets}, Setting({"N": ROWS}, "float64"))[0]
    np.testing.assert_allclose(under_way.value(), whole, rtol=1e-12)


@pytest.mark.parametrize("name", APART)
def test_metrics_that_keep_no_rows(name: str) -> None:
    y, z, result, _, _ = graph(name)
    assert isinstance(tally(result, y, z)(), Summed)


@pytest.mark.parametrize("name", WHOLE)
def test_metrics_that_keep_rows(name: str) -> None:
    y, z, result, _, _ = graph(name)
    assert isinstance(tally(result, y, z)(), Kept)
