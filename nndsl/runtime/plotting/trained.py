"""Figures of results: the curves of runs, the confusion matrix of a measured network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nndsl.data.words import visible
from nndsl.runtime.results import Evaluation, Run
from nndsl.semantics.drawings import Confusion, Curves
from nndsl.show.confusion import confusion
from nndsl.show.curves import History, curves
from nndsl.show.figures import Figure

if TYPE_CHECKING:
    from nndsl.runtime.session import Session


def of_runs(drawing: Curves, session: Session) -> Figure:
    """One run or several."""
    runs = [run for name in drawing.runs if isinstance(run := session.results[name], Run)]
    title = f"Training of {runs[0].network} on {runs[0].data}: {runs[0].name}" if len(runs) == 1 else ""
    return curves([History(run.name, run.history, run.best_epoch) for run in runs], title)


def of_result(drawing: Confusion, session: Session) -> Figure:
    """The matrix that `metrics confusion` has measured."""
    found = session.results[drawing.result]
    assert isinstance(found, Evaluation)
    names = [visible(name) for name in found.classes]
    return confusion(np.asarray(found.confusion), names, f"Confusion of {found.network} on {found.data}.{found.part}")
