"""From a loop nest to the text of its kernel, and the list of what its arguments are.

The text says what is computed and nothing of sizes, rates or names: the same computation gives the same text, so it is
compiled once. What stands before the loops are scalars, in double. A row of the inner loop is a function of its own, since only
of a function's arguments can be promised that they do not overlap; without that LLVM would test for it at every row.
"""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

from nndsl.backend.cpu.cache import Text
from nndsl.ir.nest import AFTER, Nest, is_reduction
from nndsl.ir.node import Dim, Node
from nndsl.ir.table import TABLE

INLINE_NUMBERS = (0.0, 1.0, -1.0, 2.0, 0.5, math.inf, -math.inf)
CHEAP = 3  # what may be computed again in a later pass instead of being kept

_HEAD = """import numpy as np
from numba import njit
from nndsl.backend.cpu.compiler import FAST
from nndsl.backend.cpu.intrinsics import at, bytes_at, doubles, floats, ints, number, restrict
from nndsl.backend.cpu.elementary import cos, erf, exp, expm1, floor, log, log1p, pow, sin, sqrt, tanh
from nndsl.backend.cpu.random import normal, uniform

real = np.{precision}
"""
_CAST = {"float": "real({0})", "int": "np.int32({0})", "bool": "({0} != 0)"}


# ---- what an argument of a kernel is


@dataclass(frozen=True, slots=True)
class Length:
    """The length of a merged axis: the product of some sizes."""

    dims: tuple[Dim, ...]


@dataclass(frozen=True, slots=True)
class Number:
    """The bits of a number, as a double."""

    value: float


@dataclass(frozen=True, slots=True)
class Size:
    """The bits of a symbolic size, as a double."""

    dim: Dim


@dataclass(frozen=True, slots=True)
class Address:
    """Where a node's memory begins."""

    node: Node
    written: bool


@dataclass(frozen=True, slots=True)
class Stride:
    """How far apart a node's elements are along an axis of the space (from the right), in elements."""

    node: Node
    axis: int


@dataclass(frozen=True, slots=True)
class Scratch:
    """The address of as many elements as the inner loop is long, for this kernel alone."""

    dtype: str


@dataclass(frozen=True, slots=True)
class Key:
    """The key of a random stream."""

    stream: int


@dataclass(frozen=True, slots=True)
class Step:
    """The address of the training step, a float."""


Argument = Length | Number | Size | Address | Stride | Scratch | Key | Step


@dataclass(frozen=True, slots=True)
class Kernel:
    """A kernel's text and what to put into `g`, in order."""

    text: Text
    arguments: tuple[Argument, ...]


def bits(value: float) -> int:
    """The bits of a double, as an integer that `g` can hold."""
    return int(struct.unpack("<q", struct.pack("<d", value))[0])


def emit(nest: Nest, precision: str, shared: Mapping[Node, Node]) -> Kernel:
    """The kernel of a nest. `shared`: for a written node, the read whose memory it takes over element by element."""
    return _Emitter(nest, precision, shared).kernel()


