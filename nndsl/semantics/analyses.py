"""Reads the statements that look at a data set alone: `pca`, `tsne`, `kmeans`, `knn`; and tells the rest of the script
what they make: tables that are data sets too, and models that are asked like networks.

In: an `ast.Action` and what the script has said before it. Out: a frozen action, or None with the faults in the
collector. What sizes allow is checked here; the numbers come when it runs.
"""

from __future__ import annotations

from collections.abc import Mapping

from nndsl.data.derived import made_signature
from nndsl.data.spec import DataSpec, MadeSource
from nndsl.data.types import Signature
from nndsl.diagnostics import Fault, Label, Span, fault
from nndsl.semantics.options import STATEMENTS
from nndsl.semantics.parts import DEFAULT_NAMES, Context, data_named, has_part, metrics_of, only, result_name
from nndsl.semantics.program import Kmeans, Knn, Metric, Pca, Tsne
from nndsl.semantics.reading import Given
from nndsl.semantics.results import (
    Plain,
    Record,
    clusters_record,
    components_record,
    map_record,
    model_record,
    table_record,
)
from nndsl.syntax import ast

TABLE_VERBS = ("pca", "tsne", "kmeans", "predict")  # what they leave is a data set too
WORDS = {"pca": "pc", "tsne": "tsne", "kmeans": "distance"}  # columns: `pc1`, `pc2`, ...
BESIDE = {"kmeans": ("cluster",)}  # columns that a table has beside those that go into others
FEWEST = 1.2  # the perplexity of five rows, about the least that says anything
PERPLEXITY = 30  # the usual one
REGRESSION, CLASSIFICATION = ("r2", "mae"), ("accuracy",)


def tables_made(module: ast.Module) -> frozenset[str]:
    """The names of all tables that a script's statements make."""
    names: set[str] = set()
    for action in module.statements:
        if isinstance(action, ast.Action) and action.verb in TABLE_VERBS:
            clause = action.clause("as")
            said = [v.text for v in clause.values if isinstance(v, ast.Name)] if clause else []
            names.update(said or [DEFAULT_NAMES[action.verb]])
    return frozenset(names)


def column_names(verb: str, count: int) -> tuple[str, ...]:
    """`pc1`, `pc2`, ...: the columns of the table that a statement makes."""
    return tuple(f"{WORDS[verb]}{k}" for k in range(1, count + 1))


def make_table(
    name: str, action: ast.Action, data: str, part: str | None, columns: tuple[str, ...], context: Context
) -> None:
    """Makes the table known as a data set. part: None has the parts of the data it is made of."""
    source = context.signatures.get(data)
    if context.data.get(data) is None or source is None:
        context.data[name] = context.signatures[name] = None
        return
    clause = action.clause("as")
    span = clause.values[0].span if clause else action.verb_span
    spec = DataSpec(name, span, MadeSource(data, action.verb, span), (), None)
    context.data[name] = spec
    context.signatures[name] = made_signature(spec, source, tuple(source.rows) if part is None else (part,), columns)


# ---- the statements --------------------------------------------------------------------------------------


def read_pca(action: ast.Action, context: Context) -> Pca | None:
    data, part, span = _subject(action, context)
    name, given = _begin(action, context)
    _only_whole(action, data, part, span, context)
    signature, components = context.signatures.get(data), given.values.get("components", 2)
    if signature is not None:
        numbers(action.verb, signature, span)
        _at_most(given, "components", components, signature.rows["train"], "row for training", signature, action)
        if features(signature):  # 0 of the answers of a network that has not been read yet
            _at_most(given, "components", components, features(signature), "feature", signature, action)
    made = column_names("pca", components)
    _leave(name, components_record(name), action, data, None, made, given, context)
    return (
        None
        if given.wrong or action.broken
        else Pca(name, data, action.span, span, **given.values, places=given.places)
    )


