"""What a column of a data set holds: its kind, missing cells, first values or classes, what was made of it.

In: a column by its meaning, and what checking the text gave. Out: Markdown. Only sources that are read already, or that
are tables, are looked into; never pictures. Never raises.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from nndsl.data.dataset import source_column
from nndsl.data.spec import DataSpec, MadeSource
from nndsl.data.table import Column, are_classes, plain
from nndsl.editor.meanings import Meaning
from nndsl.lower.check import Checked

MOST = 6  # values or classes that are shown
MANY = 5_000_000  # cells: a column with more is not counted


def about_column(data: str, column: Meaning, checked: Checked) -> str:
    """What is known of a column of a data set, in lines."""
    spec = checked.context.data.get(data)
    if spec is None:
        return ""
    used = [f"- in `{data}`: {_code(line)}" for line in _lines(spec, column.name)]
    if isinstance(spec.source, MadeSource):
        return "\n".join([f"- made by `{spec.source.verb}` of `{spec.source.data}`", *used])
    found = source_column(spec, column.name)
    return "\n".join([*(_cells(found) if found is not None else []), *used])


def _lines(spec: DataSpec, column: str) -> list[str]:
    """The lines of the definition in which it goes in, or is told."""
    lines = (*spec.inputs, *([spec.target] if spec.target is not None else []))
    return [" ".join(line.span.text.split()) for line in lines if column in [word.text for word in line.columns]]


def _code(line: str) -> str:
    """As Markdown has code with backquotes in it."""
    return f"`` {line} ``" if "`" in line else f"`{line}`"


def _cells(column: Column) -> list[str]:
    if column.is_block:
        return [f"- {' x '.join(map(str, column.shape))} numbers a row"]
    if column.lengths is not None:
        return [f"- lists of values, {len(column.lengths):,} rows"]
    if column.rows > MANY:
        return [f"- {column.rows:,} rows"]
    values = column.cells()
    missing = int(column.missing().sum())
    lacking = f", {missing:,} missing" if missing else ""
    if column.is_text or column.labels:
        names = (
            [column.labels[int(v)] for v in values] if column.labels else [v for v in values.tolist() if v is not None]
        )
        counted = Counter(names)
        shown = ", ".join(f"{name} ({count:,})" for name, count in counted.most_common(MOST))
        more = f", and {len(counted) - MOST:,} more" if len(counted) > MOST else ""
        return [f"- texts, {column.rows:,} rows{lacking}", f"- {len(counted):,} different: {shown}{more}"]
    known = values[np.isfinite(values)]
    first = ", ".join(plain(float(v)) for v in known[:MOST])
    lines = [f"- numbers, {column.rows:,} rows{lacking}", f"- the first: {first}" if len(known) else ""]
    if len(known) and are_classes(np.asarray(known, np.float64)):
        counted_numbers = Counter(known.tolist())
        lines.append("- " + ", ".join(f"{plain(v)} ({n:,})" for v, n in sorted(counted_numbers.items())[:MOST]))
    elif len(known):
        lines.append(f"- from {plain(float(known.min()))} to {plain(float(known.max()))}")
    return [line for line in lines if line]
