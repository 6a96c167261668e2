"""Parts that several statements have: what they speak of, on which data, under which name.

In: an `ast.Action` and what the script has said before it. Out: names that are known, with their places; a fault
where one is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nndsl.data.spec import DataSpec, MadeSource
from nndsl.data.types import PARTS, Signature
from nndsl.diagnostics import Collector, Label, Span, fault
from nndsl.diagnostics.suggest import did_you_mean
from nndsl.semantics.constants import CONSTANTS
from nndsl.semantics.program import Action, Knn, Metric, Network, Train
from nndsl.semantics.reading import Reader, later
from nndsl.semantics.results import Record, Type
from nndsl.semantics.scopes import Scope, unknown
from nndsl.syntax import ast
from nndsl.values import value


@value
class Earlier:
    """What was carried out before, as a session has it: known to what comes now, and not checked again.

    actions: in order. data, signatures: of the tables that they made, and of definitions that were read and are as
    they were. networks: earlier versions of networks that were defined anew. results, runs, models: as in `Context`.
    values: what else actions may speak of, by name.
    """

    actions: tuple[Action, ...] = ()
    data: Mapping[str, DataSpec] = field(default_factory=dict)
    signatures: Mapping[str, Signature] = field(default_factory=dict)
    networks: Mapping[str, Network] = field(default_factory=dict)
    results: Mapping[str, Type] = field(default_factory=dict)
    runs: tuple[Train, ...] = ()
    models: Mapping[str, Knn] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Context:
    """What the script has said so far.

    data, models: a name that is declared but wrong has the value None: it is known, and nothing more is said about
    it. Statements that make tables add to `data` and `signatures`.
    folder: what paths are relative to.
    results: types of values for `print` and `expect`. runs: training runs so far. places: where each result got its
    name.
    """

    scope: Scope
    constants: Mapping[str, Any]
    collector: Collector
    data: dict[str, DataSpec | None]
    signatures: dict[str, Signature | None]
    networks: Mapping[str, Network]
    models: dict[str, Knn | None] = field(default_factory=dict)
    results: dict[str, Type] = field(default_factory=dict)
    places: dict[str, Span] = field(default_factory=dict)
    runs: list[Train] = field(default_factory=list)
    later: frozenset[str] = frozenset()
    folder: Path | None = None

    @property
    def reader(self) -> Reader:
        return Reader(self.scope, self.constants, self.collector)


DEFAULT_NAMES = {
    "train": "run",
    "evaluate": "result",
    "predict": "answers",
    "sample": "sample",
    "pca": "pc",
    "tsne": "map",
    "kmeans": "groups",
    "knn": "neighbours",
    "diagnose": "health",
}  # of a statement without `as`


def only(values: tuple[ast.Expr, ...], what: str) -> ast.Expr:
    if len(values) != 1:
        raise fault("E0216", f"only one {what} can stand here", values[1].span)
    return values[0]


def network_of(action: ast.Action, context: Context) -> tuple[Network, Span]:
    if len(action.subjects) > 1 and action.verb == "train":
        raise later("training several networks at once", action.subjects[1].span)
    expr = only(action.subjects, "network")
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
            help = "name the network itself" if expr.text not in context.models else (
                "neighbours are not trained, only asked: `evaluate` and `predict` take them"
            )  # fmt: skip
            raise fault("E0205", f"`{expr.text}` is not a network", expr.span, help=help)
        raise unknown(context.scope, expr.text, expr.span, "network", [*context.networks])
    return context.networks[expr.text], expr.span


def data_of(action: ast.Action, context: Context) -> tuple[str, str | None, Span]:
    """(data set, part or None, place) of the clause `on`."""
    clause = action.clause("on")
    assert clause is not None
    return data_named(only(clause.values, "data set"), "on", context)


def data_named(expr: ast.Expr, word: str, context: Context) -> tuple[str, str | None, Span]:
    """(data set, part or None, place) of `iris` or `iris.train`. word: what it stands behind."""
    base = expr.base if isinstance(expr, ast.Attribute) else expr
    if not isinstance(base, ast.Name):
        raise fault("E0216", f"`{word}` takes the name of a data set, not `{expr.span.text}`", expr.span)
    if base.text not in context.data:
        known = base.text in context.results or base.text in context.networks
        if base.text in context.later and not known:
            raise fault("E0201", f"`{base.text}` comes only further down", base.span, help="move this line below it")
        found = context.results.get(base.text)
        if found is not None and base.text not in context.networks:
            what = _kind(base.text, found)
            raise fault("E0205", f"`{base.text}` is {what}, but a data set is expected here", base.span)
        raise unknown(context.scope, base.text, base.span, "data", [*context.data])
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


def _kind(name: str, found: Type) -> str:
    """`a run`, `a model`: what a statement has left that is no data set."""
    return found.words.removesuffix(f" `{name}`").replace("the ", "a ", 1) if isinstance(found, Record) else "a result"


def asked_of(action: ast.Action, context: Context) -> tuple[str, Span] | None:
    """The network, or what can be asked like one, and its place; None where it is known to be wrong."""
    expr = only(action.subjects, "network")
    if isinstance(expr, ast.Name) and expr.text in context.models:
        return None if context.models[expr.text] is None else (expr.text, expr.span)
    network, span = network_of(action, context)
    return network.name, span


def part_or_all(action: ast.Action, context: Context) -> tuple[str, str | None, Span]:
    """The part that is said, or the only one there is; None for all of several. Series are told part by part."""
    name, part, span = data_of(action, context)
    signature = context.signatures.get(name)
    if part is not None or signature is None or len(signature.rows) == 1 or signature.input.time:
        return part_of(action, context)
    return name, None, span


def part_of(action: ast.Action, context: Context) -> tuple[str, str, Span]:
    """As `data_of`, where the part must be known: said, or the only one there is."""
    name, part, span = data_of(action, context)
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
    has_part(name, part, signature, span, context)
    return name, part, span


def has_part(name: str, part: str, signature: Signature, span: Span, context: Context) -> None:
    """Raises a fault (E0211) where a data set has no such part. A table has those of the data it was made of."""
    if part in signature.rows:
        return
    there = ", ".join(f"`{p}`" for p in signature.rows)
    raise fault(
        "E0211",
        f"`{name}` has no {part} part",
        span,
        labels=(Label(signature.span, f"its parts: {there}"),),
        help=f"give `{_origin(name, context)}` a `split`, as in `split train=70%, validation=15%, test=15%`",
    )


def _origin(data: str, context: Context) -> str:
    """The data set that a table goes back to, through others; itself where it is none."""
    spec = context.data.get(data)
    return _origin(spec.source.data, context) if spec and isinstance(spec.source, MadeSource) else data


def is_taken(name: str, context: Context) -> bool:
    """Whether a name is that of something no statement can leave."""
    return name in context.networks or name in context.constants or name in CONSTANTS


def result_name(action: ast.Action, context: Context) -> str:
    """The name after `as`; without it, the default, with a number where that is taken."""
    clause = action.clause("as")
    if clause is None:
        default = name = DEFAULT_NAMES[action.verb]
        number = 2
        while name in context.results or name in context.data or is_taken(name, context):
            name, number = f"{default}_{number}", number + 1
        return name
    expr = only(clause.values, "name")
    if not isinstance(expr, ast.Name):
        raise fault("E0216", f"`as` gives a name, not `{expr.span.text}`", expr.span)
    if expr.text in context.places or expr.text in context.data or is_taken(expr.text, context):
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


def metrics_of(exprs: list[ast.Expr], context: Context) -> tuple[Metric, ...]:
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


def check_folder(path: str, span: Span, context: Context) -> None:
    """A folder that is not there is said before hours of training, not after them."""
    folder = Path(path).parent
    if folder != Path() and context.folder is not None and not (context.folder / folder).is_dir():
        raise fault(
            "E0702",
            f"`{path}` cannot be written: there is no folder `{folder}`",
            span,
            help="make the folder first, or write beside the script",
        )
