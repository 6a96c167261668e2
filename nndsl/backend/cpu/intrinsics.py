"""What kernels are written with beyond plain Python: addresses, bit patterns, calls by address, and register tiles.

Every kernel is `void(int64* g)`: `g` holds its sizes, strides, numbers (as bits of a double) and the addresses of its
buffers. Nothing here checks an address: the compiler that made the plan has proved them.
Imported only when a kernel is compiled; needs numba.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

LONGS = types.CPointer(types.int64)
KERNEL = types.void(LONGS)
_i32, _i64 = ir.IntType(32), ir.IntType(64)


def _pointer_to(element: Any) -> Any:
    """An intrinsic that turns an address (int64) into a pointer to `element`."""
    pointer = types.CPointer(element)

    @intrinsic  # type: ignore[misc, unused-ignore]
    def pointer_at(context: Any, address: Any) -> Any:
        def emit(c: Any, b: Any, s: Any, a: Any) -> Any:
            return b.inttoptr(a[0], c.get_value_type(pointer))

        return pointer(types.int64), emit

    return pointer_at


floats = _pointer_to(types.float32)
doubles = _pointer_to(types.float64)
ints = _pointer_to(types.int32)
bytes_at = _pointer_to(types.uint8)
longs = _pointer_to(types.int64)


@intrinsic  # type: ignore[misc, unused-ignore]
def at(context: Any, pointer: Any, index: Any) -> Any:
    """The pointer `index` elements further on."""
    return pointer(pointer, types.int64), lambda c, b, s, a: b.gep(a[0], [a[1]])


@intrinsic  # type: ignore[misc, unused-ignore]
def number(context: Any, bits: Any) -> Any:
    """The double that has these bits."""
    return types.float64(types.int64), lambda c, b, s, a: b.bitcast(a[0], ir.DoubleType())


@intrinsic  # type: ignore[misc, unused-ignore]
def float_of_bits(context: Any, bits: Any) -> Any:
    """The float that has these bits."""
    return types.float32(types.int32), lambda c, b, s, a: b.bitcast(a[0], ir.FloatType())


@intrinsic  # type: ignore[misc, unused-ignore]
def bits_of_float(context: Any, x: Any) -> Any:
    return types.int32(types.float32), lambda c, b, s, a: b.bitcast(a[0], _i32)


@intrinsic  # type: ignore[misc, unused-ignore]
def call(context: Any, address: Any, g: Any) -> Any:
    """Runs the kernel at this address."""

    def emit(c: Any, b: Any, s: Any, a: Any) -> Any:
        kernel = ir.FunctionType(ir.VoidType(), [_i64.as_pointer()])
        b.call(b.inttoptr(a[0], kernel.as_pointer()), [a[1]])
        return c.get_dummy_value()

    return types.void(types.int64, LONGS), emit


@intrinsic  # type: ignore[misc, unused-ignore]
def restrict(context: Any) -> Any:
    """Promises that the pointer arguments of this function do not overlap: the memory plan knows, LLVM would test."""

    def emit(c: Any, b: Any, s: Any, a: Any) -> Any:
        for argument in b.function.args:
            if isinstance(argument.type, ir.PointerType) and "noalias" not in argument.attributes:
                argument.add_attribute("noalias")
        return c.get_dummy_value()

    return types.void(), emit


@intrinsic  # type: ignore[misc, unused-ignore]
def volatile_load(context: Any, pointer: Any) -> Any:
    """Reads memory that another thread writes: never kept in a register."""

    def emit(c: Any, b: Any, s: Any, a: Any) -> Any:
        return b.load_atomic(a[0], "acquire", 8)

    return types.int64(LONGS), emit


@intrinsic  # type: ignore[misc, unused-ignore]
def add_atomic(context: Any, pointer: Any, amount: Any) -> Any:
    """Adds to memory that several threads share; what was there before."""

    def emit(c: Any, b: Any, s: Any, a: Any) -> Any:
        return b.atomic_rmw("add", a[0], a[1], "acq_rel")

    return types.int64(LONGS, types.int64), emit


def register_tile(rows: int, vectors: int, lanes: int, precision: str, masked: bool = False) -> Any:
    """An intrinsic: C[rows, vectors * lanes] = sum over k of A[rows, k] B[k, ...], all sums in registers.

    tile(k, A, A's stride of a row, of k, B, its stride of k, C, its stride of a row, columns): B and C are contiguous
    along a row. `masked`: only the first `columns` (fewer than a vector) are read and written.
    """
    ahead = (
        8 if vectors > 2 else 0
    )  # rows of B fetched early: their stride hides them from the processor's own prefetcher
    real, scalar = (types.float32, ir.FloatType()) if precision == "float32" else (types.float64, ir.DoubleType())
    vector, suffix = ir.VectorType(scalar, lanes), f"v{lanes}f{32 if precision == 'float32' else 64}"
    mask_type, index = ir.VectorType(ir.IntType(1), lanes), ir.VectorType(_i64, lanes)
    pointer, n = types.CPointer(real), types.int64

    def declare(b: Any, name: str, result: Any, arguments: list[Any]) -> Any:
        return cgutils.get_or_insert_function(b.module, ir.FunctionType(result, arguments), name)

    def spread(b: Any, x: Any) -> Any:
        none = ir.Constant(ir.VectorType(x.type, lanes), ir.Undefined)
        one = b.insert_element(none, x, ir.Constant(_i32, 0))
        return b.shuffle_vector(one, none, ir.Constant(ir.VectorType(_i32, lanes), None))

    def prefetch(b: Any, pointers: list[Any]) -> None:
        byte = ir.IntType(8).as_pointer()
        fetch = declare(b, "llvm.prefetch.p0i8", ir.VoidType(), [byte, _i32, _i32, _i32])
        for p in pointers:
            b.call(fetch, [b.bitcast(p, byte), ir.Constant(_i32, 0), ir.Constant(_i32, 3), ir.Constant(_i32, 1)])

    def emit(context: Any, b: Any, sig: Any, args: Any) -> Any:
        k, A, a_row, a_k, B, b_k, C, c_row, columns = args
        fma = declare(b, f"llvm.fma.{suffix}", vector, [vector] * 3)
        vector_pointer = vector.as_pointer()
        read = declare(b, f"llvm.masked.load.{suffix}.p0{suffix}", vector, [vector_pointer, _i32, mask_type, vector])
        operands = [vector, vector_pointer, _i32, mask_type]
        write = declare(b, f"llvm.masked.store.{suffix}.p0{suffix}", ir.VoidType(), operands)
        align = ir.Constant(_i32, 4 if precision == "float32" else 8)

        def num(v: int) -> Any:
            return ir.Constant(_i64, v)

        mask = b.icmp_signed("<", ir.Constant(index, list(range(lanes))), spread(b, columns)) if masked else None

        def places(p: Any) -> list[Any]:
            return [b.bitcast(b.gep(p, [num(v * lanes)]), vector_pointer) for v in range(vectors)]

        def load(p: Any) -> Any:
            if masked:
                return b.call(read, [p, align, mask, ir.Constant(vector, None)])
            return b.load(p, align=align.constant)

        heads = [b.gep(A, [b.mul(a_row, num(r))]) for r in range(rows)]
        zeros = [ir.Constant(vector, None)] * (rows * vectors)
        entry, loop, done = b.block, b.append_basic_block("loop"), b.append_basic_block("done")
        b.cbranch(b.icmp_signed(">", k, num(0)), loop, done)
        b.position_at_end(loop)
        i, sums, new = b.phi(_i64), [b.phi(vector) for _ in zeros], []
        row = [load(p) for p in places(b.gep(B, [b.mul(i, b_k)]))]
        if ahead:
            prefetch(b, places(b.gep(B, [b.mul(b.add(i, num(ahead)), b_k)])))
        along = b.mul(i, a_k)
        for head in heads:
            x = spread(b, b.load(b.gep(head, [along])))
            new += [b.call(fma, [x, y, sums[len(new) + v]]) for v, y in enumerate(row)]
        after = b.add(i, num(1))
        for block, values in ((entry, [num(0), *zeros]), (loop, [after, *new])):
            for phi, value in zip([i, *sums], values, strict=True):
                phi.add_incoming(value, block)
        b.cbranch(b.icmp_signed("<", after, k), loop, done)
        b.position_at_end(done)
        final = [b.phi(vector) for _ in zeros]
        for phi, start, end in zip(final, zeros, new, strict=True):
            phi.add_incoming(start, entry)
            phi.add_incoming(end, loop)
        targets = [p for r in range(rows) for p in places(b.gep(C, [b.mul(c_row, num(r))]))]
        for p, value in zip(targets, final, strict=True):
            if masked:
                b.call(write, [value, p, align, mask])
            else:
                b.store(value, p, align=align.constant)
        return context.get_dummy_value()

    @intrinsic  # type: ignore[misc, unused-ignore]
    def tile(
        context: Any, k: Any, A: Any, a_row: Any, a_k: Any, B: Any, b_k: Any, C: Any, c_row: Any, columns: Any
    ) -> Any:
        return types.void(n, pointer, n, n, pointer, n, pointer, n, n), emit

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


@intrinsic  # type: ignore[misc, unused-ignore]
def flush_tiny(context: Any, on: Any) -> Any:
    """Numbers below the normal range count as zero on this thread (`on`: 1), or as before (`on`: what this call gave).

    A moment that decays towards zero would otherwise make each later step ten times as slow. x86 only; elsewhere
    nothing
    is changed.
    """

    def emit(c: Any, b: Any, s: Any, a: Any) -> Any:
        import platform

        if platform.machine().lower() not in ("x86_64", "amd64"):
            return ir.Constant(_i64, 0)
        byte_pointer = ir.IntType(8).as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [byte_pointer])
        place = cgutils.alloca_once(b, _i32)
        b.call(cgutils.get_or_insert_function(b.module, kind, "llvm.x86.sse.stmxcsr"), [b.bitcast(place, byte_pointer)])
        before = b.load(place)
        flushing = b.or_(before, ir.Constant(_i32, 0x8040))  # flush to zero, denormals are zero
        b.store(b.select(b.icmp_signed("==", a[0], ir.Constant(_i64, 1)), flushing, b.trunc(a[0], _i32)), place)
        b.call(cgutils.get_or_insert_function(b.module, kind, "llvm.x86.sse.ldmxcsr"), [b.bitcast(place, byte_pointer)])
        return b.zext(before, _i64)

    return types.int64(types.int64), emit