def read_tsne(action: ast.Action, context: Context) -> Tsne | None:
    data, part, span = _subject(action, context)
    name, given = _begin(action, context)
    signature, dimensions = context.signatures.get(data), given.values.get("dimensions", 2)
    if signature is not None:
        if part is None and "train" not in signature.rows:
            (part,) = signature.rows  # of a table that was made of this part alone
        has_part(data, part or "train", signature, span, context)
        numbers(action.verb, signature, span)
        given.values["perplexity"] = _perplexity(given, signature, part or "train", action)
    _leave(name, map_record(name), action, data, part, column_names("tsne", dimensions), given, context)
    return None if given.wrong or action.broken else Tsne(name, data, part, action.span, span, **given.values)


def read_kmeans(action: ast.Action, context: Context) -> Kmeans | None:
    data, part, span = _subject(action, context)
    name, given = _begin(action, context)
    _only_whole(action, data, part, span, context)
    signature, clusters = context.signatures.get(data), given.values.get("clusters")
    if clusters is None:
        if not given.wrong:
            raise fault("E0209", "`kmeans` does not say how many groups", action.verb_span,
                        help=f"write `kmeans {data} {{ clusters 3 }}`")  # fmt: skip
        clusters = 1
    if signature is not None:
        numbers(action.verb, signature, span)
        _at_most(given, "clusters", clusters, signature.rows["train"], "row for training", signature, action)
    _leave(name, clusters_record(name), action, data, None, column_names("kmeans", clusters), given, context)
    return None if given.wrong or action.broken else Kmeans(name, data, action.span, span, **given.values)


def read_knn(action: ast.Action, context: Context) -> Knn | None:
    data, part, span = _subject(action, context)
    name, given = _begin(action, context)
    _only_whole(action, data, part, span, context)
    signature, k = context.signatures.get(data), given.values.get("k", 5)
    metrics = metrics_of(given.values.pop("metrics", []), context)
    if signature is not None:
        numbers(action.verb, signature, span)
        if signature.target is None or signature.target.time:
            raise fault("E0416", f"`{data}` has no target that neighbours could tell", span,
                        labels=(Label(signature.span, "defined here"),), help="give it a `target`")  # fmt: skip
        _at_most(given, "k", k, signature.rows["train"], "row for training", signature, action)
        metrics = metrics or _default_metrics(signature, span)
    wrong = given.wrong or signature is None
    context.results[name] = "anything" if wrong else model_record(name, _measured(metrics), signature)
    if given.wrong or action.broken:
        context.models[name] = None
        return None
    found = Knn(name, data, action.span, span, **given.values, metrics=metrics)
    context.models[name] = found if signature is not None else None
    return found


def _default_metrics(signature: Signature, span: Span) -> tuple[Metric, ...]:
    assert signature.target is not None
    names = CLASSIFICATION if signature.target.classes else REGRESSION
    return tuple(Metric(name, ast.Name(name, span=span)) for name in names)


def _measured(metrics: tuple[Metric, ...]) -> Mapping[str, Plain]:
    return {m.name: "matrix" if m.name == "confusion" else "number" for m in metrics}


# ---- their parts -----------------------------------------------------------------------------------------


def _subject(action: ast.Action, context: Context) -> tuple[str, str | None, Span]:
    return data_named(only(action.subjects, "data set"), action.verb, context)


def _begin(action: ast.Action, context: Context) -> tuple[str, Given]:
    given = context.reader.block(action.verb, action.block, STATEMENTS[action.verb].options)
    return result_name(action, context), given


def _leave(
    name: str, record: Record, action: ast.Action, data: str, part: str | None, columns: tuple[str, ...],
    given: Given, context: Context,
) -> None:  # fmt: skip
    """What the statement leaves: a result with fields, and a data set; where an option is wrong, something of which
    nothing is known.
    """
    make_table(name, action, data, part, columns, context)
    if given.wrong:
        context.data[name] = context.signatures[name] = None
    made = context.signatures[name]
    context.results[name] = "anything" if made is None else table_record(record, made, BESIDE.get(action.verb, ()))


