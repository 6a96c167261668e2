"""What a reader of a report looks for first: the numbers that were measured, and whether what was expected holds.

In: evaluations and expectations of a session. Out: elements.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nndsl.runtime.lines import number
from nndsl.runtime.report.element import Element, Part, el
from nndsl.runtime.report.sheet import Sheet
from nndsl.runtime.report.tables import Column, code, table
from nndsl.runtime.results import Evaluation
from nndsl.semantics.program import Expect
from nndsl.syntax import ast

MOST_CARDS = 8


def at_a_glance(sheet: Sheet) -> Element | None:
    """Of each evaluation, its metrics."""
    cards = list(_cards(sheet))[:MOST_CARDS]
    return el("dl", cards, class_="glance") if cards else None


def _cards(sheet: Sheet) -> Iterator[Element]:
    for value in sheet.session.results.values():
        if not isinstance(value, Evaluation):
            continue
        where = el("dd", f"{value.network} on {value.data}.{value.part}", class_="quiet")
        for key, found in value.metrics.items():
            if not isinstance(found, np.ndarray):
                yield el("div", el("dt", key.replace("_", " ")), el("dd", number(found)), where)


def expectations(sheet: Sheet) -> list[Part]:
    """What the script has expected and was so: where it is not, the script ends."""
    rows: list[list[Part]] = []
    for action, outcome in sheet.session.log:
        if isinstance(action, Expect):
            written = " ".join(action.expr.span.text.split())
            rows.append([code(written), _found(action.expr, outcome), sheet.link(action.span)])
    columns = (Column("expected", True), Column("found", True), Column("written in", True))
    return [el("article", el("h3", "Expectations"), table("All of these hold", columns, rows))] if rows else []


def _found(expr: ast.Expr, outcome: object) -> str:
    """Both sides of a comparison as numbers."""
    if not isinstance(expr, ast.Binary) or not isinstance(outcome, tuple):
        return "true"
    left, right = map(_said, outcome)
    return f"{left} {expr.op} {right}"


def _said(value: object) -> str:
    return number(value) if isinstance(value, int | float | str | np.generic) else type(value).__name__
