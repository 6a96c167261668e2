"""The arrays of a part that is cut from series: windows as views of their series, whole series padded.

In: a `Prepared` with a plan. Out: a `Part`. What a window shares with the next is in memory once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.data.assemble import assemble
from nndsl.data.chains import Chain, Rows
from nndsl.data.changes import levels_of
from nndsl.data.cutting import cut, pad
from nndsl.data.fitting import Plan, Prepared
from nndsl.data.sequences import target_rows
from nndsl.data.series import group_of
from nndsl.data.types import Part, Places

Base = NDArray[Any]  # [P, *shape]: the steps of a part one after the other, encoded


def part_of_series(done: Prepared, part: str, precision: str) -> Part:
    """The part's examples, targets for both kinds of network, and lengths."""
    plan = done.plan
    assert plan is not None
    rows = done.rows[part]
    base = _encoded(done, part, done.inputs, rows, precision)
    targets = base if done.targets is done.inputs else _targets(done, plan, part, precision)
    begins, lengths = _among(rows, plan.starts[part]), plan.lengths[part]
    if plan.ragged:
        into = pad(base, begins, lengths, plan.time)
        shifted = pad(targets, begins + plan.first, lengths, plan.time) if plan.keeps else None
    else:
        into = cut(base, begins, plan.time)
        shifted = cut(targets, begins + plan.first, plan.time) if plan.keeps else None
    after = begins + lengths - 1 + plan.first
    target = cut(targets, after, plan.count if plan.count > 1 else None)
    series = plan.of(part)
    steps = series.source_rows(rows).astype(np.int32)
    source = steps[after if plan.first else begins].astype(np.int64)
    real = lengths.astype(np.int32) if plan.ragged else None
    return Part(part, into, target, source, shifted, real, _places(done, part, rows, steps, after))


def _among(rows: Rows, starts: Rows) -> Rows:
    """Where some steps stand among those of the part; a part is one stretch mostly."""
    if len(rows) and rows[-1] - rows[0] == len(rows) - 1:
        return np.asarray(starts - starts.dtype.type(rows[0]))
    return np.searchsorted(rows, starts)


def _places(done: Prepared, part: str, rows: Rows, steps: Rows, after: Rows) -> Places:
    """rows: the steps of the part. steps: the row of the source of each. after: the first each example tells, among
    them.
    """
    plan = done.plan
    assert plan is not None
    series, first = plan.of(part), after.astype(np.int32, copy=False)
    levels = levels_of(done.targets, done.table(part), rows)
    column = group_of(done.spec)
    if not series.names or column is None:
        return Places(steps, first, levels=levels)
    which = np.searchsorted(series.starts, plan.starts[part], side="right") - 1
    return Places(steps, first, column.text, np.array(series.names, object)[which], levels)


def _encoded(done: Prepared, part: str, chains: tuple[Chain, ...], rows: Rows, precision: str) -> Base:
    columns = done.table(part).columns
    cells = done.cells(part, chains[0].word.span)
    return assemble(chains, columns, rows, cells, precision).floats(precision)


def _targets(done: Prepared, plan: Plan, part: str, precision: str) -> Base:
    """[P, *shape], zeros where a step has no target: no example asks for it."""
    rows, known = done.rows[part], target_rows(done, plan, part)
    found = _encoded(done, part, done.targets, known, precision)
    if len(known) == len(rows):
        return found
    out = np.zeros((len(rows), *found.shape[1:]), found.dtype)
    out[np.searchsorted(rows, known)] = found
    return out
