"""Checks a graph against the table: after each pass in tests and under `--debug`. A fault here is a fault of ours,
never the user's.
"""

from __future__ import annotations

from collections.abc import Sequence

from nndsl.ir.body import Body, body_of, numbered
from nndsl.ir.node import Node, ShapeError, topological
from nndsl.ir.scans import KNOWN
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
        body = body_of(node)
        if body is not None:
            _verify_body(node, body)
        seen.add(node)


def _verify_body(node: Node, body: Body) -> None:
    """What a step computes is a graph of its own, over the body's leaves, which are slots in their order."""
    if numbered(body) is not body:
        raise BrokenGraph(f"{node!r}: the leaves of its body are not numbered")
    if any(x.serial >= node.serial for x in body.results):
        raise BrokenGraph(f"{node!r}: is older than its body")
    verify(body.results)
    for inner in topological(body.results):
        if not inner.inputs and inner.op not in KNOWN and inner not in body.slots:
            raise BrokenGraph(f"{node!r}: {inner!r} is no leaf of its body")
