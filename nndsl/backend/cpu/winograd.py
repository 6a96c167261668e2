"""Convolutions with windows of 3 x 3 and stride 1, and their gradients by the window, in 2.25 times fewer
multiplications than the sum of products has: F(2 x 2, 3 x 3) of Winograd, by Lavin and Gray, "Fast algorithms for
convolutional neural networks", CVPR 2016.

In: an `einsum` over a view of windows. Out: for each member of a team its instructions, or None where the plain sum of
products serves better. A tile is 2 x 2 results, of the 4 x 4 values they depend on: y = A' [(G w G') * (B' x B)] A,
and the products in the middle are 16 matrix products over all tiles. The gradient by w is the transpose of each step.
Only in float32: the sums are rounded otherwise, by about 1e-6 of the greatest.
"""

from __future__ import annotations

from itertools import product

from nndsl.backend.cpu import library
from nndsl.backend.cpu.cache import Text
from nndsl.backend.cpu.copies import Context
from nndsl.backend.cpu.memory import Place
from nndsl.backend.cpu.table import MEET, Code, Once
from nndsl.backend.cpu.team import Share
from nndsl.ir.node import Node
from nndsl.ir.primitives.dot import parts
from nndsl.values import value

POINTS = 16  # of a tile
LEAST_CHANNELS = 16  # in and out: below, the products in the middle are too small


@value
class Windowed:
    """An einsum over 3 x 3 windows of pictures. pictures: their node. other: the other operand. The letters of its
    batch, rows, columns, channels, and of the window's rows and columns.
    """

    node: Node
    pictures: Node
    other: Node
    batch: str
    high: str
    wide: str
    channel: str
    window: tuple[str, str]
    letters: str
    out: str


def windowed(node: Node) -> Windowed | None:
    """The parts of a product over 3 x 3 windows with stride 1, if it is one."""
    left, right, out = parts(node["spec"])
    x, y = node.inputs
    for a, one, c, other in ((x, left, y, right), (y, right, x, left)):
        if a.op != "windows" or a.rank != 6 or a["axes"] != (1, 2) or a["sizes"] != (3, 3):
            continue
        if a["strides"] == (1, 1) and a["dilations"] == (1, 1):
            return Windowed(node, a.inputs[0], c, one[0], one[1], one[2], one[3], (one[4], one[5]), other, out)
    return None


def shares(node: Node, context: Context, members: int) -> list[list[Code]] | None:
    """The instructions of each member, or None."""
    found = windowed(node)
    if found is None or context.precision != "float32":
        return None
    pictures, other, target = (context.place(x) for x in (found.pictures, found.other, node))
    if pictures.strides[3] != 1:
        return None
    if set(found.letters) & {found.batch, found.high, found.wide} == set():
        return _forward(found, pictures, other, target, context, members)
    return _by_window(found, pictures, other, target, context, members)


def _size(letters: str, place: Place, letter: str) -> tuple[int, int]:
    """The size and the stride of an axis."""
    at = letters.index(letter)
    return place.shape[at], place.strides[at]


def _worthwhile(channels: int, units: int, high: int, wide: int) -> bool:
    return min(channels, units) >= LEAST_CHANNELS and high % 2 == 0 and wide % 2 == 0 and high * wide > 0


# ---- a convolution, and its gradient by the picture -------------------------------------------------------


