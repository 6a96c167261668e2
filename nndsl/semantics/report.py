"""Reads `report to "page.html"`: a page about all that the script has done up to there.

In: an `ast.Action` and what the script has said before it. Out: a `Report`; a fault where the file is no HTML file or
has no folder. What stands on the page is decided in `nndsl.runtime.report`.
"""

from __future__ import annotations

from pathlib import Path

from nndsl.diagnostics import Edit, fault
from nndsl.semantics.parts import Context, check_folder, only
from nndsl.semantics.program import Report
from nndsl.syntax import ast

SUFFIX = ".html"


def read_report(action: ast.Action, context: Context) -> Report:
    """One `report`. Raises faults: E0216, E0226, E0702."""
    clause = action.clause("to")
    assert clause is not None  # or the statement would have been refused
    expr = only(clause.values, "file")
    if not isinstance(expr, ast.String):
        raise fault(
            "E0216", f"`to` takes a file's name in quotes, not `{expr.span.text}`", expr.span,
            help=f'write `to "{expr.span.text.removesuffix(SUFFIX)}{SUFFIX}"`',
        )  # fmt: skip
    path = Path(expr.text)
    if path.suffix.lower() != SUFFIX:
        whole = path.with_suffix(SUFFIX) if path.name.strip(".") == path.name else path.parent / f"report{SUFFIX}"
        name = f'"{whole.as_posix()}"'
        prints = ", and print it from a browser" if path.suffix.lower() == ".pdf" else ""
        raise fault(
            "E0226", "a report is an HTML file", expr.span,
            help=f"write `to {name}`{prints}", edits=() if prints else (Edit(expr.span, name),),
        )  # fmt: skip
    check_folder(expr.text, expr.span, context)
    return Report(action.span, expr.text)
