"""Cells of the papers written with builders alone, each as a loop: what the passes must make of them is known."""

from __future__ import annotations

from dataclasses import dataclass

from nndsl.ir import Body, Node
from nndsl.ir import build as b

FEATURES, UNITS, STEPS = 4, 6, 5


@dataclass(frozen=True)
class Layer:
    """x: [B, T, F] or ids [B, T]; y: [B, T, H]."""

    x: Node
    y: Node
    weights: list[Node]


def over_time(x: Node) -> Node:
    """[B, T, ...] to [T, B, ...], and back."""
    return b.transpose(x, (1, 0, *range(2, x.rank)))


def elman(name: str, x: Node, *, units: int = UNITS, reverse: bool = False) -> Layer:
    h, item = b.fresh("state", ("B", units)), b.fresh("item", (x.shape[0], *x.shape[2:]), x.dtype)
    w, u = b.param(f"{name}.W", (x.shape[2], units)), b.param(f"{name}.U", (units, units))
    bias = b.param(f"{name}.b", (units,))
    after = b.tanh(b.add(b.add(b.matmul(item, w), b.matmul(h, u)), bias))
    body = Body((h,), (item,), (), (after,), (after,))
    steps = int(x.shape[1])
    loop = b.scan(body, [b.zeros(("B", units))], [over_time(x)], steps=steps, reverse=reverse)
    return Layer(x, over_time(b.part(loop, 0)), [w, u, bias])


def lstm(name: str, x: Node, *, units: int = UNITS) -> Layer:
    """Four gates, each from two products of its own."""
    h, c = b.fresh("state", ("B", units)), b.fresh("state", ("B", units))
    item = b.fresh("item", ("B", *x.shape[2:]))
    weights: list[Node] = []

    def before(gate: str) -> Node:
        w, u = b.param(f"{name}.W{gate}", (x.shape[2], units)), b.param(f"{name}.U{gate}", (units, units))
        bias = b.param(f"{name}.b{gate}", (units,))
        weights.extend((w, u, bias))
        return b.add(b.add(b.matmul(item, w), b.matmul(h, u)), bias)

    i, f, o = (b.sigmoid(before(gate)) for gate in "ifo")
    c2 = b.add(b.mul(f, c), b.mul(i, b.tanh(before("g"))))
    h2 = b.mul(o, b.tanh(c2))
    body = Body((h, c), (item,), (), (h2, c2), (h2,))
    loop = b.scan(body, [b.zeros(("B", units))] * 2, [over_time(x)], steps=int(x.shape[1]))
    return Layer(x, over_time(b.part(loop, 0)), weights)


def squares(*outputs: Node) -> Node:
    """A loss."""
    total: Node = b.const(0.0)
    for y in outputs:
        total = b.add(total, b.reshape(b.mean(b.mul(y, y)), ()))
    return total


def sequence(width: int = FEATURES, steps: int = STEPS) -> Node:
    return b.input_("x", ("B", steps, width))


def last(y: Node) -> Node:
    """[B, T, H] -> [B, H]."""
    steps = int(y.shape[1])
    return b.squeeze(b.slice_(y, 1, steps - 1, steps), 1)
