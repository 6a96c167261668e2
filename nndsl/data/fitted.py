"""The fitted encoders of a data set, apart from its rows: what a trained network keeps in order to read new rows and
to answer in plain words.

In: new rows in any accepted form, or predictions. Out: arrays as the network reads them, or columns in the target's own
units and names.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.data.assemble import assemble, shape_of, width
from nndsl.data.chains import Cells, Chain, Level, Portion
from nndsl.data.encoders import Classes, step_from_state
from nndsl.data.matrixfile import is_sparse_object
from nndsl.data.objects import read_object
from nndsl.data.portions import with_portions
from nndsl.data.spec import Evaluate, Word
from nndsl.data.table import Column, Table, plain
from nndsl.data.words import listed
from nndsl.diagnostics import Fault, Source, Span, fault
from nndsl.diagnostics.suggest import did_you_mean

Values = NDArray[Any]
SHOWN = "the rows given"


class Encoders:
    """The chains of the input and of the target, fitted; `span` is where messages point."""

    def __init__(
        self, name: str, span: Span, inputs: tuple[Chain, ...], targets: tuple[Chain, ...], precision: str
    ) -> None:
        self.name = name
        self.span = span
        self.inputs = inputs
        self.targets = targets
        self.precision = precision

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that new rows must have, in the order in which an array gives them."""
        return _names(self.inputs)

    def encode_input(self, x: object) -> Values:
        """New raw rows, encoded: [N, *shape], floats (or int32 ids).

        x: an array [N, columns] in the order of `columns` (one row may be [columns]; pictures [N, *shape]), a
        dict of columns, a list of rows, a pandas or polars frame, an Arrow table. Raises a Fault (E0517, E0506) that
        says what does not fit.
        """
        return self._encode(self.inputs, x)

    def encode_target(self, x: object) -> Values:
        """New raw targets, encoded: as `encode_input`, for the target's columns."""
        if not self.targets:
            raise fault("E0517", f"`{self.name}` has no target", self.span)
        return self._encode(self.targets, x)

    def decode_target(self, values: Values) -> dict[str, Values]:
        """Predictions as columns: names of classes, or numbers with the encoders undone.

        values: [N, *shape]; for classes their ids [N], a number for each [N, classes], or of two the second's
        probability [N, 1].
        """
        values = np.asarray(values)
        if len(self.targets) == 1 and self.targets[0].is_ids:
            return {self.targets[0].name: _class_names(self.targets[0], _ids(values))}
        if len(self.targets) == 1 and self.targets[0].shape:
            return {self.targets[0].name: _undo(self.targets[0], values)}
        flat = values.reshape(len(values), -1) if values.size else values.reshape(0, sum(map(width, self.targets)))
        found: dict[str, Values] = {}
        at = 0
        for chain in self.targets:
            piece = flat[:, at : at + width(chain)]
            at += width(chain)
            if chain.classes is None:
                found[chain.shown] = _undo(chain, piece.reshape(len(piece), *chain.shape))
            else:
                found[chain.shown] = _class_names(chain, piece[:, 0] if chain.is_ids else piece.argmax(axis=1))
        return found

    def _encode(self, chains: tuple[Chain, ...], x: object) -> Values:
        table = self._table(chains, x)
        for chain in chains:
            name = chain.name if chain.portion is None else chain.source
            if name not in table.columns:
                raise fault(
                    "E0517", f"{SHOWN} have no column `{name}`", self.span,
                    notes=("they have " + listed(table.columns),), help=did_you_mean(name, table.columns),
                )  # fmt: skip
        cells = Cells(SHOWN, self.span, new=True)
        table = with_portions(table, chains, cells)
        columns = {chain.name: fitting(chain, table.columns[chain.name], self.span) for chain in chains}
        return assemble(chains, columns, None, cells, self.precision).floats(self.precision)

    def _table(self, chains: tuple[Chain, ...], x: object) -> Table:
        if isinstance(x, list | tuple) and not (x and all(isinstance(row, Mapping) for row in x)):
            x = _as_array(x)
        if isinstance(x, Mapping) and x and all(np.ndim(value) == 0 for value in x.values()):
            x = {name: [value] for name, value in x.items()}
        if isinstance(x, np.ndarray) and x.dtype.names is None:
            return self._by_place(chains, x)
        if is_sparse_object(x) and len(_names(chains)) == 1:
            return read_object({chains[0].name: x}, SHOWN, self.span)
        return read_object(x, SHOWN, self.span)

    def _by_place(self, chains: tuple[Chain, ...], x: Values) -> Table:
        """An array has no names: its columns are those of the input, in their order."""
        if len(_names(chains)) == 1 and chains[0].shape:
            return read_object({chains[0].name: self._as_block(chains[0], x)}, SHOWN, self.span)
        wanted = _names(chains)
        if x.ndim == 0 or (x.ndim == 1 and len(wanted) > 1 and len(x) == len(wanted)):
            x = x.reshape(1, -1)
        elif x.ndim == 1 and len(wanted) == 1:
            x = x.reshape(-1, 1)
        if x.ndim != 2 or x.shape[1] != len(wanted) or any(chain.shape for chain in chains):
            raise fault(
                "E0517",
                f"{SHOWN} have shape {list(x.shape)}, but `{self.name}` takes {len(wanted)} columns a row",
                self.span,
                notes=("in this order: " + listed(wanted),),
            )
        return read_object({name: x[:, i] for i, name in enumerate(wanted)}, SHOWN, self.span)

    def _as_block(self, chain: Chain, x: Values) -> Values:
        """[N, *shape], also from one example, and from pictures whose single channel was left out."""
        shapes = [chain.shape] + ([chain.shape[:-1]] if len(chain.shape) == 3 and chain.shape[-1] == 1 else [])
        for shape in shapes:
            if x.shape[1:] == shape or x.shape == shape:
                return x.reshape(-1, *chain.shape)
        raise fault(
            "E0517",
            f"{SHOWN} have shape {list(x.shape)}, but `{chain.name}` takes [N, {str(list(chain.shape))[1:-1]}]",
            self.span,
        )

    # ---- to plain values and back

    def state(self) -> dict[str, Any]:
        """Plain JSON-able values from which `from_state` makes the same encoders."""
        groups = list(dict.fromkeys(chain.portion.columns for chain in self.inputs if chain.portion is not None))
        return {
            "version": 1, "name": self.name, "precision": self.precision, "groups": [list(group) for group in groups],
            "input": [_chain_state(chain, groups) for chain in self.inputs],
            "target": [_chain_state(chain, groups) for chain in self.targets],
        }  # fmt: skip

    @staticmethod
    def from_state(state: dict[str, Any], *, span: Span | None = None, evaluate: Evaluate | None = None) -> Encoders:
        """The encoders that `state` described.

        Raises ValueError where an activation is needed and `evaluate` is not given.
        """
        name = str(state["name"])
        place = span or Span(Source("<saved>", name), 0, len(name))
        groups = [tuple(group) for group in state["groups"]]
        chains = [
            tuple(_chain_from_state(one, groups, place, evaluate) for one in state[role])
            for role in ("input", "target")
        ]
        return Encoders(name, place, chains[0], chains[1], str(state["precision"]))

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Of one encoded example."""
        return shape_of(self.inputs)


def _names(chains: tuple[Chain, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(chain.source for chain in chains))


def _as_array(x: Any) -> Values:
    try:
        array = np.asarray(x)
        if array.dtype.kind in "US":  # numbers beside texts: keep both as they are
            array = np.asarray(x, dtype=object)
        return array
    except ValueError:
        return np.asarray(x, dtype=object)


def fitting(chain: Chain, column: Column, span: Span) -> Column:
    """The column as the chain wants it: its shape, its bytes, texts where it knows texts."""
    if column.shape != chain.shape:
        raise fault(
            "E0517",
            f"`{chain.name}` has shape {list(column.shape)} in {SHOWN}, but {list(chain.shape)} in training",
            span,
        )
    if chain.shape:
        return column
    classes = chain.classes
    if chain.text and not column.is_text:
        texts = np.array([None if math.isnan(v) else plain(v) for v in column.values().tolist()], object)
        return Column(chain.name, texts)
    if classes is not None and classes.numbers is not None and column.is_text and not chain.numeric:
        by_name = dict(zip(classes.names, classes.numbers, strict=True))
        known = column.values().tolist()
        if all(v is None or v in by_name for v in known):
            return Column(chain.name, np.array([np.nan if v is None else by_name[v] for v in known]))
        raise _unknown(chain, next((i, v) for i, v in enumerate(known) if v is not None and v not in by_name), span)
    return column


def _unknown(chain: Chain, found: tuple[int, str], span: Span) -> Fault:
    assert chain.classes is not None
    place, text = found
    return fault(
        "E0517", f"`{chain.name}` is `{text}` in row {place + 1} of {SHOWN}, a class that training does not have", span,
        notes=("its classes: " + listed(chain.classes.names),), help=did_you_mean(text, chain.classes.names),
    )  # fmt: skip


def _ids(values: Values) -> Values:
    """Ids from ids, from a number for each class, or from the probability of the second of two classes."""
    if values.ndim > 1 and values.shape[-1] > 1:
        return np.asarray(values.argmax(axis=-1))
    return np.rint(values.reshape(len(values)))


def _class_names(chain: Chain, ids: Values) -> Values:
    assert chain.classes is not None
    return np.array(chain.classes.names, object)[np.asarray(ids, np.int64)]


def _undo(chain: Chain, values: Values) -> Values:
    y = np.asarray(values, np.float64)
    for step in chain.numeric[::-1]:
        undone = step.undo(y)
        assert undone is not None  # a target with such an encoder was refused
        y = undone
    return y


def _chain_state(chain: Chain, groups: list[tuple[str, ...]]) -> dict[str, Any]:
    """groups: the columns that shares are of, each group once: it may be long."""
    made = chain.portion
    return {
        "column": chain.name, "shape": list(chain.shape), "text": chain.text, "fill": chain.fill, "bytes": chain.bytes,
        "steps": [step.state() for step in chain.steps], "level": _level_state(chain.level),
        "portion": None if made is None else {"column": made.name, "group": groups.index(made.columns)},
    }  # fmt: skip


def _level_state(level: Level | None) -> dict[str, Any] | None:
    return None if level is None else {"column": level.name, "steps": [step.state() for step in level.steps]}


def _chain_from_state(
    state: dict[str, Any], groups: list[tuple[str, ...]], span: Span, evaluate: Evaluate | None
) -> Chain:
    steps = tuple(step_from_state(step, evaluate) for step in state["steps"])
    level = None
    if state.get("level") is not None:
        before = [step_from_state(step, evaluate) for step in state["level"]["steps"]]
        level = Level(state["level"]["column"], tuple(step for step in before if not isinstance(step, Classes)))
    made = state["portion"]
    portion = None if made is None else Portion(made["column"], groups[made["group"]])
    return Chain(
        Word(state["column"], span), tuple(state["shape"]), state["text"], steps, state["fill"], bytes=state["bytes"],
        level=level, portion=portion,
    )  # fmt: skip
