"""Training for programs: one JSON object a line for each epoch and each action.

In: events of a session. Out: lines on a stream. Keys of an epoch: statement ("epoch"), run, epoch, loss,
validation_loss (null without a validation part), elapsed_s (since the training began), and each metric. Keys of an
action: statement (its verb), name (null where it has none), line, elapsed_s (of the action), and its fields. Numbers
that are not finite are null.
"""

from __future__ import annotations

import json
import math
from typing import Any, TextIO

import numpy as np

from nndsl.diagnostics.location import line_of
from nndsl.runtime.diagnosis.health import Health
from nndsl.runtime.diagnosis.text import objects
from nndsl.runtime.events import Progress, Work
from nndsl.runtime.made import LONG, Neighbours, Table
from nndsl.runtime.results import Answers, Drawn, Evaluation, Fields, Forecast, Run, Text, Written
from nndsl.runtime.showing import Shown
from nndsl.semantics.program import Action, Expect, Print


class Lines:
    """Writes for programs. stream: where the objects go."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.told = 0

    def note(self, text: str) -> None:
        self._write({"statement": "note", "text": text})

    def begin(self, progress: Progress | Work) -> None:
        self.told = 0

    def look(self, progress: Progress | Work) -> None:
        if isinstance(progress, Work):
            return  # what it found is told when it is done
        history, done = progress.history, len(progress.history)
        for epoch in range(self.told, done):
            values = {key: column[epoch] for key, column in list(history.columns.items())}
            validation = values.pop("validation_loss", None)
            line = {"statement": "epoch", "run": progress.name, "epoch": epoch + 1, "loss": values.pop("loss")}
            elapsed = history.ended[epoch] - progress.started
            self._write(line | {"validation_loss": validation, "elapsed_s": round(elapsed, 6)} | values)
        self.told = done

    def end(self, progress: Progress | Work) -> None:
        self.look(progress)

    def done(self, action: Action, outcome: object, elapsed_s: float) -> None:
        verb = type(action).__name__.lower()
        line = line_of(action.span.source, action.span.start)
        name = getattr(action, "name", None)
        self._write(
            {"statement": verb, "name": name, "line": line, "elapsed_s": round(elapsed_s, 6)} | fields(action, outcome)
        )

    def _write(self, line: dict[str, Any]) -> None:
        print(json.dumps(plain(line), ensure_ascii=False), file=self.stream, flush=True)


def fields(action: Action, outcome: object) -> dict[str, Any]:
    """What an action found, apart from its name and place."""
    match outcome:
        case Run():
            return {
                "network": outcome.network, "data": outcome.data, "epochs": outcome.epochs, "best": dict(outcome.best),
                "last": dict(outcome.last), "stopped_early": outcome.stopped_early, "seconds": outcome.seconds,
            }  # fmt: skip
        case Health():
            return {
                "network": outcome.network, "data": outcome.data, "part": outcome.part, **outcome.fields,
                "found": objects(outcome),
            }  # fmt: skip
        case Table() | Neighbours():
            return {"data": outcome.data, **_short(outcome)}
        case Evaluation():
            return {"network": outcome.network, "data": outcome.data, "part": outcome.part, **outcome.fields}
        case Answers():
            return {
                "network": outcome.network,
                "data": outcome.data,
                "part": outcome.part,
                "rows": outcome.rows,
                "path": outcome.path,
            }
        case Text():
            return {
                "network": outcome.network, "data": outcome.data, "prompts": outcome.prompts, "texts": outcome.texts,
                "length": outcome.length, "temperature": outcome.temperature, "seed": outcome.seed,
                "path": outcome.path,
            }  # fmt: skip
        case Forecast():
            return {
                "network": outcome.network, "data": outcome.data, "after": outcome.after, "length": outcome.length,
                "columns": dict(outcome.columns), "path": outcome.path,
            }  # fmt: skip
        case Drawn():
            return dict(outcome.fields)
        case Written():
            return {"path": outcome.path, "figures": outcome.figures, "missing": outcome.missing or None}
    if isinstance(action, Print):
        return {"values": outcome}
    if isinstance(action, Expect):
        left, right = outcome if isinstance(outcome, tuple) else (None, None)
        return {"holds": True, "expression": " ".join(action.expr.span.text.split()), "left": left, "right": right}
    return {"kind": outcome.kind, "text": outcome.text, **outcome.facts} if isinstance(outcome, Shown) else {}


def _short(found: Table | Neighbours) -> dict[str, Any]:
    """The fields that are not as long as the data are: `print` writes the others, where a script asks for them."""
    return {key: value for key, value in found.fields.items() if key not in LONG}


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Table | Neighbours):
        return plain(_short(value))
    if isinstance(value, Fields | dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, Run | Evaluation | Answers | Text | Forecast | Health):
        return plain(dict(value.fields))
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, str | int | bool) or value is None else str(value)
