"""Reads `train`: its options, those of its recipe, and what stops it early.

In: an `ast.Action` and what the script has said before it. Out: a `Train`, or None with the faults in the collector.
"""

from __future__ import annotations

from typing import Any

from nndsl.data.types import PARTS, Signature
from nndsl.diagnostics import Collector, Fault, Span, fault
from nndsl.diagnostics.suggest import did_you_mean
from nndsl.semantics import method
from nndsl.semantics.options import TRAINING
from nndsl.semantics.parts import Context, data_of, metrics_of, network_of, result_name
from nndsl.semantics.program import Metric, Monitor, Stop, Train
from nndsl.semantics.reading import Given, Reader
from nndsl.semantics.results import run_record
from nndsl.semantics.scopes import unknown
from nndsl.syntax import ast


def read_train(action: ast.Action, context: Context) -> Train | None:
    network, network_span = network_of(action, context)
    data, part, data_span = data_of(action, context)
    name = result_name(action, context)
    given = _training_options(action, context)
    if part not in (None, "train"):
        context.collector.add(method.trained_on(data, str(part), data_span).diagnostic)
    signature = context.signatures.get(data)
    if signature is not None:
        method.has_training_part(signature, data_span)
    values = given.values
    metrics = metrics_of(values.get("metrics", []), context)
    stop = _stop(values.get("stop"), given, metrics, signature, context)
    train = Train(
        name, network.name, data, action.span, network_span, data_span,
        values.get("optimizer") or ast.Name("adam", span=action.verb_span), values.get("loss"), "",
        values.get("schedule"),
        tuple(values.get("regularize", ())), values.get("batch", 32), values.get("epochs", 10), values.get("clip"),
        stop, metrics, values.get("seed"), values.get("steps"), given.places,
    )  # fmt: skip
    for problem in method.training(train, signature):
        context.collector.add(problem)
    context.runs.append(train)
    context.results[name] = (
        "anything"
        if "metrics" in given.failed
        else run_record(name, (m.name for m in metrics), signature is None or "validation" in signature.rows)
    )
    return None if given.failed or action.broken else train


def _training_options(action: ast.Action, context: Context) -> Given:
    """The statement's own options on top of those of its recipe."""
    own = context.reader.block("train", action.block, TRAINING)
    clause = action.clause("with")
    if clause is None:
        return own
    merged = Given()
    for expr in clause.values:
        if not isinstance(expr, ast.Name):
            raise fault("E0216", f"`with` takes the name of a recipe, not `{expr.span.text}`", expr.span)
        entry = context.scope.find(expr.text, ("recipe",))
        if entry is None:
            raise unknown(context.scope, expr.text, expr.span, "recipe")
        body = entry.definition.body
        given = Reader(context.scope, context.constants, Collector()).block(
            "recipe", body if isinstance(body, ast.Block) else None, TRAINING
        )
        for option in given.values.keys() & merged.values.keys():
            raise fault(
                "E0210", f"two recipes give `{option}`", expr.span, help="use one of them, or give it in the statement"
            )
        merged.values.update(given.values)
        merged.places.update(given.places)
        merged.failed |= given.failed
    merged.values.update(own.values)
    merged.places.update(own.places)
    merged.failed = (merged.failed - own.values.keys()) | own.failed
    return merged


def _stop(
    values: dict[str, Any] | None,
    given: Given,
    metrics: tuple[Metric, ...],
    signature: Signature | None,
    context: Context,
) -> Stop | None:
    if values is None:
        return None
    span = given.places["stop"]
    try:
        monitor = _monitor(values.get("monitor"), span, metrics, context)
        method.watched(monitor, signature)
    except Fault as found:
        context.collector.add(found.diagnostic)
        given.failed.add("stop")
        return None
    return Stop(values["patience"], monitor, values.get("min_delta", 0.0), span)


def _monitor(expr: ast.Expr | None, span: Span, metrics: tuple[Metric, ...], context: Context) -> Monitor:
    if expr is None:
        return Monitor("validation", "loss", False, span)
    if not isinstance(expr, ast.Attribute) or not isinstance(expr.base, ast.Name):
        word = expr.text.removeprefix("val_").removeprefix("validation_") if isinstance(expr, ast.Name) else "loss"
        raise fault(
            "E0202",
            f"`monitor` takes a part and what is measured, not `{expr.span.text}`",
            expr.span,
            help=f"write `monitor=validation.{word}`",
        )
    part, quantity = expr.base.text, expr.name
    if part not in PARTS:
        raise fault(
            "E0202", f"`monitor` takes a part, and `{part}` is none", expr.base.span, help=did_you_mean(part, PARTS)
        )
    if quantity == "loss":
        return Monitor(part, quantity, False, expr.span)
    measured = ["loss", *(metric.name for metric in metrics)]
    if quantity not in measured:
        known = context.scope.find(quantity, ("metric",)) is not None
        hint = did_you_mean(quantity, [*measured, *context.scope.names(("metric",))])
        raise fault(
            "E0211",
            f"`{quantity}` is not measured in this training",
            expr.name_span,
            notes=("measured are " + ", ".join(f"`{m}`" for m in measured),),
            help=f"add `metrics {quantity}`" if known else hint,
        )
    entry = context.scope.find(quantity, ("metric",))
    if quantity == "confusion" and entry is not None and entry.library:
        raise fault(
            "E0202", "`confusion` is a table, and cannot get better or worse", expr.span, help="watch `validation.loss`"
        )
    result = entry.definition.result if entry else None
    if result is None:
        raise fault(
            "E0209",
            f"it is not known whether more of `{quantity}` is better",
            expr.span,
            help=f"say so in its definition: `metric {quantity}(...): score = ...` where more is better,"
            " `: error` where less is",
        )
    return Monitor(part, quantity, result.text == "score", expr.span)
