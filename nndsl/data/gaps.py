"""Missing cells: counting, dropping and filling them.

In: the rule of `missing`, the tables, the columns in use. Out: the rows that stay; later what fills a column, from
training rows alone. Rows without a target are left out under every filling rule: a target that was made up teaches
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from nndsl.data.chains import Rows
from nndsl.data.columns import Role
from nndsl.data.encoders import fit_classes
from nndsl.data.pipeline import CLASSIFIERS
from nndsl.data.spec import DataSpec
from nndsl.data.table import Column, Table
from nndsl.data.words import counted, listed
from nndsl.diagnostics import Fault, fault

RULES = "write `missing drop` (leaves the rows out), or `missing mean`, `median`, `mode` or a number (fills them in)"


def whole_rows(
    spec: DataSpec, tables: Mapping[str, Table], inputs: Sequence[Role], targets: Sequence[Role]
) -> tuple[dict[str, Rows], tuple[str, ...]]:
    """The rows of each table that are used, and what was left out, in words."""
    filling = spec.missing is not None and spec.missing.rule != "drop"
    needed = [role.source.text for role in (targets if filling else (*inputs, *targets))]
    for word in (spec.split.stratify, spec.split.by) if spec.split else ():
        if word is not None:
            needed.append(word.text)
    kept: dict[str, Rows] = {}
    notes: list[str] = []
    for part, table in tables.items():
        counts = _counts(table, dict.fromkeys(needed))
        if counts and spec.missing is None:
            raise _missing(spec, table, counts, [*inputs, *targets])
        keep = np.ones(table.rows, np.bool_)
        for name in counts:
            keep &= ~table.columns[name].missing()
        kept[part] = np.flatnonzero(keep).astype(np.int64)
        gone = table.rows - len(kept[part])
        if not len(kept[part]):
            raise fault(
                "E0506", f"every row of `{table.shown}` misses a cell that is needed", spec.span, notes=(_told(counts),)
            )
        if gone:
            notes.append(f"{counted(gone, 'row')} of {table.rows} of `{table.shown}` left out: missing {_told(counts)}")
    return kept, tuple(notes)


def _counts(table: Table, names: Mapping[str, None]) -> dict[str, int]:
    """Missing cells by column, where there are any."""
    found = {name: int(table.columns[name].missing().sum()) for name in names if not table.columns[name].is_block}
    return {name: count for name, count in found.items() if count}


def _told(counts: Mapping[str, int]) -> str:
    shown = ", ".join(f"`{name}` {count}" for name, count in list(counts.items())[:8])
    return shown + (f" and {len(counts) - 8} more columns" if len(counts) > 8 else "")


def _missing(spec: DataSpec, table: Table, counts: Mapping[str, int], roles: Sequence[Role]) -> Fault:
    rows = np.zeros(table.rows, np.bool_)
    for name in counts:
        rows |= table.columns[name].missing()
    span = next((role.word.span for role in roles if role.source.text in counts), spec.span)
    return fault(
        "E0506",
        f"cells are missing in {counted(int(rows.sum()), 'row')} of {table.rows} of `{table.shown}`",
        span,
        notes=("missing: " + _told(counts),),
        help=RULES,
    )


def fill_of(spec: DataSpec, role: Role, column: Column, rows: Rows) -> float | str | None:
    """What stands for a missing cell of this column, learnt from the training rows; None under `missing drop`.

    None too where the rule does not fit a column that misses nothing.
    """
    if spec.missing is None or spec.missing.rule in ("drop", "interpolate", "previous"):
        return None
    if role.portion is not None:
        if column.missing().any():
            problem = f"`share` adds up the whole row, and `{spec.missing.span.text}` fills its cells only afterwards"
            raise fault("E0529", problem, spec.missing.span, help="write `missing drop`")
        return None
    values = column.values()[rows]
    known = values[~column.missing()[rows]]
    if not len(known):
        raise fault(
            "E0506",
            f"`{role.word.text}` is missing in every training row: nothing can be learnt to fill it",
            role.word.span,
        )
    rule = spec.missing.rule
    if rule == "mode":
        ids = fit_classes("category", column, known)
        counts = np.bincount(ids.ids(known))
        best = int(np.argmax(counts))
        return ids.names[best] if ids.numbers is None else ids.numbers[best]
    classes = any(step.kind in CLASSIFIERS for step in role.steps)
    if column.is_text or (classes and rule != "value"):
        if not column.missing().any():
            return None
        rest = listed([role.word.text])
        raise fault(
            "E0506",
            f"`{spec.missing.span.text}` cannot fill {rest}, which holds {'texts' if column.is_text else 'classes'}",
            spec.missing.span,
            help="write `missing mode` (the most frequent value) or `missing drop`",
        )
    if rule == "value":
        return spec.missing.value
    return float(np.mean(known) if rule == "mean" else np.median(known))
