"""Rules of good method that need no shapes: what may be trained on, watched and measured where.

In: an action and the signature of its data. Out: diagnostics. Rules about the last layer and the loss are in
`nndsl.lower.method`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nndsl.data.types import Signature
from nndsl.diagnostics import Diagnostic, Fault, Label, Span, fault
from nndsl.semantics.program import Knn, Monitor, Train


def trained_on(data: str, part: str, span: Span) -> Fault:
    """Only the training part is trained on."""
    use = (
        "measures how well the network does on rows it has never seen"
        if part == "test"
        else "tells when to stop and what to choose"
    )
    return fault(
        "E0401",
        f"the {part} part of `{data}` cannot be trained on",
        span,
        notes=(f"the {part} part {use}",),
        help=f"write `on {data}`: training takes its training part",
    )


def has_training_part(signature: Signature, span: Span) -> None:
    """A table that was made of another part alone has none. Raises a fault."""
    if "train" not in signature.rows:
        raise fault(
            "E0401",
            f"`{signature.name}` has no training part: its rows are of the {next(iter(signature.rows))} part",
            span,
            labels=(Label(signature.span, "made here"),),
            help="make it of all parts: leave the part out there",
        )


def watched(monitor: Monitor, signature: Signature | None) -> None:
    """Training is stopped by the validation part: never by the test part, and not without one. Raises a fault."""
    if monitor.part == "test":
        raise fault(
            "E0402",
            "the test part cannot decide when training stops",
            monitor.span,
            notes=("what was chosen on the test part cannot be measured on it any more",),
            help=f"write `monitor=validation.{monitor.quantity}`",
        )
    if signature is not None and monitor.part not in signature.rows:
        raise fault(
            "E0403",
            f"early stopping watches the {monitor.part} part, but `{signature.name}` has none",
            monitor.span,
            labels=(Label(signature.span, f"its parts: {', '.join(f'`{p}`' for p in signature.rows)}"),),
            help=f"add `split train=80%, validation=20%` to `{signature.name}`",
        )


def training(train: Train, signature: Signature | None) -> Iterator[Diagnostic]:
    """Warnings about a training run."""
    if signature is None:
        return
    rows = signature.rows.get("train", 0)
    if rows < train.batch and "batch" in train.places:
        yield Diagnostic(
            "W0401",
            f"a batch of {train.batch} is larger than the training part, which has {rows} rows",
            train.places["batch"],
            labels=(Label(signature.span, f"{rows} rows for training"),),
            help=f"every epoch is one step; write `batch {max(rows, 1)}` if that is meant",
        )
    every = -(-rows // train.batch)
    if train.steps is not None and train.steps > every > 0:
        yield Diagnostic(
            "W0407",
            f"an epoch cannot have {train.steps} steps: after {every} of them every row has been seen",
            train.places.get("steps", train.span),
            labels=(Label(signature.span, f"{rows} rows for training, {train.batch} in a batch"),),
            help="leave `steps` out, or write more `epochs`",
        )


def evaluation(
    network: str, data: str, part: str, span: Span, runs: Sequence[Train], model: Knn | None = None
) -> Iterator[Diagnostic]:
    """A network, or a model, is measured on rows it was not trained on."""
    if not runs and model is None:
        yield Diagnostic(
            "W0406",
            f"`{network}` is measured before anything was trained",
            span,
            notes=("its weights are the first ones, drawn at random",),
            help="write `train` before this line",
        )
    if model is None:
        trained = [run.data_span for run in runs if run.network == network and run.data == data]
    else:
        trained = [model.data_span] if model.data == data else []
    if part == "train" and trained:
        yield Diagnostic(
            "W0405",
            f"`{network}` is measured on the rows it was trained on",
            span,
            labels=(Label(trained[-1], "trained here"),),
            notes=("how well it does on new rows is measured on `.test` or `.validation`",),
        )


def sampling(network: str, span: Span, runs: Sequence[Train]) -> Iterator[Diagnostic]:
    """A network goes on with a sequence after it was trained."""
    if not runs:
        yield Diagnostic(
            "W0406",
            f"`{network}` goes on with a sequence before anything was trained",
            span,
            notes=("its weights are the first ones, drawn at random",),
            help="write `train` before this line",
        )
