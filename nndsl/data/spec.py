"""What a `data` definition says, read and checked, before any file is opened.

Made by `declare`; read by everything else in this package. Values only; the one exception is `cache`, where what was
read is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.data.formula import Formula
from nndsl.diagnostics import Span
from nndsl.syntax import ast
from nndsl.values import value

# An activation of the library applied to numbers; None where no activation has that name.
Evaluate = Callable[[ast.Expr, NDArray[np.float64]], "NDArray[Any] | None"]


@value
class Word:
    """A name and where it stands."""

    text: str
    span: Span = field(compare=False, repr=False)


@value
class PictureForm:
    """What all pictures of a folder are brought to: size (height, width) and channels (1 grey, 3 colours).

    None: as they are. span: where that is said, if it is.
    """

    size: tuple[int, int] | None = None
    channels: int | None = None
    span: Span | None = field(default=None, compare=False, repr=False)


@value
class FileSource:
    """`from "iris.csv"`, or a folder. form: of its pictures."""

    path: Path
    span: Span = field(compare=False, repr=False)
    form: PictureForm = PictureForm()

    @property
    def shown(self) -> str:
        return self.path.name


@value
class ObjectSource:
    """A Python object that was handed to `compile`."""

    name: str
    value: Any = field(compare=False, repr=False)
    span: Span = field(compare=False, repr=False)

    @property
    def shown(self) -> str:
        return self.name


@value
class GeneratorSource:
    """`from moons(500, noise=0.2)`."""

    name: str
    arguments: tuple[tuple[str, float], ...]
    span: Span = field(compare=False, repr=False)

    @property
    def shown(self) -> str:
        return self.name


@value
class InlineSource:
    """rows: each as long as `columns`; a cell is a number, a text or None (missing)."""

    columns: tuple[str, ...]
    rows: tuple[tuple[float | str | None, ...], ...]
    span: Span = field(compare=False, repr=False)

    @property
    def shown(self) -> str:
        return "rows"


@value
class TextSource:
    """`text "to be or not to be"`: a text that stands in the script."""

    text: str
    span: Span = field(compare=False, repr=False)

    @property
    def shown(self) -> str:
        return "text"


@value
class MadeSource:
    """Another data set, and the statement that makes this one of it: `pca genes as pc`."""

    data: str
    verb: str
    span: Span = field(compare=False, repr=False)

    @property
    def shown(self) -> str:
        return f"{self.verb} {self.data}"


Source = FileSource | ObjectSource | TextSource | GeneratorSource | InlineSource | MadeSource


@value
class StepSpec:
    """One encoder as written. kind: a row of ENCODERS, `formula` or `activation`."""

    kind: str
    text: str
    span: Span = field(compare=False, repr=False)
    formula: Formula | None = None
    activation: ast.Expr | None = None


@value
class Line:
    """`input (a, b) -> standard` or `target c -> category`. columns: empty where `every` (`input all`)."""

    columns: tuple[Word, ...]
    every: bool
    steps: tuple[StepSpec, ...]
    span: Span = field(compare=False, repr=False)


@value
class Missing:
    """rule: drop, mean, median, mode or value; interpolate or previous in a series."""

    rule: str
    span: Span = field(compare=False, repr=False)
    value: float = 0.0


@value
class Share:
    """How much of the rows a part takes: `fraction` of all, `count` of them, or (both None) the rest."""

    part: str
    span: Span = field(compare=False, repr=False)
    fraction: float | None = None
    count: int | None = None


@value
class Split:
    """`split train=70%, test=30%, stratify=species, seed=3`."""

    shares: tuple[Share, ...]
    span: Span = field(compare=False, repr=False)
    stratify: Word | None = None
    by: Word | None = None
    seed: int | None = None
    order: bool | None = None


@value
class Timing:
    """`sequence` with `window` and `horizon`: how examples are cut from series.

    window: how many steps an example has; None takes each series whole. stride: steps between the beginnings of
    windows; None is the default. first, count: the steps that are predicted, from `first` after the last one seen;
    `first` None is the default. group: the column whose values tell series apart. when: the column by which the steps
    of a series are ordered; None keeps the order of the source.
    """

    window: int | None = None
    stride: int | None = None
    first: int | None = None
    count: int = 1
    group: Word | None = None
    when: Word | None = None
    window_span: Span | None = field(default=None, compare=False, repr=False)
    horizon_span: Span | None = field(default=None, compare=False, repr=False)


class SpecCache:
    """What reading this data set has found so far: facts for people, and the table until `load` has used it."""

    def __init__(self) -> None:
        self.notes: tuple[str, ...] = ()


@value
class DataSpec:
    """A `data` definition, checked as far as that goes without opening its source.

    inputs: the lines of `input`, or those of `sequence` where `timing` is there.
    """

    name: str
    span: Span = field(compare=False, repr=False)
    source: Source
    inputs: tuple[Line, ...]
    target: Line | None
    test: FileSource | None = None
    validation: FileSource | None = None
    drops: tuple[Word, ...] = ()
    missing: Missing | None = None
    split: Split | None = None
    timing: Timing | None = None
    evaluate: Evaluate | None = field(default=None, compare=False, repr=False)
    cache: SpecCache = field(default_factory=SpecCache, compare=False, repr=False)

    @property
    def notes(self) -> tuple[str, ...]:
        """Facts to be said aloud (rows dropped, classes found, an automatic encoder).

        Known after `signature` or `load`.
        """
        return self.cache.notes
