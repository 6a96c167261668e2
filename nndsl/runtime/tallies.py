"""Metrics over rows that come in pieces: what is summed over all rows is added up, the rest is computed at the end.

In: a metric's graph over N rows. Out: a `Tally`, which is given outputs and targets piece by piece and then says the
metric's value. A metric that cannot be taken apart so (it compares rows with what all rows say) keeps the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from nndsl.backend.reference import evaluate
from nndsl.ir import build as b
from nndsl.ir.node import Node, topological
from nndsl.ir.primitive import Setting
from nndsl.lower.metric import ROWS
from nndsl.values import value

Values = NDArray[Any]
PRECISION = "float64"
JOINED: dict[str, Callable[[Values, Values], Values]] = {
    "sum": np.add, "einsum": np.add, "max": np.maximum, "min": np.minimum, "prod": np.multiply,
}  # fmt: skip


class Tally(Protocol):
    """A metric under way."""

    def add(self, outputs: Values, targets: Values) -> None:
        """Some more rows: [n, *shape] each."""

    def value(self) -> Values:
        """The metric over all rows so far."""


@value
class Apart:
    """A metric's graph taken apart. sums: over rows, each computed of a piece and joined with the others.

    end: the result, over `leaves` in place of the sums.
    """

    sums: tuple[Node, ...]
    leaves: tuple[Node, ...]
    end: Node


PLAIN, COUNT, ROW, ALL = "plain", "count", "row", "all"  # of a node: what it depends on; COUNT: how many rows


def taken_apart(result: Node, y: Node, z: Node) -> Apart | None:
    """None where the graph is no function of sums over rows."""
    kinds: dict[Node, str | None] = {}
    sums: list[Node] = []
    for node in topological([result]):
        kinds[node] = kind = ROW if node in (y, z) else _kind(node, [kinds[x] for x in node.inputs])
        if kind is None:
            return None
        if kind == ALL and ROW in (kinds[x] for x in node.inputs):
            sums.append(node)
    if kinds[result] == ROW:
        return None
    leaves = {node: b.input_(f"sum.{i}", node.shape, node.dtype) for i, node in enumerate(sums)}
    return Apart(tuple(sums), tuple(leaves.values()), _over(result, leaves))


def _kind(node: Node, inputs: Sequence[str | None]) -> str | None:
    """None where the metric cannot be taken apart here."""
    if not node.inputs:
        if node.op == "iota" and ROWS in node.shape:
            return None
        return COUNT if node.op == "size" and node["dim"] == ROWS else PLAIN
    if ROW not in inputs:
        return ALL if ALL in inputs else COUNT if COUNT in inputs else PLAIN
    if ALL in inputs or COUNT in inputs or node.op in ("gather", "scatter_add") or node.shape.count(ROWS) > 1:
        return None
    if ROWS in node.shape:
        return ROW
    return ALL if _joins(node) else None


def _joins(node: Node) -> bool:
    """Whether it goes over all rows at once, so that the results of pieces can be joined."""
    if node.op != "einsum":
        return node.op in JOINED
    operands = node["spec"].split("->")[0].split(",")
    pairs = zip(operands, node.inputs, strict=True)
    sized = [pair for letters, x in pairs for pair in zip(letters, x.shape, strict=True)]
    return len({letter for letter, size in sized if size == ROWS}) == 1


def _over(result: Node, leaves: Mapping[Node, Node]) -> Node:
    """The graph with some of its nodes replaced."""
    known = dict(leaves)
    for node in topological([result]):
        if node not in known:
            known[node] = b.again(node, [known[x] for x in node.inputs], origin=node.origin) if node.inputs else node
    return known[result]


class Summed:
    """Of a metric that was taken apart."""

    def __init__(self, apart: Apart, y: Node, z: Node) -> None:
        self._apart, self._y, self._z = apart, y, z
        self._sums: list[Values] | None = None
        self._rows = 0

    def add(self, outputs: Values, targets: Values) -> None:
        self._rows += len(outputs)
        known = {self._y: outputs, self._z: targets}
        found = evaluate(list(self._apart.sums), known, Setting({ROWS: len(outputs)}, PRECISION))
        if self._sums is None:
            self._sums = list(found)
            return
        pairs = zip(self._apart.sums, self._sums, found, strict=True)
        self._sums = [JOINED[node.op](before, more) for node, before, more in pairs]

    def value(self) -> Values:
        known = dict(zip(self._apart.leaves, self._sums or [], strict=True))
        (found,) = evaluate([self._apart.end], known, Setting({ROWS: self._rows}, PRECISION))
        return found


class Kept:
    """Of any metric: the rows are kept until the end."""

    def __init__(self, result: Node, y: Node, z: Node) -> None:
        self._result, self._y, self._z = result, y, z
        self._outputs: list[Values] = []
        self._targets: list[Values] = []

    def add(self, outputs: Values, targets: Values) -> None:
        self._outputs.append(np.array(outputs))
        self._targets.append(np.array(targets))

    def value(self) -> Values:
        outputs, targets = np.concatenate(self._outputs), np.concatenate(self._targets)
        setting = Setting({ROWS: len(outputs)}, PRECISION)
        (found,) = evaluate([self._result], {self._y: outputs, self._z: targets}, setting)
        return found


def tally(result: Node, y: Node, z: Node) -> Callable[[], Tally]:
    """What begins a tally of a metric."""
    apart = taken_apart(result, y, z)
    if apart is None:
        return lambda: Kept(result, y, z)
    return lambda: Summed(apart, y, z)
