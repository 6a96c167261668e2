"""k-means against scikit-learn from the same start, and what it does with rows that leave it no choice."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

from nndsl.analysis import kmeans
from nndsl.analysis.silhouette import MOST, silhouette
from nndsl.analysis.unfit import Unfit
from nndsl.analysis.watch import Watch

Floats = NDArray[np.float32]


def drawn(rows: int, columns: int, groups: int = 5, seed: int = 0, apart: float = 4.0) -> Floats:
    """Rows around a few middles, away from zero."""
    rng = np.random.default_rng(seed)
    middles = apart * rng.normal(size=(groups, columns)) + 10
    return (middles[rng.integers(0, groups, rows)] + rng.normal(size=(rows, columns))).astype(np.float32)


@pytest.mark.parametrize("shape", [(60, 1), (500, 2), (900, 17), (400, 60)])
@pytest.mark.parametrize("k", [1, 2, 7, 30])
def test_scikit_learn_comes_to_the_same_from_the_same_start(shape: tuple[int, int], k: int) -> None:
    x = drawn(*shape, apart=1.0)
    start = x[:k].astype(np.float64)
    found = kmeans.fit(x, k, start=start)
    theirs = KMeans(k, init=start, n_init=1, max_iter=300, tol=1e-4, algorithm="lloyd").fit(x.astype(np.float64))
    np.testing.assert_array_equal(found.ids, theirs.labels_)
    np.testing.assert_allclose(found.centers, theirs.cluster_centers_, atol=1e-4)
    assert found.inertia == pytest.approx(theirs.inertia_, rel=1e-5)
    assert found.iterations == theirs.n_iter_ and found.restarts == 1
    new = drawn(50, shape[1], seed=1, apart=1.0)
    np.testing.assert_array_equal(found.assign(new), theirs.predict(new.astype(np.float64)))
    np.testing.assert_allclose(found.distances(new), theirs.transform(new.astype(np.float64)), rtol=1e-4, atol=1e-4)


def test_an_empty_group_gets_the_row_that_is_farthest() -> None:
    """Nobody is nearest to the last centre at first; scikit-learn does the same."""
    x = drawn(300, 3)
    start = np.vstack([x[:4], np.full((2, 3), 1e4, np.float32)]).astype(np.float64)
    found = kmeans.fit(x, 6, start=start)
    theirs = KMeans(6, init=start, n_init=1).fit(x.astype(np.float64))
    assert np.bincount(found.ids, minlength=6).min() > 0
    np.testing.assert_allclose(found.centers, theirs.cluster_centers_, atol=1e-4)
    assert found.inertia == pytest.approx(theirs.inertia_, rel=1e-5)


def test_groups_that_are_apart_are_found() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 4, 800)
    x = (10 * np.eye(4)[truth] + rng.normal(size=(800, 4))).astype(np.float32)
    found = kmeans.fit(x, 4, seed=3)
    assert found.restarts == 10 and found.silhouette > 0.6 and found.silhouette_rows == 800
    assert len({(a, b) for a, b in zip(found.ids.tolist(), truth.tolist(), strict=True)}) == 4
    np.testing.assert_array_equal(found.assign(x), found.ids)
    centres = found.centers[found.ids]
    assert found.inertia == pytest.approx(((x - centres) ** 2).sum(), rel=1e-5)
    np.testing.assert_allclose(found.distances(x).min(1), np.linalg.norm(x - centres, axis=1), rtol=1e-4)


def test_beginnings_are_as_good_as_those_of_scikit_learn() -> None:
    """Means of inertias over beginnings: of ten of ours no worse than of ten of theirs by 2 %."""
    x = drawn(800, 6, groups=15, apart=2.0)
    ours = np.mean([kmeans.fit(x, 15, restarts=1, seed=seed).inertia for seed in range(10)])
    theirs = np.mean([KMeans(15, n_init=1, random_state=seed).fit(x).inertia_ for seed in range(10)])
    assert ours < 1.02 * theirs


def test_more_beginnings_are_never_worse() -> None:
    x = drawn(800, 5, groups=12, apart=1.5)
    few, many = (kmeans.fit(x, 12, restarts=restarts, seed=2).inertia for restarts in (1, 6))
    assert many <= few


@pytest.mark.parametrize("k", [3, 20])
def test_seed_and_rows_decide_alone(k: int) -> None:
    x = drawn(1000, 7, groups=20)
    once, again, two = (kmeans.fit(x, k, restarts=2, seed=5, threads=t) for t in (1, 1, 2))
    other = kmeans.fit(x, k, restarts=2, seed=6)
    for same in (again, two):
        np.testing.assert_array_equal(once.centers, same.centers)
        np.testing.assert_array_equal(once.ids, same.ids)
        assert once.inertia == same.inertia
    assert not np.array_equal(once.centers, other.centers)


def test_far_from_zero() -> None:
    x = drawn(500, 3).astype(np.float64) + 1e5
    start = x[:4]
    found, theirs = kmeans.fit(x, 4, start=start), KMeans(4, init=start, n_init=1).fit(x)
    np.testing.assert_allclose(found.centers, theirs.cluster_centers_, atol=2e-2)  # of numbers that float32 can hold
    assert (found.ids == theirs.labels_).mean() > 0.99


def test_duplicates_and_constant_columns() -> None:
    places = np.array([[0, 1, 7], [5, 1, 7], [0, 9, 7]], np.float32)
    x = places[np.arange(90) % 3]
    found = kmeans.fit(x, 3)
    assert found.inertia == 0 and found.silhouette == pytest.approx(1)
    np.testing.assert_array_equal(np.unique(found.centers, axis=0), np.unique(places, axis=0))
    with pytest.raises(Unfit, match="4 groups were asked for, and only 3 of the rows are different"):
        kmeans.fit(x, 4)
    one = kmeans.fit(x[:1].repeat(9, axis=0), 1)
    assert one.inertia == 0 and not one.ids.any() and math.isnan(one.silhouette)


def test_as_many_groups_as_rows() -> None:
    x = drawn(6, 2)
    found = kmeans.fit(x, 6)
    assert found.inertia == pytest.approx(0, abs=1e-9) and sorted(found.ids.tolist()) == list(range(6))
    assert found.silhouette == 0  # each is alone
    assert kmeans.fit(x[:1], 1).centers[0] == pytest.approx(x[0])


def test_a_beginning_that_is_ended_has_all_its_centres() -> None:
    x = np.random.default_rng(4).normal(size=(300, 5)).astype(np.float32)
    found = kmeans.fit(x, 20, watch=Watch(stopped=True))
    assert found.restarts == 1 and len(np.unique(found.centers, axis=0)) == 20 and len(np.unique(found.ids)) == 20


def test_a_stopped_search_gives_what_it_has() -> None:
    x = drawn(500, 3)
    found = kmeans.fit(x, 4, watch=Watch(stopped=True))
    assert found.iterations == 0 and found.restarts == 1 and found.centers.shape == (4, 3)
    np.testing.assert_array_equal(found.ids, found.assign(x))
    watch = Watch()
    done = kmeans.fit(x, 4, restarts=3, watch=watch)
    assert (watch.what, watch.done, watch.of, watch.figure) == ("groups", 3, 3, done.inertia)


@pytest.mark.parametrize("k", [2, 5, 40])
def test_silhouettes_are_those_of_scikit_learn(k: int) -> None:
    x = drawn(700, 4)
    ids = np.random.default_rng(0).integers(0, k, 700)
    ids[ids == 0] = 1
    ids[17] = 0  # one that is alone
    assert silhouette(x, ids)[0] == pytest.approx(silhouette_score(x.astype(np.float64), ids), abs=1e-9)


def test_silhouettes_of_many_rows_are_those_of_a_sample() -> None:
    x = drawn(MOST + 2000, 3)
    ids = kmeans.fit(x, 5, restarts=1).ids
    value, of = silhouette(x, ids)
    assert of == MOST
    assert value == pytest.approx(silhouette_score(x, ids), abs=0.02)
    assert silhouette(x, ids) == (value, of)


@pytest.mark.parametrize(
    ("x", "k", "words"),
    [
        (np.ones((3, 2)), 4, "4 groups were asked for, and there are 3 rows"),
        (np.ones((1, 2)), 2, "2 groups were asked for, and there is 1 row"),
        (np.ones((0, 2)), 1, "there are 0 rows"),
        (np.ones((5, 2)), 0, "0 groups cannot be made"),
        (np.array([[1, np.nan], [2, 3]]), 1, "missing or infinite"),
        (np.array([[1, np.inf], [2, 3]]), 1, "missing or infinite"),
        (np.ones((5, 2)), 2, "only 1 of the rows is different"),
    ],
)
def test_what_the_data_do_not_allow(x: Any, k: int, words: str) -> None:
    with pytest.raises(Unfit, match=words):
        kmeans.fit(x, k)
