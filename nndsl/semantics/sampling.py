"""Reads `sample`: which network goes on with which sequence, from what beginning, and how freely it is drawn.

In: an `ast.Action` and what the script has said before it. Out: a `Sample`, or None with the faults in the collector.
Whether the network can go on by itself is asked where its shapes are known, in `nndsl.lower.sampling`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nndsl.data.spec import DataSpec
from nndsl.data.table import plain
from nndsl.data.types import Field, Signature
from nndsl.data.words import counted, listed
from nndsl.diagnostics import Fault, Label, Span, fault
from nndsl.diagnostics.suggest import did_you_mean
from nndsl.semantics import method
from nndsl.semantics.options import STATEMENTS
from nndsl.semantics.parts import Context, check_folder, data_of, network_of, only, result_name
from nndsl.semantics.program import Network, Sample
from nndsl.semantics.reading import Given, later
from nndsl.semantics.results import series_record, text_record
from nndsl.syntax import ast

OF_CHANCE = ("temperature", "count", "seed")  # options that change nothing where nothing is drawn
SHOWN = 40  # characters of a vocabulary in a message


def read_sample(action: ast.Action, context: Context) -> Sample | None:
    """One `sample`; raises a fault that stops it, collects those that do not."""
    _not_generators(action)
    network, network_span = network_of(action, context)
    data, part, data_span = _source(action, network, network_span, context)
    name = result_name(action, context)
    given = context.reader.block("sample", action.block, STATEMENTS["sample"].options)
    given.places |= _values(action)
    signature, spec = context.signatures.get(data), context.data.get(data)
    for problem in method.sampling(network.name, network_span, context.runs):
        context.collector.add(problem)
    context.results[name] = "anything"
    if signature is None or spec is None:
        return None
    _goes_on(signature, spec, data_span)
    if part is not None and part not in signature.rows:
        raise fault("E0211", f"`{data}` has no {part} part", data_span, help=did_you_mean(part, signature.rows))
    text = is_text(spec, signature.input)
    words = bool(signature.input.classes)
    if "length" not in given.failed:
        context.results[name] = text_record(name) if text else series_record(name, signature.input.names, words)
    found = Sample(name, network.name, data, part, action.span, network_span, data_span, characters=text)
    path = _file(action, given, text, context)
    prompt = _prompt(given, found, signature, context)
    _without_chance(given, text, words, context)
    if given.failed or action.broken:
        return None
    options = {key: value for key, value in given.values.items() if key not in ("prompt", "to")}
    return Sample(
        name, network.name, data, part, action.span, network_span, data_span, prompt, characters=text, path=path,
        places=given.places, **options,
    )  # fmt: skip


def _values(action: ast.Action) -> dict[str, Span]:
    """Where the values of options stand."""
    items = action.block.items if action.block else ()
    options = (item for item in items if isinstance(item, ast.Option) and item.arguments)
    return {option.name: option.arguments[0].span for option in options}


def _not_generators(action: ast.Action) -> None:
    """`sample generator(normal(64))` comes with adversarial training."""
    expr = action.subjects[0]
    if isinstance(expr, ast.Call | ast.Pipe) and not isinstance(getattr(expr, "function", None), ast.Attribute):
        raise later("sampling from a generator", expr.span)


def _source(action: ast.Action, network: Network, network_span: Span, context: Context) -> tuple[str, str | None, Span]:
    """(data set, part or None, place): what stands after `on`, else what the network was trained on or is for."""
    if action.clause("on") is not None:
        return data_of(action, context)
    trained = [run.data for run in context.runs if run.network == network.name]
    data = trained[-1] if trained else network.data
    if data is None:
        example = STATEMENTS["sample"].example
        raise fault(
            "E0209",
            f"`sample` does not say `on` which data `{network.name}` goes on",
            network_span,
            notes=("it was not trained before this line, and is not `for` a data set",),
            help=f"it is written `{example}`",
        )
    return data, None, network_span


# ---- what can be sampled ------------------------------------------------------------------------------


def is_text(spec: DataSpec, field: Field) -> bool:
    """Whether the sequence is made of the characters of a text."""
    if len(field.names) != 1 or not field.classes or any(len(name) != 1 for name in field.classes[:-1]):
        return False
    return field.names == ("characters",) or not spec.inputs[0].steps


def _goes_on(signature: Signature, spec: DataSpec, span: Span) -> None:
    """Only a sequence that is predicted from itself can go on by itself. Raises a fault (E0218)."""
    if not signature.input.time:
        raise fault(
            "E0218",
            f"`{signature.name}` is no sequence: there is nothing to go on with",
            span,
            labels=(Label(signature.input.span, "rows, each an example of its own"),),
            help="name the columns that follow each other in time, as in `sequence temperature -> standard`",
        )
    target = signature.target
    if target is None or target.names != signature.input.names:
        seen, told = listed(signature.input.names, 5), listed(target.names, 5) if target else "nothing"
        raise fault(
            "E0218",
            f"a network for `{signature.name}` sees {seen} and tells {told}: what it tells is not what it sees next",
            span,
            labels=(Label(target.span, "the target"),) if target else (),
            help="leave `target` out: the sequence itself is predicted then",
        )
    classes = [step for line in spec.inputs for step in line.steps if step.kind in ("category", "onehot")]
    if classes and not signature.input.classes:
        raise fault(
            "E0218",
            f"a step of `{signature.name}` has classes beside other columns: one network does not tell all of it",
            span,
            labels=(Label(classes[0].span, "classes"),),
            notes=(f"a step is {listed(signature.input.names, 5)}",),
            help="go on with numbers alone, or with one column of classes",
        )


def _without_chance(given: Given, text: bool, words: bool, context: Context) -> None:
    """Options that change nothing: of chance where nothing is drawn, several of what is not a text."""
    why = "there is one series, with a row for each step" if words else "the next numbers are computed, not drawn"
    for name in () if text else ("count",) if words else OF_CHANCE:
        if name in given.places and name not in given.failed:
            given.failed.add(name)
            problem = fault("E0210", f"`{name}` changes nothing: {why}", given.places[name], help="leave it out")
            context.collector.add(problem.diagnostic)


# ---- options that depend on the sequence ----------------------------------------------------------------


def _file(action: ast.Action, given: Given, text: bool, context: Context) -> str | None:
    """The file's name, from `to "file"` or from the block. What is wrong with it is in the collector."""
    clause = action.clause("to")
    path, span = given.values.get("to"), given.places.get("to")
    try:
        if clause is not None:
            if span is not None:
                raise fault("E0208", "`to` is given twice", span, labels=(Label(clause.span, "first here"),))
            expr = only(clause.values, "file")
            if not isinstance(expr, ast.String):
                raise fault("E0216", f"`to` takes a file's name in quotes, not `{expr.span.text}`", expr.span)
            path, span = expr.text, expr.span
        if path is None or span is None:
            return None
        endings = (".txt",) if text else (".csv", ".tsv")
        if Path(path).suffix not in endings:
            what = "a text" if text else "a table"
            raise fault(
                "E0202", f"what is made here is {what}", span,
                help="give the file a name that ends in " + " or ".join(f"`{e}`" for e in endings),
            )  # fmt: skip
        check_folder(path, span, context)
    except Fault as found:
        given.failed.add("to")
        context.collector.add(found.diagnostic)
    return path


