"""What a report says of networks and models that were measured, and of what is wrong with them.

In: evaluations, neighbours, diagnoses. Out: elements.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.data.words import visible
from nndsl.runtime.diagnosis.finding import Finding
from nndsl.runtime.diagnosis.health import Health
from nndsl.runtime.diagnosis.text import WORDS
from nndsl.runtime.lines import number
from nndsl.runtime.made import Neighbours
from nndsl.runtime.report.drawings import of_confusion, of_health
from nndsl.runtime.report.element import Element, Part, el
from nndsl.runtime.report.sheet import Sheet
from nndsl.runtime.report.tables import Column, code, folded, seconds, table, worded
from nndsl.runtime.results import Evaluation
from nndsl.show.confusion import confusion

MOST_CLASSES = 25  # of a table of classes by classes


def evaluation(value: Evaluation, sheet: Sheet) -> Part:
    """Its numbers, the confusion matrix, and other tables that were measured."""
    loss = {} if value.loss is None else {"loss": value.loss}
    parts: list[Part] = [
        el("p", code(value.network), " on ", code(f"{value.data}.{value.part}"), f", {value.rows:,} rows"),
        numbers({**loss, **value.metrics}),
    ]
    for key, found in _arrays(value.metrics):
        if _is_confusion(key, found, value.classes):
            parts += [
                sheet.artist.figure(of_confusion(value, sheet.session)),
                _by_class(found, value.classes, value.name, sheet),
            ]
        else:
            parts.append(_array(f"{value.name}: {key}", found, value.classes))
    return parts


def neighbours(value: Neighbours, sheet: Sheet) -> Part:
    """What was measured on each part."""
    target = sheet.session.datasets[value.data].signature.target
    classes = target.classes if target is not None else ()
    parts: list[Part] = [
        el("p", f"the {value.k} nearest of {value.rows:,} rows of ", code(value.data), ", in ", seconds(value.seconds))
    ]
    for part, metrics in value.measured.items():
        parts += [el("h4", f"on the {part} part"), numbers(metrics)]
        for key, found in _arrays(metrics):
            name = f"{value.name} on {value.data}.{part}"
            if _is_confusion(key, found, classes):
                figure = confusion(found, [visible(one) for one in classes], f"Confusion of {name}")
                parts += [sheet.artist.figure(figure), _by_class(found, classes, name, sheet)]
            else:
                parts.append(_array(f"{name}: {key}", found, classes))
    return parts


def numbers(metrics: Mapping[str, Any]) -> Element:
    """Numbers under their names."""
    plain = {key: found for key, found in metrics.items() if not isinstance(found, np.ndarray)}
    pairs = (el("div", el("dt", key.replace("_", " ")), el("dd", number(found))) for key, found in plain.items())
    return el("dl", pairs, class_="numbers")


def _arrays(metrics: Mapping[str, Any]) -> list[tuple[str, NDArray[Any]]]:
    return [(key, found) for key, found in metrics.items() if isinstance(found, np.ndarray)]


def _is_confusion(key: str, found: NDArray[Any], classes: Sequence[str]) -> bool:
    return key == "confusion" and found.shape == (len(classes), len(classes))


def _array(caption: str, found: NDArray[Any], classes: Sequence[str]) -> Element:
    """Any table of numbers; a row for each class where that is so."""
    flat = found.reshape(len(found), -1)
    names = [visible(one) for one in classes] if len(classes) == len(flat) else [str(k) for k in range(len(flat))]
    columns = (Column("", True), *(Column(str(k)) for k in range(flat.shape[1])))
    rows = [[name, *map(number, row)] for name, row in zip(names, flat.tolist(), strict=True)]
    return table(caption, columns, rows)


def _by_class(found: NDArray[Any], classes: Sequence[str], name: str, sheet: Sheet) -> Element:
    """Each class with how much of it was found, how often it was said rightly, and what was said of its rows."""
    names = [visible(one) for one in classes]
    right, true, said = found.diagonal(), found.sum(axis=1), found.sum(axis=0)
    shown = names if len(names) <= MOST_CLASSES else []
    rows = [
        [label, f"{int(true[k]):,}", _share(right[k], true[k]), _share(right[k], said[k]),
         *(f"{int(count):,}" for count in found[k][: len(shown)])]
        for k, label in enumerate(names)
    ]  # fmt: skip
    columns = (Column("true class", True), Column("rows"), Column("recall"), Column("precision"),
               *(Column(f"→ {label}") for label in shown))  # fmt: skip
    whole = table(f"Answers of {name} by true class", columns, rows)
    return folded("Classes as numbers", whole, opened=sheet.artist.fault is not None)


def _share(part: Any, whole: Any) -> str:
    return f"{part / whole:.1%}" if whole else "—"


# ---- what is wrong ------------------------------------------------------------------------------------


def health(value: Health, sheet: Sheet) -> Part:
    """Its findings, its figures, and how values and gradients are spread."""
    seen = f", {value.rows:,} rows, after {value.epochs} epochs of "
    known = {WORDS[key]: figure for key, figure in value.figures.items() if not math.isnan(figure)}
    return [
        el("p", code(value.network), " on ", code(f"{value.data}.{value.part}"), seen, code(value.run)),
        [_finding(finding, sheet) for finding in value.findings] or el("p", "Nothing wrong was found."),
        numbers({words: f"{figure:.2g}" for words, figure in known.items()}),
        sheet.artist.figures(of_health(value, sheet.session)),
    ]


def _finding(finding: Finding, sheet: Sheet) -> Element:
    place = sheet.link(finding.span)
    return el(
        "div", el("p", el("b", finding.severity), ": ", worded(finding.message), [" (", place, ")"] if place else None),
        (el("p", worded(note)) for note in finding.notes), el("p", "Try: ", worded(finding.advice)), class_="finding",
    )  # fmt: skip
