"""What `pca`, `tsne`, `kmeans` and `knn` leave behind: tables that other statements take, and a model that is asked.

In: what analysis found, and the data set made of it. Out: fields for `print` and `expect`, and Python attributes.
Nothing is computed or printed here. Letters: N rows, k columns of the table, D columns of the data it is made of.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nndsl.data import Dataset
from nndsl.data.derived import Derived
from nndsl.lower.graphs import Value
from nndsl.runtime.network import decode, probabilities
from nndsl.runtime.results import DataFields, Fields, Result
from nndsl.semantics.results import columns_of
from nndsl.values import value

if TYPE_CHECKING:
    from nndsl.analysis.kmeans import Clusters
    from nndsl.analysis.knn import Knn
    from nndsl.analysis.pca import Components


@value
class Table:
    """What a statement made of a data set. table: a data set like any other. interrupted: by Ctrl-C. seconds: of the
    whole statement; fit_seconds: of what was learnt from the training part.
    """

    name: str
    data: str
    table: Derived = field(repr=False)
    seconds: float
    fit_seconds: float
    interrupted: bool = False

    @property
    def fields(self) -> Mapping[str, Any]:
        """What the language can speak of."""
        return {"rows": self.rows, "seconds": self.seconds}

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the table's columns."""
        return self.table.signature.input.names

    @property
    def values(self) -> NDArray[Any]:
        """[N, k], every row of the data set, in the order of its source."""
        return self.table.all().input.values

    @property
    def rows(self) -> int:
        return len(self.values)

    def part(self, name: str) -> NDArray[Any]:
        """[rows of the part, k]."""
        return self.table.part(name).input.values

    def transform(self, x: object) -> NDArray[Any]:
        """New raw rows of the data set the table is made of, brought to the table: [rows, k]."""
        return self.table.encode_input(x)

    @property
    def spoken(self) -> Mapping[str, Any]:
        """All that the language can speak of: fields, columns and parts."""
        signature = self.table.signature
        columns = (*columns_of(signature), *self.table.more)
        known = DataFields(signature, lambda: self.table, columns=columns)
        return ChainMap(dict(self.fields), known)  # type: ignore[arg-type]  # which is read only

    def __getitem__(self, column: str) -> NDArray[Any]:
        return self.table.beside(column)


@value
class PrincipalComponents(Table):
    """fitted: directions, variances and the mean."""

    fitted: Components = field(kw_only=True, repr=False)

    @property
    def fields(self) -> Mapping[str, Any]:
        """What the language can speak of."""
        found = self.fitted
        return {
            "explained": found.ratio.tolist(), "variance": found.variances.tolist(), "loadings": found.loadings,
            "axes": found.axes, "mean": found.mean.tolist(), "rows": self.rows, "seconds": self.seconds,
        }  # fmt: skip

    def inverse(self, z: NDArray[Any]) -> NDArray[Any]:
        """[rows, D]: rows given by their components, as the encoded rows of the data that they stand for."""
        return self.fitted.inverse(z)


@value
class NeighbourMap(Table):
    """kl: of the training part, against the map. iterations: how many were done."""

    kl: float = field(kw_only=True)
    iterations: int = field(kw_only=True)
    perplexity: float = field(kw_only=True)

    @property
    def fields(self) -> Mapping[str, Any]:
        """What the language can speak of."""
        return {
            "kl": self.kl, "iterations": self.iterations, "perplexity": self.perplexity, "rows": self.rows,
            "seconds": self.seconds,
        }  # fmt: skip


@value
class Groups(Table):
    """fitted: the centres. The table's columns are the distances to them; `cluster` stands beside."""

    fitted: Clusters = field(kw_only=True, repr=False)

    @property
    def cluster(self) -> NDArray[Any]:
        """[N] the nearest centre of each row, from 0."""
        return self.table.beside("cluster")

    @property
    def fields(self) -> Mapping[str, Any]:
        """What the language can speak of."""
        found, cluster = self.fitted, self.cluster
        return {
            "inertia": found.inertia, "silhouette": found.silhouette, "iterations": found.iterations,
            "clusters": len(found.centers), "cluster": cluster.tolist(),
            "sizes": np.bincount(cluster, minlength=len(found.centers)).tolist(), "centers": found.centers,
            "rows": self.rows, "seconds": self.seconds,
        }  # fmt: skip


@value
class Neighbours:
    """The rows of a training part that are asked for the nearest ones. measured: by part, then by metric."""

    name: str
    data: str
    fitted: Knn = field(repr=False)
    measured: Mapping[str, Fields]
    rows: int
    k: int
    seconds: float
    dataset: Dataset = field(repr=False)
    output: Value = field(repr=False)

    @property
    def fields(self) -> Mapping[str, Any]:
        """What the language can speak of."""
        return {**self.measured, "k": self.k, "rows": self.rows, "seconds": self.seconds}

    def predict(self, x: object) -> Any:
        """Answers for new raw rows, as those of a network: [N] names of classes or numbers; a dict of columns where the
        target has several.
        """
        target = self.dataset.signature.target
        columns = decode(self.output, self._answers(x), self.dataset, target, None)
        return next(iter(columns.values())) if len(columns) == 1 else columns

    def predict_proba(self, x: object) -> NDArray[Any]:
        """[N, classes] the share of each class among the neighbours. Raises ValueError where the target has none."""
        found = probabilities(self.output, self._answers(x), self.dataset.signature.target, None)
        if found is None:
            raise ValueError(f"`{self.name}` tells numbers, not classes")
        return found

    def _answers(self, x: object) -> NDArray[Any]:
        rows = self.dataset.encode_rows(x)[0]["input"].floats("float32")
        return np.asarray(self.fitted.answers(np.ascontiguousarray(rows.reshape(len(rows), -1))))


LONG = frozenset(("loadings", "axes", "mean", "cluster", "centers"))  # fields as long as the data are

Kept = Result | PrincipalComponents | NeighbourMap | Groups | Neighbours  # what a session keeps by name
