"""Carries out `diagnose`: what each family of findings says of a network, and its figures.

In: a network that was trained, the run that did it, and rows to look at. Out: a `Health`. It prints nothing and changes
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any

from nndsl.data import Dataset
from nndsl.runtime.diagnosis import classes, fit, rate, slopes, units
from nndsl.runtime.diagnosis.finding import Case, Finding
from nndsl.runtime.network import NetworkState
from nndsl.runtime.probes import Probes, probe
from nndsl.runtime.results import Fields, Run
from nndsl.semantics.diagnose import OF_CLASSES, OF_VALIDATION
from nndsl.semantics.program import Diagnose, Program, Train
from nndsl.values import value

Family = Callable[[Case, Program], tuple[float, list[Finding]]]


@value
class Health:
    """How a network is.

    rows: how many were looked at. run: the training whose curves were read. figures: by name, not a number where the
    network or its run has none. findings: the severe ones first. probes: what was measured, for whoever draws it.
    """

    name: str
    network: str
    data: str
    part: str
    rows: int
    run: str
    epochs: int
    figures: Fields
    findings: tuple[Finding, ...]
    probes: Probes = field(repr=False, compare=False)

    @property
    def fields(self) -> Mapping[str, Any]:
        """What the language can speak of."""
        return {"findings": len(self.findings), "rows": self.rows, **self.figures}


FAMILIES: Mapping[str, Family] = {
    "dead": lambda case, _: units.dead(case),
    "saturated": lambda case, _: units.saturated(case),
    "gradient_ratio": lambda case, _: slopes.by_layer(case),
    "step_ratio": lambda case, _: slopes.by_step(case),
    "underfitting": lambda case, _: fit.underfitting(case),
    "overfitting": lambda case, _: fit.overfitting(case),
    "rise": lambda case, _: fit.rise(case),
    "bounce": rate.bounce,
    "unfinished": rate.unfinished,
    "never_predicted": lambda case, _: classes.never_predicted(case),
}


def carry_out(action: Diagnose, state: NetworkState, dataset: Dataset, run: Run, train: Train, seed: int) -> Health:
    """run, train: the network's last training, and its statement with the loss that was chosen."""
    assert train.loss is not None, train.name
    part = dataset.part(action.part)
    found = probe(state, dataset, part, train.loss, seed, action.rows)
    own = (action.data, action.part) == (run.data, "train")
    case, program = Case(found, run, train, own), state.program
    results = {name: family(case, program) for name, family in FAMILIES.items()}
    signature = dataset.signature
    left_out = set() if "validation_loss" in run.history else set(OF_VALIDATION)
    left_out |= set() if signature.target is not None and signature.target.classes else set(OF_CLASSES)
    findings = [finding for _, each in results.values() for finding in each]
    return Health(
        action.name, action.network, action.data, action.part, found.rows, run.name, run.epochs,
        Fields({name: figure for name, (figure, _) in results.items() if name not in left_out}),
        tuple(sorted(findings, key=lambda finding: finding.severity != "severe")), found,
    )  # fmt: skip
