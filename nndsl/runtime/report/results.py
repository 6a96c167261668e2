"""The results of a report: what was measured, what was found in data, what was answered, and what was expected.

In: the results of a session, by name. Out: elements. What has no page of its own here stands as the terminal shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np

from nndsl.data.words import visible
from nndsl.runtime.answers import steps_table
from nndsl.runtime.answers import table as answers_table
from nndsl.runtime.diagnosis.health import Health
from nndsl.runtime.lines import is_number, number
from nndsl.runtime.made import Groups, NeighbourMap, Neighbours, PrincipalComponents
from nndsl.runtime.report.drawings import of_forecast, of_groups, of_table
from nndsl.runtime.report.element import Element, Part, el
from nndsl.runtime.report.measured import evaluation, health, neighbours, numbers
from nndsl.runtime.report.sheet import Sheet
from nndsl.runtime.report.tables import Column, code, left_out, seconds, table
from nndsl.runtime.results import Answers, Evaluation, Forecast, Run, Text
from nndsl.runtime.show import result as as_text

FIRST_ROWS = 8  # of answers
MOST_COLUMNS = 12
MOST_COMPONENTS = 10


def results(sheet: Sheet) -> list[Element]:
    """An article for each result that is no run."""
    found = [(name, value) for name, value in sheet.session.results.items() if not isinstance(value, Run)]
    return [el("article", el("h3", code(name)), _inside(value, sheet)) for name, value in found]


def _inside(value: Any, sheet: Sheet) -> Part:
    for kind, section in SECTIONS.items():
        if isinstance(value, kind):
            return section(value, sheet)
    return el("pre", as_text(value), class_="said")


# ---- what was found in data ---------------------------------------------------------------------------


def _components(value: PrincipalComponents, sheet: Sheet) -> Part:
    fitted, total = value.fitted, np.cumsum(value.fitted.ratio)
    rows: list[list[Part]] = [
        [name, number(float(variance)), f"{share:.1%}", f"{so_far:.1%}"]
        for name, variance, share, so_far in zip(value.columns, fitted.variances, fitted.ratio, total, strict=True)
    ]
    columns = (Column("component", True), Column("variance"), Column("share"), Column("all so far"))
    more = left_out(len(rows) - MOST_COMPONENTS, "components")
    return [
        el("p", f"principal components of {value.rows:,} rows of ", code(value.data), ", in ", seconds(value.seconds)),
        table(f"Components of {value.name}", columns, rows[:MOST_COMPONENTS], more),
        sheet.artist.figures(of_table(value, sheet.session)),
    ]


def _map(value: NeighbourMap, sheet: Sheet) -> Part:
    ended = " (interrupted)" if value.interrupted else ""
    return [
        el(
            "p", f"{value.rows:,} rows of ", code(value.data), f" on a map by t-SNE{ended}, in ", seconds(value.seconds)
        ),
        numbers({"divergence": value.kl, "perplexity": value.perplexity, "iterations": value.iterations}),
        sheet.artist.figures(of_table(value, sheet.session)),
    ]


def _groups(value: Groups, sheet: Sheet) -> Part:
    sizes = np.bincount(value.cluster.astype(np.int64), minlength=len(value.fitted.centers)).tolist()
    columns, rows = (Column("group", True), Column("rows")), [[str(k), f"{size:,}"] for k, size in enumerate(sizes)]
    return [
        el("p", f"{len(sizes)} groups of {value.rows:,} rows of ", code(value.data), ", in ", seconds(value.seconds)),
        numbers({"inertia": value.fitted.inertia, "silhouette": value.fitted.silhouette}),
        table("Rows of each group", columns, rows),
        sheet.artist.figures(of_groups(value, sheet.session)),
    ]


# ---- what was answered --------------------------------------------------------------------------------


def _answers(value: Answers, sheet: Sheet) -> Part:
    where = value.data if value.part == "all" else f"{value.data}.{value.part}"
    about = el("p", code(value.network), " on ", code(where), f", {value.rows:,} rows", _written(value.path))
    return [about, _first_rows(value.name, *answers_table(value), value.rows, "rows")]


def _forecast(value: Forecast, sheet: Sheet) -> Part:
    start = "after the prompt" if value.after is None else f"after row {value.after:,}"
    about = el("p", code(value.network), " goes on with ", code(value.data), f" {start}", _written(value.path))
    drawn = sheet.artist.figures(of_forecast(value, sheet.session))
    return [about, drawn, _first_rows(value.name, *steps_table(value), value.length, "steps")]


def _text(value: Text, sheet: Sheet) -> Part:
    how = "always the likeliest" if value.temperature == 0 else f"at a temperature of {number(value.temperature)}"
    return [
        el("p", code(value.network), " goes on with ", code(value.data), f", {how}", _written(value.path)),
        [
            el("blockquote", el("b", prompt), text.removeprefix(prompt))
            for prompt, text in zip(value.prompts, value.texts, strict=True)
        ],
    ]


def _written(path: str | None) -> Part:
    return None if path is None else [", written to ", code(path)]


def _first_rows(name: str, names: Sequence[str], rows: Iterable[Sequence[Any]], count: int, things: str) -> Element:
    shown = [[_cell(cell) for cell in row[:MOST_COLUMNS]] for row in islice(rows, FIRST_ROWS)]
    more = [left_out(count - len(shown), things), left_out(len(names) - MOST_COLUMNS, "columns")]
    columns = [
        Column(visible(one), bool(shown) and not is_number(shown[0][k])) for k, one in enumerate(names[:MOST_COLUMNS])
    ]
    return table(f"First rows of {name}", columns, shown, "; ".join(filter(None, more)))


def _cell(cell: Any) -> str:
    text = str(cell)
    return number(float(text)) if isinstance(cell, str) and is_number(text) else visible(text)


SECTIONS: Mapping[type[Any], Callable[[Any, Sheet], Part]] = {
    Evaluation: evaluation, Neighbours: neighbours, PrincipalComponents: _components, NeighbourMap: _map,
    Groups: _groups, Answers: _answers, Forecast: _forecast, Text: _text, Health: health,
}  # fmt: skip
