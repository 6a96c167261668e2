"""t-SNE: its parts against plain NumPy and scikit-learn, whole maps by what they keep."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nndsl.analysis import native
from nndsl.analysis.native import Crew
from nndsl.analysis.neighbours import nearest
from nndsl.analysis.tsne import affinities
from nndsl.analysis.tsne import embed as embed_module
from nndsl.analysis.tsne import forces as forces_module
from nndsl.analysis.tsne import tree as tree_module
from nndsl.analysis.tsne.affinities import Sparse, conditional, joint
from nndsl.analysis.tsne.descent import NotFinite
from nndsl.analysis.tsne.embed import Embedding, embed
from nndsl.analysis.tsne.forces import Pairs, attraction, divergence
from nndsl.analysis.tsne.geometry import map_rows
from nndsl.analysis.tsne.place import place
from nndsl.analysis.tsne.tree import Tree
from nndsl.analysis.unfit import Unfit
from nndsl.analysis.watch import Watch
from nndsl.backend.cpu.machine import Machine, machine

Array = NDArray[Any]


@cache
def _digits() -> tuple[Array, Array]:
    """1797 pictures of digits [N, 64] and what they show."""
    from sklearn.datasets import load_digits

    pictures, shown = load_digits(return_X_y=True)
    return pictures.astype(np.float32), shown


@cache
def _map_of_digits() -> Embedding:
    return embed(_digits()[0])


def _normal(n: int, width: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).standard_normal((n, width)).astype(np.float32)


def _dense(P: Sparse) -> Array:
    n = len(P.starts) - 1
    full = np.zeros((n, n))
    np.add.at(full, (np.repeat(np.arange(n), np.diff(P.starts)), P.numbers), P.values)
    return full


def _q(y: Array) -> tuple[Array, Array]:
    """Differences [n, n, d] and 1 / (1 + d^2) [n, n] without the diagonal, in float64."""
    d = y.astype(np.float64)[:, None] - y.astype(np.float64)
    q = 1 / (1 + (d * d).sum(-1))
    np.fill_diagonal(q, 0)
    return d, q


def _repulsion(y: Array) -> tuple[Array, float]:
    d, q = _q(y)
    return ((q * q)[..., None] * d).sum(1), float(q.sum())


def _push(pairs: Pairs, rows: Array, forces: Array) -> float:
    """Writes the forces on the rows; Z."""
    sums = np.empty(len(rows), np.float32)
    pairs.follow()
    pairs.pushing(rows, forces, sums)()
    return float(sums.sum(dtype=np.float64)) - len(rows)


def _kl(P: Array, y: Array) -> float:
    _, q = _q(y)
    there = P > 0
    return float((P[there] * np.log(P[there] / (q / q.sum())[there])).sum())


# ---- P


@pytest.mark.parametrize("perplexity", [1.5, 5, 30, 100])
def test_perplexity(perplexity: float) -> None:
    """Each row's, where rows lie at very different distances."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((600, 8)) * 10.0 ** rng.integers(-3, 4, (600, 1))
    x[0] = 1e5
    k = int(3 * perplexity)
    distances, _ = nearest(x.astype(np.float32), x.astype(np.float32), k, itself=False)
    with Crew() as crew:
        p = conditional(distances, perplexity, crew).astype(np.float64)
    entropy = -(p * np.log(np.maximum(p, 1e-300))).sum(1)
    np.testing.assert_allclose(p.sum(1), 1, atol=2e-6)
    np.testing.assert_allclose(entropy, np.log(perplexity), atol=1e-5)


def test_more_equal_rows_than_the_perplexity_share_it() -> None:
    distances = np.array([[0, 0, 0, 0, 4, 9], [0, 0, 0, 0, 0, 0]], np.float32)
    with Crew() as crew:
        p = conditional(distances, 2.0, crew)
    np.testing.assert_allclose(p, [[0.25, 0.25, 0.25, 0.25, 0, 0], [1 / 6] * 6], atol=1e-6)


@pytest.mark.parametrize("threads", [1, 2])
def test_joint_probabilities_are_those_of_scikit_learn(threads: int) -> None:
    from sklearn.manifold._t_sne import _joint_probabilities_nn
    from sklearn.neighbors import NearestNeighbors

    x = _normal(400, 10)
    with Crew(threads) as crew:
        P = joint(x, 20, crew)
    graph = NearestNeighbors(n_neighbors=60).fit(x).kneighbors_graph(mode="distance")
    graph.data **= 2
    wanted = _joint_probabilities_nn(graph, 20, 0).toarray()
    found = _dense(P)
    np.testing.assert_allclose(found, wanted, atol=2e-4 * wanted.max())
    np.testing.assert_array_equal(found, found.T)
    np.testing.assert_allclose(found.sum(), 1, rtol=1e-6)