def _prompt(given: Given, sample: Sample, signature: Signature, context: Context) -> str | tuple[Any, ...] | None:
    """The prompt as the sequence has it: a text, or a value or a tuple of values for each step."""
    value = given.values.get("prompt")
    if value in (None, "", []):  # an empty prompt is none
        return None
    field, span = signature.input, given.places["prompt"]
    try:
        if sample.characters:
            return _characters(value, field, span)
        columns = len(field.names)
        if isinstance(value, str):
            value = [value]
        rows = [tuple(step) if isinstance(step, list) else (step,) for step in value]
        if field.classes:  # classes that are numbers go by their names too
            rows = [tuple(cell if isinstance(cell, str) else plain(cell) for cell in row) for row in rows]
        what = "a name" if field.classes else "a number"
        form = f"{what} for each step" if columns == 1 else f"a list of {columns} numbers for each step"
        if not all(len(row) == columns and all(_fits(cell, field) for cell in row) for row in rows):
            raise fault(
                "E0202", f"`prompt` takes a list with {form}", span,
                notes=(f"the sequence is {listed(field.names, 5)}",),
            )  # fmt: skip
        if field.classes:
            _known([str(row[0]) for row in rows], field, span, "class", "classes")
        return tuple(rows)
    except Fault as found:
        given.failed.add("prompt")
        context.collector.add(found.diagnostic)
        return None


def _fits(cell: object, field: Field) -> bool:
    return isinstance(cell, str) if field.classes else isinstance(cell, int | float) and not isinstance(cell, bool)


def _characters(value: object, field: Field, span: Span) -> str:
    if not isinstance(value, str):
        raise fault("E0202", "the sequence is a text: `prompt` takes a text in quotes, not a list", span)
    _known(list(value), field, span, "character", "characters")
    return value


def _seen(text: str) -> str:
    """A text on one line: `\\n` for its ends of lines."""
    return repr(text)[1:-1]


def _known(values: list[str], field: Field, span: Span, what: str, plural: str) -> None:
    """All of them are in the vocabulary. Raises a fault (E0219) that names those that are not."""
    unknown = list(dict.fromkeys(v for v in values if v not in field.classes))
    if not unknown:
        return
    known = "".join(field.classes) if what == "character" else ", ".join(field.classes)
    shown = _seen(known if len(known) <= SHOWN else known[:SHOWN] + "...")
    strange = f"{counted(len(unknown), what, plural)} of the prompt: {listed(map(_seen, unknown))}"
    raise fault(
        "E0219",
        f"the training part does not have {strange}",
        span,
        labels=(Label(field.span, counted(len(field.classes), what, plural)),),
        notes=(f"known: {shown}",),
        help=did_you_mean(unknown[0], field.classes),
    )
