"""Which target a network of sequences is compared with: one for each step, or what comes after the last.

In: the signature of the data and what a network gives. Out: the signature with the right one of both as `target`.
Everything that speaks of the target of a network goes through `resolve` first. A network whose loss is silent about
the target, as that of an autoencoder, has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from nndsl.data.types import Field, Signature
from nndsl.ir.node import Dim
from nndsl.lower.graphs import Value
from nndsl.lower.values import Tensor
from nndsl.semantics.program import Program
from nndsl.semantics.walk import names as walk_names
from nndsl.syntax import ast


class Shaped(Protocol):
    """A tensor or a value of a graph."""

    @property
    def shape(self) -> tuple[Dim, ...]: ...


def resolve(signature: Signature, outputs: Sequence[Shaped]) -> Signature:
    """The signature as a network sees it: `target` is `shifted` where its only output keeps the axis of time."""
    shifted = signature.shifted
    if shifted is None:
        return signature
    if len(outputs) == 1 and signature.target is not None and keeps_time(outputs[0].shape, signature.target, shifted):
        return replace(signature, target=shifted)
    return replace(signature, shifted=None)


def keeps_time(shape: Sequence[Dim], target: Field, shifted: Field) -> bool:
    """Whether an output has a value (or a score for each class) at each step."""
    if not shape or shape[0] != shifted.shape[0]:
        return False
    rank = len(shifted.shape) + (1 if shifted.kind == "category" else 0)
    if len(shape) == rank:
        return True
    # One number a step: the score of two classes, or a target of one number. Where it could be the classes or the
    # values after the last step too, it is those.
    single = len(shifted.classes) == 2 if shifted.kind == "category" else shifted.shape[1:] == (1,)
    after = len(shifted.classes) if target.kind == "category" else target.shape[-1] if target.shape else 1
    return single and len(shape) == rank - 1 and shape[0] != after


def source_of(signature: Signature) -> str:
    """Which rows of a part fill the target of a resolved signature: "shifted" or "target"."""
    return "shifted" if signature.shifted is not None and signature.target == signature.shifted else "target"


# ---- whether a loss compares with it ---------------------------------------------------------------


def known_to(program: Program, signature: Signature, trained: ast.Expr | None, asked: ast.Expr | None) -> Signature:
    """The signature without a target, where neither the loss a network was trained with nor the one it is asked for
    speaks of it. trained: None where it was not trained, or with the loss that fits the target.
    """
    if trained is None or any(speaks_of_target(program, loss) for loss in (trained, asked) if loss is not None):
        return signature
    return replace(signature, target=None, shifted=None)


def speaks_of_target(program: Program, expr: ast.Expr) -> bool:
    """Whether a loss compares with the target: a loss by its name does, an expression where it says so."""
    head = expr.function if isinstance(expr, ast.Call) else expr
    named = isinstance(head, ast.Name) and program.scope.find(head.text, ("loss",)) is not None
    fed = isinstance(expr, ast.Call) and any(_is_fed(argument.value) for argument in expr.arguments)
    return (named and not fed) or any(name.text == "target" for name in walk_names(expr))


def _is_fed(value: ast.Expr) -> bool:
    return any(name.text in ("input", "output") for name in walk_names(value))


# ---- one step of it --------------------------------------------------------------------------------


def at_a_step(field: Field) -> Field:
    """The target of one step."""
    return replace(field, shape=field.shape[1:], time=False, ragged=False) if field.time else field


def output_at_a_step(value: Value) -> Value:
    """What a network gives at one step."""
    return Value(value.node, value.kind, value.shape[1:], value.span)


def tensor_at_a_step(t: Tensor) -> Tensor:
    """For what is asked of its shape and kind alone: the node is still that of all steps."""
    return replace(t, ghosts=(True, *t.ghosts[1:]))
