"""Typed builders of nodes: what the elaborator, the derivative rules and the passes write graphs with.

In: nodes and Python numbers. Out: nodes. Operands of different types are brought to one by an explicit `cast`: a
number takes the type of the node beside it, int meets float as float, and a bool in arithmetic counts as 0.0 or 1.0.
Nothing is folded here but views that change nothing.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import Any

from nndsl.diagnostics import Span
from nndsl.ir.node import Dim, DType, Node, Shape, ShapeError, make
from nndsl.ir.scans import fresh as fresh
from nndsl.ir.scans import part as part
from nndsl.ir.scans import scan as scan
from nndsl.ir.scans import slot as slot
from nndsl.ir.shapes import Axes, known_axis, normal_axes, text
from nndsl.ir.windows import assemble as assemble
from nndsl.ir.windows import overlap_add as overlap_add
from nndsl.ir.windows import windows as windows

Operand = Node | float | bool


# ---- leaves


def input_(name: str, shape: Sequence[Dim], dtype: DType = "float", *, origin: Span | None = None) -> Node:
    """A value that a step is given: a batch, a target."""
    return make("input", name=name, shape=tuple(shape), dtype=dtype, origin=origin)


def param(name: str, shape: Sequence[Dim], *, origin: Span | None = None) -> Node:
    """A weight that training changes."""
    return make("param", name=name, shape=tuple(shape), origin=origin)


def state(name: str, shape: Sequence[Dim], *, origin: Span | None = None) -> Node:
    """A value kept between steps and not trained: an optimizer's moment, a running mean."""
    return make("state", name=name, shape=tuple(shape), origin=origin)


def const(value: float | bool, dtype: DType | None = None, *, origin: Span | None = None) -> Node:
    """A number, of shape (); without a dtype the Python type says it."""
    if dtype is None:
        dtype = "bool" if isinstance(value, bool) else "int" if isinstance(value, int) else "float"
    convert = {"float": float, "int": int, "bool": bool}[dtype]
    return make("const", value=convert(value), dtype=dtype, origin=origin)


def full(shape: Sequence[Dim], value: float | bool, dtype: DType | None = None, *, origin: Span | None = None) -> Node:
    """A number at every place of a shape."""
    return expand(const(value, dtype, origin=origin), shape, origin=origin)


def zeros(shape: Sequence[Dim], *, origin: Span | None = None) -> Node:
    """0.0 at every place of a shape."""
    return full(shape, 0.0, origin=origin)


def size(dim: Dim, *, origin: Span | None = None) -> Node:
    """How long an axis is, as a float of shape (): a constant if that is known, else what the plan will say."""
    if isinstance(dim, int):
        return const(float(dim), origin=origin)
    return make("size", dim=dim, origin=origin)


def count(shape: Shape, axes: Sequence[int], *, origin: Span | None = None) -> Node:
    """How many elements the axes hold together, as a float of shape ()."""
    known = 1.0
    symbolic: list[Node] = []
    for axis in axes:
        dim = shape[axis]
        if isinstance(dim, int):
            known *= dim
        else:
            symbolic.append(size(dim, origin=origin))
    if not symbolic:
        return const(known, origin=origin)
    result = symbolic[0]
    for other in symbolic[1:]:
        result = mul(result, other, origin=origin)
    return result if known == 1.0 else mul(known, result, origin=origin)


def step(*, origin: Span | None = None) -> Node:
    """The training step, from 1, as a float of shape ()."""
    return make("step", origin=origin)


def iota(n: Dim, *, origin: Span | None = None) -> Node:
    """The integers 0 .. n-1, shape [n]."""
    return make("iota", n=n, origin=origin)


# ---- maps


def _dtype(x: Operand) -> DType:
    if isinstance(x, Node):
        return x.dtype
    return "bool" if isinstance(x, bool) else "int" if isinstance(x, int) else "float"


def alike(operands: Sequence[Operand], takes: str, *, origin: Span | None = None) -> list[Node]:
    """The operands as nodes of one dtype, as a map that takes `takes` (see `Primitive.takes`) wants them."""
    found = {_dtype(x) for x in operands}
    if takes == "bool" or (takes == "any" and len(found) == 1):
        target = next(iter(found))
    else:
        target = "int" if takes != "float" and found == {"int"} else "float"
    return [cast(x, target, origin=origin) if takes != "bool" else as_node(x, origin=origin) for x in operands]


