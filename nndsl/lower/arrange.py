"""Built-in functions that arrange values anew, fill tensors, draw numbers, or choose rows.

In: a call. Out: its value, or a fault that says which shapes do not fit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from nndsl.diagnostics import fault
from nndsl.ir import build as b
from nndsl.ir.node import BATCH, Dim, Shape, make
from nndsl.lower.align import plain
from nndsl.lower.axes import no_axis, no_dots
from nndsl.lower.index import pick_shape
from nndsl.lower.operators import labels
from nndsl.lower.use import Use
from nndsl.lower.values import Dots, Tensor, shape_words, value_words


def _lead(x: Tensor) -> Shape:
    return (BATCH,) if x.batched else ()


def _view(use: Use, x: Tensor, core: Shape) -> Tensor:
    node = b.reshape(x.node, (*_lead(x), *core), origin=use.site)
    made = x.made if tuple(core) == x.shape else use.site
    return Tensor(node, (False,) * len(core), x.batched, x.kind, made, x.classes)


def reshape(use: Use) -> Any:
    values = [value for value in use.values[1:] if value is not None]
    if use.keys or len(use.values) < 2 or not values:
        raise use.wrong("`reshape` takes a value and its new sizes")
    x = plain(use.tensor(use.values[0]))
    sizes = _with_dots(use, list(values[0]) if len(values) == 1 and isinstance(values[0], list) else values)
    if sizes.count(-1) > 1:
        raise fault("E0304", "only one size of `reshape` can be -1", use.span)
    wanted = [size if size == -1 else use.whole(size, "a size", 0) for size in sizes]
    if any(isinstance(dim, str) for dim in x.shape):
        return _view(use, x, _open_sizes(use, x, wanted))
    total = math.prod(int(d) for d in x.shape)
    known = math.prod(size for size in wanted if size != -1)
    if -1 in wanted and known and total % known == 0:
        wanted[wanted.index(-1)] = total // known
        known = total
    if known != total or -1 in wanted:
        raise fault(
            "E0302",
            f"{shape_words(x.shape)} holds {total} values, and {shape_words(tuple(sizes))} cannot hold as many"
            if -1 in wanted
            else f"{shape_words(x.shape)} holds {total} values, but {shape_words(tuple(sizes))} holds {known}",
            use.span,
            labels=labels(x),
        )
    return _view(use, x, tuple(wanted))


def _open_sizes(use: Use, x: Tensor, wanted: list[int]) -> Shape:
    """The new sizes of a value one size of which is not known before the run: that one is what is left for -1."""
    still_open = [dim for dim in x.shape if isinstance(dim, str)]
    rest = math.prod(dim for dim in x.shape if isinstance(dim, int))
    if len(still_open) != 1 or -1 not in wanted or math.prod(size for size in wanted if size != -1) != rest:
        words = shape_words(x.shape)
        problem = (
            f"not all sizes of {words} are known before the run, so it cannot be read as {shape_words(tuple(wanted))}"
        )
        raise fault("E0302", problem, use.span, labels=labels(x))
    return tuple(still_open[0] if size == -1 else size for size in wanted)


def _with_dots(use: Use, sizes: list[Any]) -> list[Any]:
    """The sizes with those that `...` has for the declared input in its place."""
    if any(isinstance(size, Dots) and size.around is None for size in sizes):
        raise no_dots(use.span)
    return [one for size in sizes for one in (size.sizes if isinstance(size, Dots) else (size,))]


def flatten(use: Use) -> Any:
    (x,) = use.arguments(1, 1)
    x = plain(use.tensor(x))
    return _view(use, x, (math.prod(int(d) for d in x.shape),))


def transpose(use: Use) -> Any:
    """`transpose(x)` exchanges the last two axes, `transpose(x, a, b)` the axes a and b; a list is the order of all."""
    x, *given = use.arguments(1, 3)
    x = plain(use.tensor(x))
    rank = len(x.shape)
    axes = [axis for axis in given if axis is not None]
    if len(axes) == 1 and isinstance(axes[0], list):
        order = [_axis(x, axis, use) for axis in axes[0]]
        if sorted(order) != list(range(rank)):
            problem = f"the order of {shape_words(x.shape)} names each of its {rank} axes once"
            raise fault("E0306", problem, use.span, labels=labels(x))
    elif len(axes) == 1:
        raise use.wrong("`transpose` exchanges two axes, but one is given")
    elif not axes and rank < 2:
        problem = f"`transpose` needs two axes, but the value is {shape_words(x.shape)}"
        raise fault("E0302", problem, use.span, labels=labels(x))
    else:
        one, other = (_axis(x, axis, use) for axis in axes or (-2, -1))
        order = list(range(rank))
        order[one], order[other] = other, one
    offset = 1 if x.batched else 0
    whole = [*range(offset), *(axis + offset for axis in order)]
    return Tensor(b.transpose(x.node, whole, origin=use.site), x.ghosts, x.batched, x.kind, use.site)


def _axis(x: Tensor, axis: Any, use: Use) -> int:
    """The place of an axis, from 0."""
    if isinstance(axis, bool) or not isinstance(axis, int):
        raise fault("E0206", f"an axis of `{use.name}` is a whole number, not {value_words(axis)}", use.span)
    if not -len(x.shape) <= axis < len(x.shape):
        raise no_axis(x, axis, use.span)
    return axis % len(x.shape)


def concat(use: Use) -> Any:
    axis = use.keys.get("axis", -1)
    if set(use.keys) - {"axis"}:
        use.arguments(0, len(use.values), "axis")
    listed = use.values[0] if len(use.values) == 1 and isinstance(use.values[0], list | tuple) else use.values
    parts = [plain(use.tensor(value)) for value in listed]
    if len(parts) < 2:
        raise use.wrong("`concat` takes two values or more")
    rank = len(parts[0].shape)
    if not isinstance(axis, int) or not -rank <= axis < rank:
        raise fault(
            "E0306",
            f"there is no axis {axis}: the values are {shape_words(parts[0].shape)}",
            use.span,
            labels=labels(*parts),
        )
    place = axis % rank
    for part in parts[1:]:
        same = len(part.shape) == rank and all(
            i == place or a == c for i, (a, c) in enumerate(zip(part.shape, parts[0].shape, strict=True))
        )
        if not same:
            raise fault(
                "E0302",
                f"{shape_words(parts[0].shape)} and {shape_words(part.shape)} cannot stand side by side"
                f" along axis {axis}",
                use.span,
                labels=labels(parts[0], part),
            )
    batched = any(part.batched for part in parts)
    nodes = [
        part.node if part.batched or not batched else b.expand(part.node, (BATCH, *part.shape), origin=use.site)
        for part in parts
    ]
    node = b.concat(nodes, place + (1 if batched else 0), origin=use.site)
    kind = parts[0].kind if len({part.kind for part in parts}) == 1 else "real"
    return Tensor(node, (False,) * rank, batched, kind, use.site)


def split(use: Use) -> Any:
    x, n = use.arguments(2, 2)
    x, n = plain(use.tensor(x)), use.whole(n, "the number of pieces")
    size = x.shape[-1] if x.shape else 0
    if not isinstance(size, int) or size == 0 or size % n:
        raise fault(
            "E0302", f"{shape_words(x.shape)} cannot be split into {n} equal pieces", use.span, labels=labels(x)
        )
    width = size // n
    pieces = [b.slice_(x.node, x.node.rank - 1, i * width, (i + 1) * width, origin=use.site) for i in range(n)]
    return tuple(Tensor(piece, x.ghosts, x.batched, x.kind, use.site) for piece in pieces)


def shape(use: Use) -> Any:
    (x,) = use.arguments(1, 1)
    return [int(d) if isinstance(d, int) else d for d in use.tensor(x).shape]


def _sizes(use: Use, value: Any) -> tuple[Dim, ...]:
    """A shape as written: a list of sizes, or one size."""
    sizes = value if isinstance(value, list | tuple) else [value]
    return tuple(size if isinstance(size, str) else use.whole(size, "a size", 0) for size in sizes)


def full(use: Use) -> Any:
    shape, value = use.arguments(2, 2)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise fault("E0206", f"the value of `full` is a number, not {value_words(value)}", use.span)
    return Tensor(
        b.full(_sizes(use, shape), float(value), origin=use.site),
        (False,) * len(_sizes(use, shape)),
        False,
        "real",
        use.site,
    )


def draw(draw: Callable[..., Any]) -> Callable[[Use], Any]:
    """`normal(x)` is shaped like x; `normal(64)` is one draw of 64 numbers an example; in an initializer it is just
    that many."""

    def function(use: Use) -> Any:
        values = use.values
        if use.keys or not values:
            raise use.wrong(f"`{use.name}` takes a value to be shaped like, or sizes")
        stream = use.frame.build.stream(f"{use.frame.path}:{use.name}")
        if isinstance(values[0], Tensor) and len(values) == 1:
            x = values[0]
            return Tensor(draw(stream, x.node.shape, origin=use.site), x.ghosts, x.batched, "real", x.made)
        sizes = _sizes(use, values[0] if len(values) == 1 else values)
        batched = use.frame.entry.role in ("network", "layer", "cell")
        lead: Shape = (BATCH,) if batched else ()
        node = draw(stream, (*lead, *sizes), origin=use.site)
        return Tensor(node, (False,) * len(sizes), batched, "real", use.site)

    return function


def arange(use: Use) -> Any:
    (n,) = use.arguments(1, 1)
    n = use.whole(n, "the number")
    return Tensor(b.iota(n, origin=use.site), (False,), False, "real", use.site)


def one_hot(use: Use) -> Any:
    k, n = use.arguments(2, 2)
    n = use.whole(n, "the number of classes")
    k = use.tensor(k)
    if k.kind == "onehot":
        return k.of_kind("real")
    if k.node.dtype != "int":
        raise fault("E0305", "`one_hot` takes ids of categories, not real numbers", use.span, labels=labels(k))
    ids = b.reshape(k.node, pick_shape(k), origin=use.site)
    chosen = b.equal(b.iota(n, origin=use.site), ids, origin=use.site)
    node = b.cast(chosen, "float", origin=use.site)
    return Tensor(node, (False,) * (len(k.shape) + 1), k.batched, "real", use.site)


def gather(use: Use) -> Any:
    table, ids = use.arguments(2, 2)
    table, ids = plain(use.tensor(table)), plain(use.tensor(ids))
    if ids.node.dtype != "int":
        raise fault(
            "E0305", "rows are chosen by ids of categories, but real numbers came", use.span, labels=labels(ids),
            help="make the column a category: `input column -> category`",
        )  # fmt: skip
    if table.batched or not table.shape:
        raise fault("E0302", "`gather` takes a table that is the same for all examples", use.span, labels=labels(table))
    if ids.classes is not None and isinstance(table.shape[0], int) and table.shape[0] < ids.classes:
        raise fault(
            "E0302",
            f"the table has {table.shape[0]} rows, but there are {ids.classes} categories",
            use.span,
            labels=labels(table, ids),
        )
    node = b.gather(table.node, ids.node, origin=use.site)
    return Tensor(node, (False,) * (len(ids.shape) + len(table.shape) - 1), ids.batched, "real", use.site)


def orthogonal(use: Use) -> Any:
    (x,) = use.arguments(1, 1)
    x = use.tensor(x)
    if len(x.shape) != 2:
        raise fault("E0302", f"only a matrix has an orthogonal factor; this is {shape_words(x.shape)}", use.span)
    return replace(x, node=make("orthonormal", x.node, origin=use.site))
