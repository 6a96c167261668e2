"""Reads the statements that do something: `evaluate`, `predict`, `show`, `print`, `expect`; `train` and `sample` have
modules of their own.

In: an `ast.Action` and what the script has said before it. Out: a frozen action, or None with the faults in the
collector. Rules of method are in `method.py`; shapes and kinds are not looked at here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nndsl.diagnostics import Fault, fault
from nndsl.diagnostics.suggest import did_you_mean, nearest
from nndsl.semantics import method
from nndsl.semantics.analyses import make_table, read_kmeans, read_knn, read_pca, read_tsne
from nndsl.semantics.constants import Wrong, check_known, lookup_in
from nndsl.semantics.diagnose import read_diagnose
from nndsl.semantics.options import SETTINGS, STATEMENTS, Statement
from nndsl.semantics.parts import (
    Context,
    asked_of,
    check_folder,
    metrics_of,
    only,
    part_of,
    part_or_all,
    result_name,
)
from nndsl.semantics.plots import read_plot
from nndsl.semantics.program import Action, Evaluate, Expect, Predict, Print, Show
from nndsl.semantics.reading import later
from nndsl.semantics.report import read_report
from nndsl.semantics.results import (
    Names,
    Type,
    answers_record,
    check_expectation,
    data_record,
    evaluation_record,
)
from nndsl.semantics.sampling import read_sample
from nndsl.semantics.scopes import unknown
from nndsl.semantics.training import read_train
from nndsl.syntax import ast


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
    is_setting = any(row.name == action.verb for row in SETTINGS)
    hint = f"write `set {action.verb} ...`" if is_setting else did_you_mean(action.verb, words)
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
    if action.subjects and not row.subject:
        raise fault(
            "E0216", f"nothing stands between `{row.verb}` and `to`", action.subjects[0].span,
            help=f"it is written `{row.example}`",
        )  # fmt: skip
    if not action.subjects and row.subject:
        raise fault("E0209", f"`{row.verb}` does not say what", action.verb_span, help=f"it is written `{row.example}`")
    if action.block is not None and not row.options and action.block.items:
        raise fault("E0207", f"`{row.verb}` takes no options", action.block.span, help=f"it is written `{row.example}`")


# ---- evaluate, predict ---------------------------------------------------------------------------------


def _evaluate(action: ast.Action, context: Context) -> Evaluate | None:
    asked = asked_of(action, context)
    data, part, data_span = part_of(action, context)
    name = result_name(action, context)
    given = context.reader.block("evaluate", action.block, STATEMENTS["evaluate"].options)
    metrics = metrics_of(given.values.get("metrics", []), context)
    signature = context.signatures.get(data)
    if asked is None:
        context.results[name] = "anything"
        return None
    network, network_span = asked
    model = context.models.get(network)
    if model is not None and "loss" in given.places:
        raise fault("E0217", f"`{network}` has no loss: nothing in it is trained", given.places["loss"],
                    help="leave it out")  # fmt: skip
    if model is not None and not metrics and "metrics" not in given.failed:
        metrics = model.metrics  # what it was measured by already
    has_target = (signature is None or signature.target is not None) and model is None
    loss = given.values.get("loss") or _trained_loss(network, context)
    context.results[name] = (
        "anything"
        if "metrics" in given.failed
        else evaluation_record(
            name,
            {m.name: "matrix" if m.name == "confusion" else "number" for m in metrics},
            loss is not None or has_target,
        )
    )
    for problem in method.evaluation(network, data, part, data_span, context.runs, model):
        context.collector.add(problem)
    if given.failed or action.broken:
        return None
    return Evaluate(name, network, data, part, action.span, network_span, data_span, loss, "", metrics)


def _trained_loss(network: str, context: Context) -> ast.Expr | None:
    """The loss the network was last trained with, if the script said one."""
    runs = [run for run in context.runs if run.network == network]
    return runs[-1].loss if runs else None


def _predict(action: ast.Action, context: Context) -> Predict | None:
    asked = asked_of(action, context)
    data, part, data_span = part_or_all(action, context)
    name = result_name(action, context)
    path: str | None = None
    clause = action.clause("to")
    if clause is not None:
        expr = only(clause.values, "file")
        if not isinstance(expr, ast.String):
            raise fault(
                "E0216",
                f"`to` takes a file's name in quotes, not `{expr.span.text}`",
                expr.span,
                help=f'write `to "{expr.span.text.removesuffix(".csv")}.csv"`',
            )
        if not expr.text.endswith((".csv", ".tsv")):
            raise fault(
                "E0202",
                "answers are written as a table",
                expr.span,
                help="give the file a name that ends in `.csv` or `.tsv`",
            )
        path = expr.text
        check_folder(path, expr.span, context)
    signature = context.signatures.get(data)
    model = context.models.get(asked[0]) if asked is not None else None
    told = signature if model is None else context.signatures.get(model.data)  # whose target the answers are for
    columns = told.target.names if told and told.target else ("output",)
    if signature is None or asked is None:
        context.results[name] = "anything"
    else:
        parts = tuple(signature.rows) if part is None else (part,)
        context.results[name] = answers_record(name, columns, parts)
    make_table(name, action, data, part, (), context)  # how many columns it has is known when the network has been read
    if asked is None:
        return None
    return Predict(name, asked[0], data, part, action.span, asked[1], data_span, path)


# ---- show, print, expect ---------------------------------------------------------------------------------


def _show(action: ast.Action, context: Context) -> Show:
    expr = only(action.subjects, "thing")
    if not isinstance(expr, ast.Name):
        raise fault("E0216", f"`show` takes a name, not `{expr.span.text}`", expr.span, help="`print` shows values")
    if expr.text in context.networks:
        return Show("network", expr.text, expr.span)
    if expr.text in context.results:
        found = context.results[expr.text]
        return Show("anything" if isinstance(found, str) else found.kind, expr.text, expr.span)
    if expr.text in context.data:
        return Show("data", expr.text, expr.span)
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
    return Names(known, context.later, frozenset(context.networks))


def _constant_type(value: Any) -> Type:
    if isinstance(value, Wrong):
        return "anything"
    if isinstance(value, bool):
        return "truth"
    return "number" if isinstance(value, int | float) else "text" if isinstance(value, str) else "numbers"


def _print(action: ast.Action, context: Context) -> Print:
    names = _names(context)
    for expr in action.subjects:
        names.check(expr)
        check_known(expr, lookup_in(context.constants), context.constants)
    return Print(action.subjects, action.span)


def _expect(action: ast.Action, context: Context) -> Expect:
    expr = only(action.subjects, "comparison")
    check_expectation(expr, _names(context))
    check_known(expr, lookup_in(context.constants), context.constants)
    return Expect(expr, action.span)


READERS: dict[str, Callable[[ast.Action, Context], Action | None]] = {
    "train": read_train, "evaluate": _evaluate, "predict": _predict, "sample": read_sample, "pca": read_pca,
    "tsne": read_tsne, "kmeans": read_kmeans, "knn": read_knn,
    "diagnose": read_diagnose, "plot": read_plot, "show": _show, "print": _print, "expect": _expect,
    "report": read_report,
}  # fmt: skip
