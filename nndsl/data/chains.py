"""One column's way into a network: its encoders in order, fitted; and the reports of cells that cannot go that way.

In: a column, the encoders written for it, the training rows. Out: a `Chain`, which turns cells into numbers or class
ids.
"""

from __future__ import annotations

import re
from dataclasses import field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.data.encoders import Classes, Fitted, Sample, Step, fit, fit_classes
from nndsl.data.pipeline import CLASSIFIERS
from nndsl.data.spec import Evaluate, StepSpec, Word
from nndsl.data.table import Column, missing_cells, number_of, plain
from nndsl.data.words import counted, listed
from nndsl.diagnostics import Fault, Span, fault
from nndsl.diagnostics.suggest import did_you_mean
from nndsl.values import value

DATE = re.compile(r"\d{4}-\d{2}-\d{2}([ T]|$)")  # as ISO texts begin
Values = NDArray[Any]
Rows = NDArray[np.signedinteger[Any]]
CHUNK = 4096  # rows of a block at a time, so that no second block-sized array of float64 is made


@value
class Level:
    """What changes are changes of: a column, after `steps` that can be undone."""

    name: str
    steps: tuple[Fitted, ...]

    def of(self, values: Values) -> Values:
        """The column's values on the way in."""
        x = np.asarray(values, np.float64)
        for step in self.steps:
            x = step.apply(x)
        return x

    def undo(self, values: Values) -> Values | None:
        """And back; None where that cannot be."""
        back: Values | None = values
        for step in self.steps[::-1]:
            back = None if back is None else step.undo(back)
        return back


@value
class Portion:
    """What a column of shares is made of: the column `name`, by the total of all `columns` in each row."""

    name: str
    columns: tuple[str, ...] = field(repr=False)


@value
class Chain:
    """word: the column. shape: of a cell before encoding. fill: what stands for a missing cell. steps: fitted.

    A chain that was made for the signature alone has no statistics for blocks: `fitted` is False. level: of a column
    of changes, which is made, what it is made of. portion: the same of a column of shares.
    """

    word: Word
    shape: tuple[int, ...]
    text: bool
    steps: tuple[Step, ...]
    fill: float | str | None = None
    fitted: bool = True
    bytes: bool = False  # the cells are pictures of bytes
    level: Level | None = None
    portion: Portion | None = None

    @property
    def name(self) -> str:
        return self.word.text

    @property
    def shown(self) -> str:
        """The column as people know it."""
        made = self.level or self.portion
        return self.name if made is None else made.name

    @property
    def source(self) -> str:
        """The column of the source that it is made of."""
        return self.shown

    @property
    def making(self) -> tuple[str, ...]:
        """The encoders that have made the column of its source, in words: `share`; `log`, `diff`."""
        return () if self.name == self.shown else tuple(self.name.removeprefix(f"{self.shown} -> ").split(" -> "))

    @property
    def encoded(self) -> str:
        """All its encoders in words: `share -> log(x + 1)`."""
        return " -> ".join([*self.making, *(getattr(step, "text", step.kind) for step in self.steps)])

    @property
    def classes(self) -> Classes | None:
        last = self.steps[-1] if self.steps else None
        return last if isinstance(last, Classes) else None

    @property
    def numeric(self) -> tuple[Fitted, ...]:
        return tuple(step for step in self.steps if not isinstance(step, Classes))

    @property
    def out_shape(self) -> tuple[int, ...]:
        classes = self.classes
        if classes is None:
            return self.shape
        return () if classes.kind == "category" else (len(classes.names),)

    @property
    def is_ids(self) -> bool:
        return self.classes is not None and self.classes.kind == "category"

    def affine(self) -> tuple[float, float] | None:
        """(scale, shift) where all steps together are `scale * x + shift`."""
        a, b = 1.0, 0.0
        for step in self.numeric:
            line = step.affine()
            if line is None:
                return None
            a, b = line[0] * a, line[0] * b + line[1]
        return a, b

    def table(self) -> NDArray[np.float64]:
        """What each of the 256 bytes becomes."""
        x = np.arange(256, dtype=np.float64)
        for step in self.numeric:
            x = step.apply(x)
        return x


