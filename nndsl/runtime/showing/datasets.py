"""`show DATA`: the parts with their rows, the classes of the target in each, and what every column holds.

In: a data set of a session. Out: its facts, or lines of text for a terminal of 80 columns. Numbers and classes are
those of the rows that are used, in the source's own units; missing cells are counted in the whole source.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nndsl.data import Dataset
from nndsl.data.chains import Chain
from nndsl.data.sparse import Sparse
from nndsl.data.spec import DataSpec
from nndsl.data.table import missing_cells
from nndsl.data.types import Array, Part, Signature
from nndsl.data.words import visible
from nndsl.lower.values import shape_words
from nndsl.runtime.lines import MOST_ROWS, WIDTH, shortened, table
from nndsl.values import value

if TYPE_CHECKING:
    from nndsl.runtime.session import Session

MOST_COLUMNS = 24  # beyond, columns of the same kind are told together
MOST_CLASSES = 12  # of a column, that are named


@value
class Column:
    """role: input or target. kind: number, classes, characters, or what each row holds several of. low, high: the
    range of numbers. classes: names. missing: cells of the source. encoded: the encoders, as written. count: how many
    columns are told together.
    """

    name: str
    role: str
    kind: str
    encoded: str
    low: float | None = None
    high: float | None = None
    classes: tuple[str, ...] = ()
    missing: int = 0
    count: int = 1


@value
class Facts:
    """rows: by part. shares: by part, of each class of the target; empty where it is no class."""

    name: str
    source: str
    things: str
    each: str
    rows: dict[str, int]
    left_out: int
    columns: tuple[Column, ...]
    classes: tuple[str, ...]
    shares: dict[str, tuple[float, ...]]
    signature: Signature
    ahead: str
    notes: tuple[str, ...]


def facts(name: str, session: Session) -> Facts:
    """All that is said of a data set; it is read, if it is not there yet."""
    dataset = session.dataset(name)
    signature, spec = dataset.signature, dataset.spec
    things, each = _examples(signature, spec)
    columns = [_column(chain, role, dataset) for role, chain in _chains(dataset)]
    classes, shares = _shares(dataset)
    return Facts(
        name, spec.source.shown, things, each, dict(signature.rows), _left_out(dataset), tuple(columns), classes,
        shares, signature, _ahead(signature, spec), dataset.notes if signature.input.time else (),
    )  # fmt: skip


def plain(found: Facts) -> dict[str, Any]:
    """For programs."""
    columns = [
        {"name": c.name, "role": c.role, "kind": c.kind, "encoded": c.encoded, "low": c.low, "high": c.high,
         "classes": list(c.classes), "missing": c.missing}
        for c in found.columns
    ]  # fmt: skip
    shares = {part: dict(zip(found.classes, of, strict=True)) for part, of in found.shares.items()}
    return {
        "data": found.name, "source": found.source, "rows": sum(found.rows.values()), "parts": found.rows,
        "left_out": found.left_out, "input": list(found.signature.input.shape), "columns": columns, "classes": shares,
    }  # fmt: skip


# ---- columns ----------------------------------------------------------------------------------------------------


def _chains(dataset: Dataset) -> Iterable[tuple[str, Chain]]:
    encoders = dataset.encoders
    yield from (("input", chain) for chain in encoders.inputs)
    yield from (("target", chain) for chain in encoders.targets)


def _column(chain: Chain, role: str, dataset: Dataset) -> Column:
    encoded = chain.encoded
    names = tuple(visible(name) for name in chain.classes.names) if chain.classes is not None else ()
    if chain.shape:
        return _block(chain, role, encoded, dataset)
    values = dataset.column(chain.source)
    missing = int(missing_cells(values).sum()) if values.ndim == 1 else 0
    if chain.classes is not None:
        kind = "characters" if values.dtype.kind == "U" else "classes"
        return Column(chain.shown, role, kind, encoded, classes=names, missing=missing)
    if not dataset.signature.input.time:
        values = dataset.beside(chain.source)
    low, high = _range(_numbers(values))
    return Column(chain.shown, role, "number", encoded, low, high, missing=missing)


def _block(chain: Chain, role: str, encoded: str, dataset: Dataset) -> Column:
    """Several numbers a row; of bytes the range is known, and nothing is read for it."""
    size = " x ".join(f"{n:,}" for n in chain.shape)
    kind = f"pictures {size}" if len(chain.shape) == 3 else f"{size} numbers"
    if chain.bytes:
        return Column(chain.shown, role, kind, encoded, 0, 255)
    column = dataset.source_column(chain.source)
    if isinstance(column.source, Sparse):  # what it does not keep is 0
        low, high = _range(np.append(column.source.data, np.float32(0)))
    else:
        low, high = _range(_numbers(column.cells()))
    return Column(chain.shown, role, kind, encoded, low, high)


def _numbers(values: NDArray[Any]) -> NDArray[Any]:
    """Of a column that may hold a list in each row, or texts that are numbers."""
    if values.dtype != object:
        return values
    rows = [np.asarray(one, np.float64).reshape(-1) for one in values.tolist() if isinstance(one, list | np.ndarray)]
    return np.concatenate(rows) if rows else np.zeros(0)


def _range(values: NDArray[Any]) -> tuple[float | None, float | None]:
    known = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    return (float(known.min()), float(known.max())) if known.size and known.dtype.kind in "fiu" else (None, None)


def _left_out(dataset: Dataset) -> int:
    """Rows of the source that no part has, where rows are examples."""
    if dataset.signature.input.time or not dataset.encoders.columns or len(dataset.parts) == 0:
        return 0
    source = dataset.source_column(dataset.encoders.columns[0]).rows
    own = {"validation": dataset.spec.validation, "test": dataset.spec.test}
    used = sum(count for part, count in dataset.signature.rows.items() if own.get(part) is None)
    return max(source - used, 0)


# ---- classes ----------------------------------------------------------------------------------------------------


def _shares(dataset: Dataset) -> tuple[tuple[str, ...], dict[str, tuple[float, ...]]]:
    """The classes of the target, and the share of each in each part."""
    target = dataset.signature.target
    if target is None or not target.classes or target.kind not in ("category", "onehot") or target.time:
        return (), {}
    names = tuple(visible(name) for name in target.classes)
    if dataset.signature.input.time and dataset.signature.shifted is not None:
        return (), {}  # the next step of the sequence itself
    return names, {part: _of_part(rows, len(names)) for part, rows in dataset.parts.items()}


def _of_part(part: Part, classes: int) -> tuple[float, ...]:
    target: Array | None = part.target
    assert target is not None
    values = target.floats()
    ids = values.reshape(-1) if values.dtype.kind == "i" else values.argmax(axis=-1).reshape(-1)
    counts = np.bincount(ids, minlength=classes)
    return tuple((counts / max(len(ids), 1)).tolist())


# ---- for people -------------------------------------------------------------------------------------------------


def shown(found: Facts) -> str:
    """A line, the columns, the parts."""
    total = sum(found.rows.values())
    left = f" ({found.left_out:,} left out)" if found.left_out else ""
    lines = [f"data {found.name} from {found.source}: {total:,} {found.things}{found.each}{left}"]
    lines += _column_lines(found.columns)
    lines += _part_lines(found)
    lines.append(f"  input {shape_words(found.signature.input.shape)}")
    if found.signature.target is not None:
        lines.append(f"  target {_target(found)}")
    lines += [f"  {shortened(note, WIDTH - 2)}" for note in found.notes]
    return "\n".join(lines)


def _target(found: Facts) -> str:
    target = found.signature.target
    assert target is not None
    what = f"{len(target.classes)} classes" if target.classes else shape_words(target.shape)
    return f"{what}{found.ahead}"


def _column_lines(columns: Sequence[Column]) -> list[str]:
    """A table for the columns of the input, and below it those of the target."""
    told = _together(columns) if len(columns) > MOST_COLUMNS else list(columns)
    missing = any(column.missing for column in told)
    header = ["input", "type", *(["missing"] if missing else []), "encoded", "holds"]
    rows: list[list[str]] = []
    for column in told:
        if column.role == "target" and all(row[0] != "target" for row in rows):
            rows.append(["target", *[""] * (len(header) - 1)])
        rows.append(_row("  " + column.name, column, missing))
    room = WIDTH - 2 - sum(max(len(row[k]) for row in [header, *rows]) + 2 for k in range(len(header) - 1))
    cut = [[*row[:-1], shortened(row[-1], max(room, 10))] for row in rows]
    return table(header, cut, left=len(header))


def _row(name: str, column: Column, missing: bool) -> list[str]:
    kind, holds = _holds(column)
    cells = [f"{column.missing:,}" if column.missing else ""] if missing else []
    return [name, kind, *cells, column.encoded, holds]


def _holds(column: Column) -> tuple[str, str]:
    """(its kind, its range or classes)."""
    if column.kind == "characters":
        return f"{len(column.classes)} characters", "".join(column.classes)
    if column.kind == "classes":
        names = ", ".join(column.classes[:MOST_CLASSES]) + (", ..." if len(column.classes) > MOST_CLASSES else "")
        return f"{len(column.classes)} {column.kind}", names
    if column.low is None or column.high is None:
        return column.kind, ""
    return column.kind, f"{_short(column.low)} to {_short(column.high)}"


def _together(columns: Sequence[Column]) -> list[Column]:
    """Columns of the same role, kind and encoders as one: hundreds of them tell nothing one by one."""
    groups: dict[tuple[str, str, str], list[Column]] = {}
    for column in columns:
        groups.setdefault((column.role, column.kind, column.encoded), []).append(column)
    return [_group(of) for of in groups.values()]


def _group(columns: Sequence[Column]) -> Column:
    if len(columns) == 1:
        return columns[0]
    first, last = columns[0], columns[-1]
    lows = [c.low for c in columns if c.low is not None]
    highs = [c.high for c in columns if c.high is not None]
    return Column(
        f"{first.name} ... {last.name} ({len(columns)})", first.role, first.kind, first.encoded,
        min(lows, default=None), max(highs, default=None), first.classes, sum(c.missing for c in columns), len(columns),
    )  # fmt: skip


def _part_lines(found: Facts) -> list[str]:
    """Rows of each part, and the share of each class in it; where there are many classes, the most frequent ones."""
    parts = list(found.rows)
    rows = [[found.things, *(f"{found.rows[part]:,}" for part in parts)]]
    if not found.classes:
        return table(["part", *parts], rows)
    order = range(len(found.classes))
    if len(found.classes) > MOST_ROWS:
        most = found.shares.get("train", next(iter(found.shares.values())))
        order = sorted(order, key=lambda k: -most[k])  # type: ignore[assignment]
    chosen = list(order)[:MOST_ROWS]
    rows += [[found.classes[k], *(f"{found.shares[part][k]:.1%}" for part in parts)] for k in chosen]
    lines = table(["part", *parts], rows)
    rest = len(found.classes) - len(chosen)
    return [*lines, *([f"  ... ({rest} classes more, each rarer)"] if rest else [])]


def _short(number: float) -> str:
    return f"{number:.0f}" if number == math.floor(number) and abs(number) < 1e7 else f"{number:.4g}"


# ---- examples ---------------------------------------------------------------------------------------------------


def _examples(signature: Signature, spec: DataSpec) -> tuple[str, str]:
    """(what the examples are, how long each is)."""
    field = signature.input
    if not field.time:
        return "rows", ""
    if spec.timing is not None and spec.timing.window is not None:
        return "windows", f" of {field.shape[0]} steps"
    return "series", f" of up to {field.shape[0]} steps" if field.ragged else f" of {field.shape[0]} steps"


def _ahead(signature: Signature, spec: DataSpec) -> str:
    """Which step is told, of windows."""
    timing = spec.timing
    if not signature.input.time or timing is None or timing.window is None:
        return ""
    first = 1 if timing.first is None else timing.first
    if timing.count > 1:
        return f", at steps {first} to {first + timing.count - 1} after the window"
    return ", at its last step" if not first else f", {first} step{'' if first == 1 else 's'} after the window"
