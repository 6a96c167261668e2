"""A network as it is at work: what each layer and each activation gives on some rows, and how the loss answers to it.

In: a network with its weights, a part of a data set, a loss. Out: `Probes`: distributions of values, of what
activations are fed, and of gradients by values and weights. Computed by the reference backend in float64: a sample of
rows is enough, and speed is not its matter. The network is in use: nothing is dropped, averages are those it remembers.
It judges nothing; that is `nndsl.runtime.diagnosis`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from nndsl.backend.reference import evaluate
from nndsl.data import Dataset
from nndsl.data.types import Part, Signature
from nndsl.diagnostics import Span
from nndsl.ir import build as b
from nndsl.ir.node import BATCH, Node, concrete, topological
from nndsl.ir.primitive import Setting
from nndsl.ir.table import TABLE
from nndsl.lower.graphs import Value
from nndsl.lower.probing import ProbeGraph, probe_graph
from nndsl.lower.watch import Curve, Seen, slope_of
from nndsl.passes.autodiff import derive
from nndsl.passes.stabilise import stabilise
from nndsl.runtime.baseline import baseline
from nndsl.runtime.network import NetworkState
from nndsl.runtime.training import rows_of
from nndsl.syntax import ast
from nndsl.values import value

Floats = NDArray[np.float64]

ROWS = 1024  # that are looked at, where nothing else is said
LEAST_ROWS = 16
BYTES = 400_000_000  # of all values of all rows together; fewer rows where they would be more
SAMPLES = 2000  # of a distribution that are kept, for whoever draws it
LEVELS = (0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)  # of the quantiles

FLAT = 0.1  # a slope below this share of the activation's steepest one hardly lets a gradient through
DEAD = 1e-3  # below this share, nothing of it
FAR = 100.0  # where the ends of an activation are looked at


@value
class Distribution:
    """Of many numbers. zeros: the share that is exactly 0. quantiles: at LEVELS. samples: at most SAMPLES of them, at
    even distances."""

    count: int
    mean: float
    mean_abs: float
    rms: float
    zeros: float
    quantiles: tuple[float, ...]
    samples: Floats


@value
class Probe:
    """A layer or an activation.

    name: as in `show`, `dense_1`; of an activation that of the layer it follows. role: layer, cell, network or
    activation. by: the definition, `relu`. kind: of an activation, by what it does to numbers: `rectifying` (flat on
    one side), `saturating` (flat on both), `open` (on none), `softmax`, or `other`. shape: of one example. output:
    whether it is what the network gives.
    values, inputs: what it gave, and what an activation was fed. gradient: of an example's loss by its values; None
    where the loss does not pass through it (a softmax and its logarithm are one formula).
    flat: of an activation, the share of values at which its slope is below FLAT of its steepest. dead: how many of its
    `units` (the last axis) are below DEAD in every row.
    signal: the norm of an example's gradient by all of its values, root mean square over the rows. cell: the name of
    the cell it is within, and steps the signal at each step of time, in the order in which the cell goes; else empty.
    """

    name: str
    role: str
    by: str
    kind: str
    span: Span
    shape: tuple[int, ...]
    output: bool
    values: Distribution
    inputs: Distribution | None
    gradient: Distribution | None
    units: int
    flat: float
    dead: int
    signal: float | None
    cell: str = ""
    steps: tuple[float, ...] = ()

    @property
    def words(self) -> str:
        """`dense_1 -> relu`."""
        if self.role != "activation":
            return self.name
        return f"{self.name} -> {self.by}" if self.name else self.by


@value
class WeightProbe:
    """A trained tensor. gradient: of the mean loss. norm, gradient_norm: of all its numbers."""

    name: str
    span: Span
    shape: tuple[int, ...]
    values: Distribution
    gradient: Distribution
    norm: float
    gradient_norm: float

    @property
    def ratio(self) -> float:
        """The gradient's norm by the weight's; infinite for weights that are all 0."""
        return self.gradient_norm / self.norm if self.norm else math.inf if self.gradient_norm else 0.0


@value
class Probes:
    """layers: in the order in which values go through them, activations among them. loss: the mean over the rows.
    outputs: what the network gave. targets: what it was to give; None without a target. baseline: the loss of the best
    constant answer that is tried (shares of classes, mean, median); None where none fits.
    """

    rows: int
    loss: float
    baseline: float | None
    layers: tuple[Probe, ...]
    weights: tuple[WeightProbe, ...]
    output: Value
    outputs: Floats
    targets: NDArray[np.generic] | None
    lengths: NDArray[np.generic] | None
    signature: Signature


# ---- the numbers ---------------------------------------------------------------------------------------


def probe(state: NetworkState, dataset: Dataset, part: Part, loss: ast.Expr, seed: int, rows: int = ROWS) -> Probes:
    """Looks at some rows of a part, at even distances. loss: what the network was trained with."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # one step's products are small: threads would wait for one another
        return _probe(state, dataset, part, loss, seed, rows)


