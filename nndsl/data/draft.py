"""A `data` definition half read: its options one by one, then all of them together.

In: what `declare` has read of each option. Out: the `DataSpec`; a `Fault` where the options contradict each other, or
one is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nndsl.data.spec import (
    DataSpec,
    Evaluate,
    FileSource,
    GeneratorSource,
    InlineSource,
    Line,
    Missing,
    ObjectSource,
    Source,
    Split,
    TextSource,
    Word,
)
from nndsl.data.timing import TimingDraft, check_timing
from nndsl.data.words import counted, listed
from nndsl.diagnostics import Label, fault
from nndsl.syntax import ast


@dataclass(slots=True)
class Draft:
    """What has been read of a definition so far."""

    definition: ast.Definition
    folder: Path
    evaluate: Evaluate | None
    objects: Mapping[str, object]
    constants: dict[str, float]
    texts: Mapping[str, str]
    source: Source | None = None
    columns: tuple[Word, ...] = ()
    rows: ast.Option | None = None
    text: TextSource | None = None
    inputs: list[Line] = field(default_factory=list)
    time: TimingDraft = field(default_factory=TimingDraft.empty)
    target: Line | None = None
    drops: list[Word] = field(default_factory=list)
    missing: Missing | None = None
    split: Split | None = None
    test: FileSource | None = None
    validation: FileSource | None = None


def number_said(value: ast.Expr) -> float | None:
    if isinstance(value, ast.Unary) and value.op == "-":
        inner = number_said(value.operand)
        return None if inner is None else -inner
    return float(value.value) if isinstance(value, ast.Number) else None


def finish(draft: Draft, seen: dict[str, ast.Option]) -> DataSpec:
    source = _source(draft, seen)
    _check_columns(draft, seen)
    _check_parts(draft, source, seen)
    lines, timing = tuple(draft.inputs or draft.time.lines), draft.time.timing if draft.time.lines else None
    spec = DataSpec(
        draft.definition.name, draft.definition.name_span, source, lines, draft.target, draft.test,
        draft.validation, tuple(draft.drops), draft.missing, draft.split, timing, draft.evaluate,
    )  # fmt: skip
    check_timing(spec, draft.time, seen.get("input"), draft.missing)
    if not lines and not isinstance(source, GeneratorSource):
        raise fault(
            "E0209",
            f"the data set `{draft.definition.name}` has no `input`",
            draft.definition.name_span,
            help="name the columns that go in, as in `input (a, b)`, or write `input all`; of a series, `sequence a`",
        )
    return spec


def _source(draft: Draft, seen: dict[str, ast.Option]) -> Source:
    inline = seen.get("rows") or seen.get("columns") or seen.get("text")
    if draft.text is not None and ("rows" in seen or "columns" in seen):
        raise fault("E0210", "the steps come from one place: `text` or `rows`, not both", seen["text"].name_span)
    if draft.source is not None and inline is not None:
        raise fault(
            "E0210",
            f"the rows come from one place: `from` or `{inline.name}`, not both",
            inline.name_span,
            labels=(Label(seen["from"].name_span, "also here"),),
        )
    if draft.text is not None:
        return draft.text
    if inline is not None:
        for name, other in (("columns", "rows"), ("rows", "columns")):
            if name not in seen:
                raise fault("E0209", f"`{other}` needs `{name}` beside it", seen[other].name_span)
        return _inline(draft)
    if draft.source is not None:
        return draft.source
    name = draft.definition.name
    if name in draft.objects:
        return ObjectSource(name, draft.objects[name], draft.definition.name_span)
    raise fault(
        "E0209",
        f"the data set `{name}` does not say where its rows come from",
        draft.definition.name_span,
        help=f'write `from "file.csv"`, `columns` and `rows`, or hand it over: `compile(..., data={{"{name}": ...}})`',
    )


def _inline(draft: Draft) -> InlineSource:
    assert draft.rows is not None
    table = draft.rows.arguments[0].value
    assert isinstance(table, ast.List)
    width = len(draft.columns)
    rows: list[tuple[float | str | None, ...]] = []
    for number, row in enumerate(table.items, 1):
        items = row.items if isinstance(row, ast.List) else (row,)
        if not isinstance(row, ast.List) and width > 1:
            raise fault(
                "E0513", f"row {number} is not a list", row.span, help="write each row in brackets: `[0.02, 0.2]`"
            )
        if len(items) != width:
            names = listed(word.text for word in draft.columns)
            raise fault(
                "E0513",
                f"row {number} has {counted(len(items), 'value')}, but there are {width} columns: {names}",
                row.span,
                labels=(Label(draft.columns[0].span.to(draft.columns[-1].span), f"{width} columns"),),
            )
        rows.append(tuple(_cell(item, draft.constants) for item in items))
    if not rows:
        raise fault("E0513", "`rows` is empty", table.span)
    return InlineSource(tuple(word.text for word in draft.columns), tuple(rows), draft.rows.span)


def _cell(item: ast.Expr, constants: Mapping[str, float]) -> float | str | None:
    number = number_said(item)
    if number is not None:
        return number
    if isinstance(item, ast.String):
        return item.text
    if isinstance(item, ast.Constant) and item.value is None:
        return None
    if isinstance(item, ast.Name) and item.text in constants:
        return float(constants[item.text])
    raise fault("E0513", f"a cell is a number, a text in quotes or `none`, found `{item.span.text}`", item.span)


def _check_columns(draft: Draft, seen: dict[str, ast.Option]) -> None:
    """No column in two roles; no `drop` that does nothing."""
    lines = [*draft.inputs, *draft.time.lines]
    named = {word.text: word for line in lines for word in line.columns}
    targets = {word.text: word for word in draft.target.columns} if draft.target else {}
    timing = draft.time.timing
    later = bool(draft.time.lines) and (timing.window is not None if timing.first is None else timing.first > 0)
    for text, word in targets.items():
        if text in named and not later:  # what a series will be may be told from what it was
            raise fault(
                "E0515",
                f"`{text}` is the target and an input: the network would read the answer",
                named[text].span,
                labels=(Label(word.span, "the target"),),
                help="leave it out of the inputs",
            )
    for word in draft.drops:
        other = named.get(word.text) or targets.get(word.text)
        if other is not None:
            raise fault(
                "E0515", f"`{word.text}` is dropped and used", word.span, labels=(Label(other.span, "used here"),)
            )
    if draft.drops and not any(line.every for line in lines):
        raise fault(
            "E0210",
            "`drop` changes nothing: only `input all` and `sequence all` take columns that are not named",
            seen["drop"].span,
            help="leave it out",
        )


def _check_parts(draft: Draft, source: Source, seen: dict[str, ast.Option]) -> None:
    """A separate file for a part contradicts a split that makes the same part, and sources that are no files."""
    for part in ("test", "validation"):
        if part not in seen:
            continue
        if not isinstance(source, FileSource):
            raise fault(
                "E0210",
                f"`{part}` names a file of its own, but the other rows do not come from a file",
                seen[part].span,
            )
        share = next((s for s in draft.split.shares if s.part == part), None) if draft.split else None
        if share is not None:
            raise fault(
                "E0210",
                f"the {part} part comes from a file and from the split",
                share.span,
                labels=(Label(seen[part].span, "its own file"),),
                help="keep one of them",
            )
