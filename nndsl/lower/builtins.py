"""What the built-in functions do: one row each, under the names of `nndsl.semantics.builtins`.

In: values of the arguments. Out: a value. A function gets the call's arguments by place and by name, the frame, and its place in the text.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from nndsl.diagnostics import Fault, Span, fault
from nndsl.diagnostics.suggest import did_you_mean
from nndsl.ir import build as b
from nndsl.ir.node import BATCH, Dim, Shape, ShapeError
from nndsl.lower import axes
from nndsl.lower.align import plain
from nndsl.lower.frame import Frame
from nndsl.lower.index import pick_shape
from nndsl.lower.operators import elementwise, labels
from nndsl.lower.values import Tensor, shape_words, value_words
from nndsl.semantics.builtins import BUILTINS
from nndsl.semantics.constants import FUNCTIONS


@dataclass(frozen=True, slots=True)
class Use:
    """One call: its values, and where it stands."""

    name: str
    values: list[Any]
    keys: dict[str, Any]
    frame: Frame
    span: Span

    @property
    def site(self) -> Span:
        return self.frame.at(self.span)

    def wrong(self, message: str) -> Fault:
        return fault("E0203", message, self.span, notes=(f"it is called as `{BUILTINS[self.name].signature}`",))

    def arguments(self, least: int, most: int, *names: str) -> list[Any]:
        """The values by place, and those by name behind them (None where one is left out)."""
        for key in self.keys:
            if key not in names:
                hint = did_you_mean(key, names)
                raise fault(
                    "E0203",
                    f"`{self.name}` has no parameter `{key}`",
                    self.span,
                    notes=(f"it is called as `{BUILTINS[self.name].signature}`",),
                    help=hint,
                )
        if not least <= len(self.values) <= most:
            takes = f"{least}" if least == most else f"{least} to {most}"
            given = len(self.values)
            raise self.wrong(
                f"`{self.name}` takes {takes} value{'' if takes == '1' else 's'}, but {given} {'is' if given == 1 else 'are'} given"
            )
        return [*self.values, *[None] * (most - len(self.values)), *[self.keys.get(name) for name in names]]

    def tensor(self, value: Any) -> Tensor:
        """A tensor; a number becomes one."""
        if isinstance(value, Tensor):
            return value
        if isinstance(value, int | float):
            return Tensor(b.const(float(value), origin=self.site), (), False, "real", self.site)
        raise fault("E0206", f"`{self.name}` takes a tensor, not {value_words(value)}", self.span)

    def whole(self, value: Any, what: str, least: int = 1) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise fault(
                "E0206", f"{what} of `{self.name}` is a whole number from {least}, not {value_words(value)}", self.span
            )
        return value


def call(name: str, values: list[Any], keys: dict[str, Any], frame: Frame, span: Span) -> Any:
    """The value of a built-in function."""
    use = Use(name, values, keys, frame, span)
    for value in [*values, *keys.values()]:
        if (
            not isinstance(value, Tensor | int | float | str | list | tuple)
            and value is not None
            and not _is_mark(value)
        ):
            raise fault(
                "E0206",
                f"`{name}` does not take {value_words(value)}",
                span,
                help=f"give it its input first, as in `{name}(f(x))`",
            )
    try:
        return _FUNCTIONS[name](use)
    except ShapeError as problem:
        tensors = [value for value in values if isinstance(value, Tensor)]
        raise fault("E0302", f"`{name}` does not fit: {problem}", span, labels=labels(*tensors)) from None


def _is_mark(value: Any) -> bool:
    return type(value).__name__ in ("BatchAxis", "Dots")


# ---- maps ---------------------------------------------------------------------------------------------


def _map(op: str, number: Callable[[float], float] | None = None, kind: str | None = None) -> Callable[[Use], Any]:
    def function(use: Use) -> Any:
        (x,) = use.arguments(1, 1)
        if isinstance(x, Tensor):
            return elementwise(op, (x,), use.frame, use.span, kind=kind)
        if number is None or isinstance(x, bool) or not isinstance(x, int | float):
            raise fault("E0206", f"`{use.name}` takes a tensor or a number, not {value_words(x)}", use.span)
        try:
            return number(x)
        except (ValueError, OverflowError):
            raise fault("E0217", f"`{use.name}` cannot be taken of {x:g}", use.span) from None

    return function


def _where(use: Use) -> Any:
    condition, a, c = use.arguments(3, 3)
    if isinstance(condition, bool):
        return a if condition else c
    if not isinstance(condition, Tensor):
        raise fault("E0206", f"the condition of `where` is a comparison, not {value_words(condition)}", use.span)
    if condition.node.dtype != "bool":
        raise fault(
            "E0206", "the condition of `where` is a comparison, as in `x > 0`", use.span, labels=labels(condition)
        )
    kinds = {t.kind for t in (a, c) if isinstance(t, Tensor)}
    kind = kinds.pop() if len(kinds) == 1 and isinstance(a, Tensor) and isinstance(c, Tensor) else "real"
    return elementwise("where", (condition, a, c), use.frame, use.span, kind=kind)


def _number_or(use: Use, name: str) -> Any:
    """A function of Python numbers alone."""
    return FUNCTIONS[name](*use.values)


# ---- reductions ----------------------------------------------------------------------------------------


def _reduction(op: str) -> Callable[[Use], Any]:
    def function(use: Use) -> Any:
        x, axis = use.arguments(1, 1, "axis")
        if isinstance(x, list) and op in ("sum", "mean", "prod"):
            return math.prod(x) if op == "prod" else _number_or(use, op)
        return axes.reduce(op, use.tensor(x), axis, use.frame, use.span)

    return function


def _extreme(op: str, pair: str) -> Callable[[Use], Any]:
    """`max(x, axis=...)` reduces; `max(a, b)` chooses."""

    def function(use: Use) -> Any:
        a, c, axis = use.arguments(1, 2, "axis")
        if len(use.values) == 1:
            if isinstance(a, list):
                return _number_or(use, op)
            return axes.reduce(op, use.tensor(a), axis, use.frame, use.span)
        if "axis" in use.keys:
            raise use.wrong(f"`{op}` of two values takes no `axis`")
        if not isinstance(a, Tensor) and not isinstance(c, Tensor):
            return _number_or(use, op)
        return elementwise(pair, (a, c), use.frame, use.span)

    return function


def _position(op: str) -> Callable[[Use], Any]:
    def function(use: Use) -> Any:
        x, axis = use.arguments(1, 1, "axis")
        return axes.reduce(op, use.tensor(x), -1 if axis is None else axis, use.frame, use.span)

    return function


def _count(use: Use) -> Any:
    x, axis = use.arguments(1, 1, "axis")
    return axes.count(use.tensor(x), axis, use.frame, use.span)


def _decide(use: Use) -> Any:
    """The class with the greatest score. A single score speaks for class 1 above 0.5 (a probability) or above 0 (a logit)."""
    (y,) = use.arguments(1, 1)
    y = plain(use.tensor(y))
    rows = 0 if y.batched else 1  # in a metric the rows are the first axis
    if len(y.shape) > rows and y.shape[-1] != 1:
        return axes.reduce("argmax", y, -1, use.frame, use.span)
    if len(y.shape) > rows:
        y = Tensor(y.node, (*y.ghosts[:-1], True), y.batched, y.kind, y.made)
    above = elementwise("gt", (y, 0.5 if y.kind == "probability" else 0.0), use.frame, use.span)
    return replace(above, node=b.cast(above.node, "int", origin=use.site), kind="category")


# ---- views ---------------------------------------------------------------------------------------------


def _lead(x: Tensor) -> Shape:
    return (BATCH,) if x.batched else ()


def _view(use: Use, x: Tensor, core: Shape) -> Tensor:
    node = b.reshape(x.node, (*_lead(x), *core), origin=use.site)
    made = x.made if tuple(core) == x.shape else use.site
    return Tensor(node, (False,) * len(core), x.batched, x.kind, made, x.classes)


def _reshape(use: Use) -> Any:
    values = [value for value in use.values[1:] if value is not None]
    if use.keys or len(use.values) < 2 or not values:
        raise use.wrong("`reshape` takes a value and its new sizes")
    x = plain(use.tensor(use.values[0]))
    sizes = list(values[0]) if len(values) == 1 and isinstance(values[0], list) else values
    if sizes.count(-1) > 1:
        raise fault("E0304", "only one size of `reshape` can be -1", use.span)
    wanted = [size if size == -1 else use.whole(size, "a size", 0) for size in sizes]
    total = math.prod(int(d) for d in x.shape)
    known = math.prod(size for size in wanted if size != -1)
    if -1 in wanted and known and total % known == 0:
        wanted[wanted.index(-1)] = total // known
        known = total
    if known != total or -1 in wanted:
        raise fault(
            "E0302",
            f"{shape_words(x.shape)} holds {total} values, and {shape_words(tuple(sizes))} cannot hold as many",
            use.span,
            labels=labels(x),
        )
    return _view(use, x, tuple(wanted))


def _flatten(use: Use) -> Any:
    (x,) = use.arguments(1, 1)
    x = plain(use.tensor(x))
    return _view(use, x, (math.prod(int(d) for d in x.shape),))


def _transpose(use: Use) -> Any:
    (x,) = use.arguments(1, 1)
    x = plain(use.tensor(x))
    if len(x.shape) < 2:
        raise fault(
            "E0302", f"`transpose` needs two axes, but the value is {shape_words(x.shape)}", use.span, labels=labels(x)
        )
    order = list(range(x.node.rank))
    order[-1], order[-2] = order[-2], order[-1]
    return Tensor(b.transpose(x.node, order, origin=use.site), x.ghosts, x.batched, x.kind, use.site)


def _concat(use: Use) -> Any:
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
                f"{shape_words(parts[0].shape)} and {shape_words(part.shape)} cannot stand side by side along axis {axis}",
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


def _split(use: Use) -> Any:
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


def _shape(use: Use) -> Any:
    (x,) = use.arguments(1, 1)
    return [int(d) if isinstance(d, int) else d for d in use.tensor(x).shape]


# ---- filling, drawing, choosing ------------------------------------------------------------------------


def _sizes(use: Use, value: Any) -> tuple[Dim, ...]:
    """A shape as written: a list of sizes, or one size."""
    sizes = value if isinstance(value, list | tuple) else [value]
    return tuple(size if isinstance(size, str) else use.whole(size, "a size", 0) for size in sizes)


def _full(use: Use) -> Any:
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


def _draw(draw: Callable[..., Any]) -> Callable[[Use], Any]:
    """`normal(x)` is shaped like x; `normal(64)` is one draw of 64 numbers an example; in an initializer it is just that many."""

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


def _one_hot(use: Use) -> Any:
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


def _gather(use: Use) -> Any:
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


def _orthogonal(use: Use) -> Any:
    (x,) = use.arguments(1, 1)
    x = use.tensor(x)
    if len(x.shape) != 2:
        raise fault("E0302", f"only a matrix has an orthogonal factor; this is {shape_words(x.shape)}", use.span)
    from nndsl.ir.node import make

    return replace(x, node=make("orthonormal", x.node, origin=use.site))


_FUNCTIONS: dict[str, Callable[[Use], Any]] = {
    "exp": _map("exp", math.exp), "log": _map("log", math.log), "log1p": _map("log1p", math.log1p), "expm1": _map("expm1", math.expm1),
    "sqrt": _map("sqrt", math.sqrt), "abs": _map("abs", abs), "sign": _map("sign", lambda x: (x > 0) - (x < 0)),
    "sin": _map("sin", math.sin), "cos": _map("cos", math.cos), "tanh": _map("tanh", math.tanh), "erf": _map("erf", math.erf),
    "sigmoid": _map("sigmoid", lambda x: 1 / (1 + math.exp(-x)), "probability"), "floor": _map("floor", math.floor),
    "stop_gradient": _map("stop"), "where": _where, "sum": _reduction("sum"), "mean": _reduction("mean"), "prod": _reduction("prod"),
    "var": _reduction("var"), "std": _reduction("std"), "max": _extreme("max", "maximum"), "min": _extreme("min", "minimum"),
    "argmax": _position("argmax"), "argmin": _position("argmin"), "count": _count, "decide": _decide, "reshape": _reshape,
    "flatten": _flatten, "transpose": _transpose, "concat": _concat, "split": _split, "shape": _shape, "full": _full,
    "one_hot": _one_hot, "gather": _gather, "normal": _draw(b.normal), "uniform": _draw(b.uniform), "orthogonal": _orthogonal,
}  # fmt: skip
assert _FUNCTIONS.keys() == BUILTINS.keys(), _FUNCTIONS.keys() ^ BUILTINS.keys()