def _probe(state: NetworkState, dataset: Dataset, part: Part, loss: ast.Expr, seed: int, rows: int) -> Probes:
    graph = probe_graph(state.program, state.network, loss, dataset.signature)
    state.prepare((*graph.parameters, *graph.states), dataset, seed)
    work = _Work(graph)
    chosen = sample(part.input.count, min(rows, work.most_rows()))
    bindings = {v.leaf: np.asarray(state.arrays[v.leaf], np.float64) for v in (*graph.parameters, *graph.states)}
    given = {kind: array.take(chosen).floats("float64") for kind, array in rows_of(part).items()}
    bindings |= {leaf: given[kind] for leaf, kind in graph.inputs}
    setting = Setting({"B": len(chosen)}, "float64", seed)
    bindings |= {s: np.zeros(concrete(s.shape, setting.sizes)) for s in work.shifts}
    found = dict(zip(work.wanted, evaluate(work.wanted, bindings, setting), strict=True))
    reader = _Reader(work, found, given.get("lengths") if graph.lengths is not None else None)
    target = graph.signature.target
    targets = None if target is None else given["shifted" if target == graph.signature.shifted else "target"]
    return Probes(
        len(chosen),
        float(found[work.loss].reshape(())),
        baseline(graph, targets, given["input"], bindings, setting),
        tuple(reader.layer(one, place) for place, one in enumerate(graph.seen)),
        tuple(reader.weight(v.name, v.span, v.leaf, bindings[v.leaf]) for v in graph.parameters),
        graph.outputs[0],
        found[work.outputs[0]],
        targets,
        given.get("lengths"),
        graph.signature,
    )


