"""What a diagnosis looks at, and what it finds, as values. Nothing is computed here."""

from __future__ import annotations

import math

from nndsl.diagnostics import Span
from nndsl.runtime.probes import Probes
from nndsl.runtime.results import Run
from nndsl.semantics.program import Train
from nndsl.values import value

UNKNOWN = math.nan  # the figure of what this network or this run does not have
MATTERS = 0.1  # of `Case.scale`: where a loss counts as something still to be learnt


@value
class Case:
    """A network on some rows, and the run that trained it last. own: whether they are of those it was trained on."""

    probes: Probes
    run: Run
    train: Train
    own: bool

    @property
    def brought_back(self) -> bool:
        """Whether the network has the weights of the best epoch, not those of the last."""
        return self.train.stop is not None and not self.run.interrupted

    @property
    def kept(self) -> int:
        """The epoch, from 1, whose weights the network has; 0 where none was completed."""
        return self.run.best_epoch if self.brought_back else self.run.epochs

    @property
    def losses(self) -> list[float]:
        """On the training part, one an epoch."""
        return list(self.run.history.get("loss", ()))

    @property
    def scale(self) -> float:
        """What a loss is compared with: that of the best constant answer, else that of the first epoch."""
        base = self.probes.baseline
        return base if base is not None and base > 0 else self.losses[0] if self.losses else UNKNOWN

    @property
    def learnt(self) -> bool:
        """Whether hardly anything is left to be learnt. Then only the few rows that are still wrong have a gradient."""
        return self.probes.loss < MATTERS * self.scale


@value
class Finding:
    """One thing that is wrong.

    kind: the name of its figure. severity: severe or mild. message: one sentence with the figure. span: the line that
    it speaks of, and label what is to be seen there. notes: facts beside it. advice: what to try.
    """

    kind: str
    figure: float
    severity: str
    message: str
    span: Span
    label: str
    advice: str
    notes: tuple[str, ...] = ()


def severity(is_severe: bool) -> str:
    return "severe" if is_severe else "mild"


def percent(share: float) -> str:
    """`0.4%`, `37%`."""
    return f"{share:.1%}" if 0 < share < 0.01 else f"{share:.0%}"
