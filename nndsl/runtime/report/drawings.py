"""The figures that a report has of itself: those that `plot` draws of the same results.

In: results of a session. Out: figures; none where there is nothing to draw in a plane.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nndsl.runtime.diagnosis.health import Health
from nndsl.runtime.made import Groups, Table
from nndsl.runtime.plotting import networks, series, tables, trained
from nndsl.runtime.results import Evaluation, Forecast, Run
from nndsl.semantics import drawings as d
from nndsl.show.figures import Figure

if TYPE_CHECKING:
    from nndsl.runtime.session import Session


def of_run(run: Run, session: Session) -> list[Figure]:
    """Its curves."""
    return [trained.of_runs(d.Curves((run.name,)), session)] if run.epochs else []


def of_confusion(found: Evaluation, session: Session) -> Figure:
    """Which classes it takes for which."""
    return trained.of_result(d.Confusion(found.name), session)


def of_table(found: Table, session: Session) -> list[Figure]:
    """The first two columns (all of a table of three), coloured by the target where there is one."""
    names, target = found.columns, found.table.signature.target
    if len(names) < 2:
        return []
    rows = d.Rows(found.name, None, found.table.spec.span)
    colour = None if target is None else d.Column(found.name, None, target.names[0], rows.span)
    return [tables.of_rows(d.Scatter(rows, names if len(names) == 3 else names[:2], colour), session)]


def of_groups(found: Groups, session: Session) -> list[Figure]:
    """The plane in which groups were looked for, if it is one, coloured by them."""
    field, span = found.table.source.signature.input, found.table.spec.span
    if field.shape != (2,) or len(field.names) != 2:
        return []
    colour = d.Column(found.name, None, "cluster", span)
    return [tables.of_rows(d.Scatter(d.Rows(found.data, None, span), field.names, colour), session)]


def of_forecast(found: Forecast, session: Session) -> list[Figure]:
    """What was, and what the network says will come; of numbers alone."""
    numbers = all(values.dtype.kind in "iuf" and values.ndim == 1 for values in found.columns.values())
    return [series.of_sample(d.Continuation(found.name), session)] if numbers else []


def of_health(found: Health, session: Session) -> list[Figure]:
    """How activations and gradients are spread."""
    network = session.networks[found.network]
    asked = d.Asked(found.network, network.network.span, False)
    rows = d.Rows(found.data, found.part, network.network.span)
    return [networks.of_layers(d.Layers(asked, rows, slopes, loss=network.loss), session) for slopes in (False, True)]
