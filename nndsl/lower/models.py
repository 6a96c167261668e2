"""What is no network but is asked like one: what it answers with.

In: a model of the program and the signature of its data. Out: a `Value` such as a network's output is, so that metrics
and figures need not know which of them they look at.
"""

from __future__ import annotations

from nndsl.data.types import Signature
from nndsl.diagnostics import fault
from nndsl.ir import build as b
from nndsl.ir.node import BATCH
from nndsl.lower.graphs import Value
from nndsl.semantics.program import Knn


def answer(model: Knn, own: Signature, asked: Signature) -> Value:
    """Shares of the classes among the neighbours, or their mean target.

    own: of the data whose rows the neighbours are. asked: of the data whose rows are answered for. Raises a fault
    (E0303) where these are others than the model knows.
    """
    target = own.target
    assert target is not None  # or the statement would have been refused
    if asked.input.shape != own.input.shape:
        raise fault(
            "E0303", f"`{model.name}` knows rows of {list(own.input.shape)} numbers, but those of `{asked.name}` have "
            f"{list(asked.input.shape)}", model.data_span,
        )  # fmt: skip
    shape = (len(target.classes),) if target.classes else target.shape
    kind = "probability" if target.classes else "real"
    return Value(b.input_("neighbours", (BATCH, *shape), origin=model.span), kind, shape, model.span)
