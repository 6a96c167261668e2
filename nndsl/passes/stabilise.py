"""Formulas that overflow when taken literally -> formulas of the same value that do not.

In: outputs. Out: outputs, simplified too. Rules look at structure, so a user's own definitions profit as the
library's do: softmax, sigmoid, softplus and log-sum-exp in their usual forms, and the logarithm of them, also through
views, clipping, products and `y[k]`. Shifts that cancel (the maximum in a softmax) are put under `stop`, so that no
gradient is derived for them. Run this before `autodiff`. Source: Blanchard, Higham and Higham, "Accurately computing
the log-sum-exp and softmax functions", IMA J. Numer. Anal. 41 (2021).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from nndsl.ir import build as b
from nndsl.ir.node import Node, make
from nndsl.passes.match import both, constant_along, number
from nndsl.passes.rewrite import Rule, rewrite
from nndsl.passes.simplify import RULES

# ---- what a node is


def is_softmax(node: Node) -> tuple[Node, tuple[int, ...]] | None:
    """The logits and the axes if the node is exp(x) / sum(exp(x)), with or without a shift of x; else None."""
    if node.op != "div" or node.inputs[0].op != "exp" or node.inputs[1].op != "sum":
        return None
    top, bottom = node.inputs
    if bottom.inputs[0] is not top:
        return None
    return _unshifted(top.inputs[0], bottom["axes"]), bottom["axes"]


def is_sigmoid(node: Node) -> Node | None:
    """The logits if the node is a sigmoid: 1 / (1 + exp(-x)) or exp(x) / (1 + exp(x)); else None."""
    if node.op == "sigmoid":
        return node.inputs[0]
    if node.op != "div":
        return None
    top, bottom = node.inputs
    exponential = _one_plus(bottom)
    if exponential is None or exponential.op != "exp":
        return None
    (x,) = exponential.inputs
    if top is exponential:
        return x
    if number(top) != 1 or exponential.shape != node.shape:
        return None
    return x.inputs[0] if x.op == "neg" else b.neg(x)


def _unshifted(x: Node, axes: tuple[int, ...]) -> Node:
    """x without what is subtracted from all its elements along the axes."""
    while x.op == "sub" and x.inputs[0].shape == x.shape and constant_along(x.inputs[1], axes, x.rank):
        x = x.inputs[0]
    return x


def _one_plus(node: Node) -> Node | None:
    """The x of 1 + x."""
    return both(node, lambda one, x: x if number(one) == 1 else None) if node.op == "add" else None


def _shift(x: Node, axes: tuple[int, ...]) -> Node:
    return b.stop(b.reduce_max(x, axes))


# ---- rules that need no logarithm


def softmax(node: Node) -> Node | None:
    """exp(x) / sum(exp(x)) -> exp(x - m) / sum(exp(x - m)), where m is the maximum, under stop."""
    found = is_softmax(node)
    if found is None:
        return None
    x, axes = found
    e = b.exp(b.sub(x, _shift(x, axes)))
    return b.div(e, b.reduce_sum(e, axes))


def sigmoid(node: Node) -> Node | None:
    """1 / (1 + exp(-x)), exp(x) / (1 + exp(x)) -> sigmoid(x): its derivative y * (1 - y) has no inf * 0."""
    x = is_sigmoid(node) if node.op == "div" else None
    return None if x is None else b.sigmoid(x)


def tanh(node: Node) -> Node | None:
    """(exp(x) - exp(-x)) / (exp(x) + exp(-x)) -> tanh(x)."""
    if node.op != "div" or [x.op for x in node.inputs] != ["sub", "add"]:
        return None
    (up, down), bottom = node.inputs[0].inputs, node.inputs[1].inputs
    if up.op != "exp" or down.op != "exp" or {up, down} != set(bottom):
        return None
    x, y = up.inputs[0], down.inputs[0]
    if y.op == "neg" and y.inputs[0] is x:
        return b.tanh(x)
    return b.neg(b.tanh(y)) if x.op == "neg" and x.inputs[0] is y else None


def shift_restored(node: Node) -> Node | None:
    """m + (y - m) -> y, for a maximum m: what is left of a log-sum-exp that was written with its shift."""
    if node.op != "add":
        return None
    return both(node, lambda m, x: x.inputs[0] if m.op == "max" and x.op == "sub" and x.inputs[1] is m else None)


# ---- the logarithm


def logarithm(node: Node) -> Node | None:
    """log(y), log(1 + y) -> the same without overflow, for a positive y that `stable_log` knows."""
    if node.op == "log":
        return stable_log(node.inputs[0])
    return _log_of_sum(b.const(1.0), node.inputs[0]) if node.op == "log1p" else None


def stable_log(y: Node) -> Node | None:
    """log(y) for a y whose structure says that it is positive; None for any other y. Each case has its law beside
    it.
    """
    for case in (
        _log_exp,
        _log_softmax,
        _log_sigmoid,
        _log_sum_exp,
        _log_add,
        _log_product,
        _log_clip,
        _log_where,
        _log_pick,
        _log_view,
    ):
        found = case(y)
        if found is not None:
            return found
    return None


def _log_exp(y: Node) -> Node | None:
    """log(exp(x)) -> x."""
    return y.inputs[0] if y.op == "exp" else None


def _log_softmax(y: Node) -> Node | None:
    """log(softmax(x)) -> (x - m) - log(sum(exp(x - m)))."""
    parts = _softmax_parts(y)
    return None if parts is None else b.sub(*parts)


def _softmax_parts(y: Node) -> tuple[Node, Node] | None:
    """x - m, and log(sum(exp(x - m))) with size 1 along the axes."""
    found = is_softmax(y)
    if found is None:
        return None
    x, axes = found
    shifted = b.sub(x, _shift(x, axes))
    return shifted, b.log(b.reduce_sum(b.exp(shifted), axes))


def _log_sigmoid(y: Node) -> Node | None:
    """log(sigmoid(x)) -> -softplus(-x)."""
    x = is_sigmoid(y)
    return None if x is None else b.neg(b.softplus(b.neg(x)))


def _log_sum_exp(y: Node) -> Node | None:
    """log(sum(exp(x))) -> m + log(sum(exp(x - m))); one that is shifted by its maximum stays."""
    if y.op != "sum" or y.inputs[0].op != "exp":
        return None
    (x,), axes = y.inputs[0].inputs, y["axes"]
    plain = _unshifted(x, axes)
    m = _shift(plain, axes)
    if x is b.sub(plain, m):
        return None
    stable = b.add(m, b.log(b.reduce_sum(b.exp(b.sub(plain, m)), axes)))
    while x is not plain:  # what the text itself subtracted
        stable = b.sub(stable, x.inputs[1])
        x = x.inputs[0]
    return stable


def _log_add(y: Node) -> Node | None:
    """log(1 + exp(x)) -> softplus(x); log(exp(x) + exp(z)) -> z + softplus(x - z); log(1 - sigmoid(x)) ->
    -softplus(x).
    """
    if y.op == "sub" and number(y.inputs[0]) == 1:
        return _log_one_minus(y.inputs[1])
    return _log_of_sum(*y.inputs) if y.op == "add" else None


def _log_of_sum(a: Node, c: Node) -> Node | None:
    if number(a) == 1 and c.op == "neg":
        return _log_one_minus(c.inputs[0])
    if number(a) == 1 and c.op == "exp":
        return b.softplus(c.inputs[0])
    if a.op == "exp" and c.op == "exp":
        return b.add(c.inputs[0], b.softplus(b.sub(a.inputs[0], c.inputs[0])))
    return None


def _log_one_minus(y: Node) -> Node | None:
    """log(1 - y): of a sigmoid -softplus(x); of one cut to an interval, cut to the interval's image; of a view, the
    view.
    """
    x = is_sigmoid(y)
    if x is not None:
        return b.neg(b.softplus(x))
    if y.op in ("maximum", "minimum"):
        other = "minimum" if y.op == "maximum" else "maximum"

        def cut(bound: Node, inner: Node) -> Node | None:
            value = number(bound)
            found = _log_one_minus(inner) if value is not None and value < 1 else None
            return None if found is None or value is None else b.apply(other, found, math.log1p(-value))

        return both(y, cut)
    return _through_view(y, _log_one_minus(y.inputs[0])) if y.op in _VIEWS else None


def _log_product(y: Node) -> Node | None:
    """log(a * c) -> log(a) + log(c), log(a / c) -> log(a) - log(c), log(a^n) -> n * log(a), where a is known to be
    positive.
    """
    if y.op == "mul":
        return both(y, lambda a, c: None if (x := stable_log(a)) is None else b.add(x, b.log(c)))
    if y.op == "div":
        a, c = y.inputs
        x = _log_number(a) if number(a) is not None else stable_log(a)
        if x is None or (number(a) is not None and stable_log(c) is None):
            return None
        return b.sub(x, b.log(c))
    if y.op == "pow" and number(y.inputs[1]) is not None:
        x = stable_log(y.inputs[0])
        return None if x is None else b.mul(y.inputs[1], x)
    return None


def _log_number(node: Node) -> Node | None:
    value = number(node)
    return b.full(node.shape, math.log(value)) if value is not None and value > 0 else None


def _log_clip(y: Node) -> Node | None:
    """log(max(y, c)) -> max(log(y), log(c)), and so with min, for a number c > 0."""
    if y.op not in ("maximum", "minimum"):
        return None

    def cut(bound: Node, inner: Node) -> Node | None:
        limit = _log_number(bound)
        x = stable_log(inner) if limit is not None else None
        return None if x is None or limit is None else make(y.op, x, limit)

    return both(y, cut)


def _log_where(y: Node) -> Node | None:
    """log(where(c, y, n)) -> where(c, log(y), log(n)), for a number n > 0."""
    if y.op != "where":
        return None
    chosen, value, other = y.inputs
    limit = _log_number(other)
    x = stable_log(value) if limit is not None else None
    return None if x is None or limit is None else b.where(chosen, x, limit)


def _log_pick(y: Node) -> Node | None:
    """log(sum(where(iota == k, y, 0))), which is log(y[k]) -> log(y)[k], for ids k in range; of a softmax (x - m)[k]
    - log(sum(exp(x - m))).
    """
    if y.op != "sum" or y.inputs[0].op != "where":
        return None
    chosen, value, other = y.inputs[0].inputs
    axes = y["axes"]
    if number(other) != 0 or not _one_along(chosen, axes, y.inputs[0]) or value.shape != y.inputs[0].shape:
        return None
    parts = _softmax_parts(value)
    if parts is not None and constant_along(parts[1], axes, value.rank):
        return b.sub(b.reduce_sum(b.where(chosen, parts[0], 0.0), axes), parts[1])
    x = stable_log(value)
    return None if x is None else b.reduce_sum(b.where(chosen, x, 0.0), axes)


def _one_along(chosen: Node, axes: tuple[int, ...], whole: Node) -> bool:
    """Whether the condition is `iota == k` along the last axis, so that exactly one element holds."""
    if chosen.op != "eq" or axes != (whole.rank - 1,):
        return False
    return (
        both(
            chosen,
            lambda i, k: i if i.op == "iota" and i.shape == whole.shape[-1:] and k.shape[-1:] in ((), (1,)) else None,
        )
        is not None
    )


_VIEWS = ("reshape", "transpose", "expand", "slice")


def _log_view(y: Node) -> Node | None:
    """log(view(y)) -> view(log(y))."""
    return _through_view(y, stable_log(y.inputs[0])) if y.op in _VIEWS else None


def _through_view(view: Node, inner: Node | None) -> Node | None:
    return None if inner is None else b.again(view, [inner])


# ---- binary cross-entropy


def cross_entropy(node: Node) -> Node | None:
    """z * softplus(-x) + (1 - z) * softplus(x) -> softplus(x) - z * x; softplus(-x) + 0 * softplus(x) ->
    softplus(-x), and the mirror image.
    """
    return both(node, _cross_entropy) if node.op == "add" else None


def _cross_entropy(first: Node, second: Node) -> Node | None:
    z, down = _weighted_softplus(first)
    w, up = _weighted_softplus(second)
    if down is None or up is None or not _opposite(down.inputs[0], up.inputs[0]):
        return None
    if z is None or w is None:  # one of the weights is 1, so the other is 0 if it is a target
        return first if z is None and w is not None and number(w) == 0 else None
    if w.op != "sub" or number(w.inputs[0]) != 1 or w.inputs[1] is not z:
        return None
    return b.sub(up, b.mul(z, up.inputs[0]))


def _weighted_softplus(node: Node) -> tuple[Node | None, Node | None]:
    """z and softplus(x) of z * softplus(x); no z for a bare one."""
    if node.op == "softplus":
        return None, node
    if node.op != "mul":
        return None, None
    a, c = node.inputs
    return (a, c) if c.op == "softplus" else (c, a) if a.op == "softplus" else (None, None)


def _opposite(x: Node, y: Node) -> bool:
    return (x.op == "neg" and x.inputs[0] is y) or (y.op == "neg" and y.inputs[0] is x)


STABLE_RULES: tuple[Rule, ...] = (softmax, sigmoid, tanh, shift_restored, logarithm, cross_entropy)


def stabilise(outputs: Sequence[Node]) -> list[Node]:
    """The outputs, simplified and safe against overflow; the same values where the literal formulas have one."""
    return rewrite(outputs, (*RULES, *STABLE_RULES))
