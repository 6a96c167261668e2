"""Graphs in the form in which a person would write them: products with one number in front, equal terms together,
choices by the same condition made once, sums of what is constant multiplied out.

In: a node. Out: a node of the same value where it has one. Its laws cancel (x / x -> 1, x - x -> 0, 0 * x -> 0), so
they may hide NaN: this is for people, never for what is run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field

from nndsl.ir import build as b
from nndsl.ir.node import Node, topological
from nndsl.ir.primitives.dot import parts
from nndsl.passes.match import constant_along, is_map, number
from nndsl.values import value

ROUNDS = 6
SPREAD = ("expand", "reshape")
MOST_POWER = 3


@value
class Product:
    """A number times powers of nodes."""

    scale: float = 1.0
    powers: Mapping[Node, float] = field(default_factory=dict)

    def times(self, other: Product, power: float = 1.0) -> Product:
        powers = dict(self.powers)
        for node, exponent in other.powers.items():
            powers[node] = powers.get(node, 0.0) + power * exponent
        scale = self.scale * (other.scale if power == 1 else other.scale**power)
        return Product(scale, {node: exponent for node, exponent in powers.items() if exponent})

    @property
    def key(self) -> frozenset[tuple[Node, float]]:
        return frozenset(self.powers.items())


def readable(node: Node) -> Node:
    """See the head of this module."""
    for _ in range(ROUNDS):
        found = _round(node)
        if found is node:
            break
        node = found
    return node


def _round(root: Node) -> Node:
    becomes: dict[Node, Node] = {}
    for node in topological([root]):
        again = b.again(node, [becomes[x] for x in node.inputs]) if node.inputs else node
        becomes[node] = _written(again)
    return becomes[root]


def _written(node: Node) -> Node:
    if node.dtype != "float":
        return node
    if node.op in ("mul", "div", "neg", "pow"):
        return b.expand(_of_product(product(node)), node.shape)
    if node.op in ("add", "sub"):
        return b.expand(_of_terms(terms(node)), node.shape)
    rule = {"where": _choice, "sum": _sum, "einsum": _spread_product}.get(node.op)
    return node if rule is None else b.expand(rule(node), node.shape)


# ---- products -----------------------------------------------------------------------------------------------


def product(node: Node) -> Product:
    """A node as a product, taken apart as far as it is one."""
    value_ = number(node)
    if value_ is not None:
        return Product(value_)
    if node.op == "expand" or (node.op == "reshape" and not any(d != 1 for d in node.shape)):
        return product(node.inputs[0]) if node.op == "expand" else Product(1.0, {node: 1.0})
    if node.op == "neg":
        inside = product(node.inputs[0])
        return Product(-inside.scale, inside.powers)
    if node.op in ("mul", "div"):
        left, right = (product(x) for x in node.inputs)
        if node.op == "div" and right.scale == 0:
            return Product(1.0, {node: 1.0})
        return left.times(right, 1.0 if node.op == "mul" else -1.0)
    if node.op == "pow":
        exponent = number(node.inputs[1])
        inside = product(node.inputs[0])
        if exponent is not None and exponent == int(exponent) and (inside.scale or exponent > 0):
            return Product().times(inside, exponent)
    return Product(1.0, {node: 1.0})


def _of_product(found: Product) -> Node:
    if found.scale == 0:
        return b.const(0.0)
    above = [_power(node, exponent) for node, exponent in found.powers.items() if exponent > 0]
    below = [_power(node, -exponent) for node, exponent in found.powers.items() if exponent < 0]
    size = abs(found.scale)
    top = above if size == 1 and above else [b.const(size), *above]
    result = _multiplied(top)
    if below:
        result = b.div(result, _multiplied(below))
    if found.scale > 0:
        return result
    return b.neg(result) if size == 1 and above else _of_product_with(found.scale, above, below)


def _of_product_with(scale: float, above: list[Node], below: list[Node]) -> Node:
    result = _multiplied([b.const(scale), *above])
    return b.div(result, _multiplied(below)) if below else result


def _multiplied(nodes: list[Node]) -> Node:
    result = nodes[0]
    for node in nodes[1:]:
        result = b.mul(result, node)
    return result


def _power(node: Node, exponent: float) -> Node:
    if exponent == int(exponent) and exponent <= MOST_POWER:
        return _multiplied([node] * int(exponent))
    return b.power(node, exponent)


# ---- sums ---------------------------------------------------------------------------------------------------


def terms(node: Node, sign: float = 1.0) -> list[Product]:
    """A node as a sum of products."""
    if node.op in ("add", "sub"):
        left, right = node.inputs
        return [*terms(left, sign), *terms(right, -sign if node.op == "sub" else sign)]
    if node.op == "neg":
        return terms(node.inputs[0], -sign)
    if node.op == "expand":
        return terms(node.inputs[0], sign)
    found = product(node)
    return [Product(sign * found.scale, found.powers)]


def _of_terms(found: Iterable[Product]) -> Node:
    """Equal terms together; positive ones first."""
    scales: dict[frozenset[tuple[Node, float]], Product] = {}
    for term in found:
        before = scales.get(term.key)
        scales[term.key] = Product(term.scale + before.scale, before.powers) if before is not None else term
    left = _exponentials(_choices_together([term for term in scales.values() if term.scale != 0]))
    left.sort(key=lambda term: term.scale < 0)
    if not left:
        return b.const(0.0)
    result = _of_product(left[0])
    for term in left[1:]:
        other = _of_product(Product(abs(term.scale), term.powers))
        result = b.sub(result, other) if term.scale < 0 else b.add(result, other)
    return result


def _exponentials(found: list[Product]) -> list[Product]:
    """expm1(x) + 1 -> exp(x), also times a number."""
    one = next((term for term in found if not term.powers), None)
    for term in found:
        (node, exponent) = next(iter(term.powers.items()), (None, 0.0)) if len(term.powers) == 1 else (None, 0.0)
        if one is not None and node is not None and node.op == "expm1" and exponent == 1 and term.scale == one.scale:
            whole = Product(term.scale, {b.exp(node.inputs[0]): 1.0})
            return [whole, *(other for other in found if other is not one and other is not term)]
    return found


def _choices_together(found: list[Product]) -> list[Product]:
    """where(k, a, c) * x + where(k, d, e) -> where(k, a * x + d, c * x + e)."""
    by_condition: dict[Node, list[Product]] = {}
    for term in found:
        choices = [node for node, exponent in term.powers.items() if node.op == "where" and exponent == 1]
        if len(choices) == 1:
            by_condition.setdefault(choices[0].inputs[0], []).append(term)
    result = found
    for condition, several in by_condition.items():
        if len(several) < 2:
            continue
        branches: list[Node] = []
        for branch in (1, 2):
            inside: list[Product] = []
            for term in several:
                choice = next(n for n in term.powers if n.op == "where" and n.inputs[0] is condition)
                rest = Product(term.scale, {n: e for n, e in term.powers.items() if n is not choice})
                inside += [rest.times(one) for one in terms(choice.inputs[branch])]
            branches.append(_of_terms(inside))
        together = product(_choice(b.where(condition, *branches)))
        result = [term for term in result if term not in several] + [together]
    return result


# ---- choices ------------------------------------------------------------------------------------------------


def _choice(node: Node) -> Node:
    """An inner choice by the same condition is settled; what both branches are multiplied by stands outside."""
    condition, yes, no = node.inputs
    yes, no = _settled(yes, condition, 1), _settled(no, condition, 2)
    one, other = product(yes), product(no)
    if yes is no or (one.scale, one.key) == (other.scale, other.key):
        return yes
    if one.scale == 0 or other.scale == 0:
        return b.where(condition, yes, no)
    common = {node: e for node, e in one.powers.items() if other.powers.get(node) == e}
    scale = one.scale if one.scale == other.scale else -1.0 if one.scale < 0 and other.scale < 0 else 1.0
    outside = Product(scale, common)
    if not common and scale == 1:
        return b.where(condition, yes, no)
    inside = [_of_product(branch.times(outside, -1.0)) for branch in (one, other)]
    choice = inside[0] if inside[0] is inside[1] else b.where(condition, *inside)
    return _of_product(outside.times(product(choice)))


def _settled(node: Node, condition: Node, branch: int) -> Node:
    """A branch without choices by its own condition; within a sum over elements they are those of other elements."""
    if node.op == "where" and node.inputs[0] is condition:
        return _settled(b.expand(node.inputs[branch], node.shape), condition, branch)
    if not is_map(node) and node.op != "expand":
        return node
    inputs = [_settled(x, condition, branch) for x in node.inputs]
    changed = any(new is not old for new, old in zip(inputs, node.inputs, strict=True))
    return b.again(node, inputs) if changed else node


# ---- sums over axes, products of matrices ---------------------------------------------------------------------


def _sum(node: Node) -> Node:
    """Term by term; what is the same along the axes stands outside."""
    (x,), axes = node.inputs, node["axes"]
    found: list[Product] = []
    for term in terms(x):
        outside = Product(term.scale, {n: e for n, e in term.powers.items() if constant_along(n, axes, x.rank)})
        inside = {n: e for n, e in term.powers.items() if n not in outside.powers}
        if inside:
            whole = b.expand(_of_product(Product(1.0, inside)), x.shape)
            found.append(outside.times(Product(1.0, {b.reduce_sum(whole, axes): 1.0})))
        else:
            found.append(outside.times(product(b.count(x.shape, axes))))
    return _of_terms(found)


def _spread_product(node: Node) -> Node:
    """A product with a number at all places is a sum: einsum("ij, j -> i", x, 1) -> sum(x, axis=1)."""
    left, right, out = parts(node["spec"])
    for letters, x, other in ((left, node.inputs[0], node.inputs[1]), (right, node.inputs[1], node.inputs[0])):
        scale = _one_number(other)
        if scale is None:
            continue
        kept = [letter for letter in letters if letter in out]
        x = b.reduce_sum(x, tuple(i for i, letter in enumerate(letters) if letter not in out))
        x = b.squeeze(x, tuple(i for i, letter in enumerate(letters) if letter not in out))
        order = sorted(range(len(kept)), key=lambda i: out.index(kept[i]))
        x = b.transpose(x, order)
        shape = tuple(dim if letter in kept else 1 for letter, dim in zip(out, node.shape, strict=True))
        return b.expand(b.mul(scale, b.reshape(x, shape)), node.shape)
    return _stretched(node, left, right, out)


def _stretched(node: Node, left: str, right: str, out: str) -> Node:
    """Along an axis of which one operand has one number, the other one alone is summed."""
    first, second = node.inputs
    for letters, x, others, other in ((left, first, right, second), (right, second, left, first)):
        if other.op != "expand":
            continue
        inner = other.inputs[0]
        inner = b.reshape(inner, (1,) * (other.rank - inner.rank) + inner.shape)
        gone = [k for i, k in enumerate(others) if inner.shape[i] == 1 != other.shape[i] and k in letters]
        if not gone:
            continue
        inner = b.squeeze(inner, tuple(others.index(k) for k in gone))
        rest = "".join(k for k in others if k not in gone)
        inner = b.expand(inner, [dim for k, dim in zip(others, other.shape, strict=True) if k not in gone])
        summed = tuple(letters.index(k) for k in gone if k not in out)
        x = b.squeeze(b.reduce_sum(x, summed), summed) if summed else x
        kept = "".join(k for i, k in enumerate(letters) if i not in summed)
        return b.einsum(f"{kept},{rest}->{out}", x, inner)
    return node


def _one_number(node: Node) -> Node | None:
    """What stands at every place of a node, where that is one number."""
    value_ = number(node)
    if value_ is not None:
        return b.const(value_)
    while node.op in SPREAD:
        node = node.inputs[0]
    return b.reshape(node, ()) if not any(dim != 1 for dim in node.shape) else None
