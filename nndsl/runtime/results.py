"""What actions leave behind, by name: runs, evaluations, answers. Values with fields; nothing is computed or printed
here.

In: numbers from the runtime. Out: the fields that `print` and `expect` speak of (as `nndsl.semantics.results`
announced them), and the same as Python attributes.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Any

from numpy.typing import NDArray

from nndsl.data import Dataset
from nndsl.data.types import Signature
from nndsl.semantics.results import columns_of, step_name
from nndsl.show.figures import Figure
from nndsl.values import value


class Fields(Mapping[str, Any]):
    """Numbers by name that can also be read as attributes: `best.epoch`, `history.loss`."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __iter__(self) -> Any:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._values:
            raise AttributeError(f"no field `{name}`; there are {', '.join(self._values)}")
        return self._values[name]

    def __repr__(self) -> str:
        return f"Fields({dict(self._values)!r})"


@value
class Run:
    """A training run.

    history: for each key (`loss`, `validation_loss`, metrics) a list with one number an epoch. epoch_seconds: likewise.
    best_epoch: from 1, the epoch with the best value of what was watched (the validation loss, else the loss); its
    weights are the network's where `stop` was given, else those of the last epoch are. seconds: of wall time for the
    whole run. interrupted: by Ctrl-C.
    """

    name: str
    network: str
    data: str
    history: Fields
    best_epoch: int
    seconds: float
    epoch_seconds: tuple[float, ...]
    rows: int
    stopped_early: bool = False
    interrupted: bool = False

    @property
    def epochs(self) -> int:
        """How many epochs were completed."""
        return len(self.epoch_seconds)

    @property
    def best(self) -> Fields:
        """`best.epoch`, and every key of the history at that epoch."""
        if not self.best_epoch:
            return Fields({"epoch": 0})
        values = {key: column[self.best_epoch - 1] for key, column in self.history.items()}
        return Fields({"epoch": self.best_epoch, **values})

    @property
    def last(self) -> Fields:
        """The history's last row."""
        return Fields({key: column[-1] for key, column in self.history.items() if column})

    @property
    def fields(self) -> Mapping[str, Any]:
        """What the language can speak of."""
        return {
            "history": self.history, "best": self.best, "seconds": self.seconds, "epochs": self.epochs,
            "epoch_seconds": list(self.epoch_seconds), "interrupted": self.interrupted,
        }  # fmt: skip


@value
class Evaluation:
    """A network measured on a part. loss: None where there is none. metrics: numbers, and tables such as `confusion`
    [classes, classes].
    """

    name: str
    network: str
    data: str
    part: str
    rows: int
    loss: float | None
    metrics: Fields
    classes: tuple[str, ...] = ()

    @property
    def fields(self) -> Mapping[str, Any]:
        """What the language can speak of."""
        loss = {} if self.loss is None else {"loss": self.loss}
        return {**loss, **self.metrics, "rows": self.rows}

    def __getattr__(self, name: str) -> Any:
        metrics: Fields = object.__getattribute__(self, "metrics")
        if name in metrics:
            return metrics[name]
        raise AttributeError(f"`{name}` was not measured; there are {', '.join(self.fields)}")


@value
class Answers:
    """A network's answers for a part, or for "all" rows, in the target's own units and names.

    columns: for each column of the target (or `output`) one value a row; for several steps [N, steps]. row_numbers: [N]
    from 1, which row of the source each answer is for. step_rows: [N, steps] likewise, 0 where an answer has no such
    step. series: the name of each answer's series, under the column that tells them apart. times: the column that
    orders steps, of all rows of the source.
    probabilities: [N, classes] where the network gives some. classes: their names. path: the file they were written to.
    table: the network's outputs as they are, as a data set, where rows and answers are one to one.
    """

    name: str
    network: str
    data: str
    part: str
    columns: Mapping[str, NDArray[Any]]
    row_numbers: NDArray[Any] = field(repr=False)
    probabilities: NDArray[Any] | None = field(default=None, repr=False)
    classes: tuple[str, ...] = ()
    path: str | None = None
    step_rows: NDArray[Any] | None = field(default=None, repr=False)
    series: Mapping[str, NDArray[Any]] = field(default_factory=dict, repr=False)
    times: Mapping[str, NDArray[Any]] = field(default_factory=dict, repr=False)
    table: Dataset | None = field(default=None, repr=False)

    @property
    def rows(self) -> int:
        return len(self.row_numbers)

    @property
    def asked(self) -> str:
        """What was asked, of which rows: `mlp on iris.test`."""
        return f"{self.network} on {self.data}" + ("" if self.part == "all" else f".{self.part}")

    def __getitem__(self, column: str) -> NDArray[Any]:
        return self.columns[column]

    @property
    def fields(self) -> Mapping[str, Any]:
        """What the language can speak of."""
        return {**self.columns, "rows": self.rows}

    @property
    def spoken(self) -> Mapping[str, Any]:
        """All that the language can speak of: answers, outputs and parts."""
        table = self.table
        if table is None:
            return self.fields
        outputs = table.signature.input.names
        return ChainMap(dict(self.fields), DataFields(table.signature, lambda: table, columns=outputs))  # type: ignore[arg-type]  # which is read only


