"""What is no network but is asked like one: what it answers with.

In: a model of the program and the signature of its data. Out: a `Value` such as a network's output is, so that metrics
and figures need not know which of them they look at.
"""

from __future__ import annotations

import math

from nndsl.data.types import Field, Signature
from nndsl.data.words import counted, listed
from nndsl.diagnostics import Label, Span, fault
from nndsl.ir import build as b
from nndsl.ir.node import BATCH
from nndsl.lower.graphs import Value
from nndsl.semantics.program import Knn


def answer(model: Knn, own: Signature, asked: Signature, place: Span | None = None) -> Value:
    """Shares of the classes among the neighbours, or their mean target.

    own: of the data whose rows the neighbours are. asked: of the data whose rows are answered for, named at `place`.
    Raises a fault (E0303) where these are others than the model knows.
    """
    target = own.target
    assert target is not None  # or the statement would have been refused
    if asked.input.shape != own.input.shape:
        raise fault(
            "E0303", f"`{model.name}` knows rows of {_size(own.input)}, but those of `{asked.name}` have "
            f"{_size(asked.input)}", place or model.data_span,
            labels=(Label(model.data_span, f"rows of {_size(own.input)}"),) if place else (),
        )  # fmt: skip
    shape = (len(target.classes),) if target.classes else target.shape
    kind = "probability" if target.classes else "real"
    return Value(b.input_("neighbours", (BATCH, *shape), origin=model.span), kind, shape, model.span)


def compared(model: Knn, own: Signature, asked: Signature, place: Span) -> Value:
    """As `answer`, to be compared with the target of the rows. Raises a fault (E0418) too where that is something else
    than what the model tells.
    """
    found, first, second = answer(model, own, asked, place), own.target, asked.target
    if first is None or second is None or (first.classes, first.shape) == (second.classes, second.shape):
        return found
    raise fault(
        "E0418", f"`{model.name}` tells {_told(first)}, but the target of `{asked.name}` has {_told(second)}", place,
        labels=(Label(first.span, _told(first)), Label(second.span, _told(second))),
    )  # fmt: skip


def _told(target: Field) -> str:
    """`the classes `a`, `b``, `3 numbers`."""
    if target.classes:
        return f"the classes {listed(target.classes)}"
    return _size(target)


def _size(field: Field) -> str:
    count = math.prod(field.shape)
    flat = len(field.shape) <= 1
    return counted(count, "number") if flat else " x ".join(str(size) for size in field.shape) + " numbers"
