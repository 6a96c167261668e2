"""Gradients that vanish or explode on their way back: from layer to layer, and in cells from step to step.

Of each layer the norm of an example's gradient by all that the layer gives (root mean square over the rows) says how
strongly the loss answers to it. What matters is the ratio of the first layer to the last: it does not depend on the
scale of the loss, nor on how far training has come. Glorot and Bengio (AISTATS 2010) compare layers so; for steps see
Bengio, Simard and Frasconi, "Learning long-term dependencies with gradient descent is difficult" (1994), and Pascanu,
Mikolov and Bengio, "On the difficulty of training recurrent neural networks" (ICML 2013). A network that has learnt is
left alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from nndsl.runtime.diagnosis.finding import UNKNOWN, Case, Finding, severity
from nndsl.runtime.diagnosis.units import DEAD
from nndsl.runtime.probes import Probe, Probes

LAYERS = 1e-3  # healthy networks are within a factor of a hundred; a thousandth moves a thousand times more slowly
LAYERS_SEVERE = 1e-6  # near what float32 can add to a weight
STEPS = 1e-5  # steps forget by design, some more than others: only what can hardly be learnt at all
STEPS_SEVERE = 1e-8
SHOWN = 6  # layers that are listed


def by_layer(case: Case) -> tuple[float, list[Finding]]:
    """The gradient at the first layer over that at the last, and a finding where it is far from 1."""
    places = stations(case.probes)
    if len(places) < 2 or not places[-1].signal:
        return UNKNOWN, []
    first, last = places[0], places[-1]
    assert first.signal is not None and last.signal is not None
    ratio = first.signal / last.signal
    if LAYERS <= ratio <= 1 / LAYERS or case.learnt:
        return ratio, []
    small = ratio < 1
    blocked = next((p for p in case.probes.layers if p.units and p.dead / p.units > DEAD), None)
    if small and blocked is not None:
        advice = f"nothing comes through the dead units of `{blocked.words}`: mend those first"
    elif small:
        advice = (
            "`relu` in the place of sigmoids, fewer layers, `batchnorm` or `layernorm` between them, or residual "
            "layers (`output h + x`)"
        )
    else:
        advice = "`clip 1` in `train`, a smaller `lr`, `layernorm` between the layers, or smaller first weights"
    word = "vanish" if small else "explode"
    signals = ", ".join(f"`{p.name or p.words}` {p.signal:.2g}" for p in _some(places))
    return ratio, [
        Finding(
            "gradient_ratio",
            ratio,
            severity(max(ratio, LAYERS_SEVERE) == LAYERS_SEVERE or ratio > 1 / LAYERS_SEVERE),
            f"gradients {word}: at `{first.words}` they are {ratio:.2g} times those at `{last.words}`",
            first.span,
            f"{first.signal:.2g} here, {last.signal:.2g} at the last layer",
            advice,
            (f"the gradient's norm by layer: {signals}",),
        )
    ]


def stations(probes: Probes) -> list[Probe]:
    """The layers and cells with weights of their own, in order; activations, where there are none such.

    Biases and scales do not count: what `batchnorm` gives is not a place of its own.
    """
    owners = {w.name.rpartition(".")[0] for w in probes.weights if len(w.shape) > 1}
    layers = [p for p in probes.layers if p.role != "activation" and p.name in owners and p.signal is not None]
    if len(layers) >= 2:
        return layers
    return [p for p in probes.layers if p.role == "activation" and p.signal is not None and not p.cell]


def _some(places: Sequence[Probe]) -> list[Probe]:
    """The first, the last, and some between."""
    if len(places) <= SHOWN:
        return list(places)
    return [places[round(k * (len(places) - 1) / (SHOWN - 1))] for k in range(SHOWN)]


def by_step(case: Case) -> tuple[float, list[Finding]]:
    """The gradient at a cell's first step over that at its last, of the cell that is farthest from 1; UNKNOWN without
    cells, and where sequences have different lengths: their last steps are not the same.
    """
    if case.probes.lengths is not None:
        return UNKNOWN, []
    ratios = {cell: _ratio(steps) for cell, steps in _cells(case.probes).items()}
    known = {cell: r for cell, r in ratios.items() if not math.isnan(r)}
    if not known:
        return UNKNOWN, []
    worst = max(known, key=lambda cell: abs(math.log(max(known[cell], 1e-300))))
    far = {cell: r for cell, r in known.items() if not STEPS <= r <= 1 / STEPS and not case.learnt}
    return known[worst], [_forgets(cell, r, case.probes) for cell, r in far.items()]


def _cells(probes: Probes) -> dict[str, list[float]]:
    """Of each cell the signal at each step: of all its activations together, since no single one is passed by all."""
    found: dict[str, list[float]] = {}
    for p in probes.layers:
        if p.steps:
            before = found.get(p.cell, [0.0] * len(p.steps))
            found[p.cell] = [math.hypot(a, c) for a, c in zip(before, p.steps, strict=True)]
    return found


def _ratio(steps: Sequence[float]) -> float:
    return steps[0] / steps[-1] if len(steps) > 1 and steps[-1] else UNKNOWN


def _forgets(cell: str, ratio: float, probes: Probes) -> Finding:
    within = [p for p in probes.layers if p.cell == cell]
    steps = len(within[0].steps)
    word = "vanish" if ratio < 1 else "explode"
    advice = (
        "`gru` or `lstm` in the place of a simple cell, a shorter `window`, or `attention`, which sees all steps"
        if ratio < 1
        else "`clip 1` in `train`, or a smaller `lr`"
    )
    return Finding(
        "step_ratio",
        ratio,
        severity(ratio < STEPS_SEVERE or ratio > 1 / STEPS_SEVERE),
        f"gradients {word} over time: at the first of {steps} steps of `{cell}` they are {ratio:.2g} times those at "
        "the last",
        next((p.span for p in probes.layers if p.role == "cell" and p.name == cell), within[0].span),
        "what the first steps show is hardly learnt" if ratio < 1 else "the first steps move the weights far too much",
        advice,
    )
