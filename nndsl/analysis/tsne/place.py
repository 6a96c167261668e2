"""New rows in a map that is there: each goes where its nearest neighbours are, then downhill by itself.

In: new rows [M, D]; the rows [N, D] of the map and its points [N, d]. Out: points [M, d]. The map stays as it is, and
new rows do not see one another, so where one comes to lie depends on no other. A row minimises KL(P_i || Q_i) over the
points of the map: P_i over its nearest rows, Q_i = 1 / (1 + d^2) / z_i. Source: Poličar, Stražar and Zupan, Embedding
to reference t-SNE space (2021), with their numbers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nndsl.analysis.native import Crew
from nndsl.analysis.neighbours import nearest
from nndsl.analysis.tsne.affinities import NEIGHBOURS, conditional, fixed
from nndsl.analysis.tsne.descent import Descent
from nndsl.analysis.tsne.embed import check_numbers, check_perplexity
from nndsl.analysis.tsne.forces import attraction
from nndsl.analysis.tsne.geometry import map_rows
from nndsl.analysis.tsne.tree import Tree
from nndsl.analysis.watch import Watch

Floats = NDArray[np.float32]

EXAGGERATION, RATE, MOMENTUM = 1.5, 0.1, 0.8
LONGEST = 0.25  # of a step: where a row begins, in the midst of its neighbours, forces are large


def place(
    new: Floats,
    x: Floats,
    points: Floats,
    *,
    perplexity: float = 5.0,
    iterations: int = 250,
    threads: int = 1,
    watch: Watch | None = None,
) -> Floats:
    """Where rows `new` [M, D] belong among the `points` [N, d] of the rows x [N, D]; d is 2 or 3.

    When the watch says stop, points are as they are after the step under way, and no numbers where neighbours were not
    known yet. Raises Unfit where numbers are not finite or the map has fewer rows than 3 times the perplexity,
    NotFinite where numbers overflow.
    """
    watch, dimensions = watch or Watch(), points.shape[1]
    for rows in (new, x, points):
        check_numbers(rows)
    check_perplexity(perplexity, len(x), "of the map's rows")
    if not len(new):
        return np.empty((0, dimensions), np.float32)
    new, x = (np.ascontiguousarray(rows, np.float32) for rows in (new, x))
    with Crew(threads) as crew:
        distances, numbers = nearest(new, x, int(NEIGHBOURS * perplexity), itself=True, threads=threads, watch=watch)
        if watch.stopped:
            return np.full((len(new), dimensions), np.nan, np.float32)
        p = conditional(distances, perplexity, crew)
        y, among = map_rows(np.einsum("ik,ikc->ic", p, points[numbers])), map_rows(points)
        pull, push, z = np.zeros_like(y), np.zeros_like(y), np.ones(len(y), np.float32)
        there, here = Tree(among, dimensions, crew), Tree(y, dimensions, crew)
        there.follow()
        forces = attraction(fixed(p, numbers), y, among, pull, dimensions, crew).beside(there.pushing(here, push, z))
        descent = Descent(y, pull, push, z, dimensions, crew)
        watch.begin("placing rows, iterations", iterations)
        for step in range(iterations):
            if watch.stopped:
                break
            here.follow()
            forces()
            descent.step(EXAGGERATION, RATE, MOMENTUM, LONGEST)
            watch.done = step + 1
    return y[:, :dimensions].copy()
