"""What `plot` can draw, as values: one for each kind of figure, with the names of what it is made of.

Read by `plots.py`, completed by `nndsl.lower.plots`, carried out by `nndsl.runtime.plotting`. Nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from nndsl.diagnostics import Span
from nndsl.syntax import ast
from nndsl.values import value


@value
class Rows:
    """A data set or a part of it. part: None where none is said."""

    data: str
    part: str | None
    span: Span


@value
class Column:
    """A column of a data set: `iris.species`. part: None speaks of all rows."""

    data: str
    part: str | None
    name: str
    span: Span


@value
class Asked:
    """A network, or a model that is asked like one. model: whether it is that."""

    name: str
    span: Span
    model: bool


@value
class WeightName:
    """`dense_1.W`, or a number in it, `dense_1.W[0, 3]`. index: empty for all of it."""

    name: str
    index: tuple[int, ...]
    span: Span


# ---- the figures -----------------------------------------------------------------------------------------


@value
class Curves:
    """The curves of training runs."""

    runs: tuple[str, ...]


@value
class Confusion:
    """The confusion matrix of a result."""

    result: str


@value
class Scatter:
    """Rows as points. columns: two or three; of answers fewer, until lowering knows how many there are. color: None
    where rows are all alike."""

    rows: Rows
    columns: tuple[str, ...]
    color: Column | None = None


@value
class Histogram:
    """How the values of a column are spread. color: classes that are drawn apart."""

    column: Column
    color: Column | None = None


@value
class WeightHistogram:
    """How weights are spread: those of a network whose names begin with `prefix`; empty: all."""

    network: str
    prefix: str
    span: Span


@value
class Boundary:
    """What a classifier answers, over two inputs. resolution: places along each."""

    asked: Asked
    rows: Rows
    resolution: int = 200


@value
class Fit:
    """A regression with its data."""

    asked: Asked
    rows: Rows


@value
class Surface:
    """The loss around the weights of a network, or between those of two. weights: two numbers of the network; else the
    directions are drawn by chance. span: how far from the trained weights. count: rows whose loss it is, at most.
    loss: what the network was trained with; None until lowering has found it.
    """

    networks: tuple[Asked, ...]
    rows: Rows
    resolution: int = 31
    span: float = 1.0
    seed: int | None = None
    count: int = 500
    weights: tuple[WeightName, ...] = ()
    loss: ast.Expr | None = None


@value
class PictureRows:
    """Rows that are pictures. shape: of one, as the script says; empty: as the rows are."""

    rows: Rows
    count: int = 36
    shape: tuple[int, ...] = ()


@value
class PictureAnswers:
    """Answers that are pictures, under the rows they are for where those are pictures too. shape: of one, as the script
    says; else empty until lowering has found it."""

    answers: str
    span: Span
    count: int = 10
    shape: tuple[int, ...] = ()


@value
class Filters:
    """The filters of a convolution: the first whose name begins with `prefix`."""

    network: str
    prefix: str
    span: Span
    count: int = 64


@value
class Diagram:
    """A network as boxes. data: for its sizes."""

    network: str
    span: Span
    data: str


@value
class Forecasts:
    """A network's forecasts for a part, against what came."""

    asked: Asked
    rows: Rows


@value
class Continuation:
    """A series that a network has gone on with."""

    sample: str


@value
class Layers:
    """How activations or gradients are spread, by layer. loss: as in `Surface`."""

    asked: Asked
    rows: Rows
    gradients: bool
    count: int = 1024
    loss: ast.Expr | None = None


Drawing = (
    Curves | Confusion | Scatter | Histogram | WeightHistogram | Boundary | Fit | Surface | PictureRows
    | PictureAnswers | Filters | Diagram | Forecasts | Continuation | Layers
)  # fmt: skip


@value
class Plot:
    """`plot boundary(net, data) { title "..."; to "figure.png" }`.

    kind: the figure's name in the language. subject_span: what is drawn. title: None is made of the names. width,
    height: of what is inside the axes, all panels together, in pixels; None is the figure's own. path: as written,
    relative to the script; None is the terminal.
    """

    kind: str
    drawing: Drawing
    span: Span
    subject_span: Span
    title: str | None = None
    width: int | None = None
    height: int | None = None
    path: str | None = None
    places: Mapping[str, Span] = field(default_factory=dict, compare=False, repr=False)
