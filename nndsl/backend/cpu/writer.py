"""The text of one kernel as it grows: names, pointers and arguments, and how values are spelled.

In: a nest, the precision, and which written values take over the memory of a read. The parts of a text (`rows`,
`emit`) ask here for what they need; each thing they ask for becomes an argument of the kernel once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from nndsl.backend.cpu.arguments import (
    Address,
    Argument,
    Bound,
    Division,
    Key,
    Length,
    Number,
    Scratch,
    Size,
    Step,
    Stride,
    Whole,
)
from nndsl.ir.nest import AFTER, Nest
from nndsl.ir.node import Dim, Node
from nndsl.ir.table import TABLE

# Numbers that stand in the text, since LLVM can make use of them. All others are arguments, so that another rate is
# the same kernel.
INLINE_NUMBERS = (0.0, 1.0, -1.0, math.inf, -math.inf)
LINE = 16  # elements: shares of an inner loop do not meet in a cache line
_CAST = {"float": "real({0})", "int": "np.int32({0})", "bool": "({0} != 0)"}
_LEAST, _GREATEST = -(2**31), 2**31 - 1


@dataclass(slots=True)
class Writer:
    """
    head: lines before the loops. names: what stands for a scalar that is known before the loops, or after them.
    pointers, strides: of what lies in memory; a stride is (outer axis, its name). inner_stride: of reads that are not
    contiguous along the inner loop. given: arguments of the row function, name -> what it is called with.
    """

    nest: Nest
    precision: str
    shared: Mapping[Node, Node]
    arguments: list[Argument] = field(default_factory=list)
    head: list[str] = field(default_factory=list)
    names: dict[Node, str] = field(default_factory=dict)
    pointers: dict[Node, str] = field(default_factory=dict)
    strides: dict[Node, list[tuple[int, str]]] = field(default_factory=dict)
    inner_stride: dict[Node, str] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)
    before: set[Node] = field(default_factory=set)
    division: Division | None = None
    _counts: dict[str, int] = field(default_factory=dict)
    _numbers: dict[tuple[Node | None, int], str] = field(default_factory=dict)
    _keys: dict[Node, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.before = {n for n in self.nest.nodes if self._is_scalar(n)}
        self.division = self._division()

    def _division(self) -> Division | None:
        """Along the rows, if no row needs another; else along the inner loop, if all that is gathered is gathered for
        each of its elements. A value that belongs to no share is a reason not to divide."""
        nest = self.nest
        if nest.rank == 0 or any(n in self.before or is_late(nest, n) for n in nest.writes):
            return None
        cost = sum(TABLE[n.op].cost for n in nest.nodes if nest.walks_inner(n))
        space = tuple(d for dims in nest.space for d in dims)
        gathered = [n for n in nest.nodes if nest.gathers(n)]
        apart = not any(nest.accumulates(n) or is_late(nest, n) for n in nest.nodes)
        if nest.rank > 1 and apart and all(nest.flags[n][0] for n in nest.writes):
            return Division(0, nest.space[0], 1, space, cost)
        if all(nest.inner(n) for n in (*gathered, *nest.writes)):
            return Division(nest.rank - 1, nest.space[-1], LINE, space, cost)
        return None

    def range_of(self, axis: int) -> str:
        """The turns of a loop over an axis of the nest: a member's share where the axis is divided."""
        divided = self.division is not None and self.division.axis == axis
        return "range(first, last)" if divided else f"range(n{axis})"

    def _is_scalar(self, node: Node) -> bool:
        """Whether a node is known before any loop."""
        nest = self.nest
        return nest.depth(node) == 0 and nest.passes[node] == 0 and not nest.gathers(node)

    # ---- names and arguments

    def argument(self, what: Argument) -> str:
        self.arguments.append(what)
        return f"g[{len(self.arguments) - 1}]"

    def fresh(self, letter: str) -> str:
        self._counts[letter] = self._counts.get(letter, 0) + 1
        return f"{letter}{self._counts[letter] - 1}"

    def maker(self, dtype: str) -> str:
        """The function that makes a pointer of an address."""
        return {"float": "floats" if self.precision == "float32" else "doubles", "int": "ints", "bool": "bytes_at"}[
            dtype
        ]

    def declare_all(self) -> None:
        """Lengths, what is read, what is written, and memory for sums that are used only when the loops are done."""
        nest = self.nest
        for k, dims in enumerate(nest.space):
            self.head.append(f"n{k} = {self.argument(Length(dims))}")
        if self.division is not None:
            dims = self.division.dims
            self.head.append(f"first, last = {self.argument(Bound(dims, False))}, {self.argument(Bound(dims, True))}")
        for node in nest.reads:
            self._declare(node, written=False)
        for node in nest.writes:
            self._declare(node, written=True)
        for node in nest.nodes:
            if nest.accumulates(node) and node not in self.pointers:
                self.scratch(node, "y", self._dims(node))
        if any(TABLE[n.op].kind == "random" for n in nest.nodes):
            self.head.append(f"step = np.uint32({self.maker('float')}({self.argument(Step())})[0])")

    def _declare(self, node: Node, written: bool) -> None:
        other = self.shared.get(node) if written else None
        if other is not None:
            self.pointers[node], self.strides[node] = self.pointers[other], self.strides[other]
            return
        name = self.pointers[node] = self.fresh("y" if written else "x")
        self.head.append(f"{name} = {self.maker(node.dtype)}({self.argument(Address(node, written))})")
        self.strides[node] = []
        for k, axes in enumerate(self.nest.axes[:-1]):
            if self.nest.flags[node][k]:
                self.head.append(f"{name}_{k} = {self.argument(Stride(node, axes[-1]))}")
                self.strides[node].append((k, f"{name}_{k}"))
        if not written and self.nest.inner(node) and _is_strided(node, self.nest.axes[-1][-1]):
            self.inner_stride[node] = f"{name}_s"
            self.head.append(f"{name}_s = {self.argument(Stride(node, self.nest.axes[-1][-1]))}")

    def scratch(self, node: Node, letter: str, dims: tuple[Dim, ...]) -> str:
        """Memory for a value of this kernel that nobody else reads: of all it varies on, or of one row."""
        name = self.pointers[node] = self.fresh(letter)
        self.strides[node] = []
        self.head.append(f"{name} = {self.maker(node.dtype)}({self.argument(Scratch(dims))})")
        return name

    def beside(self, node: Node, dtype: str) -> str:
        """Memory as large and laid out as a written node's, for this kernel alone."""
        name = self.fresh("t")
        self.head.append(f"{name} = {self.maker(dtype)}({self.argument(Scratch(self._dims(node)))})")
        return name

    def _dims(self, node: Node) -> tuple[Dim, ...]:
        return tuple(d for dims, flag in zip(self.nest.space, self.nest.flags[node], strict=True) if flag for d in dims)

    # ---- how values are spelled

    def constant(self, node: Node, user: Node | None, at: int) -> str:
        """A number for one use: two rates that are equal by chance are still two arguments."""
        value = node["value"]
        if node.dtype == "bool":
            return str(bool(value))
        if node.dtype == "int" and value in (0, 1):
            return f"np.int32({int(value)})"
        if node.dtype == "float" and value in INLINE_NUMBERS:
            return f"real({value!r})".replace("inf", "np.inf")
        if (user, at) not in self._numbers:
            name = self._numbers[user, at] = self.fresh("c")
            code = (
                f"np.int32({self.argument(Whole(value))})"
                if node.dtype == "int"
                else f"number({self.argument(Number(value))})"
            )
            self.head.append(f"{name} = {code}")
        return self._numbers[user, at]

    def operands(self, node: Node, known: Callable[[Node], str], number: Callable[[str, str], str]) -> list[str]:
        """The operands of a node: `known` says those that are values, `number` those that are constants (by name and
        dtype).
        """
        found = []
        for at, x in enumerate(node.inputs):
            const = constant_of(x) if x in self.nest.passes else None
            found.append(known(x) if const is None else number(self.constant(const, node, at), const.dtype))
        return found

    def key(self, node: Node) -> str:
        """The key of a random node."""
        if node not in self._keys:
            self._keys[node] = self.fresh("k")
            self.head.append(f"{self._keys[node]} = np.uint32({self.argument(Key(node['stream']))})")
        return self._keys[node]

    def size(self, node: Node) -> str:
        name = self.fresh("c")
        self.head.append(f"{name} = number({self.argument(Size(node['dim']))})")
        return name

    def load(self, node: Node, pointer: str, at: str) -> str:
        code = f"{pointer}[{at}]"
        return f"({code} != 0)" if node.dtype == "bool" else code

    def store(self, node: Node, pointer: str, at: str, value: str) -> str:
        turned = {"float": f"real({value})", "int": f"np.int32({value})", "bool": f"np.uint8({value})"}[node.dtype]
        return f"{pointer}[{at}] = {turned}"

    def expression(self, node: Node, operands: Sequence[str]) -> str:
        """A map of its operands, or a reduction that has nothing to reduce."""
        row = TABLE[node.op]
        if row.kind == "reduce":
            return operands[0] if row.identity is not None else "np.int32(0)"
        if node.op == "expand":
            return operands[0]
        code = (_CAST[node["to"]] if node.op == "cast" else row.code).format(*operands)
        return f"np.int32({code})" if node.dtype == "int" else code  # numba would go on in 64 bits

    def identity(self, node: Node) -> str:
        """What a reduction starts from; a position starts from 0."""
        value = TABLE[node.op].identity or 0.0
        if node.dtype == "int":
            return f"np.int32({_LEAST if value == -math.inf else _GREATEST if value == math.inf else int(value)})"
        return f"real({value!r})".replace("inf", "np.inf")


def constant_of(node: Node) -> Node | None:
    """The constant that a node of a nest is, however it is stretched."""
    while node.op == "expand":
        node = node.inputs[0]
    return node if node.op == "const" else None


def is_late(nest: Nest, node: Node) -> bool:
    return nest.passes[node] == AFTER


def _is_strided(node: Node, axis: int) -> bool:
    """Whether a read's neighbours along an axis (from the right) may not be neighbours in memory."""
    scattered = False
    while node.op in ("reshape", "transpose", "slice", "windows"):
        if node.op in ("transpose", "windows"):
            return True
        if node.op == "slice" and node["step"] != 1 and node["axis"] == node.rank - 1:
            return True
        scattered |= node.op == "slice"
        node = node.inputs[0]
    return scattered and axis != -1