@value
class Cells:
    """Where cells come from, for messages. new: they were handed over after training."""

    shown: str
    span: Span | None
    rows: Rows | None = field(default=None, repr=False)
    part: str = "train"
    new: bool = False

    def row(self, place: int) -> int:
        """The row as people count, from 1."""
        return int(self.rows[place] if self.rows is not None else place) + 1


def take(column: Column, rows: Rows | None) -> Values:
    """The cells of the rows given (ascending, each once), without a copy where that is all of them."""
    values = column.values()
    return values if rows is None or len(rows) == len(values) else values[rows]


def encode(chain: Chain, column: Column, rows: Rows | None, cells: Cells) -> Values:
    """[N] int32 ids for `category`, else [N, *out_shape] float64.

    Raises a fault at the first cell that cannot be encoded.
    """
    values = filled(chain, take(column, rows), cells)
    if chain.classes is None:
        return numbers(chain, values, cells)
    if chain.numeric:
        values = numbers(chain, values, cells)
    ids = chain.classes.ids(values)
    unknown = np.flatnonzero(ids < 0)
    if len(unknown):
        raise _unknown_class(chain, values[unknown[0]], int(unknown[0]), len(unknown), cells)
    if chain.classes.kind == "category":
        return ids
    return np.eye(len(chain.classes.names))[ids]


def filled(chain: Chain, values: Values, cells: Cells) -> Values:
    """The cells with the missing ones filled; a fault where there is nothing to fill them with."""
    if chain.shape:
        return values
    gone = missing_cells(values)
    if not gone.any():
        return values
    if chain.fill is None:
        place = int(np.flatnonzero(gone)[0])
        raise fault(
            "E0506",
            f"`{chain.name}` is missing in {counted(int(gone.sum()), 'row')} of {cells.shown}, "
            f"first in row {cells.row(place)}",
            cells.span,
            help="give a value for it: no rule of `missing` fills it",
        )
    values = values.copy()
    values[gone] = chain.fill
    return values


def numbers(chain: Chain, values: Values, cells: Cells) -> NDArray[np.float64]:
    """The numeric steps applied; a fault where a cell is not a number or becomes none."""
    if values.dtype.kind in "OU":
        raise text_as_number(chain.word, values, cells)
    x = np.asarray(values, np.float64)
    bad = ~np.isfinite(x)
    if bad.any():
        place = int(np.argwhere(bad)[0][0])
        raise fault(
            "E0504",
            f"`{chain.name}` is not a finite number in row {cells.row(place)} of {cells.shown}: {_shown(x, bad)}",
            cells.span,
        )
    for step in chain.numeric:
        x = applied(step, x, chain.name, cells)
    return x


def applied(step: Fitted, x: NDArray[np.float64], name: str, cells: Cells) -> NDArray[np.float64]:
    """After one step; a fault where a number becomes none."""
    y = step.apply(x)
    finite = np.isfinite(y)
    if not finite.all():
        place = np.argwhere(~finite)[0]
        raise not_finite(name, step, cells, int(place[0]), float(x[tuple(place)]))
    return y


def not_finite(name: str, step: Fitted, cells: Cells, place: int, before: float) -> Fault:
    """The report of a step that makes no number of a cell. before: what the cell was."""
    text = getattr(step, "text", step.kind)
    return fault(
        "E0511",
        f"`{text}` of `{name}` is not a finite number in row {cells.row(place)} of {cells.shown}, "
        f"where the value is `{plain(before)}`",
        cells.span,
        help="the logarithm wants numbers above 0: shift them first, as in `log(x + 1)`" if text == "log" else None,
    )


