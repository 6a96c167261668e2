"""The shapes of values on the way through a network of a text, with a fault in it or without.

In: a network's definition, and what checking the text gave. Out: a `Step` for each place that values go through, and
the names of its body. Nothing is computed; never raises.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from nndsl.data.types import Signature
from nndsl.diagnostics import Fault, Span
from nndsl.ir.node import concrete
from nndsl.lower import calls, timeline
from nndsl.lower.check import Checked
from nndsl.lower.frame import Build, Frame, Quiet
from nndsl.lower.graphs import Variable
from nndsl.lower.network import declared, leaf, new_build
from nndsl.lower.stages import Stage
from nndsl.lower.values import KIND_WORDS, Template, Tensor, shape_words
from nndsl.semantics.program import Network, Program
from nndsl.semantics.scopes import Entry
from nndsl.syntax import ast
from nndsl.values import value

COMMENT = re.compile("#[^\\n\\r]*")
USING = ("train", "evaluate", "predict", "sample", "diagnose")  # verbs behind which a network meets data after `on`


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


@dataclass(frozen=True, slots=True)
class Reading:
    """A network's body as far as it could be read. frame: the names in it. within: its place in the text."""

    frame: Frame
    signature: Signature
    within: Span

    def steps(self) -> tuple[Step, ...]:
        """Each place once, in the order in which it is read."""
        return tuple(_steps(self))

    def shape(self, name: str) -> str:
        """The shape and the kind of what a name stands for at the body's end; empty where that is no tensor."""
        found = self.frame.names.get(name)
        if isinstance(found, int | float) and not isinstance(found, bool):
            return f"{found:g}"
        return (
            f"{shape_words(found.shape)}, {KIND_WORDS.get(found.kind, found.kind)}" if isinstance(found, Tensor) else ""
        )

    @property
    def weights(self) -> int:
        """How many numbers are trained in it."""
        return _count(self.frame.build.variables.values())


def about(step: Step) -> str:
    """A step in a line: `dense_1: [9] to [16], real numbers; 160 weights`."""
    if step.role == "equation":
        text = " ... ".join(step.shapes)
    else:
        text = f"{step.name}: {step.fed} to {' ... '.join(step.shapes)}"
    text += f", {step.kind}" if step.kind else ""
    return text + (f"; {step.weights:,} weights" if step.weights else "")


def read(definition: ast.Definition, module: ast.Module, checked: Checked) -> Reading | None:
    """A network of the text, with the first data that it meets; None where no data are known."""
    network = checked.program.networks.get(definition.name)
    if network is None or network.entry.definition is not definition:
        return None
    signature = signature_of(network, module, checked.signatures)
    if signature is None:
        return None
    network = replace(network, entry=_as_far_as_it_reads(network.entry))
    return Reading(_read(checked.program, network, signature), signature, definition.span)


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


def _read(program: Program, network: Network, signature: Signature) -> Frame:
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
    return frame


def _steps(reading: Reading) -> Iterator[Step]:
    build, within = reading.frame.build, reading.within
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
        name = stage.name.removeprefix(f"{reading.frame.path}.")
        yield Step(span, name, stage.role, shapes, fed, kinds.pop() if len(kinds) == 1 else "", weights, changes)


def _shapes(values: Sequence[Tensor]) -> str:
    return ", ".join(shape_words(one.shape) for one in values)


def _weights(build: Build, path: str) -> int:
    """How many numbers are trained in a layer."""
    return _count(v for name, v in build.variables.items() if name.startswith(f"{path}."))


def _count(variables: Iterable[Variable]) -> int:
    return sum(math.prod(concrete(variable.leaf.shape, {})) for variable in variables)
