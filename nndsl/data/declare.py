"""Reads `data name { ... }` into a `DataSpec`: which options there are, what each takes, and what contradicts what.

In: the definition's tree, the script's folder, the Python objects handed to `compile`. Out: a `DataSpec`, or None with
all that is wrong in the collector. No file is opened here, except to ask whether it is there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from nndsl.data.draft import Draft, finish, number_said
from nndsl.data.generators import GENERATORS, read_generator
from nndsl.data.pictureform import read_form
from nndsl.data.pipeline import read_line
from nndsl.data.spec import (
    DataSpec,
    Evaluate,
    FileSource,
    Missing,
    ObjectSource,
    TextSource,
    Word,
)
from nndsl.data.splitting import read_split
from nndsl.data.timing import SERIES_RULES, read_horizon, read_sequence, read_window
from nndsl.data.words import listed
from nndsl.diagnostics import Collector, Fault, Label, Span, fault
from nndsl.diagnostics.elsewhere import written_elsewhere
from nndsl.diagnostics.suggest import did_you_mean
from nndsl.syntax import ast

MISSING_RULES = ("drop", "mean", "median", "mode", *SERIES_RULES)
REPEATABLE = ("input", "sequence", "drop")


def declare(
    definition: ast.Definition,
    folder: Path,
    collector: Collector,
    *,
    evaluate: Evaluate | None = None,
    objects: Mapping[str, object] | None = None,
    constants: Mapping[str, float] | None = None,
    texts: Mapping[str, str] | None = None,
) -> DataSpec | None:
    """The data set a definition describes, or None where it holds an error (then the collector says which).

    folder: what paths are relative to. objects: those of `compile(data={...})`. constants: numbers named by `let`;
    texts: files named so.
    """
    if definition.broken or not isinstance(definition.body, ast.Block) or definition.body.broken:
        return None
    draft = Draft(definition, folder, evaluate, objects or {}, dict(constants or {}), texts or {})
    wrong = False
    seen: dict[str, ast.Option] = {}
    for item in definition.body.items:
        try:
            _read_item(item, draft, seen)
        except Fault as found:
            collector.add(found.diagnostic)
            wrong = True
    if wrong:
        return None
    try:
        return finish(draft, seen)
    except Fault as found:
        collector.add(found.diagnostic)
        return None


def _read_item(item: ast.Item, draft: Draft, seen: dict[str, ast.Option]) -> None:
    if isinstance(item, ast.Let):
        return _read_let(item, draft)
    if not isinstance(item, ast.Option):
        place = item.names[0].span if isinstance(item, ast.Bind) else item.span
        raise fault(
            "E0207", f"`{place.text}` is not an option of `data`", place, help="its options are " + listed(OPTIONS, 20)
        )
    read = OPTIONS.get(item.name)
    if read is None:
        raise fault(
            "E0207",
            f"`data` has no option `{item.name}`",
            item.name_span,
            notes=("its options are " + listed(OPTIONS, 20),),
            help=written_elsewhere("data", item.name, _number(item)) or did_you_mean(item.name, OPTIONS),
        )
    before = seen.setdefault(item.name, item)
    if before is not item and item.name not in REPEATABLE:
        raise fault(
            "E0208",
            f"`{item.name}` is given twice",
            item.name_span,
            labels=(Label(before.name_span, "first here"),),
            help="keep one of them",
        )
    if item.block is not None:
        raise fault("E0202", f"`{item.name}` takes no block", item.block.span)
    read(item, draft)


def _number(item: ast.Option) -> str | None:
    """The number that is given with an option, as written."""
    alone = len(item.arguments) == 1 and isinstance(item.arguments[0].value, ast.Number)
    return item.arguments[0].span.text if alone else None


def _read_let(item: ast.Let, draft: Draft) -> None:
    if len(item.names) != 1 or not isinstance(item.value, ast.Number):
        raise fault("E0202", "a `let` inside `data` names one number", item.span, help="as in `let n = 500`")
    draft.constants[item.names[0].text] = item.value.value


# ---- the options ------------------------------------------------------------------------------


def _values(option: ast.Option) -> list[ast.Expr]:
    """The option's values where it takes no settings."""
    for argument in option.arguments:
        if argument.default is not None or argument.initial is not None:
            raise fault("E0202", f"`{option.name}` takes no settings of the form `key=value`", argument.span)
    return [argument.value for argument in option.arguments]


def _one(option: ast.Option, what: str) -> ast.Expr:
    values = _values(option)
    if len(values) != 1:
        raise fault("E0202", f"`{option.name}` takes {what}, found {len(values)} values", option.span)
    return values[0]


def _words(option: ast.Option) -> tuple[Word, ...]:
    found: list[Word] = []
    for value in _values(option):
        for name in value.items if isinstance(value, ast.Group) else (value,):
            if not isinstance(name, ast.Name | ast.String):
                raise fault("E0202", f"`{option.name}` takes columns' names, found `{name.span.text}`", name.span)
            if any(word.text == name.text for word in found):
                raise fault("E0515", f"the column `{name.text}` is named twice", name.span)
            found.append(Word(name.text, name.span))
    if not found:
        raise fault("E0202", f"`{option.name}` names no column", option.span, help=f"write `{option.name} NAME`")
    return tuple(found)


