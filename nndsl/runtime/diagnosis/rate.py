"""A rate that is too high, so that the loss bounces; or too low, so that it is still falling when training ends.

In: the training losses of a run, one an epoch. What is far below the scale of the problem (see `Case.scale`) is left
alone: a loss near 0 may double without harm. For the bounces see Goodfellow, Bengio and Courville, "Deep learning"
(2016), 11.4.1: with a rate too high the loss rises, with one too low it stays high for long.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from nndsl.diagnostics import Span
from nndsl.runtime.diagnosis.finding import MATTERS, UNKNOWN, Case, Finding, percent, severity
from nndsl.runtime.faults import optimizer_words
from nndsl.semantics.program import Program, Train

BOUNCE = 2.0  # twice the least loss before: batches make a loss waver by some per cent, not by a factor
OVERCOME = 2.5  # a loss that came down further afterwards has not been harmed by less
BOUNCE_SEVERE = 10.0
BEGINNING = 0.1  # of the epochs: the first steps, in which optimizers find their pace
GOING_ON = 0.3  # an exponential descent that has come down to a twentieth falls a quarter as fast as at first
GOING_ON_SEVERE = 0.8  # nearly a straight line: hardly begun
STEADY = 0.75  # of the epochs of the second half go down; of a loss that only wavers, half do
LEAST_EPOCHS = 8


def bounce(case: Case, program: Program) -> tuple[float, list[Finding]]:
    """The greatest factor by which the training loss rose above the least before it (1 where it never did), or above
    what a constant answer has, if it stays there.
    """
    losses = case.losses
    if not losses:
        return UNKNOWN, []
    worst, least_at, at = _highest(losses, MATTERS * case.scale)
    words = f"the loss bounces: {losses[least_at]:.3g} in epoch {least_at + 1}, {losses[at]:.3g} in epoch {at + 1}"
    astray = _astray(case)
    if astray > worst:
        worst = astray
        words = f"the loss has gone astray: {losses[-1]:.3g} at the end, {worst:.2g} times that of a constant answer"
    if worst <= BOUNCE or (worst > astray and _overcome(losses, worst, least_at, at)):
        return worst, []
    return worst, [
        Finding(
            "bounce",
            worst,
            severity(
                worst > BOUNCE_SEVERE or worst == astray or losses[-1] > BOUNCE * max(min(losses), MATTERS * case.scale)
            ),
            words,
            _place(case.train),
            "the rate is too high for this network",
            f"a tenth of the `lr`{'' if case.train.clip is not None else ', `clip 1`'}, "
            f"{'' if case.train.schedule is not None else '`schedule cosine`, '}or a larger `batch`",
            (f"the optimizer is {optimizer_words(case.train, program)}",),
        )
    ]


def _highest(losses: Sequence[float], floor: float) -> tuple[float, int, int]:
    """(factor, epoch of the least loss before, epoch of the bounce), epochs from 0. A loss below `floor` is taken for
    it: how close to 0 a loss has been does not make a bounce larger.
    """
    found, least = (1.0, 0, 0), 0
    for epoch, loss in enumerate(losses):
        low = max(losses[least], floor)
        if low > 0 and loss / low > found[0]:
            found = (loss / low, least, epoch)
        if loss < losses[least]:
            least = epoch
    return found


def _overcome(losses: Sequence[float], factor: float, least_at: int, at: int) -> bool:
    """Whether a bounce did no harm: the loss came down further than where it had been, and the bounce was small, or a
    first step that was too long."""
    allowed = BOUNCE_SEVERE if at < BEGINNING * len(losses) else OVERCOME
    return factor <= allowed and losses[-1] < losses[least_at]


def _astray(case: Case) -> float:
    """The last loss over that of a constant answer, where the loss no longer falls: a first step that was far too long
    has bounced before any epoch ended.
    """
    base, losses = case.probes.baseline, case.losses
    if base is None or not base > 0 or len(losses) < 4 or _falls(losses):
        return 0.0
    return losses[-1] / base


def unfinished(case: Case, program: Program) -> tuple[float, list[Finding]]:
    """How fast the training loss still falls in the last quarter of the run, over how fast it fell in the first: 1 is a
    straight line down, 0 a loss that has come to rest. UNKNOWN for fewer than LEAST_EPOCHS epochs.
    """
    losses = case.losses
    if len(losses) < LEAST_EPOCHS:
        return UNKNOWN, []
    speed = _speed(losses)
    high = losses[-1] > MATTERS * case.scale
    if not (speed > GOING_ON and high and _falls(losses)) or _turned(case):
        return speed, []
    quarter = losses[-1 - len(losses) // 4]
    share = 1 - losses[-1] / quarter if quarter else 0.0
    return speed, [
        Finding(
            "unfinished",
            speed,
            severity(speed > GOING_ON_SEVERE and losses[-1] > 0.5 * case.scale),
            f"the loss was still falling at the end: from {quarter:.4g} to {losses[-1]:.4g} in the last quarter "
            f"of {len(losses)} epochs",
            _place(case.train),
            f"the rate is too low, or the run too short: {percent(share)} less in that quarter",
            "a higher `lr` (3 or 10 times), or more `epochs`",
            (f"the optimizer is {optimizer_words(case.train, program)}",),
        )
    ]


def _place(train: Train) -> Span:
    """Of the optimizer, where one is given."""
    word = train.places.get("optimizer")
    if word is None:
        return train.network_span
    return word.to(train.optimizer.span) if word.source == train.optimizer.span.source else word


def _speed(losses: Sequence[float]) -> float:
    """The fall from the third to the last quarter's mean, over that from the first to the second's; at least 0."""
    size = len(losses) // 4
    parts = [losses[:size], losses[size : 2 * size], losses[-2 * size : -size], losses[-size:]]
    first, second, third, last = (math.fsum(part) / size for part in parts)
    early, late = first - second, max(third - last, 0.0)
    return late / early if early > 0 else (UNKNOWN if late == 0 else math.inf)


def _falls(losses: Sequence[float]) -> bool:
    half = losses[len(losses) // 2 :]
    down = sum(after < before for before, after in itertools.pairwise(half))
    return down >= STEADY * (len(half) - 1)


def _turned(case: Case) -> bool:
    """Whether the validation loss has come up again: then going on would not help."""
    validation = case.run.history.get("validation_loss")
    if not validation:
        return False
    best = min(range(len(validation)), key=validation.__getitem__) + 1
    return best <= 0.75 * len(validation)
