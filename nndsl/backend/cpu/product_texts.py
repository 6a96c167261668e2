"""The texts of the kernels for sums of products.

In: the precision, and the register tiles of this machine. Out: a kernel's text. `product` knows strides alone and
begins at once; `contract` reads offsets from tables, and walks large products in blocks.
Each sum is added in the order of k, whatever the tiles, the blocks and the shares of threads: the bits are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nndsl.backend.cpu.cache import Text
from nndsl.backend.cpu.machine import machine
from nndsl.backend.cpu.texts import POINTER, SHORT, head, indented

# C[m, n] = sum over k of A[m, k] B[k, n], for each of `batches`. C is walked in register tiles, the widest that fit.
# Where a tile would hang over an edge it is moved back over work that is done already: the same sums again, so the same
# bits. With `keep` the sums are added to C: then columns are never done twice, and rows that are done are not stored.
_PRODUCT = """
{tiles}

def {name}(g):
    batches, m, n, k = g[0], g[1], g[2], g[3]
    A0, a_batch, a_row, a_k = g[4], g[5], g[6], g[7]
    B0, b_batch, b_k = g[8], g[9], g[10]
    C0, c_batch, c_row, keep = g[11], g[12], g[13], g[14]
    for b in range(batches):
        A, B, C = at({pointer}(A0), b * a_batch), at({pointer}(B0), b * b_batch), at({pointer}(C0), b * c_batch)
        j = 0
        while j < n:
            left = n - j
{widths}
            i = 0
            while i < m:
{heights}
                begun = i
                i = min(i, m - tall)
                X, W, Y = at(A, i * a_row), at(B, j), at(C, i * c_row + j)
{branches}
                i += tall
            j += wide * {lanes}
"""

# C[row[i] + j] = sum over r, t of A[row[i] + run[r] + t a_k] B[run[r] + t b_k + j], for each of `batches`; rows, runs
# and batches begin where tables of each operand say. Large products are walked in blocks of rows and of runs, so that
# what a block reads stays in the cache; the sums go on from block to block.
_CONTRACT = """
{tiles}

def {name}(g):
    batches, m, n, runs, run = g[0], g[1], g[2], g[3], g[4]
    A0, a_batches, a_rows, a_runs, a_k = g[5], longs(g[6]), longs(g[7]), longs(g[8]), g[9]
    B0, b_batches, b_runs, b_k = g[10], longs(g[11]), longs(g[12]), g[13]
    C0, c_batches, c_rows = g[14], longs(g[15]), longs(g[16])
    rows_at_once, runs_at_once, keep = g[17], g[18], g[19]
    for b in range(batches):
        A, B, C = at({pointer}(A0), a_batches[b]), at({pointer}(B0), b_batches[b]), at({pointer}(C0), c_batches[b])
        j = 0
        while j < n:
            left = n - j
{widths}
            first = 0
            while first < m:
                last = min(first + rows_at_once, m)
                r = 0
                while True:
                    count = min(runs_at_once, runs - r)
                    add = 1 if keep != 0 or r > 0 else 0
                    i = first
                    while i < last:
{heights}
                        begun = i
                        i = min(i, m - tall)
                        X, W, Y = at(a_rows, i), at(B, j), at(c_rows, i)
{branches}
                        i += tall
                    r += count
                    if r >= runs:
                        break
                first = last
            j += wide * {lanes}
"""


# The same with few columns: C[row[i] + j c_col] = sum over r, t of A[row[i] + run[r] + t] B[run[r] + t + j b_col]. The
# terms of a run lie side by side in both: the lanes of a vector are terms of one sum.
_DOTS = """
{tiles}

def {name}(g):
    batches, m, n, runs, run = g[0], g[1], g[2], g[3], g[4]
    A0, a_batches, a_rows, a_runs = g[5], longs(g[6]), longs(g[7]), longs(g[8])
    B0, b_batches, b_runs, b_col = g[9], longs(g[10]), longs(g[11]), g[12]
    C0, c_batches, c_rows, c_col, keep = g[13], longs(g[14]), longs(g[15]), g[16], g[17]
    for b in range(batches):
        A, B, C = at({pointer}(A0), a_batches[b]), at({pointer}(B0), b_batches[b]), at({pointer}(C0), c_batches[b])
        j = 0
        while j < n:
            wide = 4 if n - j >= 4 else 2 if n - j >= 2 else 1
            i = 0
            while i < m:
                tall = 4 if m - i > 1 and m >= 4 else 1
                begun = i
                i = min(i, m - tall)
                X, W, Y, Z = at(a_rows, i), at(B, j * b_col), at(C, j * c_col), at(c_rows, i)
{branches}
                i += tall
            j += wide
