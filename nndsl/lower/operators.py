"""Operators and elementwise functions on tensors.

In: values. Out: a value, or a fault that says which sizes do not fit and where they came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nndsl.diagnostics import Fault, Label, Span, fault
from nndsl.ir import build as b
from nndsl.ir.node import BATCH, ShapeError
from nndsl.lower.align import Number, align, plain
from nndsl.lower.frame import Frame
from nndsl.lower.values import Tensor, count_words, shape_words, value_words
from nndsl.semantics.constants import arithmetic

MAPS = {
    "+": "add", "-": "sub", "*": "mul", "/": "div", "^": "pow", "<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==":
    "eq", "!=": "ne",
    "and": "and", "or": "or",
}  # fmt: skip
WRITTEN = {"maximum": "max", "minimum": "min"}  # maps whose name in a script is another
ARITHMETIC = ("add", "sub", "mul", "div", "pow")
TRUTHS = ("lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not")


def binary(op: str, left: Any, right: Any, frame: Frame, span: Span) -> Any:
    """`left op right`."""
    if not isinstance(left, Tensor) and not isinstance(right, Tensor):
        for value in (left, right):
            if not isinstance(value, int | float | str | bool) and value is not None:
                raise not_a_value(value, op, span)
        return arithmetic(op, left, right, span)
    for value in (left, right):
        if not isinstance(value, Tensor | int | float):
            raise not_a_value(value, op, span)
    if op == "@":
        return matmul(left, right, frame, span)
    return elementwise(MAPS[op], (left, right), frame, span)


def not_a_value(value: Any, op: str, span: Span) -> Fault:
    entry = getattr(value, "entry", None)
    name = getattr(value if entry is None else entry, "name", None)
    fed = {"loss": "output, target", "metric": "output, target", "regularizer": "w"}.get(
        entry.role if entry else "", "x"
    )
    return fault(
        "E0217",
        f"`{op}` does not go with {value_words(value)}",
        span,
        help=f"give it its input first, as in `{name}({fed})`" if name else None,
    )


def elementwise(
    op: str, operands: Sequence[Tensor | Number], frame: Frame, span: Span, *, kind: str | None = None
) -> Tensor:
    """A map of the table over tensors and numbers."""
    site = frame.at(span)
    if op in ARITHMETIC:
        _check_categories(operands, frame, span)
    try:
        layout = align(operands)
        node = b.apply(op, *layout.nodes, origin=site)
    except ShapeError:
        raise _misfit(op, operands, span) from None
    result = Tensor(node, layout.ghosts, layout.batched, kind or ("truth" if op in TRUTHS else "real"), site)
    made = next((t.made for t in operands if isinstance(t, Tensor) and t.shape == result.shape), site)
    return Tensor(node, layout.ghosts, layout.batched, result.kind, made)


def _check_categories(operands: Sequence[Tensor | Number], frame: Frame, span: Span) -> None:
    """The ids of two classes may stand for the numbers 0 and 1; those of more are no numbers, nor those that meet
    an axis of classes."""
    for t in operands:
        if not isinstance(t, Tensor) or t.kind != "category":
            continue
        code = "E0406" if frame.entry.role == "loss" else "E0305"
        if t.classes is not None and t.classes > 2:
            raise fault(
                code,
                f"the ids of {t.classes} classes are no numbers to calculate with",
                span,
                labels=(Label(t.made, f"a category of {t.classes} classes from here"),),
                notes=("`y[k]` is the value that y has for the class k",),
            )
        other = next((o for o in operands if isinstance(o, Tensor) and len(o.shape) > len(t.shape)), None)
        if other is not None:
            raise fault(
                code,
                f"one class is given for each example, but there are {shape_words(other.shape)} values",
                span,
                labels=(*labels(other), Label(t.made, "one class from here")),
                notes=("`y[k]` is the value that y has for the class k",),
                help="for one value for each class use a loss such as `nll`" if code == "E0406" else None,
            )


def _misfit(op: str, operands: Sequence[Tensor | Number], span: Span) -> Fault:
    """Which two shapes do not go together, and where they came from."""
    sign = next((f"`{sign}`" for sign, name in MAPS.items() if name == op), f"`{WRITTEN.get(op, op)}`")
    tensors = [t for t in operands if isinstance(t, Tensor)]
    for i, left in enumerate(tensors):
        for right in tensors[i + 1 :]:
            for axis in range(1, min(len(left.shape), len(right.shape)) + 1):
                a, c = left.shape[-axis], right.shape[-axis]
                if a != c and 1 not in (a, c):
                    return fault(
                        "E0302",
                        f"{sign} takes shapes that fit, but {shape_words(left.shape)} and {shape_words(right.shape)} "
                        f"have {a} and {c} values along {'the last axis' if axis == 1 else f'axis {-axis}'}",
                        span,
                        labels=labels(left, right),
                    )
    words = " and ".join(shape_words(t.shape) for t in tensors)
    return fault("E0302", f"{sign} takes shapes that fit, but {words} do not", span, labels=labels(*tensors))


def labels(*tensors: Tensor) -> tuple[Label, ...]:
    """Where the shapes of some tensors came from."""
    return tuple(dict.fromkeys(Label(t.made, f"{shape_words(t.shape)} from here") for t in tensors))


# ---- the matrix product ---------------------------------------------------------------------------


def matmul(left: Tensor | Number, right: Tensor | Number, frame: Frame, span: Span) -> Tensor:
    """`left @ right`: the last axis of the left runs along the first of a matrix, the last but one of a stack."""
    if not isinstance(left, Tensor) or not isinstance(right, Tensor):
        raise fault("E0217", "`@` is the product of tensors; numbers are multiplied with `*`", span)
    left, right = plain(left), plain(right)
    for t in (left, right):
        if t.kind == "category" and t.classes != 2:
            raise fault(
                "E0305",
                f"the ids of {t.classes or 'several'} classes are no numbers to calculate with",
                frame.at(span),
                labels=(Label(t.made, "ids of classes from here"),),
                help="give each class numbers of its own with `embedding(vocabulary, 16)`, or write `-> onehot` in "
                "the data",
            )
        if not t.shape:
            raise fault(
                "E0302",
                "`@` needs an axis on both sides, and one of them is one number",
                span,
                labels=labels(t),
                help="multiply with `*`",
            )
    inner = right.shape[0] if len(right.shape) == 1 else right.shape[-2]
    if left.shape[-1] != inner:
        raise fault(
            "E0302",
            f"`@` multiplies along one axis, but it has {count_words(left.shape[-1])} on the left "
            f"and {inner} on the right: {shape_words(left.shape)} @ {shape_words(right.shape)}",
            span,
            labels=labels(left, right),
        )
    spec = _spec(left, right, span)
    site = frame.at(span)
    node = b.einsum(spec, left.node, right.node, origin=site)
    batched = left.batched or right.batched
    core = node.rank - (1 if batched else 0)
    return Tensor(node, (False,) * core, batched, "real", site)


def _spec(left: Tensor, right: Tensor, span: Span) -> str:
    """The product as an einsum: letters of axes."""
    letters = iter("acdefghijklmnopqrstuvwxyz")
    inner = next(letters)
    stack = [next(letters) for _ in right.shape[:-2]]
    if stack and left.shape[: len(stack)] != right.shape[:-2]:
        raise fault(
            "E0302",
            f"{shape_words(left.shape)} and {shape_words(right.shape)} are stacks of different sizes",
            span,
            labels=labels(left, right),
        )
    rows = [next(letters) for _ in left.shape[len(stack) : -1]]
    column = [next(letters)] if len(right.shape) > 1 else []
    lead = "b" if left.batched or right.batched else ""
    a = ("b" if left.batched else "") + "".join([*stack, *rows, inner])
    c = ("b" if right.batched else "") + "".join([*stack, inner, *column])
    return f"{a},{c}->{lead}{''.join([*stack, *rows, *column])}"


def mean_of_batch(t: Tensor) -> Any:
    """One number a batch from one number (or several) an example; shape (), as a node."""
    node = b.mean(t.node, origin=t.made)
    return b.reshape(node, (), origin=t.made)


def per_example(t: Tensor) -> Any:
    """[B]: the mean of each example's values."""
    lead = (BATCH,)
    axes = tuple(i + 1 for i, dim in enumerate(t.core) if dim != 1)
    node = b.mean(t.node, axes, origin=t.made) if axes else t.node
    return b.reshape(node, lead, origin=t.made)
