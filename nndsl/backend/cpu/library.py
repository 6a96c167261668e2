"""The kernels that are written by hand: rows in and out, copies, the shuffle, the driver; products in `product_texts`.

Each is `void(int64* g)`; what `g` holds is said first in each text. Sizes, strides and addresses are all arguments, so
each is compiled once for every network. Strides and counts are in elements. Letters: B rows of a batch.
"""

from __future__ import annotations

from nndsl.backend.cpu.cache import Text
from nndsl.backend.cpu.machine import machine
from nndsl.backend.cpu.product_texts import PRODUCTS
from nndsl.backend.cpu.texts import POINTER, SHORT, head

_TRANSPOSE = """
turn = register_transpose({lanes}, "{precision}")

def {name}(g):
    # target[j, i] = source[i, j]: rows, columns, source, its stride of a row, target, its stride of a row; how often,
    # and tables of where each time begins in both
    rows, columns, s_row, t_row = g[0], g[1], g[3], g[5]
    count, s_starts, t_starts = g[6], longs(g[7]), longs(g[8])
    whole_rows, whole_columns = rows - rows % {lanes}, columns - columns % {lanes}
    for c in range(count):
        source, target = at({pointer}(g[2]), s_starts[c]), at({pointer}(g[4]), t_starts[c])
        for i in range(0, whole_rows, {lanes}):
            for j in range(0, whole_columns, {lanes}):
                turn(at(source, i * s_row + j), s_row, at(target, j * t_row + i), t_row)
            for r in range(i, i + {lanes}):
                for j in range(whole_columns, columns):
                    target[j * t_row + r] = source[r * s_row + j]
        for i in range(whole_rows, rows):
            for j in range(columns):
                target[j * t_row + i] = source[i * s_row + j]
"""

_COPY = """
def {name}(g):
    # target[i0, i1, i2, i3] = source[...]: four sizes, source, its four strides, target, its four strides
    n0, n1, n2, n3 = g[0], g[1], g[2], g[3]
    source, s0, s1, s2, s3 = {pointer}(g[4]), g[5], g[6], g[7], g[8]
    target, t0, t1, t2, t3 = {pointer}(g[9]), g[10], g[11], g[12], g[13]
    for i0 in range(n0):
        for i1 in range(n1):
            for i2 in range(n2):
                x, y = at(source, i0 * s0 + i1 * s1 + i2 * s2), at(target, i0 * t0 + i1 * t1 + i2 * t2)
                if s3 == 1 and t3 == 1:
                    for i3 in range(n3):
                        y[i3] = x[i3]
                else:
                    for i3 in range(n3):
                        y[i3 * t3] = x[i3 * s3]
"""

_FILL = """
def {name}(g):
    # n, target, number: every element becomes the number
    n, target, value = g[0], {pointer}(g[1]), real(number(g[2]))
    for i in range(n):
        target[i] = value
"""

_ROWS_IN = """
def {name}(g):
    # B, width, source, order, cursor, target, scale, shift, stride, picks: the rows of a batch, as `order` says from
    # the cursor on. Rows begin `stride` numbers apart (windows of a series overlap); `picks`, if it is there, says
    # which of them stands for each that is ordered.
    rows, width, source, order, first, target = g[0], g[1], {source}(g[2]), ints(g[3]), longs(g[4])[0], {target}(g[5])
    scale, shift, stride, picks = {number}(number(g[6])), {number}(number(g[7])), g[8], ints(g[9])
    for i in range(rows):
        row = np.int64(order[first + i])
        if g[9] != 0:
            row = np.int64(picks[row])
        x, y = at(source, row * stride), at(target, i * width)
        for j in range(width):
            y[j] = {value}
"""

_ROWS_OUT = """
def {name}(g):
    # B, width, source, order, cursor, target: a batch's rows go where they came from
    rows, width, source, order, first, target = g[0], g[1], {pointer}(g[2]), ints(g[3]), longs(g[4])[0], {pointer}(g[5])
    for i in range(rows):
        x, y = at(source, i * width), at(target, np.int64(order[first + i]) * width)
        for j in range(width):
            y[j] = x[j]
"""

_LOOK_UP = """
def {name}(g):
    # count, width, table, ids, target: target[i] = table[ids[i]]
    count, width, table, ids, target = g[0], g[1], {pointer}(g[2]), ints(g[3]), {pointer}(g[4])
    for i in range(count):
        x, y = at(table, np.int64(ids[i]) * width), at(target, i * width)
        for j in range(width):
            y[j] = x[j]
"""