"""

Tiles = Sequence[tuple[int, tuple[int, int, int]]]


def _walk(sizes: Tiles, maker: str, call: str, precision: str) -> tuple[list[str], list[str], list[str], list[str]]:
    """The tiles, and the choice of a width, of a height, and of the tile that has both."""
    lanes = machine().lanes(precision)
    tiles, widths, heights, branches = [], list[str](), list[str](), list[str]()
    for wide, rows in sizes:
        columns = wide * lanes
        fits = f"left >= {columns} or (keep == 0 and n >= {columns} and left > {columns // 2})" if wide > 1 else "True"
        word = "elif" if widths else "if"
        widths += [f"{word} {fits}:", f"    wide, j = {wide}, {f'min(j, n - {columns})' if wide > 1 else 'j'}"]
        tallest, middle, single = rows
        # the least that covers what is left, if there are so many rows at all
        tall_enough = f"{tallest} if m - i > {middle} and m >= {tallest} else "
        tall_enough += f"{middle} if m - i > {single} and m >= {middle} else {single}"
        heights += [f"{word} wide == {wide}:", f"    tall = {tall_enough}"]
        for tall in rows:
            tile = f"tile_{tall}_{wide}"
            tiles.append(f'{tile} = {maker}({tall}, {wide}, {lanes}, "{precision}", {wide == 1})')
            branches += [
                f"{'elif' if branches else 'if'} wide == {wide} and tall == {tall}:",
                f"    {tile}({call}, begun - i, n - j)",
            ]
    return tiles, widths, heights, branches


def product(precision: str) -> Text:
    """C = A B by register tiles, of the sizes that suit this machine."""
    name, sizes, call = f"product_{SHORT[precision]}", machine().tiles, "k, X, a_row, a_k, W, b_k, Y, c_row, keep"
    tiles, widths, heights, branches = _walk(sizes, "register_tile", call, precision)
    body = _PRODUCT.format(
        name=name, tiles="\n".join(tiles), widths=indented(widths, 12), heights=indented(heights, 16),
        branches=indented(branches, 16), pointer=POINTER[precision], lanes=machine().lanes(precision),
    )  # fmt: skip
    return Text(name, head(precision) + body, precision)


def contract(precision: str) -> Text:
    """The same over tables of offsets."""
    return _over_tables("contract", machine().tiles, "register_tile_over", "A", precision)


def lanes(precision: str) -> Text:
    """The same where A has the columns too: C[row[i] + j] = sum over r, t of A[row[i] + run[r] + t a_k + j] B[... + j].

    Wide tiles would read no less: each product needs a vector of A.
    """
    sizes = [(wide, rows) for wide, rows in machine().tiles if wide <= 2]
    return _over_tables("lanes", sizes, "register_tile_of_lanes", "at(A, j)", precision)


def _over_tables(kind: str, sizes: Tiles, maker: str, A: str, precision: str) -> Text:
    name = f"{kind}_{SHORT[precision]}"
    call = f"count, run, {A}, X, at(a_runs, r), a_k, W, at(b_runs, r), b_k, at(C, j), Y, add"
    tiles, widths, heights, branches = _walk(sizes, maker, call, precision)
    body = _CONTRACT.format(
        name=name, tiles="\n".join(tiles), widths=indented(widths, 12), heights=indented(heights, 24),
        branches=indented(branches, 24), pointer=POINTER[precision], lanes=machine().lanes(precision),
    )  # fmt: skip
    return Text(name, head(precision) + f"from nndsl.backend.cpu.tiles_over import {maker}\n" + body, precision)


def dots(precision: str) -> Text:
    """The same for few columns."""
    name, lanes = f"dots_{SHORT[precision]}", machine().lanes(precision)
    tiles, branches = [], list[str]()
    for wide in (4, 2, 1):
        for tall in (4, 1):
            tiles.append(f'tile_{tall}_{wide} = register_tile_of_dots({tall}, {wide}, {lanes}, "{precision}")')
            branches += [
                f"{'elif' if branches else 'if'} wide == {wide} and tall == {tall}:",
                f"    tile_{tall}_{wide}(runs, run, A, X, a_runs, W, b_runs, b_col, Y, Z, c_col, keep, begun - i)",
            ]
    body = _DOTS.format(name=name, tiles="\n".join(tiles), branches=indented(branches, 16), pointer=POINTER[precision])
    more = "from nndsl.backend.cpu.tiles_over import register_tile_of_dots\n"
    return Text(name, head(precision) + more + body, precision)


PRODUCTS: dict[str, Callable[[str], Text]] = {"product": product, "contract": contract, "lanes": lanes, "dots": dots}
