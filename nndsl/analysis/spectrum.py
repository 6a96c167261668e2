"""The directions in which centred rows vary most: singular values and right singular vectors.

In: a centred matrix Z, [N, D]. Out: a `Spectrum`. Exact: sums of products over the shorter side (D x D covariances or
N x N products of rows), in blocks, then eigenvectors of that, only those that are wanted. `krylov` is the other way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.analysis.blas import add_squares
from nndsl.analysis.centred import Centred, Floats
from nndsl.analysis.native import Crew
from nndsl.analysis.unfit import Unfit, finite
from nndsl.analysis.watch import Watch
from nndsl.data.sparse import Sparse
from nndsl.values import value

STRIPS = 4  # of rows, summed apart
STRIPS_BYTES = 1 << 28  # of all sums together


@value
class Spectrum:
    """squares: [k] of the singular values, descending. axes: [k, D], orthonormal rows. total: the sum of all squares
    of the matrix, those of the directions left out too. mean: [D], of all rows.
    """

    squares: NDArray[np.float64]
    axes: Floats
    total: float
    mean: NDArray[np.float64]


def exact(z: Centred, count: int, watch: Watch, threads: int = 1) -> Spectrum:
    """count: how many directions. threads: they change no bit. Where there are no fewer rows than columns, the mean may
    have been that of some.
    """
    n, d = z.shape
    watch.begin("covariances")
    if n >= d:
        sums, ends = _squared(z.rows, n, d, z.dtype, threads)
        if not np.isfinite(ends).all():
            finite(z.x.data if isinstance(z.x, Sparse) else z.x)
        off = ends / n  # by how much the rows were not centred
        sums -= np.outer(ends, off).astype(z.dtype)
        total = known(float(np.trace(sums, dtype=np.float64)))
        watch.begin("components")
        squares, axes = _largest(sums, count)
        return Spectrum(squares, axes.T, total, z.mean.astype(z.dtype) + off)
    sums, _ = _squared(z.columns, d, n, z.dtype, threads)
    total = known(float(np.trace(sums, dtype=np.float64)))
    watch.begin("components")
    squares, left = _largest(sums, count)
    return Spectrum(squares, orthonormal(z.back(left)).T, total, z.mean)


def known(total: float) -> float:
    """A sum of squares; Unfit where it is beyond the numbers of its precision."""
    if not np.isfinite(total):
        raise Unfit("the numbers are too large to be squared: encode them with `-> standard`")
    return total


def _squared(
    blocks: Callable[[int, int], Iterator[Floats]], count: int, size: int, dtype: np.dtype[Any], threads: int
) -> tuple[Floats, NDArray[np.float64]]:
    """([size, size] the sum of a' a over the blocks of so many rows, its lower triangle; [size] the sum of all rows).

    In strips of rows, whoever makes them, whose sums are added in their order.
    """
    strips = STRIPS if STRIPS * size * size * dtype.itemsize <= STRIPS_BYTES else 1
    made: list[tuple[Floats, NDArray[np.float64]] | None] = [None] * strips

    def strip(item: int, member: int) -> None:
        sums, ends = np.zeros((size, size), dtype), np.zeros(size)
        for a in blocks(count * item // strips, count * (item + 1) // strips):
            add_squares(a, sums)
            ends += np.ones(len(a), dtype) @ a
        made[item] = sums, ends

    with Crew(min(threads, strips)) as crew:
        crew.each(strips, strip)
    done = [one for one in made if one is not None]
    sums, ends = done[0]
    for more, end in done[1:]:
        sums += more
        ends += end
    return sums.T, ends


def _largest(sums: Floats, count: int) -> tuple[NDArray[np.float64], Floats]:
    """The largest eigenvalues, [k], descending, and their vectors, [size, k]. Of LAPACK's drivers `evr` was fastest for
    50 of 784 and 50 of 2000, by a half to `evd`, which makes all.
    """
    from scipy.linalg import eigh

    size = len(sums)
    values, vectors = eigh(
        sums, lower=True, driver="evr", subset_by_index=[size - count, size - 1], overwrite_a=True, check_finite=False
    )
    return np.maximum(values[::-1], 0).astype(np.float64), vectors[:, ::-1]


def orthonormal(axes: Floats) -> Floats:
    """[D, k], whose columns are orthogonal but for rounding, where they are not nearly 0: made so to the last digit.
    Where they are 0, any direction that is orthogonal to the others.
    """
    from scipy.linalg import qr

    return np.asarray(qr(axes, mode="economic", overwrite_a=True, check_finite=False)[0])