_SCATTER_ADD = """
def {name}(g):
    # count, width, rows, ids, source, target, numbers from one row to the next: target is cleared, then
    # target[ids[i]] += source[i], in order
    count, width, rows, ids, source, target, row = g[0], g[1], g[2], ints(g[3]), {pointer}(g[4]), {pointer}(g[5]), g[6]
    for i in range(rows):
        for j in range(width):
            target[i * row + j] = real(0)
    for i in range(count):
        x, y = at(source, i * row), at(target, np.int64(ids[i]) * row)
        for j in range(width):
            y[j] += x[j]
"""

_OVERLAP_ADD = """
def {name}(g):
    # target is cleared, then windows are added where they were taken from, for each of `count`:
    # count, C, its strides in source and target; for each of the two axes: positions, window, their strides in the
    # source, extent, its stride in the target, how far positions and window elements are apart, and what is left out
    # before; source, target, their strides along `count`
    count, C, s_c, t_c = g[0], g[1], g[2], g[3]
    OH, KH, s_oh, s_kh, H, t_h, step_h, apart_h, start_h = g[4], g[5], g[6], g[7], g[8], g[9], g[10], g[11], g[12]
    OW, KW, s_ow, s_kw, W, t_w, step_w, apart_w, start_w = g[13], g[14], g[15], g[16], g[17], g[18], g[19], g[20], g[21]
    source, target, s_b, t_b = {pointer}(g[22]), {pointer}(g[23]), g[24], g[25]
    for b in range(count):
        X, Y = at(source, b * s_b), at(target, b * t_b)
        for h in range(H):
            for w in range(W):
                y = at(Y, h * t_h + w * t_w)
                for c in range(C):
                    y[c * t_c] = real(0)
        for p in range(OH * KH):
            h = p // KH * step_h + p % KH * apart_h - start_h
            if 0 <= h < H:
                for q in range(OW * KW):
                    w = q // KW * step_w + q % KW * apart_w - start_w
                    if 0 <= w < W:
                        x = at(X, p // KH * s_oh + p % KH * s_kh + q // KW * s_ow + q % KW * s_kw)
                        y = at(Y, h * t_h + w * t_w)
                        for c in range(C):
                            y[c * t_c] += x[c * s_c]
"""

_SHUFFLE = """
def {name}(g):
    # n, order, key, epoch, last: a new order of 0 .. n - 1 (Fisher and Yates), from Philox 2x32-10 at (position,
    # epoch); only the places behind `last` are drawn
    n, order, seed, epoch = g[0], ints(g[1]), np.uint32(g[2]), np.uint32(g[3])
    for i in range(n):
        order[i] = np.int32(i)
    for i in range(n - 1, g[4], -1):
        c0, c1, key = np.uint32(i), epoch, seed
        for _ in range(10):
            p = np.uint64(c0) * np.uint64(0xD256D193)
            c0, c1 = np.uint32(np.uint32(p >> np.uint64(32)) ^ key ^ c1), np.uint32(p)
            key = np.uint32(key + np.uint32(0x9E3779B9))
        j = np.int64((np.uint64(c0) * np.uint64(i + 1)) >> np.uint64(32))
        order[i], order[j] = order[j], order[i]
"""

# Instructions, their addresses, starts and arguments, walked once. The address 0 ends a loop: its arguments are how
# often, the first instruction of its body, how many arguments move, where their (place, by) pairs stand, and the turns
# so far. At its end everything is as it was, so loops nest and steps repeat.
_TURN = """
@njit(error_model='numpy')
def turn(arguments, start, after):
    g = at(arguments, start)
    moves = at(arguments, g[3])
    g[4] += 1
    again = g[4] < g[0]
    back = 1 if again else 1 - g[0]
    for i in range(g[2]):
        arguments[moves[2 * i]] += back * moves[2 * i + 1]
    if again:
        return g[1]
    g[4] = 0
    return after

@njit(error_model='numpy')
def walk_table(count, addresses, starts, arguments):
    i = 0
    while i < count:
        if addresses[i] != 0:
            call(addresses[i], at(arguments, starts[i]))
            i += 1
        else:
            i = turn(arguments, starts[i], i + 1)
"""

_WALK = (
    _TURN
    + """
def {name}(g):
    # instructions, their addresses, starts and arguments: runs the table once
    walk_table(g[0], longs(g[1]), longs(g[2]), longs(g[3]))
"""
)

