"""What `show` says of a network, a data set or a result, and how values are printed: plain text.

In: a name and the session. Out: lines joined by newlines, without one at the end. Networks, data sets and runs have a
module of their own each, in `showing`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nndsl.data.words import visible
from nndsl.runtime.answers import steps_table
from nndsl.runtime.answers import table as answers_table
from nndsl.runtime.diagnosis.health import Health
from nndsl.runtime.diagnosis.text import told as health_told
from nndsl.runtime.lines import MOST_ROWS, is_number, number, square, table
from nndsl.runtime.made import Groups, NeighbourMap, Neighbours, PrincipalComponents
from nndsl.runtime.madetext import shown as made_shown
from nndsl.runtime.results import Answers, Evaluation, Fields, Forecast, Run, Text
from nndsl.runtime.showing import Shown, datasets, networks, runs
from nndsl.semantics.program import Show, Train

if TYPE_CHECKING:
    from nndsl.runtime.session import Session

MOST_NUMBERS = 12
MOST_COLUMNS = 16


def shown(action: Show, session: Session) -> Shown:
    """What `show name` says."""
    name = action.name
    if action.kind == "network":
        return Shown("network", networks.shown(name, session), networks.facts(name, session))
    if action.kind == "data":
        found = datasets.facts(name, session)
        return Shown("data", datasets.shown(found), datasets.plain(found))
    value = session.results[name]
    if isinstance(value, Run):
        train = next((a for a in session.program.actions if isinstance(a, Train) and a.name == name), None)
        text = runs.shown(value, run_line(value), session.program, train)
        return Shown("run", text, runs.facts(value, session.program, train))
    return Shown(action.kind, result(value))


def result(value: Any) -> str:
    """A run as a table of epochs, an evaluation as its numbers, answers as their first rows."""
    for kind, text in RESULTS:
        if isinstance(value, kind):
            return text(value)
    return printed(value)


# ---- values ---------------------------------------------------------------------------------------------


def printed(value: Any) -> str:
    """A value as `print` shows it."""
    if isinstance(value, tuple(kind for kind, _ in RESULTS)):
        return result(value)
    if isinstance(value, Fields):
        return ", ".join(f"{key} {printed(v)}" for key, v in value.items())
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, np.ndarray) and value.ndim >= 2:
        return matrix(value)
    if isinstance(value, list | tuple | np.ndarray):
        return _listed(value)
    return number(value)


def _listed(values: Sequence[Any] | NDArray[Any]) -> str:
    items = (
        [printed(v) if isinstance(v, list) else number(v) for v in (*values[: MOST_NUMBERS - 3], *values[-3:])]
        if len(values) > MOST_NUMBERS
        else [printed(v) if isinstance(v, list) else number(v) for v in values]
    )
    if len(values) > MOST_NUMBERS:
        items.insert(MOST_NUMBERS - 3, "...")
        return f"[{', '.join(items)}] ({len(values)} values)"
    return f"[{', '.join(items)}]"


def matrix(values: NDArray[Any], names: Sequence[str] = ()) -> str:
    """A table of numbers, with the names of rows and columns where they are known."""
    flat = values.reshape(len(values), -1)
    names = names if len(names) == len(flat) == flat.shape[1] else ()
    if names:
        return "\n".join(square(flat.tolist(), [visible(name) for name in names]))
    cells = [[number(v) for v in row] for row in flat[:MOST_ROWS].tolist()]
    widths = [max(len(row[k]) for row in cells) for k in range(flat.shape[1])] if cells else []
    lines = ["  " + "  ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True)) for row in cells]
    return "\n".join(lines + (["  ..."] if len(flat) > MOST_ROWS else []))


# ---- results ------------------------------------------------------------------------------------------------


def run(value: Run) -> str:
    """Some twenty epochs, evenly chosen, with the best and the last."""
    return "\n".join([run_line(value), *runs.epochs(value)])


def run_line(value: Run) -> str:
    """One line: how long, and how well. No times: the same run gives the same text."""
    at = value.best if value.stopped_early or value.best_epoch == value.epochs else value.last
    numbers = ", ".join(f"{key} {number(v)}" for key, v in at.items() if key != "epoch")
    epochs = f"{value.epochs} epoch{'' if value.epochs == 1 else 's'}"
    if value.stopped_early:
        epochs += f", best {value.best_epoch}"
    return f"{value.name}: {value.network} trained on {value.data} for {epochs}: {numbers}"


def evaluation(value: Evaluation) -> str:
    """One line of numbers, then the tables."""
    loss = {} if value.loss is None else {"loss": value.loss}
    numbers = {**loss, **{k: v for k, v in value.metrics.items() if not isinstance(v, np.ndarray)}}
    words = ", ".join(f"{key} {number(v)}" for key, v in numbers.items())
    lines = [f"{value.name}: {value.network} on {value.data}.{value.part} ({value.rows:,} rows): {words}"]
    for key, found in value.metrics.items():
        if isinstance(found, np.ndarray):
            note = " (down: the true class; across: the answer)" if key == "confusion" else ""
            lines += [f"{value.name}.{key}{note}", matrix(found, value.classes)]
    return "\n".join(lines)


def answers(value: Answers) -> str:
    """The first rows."""
    return "\n".join([f"{value.name}: {value.asked}", *_first_rows(*answers_table(value), value.rows, "rows")])


def _first_rows(names: Sequence[str], rows: Iterable[Sequence[Any]], count: int, what: str) -> list[str]:
    shown_rows = [
        [number(float(c)) if isinstance(c, str) and is_number(c) else str(c) for c in row]
        for row, _ in zip(rows, range(10), strict=False)
    ]
    wide = len(names) > MOST_COLUMNS  # a picture's points, say: the first ones, and how many there are
    lines = table([*names[:MOST_COLUMNS], "..."], [[*row[:MOST_COLUMNS], "..."] for row in shown_rows]) if wide else []
    rest = ([f"{count:,} {what}"] if count > 10 else []) + ([f"{len(names):,} columns"] if wide else [])
    return [*(lines or table(names, shown_rows)), *([f"  ... ({', '.join(rest)})"] if rest else [])]


def text(value: Text) -> str:
    """What was drawn, and the texts, moved in."""
    how = "the likeliest each" if value.temperature == 0 else f"temperature {number(value.temperature)}"
    lines = [f"{value.name}: {value.network} on {value.data}: {_count(value.length, 'character')}, {how}"]
    for one in value.texts:
        lines += [f"  {line}".rstrip() for line in one.split("\n")]
        lines += [""] if len(value.texts) > 1 else []
    return "\n".join(lines[:-1] if len(value.texts) > 1 else lines)


def forecast(value: Forecast) -> str:
    """The first steps."""
    return "\n".join([forecast_line(value), *_first_rows(*steps_table(value), value.length, "steps")])


def forecast_line(value: Forecast) -> str:
    """Where it begins."""
    where = "after the prompt" if value.after is None else f"after row {value.after:,}"
    return f"{value.name}: {value.network} on {value.data}: {_count(value.length, 'step')} {where}"


def _count(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


RESULTS: tuple[tuple[type[Any], Callable[[Any], str]], ...] = (
    (Run, run), (Evaluation, evaluation), (Answers, answers), (Text, text), (Forecast, forecast),
    (PrincipalComponents, made_shown), (NeighbourMap, made_shown), (Groups, made_shown), (Neighbours, made_shown),
    (Health, health_told),
)  # fmt: skip
