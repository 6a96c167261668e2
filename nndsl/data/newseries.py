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
from nndsl.data.chains import Cells, Chain
from nndsl.data.columns import Role
from nndsl.data.cutting import cut, pad, window_starts
from nndsl.data.fitted import SHOWN, Encoders, fitting
from nndsl.data.objects import read_object
from nndsl.data.series import Series, group_of, series_of, steps_of
from nndsl.data.spec import DataSpec
from nndsl.data.table import Column, Table
from nndsl.data.textfile import characters
from nndsl.data.types import Array, Field
from nndsl.data.words import counted, listed
from nndsl.diagnostics import fault
from nndsl.diagnostics.suggest import did_you_mean

Values = NDArray[Any]


def encode_series(
    spec: DataSpec, field: Field, encoders: Encoders, x: object
) -> tuple[Array, NDArray[np.int32] | None]:
    """([N, T, *shape], and how many steps of each are real, where they may differ).

    x: one series (a text; an array [steps] or [steps, columns]; a dict of columns, a frame, an Arrow table, with the
    column that tells series apart or without), or several (a list of these; an array [N, T, columns]). Raises a Fault
    (E0517, E0506) that says what does not fit.
    """
    series = _series(spec, field, encoders, x)
    columns = {c.name: fitting(c, series.table.columns[c.name], encoders.span) for c in encoders.inputs}
    cells = Cells(SHOWN, encoders.span, new=True)
    base = assemble(encoders.inputs, columns, None, cells, encoders.precision).floats(encoders.precision)
    stretches = [(int(a), int(b)) for a, b in zip(series.starts[:-1], series.starts[1:], strict=True)]
    steps, longest = field.shape[0], max((b - a for a, b in stretches), default=0)
    windows = spec.timing is not None and spec.timing.window is not None
    if windows:
        starts = window_starts(stretches, steps, 1, None)
        if not len(starts):
            raise fault(
                "E0517", f"{SHOWN} have {counted(longest, 'step')}, but a window of `{encoders.name}` has {steps}",
                encoders.span,
            )  # fmt: skip
        return cut(base, starts, steps), None
    if longest > steps or not all(b > a for a, b in stretches):
        has = f"a series of {longest} steps" if longest > steps else "a series without a step"
        raise fault("E0517", f"{SHOWN} hold {has}, but the network was made for 1 to {steps} of them", encoders.span)
    first, lengths = series.starts[:-1], np.diff(series.starts)
    if not field.ragged and (lengths != steps).any():
        raise fault(
            "E0517",
            f"{SHOWN} hold a series of {int(lengths.min())} steps, but all that the network has seen have {steps}",
            encoders.span,
        )
    return pad(base, first, lengths, steps), lengths.astype(np.int32) if field.ragged else None


def _series(spec: DataSpec, field: Field, encoders: Encoders, x: object) -> Series:
    chains = encoders.inputs
    group = group_of(spec)
    if isinstance(x, str) or (isinstance(x, Sequence) and x and all(isinstance(item, str) for item in x)):
        table = _of_texts([x] if isinstance(x, str) else list(x), chains)
    elif isinstance(x, Mapping) or hasattr(x, "columns") or hasattr(x, "__arrow_c_stream__"):
        table = read_object(x, SHOWN, encoders.span)
    else:
        table = _of_arrays(_arrays(x, field, encoders), chains)
    for chain in chains:
        if chain.name not in table.columns:
            raise fault(
                "E0517", f"{SHOWN} have no column `{chain.name}`", encoders.span,
                notes=("they have " + listed(table.columns),), help=did_you_mean(chain.name, table.columns),
            )  # fmt: skip
    roles = [Role(chain.word, ()) for chain in chains]
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
            encoders.span, notes=("in this order: " + listed(chain.name for chain in encoders.inputs),),
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
        columns[chain.name] = Column(chain.name, numbers, chain.shape, lengths=lengths)
        at += wide
    return Table.of(SHOWN, columns.values())