_DRIVE = (
    _TURN
    + """
def {name}(g):
    # instructions, their addresses, starts and arguments; steps, B; stop, cursor, done (longs); step, loss (reals);
    # total (double). Runs the table `steps` times, until `stop` is set or a loss is not a number: then `done` says how
    # far it came.
    count, addresses, starts, arguments = g[0], longs(g[1]), longs(g[2]), longs(g[3])
    steps, batch, stop, cursor, done = g[4], g[5], longs(g[6]), longs(g[7]), longs(g[8])
    step, loss, total = {pointer}(g[9]), {pointer}(g[10]), doubles(g[11])
    before = flush_tiny(1)
    for _ in range(steps):
        if volatile_load(stop) != 0:
            break
        walk_table(count, addresses, starts, arguments)
        value = np.float64(loss[0])
        total[0] += value * np.float64(batch)
        cursor[0] += batch
        step[0] += real(1)
        done[0] += 1
        if not (np.abs(value) <= 1.7976931348623157e308):
            break
    flush_tiny(before)
"""
)

_BARRIER = """
def {name}(g):
    # arrivals (a long that all members share), members, this member's own count (a long), the address of a function
    # that yields the processor: nobody goes on before all have arrived
    arrivals, members, mine = longs(g[0]), g[1], longs(g[2])
    mine[0] += members
    add_atomic(arrivals, 1)
    spins = 0
    while volatile_load(arrivals) < mine[0]:
        spins += 1
        if spins & 2047 == 0:
            call(g[3], g)
"""

_DRIVE_TEAM = (
    _TURN
    + """
def {name}(g):
    # As `drive`, for one member of a team that walks the table together; each has a table of its own share. After the
    # twelve: member, go (a long), the address of `barrier`, its arguments. The first member decides whether there is
    # another step.
    count, addresses, starts, arguments = g[0], longs(g[1]), longs(g[2]), longs(g[3])
    steps, batch, stop, cursor, done = g[4], g[5], longs(g[6]), longs(g[7]), longs(g[8])
    step, loss, total = {pointer}(g[9]), {pointer}(g[10]), doubles(g[11])
    member, go, barrier, meeting = g[12], longs(g[13]), g[14], longs(g[15])
    before = flush_tiny(1)
    healthy = True
    for _ in range(steps):
        if member == 0:
            go[0] = 1 if healthy and volatile_load(stop) == 0 else 0
        call(barrier, meeting)
        if volatile_load(go) == 0:
            break
        walk_table(count, addresses, starts, arguments)
        call(barrier, meeting)
        if member == 0:
            value = np.float64(loss[0])
            total[0] += value * np.float64(batch)
            cursor[0] += batch
            step[0] += real(1)
            done[0] += 1
            healthy = np.abs(value) <= 1.7976931348623157e308
    flush_tiny(before)
"""
)

_SIMPLE = {
    "transpose": _TRANSPOSE,
    "copy": _COPY,
    "fill": _FILL,
    "rows_out": _ROWS_OUT,
    "look_up": _LOOK_UP,
    "scatter_add": _SCATTER_ADD,
    "overlap_add": _OVERLAP_ADD,
    "shuffle": _SHUFFLE,
    "walk": _WALK,
    "drive": _DRIVE,
    "barrier": _BARRIER,
    "drive_team": _DRIVE_TEAM,
}


def kernel(kind: str, precision: str) -> Text:
    """The library kernel of this kind for float32 or float64 (int32 too, for those that only move numbers)."""
    if kind in PRODUCTS:
        return PRODUCTS[kind](precision)
    name = f"{kind}_{SHORT[precision]}"
    real = precision if precision.startswith("float") else "float32"
    holes = {"name": name, "pointer": POINTER[precision], "precision": real, "lanes": machine().lanes(real)}
    return Text(name, head(real) + _SIMPLE[kind].format(**holes), precision)


def rows_in(source: str, target: str) -> Text:
    """Gathers the rows of a batch; numbers become `scale * x + shift` in the target's type, ids (int32) stay."""
    name = f"rows_{SHORT[source]}_{SHORT[target]}"
    moved = target == "int32"
    value = "x[j]" if moved else "real(x[j]) * scale + shift" if source == "uint8" else "real(x[j])"
    body = _ROWS_IN.format(
        name=name, source=POINTER[source], target=POINTER[target], number="np.int32" if moved else "real", value=value
    )
    return Text(name, head("float32" if moved else target) + body, target)
