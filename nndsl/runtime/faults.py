"""What can go wrong while a checked script runs, as diagnostics.

In: the facts of a failure. Out: faults with a place in the script. Codes E0601 to E0603, E0702 and E0703.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nndsl.diagnostics import Fault, Label, Span, fault
from nndsl.ir.node import Node, concrete, topological
from nndsl.lower.graphs import StepGraph, Variable
from nndsl.semantics.constants import BINARY
from nndsl.semantics.modules import in_library
from nndsl.semantics.program import Expect, Program, Sample, Settings, Train
from nndsl.syntax import ast

if TYPE_CHECKING:
    from nndsl.runtime.trainer import NotFinite

# What a primitive does when it makes a number that is not finite from finite ones.
CAUSES = {
    "log": "the logarithm of a number that is not positive",
    "log1p": "the logarithm of a number that is not positive",
    "sqrt": "the root of a negative number",
    "div": "a division by 0, or a number too large",
    "pow": "a power that is not a number, or too large",
    "exp": "the exponential of a large number",
    "expm1": "the exponential of a large number",
}
TOO_LARGE = "a number too large for {precision}"
UNITS = (("TB", 1 << 40), ("GB", 1 << 30), ("MB", 1 << 20))


def not_finite(train: Train, failure: NotFinite, steps: int, program: Program) -> Fault:
    """E0601, at the equation that made it; at the statement where that is not known."""
    optimizer, precision = optimizer_words(train, program), program.settings.precision
    node = failure.node
    span = _place(node, train)
    labels: tuple[Label, ...] = ()
    if node is not None:
        words = CAUSES.get(node.op, TOO_LARGE.format(precision=precision))
        of_loss = span == train.network_span and train.loss is not None
        labels = (Label(span, f"the loss `{_loss_name(train)}`: {words}" if of_loss else words),)
    if span != train.network_span:
        labels += (Label(train.network_span, "in this training"),)
    kept = f"the weights from before this {'epoch' if failure.epoch > 1 else 'training'} are back"
    facts = [f"the optimizer is {optimizer}"]
    if failure.gradient_norm is not None:
        facts.append(f"the gradient's norm was {failure.gradient_norm:.3g} a step before")
    return fault(
        "E0601",
        f"a number became infinite or is no number in epoch {failure.epoch}, step {failure.step} of {steps}",
        span,
        labels=labels,
        notes=(", and ".join(facts), kept),
        help=_advice(train, node),
    )


def not_finite_at_first(variable: Variable) -> Fault:
    """E0601, for a first value that an initializer made."""
    return fault(
        "E0601",
        f"`{variable.name}` begins with a number that is infinite or is no number",
        variable.span,
        help="look at its initializer: at which shape does it divide by 0, or take a root or logarithm it cannot?",
    )


def not_finite_answer(sample: Sample, step: int) -> Fault:
    """E0601, for a network that tells no number when it goes on with a sequence."""
    return fault(
        "E0601",
        f"`{sample.network}` gives a number that is infinite or is no number at step {step}",
        sample.network_span,
        notes=("each answer is what the network sees next: a series that grows without end comes to this",),
        help="train it longer or with another seed, or ask for fewer steps",
    )


def _loss_name(train: Train) -> str:
    """The loss as written, or the one that was chosen."""
    loss = train.loss
    return loss.text if isinstance(loss, ast.Name) else _one_line(loss.span.text) if loss else ""


def _place(node: Node | None, train: Train) -> Span:
    """The equation's place in the user's own text."""
    if node is None or node.origin is None or in_library(node.origin):
        return train.places.get("loss", train.network_span)
    return node.origin


def optimizer_words(train: Train, program: Program) -> str:
    """``adam` with `lr` 0.001`: the optimizer as written, with its learning rate where that was left out."""
    expr = train.optimizer
    head = expr.function if isinstance(expr, ast.Call) else expr
    name = head.text if isinstance(head, ast.Name) else ""
    written = " ".join(expr.span.text.split()) if "optimizer" in train.places else name
    entry = program.scope.find(name, ("optimizer",))
    parameters = entry.definition.parameters if entry else ()
    given = expr.arguments if isinstance(expr, ast.Call) else ()
    first = bool(given) and given[0].name is None and bool(parameters) and parameters[0].name == "lr"
    rate = next((p.default for p in parameters if p.name == "lr" and p.default is not None), None)
    known = first or any(argument.name == "lr" for argument in given) or rate is None
    words = f"`{written}`" if known or rate is None else f"`{written}` with `lr` {rate.span.text}"
    return (
        words if train.schedule is None else f"{words} and the schedule `{' '.join(train.schedule.span.text.split())}`"
    )


def _advice(train: Train, node: Node | None) -> str:
    if (
        node is not None
        and node.op in ("log", "log1p", "sqrt", "div", "pow")
        and node.origin
        and not in_library(node.origin)
    ):
        return "keep what goes in away from where this is not defined: `max(x, 1e-6)`; or try a smaller `lr`"
    clip = "" if train.clip is not None else ", or add `clip 1`"
    return f"try a smaller `lr`{clip}; numbers in the data that are very large want an encoder, such as `-> standard`"


def unwatchable(train: Train) -> Fault:
    """E0403, for a loss that is one number whatever the example: there is none of the validation part."""
    place = train.places.get("stop", train.network_span)
    loss = Label(train.places["loss"], "the same for all examples") if "loss" in train.places else None
    return fault(
        "E0403",
        "early stopping watches the validation loss, but this loss does not depend on the example",
        place,
        labels=(loss,) if loss else (),
        help="watch something else: `monitor=train.loss`, or a metric",
    )


def false_expectation(expect: Expect, sides: tuple[Any, Any] | None) -> Fault:
    """E0602, with what stands on both sides."""
    expr = expect.expr
    notes: tuple[str, ...] = ()
    if sides is not None and isinstance(expr, ast.Binary):
        left, right = (_side(e, v) for e, v in zip((expr.left, expr.right), sides, strict=True))
        notes = tuple(note for note in (left, right) if note)
    return fault("E0602", f"it does not hold that `{_one_line(expr.span.text)}`", expr.span, notes=notes)


def _side(expr: ast.Expr, value: Any) -> str | None:
    if isinstance(expr, ast.Number):
        return None
    return (
        f"`{_one_line(expr.span.text)}` is {value:.6g}"
        if isinstance(value, float)
        else f"`{_one_line(expr.span.text)}` is {value}"
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def is_comparison(expr: ast.Expr) -> bool:
    return isinstance(expr, ast.Binary) and expr.op in BINARY and expr.op not in ("and", "or", "+", "-", "*", "/", "^")


def out_of_memory(span: Span, tensors: Mapping[str, int]) -> Fault:
    """E0603. tensors: bytes by name."""
    largest = sorted(tensors.items(), key=lambda item: -item[1])[:5]
    notes = tuple(f"`{name}` takes {_bytes(size)}" for name, size in largest)
    return fault(
        "E0603", "there is not enough memory", span, notes=notes, help="try a smaller `batch`, or a smaller network"
    )


def bytes_of(node: Node, batch: int, precision: str) -> int:
    """Of one tensor of the IR."""
    return math.prod(concrete(node.shape, {"B": batch})) * (4 if precision == "float32" or node.dtype != "float" else 8)


def step_sizes(graph: StepGraph, batch: int, precision: str) -> dict[str, int]:
    """The values a step computes, by the text that asked for them: of several, the largest."""
    found: dict[str, int] = {}
    for node in topological([graph.objective]):
        if node.origin is not None and node.inputs:
            name = _one_line(node.origin.text)
            found[name] = max(found.get(name, 0), bytes_of(node, batch, precision))
    return found


def _bytes(count: int) -> str:
    for unit, size in UNITS:
        if count >= size / 10:
            return f"{count / size:,.1f} {unit}"
    return f"{count:,} bytes"


def cannot_write(path: Path, span: Span, problem: OSError) -> Fault:
    """E0702."""
    reason = problem.strerror or str(problem)
    return fault("E0702", f"`{path}` cannot be written: {reason.lower()}", span)


def check_device(settings: Settings, span: Span | None) -> None:
    """`auto` is the CPU; this version has no other device. Raises E0703."""
    if settings.device == "cuda":
        raise fault(
            "E0703",
            "there is no `cuda` in this version: networks are trained on the CPU",
            span,
            help="write `set device cpu`, or leave it out",
        )
