"""Figures of networks: as a diagram, their weights, their activations and gradients by layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nndsl.lower.layers import INPUT, layers
from nndsl.lower.plots import chosen, own_signature
from nndsl.runtime.plotting.pictures import ready
from nndsl.runtime.plotting.rows import part_of, told
from nndsl.runtime.probes import LEVELS, Distribution, probe
from nndsl.semantics.drawings import Diagram, Layers, WeightHistogram
from nndsl.show import histogram as histograms
from nndsl.show.diagram import Stage, diagram
from nndsl.show.figures import Figure
from nndsl.show.spread import QUANTILES, Layered, layered, spread

if TYPE_CHECKING:
    from nndsl.runtime.session import Session

MOST_PANELS = 24


def of_network(drawing: Diagram, session: Session) -> Figure:
    """Layers as boxes, with what leaves each and how many weights it has."""
    program = session.program
    signature = session.signatures.get(drawing.data) or own_signature(drawing.network, program, session.signatures)
    assert signature is not None  # or the figure would have been refused
    found = layers(program, program.networks[drawing.network], signature)
    names = ", ".join(signature.input.names[:3]) + (", ..." if len(signature.input.names) > 3 else "")
    entry = Stage(names or "input", signature.input.shape, entry=True)
    stages = [entry] + [
        Stage(layer.text, layer.shape, layer.numbers, sources=tuple(0 if k == INPUT else k + 1 for k in layer.sources))
        for layer in found
    ]
    numbers = sum(layer.numbers for layer in found)
    return diagram(stages, f"Network {drawing.network} for {signature.name}", f"{numbers:,} trained numbers")


def of_weights(drawing: WeightHistogram, session: Session) -> Figure:
    """A panel for each weight."""
    ready(drawing.network, session)
    state = session.networks[drawing.network]
    names = chosen([name for name, v in state.variables.items() if v.leaf.op == "param"], drawing.prefix)
    columns = [
        histograms.Column(name, np.asarray(state.arrays[state.variables[name].leaf], np.float64).ravel())
        for name in names[:MOST_PANELS]
    ]
    what = drawing.network + (f".{drawing.prefix}" if drawing.prefix else "")
    more = f"the first {MOST_PANELS} of {len(names)}" if len(names) > MOST_PANELS else ""
    return histograms.histogram(columns, None, f"Weights of {what}", more)


def of_layers(drawing: Layers, session: Session) -> Figure:
    """Activations by layer; or gradients, of the mean loss by each weight, in powers of ten."""
    dataset, seed = session.dataset(drawing.rows.data), session.program.settings.seed
    state, part = session.networks[drawing.asked.name], part_of(dataset, drawing.rows.part)
    assert drawing.loss is not None
    found = probe(state, dataset, part, drawing.loss, seed, drawing.count)
    subtitle = f"{found.rows:,} rows of {told(drawing.rows)}"
    if drawing.gradients:
        sizes = [layered(weight.name, weight.gradient.samples, log=True) for weight in found.weights]
        title = f"Gradients of {drawing.asked.name} by weight"
        return spread(sizes, "size of the derivative of the mean loss", True, title, subtitle)
    values = [_layered(one.words, one.values) for one in found.layers]
    return spread(values, "activation", False, f"Activations of {drawing.asked.name} by layer", subtitle)


def _layered(name: str, values: Distribution) -> Layered:
    places = [LEVELS.index(q) for q in QUANTILES]
    return Layered(name, tuple(values.quantiles[k] for k in places), values.zeros)
