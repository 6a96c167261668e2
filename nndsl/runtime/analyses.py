"""Carries out `pca`, `tsne`, `kmeans` and `knn`: from the statement to what it leaves.

In: the statement, the session with its data sets. Out: a table or a model. What is learnt is learnt from the training
part alone; the other parts are brought to it afterwards. Long work shows how far it is, and Ctrl-C ends it with what it
has reached.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from nndsl.analysis.texts import is_new
from nndsl.analysis.tsne.descent import NotFinite
from nndsl.analysis.unfit import Unfit
from nndsl.analysis.watch import Watch
from nndsl.data import Dataset
from nndsl.data.derived import Derived, Transform
from nndsl.data.spec import MadeSource
from nndsl.data.types import Array
from nndsl.diagnostics import fault
from nndsl.diagnostics.location import line_of
from nndsl.lower.models import answer
from nndsl.runtime.control import interruptible
from nndsl.runtime.events import Work
from nndsl.runtime.made import Groups, NeighbourMap, Neighbours, PrincipalComponents
from nndsl.runtime.measures import Stopped, measured, measures
from nndsl.runtime.models import ModelEvaluator
from nndsl.runtime.network import threads_of
from nndsl.runtime.results import Fields
from nndsl.runtime.training import compared
from nndsl.semantics.program import Analysis, Kmeans, Knn, Pca, Tsne

if TYPE_CHECKING:
    from nndsl.analysis.pca import Components
    from nndsl.runtime.session import Session

T = TypeVar("T")
PLACED_BY = 5.0  # the perplexity of a row that is placed on a map: a few rows say where it belongs
LARGEST = 1e15  # of numbers whose squares, thousands of them added up, are far from the ends of float32
ALONE, ROWS_SEEN, MOST_COLUMNS = 0.95, 4096, 1000  # of the variance; how much is looked at for it
Rows = NDArray[Any]


def pca(session: Session, action: Pca) -> PrincipalComponents:
    """The directions of the training part, and every row by them."""
    from nndsl.analysis import pca as method

    started, dataset = time.perf_counter(), session.dataset(action.data)

    def work(watch: Watch) -> Components:
        rows = matrix(dataset.part("train").input)
        try:
            return method.fit(
                rows, action.components, whiten=action.whiten, method=action.method,
                seed=_seed(session, action.seed), threads=threads_of(session.program.settings), watch=watch,
            )  # fmt: skip
        except Unfit:
            _differing(rows)  # says why, where that is the size of the numbers
            raise

    fitted, ended = _worked(session, action, work)
    inputs = {name: _float(fitted.transform(matrix(part.input)), dataset) for name, part in dataset.parts.items()}
    table = _table(
        session, action, dataset, inputs, lambda rows: _float(fitted.transform(dense(rows["input"])), dataset)
    )
    return PrincipalComponents(action.name, action.data, table, time.perf_counter() - started, *ended, fitted=fitted)


def tsne(session: Session, action: Tsne) -> NeighbourMap:
    """A map of the training part, with the rows of the other parts placed on it; or of one part alone. Where it was
    ended before its time, nothing is placed.
    """
    from nndsl.analysis.tsne.embed import embed
    from nndsl.analysis.tsne.place import place as place_on

    started, dataset, main = time.perf_counter(), session.dataset(action.data), action.part or "train"
    threads = threads_of(session.program.settings)
    x = _single(dense(dataset.part(main).input))
    _fitting(action, lambda: _measurable(x))
    made, ended = _worked(session, action, lambda watch: embed(
        x, dimensions=action.dimensions, perplexity=action.perplexity, rate=action.rate,
        exaggeration=action.exaggeration, early=action.early, iterations=action.iterations,
        momentum=(0.5, action.momentum), start=action.start, seed=_seed(session, action.seed), threads=threads,
        watch=watch,
    ))  # fmt: skip

    def place(rows: Mapping[str, Array]) -> Rows:
        few = min(PLACED_BY, action.perplexity)
        return _float(place_on(_single(dense(rows["input"])), x, made.points, perplexity=few, threads=threads), dataset)

    inputs = {main: _float(made.points, dataset)}
    if action.part is None and not ended[1]:
        inputs |= {name: place({"input": part.input}) for name, part in dataset.parts.items() if name != main}
    table = _table(session, action, dataset, {name: inputs[name] for name in dataset.parts if name in inputs}, place)
    return NeighbourMap(
        action.name, action.data, table, time.perf_counter() - started, *ended, kl=made.kl,
        iterations=made.iterations, perplexity=action.perplexity,
    )  # fmt: skip


def kmeans(session: Session, action: Kmeans) -> Groups:
    """Groups of the training part; every row is of the group whose centre is nearest."""
    from nndsl.analysis import kmeans as method

    started, dataset = time.perf_counter(), session.dataset(action.data)
    rows = {name: _single(dense(part.input)) for name, part in dataset.parts.items()}
    fitted, ended = _worked(session, action, lambda watch: method.fit(
        _measurable(rows["train"]), action.clusters, restarts=action.restarts, iterations=action.iterations,
        seed=_seed(session, action.seed), threads=threads_of(session.program.settings), watch=watch,
    ))  # fmt: skip
    inputs = {name: _float(fitted.distances(x), dataset) for name, x in rows.items()}
    clusters = {name: fitted.ids if name == "train" else fitted.assign(x) for name, x in rows.items()}
    table = _table(
        session, action, dataset, inputs,
        lambda rows: _float(fitted.distances(_single(dense(rows["input"]))), dataset), {"cluster": clusters},
    )  # fmt: skip
    return Groups(action.name, action.data, table, time.perf_counter() - started, *ended, fitted=fitted)


def knn(session: Session, action: Knn) -> Neighbours:
    """The rows of the training part as neighbours, measured on the other parts."""
    from nndsl.analysis import knn as method

    started, dataset, program = time.perf_counter(), session.dataset(action.data), session.program
    train, target = dataset.part("train"), dataset.signature.target
    assert target is not None and train.target is not None  # or the statement would have been refused
    told = train.target.floats("float32")
    output = answer(action, dataset.signature, dataset.signature)
    chosen = measures(program, action.metrics, output, target, dataset, None)
    others = {name: part for name, part in dataset.parts.items() if name != "train"}

    def work(watch: Watch) -> tuple[method.Knn, dict[str, Fields]]:
        """The rows, ready to be asked; and what was measured before the end was asked for."""
        fitted = method.Knn.of(
            _measurable(_single(dense(train.input))), told, classes=len(target.classes), k=action.k,
            distance=action.distance, weights=action.weights, threads=threads_of(program.settings),
        )  # fmt: skip
        watch.begin("rows", sum(len(part.rows) for part in others.values()))
        found = {}
        for name, part in others.items():
            asked, beside = ModelEvaluator(fitted, part.input, watch), compared(part, dataset.signature, dataset)
            try:
                found[name] = Fields({**measured(asked, chosen, beside, session.control)[1], "rows": len(part.rows)})
            except Stopped:
                break
        return fitted, found

    (fitted, found), _ = _worked(session, action, work)
    if not others:
        session.say(f"`{action.data}` has no part that `{action.name}` could be measured on: give it a `split`")
    seconds = time.perf_counter() - started
    return Neighbours(action.name, action.data, fitted, found, len(train.rows), action.k, seconds, dataset, output)


# ---- what they share ---------------------------------------------------------------------------------------


def _worked(session: Session, action: Analysis, work: Callable[[Watch], T]) -> tuple[T, tuple[float, bool]]:
    """(what the work has found, (its seconds, whether it was ended before its time)), shown while it goes on."""
    watch, control = Watch(), session.control
    verb = type(action).__name__.lower()
    session.say(lopsided(session.dataset(action.data)))
    if is_new(verb, getattr(action, "dimensions", 2)):
        session.listener.note(f"compiling new kernels for `{verb}`, which is done once")
    seen = Work(action.name, verb, action.data, line_of(action.span.source, action.span.start), watch)

    def look() -> None:
        watch.stopped = control.stopped
        session.listener.look(seen)

    session.listener.begin(seen)
    try:
        found = _fitting(action, lambda: interruptible(lambda: work(watch), control, look))
        return found, (time.perf_counter() - seen.started, control.stopped)
    finally:
        session.listener.end(seen)


def _fitting(action: Analysis, work: Callable[[], T]) -> T:
    """The result; data that do not allow it are a fault at the name of the data."""
    try:
        return work()
    except Unfit as problem:
        raise fault("E0417", str(problem), action.data_span) from None
    except NotFinite as problem:
        raise fault(
            "E0601", str(problem), action.span, help="take a smaller `rate`, or leave it out: it follows from the rows"
        ) from None


def lopsided(dataset: Dataset) -> str:
    """What to say where one column is nearly all of the variance, so that distances tell of nothing else; else empty.
    Of a table that a statement has made that is no news, nor of rows that are no columns.
    """
    if isinstance(dataset.spec.source, MadeSource):
        return ""
    field, values = dataset.signature.input, dataset.part("train").input
    count = len(field.names)
    flat = field.shape == (count,) and 1 < count <= MOST_COLUMNS
    if not flat or values.sparse is not None:
        return ""
    variances = values.take(slice(0, ROWS_SEEN)).floats("float64").var(axis=0)
    first, share = int(variances.argmax()), float(variances.max() / (variances.sum() or 1))
    if not share > ALONE:  # nor where it is no number
        return ""
    return (
        f"`{field.names[first]}` makes up {share:.1%} of the variance of `{dataset.spec.name}`: distances tell of "
        "little else; `-> standard` gives all columns the same weight"
    )


def _seed(session: Session, own: int | None) -> int:
    return session.program.settings.seed if own is None else own


def _table(
    session: Session, action: Pca | Tsne | Kmeans, dataset: Dataset, inputs: Mapping[str, Rows],
    transform: Transform, more: Mapping[str, Mapping[str, Rows]] | None = None,
) -> Derived:  # fmt: skip
    """The data set that the statement makes, of the parts that it has reached."""
    spec, signature = session.program.data[action.name], session.signatures[action.name]
    signature = replace(signature, rows={name: len(rows) for name, rows in inputs.items()})
    return Derived(spec, signature, inputs, dataset, transform, more)


def matrix(rows: Array) -> Any:
    """[N, D], all numbers of a row side by side; a sparse matrix stays one."""
    return dense(rows) if rows.sparse is None else rows.sparse


def dense(rows: Array) -> Rows:
    """[N, D] floats, all numbers of a row side by side; not to be written to: they may be the data set's own."""
    values, kind = rows.values, "float64" if rows.values.dtype == np.float64 else "float32"
    if values.dtype == kind and rows.picks is None and rows.scale == 1 and rows.shift == 0:
        return _flat(values)
    return _flat(rows.floats(kind))


def _flat(rows: Rows) -> Rows:
    return np.ascontiguousarray(rows.reshape(len(rows), -1))


def _single(rows: Rows) -> NDArray[np.float32]:
    return np.ascontiguousarray(rows, np.float32)


def _differing(rows: Any) -> None:
    """As `_measurable`, of rows whose components cannot be found."""
    if isinstance(rows, np.ndarray) and rows.dtype == np.float32:
        _measurable(rows)


def _measurable(rows: Rows) -> Rows:
    """The same rows; raises Unfit where squares of their differences are beyond what float32 tells apart."""
    largest = max(float(rows.max(initial=0)), -float(rows.min(initial=0)))  # NaN where there is one: that is seen later
    if largest > LARGEST:
        raise Unfit(f"the numbers are as large as {largest:.2g}, and squares of distances too large: encode them with "
                    "`-> standard`")  # fmt: skip
    if 0 < largest < 1 / LARGEST:
        raise Unfit(f"no number is larger than {largest:.2g}, and squares of distances are too small to be told "
                    "apart: encode them with `-> standard`")  # fmt: skip
    return rows


def _float(rows: Rows, dataset: Dataset) -> Rows:
    """In the precision of the script."""
    return np.ascontiguousarray(rows, dataset.encoders.precision)
