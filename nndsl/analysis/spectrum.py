"""The directions in which centred rows vary most: singular values and right singular vectors.

In: a centred matrix Z, [N, D]. Out: a `Spectrum`. Exact: sums of products over the shorter side (D x D covariances or
N x N products of rows), in blocks, then eigenvectors of that, only those that are wanted. `krylov` is the other way.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.analysis.centred import Centred, Floats
from nndsl.analysis.unfit import finite
from nndsl.analysis.watch import Watch
from nndsl.data.sparse import Sparse
from nndsl.values import value


@value
class Spectrum:
    """squares: [k] of the singular values, descending. axes: [k, D], orthonormal rows. total: the sum of all squares
    of the matrix, those of the directions left out too. mean: [D], of all rows.
    """

    squares: NDArray[np.float64]
    axes: Floats
    total: float
    mean: NDArray[np.float64]


def exact(z: Centred, count: int, watch: Watch) -> Spectrum:
    """count: how many directions. Where there are no fewer rows than columns, the mean may have been that of some."""
    n, d = z.shape
    watch.begin("covariances")
    if n >= d:
        sums, ends = _squared(z.rows(), d, z.dtype)
        if not np.isfinite(ends).all():
            finite(z.x.data if isinstance(z.x, Sparse) else z.x)
        off = ends / n  # by how much the rows were not centred
        sums -= np.outer(ends, off).astype(z.dtype)
        total = float(np.trace(sums, dtype=np.float64))
        watch.begin("components")
        squares, axes = _largest(sums, count)
        return Spectrum(squares, axes.T, total, z.mean.astype(z.dtype) + off)
    sums, _ = _squared(z.columns(), n, z.dtype)
    total = float(np.trace(sums, dtype=np.float64))
    watch.begin("components")
    squares, left = _largest(sums, count)
    return Spectrum(squares, orthonormal(z.back(left)).T, total, z.mean)


def _squared(blocks: Iterable[Floats], size: int, dtype: np.dtype[Any]) -> tuple[Floats, NDArray[np.float64]]:
    """(the sum of a a' over the blocks, its lower triangle; the sum of all columns of all blocks)."""
    from scipy.linalg import blas

    syrk = blas.ssyrk if dtype == np.float32 else blas.dsyrk
    sums, ends = np.zeros((size, size), dtype, order="F"), np.zeros(size)
    for a in blocks:
        sums = syrk(1, a, beta=1, c=sums, lower=1, overwrite_c=1)
        ends += a @ np.ones(a.shape[1], dtype)
    return sums, ends


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
