"""Nearest neighbours against scikit-learn and plain differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nndsl.analysis.neighbours import nearest
from nndsl.analysis.unfit import Unfit
from nndsl.analysis.watch import Watch

Array = NDArray[Any]


def _squares(queries: Array, points: Array) -> Array:
    """[Q, N] in float64."""
    difference = queries.astype(np.float64)[:, None] - points.astype(np.float64)
    squares: Array = (difference * difference).sum(-1)
    return squares


def _check(queries: Array, points: Array, k: int, itself: bool, threads: int = 1) -> None:
    """The distances are those of the k nearest, and belong to the rows that are named."""
    distances, numbers = nearest(queries, points, k, itself=itself, threads=threads)
    squares = _squares(queries, points)
    if not itself:
        np.fill_diagonal(squares, np.inf)
    np.testing.assert_allclose(distances, np.sort(squares, axis=1)[:, :k], rtol=2e-5, atol=1e-12)
    np.testing.assert_allclose(distances, np.take_along_axis(squares, numbers, 1), rtol=2e-5, atol=1e-12)
    assert all(len(set(row)) == k for row in numbers.tolist())
    assert (np.diff(distances) >= 0).all() and distances.dtype == np.float32 and numbers.dtype == np.int32


@pytest.mark.parametrize(("n", "width", "k"), [(2, 1, 1), (5, 3, 4), (100, 7, 90), (700, 50, 15), (1500, 3, 300)])
def test_of_all_rows_to_each_other(n: int, width: int, k: int) -> None:
    rows = np.random.default_rng(n).standard_normal((n, width)).astype(np.float32)
    _check(rows, rows, k, itself=False)
    _check(rows, rows, k, itself=True)


def test_as_scikit_learn_finds_them() -> None:
    from sklearn.neighbors import NearestNeighbors

    rng = np.random.default_rng(0)
    points, queries = rng.standard_normal((900, 20)).astype(np.float32), rng.random((300, 20)).astype(np.float32)
    distances, numbers = nearest(queries, points, 12, itself=True, threads=2)
    far, which = NearestNeighbors(n_neighbors=12, algorithm="brute").fit(points).kneighbors(queries)
    assert (numbers == which).mean() > 0.999
    np.testing.assert_allclose(np.sqrt(distances), far, rtol=1e-5)


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
def test_far_from_the_middle_and_near_one_another(scale: float) -> None:
    """Products alone would round these differences away."""
    rng = np.random.default_rng(1)
    rows = (rng.standard_normal((400, 5)) + np.repeat([[-4000.0], [4000.0]], 200, axis=0)) * scale
    _check(rows.astype(np.float32), rows.astype(np.float32), 8, itself=False)


def test_rows_that_are_equal() -> None:
    rows = np.repeat(np.random.default_rng(2).standard_normal((40, 6)).astype(np.float32), 10, axis=0)
    _check(rows, rows, 15, itself=False)
    distances, numbers = nearest(rows, rows, 9, itself=False)
    assert not distances.any() and (numbers // 10 == np.arange(400)[:, None] // 10).all()
    same = np.ones((30, 2), np.float32)
    distances, numbers = nearest(same, same, 3, itself=True)
    assert not distances.any() and all(len(set(row)) == 3 for row in numbers.tolist())


def test_of_equal_distances_the_lower_number_is_first() -> None:
    points = np.array([[2], [1], [-1], [0]], np.float32)
    _, numbers = nearest(np.zeros((1, 1), np.float32), points, 4, itself=True)
    assert numbers.tolist() == [[3, 1, 2, 0]]


def test_threads_change_nothing() -> None:
    rows = np.random.default_rng(3).standard_normal((1200, 10)).astype(np.float32)
    alone, together = (nearest(rows, rows, 20, itself=False, threads=threads) for threads in (1, 2))
    assert all((a == b).all() for a, b in zip(alone, together, strict=True))


def test_numbers_without_a_square_are_refused() -> None:
    rows = np.ones((10, 2), np.float32)
    for wrong in (np.nan, np.inf, 1e30):
        rows[3, 1] = wrong
        with pytest.raises(Unfit, match=r"infinite|not finite"):
            nearest(rows, rows, 2, itself=False)


def test_a_watch_is_told_and_can_stop() -> None:
    rows = np.random.default_rng(4).standard_normal((300, 4)).astype(np.float32)
    watch = Watch()
    nearest(rows, rows, 3, itself=False, watch=watch)
    assert (watch.what, watch.done, watch.of) == ("neighbours", 300, 300)
    distances, _ = nearest(rows, rows, 3, itself=False, watch=Watch(stopped=True))
    assert np.isinf(distances).all()
