"""Figures of tables that statements have made: rows as points, coloured by the target or by their group.

In: components, maps, groups. Out: figures; none where there is nothing to draw in a plane.
"""

from __future__ import annotations

import numpy as np

from nndsl.data.words import visible
from nndsl.runtime.made import Groups, Table
from nndsl.show.figures import Figure
from nndsl.show.scatter import Colour, by_class, scatter


def coloured(found: Table, what: str) -> list[Figure]:
    """The first two columns (or three, of a map that has three), coloured by the target where there is one."""
    values, names = found.values, found.columns
    shown = 3 if len(names) == 3 else 2
    if len(names) < 2:
        return []
    columns = {name: values[:, k].astype(np.float64) for k, name in enumerate(names[:shown])}
    return [scatter(columns, _target(found), f"{what} of {found.data}")]


def _target(found: Table) -> Colour | None:
    target = found.table.signature.target
    if target is None:
        return None
    title, cells = target.names[0], found.table.beside(target.names[0])
    if cells.ndim > 1:
        return None
    if not target.classes:
        return Colour(title, numbers=np.asarray(cells, np.float64))
    if cells.dtype.kind == "f":
        cells = np.array([f"{cell:g}" for cell in cells.tolist()], object)
    return by_class(title, np.array([visible(str(cell)) for cell in cells.tolist()], object))


def of_groups(found: Groups) -> list[Figure]:
    """The plane in which the groups were looked for, if it is one."""
    source = found.table.source
    if source.signature.input.shape != (2,) or len(source.signature.input.names) != 2:
        return []
    values = source.all().input.floats("float64").reshape(-1, 2)
    columns = {name: values[:, k] for k, name in enumerate(source.signature.input.names)}
    cluster = np.array([str(k) for k in found.cluster.astype(np.int64).tolist()], object)
    return [scatter(columns, by_class("group", cluster), f"Groups of {found.data}")]
