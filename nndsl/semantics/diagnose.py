"""Reads `diagnose`: which network is looked at, on which rows.

In: an `ast.Action` and what the script has said before it. Out: a `Diagnose`, or None with the faults in the collector.
"""

from __future__ import annotations

from nndsl.data.types import Signature
from nndsl.diagnostics import Diagnostic, Fault, Label, Span, fault
from nndsl.semantics.options import STATEMENTS
from nndsl.semantics.parts import Context, data_of, has_part, network_of, result_name
from nndsl.semantics.program import Diagnose, Train
from nndsl.semantics.results import Record, Type
from nndsl.syntax import ast

OF_VALIDATION = ("overfitting", "rise")  # figures that need a validation part
OF_CLASSES = ("never_predicted",)  # and those that need a target of classes
FIGURES = (
    "dead", "saturated", "gradient_ratio", "step_ratio", "underfitting", *OF_VALIDATION, "bounce", "unfinished",
    *OF_CLASSES,
)  # fmt: skip


def read_diagnose(action: ast.Action, context: Context) -> Diagnose | None:
    """One `diagnose`; raises a fault that stops it, collects those that do not."""
    network, network_span = network_of(action, context)
    data, said, data_span = data_of(action, context)
    name, part = result_name(action, context), said or "train"
    given = context.reader.block("diagnose", action.block, STATEMENTS["diagnose"].options)
    signature = context.signatures.get(data)
    context.results[name] = "anything"
    runs = [run for run in context.runs if run.network == network.name]
    if part == "test":
        raise _tested(data, signature, data_span)
    if signature is None:
        return None
    has_part(data, part, signature, data_span, context)
    if not runs:
        raise _untrained(network.name, data, network_span)
    if runs[-1].data != data:
        context.collector.add(_elsewhere(runs[-1], data, data_span))
    own = context.signatures.get(runs[-1].data)
    context.results[name] = health_record(name, own is None or "validation" in own.rows, signature)
    if given.failed or action.broken:
        return None
    return Diagnose(name, network.name, data, part, action.span, network_span, data_span, **given.values)


def health_record(name: str, validation: bool, signature: Signature) -> Record:
    """`diagnose ... as name`: how many findings, and a number for each figure."""
    classes = signature.target is not None and bool(signature.target.classes)
    left_out = {*(() if validation else OF_VALIDATION), *(() if classes else OF_CLASSES)}
    fields: dict[str, Type] = {"findings": "number", "rows": "number"}
    fields |= {figure: "number" for figure in FIGURES if figure not in left_out}
    return Record("health", f"the diagnosis `{name}`", fields)


def _untrained(network: str, data: str, span: Span) -> Fault:
    return fault(
        "E0412",
        f"`{network}` is diagnosed before it was trained",
        span,
        notes=("what is wrong shows in the curves of a training, and in the weights it has left",),
        help=f"write `train {network} on {data}` above this line",
    )


def _tested(data: str, signature: Signature | None, span: Span) -> Fault:
    validation = f", or `on {data}.validation`" if signature is not None and "validation" in signature.rows else ""
    return fault(
        "E0413",
        f"the test part of `{data}` is not there to find faults with",
        span,
        notes=("a network that is mended by what is seen on the test part cannot be measured on it any more",),
        help=f"write `on {data}`, its training part{validation}",
    )


def _elsewhere(run: Train, data: str, span: Span) -> Diagnostic:
    return Diagnostic(
        "W0409",
        f"`{run.network}` is diagnosed on `{data}`, but was last trained on `{run.data}`",
        span,
        labels=(Label(run.data_span, "trained here"),),
        notes=(f"its units are looked at on `{data}`; the curves are those of `{run.data}`",),
        help=f"write `diagnose {run.network} on {run.data}`",
    )
