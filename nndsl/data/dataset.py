"""A data set ready for training: arrays by part, and the fitted encoders for new rows and for predictions.

In: a `DataSpec`, a seed, a precision. Out: a `Dataset`. It does not train, and it does not print.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.data.assemble import assemble
from nndsl.data.changes import added_up
from nndsl.data.examples import part_of_series
from nndsl.data.fitted import Encoders
from nndsl.data.fitting import Prepared
from nndsl.data.newseries import encode_series
from nndsl.data.prepare import prepare, signature_of
from nndsl.data.sources import fingerprint, open_source, release
from nndsl.data.sparsearray import SparseArray, joined
from nndsl.data.spec import DataSpec
from nndsl.data.table import Column, Table
from nndsl.data.types import Array, Part, Places, Signature
from nndsl.data.words import listed
from nndsl.diagnostics import Collector, Fault, fault
from nndsl.diagnostics.suggest import did_you_mean


class Dataset:
    """Arrays and encoders of one data set.

    signature: what the checks know. parts: `train` and, where there are such, `validation` and `test`.
    notes: facts to be said aloud.
    """

    def __init__(
        self,
        spec: DataSpec,
        signature: Signature,
        parts: dict[str, Part],
        encoders: Encoders,
        notes: tuple[str, ...],
        seed: int,
    ) -> None:
        self.spec = spec
        self.signature = signature
        self.parts = parts
        self.encoders = encoders
        self.notes = notes
        self._seed = seed
        self._all: Part | None = None
        self._fingerprint: str | None = None

    def part(self, name: str) -> Part:
        """A part by name. Raises a Fault (E0509) where the data set has none of that name."""
        if name in self.parts:
            return self.parts[name]
        raise fault(
            "E0509", f"`{self.spec.name}` has no {name} part", self.spec.span,
            notes=("its parts: " + listed(self.parts),),
            help=did_you_mean(name, self.parts) or f"add it to `split`, as in `{name}=20%`",
        )  # fmt: skip

    def all(self) -> Part:
        """Every row: the parts one after the other; in the order of the source where they come from one table."""
        if len(self.parts) == 1:
            return next(iter(self.parts.values()))
        if self._all is None:
            self._all = self._joined()
        return self._all

    def _order(self) -> NDArray[np.int64]:
        """[N] where the rows of the parts, one part after the other, stand in the order of `all`."""
        rows = np.concatenate([part.rows for part in self.parts.values()])
        one_table = len(np.unique(rows)) == len(rows)
        return np.argsort(rows, kind="stable") if one_table else np.arange(len(rows))

    def _joined(self) -> Part:
        parts = list(self.parts.values())
        rows, order = np.concatenate([part.rows for part in parts]), self._order()
        targets = [part.target for part in parts if part.target is not None]
        return Part(
            "all", _join([part.input for part in parts], order), _join(targets, order) if targets else None, rows[order]
        )

    # ---- columns beside the rows

    @property
    def column_names(self) -> tuple[str, ...]:
        """The columns that `beside` knows, in order."""
        return tuple(open_source(self.spec, self._seed)["train"].columns)

    def beside(self, name: str, part: str | None = None) -> NDArray[Any]:
        """A column, unencoded, one value a row of a part; of all parts, in the order of `all`, where none is named.

        Raises a Fault (E0502) where there is no such column.
        """
        if part is not None:
            return self._beside(name, part)
        return self.in_order({one: self._beside(name, one) for one in self.parts})

    def in_order(self, by_part: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
        """[N, ...] what there is of each part, in the order of `all`."""
        values = [by_part[one] for one in self.parts]
        return values[0] if len(values) == 1 else np.asarray(np.concatenate(values)[self._order()])

    def _beside(self, name: str, part: str) -> NDArray[Any]:
        return np.asarray(self.column(name, part)[self.part(part).rows])

    # ---- new rows and predictions

    def encode_input(self, x: object) -> NDArray[Any]:
        """New raw rows as the network reads them: see `Encoders.encode_input`."""
        return self.encoders.encode_input(x)

    def encode_rows(self, x: object) -> tuple[dict[str, Array], Places | None]:
        """New raw rows, or series, as what fills a network's inputs: "input", and "lengths" where they may differ; and
        where the examples of series stand.
        """
        field = self.signature.input
        if not field.time:
            return {"input": Array(np.ascontiguousarray(self.encode_input(x)))}, None
        new = encode_series(self.spec, field, self.encoders, x)
        rows = {"input": new.input}
        return rows if new.lengths is None else {**rows, "lengths": Array(new.lengths)}, new.places

    def encode_target(self, x: object) -> NDArray[Any]:
        """New raw targets, encoded: see `Encoders.encode_target`."""
        return self.encoders.encode_target(x)

    def decode_target(
        self, values: NDArray[Any], *, steps: bool = False, levels: NDArray[np.float64] | None = None
    ) -> dict[str, NDArray[Any]]:
        """Predictions in the target's own units and names: see `Encoders.decode_target`. steps: [N, T, *shape].

        levels: what changes are added to, see `Places.known`; without them changes stay changes.
        """
        flat = values.reshape(-1, *values.shape[2:]) if steps else values
        found = self.encoders.decode_target(flat)
        if steps:
            found = {name: column.reshape(*values.shape[:2], *column.shape[1:]) for name, column in found.items()}
        return found if levels is None else added_up(self.encoders.targets, found, levels)

    def encoders_state(self) -> dict[str, Any]:
        """The fitted encoders as plain JSON-able values; `Encoders.from_state` reads them."""
        return self.encoders.state()

    # ---- the source

    def raw_table(self, part: str = "train") -> dict[str, NDArray[Any]]:
        """The source's columns by name, unencoded, every row: numbers, or texts with None where missing.

        Read again where need be.
        """
        tables = open_source(self.spec, self._seed)
        return {name: column.cells() for name, column in tables.get(part, tables["train"]).columns.items()}

    def column(self, name: str, part: str = "train") -> NDArray[Any]:
        """The cells of one column of the source, unencoded, every row. Raises a Fault (E0502) where there is none."""
        return self.source_column(name, part).cells()

    def source_column(self, name: str, part: str = "train") -> Column:
        """One column of the source, which may be kept sparse. Raises a Fault (E0502) where there is none."""
        tables = open_source(self.spec, self._seed)
        table: Table = tables.get(part, tables["train"])
        if name not in table.columns:
            raise fault(
                "E0502",
                f"`{table.shown}` has no column `{name}`",
                self.spec.span,
                help=did_you_mean(name, table.columns),
            )
        return table.columns[name]

    @property
    def fingerprint(self) -> str:
        """sha256 of all bytes the rows come from, in hexadecimal; computed when first asked for."""
        if self._fingerprint is None:
            self._fingerprint = fingerprint(self.spec, self._seed)
        return self._fingerprint


def _join(arrays: list[Array], order: NDArray[np.int64]) -> Array:
    every = slice(None)
    sparse = [array for array in arrays if isinstance(array, SparseArray)]
    if len(sparse) == len(arrays):
        return joined(sparse, order)
    values = np.concatenate([array.take(every).values for array in arrays])[order]
    return Array(values, arrays[0].scale, arrays[0].shift)


def signature(spec: DataSpec, collector: Collector, *, seed: int = 0) -> Signature | None:
    """What the checks need, or None where the data are at fault. Pictures are not read, only their headers.

    seed: the script's; it decides which rows are in which part, so that `check` finds the same faults as `run`.
    """
    done = prepare(spec, seed, collector, blocks=False)
    return None if done is None else signature_of(done)


def column_names(spec: DataSpec) -> tuple[str, ...]:
    """The columns of the source, in order; none where it cannot be read."""
    try:
        return tuple(open_source(spec, 0)["train"].columns)
    except Fault:
        return ()


def source_column(spec: DataSpec, name: str) -> Column | None:
    """A column as the source has it; None where there is none, or the source cannot be read."""
    try:
        return open_source(spec, 0)["train"].columns.get(name)
    except Fault:
        return None


def load(spec: DataSpec, collector: Collector, *, seed: int, precision: str = "float32") -> Dataset | None:
    """The data set, or None where the data are at fault (the collector says how).

    precision: float32 or float64, of all that is neither bytes nor ids.
    """
    done = prepare(spec, seed, collector, blocks=True)
    if done is None:
        return None
    try:
        make = _part if done.plan is None else part_of_series
        parts = {part: make(done, part, precision) for part in _smallest_first(done)}
    except Fault as found:
        collector.add(found.diagnostic)
        return None
    release(spec)
    encoders = Encoders(spec.name, spec.span, done.inputs, done.targets, precision)
    return Dataset(spec, signature_of(done), {part: parts[part] for part in done.rows}, encoders, done.notes, seed)


def _smallest_first(done: Prepared) -> list[str]:
    """The training part last: it may take over the array that the others were copied from."""
    return sorted(done.rows, key=lambda part: part == "train")


def _part(done: Prepared, part: str, precision: str) -> Part:
    table, rows = done.table(part), done.rows[part]
    own = part == "train" and done.inputs[0].name in done.fresh
    cells = done.cells(part, done.inputs[0].word.span)
    into = assemble(done.inputs, table.columns, rows, cells, precision, own=own)
    target = assemble(done.targets, table.columns, rows, cells, precision) if done.targets else None
    return Part(part, into, target, rows)