def as_node(x: Operand, *, origin: Span | None = None) -> Node:
    """A node as it is; a number as a constant."""
    return x if isinstance(x, Node) else const(x, origin=origin)


def again(node: Node, inputs: Sequence[Node], *, origin: Span | None = None) -> Node:
    """The same operation on other inputs."""
    attrs: dict[str, Any] = dict(node.attrs)
    return make(node.op, *inputs, origin=origin, **attrs)


def cast(x: Operand, to: DType, *, origin: Span | None = None) -> Node:
    """Another dtype: to int cuts towards zero, to bool asks whether it is not 0."""
    if not isinstance(x, Node):
        return const(x, to, origin=origin)
    return x if x.dtype == to else make("cast", x, to=to, origin=origin)


def apply(name: str, *operands: Operand, origin: Span | None = None) -> Node:
    """Any map of the table but `cast`, by its name, with its operands brought to the dtype it takes."""
    from nndsl.ir.table import TABLE

    if name == "where":
        condition, *choices = operands
        return make(name, as_node(condition, origin=origin), *alike(choices, "any", origin=origin), origin=origin)
    return make(name, *alike(operands, TABLE[name].takes, origin=origin), origin=origin)


def neg(x: Operand, *, origin: Span | None = None) -> Node:
    return apply("neg", x, origin=origin)


def absolute(x: Operand, *, origin: Span | None = None) -> Node:
    return apply("abs", x, origin=origin)


def sign(x: Operand, *, origin: Span | None = None) -> Node:
    return apply("sign", x, origin=origin)


def exp(x: Operand, *, origin: Span | None = None) -> Node:
    return apply("exp", x, origin=origin)


def log(x: Operand, *, origin: Span | None = None) -> Node:
    return apply("log", x, origin=origin)


def sqrt(x: Operand, *, origin: Span | None = None) -> Node:
    return apply("sqrt", x, origin=origin)


def sin(x: Operand, *, origin: Span | None = None) -> Node:
    return apply("sin", x, origin=origin)


def cos(x: Operand, *, origin: Span | None = None) -> Node:
    return apply("cos", x, origin=origin)


def tanh(x: Operand, *, origin: Span | None = None) -> Node:
    return apply("tanh", x, origin=origin)


def sigmoid(x: Operand, *, origin: Span | None = None) -> Node:
    """1 / (1 + exp(-x)), with a derivative that cannot overflow."""
    return apply("sigmoid", x, origin=origin)


def softplus(x: Operand, *, origin: Span | None = None) -> Node:
    """log(1 + exp(x)), without overflow."""
    return apply("softplus", x, origin=origin)


def floor(x: Operand, *, origin: Span | None = None) -> Node:
    return apply("floor", x, origin=origin)


def stop(x: Operand, *, origin: Span | None = None) -> Node:
    """The same value, through which no gradient flows."""
    return apply("stop", x, origin=origin)


def not_(x: Operand, *, origin: Span | None = None) -> Node:
    return apply("not", x, origin=origin)


def add(a: Operand, b: Operand, *, origin: Span | None = None) -> Node:
    return apply("add", a, b, origin=origin)


def sub(a: Operand, b: Operand, *, origin: Span | None = None) -> Node:
    return apply("sub", a, b, origin=origin)


def mul(a: Operand, b: Operand, *, origin: Span | None = None) -> Node:
    return apply("mul", a, b, origin=origin)


def div(a: Operand, b: Operand, *, origin: Span | None = None) -> Node:
    return apply("div", a, b, origin=origin)


def power(a: Operand, b: Operand, *, origin: Span | None = None) -> Node:
    return apply("pow", a, b, origin=origin)


def maximum(a: Operand, b: Operand, *, origin: Span | None = None) -> Node:
    return apply("maximum", a, b, origin=origin)


def minimum(a: Operand, b: Operand, *, origin: Span | None = None) -> Node:
    return apply("minimum", a, b, origin=origin)


def equal(a: Operand, b: Operand, *, origin: Span | None = None) -> Node:
    return apply("eq", a, b, origin=origin)


