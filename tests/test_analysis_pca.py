"""Principal components against numpy's singular values: dense and sparse, tall and wide, nearly and exactly."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from nndsl.analysis import pca
from nndsl.analysis.unfit import Unfit
from nndsl.analysis.watch import Watch
from nndsl.data.sparse import Sparse

Array = NDArray[np.floating]


def drawn(rows: int, columns: int, seed: int = 0, offset: float = 3.0) -> Array:
    """Rows whose directions have variances far enough apart to be told from each other."""
    rng = np.random.default_rng(seed)
    scales = 0.9 ** np.arange(min(rows, columns))
    left, right = rng.normal(size=(rows, len(scales))), rng.normal(size=(len(scales), columns))
    return (left * scales) @ right + offset + 5 * rng.normal(size=columns)


def svd(x: Array, count: int) -> tuple[Array, Array, Array]:
    """(singular values, axes with their largest entry positive, scores)."""
    z = x.astype(np.float64) - x.mean(0, dtype=np.float64)
    _, values, axes = np.linalg.svd(z, full_matrices=False)
    axes = axes[:count]
    largest = axes[np.arange(len(axes)), np.abs(axes).argmax(1)]
    axes = axes * np.sign(largest)[:, None]
    return values[:count], axes, z @ axes.T


@pytest.mark.parametrize("shape", [(200, 12), (12, 200), (40, 40), (2, 3), (50, 1)])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("sparse", [False, True])
def test_all_components_are_those_of_the_svd(shape: tuple[int, int], kind: type, sparse: bool) -> None:
    x = drawn(*shape).astype(np.float32 if sparse else kind)
    found = pca.fit(Sparse.of_dense(x) if sparse else x)
    count = min(shape[0] - 1, shape[1])
    values, axes, scores = svd(x, count)
    assert found.method == "exact" and found.axes.shape == (count, shape[1])
    np.testing.assert_allclose(found.singular, values, rtol=1e-7, atol=1e-9 * values[0])
    np.testing.assert_allclose(found.axes, axes, atol=1e-6)
    np.testing.assert_allclose(found.mean, x.mean(0, dtype=np.float64), rtol=1e-9)
    np.testing.assert_allclose(found.variances, values**2 / (shape[0] - 1), rtol=1e-6, atol=1e-12 * values[0] ** 2)
    assert found.total_variance == pytest.approx(x.astype(np.float64).var(0, ddof=1).sum())
    assert found.ratio.sum() == pytest.approx(1)
    np.testing.assert_allclose(found.loadings, axes * np.sqrt(found.variances)[:, None], atol=1e-6)
    new = Sparse.of_dense(x) if sparse else x
    np.testing.assert_allclose(found.transform(new), scores, atol=2e-5 * np.abs(scores).max())
    np.testing.assert_allclose(found.inverse(found.transform(new)), x, atol=1e-4 * np.abs(x).max())


def test_a_mean_far_from_zero_costs_no_digits() -> None:
    """Products of rows that are not centred would keep three of seven."""
    x = drawn(3000, 900, offset=0)
    z = (x + 1000 * x.std()).astype(np.float32)
    found = pca.fit(z, 8)  # too large for float64
    truth = pca.fit(z.astype(np.float64), 8)
    np.testing.assert_allclose(found.singular, truth.singular, rtol=2e-5)
    np.testing.assert_allclose(found.axes, truth.axes, atol=2e-4)


def test_large_rows_in_float32_agree_with_float64() -> None:
    x = drawn(4000, 800).astype(np.float32)
    x[::3] += 1  # so that rows at even distances have another mean than all
    found, truth = pca.fit(x, 20), pca.fit(x.astype(np.float64), 20)
    np.testing.assert_allclose(found.mean, x.mean(0, dtype=np.float64), rtol=1e-5)
    np.testing.assert_allclose(found.variances, truth.variances, rtol=1e-5)
    np.testing.assert_allclose(found.axes, truth.axes, atol=1e-3)
    assert found.transform(x).dtype == np.float32 and truth.transform(x).dtype == np.float32


def test_whitened_scores_have_variance_one_and_no_correlation() -> None:
    x = drawn(300, 20)
    found = pca.fit(x, 5, whiten=True)
    np.testing.assert_allclose(np.cov(found.transform(x).T), np.eye(5), atol=1e-10)
    plain = pca.fit(x, 5)
    np.testing.assert_allclose(found.inverse(found.transform(x)), plain.inverse(plain.transform(x)), atol=1e-9)


def test_a_share_takes_as_many_components_as_it_needs() -> None:
    x = drawn(300, 20)
    whole = pca.fit(x)
    reached = np.cumsum(whole.ratio)
    for share in (0.01, 0.5, 0.9, 0.999):
        found = pca.fit(x, share)
        assert len(found.axes) == 1 + int((reached < share).sum())
        np.testing.assert_array_equal(found.axes, whole.axes[: len(found.axes)])
    assert len(pca.fit(x, 1.0).axes) == 20


def test_directions_without_variance() -> None:
    """Of twice the same column and a constant one, one direction has variance: the others are what is left."""
    a = np.random.default_rng(0).normal(size=40)
    x = np.stack([a, a, np.full(40, 7.1)], axis=1)
    found = pca.fit(x, whiten=True)
    np.testing.assert_allclose(found.axes[0], [0.5**0.5, 0.5**0.5, 0], atol=1e-12)
    np.testing.assert_allclose(found.axes @ found.axes.T, np.eye(3), atol=1e-12)
    assert found.variances[1] == found.variances[2] == 0
    scores = found.transform(x)
    assert np.isfinite(scores).all() and not scores[:, 1:].any()
    np.testing.assert_allclose(found.inverse(scores), x, atol=1e-12)
    wide = pca.fit(np.tile(x, (1, 30)), 10)  # one direction of 39 that fit in
    np.testing.assert_allclose(wide.axes @ wide.axes.T, np.eye(10), atol=1e-12)
    assert wide.ratio[0] == pytest.approx(1) and not wide.variances[1:].any()


@pytest.mark.parametrize("shape", [(900, 300), (300, 900)])
@pytest.mark.parametrize("sparse", [False, True])
def test_randomised_components_explain_nearly_as_much(shape: tuple[int, int], sparse: bool) -> None:
    rng = np.random.default_rng(1)
    x = (drawn(*shape, offset=0) / 3 + rng.normal(size=shape)).astype(np.float32)
    if sparse:
        x[rng.random(shape) < 0.8] = 0
    given = Sparse.of_dense(x) if sparse else x
    found, truth = pca.fit(given, 12, method="randomised", seed=4), pca.fit(x, 12, method="exact")
    assert found.method == "randomised"
    assert 0 <= 1 - found.ratio.sum() / truth.ratio.sum() < 1e-3
    assert found.total_variance == pytest.approx(truth.total_variance, rel=1e-5)
    np.testing.assert_allclose(found.axes @ found.axes.T, np.eye(12), atol=1e-5)
    scores = found.transform(given)
    np.testing.assert_allclose(scores.var(0, ddof=1), found.variances, rtol=1e-3)  # not wholly converged
    again = pca.fit(given, 12, method="randomised", seed=4)
    np.testing.assert_array_equal(found.axes, again.axes)


def test_randomised_components_of_fewer_directions_than_are_wanted() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=(200, 3)) @ rng.normal(size=(3, 120))
    found = pca.fit(x, 20, method="randomised")
    np.testing.assert_allclose(found.axes @ found.axes.T, np.eye(20), atol=1e-8)
    assert found.ratio[:3].sum() == pytest.approx(1) and not found.variances[3:].any()


def test_which_way_is_chosen() -> None:
    def pays(rows: int, columns: int, count: int) -> bool:
        return pca.randomised_pays(np.broadcast_to(np.float32(1), (rows, columns)), count)

    assert not pays(60_000, 784, 50) and not pays(1000, 200, 2)
    assert pays(4000, 4000, 50) and not pays(4000, 4000, 1300) and not pays(4000, 4000, 4000)


def test_a_stopped_search_gives_what_it_has() -> None:
    x = drawn(900, 300) + np.random.default_rng(1).normal(size=(900, 300))
    found = pca.fit(x, 10, method="randomised", watch=Watch(stopped=True))
    assert found.axes.shape == (10, 300) and 0 < found.ratio.sum() < pca.fit(x, 10).ratio.sum()


@pytest.mark.parametrize("threads", [1, 2])
def test_threads_change_nothing_but_the_time(threads: int) -> None:
    x = drawn(2000, 150).astype(np.float32)
    np.testing.assert_allclose(pca.fit(x, 5, threads=threads).axes, svd(x, 5)[1], atol=1e-5)


@pytest.mark.parametrize(
    ("x", "components", "words"),
    [
        (np.ones((1, 4)), None, "one row does not differ"),
        (np.ones((0, 4)), None, "no rows do not differ"),
        (np.ones((4, 0)), None, "without columns"),
        (np.full((9, 4), 0.1), None, "all rows are the same"),
        (np.full((9, 4), 0.1, np.float32), 2, "all rows are the same"),
        (np.array([[1, np.nan], [2, 3]]), 1, "missing or infinite"),
        (np.array([[1, np.inf], [2, 3]]), 1, "missing or infinite"),
        (drawn(5, 9), 5, "5 rows of 9 columns have 1 to 4 components, not 5"),
        (drawn(9, 5), 0, "1 to 5 components, not 0"),
        (drawn(9, 5), 0.0, "share of variance"),
        (drawn(9, 5), 1.5, "share of variance"),
    ],
)
def test_what_the_data_do_not_allow(x: Array, components: int | float | None, words: str) -> None:
    with pytest.raises(Unfit, match=words):
        pca.fit(x, components)


def test_the_randomised_way_needs_room() -> None:
    with pytest.raises(Unfit, match="at most a third"):
        pca.fit(drawn(30, 20), 8, method="randomised")
