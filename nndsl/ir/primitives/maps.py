"""Maps: elementwise functions, broadcasting as NumPy does. A row's operands all have the dtype it takes; the builders
cast.

Scalar code is plain Python that a vectorising compiler turns into selects: comparisons are joined by `&` and `|`, not
by jumps.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.ir import build as b
from nndsl.ir.node import DType, Node, Shape, ShapeError
from nndsl.ir.primitive import Infer, Primitive, Setting, Vjp, precise
from nndsl.ir.shapes import broadcast

Function = Callable[..., Any]
Grads = tuple[Node | None, ...]
REAL = (-2.0, 2.0)
POSITIVE = (0.3, 3.0)


def _infer(name: str, takes: str, result: DType | None) -> Infer:
    def infer(inputs: tuple[Node, ...], attrs: dict[str, Any]) -> tuple[Shape, DType]:
        allowed = {"float": ("float",), "number": ("float", "int"), "bool": ("bool",), "any": ("float", "int", "bool")}[
            takes
        ]
        for i, x in enumerate(inputs):
            if x.dtype not in allowed or x.dtype != inputs[0].dtype:
                raise ShapeError(f"`{name}` does not take {x.dtype} here", operands=(i,))
        return broadcast([x.shape for x in inputs]), result or inputs[0].dtype

    return infer


def _infer_where(inputs: tuple[Node, ...], attrs: dict[str, Any]) -> tuple[Shape, DType]:
    condition, yes, no = inputs
    if condition.dtype != "bool":
        raise ShapeError("`where` needs a condition first", operands=(0,))
    if yes.dtype != no.dtype:
        raise ShapeError(f"`where` cannot choose between {yes.dtype} and {no.dtype}", operands=(1, 2))
    return broadcast([x.shape for x in inputs]), yes.dtype


def _infer_cast(inputs: tuple[Node, ...], attrs: dict[str, Any]) -> tuple[Shape, DType]:
    return inputs[0].shape, attrs["to"]


def _fit(g: Node, x: Node) -> Node:
    return b.sum_to(g, x.shape)


# ---- derivatives: (node, gradient of the node) -> gradients of its operands


def _flat(node: Node, g: Node) -> Grads:
    return (None,) * len(node.inputs)


def _neg(node: Node, g: Node) -> Grads:
    return (b.neg(g),)


def _abs(node: Node, g: Node) -> Grads:
    return (b.mul(g, b.sign(node.inputs[0])),)


def _exp(node: Node, g: Node) -> Grads:
    return (b.mul(g, node),)


def _log(node: Node, g: Node) -> Grads:
    return (b.div(g, node.inputs[0]),)


def _log1p(node: Node, g: Node) -> Grads:
    return (b.div(g, b.add(1.0, node.inputs[0])),)


def _expm1(node: Node, g: Node) -> Grads:
    return (b.mul(g, b.add(1.0, node)),)


def _sqrt(node: Node, g: Node) -> Grads:
    return (b.div(b.mul(0.5, g), node),)


def _sin(node: Node, g: Node) -> Grads:
    return (b.mul(g, b.cos(node.inputs[0])),)


def _cos(node: Node, g: Node) -> Grads:
    return (b.neg(b.mul(g, b.sin(node.inputs[0]))),)


def _tanh(node: Node, g: Node) -> Grads:
    return (b.mul(g, b.sub(1.0, b.mul(node, node))),)


def _sigmoid(node: Node, g: Node) -> Grads:
    return (b.mul(g, b.mul(node, b.sub(1.0, node))),)


def _softplus(node: Node, g: Node) -> Grads:
    return (b.mul(g, b.sigmoid(node.inputs[0])),)


def _erf(node: Node, g: Node) -> Grads:
    x = node.inputs[0]
    return (b.mul(g, b.mul(2.0 / math.sqrt(math.pi), b.exp(b.neg(b.mul(x, x))))),)


def _cast(node: Node, g: Node) -> Grads:
    return (g if node.inputs[0].dtype == node.dtype else None,)


def _add(node: Node, g: Node) -> Grads:
    x, y = node.inputs
    return _fit(g, x), _fit(g, y)


def _sub(node: Node, g: Node) -> Grads:
    x, y = node.inputs
    return _fit(g, x), _fit(b.neg(g), y)


def _mul(node: Node, g: Node) -> Grads:
    x, y = node.inputs
    return _fit(b.mul(g, y), x), _fit(b.mul(g, x), y)


def _div(node: Node, g: Node) -> Grads:
    x, y = node.inputs
    return _fit(b.div(g, y), x), _fit(b.neg(b.div(b.mul(g, node), y)), y)


def _pow(node: Node, g: Node) -> Grads:
    """The exponent's derivative is 0 where the base is not positive: it has no logarithm there."""
    x, y = node.inputs
    base = b.mul(y, b.power(x, b.sub(y, 1.0)))
    exponent = b.mul(node, b.log(b.where(b.greater(x, 0.0), x, 1.0)))
    return _fit(b.mul(g, base), x), _fit(b.mul(g, exponent), y)


