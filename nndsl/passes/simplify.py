"""Shorter graphs of the same value: laws of elementwise arithmetic. `simplify_views` has those of views and reductions.

In: outputs. Out: outputs of the same shapes and values, up to rounding. A law that would hide NaN or infinity (x * 0,
x - x, x / x) is not here. Constants come to stand at the left of `+` and `*`, negations outside.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from nndsl.ir import build as b
from nndsl.ir.node import Node, make
from nndsl.ir.primitive import Setting
from nndsl.ir.table import TABLE
from nndsl.passes.match import both, constant_along, is_map, is_op, number
from nndsl.passes.rewrite import Rule, rewrite
from nndsl.passes.simplify_order import ORDER_RULES
from nndsl.passes.simplify_overlap import LATE_RULES, has_windows
from nndsl.passes.simplify_parts import PART_RULES, borders_shared
from nndsl.passes.simplify_views import VIEW_RULES
from nndsl.passes.simplify_windows import WINDOW_RULES

_EXACT = Setting(precision="float64")


def fold(node: Node) -> Node | None:
    """f(constants) -> a constant; not where finite constants give NaN or infinity, so that the fault keeps its
    place.
    """
    if not is_map(node) or any(x.op != "const" for x in node.inputs):
        return None
    reference = TABLE[node.op].reference
    assert reference is not None
    values = [np.asarray(x["value"]) for x in node.inputs]
    with np.errstate(all="ignore"):
        value = reference(node, _EXACT, *values).item()
    if not math.isfinite(value) and all(math.isfinite(x["value"]) for x in node.inputs):
        return None
    return b.const(value, node.dtype)


def expand_outward(node: Node) -> Node | None:
    """f(expand(x), y) -> f(x, y), or expand(f(x, y)) where y does not fill the shape: computed on the smaller shape."""
    if not is_map(node) or not any(x.op == "expand" for x in node.inputs):
        return None
    inputs = [x.inputs[0] if x.op == "expand" else x for x in node.inputs]
    smaller = b.again(node, inputs)
    return b.expand(smaller, node.shape)


def reshape_outward(node: Node) -> Node | None:
    """f(reshape(x), reshape(y), scalars) -> reshape(f(x, y, scalars)) where x and y have one shape."""
    if not is_map(node) or not all(x.op == "reshape" or x.rank == 0 for x in node.inputs):
        return None
    inputs = [x.inputs[0] if x.op == "reshape" and x.rank else x for x in node.inputs]
    sources = {x.shape for x in inputs if x.rank}
    targets = {x.shape for x in node.inputs if x.rank}
    if len(sources) != 1 or len(targets) != 1:
        return None
    return b.reshape(b.again(node, inputs), node.shape)


def negation(node: Node) -> Node | None:
    """--x -> x; -(a - b) -> b - a; -(c * x) -> (-c) * x; -(c / x) -> (-c) / x."""
    if node.op != "neg":
        return None
    (x,) = node.inputs
    if x.op == "neg":
        return x.inputs[0]
    if x.op == "sub":
        return b.sub(x.inputs[1], x.inputs[0])
    if x.op in ("mul", "div") and (c := number(x.inputs[0])) is not None:
        return b.expand(b.apply(x.op, b.const(-c, node.dtype), x.inputs[1]), node.shape)
    return None


def constants_left(node: Node) -> Node | None:
    """x + c -> c + x; x * c -> c * x; x * s -> s * x for a scalar s (of shape ())."""
    if node.op not in ("add", "mul"):
        return None
    x, c = node.inputs
    if number(c) is not None:
        return make(node.op, c, x) if number(x) is None else None
    return b.mul(c, x) if node.op == "mul" and c.rank == 0 and x.rank > 0 else None


def constants_together(node: Node) -> Node | None:
    """c + (d + x) -> (c + d) + x; c * (d * x) -> (c * d) * x."""
    if node.op not in ("add", "mul"):
        return None
    c, rest = node.inputs
    if c.op != "const" or rest.op != node.op or rest.inputs[0].op != "const":
        return None
    return make(node.op, make(node.op, c, rest.inputs[0]), rest.inputs[1])


def scalars_together(node: Node) -> Node | None:
    """s * (t * x) -> (s * t) * x; s * (x / t) -> (s / t) * x; (s * x) / t -> (s / t) * x, for scalars s and t: one
    product an element.
    """
    if node.op not in ("mul", "div") or node.rank == 0:
        return None
    s, rest = node.inputs if node.op == "mul" else reversed(node.inputs)
    if s.rank or rest.op not in ("mul", "div"):
        return None
    t, x = rest.inputs if rest.op == "mul" else reversed(rest.inputs)
    if t.rank or x.rank == 0 or (node.op, rest.op) == ("div", "div"):
        return None
    scale = b.mul(s, t) if node.op == rest.op else b.div(t, s) if node.op == "div" else b.div(s, t)
    return b.mul(scale, x) if node.dtype == "float" else None


def neutral(node: Node) -> Node | None:
    """0 + x -> x; x - 0 -> x; 1 * x -> x; x / 1 -> x; 0 - x -> -x; -1 * x -> -x; x / -1 -> -x."""
    if node.op not in ("add", "sub", "mul", "div"):
        return None
    x, y = node.inputs
    left, right = number(x), number(y)
    if (node.op, left) in (("add", 0), ("mul", 1)):
        return b.expand(y, node.shape)
    if (node.op, right) in (("sub", 0), ("div", 1)):
        return b.expand(x, node.shape)
    if (node.op, left) in (("sub", 0), ("mul", -1)):
        return b.expand(b.neg(y), node.shape)
    return b.expand(b.neg(x), node.shape) if (node.op, right) == ("div", -1) else None


def sums(node: Node) -> Node | None:
    """a + -c -> a - c; x + x -> 2 * x; a/s + c/s -> (a + c) / s."""
    if node.op != "add":
        return None
    a, c = node.inputs
    if a is c:
        return b.mul(b.const(2, node.dtype), a)
    if a.op == "div" and c.op == "div" and a.inputs[1] is c.inputs[1]:
        return b.div(b.add(a.inputs[0], c.inputs[0]), a.inputs[1])
    return both(node, lambda x, y: b.sub(x, y.inputs[0]) if y.op == "neg" else None)


def differences(node: Node) -> Node | None:
    """a - -c -> a + c; -a - c -> -(a + c); x - c -> -c + x; x - (-c) * y -> x + c * y; a/s - c/s -> (a - c) / s."""
    if node.op != "sub":
        return None
    a, c = node.inputs
    if c.op == "neg":
        return b.add(a, c.inputs[0])
    if a.op == "neg":
        return b.neg(b.add(a.inputs[0], c))
    if c.op == "const":
        return b.add(b.const(-c["value"], node.dtype), a)
    if c.op == "mul" and c.inputs[0].op == "const" and math.copysign(1.0, c.inputs[0]["value"]) < 0:
        return b.add(a, b.mul(b.const(-c.inputs[0]["value"], node.dtype), c.inputs[1]))
    if a.op == "div" and c.op == "div" and a.inputs[1] is c.inputs[1]:
        return b.div(b.sub(a.inputs[0], c.inputs[0]), a.inputs[1])
    return None


def products(node: Node) -> Node | None:
    """-a * c -> -(a * c); c * -x -> (-c) * x; a * (1 / x) -> a / x; a * (-1 / x) -> -(a / x); c * (d / x) -> (c * d)
    / x.
    """
    if node.op != "mul":
        return None
    a, c = node.inputs
    if a.op == "neg" or c.op == "neg":
        value = number(a)
        if value is not None:
            return b.expand(b.mul(b.const(-value, node.dtype), c.inputs[0]), node.shape)
        return b.neg(b.mul(a.inputs[0], c) if a.op == "neg" else b.mul(a, c.inputs[0]))
    found = both(node, _product_with_quotient)
    return None if found is None else b.expand(found, node.shape)


def _product_with_quotient(a: Node, c: Node) -> Node | None:
    if a.op != "div" or (value := number(a.inputs[0])) is None:
        return None
    if abs(value) == 1:
        return b.div(c, a.inputs[1]) if value == 1 else b.neg(b.div(c, a.inputs[1]))
    other = number(c)
    return None if other is None else b.div(b.const(other * value), a.inputs[1])


def quotients(node: Node) -> Node | None:
    """-a / c -> -(a / c); a / -c -> -(a / c); x / c -> (1/c) * x where 1/c is exact; (c * x) / d -> (c / d) * x."""
    if node.op != "div":
        return None
    a, c = node.inputs
    if a.op == "neg":
        return b.neg(b.div(a.inputs[0], c))
    if c.op == "neg":
        return b.neg(b.div(a, c.inputs[0]))
    value = c["value"] if c.op == "const" else 0.0
    if value and abs(math.frexp(value)[0]) == 0.5:
        return b.mul(1.0 / value, a)
    if value and a.op == "mul" and a.inputs[0].op == "const":
        return b.mul(a.inputs[0]["value"] / value, a.inputs[1])
    return None


def sizes(node: Node) -> Node | None:
    """(s * x) / s -> x for a size s, which is neither 0 nor infinite; (c * x) / (d * s) -> ((c / d) * x) / s for
    constants c and d.
    """
    if node.op != "div" or node.inputs[0].op != "mul":
        return None
    a, c = node.inputs
    if c.op == "size":
        return both(a, lambda x, y: b.expand(y, node.shape) if x is c else None)
    if c.op != "mul" or c.inputs[0].op != "const" or a.inputs[0].op != "const" or not c.inputs[0]["value"]:
        return None
    return b.div(b.mul(a.inputs[0]["value"] / c.inputs[0]["value"], a.inputs[1]), c.inputs[1])


def divisors_together(node: Node) -> Node | None:
    """(a / s) / t -> a / (s * t) where s * t is smaller than the result: one division an element, not two."""
    if node.op != "div" or node.inputs[0].op != "div":
        return None
    (a, s), t = node.inputs[0].inputs, node.inputs[1]
    together = b.mul(s, t)
    return b.div(a, together) if together.shape != node.shape else None


def share_of_sum(node: Node) -> Node | None:
    """(a / s) * e -> a * (e / s) for the sum s of an exponential e, where a differs along the sum: the derivative of a
    softmax needs its value alone.
    """
    if node.op != "mul":
        return None

    def one_way(quotient: Node, e: Node) -> Node | None:
        if quotient.op != "div" or e.op != "exp":
            return None
        a, s = quotient.inputs
        if s.op != "sum" or s.inputs[0] is not e or constant_along(a, s["axes"], e.rank):
            return None  # an a that is the same along the sum is divided once a row
        return b.mul(a, b.div(e, s))

    return both(node, one_way)


def powers(node: Node) -> Node | None:
    """x^0 -> 1; x^1 -> x; x^2 -> x * x; x^3 -> x * x * x; x^-1 -> 1 / x; x^-2 -> 1 / (x * x); x^0.5 -> sqrt(x);
    x^-0.5 -> 1 / sqrt(x).
    """
    if node.op != "pow" or (exponent := number(node.inputs[1])) is None:
        return None
    x = node.inputs[0]
    short = {0.0: lambda: b.const(1.0), 0.5: lambda: b.sqrt(x), 1.0: lambda: x, 2.0: lambda: b.mul(x, x)}
    short[3.0] = lambda: b.mul(b.mul(x, x), x)
    if exponent in short:
        return b.expand(short[exponent](), node.shape)
    return b.expand(b.div(1.0, short[-exponent]()), node.shape) if -exponent in short else None


def choices(node: Node) -> Node | None:
    """where(true, a, c) -> a; where(k, a, a) -> a; where(not k, a, c) -> where(k, c, a); an inner choice by the same
    k is settled.
    """
    if node.op != "where":
        return None
    k, a, c = node.inputs
    if k.op == "const":
        return b.expand(a if k["value"] else c, node.shape)
    if a is c:
        return b.expand(a, node.shape)
    if k.op == "not":
        return b.where(k.inputs[0], c, a)
    if a.op == "where" and a.inputs[0] is k:
        return b.expand(b.where(k, a.inputs[1], c), node.shape)
    if c.op == "where" and c.inputs[0] is k:
        return b.expand(b.where(k, a, c.inputs[2]), node.shape)
    return None


def scaled_choice(node: Node) -> Node | None:
    """c * where(k, d, e) -> where(k, c * d, c * e); -where(k, d, e) -> where(k, -d, -e), for constants d and e."""
    if node.op not in ("mul", "neg"):
        return None
    *factor, choice = node.inputs
    if choice.op != "where" or any(x.op != "const" for x in (*factor, *choice.inputs[1:])):
        return None
    k, d, e = choice.inputs
    return b.where(k, make(node.op, *factor, d), make(node.op, *factor, e))


def same_type(node: Node) -> Node | None:
    """cast(x, its own dtype) -> x; cast(cast(x, float), bool) of an int or bool x -> cast(x, bool)."""
    if node.op != "cast":
        return None
    (x,) = node.inputs
    if x.dtype == node.dtype:
        return x
    if node.dtype == "bool" and x.op == "cast" and x.inputs[0].dtype != "float":
        return b.cast(x.inputs[0], "bool")
    return None


def twice(node: Node) -> Node | None:
    """not not k -> k; |-x| -> |x|; ||x|| -> |x|; stop(stop(x)) -> stop(x)."""
    if node.op not in ("not", "abs", "stop"):
        return None
    (x,) = node.inputs
    if node.op == "not":
        return x.inputs[0] if x.op == "not" else None
    if node.op == "abs" and is_op(x, "neg"):
        return b.absolute(x.inputs[0])
    return x if x.op == node.op else None


def stop_is_identity(node: Node) -> Node | None:
    """stop(x) -> x, once there is nothing left to derive."""
    return node.inputs[0] if node.op == "stop" else None


RULES: tuple[Rule, ...] = (
    fold,
    expand_outward,
    reshape_outward,
    constants_left,
    neutral,
    constants_together,
    scalars_together,
    negation,
    scaled_choice,
    sums,
    differences,
    products,
    quotients,
    sizes,
    divisors_together,
    share_of_sum,
    powers,
    choices,
    same_type,
    twice,
    *VIEW_RULES,
    *ORDER_RULES,
    *PART_RULES,
    *WINDOW_RULES,
)


def simplify(outputs: Sequence[Node], *, derived: bool = False) -> list[Node]:
    """The outputs, shorter. derived: no gradient will be asked for any more, so `stop` goes too."""
    if not derived:
        return rewrite(outputs, RULES)
    found = rewrite(outputs, (*RULES, stop_is_identity))
    if has_windows(found):
        found = borders_shared(rewrite(found, (*RULES, stop_is_identity, *LATE_RULES)))
    return found
