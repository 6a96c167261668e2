"""A graph as equations of the language: infix, few parentheses, parts that several others use on lines of their own.

In: a node, and names that are taken. Out: lines `name = expression` and the expression of the node itself. Axes of
size 1 are not written, since the language keeps them beside the value they came from; so an equation may stand for
one that differs in them, or that is stretched to a shape. Whoever shows it compares the two (`lower/slope.py`). Raises
`Unwritable` for what the language has no short words for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import chain, count

from nndsl.ir.node import Node, topological
from nndsl.ir.numerals import numeral
from nndsl.ir.primitives.dot import parts
from nndsl.ir.table import TABLE
from nndsl.values import value

OR, AND, NOT, COMPARE, SUM, PRODUCT, MINUS, POWER, ATOM = range(9)  # how tightly an expression holds together
SIGNS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
CALLS = {"maximum": "max", "minimum": "min"}  # maps that are written as calls, under another name
LETTERS = {
    "sigmoid": "s", "tanh": "t", "exp": "e", "sqrt": "r", "sub": "d", "einsum": "p", "mul": "p", "div": "q", "max": "m",
    "sum": "total", "where": "c",
}  # fmt: skip
LONG, MIDDLE = 9, 5  # characters of an expression that two others, or more, use, from which on it gets a name


class Unwritable(ValueError):
    """The language has no short words for a node."""

    def __init__(self, node: Node) -> None:
        super().__init__(f"`{node.op}` is not written as an equation")
        self.node = node


@value
class Equation:
    """parts: named expressions, each made of those before it. result: the expression itself."""

    parts: tuple[tuple[str, str], ...]
    result: str

    @property
    def length(self) -> int:
        return len(self.result) + sum(len(text) + 8 for _, text in self.parts)


@value
class Text:
    """An expression and how tightly it holds together. matrix: it begins with a product `x @ W`, which does not
    associate with `*`.
    """

    text: str
    level: int = ATOM
    matrix: bool = False

    def at(self, level: int) -> str:
        """Within something that holds together so tightly."""
        return self.text if self.level >= level else f"({self.text})"


def equation(node: Node, taken: Collection[str], leaves: Sequence[Node] = ()) -> Equation:
    """taken: names that parts may not have. leaves: inputs whose sizes can be spoken of."""
    return _Writer(node, taken, leaves).written()


def seen(node: Node) -> Node:
    """A node without what a reader of an equation does not see: stretching, axes of size 1, ids read as numbers."""
    while True:
        if node.op == "reshape" and (long(node.shape) != long(node.inputs[0].shape) or _moves_left(node)):
            return node
        if node.op not in ("reshape", "expand", "stop") and not (node.op == "cast" and node.inputs[0].dtype == "int"):
            return node
        node = node.inputs[0]


def _moves_left(node: Node) -> bool:
    """Whether a reshape puts axes of size 1 behind others: shapes are aligned at the right, so it must be written."""
    before, after = (
        [place - len(shape) for place, dim in enumerate(shape) if dim != 1]
        for shape in (node.inputs[0].shape, node.shape)
    )
    return any(new < old for old, new in zip(before, after, strict=True))


def long(shape: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """A shape without axes of size 1."""
    return tuple(dim for dim in shape if dim != 1)


class _Writer:
    def __init__(self, node: Node, taken: Collection[str], leaves: Sequence[Node]) -> None:
        self.root = seen(node)
        self.taken = set(taken)
        self.texts: dict[Node, Text] = {}
        self.parts: list[tuple[str, str]] = []
        self.order = _seen_order(self.root)
        self.leaves = [*(n for n in topological([node]) if n.op == "input"), *leaves]

    def written(self) -> Equation:
        uses = _uses(self.order)
        for node in self.order:
            text = self._text(node)
            if node is not self.root and node.op != "const" and _deserves_name(text, uses.get(node, 0)):
                name = self._name(node)
                self.parts.append((name, text.text))
                text = Text(name)
            self.texts[node] = text
        return Equation(tuple(self.parts), self.texts[self.root].text)

    def _name(self, node: Node) -> str:
        letter = LETTERS.get(node.op, "a")
        names = chain([letter], (f"{letter}{number}" for number in count(2)))
        name = next(name for name in names if name not in self.taken)
        self.taken.add(name)
        return name

    def _text(self, node: Node) -> Text:
        writer = _WRITERS.get(node.op)
        if writer is not None:
            return writer(self, node)
        kind = TABLE[node.op].kind
        if kind == "map":
            inside = ", ".join(self.of(x).text for x in node.inputs)
            return Text(f"{CALLS.get(node.op, node.op)}({inside})")
        if kind == "reduce":
            return self._reduction(node)
        raise Unwritable(node)

    def of(self, node: Node) -> Text:
        return self.texts[seen(node)]

    def whole(self, node: Node) -> Text:
        """A value whose axes all count: it must not be one that only will be stretched."""
        if long(seen(node).shape) != long(node.shape):
            raise Unwritable(node)
        return self.of(node)

    # ---- leaves

    def _input(self, node: Node) -> Text:
        return Text(str(node["name"]))

    def _const(self, node: Node) -> Text:
        if node.dtype == "bool":
            return Text("true" if node["value"] else "false")
        text = numeral(node["value"])
        level = PRODUCT if "/" in text or "*" in text else MINUS if text.startswith("-") else ATOM
        return Text(text, level)

    def _iota(self, node: Node) -> Text:
        if isinstance(node["n"], str):
            raise Unwritable(node)
        return Text(f"arange({node['n']})")

    def _size(self, node: Node) -> Text:
        dim = node["dim"]
        for leaf in self.leaves:
            axes = [axis for axis, size in enumerate(long(leaf.shape)) if size == dim]
            if axes:
                inside = "" if len(long(leaf.shape)) == 1 else f", axis={axes[0]}"
                return Text(f"count({leaf['name']}{inside})")
        raise Unwritable(node)

    # ---- arithmetic

    def _neg(self, node: Node) -> Text:
        inside = self.of(node.inputs[0])
        return Text("-" + inside.at(PRODUCT), PRODUCT, inside.matrix)

    def _sum(self, node: Node) -> Text:
        left, right = (self.of(x) for x in node.inputs)
        if right.text.startswith("-") and right.level >= PRODUCT:
            return Text(f"{left.at(SUM)} - {right.text[1:]}", SUM)
        if left.text.startswith("-") and left.level >= PRODUCT:  # -1 + x
            return Text(f"{right.at(SUM)} - {left.text[1:]}", SUM)
        return Text(f"{left.at(SUM)} + {right.at(SUM)}", SUM)

    def _difference(self, node: Node) -> Text:
        left, right = (self.of(x) for x in node.inputs)
        if right.text.startswith("-") and right.level >= PRODUCT:
            return Text(f"{left.at(SUM)} + {right.text[1:]}", SUM)
        return Text(f"{left.at(SUM)} - {right.at(PRODUCT)}", SUM)

    def _product(self, node: Node) -> Text:
        left, right = (self.of(x) for x in node.inputs)
        if left.text == right.text:
            return Text(f"{left.at(ATOM)}^2", POWER)
        if left.text == "1":
            return right
        if right.text == "1":
            return left
        if left.text == f"{right.at(ATOM)}^2":  # x * x * x
            return Text(f"{right.at(ATOM)}^3", POWER)
        if right.text.startswith("-"):
            return Text(f"{left.at(PRODUCT)} * ({right.text})", PRODUCT, left.matrix)
        return Text(f"{left.at(PRODUCT)} * {self._second(right, PRODUCT)}", PRODUCT, left.matrix)

    @staticmethod
    def _second(right: Text, level: int) -> str:
        return f"({right.text})" if right.matrix else right.at(level)

    def _quotient(self, node: Node) -> Text:
        left, right = (self.of(x) for x in node.inputs)
        return Text(f"{left.at(PRODUCT)} / {right.at(POWER)}", PRODUCT, left.matrix)

    def _power(self, node: Node) -> Text:
        left, right = (self.of(x) for x in node.inputs)
        return Text(f"{left.at(ATOM)}^{right.at(ATOM)}", POWER)

    def _softplus(self, node: Node) -> Text:
        inside = self.of(node.inputs[0])
        return Text(f"log(1 + exp({inside.text}))")

    def _comparison(self, node: Node) -> Text:
        left, right = (self.of(x) for x in node.inputs)
        return Text(f"{left.at(SUM)} {SIGNS[node.op]} {right.at(SUM)}", COMPARE)

    def _both(self, node: Node) -> Text:
        left, right = (self.of(x) for x in node.inputs)
        level = AND if node.op == "and" else OR
        return Text(f"{left.at(level)} {node.op} {right.at(level + 1)}", level)

    def _not(self, node: Node) -> Text:
        return Text(f"not {self.of(node.inputs[0]).at(ATOM)}", NOT)

    def _cast(self, node: Node) -> Text:
        inside = self.of(node.inputs[0])
        if node.inputs[0].dtype != "bool":
            raise Unwritable(node)
        return Text(f"where({inside.text}, 1, 0)")

    # ---- lists and tables

    def _reduction(self, node: Node) -> Text:
        (x,) = node.inputs
        inside = self.whole(x)
        lengths = [i for i, dim in enumerate(x.shape) if dim != 1]
        axes = [lengths.index(axis) for axis in node["axes"] if axis in lengths]
        if not axes and not node.op.startswith("arg"):
            return inside
        if len(axes) == len(lengths) and not node.op.startswith("arg"):
            return Text(f"{node.op}({inside.text})")
        return Text(f"{node.op}({inside.text}, axis={axes[0] if len(axes) == 1 else axes})")

    def _matrix_product(self, node: Node) -> Text:
        left, right, out = self._letters(node)
        if not left or not right:
            return self._product(node)
        a, c = (self.whole(x) for x in node.inputs)
        for (one, first), (other, second) in (((left, a), (right, c)), ((right, c), (left, a))):
            found = _as_matrices(one, other, out)
            if found is not None:
                turned, also_turned = found
                first_text = f"transpose({first.text})" if turned else first.at(PRODUCT)
                second_text = f"transpose({second.text})" if also_turned else self._second(second, MINUS)
                return Text(f"{first_text} @ {second_text}", PRODUCT, matrix=True)
        return Text(f'einsum("{left}, {right} -> {out}", {a.text}, {c.text})')

    @staticmethod
    def _letters(node: Node) -> tuple[str, str, str]:
        """The letters of a product, from `i` on, without axes of size 1."""
        left, right, out = parts(node["spec"])
        sizes = dict(zip(left + right, (*node.inputs[0].shape, *node.inputs[1].shape), strict=True))
        names = dict(zip(dict.fromkeys(x for x in left + right if sizes[x] != 1), "ijklmnop", strict=False))
        one, other, result = ("".join(names.get(x, "") for x in word) for word in (left, right, out))
        return one, other, result

    def _transpose(self, node: Node) -> Text:
        (x,) = node.inputs
        lengths = [i for i, dim in enumerate(x.shape) if dim != 1]
        order = [lengths.index(axis) for axis in node["axes"] if axis in lengths]
        inside = self.whole(x)
        if order == sorted(order):
            return inside
        return Text(f"transpose({inside.text})" if order == [1, 0] else f"transpose({inside.text}, {order})")

    def _reshape(self, node: Node) -> Text:
        lengths = long(node.shape)
        known = all(isinstance(dim, int) for dim in node.shape)
        if not known and (len(lengths) != 1 or len(long(node.inputs[0].shape)) != 1):
            raise Unwritable(node)
        one = len(lengths) == 1
        sizes = ["-1" if dim != 1 and one else str(dim) for dim in node.shape]
        return Text(f"reshape({self.whole(node.inputs[0]).text}, {', '.join(sizes)})")

    def _slice(self, node: Node) -> Text:
        (x,) = node.inputs
        inside, start, stop = self.whole(x), node["start"], node["stop"]
        if node["step"] != 1:
            raise Unwritable(node)
        place = sum(dim != 1 for dim in x.shape[: node["axis"]])
        chosen = str(start) if stop == start + 1 else f"{start}:{stop}"
        return Text(f"{inside.at(ATOM)}[{':, ' * place}{chosen}]")

    def _pad(self, node: Node) -> Text:
        if node["interior"] or len(long(node.shape)) != 1:
            raise Unwritable(node)
        inside = _inner(self._several(node.inputs[0]))
        numbers = numeral(node["value"])
        ends = [f"full({size}, {numbers})" if size else "" for size in (node["before"], node["after"])]
        return Text(f"concat({', '.join(part for part in (ends[0], inside, ends[1]) if part)})")

    def _concat(self, node: Node) -> Text:
        if len(long(node.shape)) != 1:
            raise Unwritable(node)
        return Text(f"concat({', '.join(_inner(self._several(x)) for x in node.inputs)})")

    def _several(self, node: Node) -> str:
        """A list, also where it holds one number."""
        text = self.of(node).text
        if long(node.shape):
            return self.whole(node).text
        if seen(node).op == "const":
            return f"full(1, {text})"
        return f"reshape({text}, 1)"

    def _gather(self, node: Node) -> Text:
        table, ids = (self.whole(x) for x in node.inputs)
        return Text(f"gather({table.text}, {ids.text})")


def _seen_order(root: Node) -> list[Node]:
    """What a reader sees, parts before what is made of them."""
    found: dict[Node, None] = {}
    stack: list[tuple[Node, bool]] = [(root, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            found.setdefault(node)
        elif node not in found:
            stack.append((node, True))
            stack += [(seen(x), False) for x in reversed(node.inputs)]
    return list(found)


def _uses(order: list[Node]) -> dict[Node, int]:
    """How many nodes use each."""
    found: dict[Node, int] = {}
    for node in order:
        for x in {seen(x) for x in node.inputs}:
            found[x] = found.get(x, 0) + 1
    return found


def _deserves_name(text: Text, uses: int) -> bool:
    size = len(text.text)
    return (uses == 2 and size >= LONG) or (uses > 2 and size >= MIDDLE)


def _inner(text: str) -> str:
    """What is put together within something that is put together."""
    return text[len("concat(") : -1] if text.startswith("concat(") else text


def _as_matrices(left: str, right: str, out: str) -> tuple[bool, bool] | None:
    """Whether a product is `left @ right`, and which of the two must be turned for that."""
    shared = [letter for letter in left if letter in right]
    if len(shared) != 1 or shared[0] in out or len(left) > 2 or len(right) > 2:
        return None
    (k,) = shared
    if left.replace(k, "") + right.replace(k, "") != out:
        return None
    return len(left) == 2 and left[0] == k, len(right) == 2 and right[1] == k


_WRITERS: Mapping[str, Callable[[_Writer, Node], Text]] = {
    "input": _Writer._input, "const": _Writer._const, "iota": _Writer._iota, "size": _Writer._size,
    "neg": _Writer._neg, "add": _Writer._sum, "sub": _Writer._difference, "mul": _Writer._product,
    "div": _Writer._quotient, "pow": _Writer._power, "softplus": _Writer._softplus, "cast": _Writer._cast,
    **dict.fromkeys(SIGNS, _Writer._comparison), "and": _Writer._both, "or": _Writer._both, "not": _Writer._not,
    "einsum": _Writer._matrix_product, "transpose": _Writer._transpose, "reshape": _Writer._reshape,
    "slice": _Writer._slice, "pad": _Writer._pad, "concat": _Writer._concat, "gather": _Writer._gather,
}  # fmt: skip
