"""Carries out `plot`: gathers what is drawn, and writes it where a file is named.

In: a `Plot` and a session. Out: a `Drawn`; a file that is whole or not there. On a terminal a figure is shown by
whoever listens to the session.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nndsl.analysis.watch import Watch
from nndsl.diagnostics.location import line_of
from nndsl.runtime.control import interruptible
from nndsl.runtime.events import Work
from nndsl.runtime.plotting import asked, networks, pictures, series, surface, tables, trained
from nndsl.runtime.results import Drawn
from nndsl.semantics import drawings as d
from nndsl.semantics.drawings import Plot
from nndsl.semantics.program import Action
from nndsl.show import draw
from nndsl.show.figures import Figure
from nndsl.show.sizes import resized

if TYPE_CHECKING:
    from nndsl.runtime.session import Session


def check(actions: Iterable[Action]) -> None:
    """Whether figures can be written: said before hours of training, not after them. Raises a fault (E0704)."""
    for action in actions:
        if isinstance(action, Plot) and action.path is not None:
            draw.check(action.places.get("to", action.span))


def carry_out(action: Plot, session: Session) -> Drawn:
    """The figure, with its title and size as the script says. Raises faults: E0702, E0704, those of its networks."""
    figure = _watched(action, session)
    figure = resized(replace(figure, title=action.title or figure.title), action.width, action.height)
    if action.path is not None:
        draw.write(figure, session.folder / action.path, action.places.get("to", action.span))
    return Drawn(action.kind, figure, action.path)


def _watched(action: Plot, session: Session) -> Figure:
    """What is drawn; where gathering it takes long, it shows how far it is."""
    drawing, watch, control = action.drawing, Watch(), session.control
    gather = GATHERERS[type(drawing)]
    if not isinstance(drawing, d.Surface):
        return interruptible(lambda: gather(drawing, session), control)
    line = line_of(action.span.source, action.span.start)
    seen = Work(action.kind, "plot", " and ".join(one.name for one in drawing.networks), line, watch)

    def look() -> None:
        watch.stopped = control.stopped
        session.listener.look(seen)

    session.listener.begin(seen)
    try:
        return interruptible(lambda: surface.of_loss(drawing, session, watch), control, look)
    finally:
        session.listener.end(seen)


GATHERERS: Mapping[type[Any], Callable[[Any, Session], Figure]] = {
    d.Curves: trained.of_runs, d.Confusion: trained.of_result, d.Scatter: tables.of_rows, d.Histogram: tables.of_column,
    d.WeightHistogram: networks.of_weights, d.Boundary: asked.boundary, d.Fit: asked.fit, d.Surface: surface.of_loss,
    d.PictureRows: pictures.of_rows, d.PictureAnswers: pictures.of_answers, d.Filters: pictures.of_filters,
    d.Diagram: networks.of_network, d.Forecasts: series.of_part, d.Continuation: series.of_sample,
    d.Layers: networks.of_layers,
}  # fmt: skip