def _shown(x: Values, bad: NDArray[np.bool_]) -> str:
    return f"`{plain(float(x[bad][0]))}`"


def text_as_number(word: Word, values: Values, cells: Cells) -> Fault:
    """The report for texts where numbers are needed.

    A stray text among numbers, or a column of texts without an encoder. values: of the whole column, since the stray
    text may stand outside the training part.
    """
    known = [(i, v) for i, v in enumerate(values.tolist()) if v is not None]
    stray = [(i, v) for i, v in known if not _number(v)]
    if not stray:
        return fault(
            "E0517" if cells.new else "E0505",
            f"`{word.text}` of {cells.shown} holds numbers written as texts",
            cells.span,
            help="make them numbers first, as in `frame.astype({'" + word.text + "': float})` with pandas",
        )
    if cells.new or len(stray) * 2 < len(known):
        place, text = stray[0]
        return fault(
            "E0517" if cells.new else "E0504",
            f"`{word.text}` is not a number in row {cells.row(place)} of {cells.shown}: `{text}`",
            cells.span,
            notes=(f"{counted(len(stray), 'row')} of {len(values)} hold text there",),
        )
    distinct = sorted({v for _, v in known})
    return fault(
        "E0505",
        f"`{word.text}` holds texts, not numbers",
        cells.span,
        notes=(f"{counted(len(distinct), 'value')}: " + listed(distinct, 5),),
        help="write decimal points, not commas: `0.5`"
        if all(_number(v.replace(",", ".", 1)) for _, v in stray)
        else f"dates order the steps of a series: `sequence x, time={word.text}` for a column `x`; or leave it out"
        if all(DATE.match(v) for _, v in stray)
        else f"encode it as in `{word.text} -> onehot`, or leave it out",
    )


def _number(cell: Any) -> bool:
    try:
        number_of(str(cell))
    except ValueError:
        return False
    return True


def _unknown_class(chain: Chain, value: Any, place: int, count: int, cells: Cells) -> Fault:
    assert chain.classes is not None
    name = value if isinstance(value, str) else plain(float(value))
    known = chain.classes.names
    if cells.new:
        return fault(
            "E0517",
            f"`{chain.name}` is `{name}` in row {cells.row(place)} of {cells.shown}, a class that "
            "the training part does not have",
            cells.span,
            notes=(f"the {counted(len(known), 'class', 'classes')}: " + listed(known),),
            help=did_you_mean(name, known),
        )
    return fault(
        "E0507",
        f"`{chain.name}` is `{name}` in row {cells.row(place)} of {cells.shown}, in the "
        f"{cells.part} part, but in no training row",
        cells.span,
        notes=(f"{counted(count, 'row')} of that part: a class that training lacks",),
        help=f"spread the classes evenly with `stratify={chain.name}`, or leave those rows out",
    )


# ---- fitting ------------------------------------------------------------------------------------


def fit_chain(
    word: Word, column: Column, steps: tuple[StepSpec, ...], fill: float | str | None, rows: Rows, cells: Cells,
    evaluate: Evaluate | None,
) -> Chain:  # fmt: skip
    """The chain of one column of single cells, fitted on `rows`."""
    classifier = steps[-1].kind if steps and steps[-1].kind in CLASSIFIERS else None
    chain = Chain(word, (), column.is_text, (), fill)
    values = filled(chain, take(column, rows), cells)
    done: list[Step] = []
    if classifier is None or len(steps) > 1:
        if column.is_text:
            raise text_as_number(word, column.values(), Cells(cells.shown, cells.span))
        x = numbers(chain, values, cells)
        for step in steps[:-1] if classifier else steps:
            fitted = fit(step, Sample(x), evaluate)
            x = applied(fitted, x, word.text, cells)
            done.append(fitted)
        values = x
    if classifier:
        done.append(fit_classes(classifier, column if len(steps) == 1 else Column(word.text, values), values))
    return Chain(word, (), column.is_text, tuple(done), fill)