def less(a: Operand, b: Operand, *, origin: Span | None = None) -> Node:
    return apply("lt", a, b, origin=origin)


def greater(a: Operand, b: Operand, *, origin: Span | None = None) -> Node:
    return apply("gt", a, b, origin=origin)


def and_(a: Operand, b: Operand, *, origin: Span | None = None) -> Node:
    return apply("and", a, b, origin=origin)


def where(condition: Operand, a: Operand, b: Operand, *, origin: Span | None = None) -> Node:
    """`a` where the condition holds, else `b`."""
    return apply("where", condition, a, b, origin=origin)


# ---- reductions: axes stay, with size 1


def reduce(name: str, x: Node, axes: Axes = None, *, origin: Span | None = None) -> Node:
    """Any reduction of the table, by its name; a bool counts as 0.0 or 1.0. No axes: x itself (sums and extremes)."""
    x = cast(x, "float", origin=origin) if x.dtype == "bool" else x
    chosen = normal_axes(x.rank, axes)
    if not chosen and not name.startswith("arg"):
        return x
    return make(name, x, axes=chosen, origin=origin)


def reduce_sum(x: Node, axes: Axes = None, *, origin: Span | None = None) -> Node:
    return reduce("sum", x, axes, origin=origin)


def reduce_max(x: Node, axes: Axes = None, *, origin: Span | None = None) -> Node:
    return reduce("max", x, axes, origin=origin)


def reduce_min(x: Node, axes: Axes = None, *, origin: Span | None = None) -> Node:
    return reduce("min", x, axes, origin=origin)


def reduce_prod(x: Node, axes: Axes = None, *, origin: Span | None = None) -> Node:
    return reduce("prod", x, axes, origin=origin)


def argmax(x: Node, axis: int, *, origin: Span | None = None) -> Node:
    return reduce("argmax", x, axis, origin=origin)


def argmin(x: Node, axis: int, *, origin: Span | None = None) -> Node:
    return reduce("argmin", x, axis, origin=origin)


def mean(x: Node, axes: Axes = None, *, origin: Span | None = None) -> Node:
    """The sum over the axes, by how many elements they hold."""
    chosen = normal_axes(x.rank, axes)
    return div(reduce_sum(x, chosen, origin=origin), count(x.shape, chosen, origin=origin), origin=origin)


# ---- views


def reshape(x: Node, shape: Sequence[Dim], *, origin: Span | None = None) -> Node:
    return x if x.shape == tuple(shape) else make("reshape", x, shape=tuple(shape), origin=origin)


def transpose(x: Node, axes: Sequence[int], *, origin: Span | None = None) -> Node:
    """Axis i of the result is axis `axes[i]` of x."""
    return x if tuple(axes) == tuple(range(x.rank)) else make("transpose", x, axes=tuple(axes), origin=origin)


def expand(x: Node, shape: Sequence[Dim], *, origin: Span | None = None) -> Node:
    """NumPy's broadcast_to."""
    return x if x.shape == tuple(shape) else make("expand", x, shape=tuple(shape), origin=origin)


def unsqueeze(x: Node, axis: int, *, origin: Span | None = None) -> Node:
    """A new axis of size 1 at a place of the result; -1 is the last."""
    at = axis if axis >= 0 else x.rank + 1 + axis
    return reshape(x, (*x.shape[:at], 1, *x.shape[at:]), origin=origin)


def squeeze(x: Node, axes: Axes, *, origin: Span | None = None) -> Node:
    """Without these axes, which have size 1."""
    chosen = normal_axes(x.rank, axes)
    return reshape(x, tuple(d for i, d in enumerate(x.shape) if i not in chosen), origin=origin)


def slice_(x: Node, axis: int, start: int, stop: int, step: int = 1, *, origin: Span | None = None) -> Node:
    """Each `step`-th element from `start` up to `stop`; with a negative step the same from the end: `stop - 1` first.

    Equal slices get equal numbers: `stop` comes right behind the last element (or `start` right before it).
    """
    if step and stop > start:
        reach = (stop - start - 1) // abs(step) * abs(step)  # from the first element to the last
        start, stop = (start, start + reach + 1) if step > 0 else (stop - 1 - reach, stop)
        step = step if reach else 1
    return make("slice", x, axis=axis, start=start, stop=stop, step=step, origin=origin)


