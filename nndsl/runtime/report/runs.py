"""The training runs of a report: how each was done, its curves, its epochs.

In: runs and the statements that made them. Out: elements.
"""

from __future__ import annotations

from collections.abc import Mapping

from nndsl.runtime.lines import number
from nndsl.runtime.report.drawings import of_run
from nndsl.runtime.report.element import Element, Part, el
from nndsl.runtime.report.sheet import Sheet
from nndsl.runtime.report.tables import Column, code, facts, folded, seconds, table
from nndsl.runtime.results import Run
from nndsl.runtime.showing.runs import ended, settings
from nndsl.semantics.program import Train
from nndsl.syntax.text import to_text

SHOWN_EPOCHS = 20


def runs(sheet: Sheet) -> list[Element]:
    """An article for each run."""
    session = sheet.session
    trains = {action.name: action for action in session.program.actions if isinstance(action, Train)}
    found = [(run, trains[name]) for name, run in session.results.items() if isinstance(run, Run)]
    return [_article(run, train, sheet) for run, train in found]


def _article(run: Run, train: Train, sheet: Sheet) -> Element:
    drawn = sheet.artist.figures(of_run(run, sheet.session))
    return el("article", el("h3", code(run.name)), facts(_how(run, train, sheet).items()), drawn, _epochs(run))


def _how(run: Run, train: Train, sheet: Sheet) -> Mapping[str, Part]:
    program = sheet.session.program
    return {
        "network": code(run.network),
        "data": code(run.data),
        "written in": sheet.link(train.span),
        "loss": None if train.loss is None else code(to_text(train.loss)),
        "optimizer": code(settings(train.optimizer, "optimizer", program)),
        "schedule": None if train.schedule is None else code(settings(train.schedule, "schedule", program)),
        "regularizers": [el("div", code(settings(one, "regularizer", program))) for one in train.regularizers],
        "batch": str(train.batch),
        "greatest gradient": None if train.clip is None else number(train.clip),
        "seed": str(program.settings.seed if train.seed is None else train.seed),
        "rows of an epoch": f"{run.rows:,}",
        "epochs": f"{run.epochs} of {train.epochs}",
        "ended": ended(run, train),
        "best epoch": str(run.best_epoch) if run.best_epoch else None,
        "took": seconds(run.seconds),
    }


def _epochs(run: Run) -> Element | None:
    """Some twenty epochs, evenly chosen, with the best and the last."""
    if not run.epochs:
        return None
    stride = -(-run.epochs // SHOWN_EPOCHS)
    chosen = sorted({*range(stride, run.epochs + 1, stride), 1, run.best_epoch or 1, run.epochs})
    keys = list(run.history)
    rows = [
        [
            f"{epoch}{' (best)' if epoch == run.best_epoch else ''}",
            *(number(run.history[key][epoch - 1]) for key in keys),
        ]
        for epoch in chosen
    ]
    columns = (Column("epoch"), *(Column(key.replace("_", " ")) for key in keys))
    return folded("Epochs as numbers", table(f"Epochs of {run.name}", columns, rows))
