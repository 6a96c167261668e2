"""The row function of a kernel: passes over one row of a nest, in each a loop whose body LLVM vectorises.

Between passes stand the row's own values, such as the maximum that a softmax needs before its second pass. What a later pass
needs from an earlier one is computed again where that is cheap, and kept in memory of a row's length where it is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nndsl.ir.nest import AFTER, is_reduction
from nndsl.ir.node import Node
from nndsl.ir.table import TABLE

if TYPE_CHECKING:
    from nndsl.backend.cpu.emit import _Emitter


def row_text(e: _Emitter, before: set[Node]) -> str:
    """The text of `NAME_row`, whose arguments are noted in `e.given`."""
    return _Row(e, before).text()


class _Row:
    def __init__(self, e: _Emitter, before: set[Node]) -> None:
        self.e, self.nest, self.before = e, e.nest, before
        self.lines: list[str] = []
        self.values: dict[Node, str] = {}  # what is known in the whole row
        self.passes = 1 + max((p for n, p in self.nest.passes.items() if p != AFTER), default=0)

    # ---- arguments of the row

    def pass_in(self, name: str, value: str) -> str:
        self.e.given.setdefault(name, value)
        return name

    def pointer(self, node: Node) -> str:
        name = self.e.pointers[node]
        shift = " + ".join(f"i{k} * {stride}" for k, stride in self.e.strides[node])
        return self.pass_in(name, f"at({name}, {shift})" if shift else name)

    def scalar(self, node: Node) -> str:
        """A value from before the loops, as a real."""
        name = self.e.names[node]
        if not name[0].isalpha() or "(" in name or name in ("True", "False"):
            return name
        turned = {"float": f"real({name})", "int": name, "bool": name}[node.dtype]
        return self.pass_in("q" + name, turned)

    def element(self, node: Node) -> str:
        """The index of a random node's element: rows before this one times their length."""
        depth = self.nest.depth(node)
        inner = self.nest.inner(node)
        index = ""
        for k in range(depth - 1 if inner else depth):
            index = f"({index}) * n{k} + i{k}" if index else f"i{k}"
        if not inner:
            return self.pass_in(f"e{depth}", index or "0")
        last = f"n{self.nest.rank - 1}"
        start = self.pass_in("e", f"({index}) * {last}" if index else "0")
        return f"{start} + j"

    def draw(self, node: Node) -> str:
        from nndsl.backend.cpu.emit import Key

        name = f"k{node['stream']}"
        if name not in self.e.given:
            fresh = self.e.fresh("k")
            self.e.head.append(f"{fresh} = np.uint32({self.e.argument(Key(node['stream']))})")
            self.e.names[node] = fresh
        key = self.pass_in("q" + self.e.names[node], self.e.names[node])
        step = self.pass_in("step", "step")
        return f"real({node.op}({self.element(node)}, {step}, {key}))"

    # ---- values

    def value(self, node: Node, local: dict[Node, str]) -> str:
        """The name of a value where it can be had without computing anything."""
        if node in local:
            return local[node]
        if node in self.values:
            return self.values[node]
        if node in self.before or node in self.e.names:
            return self.scalar(node)
        raise KeyError(f"{node!r} is not there yet")

    def code(self, node: Node, local: dict[Node, str]) -> str:
        if TABLE[node.op].kind == "random":
            return self.draw(node)
        if node.op == "iota":
            return "np.int32(j)" if self.nest.inner(node) else "np.int32(0)"
        if TABLE[node.op].kind == "leaf":
            return self.e.leaf(node)
        return self.e.expression(node, [self.value(x, local) for x in node.inputs])

    # ---- the text

    def text(self) -> str:
        for node in self.nest.reads:
            if not self.nest.inner(node) and self.nest.depth(node) > 0:
                pointer = self.pointer(node)
                self.values[node] = f"u_{pointer}"
                self.lines.append(f"u_{pointer} = {self.e.load(node, '0').replace(self.e.pointers[node], pointer)}")
        for at in range(self.passes):
            self.row_values(at)
            self.loop(at)
        self.row_values(self.passes)
        self.row_stores()
        if self.has_loop:
            self.e.given = {"n": f"n{self.nest.rank - 1}", **self.e.given}
        head = f"@njit(fastmath=FAST, error_model='numpy')\ndef NAME_row({', '.join(self.e.given)}):\n    restrict()\n"
        return head + "".join(f"    {line}\n" for line in self.lines) + "\n\n"

    has_loop = False

    def row_values(self, at: int) -> None:
        """Values of this pass that do not vary along the inner loop."""
        for node in self.nest.nodes:
            if self.nest.passes[node] != at or node in self.before or node in self.e.names:
                continue
            if is_reduction(node):
                if not self.walks_inner(node):
                    self.gather_row(node, self.value(node.inputs[0], {}))
                continue
            if self.nest.inner(node):
                continue
            name = self.e.fresh("w")
            self.lines.append(f"{name} = {self.code(node, {})}")
            self.values[node] = name

    def walks_inner(self, node: Node) -> bool:
        """Whether a reduction's operand varies along the inner loop."""
        x = node.inputs[0]
        if not self.nest.axes:
            return False
        return any(x.rank >= -axis and x.shape[axis] != 1 for axis in self.nest.axes[-1])

    def gather_row(self, node: Node, value: str) -> None:
        """A row's share of a reduction over outer axes."""
        place = f"{self.pointer(node)}[0]"
        self.lines.append(f"{place} = {TABLE[node.op].code.format(place, value)}")

    def row_stores(self) -> None:
        from nndsl.backend.cpu.emit import _store, accumulates

        for node in self.nest.writes:
            if node in self.before or self.nest.passes[node] == AFTER or self.nest.inner(node):
                continue
            if is_reduction(node) and (accumulates(self.nest, node) or not self.walks_inner(node)):
                continue
            self.pointer(node)
            self.lines.append(_store(self.e, node, "0", self.values[node]))

    # ---- one pass

    def loop(self, at: int) -> None:
        nest = self.nest
        wanted = [
            n
            for n in nest.nodes
            if nest.passes[n] == at and n not in self.before and (self.walks_inner(n) if is_reduction(n) else nest.inner(n))
        ]
        results = [n for n in wanted if is_reduction(n) or n in nest.writes or n in self.kept_later()]
        if not results:
            return
        self.has_loop = True
        body, local = list[str](), dict[Node, str]()
        start, end = list[str](), list[str]()
        for node in self.ordered(results, at):
            if is_reduction(node):
                self.reduce(node, self.value(node.inputs[0], local), start, body, end)
            else:
                self.compute(node, at, local, body)
        self.lines += [*start, "for j in range(n):", *("    " + line for line in body), *end]

    def kept_later(self) -> set[Node]:
        """Values of the inner loop that a later pass needs and that are too dear to compute again."""
        if not hasattr(self, "_kept"):
            self._kept = self._find_kept()
        return self._kept

    def _find_kept(self) -> set[Node]:
        from nndsl.backend.cpu.emit import CHEAP, Scratch

        nest, kept = self.nest, set[Node]()
        inner = [n for n in nest.nodes if nest.inner(n) and not is_reduction(n) and n not in self.before]
        last_use = {n: max((nest.passes[u] for u in nest.nodes if n in u.inputs and nest.passes[u] != AFTER), default=0) for n in inner}
        price: dict[Node, int] = {}
        for node in inner:
            price[node] = TABLE[node.op].cost + sum(0 if x in kept else price.get(x, 0) for x in node.inputs)
            if last_use[node] > nest.passes[node] and price[node] > CHEAP:
                kept.add(node)
                if node not in nest.writes:
                    self.e.pointers[node] = self.e.fresh("t")
                    self.e.strides[node] = []
                    maker = self.e.maker(node.dtype)
                    self.e.head.append(f"{self.e.pointers[node]} = {maker}({self.e.argument(Scratch(node.dtype))})")
        return kept

    def ordered(self, results: list[Node], at: int) -> list[Node]:
        """What one pass computes, operands first: the results, and cheap values of earlier passes once more."""
        found: dict[Node, None] = {}

        def visit(node: Node) -> None:
            if node in found or node not in self.nest.passes or node in self.before or node in self.values:
                return
            if not is_reduction(node) and not self.nest.inner(node):
                return
            loaded = node in self.kept_later() and self.nest.passes[node] < at
            if not loaded:
                for x in node.inputs:
                    if not is_reduction(x):
                        visit(x)
            found[node] = None

        for node in results:
            visit(node)
        return list(found)

    def compute(self, node: Node, at: int, local: dict[Node, str], body: list[str]) -> None:
        from nndsl.backend.cpu.emit import _store

        for x in node.inputs:
            if x not in self.nest.passes and x not in local and self.nest.inner(x):
                self.read(x, local, body)
        if node in self.kept_later() and self.nest.passes[node] < at:
            local[node] = self.e.fresh("v")
            self.pointer(node)
            body.append(f"{local[node]} = {self.e.load(node, 'j')}")
            return
        local[node] = self.e.fresh("v")
        body.append(f"{local[node]} = {self.code(node, local)}")
        if self.nest.passes[node] == at and (node in self.nest.writes or node in self.kept_later()):
            self.pointer(node)
            body.append(_store(self.e, node, "j", local[node]))

    def read(self, node: Node, local: dict[Node, str], body: list[str]) -> None:
        local[node] = self.e.fresh("v")
        self.pointer(node)
        stride = self.e.inner_stride.get(node)
        if stride:
            self.pass_in(stride, stride)
        body.append(f"{local[node]} = {self.e.load(node, f'j * {stride}' if stride else 'j')}")

    def reduce(self, node: Node, value: str, start: list[str], body: list[str], end: list[str]) -> None:
        from nndsl.backend.cpu.emit import accumulates, identity

        combine = TABLE[node.op].code
        if self.nest.inner(node):  # over outer axes only: element by element
            place = f"{self.pointer(node)}[j]"
            body.append(f"{place} = {combine.format(place, value)}")
            return
        name = self.e.fresh("r")
        start.append(f"{name} = {identity(node)}")
        body.append(f"{name} = {combine.format(name, value)}")
        if accumulates(self.nest, node):
            place = f"{self.pointer(node)}[0]"
            end.append(f"{place} = {combine.format(place, name)}")
        else:
            self.values[node] = name
