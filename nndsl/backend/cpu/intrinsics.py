"""What kernels are written with beyond plain Python: addresses, bit patterns, and calls by address.

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

from nndsl.backend.cpu.machine import machine

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
    """Promises that the pointer arguments of this function do not overlap: the memory plan knows, LLVM would test. And
    asks for whole vector registers: LLVM takes half of one where it fears for the clock of older processors."""
    width = f'"prefer-vector-width"="{8 * machine().vector_bytes}"'

    def emit(c: Any, b: Any, s: Any, a: Any) -> Any:
        set.add(b.function.attributes, width)  # llvmlite's own `add` knows no attributes with a value
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
