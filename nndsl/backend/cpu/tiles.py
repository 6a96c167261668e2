"""Register tiles: blocks of numbers that stay in vector registers over a whole loop, as products and transposes need.

Loops over plain numbers vectorise when they are simple; a tile of two dozen sums does not come out of them. So its loop
is written with LLVM's own vector instructions. Sizes come from `machine`. Imported only when a kernel is compiled;
needs numba.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

_i32, _i64 = ir.IntType(32), ir.IntType(64)


class Tile:
    """The code of one register tile, as LLVM's builder writes it."""

    def __init__(self, rows: int, vectors: int, lanes: int, precision: str, masked: bool) -> None:
        self.rows, self.vectors, self.lanes, self.masked = rows, vectors, lanes, masked
        self.scalar = ir.FloatType() if precision == "float32" else ir.DoubleType()
        self.vector = ir.VectorType(self.scalar, lanes)
        self.suffix = f"v{lanes}f{32 if precision == 'float32' else 64}"
        self.align = 4 if precision == "float32" else 8
        # rows of B fetched early: their stride hides them from the processor's own prefetcher
        self.ahead = 8 if vectors > 2 else 0

    def declare(self, b: Any, name: str, result: Any, arguments: list[Any]) -> Any:
        return cgutils.get_or_insert_function(b.module, ir.FunctionType(result, arguments), name)

    def spread(self, b: Any, x: Any) -> Any:
        """A vector of one number."""
        none = ir.Constant(ir.VectorType(x.type, self.lanes), ir.Undefined)
        one = b.insert_element(none, x, ir.Constant(_i32, 0))
        return b.shuffle_vector(one, none, ir.Constant(ir.VectorType(_i32, self.lanes), None))

    def places(self, b: Any, p: Any) -> list[Any]:
        """Pointers to the vectors of a row that begins at p."""
        steps = [ir.Constant(_i64, v * self.lanes) for v in range(self.vectors)]
        return [b.bitcast(b.gep(p, [step]), self.vector.as_pointer()) for step in steps]

    def mask(self, b: Any, columns: Any) -> Any:
        """Which lanes are below `columns`."""
        return b.icmp_signed("<", _constant_vector(range(self.lanes)), self.spread(b, columns)) if self.masked else None

    def load(self, b: Any, p: Any, mask: Any) -> Any:
        if mask is None:
            return b.load(p, align=self.align)
        name, none = f"llvm.masked.load.{self.suffix}.p0{self.suffix}", ir.Constant(self.vector, None)
        read = self.declare(b, name, self.vector, [p.type, _i32, mask.type, self.vector])
        return b.call(read, [p, ir.Constant(_i32, self.align), mask, none])

    def store(self, b: Any, value: Any, p: Any, mask: Any) -> None:
        if mask is None:
            b.store(value, p, align=self.align)
            return
        name = f"llvm.masked.store.{self.suffix}.p0{self.suffix}"
        write = self.declare(b, name, ir.VoidType(), [self.vector, p.type, _i32, mask.type])
        b.call(write, [value, p, ir.Constant(_i32, self.align), mask])

    def prefetch(self, b: Any, pointers: list[Any]) -> None:
        byte = ir.IntType(8).as_pointer()
        fetch = self.declare(b, "llvm.prefetch.p0i8", ir.VoidType(), [byte, _i32, _i32, _i32])
        for p in pointers:
            b.call(fetch, [b.bitcast(p, byte), ir.Constant(_i32, 0), ir.Constant(_i32, 3), ir.Constant(_i32, 1)])

    def emit(self, context: Any, b: Any, sig: Any, args: Any) -> Any:
        """The sums as they are at first, a loop over k in which they are phis, then the stores."""
        k, A, a_row, a_k, B, b_k, C, c_row, keep, skip, columns = args
        mask, zero = self.mask(b, columns), ir.Constant(_i64, 0)
        heads = [b.gep(A, [b.mul(a_row, ir.Constant(_i64, r))]) for r in range(self.rows)]
        rows = [self.places(b, b.gep(C, [b.mul(c_row, ir.Constant(_i64, r))])) for r in range(self.rows)]
        start = self.begin(b, keep, [p for row in rows for p in row], mask)
        entry, loop, done = b.block, b.append_basic_block("loop"), b.append_basic_block("done")
        b.cbranch(b.icmp_signed(">", k, zero), loop, done)
        b.position_at_end(loop)
        i, sums = b.phi(_i64), [b.phi(self.vector) for _ in start]
        if self.ahead:
            far = b.mul(b.add(i, ir.Constant(_i64, self.ahead)), b_k)
            self.prefetch(b, self.places(b, b.gep(B, [far])))
        new = self.turn(b, sums, heads, b.mul(i, a_k), b.gep(B, [b.mul(i, b_k)]), mask)
        after = b.add(i, ir.Constant(_i64, 1))
        for block, values in ((entry, [zero, *start]), (loop, [after, *new])):
            for phi, value in zip([i, *sums], values, strict=True):
                phi.add_incoming(value, block)
        b.cbranch(b.icmp_signed("<", after, k), loop, done)
        b.position_at_end(done)
        final = [b.phi(self.vector) for _ in start]
        for phi, first, end in zip(final, start, new, strict=True):
            phi.add_incoming(first, entry)
            phi.add_incoming(end, loop)
        self.end(b, rows, final, skip, mask)
        return context.get_dummy_value()

    def begin(self, b: Any, keep: Any, places: list[Any], mask: Any) -> list[Any]:
        """What the sums begin with: nothing, or what is in C."""
        entry, there, start = b.block, b.append_basic_block("keep"), b.append_basic_block("start")
        b.cbranch(b.icmp_signed("!=", keep, ir.Constant(_i64, 0)), there, start)
        b.position_at_end(there)
        kept = [self.load(b, p, mask) for p in places]
        b.branch(start)
        b.position_at_end(start)
        sums = [b.phi(self.vector) for _ in places]
        for phi, value in zip(sums, kept, strict=True):
            phi.add_incoming(ir.Constant(self.vector, None), entry)
            phi.add_incoming(value, there)
        return sums

    def turn(self, b: Any, sums: list[Any], heads: list[Any], along: Any, B: Any, mask: Any) -> list[Any]:
        """The sums with the products of one k added: A's rows begin at `heads` and are `along` there, B's is at B."""
        fma, new = self.declare(b, f"llvm.fma.{self.suffix}", self.vector, [self.vector] * 3), list[Any]()
        row = [self.load(b, p, mask) for p in self.places(b, B)]
        for head in heads:
            x = self.spread(b, b.load(b.gep(head, [along])))
            new += [b.call(fma, [x, y, sums[len(new) + v]]) for v, y in enumerate(row)]
        return new

    def end(self, b: Any, rows: list[list[Any]], sums: list[Any], skip: Any, mask: Any) -> None:
        """Stores the rows from the last one on, but not the first `skip`: they are done already."""
        stored = b.append_basic_block("stored")
        for r in reversed(range(self.rows)):
            for v, p in enumerate(rows[r]):
                self.store(b, sums[r * self.vectors + v], p, mask)
            if r:
                more = b.append_basic_block("more")
                b.cbranch(b.icmp_signed("<", skip, ir.Constant(_i64, r)), more, stored)
                b.position_at_end(more)
        b.branch(stored)
        b.position_at_end(stored)