def sample(count: int, most: int) -> NDArray[np.int64]:
    """The numbers of the rows that are looked at: all, or some at even distances. The same every time."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).astype(np.int64)) if count else np.arange(0)


class _Work:
    """What is to be computed: of each value it, what was fed, its slope, and the loss's derivative by it."""

    def __init__(self, graph: ProbeGraph) -> None:
        self.graph = graph
        plain = [one.value for one in graph.seen]
        parts = [x for one in graph.seen for x in (one.fed, one.slope) if x is not None]
        outputs = [out.node for out in graph.outputs]
        made = stabilise([graph.loss, *outputs, *plain, *parts])  # so that no gradient is infinite where none need be
        self.loss, self.outputs = made[0], made[1 : 1 + len(outputs)]
        self.value_of = dict(zip([*outputs, *plain, *parts], made[1:], strict=True))
        self.shifts = [one.shift for one in graph.seen if one.shift is not None]
        leaves = [v.leaf for v in graph.parameters]
        wrt = [*leaves, *(self.value_of[n] for n in plain), *self.shifts]
        self.slopes = derive({self.loss: b.full(self.loss.shape, 1.0)}, wrt)
        self.slopes = {w: self.slopes[w] for w in wrt if w in self.slopes} | self._hidden(plain)
        self.wanted = list(dict.fromkeys([*made, *self.slopes.values()]))

    def _hidden(self, values: Sequence[Node]) -> dict[Node, Node]:
        """The derivatives by values that the stable formulas have left out, such as one that is only turned round: by
        the formulas as written. The network's outputs stay without: behind them the stable ones matter.
        """
        ends = {below_views(out.node) for out in self.graph.outputs}
        raw = [n for n in values if self.value_of[n] not in self.slopes and n not in ends]
        found = derive({self.graph.loss: b.full(self.graph.loss.shape, 1.0)}, raw) if raw else {}
        return {self.value_of[n]: found[n] for n in raw if n in found}

    def most_rows(self) -> int:
        """As many as BYTES allow."""
        each = sum(
            8 * math.prod(concrete(node.shape, {"B": 1}))
            for node in topological(self.wanted)
            if BATCH in node.shape and TABLE[node.op].kind not in ("view", "leaf", "window")
        )
        return max(LEAST_ROWS, BYTES // max(each, 1))


@value
class _Reader:
    """What was computed, as distributions. lengths: [B], of sequences of different lengths."""

    work: _Work
    found: Mapping[Node, Floats]
    lengths: NDArray[np.generic] | None

    def layer(self, seen: Seen, place: int) -> Probe:
        array = self.found[self.work.value_of[seen.value]]
        gradient = self._gradient(seen, len(array))
        kind, flat, dead, units = self._bend(seen)
        rows = self._rows(array, seen)
        return Probe(
            seen.name, seen.role, seen.by, kind, seen.span, array.shape[1:], self._is_output(seen),
            distribution(rows),
            None if seen.fed is None else distribution(self._rows(self._value(seen.fed), seen)),
            None if gradient is None else distribution(self._rows(gradient, seen)),
            units, flat, dead, None if gradient is None else _signal(gradient), seen.cell,
            _steps(gradient, seen) if gradient is not None and seen.cell else (),
        )  # fmt: skip

    def weight(self, name: str, span: Span, leaf: Node, array: Floats) -> WeightProbe:
        slope = self.work.slopes.get(leaf)
        gradient = np.zeros_like(array) if slope is None else self.found[slope]
        norms = float(np.linalg.norm(array)), float(np.linalg.norm(gradient))
        return WeightProbe(name, span, array.shape, distribution(array), distribution(gradient), *norms)

    def _value(self, node: Node) -> Floats:
        return self.found[self.work.value_of[node]]

    def _rows(self, array: Floats, seen: Seen) -> Floats:
        """[n, units]: every row, place and step that is real."""
        if seen.ragged and self.lengths is not None:
            array = array[np.arange(array.shape[1]) < np.asarray(self.lengths)[:, None]]
        return array.reshape(-1, array.shape[-1]) if array.ndim > 1 else array[:, None]

    def _gradient(self, seen: Seen, rows: int) -> Floats | None:
        """[B, *core], of each example's own loss: the mean over the batch is taken back."""
        if seen.cell and seen.shift is None:
            return None
        by = seen.shift if seen.shift is not None else self.work.value_of[seen.value]
        slope = self.work.slopes.get(by)
        if slope is None:
            return None
        array = self.found[slope] * rows
        if not np.isfinite(array).all():
            return None
        return np.moveaxis(array, 0, 1) if seen.shift is not None else array

    def _bend(self, seen: Seen) -> tuple[str, float, int, int]:
        """(kind, share of flat values, dead units, units)."""
        units = int(self._value(seen.value).shape[-1]) if seen.value.rank > 1 else 1
        if seen.role != "activation":
            return "", 0.0, 0, units
        if seen.softmax or seen.slope is None:
            return "softmax" if seen.softmax else "other", 0.0, 0, units
        slopes = np.abs(np.nan_to_num(self._rows(self._value(seen.slope), seen)))  # what overflows there is flat
        kind, steepest = bend(seen.curve) if seen.curve is not None else ("other", float(slopes.max(initial=0.0)))
        if not len(slopes) or not steepest:
            return kind, 0.0, 0, units
        dead = slopes.max(axis=0) < DEAD * steepest
        return kind, float(np.mean(slopes < FLAT * steepest)), int(dead.sum()), units

    def _is_output(self, seen: Seen) -> bool:
        """Whether the network gives it, perhaps in another shape."""
        return any(seen.value is below_views(out.node) for out in self.work.graph.outputs)


def below_views(node: Node) -> Node:
    while TABLE[node.op].kind == "view" and len(node.inputs) == 1:
        node = node.inputs[0]
    return node


def _signal(gradient: Floats) -> float:
    return float(np.sqrt(np.mean(np.sum(gradient.reshape(len(gradient), -1) ** 2, axis=1))))


def _steps(gradient: Floats, seen: Seen) -> tuple[float, ...]:
    """Of each step, in the order in which the cell goes. gradient: [B, T, ...]."""
    found = [_signal(gradient[:, t]) for t in range(gradient.shape[1])]
    return tuple(reversed(found) if seen.reverse else found)


def distribution(array: Floats) -> Distribution:
    """Of all finite numbers of an array: scores that a mask has set to minus infinity are none. Of none, zeros."""
    flat = np.asarray(array, np.float64).reshape(-1)
    flat = flat[np.isfinite(flat)]
    if not flat.size:
        return Distribution(0, 0.0, 0.0, 0.0, 0.0, (0.0,) * len(LEVELS), flat)
    sizes = np.abs(flat)
    return Distribution(
        flat.size, float(flat.mean()), float(sizes.mean()), float(np.sqrt(np.mean(flat**2))), float(np.mean(flat == 0)),
        tuple(float(q) for q in np.quantile(flat, LEVELS)), flat[sample(flat.size, SAMPLES)],
    )  # fmt: skip


def bend(curve: Curve) -> tuple[str, float]:
    """(kind, steepest slope) of an activation, by its values for numbers from -FAR to FAR.

    It is flat at an end where its slope there is below DEAD of its steepest.
    """
    side = np.geomspace(0.01, FAR, 400)
    line = np.concatenate([-side[::-1], [0.0], side])
    grid = line.reshape(-1, *(1,) * (curve.x.rank - 1))
    (bent,) = stabilise([curve.bent])
    (slopes,) = evaluate([slope_of(curve.x, bent)], {curve.x: grid}, Setting({"B": len(line)}, "float64"))
    sizes = np.abs(slopes.reshape(len(line), -1)[:, 0])
    if not np.isfinite(sizes).all():
        return "other", float(np.max(sizes[np.isfinite(sizes)], initial=0.0))
    steepest = float(sizes.max())
    ends = int(sizes[0] <= DEAD * steepest) + int(sizes[-1] <= DEAD * steepest)
    return ("open", "rectifying", "saturating")[ends], steepest