@dataclass(slots=True)
class _Emitter:
    nest: Nest
    precision: str
    shared: Mapping[Node, Node]
    arguments: list[Argument] = field(default_factory=list)
    head: list[str] = field(default_factory=list)  # before the loops
    names: dict[Node, str] = field(default_factory=dict)  # what stands for a value, where it is a scalar
    pointers: dict[Node, str] = field(default_factory=dict)
    strides: dict[Node, list[tuple[int, str]]] = field(default_factory=dict)  # outer axis, name of its stride
    given: dict[str, str] = field(default_factory=dict)  # arguments of the row: name -> what the nest passes
    spilled: dict[Node, str] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)

    # ---- names and arguments

    def argument(self, what: Argument) -> str:
        self.arguments.append(what)
        return f"g[{len(self.arguments) - 1}]"

    def fresh(self, letter: str) -> str:
        self.kept[letter] = self.kept.get(letter, 0) + 1
        return f"{letter}{self.kept[letter] - 1}"

    def maker(self, dtype: str) -> str:
        return {"float": "floats" if self.precision == "float32" else "doubles", "int": "ints", "bool": "bytes_at"}[dtype]

    def stride_class(self, node: Node) -> str:
        """How a read moves along the inner loop: "" not at all, "1" to the next element, else the name of its stride."""
        return self.inner_stride.get(node, "1") if self.nest.inner(node) else ""

    inner_stride: dict[Node, str] = field(default_factory=dict)

    def declare_pointer(self, node: Node, written: bool) -> None:
        other = self.shared.get(node) if written else None
        if other is not None and other in self.pointers:
            self.pointers[node], self.strides[node] = self.pointers[other], self.strides[other]
            return
        name = self.fresh("y" if written else "x")
        self.pointers[node] = name
        self.head.append(f"{name} = {self.maker(node.dtype)}({self.argument(Address(node, written))})")
        self.strides[node] = []
        for k, axes in enumerate(self.nest.axes[:-1]):
            if self.nest.flags[node][k]:
                stride = f"{name}_{k}"
                self.head.append(f"{stride} = {self.argument(Stride(node, axes[-1]))}")
                self.strides[node].append((k, stride))
        if self.nest.inner(node) and not written and _is_strided(node, self.nest):
            self.inner_stride[node] = f"{name}_s"
            self.head.append(f"{name}_s = {self.argument(Stride(node, self.nest.axes[-1][-1]))}")

    # ---- values

    def constant(self, node: Node) -> str:
        value = node["value"]
        if node.dtype == "bool":
            return str(bool(value))
        if node.dtype == "int":
            return f"np.int32({int(value)})"
        if float(value) in INLINE_NUMBERS:
            return f"real({float(value)!r})".replace("inf", "np.inf")
        name = self.fresh("c")
        self.head.append(f"{name} = number({self.argument(Number(float(value)))})")
        return name

    def leaf(self, node: Node) -> str:
        if node.op == "const":
            return self.constant(node)
        name = self.fresh("c")
        self.head.append(f"{name} = number({self.argument(Size(node['dim']))})")
        return name

    def load(self, node: Node, at: str) -> str:
        code = f"{self.pointers[node]}[{at}]"
        return f"({code} != 0)" if node.dtype == "bool" else code

    def expression(self, node: Node, operands: list[str]) -> str:
        row = TABLE[node.op]
        if node.op == "cast":
            return _CAST[node["to"]].format(*operands)
        if node.op == "expand":
            return operands[0]
        return row.code.format(*operands)

    # ---- the kernel

    def kernel(self) -> Kernel:
        nest = self.nest
        lengths = [f"n{k}" for k in range(nest.rank)]
        for name, dims in zip(lengths, nest.space, strict=True):
            self.head.append(f"{name} = {self.argument(Length(dims))}")
        for node in nest.reads:
            self.declare_pointer(node, written=False)
        for node in nest.writes:
            self.declare_pointer(node, written=True)
        if any(TABLE[n.op].kind == "random" for n in nest.nodes):
            self.head.append(f"step = np.uint32({self.maker('float')}({self.argument(Step())})[0])")
        body = _Body(self)
        scalars, after, row, calls = body.scalars(), body.after(), body.row(), body.calls()
        name = "NAME"
        lines = [f"def {name}(g):", *("    " + line for line in (*self.head, *scalars, *calls, *after))]
        source = _HEAD.format(precision=self.precision) + "\n\n" + row + "\n".join(lines) + "\n"
        name = "nest_" + hashlib.sha256(source.encode()).hexdigest()[:12]
        return Kernel(Text(name, source.replace("NAME", name), self.precision), tuple(self.arguments))


def _is_strided(node: Node, nest: Nest) -> bool:
    """Whether a view's neighbours along the inner loop are not neighbours in memory."""
    while node.op in ("reshape", "transpose", "slice"):
        if node.op == "transpose":
            return True
        node = node.inputs[0]
    return False