def _forward(f: Windowed, x: Place, w: Place, y: Place, context: Context, members: int) -> list[list[Code]] | None:
    """y[b, i, j, o] = sum of x[b, i + p, j + q, c] w[p, q, c, o]."""
    if f.out[:3] != f.batch + f.high + f.wide or len(f.out) != 4 or y.strides[3] != 1:
        return None
    unit = f.out[3]
    if set(f.letters) != {*f.window, f.channel, unit}:
        return None
    batch, high, wide, units = y.shape
    channels, w_channel = _size(f.letters, w, f.channel)
    if not _worthwhile(channels, units, high, wide):
        return None
    (_, w_high), (_, w_wide), (_, w_unit) = (_size(f.letters, w, s) for s in (*f.window, unit))
    matrices = context.kept(f.node, POINTS * channels * units)
    turn = (kernel("weights"), [channels, units, w.address, w_high, w_wide, w_channel, w_unit, matrices])
    rows, across = batch * high // 2, wide // 2
    found = list[list[Code]]()
    for member in range(members):
        first, last = Share(member, members).bounds(rows, 1)
        tiles = (last - first) * across
        before, after = (context.scratch(POINTS * tiles * n) for n in (channels, units))
        begin: list[Code] = [*([turn] if member == 0 else []), *([MEET] if members > 1 else [])]
        mine: list[Code] = [Once(begin)] if context.steady(f.other) else begin
        if tiles:
            mine += [
                (kernel("pictures"), [first, last, high // 2, across, channels, *_spread(x), before, tiles]),
                _products(POINTS, tiles, units, channels, (before, channels, 1), (matrices, units), after),
                (kernel("results"), [first, last, high // 2, across, units, *_spread(y), after, tiles]),
            ]
        found.append(mine)
    return found


def _spread(place: Place) -> list[int]:
    """An address, and how far apart pictures, their rows and their columns lie."""
    return [place.address, *place.strides[:3]]


def _products(
    batches: int, m: int, n: int, k: int, a: tuple[int, int, int], b: tuple[int, int], c: int
) -> tuple[Text, list[int]]:
    """C[m, n] of each batch; A by its address, its strides of m and of k, the matrices of a batch m * k apart."""
    A, a_row, a_k = a
    B, b_k = b
    numbers = [batches, m, n, k, A, m * k, a_row, a_k, B, k * n, b_k, c, m * n, n, 0]
    return library.kernel("product", "float32"), numbers


# ---- the gradient by the window ---------------------------------------------------------------------------


def _by_window(f: Windowed, x: Place, g: Place, y: Place, context: Context, members: int) -> list[list[Code]] | None:
    """y[p, q, c, o] = sum over b, i, j of x[b, i + p, j + q, c] g[b, i, j, o]."""
    if len(f.letters) != 4 or f.letters[:3] != f.batch + f.high + f.wide or g.strides[3] != 1:
        return None
    unit = f.letters[3]
    if set(f.out) != {*f.window, f.channel, unit}:
        return None
    batch, high, wide, units = g.shape
    channels, y_channel = _size(f.out, y, f.channel)
    if not _worthwhile(channels, units, high, wide):
        return None
    (_, y_high), (_, y_wide), (_, y_unit) = (_size(f.out, y, s) for s in (*f.window, unit))
    rows, across = batch * high // 2, wide // 2
    tiles = rows * across
    before, after = (context.scratch(POINTS * tiles * n) for n in (channels, units))
    sums = context.kept(f.node, POINTS * channels * units)
    turn = (kernel("weights_back"), [channels, units, y.address, y_high, y_wide, y_channel, y_unit, sums])
    found = list[list[Code]]()
    for member in range(members):
        first, last = Share(member, members).bounds(rows, 1)
        left, right = Share(member, members).bounds(units, 16)
        mine: list[Code] = []
        shift = first * across * 4
        if last > first:
            mine += [
                (
                    kernel("pictures"),
                    [first, last, high // 2, across, channels, *_spread(x), before + shift * channels, tiles],
                ),
                (
                    kernel("results_back"),
                    [first, last, high // 2, across, units, *_spread(g), after + shift * units, tiles],
                ),
            ]
        if members > 1:
            mine.append(MEET)
        if right > left:
            one = [POINTS, channels, right - left, tiles, before, tiles * channels, 1, channels]
            two = [
                after + 4 * left,
                tiles * units,
                units,
                sums + 4 * left,
                channels * units,
                units,
                context.added(f.node) or 0,
            ]
            mine.append((library.kernel("product", "float32"), [*one, *two]))
        if members > 1:
            mine.append(MEET)
        if member == 0:  # strips add up the transformed sums, and turn them back when all are there
            mine.append(turn if context.added(f.node) is None else Once([turn], last=True))
        found.append(mine)
    return found


# ---- kernels ----------------------------------------------------------------------------------------------

_HEAD = """import numpy as np
from numba import njit
from nndsl.backend.cpu.compiler import FAST
from nndsl.backend.cpu.intrinsics import at, floats, restrict

real = np.float32

@njit(fastmath=FAST, error_model='numpy')
def row({row}):
    restrict()
    for k in range(n):
{body}

"""

# first row of tiles, last, rows of tiles a picture, tiles a row, channels; pictures, and how far apart they, their rows
# and their columns lie; the transformed, and how many tiles there are between one point and the next
_OF_TILES = """
def {name}(g):
    first, last, high, wide, n = g[0], g[1], g[2], g[3], g[4]
    X0, x_batch, x_row, x_col = floats(g[5]), g[6], g[7], g[8]
    V0, apart = floats(g[9]), g[10] * n
    for r in range(first, last):
        for j in range(wide):
            X = at(X0, r // high * x_batch + r % high * 2 * x_row + j * 2 * x_col)
            V = at(V0, ((r - first) * wide + j) * n)
            row({call})
"""

# channels, units; the window's weights and how far apart they lie by row, column, channel, unit; the transformed
_OF_WEIGHTS = """
def {name}(g):
    channels, n, W0, w_row, w_col, w_channel, w_unit = g[0], g[1], floats(g[2]), g[3], g[4], g[5], g[6]
    V0, apart = floats(g[7]), channels * n
    for c in range(channels):
        X, V = at(W0, c * w_channel), at(V0, c * n)
        row({call})
"""


def kernel(kind: str) -> Text:
    """The text of one of the transforms."""
    name = f"winograd_{kind}"
    grid, lines, outer = _KINDS[kind]()
    pointers = [f"V{i}" for i in range(POINTS)]
    calls = [f"at(V, {i} * apart)" for i in range(POINTS)]
    if outer is _OF_TILES:
        corners = [f"X{p}{q}" for p, q in grid] if kind == "results" else ["X"]
        places = [f"at(X, {p} * x_row + {q} * x_col)" for p, q in grid] if kind == "results" else ["X"]
        given, call = ["n", *corners, "x_row", "x_col", *pointers], ["n", *places, "x_row", "x_col", *calls]
    elif kind == "weights_back":
        corners = [f"X{p}{q}" for p, q in grid]
        places = [f"at(X, {p} * w_row + {q} * w_col)" for p, q in grid]
        given, call = ["n", *corners, "s", *pointers], ["n", *places, "w_unit", *calls]
    else:
        given, call = ["n", "X", "x_row", "x_col", "s", *pointers], ["n", "X", "w_row", "w_col", "w_unit", *calls]
    text = _HEAD.format(row=", ".join(given), body="".join(f"        {line}\n" for line in lines))
    return Text(name, text + outer.format(name=name, call=", ".join(call)), "float32")


Grid = list[tuple[int, int]]


def _grid(n: int) -> Grid:
    return list(product(range(n), range(n)))


def _both_ways(names: dict[tuple[int, int], str], rule: str, size: int) -> tuple[list[str], dict[tuple[int, int], str]]:
    """A transform of columns, then of rows. rule: `a, b, c` of the values {0}, {1}, ...; the lines, and the results."""
    outs = [part.strip() for part in rule.split(",")]
    lines, columns = list[str](), dict[tuple[int, int], str]()
    for q in range(size):
        for p, code in enumerate(outs):
            columns[p, q] = f"t{p}{q}"
            lines.append(f"t{p}{q} = {code.format(*(names[i, q] for i in range(size)))}")
    results = dict[tuple[int, int], str]()
    for p in range(len(outs)):
        for q, code in enumerate(outs):
            results[p, q] = f"r{p}{q}"
            lines.append(f"r{p}{q} = {code.format(*(columns[p, i] for i in range(size)))}")
    return lines, results


_B = "{0} - {2}, {1} + {2}, {2} - {1}, {1} - {3}"
_A = "{0} + {1} + {2}, {1} - {2} - {3}"
_G = "{0}, real(0.5) * ({0} + {1} + {2}), real(0.5) * ({0} - {1} + {2}), {2}"
_A_BACK = "{0}, {0} + {1}, {0} - {1}, -{1}"
_G_BACK = "{0} + real(0.5) * ({1} + {2}), real(0.5) * ({1} - {2}), real(0.5) * ({1} + {2}) + {3}"


def _read_grid(size: int, rule: str, stride: str) -> tuple[list[str], list[str]]:
    """From a grid of values around X to the points: lines that read and transform, and lines that write."""
    grid = _grid(size)
    read = [f"d{p}{q} = X[{p} * x_row + {q} * x_col + k{stride}]" for p, q in grid]
    lines, results = _both_ways({(p, q): f"d{p}{q}" for p, q in grid}, rule, size)
    write = [f"V{i}[k] = {results[divmod(i, 4)]}" for i in range(POINTS)]
    return [*read, *lines], write


def _write_grid(rule: str, stride: str) -> tuple[Grid, list[str]]:
    """From the points to a grid of values."""
    read = [f"d{p}{q} = V{4 * p + q}[k]" for p, q in _grid(4)]
    lines, results = _both_ways({(p, q): f"d{p}{q}" for p, q in _grid(4)}, rule, 4)
    grid = list(results)
    return grid, [*read, *lines, *(f"X{p}{q}[k{stride}] = {results[p, q]}" for p, q in grid)]


def _pictures() -> tuple[Grid, list[str], str]:
    lines, write = _read_grid(4, _B, "")
    return [], [*lines, *write], _OF_TILES


def _results() -> tuple[Grid, list[str], str]:
    return (*_write_grid(_A, ""), _OF_TILES)


def _results_back() -> tuple[Grid, list[str], str]:
    lines, write = _read_grid(2, _A_BACK, "")
    return [], [*lines, *write], _OF_TILES


def _weights() -> tuple[Grid, list[str], str]:
    lines, write = _read_grid(3, _G, " * s")
    return [], [*lines, *write], _OF_WEIGHTS


def _weights_back() -> tuple[Grid, list[str], str]:
    return (*_write_grid(_G_BACK, " * s"), _OF_WEIGHTS)


_KINDS = {
    "pictures": _pictures,
    "results": _results,
    "results_back": _results_back,
    "weights": _weights,
    "weights_back": _weights_back,
}


def texts() -> list[Text]:
    """All transforms."""
    return [kernel(kind) for kind in _KINDS]
