"""Fits the encoders of all columns on the training rows, and keeps what is ready: a `Prepared`.

In: the spec, its tables, the rows of each part, the columns and what they are for. Out: chains, each fitted; faults of
cells and statistics in the collector.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from nndsl.data.blocks import fit_block
from nndsl.data.chains import Cells, Chain, Rows, fit_chain
from nndsl.data.columns import Role
from nndsl.data.encoders import SCALES, ConstantColumn, Scale
from nndsl.data.gaps import fill_of
from nndsl.data.holes import Mask
from nndsl.data.series import Series
from nndsl.data.sparse import Sparse
from nndsl.data.sparsearray import GIGA
from nndsl.data.spec import DataSpec
from nndsl.data.table import Column, Table
from nndsl.data.words import counted, listed
from nndsl.diagnostics import Collector, Fault, Span, fault
from nndsl.values import value

SHOWN_CLASSES = 10


@value
class Plan:
    """How examples are cut from series.

    time: T, the steps of an example (the most, where `ragged`). first, count: what is predicted, see `Timing`. keeps:
    whether there is a target for each step. series: by part; one made by a split has that of `train`.
    starts, lengths: by part, the first step of each example, and how many it has.
    known: by part, [P] whether a step has all its targets; None where all have. notes: what was left out.
    """

    time: int
    ragged: bool
    first: int
    count: int
    keeps: bool
    series: dict[str, Series]
    starts: dict[str, Rows]
    lengths: dict[str, Rows]
    known: dict[str, Mask | None]
    notes: tuple[str, ...] = ()

    def of(self, part: str) -> Series:
        return self.series.get(part, self.series["train"])


@value
class Prepared:
    """tables: by part, as the source keeps them (a part made by a split is in the table of `train`).

    rows: of each part, in its table. plan: how examples are cut from series, where they are; tables are then in long
    form, and rows are the steps of a part that have all their values.
    """

    spec: DataSpec
    tables: dict[str, Table]
    rows: dict[str, Rows]
    inputs: tuple[Chain, ...]
    targets: tuple[Chain, ...]
    notes: tuple[str, ...]
    fresh: frozenset[str] = frozenset()  # blocks that were read for this alone: they may be moved about in place
    plan: Plan | None = None

    def table(self, part: str) -> Table:
        return self.tables.get(part, self.tables["train"])

    def cells(self, part: str, span: Span) -> Cells:
        rows = self.rows[part]
        if self.plan is not None:
            rows = self.plan.of(part).source_rows(rows)
        return Cells(f"`{self.table(part).shown}`", span, rows, part)


def fit_all(made: Prepared, roles: tuple[Role, ...], collector: Collector, blocks: bool) -> tuple[Chain, ...]:
    chains: list[Chain] = []
    constant: list[Role] = []
    for role in roles:
        column = made.tables["train"].columns[role.word.text]
        try:
            chains.append(_fit_one(made, role, column, blocks))
        except ConstantColumn:
            constant.append(role)
        except Fault as found:
            collector.add(found.diagnostic)
    for span in dict.fromkeys(role.word.span for role in constant):
        collector.add(_constant([role for role in constant if role.word.span == span]).diagnostic)
    return tuple(chains)


def _fit_one(made: Prepared, role: Role, column: Column, blocks: bool) -> Chain:
    rows = made.rows["train"]
    cells = made.cells("train", role.word.span)
    if column.is_block:
        return fit_block(role.word, column, role.steps, rows, cells, made.spec.evaluate, blocks)
    fill = fill_of(made.spec, role, column, rows)
    chain = fit_chain(role.word, column, role.steps, fill, rows, cells, made.spec.evaluate)
    return replace(chain, level=role.level, portion=role.portion) if role.is_made else chain


def _constant(roles: list[Role]) -> Fault:
    names = [role.word.text for role in roles]
    step = next((s.text for s in roles[0].steps if s.kind in SCALES), "")
    one = len(names) == 1
    what = "never above 0" if step == "max" else "the same"
    drop = f", as in `drop {', '.join(names[:3])}`" if roles[0].every else ""
    return fault(
        "E0508",
        f"{listed(names, 5)} {'is' if one else 'are'} {what} in all training rows: `{step}` would divide by zero",
        roles[0].word.span,
        help=f"leave {'it' if one else 'them'} out{drop}, or scale by a number, as in `x / 16`",
    )


def sizes_said(rows: Mapping[str, Rows], table: Table, chains: tuple[Chain, ...]) -> tuple[str, ...]:
    """What large matrices that are kept sparse would take with all their zeros."""
    count = sum(len(of) for of in rows.values())
    sizes = {c.name: 4 * count * math.prod(c.shape) for c in chains if isinstance(table.columns[c.name].source, Sparse)}
    return tuple(
        f"`{name}` is kept sparse; a network reads it with all its zeros, which takes {size / GIGA:,.1f} GB"
        for name, size in sizes.items()
        if size > GIGA
    )


def constants_said(chains: tuple[Chain, ...]) -> tuple[str, ...]:
    """Which encoders divide some numbers of a row by 1, because their statistic is zero there."""
    return tuple(
        f"`{step.kind}` of `{chain.name}`: {counted(step.still, 'number')} of {math.prod(chain.shape):,} "
        f"{'is' if step.still == 1 else 'are'} the same in all training rows, and divided by 1"
        for chain in chains
        for step in chain.numeric
        if isinstance(step, Scale) and step.still
    )


def classes_said(targets: tuple[Chain, ...]) -> tuple[str, ...]:
    """The classes of the target, in words."""
    said: list[str] = []
    for chain in targets:
        if chain.classes is not None:
            names = chain.classes.names
            more = ", ..." if len(names) > SHOWN_CLASSES else ""
            shown = ", ".join(names[:SHOWN_CLASSES]) + more
            said.append(f"`{chain.name}` has {counted(len(names), 'class', 'classes')}: {shown}")
    return tuple(said)


def check_targets(done: Prepared, roles: tuple[Role, ...]) -> None:
    """A target's encoders must be undone on predictions: they are tried on the training rows."""
    for chain, role in zip(done.targets, roles, strict=True):
        if chain.classes is not None and len(chain.classes.names) == 1:
            raise fault(
                "E0508",
                f"the target `{chain.name}` is `{chain.classes.names[0]}` in all training rows: nothing can be learnt",
                role.word.span,
            )
        if not chain.numeric or chain.classes is not None or not chain.fitted:
            continue
        table = done.table("train")
        values = np.asarray(table.columns[chain.name].values()[done.rows["train"]], np.float64)
        if not chain.shape:
            values = values[np.isfinite(values)]
        y = values
        for step in chain.numeric:
            y = step.apply(y)
        for step in chain.numeric[::-1]:
            undone = step.undo(y)
            if undone is None:
                break
            y = undone
        if undone is None or not np.allclose(
            y, values, rtol=1e-6, atol=1e-9 * float(np.max(np.abs(values), initial=1.0))
        ):
            text = " -> ".join(step.text for step in role.steps)
            raise fault(
                "E0512",
                f"`{text}` cannot be undone, so predictions could not be given as `{chain.name}`",
                role.steps[0].span.to(role.steps[-1].span),
                help="encode a target with standard, minmax, max, log, or arithmetic that has one answer only",
            )
