"""The row function of a kernel: passes over one row of a nest, in each a loop whose body LLVM vectorises.

Between passes stand the row's own values, such as the maximum that a softmax needs before its second pass. What a
later pass needs from an earlier one is computed again where that is cheap, and kept in memory of a row's length where
it is not. A loop's stores come last in its body: a value may take over the memory of what the same turn reads.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from nndsl.backend.cpu.writer import Writer, constant_of, is_late
from nndsl.ir.nest import compared
from nndsl.ir.node import Node
from nndsl.ir.table import TABLE

CHEAP = 3  # what may be computed again in a later pass instead of being kept


def row_text(writer: Writer) -> str:
    """The text of `NAME_row`, whose arguments are noted in `writer.given`; empty where there is nothing but scalars."""
    nest = writer.nest
    wanted = [n for n in nest.nodes if n not in writer.before and not is_late(nest, n)]
    if not any(n in nest.writes or nest.gathers(n) for n in wanted):
        return ""
    return _Row(writer).text()


def _is_spelled(node: Node) -> bool:
    """Whether a node needs no code of its own: a constant stands where it is used."""
    return constant_of(node) is not None


@dataclass(slots=True)
class _Loop:
    """One pass in the making: lines before the loop, in its body, the stores at the body's end, and lines after the
    loop.
    """

    at: int
    local: dict[Node, str] = field(default_factory=dict)
    start: list[str] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    stores: list[str] = field(default_factory=list)
    end: list[str] = field(default_factory=list)


class _Row:
    def __init__(self, writer: Writer) -> None:
        self.w, self.nest = writer, writer.nest
        self.lines: list[str] = []
        self.values: dict[Node, str] = {}  # what is known in the whole row
        self.kept = self._find_kept()
        self.loops = False

    # ---- arguments of the row

    @property
    def turns(self) -> dict[str, str]:
        """The bounds of the inner loop."""
        inner = self.nest.rank - 1
        divided = self.w.range_of(inner) == "range(first, last)"
        return {"first": "first", "last": "last"} if divided else {"n": f"n{inner}"}

    def pass_in(self, name: str, value: str) -> str:
        self.w.given.setdefault(name, value)
        return name

    def pointer(self, node: Node, name: str = "") -> str:
        """Where the row's part of a node begins; `name`: of other memory that is laid out like the node's."""
        name = name or self.w.pointers[node]
        shift = " + ".join(f"i{k} * {stride}" for k, stride in self.w.strides[node])
        return self.pass_in(name, f"at({name}, {shift})" if shift else name)

    def number(self, name: str, dtype: str) -> str:
        """A constant, or a value from before the loops, as an argument of the row; a literal as it stands."""
        if "(" in name or name in ("True", "False"):
            return name
        return self.pass_in("q" + name, f"real({name})" if dtype == "float" else name)

    def draw(self, node: Node) -> str:
        """A random number: its element is counted over the axes it varies on."""
        flags, index = self.nest.flags[node], ""
        for k in (k for k, flag in enumerate(flags[:-1]) if flag):
            index = f"({index}) * n{k} + i{k}" if index else f"i{k}"
        which = "".join("01"[f] for f in flags)
        if flags[-1]:
            start = self.pass_in(f"e{which}", f"({index}) * n{len(flags) - 1}" if index else "0")
            element = f"{start} + j"
        else:
            element = self.pass_in(f"e{which}", index)
        key = self.w.key(node)
        return f"real({node.op}({element}, {self.pass_in('step', 'step')}, {self.pass_in('q' + key, key)}))"

    # ---- values

    def value(self, node: Node, loop: _Loop | None) -> str:
        """The name of a value that is there, or can be read."""
        if loop is not None:
            if node in loop.local:
                return loop.local[node]
            if node not in self.nest.passes and self.nest.inner(node):
                return self.read(node, loop)
        if node in self.values:
            return self.values[node]
        if node in self.w.names:
            return self.number(self.w.names[node], node.dtype)
        raise KeyError(f"{node!r} is not there yet")

    def read(self, node: Node, loop: _Loop) -> str:
        stride = self.w.inner_stride.get(node)
        at = f"j * {self.pass_in(stride, stride)}" if stride else "j"
        name = loop.local[node] = self.w.fresh("v")
        loop.body.append(f"{name} = {self.w.load(node, self.pointer(node), at)}")
        return name

    def code(self, node: Node, loop: _Loop | None) -> str:
        if TABLE[node.op].kind == "random":
            return self.draw(node)
        if node.op == "iota":
            return "np.int32(j)"
        if node.op == "const":
            return self.number(self.w.constant(node, None, 0), node.dtype)
        operands = self.w.operands(node, lambda x: self.value(x, loop), self.number)
        return self.w.expression(node, operands)

    # ---- the text

    def text(self) -> str:
        nest = self.nest
        for node in nest.reads:
            if not nest.inner(node) and nest.depth(node) > 0:
                pointer = self.pointer(node)
                self.values[node] = f"u_{pointer}"
                self.lines.append(f"u_{pointer} = {self.w.load(node, pointer, '0')}")
        passes = 1 + max((p for n, p in nest.passes.items() if not is_late(nest, n)), default=0)
        for at in range(passes):
            self.row_values(at)
            self.loop(at)
        self.row_stores()
        if self.loops:
            self.w.given = {**self.turns, **self.w.given}
        head = f"@njit(fastmath=FAST, error_model='numpy')\ndef NAME_row({', '.join(self.w.given)}):\n    restrict()\n"
        return head + "".join(f"    {line}\n" for line in self.lines) + "\n\n"

    def row_values(self, at: int) -> None:
        """Values of this pass that do not vary along the inner loop."""
        nest = self.nest
        for node in nest.nodes:
            if nest.passes[node] != at or node in self.w.before or nest.walks_inner(node):
                continue
            if nest.gathers(node):
                self.gather(node, self.one_operand(node, None), self.lines)
            elif not _is_spelled(node) or node in nest.writes:
                name = self.w.fresh("w")
                self.lines.append(f"{name} = {self.code(node, None)}")
                self.values[node] = name

    def one_operand(self, node: Node, loop: _Loop | None) -> str:
        return self.w.operands(node, lambda x: self.value(x, loop), self.number)[0]

    def row_stores(self) -> None:
        nest = self.nest
        for node in nest.writes:
            if node in self.w.before or is_late(nest, node) or nest.inner(node) or nest.accumulates(node):
                continue
            self.lines.append(self.w.store(node, self.pointer(node), "0", self.values[node]))

    # ---- one pass

    def loop(self, at: int) -> None:
        nest = self.nest
        wanted = [n for n in nest.nodes if nest.passes[n] == at and n not in self.w.before and nest.walks_inner(n)]
        results = [n for n in wanted if nest.gathers(n) or n in nest.writes or n in self.kept]
        if not results:
            return
        self.loops = True
        loop = _Loop(at)
        for node in self.ordered(results, at):
            if nest.gathers(node):
                self.reduce(node, self.one_operand(node, loop), loop)
            else:
                self.compute(node, loop)
        body = [*loop.body, *loop.stores]
        self.lines += [
            *loop.start,
            f"for j in range({', '.join(self.turns)}):",
            *("    " + line for line in body),
            *loop.end,
        ]

    def _find_kept(self) -> set[Node]:
        """Values of the inner loop that a later pass needs and that are too dear to compute again."""
        nest, kept = self.nest, set[Node]()
        inner = [n for n in nest.nodes if nest.inner(n) and not nest.gathers(n) and not _is_spelled(n)]
        last_use = dict.fromkeys(nest.nodes, 0)
        for user in nest.nodes:
            for x in user.inputs:
                if x in last_use and not is_late(nest, user):
                    last_use[x] = max(last_use[x], nest.passes[user])
        price: dict[Node, int] = {}
        exact = compared(nest.nodes)
        for node in inner:
            price[node] = TABLE[node.op].cost + sum(0 if x in kept else price.get(x, 0) for x in node.inputs)
            if last_use[node] > nest.passes[node] and (price[node] > CHEAP or node in exact):
                kept.add(node)
                if node not in nest.writes:
                    self.w.scratch(node, "t", nest.space[-1])
        return kept

    def ordered(self, results: list[Node], at: int) -> list[Node]:
        """What one pass computes, operands first: the results, and cheap values of earlier passes once more."""
        found: dict[Node, None] = {}
        nest = self.nest

        def visit(node: Node, wanted: bool = False) -> None:
            if node in found or node not in nest.passes or node in self.w.before or node in self.values:
                return
            if not wanted and (nest.gathers(node) or not nest.inner(node) or _is_spelled(node)):
                return
            if not (node in self.kept and nest.passes[node] < at):
                for x in node.inputs:
                    visit(x)
            found[node] = None

        for node in results:
            visit(node, True)
        return list(found)

    def compute(self, node: Node, loop: _Loop) -> None:
        if node in self.kept and self.nest.passes[node] < loop.at:
            loop.local[node] = self.w.fresh("v")
            loop.body.append(f"{loop.local[node]} = {self.w.load(node, self.pointer(node), 'j')}")
            return
        code = self.code(node, loop)
        name = loop.local[node] = self.w.fresh("v")
        loop.body.append(f"{name} = {code}")
        if self.nest.passes[node] == loop.at and (node in self.nest.writes or node in self.kept):
            loop.stores.append(self.w.store(node, self.pointer(node), "j", name))

    # ---- reductions

    def reduce(self, node: Node, value: str, loop: _Loop) -> None:
        if self.nest.inner(node):  # over outer axes only: element by element
            self.gather(node, value, loop.body, "j")
            return
        name, row = self.w.fresh("r"), TABLE[node.op]
        loop.start.append(f"{name} = {self.w.identity(node)}")
        if row.identity is None:
            self.position(node, value, name, loop)
        else:
            loop.body.append(f"{name} = {self.combined(node, name, value)}")
        if self.nest.accumulates(node):
            self.gather(node, name, loop.end)
        else:
            self.values[node] = name

    def position(self, node: Node, value: str, name: str, loop: _Loop) -> None:
        """Along the inner loop: the best so far, and where it stood."""
        best, take = self.w.fresh("b"), self.w.fresh("d")
        loop.start.append(f"{best} = {self.zero(node)}")
        loop.body.append(f"{take} = (j == 0) | ({TABLE[node.op].code.format(best, value)})")
        loop.body.append(f"{best} = {value} if {take} else {best}")
        loop.body.append(f"{name} = np.int32(j) if {take} else {name}")

    def gather(self, node: Node, value: str, lines: list[str], at: str = "0") -> None:
        """A row's share of a reduction over outer axes."""
        place = f"{self.pointer(node)}[{at}]"
        if TABLE[node.op].identity is not None:
            lines.append(f"{place} = {self.combined(node, place, value)}")
            return
        nest = self.nest
        k = next(k for k in range(nest.rank) if nest.walks[node][k] and not nest.flags[node][k])
        turn, take = self.pass_in(f"i{k}", f"i{k}"), self.w.fresh("d")
        best = f"{self.pointer(node, self.w.beside(node, node.inputs[0].dtype))}[{at}]"
        lines.append(f"{take} = ({turn} == 0) | ({TABLE[node.op].code.format(best, value)})")
        lines.append(f"{best} = {value} if {take} else {best}")
        lines.append(f"{place} = np.int32({turn}) if {take} else {place}")

    def combined(self, node: Node, so_far: str, value: str) -> str:
        code = TABLE[node.op].code.format(so_far, value)
        return f"np.int32({code})" if node.dtype == "int" else code

    def zero(self, node: Node) -> str:
        return "np.int32(0)" if node.inputs[0].dtype == "int" else "real(0.0)"