def test_sorted_rows_are_the_same_matrix() -> None:
    order = np.random.default_rng(1).permutation(300).astype(np.int32)
    with Crew(2) as crew:
        P = joint(_normal(300, 4), 10, crew)
        sorted_P = P.reordered(order, crew)
    np.testing.assert_array_equal(_dense(sorted_P), _dense(P)[np.ix_(order, order)])


# ---- forces


@pytest.mark.parametrize("dimensions", [2, 3])
def test_the_gradient_against_finite_differences(dimensions: int) -> None:
    """4 (pull - push / Z) is what KL changes by."""
    x, y = _normal(90, 6), _normal(90, dimensions, 1) * 2
    rows = map_rows(y)
    pull, push = np.zeros_like(rows), np.zeros_like(rows)
    with Crew() as crew:
        P = joint(x, 8, crew)
        attraction(P, rows, rows, pull, dimensions, crew)()
        z = _push(Pairs(rows, dimensions, crew), rows, push)
        kl = divergence(P, rows, z, dimensions, crew)
    full, step = _dense(P), 1e-5
    np.testing.assert_allclose(kl, _kl(full, y), rtol=1e-5)
    gradient = 4 * (pull - push / z)
    for i, c in [(0, 0), (17, 1), (50, dimensions - 1), (89, 0)]:
        up, down = y.astype(np.float64), y.astype(np.float64)
        up[i, c] += step
        down[i, c] -= step
        slope = (_kl(full, up) - _kl(full, down)) / (2 * step)
        np.testing.assert_allclose(gradient[i, c], slope, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("n", [3, 17, 1000])
def test_repulsion_over_all_pairs(n: int, dimensions: int) -> None:
    y = _normal(n, dimensions) * 5
    rows, forces = map_rows(y), map_rows(np.zeros_like(y))
    with Crew(2) as crew:
        z = _push(Pairs(rows, dimensions, crew), rows, forces)
    wanted, total = _repulsion(y)
    np.testing.assert_allclose(forces[:, :dimensions], wanted, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(z, total, rtol=1e-6)


def _clusters(n: int, dimensions: int) -> Array:
    """As maps are: dense heaps, and some points alone."""
    rng = np.random.default_rng(dimensions)
    heaps = rng.standard_normal((20, dimensions)) * 30
    y = heaps[rng.integers(0, 20, n)] + rng.standard_normal((n, dimensions)) * rng.gamma(2, 2, (n, 1))
    found: Array = y.astype(np.float32)
    return found


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("scale", [1e-4, 1.0, 10.0])
@pytest.mark.parametrize("n", [5, 300, 2500])
def test_repulsion_through_the_tree(n: int, scale: float, dimensions: int) -> None:
    """Within 1 % of the exact forces, taken together (measured: below 0.6 %), and Z within 0.2 % (0.1 %) and what
    float32 rounds of a point's own 1."""
    y = _clusters(n, dimensions) * np.float32(scale)
    forces, sums = map_rows(np.zeros_like(y)), np.zeros(n, np.float32)
    with Crew(2) as crew:
        tree = Tree(map_rows(y), dimensions, crew)
        tree.follow()
        tree.pushing(tree, forces, sums)()
    wanted, z = _repulsion(y)
    assert sorted(tree.order.tolist()) == list(range(n))
    error = np.linalg.norm(forces[:, :dimensions] - wanted) / np.linalg.norm(wanted)
    assert error < 0.01
    np.testing.assert_allclose(sums.sum(dtype=np.float64) - n, z, rtol=2e-3, atol=2e-7 * n)


@pytest.mark.parametrize("vector_bytes", [16, 32])
def test_narrower_registers(vector_bytes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """P and both repulsions, as machines with other registers compute them."""
    other = Machine(machine().key, vector_bytes, machine().tiles)
    for module in (native, affinities, forces_module, tree_module):
        monkeypatch.setattr(module, "machine", lambda: other)
    x, y = _normal(333, 4), _clusters(333, 2)
    rows, sums = map_rows(y), np.zeros(333, np.float32)
    pull, pairs, through = (np.zeros_like(rows) for _ in range(3))
    distances, numbers = nearest(x, x, 30, itself=False)
    with Crew() as crew:
        P = affinities.symmetric(conditional(distances, 10, crew), numbers, crew)
        attraction(P, rows, rows, pull, 2, crew)()
        z = _push(Pairs(rows, 2, crew), rows, pairs)
        tree = Tree(rows, 2, crew)
        tree.follow()
        tree.pushing(tree, through, sums)()
    wanted, total = _repulsion(y)
    d, q = _q(y)
    np.testing.assert_allclose(_dense(P).sum(), 1, rtol=1e-6)
    np.testing.assert_allclose(pull, ((_dense(P) * q)[..., None] * d).sum(1), rtol=1e-3, atol=1e-7)
    np.testing.assert_allclose(pairs, wanted, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(z, total, rtol=1e-6)
    assert np.linalg.norm(through - wanted) < 0.01 * np.linalg.norm(wanted)


def test_a_tree_follows_points_that_move() -> None:
    rows = map_rows(_clusters(2000, 2))
    forces, sums = np.zeros_like(rows), np.zeros(2000, np.float32)
    with Crew() as crew:
        tree = Tree(rows, 2, crew)
        tree.follow()
        push = tree.pushing(tree, forces, sums)
        rows[:] = map_rows(_clusters(2000, 3)[:, :2])
        tree.follow()
        push()
    wanted, _ = _repulsion(rows)
    assert np.linalg.norm(forces - wanted) < 0.01 * np.linalg.norm(wanted)


# ---- maps


def test_a_map_keeps_what_is_near() -> None:
    from sklearn.manifold import trustworthiness
    from sklearn.model_selection import cross_val_score
    from sklearn.neighbors import KNeighborsClassifier

    x, shown = _digits()
    made = _map_of_digits()
    assert made.points.shape == (1797, 2) and made.points.dtype == np.float32 and made.iterations == 1000
    np.testing.assert_allclose(made.points.mean(0), 0, atol=1e-3)
    assert trustworthiness(x, made.points, n_neighbors=10) > 0.985
    assert cross_val_score(KNeighborsClassifier(5), made.points, shown).mean() > 0.93
    assert {"neighbours", "affinities", "forces", "steps"} <= made.seconds_by_stage.keys()


def test_its_divergence_is_that_of_its_points() -> None:
    x, made = _digits()[0], _map_of_digits()
    with Crew() as crew:
        P = joint(x, 30, crew)
    np.testing.assert_allclose(made.kl, _kl(_dense(P), made.points), rtol=2e-3)


def test_as_good_as_scikit_learns() -> None:
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    x = _digits()[0][:500]
    with threadpool_limits(1):
        theirs = TSNE(init="pca", random_state=0).fit(x).kl_divergence_
    assert embed(x).kl < theirs * 1.03


@pytest.mark.parametrize("dimensions", [2, 3])
def test_tree_and_pairs_come_to_maps_as_good(dimensions: int, monkeypatch: pytest.MonkeyPatch) -> None:
    x = _digits()[0][:700]
    exact = embed(x, dimensions=dimensions, iterations=500)
    monkeypatch.setattr(embed_module, "WORTH", 0)
    tree = embed(x, dimensions=dimensions, iterations=500)
    assert exact.points.shape == tree.points.shape == (700, dimensions)
    np.testing.assert_allclose(tree.kl, exact.kl, rtol=0.03)


@pytest.mark.parametrize(("n", "threads"), [(300, 1), (1200, 1), (1200, 2)])
def test_the_same_seed_gives_the_same_bits(n: int, threads: int) -> None:
    first, second = (embed(_digits()[0][:n], iterations=300, threads=threads, seed=3) for _ in range(2))
    np.testing.assert_array_equal(first.points, second.points)
    other = embed(_digits()[0][:n], iterations=300, threads=threads, seed=4, start="random")
    assert (other.points != first.points).any()


def test_threads_share_the_work() -> None:
    """The same map, to the bit, as one thread makes."""
    x = np.random.default_rng(0).standard_normal((embed_module.TEAM, 4)).astype(np.float32)
    alone, together = (embed(x, iterations=40, threads=threads) for threads in (1, 2))
    np.testing.assert_array_equal(alone.points, together.points)
    assert np.isclose(alone.kl, together.kl, rtol=1e-6)


def test_a_start_of_ones_own() -> None:
    x, begin = _digits()[0][:200], _normal(200, 2)
    made = embed(x, start=begin, iterations=0)
    np.testing.assert_allclose(made.points, begin - begin.mean(0), atol=1e-6)
    assert embed(x, start=begin, early=0).kl < made.kl
    with pytest.raises(Unfit, match="200 rows"):
        embed(x, start=begin[:100])


def test_equal_rows_come_to_lie_together() -> None:
    x = np.repeat(_normal(60, 5), 4, axis=0)
    made = embed(x, perplexity=10)
    groups = made.points.reshape(60, 4, 2)
    within = np.linalg.norm(groups - groups.mean(1, keepdims=True), axis=-1).mean()
    assert np.isfinite(made.kl) and within < 0.05 * made.points.std()


def test_rows_that_do_not_differ_at_all() -> None:
    made = embed(np.ones((100, 3), np.float32))
    assert np.isfinite(made.points).all() and np.isfinite(made.kl)


@pytest.mark.parametrize("shape", [(5, 2), (40, 1), (30, 2000)])
def test_few_rows_and_odd_widths(shape: tuple[int, int]) -> None:
    for dimensions in (2, 3):
        made = embed(_normal(*shape), perplexity=min(5, (shape[0] - 1) / 3), dimensions=dimensions)
        assert np.isfinite(made.points).all() and made.points.std() > 0.1


def test_what_does_not_fit_is_said() -> None:
    x = _normal(50, 3)
    with pytest.raises(Unfit, match=r"largest that fits is 16\.33"):
        embed(x)
    with pytest.raises(Unfit, match="5 rows at least, and there are 1"):
        embed(x[:1])
    with pytest.raises(Unfit, match="above 1"):
        embed(x, perplexity=1)
    x[7, 1] = np.nan
    with pytest.raises(Unfit, match="row 8 "):
        embed(x, perplexity=5)


def test_a_number_that_is_not_finite_ends_it_in_its_step() -> None:
    with pytest.raises(NotFinite) as found:
        embed(_normal(60, 3), perplexity=5, rate=float("inf"))
    assert found.value.step == 1


def test_a_watch_is_told_and_can_stop() -> None:
    class Impatient(Watch):
        """Says stop at step 120."""

        @property
        def stopped(self) -> bool:  # type: ignore[override]
            return self.what == "iterations" and self.done >= 120

        @stopped.setter
        def stopped(self, value: bool) -> None:
            pass

    watch = Watch()
    whole = embed(_digits()[0][:300], iterations=200, watch=watch)
    assert (watch.what, watch.done, watch.of) == ("iterations", 200, 200) and watch.figure == whole.kl
    short = embed(_digits()[0][:300], iterations=200, watch=Impatient())
    assert short.iterations == 120 and short.points.shape == (300, 2) and np.isfinite(short.kl)
    before = embed(_digits()[0][:300], watch=Watch(stopped=True))
    assert before.iterations == 0 and before.points.shape == (300, 2)


# ---- new rows


@pytest.mark.parametrize("threads", [1, 2])
def test_new_rows_find_their_place(threads: int) -> None:
    from sklearn.neighbors import KNeighborsClassifier

    (x, shown), new = _digits(), np.arange(1797) % 5 == 0
    points = embed(x[~new]).points
    placed = place(x[new], x[~new], points, perplexity=5, threads=threads)
    known = KNeighborsClassifier(5).fit(points, shown[~new])
    assert placed.shape == (new.sum(), 2) and known.score(placed, shown[new]) > 0.93
    again = place(x[~new][:200], x[~new], points, perplexity=5, threads=threads)
    assert np.median(np.linalg.norm(again - points[:200], axis=1)) < 0.05 * points.std()


def test_a_new_rows_place_depends_on_no_other() -> None:
    x = _normal(300, 5)
    points = embed(x[:200], perplexity=10, dimensions=3).points
    together = place(x[200:], x[:200], points, perplexity=5)
    alone = place(x[210:211], x[:200], points, perplexity=5)
    assert together.shape == (100, 3)
    np.testing.assert_allclose(together[10], alone[0], atol=0.02 * points.std())


def test_new_rows_that_do_not_fit() -> None:
    x, points = _normal(20, 4), _normal(20, 2)
    with pytest.raises(Unfit, match=r"largest that fits is 6\.66"):
        place(x, x, points, perplexity=7)
    with pytest.raises(Unfit, match="above 1"):
        place(x, x, points, perplexity=0)
    assert place(x[:0], x, points).shape == (0, 2)
    with pytest.raises(Unfit, match="row 3 "):
        place(x, x, np.where(np.arange(20)[:, None] == 2, np.inf, points).astype(np.float32))


def test_new_rows_and_a_watch() -> None:
    x, points, watch = _normal(20, 4), _normal(20, 2), Watch()
    assert np.isfinite(place(x[:3], x, points, iterations=30, watch=watch)).all()
    assert (watch.what, watch.done, watch.of) == ("placing rows, iterations", 30, 30)
    stopped = place(x[:3], x, points, watch=Watch(stopped=True))
    assert stopped.shape == (3, 2) and np.isnan(stopped).all()
