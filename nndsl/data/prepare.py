"""From a `DataSpec` to fitted encoders and the rows of each part: all that is decided before arrays are made.

In: the spec and a seed. Out: a `Prepared`. The order is fixed: open, find the columns, drop rows, split, then fit on
the training rows. So no encoder can have seen a row outside the training part.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nndsl.data.assemble import check_layout, shape_of
from nndsl.data.chains import Cells, Chain, Rows, encode, fit_chain
from nndsl.data.columns import Role, choose_columns
from nndsl.data.encoders import SCALES, ConstantColumn
from nndsl.data.gaps import fill_of, whole_rows
from nndsl.data.sources import open_source
from nndsl.data.spec import DataSpec, Word
from nndsl.data.splitting import deal
from nndsl.data.table import Column, Table
from nndsl.data.types import Field, Signature
from nndsl.data.words import counted, listed
from nndsl.diagnostics import Collector, Fault, Span, fault
from nndsl.values import value

SHOWN_CLASSES = 10


@value
class Prepared:
    """tables: by part, as the source keeps them (a part made by a split is in the table of `train`).

    rows: of each part, in its table.
    """

    spec: DataSpec
    tables: dict[str, Table]
    rows: dict[str, Rows]
    inputs: tuple[Chain, ...]
    targets: tuple[Chain, ...]
    notes: tuple[str, ...]
    fresh: frozenset[str] = frozenset()  # blocks that were read for this alone: they may be moved about in place

    def table(self, part: str) -> Table:
        return self.tables.get(part, self.tables["train"])

    def cells(self, part: str, span: Span) -> Cells:
        return Cells(f"`{self.table(part).shown}`", span, self.rows[part], part)


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
    used = [role.word for role in (*inputs, *targets)]
    _check_tables(tables, used)
    fresh = frozenset(name for name, column in tables["train"].columns.items() if callable(column.source))
    if blocks:
        tables = {part: _with_blocks(table, used) for part, table in tables.items()}
    whole, dropped = whole_rows(spec, tables, inputs, targets)
    rows = _parts(spec, tables, whole, seed)
    made = Prepared(spec, tables, rows, (), (), ())
    chains = [_fit_all(made, roles, found, blocks) for roles in (inputs, targets)]
    if found:
        return None
    for fitted, role in zip(chains, ("input", "target"), strict=True):
        if fitted:
            check_layout(fitted, role)
    said = (*dropped, *notes, *_said(chains[1]))
    done = Prepared(spec, tables, rows, chains[0], chains[1], said, fresh)
    _check_target(done, targets)
    _check_parts(done)
    return done


def _check_tables(tables: Mapping[str, Table], used: list[Word]) -> None:
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
        for word in used:
            ours, other = tables["train"].columns[word.text].shape, table.columns[word.text].shape
            if ours != other:
                raise fault(
                    "E0503",
                    f"`{word.text}` has shape {list(ours)} in training, {list(other)} in `{table.shown}`",
                    word.span,
                )


def _with_blocks(table: Table, used: list[Word]) -> Table:
    """The table with the blocks in use read, once."""
    names = {word.text for word in used}
    columns = [
        Column(c.name, c.values(), c.shape, c.labels) if c.name in names and c.is_block else c
        for c in table.columns.values()
    ]
    return Table.of(table.shown, columns, table.rows)


def _parts(spec: DataSpec, tables: Mapping[str, Table], whole: Mapping[str, Rows], seed: int) -> dict[str, Rows]:
    kept = whole["train"]
    if spec.split is None:
        found = {"train": kept}
    else:
        twice = next((share for share in spec.split.shares if share.part in tables and share.part != "train"), None)
        if twice is not None:
            raise fault(
                "E0210",
                f"the source has a {twice.part} part of its own",
                twice.span,
                help=f"leave `{twice.part}` out of the split",
            )
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


def _fit_all(made: Prepared, roles: tuple[Role, ...], collector: Collector, blocks: bool) -> tuple[Chain, ...]:
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
    fill = None if column.is_block else fill_of(made.spec, role, column, rows)
    cells = made.cells("train", role.word.span)
    return fit_chain(role.word, column, role.steps, fill, rows, cells, made.spec.evaluate, blocks)


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


def _said(targets: tuple[Chain, ...]) -> tuple[str, ...]:
    """The classes of the target, in words."""
    said: list[str] = []
    for chain in targets:
        if chain.classes is not None:
            names = chain.classes.names
            more = ", ..." if len(names) > SHOWN_CLASSES else ""
            shown = ", ".join(names[:SHOWN_CLASSES]) + more
            said.append(f"`{chain.name}` has {counted(len(names), 'class', 'classes')}: {shown}")
    return tuple(said)


def _check_target(done: Prepared, roles: tuple[Role, ...]) -> None:
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


def _check_parts(done: Prepared) -> None:
    """Every cell of every part can be encoded: so `check` finds what `run` would find."""
    for part in done.rows:
        table = done.table(part)
        for chain in (*done.inputs, *done.targets):
            if not chain.shape:
                encode(chain, table.columns[chain.name], done.rows[part], done.cells(part, chain.word.span))


# ---- what the checks are told --------------------------------------------------------------------


def signature_of(done: Prepared) -> Signature:
    """The signature: rows, shapes, kinds and classes."""
    spec = done.spec
    into = _field(done, done.inputs, "input")
    target = _field(done, done.targets, "target") if done.targets else None
    sizes = {"features": int(np.prod(into.shape, dtype=np.int64)) if into.shape else 1}
    if len(done.inputs) == 1 and into.kind == "category":
        sizes["vocabulary"] = len(into.classes)
    if target is not None and target.classes:
        sizes["classes"] = len(target.classes)
    return Signature(spec.name, spec.span, {part: len(rows) for part, rows in done.rows.items()}, into, target, sizes)


def _field(done: Prepared, chains: tuple[Chain, ...], role: str) -> Field:
    names = tuple(chain.name for chain in chains)
    span = chains[0].word.span if len(chains) == 1 else _span(done.spec, role)
    classes = chains[0].classes.names if len(chains) == 1 and chains[0].classes else ()
    kind = "real"
    if all(chain.is_ids for chain in chains):
        kind = "category"
    elif all(chain.classes is not None for chain in chains):
        kind = "onehot"
    elif role == "target" and _is_distribution(done, chains):
        kind = "probability"
    return Field(names, shape_of(chains), kind, span, classes)


def _span(spec: DataSpec, role: str) -> Span:
    if role == "target":
        return spec.target.span if spec.target else spec.span
    return spec.inputs[0].span if spec.inputs else spec.span


def _is_distribution(done: Prepared, chains: tuple[Chain, ...]) -> bool:
    """Several columns without encoders that are in [0, 1] and add up to 1 in every training row: soft targets."""
    if len(chains) < 2 or any(chain.steps or chain.shape or chain.text for chain in chains):
        return False
    columns = done.table("train").columns
    rows = done.rows["train"]
    x = np.stack([np.asarray(columns[chain.name].values()[rows], np.float64) for chain in chains], axis=1)
    return bool(np.all((x >= 0) & (x <= 1)) and np.allclose(x.sum(axis=1), 1, atol=1e-6))
