"""`-> diff`: columns of changes from step to step, and the values they are added to.

In: series, the parts' stretches, the columns of a line. Out: series with a column of changes beside the one they are
made of; the first step of each stretch has none. A change that was told is added to the last value known, so that
answers are in the units of the column again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.data.chains import Chain, Level
from nndsl.data.columns import Role
from nndsl.data.cutting import Stretch
from nndsl.data.encoders import Arithmetic
from nndsl.data.pipeline import CHANGE
from nndsl.data.series import Series
from nndsl.data.spec import Word
from nndsl.data.table import Column, Table
from nndsl.diagnostics import fault

Levels = NDArray[np.float64]  # [..., k] what changes are added to, a column for each target that is a change


def with_changes(roles: tuple[Role, ...]) -> tuple[Role, ...]:
    """The roles, those of changes with the steps after `diff` alone; their columns are made by `laid`."""
    return tuple(_of(role) for role in roles)


def _of(role: Role) -> Role:
    places = [i for i, step in enumerate(role.steps) if step.kind == CHANGE]
    if not places:
        return role
    before = tuple(Arithmetic(step.formula, step.text) for step in role.steps[: places[0]] if step.formula is not None)
    name = " -> ".join([role.word.text, *(step.text for step in role.steps[: places[0] + 1])])
    return Role(Word(name, role.word.span), role.steps[places[0] + 1 :], role.every, Level(role.word.text, before))


def laid(series: Series, roles: Sequence[Role], stretches: Sequence[Stretch]) -> Series:
    """The series with a column for each role that is a change. Raises a fault where a value has no logarithm."""
    made = [role for role in roles if role.level is not None]
    if not made:
        return series
    begins = np.zeros(series.table.rows, np.bool_)
    begins[[first for first, stop in stretches if stop > first]] = True
    columns = dict(series.table.columns)
    for role in made:
        assert role.level is not None
        column = columns[role.level.name]
        if column.is_text or column.is_block:
            raise fault("E0505", f"`{role.level.name}` holds no numbers, so it has no changes", role.word.span)
        values = role.level.of(column.values())
        _check(role, role.level, column, values, series)
        changes = np.empty_like(values)
        changes[1:], changes[:1] = np.diff(values), np.nan
        changes[begins] = np.nan
        columns[role.word.text] = Column(role.word.text, changes)
    table = Table(series.table.shown, columns, series.table.rows)
    return Series(table, series.starts, series.rows, series.names, series.laid_out)


def _check(role: Role, level: Level, column: Column, values: NDArray[Any], series: Series) -> None:
    """Every value of the column has come through, and comes back."""
    known = np.isfinite(column.values())
    bad = known & ~np.isfinite(values)
    text = role.word.text.removesuffix(" -> diff")
    if bad.any():
        place = int(np.flatnonzero(bad)[0])
        row = int(series.source_rows(np.array([place]))[0]) + 1
        raise fault(
            "E0511",
            f"`{text}` is not a finite number in row {row} of `{series.table.shown}`, where the value is "
            f"`{column.cell(place)}`",
            role.word.span,
        )
    back = level.undo(values[known])
    if back is None or not np.allclose(back, column.values()[known], rtol=1e-6):
        raise fault(
            "E0512",
            f"`{text}` cannot be undone, so changes could not be added up to `{level.name}`",
            role.word.span,
        )


def shortened(stretches: Sequence[Stretch]) -> list[Stretch]:
    """Without the first step of each, which has no change."""
    return [(first + 1, stop) for first, stop in stretches if stop - first > 1]


def levels_of(chains: Sequence[Chain], table: Table, rows: NDArray[Any] | None) -> Levels | None:
    """[P, k] at some steps; None where no chain is of changes."""
    changed = [chain.level for chain in chains if chain.level is not None]
    if not changed:
        return None
    every = slice(None) if rows is None else rows
    return np.stack([level.of(table.columns[level.name].values()[every]) for level in changed], axis=1)


def added_up(chains: Sequence[Chain], columns: dict[str, NDArray[Any]], levels: Levels) -> dict[str, NDArray[Any]]:
    """Columns of changes as values in the units of the column.

    columns: [N], or [N, S] for several steps. levels: [N, k] the last values known, from which several changes are
    added up one after the other; or [N, S, k], the value each change is of.
    """
    found, place = dict(columns), 0
    for chain in chains:
        if chain.level is None:
            continue
        change = columns[chain.shown]
        base = levels[..., place]
        if change.ndim > base.ndim:
            change, base = np.cumsum(change, axis=1), base[:, None]
        undone = chain.level.undo(base + change)
        assert undone is not None  # refused where the series was read
        found[chain.shown] = undone
        place += 1
    return found
