"""From a loop nest to the text of its kernel, and the list of what its arguments are.

The text says what is computed and nothing of sizes, rates or names: the same computation gives the same text, so it is
compiled once. What stands before the loops are scalars, in double. A row of the inner loop is a function of its own,
since only of a function's arguments can be promised that they do not overlap; without that LLVM would test for it at
every row.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from nndsl.backend.cpu.arguments import Keep, Kernel
from nndsl.backend.cpu.cache import Text
from nndsl.backend.cpu.rows import row_text
from nndsl.backend.cpu.writer import Writer, constant_of, is_late
from nndsl.ir.nest import Nest
from nndsl.ir.node import BATCH, Node
from nndsl.ir.table import TABLE

_HEAD = """import numpy as np
from numba import njit
from nndsl.backend.cpu.compiler import FAST
from nndsl.backend.cpu.intrinsics import at, bytes_at, doubles, floats, ints, number, restrict
from nndsl.backend.cpu import math64 as wide
from nndsl.backend.cpu.{math} import cos, erf, exp, expm1, floor, log, log1p, pow, sin, sqrt, tanh
from nndsl.backend.cpu.random import normal, uniform

real = np.{precision}
"""
_FUNCTION = re.compile(r"\b(cos|erf|exp|expm1|floor|log|log1p|pow|sin|sqrt|tanh)\(")


def emit(nest: Nest, precision: str, shared: Mapping[Node, Node]) -> Kernel:
    """The kernel of a nest. `shared`: for a written node, the read whose memory it takes over element by element."""
    writer = Writer(nest, precision, shared)
    writer.declare_all()
    scalars, late, row = _scalars(writer), _late(writer), row_text(writer)
    calls = _calls(writer) if row else []
    lines = ["def NAME(g):", *("    " + line for line in (*writer.head, *scalars, *calls, *late))]
    head = _HEAD.format(precision=precision, math="math32" if precision == "float32" else "math64")
    source = head + "\n\n" + row + "\n".join(lines) + "\n"
    name = "nest_" + hashlib.sha256(source.encode()).hexdigest()[:12]
    return Kernel(Text(name, source.replace("NAME", name), precision), tuple(writer.arguments), writer.division)


def _scalars(w: Writer) -> list[str]:
    """Values before the loops, in double; each is passed to the rows as a real."""
    lines = []
    for node in w.nest.reads:
        if w.nest.depth(node) == 0:
            w.names[node] = w.fresh("s")
            lines.append(f"{w.names[node]} = {_wide(node, w.load(node, w.pointers[node], '0'))}")
    for node in w.nest.nodes:
        if node in w.before:
            lines += _scalar(w, node)
    return lines


def _late(w: Writer) -> list[str]:
    """Values of complete reductions, when all loops are done."""
    lines = []
    for node in w.nest.nodes:
        if not is_late(w.nest, node):
            continue
        for x in node.inputs:
            if x in w.nest.passes and w.nest.accumulates(x):
                w.names[x] = _wide(x, f"{w.pointers[x]}[0]")
        lines += _scalar(w, node)
    return lines


def _scalar(w: Writer, node: Node) -> list[str]:
    if constant_of(node) is not None and node not in w.nest.writes:
        return []  # stands where it is used
    if node.op == "size":
        w.names[node] = w.size(node)
    else:
        w.names[node] = w.fresh("s")
    lines = [] if node.op == "size" else [f"{w.names[node]} = {_widened(_scalar_code(w, node))}"]
    if node in w.nest.writes:
        lines.append(w.store(node, w.pointers[node], "0", w.names[node]))
    return lines


def _scalar_code(w: Writer, node: Node) -> str:
    if TABLE[node.op].kind == "random":
        return f"real({node.op}(0, step, {w.key(node)}))"
    if node.op == "iota":
        return "np.int32(0)"
    if node.op == "const":
        return w.constant(node, None, 0)
    return w.expression(node, w.operands(node, w.names.__getitem__, lambda name, dtype: name))


def _calls(w: Writer) -> list[str]:
    """Accumulators cleared, then the loops around the row."""
    nest, lines, indent = w.nest, list[str](), ""
    for node in nest.nodes:
        if nest.accumulates(node):
            lines += _kept(w, _clear(w, node)) if sums_rows(nest, node) else _clear(w, node)
    for k in range(nest.rank - 1):
        lines.append(f"{indent}for i{k} in {w.range_of(k)}:")
        indent += "    "
    lines.append(f"{indent}NAME_row({', '.join(w.given.values())})")
    return lines


def sums_rows(nest: Nest, node: Node) -> bool:
    """Whether a node of a nest over the batch adds up its rows."""
    return bool(nest.space) and BATCH in nest.space[0] and BATCH not in node.shape and node in nest.writes


def _kept(w: Writer, lines: list[str]) -> list[str]:
    return [f"if {w.argument(Keep())} == 0:", *("    " + line for line in lines)]


def _clear(w: Writer, node: Node) -> list[str]:
    """Loops that give every element of an accumulator its start."""
    lines, indent, terms = list[str](), "", list[str]()
    for k, stride in w.strides[node]:
        lines.append(f"{indent}for i{k} in range(n{k}):")
        indent += "    "
        terms.append(f"i{k} * {stride}")
    if w.nest.inner(node):
        lines.append(f"{indent}for j in {w.range_of(w.nest.rank - 1)}:")
        indent += "    "
        terms.append("j")
    lines.append(f"{indent}{w.pointers[node]}[{' + '.join(terms) or '0'}] = {w.identity(node)}")
    return lines


def _wide(node: Node, code: str) -> str:
    return f"np.float64({code})" if node.dtype == "float" else code


def _widened(code: str) -> str:
    """The code in double, with the functions of the C library."""
    return _FUNCTION.sub(r"wide.\1(", code).replace("real(", "np.float64(")
