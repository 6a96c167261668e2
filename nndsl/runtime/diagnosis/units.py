"""Units that no gradient passes: dead behind an activation that is flat on one side, saturated behind one that is flat
on both. Which one an activation is shows in its equation, see `nndsl.runtime.probes.bend`.

Dead: the slope is nothing in every row looked at, so no row can move the unit's weights. Lu, Shin, Su and Karniadakis,
"Dying ReLU and initialization: theory and numerical examples" (2019, arXiv 1903.06733).
Saturated: the slope is below a tenth of the steepest: |tanh| above 0.95, a sigmoid below 0.026 or above 0.974. Glorot
and Bengio, "Understanding the difficulty of training deep feedforward neural networks" (AISTATS 2010).
"""

from __future__ import annotations

from dataclasses import replace

from nndsl.diagnostics import Span
from nndsl.runtime.diagnosis.finding import Case, Finding, percent, severity
from nndsl.runtime.probes import Probe

DEAD = 0.4  # share of a layer's units: networks that do well have up to a third; a rate too high makes 40% (CS231n)
DEAD_SEVERE = 0.6
SATURATED = 0.6  # share of a layer's values: gradients are lost where most are flat; half do in good classifiers
SATURATED_SEVERE = 0.8
GATES = 0.95  # within a cell: gates are there to open and to close, and stand still only where nearly all are flat
GATES_SEVERE = 0.99


def dead(case: Case) -> tuple[float, list[Finding]]:
    """The share of dead units in the worst layer, and each layer with too many."""
    layers = [p for p in case.probes.layers if p.kind in ("rectifying", "other") and p.units]
    most = DEAD_SEVERE if case.learnt else DEAD  # a network that has learnt all the same did not need them
    found = [_dead(p, case) for p in layers if p.dead / p.units > most]
    return max((p.dead / p.units for p in layers), default=0.0), _a_line(found)


def _dead(layer: Probe, case: Case) -> Finding:
    share = layer.dead / layer.units
    what = "gives 0" if layer.values.quantiles[0] == layer.values.quantiles[-1] == 0 else "lets no gradient through"
    units = f"{layer.dead} of {layer.units} units of `{layer.words}`"
    return Finding(
        "dead",
        share,
        severity(share >= DEAD_SEVERE),
        f"{units} are dead: their slope is 0 for each of the {case.probes.rows:,} rows",
        layer.span,
        "all of it " + what if layer.dead == layer.units else f"{percent(share)} of the units are dead",
        "a smaller `lr` in a new training (dead units do not come back), `leaky_relu` or `elu` in the place of "
        f"`{layer.by}`, inputs around 0 (`-> standard`), or `batchnorm` before it",
        (_fed(layer),),
    )


def saturated(case: Case) -> tuple[float, list[Finding]]:
    """The share of flat values in the worst hidden layer, and each layer with too many.

    What the network gives is left out: a sigmoid that is sure of its answer is flat.
    """
    layers = [p for p in case.probes.layers if p.kind == "saturating" and not p.output]
    found = [_saturated(p) for p in layers if p.flat > (GATES if p.cell else SATURATED)]
    return max((p.flat for p in layers if not p.cell), default=0.0), _a_line(found)


def _saturated(layer: Probe) -> Finding:
    return Finding(
        "saturated",
        layer.flat,
        severity(layer.flat >= (GATES_SEVERE if layer.cell else SATURATED_SEVERE)),
        f"{percent(layer.flat)} of the values of `{layer.words}` are saturated: the slope there is below a tenth of "
        "the steepest",
        layer.span,
        f"from {layer.values.quantiles[1]:.3g} to {layer.values.quantiles[-2]:.3g}, mostly at the ends",
        "inputs around 0 and of size 1 (`-> standard`), a smaller `lr` or `regularize l2(1e-4)` to keep weights small, "
        "`layernorm` before it, or `relu` in its place",
        (_fed(layer),),
    )


def _a_line(found: list[Finding]) -> list[Finding]:
    """One finding for each line, the worst: `repeat` makes many layers of one."""
    by_line: dict[Span, list[Finding]] = {}
    for finding in found:
        by_line.setdefault(finding.span, []).append(finding)
    worst = []
    for each in by_line.values():
        first = max(each, key=lambda finding: finding.figure)
        more = len(each) - 1
        note = f"so it is with {more} other layer{'' if more == 1 else 's'} of this line"
        worst.append(replace(first, notes=(*first.notes, note)) if more else first)
    return worst


def _fed(layer: Probe) -> str:
    """What flows into the activation."""
    if layer.inputs is None:
        return f"it gives {layer.values.mean:.3g} on average"
    low, middle, high = (layer.inputs.quantiles[k] for k in (1, 4, -2))
    return f"what flows in is {middle:.3g} in the middle, and from {low:.3g} to {high:.3g} but for 1% on each side"