def _constant_vector(numbers: Any) -> Any:
    values = list(numbers)
    return ir.Constant(ir.VectorType(_i64, len(values)), values)


def register_tile(rows: int, vectors: int, lanes: int, precision: str, masked: bool = False) -> Any:
    """An intrinsic: C[rows, vectors * lanes] = sum over k of A[rows, k] B[k, ...], all sums in registers.

    tile(k, A, A's stride of a row, of k, B, its stride of k, C, its stride of a row, keep, skip, columns): B and C are
    contiguous along a row. keep: the sums begin with what is in C. skip: so many rows are not stored. `masked`: only
    the first `columns` are read and written, which may be fewer than a vector.
    """
    real = types.float32 if precision == "float32" else types.float64
    pointer, n, code = types.CPointer(real), types.int64, Tile(rows, vectors, lanes, precision, masked)

    @intrinsic  # type: ignore[misc, unused-ignore]
    def tile(
        context: Any, k: Any, A: Any, a_row: Any, a_k: Any, B: Any, b_k: Any, C: Any, c_row: Any, keep: Any, skip: Any,
        columns: Any,
    ) -> Any:  # fmt: skip
        return types.void(n, pointer, n, n, pointer, n, pointer, n, n, n, n), code.emit

    return tile


def register_transpose(lanes: int, precision: str) -> Any:
    """An intrinsic: a block of lanes x lanes numbers, its rows read from `source` and written as columns of `target`.

    turn(source, stride of its rows, target, stride of its rows): rounds of shuffles between registers.
    """
    real, scalar = (types.float32, ir.FloatType()) if precision == "float32" else (types.float64, ir.DoubleType())
    vector, pointer, n = ir.VectorType(scalar, lanes), types.CPointer(real), types.int64
    align = 4 if precision == "float32" else 8

    def emit(context: Any, b: Any, sig: Any, args: Any) -> Any:
        source, s_row, target, t_row = args

        def place(p: Any, stride: Any, r: int) -> Any:
            return b.bitcast(b.gep(p, [b.mul(stride, ir.Constant(_i64, r))]), vector.as_pointer())

        rows = [b.load(place(source, s_row, r), align=align) for r in range(lanes)]
        step = 1
        while step < lanes:
            low = [j + lanes - step if j & step else j for j in range(lanes)]
            high = [j + lanes if j & step else j + step for j in range(lanes)]
            for i in (i for i in range(lanes) if not i & step):
                pair = rows[i], rows[i + step]
                rows[i], rows[i + step] = (
                    b.shuffle_vector(*pair, ir.Constant(ir.VectorType(_i32, lanes), mask)) for mask in (low, high)
                )
            step *= 2
        for r, row in enumerate(rows):
            b.store(row, place(target, t_row, r), align=align)
        return context.get_dummy_value()

    @intrinsic  # type: ignore[misc, unused-ignore]
    def turn(context: Any, source: Any, s_row: Any, target: Any, t_row: Any) -> Any:
        return types.void(pointer, n, pointer, n), emit

    return turn
