"""The tensor IR: frozen, hash-consed nodes. A graph is a tuple of output nodes; equal sub-expressions are one object.

Letters: B is the batch, a symbolic size until a plan is made. Precision is not a matter of the graph: "float" becomes
float32 or float64 when a backend runs it. Broadcasting is NumPy's: shapes are aligned at the right, a size of 1
stretches. Reductions keep their axes with size 1, so that what belongs to one row stays beside the row.
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from nndsl.diagnostics import Span

if TYPE_CHECKING:
    from nndsl.ir.body import Body

Dim = int | str  # a str is a symbolic size, such as "B"
Shape = tuple[Dim, ...]
DType = Literal["float", "int", "bool"]
Attribute: TypeAlias = "str | int | float | bool | tuple[Any, ...] | Body | None"

BATCH: str = "B"


class ShapeError(ValueError):
    """Operands of a primitive do not fit. The caller knows the source text and says it in its words.

    operands: which inputs disagree; axes: the axis in each; sizes: what each has there.
    """

    def __init__(
        self, message: str, *, operands: tuple[int, ...] = (), axes: tuple[int, ...] = (), sizes: tuple[Dim, ...] = ()
    ):
        super().__init__(message)
        self.operands, self.axes, self.sizes = operands, axes, sizes


class Node:
    """One operation on tensors. Made by `make` only, so that equal nodes are the same object: compare with `is`.

    op: a row of the table of primitives. attrs: sorted (key, value) pairs. origin: the source text that asked for it
    (of the first, where several did); not part of its identity. serial: grows with creation, inputs before users.
    """

    __slots__ = ("__weakref__", "attrs", "dtype", "inputs", "op", "origin", "serial", "shape")
    op: str
    inputs: tuple[Node, ...]
    attrs: tuple[tuple[str, Attribute], ...]
    shape: Shape
    dtype: DType
    origin: Span | None
    serial: int

    def __getitem__(self, key: str) -> Any:
        for name, value in self.attrs:
            if name == key:
                return value
        raise KeyError(key)

    def __repr__(self) -> str:
        attrs = "".join(f" {k}={v}" for k, v in self.attrs)
        return f"<{self.op}{attrs} {self.dtype}{list(self.shape)} #{self.serial}>"

    @property
    def rank(self) -> int:
        return len(self.shape)


_serial = itertools.count()
_known: weakref.WeakValueDictionary[tuple[Any, ...], Node] = weakref.WeakValueDictionary()


def make(op: str, *inputs: Node, origin: Span | None = None, **attrs: Attribute) -> Node:
    """The node `op(inputs; attrs)`; its shape and dtype follow from the table. Raises ShapeError where operands do
    not fit.
    """
    from nndsl.ir.table import TABLE

    items = tuple(sorted(attrs.items()))
    # 1, 1.0 and True are equal to Python but not to us, and so are 0.0 and -0.0
    key = (op, tuple(id(x) for x in inputs), tuple((k, type(v).__name__, repr(v)) for k, v in items))
    known = _known.get(key)
    if known is not None:
        if origin is not None and (known.origin is None or known.origin.source is not origin.source):
            known.origin = origin  # of another text, which the node has outlived: the newest text is the one spoken of
        return known
    node = Node()
    node.op, node.inputs, node.attrs, node.origin, node.serial = op, inputs, items, origin, next(_serial)
    node.shape, node.dtype = TABLE[op].infer(inputs, dict(items))
    _known[key] = node
    return node


def mark() -> int:
    """A serial between those of the nodes made before and after."""
    return next(_serial)


def topological(outputs: Iterable[Node]) -> list[Node]:
    """All nodes the outputs need, inputs before users; the order depends on the graph alone."""
    order: list[Node] = []
    seen: set[Node] = set()
    stack: list[tuple[Node, Iterator[Node]]] = []
    for out in outputs:
        if out in seen:
            continue
        seen.add(out)
        stack.append((out, iter(out.inputs)))
        while stack:
            node, rest = stack[-1]
            below = next((x for x in rest if x not in seen), None)
            if below is None:
                order.append(node)
                stack.pop()
            else:
                seen.add(below)
                stack.append((below, iter(below.inputs)))
    return order


def users(order: Sequence[Node]) -> dict[Node, list[Node]]:
    """For each node of a topological order, the nodes that take it as an input."""
    found: dict[Node, list[Node]] = {node: [] for node in order}
    for node in order:
        for x in dict.fromkeys(node.inputs):
            found[x].append(node)
    return found


def concrete(shape: Shape, sizes: dict[str, int]) -> tuple[int, ...]:
    """The shape with symbolic sizes put in."""
    return tuple(sizes[d] if isinstance(d, str) else d for d in shape)
