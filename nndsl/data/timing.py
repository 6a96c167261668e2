"""Reads `sequence x -> standard, by=patient, time=day`, `window 24, stride=4` and `horizon 1, steps=12`.

In: the options. Out: a `Line` as for `input`, and a `Timing`. Whether the columns exist, and whether the series are
long enough, is not asked here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from nndsl.data.pipeline import CHANGE, read_line
from nndsl.data.spec import DataSpec, Evaluate, Line, Missing, Split, Timing, Word
from nndsl.data.words import listed
from nndsl.diagnostics import Label, Span, fault
from nndsl.diagnostics.suggest import did_you_mean
from nndsl.syntax import ast

SERIES_RULES = ("interpolate", "previous")  # of `missing`, for series alone


@dataclass(slots=True)
class TimingDraft:
    """What has been read of the options of time so far."""

    lines: list[Line]
    timing: Timing
    window: ast.Option | None = None
    horizon: ast.Option | None = None

    @staticmethod
    def empty() -> TimingDraft:
        return TimingDraft([], Timing())


def read_sequence(
    option: ast.Option, draft: TimingDraft, evaluate: Evaluate | None, constants: Mapping[str, float]
) -> None:
    """A line of columns. For all lines `by=` names the column that tells series apart, `time=` the one that orders
    steps.
    """
    columns, settings = _divided(option, ("by", "time"))
    line = read_line(replace(option, arguments=tuple(columns)), evaluate, constants)
    if any(other.columns == line.columns and other.steps == line.steps for other in draft.lines):
        raise fault("E0515", "the same columns with the same encoders are in the sequence already", option.span)
    draft.lines.append(line)
    timing = draft.timing
    group = _one(settings.get("by"), timing.group, "series are told apart by one column")
    draft.timing = replace(
        timing, group=group, when=_one(settings.get("time"), timing.when, "one column says the time")
    )


def _one(given: ast.OptionArgument | None, before: Word | None, rule: str) -> Word | None:
    """The column that a setting names, the same in all lines."""
    if given is None:
        return before
    if not isinstance(given.default, ast.Name):
        raise fault("E0202", f"`{given.span.text.split('=')[0].strip()}` takes a column's name", given.span)
    word = Word(given.default.text, given.default.span)
    if before is not None and before.text != word.text:
        raise fault(
            "E0210",
            f"{rule}, not by `{before.text}` and `{word.text}`",
            word.span,
            labels=(Label(before.span, "also here"),),
        )
    return word


def read_window(option: ast.Option, draft: TimingDraft, constants: Mapping[str, float]) -> None:
    size, settings = _counted(option, ("stride",), "how many steps an example has, as in `window 24`", constants)
    stride = _whole(settings["stride"], "stride", 1, constants) if "stride" in settings else None
    draft.window = option
    draft.timing = replace(draft.timing, window=size, stride=stride, window_span=option.span)


def read_horizon(option: ast.Option, draft: TimingDraft, constants: Mapping[str, float]) -> None:
    first, settings = _counted(
        option, ("steps",), "how many steps ahead the first prediction is, as in `horizon 1`", constants, least=0
    )
    count = _whole(settings["steps"], "steps", 1, constants) if "steps" in settings else 1
    draft.horizon = option
    draft.timing = replace(draft.timing, first=first, count=count, horizon_span=option.span)


def _divided(
    option: ast.Option, known: tuple[str, ...]
) -> tuple[list[ast.OptionArgument], dict[str, ast.OptionArgument]]:
    """The values of an option, and its settings by name."""
    values: list[ast.OptionArgument] = []
    settings: dict[str, ast.OptionArgument] = {}
    for argument in option.arguments:
        if argument.default is None or not isinstance(argument.value, ast.Name):
            values.append(argument)
            continue
        key = argument.value.text
        if key not in known:
            raise fault(
                "E0207",
                f"`{option.name}` has no setting `{key}`",
                argument.value.span,
                notes=("its settings: " + listed(known),),
                help=did_you_mean(key, known),
            )
        if key in settings:
            raise fault(
                "E0208", f"`{key}` is given twice", argument.span, labels=(Label(settings[key].span, "first here"),)
            )
        settings[key] = argument
    return values, settings


def _counted(
    option: ast.Option, known: tuple[str, ...], meaning: str, constants: Mapping[str, float], least: int = 1
) -> tuple[int, dict[str, ast.OptionArgument]]:
    values, settings = _divided(option, known)
    if len(values) != 1 or values[0].initial is not None:
        raise fault("E0202", f"`{option.name}` takes one whole number: {meaning}", option.span)
    return _number(values[0].value, option.name, least, constants), settings


def _whole(argument: ast.OptionArgument, name: str, least: int, constants: Mapping[str, float]) -> int:
    assert argument.default is not None
    return _number(argument.default, name, least, constants)


def _number(value: ast.Expr, name: str, least: int, constants: Mapping[str, float]) -> int:
    number: float | None = None
    if isinstance(value, ast.Number) and not value.percent:
        number = value.value
    elif isinstance(value, ast.Name):
        number = constants.get(value.text)
    if number is None or number != int(number) or number < least:
        raise fault("E0202", f"`{name}` takes a whole number from {least}, found `{value.span.text}`", value.span)
    return int(number)


# ---- all options together -------------------------------------------------------------------------


def check_timing(spec: DataSpec, draft: TimingDraft, inputs: ast.Option | None, missing: Missing | None) -> None:
    """Options of time that contradict each other, or stand alone. inputs: the first `input`, if there is one."""
    if not draft.lines:
        _no_changes(spec)
        for option in (draft.window, draft.horizon):
            if option is not None:
                raise fault(
                    "E0209",
                    f"`{option.name}` cuts examples from a sequence, but there is no `sequence`",
                    option.name_span,
                    help="name the columns that are one, as in `sequence temperature -> standard`",
                )
        if missing is not None and missing.rule in SERIES_RULES:
            raise fault(
                "E0210",
                f"`missing {missing.rule}` fills a series from the steps beside the gap, but these rows are no series",
                missing.span,
                help="write `missing mean`, `median`, `mode` or `drop`; or name a `sequence`",
            )
        return
    if inputs is not None:
        raise fault(
            "E0210",
            "the examples are rows (`input`) or come from series (`sequence`), not both",
            inputs.name_span,
            labels=(Label(draft.lines[0].span, "a sequence"),),
            help="what is known at each step is one more `sequence` column",
        )
    if draft.timing.first == 0 and spec.target is None:
        raise fault(
            "E0202",
            "a sequence that predicts itself looks at least one step ahead: `horizon 0` would give the answer away",
            draft.timing.horizon_span,
        )
    _check_split(spec.split, draft.timing)
    _check_changes(spec, draft.timing)


def _no_changes(spec: DataSpec) -> None:
    step = next((step for line in _lines(spec) for step in line.steps if step.kind == CHANGE), None)
    if step is not None:
        raise fault(
            "E0511",
            "`diff` is the change from the step before, and rows of a table are no steps",
            step.span,
            help="name the columns of a series with `sequence` instead of `input`",
        )


def _lines(spec: DataSpec) -> tuple[Line, ...]:
    return (*spec.inputs, *([spec.target] if spec.target is not None else []))


def _check_changes(spec: DataSpec, timing: Timing) -> None:
    """What is told as a change is added to the last value seen, so the steps told follow that one."""
    told = spec.inputs if spec.target is None else (spec.target,)
    step = next((step for line in told for step in line.steps if step.kind == CHANGE), None)
    if step is not None and timing.first not in (None, 1):
        count = (timing.first or 1) + timing.count - 1
        raise fault(
            "E0512",
            f"a change {timing.first} steps ahead cannot be added to the last value that is known",
            step.span,
            labels=_label(timing.horizon_span, "the steps between are not told"),
            help=f"write `horizon 1, steps={count}`" if count > 1 else "write `horizon 1`",
        )
    filled = spec.missing is not None and spec.missing.rule not in ("drop", *SERIES_RULES)
    every = next((step for line in _lines(spec) for step in line.steps if step.kind == CHANGE), None)
    if filled and every is not None and spec.missing is not None:
        raise fault(
            "E0210",
            f"`{spec.missing.span.text}` would fill gaps with one value, and its changes would be jumps",
            spec.missing.span,
            labels=(Label(every.span, "changes from step to step"),),
            help="write `missing interpolate`, `missing previous` or `missing drop`",
        )


def _check_split(split: Split | None, timing: Timing) -> None:
    """Windows of one series are kept in the order of time."""
    if split is None or timing.window is None or split.by is not None:
        return
    if split.order is False:
        raise fault(
            "E0410",
            "steps of a series drawn at random would stand in training and in test side by side",
            split.span,
            labels=_label(timing.window_span, "windows of one series"),
            notes=("the test part would be known from the steps before and after it",),
            help="leave `order=false` out: parts follow each other in time; or keep whole series together, as in "
            "`split train=80%, test=20%, by=series`",
        )
    for word, given in (("stratify", split.stratify), ("seed", split.seed)):
        if given is not None:
            raise fault(
                "E0210",
                f"the parts of a series follow each other in time: `{word}` changes nothing",
                split.span,
                help=f"leave `{word}` out, or draw whole series with `by=`",
            )


def _label(span: Span | None, message: str) -> tuple[Label, ...]:
    return () if span is None else (Label(span, message),)