def flip(x: Node, axis: int, *, origin: Span | None = None) -> Node:
    """The elements along an axis from the last to the first."""
    return slice_(x, axis, 0, known_axis(x, axis), -1, origin=origin)


def pad(
    x: Node,
    axis: int,
    before: int,
    after: int,
    interior: int = 0,
    value: float = 0.0,
    *,
    origin: Span | None = None,
) -> Node:
    """A number before and after along an axis, and `interior` times between each two elements."""
    if before == after == interior == 0:
        return x
    return make("pad", x, axis=axis, before=before, after=after, interior=interior, value=float(value), origin=origin)


def concat(parts: Sequence[Node], axis: int, *, origin: Span | None = None) -> Node:
    return make("concat", *parts, axis=axis, origin=origin)


def sum_to(x: Node, shape: Shape, *, origin: Span | None = None) -> Node:
    """The derivative of broadcasting: x summed over the axes along which a value of `shape` was stretched to x's."""
    lead = x.rank - len(shape)
    axes = [*range(lead), *(i + lead for i, d in enumerate(shape) if d == 1 and x.shape[i + lead] != 1)]
    return reshape(reduce_sum(x, axes, origin=origin), shape, origin=origin)


# ---- products and indexing


def einsum(spec: str, a: Operand, b: Operand, *, origin: Span | None = None) -> Node:
    """A sum of products, `"bi,ij->bj"`: see the row `einsum` for what a spec may say."""
    left, right = alike((a, b), "float", origin=origin)
    return make("einsum", left, right, spec=spec, origin=origin)


def matmul(a: Node, b: Node, *, origin: Span | None = None) -> Node:
    """`a @ b`: [..., k] with [k, n] or [k]; axes of b before its last two are batch axes that a has too, in the same
    places.
    """
    letters = iter(string.ascii_letters)
    inner = next(letters)
    if a.rank == 0 or b.rank == 0:
        raise ShapeError("a matrix product needs at least one axis on both sides", operands=(0 if a.rank == 0 else 1,))
    batch = [next(letters) for _ in range(max(b.rank - 2, 0))]
    if batch and a.rank != b.rank:
        raise ShapeError(f"{text(a.shape)} and {text(b.shape)} have different batch axes", operands=(0, 1))
    rows = [next(letters) for _ in range(a.rank - 1 - len(batch))]
    column = [next(letters)] if b.rank > 1 else []
    right = [*batch, inner, *column]
    spec = f"{''.join([*batch, *rows, inner])},{''.join(right)}->{''.join([*batch, *rows, *column])}"
    return einsum(spec, a, b, origin=origin)


def gather(table: Node, ids: Node, *, origin: Span | None = None) -> Node:
    """Rows of a table [V, ...rest] by their ids [...]: [..., ...rest]."""
    return make("gather", table, ids, origin=origin)


def scatter_add(ids: Node, g: Node, rows: Dim, *, origin: Span | None = None) -> Node:
    """A table of `rows` rows, each the sum of the g whose id it is."""
    return make("scatter_add", ids, g, rows=rows, origin=origin)


def pick(y: Node, ids: Node, *, origin: Span | None = None) -> Node:
    """`y[k]`: of the last axis of y [..., n] the element that ids [...] names, [...]; ids lie in 0 .. n-1 (elsewhere
    it is 0).

    Written as a sum over a comparison, which fuses with what makes y, and which `stabilise` knows.
    """
    chosen = equal(iota(y.shape[-1], origin=origin), unsqueeze(ids, -1, origin=origin), origin=origin)
    masked = where(chosen, y, 0, origin=origin)
    return squeeze(reduce_sum(masked, -1, origin=origin), -1, origin=origin)


# ---- random


def uniform(stream: int, shape: Sequence[Dim], *, origin: Span | None = None) -> Node:
    """Numbers in [0, 1), new at every step; streams are independent."""
    return make("uniform", stream=stream, shape=tuple(shape), origin=origin)


def normal(stream: int, shape: Sequence[Dim], *, origin: Span | None = None) -> Node:
    """Standard normal numbers, new at every step; streams are independent."""
    return make("normal", stream=stream, shape=tuple(shape), origin=origin)
