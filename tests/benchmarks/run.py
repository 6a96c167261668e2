"""Runs one workload and prints what it took: `python tests/benchmarks/run.py mlp --threads 1 --data FOLDER`.

In: the name of a workload, threads, seed, folder of data, epochs, the workload's own options. Out: the line of JSON
that README.md describes. Times come from the run's own record. Imports are few and late, since the set-up is timed too.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clock import limit_threads, peak_rss_mb, process_age
from looks import LOOKS, look_line

HERE = Path(__file__).resolve().parent

Options = argparse.Namespace
Settings = dict[str, int | str]


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a workload; with `choices`, one of them."""

    name: str
    default: int | str
    choices: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Workload:
    """
    epochs: how many, where none are asked for. script: which text serves the options. settings: values of its `let`s.
    figure: what is measured after training: an accuracy, or `test_loss`. data: what it reads in the folder of the data.
    objects: what is handed over as Python data, from there.
    """

    epochs: int
    options: tuple[Option, ...]
    script: Callable[[Options], str]
    settings: Callable[[Options], Settings]
    figure: str
    data: str
    objects: Callable[[Path], dict[str, Any]] = lambda _: {}


def _tiny_script(options: Options) -> str:
    return "tiny-xor.nn" if options.task == "xor" else "tiny.nn"


def _tiny_settings(options: Options) -> Settings:
    return {} if options.task == "xor" else {"size": 150 if options.full else 16}


def _changes(path: Path) -> dict[str, Any]:
    """The changes from week to week, what is missing interpolated."""
    import numpy as np

    table = np.genfromtxt(path, delimiter=",", names=True, dtype=None, encoding=None)
    known = np.flatnonzero(~np.isnan(table["co2"]))
    return {"changes": {"change": np.diff(np.interp(np.arange(len(table)), known, table["co2"][known]))}}


WORKLOADS: Mapping[str, Workload] = {
    "tiny": Workload(
        200,
        (Option("task", "iris", ("iris", "xor")), Option("full", 0)),
        _tiny_script,
        _tiny_settings,
        "train_acc",
        "iris/iris.csv",
    ),
    "mlp": Workload(
        3,
        (Option("batch", 64),),
        lambda _: "mlp.nn",
        lambda options: {"size": options.batch},
        "test_acc",
        "fashion-mnist",
    ),
    "cnn": Workload(
        1,
        (Option("batch", 64),),
        lambda _: "cnn.nn",
        lambda options: {"size": options.batch},
        "test_acc",
        "fashion-mnist",
    ),
    "lstm": Workload(4, (), lambda _: "lstm.nn", lambda _: {}, "test_loss", "tiny-shakespeare/input.txt"),
    "elman": Workload(
        20,
        (Option("cell", "elman", ("elman", "jordan")),),
        lambda options: f"{options.cell}.nn",
        lambda _: {},
        "test_loss",
        "mauna-loa-co2/co2.csv",
        _changes,
    ),
}


def main() -> None:
    """Runs the workload that the command line names."""
    options = _options()
    limit_threads(options.threads)
    if options.workload in LOOKS:
        print(json.dumps(look_line(options)))
        return
    workload = WORKLOADS[options.workload]
    text, settings, objects = _script(workload, options)
    settings |= {
        "seed": options.seed,
        "threads": options.threads,
        "turns": options.epochs,
        **workload.settings(options),
    }
    import nndsl

    clock = _Clock()
    results = nndsl.compile(text, settings=settings, data=objects).run(
        listener=clock
    )  # somebody who listens knows when training ends
    print(json.dumps(_line(workload, options, results, clock)))


def _script(workload: Workload, options: Options) -> tuple[str, Settings, dict[str, Any]]:
    """The text, the folder of the data for a script that asks for it, and what is handed over to one that does not."""
    text = (HERE / workload.script(options)).read_text(encoding="utf-8")
    asks = "let folder" in text
    if not asks and "from changes" not in text:
        return text, {}, {}
    if options.data is None:
        raise SystemExit("name the folder of the data: --data FOLDER")
    path = Path(options.data).resolve() / workload.data
    return text, {"folder": path.as_posix()} if asks else {}, workload.objects(path)


def _line(workload: Workload, options: Options, results: Mapping[str, Any], clock: _Clock) -> dict[str, Any]:
    run = results["run"]
    seconds = list(run.epoch_seconds)
    result = results["result"]
    figure = result.loss if workload.figure == "test_loss" else result.accuracy
    quality = {"train_loss": run.history.loss[-1], workload.figure: figure}
    return {
        "workload": options.workload,
        "impl": "nndsl",
        "threads": options.threads,
        "setup_s": round(clock.total_s - sum(seconds), 4),
        "epoch_s": [round(s, 6) for s in seconds],
        "median_epoch_s": round(statistics.median(seconds), 6),
        "median_epoch_cpu_s": round(clock.cpu_s / len(seconds), 6),
        "total_s": round(clock.total_s, 4),
        "peak_rss_mb": round(clock.peak_rss_mb, 1),
        "quality": {key: round(float(value), 5) for key, value in quality.items()},
        "params": sum(int(array.size) for array in results["net"].weights.values()),
    }


class _Clock:
    """Listens to a run, and takes the time and the memory where training ends: what follows is evaluation.

    total_s: from the start of the process to the end of training. cpu_s: processor time of the training itself.
    """

    total_s = cpu_s = peak_rss_mb = 0.0

    def begin(self, _: object) -> None:
        self.cpu_s = -time.process_time()

    def end(self, _: object) -> None:
        self.cpu_s += time.process_time()
        self.total_s = process_age()
        self.peak_rss_mb = peak_rss_mb()

    def note(self, _: str) -> None: ...

    def look(self, _: object) -> None: ...

    def done(self, *_: object) -> None: ...


def _options() -> Options:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    workloads = parser.add_subparsers(dest="workload", required=True)
    looks = {name: (look.epochs, tuple(Option(*option) for option in look.options)) for name, look in LOOKS.items()}
    trained = {name: (workload.epochs, workload.options) for name, workload in WORKLOADS.items()}
    for name, (epochs, more) in {**trained, **looks}.items():
        one = workloads.add_parser(name)
        one.add_argument("--threads", type=int, default=1)
        one.add_argument("--seed", type=int, default=0)
        one.add_argument("--epochs", type=int, default=epochs)
        one.add_argument("--data", default=os.environ.get("NNDSL_DATA"), help="the folder; else NNDSL_DATA names it")
        for option in more:
            one.add_argument(
                f"--{option.name}", type=type(option.default), default=option.default, choices=option.choices
            )
    return parser.parse_args()


if __name__ == "__main__":
    main()
