"""Checks a graph against the table: after each pass in tests and under `--debug`. A fault here is a fault of ours,
never the user's.
"""

from __future__ import annotations

from collections.abc import Sequence

from nndsl.ir.node import Node, ShapeError, topological
from nndsl.ir.table import TABLE


class BrokenGraph(ValueError):
    """A node that the table does not allow."""


def verify(outputs: Sequence[Node]) -> None:
    """Infers every node anew and compares. Raises BrokenGraph with the first node that is wrong."""
    seen: set[Node] = set()
    for node in topological(outputs):
        row = TABLE.get(node.op)
        if row is None:
            raise BrokenGraph(f"{node!r}: there is no such primitive")
        if row.arity is not None and len(node.inputs) != row.arity:
            raise BrokenGraph(f"{node!r}: takes {row.arity} inputs, has {len(node.inputs)}")
        if any(x not in seen or x.serial >= node.serial for x in node.inputs):
            raise BrokenGraph(f"{node!r}: is older than one of its inputs")
        try:
            inferred = row.infer(node.inputs, dict(node.attrs))
        except ShapeError as error:
            raise BrokenGraph(f"{node!r}: {error}") from error
        if inferred != (node.shape, node.dtype):
            raise BrokenGraph(f"{node!r}: the table says {inferred}")
        seen.add(node)
