"""`show RUN`: how a network was trained, why that ended, and the curves: as bars in a line, and some epochs as a table.

In: a run, and the statement that made it. Out: its facts, or lines of text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nndsl.data.words import counted
from nndsl.runtime.lines import MOST_ROWS, WIDTH, number, spark, table
from nndsl.runtime.results import Run
from nndsl.semantics.arguments import bind
from nndsl.semantics.program import Program, Train
from nndsl.syntax import ast

FEWEST_BARS = 8
INDENT = 2  # columns


def facts(run: Run, program: Program, train: Train | None) -> dict[str, Any]:
    """For programs."""
    how = {} if train is None else {
        "optimizer": settings(train.optimizer, "optimizer", program), "batch": train.batch, "most_epochs": train.epochs,
    }  # fmt: skip
    return {
        "run": run.name, "network": run.network, "data": run.data, **how, "epochs": run.epochs,
        "best_epoch": run.best_epoch, "ended": ended(run, train), "seconds": run.seconds,
        "examples_per_second": speed(run), "history": dict(run.history),
    }  # fmt: skip


def shown(run: Run, line: str, program: Program, train: Train | None) -> str:
    """For people. line: what is said of every run, which the table of curves says better."""
    lines = [line.partition(": loss ")[0] if run.epochs > 1 else line]
    if train is not None:
        lines += [f"  {words}" for words in _how(program, train)]
    lines.append(f"  ended {ended(run, train)}")
    rate = speed(run)
    lines.append(f"  {run.seconds:,.2f} s" + (f", {rate:,.0f} examples/s" if rate else ""))
    lines += _curves(run)
    return "\n".join([*lines, *epochs(run)])


# ---- how it was trained -----------------------------------------------------------------------------------------


def _how(program: Program, train: Train) -> list[str]:
    loss = [] if train.loss is None else [f"loss {_written(train.loss)}"]
    optimizer = f"optimizer {settings(train.optimizer, 'optimizer', program)}"
    more = [] if train.schedule is None else [f"schedule {settings(train.schedule, 'schedule', program)}"]
    more += [f"regularize {settings(one, 'regularizer', program)}" for one in train.regularizers]
    more += [] if train.clip is None else [f"clip {number(train.clip)}"]
    steps = "" if train.steps is None else f", {train.steps} steps each"
    seed = program.settings.seed if train.seed is None else train.seed
    stop = [] if train.stop is None else [f"stop patience={train.stop.patience}"]
    counts = [f"batch {train.batch}", f"epochs {train.epochs}{steps}", *stop, f"seed {seed}"]
    first = ", ".join([*loss, optimizer])
    fits = len(first) + INDENT <= WIDTH
    return [*([first] if fits else [*loss, optimizer]), *([", ".join(more)] if more else []), ", ".join(counts)]


def settings(expr: ast.Expr, role: str, program: Program) -> str:
    """`adam(lr=0.01, beta1=0.9, beta2=0.999, eps=1e-8)`: with what was left to the definition."""
    head = expr.function if isinstance(expr, ast.Call) else expr
    entry = program.scope.find(head.text, (role,)) if isinstance(head, ast.Name) else None
    if entry is None:
        return _written(expr)
    arguments = list(expr.arguments) if isinstance(expr, ast.Call) else []
    fed = 2 if role == "schedule" else 1 if role == "regularizer" else 0
    given = bind(entry.definition, arguments, fed)
    parts = [
        f"{parameter.name}={_written(given[parameter.name].value if parameter.name in given else parameter.default)}"
        for parameter in entry.definition.parameters[fed:]
        if parameter.name in given or parameter.default is not None
    ]
    return f"{entry.name}({', '.join(parts)})" if parts else entry.name


def _written(expr: ast.Expr | None) -> str:
    """A name that was chosen, and not written, has the place of what it was chosen for."""
    if isinstance(expr, ast.Name):
        return expr.text
    return "" if expr is None else " ".join(expr.span.text.split())


def ended(run: Run, train: Train | None) -> str:
    """Why there are no more epochs."""
    if run.interrupted:
        return f"by Ctrl-C after {counted(run.epochs, 'epoch')}"
    if run.stopped_early and train is not None and train.stop is not None:
        watched = f"{train.stop.monitor.part} {train.stop.monitor.quantity}"
        return f"early: {watched} no better for {train.stop.patience} epochs; weights of epoch {run.best_epoch}"
    return f"after all {run.epochs} epochs" if run.epochs > 1 else "after its one epoch"


def speed(run: Run) -> float | None:
    """Examples a second, with all that was measured between epochs; None where no time went by."""
    return run.epochs * run.rows / run.seconds if run.seconds > 0 else None


# ---- the curves -------------------------------------------------------------------------------------------------


def _curves(run: Run) -> list[str]:
    """Of the losses and metrics: the first number, that of the best epoch, the last, and bars for all."""
    if run.epochs < 2:
        return []
    best = f"best {run.best_epoch}"
    rows = [
        [key, number(column[0]), number(column[run.best_epoch - 1]), number(column[-1])]
        for key, column in run.history.items()
    ]
    head, *lines = table(["", "first", best, "last"], rows)
    width = max(map(len, [head, *lines]))
    bars = [spark(column, max(WIDTH - width - 2, FEWEST_BARS)) for column in run.history.values()]
    return [head, *(f"{line.ljust(width)}  {bar}" for line, bar in zip(lines, bars, strict=True))]


def epochs(run: Run) -> list[str]:
    """Some twenty epochs, evenly chosen, with the best and the last. Columns for which a line has no room follow below,
    with the epochs once more."""
    if not run.epochs:
        return []
    stride = -(-run.epochs // MOST_ROWS)
    chosen = sorted({*range(stride, run.epochs + 1, stride), 1, run.best_epoch, run.epochs})
    found: list[str] = []
    keys = list(run.history)
    while keys:
        tables = (_some(run, chosen, keys[:count]) for count in range(len(keys), 0, -1))
        count, lines = next(
            (len(keys) - k, one) for k, one in enumerate(tables) if len(one[0]) <= WIDTH or k == len(keys) - 1
        )
        found, keys = [*found, *lines], keys[count:]
    return found


def _some(run: Run, chosen: Sequence[int], keys: Sequence[str]) -> list[str]:
    """Some columns of the table of epochs."""
    rows = [
        [f"{e}{' *' if e == run.best_epoch else ''}", *(number(run.history[k][e - 1]) for k in keys)] for e in chosen
    ]
    return table(["epoch", *keys], rows)
