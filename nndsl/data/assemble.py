"""Puts the encoded columns of a part together into one array.

In: the chains of the input (or of the target), the table's columns, the rows. Out: an `Array`. Three layouts: class ids
(all chains are `category`), one block as it is (a sole picture or vector), or one vector of floats, columns side by
side in the order written.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from nndsl.data.blocks import encode_block, too_large
from nndsl.data.chains import Cells, Chain, Rows, encode
from nndsl.data.sparsearray import room
from nndsl.data.table import Column
from nndsl.data.types import Array
from nndsl.diagnostics import Label, fault


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
        return encode_block(chains[0], columns[chains[0].name], rows, cells, precision, own)
    n = len(rows) if rows is not None else len(columns[chains[0].name].values())
    out = room((n, *shape_of(chains)), precision, chains[0].word)
    at = 0
    for chain in chains:
        if chain.shape:
            part = encode_block(chain, columns[chain.name], rows, cells, precision, False).floats(precision)
        else:
            part = encode(chain, columns[chain.name], rows, cells)
            if n and not chain.is_ids and max(part.max(), -part.min()) > np.finfo(out.dtype).max:
                raise too_large(chain, cells.span, precision)
        out[:, at : at + width(chain)] = part.reshape(n, -1)
        at += width(chain)
    return Array(out)
