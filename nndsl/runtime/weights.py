"""The numbers of networks: trained parameters and kept states, each an array under its leaf.

In: variables as lowering names them. Out: arrays with their initial values, computed by the reference backend from
the seed. Parameters that one optimizer trains lie side by side in one flat vector, so that an update is one loop.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.backend.cpu.memory import aligned
from nndsl.backend.reference import evaluate
from nndsl.ir.node import Node, concrete
from nndsl.ir.primitive import Setting
from nndsl.lower.graphs import Variable

Arrays = Mapping[Node, NDArray[Any]]


def initial(variables: Iterable[Variable], seed: int, precision: str) -> dict[Node, NDArray[Any]]:
    """An array for each variable, with its initial values: a function of the seed alone."""
    listed = list(variables)
    values = evaluate([v.initial for v in listed], {}, Setting({}, precision, seed, 0))
    found: dict[Node, NDArray[Any]] = {}
    for variable, value in zip(listed, values, strict=True):
        found[variable.leaf] = aligned(concrete(variable.leaf.shape, {}), precision)
        found[variable.leaf][...] = value
    return found


class Shelf:
    """All weights of a script. A network is one set of weights: used within two others, it is trained by both.

    arrays: by leaf. variables: by the leaf's name, `enc.dense_1.W`.
    """

    def __init__(self) -> None:
        self.arrays: dict[Node, NDArray[Any]] = {}
        self.variables: dict[str, Variable] = {}


class Flat:
    """One vector that holds arrays of several shapes side by side, without room between them: an optimizer may take the
    mean of all gradients, or divide by each, and nothing but weights may be met there.

    size: of the vector. parts: for each leaf a view of its place.
    """

    def __init__(self, leaves: Sequence[Node], precision: str) -> None:
        starts, end = [], 0
        for leaf in leaves:
            starts.append(end)
            end += math.prod(concrete(leaf.shape, {}))
        self.size = end
        self.precision = precision
        self._layout = dict(zip(leaves, starts, strict=True))

    def vector(self) -> NDArray[Any]:
        """A new vector of zeros."""
        return aligned(self.size, self.precision)

    def parts(self, vector: NDArray[Any]) -> dict[Node, NDArray[Any]]:
        """For each leaf, its part of a vector, in its shape: views, not copies."""
        found = {}
        for leaf, start in self._layout.items():
            shape = concrete(leaf.shape, {})
            found[leaf] = vector[start : start + math.prod(shape)].reshape(shape)
        return found


class Snapshot:
    """Room for a copy of some arrays, filled as often as asked: nothing is allocated when it is taken."""

    def __init__(self, arrays: Arrays) -> None:
        self.saved = {leaf: np.array(array) for leaf, array in arrays.items()}
        self._pairs = [(self.saved[leaf], array) for leaf, array in arrays.items()]

    def take(self) -> None:
        for copy, array in self._pairs:
            np.copyto(copy, array)

    def put_back(self) -> None:
        for copy, array in self._pairs:
            np.copyto(array, copy)


def put_back(arrays: Arrays, saved: Arrays) -> None:
    for leaf, value in saved.items():
        arrays[leaf][...] = value
