"""What the compiler knows and the text does not say, to be shown within its lines: shapes on the way through a network,
and the loss that was chosen.

In: a module's tree and what checking it gave, faults or not. Out: hints by place. A network with a fault shows what
comes before it. Nothing is computed; never raises.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from nndsl.data.types import Signature
from nndsl.diagnostics import Fault, Span
from nndsl.ir.node import concrete
from nndsl.lower import calls, timeline
from nndsl.lower.check import Checked
from nndsl.lower.frame import Build, Frame, Quiet
from nndsl.lower.network import declared, leaf, new_build
from nndsl.lower.stages import Stage
from nndsl.lower.values import KIND_WORDS, Template, Tensor, shape_words
from nndsl.semantics.program import Network, Program, Train
from nndsl.semantics.scopes import Entry
from nndsl.syntax import ast
from nndsl.values import value

COMMENT = re.compile("#[^\\n\\r]*")
USING = ("train", "evaluate", "predict", "sample", "diagnose")  # verbs behind which a network meets data after `on`


@value
class Hint:
    """label: shown behind `place`, which is empty. kind: shape or loss. about: what it is said of. text: what else."""

    place: Span
    label: str
    kind: str
    about: Span
    text: str = ""


@value
class Step:
    """One value on the way through a network. shapes: of each of its outputs, in each turn where there are several.
    fed: of what came in. kind: of what value it is. weights: how many numbers are trained in it. changes: whether it
    is of another shape than what came in."""

    span: Span
    name: str
    role: str
    shapes: tuple[str, ...]
    fed: str
    kind: str
    weights: int
    changes: bool


def hints(module: ast.Module, checked: Checked) -> tuple[Hint, ...]:
    """All hints of a text, in its order."""
    found: list[Hint] = []
    for statement in module.statements:
        if isinstance(statement, ast.Definition) and statement.kind == "network":
            found += [_shape(step) for step in steps(statement, module, checked) if step.changes]
    found += _losses(module, checked.program)
    return tuple(sorted(found, key=lambda hint: hint.place.start))


def _shape(step: Step) -> Hint:
    return Hint(_behind(step.span), " ... ".join(step.shapes), "shape", step.span, about(step))


def about(step: Step) -> str:
    """A step in a line: `dense_1: [9] to [16], real numbers; 160 weights`."""
    if step.role == "equation":
        text = " ... ".join(step.shapes)
    else:
        text = f"{step.name}: {step.fed} to {' ... '.join(step.shapes)}"
    text += f", {step.kind}" if step.kind else ""
    return text + (f"; {step.weights:,} weights" if step.weights else "")


def _behind(span: Span) -> Span:
    """Straight behind a piece of text, and behind the parentheses around it."""
    text, start, end = span.source.text, span.start, span.end
    while start > 0 and text[start - 1] == "(" and text[end : end + 1] == ")":
        start, end = start - 1, end + 1
    return Span(span.source, end, end)


# ---- losses ------------------------------------------------------------------------------------------------


def _losses(module: ast.Module, program: Program) -> Iterator[Hint]:
    """Of each `train` that does not name its loss, the one that was chosen, and why."""
    chosen = {action.span: action for action in program.actions if isinstance(action, Train) and action.loss_note}
    for statement in module.statements:
        action = chosen.get(statement.span)
        if action is not None and isinstance(statement, ast.Action) and isinstance(action.loss, ast.Name):
            end = max(part.span.end for part in (*statement.subjects, *statement.clauses))
            _, _, why = action.loss_note.partition(": ")
            place = Span(statement.span.source, end, end)
            yield Hint(place, f"loss {action.loss.text}", "loss", statement.span, why)


# ---- shapes ------------------------------------------------------------------------------------------------


def steps(definition: ast.Definition, module: ast.Module, checked: Checked) -> tuple[Step, ...]:
    """The values on the way through a network of the text, each place once, in the order in which it is read."""
    network = checked.program.networks.get(definition.name)
    if network is None or network.entry.definition is not definition:
        return ()
    signature = signature_of(network, module, checked.signatures)
    if signature is None:
        return ()
    network = replace(network, entry=_as_far_as_it_reads(network.entry))
    build = _read(checked.program, network, signature)
    return tuple(_steps(build, network, definition.span))


def signature_of(network: Network, module: ast.Module, signatures: Mapping[str, Signature]) -> Signature | None:
    """The data that a network is for, or that it meets first; else what it says itself of its input."""
    if network.data is not None:
        return signatures.get(network.data)
    for statement in module.statements:
        if isinstance(statement, ast.Action) and statement.verb in USING and _is_about(statement, network.name):
            clause = statement.clause("on")
            expr = clause.values[0] if clause is not None else None
            base = expr.base if isinstance(expr, ast.Attribute) else expr
            if isinstance(base, ast.Name) and base.text in signatures:
                return signatures[base.text]
    return declared(network)


def _is_about(action: ast.Action, network: str) -> bool:
    return any(isinstance(expr, ast.Name) and expr.text == network for expr in action.subjects)


def _as_far_as_it_reads(entry: Entry) -> Entry:
    """Without the lines behind one that could not be read."""
    definition = entry.definition
    body = definition.body
    if not definition.broken or not isinstance(body, ast.Block):
        return entry
    kept: list[ast.Item] = []
    end = body.span.start + 1
    for item in body.items:
        between = COMMENT.sub("", body.span.source.text[end : item.span.start])
        if between.strip(" \t\r\n;"):
            break
        kept.append(item)
        end = item.span.end
    return Entry(replace(definition, body=replace(body, items=tuple(kept)), broken=False), entry.scope)


def _read(program: Program, network: Network, signature: Signature) -> Build:
    """A network's body for these data, as far as it goes: the steps up to a fault are there."""
    build = new_build(program, dict(signature.sizes), training=False)
    entry = network.entry
    frame = Frame(build, entry, network.span, network.name, active=(entry,), top=True)
    try:
        calls.set_parameters(frame, Template(entry), {}, network.span)
        came = leaf(signature.input, "input")
        timeline.begin(came.node, signature.input, build)
        build.run(frame, [came])
    except (Fault, Quiet, RecursionError):
        pass  # what is wrong is said by the check
    return build


