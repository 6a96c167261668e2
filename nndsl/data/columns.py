"""Which columns of the table are the input and the target, and with which encoders.

In: the spec and the training table. Out: a `Role` for each column, in order, and notes on what was chosen without being
said. Unknown columns are reported, all of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from nndsl.data.chains import Level, Portion
from nndsl.data.formula import INVERSE, Formula
from nndsl.data.pipeline import CHANGE, SHARE
from nndsl.data.spec import DataSpec, GeneratorSource, Line, StepSpec, Word
from nndsl.data.table import Column, Table
from nndsl.data.words import listed
from nndsl.diagnostics import Collector, Fault, fault
from nndsl.diagnostics.suggest import did_you_mean
from nndsl.values import value

UNDONE = ("standard", "minmax", "max")  # encoders of numbers whose way back is always known


@value
class Role:
    """One column of the input or target. every: it came in by `input all`. level, portion: of a column of changes or of
    shares, what it is made of.
    """

    word: Word
    steps: tuple[StepSpec, ...]
    every: bool = False
    level: Level | None = None
    portion: Portion | None = None

    @property
    def is_made(self) -> bool:
        """Whether the column is not one of the source."""
        return self.level is not None or self.portion is not None

    @property
    def source(self) -> Word:
        """The column of the source, of all that are no changes."""
        return self.word if self.portion is None else Word(self.portion.name, self.word.span)


def choose_columns(
    spec: DataSpec, table: Table, collector: Collector
) -> tuple[tuple[Role, ...], tuple[Role, ...], tuple[str, ...]]:
    """The roles of the input, of the target, and what to say aloud."""
    for word in _named(spec):
        if word.text not in table.columns:
            collector.add(unknown_column(word, table).diagnostic)
    notes: list[str] = []
    targets = _targets(spec, table, notes)
    inputs = _inputs(spec, table, {role.word.text for role in targets})
    if not inputs and not collector.errors:
        raise fault(
            "E0502",
            f"no column of `{table.shown}` is left for the input",
            spec.span,
            notes=("its columns: " + listed(table.columns),),
        )
    return inputs, targets, tuple(notes)


def unknown_column(word: Word, table: Table) -> Fault:
    """The report of a column that is not there, with the nearest and the first eight that are."""
    whole = len(table.columns) == 1 and table.columns.get("characters")
    return fault(
        "E0502",
        f"`{table.shown}` has no column `{word.text}`",
        word.span,
        notes=("its columns: " + listed(table.columns, 8),),
        help="a text is read character by character: write `characters`"
        if whole and whole.is_characters
        else did_you_mean(word.text, table.columns),
    )


def _named(spec: DataSpec) -> list[Word]:
    words = [word for line in spec.inputs for word in line.columns]
    words += list(spec.target.columns) if spec.target else []
    words += list(spec.drops)
    words += [word for word in (spec.split.stratify, spec.split.by) if word] if spec.split else []
    words += [word for word in (spec.timing.group, spec.timing.when) if word] if spec.timing else []
    return words


def _targets(spec: DataSpec, table: Table, notes: list[str]) -> tuple[Role, ...]:
    line = spec.target
    if line is None and isinstance(spec.source, GeneratorSource):
        last = list(table.columns)[-1]
        if not any(word.text == last for named in spec.inputs for word in named.columns):
            line = Line((Word(last, spec.source.span),), False, (), spec.source.span)
    if line is None:
        return ()
    return tuple(_target(word, line, table.columns.get(word.text), spec, notes) for word in line.columns)


def _target(word: Word, line: Line, column: Column | None, spec: DataSpec, notes: list[str]) -> Role:
    """Where nothing is said, texts and named classes become `category`, and a column of the sequence is told on the
    scale on which it is seen: a network that sees standard scores would take long to learn to tell hundreds.
    """
    if line.steps or column is None:
        return Role(word, line.steps)
    if not (column.is_text or column.labels):
        steps = _as_seen(word, spec)
        if steps:
            notes.append(f"`{word.text}` is told as it is seen: {' '.join(f'-> {step.text}' for step in steps)}")
        return Role(word, steps)
    if spec.target is not None:
        notes.append(f"`{word.text}` holds {'texts' if column.is_text else 'class numbers'}, so it is a category")
    return Role(word, (StepSpec("category", "category", word.span),))


def _as_seen(word: Word, spec: DataSpec) -> tuple[StepSpec, ...]:
    """The encoders of a target's column in the sequence, where all can be undone on any answer."""
    timing = spec.timing
    if timing is None:
        return ()
    known = UNDONE if timing.first not in (None, 1) else (*UNDONE, CHANGE)
    lines = (line for line in spec.inputs if any(one.text == word.text for one in line.columns))
    steps = next((line.steps for line in lines), ())
    return steps if all(step.kind in known or _turns_round(step.formula) for step in steps) else ()


def _turns_round(formula: Formula | None) -> bool:
    """`x / 255`, `log`, `log(x + 1)`: one value for each answer, whatever its sign."""
    inner = formula.args[0] if formula is not None and formula.op in INVERSE else formula
    line = None if inner is None else inner.affine()
    return line is not None and line[0] != 0


def _inputs(spec: DataSpec, table: Table, targets: set[str]) -> tuple[Role, ...]:
    lines = spec.inputs or (Line((), True, (), spec.source.span),)
    named = {word.text for line in lines for word in line.columns}
    out = targets | named | {word.text for word in spec.drops}
    timing = spec.timing
    apart = [spec.split.by if spec.split else None, *((timing.group, timing.when) if timing else ())]
    out |= {word.text for word in apart if word is not None}
    roles: list[Role] = []
    for line in lines:
        if not line.every:
            roles += _of_line(line, line.columns, table)
            continue
        rest = [name for name in table.columns if name not in out]
        if not rest and spec.inputs:
            raise fault(
                "E0502",
                f"`{'input' if spec.timing is None else 'sequence'} all` finds no column that is not a target, dropped "
                "or named already",
                line.span,
            )
        roles += _of_line(line, [Word(name, line.span) for name in rest], table)
    return tuple(roles)


def _of_line(line: Line, words: Sequence[Word], table: Table) -> list[Role]:
    """The columns of one line. Where it begins with `share`, single numbers are shares of their total."""
    columns = [table.columns.get(word.text) for word in words]
    if not line.steps or line.steps[0].kind != SHARE or None in columns:
        return [Role(word, line.steps, line.every) for word in words]
    whole = [word for word, column in zip(words, columns, strict=True) if column is not None and column.is_block]
    if whole and len(words) == 1:
        return [Role(words[0], line.steps, line.every)]
    span = line.steps[0].span
    if whole:
        name = whole[0].text
        problem = f"`{name}` has a row of numbers, which is shared out by itself, and other columns stand beside it"
        raise fault("E0529", problem, span, help=f"write `input {name} -> share` on a line of its own")
    if len(words) == 1:
        raise fault(
            "E0529",
            f"`{words[0].text}` is one number a row: its share of itself is always 1",
            span,
            help=f"name the columns that are added up, as in `input ({words[0].text}, ...) -> share`",
        )
    group = tuple(word.text for word in words)
    return [
        Role(Word(f"{word.text} -> {SHARE}", word.span), line.steps[1:], line.every, portion=Portion(word.text, group))
        for word in words
    ]
