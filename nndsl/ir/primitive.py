"""One row of the table of primitives: everything that is known of an operation stands here, side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from nndsl.ir.node import DType, Node, Shape

Kind = Literal["leaf", "map", "reduce", "view", "window", "dot", "index", "random", "host", "scan", "part"]
Infer = Callable[[tuple[Node, ...], dict[str, Any]], tuple[Shape, DType]]
Vjp = Callable[[Node, Node], tuple[Node | None, ...]]


@dataclass(frozen=True, slots=True)
class Setting:
    """What a backend must know to run a graph: real sizes, the float type, and the state of the random numbers."""

    sizes: dict[str, int] = field(default_factory=dict)
    precision: str = "float32"  # or float64
    seed: int = 0
    step: int = 1  # of training, from 1: random numbers depend on it


Reference = Callable[..., Any]  # (node, setting, *inputs) -> array; of a scan a tuple of arrays


@dataclass(frozen=True, slots=True)
class Primitive:
    """
    name, kind: `kind` decides how passes and backends treat it; nothing dispatches on the name.
    arity: number of inputs, None for any.
    infer: (inputs, attrs) -> (shape, dtype); raises ShapeError.
    vjp: (node, gradient of the node) -> gradient of each input, None where there is none (integers, conditions).
         None as a whole: not differentiable.
    reference: NumPy, the definition of the primitive.
    code: scalar code for kernels, with holes {0} {1} {2} for the operands (map), or the combination of {0} (so far)
         and {1} (reduce); for argmax and argmin, whether {1} takes the place of {0}. Attributes are holes by their name
         (`cast_{to}`). `real(1)` is a number of the kernel's float type; exp, log, log1p, expm1, sqrt, sin, cos, tanh,
         erf, floor, pow, abs and cast_* are supplied by the emitter.
    identity: of a reduction: what `{0}` starts from ("sum": 0).
    cost: 0 free, 1 arithmetic, 10 a transcendental function: whether it is worth storing or computing again.
    takes: what the operands of a map must be, for the builders to cast: "float", "number" (int or float, all alike),
         "any" (all alike), "bool". Other kinds: "".
    domain: an interval for each operand from which tests draw (smooth there).
    doc: one line.
    """

    name: str
    kind: Kind
    arity: int | None
    infer: Infer
    reference: Reference | None
    doc: str
    vjp: Vjp | None = None
    code: str = ""
    identity: float | None = None
    cost: int = 1
    takes: str = ""
    domain: tuple[tuple[float, float], ...] = ()


def precise(setting: Setting, dtype: DType) -> np.dtype[Any]:
    """The NumPy type of an IR dtype under a setting."""
    return np.dtype({"float": setting.precision, "int": "int32", "bool": "bool"}[dtype])