def _steps(build: Build, network: Network, within: Span) -> Iterator[Step]:
    by_place: dict[Span, list[tuple[Stage, str, str]]] = {}
    last: str | None = None
    for stage in build.stages:
        fed = _shapes([one for one in stage.fed if isinstance(one, Tensor)]) or (last or "")
        made = _shapes(stage.values)
        last = made or last
        if stage.span.source == within.source and within.start <= stage.span.start < within.end:
            by_place.setdefault(stage.span, []).append((stage, fed, made))
    for span, turns in by_place.items():
        stage, fed, _ = turns[0]
        shapes = tuple(dict.fromkeys(made for _, _, made in turns if made))
        if not shapes:
            continue
        kinds = {KIND_WORDS.get(one.kind, "") for _, _, _ in turns[-1:] for one in turns[-1][0].values}
        weights = sum(_weights(build, one.name) for one, _, _ in turns if one.role != "equation")
        changes = any(fed != made for _, fed, made in turns)
        name = stage.name.removeprefix(f"{network.name}.")
        yield Step(span, name, stage.role, shapes, fed, kinds.pop() if len(kinds) == 1 else "", weights, changes)


def _shapes(values: Sequence[Tensor]) -> str:
    return ", ".join(shape_words(one.shape) for one in values)


def _weights(build: Build, path: str) -> int:
    """How many numbers are trained in a layer."""
    inside = (v for name, v in build.variables.items() if name.startswith(f"{path}."))
    return sum(math.prod(concrete(variable.leaf.shape, {})) for variable in inside)
