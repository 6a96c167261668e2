"""Puts the encoded columns of a part together into one array.

In: the chains of the input (or of the target), the table's columns, the rows. Out: an `Array`. Three layouts: class ids
(all chains are `category`), one block as it is (a sole picture or vector), or one vector of floats, columns side by
side in the order written.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from nndsl.data.chains import CHUNK, Cells, Chain, Rows, Values, encode, take
from nndsl.data.table import Column
from nndsl.data.types import Array
from nndsl.diagnostics import Label, Span, fault


def check_layout(chains: tuple[Chain, ...], role: str) -> None:
    """Class ids and numbers cannot stand side by side."""
    ids = [chain for chain in chains if chain.is_ids]
    others = [chain for chain in chains if not chain.is_ids]
    if ids and others:
        raise fault(
            "E0512",
            f"the {role} holds class ids (`{ids[0].name}`) beside numbers (`{others[0].name}`)",
            ids[0].word.span,
            labels=(Label(others[0].word.span, "numbers"),),
            help=f"write `{ids[0].name} -> onehot`: ids are no quantities",
        )


def shape_of(chains: tuple[Chain, ...]) -> tuple[int, ...]:
    """The shape of one encoded example."""
    if all(chain.is_ids for chain in chains):
        return () if len(chains) == 1 else (len(chains),)
    if len(chains) == 1 and chains[0].shape:
        return chains[0].shape
    return (sum(width(chain) for chain in chains),)


def width(chain: Chain) -> int:
    return math.prod(chain.out_shape)


def assemble(
    chains: tuple[Chain, ...],
    columns: Mapping[str, Column],
    rows: Rows | None,
    cells: Cells,
    precision: str,
    *,
    own: bool = False,
) -> Array:
    """The array of the rows given (None: all). own: a block's bytes may be moved about in place."""
    if all(chain.is_ids for chain in chains):
        found = [encode(chain, columns[chain.name], rows, cells) for chain in chains]
        return Array(np.ascontiguousarray(found[0] if len(found) == 1 else np.stack(found, axis=1)))
    if len(chains) == 1 and chains[0].shape:
        return _block(chains[0], columns[chains[0].name], rows, cells, precision, own)
    n = len(rows) if rows is not None else len(columns[chains[0].name].values())
    out = np.empty((n, *shape_of(chains)), precision)
    at = 0
    for chain in chains:
        if chain.shape:
            part = _block(chain, columns[chain.name], rows, cells, precision, False).floats(precision)
        else:
            part = encode(chain, columns[chain.name], rows, cells)
            if n and not chain.is_ids and max(part.max(), -part.min()) > np.finfo(out.dtype).max:
                raise _too_large(chain, cells.span, precision)
        out[:, at : at + width(chain)] = part.reshape(n, -1)
        at += width(chain)
    return Array(out)


def _block(chain: Chain, column: Column, rows: Rows | None, cells: Cells, precision: str, own: bool) -> Array:
    values = column.values()
    if values.dtype == np.uint8 and chain.bytes:
        line = chain.affine()
        taken = compact(values, rows) if own and rows is not None else np.ascontiguousarray(take(column, rows))
        if line is not None:
            return Array(taken, scale=line[0], shift=line[1])
        table = chain.table()
        bad = ~np.isfinite(table[taken])
        if bad.any():
            raise _not_finite(chain, cells.span)
        return Array(table.astype(precision)[taken])
    n = len(values) if rows is None else len(rows)
    out = np.empty((n, *chain.shape), precision)
    for start in range(0, n, CHUNK):
        where = slice(start, start + CHUNK)
        x = np.asarray(values[where] if rows is None else values[rows[where]], np.float64)
        for step in chain.numeric:
            x = step.apply(x)
        if not np.isfinite(x).all():
            raise _not_finite(chain, cells.span)
        out[where] = x
    return Array(out)


def _not_finite(chain: Chain, span: Span | None) -> Exception:
    return fault("E0511", f"the encoders of `{chain.name}` give a number that is not finite", span)


def _too_large(chain: Chain, span: Span | None, precision: str) -> Exception:
    return fault(
        "E0511", f"`{chain.name}` holds numbers too large for {precision}", span,
        help=f"scale it, as in `{chain.name} -> standard`, or write `set precision float64`",
    )  # fmt: skip


def compact(values: Values, rows: Rows) -> NDArray[np.uint8]:
    """The rows given, ascending, moved to the front of their own array: a split of pictures without a second copy.

    Row i is taken from rows[i] >= i, so what is overwritten has been taken already.
    """
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        if chunk[0] != start or chunk[-1] != start + len(chunk) - 1:
            values[start : start + len(chunk)] = values[chunk]
    return values[: len(rows)]
