"""The data sets of a report: their rows and parts, their columns with encoders and missing values, their classes.

In: the data sets that a session has loaded. Out: elements. Tables that a statement has made (`pca`, `tsne`) stand with
the results, not here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.data import Dataset
from nndsl.data.chains import Chain
from nndsl.data.encoders import Classes, Scale, Step
from nndsl.data.sources import open_source
from nndsl.data.spec import DataSpec, FileSource, GeneratorSource, MadeSource, ObjectSource
from nndsl.data.table import Column as Cells
from nndsl.data.types import Array
from nndsl.data.words import counted, visible
from nndsl.runtime.lines import number
from nndsl.runtime.report.element import Element, Part, el
from nndsl.runtime.report.sheet import Sheet
from nndsl.runtime.report.tables import MOST_ROWS, Column, code, facts, folded, left_out, size_words, table, worded
from nndsl.runtime.showing.datasets import Facts
from nndsl.runtime.showing.datasets import facts as examples

MOST_CLASSES = 30
FEW_NAMES = 6  # classes that are named in a line


def data(sheet: Sheet) -> list[Element]:
    """An article for each data set."""
    loaded = sheet.session.datasets
    order = [loaded[name] for name in sheet.session.program.data if name in loaded]  # as in the script
    found = [dataset for dataset in order if not isinstance(dataset.spec.source, MadeSource)]
    return [_article(dataset, sheet) for dataset in found]


def _article(dataset: Dataset, sheet: Sheet) -> Element:
    spec = dataset.spec
    said = examples(spec.name, sheet.session)
    about = facts(
        (
            ("from", _source(spec)),
            ("defined in", sheet.link(spec.span)),
            (said.things, f"{sum(said.rows.values()):,}{said.each}"),
            ("left out", f"{said.left_out:,} rows" if said.left_out else None),
            ("an example is", size_words(dataset.signature.input.shape)),
            ("its target is", _target(dataset, said)),
            ("missing values", None if spec.missing is None else _missing_rule(spec)),
        )
    )
    notes = el("ul", (el("li", worded(note)) for note in dataset.notes), class_="notes") if dataset.notes else None
    columns = _columns(dataset, open_source(spec, sheet.session.program.settings.seed)["train"].columns)
    return el(
        "article",
        el("h3", code(spec.name)),
        about,
        notes,
        el("div", _parts(dataset, said.things), _classes(dataset), class_="beside"),
        columns,
    )


def _source(spec: DataSpec) -> Part:
    source = spec.source
    if isinstance(source, GeneratorSource):
        given = ", ".join(f"{name}={number(value)}" for name, value in source.arguments)
        return ["the generator ", code(f"{source.name}({given})")]
    if isinstance(source, ObjectSource):
        return ["the Python object ", code(source.name)]
    if isinstance(source, FileSource):
        more = [file.path.name for file in (spec.validation, spec.test) if file is not None]
        return [code(name) if place == 0 else [", ", code(name)] for place, name in enumerate([source.shown, *more])]
    return f"{source.shown} in the script"


def _target(dataset: Dataset, said: Facts) -> str | None:
    target = dataset.signature.target
    if target is None:
        return None
    return (f"one of {len(target.classes)} classes" if target.classes else size_words(target.shape)) + said.ahead


def _missing_rule(spec: DataSpec) -> str:
    assert spec.missing is not None
    return "their rows are left out" if spec.missing.rule == "drop" else f"replaced: {spec.missing.span.text}"


# ---- parts and classes --------------------------------------------------------------------------------


def _parts(dataset: Dataset, things: str) -> Element:
    rows = dataset.signature.rows
    total = sum(rows.values())
    body = [[part, f"{count:,}", f"{count / max(total, 1):.1%}"] for part, count in rows.items()]
    more = f"{total:,} in all" if len(rows) > 1 else ""
    return table("Parts", (Column("part", True), Column(things), Column("share")), body, more)


def _classes(dataset: Dataset) -> Element | None:
    """How many rows of each part are of each class of the target."""
    target = dataset.signature.target
    if target is None or not target.classes:
        return None
    names = target.classes
    counts = {name: _counts(part.target, len(names)) for name, part in dataset.parts.items() if part.target is not None}
    totals = sum(counts.values(), np.zeros(len(names), np.int64))
    chosen = np.argsort(-totals, kind="stable")[:MOST_CLASSES] if len(names) > MOST_CLASSES else range(len(names))
    greatest = max((int(one.max(initial=0)) for one in counts.values()), default=0)
    rows: list[list[Part]] = [
        [visible(names[k]), *(_bar(int(one[k]), greatest) for one in counts.values())] for k in chosen
    ]
    columns = (Column("class", True), *(Column(part) for part in counts))
    return table(f"Classes of {', '.join(target.names)}", columns, rows, left_out(len(names) - MOST_CLASSES, "classes"))


def _counts(target: Array, classes: int) -> NDArray[np.int64]:
    """[classes]"""
    values = target.floats()
    ids = values if values.dtype.kind == "i" else values.argmax(axis=-1)
    return np.bincount(np.asarray(ids).ravel().astype(np.int64), minlength=classes).astype(np.int64)


def _bar(count: int, greatest: int) -> Element:
    """A number on a bar as long as it is large."""
    return el("span", f"{count:,}", class_="bar", style=f"--share: {100 * count / max(greatest, 1):.1f}%")


# ---- columns ------------------------------------------------------------------------------------------


def _columns(dataset: Dataset, columns: dict[str, Cells]) -> Element:
    rows = [_row(column, dataset) for column in list(columns.values())[:MOST_ROWS]]
    used = (Column("column", True), Column("used as", True), Column("holds", True), Column("missing"), Column("least"),
            Column("mean"), Column("greatest"), Column("encoders", True))  # fmt: skip
    more = left_out(len(columns) - MOST_ROWS, "columns")
    whole = table("Columns, as they stand in the source, and how they are encoded", used, rows, more)
    return folded(f"{counted(len(columns), 'column')}", whole, opened=len(columns) <= MOST_ROWS)


def _row(column: Cells, dataset: Dataset) -> list[Part]:
    roles = list(_roles(column.name, dataset))
    use = ", ".join(dict.fromkeys(role for role, _ in roles)) or _other_use(column.name, dataset.spec)
    missing = 0 if column.is_block or column.lengths is not None else int(column.missing().sum())
    ways = list(dict.fromkeys(_way(chain) for _, chain in roles))
    return [
        code(visible(column.name)),
        use,
        _kind(column),
        f"{missing:,}",
        *_range(column),
        [[el("div", way)] for way in ways if way],
    ]


def _roles(name: str, dataset: Dataset) -> Iterator[tuple[str, Chain]]:
    """What a column is to the network, and its encoders; several where it is read more than once."""
    seen = "sequence" if dataset.spec.timing is not None else "input"
    for role, chains in ((seen, dataset.encoders.inputs), ("target", dataset.encoders.targets)):
        yield from ((role, chain) for chain in chains if name in (chain.source, chain.shown))


def _other_use(name: str, spec: DataSpec) -> str:
    split, timing = spec.split, spec.timing
    if split is not None and name in [word.text for word in (split.stratify, split.by) if word is not None]:
        return "the split"
    if timing is not None and name in [word.text for word in (timing.group, timing.when) if word is not None]:
        return "the order of steps"
    return "—"


def _kind(column: Cells) -> str:
    if column.lengths is not None:
        return "lists"
    if column.is_block:
        return f"{' × '.join(f'{size:,}' for size in column.shape)} numbers"
    if not column.is_text:
        return "numbers"
    if column.is_characters:
        return f"{column.rows:,} characters"
    names = sorted({value for value in column.values().tolist() if value is not None})
    listed = ", ".join(visible(name) for name in names) if len(names) <= FEW_NAMES else f"{len(names):,} different ones"
    return f"texts: {listed}"


def _range(column: Cells) -> Sequence[str]:
    """Least, mean and greatest."""
    if column.is_text or column.is_block or column.lengths is not None:
        return "", "", ""
    values: NDArray[Any] = np.asarray(column.values(), np.float64)
    known = values[np.isfinite(values)]
    return tuple(_short(float(found(known))) for found in (np.min, np.mean, np.max)) if len(known) else ("", "", "")


def _way(chain: Chain) -> str:
    """`log → standard (mean 3.4, deviation 0.2)`."""
    steps = [*chain.making, *(text for text in map(_step, chain.steps) if text)]
    fill = (
        [] if chain.fill is None else [f"missing: {chain.fill if isinstance(chain.fill, str) else _short(chain.fill)}"]
    )
    return " → ".join(steps) + (f" ({', '.join(fill)})" if fill else "")


def _step(step: Step) -> str:
    if isinstance(step, Classes):
        return f"{step.kind} ({counted(len(step.names), 'class', 'classes')})"
    if isinstance(step, Scale):
        return f"{step.kind}{_learnt(step)}"
    return getattr(step, "text", step.kind)


def _learnt(step: Scale) -> str:
    """What it has learnt from the training part, where that is one number a column."""
    if step.center.ndim:
        return ""
    center, spread = float(step.center), float(step.spread)
    words = {
        "standard": f" (mean {_short(center)}, deviation {_short(spread)})",
        "minmax": f" (from {_short(center)} to {_short(center + spread)})",
        "max": f" (greatest {_short(spread)})",
    }
    return words.get(step.kind, "")


def _short(value: float) -> str:
    """Five digits, enough to know a column by; whole numbers in full."""
    if math.isfinite(value) and value == round(value) and abs(value) < 1e9:
        return f"{value:.0f}"
    return f"{value:.5g}" if math.isfinite(value) else "—"
