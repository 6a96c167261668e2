"""Columns of arrays, such as pictures and rows of counts: their encoders fitted, and their cells encoded.

In: a column of shape [N, *shape], its encoders, the rows. Out: a `Chain`; an `Array` as training reads it. Bytes stay
bytes where the encoders are one line `scale * x + shift`, and what is kept sparse stays so.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nndsl.data import sparsechains
from nndsl.data.chains import CHUNK, Cells, Chain, Rows, Values, not_finite, numbers, take
from nndsl.data.encoders import Fitted, OwnTotal, Sample, fit
from nndsl.data.pipeline import CLASSIFIERS, SHARE
from nndsl.data.sparse import Sparse
from nndsl.data.sparsearray import room
from nndsl.data.spec import Evaluate, StepSpec, Word
from nndsl.data.table import Column, plain
from nndsl.data.types import Array
from nndsl.diagnostics import Fault, Span, fault


def fit_block(
    word: Word, column: Column, steps: tuple[StepSpec, ...], rows: Rows, cells: Cells, evaluate: Evaluate | None,
    blocks: bool,
) -> Chain:  # fmt: skip
    """The chain of a block, fitted on `rows`. blocks: whether to read its values, or only its shape; what is kept
    sparse has been read already.
    """
    if steps and steps[-1].kind in CLASSIFIERS:
        raise fault(
            "E0511",
            f"`{word.text}` holds an array of shape {list(column.shape)} in each row: it has no classes",
            steps[-1].span,
        )
    bare = Chain(word, column.shape, False, (), fitted=blocks)
    if isinstance(column.source, Sparse):
        return _fit_sparse(bare, column.source.take(rows), steps, cells, evaluate)
    if not blocks:
        return bare
    values = column.values()
    if values.dtype == np.uint8 and all(step.kind != SHARE for step in steps):
        return _fit_bytes(word, column.shape, values, steps, rows, cells, evaluate)
    return _fit_floats(bare, np.asarray(values[rows], np.float64), steps, cells, evaluate)


def _fit_floats(
    bare: Chain, x: NDArray[np.float64], steps: tuple[StepSpec, ...], cells: Cells, evaluate: Evaluate | None
) -> Chain:
    numbers(bare, x, cells)
    done: list[Fitted] = []
    if steps and steps[0].kind == SHARE:
        done.append(OwnTotal())
        x, steps = shares(bare, x, cells, 0), steps[1:]
    # A picture has one statistic for all its points; a vector one for each.
    sample = Sample(x if x.ndim == 2 else x.reshape(-1))
    for step in steps:
        fitted = fit(step, sample, evaluate)
        done.append(fitted)
        sample = sample.then(fitted)
    return Chain(bare.word, bare.shape, False, tuple(done))


def _fit_sparse(
    bare: Chain, taken: Sparse, steps: tuple[StepSpec, ...], cells: Cells, evaluate: Evaluate | None
) -> Chain:
    """taken: the training rows."""
    if any(step.activation is not None for step in steps):
        room(taken.shape, "float64", bare.word)
        return _fit_floats(bare, taken.dense(np.float64), steps, cells, evaluate)
    done: list[Fitted] = []
    kept = sparsechains.Kept.begin(taken)
    for step in steps:
        fitted = fit(step, kept, evaluate)
        kept = _then(bare, kept, fitted, cells)
        done.append(fitted)
    return Chain(bare.word, bare.shape, False, tuple(done))


def _fit_bytes(
    word: Word,
    shape: tuple[int, ...],
    values: Values,
    steps: tuple[StepSpec, ...],
    rows: Rows,
    cells: Cells,
    evaluate: Evaluate | None,
) -> Chain:
    counts = np.zeros(256, np.int64)
    for start in range(0, len(rows), CHUNK):
        counts += np.bincount(values[rows[start : start + CHUNK]].reshape(-1), minlength=256)
    there = np.flatnonzero(counts)
    sample = Sample(there.astype(np.float64), counts[there])
    done: list[Fitted] = []
    for step in steps:
        fitted = fit(step, sample, evaluate)
        after = sample.then(fitted)
        if not np.isfinite(after.x).all():
            byte = plain(float(sample.x[~np.isfinite(after.x)][0]))
            raise fault(
                "E0511",
                f"`{step.text}` of `{word.text}` is not a finite number where the value is `{byte}`",
                cells.span,
            )
        done.append(fitted)
        sample = after
    return Chain(word, shape, False, tuple(done), bytes=True)


# ---- encoding ----------------------------------------------------------------------------------------


def encode_block(chain: Chain, column: Column, rows: Rows | None, cells: Cells, precision: str, own: bool) -> Array:
    """The array of the rows given (None: all). own: the column's bytes may be moved about in place."""
    if isinstance(column.source, Sparse):
        return _encode_sparse(chain, column.source, rows, cells, precision)
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
        out[where] = _encoded(chain, x, cells, start)
    return Array(out)


