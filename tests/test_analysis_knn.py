"""Nearest neighbours against scikit-learn, and what they say of new rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor, NearestNeighbors

from nndsl.analysis import screens
from nndsl.analysis.cells import among_themselves, nearly
from nndsl.analysis.knn import Knn
from nndsl.analysis.neighbours import Index, nearest
from nndsl.analysis.unfit import Unfit
from nndsl.analysis.watch import Watch

Floats = NDArray[np.float32]
DISTANCES = ("euclidean", "manhattan", "cosine")


def drawn(rows: int, columns: int, seed: int = 0) -> Floats:
    """Rows around a few middles, away from zero."""
    rng = np.random.default_rng(seed)
    middles = 3 * rng.normal(size=(6, columns))
    return (middles[rng.integers(0, 6, rows)] + rng.normal(size=(rows, columns)) + 2).astype(np.float32)


def by_differences(queries: Floats, points: Floats, k: int, itself: bool = True) -> tuple[Floats, NDArray[Any]]:
    """In float64; of equal distances the lower number is first."""
    d = ((queries[:, None].astype(np.float64) - points[None]) ** 2).sum(2)
    if not itself:
        np.fill_diagonal(d, np.inf)
    order = np.argsort(d, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(d, order, 1), order


@pytest.mark.parametrize("shape", [(700, 1), (700, 2), (300, 17), (600, 50), (200, 200)])
@pytest.mark.parametrize("k", [1, 3, 40])
def test_neighbours_are_those_of_all_differences(shape: tuple[int, int], k: int) -> None:
    points, queries = drawn(*shape), drawn(130, shape[1], seed=1)
    distances, numbers = nearest(queries, points, k, itself=True)
    truth, order = by_differences(queries, points, k)
    np.testing.assert_allclose(distances, truth, rtol=2e-6)
    assert (numbers == order).mean() > 0.999  # but for two that float32 cannot tell
    distances, numbers = nearest(points, points, k, itself=False)
    truth, order = by_differences(points, points, k, itself=False)
    np.testing.assert_allclose(distances, truth, rtol=2e-6)
    assert not (numbers == np.arange(len(points))[:, None]).any()


@pytest.mark.parametrize("distance", DISTANCES)
@pytest.mark.parametrize("k", [1, 7, 300])
def test_scikit_learn_finds_the_same(distance: str, k: int) -> None:
    points, queries = drawn(300, 20), drawn(60, 20, seed=1)
    theirs = NearestNeighbors(n_neighbors=k, metric=distance, algorithm="brute").fit(points.astype(np.float64))
    truth, order = theirs.kneighbors(queries.astype(np.float64))
    found = Knn.of(points, np.zeros(300, np.int32), classes=1, k=k, distance=distance)  # type: ignore[arg-type]
    distances, numbers = found.neighbours(queries)
    np.testing.assert_allclose(distances, truth, rtol=2e-5, atol=1e-6)
    assert (numbers == order).mean() > 0.999


@pytest.mark.parametrize("distance", DISTANCES)
@pytest.mark.parametrize("weights", ["uniform", "distance"])
def test_answers_are_those_of_scikit_learn(distance: str, weights: str) -> None:
    points, queries = drawn(300, 9), drawn(80, 9, seed=1)
    queries[:5] = points[:5]  # distance 0
    rng = np.random.default_rng(2)
    ids, numbers = rng.integers(0, 4, 300).astype(np.int32), rng.normal(size=(300, 2)).astype(np.float32)
    settings: dict[str, Any] = {"k": 5, "distance": distance, "weights": weights}
    theirs: dict[str, Any] = {"n_neighbors": 5, "metric": distance, "weights": weights}
    shares = Knn.of(points, ids, classes=4, **settings).answers(queries)
    told = KNeighborsClassifier(**theirs).fit(points, ids).predict_proba(queries)
    sure = slice(5, None) if distance == "cosine" and weights == "distance" else slice(None)  # 1 / rounding there
    np.testing.assert_allclose(shares[sure], told[sure], atol=1e-4)
    means = Knn.of(points, numbers, **settings).answers(queries)
    np.testing.assert_allclose(
        means[sure], KNeighborsRegressor(**theirs).fit(points, numbers).predict(queries)[sure], atol=1e-3
    )
    assert shares.dtype == means.dtype == np.float32
    flat = Knn.of(points, numbers[:, 0], **settings).answers(queries)
    np.testing.assert_allclose(flat, means[:, 0], rtol=1e-5)


def test_soft_targets_are_averaged() -> None:
    points = drawn(50, 3)
    ids = np.random.default_rng(0).integers(0, 3, 50).astype(np.int32)
    hard = Knn.of(points, ids, classes=3, k=4).answers(points)
    soft = Knn.of(points, np.eye(3, dtype=np.float32)[ids], classes=3, k=4).answers(points)
    np.testing.assert_array_equal(hard, soft)


def test_the_lower_number_counts_where_distances_are_equal() -> None:
    points = np.array([[1, 0], [0, 1], [-1, 0], [0, -1]] * 50, np.float32)
    _, numbers = nearest(np.zeros((3, 2), np.float32), points, 7, itself=True)
    np.testing.assert_array_equal(numbers, [list(range(7))] * 3)


@pytest.mark.parametrize("columns", [2, 50])
def test_duplicates_far_from_the_middle(columns: int) -> None:
    """Where products round to nothing: 900 rows in three places, and one far away."""
    rng = np.random.default_rng(0)
    places = rng.normal(size=(3, columns)) * 1e-3 + 1
    points = places[np.arange(900) % 3].astype(np.float32)
    points[17] = -1000
    distances, numbers = nearest(points, points, 5, itself=False)
    for row in (0, 16, 450, 899):
        same = [i for i in range(900) if i % 3 == row % 3 and i not in (row, 17)]
        np.testing.assert_array_equal(numbers[row], same[:5])
        assert not distances[row].any()
    truth, _ = by_differences(points[17:18], points, 6)
    np.testing.assert_allclose(distances[17], truth[0, 1:], rtol=1e-6)


def test_close_groups_are_told_apart() -> None:
    rng = np.random.default_rng(0)
    points = (rng.normal(size=(20, 30))[np.arange(1000) % 20] + 1e-4 * rng.normal(size=(1000, 30))).astype(np.float32)
    distances, numbers = nearest(points, points, 10, itself=False)
    truth, order = by_differences(points, points, 10, itself=False)
    np.testing.assert_allclose(distances, truth, rtol=1e-5)
    assert (numbers == order).mean() > 0.999


@pytest.mark.parametrize("k", [1, 10])
def test_screening_changes_nothing(k: int) -> None:
    """Pictures made of few directions, so that it pays; and noise, where it rules out nothing."""
    rng = np.random.default_rng(0)
    few = (rng.normal(size=(4200, 12)) @ rng.normal(size=(12, 200)) + 0.5 * rng.normal(size=(4200, 200)) + 4).astype(
        "f4"
    )
    noise = rng.normal(size=(4200, 200)).astype(np.float32)
    assert screens.directions(few, k) is not None and screens.directions(noise, k) is None
    for points in (few, noise):
        queries = points[:200] + np.float32(0.1) * rng.normal(size=(200, 200)).astype(np.float32)
        screened, plain = Index(points, k, screen=True), Index(points, k, screen=False)
        assert screened.screened and not plain.screened
        for ours, theirs in zip(screened.nearest(queries, k), plain.nearest(queries, k), strict=True):
            np.testing.assert_array_equal(ours, theirs)
        assert Index(points, k).screened == (points is few)


@pytest.mark.parametrize("distance", ["euclidean", "manhattan"])
def test_threads_find_the_same(distance: Any) -> None:
    points = drawn(1300, 30)
    one, two = (
        Index(points, 6, distance=distance, threads=t).nearest(points, 6, itself=False, threads=t) for t in (1, 2)
    )
    np.testing.assert_array_equal(one[0], two[0])
    np.testing.assert_array_equal(one[1], two[1])


def test_rows_of_zeros_have_no_direction() -> None:
    points = np.array([[0, 0], [1, 1], [0, 0], [-1, 0]], np.float32)
    found = Knn.of(points, np.arange(4, dtype=np.int32), classes=4, k=4, distance="cosine")
    distances, numbers = found.neighbours(np.array([[0, 0], [2, 2]], np.float32))
    np.testing.assert_allclose(distances, [[1, 1, 1, 1], [0, 1, 1, 1 + 0.5**0.5]], atol=1e-6)
    np.testing.assert_array_equal(numbers, [[0, 1, 2, 3], [1, 0, 2, 3]])


def test_one_row_and_no_queries() -> None:
    found = Knn.of(np.ones((1, 3), np.float32), np.array([1], np.int32), classes=2, k=1)
    np.testing.assert_array_equal(found.answers(np.zeros((2, 3), np.float32)), [[0, 1], [0, 1]])
    assert found.answers(np.zeros((0, 3), np.float32)).shape == (0, 2)


def test_a_stopped_search_says_what_it_did_not_reach() -> None:
    points = drawn(1300, 4)
    distances, _ = nearest(points, points, 3, itself=False, watch=Watch(stopped=True))
    assert np.isinf(distances).all()
    watch = Watch()
    nearest(points, points, 3, itself=False, watch=watch)
    assert watch.done == watch.of == 1300 and watch.what == "neighbours"


@pytest.mark.parametrize("distance", DISTANCES)
def test_what_the_data_do_not_allow(distance: Any) -> None:
    x, ids = drawn(5, 3), np.zeros(5, np.int32)
    with pytest.raises(Unfit, match="6 neighbours were asked for, and there are 5 rows"):
        Knn.of(x, ids, classes=1, k=6, distance=distance)
    for bad in (np.nan, np.inf):
        broken = x.copy()
        broken[2, 1] = bad
        with pytest.raises(Unfit, match="missing or infinite"):
            Knn.of(broken, ids, classes=1, k=2, distance=distance)
        with pytest.raises(Unfit, match="missing or infinite"):
            Knn.of(x, ids, classes=1, k=2, distance=distance).answers(broken)


def test_numbers_that_cannot_be_squared() -> None:
    with pytest.raises(Unfit, match="too large"):
        nearest(drawn(5, 3), drawn(5, 3) * np.float32(1e30), 2, itself=True)


def grouped(rows: int, columns: int) -> Floats:
    """Rows on curved sheets, as those of real data: each has neighbours in few of all directions."""
    rng = np.random.default_rng(3)
    angles = rng.uniform(0, 6, size=(rows, 2))
    waves = np.concatenate([np.sin(angles), np.cos(angles), np.sin(2 * angles)], axis=1)
    return (waves @ rng.normal(size=(6, columns)) + 0.02 * rng.normal(size=(rows, columns))).astype(np.float32)


def test_cells_find_nearly_all_neighbours() -> None:
    x = grouped(12_000, 10)
    found = nearly(x, 15, seed=0, threads=1, watch=Watch())
    again = nearly(x, 15, seed=0, threads=2, watch=Watch())
    assert found is not None and again is not None
    distances, numbers = found
    truth, order = nearest(x, x, 15, itself=False)
    kept = np.mean([len(np.intersect1d(a, b)) / 15 for a, b in zip(numbers, order, strict=True)])
    assert 0.97 < kept <= 1
    assert (distances >= truth).all() and (np.diff(distances) >= 0).all()
    given = ((x[:500, None] - x[numbers[:500]]) ** 2).sum(2)
    np.testing.assert_allclose(distances[:500], given, rtol=1e-5)
    assert not (numbers == np.arange(len(x))[:, None]).any()
    np.testing.assert_array_equal(found[0], again[0])
    np.testing.assert_array_equal(found[1], again[1])


def test_cells_are_left_where_they_do_not_pay() -> None:
    noise = np.random.default_rng(0).normal(size=(5000, 40)).astype(np.float32)
    assert nearly(noise, 10, seed=0, threads=1, watch=Watch()) is None
    few = grouped(700, 4)
    for ours, exact in zip(among_themselves(few, 5), nearest(few, few, 5, itself=False), strict=True):
        np.testing.assert_array_equal(ours, exact)


def test_cells_of_duplicates_and_far_rows_hold_enough() -> None:
    """One row in a thousand places, and a cell with a single row far from all: it still finds its neighbours."""
    x = np.repeat(grouped(10, 3), 600, axis=0)
    x[0] = 100
    found = nearly(x, 40, seed=0, threads=1, watch=Watch())
    if found is not None:
        assert np.isfinite(found[0]).all()
        assert len(set(found[1][0].tolist())) == 40 and 0 not in found[1][0]
    distances, _ = among_themselves(x, 40)
    assert np.isfinite(distances).all()


class Impatient(Watch):
    """Says stop when the first rows are done."""

    def __setattr__(self, name: str, to: Any) -> None:
        super().__setattr__(name, to)
        if name == "done" and to > 0:
            super().__setattr__("stopped", True)


def test_a_stopped_search_in_cells_says_what_it_did_not_reach() -> None:
    watch = Impatient()
    found = nearly(grouped(12_000, 10), 15, seed=0, threads=1, watch=watch)
    assert found is not None and 0 < watch.done < 12_000
    assert np.isfinite(found[0]).all(axis=1).sum() == watch.done
