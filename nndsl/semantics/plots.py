"""Reads `plot`: what is drawn, by which options, into which file.

In: an `ast.Action` and what the script has said before it. Out: a `Plot`, or None with the faults in the collector.
Names, columns and options are checked here; whether a network fits the figure is checked when its body has been read
(`nndsl.lower.plots`).
"""

from __future__ import annotations

from pathlib import Path

from nndsl.diagnostics import Edit, Fault, Span, fault
from nndsl.diagnostics.suggest import did_you_mean
from nndsl.semantics import plot_columns as columns
from nndsl.semantics.drawings import Plot
from nndsl.semantics.options import FIGURE, PLOTS, STATEMENTS
from nndsl.semantics.parts import Context, check_folder, only
from nndsl.semantics.plot_forms import EXAMPLES, FORMS, Subject
from nndsl.semantics.reading import Given
from nndsl.semantics.results import Record
from nndsl.semantics.scopes import unknown
from nndsl.syntax import ast

SUFFIXES = (".png", ".svg", ".pdf", ".html")


def read_plot(action: ast.Action, context: Context) -> Plot | None:
    """One `plot`; raises a fault that stops it, collects those that do not."""
    subject = _subject(action, context)
    table = (*FIGURE, *PLOTS[subject.kind])
    given = context.reader.block(f"plot {subject.kind}" if subject.kind in FORMS else "plot", action.block, table)
    path = _path(action, given, context)
    drawing = FORMS[subject.kind](subject, given, context)
    if drawing is None or given.failed or action.broken:
        return None
    look = {key: given.values.get(key) for key in ("title", "width", "height")}
    return Plot(subject.kind, drawing, action.span, subject.span, **look, path=path, places=given.places)


# ---- what is drawn -------------------------------------------------------------------------------------


def _subject(action: ast.Action, context: Context) -> Subject:
    first, span = action.subjects[0], action.subjects[0].span.to(action.subjects[-1].span)
    if len(action.subjects) > 1:
        return Subject("curves", action.subjects, span)
    if not isinstance(first, ast.Call):
        return Subject(_kind_of(first, context), (first,), span)
    name = first.function.text if isinstance(first.function, ast.Name) else first.function.span.text
    if name not in FORMS:
        raise _no_figure(name, first.function.span)
    for argument in first.arguments:
        if argument.name is not None:
            raise fault(
                "E0222", f"`{name}` takes names in their order, and no `{argument.name}=`", argument.span,
                help=f"options stand in braces: `plot {name}(...) {{ {argument.name} {argument.value.span.text} }}`"
                if argument.name in {row.name for row in PLOTS[name]} else f"it is written `plot {EXAMPLES[name]}`",
            )  # fmt: skip
    return Subject(name, tuple(argument.value for argument in first.arguments), first.span)


def _no_figure(name: str, span: Span) -> Fault:
    return fault(
        "E0222", f"no figure is called `{name}`", span,
        notes=("figures are " + ", ".join(f"`{form}`" for form in FORMS),), help=did_you_mean(name, FORMS),
    )  # fmt: skip


OF_RESULTS = {"run": "curves", "evaluation": "confusion", "sample": "forecast"}  # what is drawn of each kind


def _kind_of(expr: ast.Expr, context: Context) -> str:
    """The figure that is meant where a thing alone is named."""
    base = expr.base if isinstance(expr, ast.Attribute) else expr
    if isinstance(base, ast.Attribute) and isinstance(base.base, ast.Name):
        base = base.base
    if not isinstance(base, ast.Name):
        raise fault("E0216", f"`plot` takes a name or a figure, not `{expr.span.text}`", expr.span,
                    help=f"it is written `{STATEMENTS['plot'].example}`")  # fmt: skip
    found = context.results.get(base.text)
    if base.text in context.networks:
        return "network" if expr is base else "histogram"
    if isinstance(found, Record) and found.kind == "run" and expr is not base:
        raise fault("E0222", f"the curves of `{base.text}` are drawn together", expr.span,
                    help=f"write `plot {base.text}`")  # fmt: skip
    if isinstance(found, Record) and found.kind in OF_RESULTS:
        return OF_RESULTS[found.kind]
    if base.text in context.data:
        return "histogram" if isinstance(expr, ast.Attribute) and columns.is_column(expr, context) else "scatter"
    if isinstance(found, Record):
        raise fault("E0222", f"there is no figure of {found.words}", expr.span,
                    help=_instead(found.kind, base.text))  # fmt: skip
    if found is not None:
        return "curves"  # of a statement that is wrong: nothing more is said of it
    if base.text in FORMS:
        raise fault("E0209", f"`plot {base.text}` does not say of what", expr.span,
                    help=f"it is written `plot {EXAMPLES[base.text]}`")  # fmt: skip
    runs = {
        name: one for name, one in context.results.items() if isinstance(one, Record) and _has_curve(one, base.text)
    }
    if runs:
        last = next(name for name, one in runs.items() if one == [*runs.values()][-1])  # the first of its names
        raise fault("E0222", f"`{base.text}` is a curve of a run", base.span, help=f"write `plot {last}`")
    raise unknown(context.scope, base.text, base.span, "name", [*context.networks, *context.data, *context.results])


def _has_curve(record: Record, name: str) -> bool:
    history = record.fields.get("history")
    return record.kind == "run" and isinstance(history, Record) and name in history.fields


def _instead(kind: str, name: str) -> str | None:
    if kind == "model":
        return f"where it answers what is drawn with its data: `plot boundary({name}, data)`"
    return f"`show {name}` says what it found" if kind == "health" else None


# ---- the file ------------------------------------------------------------------------------------------


def _path(action: ast.Action, given: Given, context: Context) -> str | None:
    """The file, from `to "..."` among the options or behind the subject."""
    clause, place = action.clause("to"), given.places.get("to")
    path: str
    if clause is not None and place is not None:
        raise fault("E0208", "`to` is given twice", place, help="keep one of them")
    if clause is not None:
        expr = only(clause.values, "file")
        if not isinstance(expr, ast.String):
            raise fault("E0216", f"`to` takes a file's name in quotes, not `{expr.span.text}`", expr.span,
                        help=f'write `to "{expr.span.text}"`')  # fmt: skip
        path, place = expr.text, expr.span
    else:
        if place is None or "to" not in given.values:
            return None
        path = given.values["to"]
        place = next(
            (argument.value.span for item in (action.block.items if action.block else ())
             if isinstance(item, ast.Option) and item.name == "to" for argument in item.arguments), place,
        )  # fmt: skip
    suffix = Path(path).suffix
    if suffix.lower() not in SUFFIXES or not Path(path).stem:
        raise _no_such_file(path, suffix, place)
    check_folder(path, place, context)
    return path


def _no_such_file(path: str, suffix: str, place: Span) -> Fault:
    stem = Path(path).with_suffix("") if Path(path).name.strip(".") and suffix else Path(path)
    known = stem.name.startswith(".") and stem.name in SUFFIXES  # `.png` has no name, only an ending
    name = f'"{(stem.parent / "figure" if known or not stem.name else stem).as_posix()}.png"'
    kinds = ", ".join(f"`{known}`" for known in SUFFIXES)
    what = f"`{suffix}`" if suffix else "a name without a suffix"
    return fault("E0220", f"figures are not written as {what}", place, notes=(f"their files end in {kinds}",),
                 help=f"write `to {name}`", edits=(Edit(place, name),))  # fmt: skip