class _Body:
    """The parts of a kernel's text, in the order they are made: each part may ask for arguments."""

    def __init__(self, emitter: _Emitter) -> None:
        self.e = emitter
        self.nest = emitter.nest
        self.before = self._before()

    def _before(self) -> set[Node]:
        """Nodes that are scalars known before any loop."""
        nest, found = self.nest, set[Node]()
        for node in nest.nodes:
            inputs_known = all(x in found or (x in nest.reads and nest.depth(x) == 0) for x in node.inputs)
            if nest.depth(node) == 0 and not is_reduction(node) and nest.passes[node] == 0 and inputs_known:
                if TABLE[node.op].kind != "random" and node.op != "iota":
                    found.add(node)
        return found

    def scalars(self) -> list[str]:
        """Values before the loops, in double; each is passed to the rows as a real."""
        e, lines = self.e, []
        for node in self.nest.reads:
            if self.nest.depth(node) == 0:
                e.names[node] = e.fresh("s")
                lines.append(f"{e.names[node]} = {_wide(node, e.load(node, '0'))}")
        for node in self.nest.nodes:
            if node not in self.before:
                continue
            if TABLE[node.op].kind == "leaf":
                e.names[node] = e.leaf(node)
                continue
            e.names[node] = e.fresh("s")
            lines.append(f"{e.names[node]} = {_widened(e.expression(node, [e.names[x] for x in node.inputs]))}")
        for node in self.nest.writes:
            if node in self.before:
                lines.append(_store(e, node, "0", e.names[node]))
        return lines

    def after(self) -> list[str]:
        """Values of complete reductions, when all loops are done."""
        e, lines, nest = self.e, [], self.nest
        late = [n for n in nest.nodes if nest.passes[n] == AFTER]
        for node in late:
            for x in node.inputs:
                if is_reduction(x) and x in nest.nodes and x not in e.names:
                    e.names[x] = f"np.float64({e.pointers.get(x) or self._accumulator(x)}[0])"
            e.names[node] = e.fresh("s")
            lines.append(f"{e.names[node]} = {_widened(e.expression(node, [e.names[x] for x in node.inputs]))}")
            if node in nest.writes:
                lines.append(_store(e, node, "0", e.names[node]))
        return lines

    def _accumulator(self, node: Node) -> str:
        """Memory for a reduction over outer axes that nobody else reads."""
        e = self.e
        if node not in e.pointers:
            e.pointers[node] = e.fresh("y")
            e.strides[node] = []
            e.head.append(f"{e.pointers[node]} = {e.maker(node.dtype)}({e.argument(Scratch(node.dtype))})")
        return e.pointers[node]

    def row(self) -> str:
        """The function of one row; empty where there is nothing but scalars."""
        if all(n in self.before or self.nest.passes[n] == AFTER for n in self.nest.nodes):
            return ""
        from nndsl.backend.cpu.rows import row_text

        return row_text(self.e, self.before)

    def calls(self) -> list[str]:
        """Accumulators cleared, then the loops around the row."""
        e, nest = self.e, self.nest
        if not e.given and not any(n not in self.before and nest.passes[n] != AFTER for n in nest.nodes):
            return []
        lines = []
        for node in nest.nodes:
            if is_reduction(node) and node in e.pointers and accumulates(nest, node):
                lines += _clear(e, node)
        indent = ""
        for k in range(nest.rank - 1):
            lines.append(f"{indent}for i{k} in range(n{k}):")
            indent += "    "
        lines.append(f"{indent}NAME_row({', '.join(e.given.values())})")
        return lines


def accumulates(nest: Nest, node: Node) -> bool:
    """Whether a reduction gathers over more than the inner loop of one row, so that memory must hold its sum so far."""
    walk = [any(_dim(node.inputs[0], axis) != 1 for axis in axes) for axes in nest.axes]
    return any(w and not f for w, f in zip(walk[:-1], nest.flags[node][:-1], strict=True)) if nest.axes else False


def _dim(node: Node, axis: int) -> Dim:
    return node.shape[axis] if node.rank >= -axis else 1


def identity(node: Node) -> str:
    value = TABLE[node.op].identity
    text = f"real({float(value or 0.0)!r})".replace("inf", "np.inf")
    return f"np.int32({int(value or 0)})" if node.dtype == "int" else text


def _clear(e: _Emitter, node: Node) -> list[str]:
    """Loops that give every element of an accumulator its start."""
    lines, indent, terms = [], "", []
    for k, stride in e.strides[node]:
        lines.append(f"{indent}for i{k} in range(n{k}):")
        indent += "    "
        terms.append(f"i{k} * {stride}")
    if e.nest.inner(node):
        lines.append(f"{indent}for j in range(n{e.nest.rank - 1}):")
        indent += "    "
        terms.append("j")
    lines.append(f"{indent}{e.pointers[node]}[{' + '.join(terms) or '0'}] = {identity(node)}")
    return lines


def _store(e: _Emitter, node: Node, at: str, value: str) -> str:
    turned = {"float": f"real({value})", "int": f"np.int32({value})", "bool": f"np.uint8({value})"}[node.dtype]
    return f"{e.pointers[node]}[{at}] = {turned}"


def _wide(node: Node, code: str) -> str:
    return f"np.float64({code})" if node.dtype == "float" else code


def _widened(code: str) -> str:
    return code.replace("real(", "np.float64(")
