"""The layers of a network, in the order in which values go through them.

In: a network of the program and the signature of its data. Out: a `Layer` for each use in the network's own body: with
`repeat` written out, branches one after the other, and a layer of several layers as one. An activation stands beside
the layer it follows. Nothing is computed, and no sizes of a batch are known.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from nndsl.data.types import Signature
from nndsl.diagnostics import Span
from nndsl.ir.node import Node, concrete
from nndsl.lower.frame import Build
from nndsl.lower.network import Elaborated, elaborate
from nndsl.lower.stages import Stage
from nndsl.lower.values import Tensor
from nndsl.semantics.program import Network, Program
from nndsl.values import value

Shape = tuple[int, ...]
Weights = tuple[tuple[str, Shape], ...]
INPUT = -1  # among `sources`: the network's own input
JOINS = ("activation", "function")  # what stands beside the layer before, where it leaves the shape as it is


@value
class Layer:
    """One line of the table.

    name: `dense_1`, of a network within the network its own; of an equation what it is called, `output` or `h`. role:
    layer, cell, network, activation, function or equation. text: as written, `dense(16) -> relu`. shapes: of each of
    its outputs for one example. weights: what is trained, by name within the layer; states: what it remembers of
    training, such as a running mean; both where they are met first. numbers: how many are trained. shared: weights
    that an earlier layer has. sources: the layers it reads, by place in the list, or INPUT.
    """

    name: str
    role: str
    text: str
    shapes: tuple[Shape, ...]
    weights: Weights
    states: Weights
    numbers: int
    shared: bool
    sources: tuple[int, ...]
    span: Span

    @property
    def shape(self) -> Shape:
        """Of its output; of the first, where there are several."""
        return self.shapes[0]


def layers(program: Program, network: Network, signature: Signature) -> tuple[Layer, ...]:
    """The layers of a network in use. Raises a fault where it does not fit the data."""
    return layers_of(elaborate(program, network, signature, training=False))


def layers_of(found: Elaborated) -> tuple[Layer, ...]:
    """The same, of a network that has been read."""
    by_leaf = {v.leaf: v.name for v in (*found.build.variables.values(), *found.build.states.values())}
    reader = _Reader(found, by_leaf)
    groups = _joined(found.build)
    return tuple(reader.layer(place, group) for place, group in enumerate(groups))


def _joined(build: Build) -> list[list[Stage]]:
    """Stages in groups: what only changes each value of the stage before stands beside it."""
    groups: list[list[Stage]] = []
    for stage in build.stages:
        if not stage.values:
            continue
        before = groups[-1][-1].values if groups else ()
        flows = len(before) == 1 and len(stage.fed) == 1 and stage.fed[0] is before[0]
        if stage.role in JOINS and flows and stage.values[0].shape == before[0].shape:
            groups[-1].append(stage)
        else:
            groups.append([stage])
    return groups


class _Reader:
    """Walks the graph from layer to layer. homes: of each layer's outputs, which layer gave them last."""

    def __init__(self, found: Elaborated, by_leaf: dict[Node, str]) -> None:
        self.network, self.by_leaf = found.frame.path, by_leaf
        self.trained = {variable.leaf for variable in found.build.variables.values()}
        self.homes: dict[Node, int] = {found.input.node: INPUT}
        self.met: set[Node] = set()

    def layer(self, place: int, group: Sequence[Stage]) -> Layer:
        first, last = group[0], group[-1]
        leaves, sources = self._reached([t.node for t in last.values])
        new = [leaf for leaf in leaves if leaf not in self.met]
        self.met.update(new)
        for stage in group:
            self.homes.update((t.node, place) for t in stage.values)
        trained = [leaf for leaf in new if leaf in self.trained]
        return Layer(
            first.name.removeprefix(self.network + "."),
            first.role,
            " -> ".join(" ".join(stage.span.text.split()) for stage in group),
            tuple(_shape(t) for t in last.values),
            tuple((self._name(leaf, first), concrete(leaf.shape, {})) for leaf in trained),
            tuple((self._name(leaf, first), concrete(leaf.shape, {})) for leaf in new if leaf not in self.trained),
            sum(math.prod(concrete(leaf.shape, {})) for leaf in trained),
            len(new) < len(leaves),
            tuple(sources),
            first.span.to(last.span) if first.span.source == last.span.source else first.span,
        )

    def _reached(self, nodes: list[Node]) -> tuple[list[Node], list[int]]:
        """The weights and the earlier layers that some nodes are made of; what is behind those layers is not looked
        at.
        """
        leaves: list[Node] = []
        sources: set[int] = set()
        seen, stack = set(nodes), list(nodes)
        while stack:
            node = stack.pop()
            if node in self.homes:
                sources.add(self.homes[node])
                continue
            if node in self.by_leaf:
                leaves.append(node)
            below = [x for x in node.inputs if x not in seen]
            seen.update(below)
            stack += below
        order = {leaf: number for number, leaf in enumerate(self.by_leaf)}
        return sorted(leaves, key=order.__getitem__), sorted(sources)

    def _name(self, leaf: Node, stage: Stage) -> str:
        """Within the layer: `W` of `dense_1`."""
        place = self.network if stage.role == "equation" else stage.name
        return self.by_leaf[leaf].removeprefix(place + ".")


def _shape(t: Tensor) -> Shape:
    return tuple(int(dim) for dim in t.shape)
