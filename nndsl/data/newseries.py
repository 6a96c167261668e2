"""New series for a trained network: the same columns, encoded and cut as in training, without targets.

In: raw steps in any accepted form. Out: examples as the network reads them. With windows every window of a series is an
example, so the last one tells what comes next; without them each series is one, padded to the length the network knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.data.assemble import assemble
from nndsl.data.chains import Cells, Chain, Rows
from nndsl.data.changes import laid, levels_of, shortened
from nndsl.data.columns import Role
from nndsl.data.cutting import Stretch, cut, pad, window_starts
from nndsl.data.fitted import SHOWN, Encoders, fitting
from nndsl.data.objects import read_object
from nndsl.data.series import Series, group_of, series_of, steps_of
from nndsl.data.spec import DataSpec, Word
from nndsl.data.table import Column, Table
from nndsl.data.textfile import characters
from nndsl.data.types import Array, Field, Places
from nndsl.data.words import counted, listed
from nndsl.diagnostics import fault
from nndsl.diagnostics.suggest import did_you_mean
from nndsl.values import value

Values = NDArray[Any]


@value
class NewSeries:
    """input: [N, T, *shape]. lengths: how many steps of each are real, where they may differ. places: of the examples;
    their answers' first steps stand behind them.
    """

    input: Array
    lengths: NDArray[np.int32] | None
    places: Places


def encode_series(spec: DataSpec, field: Field, encoders: Encoders, x: object) -> NewSeries:
    """Examples of new series.

    x: one series (a text; an array [steps] or [steps, columns]; a dict of columns, a frame, an Arrow table, with the
    column that tells series apart or without), or several (a list of these; an array [N, T, columns]). Raises a Fault
    (E0517, E0506) that says what does not fit.
    """
    series = _series(spec, field, encoders, x)
    stretches = [(int(a), int(b)) for a, b in zip(series.starts[:-1], series.starts[1:], strict=True)]
    roles = [Role(chain.word, (), level=chain.level) for chain in encoders.inputs]
    if any(role.level is not None for role in roles):
        series, stretches = laid(series, roles, stretches), shortened(stretches)
    levels = _levels(encoders, series)
    columns = {c.name: fitting(c, series.table.columns[c.name], encoders.span) for c in encoders.inputs}
    cells = Cells(SHOWN, encoders.span, new=True)
    rows = np.concatenate([np.arange(a, b) for a, b in stretches]) if stretches else np.zeros(0, np.int64)
    base = np.zeros((series.table.rows, *field.shape[1:]), "int32" if field.kind == "category" else encoders.precision)
    if len(rows):
        base[rows] = assemble(encoders.inputs, columns, rows, cells, encoders.precision).floats(encoders.precision)
    begins, lengths = _cut(spec, field, encoders, stretches)
    first = (begins + lengths).astype(np.int32)
    places = Places(np.zeros(0, np.int32), first, levels=levels)
    if spec.timing is not None and spec.timing.window is not None:
        return NewSeries(cut(base, begins, field.shape[0]), None, places)
    array = pad(base, begins, lengths, field.shape[0])
    return NewSeries(array, lengths.astype(np.int32) if field.ragged else None, places)


def _cut(spec: DataSpec, field: Field, encoders: Encoders, stretches: list[Stretch]) -> tuple[Rows, Rows]:
    """Where examples begin, and how long they are. Raises a fault where none, or not every one, fits the network."""
    steps, longest = field.shape[0], max((b - a for a, b in stretches), default=0)
    if spec.timing is not None and spec.timing.window is not None:
        starts = window_starts(stretches, steps, 1, None)
        if not len(starts):
            raise fault(
                "E0517", f"{SHOWN} have {counted(longest, 'step')}, but a window of `{encoders.name}` has {steps}",
                encoders.span,
            )  # fmt: skip
        return starts, np.full(len(starts), steps)
    if longest > steps or not stretches or not all(b > a for a, b in stretches):
        has = f"a series of {longest} steps" if longest > steps else "a series without a step"
        raise fault("E0517", f"{SHOWN} hold {has}, but the network was made for 1 to {steps} of them", encoders.span)
    lengths = np.array([b - a for a, b in stretches])
    if not field.ragged and (lengths != steps).any():
        raise fault(
            "E0517",
            f"{SHOWN} hold a series of {int(lengths.min())} steps, but all that the network has seen have {steps}",
            encoders.span,
        )
    return np.array([a for a, _ in stretches]), lengths


def _levels(encoders: Encoders, series: Series) -> NDArray[np.float64] | None:
    """What told changes are added to."""
    for chain in encoders.targets:
        if chain.level is not None and chain.level.name not in series.table.columns:
            raise fault(
                "E0517",
                f"{SHOWN} have no column `{chain.level.name}`, to whose last value the change that is told is added",
                encoders.span,
            )
    return levels_of(encoders.targets, series.table, None)


def _series(spec: DataSpec, field: Field, encoders: Encoders, x: object) -> Series:
    chains = encoders.inputs
    group = group_of(spec)
    if isinstance(x, str) or (isinstance(x, Sequence) and x and all(isinstance(item, str) for item in x)):
        table = _of_texts([x] if isinstance(x, str) else list(x), chains)
    elif isinstance(x, Mapping) or hasattr(x, "columns") or hasattr(x, "__arrow_c_stream__"):
        table = read_object(x, SHOWN, encoders.span)
    else:
        table = _of_arrays(_arrays(x, field, encoders), chains)
    for name in dict.fromkeys(chain.shown for chain in chains):
        if name not in table.columns:
            raise fault(
                "E0517", f"{SHOWN} have no column `{name}`", encoders.span,
                notes=("they have " + listed(table.columns),), help=did_you_mean(name, table.columns),
            )  # fmt: skip
    roles = [Role(Word(chain.shown, chain.word.span), ()) for chain in chains]
    apart = group if group is not None and group.text in table.columns else None
    return series_of(spec, table, roles, (), apart)


def _of_texts(texts: list[str], chains: tuple[Chain, ...]) -> Table:
    cells = np.empty(len(texts), object)
    cells[:] = texts
    if len(texts) == 1:
        return Table.of(SHOWN, [Column(chains[0].name, characters(texts[0]))])
    return Table.of(SHOWN, [steps_of(Column(chains[0].name, cells))])


def _arrays(x: object, field: Field, encoders: Encoders) -> list[Values]:
    """Each series as [steps, columns]."""
    width = 1 if field.kind == "category" and len(field.shape) == 1 else _width(encoders.inputs)
    if isinstance(x, list | tuple) and any(np.ndim(item) for item in x):
        each = [np.asarray(item) for item in x]
        if all(item.ndim == 1 and len(item) == width for item in each) and width > 1:
            each = [np.stack(each)]  # one series, a row a step
    else:
        array = np.asarray(x)
        several = array.ndim == 3 or (array.ndim == 2 and width == 1 and array.shape[1] != 1)
        each = list(array) if several else [array]
    found = [item[:, None] if item.ndim == 1 else item for item in each]
    if not found or any(item.ndim != 2 or item.shape[1] != width for item in found):
        shape = list(np.shape(found[0])) if found else []
        raise fault(
            "E0517", f"{SHOWN} have shape {shape}, but `{encoders.name}` takes {counted(width, 'column')} a step",
            encoders.span, notes=("in this order: " + listed(chain.shown for chain in encoders.inputs),),
        )  # fmt: skip
    return found


def _width(chains: tuple[Chain, ...]) -> int:
    return sum(int(np.prod(chain.shape, dtype=np.int64)) if chain.shape else 1 for chain in chains)


def _of_arrays(series: list[Values], chains: tuple[Chain, ...]) -> Table:
    lengths = np.array([len(item) for item in series], np.int64)
    flat, at = np.concatenate(series), 0
    columns: dict[str, Column] = {}
    for chain in chains:
        wide = int(np.prod(chain.shape, dtype=np.int64)) if chain.shape else 1
        values = flat[:, at : at + wide].reshape(-1, *chain.shape)
        numbers = values if values.dtype == object else np.asarray(values, np.float64)
        columns[chain.shown] = Column(chain.shown, numbers, chain.shape, lengths=lengths)
        at += wide
    return Table.of(SHOWN, columns.values())
