"""From a `DataSpec` to fitted encoders and the rows of each part: all that is decided before arrays are made.

In: the spec and a seed. Out: a `Prepared`. The order is fixed: open, find the columns, drop rows, split, then fit on
the training rows. So no encoder can have seen a row outside the training part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from nndsl.data.assemble import check_layout
from nndsl.data.chains import Rows, encode
from nndsl.data.columns import choose_columns
from nndsl.data.fields import field_of
from nndsl.data.fitting import Prepared, check_targets, classes_said, constants_said, fit_all, sizes_said
from nndsl.data.gaps import whole_rows
from nndsl.data.portions import with_portions
from nndsl.data.sequences import prepare_series, signature_of_series
from nndsl.data.sources import open_source
from nndsl.data.spec import DataSpec, Word
from nndsl.data.splitting import check_own_parts, deal
from nndsl.data.table import Column, Table
from nndsl.data.types import Signature
from nndsl.data.words import listed
from nndsl.diagnostics import Collector, Fault, fault


def prepare(spec: DataSpec, seed: int, collector: Collector, *, blocks: bool) -> Prepared | None:
    """None where the data are at fault (the collector says how).

    blocks: whether pictures are read, or only their shapes.
    """
    found = Collector()  # of this call alone: the collector may hold the same faults from an earlier one
    done: Prepared | None = None
    try:
        done = _prepare(spec, seed, found, blocks)
    except Fault as problem:
        found.add(problem.diagnostic)
    for diagnostic in found:
        collector.add(diagnostic)
    if done is not None:
        spec.cache.notes = done.notes
    return done


def _prepare(spec: DataSpec, seed: int, found: Collector, blocks: bool) -> Prepared | None:
    tables = open_source(spec, seed)
    inputs, targets, notes = choose_columns(spec, tables["train"], found)
    if found:
        return None
    used = [role.source for role in (*inputs, *targets)]
    _check_tables(tables, used, shapes=spec.timing is None)
    if spec.timing is not None:
        return prepare_series(spec, seed, found, tables, inputs, targets, notes)
    _check_lists(tables["train"], used)
    tables = {part: with_portions(table, inputs) for part, table in tables.items()}
    fresh = frozenset(name for name, column in tables["train"].columns.items() if callable(column.source))
    if blocks:
        tables = {part: _with_blocks(table, used) for part, table in tables.items()}
    whole, dropped = whole_rows(spec, tables, inputs, targets)
    rows = _parts(spec, tables, whole, seed)
    made = Prepared(spec, tables, rows, (), (), ())
    chains = [fit_all(made, roles, found, blocks) for roles in (inputs, targets)]
    if found:
        return None
    for fitted, role in zip(chains, ("input", "target"), strict=True):
        if fitted:
            check_layout(fitted, role)
    said = (
        *dropped,
        *notes,
        *sizes_said(rows, tables["train"], chains[0]),
        *constants_said(chains[0]),
        *classes_said(chains[1]),
    )
    done = Prepared(spec, tables, rows, chains[0], chains[1], said, fresh)
    check_targets(done, targets)
    _check_parts(done)
    return done


def _check_lists(table: Table, used: list[Word]) -> None:
    """A list of its own length in each row is a sequence."""
    word = next((word for word in used if table.columns[word.text].lengths is not None), None)
    if word is not None:
        raise fault(
            "E0505",
            f"`{word.text}` of `{table.shown}` holds a list in each row, not a number",
            word.span,
            help=f"each row is a sequence: write `sequence {word.text}`",
        )


def _check_tables(tables: Mapping[str, Table], used: list[Word], *, shapes: bool) -> None:
    """The source's other files have the same columns, of the same shapes."""
    for table in list(tables.values())[1:]:
        lacking = [word for word in used if word.text not in table.columns]
        if lacking:
            raise fault(
                "E0502",
                f"`{table.shown}` has no column {listed(word.text for word in lacking)}",
                lacking[0].span,
                notes=("its columns: " + listed(table.columns),),
            )
        for word in used if shapes else ():
            ours, other = tables["train"].columns[word.text].shape, table.columns[word.text].shape
            if ours != other:
                raise fault(
                    "E0503",
                    f"`{word.text}` has shape {list(ours)} in training, {list(other)} in `{table.shown}`",
                    word.span,
                )
        for word in used:
            _check_parts_named(tables["train"].columns[word.text], table, word)


def _check_parts_named(ours: Column, table: Table, word: Word) -> None:
    """The numbers of a row stand for the same in every part, as far as they have names."""
    other = table.columns[word.text].parts
    if ours.parts and other and ours.parts != other:
        place = next(i for i, (a, b) in enumerate(zip(ours.parts, other, strict=False)) if a != b)
        raise fault(
            "E0528",
            f"column {place + 1:,} of `{word.text}` is `{ours.parts[place]}` in training, but `{other[place]}` in "
            f"`{table.shown}`",
            word.span,
            help="bring the columns of both to one order",
        )


def _with_blocks(table: Table, used: list[Word]) -> Table:
    """The table with the blocks in use read, once."""
    names = {word.text for word in used}
    columns = [
        replace(c, source=c.values()) if c.name in names and callable(c.source) else c for c in table.columns.values()
    ]
    return Table.of(table.shown, columns, table.rows)


def _parts(spec: DataSpec, tables: Mapping[str, Table], whole: Mapping[str, Rows], seed: int) -> dict[str, Rows]:
    kept = whole["train"]
    if spec.split is None:
        found = {"train": kept}
    else:
        check_own_parts(spec.split, tables)
        word = spec.split.stratify or spec.split.by
        labels, shown = (None, None) if word is None else _labels(word, tables["train"], kept)
        found = {part: kept[places] for part, places in deal(spec.split, len(kept), seed, labels, shown).items()}
    found |= {part: rows for part, rows in whole.items() if part != "train"}
    return {part: found[part] for part in ("train", "validation", "test") if part in found}


def _labels(word: Word, table: Table, rows: Rows) -> tuple[Rows, list[str]]:
    column = table.columns[word.text]
    if column.is_block:
        raise fault("E0510", f"`{word.text}` holds arrays, not classes", word.span)
    values, ids = np.unique(column.values()[rows], return_inverse=True)
    return ids.astype(np.int64), [str(v) for v in values.tolist()]


def _check_parts(done: Prepared) -> None:
    """Every cell of every part can be encoded: so `check` finds what `run` would find. Those of the training part have
    been, when the encoders were fitted.
    """
    for part in done.rows:
        if part == "train":
            continue
        table = done.table(part)
        for chain in (*done.inputs, *done.targets):
            if not chain.shape:
                encode(chain, table.columns[chain.name], done.rows[part], done.cells(part, chain.word.span))


# ---- what the checks are told --------------------------------------------------------------------


def signature_of(done: Prepared) -> Signature:
    """The signature: rows, shapes, kinds and classes."""
    if done.plan is not None:
        return signature_of_series(done, done.plan)
    spec = done.spec
    into = field_of(done, done.inputs, "input")
    target = field_of(done, done.targets, "target") if done.targets else None
    sizes = {"features": int(np.prod(into.shape, dtype=np.int64)) if into.shape else 1}
    if len(done.inputs) == 1 and into.kind == "category":
        sizes["vocabulary"] = len(into.classes)
    if target is not None and target.classes:
        sizes["classes"] = len(target.classes)
    return Signature(spec.name, spec.span, {part: len(rows) for part, rows in done.rows.items()}, into, target, sizes)
