"""Columns of figures: which a table has, which are drawn where none is said, and whether two tables have the same rows.

In: data sets and tables as the script has named them so far. Out: columns that are known, or a fault with what is near.
"""

from __future__ import annotations

import numpy as np

from nndsl.data.dataset import column_names, source_column
from nndsl.data.spec import MadeSource
from nndsl.data.table import Column as SourceColumn
from nndsl.data.table import are_classes
from nndsl.data.types import PARTS, Signature
from nndsl.diagnostics import Label, Span, fault
from nndsl.diagnostics.suggest import did_you_mean
from nndsl.semantics.drawings import Column, Histogram, Rows, Scatter
from nndsl.semantics.parts import Context
from nndsl.semantics.reading import Given
from nndsl.semantics.scopes import unknown
from nndsl.syntax import ast

MOST_NAMED = 8  # columns that a note lists


def known(data: str, context: Context) -> tuple[str, ...]:
    """The columns of a data set; of a table that a statement made, its own and those of what it was made of."""
    spec, signature = context.data.get(data), context.signatures.get(data)
    if spec is None or signature is None:
        return ()
    if not isinstance(spec.source, MadeSource):
        return tuple(dict.fromkeys((*column_names(spec), *signature.input.parts)))
    own = (*signature.input.names, "cluster") if spec.source.verb == "kmeans" else signature.input.names
    return tuple(dict.fromkeys((*own, *known(spec.source.data, context))))


def is_column(expr: ast.Attribute, context: Context) -> bool:
    """Whether `data.name` or `data.part.name` speaks of a column: a part is none."""
    return not (isinstance(expr.base, ast.Name) and expr.name in PARTS)


def column(expr: ast.Expr, context: Context, table: str | None = None) -> Column | None:
    """The column that is meant; None where its table is wrong. table: where a name alone is looked for."""
    if isinstance(expr, ast.Name) and table is not None:
        return _named(table, None, expr.text, expr.span, context)
    base = expr.base if isinstance(expr, ast.Attribute) else None
    part: str | None = None
    if isinstance(base, ast.Attribute) and base.name in PARTS:
        part, base = base.name, base.base
    if not isinstance(expr, ast.Attribute) or not isinstance(base, ast.Name):
        raise fault("E0216", f"a column stands here, as in `iris.species`, not `{expr.span.text}`", expr.span)
    if base.text not in context.data:
        raise unknown(context.scope, base.text, base.span, "data", [*context.data])
    signature = context.signatures.get(base.text)
    if part is not None and signature is not None and part not in signature.rows:
        raise fault("E0211", f"`{base.text}` has no {part} part", base.span,
                    notes=("its parts are " + ", ".join(f"`{one}`" for one in signature.rows),))  # fmt: skip
    return _named(base.text, part, expr.name, expr.name_span, context)


def _named(data: str, part: str | None, name: str, span: Span, context: Context) -> Column | None:
    if context.data.get(data) is None or context.signatures.get(data) is None:
        return None
    names = known(data, context)
    if _is_answered(data, context) and name.startswith("output"):
        return Column(data, part, name, span)  # how many outputs there are is known when the network has been read
    if name not in names:
        some = ", ".join(f"`{one}`" for one in names[:MOST_NAMED]) + (", ..." if len(names) > MOST_NAMED else "")
        raise fault("E0211", f"`{data}` has no column `{name}`", span, notes=(f"it has {some}",) if names else (),
                    help=did_you_mean(name, names))  # fmt: skip
    return Column(data, part, name, span)


def _is_answered(data: str, context: Context) -> bool:
    """Whether a table has the answers of a network."""
    spec = context.data.get(data)
    return spec is not None and isinstance(spec.source, MadeSource) and spec.source.verb == "predict"


# ---- scatter and histogram -------------------------------------------------------------------------------


def scatter(rows: Rows, given: Given, context: Context) -> Scatter | None:
    """Rows as points in a plane; of a table with three columns, three planes."""
    signature = context.signatures[rows.data]
    assert signature is not None
    said = [given.values.get(axis) for axis in ("x", "y")]
    found = [column(expr, context, rows.data) for expr in said if expr is not None]
    for axis, one in zip([a for a in ("x", "y") if a in given.values], found, strict=True):
        if one is not None and one.data != rows.data:
            raise fault("E0221", f"`{axis}` is a column of `{rows.data}` itself, not of `{one.data}`", one.span)
    names = [one.name for one in found if one is not None]
    if len(names) < len(found):
        return None
    for one in found:
        if one is not None and _holds_words(one.data, one.name, context):
            raise fault("E0221", f"`{one.data}.{one.name}` holds words: it has no place on an axis", one.span,
                        help=f"colour rows by it: `color {one.name}`")  # fmt: skip
    if len(names) < 2 and not _is_answered(rows.data, context):
        default = [name for name in _drawn(signature, rows, context, len(names)) if name not in names]
        made = context.data[rows.data]
        three = not names and len(default) == 3 and made is not None and isinstance(made.source, MadeSource)
        names = default if three else names + default[: 2 - len(names)]
        if given.values.get("y") is not None and "x" not in given.values:
            names.reverse()
    return Scatter(rows, tuple(names), color(rows, given, context))


