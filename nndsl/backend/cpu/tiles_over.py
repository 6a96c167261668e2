"""Register tiles over tables of offsets: rows and sums that lie anywhere, as convolutions and batches need.

As `tiles.register_tile`, but where a row begins, in A and in C, is read from tables, and so is where a run of the sum
begins, in A and in B. Imported only when a kernel is compiled; needs numba.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from nndsl.backend.cpu.tiles import Tile

_i64 = ir.IntType(64)


class _TileOver(Tile):
    """The code of one such tile."""

    def emit(self, context: Any, b: Any, sig: Any, args: Any) -> Any:
        """The sums as they are at first, a loop over the runs of the sum, then the stores."""
        runs, run, A, a_rows, a_runs, a_k, B, b_runs, b_k, C, c_rows, keep, skip, columns = args
        mask = self.mask(b, columns)
        heads = [b.gep(A, [_number(b, a_rows, r)]) for r in range(self.rows)]
        rows = [self.places(b, b.gep(C, [_number(b, c_rows, r)])) for r in range(self.rows)]
        sums = self.begin(b, keep, [p for row in rows for p in row], mask)
        sums = self.over_runs(b, (runs, run), (heads, a_runs, a_k), (B, b_runs, b_k), sums, mask)
        self.end(b, rows, sums, skip, mask)
        return context.get_dummy_value()

    def over_runs(
        self, b: Any, counts: tuple[Any, Any], x: tuple[Any, ...], y: tuple[Any, ...], sums: list[Any], mask: Any
    ) -> list[Any]:
        """The sums after all runs, of which a table says where they begin; a run itself is walked with strides."""
        (runs, run), (heads, a_runs, a_k), (B, b_runs, b_k) = counts, x, y
        zero, one = ir.Constant(_i64, 0), ir.Constant(_i64, 1)
        entry = b.block
        outer, inner, latch, done = (b.append_basic_block(name) for name in ("runs", "run", "next", "done"))
        b.cbranch(b.icmp_signed(">", runs, zero), outer, done)
        b.position_at_end(outer)
        e, before = b.phi(_i64), [b.phi(self.vector) for _ in sums]
        first_a, first_b = (b.load(b.gep(table, [e])) for table in (a_runs, b_runs))
        b.branch(inner)
        b.position_at_end(inner)
        t, along_a, along_b = (b.phi(_i64) for _ in range(3))
        now = [b.phi(self.vector) for _ in sums]
        if self.ahead:
            far = b.add(along_b, b.mul(b_k, ir.Constant(_i64, self.ahead)))
            self.prefetch(b, self.places(b, b.gep(B, [far])))
        new = self.turn(b, now, heads, along_a, b.gep(B, [along_b]), mask)
        t_next, a_next, b_next = b.add(t, one), b.add(along_a, a_k), b.add(along_b, b_k)
        for phi, start, value in zip(
            [t, along_a, along_b, *now], [zero, first_a, first_b, *before], [t_next, a_next, b_next, *new], strict=True
        ):
            phi.add_incoming(start, outer)
            phi.add_incoming(value, inner)
        b.cbranch(b.icmp_signed("<", t_next, run), inner, latch)
        b.position_at_end(latch)
        e_next = b.add(e, one)
        for phi, start, value in zip([e, *before], [zero, *sums], [e_next, *new], strict=True):
            phi.add_incoming(start, entry)
            phi.add_incoming(value, latch)
        b.cbranch(b.icmp_signed("<", e_next, runs), outer, done)
        b.position_at_end(done)
        final = [b.phi(self.vector) for _ in sums]
        for phi, start, value in zip(final, sums, new, strict=True):
            phi.add_incoming(start, entry)
            phi.add_incoming(value, latch)
        return final


class _TileOfLanes(_TileOver):
    """A is as wide as B, and multiplied number by number."""

    def turn(self, b: Any, sums: list[Any], heads: list[Any], along: Any, B: Any, mask: Any) -> list[Any]:
        fma, new = self.declare(b, f"llvm.fma.{self.suffix}", self.vector, [self.vector] * 3), list[Any]()
        row = [self.load(b, p, mask) for p in self.places(b, B)]
        for head in heads:
            xs = [self.load(b, p, mask) for p in self.places(b, b.gep(head, [along]))]
            new += [b.call(fma, [x, y, sums[len(new) + v]]) for v, (x, y) in enumerate(zip(xs, row, strict=True))]
        return new


class _TileOfDots(Tile):
    """The lanes of a vector are terms of a sum; they are added up at the end. `vectors` columns, each by itself."""

    def emit(self, context: Any, b: Any, sig: Any, args: Any) -> Any:
        """Vectors of partial sums in a loop over runs and one over the vectors of a run, then their sums."""
        runs, run, A, a_rows, a_runs, B, b_runs, b_column, C, c_rows, c_column, keep, skip = args
        heads = [b.gep(A, [_number(b, a_rows, r)]) for r in range(self.rows)]
        columns = [b.gep(B, [b.mul(b_column, ir.Constant(_i64, j))]) for j in range(self.vectors)]
        found = self.over_runs(b, (runs, run), (heads, a_runs), (columns, b_runs))
        stored = b.append_basic_block("stored")
        for r in reversed(range(self.rows)):
            row = b.gep(C, [_number(b, c_rows, r)])
            for j in range(self.vectors):
                p = b.gep(row, [b.mul(c_column, ir.Constant(_i64, j))])
                before = b.select(b.icmp_signed("!=", keep, ir.Constant(_i64, 0)), b.load(p), self.zero)
                b.store(b.fadd(before, self.total(b, found[r * self.vectors + j])), p)
            if r:
                more = b.append_basic_block("more")
                b.cbranch(b.icmp_signed("<", skip, ir.Constant(_i64, r)), more, stored)
                b.position_at_end(more)
        b.branch(stored)
        b.position_at_end(stored)
        return context.get_dummy_value()

    @property
    def zero(self) -> Any:
        return ir.Constant(self.scalar, 0.0)

    def total(self, b: Any, x: Any) -> Any:
        """The sum of a vector's lanes: halves are added to halves."""
        width = self.lanes
        while width > 1:
            width //= 2
            turned = [(i + width) % self.lanes for i in range(self.lanes)]
            x = b.fadd(x, b.shuffle_vector(x, x, ir.Constant(ir.VectorType(ir.IntType(32), self.lanes), turned)))
        return b.extract_element(x, ir.Constant(ir.IntType(32), 0))

    def over_runs(self, b: Any, counts: tuple[Any, Any], x: tuple[Any, ...], y: tuple[Any, ...]) -> list[Any]:
        (runs, run), (heads, a_runs), (columns, b_runs) = counts, x, y
        zero, none = ir.Constant(_i64, 0), [ir.Constant(self.vector, None)] * (self.rows * self.vectors)
        entry = b.block
        outer, inner, latch, done = (b.append_basic_block(name) for name in ("runs", "run", "next", "done"))
        b.cbranch(b.icmp_signed(">", runs, zero), outer, done)
        b.position_at_end(outer)
        e, before = b.phi(_i64), [b.phi(self.vector) for _ in none]
        first_a, first_b = (b.load(b.gep(table, [e])) for table in (a_runs, b_runs))
        b.branch(inner)
        b.position_at_end(inner)
        t, now = b.phi(_i64), [b.phi(self.vector) for _ in none]
        new = self.products(b, now, [(heads, b.add(first_a, t)), (columns, b.add(first_b, t))], b.sub(run, t))
        t_next = b.add(t, ir.Constant(_i64, self.lanes))
        for phi, start, value in zip([t, *now], [zero, *before], [t_next, *new], strict=True):
            phi.add_incoming(start, outer)
            phi.add_incoming(value, inner)
        b.cbranch(b.icmp_signed("<", t_next, run), inner, latch)
        b.position_at_end(latch)
        e_next = b.add(e, ir.Constant(_i64, 1))
        for phi, start, value in zip([e, *before], [zero, *none], [e_next, *new], strict=True):
            phi.add_incoming(start, entry)
            phi.add_incoming(value, latch)
        b.cbranch(b.icmp_signed("<", e_next, runs), outer, done)
        b.position_at_end(done)
        final = [b.phi(self.vector) for _ in none]
        for phi, start, value in zip(final, none, new, strict=True):
            phi.add_incoming(start, entry)
            phi.add_incoming(value, latch)
        return final

    def products(self, b: Any, sums: list[Any], operands: list[tuple[list[Any], Any]], left: Any) -> list[Any]:
        """The sums with the products of a vector of terms added; the last vector of a run has fewer: `left`."""
        mask, fma = self.mask(b, left), self.declare(b, f"llvm.fma.{self.suffix}", self.vector, [self.vector] * 3)
        xs, ys = (
            [self.load(b, b.bitcast(b.gep(p, [at]), self.vector.as_pointer()), mask) for p in places]
            for places, at in operands
        )
        return [b.call(fma, [x, y, sums[r * len(ys) + j]]) for r, x in enumerate(xs) for j, y in enumerate(ys)]


