"""The results of a report: what was measured, what was found in data, what was answered, and what was expected.

In: the results of a session, by name. Out: elements. What has no page of its own here stands as the terminal shows it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.data.words import visible
from nndsl.runtime.answers import steps_table
from nndsl.runtime.answers import table as answers_table
from nndsl.runtime.diagnosis.finding import Finding
from nndsl.runtime.diagnosis.health import Health
from nndsl.runtime.diagnosis.text import WORDS
from nndsl.runtime.lines import number
from nndsl.runtime.made import Groups, NeighbourMap, Neighbours, PrincipalComponents
from nndsl.runtime.report.element import Element, Part, el
from nndsl.runtime.report.maps import coloured, of_groups
from nndsl.runtime.report.sheet import Sheet
from nndsl.runtime.report.tables import Column, code, folded, left_out, seconds, table, worded
from nndsl.runtime.results import Answers, Evaluation, Forecast, Run, Text
from nndsl.runtime.show import result as as_text
from nndsl.show.confusion import confusion

FIRST_ROWS = 8  # of answers
MOST_COLUMNS = 12
MOST_CLASSES = 25  # of a table of classes by classes
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


# ---- what was measured --------------------------------------------------------------------------------


def _evaluation(value: Evaluation, sheet: Sheet) -> Part:
    loss = {} if value.loss is None else {"loss": value.loss}
    return [
        el("p", code(value.network), " on ", code(f"{value.data}.{value.part}"), f", {value.rows:,} rows"),
        _numbers({**loss, **value.metrics}),
        [_array(key, found, value.classes, value.name, sheet) for key, found in _arrays(value.metrics)],
    ]


def _neighbours(value: Neighbours, sheet: Sheet) -> Part:
    dataset = sheet.session.datasets[value.data]
    classes = dataset.signature.target.classes if dataset.signature.target is not None else ()
    return [
        el("p", f"the {value.k} nearest of {value.rows:,} rows of ", code(value.data), ", in ", seconds(value.seconds)),
        [
            [
                el("h4", f"on the {part} part"), _numbers(found),
                [_array(key, one, classes, f"{value.name} on {part}", sheet) for key, one in _arrays(found)],
            ]
            for part, found in value.measured.items()
        ],
    ]  # fmt: skip


def _numbers(metrics: Mapping[str, Any]) -> Element:
    """Numbers under their names."""
    return el(
        "dl", (el("div", el("dt", key.replace("_", " ")), el("dd", number(found))) for key, found in metrics.items()
               if not isinstance(found, np.ndarray)), class_="numbers",
    )  # fmt: skip


def _arrays(metrics: Mapping[str, Any]) -> list[tuple[str, NDArray[Any]]]:
    return [(key, found) for key, found in metrics.items() if isinstance(found, np.ndarray)]


def _array(key: str, found: NDArray[Any], classes: Sequence[str], name: str, sheet: Sheet) -> Part:
    """A confusion matrix as a figure, and as numbers for those who ask; any other table as numbers."""
    names = [visible(one) for one in classes]
    if key != "confusion" or len(found) != len(names):
        flat = found.reshape(len(found), -1).tolist()
        columns = (Column("row"), *(Column(str(k)) for k in range(_width(found))))
        return table(f"{name}: {key}", columns, [[str(k), *map(number, row)] for k, row in enumerate(flat)])
    drawn = sheet.artist.figure(confusion(found, names, f"Confusion: {name}"))
    return [drawn, _by_class(found, names, name, opened=sheet.artist.fault is not None)]


def _by_class(found: NDArray[Any], names: Sequence[str], name: str, opened: bool) -> Element:
    """Each class with how much of it was found, how often it was said rightly, and what was said of its rows."""
    right, true, said = found.diagonal(), found.sum(axis=1), found.sum(axis=0)
    shown = names[:MOST_CLASSES] if len(names) <= MOST_CLASSES else []
    rows = [
        [label, f"{int(true[k]):,}", _share(right[k], true[k]), _share(right[k], said[k]),
         *(f"{int(v):,}" for v in found[k][: len(shown)])]
        for k, label in enumerate(names)
    ]  # fmt: skip
    columns = (Column("true class", True), Column("rows"), Column("recall"), Column("precision"),
               *(Column(f"→ {label}") for label in shown))  # fmt: skip
    return folded("Classes as numbers", table(f"Answers of {name} by true class", columns, rows), opened=opened)


def _share(part: Any, whole: Any) -> str:
    return f"{part / whole:.1%}" if whole else "—"


def _width(found: NDArray[Any]) -> int:
    return int(np.prod(found.shape[1:]))


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
        [sheet.artist.figure(figure) for figure in coloured(value, "Principal components")],
    ]


def _map(value: NeighbourMap, sheet: Sheet) -> Part:
    ended = " (interrupted)" if value.interrupted else ""
    return [
        el(
            "p", f"{value.rows:,} rows of ", code(value.data), f" on a map by t-SNE{ended}, in ", seconds(value.seconds)
        ),
        _numbers({"divergence": value.kl, "perplexity": value.perplexity, "iterations": value.iterations}),
        [sheet.artist.figure(figure) for figure in coloured(value, "Map")],
    ]


def _groups(value: Groups, sheet: Sheet) -> Part:
    sizes = np.bincount(value.cluster.astype(np.int64), minlength=len(value.fitted.centers)).tolist()
    columns, rows = (Column("group", True), Column("rows")), [[str(k), f"{size:,}"] for k, size in enumerate(sizes)]
    return [
        el("p", f"{len(sizes)} groups of {value.rows:,} rows of ", code(value.data), ", in ", seconds(value.seconds)),
        _numbers({"inertia": value.fitted.inertia, "silhouette": value.fitted.silhouette}),
        table(f"Groups of {value.name}", columns, rows),
        [sheet.artist.figure(figure) for figure in of_groups(value)],
    ]


# ---- what was answered --------------------------------------------------------------------------------


def _answers(value: Answers, sheet: Sheet) -> Part:
    where = value.data if value.part == "all" else f"{value.data}.{value.part}"
    about = el("p", code(value.network), " on ", code(where), f", {value.rows:,} rows", _written(value.path))
    return [about, _first_rows(value.name, *answers_table(value), value.rows, "rows")]


def _forecast(value: Forecast, sheet: Sheet) -> Part:
    start = "after the prompt" if value.after is None else f"after row {value.after:,}"
    about = el("p", code(value.network), " goes on with ", code(value.data), f" {start}", _written(value.path))
    return [about, _first_rows(value.name, *steps_table(value), value.length, "steps")]


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
        Column(visible(one), bool(shown) and not _is_number(shown[0][k])) for k, one in enumerate(names[:MOST_COLUMNS])
    ]
    return table(f"First rows of {name}", columns, shown, "; ".join(filter(None, more)))


def _cell(cell: Any) -> str:
    text = str(cell)
    return number(float(text)) if isinstance(cell, str) and _is_number(text) else visible(text)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


# ---- what is wrong ------------------------------------------------------------------------------------


def _health(value: Health, sheet: Sheet) -> Part:
    seen = f", {value.rows:,} rows, after {value.epochs} epochs of "
    known = {WORDS[key]: figure for key, figure in value.figures.items() if not math.isnan(figure)}
    return [
        el("p", code(value.network), " on ", code(f"{value.data}.{value.part}"), seen, code(value.run)),
        [_finding(finding, sheet) for finding in value.findings] or el("p", "Nothing wrong was found."),
        _numbers({words: f"{figure:.2g}" for words, figure in known.items()}),
    ]


def _finding(finding: Finding, sheet: Sheet) -> Element:
    place = sheet.link(finding.span)
    return el(
        "div", el("p", el("b", finding.severity), ": ", worded(finding.message), [" (", place, ")"] if place else None),
        (el("p", worded(note)) for note in finding.notes), el("p", "Try: ", worded(finding.advice)), class_="finding",
    )  # fmt: skip


SECTIONS: Mapping[type[Any], Callable[[Any, Sheet], Part]] = {
    Evaluation: _evaluation, Neighbours: _neighbours, PrincipalComponents: _components, NeighbourMap: _map,
    Groups: _groups, Answers: _answers, Forecast: _forecast, Text: _text, Health: _health,
}  # fmt: skip
