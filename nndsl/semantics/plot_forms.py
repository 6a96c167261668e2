"""What each figure of `plot` is made of: one reader for each form.

In: the things that stand after `plot`, the options, and what the script has said before. Out: drawings, None where what
they are made of is known to be wrong, or a fault with what would be right.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from nndsl.diagnostics import Span, fault
from nndsl.semantics import plot_columns as columns
from nndsl.semantics.drawings import (
    Asked,
    Boundary,
    Confusion,
    Continuation,
    Curves,
    Diagram,
    Drawing,
    Filters,
    Fit,
    Forecasts,
    Histogram,
    Layers,
    PictureAnswers,
    PictureRows,
    Rows,
    Scatter,
    Surface,
    WeightHistogram,
)
from nndsl.semantics.parts import Context, data_named
from nndsl.semantics.plot_weights import weight_names
from nndsl.semantics.reading import Given
from nndsl.semantics.results import Record
from nndsl.semantics.scopes import unknown
from nndsl.syntax import ast
from nndsl.values import value

HELD_OUT = ("test", "validation", "train")


@value
class Subject:
    """What stands after `plot`: the kind of figure, and the things it is made of, with the place of all of it."""

    kind: str
    things: tuple[ast.Expr, ...]
    span: Span


def _count(subject: Subject, least: int, most: int) -> None:
    if not least <= len(subject.things) <= most:
        raise fault("E0222", f"`{subject.kind}` is not drawn of {len(subject.things)} things", subject.span,
                    help=f"it is written `plot {EXAMPLES[subject.kind]}`")  # fmt: skip


def _result(expr: ast.Expr, kind: str, words: str, context: Context) -> str | None:
    """The name of a result of a kind; None where its statement is wrong."""
    base = expr.base if isinstance(expr, ast.Attribute) else expr
    if not isinstance(base, ast.Name):
        raise fault("E0216", f"the name of {words} stands here, not `{expr.span.text}`", expr.span)
    found = context.results.get(base.text)
    if found is None and base.text in context.networks and kind == "run":
        runs = [run.name for run in context.runs if run.network == base.text]
        way = f"write `{runs[-1]}`, which trained it" if runs else f"train it: `train {base.text} ... as run`"
        raise fault("E0205", f"`{base.text}` is a network, but curves are those of a training run", base.span, help=way)
    if found is None:
        known = [name for name, one in context.results.items() if isinstance(one, Record) and one.kind == kind]
        raise unknown(context.scope, base.text, base.span, "name", known)
    if isinstance(found, Record) and found.kind != kind:
        raise fault("E0222", f"`{base.text}` is not {words}", expr.span)
    return base.text if isinstance(found, Record) else None


def _curves(subject: Subject, given: Given, context: Context) -> Curves | None:
    runs = [_result(thing, "run", "a training run", context) for thing in subject.things]
    return Curves(tuple(run for run in runs if run)) if all(runs) else None


def _confusion(subject: Subject, given: Given, context: Context) -> Confusion | None:
    _count(subject, 1, 1)
    (thing,) = subject.things
    name = _result(thing, "evaluation", "a result of `evaluate`", context)
    found = context.results.get(name) if name else None
    if name is None or not isinstance(found, Record):
        return None
    if isinstance(thing, ast.Attribute) and thing.name != "confusion":
        raise fault("E0222", f"of {found.words} only `confusion` is drawn", thing.name_span,
                    help=f"write `plot {name}.confusion`, or `print {thing.span.text}`")  # fmt: skip
    if "confusion" not in found.fields:
        raise fault(
            "E0221", f"{found.words} has no confusion matrix", subject.span,
            help="measure it: `evaluate ... { metrics confusion }`; answers that are numbers have a `fit`",
        )  # fmt: skip
    return Confusion(name)


def _scatter(subject: Subject, given: Given, context: Context) -> Scatter | None:
    _count(subject, 1, 1)
    rows = _rows(subject.things[0], context)
    return columns.scatter(rows, given, context) if rows is not None else None


def _histogram(subject: Subject, given: Given, context: Context) -> Histogram | WeightHistogram | None:
    _count(subject, 1, 1)
    expr = subject.things[0]
    base: ast.Expr = expr
    while isinstance(base, ast.Attribute):
        base = base.base
    if isinstance(base, ast.Name) and base.text in context.networks:
        prefix = expr.span.text.removeprefix(base.span.text).lstrip(".")
        if "color" in given.places:
            raise fault("E0207", "weights have no rows that could be coloured", given.places["color"])
        return WeightHistogram(base.text, prefix, expr.span)
    return columns.histogram(expr, given, context)


def _rows(expr: ast.Expr, context: Context, default: Sequence[str] = ()) -> Rows | None:
    """A data set or a part; None where the data are wrong. default: parts, the first of which that is there is meant
    where none is said."""
    name, part, span = data_named(expr, "plot", context)
    signature = context.signatures.get(name)
    if signature is None:
        return None
    if part is not None and part not in signature.rows:
        there = ", ".join(f"`{one}`" for one in signature.rows)
        raise fault("E0211", f"`{name}` has no {part} part", span, notes=(f"its parts are {there}",))
    part = part or next((one for one in default if one in signature.rows), None)
    return Rows(name, part, span)


def _asked(expr: ast.Expr, context: Context, models: bool) -> Asked | None:
    """A network; where `models`, also what is asked like one. None where its statement is wrong."""
    if isinstance(expr, ast.Name) and expr.text in context.networks:
        return Asked(expr.text, expr.span, False)
    if isinstance(expr, ast.Name) and expr.text in context.models and models:
        return Asked(expr.text, expr.span, True) if context.models[expr.text] is not None else None
    if not isinstance(expr, ast.Name):
        raise fault("E0216", f"the name of a network stands here, not `{expr.span.text}`", expr.span)
    if expr.text in context.results or expr.text in context.data:
        raise fault("E0205", f"`{expr.text}` is not a network", expr.span, help="name the network itself")
    raise unknown(context.scope, expr.text, expr.span, "network", [*context.networks])


def _pair(subject: Subject, context: Context, default: Sequence[str], models: bool = True) -> tuple[Asked, Rows] | None:
    """`(net, data)`, or `(net)` of a network that is `for` a data set."""
    _count(subject, 1, 2)
    asked = _asked(subject.things[0], context, models)
    if len(subject.things) == 2:
        rows = _rows(subject.things[1], context, default)
    else:
        rows = _own_rows(subject, asked, context, default)
    return (asked, rows) if asked is not None and rows is not None else None


def _own_rows(subject: Subject, asked: Asked | None, context: Context, default: Sequence[str]) -> Rows | None:
    network = context.networks.get(asked.name) if asked is not None else None
    if asked is None:
        return None
    model = context.models.get(asked.name)
    data = network.data if network is not None else model.data if model is not None else None
    if data is None:
        raise fault("E0222", f"`{subject.kind}` does not say which data", subject.span,
                    help=f"it is written `plot {EXAMPLES[subject.kind]}`")  # fmt: skip
    signature = context.signatures.get(data)
    part = next((one for one in default if signature and one in signature.rows), None)
    return Rows(data, part, subject.span) if signature is not None else None


def _boundary(subject: Subject, given: Given, context: Context) -> Boundary | None:
    found = _pair(subject, context, ())
    return Boundary(*found, **_only(given, "resolution")) if found else None


def _fit(subject: Subject, given: Given, context: Context) -> Fit | None:
    found = _pair(subject, context, ())
    return Fit(*found) if found else None


def _surface(subject: Subject, given: Given, context: Context) -> Surface | None:
    _count(subject, 1, 3)
    networks = [_asked(thing, context, False) for thing in subject.things[: max(1, len(subject.things) - 1)]]
    if len(subject.things) > 1:
        rows = _rows(subject.things[-1], context, ("train",))
    else:
        rows = _own_rows(subject, networks[0], context, ("train",))
    known = tuple(one for one in networks if one is not None)
    if rows is None or len(known) < len(networks):
        return None
    weights = weight_names(given, known, context)
    options = _only(given, "resolution", "span", "seed") | (
        {"count": given.values["rows"]} if "rows" in given.values else {}
    )
    return Surface(known, rows, **options, weights=weights)


def _pictures(subject: Subject, given: Given, context: Context) -> PictureRows | PictureAnswers | None:
    _count(subject, 1, 1)
    expr = subject.things[0]
    found = context.results.get(expr.text) if isinstance(expr, ast.Name) else None
    if isinstance(expr, ast.Name) and isinstance(found, Record) and found.kind == "answers":
        return PictureAnswers(expr.text, expr.span, **_only(given, "count", "shape"))
    rows = _rows(expr, context, ("train",))
    return PictureRows(rows, **_only(given, "count", "shape")) if rows is not None else None


def _filters(subject: Subject, given: Given, context: Context) -> Filters | None:
    _count(subject, 1, 1)
    expr = subject.things[0]
    base = expr
    while isinstance(base, ast.Attribute):
        base = base.base
    asked = _asked(base, context, False)
    prefix = expr.span.text.removeprefix(base.span.text).lstrip(".")
    return Filters(asked.name, prefix, expr.span, **_only(given, "count")) if asked else None


def _network(subject: Subject, given: Given, context: Context) -> Diagram | None:
    _count(subject, 1, 1)
    asked = _asked(subject.things[0], context, False)
    if asked is None:
        return None
    used = [run.data for run in context.runs if run.network == asked.name]
    data = used[-1] if used else context.networks[asked.name].data
    return Diagram(asked.name, asked.span, data or "")


def _forecast(subject: Subject, given: Given, context: Context) -> Forecasts | Continuation | None:
    if len(subject.things) == 1 and isinstance(subject.things[0], ast.Name):
        found = context.results.get(subject.things[0].text)
        if isinstance(found, Record) and found.kind == "sample":
            if "text" in found.fields:
                raise fault("E0222", f"{found.words} is a text, and no series", subject.span,
                            help=f"`print {subject.things[0].text}.text` shows it")  # fmt: skip
            return Continuation(subject.things[0].text)
    pair = _pair(subject, context, HELD_OUT, models=False)
    return Forecasts(*pair) if pair else None


def _layers(subject: Subject, given: Given, context: Context) -> Layers | None:
    found = _pair(subject, context, ("train",), models=False)
    options = {"count": given.values["rows"]} if "rows" in given.values else {}
    return Layers(*found, subject.kind == "gradients", **options) if found else None


def _only(given: Given, *names: str) -> dict[str, Any]:
    return {name: given.values[name] for name in names if name in given.values}


FORMS: dict[str, Callable[[Subject, Given, Context], Drawing | None]] = {
    "curves": _curves, "confusion": _confusion, "scatter": _scatter, "histogram": _histogram, "boundary": _boundary,
    "fit": _fit, "surface": _surface, "pictures": _pictures, "filters": _filters, "network": _network,
    "forecast": _forecast, "gradients": _layers, "activations": _layers,
}  # fmt: skip

EXAMPLES = {
    "curves": "curves(run)", "confusion": "confusion(result)", "scatter": "scatter(map) { color data.column }",
    "histogram": "histogram(data.column)", "boundary": "boundary(net, data)", "fit": "fit(net, data)",
    "surface": "surface(net, data)", "pictures": "pictures(data.test)", "filters": "filters(net)",
    "network": "network(net)", "forecast": "forecast(net, data)", "gradients": "gradients(net, data)",
    "activations": "activations(net, data)",
}  # fmt: skip
