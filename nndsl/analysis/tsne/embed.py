"""A map of rows: t-SNE from the first neighbours to the last step.

In: rows [N, D], float32. Out: an `Embedding`. Repulsion is exact below `tree.WORTH` rows, through a tree above.
Method: van der Maaten and Hinton (2008); started from principal components (Kobak and Berens 2019) and with the rate
N / exaggeration (Belkina et al. 2019), so that the map repeats what is far apart in the rows, too. The rate is that of
van der Maaten's program, whose gradient leaves out the factor 4: scikit-learn's is a quarter of it.
The same rows, seed and number of threads give the same bits.
"""

from __future__ import annotations

import itertools
import math
import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nndsl.analysis import neighbours
from nndsl.analysis.cells import among_themselves
from nndsl.analysis.native import Call, Crew, kernels
from nndsl.analysis.tsne import affinities, descent, forces, tree
from nndsl.analysis.tsne.affinities import NEIGHBOURS, Sparse, conditional, symmetric
from nndsl.analysis.tsne.descent import Descent
from nndsl.analysis.tsne.forces import Pairs, attraction, divergence
from nndsl.analysis.tsne.geometry import map_rows
from nndsl.analysis.tsne.start import principal_start, random_start
from nndsl.analysis.tsne.tree import WORTH, Tree
from nndsl.analysis.unfit import Unfit
from nndsl.analysis.watch import Watch
from nndsl.backend.cpu.cache import Text
from nndsl.values import value

Floats = NDArray[np.float32]

FEWEST = 5  # rows: with fewer no perplexity above 1 has its neighbours
TEAM = 3000  # rows: there forces take 0.36 ms a step; waking another thread costs 0.04 of the half that it saves
LOOK = 50  # steps from one divergence to the next
SORT = (0, 50, 125, 250, 500)  # before these steps the rows are sorted: what is near in the map is near in memory


def texts(dimensions: int) -> list[Text]:
    """All kernels that a map needs, and new rows in one."""
    own = (forces.texts(dimensions), tree.texts(dimensions), descent.texts(dimensions))
    return [*neighbours.texts(), *affinities.texts(), *itertools.chain(*own)]


@value
class Embedding:
    """A map, and how it came about.

    points: [N, d], around 0. kl: the divergence of P from the map; no number where the end came before P was known.
    iterations: steps that were done. seconds_by_stage: by the clock on the wall.
    """

    points: Floats
    kl: float
    iterations: int
    seconds_by_stage: Mapping[str, float]


def embed(
    x: Floats,
    *,
    dimensions: int = 2,
    perplexity: float = 30.0,
    rate: float | None = None,
    exaggeration: float = 12.0,
    early: int = 250,
    iterations: int = 1000,
    momentum: tuple[float, float] = (0.5, 0.8),
    start: Literal["pca", "random"] | NDArray[np.floating] = "pca",
    seed: int = 0,
    threads: int = 1,
    watch: Watch | None = None,
) -> Embedding:
    """The map of the rows of x [N, D] in two or three dimensions.

    rate: None for N / exaggeration. exaggeration: of the first `early` of all `iterations`. momentum: in those, and
    after. start: where the points begin; an array [N, dimensions] is taken as it is. When the watch says stop, the map
    is as it is after the step under way.
    Raises Unfit where the rows allow no such map, NotFinite where numbers overflow.
    """
    from threadpoolctl import threadpool_limits

    assert dimensions in (2, 3) and iterations >= 0
    watch, clock = watch or Watch(), _Clock()
    check_rows(x, perplexity)
    x = np.ascontiguousarray(x, np.float32)
    with threadpool_limits(1):  # how BLAS shares a sum would change its bits
        y = _start(x, dimensions, start, seed)
    watch.begin("kernels")
    kernels(texts(dimensions))  # those that are new are compiled side by side
    clock.lap("kernels")
    with Crew(threads if len(x) >= TEAM else 1) as crew:
        k = int(NEIGHBOURS * perplexity)
        distances, numbers = among_themselves(x, k, seed=seed, threads=threads, watch=watch)
        clock.lap("neighbours")
        if watch.stopped:
            return Embedding(y[:, :dimensions].copy(), float("nan"), 0, dict(clock.seconds))
        P = symmetric(conditional(distances, perplexity, crew), numbers, crew)
        clock.lap("affinities")
        watch.begin("iterations", iterations)
        work = _Map(P, y, dimensions, crew, clock)
        for step in range(iterations):
            if watch.stopped:
                break
            if step in SORT:
                work.sort()
            strength = exaggeration if step < early else 1.0
            speed = len(x) / strength if rate is None else rate
            work.step(strength, speed, momentum[step >= early])
            watch.done = step + 1
            if watch.done % LOOK == 0 and watch.done < iterations:
                watch.figure = work.kl()
        watch.figure = work.settled()
        return Embedding(work.points(), watch.figure, watch.done, dict(clock.seconds))


