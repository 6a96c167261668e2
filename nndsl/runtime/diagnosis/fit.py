"""Over-fitting and under-fitting, from the curves of the run that trained the network.

Losses are measured in units of the loss of the best constant answer (shares of the classes, the mean or the median), so
that thresholds mean the same for every loss: 1 is a network that has learnt nothing. The rise of the validation loss
above its least is the generalisation loss of Prechelt, "Early stopping - but when?" (1998).
"""

from __future__ import annotations

import math
import statistics

from nndsl.runtime.diagnosis.finding import UNKNOWN, Case, Finding, percent, severity

GAP = 0.2  # a fifth of what there is to learn is known of the training rows alone
GAP_SEVERE = 0.5
RISE = 0.2  # Prechelt stops at 1% to 5%; small validation parts waver by more than that
LEAST_RISE = 0.05  # of the scale: of a loss near 0 any wavering is a large share
LONG_AGO = 0.75  # of the epochs: a best epoch before that is no wavering of the last ones
LEARNT = 0.9  # a network that is not a tenth better than a constant has not learnt
NOTHING = 1.0


def overfitting(case: Case) -> tuple[float, list[Finding]]:
    """By how much the validation loss is above the training loss, and a finding for a wide gap or a rise."""
    gap, up = _gap(case), _rise(case)
    rises = up > RISE and _still_learns(case)
    if math.isnan(gap) or not (gap > GAP or rises) or case.losses[case.kept - 1] > LEARNT * case.scale:
        return gap, []
    losses, validation, kept = case.losses, case.run.history["validation_loss"], case.kept
    best = min(range(kept), key=validation.__getitem__) + 1
    notes = [f"a constant answer has a loss of {case.scale:.3g}"] if case.probes.baseline is not None else []
    if rises:
        least = validation[best - 1]
        notes.append(f"the validation loss was least in epoch {best}: {least:.3g}; it has risen by {percent(up)} since")
    stop = "" if case.train.stop is not None else "`stop patience=10`, which brings the best weights back, "
    return gap, [
        Finding(
            "overfitting",
            gap,
            severity(gap > GAP_SEVERE),
            f"`{case.train.network}` knows the training rows better than others: the loss is {losses[kept - 1]:.3g} on "
            f"them and {validation[kept - 1]:.3g} on the validation part",
            case.train.network_span,
            f"a gap of {percent(gap)} of what there is to learn",
            f"more rows for training, {stop}`regularize l2(1e-3)`, `dropout(0.3)` between layers, or a smaller network",
            tuple(notes),
        )
    ]


def _gap(case: Case) -> float:
    """(validation loss - training loss) / scale, at the weights the network has."""
    validation = case.run.history.get("validation_loss")
    if not validation or not case.kept or not case.scale > 0:
        return UNKNOWN
    return float((validation[case.kept - 1] - case.losses[case.kept - 1]) / case.scale)


def rise(case: Case) -> tuple[float, list[Finding]]:
    """How far the validation loss is above its least, as a share of that; its finding is that of `overfitting`."""
    return _rise(case), []


def _rise(case: Case) -> float:
    validation = case.run.history.get("validation_loss")
    if not validation or not case.kept:
        return UNKNOWN
    least = min(validation[: case.kept])
    return float(_now(case) / least - 1) if least > 0 else UNKNOWN


def _now(case: Case) -> float:
    """The validation loss at the weights the network has: where they are those of the last epoch, the median of the
    last tenth of the epochs, since one epoch wavers.
    """
    validation = case.run.history["validation_loss"][: case.kept]
    last = validation[-max(len(validation) // 10, 1) :]
    return float(validation[-1] if case.brought_back else statistics.median(last))


def _still_learns(case: Case) -> bool:
    """Whether the validation loss has risen while the training loss fell: a rise of both is a rate too high."""
    validation, losses, kept = case.run.history["validation_loss"], case.losses, case.kept
    best = min(range(kept), key=validation.__getitem__)
    far = _now(case) - validation[best] > LEAST_RISE * case.scale
    return far and best + 1 <= LONG_AGO * kept and losses[kept - 1] < losses[best]


def underfitting(case: Case) -> tuple[float, list[Finding]]:
    """The training loss over that of a constant answer; UNKNOWN where no constant fits the output."""
    base = case.probes.baseline
    if base is None or not base > 0 or not case.kept:
        return UNKNOWN, []
    loss = case.losses[case.kept - 1]
    if case.own:
        loss = min(loss, case.probes.loss)  # dropout and the steps within the epoch make the one of the curve larger
    share = loss / base
    if share <= LEARNT:
        return share, []
    learnt = f"{percent(1 - share)} better than" if share < NOTHING else "no better than"
    return share, [
        Finding(
            "underfitting",
            share,
            severity(share >= NOTHING),
            f"`{case.train.network}` has hardly learnt: its loss is {loss:.3g}, {learnt} a constant's {base:.3g}",
            case.train.network_span,
            f"after {case.kept} epoch{'' if case.kept == 1 else 's'}",
            "another `lr` (ten times more, ten times less), more `epochs`, inputs around 0 (`-> standard`), more "
            "units or layers; or the inputs may not tell the target",
        )
    ]
