"""One vector of floats as a value in kernels: what a register holds, with arithmetic as operators.

In: the number of lanes, which the text of a kernel names (`texts.vector_head`). Out: functions for that text. Inside a
loop over rows of one array LLVM cannot prove that rows do not overlap, and would not vectorise; a kernel that says
`load`, `+` and `store` need not prove anything. Whatever the lanes, the text is the same.
Nothing here knows what is computed, and there are no masks of lanes: memory is laid out in whole vectors.
Imported only when a kernel is compiled; needs numba.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, models, overload, register_model

FLOATS, INTS, LONGS = types.CPointer(types.float32), types.CPointer(types.int32), types.CPointer(types.int64)
FAST = ("contract", "nsz", "arcp", "reassoc")  # a NaN stays one
_float, _i32, _i64 = ir.FloatType(), ir.IntType(32), ir.IntType(64)


class Vec(types.Type):  # type: ignore[misc, unused-ignore]
    """So many floats."""

    def __init__(self, lanes: int) -> None:
        super().__init__(f"vec{lanes}")
        self.lanes = lanes


@register_model(Vec)
class VecModel(models.PrimitiveModel):  # type: ignore[misc, unused-ignore]
    def __init__(self, manager: Any, kind: Vec) -> None:
        super().__init__(manager, kind, _register(kind.lanes))


def _register(lanes: int, element: Any = _float) -> Any:
    return ir.VectorType(element, lanes)


def _place(b: Any, pointer: Any, index: Any, lanes: int) -> Any:
    """Where the vector lies that begins at an element."""
    return b.bitcast(b.gep(pointer, [index]), _register(lanes).as_pointer())


def _same(b: Any, x: Any, lanes: int) -> Any:
    """A vector of one number."""
    none = ir.Constant(_register(lanes, x.type), ir.Undefined)
    one = b.insert_element(none, x, ir.Constant(_i32, 0))
    return b.shuffle_vector(one, none, ir.Constant(_register(lanes, _i32), [0] * lanes))


def _picked(b: Any, x: Any, y: Any, lanes: list[int]) -> Any:
    return b.shuffle_vector(x, y, ir.Constant(_register(len(lanes), _i32), lanes))


# ---- what makes vectors: for so many lanes


def loads(lanes: int) -> tuple[Any, Any, Any]:
    """load(pointer, at): the vector that begins there. splat(x): one number in all lanes. ramp(): 0, 1, 2, ..."""
    vec = Vec(lanes)

    @intrinsic  # type: ignore[misc, unused-ignore]
    def load(context: Any, pointer: Any, index: Any) -> Any:
        return vec(FLOATS, types.int64), lambda c, b, s, a: b.load(_place(b, a[0], a[1], lanes), align=4)

    @intrinsic  # type: ignore[misc, unused-ignore]
    def splat(context: Any, x: Any) -> Any:
        return vec(types.float32), lambda c, b, s, a: _same(b, a[0], lanes)

    @intrinsic  # type: ignore[misc, unused-ignore]
    def ramp(context: Any) -> Any:
        return vec(), lambda c, b, s, a: ir.Constant(_register(lanes), [float(k) for k in range(lanes)])

    return load, splat, ramp


def gathers(lanes: int) -> tuple[Any, Any]:
    """gather_pairs(points, index, at), gather_quads(...): the coordinates, a vector each, of the points whose numbers
    stand at `index[at]` and behind it. Points lie as pairs of floats, or as three floats and one that does not count.

    One load a point, then shuffles: LLVM's own gather takes a load for each coordinate.
    """

    def gather(context: Any, b: Any, sig: Any, args: Any, width: int) -> Any:
        points, index, first = args
        rows = []
        for lane in range(lanes):
            place = b.gep(index, [b.add(first, ir.Constant(_i64, lane))])
            start = b.mul(b.zext(b.load(place), _i64), ir.Constant(_i64, width))
            rows.append(b.load(_place(b, points, start, width), align=4))
        size = width
        while len(rows) > 1:  # side by side, two and two
            rows = [_picked(b, x, y, list(range(2 * size))) for x, y in zip(rows[::2], rows[1::2], strict=True)]
            size *= 2
        columns = [_picked(b, rows[0], rows[0], list(range(c, size, width))) for c in range(len(sig.return_type))]
        return context.make_tuple(b, sig.return_type, columns)

    @intrinsic  # type: ignore[misc, unused-ignore]
    def gather_pairs(context: Any, points: Any, index: Any, first: Any) -> Any:
        sig = types.UniTuple(Vec(lanes), 2)(FLOATS, INTS, types.int64)
        return sig, lambda c, b, s, a: gather(c, b, s, a, 2)

    @intrinsic  # type: ignore[misc, unused-ignore]
    def gather_quads(context: Any, points: Any, index: Any, first: Any) -> Any:
        sig = types.UniTuple(Vec(lanes), 3)(FLOATS, INTS, types.int64)
        return sig, lambda c, b, s, a: gather(c, b, s, a, 4)

    return gather_pairs, gather_quads


# ---- what takes vectors: any number of lanes


@intrinsic  # type: ignore[misc, unused-ignore]
def store(context: Any, pointer: Any, index: Any, x: Any) -> Any:
    def emit(c: Any, b: Any, s: Any, a: Any) -> Any:
        b.store(a[2], _place(b, a[0], a[1], x.lanes), align=4)
        return c.get_dummy_value()

    return types.void(FLOATS, types.int64, x), emit


@intrinsic  # type: ignore[misc, unused-ignore]
def total(context: Any, x: Any) -> Any:
    """The sum of the lanes."""

    def emit(c: Any, b: Any, s: Any, a: Any) -> Any:
        kind = ir.FunctionType(_float, [_float, a[0].type])
        add = cgutils.get_or_insert_function(b.module, kind, f"llvm.vector.reduce.fadd.v{x.lanes}f32")
        return b.call(add, [ir.Constant(_float, 0.0), a[0]], fastmath=("reassoc",))

    return types.float32(x), emit


@intrinsic  # type: ignore[misc, unused-ignore]
def prefetch(context: Any, pointer: Any, index: Any) -> Any:
    """Fetches the cache line of an element that is needed soon; it may lie behind the end."""

    def emit(c: Any, b: Any, s: Any, a: Any) -> Any:
        byte = ir.IntType(8).as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [byte, _i32, _i32, _i32])
        read, near, data = (ir.Constant(_i32, k) for k in (0, 3, 1))
        fetch = cgutils.get_or_insert_function(b.module, kind, "llvm.prefetch.p0i8")
        b.call(fetch, [b.bitcast(b.gep(a[0], [a[1]]), byte), read, near, data])
        return c.get_dummy_value()

    return types.void(pointer, types.int64), emit


def _comparison(name: str) -> Any:
    """The smaller or larger of two in each lane; where one of them is NaN the second."""

    @intrinsic  # type: ignore[misc, unused-ignore]
    def choose(context: Any, x: Any, y: Any) -> Any:
        return x(x, x), lambda c, b, s, a: b.select(b.fcmp_ordered(name, a[0], a[1]), a[0], a[1])

    return choose


smaller, larger = _comparison("<"), _comparison(">")


@intrinsic  # type: ignore[misc, unused-ignore]
def root(context: Any, x: Any) -> Any:
    """Square roots."""

    def emit(c: Any, b: Any, s: Any, a: Any) -> Any:
        kind = ir.FunctionType(a[0].type, [a[0].type])
        return b.call(cgutils.get_or_insert_function(b.module, kind, f"llvm.sqrt.v{x.lanes}f32"), [a[0]])

    return x(x), emit


@intrinsic  # type: ignore[misc, unused-ignore]
def inverse(context: Any, x: Any) -> Any:
    """1 / x of finite x: the processor's estimate and a step of Newton's, where it has one."""

    def emit(c: Any, b: Any, s: Any, a: Any) -> Any:
        return b.fdiv(ir.Constant(a[0].type, [1.0] * x.lanes), a[0], flags=(*FAST, "afn", "ninf"))

    return x(x), emit


@intrinsic  # type: ignore[misc, unused-ignore]
def below(context: Any, x: Any, y: Any) -> Any:
    """Bit k of the answer: x[k] < y[k]."""

    def emit(c: Any, b: Any, s: Any, a: Any) -> Any:
        return b.zext(b.bitcast(b.fcmp_ordered("<", a[0], a[1]), ir.IntType(x.lanes)), _i64)

    return types.int64(x, x), emit


@intrinsic  # type: ignore[misc, unused-ignore]
def lowest_bit(context: Any, mask: Any) -> Any:
    """The place of the lowest bit that is set; there must be one. `mask & (mask - 1)` is without it."""
    return types.int64(types.int64), lambda c, b, s, a: b.cttz(a[0], ir.Constant(ir.IntType(1), 1))


def _arithmetic(symbol: Callable[[Any, Any], Any], instruction: str) -> None:
    @intrinsic  # type: ignore[misc, unused-ignore]
    def apply(context: Any, x: Any, y: Any) -> Any:
        return x(x, x), lambda c, b, s, a: getattr(b, instruction)(*a, flags=FAST)

    @overload(symbol)  # type: ignore[misc, unused-ignore]
    def choose(x, y):  # type: ignore[no-untyped-def]
        if isinstance(x, Vec) and isinstance(y, Vec):
            return lambda x, y: apply(x, y)
        return None


_arithmetic(operator.add, "fadd")
_arithmetic(operator.sub, "fsub")
_arithmetic(operator.mul, "fmul")
_arithmetic(operator.truediv, "fdiv")
