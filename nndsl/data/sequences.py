"""Examples from series: from tables to fitted encoders and a `Plan` of where each example begins.

In: the spec, its tables, the columns. Out: a `Prepared` with a plan, and its signature. The order is fixed: lay out in
long form, find the parts, fill gaps inside each, then fit on the steps of the training part, then cut. No example
reaches from one part, or one series, into another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from nndsl.data.assemble import check_layout, shape_of
from nndsl.data.calendar import falls, unevenness
from nndsl.data.chains import Rows, encode
from nndsl.data.changes import laid, shortened, with_changes
from nndsl.data.columns import Role
from nndsl.data.cutting import Stretch, window_starts
from nndsl.data.fields import field_of
from nndsl.data.fitting import Plan, Prepared, check_targets, classes_said, fit_all
from nndsl.data.holes import Mask, filled, gap_fault, missing_of, time_column
from nndsl.data.series import Series, group_of, series_of
from nndsl.data.shares import parts_of_series, parts_of_windows
from nndsl.data.short import no_examples, nothing_long_enough, nothing_told
from nndsl.data.spec import DataSpec, StepSpec, Timing, Word
from nndsl.data.table import Table
from nndsl.data.textfile import COLUMN
from nndsl.data.types import Field, Signature
from nndsl.data.vocabulary import characters_said, with_unknown
from nndsl.data.words import counted, listed
from nndsl.diagnostics import Collector, Diagnostic, fault

Pieces = dict[str, list[Stretch]]  # by part: stretches of one series each


def prepare_series(
    spec: DataSpec, seed: int, found: Collector, tables: dict[str, Table], inputs: tuple[Role, ...],
    targets: tuple[Role, ...], notes: tuple[str, ...],
) -> Prepared | None:  # fmt: skip
    """None where the columns are at fault (then `found` says how)."""
    timing = spec.timing
    assert timing is not None
    series = {part: series_of(spec, table, inputs, targets, group_of(spec)) for part, table in tables.items()}
    _check_whole(spec, timing, series["train"])
    inputs = tuple(_with_classes(role, series["train"].table) for role in inputs)
    targets = tuple(_with_classes(role, series["train"].table) for role in targets)
    pieces = _pieces(spec, timing, series, seed)
    series, said = _filled(spec, series, pieces, (*inputs, *targets))
    inputs, targets = with_changes(inputs), with_changes(targets)
    if any(role.level is not None for role in (*inputs, *targets)):
        series = {part: laid(one, (*inputs, *targets), _own(part, series, pieces)) for part, one in series.items()}
        pieces = {part: shortened(of) for part, of in pieces.items()}
    made = _made(spec, timing, series, pieces, inputs, targets)
    assert made.plan is not None
    told = replace(made, rows={part: target_rows(made, made.plan, part) for part in made.rows})
    chains = [fit_all(of, roles, found, True) for of, roles in ((made, inputs), (told, targets))]
    if found:
        return None
    for fitted, role in zip(chains, ("input", "target"), strict=True):
        if fitted:
            check_layout(fitted, role)
    into = tuple(with_unknown(made, chain, found) for chain in chains[0])
    spacing = _spacing(spec, made.plan, (*inputs, *targets), found)
    stated = (*said, *spacing, *made.plan.notes, *notes, *characters_said(into), *classes_said(chains[1]))
    done = replace(made, inputs=into, targets=chains[1] or into, notes=stated)
    check_targets(done, targets or inputs)
    for part in done.rows:
        _check_part(done, part)
    return done


def _check_whole(spec: DataSpec, timing: Timing, series: Series) -> None:
    """Without a window each series is one example: there must be several."""
    if timing.window is None and series.count == 1 and not series.laid_out:
        raise fault(
            "E0209",
            f"the sequence is one series of {series.table.rows} steps, and it is not said how it is cut into examples",
            spec.inputs[0].span,
            help="write how many steps a network sees, as in `window 24`; or which column tells series apart, as in "
            f"`{spec.inputs[0].span.text}, by=patient`",
        )


def _with_classes(role: Role, table: Table) -> Role:
    """Characters without an encoder are categories."""
    if role.steps or not table.columns[role.word.text].is_characters:
        return role
    return Role(role.word, (StepSpec("category", "category", role.word.span),), role.every)


# ---- parts and gaps ------------------------------------------------------------------------------


def _pieces(spec: DataSpec, timing: Timing, series: dict[str, Series], seed: int) -> Pieces:
    """By part, the stretches that belong to it: of whole series, or of what a split leaves together."""
    deal = parts_of_series if timing.window is None else parts_of_windows
    found = deal(spec, series, seed)
    found |= {part: _all(one) for part, one in series.items() if part != "train"}
    return {part: found[part] for part in ("train", "validation", "test") if part in found}


def _all(series: Series) -> list[Stretch]:
    return [(int(a), int(b)) for a, b in zip(series.starts[:-1], series.starts[1:], strict=True)]


def _own(part: str, series: dict[str, Series], pieces: Pieces) -> list[Stretch]:
    """The stretches of one table: those of the training table are of all parts that a split has made."""
    of = [p for p in pieces if p == part or (part == "train" and p not in series)]
    return [piece for p in of for piece in pieces[p]]


def _filled(
    spec: DataSpec, series: dict[str, Series], pieces: Pieces, roles: Sequence[Role]
) -> tuple[dict[str, Series], list[str]]:
    """The series with their gaps filled, if that is asked for, and what was filled."""
    found: dict[str, Series] = {}
    said: list[str] = []
    for part, one in series.items():
        missing = missing_of(one, roles)
        if missing and spec.missing is None:
            raise gap_fault(one, missing, roles)
        if missing and spec.missing is not None and spec.missing.rule in ("interpolate", "previous"):
            one, count = filled(one, spec.missing, missing, _own(part, series, pieces))
            names = listed(missing)
            how = "interpolated" if spec.missing.rule == "interpolate" else "taken from the step before"
            said.append(f"{counted(count, 'missing value')} of {names} {'is' if count == 1 else 'are'} {how}")
        found[part] = one
    return found, said


def _made(
    spec: DataSpec, timing: Timing, series: dict[str, Series], pieces: Pieces, inputs: Sequence[Role],
    targets: Sequence[Role],
) -> Prepared:  # fmt: skip
    """All but the encoders: the steps of each part, and where its examples begin."""
    filling = spec.missing is not None and spec.missing.rule in ("mean", "median", "mode", "value")
    whole = {part: None if filling else _without(one, inputs) for part, one in series.items()}
    known = {part: _without(one, targets) for part, one in series.items()}
    first = timing.first if timing.first is not None else int(timing.window is not None or not targets)
    laid_out_target = series["train"].laid_out and any(
        series["train"].rows is not None and _constant(series["train"], role) for role in targets
    )
    keeps = timing.count == 1 and not (targets and (laid_out_target or any(k is not None for k in known.values())))
    plan = Plan(timing.window or 0, False, first, timing.count, keeps, series, {}, {}, known)
    tables = {part: one.table for part, one in series.items()}
    rows = {part: _steps(of, whole.get(part, whole["train"])) for part, of in pieces.items()}
    made = Prepared(spec, tables, rows, (), (), (), plan=plan)
    if timing.window is None:
        return _series_cut(made, plan, pieces, whole)
    return _windows_cut(made, plan, timing, pieces, whole)


def _without(series: Series, roles: Sequence[Role]) -> Mask | None:
    """[P] whether a step has all values of some columns; None where every step has."""
    missing = missing_of(series, roles)
    if not missing:
        return None
    return np.asarray(~np.logical_or.reduce(list(missing.values())), np.bool_)


def _constant(series: Series, role: Role) -> bool:
    """Whether a target was one value of each row of the source, not a list."""
    values = series.table.columns[role.word.text].values()
    begins = np.repeat(series.starts[:-1], np.diff(series.starts))
    return bool(np.all(values == values[begins]))


def _steps(pieces: Sequence[Stretch], whole: Mask | None) -> Rows:
    """The steps of a part that have all their values, ascending."""
    found = [np.arange(first, stop, dtype=np.int64) for first, stop in sorted(pieces)]
    steps = np.concatenate(found) if found else np.zeros(0, np.int64)
    return steps if whole is None else steps[whole[steps]]


# ---- cutting -----------------------------------------------------------------------------------------


def _windows_cut(made: Prepared, plan: Plan, timing: Timing, pieces: Pieces, whole: dict[str, Mask | None]) -> Prepared:
    assert timing.window is not None
    stride = timing.stride or (timing.window if _is_text(made) else 1)
    span = timing.window + plan.first + plan.count - 1
    starts: dict[str, Rows] = {}
    gaps, targets = 0, 0
    for part, of in pieces.items():
        mask = whole.get(part, whole["train"])
        found = window_starts(of, span, stride, mask)
        starts[part] = found[_told(plan, part, found + timing.window - 1 + plan.first)].astype(np.int32)
        if not len(starts[part]):
            raise no_examples(made.spec, timing, plan.series, part, of, span)
        gaps += 0 if mask is None else len(window_starts(of, span, stride, None)) - len(found)
        targets += len(found) - len(starts[part])
    lengths = {part: np.broadcast_to(np.int32(timing.window), len(found)) for part, found in starts.items()}
    notes = (*_left_out(gaps, "window", "a gap"), *_left_out(targets, "window", "no target"), *_short(pieces, span))
    return replace(made, plan=replace(plan, starts=starts, lengths=lengths, notes=notes))


def _left_out(count: int, thing: str, why: str) -> list[str]:
    if not count:
        return []
    return [f"{counted(count, thing)} with {why} {'is' if count == 1 else 'are'} left out"]


def _short(pieces: Pieces, span: int) -> list[str]:
    """Stretches of several series that are too short for an example, in words."""
    said = []
    for part, of in pieces.items():
        count = sum(stop - first < span for first, stop in of)
        if count:
            need = counted(span, "step")
            said.append(f"{count} of {len(of)} series give no example in the {part} part: that takes {need}")
    return said


def _is_text(made: Prepared) -> bool:
    """Whether the sequence is characters: an epoch then sees each about once."""
    columns = made.tables["train"].columns
    words = [word for line in made.spec.inputs for word in line.columns] or [Word(COLUMN, made.spec.span)]
    return all(word.text in columns and columns[word.text].is_characters for word in words)


def _series_cut(made: Prepared, plan: Plan, pieces: Pieces, whole: dict[str, Mask | None]) -> Prepared:
    """Each series is an example, as long as its last target allows."""
    last = plan.first + plan.count - 1
    starts: dict[str, Rows] = {}
    lengths: dict[str, Rows] = {}
    gaps, targets = 0, 0
    for part, of in pieces.items():
        mask = whole.get(part, whole["train"])
        long = [(a, b) for a, b in of if b - a > last]
        kept = [(a, b) for a, b in long if mask is None or bool(mask[a:b].all())]
        if not kept:
            raise nothing_long_enough(made.spec, part, of, last + 1)
        first = np.array([a for a, _ in kept], np.int64)
        length = np.array([b - a - last for a, b in kept], np.int64)
        fits = _told(plan, part, first + length - 1 + plan.first)
        starts[part], lengths[part] = first[fits], length[fits]
        if not fits.any():
            raise nothing_told(made.spec, part)
        gaps, targets = gaps + len(long) - len(kept), targets + int((~fits).sum())
    every = np.concatenate(list(lengths.values()))
    time = int(every.max())
    notes = (*_left_out(gaps, "series", "a gap"), *_left_out(targets, "series", "no target"), *_short(pieces, last + 1))
    ragged = bool((every != time).any())
    return replace(made, plan=replace(plan, time=time, ragged=ragged, starts=starts, lengths=lengths, notes=notes))


def _told(plan: Plan, part: str, after: Rows) -> Mask:
    """Which examples have all they are to tell. after: the first step each tells."""
    known = plan.known.get(part, plan.known["train"])
    if known is None or not len(after):
        return np.ones(len(after), np.bool_)
    return np.asarray(np.logical_and.reduce([known[after + k] for k in range(plan.count)]), np.bool_)


def _spacing(spec: DataSpec, plan: Plan, roles: Sequence[Role], found: Collector) -> list[str]:
    """A column that says when the steps were, and that they are not evenly spaced; W0502 where time runs backwards."""
    series, timing = plan.series["train"], spec.timing
    when = timing.when if timing is not None else None
    if when is not None:
        column = None if series.laid_out else series.table.columns[when.text]
    else:
        _check_direction(spec, series, {role.word.text for role in roles}, found)
        column = time_column(series, {role.word.text for role in roles})
    said = None if column is None else unevenness(column, series.starts, series.rows)
    return [] if said is None else [said]


def _check_direction(spec: DataSpec, series: Series, used: set[str], found: Collector) -> None:
    if series.laid_out or series.count > 1:
        return
    column = next((c for c in series.table.columns.values() if c.name not in used and falls(c)), None)
    if column is not None:
        line = spec.inputs[0].span
        found.add(
            Diagnostic(
                "W0502",
                f"the series runs backwards in time: `{column.name}` begins with `{column.cell(0)}` and ends with "
                f"`{column.cell(series.table.rows - 1)}`",
                line,
                help=f"order its steps by that column: `{line.text}, time={column.name}`",
            )
        )


# ---- what can be encoded ----------------------------------------------------------------------------


def _check_part(done: Prepared, part: str) -> None:
    """Every value of a part can be encoded: so `check` finds what `run` would find."""
    table, plan = done.table(part), done.plan
    assert plan is not None
    for chain in done.inputs:
        if not chain.shape:
            encode(chain, table.columns[chain.name], done.rows[part], done.cells(part, chain.word.span))
    if done.targets is done.inputs:
        return
    rows = target_rows(done, plan, part)
    for chain in done.targets:
        if not chain.shape:
            encode(chain, table.columns[chain.name], rows, done.cells(part, chain.word.span))


def target_rows(done: Prepared, plan: Plan, part: str) -> Rows:
    """The steps of a part whose targets are known."""
    known = plan.known.get(part, plan.known["train"])
    rows = done.rows[part]
    return rows if known is None else rows[known[rows]]


# ---- what the checks are told --------------------------------------------------------------------


def signature_of_series(done: Prepared, plan: Plan) -> Signature:
    """The signature: examples, shapes with time, kinds and classes."""
    spec = done.spec
    step = shape_of(done.inputs)
    field = field_of(done, done.inputs, "input")
    into = replace(field, shape=(plan.time, *step), time=True, ragged=plan.ragged)
    one = field if done.targets is done.inputs else field_of(done, done.targets, "target")
    target = replace(one, shape=(plan.count, *one.shape), time=True) if plan.count > 1 else one
    shifted: Field | None = None
    if plan.keeps:
        shifted = replace(one, shape=(plan.time, *one.shape), time=True, ragged=plan.ragged)
    sizes = {"time": plan.time, "features": int(np.prod(step, dtype=np.int64)) if step else 1}
    if len(done.inputs) == 1 and into.kind in ("category", "onehot"):
        sizes["vocabulary"] = len(into.classes)
    if one.classes:
        sizes["classes"] = len(one.classes)
    rows = {part: len(starts) for part, starts in plan.starts.items()}
    return Signature(spec.name, spec.span, rows, into, target, sizes, shifted)