def _drawn(signature: Signature, rows: Rows, context: Context, said: int) -> tuple[str, ...]:
    """The columns of the input that hold numbers, which are drawn where nothing else is said. said: how many are."""
    flat = len(signature.input.shape) <= 1 and not signature.input.time
    names = tuple(n for n in signature.input.names if not _holds_words(rows.data, n, context)) if flat else ()
    if signature.input.time:
        raise fault("E0221", f"`{rows.data}` has series, and no rows to be drawn in a plane", rows.span,
                    labels=(Label(signature.input.span, "a sequence"),),
                    help=f"`plot forecast(net, {rows.data})` draws them with the forecasts of a network")  # fmt: skip
    if len(names) + said < 2 or not names:
        what = "one column" if names else "no columns of numbers"
        raise fault(
            "E0221", f"the rows of `{rows.data}` have {what} to be drawn in a plane", rows.span,
            labels=(Label(signature.span, "defined here"),),
            help=f"make a map of it first: `tsne {rows.data} as map`, then `plot map`" if not names
            else f"`plot histogram({rows.data}.{names[0]})` shows how it is spread",
        )  # fmt: skip
    return names


def _source(data: str, name: str, context: Context) -> SourceColumn | None:
    """A column of the source that a table was made of in the first place; None of what a statement computes."""
    spec = context.data.get(root(data, context))
    made, signature = context.data.get(data), context.signatures.get(data)
    if spec is None or made is None or signature is None:
        return None
    return None if made is not spec and name in signature.input.names else source_column(spec, name)


def _holds_words(data: str, name: str, context: Context) -> bool:
    found = _source(data, name, context)
    return found is not None and found.is_text


def _holds_numbers(column: Column, context: Context) -> bool:
    """Numbers that are no classes."""
    found, signature = _source(column.data, column.name, context), context.signatures.get(column.data)
    target = signature.target if signature is not None else None
    if found is None or found.is_text or found.is_block or found.lengths is not None:
        return False
    if target is not None and column.name in target.names:
        return not target.classes
    return not are_classes(np.asarray(found.values(), np.float64))


def histogram(expr: ast.Expr, given: Given, context: Context) -> Histogram | None:
    found = column(expr, context)
    if found is None:
        return None
    rows = Rows(found.data, found.part, expr.span)
    by = color(rows, given, context) if "color" in given.values else None
    if by is not None and _holds_numbers(by, context):
        raise fault("E0221", f"`{by.data}.{by.name}` holds numbers: a histogram is parted by classes", by.span,
                    help=f"a plane shows both: `plot {rows.data} {{ x {found.name}; y {by.name} }}`")  # fmt: skip
    return Histogram(found, by)


def color(rows: Rows, given: Given, context: Context) -> Column | None:
    """What rows are coloured by: as said, else their target."""
    if "color" in given.values:
        found = column(given.values["color"], context, rows.data)
        if found is not None:
            _same_rows(rows, found, context)
        return found
    signature = context.signatures[rows.data]
    if "color" in given.failed or signature is None or signature.target is None or signature.target.time:
        return None
    return Column(rows.data, rows.part, signature.target.names[0], rows.span)


def root(data: str, context: Context) -> str:
    """What a table was made of in the first place."""
    spec = context.data.get(data)
    return root(spec.source.data, context) if spec is not None and isinstance(spec.source, MadeSource) else data


def _same_rows(rows: Rows, found: Column, context: Context) -> None:
    own, other = context.signatures[rows.data], context.signatures[found.data]
    assert own is not None and other is not None
    if root(rows.data, context) != root(found.data, context):
        raise fault(
            "E0221", f"the rows of `{found.data}` are not those of `{rows.data}`", found.span,
            labels=(Label(rows.span, f"made of `{root(rows.data, context)}`"),),
            help=f"colour by a column of `{root(rows.data, context)}` or of what was made of it",
        )  # fmt: skip
    wanted = own.rows if rows.part is None else {rows.part: own.rows[rows.part]}
    missing = [part for part in wanted if part not in other.rows]
    if missing:
        raise fault("E0221", f"`{found.data}` has no rows of the {missing[0]} part, which is drawn", found.span,
                    help=f"plot one part: `plot {rows.data}.{next(iter(other.rows))}`")  # fmt: skip
