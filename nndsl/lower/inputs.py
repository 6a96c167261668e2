"""`input x[..., in]`: a value that flows in meets the sizes that are declared for it, and names them.

In: one declared input and the frame. Out: the frame knows the value and its sizes, or a fault says which size is not
as declared.
"""

from __future__ import annotations

import math
from typing import Any

from nndsl.diagnostics import Fault, Label, Span, fault
from nndsl.ir import build as b
from nndsl.ir.node import BATCH, Dim, Shape
from nndsl.lower.align import plain
from nndsl.lower.expr import evaluate
from nndsl.lower.frame import Frame
from nndsl.lower.values import Tensor, shape_words, value_words
from nndsl.semantics.modules import in_library
from nndsl.syntax import ast


def bind_input(argument: ast.OptionArgument, frame: Frame) -> None:
    """Names one value that flows in."""
    expr = argument.value
    name = expr.base if isinstance(expr, ast.Index) else expr
    if not isinstance(name, ast.Name) or argument.default is not None or argument.initial is not None:
        raise fault("E0202", "`input` takes names with sizes, as in `input x[..., in]`", argument.span)
    if not frame.fed:
        raise fault(
            "E0203",
            f"`{frame.entry.name}` needs another value for its input `{name.text}`",
            frame.site,
            labels=_declared(argument.span),
        )
    value = frame.fed.pop(0)
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = Tensor(b.const(float(value)), (), False, "real", frame.site)
    if not isinstance(value, Tensor):
        raise fault(
            "E0206", f"`{frame.entry.name}` takes a tensor as `{name.text}`, not {value_words(value)}", frame.site
        )
    value = plain(value)
    if isinstance(expr, ast.Index):
        value = _match(value, expr, frame)
    frame.names[name.text] = value
    if frame.current is None:
        frame.current = value


def _declared(span: Span) -> tuple[Label, ...]:
    return () if in_library(span) else (Label(span, "declared here"),)


def _match(value: Tensor, expr: ast.Index, frame: Frame) -> Tensor:
    items = expr.items
    dots = [place for place, item in enumerate(items) if isinstance(item, ast.Ellipsis)]
    if len(dots) > 1:
        raise fault("E0202", "`...` stands once at most", items[dots[1]].span)
    if frame.top and not dots:
        value = _with_channel(value, expr)
    rank = len(value.shape)
    if (dots and rank < len(items) - 1) or (not dots and rank != len(items)):
        raise _misfit(value, expr, frame)
    before = dots[0] if dots else len(items)
    after = len(items) - before - 1 if dots else 0
    if dots:
        frame.dots = (before, after)
        frame.spread = value.shape[before : rank - after]
    sizes = list(zip(items[:before], value.shape[:before], strict=True))
    if after:
        sizes += zip(items[-after:], value.shape[-after:], strict=True)
    for item, size in sizes:
        _size(item, size, value, expr, frame)
    return value


def _with_channel(value: Tensor, expr: ast.Index) -> Tensor:
    """Pictures of one channel may come without that axis: `input image[28, 28, 1]` takes [28, 28] too."""
    last = expr.items[-1]
    if len(expr.items) == len(value.shape) + 1 and isinstance(last, ast.Number) and last.value == 1:
        lead: Shape = (BATCH,) if value.batched else ()
        node = b.reshape(value.node, (*lead, *value.shape, 1), origin=value.made)
        return Tensor(node, (*value.ghosts, False), value.batched, value.kind, value.made, value.classes)
    return value


def _size(item: ast.Expr | ast.Slice, size: Dim, value: Tensor, expr: ast.Index, frame: Frame) -> None:
    if isinstance(item, ast.Slice):
        raise fault("E0202", "a size is a number or a name", item.span)
    if isinstance(item, ast.Name) and item.text not in frame.names and item.text not in frame.build.constants:
        frame.names[item.text] = size
        frame.sizes[item.text] = value.made
        return
    wanted = evaluate(item, frame)
    if isinstance(wanted, bool) or not isinstance(wanted, int | str):
        raise fault("E0304", f"a size is a whole number, not {value_words(wanted)}", item.span)
    if wanted != size:
        raise _misfit(value, expr, frame)


def _misfit(value: Tensor, expr: ast.Index, frame: Frame) -> Fault:
    known: dict[str, Any] = {name: size for name, size in frame.names.items() if isinstance(size, int)}
    asked = ", ".join(_shown(item, known) for item in expr.items)
    labels: tuple[Label, ...] = (Label(value.made, f"{shape_words(value.shape)} from here"),)
    asked_names = [item.text for item in expr.items if isinstance(item, ast.Name) and item.text in frame.sizes]
    for name in dict.fromkeys(asked_names):
        if frame.sizes[name] != value.made:
            labels = (Label(frame.sizes[name], f"`{name}` is {known.get(name)} from here"), *labels)
    if frame.top:
        return fault(
            "E0303",
            f"the network's input is [{asked}], but the data give {shape_words(value.shape)}",
            expr.span,
            labels=labels,
        )
    place = expr.span if not in_library(expr.span) else frame.site
    extra = () if in_library(expr.span) else (Label(expr.span, "declared here"),)
    return fault(
        "E0303",
        f"`{frame.entry.name}` takes [{asked}], but gets {shape_words(value.shape)}",
        frame.site if not in_library(frame.site) else place,
        labels=(*extra, *(label for label in labels if label.span != frame.site)),
        notes=_meaning(expr, value),
        help=_help(expr, value),
    )


# What the axes of the library's layers mean, by the name of the first.
_AXES = {"height": "pictures are [height, width, channels]", "time": "series are [time, channels]"}


def _meaning(expr: ast.Index, value: Tensor) -> tuple[str, ...]:
    meant = _AXES.get(expr.items[0].span.text) if in_library(expr.span) else None
    return () if meant is None or value.kind == "category" else (meant,)


def _help(expr: ast.Index, value: Tensor) -> str | None:
    """How what flows in becomes what the layer takes, where one can tell."""
    if value.kind == "category":
        return "a category becomes numbers with `-> onehot` in the data, or with an `embedding` in the network"
    if not _meaning(expr, value) or len(value.shape) >= len(expr.items) or not value.shape:
        return None
    sizes = [*value.shape, 1]
    if len(sizes) < len(expr.items):
        count = int(value.shape[0])
        side, channels = next(
            ((math.isqrt(count // c), c) for c in (1, 3) if math.isqrt(count // c) ** 2 * c == count), (0, 0)
        )
        sizes = [side, side, channels] if side > 1 else ["height", "width", "channels"]
    return f"put `reshape({', '.join(map(str, sizes))})` before it"


def _shown(item: ast.Expr | ast.Slice, known: dict[str, Any]) -> str:
    text = item.span.text
    return f"{text}={known[text]}" if isinstance(item, ast.Name) and text in known else text
