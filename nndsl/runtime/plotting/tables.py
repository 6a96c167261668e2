"""Figures of tables: rows as points, how a column is spread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nndsl.data.spec import MadeSource
from nndsl.data.words import visible
from nndsl.diagnostics import fault
from nndsl.runtime.made import NeighbourMap, PrincipalComponents
from nndsl.runtime.plotting.rows import colour, is_numeric, numbers, told, values
from nndsl.semantics.drawings import Column, Histogram, Rows, Scatter
from nndsl.show import histogram as histograms
from nndsl.show.figures import Figure
from nndsl.show.scatter import scatter

if TYPE_CHECKING:
    from nndsl.runtime.session import Session

WORDS = {
    "pca": "Principal components",
    "tsne": "Map (t-SNE)",
    "kmeans": "Distances to the centres",
    "predict": "Answers",
}


def of_rows(drawing: Scatter, session: Session) -> Figure:
    """Rows as points."""
    rows = drawing.rows
    columns = {_axis(name, rows.data, session): _numbers(name, rows, session) for name in drawing.columns}
    chosen = colour(drawing.color, rows, session) if drawing.color is not None else None
    title = _title(rows, session) + (f", by {chosen.title}" if chosen is not None else "")
    count = len(next(iter(columns.values())))
    is_map = isinstance(session.results.get(rows.data), NeighbourMap)
    return scatter(columns, chosen, title, _subtitle(rows, count, session), equal=is_map)


def _numbers(name: str, rows: Rows, session: Session) -> NDArray[np.float64]:
    """A column that has a place on an axis. Raises a fault (E0221)."""
    cells = values(Column(rows.data, rows.part, name, rows.span), rows, session)
    if cells.ndim != 1 or not is_numeric(cells):
        what = "words" if cells.ndim == 1 else "several numbers a row"
        raise fault("E0221", f"`{rows.data}.{name}` holds {what}: it has no place on an axis", rows.span,
                    help=f"colour rows by it: `color {name}`" if cells.ndim == 1 else None)  # fmt: skip
    return numbers(cells)


def _title(rows: Rows, session: Session) -> str:
    source = session.program.data[rows.data].source
    if isinstance(source, MadeSource):
        part = "" if rows.part is None else f".{rows.part}"
        return f"{WORDS[source.verb]} of {source.data}{part}: {rows.data}"
    return f"Rows of {told(rows)}"


def _subtitle(rows: Rows, count: int, session: Session) -> str:
    found = session.results.get(rows.data)
    words = f"{count:,} rows" if count != 1 else "1 row"
    return f"{words}, Kullback-Leibler divergence {found.kl:.3f}" if isinstance(found, NeighbourMap) else words


def _axis(name: str, data: str, session: Session) -> str:
    """A component says how much of the variance it has."""
    found = session.results.get(data)
    if isinstance(found, PrincipalComponents) and name in found.columns:
        return f"{name} ({found.fitted.ratio[found.columns.index(name)]:.1%} of the variance)"
    return name


def of_column(drawing: Histogram, session: Session) -> Figure:
    """How the values of a column are spread."""
    column = drawing.column
    rows = Rows(column.data, column.part, column.span)
    cells = values(column, rows, session)
    if is_numeric(cells):
        shown = numbers(cells)
    else:
        shown = np.array(["missing" if cell is None else visible(str(cell)) for cell in cells.ravel().tolist()], object)
    chosen = colour(drawing.color, rows, session) if drawing.color is not None else None
    if chosen is not None and chosen.groups is None and drawing.color is not None:
        raise fault("E0221", f"`{chosen.title}` holds numbers: a histogram is parted by classes", drawing.color.span,
                    help=f"a plane shows both: `plot {rows.data} {{ x {column.name}; y {chosen.title} }}`")  # fmt: skip
    title = f"Histogram of {told(rows)}.{column.name}" + (f", by {chosen.title}" if chosen is not None else "")
    return histograms.histogram([histograms.Column(column.name, shown.ravel())], chosen, title)