def _only_whole(action: ast.Action, data: str, part: str | None, span: Span, context: Context) -> None:
    """What is learnt is learnt from the training part, which must be there."""
    signature = context.signatures.get(data)
    if part in (None, "train") and signature is not None and "train" not in signature.rows:
        (only_part,) = signature.rows
        spec = context.data.get(data)
        source = context.signatures.get(spec.source.data) if spec and isinstance(spec.source, MadeSource) else None
        series = source is not None and source.input.time  # which are asked about part by part
        way = "the training part" if series else f"all parts: leave out `.{only_part}` there"
        raise fault(
            "E0401", f"`{action.verb}` learns from a training part, but `{data}` is of the {only_part} part alone",
            span, labels=(Label(signature.span, f"made of the {only_part} part"),),
            help=f"make `{data}` of {way}",
        )  # fmt: skip
    if part is None or part == "train":
        return
    raise fault(
        "E0401", f"`{action.verb}` learns from the training part, not from the {part} part", span,
        notes=("what it has learnt is then applied to the rows of every part",),
        help=f"write `{action.verb} {data}`",
    )  # fmt: skip


def features(signature: Signature) -> int:
    """How many numbers a row has."""
    count = 1
    for size in signature.input.shape:
        count *= size
    return count


def numbers(verb: str, signature: Signature, span: Span) -> None:
    """Distances and directions are of numbers, as many in each row."""
    field = signature.input
    if field.kind == "category":
        raise fault(
            "E0416", f"`{verb}` works on numbers, but the input of `{signature.name}` is a category", span,
            labels=(Label(field.span, "category"),), help="encode it with `-> onehot`",
        )  # fmt: skip
    if field.ragged:
        raise fault(
            "E0416", f"`{verb}` works on rows of one length, but the sequences of `{signature.name}` have several",
            span,
            labels=(Label(field.span, "sequences"),),
            help="give the data a `window`, or let a network bring each sequence to a row: `predict encoder on "
            f"{signature.name} as codes`",
        )  # fmt: skip


def _at_most(
    given: Given, option: str, number: int, most: int, of: str, signature: Signature, action: ast.Action
) -> None:
    if number > most and option not in given.failed:
        raise more_than(option, number, most, of, signature, given.places.get(option, action.verb_span))


def more_than(option: str, number: int, most: int, of: str, signature: Signature, place: Span) -> Fault:
    """So many there are not in the data. of: `row for training`."""
    many = _many(most, of)
    return fault(
        "E0415", f"`{option} {number}` is more than the {many} of `{signature.name}`", place,
        labels=(Label(signature.span, many),), help=f"write `{option} {most}`" + (" or less" if most > 1 else ""),
    )  # fmt: skip


def _many(count: int, thing: str) -> str:
    """`1 row for training`, `2,000 rows for training`."""
    word, *rest = thing.split(" ", 1)
    return " ".join([f"{count:,}", word if count == 1 else word + "s", *rest])


def _whole_or_tenths(most: float) -> float:
    """The roundest perplexity up to this one."""
    return float(int(most)) if most >= 2 else int(10 * most) / 10


def _perplexity(given: Given, signature: Signature, part: str, action: ast.Action) -> float:
    """Each row has three times as many neighbours as the perplexity says, and there must be so many: the one that is
    asked for, or the usual one as far as the rows allow.
    """
    rows = signature.rows.get(part, 0)
    most = (rows - 1) / 3
    perplexity = float(given.values.get("perplexity", min(PERPLEXITY, _whole_or_tenths(max(most, FEWEST)))))
    if perplexity <= most or "perplexity" in given.failed:
        return perplexity
    few, needed = most < FEWEST, f"a perplexity of {perplexity:g} needs {3 * perplexity + 1:,.0f} rows"
    raise fault(
        "E0415",
        f"{needed}, but `{signature.name}` has {rows:,} to map",
        given.places.get("perplexity", action.verb_span), labels=(Label(signature.span, _many(rows, "row")),),
        notes=("the perplexity is about how many neighbours a row has; three times as many are looked at",),
        help="so few rows need no map" if few else f"write `perplexity {_whole_or_tenths(most):g}` or less",
    )  # fmt: skip
