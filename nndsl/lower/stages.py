"""What a network's values go through, noted while its body is read: layers, activations, functions, equations.

In: the frame of a body and what one use in it gave. Out: a `Stage` at the end of the build's list, of the network's own
body alone: what a layer is made of inside is its own matter. Nothing is computed. `layers.py` makes a list of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nndsl.diagnostics import Span
from nndsl.lower.values import Tensor
from nndsl.semantics.roles import FLOW
from nndsl.syntax import ast

if TYPE_CHECKING:
    from nndsl.lower.frame import Frame


@dataclass(frozen=True, slots=True)
class Stage:
    """
    name: where its weights live (`dense_1`), the name of a function, or what an equation is called. role: a row of
    ROLES, `function` or `equation`. span: as written. fed: what flowed in, where something did. values: what it gave.
    """

    name: str
    role: str
    span: Span
    fed: tuple[Any, ...]
    values: tuple[Tensor, ...]


def note_use(name: str, role: str, span: Span, fed: Sequence[Any], value: Any, frame: Frame) -> None:
    """`value -> f(...)`, for a definition or a function that values flow through."""
    if frame.top and role in (*FLOW, "function"):
        frame.build.stages.append(Stage(name, role, span, tuple(fed), _tensors(value)))


def note_equation(expr: ast.Expr, value: Any, frame: Frame, name: str) -> None:
    """`h = x @ W + b`: what a line says beside uses, and not only a name of what is there already."""
    if not frame.top or not isinstance(value, Tensor) or isinstance(expr, ast.Name):
        return
    known = frame.build.stages[-1].values if frame.build.stages else ()
    if all(value is not one for one in known):
        frame.build.stages.append(Stage(name, "equation", expr.span, (), (value,)))


def _tensors(value: Any) -> tuple[Tensor, ...]:
    values = value if isinstance(value, tuple) else (value,)
    return tuple(one for one in values if isinstance(one, Tensor))