def _encoded(chain: Chain, x: NDArray[np.float64], cells: Cells, first: int) -> NDArray[np.float64]:
    """x: [n, *shape], of which the first is the row `first` among `cells`."""
    for step in chain.numeric:
        x = shares(chain, x, cells, first) if isinstance(step, OwnTotal) else step.apply(x)
    if not np.isfinite(x).all():
        raise _not_finite(chain, cells.span)
    return x


def _encode_sparse(chain: Chain, source: Sparse, rows: Rows | None, cells: Cells, precision: str) -> Array:
    taken = source if rows is None else source.take(rows)
    if not sparsechains.stays_sparse(chain.numeric):
        out = room(taken.shape, precision, chain.word)
        for start in range(0, len(taken), CHUNK):
            where = slice(start, start + CHUNK)
            out[where] = _encoded(chain, taken.take(where).dense(np.float64), cells, start)
        return Array(out)
    kept = sparsechains.Kept.begin(taken)
    for step in chain.numeric:
        kept = _then(chain, kept, step, cells)
    array = sparsechains.as_array(kept, chain.word, precision)
    if array is None:
        raise too_large(chain, cells.span, precision)
    return array


def _then(chain: Chain, kept: sparsechains.Kept, step: Fitted, cells: Cells) -> sparsechains.Kept:
    """After one more encoder; a fault where a number is not finite any more, or a share of something below 0."""
    if isinstance(step, OwnTotal) and (kept.values < 0).any():
        place = int(np.flatnonzero(kept.values < 0)[0])
        raise _below_zero(chain, kept.values[place], cells, kept.of.row_of(place))
    after = kept.then(step)
    bad = after.first_infinite()
    if bad is not None:
        before = kept.base[bad.column] if bad.cell is None else kept.values[bad.cell]
        raise not_finite(chain.name, step, cells, bad.row, float(before))
    return after


def shares(chain: Chain, x: NDArray[np.float64], cells: Cells, first: int) -> NDArray[np.float64]:
    """Each row by its total; a fault where a number is below 0."""
    below = x < 0
    if below.any():
        raise _below_zero(chain, float(x[below][0]), cells, first + int(np.argwhere(below)[0][0]))
    return OwnTotal().apply(x)


def _below_zero(chain: Chain, number: float, cells: Cells, place: int) -> Fault:
    return fault(
        "E0529",
        f"`{chain.name}` is `{plain(float(number))}` in row {cells.row(place)} of {cells.shown}: shares are of counts, "
        "and a total of numbers below 0 says nothing",
        cells.span,
        help="leave out `share`, or use the counts as they were before other steps",
    )


def _not_finite(chain: Chain, span: Span | None) -> Fault:
    return fault("E0511", f"the encoders of `{chain.name}` give a number that is not finite", span)


def too_large(chain: Chain, span: Span | None, precision: str) -> Fault:
    """A number that a float of the precision cannot hold."""
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
