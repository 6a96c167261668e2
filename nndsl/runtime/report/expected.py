"""What a reader of a report looks for first: the numbers that were measured, and whether what was expected holds.

In: evaluations and expectations of a session. Out: elements.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nndsl.runtime.lines import number
from nndsl.runtime.report.element import Element, Part, el
from nndsl.runtime.report.sheet import Sheet
from nndsl.runtime.report.tables import MOST_ROWS, Column, code, left_out, table
from nndsl.runtime.results import Evaluation
from nndsl.semantics.program import Expect
from nndsl.syntax import ast

MOST_CARDS = 8


def at_a_glance(sheet: Sheet) -> Element | None:
    """Of each evaluation, its metrics: as cards; where there are many, as a table."""
    cards = list(_cards(sheet))
    if len(cards) > MOST_CARDS:
        return _measured(sheet)
    return el("dl", cards, class_="glance") if cards else None


def _measured(sheet: Sheet) -> Element:
    """A row for each evaluation, a column for each metric."""
    found = [value for value in sheet.session.results.values() if isinstance(value, Evaluation)]
    plain = [{key: m for key, m in value.metrics.items() if not isinstance(m, np.ndarray)} for value in found]
    keys = list(dict.fromkeys(key for metrics in plain for key in metrics))
    rows: list[list[Part]] = [
        [f"{value.network} on {value.data}.{value.part}", *(number(m[key]) if key in m else "" for key in keys)]
        for value, m in zip(found, plain, strict=True)
    ]
    columns = (Column("measured", True), *(Column(key.replace("_", " ")) for key in keys))
    return table("All that was measured", columns, rows[:MOST_ROWS], left_out(len(rows) - MOST_ROWS, "rows"))


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