def _number(b: Any, table: Any, i: int) -> Any:
    return b.load(b.gep(table, [ir.Constant(_i64, i)]))


def register_tile_over(rows: int, vectors: int, lanes: int, precision: str, masked: bool = False) -> Any:
    """An intrinsic: C[rows, vectors * lanes] = sum over k of A[rows, k] B[k, ...], all sums in registers.

    tile(runs, run, A, its rows, its runs, its stride in a run, B, its runs, its stride in a run, C, its rows, keep,
    skip, columns). Rows and runs are tables of offsets in elements. keep: the sums begin with what is in C. skip: so
    many rows are not stored. `masked`: only the first `columns` are read and written, which may be fewer than a vector.
    """
    return _intrinsic(_TileOver(rows, vectors, lanes, precision, masked), precision)


def register_tile_of_lanes(rows: int, vectors: int, lanes: int, precision: str, masked: bool = False) -> Any:
    """The same for C[rows, vectors * lanes] = sum over k of A[rows, k, ...] B[k, ...]: A is contiguous too."""
    return _intrinsic(_TileOfLanes(rows, vectors, lanes, precision, masked), precision)


def _intrinsic(code: _TileOver, precision: str) -> Any:
    real = types.float32 if precision == "float32" else types.float64
    pointer, n = types.CPointer(real), types.int64
    table = types.CPointer(types.int64)

    @intrinsic  # type: ignore[misc, unused-ignore]
    def tile(
        context: Any, runs: Any, run: Any, A: Any, a_rows: Any, a_runs: Any, a_k: Any, B: Any, b_runs: Any, b_k: Any,
        C: Any, c_rows: Any, keep: Any, skip: Any, columns: Any,
    ) -> Any:  # fmt: skip
        signature = types.void(n, n, pointer, table, table, n, pointer, table, n, pointer, table, n, n, n)
        return signature, code.emit

    return tile


def register_tile_of_dots(rows: int, columns: int, lanes: int, precision: str) -> Any:
    """An intrinsic: C[rows, columns] = sum over k of A[rows, k] B[columns, k], both contiguous along a run of k.

    tile(runs, run, A, its rows, its runs, B, its runs, its stride of a column, C, its rows, its stride of a column,
    keep, skip), as above.
    """
    code, real = (
        _TileOfDots(rows, columns, lanes, precision, True),
        types.float32 if precision == "float32" else types.float64,
    )
    pointer, n, table = types.CPointer(real), types.int64, types.CPointer(types.int64)

    @intrinsic  # type: ignore[misc, unused-ignore]
    def tile(
        context: Any, runs: Any, run: Any, A: Any, a_rows: Any, a_runs: Any, B: Any, b_runs: Any, b_column: Any,
        C: Any, c_rows: Any, c_column: Any, keep: Any, skip: Any,
    ) -> Any:  # fmt: skip
        signature = types.void(n, n, pointer, table, table, pointer, table, n, pointer, table, n, n, n)
        return signature, code.emit

    return tile
