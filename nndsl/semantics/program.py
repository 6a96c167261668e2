"""A checked script, as frozen values: what the compiler lowers and the runtime carries out.

Nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal

from nndsl.data.spec import DataSpec
from nndsl.diagnostics import Span
from nndsl.semantics.drawings import Plot
from nndsl.semantics.scopes import Entry, Scope
from nndsl.syntax import ast
from nndsl.values import value


@value
class Settings:
    """threads: None is as many as are useful. precision: float32 or float64. places: of the values that are given."""

    seed: int = 0
    device: str = "auto"
    threads: int | None = None
    precision: str = "float32"
    places: Mapping[str, Span] = field(default_factory=dict, compare=False)


@value
class Network:
    """data: the name after `for`, or None."""

    name: str
    entry: Entry
    data: str | None
    span: Span


@value
class Monitor:
    """What early stopping watches: `validation.loss`. part: train or validation. more: whether more is better."""

    part: str
    quantity: str
    more: bool
    span: Span


@value
class Stop:
    """Early stopping. patience: epochs without an improvement of more than `min_delta`."""

    patience: int
    monitor: Monitor
    min_delta: float
    span: Span


@value
class Metric:
    """A metric that is measured: the name of its field in a result, and the expression that names it with its
    arguments."""

    name: str
    expr: ast.Expr


@value
class Train:
    """`train network on data as name { ... }`.

    loss: None until lowering has chosen one; loss_note then says which and why, else it is empty.
    optimizer, schedule, regularizers: names of definitions, with arguments or without. steps: of an epoch; None sees
    every row once.
    """

    name: str
    network: str
    data: str
    span: Span
    network_span: Span
    data_span: Span
    optimizer: ast.Expr
    loss: ast.Expr | None = None
    loss_note: str = ""
    schedule: ast.Expr | None = None
    regularizers: tuple[ast.Expr, ...] = ()
    batch: int = 32
    epochs: int = 10
    clip: float | None = None
    stop: Stop | None = None
    metrics: tuple[Metric, ...] = ()
    seed: int | None = None
    steps: int | None = None
    places: Mapping[str, Span] = field(
        default_factory=dict, compare=False, repr=False
    )  # option -> where it was written


@value
class Evaluate:
    """`evaluate network on data.part as name { ... }`. loss: see Train; None without a target."""

    name: str
    network: str
    data: str
    part: str
    span: Span
    network_span: Span
    data_span: Span
    loss: ast.Expr | None = None
    loss_note: str = ""
    metrics: tuple[Metric, ...] = ()


@value
class Predict:
    """`predict network on data.part as name to "file.csv"`.

    part: None is every row, of whatever part. path: as written, relative to the script; None without `to`.
    """

    name: str
    network: str
    data: str
    part: str | None
    span: Span
    network_span: Span
    data_span: Span
    path: str | None = None


@value
class Sample:
    """`sample network on data as name to "file" { ... }`.

    part: where a sequence without a prompt begins is looked for in it; None is the whole of the data. prompt: a text,
    or a value (or a tuple of values) for each step; None where nothing is said. characters: whether what is made is a
    text, not a table. seed: None is the script's.
    """

    name: str
    network: str
    data: str
    part: str | None
    span: Span
    network_span: Span
    data_span: Span
    prompt: str | tuple[Any, ...] | None = None
    length: int = 100
    temperature: float = 1.0
    count: int = 1
    seed: int | None = None
    path: str | None = None
    characters: bool = True
    places: Mapping[str, Span] = field(default_factory=dict, compare=False, repr=False)


@value
class Pca:
    """`pca data as name { ... }`. seed: None is the script's."""

    name: str
    data: str
    span: Span
    data_span: Span
    components: int = 2
    whiten: bool = False
    method: Literal["auto", "exact", "randomised"] = "auto"
    seed: int | None = None
    places: Mapping[str, Span] = field(default_factory=dict, compare=False, repr=False)


@value
class Tsne:
    """`tsne data as name { ... }`. part: None fits the map on the training part and places the others on it; a part by
    name is mapped alone. rate: None is chosen from the number of rows. start: pca or random.
    """

    name: str
    data: str
    part: str | None
    span: Span
    data_span: Span
    dimensions: int = 2
    perplexity: float = 30.0
    rate: float | None = None
    exaggeration: float = 12.0
    early: int = 250
    iterations: int = 1000
    momentum: float = 0.8
    start: Literal["pca", "random"] = "pca"
    seed: int | None = None


@value
class Kmeans:
    """`kmeans data as name { ... }`."""

    name: str
    data: str
    span: Span
    data_span: Span
    clusters: int
    restarts: int = 10
    iterations: int = 300
    seed: int | None = None


@value
class Knn:
    """`knn data as name { ... }`: what can be evaluated and asked like a network. weights: uniform or distance."""

    name: str
    data: str
    span: Span
    data_span: Span
    k: int = 5
    distance: Literal["euclidean", "manhattan", "cosine"] = "euclidean"
    weights: Literal["uniform", "distance"] = "uniform"
    metrics: tuple[Metric, ...] = ()


@value
class Diagnose:
    """`diagnose network on data.part as name { rows 500 }`. rows: the most that are looked at."""

    name: str
    network: str
    data: str
    part: str
    span: Span
    network_span: Span
    data_span: Span
    rows: int = 1024


@value
class Show:
    """`show name`. kind: network, data, or that of a result (run, evaluation, answers)."""

    kind: str
    name: str
    span: Span


@value
class Print:
    """`print a, b`."""

    exprs: tuple[ast.Expr, ...]
    span: Span


@value
class Expect:
    """`expect a < b`."""

    expr: ast.Expr
    span: Span


@value
class Report:
    """`report to "page.html"`. path: as written, relative to the script."""

    span: Span
    path: str


Use = Train | Evaluate | Predict | Sample | Diagnose  # what names a network and a data set
Analysis = Pca | Tsne | Kmeans | Knn  # what looks at a data set alone
Action = Use | Analysis | Plot | Show | Print | Expect | Report


@value
class Program:
    """
    constants: what `let` has named, by name. data: by name, those that statements make among them. networks: by name,
    those of used files among them. models: what is no network but can be asked like one, by name.
    scope: in which names of definitions are looked up. wrong: definitions whose bodies hold a fault that has been said.
    actions: in the order of the script.
    """

    settings: Settings
    constants: Mapping[str, Any]
    data: Mapping[str, DataSpec]
    networks: Mapping[str, Network]
    actions: tuple[Action, ...]
    scope: Scope
    wrong: frozenset[Entry] = frozenset()
    models: Mapping[str, Knn] = field(default_factory=dict)