@value
class Text:
    """A text that a network has gone on with.

    prompt: what it began with, one of each text. texts: whole, with their prompts. length: how many characters were
    drawn for each. path: the file they were written to.
    """

    name: str
    network: str
    data: str
    prompts: tuple[str, ...]
    texts: tuple[str, ...]
    temperature: float
    seed: int
    path: str | None = None

    @property
    def text(self) -> str:
        """The first."""
        return self.texts[0]

    @property
    def prompt(self) -> str:
        """Of the first."""
        return self.prompts[0]

    @property
    def length(self) -> int:
        return len(self.text) - len(self.prompt)

    @property
    def fields(self) -> Mapping[str, Any]:
        """What the language can speak of."""
        return {"text": self.text, "texts": list(self.texts), "prompt": self.prompt, "length": self.length}


@value
class Forecast:
    """A series that a network has gone on with, in the columns' own units and names.

    columns: by name, one value a step. after: of the source, from 1, the row after which it begins; None after a
    prompt.
    """

    name: str
    network: str
    data: str
    columns: Mapping[str, NDArray[Any]]
    after: int | None = None
    path: str | None = None

    @property
    def length(self) -> int:
        return len(next(iter(self.columns.values())))

    @property
    def steps(self) -> list[int]:
        """1, 2, 3, ..."""
        return list(range(1, self.length + 1))

    def __getitem__(self, column: str) -> NDArray[Any]:
        return self.columns[column]

    @property
    def fields(self) -> Mapping[str, Any]:
        """What the language can speak of."""
        return {step_name(self.columns): self.steps, "length": self.length, **self.columns}


@value
class Written:
    """A report. path: as written in the script. figures: how many it holds. missing: why it holds none, where that is
    so; else empty.
    """

    path: str
    figures: int
    missing: str = ""


@value
class Drawn:
    """A figure. kind: its name in the language. path: the file it was written to, as written in the script; None where
    there is none.
    """

    kind: str
    figure: Figure
    path: str | None

    @property
    def fields(self) -> Mapping[str, Any]:
        """What is told of it."""
        return {
            "kind": self.kind, "title": self.figure.title, "facts": list(self.figure.facts), "path": self.path,
        }  # fmt: skip


Result = Run | Evaluation | Answers | Text | Forecast


def data_fields(signature: Signature) -> Mapping[str, Any]:
    """The sizes of a data set, and the rows of its parts."""
    parts = {part: Fields({"rows": rows}) for part, rows in signature.rows.items()}
    return MappingProxyType({"rows": sum(signature.rows.values()), **signature.sizes, **parts})


class DataFields(Fields):
    """The same, and the columns, which are read when they are asked for and are not counted among the fields.

    dataset: loads it. part: None speaks of all rows. columns: those that it has; those of the signature where None.
    Of series, whose rows are windows, a column is that of the source.
    """

    __slots__ = ("_columns", "_dataset", "_part", "_series")

    def __init__(
        self, signature: Signature, dataset: Callable[[], Dataset], part: str | None = None,
        columns: tuple[str, ...] | None = None,
    ) -> None:  # fmt: skip
        if part is None:
            known = data_fields(signature)
            parts = {name: DataFields(signature, dataset, name, columns) for name in signature.rows}
            super().__init__({**known, **parts})
        else:
            super().__init__({"rows": signature.rows[part]})
        self._columns = columns_of(signature) if columns is None else columns
        self._dataset, self._part = dataset, part
        self._series = signature.input.time

    def __getitem__(self, key: str) -> Any:
        if key in self._values or key not in self._columns:
            return self._values[key]
        dataset = self._dataset()
        return dataset.column(key) if self._series else dataset.beside(key, self._part)

    def __contains__(self, key: object) -> bool:
        return key in self._values or key in self._columns
