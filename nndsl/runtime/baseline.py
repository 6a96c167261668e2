"""What the best constant answer loses: an answer that is the same for every row, whatever comes in.

In: a network's graph with a leaf in the place of its output, and what it is to tell. Out: the least mean loss of a few
constants: the shares of the classes and their logarithms, the mean and the median. A network that is no better has
learnt nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from nndsl.backend.reference import evaluate
from nndsl.ir.node import Node, concrete
from nndsl.ir.primitive import Setting
from nndsl.lower.probing import ProbeGraph

Floats = NDArray[np.float64]


def baseline(
    graph: ProbeGraph,
    targets: NDArray[np.generic] | None,
    inputs: NDArray[np.generic],
    bindings: Mapping[Node, NDArray[np.generic]],
    setting: Setting,
) -> float | None:
    """The least mean loss of answers that are the same for every row."""
    if graph.answer is None or graph.answered is None or graph.lengths is not None:
        return None
    shape = concrete(graph.answer.shape, setting.sizes)
    losses = []
    for constant in _constants(graph, targets, inputs, shape[1:]):
        answer = np.broadcast_to(constant, shape)
        (loss,) = evaluate([graph.answered], {**bindings, graph.answer: answer}, setting)
        losses.append(float(np.reshape(loss, ())))
    return min((loss for loss in losses if math.isfinite(loss)), default=None)


def _constants(
    graph: ProbeGraph, targets: NDArray[np.generic] | None, inputs: NDArray[np.generic], shape: Sequence[int]
) -> Iterable[Floats]:
    """Those that fit the output [B, *shape]: shares of classes and their logarithms; means and medians."""
    target = graph.signature.target
    if target is not None and target.kind == "category" and targets is not None:
        ids, classes = targets.astype(np.int64).reshape(-1), len(target.classes)
        shares = np.maximum(np.bincount(ids, minlength=classes) / max(ids.size, 1), 1e-12)
        if shape and shape[-1] == classes:
            yield from (shares, np.log(shares))
        elif classes == 2:
            yield from (shares[1:], np.log(shares[1:] / shares[:1]))
        return
    values = np.asarray(inputs if targets is None else targets, np.float64)
    if math.prod(values.shape[1:]) != math.prod(shape):
        return
    values = values.reshape(len(values), *shape)
    for constant in (values.mean(axis=0), np.median(values, axis=0)):
        yield constant
        if target is not None and target.kind in ("onehot", "probability"):
            yield np.log(np.maximum(constant, 1e-12))