def _maximum(node: Node, g: Node) -> Grads:
    """To the first where it is greater, else to the second: relu has derivative 0 at 0."""
    x, y = node.inputs
    first = b.greater(x, y)
    return _fit(b.where(first, g, 0.0), x), _fit(b.where(first, 0.0, g), y)


def _minimum(node: Node, g: Node) -> Grads:
    """To the first where it is less, else to the second."""
    x, y = node.inputs
    first = b.less(x, y)
    return _fit(b.where(first, g, 0.0), x), _fit(b.where(first, 0.0, g), y)


def _mod(node: Node, g: Node) -> Grads:
    x, y = node.inputs
    return _fit(g, x), _fit(b.neg(b.mul(g, b.floor(b.div(x, y)))), y)


def _where(node: Node, g: Node) -> Grads:
    condition, x, y = node.inputs
    return None, _fit(b.where(condition, g, 0.0), x), _fit(b.where(condition, 0.0, g), y)


# ---- references


def _reference(function: Function) -> Callable[..., NDArray[Any]]:
    def reference(node: Node, setting: Setting, *values: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(function(*values), dtype=precise(setting, node.dtype))

    return reference


def _cast_value(node: Node, setting: Setting, x: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(x).astype(precise(setting, node.dtype))


_erf_value = np.vectorize(math.erf, otypes=[np.float64])


def _map(
    name: str,
    takes: str,
    function: Function,
    code: str,
    doc: str,
    vjp: Vjp | None,
    domain: tuple[tuple[float, float], ...],
    *,
    cost: int = 1,
    result: DType | None = None,
) -> Primitive:
    infer = _infer(name, takes, result)
    return Primitive(
        name, "map", len(domain), infer, _reference(function), doc, vjp, code, None, cost, takes=takes, domain=domain
    )


def _comparison(name: str, takes: str, function: Function, sign: str, doc: str) -> Primitive:
    return _map(name, takes, function, f"({{0}} {sign} {{1}})", doc, None, (REAL, REAL), result="bool")


_SIGN = "(real(1) if {0} > real(0) else (real(-1) if {0} < real(0) else {0}))"
_MAXIMUM = "({0} if ({0} > {1}) | ({0} != {0}) else {1})"
_MINIMUM = "({0} if ({0} < {1}) | ({0} != {0}) else {1})"
_SOFTPLUS = "(({0} if {0} > real(0) else real(0)) + log1p(exp(-abs({0}))))"

ROWS = (
    _map("neg", "number", np.negative, "(-{0})", "-x", _neg, (REAL,)),
    _map("abs", "number", np.abs, "abs({0})", "the absolute value; its derivative at 0 is 0", _abs, (POSITIVE,)),
    _map("sign", "number", np.sign, _SIGN, "-1, 0 or 1", _flat, (POSITIVE,)),
    _map("exp", "float", np.exp, "exp({0})", "e to the power x", _exp, (REAL,), cost=10),
    _map("log", "float", np.log, "log({0})", "the natural logarithm", _log, (POSITIVE,), cost=10),
    _map("log1p", "float", np.log1p, "log1p({0})", "log(1 + x), precise near 0", _log1p, ((-0.5, 2.0),), cost=10),
    _map("expm1", "float", np.expm1, "expm1({0})", "exp(x) - 1, precise near 0", _expm1, (REAL,), cost=10),
    _map("sqrt", "float", np.sqrt, "sqrt({0})", "the square root", _sqrt, (POSITIVE,), cost=4),
    _map("sin", "float", np.sin, "sin({0})", "the sine of radians", _sin, (REAL,), cost=10),
    _map("cos", "float", np.cos, "cos({0})", "the cosine of radians", _cos, (REAL,), cost=10),
    _map("tanh", "float", np.tanh, "tanh({0})", "the hyperbolic tangent", _tanh, (REAL,), cost=10),
    _map("erf", "float", _erf_value, "erf({0})", "the error function", _erf, (REAL,), cost=10),
    _map(
        "sigmoid",
        "float",
        lambda x: 1 / (1 + np.exp(-x)),
        "(real(1) / (real(1) + exp(-{0})))",
        "1 / (1 + exp(-x)), with a derivative that cannot overflow",
        _sigmoid,
        (REAL,),
        cost=10,
    ),
    _map(
        "softplus",
        "float",
        lambda x: np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))),
        _SOFTPLUS,
        "log(1 + exp(x)), without overflow",
        _softplus,
        (REAL,),
        cost=20,
    ),
    _map("floor", "float", np.floor, "floor({0})", "the greatest whole number not above x", _flat, ((0.1, 0.9),)),
    _map("stop", "float", lambda x: x, "{0}", "x, through which no gradient flows", _flat, (REAL,), cost=0),
    _map("not", "bool", np.logical_not, "(not {0})", "whether the condition does not hold", None, (REAL,)),
    Primitive(
        "cast",
        "map",
        1,
        _infer_cast,
        _cast_value,
        "another dtype: to",
        _cast,
        "cast_{to}({0})",
        takes="any",
        domain=(REAL,),
    ),
    _map("add", "number", np.add, "({0} + {1})", "a + b", _add, (REAL, REAL)),
    _map("sub", "number", np.subtract, "({0} - {1})", "a - b", _sub, (REAL, REAL)),
    _map("mul", "number", np.multiply, "({0} * {1})", "a * b", _mul, (REAL, REAL)),
    _map("div", "float", np.divide, "({0} / {1})", "a / b", _div, (REAL, POSITIVE), cost=4),
    _map("pow", "float", np.power, "pow({0}, {1})", "a to the power b", _pow, (POSITIVE, REAL), cost=20),
    _map(
        "maximum",
        "number",
        np.maximum,
        _MAXIMUM,
        "the greater one; not a number if either is",
        _maximum,
        (REAL, POSITIVE),
    ),
    _map(
        "minimum",
        "number",
        np.minimum,
        _MINIMUM,
        "the lesser one; not a number if either is",
        _minimum,
        (REAL, POSITIVE),
    ),
    _map(
        "mod", "number", np.mod, "({0} % {1})", "the rest of a / b, with the sign of b", _mod, ((0.1, 0.9), (1.1, 1.9))
    ),
    _comparison("eq", "any", np.equal, "==", "whether both are equal"),
    _comparison("ne", "any", np.not_equal, "!=", "whether they differ"),
    _comparison("lt", "number", np.less, "<", "whether a < b"),
    _comparison("le", "number", np.less_equal, "<=", "whether a <= b"),
    _comparison("gt", "number", np.greater, ">", "whether a > b"),
    _comparison("ge", "number", np.greater_equal, ">=", "whether a >= b"),
    _map("and", "bool", np.logical_and, "({0} & {1})", "whether both hold", None, (REAL, REAL)),
    _map("or", "bool", np.logical_or, "({0} | {1})", "whether one holds", None, (REAL, REAL)),
    Primitive(
        "where",
        "map",
        3,
        _infer_where,
        _reference(np.where),
        "the second where the first holds, else the third",
        _where,
        "({1} if {0} else {2})",
        takes="any",
        domain=(REAL, REAL, REAL),
    ),
)
