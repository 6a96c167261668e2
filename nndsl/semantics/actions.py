"""Reads the statements that do something: `train`, `evaluate`, `predict`, `show`, `print`, `expect`.

In: an `ast.Action` and what the script has said before it. Out: a frozen action, or None with the faults in the collector. Rules of
method are in `method.py`; shapes and kinds are not looked at here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nndsl.data.spec import DataSpec
from nndsl.data.types import PARTS, Signature
from nndsl.diagnostics import Collector, Fault, Label, Span, fault
from nndsl.diagnostics.suggest import did_you_mean, nearest
from nndsl.semantics import method
from nndsl.semantics.options import STATEMENTS, TRAINING, Statement
from nndsl.semantics.program import (
    Action,
    Evaluate,
    Expect,
    Metric,
    Monitor,
    Network,
    Predict,
    Print,
    Show,
    Stop,
    Train,
)
from nndsl.semantics.reading import Given, Reader, later
from nndsl.semantics.results import (
    Names,
    Type,
    answers_record,
    check_expectation,
    data_record,
    evaluation_record,
    run_record,
)
from nndsl.semantics.scopes import Scope, unknown
from nndsl.syntax import ast

SHOWN_AS = {"run": "run", "evaluation": "evaluation", "answers": "answers", "data": "data", "part": "data"}


@dataclass(slots=True)
class Context:
    """What the script has said so far.

    data, networks: a name that is declared but wrong has the value None: it is known, and nothing more is said about it.
    results: types of values for `print` and `expect`. runs: training runs so far. places: where each result got its name.
    """

    scope: Scope
    constants: Mapping[str, Any]
    collector: Collector
    data: Mapping[str, DataSpec | None]
    signatures: Mapping[str, Signature | None]
    networks: Mapping[str, Network]
    results: dict[str, Type] = field(default_factory=dict)
    places: dict[str, Span] = field(default_factory=dict)
    runs: list[Train] = field(default_factory=list)
    later: frozenset[str] = frozenset()
    used: set[str] = field(default_factory=set)

    @property
    def reader(self) -> Reader:
        return Reader(self.scope, self.constants, self.collector)


def read_action(action: ast.Action, context: Context) -> Action | None:
    """One statement; raises a fault that stops it, collects those that do not."""
    row = STATEMENTS.get(action.verb)
    if row is None:
        raise _unknown_verb(action)
    if row.later:
        raise later(f"`{row.verb}`", action.verb_span)
    _check_clauses(action, row)
    return READERS[row.verb](action, context)


def _unknown_verb(action: ast.Action) -> Fault:
    verbs = [verb for verb, row in STATEMENTS.items() if not row.later]
    words = [*STATEMENTS, "let", "use", "set", "data", "network", "layer", "activation", "loss", "metric", "optimizer"]
    hint = did_you_mean(action.verb, words)
    notes = () if hint else ("statements begin with " + ", ".join(f"`{v}`" for v in verbs) + ", or a definition",)
    return fault("E0201", f"no statement begins with `{action.verb}`", action.verb_span, notes=notes, help=hint)


def _check_clauses(action: ast.Action, row: Statement) -> None:
    for clause in action.clauses:
        if clause.preposition == "in":
            raise later(f"`{row.verb} ... in`", clause.preposition_span)
        if clause.preposition not in row.clauses:
            raise fault(
                "E0216",
                f"`{row.verb}` takes no `{clause.preposition}`",
                clause.preposition_span,
                help=f"it is written `{row.example}`",
            )
        twice = [other for other in action.clauses if other.preposition == clause.preposition]
        if len(twice) > 1:
            raise fault(
                "E0208", f"`{clause.preposition}` is given twice", twice[1].preposition_span, help="keep one of them"
            )
    for preposition, needed in row.clauses.items():
        if needed and action.clause(preposition) is None:
            raise fault(
                "E0209",
                f"`{row.verb}` does not say `{preposition}` what",
                action.verb_span,
                help=f"it is written `{row.example}`",
            )
    if not action.subjects:
        raise fault("E0209", f"`{row.verb}` does not say what", action.verb_span, help=f"it is written `{row.example}`")
    if action.block is not None and not row.options and action.block.items:
        raise fault("E0207", f"`{row.verb}` takes no options", action.block.span, help=f"it is written `{row.example}`")


# ---- parts of a statement --------------------------------------------------------------------------


def _only(values: tuple[ast.Expr, ...], what: str) -> ast.Expr:
    if len(values) != 1:
        raise fault("E0216", f"only one {what} can stand here", values[1].span)
    return values[0]


def _network(action: ast.Action, context: Context) -> tuple[Network, Span]:
    if len(action.subjects) > 1 and action.verb == "train":
        raise later("training several networks at once", action.subjects[1].span)
    expr = _only(action.subjects, "network")
    if isinstance(expr, ast.Call) and isinstance(expr.function, ast.Name) and expr.function.text in context.networks:
        raise fault(
            "E0216",
            f"a network is one set of weights: its arguments are given where it is defined, not in `{action.verb}`",
            expr.span,
            help=f"write `{action.verb} {expr.function.text}`",
        )
    if not isinstance(expr, ast.Name):
        raise fault("E0216", f"`{action.verb}` takes the name of a network, not `{expr.span.text}`", expr.span)
    if expr.text not in context.networks:
        if expr.text in context.results:
            raise fault("E0205", f"`{expr.text}` is not a network", expr.span, help="name the network itself")
        raise unknown(context.scope, expr.text, expr.span, "network", [*context.networks])
    context.used.add(expr.text)
    return context.networks[expr.text], expr.span


def _data(action: ast.Action, context: Context) -> tuple[str, str | None, Span]:
    """(data set, part or None, place) of the clause `on`."""
    clause = action.clause("on")
    assert clause is not None
    expr = _only(clause.values, "data set")
    base = expr.base if isinstance(expr, ast.Attribute) else expr
    if not isinstance(base, ast.Name):
        raise fault("E0216", f"`on` takes the name of a data set, not `{expr.span.text}`", expr.span)
    if base.text not in context.data:
        raise unknown(context.scope, base.text, base.span, "data", [*context.data])
    context.used.add(base.text)
    if not isinstance(expr, ast.Attribute):
        return base.text, None, expr.span
    if expr.name not in PARTS:
        hint = did_you_mean(expr.name, PARTS)
        parts = ", ".join(f"`{part}`" for part in PARTS)
        raise fault(
            "E0211",
            f"a data set has no part `{expr.name}`",
            expr.name_span,
            notes=(f"its parts are {parts}",),
            help=hint,
        )
    return base.text, expr.name, expr.span


def _part(action: ast.Action, context: Context) -> tuple[str, str, Span]:
    """As `_data`, where the part must be known: said, or the only one there is."""
    name, part, span = _data(action, context)
    signature = context.signatures.get(name)
    if signature is None:
        return name, part or "train", span
    if part is None:
        if len(signature.rows) == 1:
            return name, next(iter(signature.rows)), span
        parts = [f"`{name}.{p}`" for p in signature.rows]
        raise fault(
            "E0209", f"`{action.verb}` does not say which part of `{name}`", span, help="write " + " or ".join(parts)
        )
    if part not in signature.rows:
        there = ", ".join(f"`{p}`" for p in signature.rows)
        raise fault(
            "E0211",
            f"`{name}` has no {part} part",
            span,
            labels=(Label(signature.span, f"its parts: {there}"),),
            help=f"give `{name}` a `split`, as in `split train=70%, validation=15%, test=15%`",
        )
    return name, part, span


def _result_name(action: ast.Action, context: Context, default: str) -> str:
    """The name after `as`; without it, the default, with a number where that is taken."""
    clause = action.clause("as")
    if clause is None:
        name, number = default, 2
        while name in context.results or name in context.networks or name in context.data:
            name, number = f"{default}_{number}", number + 1
        return name
    expr = _only(clause.values, "name")
    if not isinstance(expr, ast.Name):
        raise fault("E0216", f"`as` gives a name, not `{expr.span.text}`", expr.span)
    if expr.text in context.places or expr.text in context.networks or expr.text in context.data:
        first = context.places.get(expr.text)
        labels = (Label(first, "first here"),) if first else ()
        raise fault(
            "E0204",
            f"`{expr.text}` is the name of something else already",
            expr.span,
            labels=labels,
            help="choose another name",
        )
    context.places[expr.text] = expr.span
    return expr.text


def _metrics(exprs: list[ast.Expr], context: Context) -> tuple[Metric, ...]:
    found: list[Metric] = []
    for expr in exprs:
        head = expr.function if isinstance(expr, ast.Call) else expr
        assert isinstance(head, ast.Name)
        if any(metric.name == head.text for metric in found):
            context.collector.add(
                fault(
                    "E0208", f"the metric `{head.text}` is given twice", expr.span, help="keep one of them"
                ).diagnostic
            )
            continue
        found.append(Metric(head.text, expr))
    return tuple(found)


# ---- train -------------------------------------------------------------------------------------------


def _train(action: ast.Action, context: Context) -> Train | None:
    network, network_span = _network(action, context)
    data, part, data_span = _data(action, context)
    name = _result_name(action, context, "run")
    given = _training_options(action, context)
    if part not in (None, "train"):
        context.collector.add(method.trained_on(data, str(part), data_span).diagnostic)
    values = given.values
    metrics = _metrics(values.get("metrics", []), context)
    signature = context.signatures.get(data)
    stop = _stop(values.get("stop"), given, metrics, signature, context)
    train = Train(
        name, network.name, data, action.span, network_span, data_span,
        values.get("optimizer") or ast.Name("adam", span=action.verb_span), values.get("loss"), "", values.get("schedule"),
        tuple(values.get("regularize", ())), values.get("batch", 32), values.get("epochs", 10), values.get("clip"), stop,
        metrics, values.get("seed"), given.places,
    )  # fmt: skip
    for problem in method.training(train, signature):
        context.collector.add(problem)
    context.runs.append(train)
    context.results[name] = run_record(
        name, (m.name for m in metrics), signature is None or "validation" in signature.rows
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
        context.used.add(expr.text)
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
        raise fault(
            "E0202",
            f"`monitor` takes a part and what is measured, not `{expr.span.text}`",
            expr.span,
            help="as in `monitor=validation.loss`",
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
    result = entry.definition.result if entry else None
    if result is None:
        raise fault(
            "E0209",
            f"it is not known whether more of `{quantity}` is better",
            expr.span,
            help=f"say so in its definition: `metric {quantity}(...): score = ...` where more is better, `: error` where less is",
        )
    return Monitor(part, quantity, result.text == "score", expr.span)


# ---- evaluate, predict ---------------------------------------------------------------------------------


def _evaluate(action: ast.Action, context: Context) -> Evaluate | None:
    network, network_span = _network(action, context)
    data, part, data_span = _part(action, context)
    name = _result_name(action, context, "result")
    given = context.reader.block("evaluate", action.block, STATEMENTS["evaluate"].options)
    metrics = _metrics(given.values.get("metrics", []), context)
    signature = context.signatures.get(data)
    has_target = signature is None or signature.target is not None
    loss = given.values.get("loss") or _trained_loss(network.name, data, context)
    context.results[name] = evaluation_record(
        name, {m.name: "matrix" if m.name == "confusion" else "number" for m in metrics}, loss is not None or has_target
    )
    for problem in method.evaluation(network.name, data, part, data_span, context.runs):
        context.collector.add(problem)
    if given.failed or action.broken:
        return None
    return Evaluate(name, network.name, data, part, action.span, network_span, data_span, loss, "", metrics)


def _trained_loss(network: str, data: str, context: Context) -> ast.Expr | None:
    """The loss the network was last trained with, if the script said one."""
    runs = [run for run in context.runs if run.network == network]
    return runs[-1].loss if runs else None


def _predict(action: ast.Action, context: Context) -> Predict:
    network, network_span = _network(action, context)
    data, part, data_span = _part(action, context)
    name = _result_name(action, context, "answers")
    path: str | None = None
    clause = action.clause("to")
    if clause is not None:
        expr = _only(clause.values, "file")
        if not isinstance(expr, ast.String):
            raise fault(
                "E0216",
                f"`to` takes a file's name in quotes, not `{expr.span.text}`",
                expr.span,
                help=f'write `to "{expr.span.text}.csv"`',
            )
        if not expr.text.endswith((".csv", ".tsv")):
            raise fault(
                "E0202",
                "answers are written as a table",
                expr.span,
                help="give the file a name that ends in `.csv` or `.tsv`",
            )
        path = expr.text
    signature = context.signatures.get(data)
    columns = signature.target.names if signature and signature.target else ("output",)
    if signature is None:
        context.results[name] = "anything"
    else:
        context.results[name] = answers_record(name, columns)
    return Predict(name, network.name, data, part, action.span, network_span, data_span, path)


# ---- show, print, expect ---------------------------------------------------------------------------------


def _show(action: ast.Action, context: Context) -> Show:
    expr = _only(action.subjects, "thing")
    if not isinstance(expr, ast.Name):
        raise fault("E0216", f"`show` takes a name, not `{expr.span.text}`", expr.span, help="`print` shows values")
    if expr.text in context.networks:
        context.used.add(expr.text)
        return Show("network", expr.text, expr.span)
    if expr.text in context.data:
        context.used.add(expr.text)
        return Show("data", expr.text, expr.span)
    if expr.text in context.results:
        found = context.results[expr.text]
        return Show("anything" if isinstance(found, str) else found.kind, expr.text, expr.span)
    names = [*context.networks, *context.data, *context.results]
    if not nearest(expr.text, names):
        raise unknown(context.scope, expr.text, expr.span, "name", names)
    raise fault("E0201", f"nothing is called `{expr.text}`", expr.span, help=did_you_mean(expr.text, names))


def _names(context: Context) -> Names:
    known: dict[str, Type] = {name: _constant_type(value) for name, value in context.constants.items()}
    for name in context.data:
        signature = context.signatures.get(name)
        known[name] = "anything" if signature is None else data_record(signature)
    known.update(context.results)
    return Names(known, context.later)


def _constant_type(value: Any) -> Type:
    if isinstance(value, bool):
        return "truth"
    return "number" if isinstance(value, int | float) else "text" if isinstance(value, str) else "numbers"


def _print(action: ast.Action, context: Context) -> Print:
    names = _names(context)
    for expr in action.subjects:
        names.check(expr)
    return Print(action.subjects, action.span)


def _expect(action: ast.Action, context: Context) -> Expect:
    expr = _only(action.subjects, "comparison")
    check_expectation(expr, _names(context))
    return Expect(expr, action.span)


READERS: dict[str, Callable[[ast.Action, Context], Action | None]] = {
    "train": _train, "evaluate": _evaluate, "predict": _predict, "show": _show, "print": _print, "expect": _expect,
}  # fmt: skip
