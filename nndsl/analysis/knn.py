"""What the nearest rows say: classes by their shares, numbers by their mean (Fix and Hodges 1951, Cover and Hart 1967).

In: encoded rows and what is told of each, ids of classes or numbers. Out: a `Knn`, which answers new rows. Neighbours
are exact; of equal distances the lower row counts. Cosine distances are Euclidean ones of rows of length 1; a row of
zeros has no direction, and is at distance 1 from all others.

Letters: N rows that are known, D columns, Q queries.
"""

from __future__ import annotations

from dataclasses import field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nndsl.analysis.neighbours import Index
from nndsl.analysis.unfit import Unfit
from nndsl.values import value

Floats = NDArray[np.float32]

Distance = Literal["euclidean", "manhattan", "cosine"]
Weights = Literal["uniform", "distance"]


@value
class Knn:
    """index: the rows, ready to be searched. told: [N] ids of classes, or numbers [N, *shape]. classes: how many; 0
    where numbers are told. weights: whether all k neighbours count alike, or each by 1 / distance.
    """

    index: Index = field(repr=False, compare=False)
    told: NDArray[Any] = field(repr=False, compare=False)
    classes: int
    k: int
    distance: Distance
    weights: Weights
    threads: int

    @staticmethod
    def of(
        x: NDArray[Any], told: NDArray[Any], *, k: int, classes: int = 0, distance: Distance = "euclidean",
        weights: Weights = "uniform", screen: bool | None = None, threads: int = 1,
    ) -> Knn:  # fmt: skip
        """x: [N, D]. screen: see `Index`. Raises Unfit where there are fewer rows than neighbours, or where numbers are
        missing."""
        if not 1 <= k <= len(x):
            rows = "1 row" if len(x) == 1 else f"{len(x)} rows"
            raise Unfit(f"{k} neighbours were asked for, and there are {rows}")
        points = _directions(x, place=0) if distance == "cosine" else np.ascontiguousarray(x, np.float32)
        kind: Literal["euclidean", "manhattan"] = "manhattan" if distance == "manhattan" else "euclidean"
        index = Index(points, k, distance=kind, screen=screen, threads=threads)
        return Knn(index, told, classes, k, distance, weights, threads)

    def neighbours(self, queries: NDArray[Any]) -> tuple[Floats, NDArray[np.int32]]:
        """(distances [Q, k], ascending; numbers of rows [Q, k]). Raises Unfit where numbers are missing."""
        cosine = self.distance == "cosine"
        rows = _directions(queries, place=1) if cosine else np.ascontiguousarray(queries, np.float32)
        found, numbers = self.index.nearest(rows, self.k, threads=self.threads)
        if self.distance == "euclidean":
            np.sqrt(found, out=found)
        elif cosine:
            found *= np.float32(0.5)
        return found, numbers

    def answers(self, queries: NDArray[Any]) -> Floats:
        """Shares of the classes, [Q, classes]; or means of what is told, [Q, *shape]."""
        distances, numbers = self.neighbours(queries)
        shares = _shares(distances, self.weights)
        told = self.told[numbers]
        if told.dtype.kind != "i":
            means: Floats = np.einsum("qk,qk...->q...", shares, told.astype(np.float64)).astype(np.float32)
            return means
        counts = np.zeros((len(told), self.classes))
        np.add.at(counts, (np.arange(len(told))[:, None], told), shares)
        return counts.astype(np.float32)


def _shares(distances: Floats, weights: Weights) -> NDArray[np.float64]:
    """[Q, k], each row with sum 1. By distance, what is at distance 0 counts alone."""
    if weights == "uniform":
        return np.full(distances.shape, 1 / distances.shape[1])
    same = distances == 0
    with np.errstate(divide="ignore"):
        parts = np.where(same.any(1, keepdims=True), same, 1 / distances.astype(np.float64))
    return np.asarray(parts / parts.sum(1, keepdims=True))


def _directions(rows: NDArray[Any], place: int) -> Floats:
    """[rows, D + 2]: rows of length 1, whose squared distance is twice the cosine distance. Rows of zeros point where
    no other does: along one more column for those that are known (place 0), along another for queries (place 1).
    """
    lengths = np.linalg.norm(rows.astype(np.float64), axis=1)
    out = np.zeros((len(rows), rows.shape[1] + 2), np.float32)
    with np.errstate(invalid="ignore"):  # what is not finite becomes NaN, and is found by the search
        np.divide(rows, lengths[:, None], out=out[:, :-2], where=lengths[:, None] != 0, casting="same_kind")
    out[:, rows.shape[1] + place] = lengths == 0
    return out