def _from(option: ast.Option, draft: Draft) -> None:
    first = option.arguments[0].value if option.arguments else None
    if isinstance(first, ast.String) or (isinstance(first, ast.Name) and first.text in draft.texts):
        form = read_form(option.arguments[1:], draft.constants)
        draft.source = replace(_file(first, draft), form=form)
        return
    value = _one(option, "one source")
    if isinstance(value, ast.Name) and value.text in draft.objects:
        draft.source = ObjectSource(value.text, draft.objects[value.text], value.span)
    elif isinstance(value, ast.Call) or (isinstance(value, ast.Name) and value.text in GENERATORS):
        draft.source = read_generator(value, draft.constants)
    elif isinstance(value, ast.Name):
        raise fault(
            "E0516",
            f"no Python object named `{value.text}` was handed over, and no generator has that name",
            value.span,
            notes=("generators: " + listed(GENERATORS, 20),),
            help=did_you_mean(value.text, (*draft.objects, *GENERATORS))
            or f'a file is written in quotes; an object comes with `compile(..., data={{"{value.text}": ...}})`',
        )
    else:
        raise fault("E0202", "`from` takes a file in quotes, a generator, or the name of a Python object", value.span)


def _file(value: ast.Expr, draft: Draft) -> FileSource:
    name = draft.texts.get(value.text) if isinstance(value, ast.Name) else None
    if name is None:
        if not isinstance(value, ast.String):
            raise fault("E0202", f"a file's name stands in quotes, found `{value.span.text}`", value.span)
        name = value.text
    path = draft.folder / name
    if not path.exists():
        raise missing_file(path, name, value.span)
    return FileSource(path, value.span)


def missing_file(path: Path, text: str, span: Span) -> Fault:
    """The fault of a path that leads nowhere, with the nearest names of the folder it should be in."""
    folder = path.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    names = sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []
    wanted = path.relative_to(folder).parts[0]
    guess = did_you_mean(wanted, names) if folder == path.parent else None
    if guess is None and names:
        data = [
            name for name in names if Path(name).suffix in (".csv", ".tsv", ".npz", ".npy", ".gz", ".parquet", ".jsonl")
        ]
        guess = "that folder holds " + listed(data or names, 5)
    return fault("E0501", f"there is no file or folder `{text}`", span, notes=(f"looked in `{folder}`",), help=guess)


def _text(option: ast.Option, draft: Draft) -> None:
    value = _one(option, "one text in quotes")
    found = draft.texts.get(value.text) if isinstance(value, ast.Name) else None
    if found is None:
        if not isinstance(value, ast.String):
            raise fault("E0202", f"`text` takes a text in quotes, found `{value.span.text}`", value.span)
        found = value.text
    if not found:
        raise fault("E0503", "the text is empty", value.span)
    draft.text = TextSource(found, value.span)


def _sequence(option: ast.Option, draft: Draft) -> None:
    read_sequence(option, draft.time, draft.evaluate, draft.constants)


def _window(option: ast.Option, draft: Draft) -> None:
    read_window(option, draft.time, draft.constants)


def _horizon(option: ast.Option, draft: Draft) -> None:
    read_horizon(option, draft.time, draft.constants)


def _columns(option: ast.Option, draft: Draft) -> None:
    draft.columns = _words(option)


def _rows(option: ast.Option, draft: Draft) -> None:
    if not isinstance(_one(option, "one list of rows"), ast.List):
        raise fault("E0513", "`rows` takes a list of rows", option.span, help="as in `rows [[0.02, 0.2], [0.04, 0.4]]`")
    draft.rows = option


def _input(option: ast.Option, draft: Draft) -> None:
    line = read_line(option, draft.evaluate, draft.constants)
    if line.every and any(other.every for other in draft.inputs):
        raise fault("E0208", "`input all` is given twice", option.span)
    if any(other.columns == line.columns and other.steps == line.steps for other in draft.inputs):
        raise fault("E0515", "the same columns with the same encoders are an input already", option.span)
    draft.inputs.append(line)


def _target(option: ast.Option, draft: Draft) -> None:
    draft.target = read_line(option, draft.evaluate, draft.constants)


def _drop(option: ast.Option, draft: Draft) -> None:
    for word in _words(option):
        if any(word.text == other.text for other in draft.drops):
            raise fault("E0515", f"the column `{word.text}` is dropped twice", word.span)
        draft.drops.append(word)


def _missing(option: ast.Option, draft: Draft) -> None:
    value = _one(option, "one rule")
    if isinstance(value, ast.Name) and value.text in MISSING_RULES:
        draft.missing = Missing(value.text, option.span)
        return
    number = number_said(value)
    if number is None:
        word = value.text if isinstance(value, ast.Name) else ""
        raise fault(
            "E0202",
            f"`missing` takes {listed(MISSING_RULES)} or a number, found `{value.span.text}`",
            value.span,
            help=did_you_mean(word, MISSING_RULES),
        )
    draft.missing = Missing("value", option.span, number)


def _split(option: ast.Option, draft: Draft) -> None:
    draft.split = read_split(option, draft.constants)


def _test(option: ast.Option, draft: Draft) -> None:
    draft.test = _file(_one(option, "one file"), draft)


def _validation(option: ast.Option, draft: Draft) -> None:
    draft.validation = _file(_one(option, "one file"), draft)


OPTIONS: dict[str, Callable[[ast.Option, Draft], None]] = {
    "from": _from, "columns": _columns, "rows": _rows, "text": _text, "input": _input, "sequence": _sequence,
    "window": _window, "horizon": _horizon, "target": _target, "drop": _drop, "missing": _missing, "split": _split,
    "test": _test, "validation": _validation,
}  # fmt: skip
