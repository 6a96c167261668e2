"""What the compiler knows and the text does not say, to be shown within its lines: shapes on the way through a network,
and the loss that was chosen.

In: a module's tree and what checking it gave, faults or not. Out: hints by place. A network with a fault shows what
comes before it. Nothing is computed; never raises.
"""

from __future__ import annotations

from collections.abc import Iterator

from nndsl.diagnostics import Span
from nndsl.editor.shapes import Step, about, read
from nndsl.lower.check import Checked
from nndsl.semantics.program import Program, Train
from nndsl.syntax import ast
from nndsl.values import value


@value
class Hint:
    """label: shown behind `place`, which is empty. kind: shape or loss. about: what it is said of. text: what else."""

    place: Span
    label: str
    kind: str
    about: Span
    text: str = ""


def hints(module: ast.Module, checked: Checked) -> tuple[Hint, ...]:
    """All hints of a text, in its order."""
    found: list[Hint] = []
    for statement in module.statements:
        if isinstance(statement, ast.Definition) and statement.kind == "network":
            reading = read(statement, module, checked)
            found += [_shape(step) for step in reading.steps() if step.changes] if reading is not None else []
    found += _losses(module, checked.program)
    return tuple(sorted(found, key=lambda hint: hint.place.start))


def _shape(step: Step) -> Hint:
    return Hint(_behind(step.span), " ... ".join(step.shapes), "shape", step.span, about(step))


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
