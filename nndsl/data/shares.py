"""Which steps of series belong to which part.

In: the split and the series. Out: for each part its stretches, each of one series. With windows every series is cut in
the order of time, unless `by=` keeps series whole; without them every series is an example, and is drawn like a row.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from nndsl.data.chains import Rows
from nndsl.data.cutting import Stretch
from nndsl.data.series import Series
from nndsl.data.spec import DataSpec, Word
from nndsl.data.splitting import check_own_parts, deal, sizes
from nndsl.data.words import counted
from nndsl.diagnostics import Fault, fault

Pieces = dict[str, list[Stretch]]


def parts_of_windows(spec: DataSpec, series: dict[str, Series], seed: int) -> Pieces:
    """The beginning of each series trains, its end tests; with `by=` whole series go to one part."""
    one, split = series["train"], spec.split
    every = _pieces(one, range(one.count))
    if split is None:
        return {"train": every}
    check_own_parts(split, series)
    if split.by is not None:
        labels, shown = _labels(split.by, one)
        dealt = deal(split, one.count, seed, labels, shown)
        return {part: _pieces(one, rows.tolist()) for part, rows in dealt.items()}
    found: Pieces = {share.part: [] for share in split.shares}
    for first, stop in every:
        try:
            counts = sizes(split, stop - first)
        except Fault:
            if len(every) == 1:
                raise
            counts = {"train": stop - first}  # too short to be cut: its end is no test of anything
        for part, count in counts.items():
            found[part].append((first, first + count))
            first += count
    return found


def parts_of_series(spec: DataSpec, series: dict[str, Series], seed: int) -> Pieces:
    """Each series is one example, and belongs to one part."""
    one, split = series["train"], spec.split
    if split is None:
        return {"train": _pieces(one, range(one.count))}
    check_own_parts(split, series)
    word = split.stratify or split.by
    labels, shown = (None, None) if word is None else _labels(word, one)
    dealt = deal(split, one.count, seed, labels, shown)
    return {part: _pieces(one, rows.tolist()) for part, rows in dealt.items()}


def _pieces(series: Series, chosen: Iterable[int]) -> list[Stretch]:
    starts = series.starts.tolist()
    return [(starts[i], starts[i + 1]) for i in chosen]


def _labels(word: Word, series: Series) -> tuple[Rows, list[str]]:
    """[S] the class of each series by a column that is the same at all its steps, and the names of the classes."""
    column = series.table.columns[word.text]
    if column.is_block:
        raise fault("E0510", f"`{word.text}` holds arrays, not classes", word.span)
    values = column.values()
    if column.missing().any():
        raise fault("E0506", f"`{word.text}` is missing in {counted(int(column.missing().sum()), 'step')}", word.span)
    lengths = np.diff(series.starts)
    first = values[series.starts[:-1]]
    mixed = values != np.repeat(first, lengths)
    if mixed.any():
        where = int(np.searchsorted(series.starts, np.flatnonzero(mixed)[0], "right")) - 1
        name = f"`{series.names[where]}`" if series.names else f"series {where + 1}"
        raise fault(
            "E0510",
            f"`{word.text}` is not the same at all steps of {name}: a series belongs to one part",
            word.span,
        )
    kinds, ids = np.unique(first, return_inverse=True)
    return ids.astype(np.int64), [str(kind) for kind in kinds.tolist()]