def check_rows(x: Floats, perplexity: float) -> None:
    """Raises Unfit where rows [N, D] have no map of this perplexity."""
    if len(x) < FEWEST:
        raise Unfit(f"a map needs {FEWEST} rows at least, and there are {len(x)}")
    check_numbers(x)
    check_perplexity(perplexity, len(x) - 1, "of the other rows")


def check_perplexity(perplexity: float, others: int, what: str) -> None:
    """Raises Unfit where a row, among so many others, does not have the neighbours that it takes."""
    if not perplexity > 1:
        raise Unfit(f"a perplexity of {perplexity:g} means no more than one neighbour: it must be above 1")
    if NEIGHBOURS * perplexity >= others + 1:
        largest = math.floor(others / NEIGHBOURS * 100) / 100
        raise Unfit(
            f"a perplexity of {perplexity:g} looks at the {NEIGHBOURS * perplexity:.0f} nearest {what}, and there are "
            f"{others}: the largest that fits is {largest:g}"
        )


def check_numbers(x: Floats) -> None:
    """Raises Unfit where rows [N, D] are not all finite."""
    wrong = np.flatnonzero(~np.isfinite(x).all(axis=1))
    if len(wrong):
        raise Unfit(f"row {wrong[0] + 1} has a number that is not finite")


class _Clock:
    """Seconds of each part of the work."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._last = time.perf_counter()

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.seconds[stage] += now - self._last
        self._last = now


class _Map:
    """The points on their way. names: which row of the data each is: they are sorted now and then."""

    def __init__(self, P: Sparse, y: Floats, dimensions: int, crew: Crew, clock: _Clock) -> None:
        self._dimensions, self._crew, self._clock = dimensions, crew, clock
        self._P, self._y, self._names = P, y, np.arange(len(y))
        self._pull, self._push, self._z = np.zeros_like(y), np.zeros_like(y), np.ones(1, np.float32)
        self._descent = Descent(y, self._pull, self._push, self._z, dimensions, crew)
        self._sums = np.empty(len(y), np.float32)  # of 1 / (1 + d^2) of each point, its own 1 included
        if len(y) < WORTH:
            self._tree, pairs = None, Pairs(y, dimensions, crew)
            self._follow, self._repel = pairs.follow, pairs.pushing(y, self._push, self._sums)
        else:
            self._tree = Tree(y, dimensions, crew)
            self._follow, self._repel = self._tree.follow, self._tree.pushing(self._tree, self._push, self._sums)
        self._forces = self._pulled()

    def _pulled(self) -> Call:
        """A call that writes all forces: P stands elsewhere when it has been sorted."""
        pull = attraction(self._P, self._y, self._y, self._pull, self._dimensions, self._crew)
        return pull.beside(self._repel)

    def _measure_z(self) -> None:
        self._z[0] = self._sums.sum(dtype=np.float64) - len(self._sums)

    def sort(self) -> None:
        """Puts the rows into the order of the tree's blocks."""
        if self._tree is None:
            return
        self._tree.follow()
        order = self._tree.order.copy()
        for rows in (self._y, self._descent.gain, self._descent.speed, self._names):
            rows[:] = rows[order]
        self._P = self._P.reordered(order, self._crew)
        self._tree.order[:] = np.arange(len(order))
        self._forces = self._pulled()
        self._clock.lap("order")

    def step(self, exaggeration: float, rate: float, momentum: float) -> None:
        self._follow()
        self._forces()
        self._measure_z()
        self._clock.lap("forces")
        self._descent.step(exaggeration, rate, momentum)
        self._descent.keep_from_vanishing()
        self._clock.lap("steps")

    def kl(self) -> float:
        """The divergence, with the Z of the step before."""
        found = divergence(self._P, self._y, float(self._z[0]), self._dimensions, self._crew)
        self._clock.lap("divergence")
        return found

    def settled(self) -> float:
        """The divergence of the map as it is."""
        self._follow()
        self._repel()
        self._measure_z()
        return self.kl()

    def points(self) -> Floats:
        """[N, dimensions], in the order of the data, their middle at 0."""
        points: Floats = np.empty((len(self._y), self._dimensions), np.float32)
        points[self._names] = self._y[:, : self._dimensions]
        points -= points.mean(0, dtype=np.float64).astype(np.float32)
        return points


def _start(x: Floats, dimensions: int, start: str | NDArray[np.floating], seed: int) -> Floats:
    """[N, stride]: where the points begin."""
    if isinstance(start, str):
        make = {"pca": principal_start, "random": random_start}[start]
        points = make(x, dimensions, np.random.default_rng(seed))
    else:
        if start.shape != (len(x), dimensions):
            raise Unfit(f"a start for {len(x)} rows in {dimensions} dimensions is not {start.shape}")
        if not np.isfinite(start).all():
            raise Unfit("the start has a number that is not finite")
        points = np.asarray(start, np.float32)
    return map_rows(points - points.mean(0))
