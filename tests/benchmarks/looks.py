"""The workloads that look at data: `pca`, `knn`, `tsne`. Nothing is trained; an epoch is the whole work once more.

In: a workload's name, the options of `run.py`. Out: the line of JSON that README.md describes.
"""

from __future__ import annotations

import gzip
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clock import peak_rss_mb, process_age

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Look:
    """
    epochs: how many, where none are asked for. options: name, default, choices. given: what is handed over, from the
    folder of the data. settings: values of the script's `let`s. took: seconds of an epoch, from what the run has left
    and from what its long works took. quality: the figures that must agree.
    """

    epochs: int
    options: tuple[tuple[str, int | str, tuple[str, ...] | None], ...]
    given: Callable[[Path, Any], dict[str, Any]]
    settings: Callable[[Path, Any], dict[str, int | str]]
    took: Callable[[Mapping[str, Any], float], float]
    quality: Callable[[Mapping[str, Any]], dict[str, float]]


def pictures(folder: Path, count: int = 0) -> Any:
    """[N, 784] float32 in [0, 1]: the first pictures of the training part of Fashion-MNIST."""
    import numpy as np

    path = folder / "fashion-mnist" / "train-images-idx3-ubyte"
    raw = path.read_bytes() if path.exists() else gzip.decompress(path.with_name(f"{path.name}.gz").read_bytes())
    whole = np.frombuffer(raw, np.uint8, offset=16).reshape(-1, 784)
    return whole[: count or None] * np.float32(1 / 255)


def genes(folder: Path) -> Any:
    """[4000, 2000] float32: log(1 + counts per 10,000 of each cell)."""
    import numpy as np

    kept = np.load(folder / "tabula-muris" / "counts.npz")
    x = np.zeros(tuple(kept["shape"]), np.float32)
    x[np.repeat(np.arange(len(x)), np.diff(kept["indptr"])), kept["indices"]] = kept["data"]
    return np.log1p(x * (1e4 / np.maximum(x.sum(1, keepdims=True), 1)))


LOOKS: Mapping[str, Look] = {
    "pca": Look(
        3,
        (("set", "fashion-mnist", ("fashion-mnist", "genes")),),
        lambda folder, options: {"x": genes(folder) if options.set == "genes" else pictures(folder)},
        lambda folder, options: {},
        lambda results, worked: worked,  # finding the directions; bringing the rows to them is left out
        lambda results: {"explained": sum(results["pc"].fields["explained"])},
    ),
    "knn": Look(
        1,
        (),
        lambda folder, options: {},
        lambda folder, options: {"folder": (folder / "fashion-mnist").as_posix()},
        lambda results, worked: results["near"].seconds,
        lambda results: {"test_acc": results["near"].measured["test"].accuracy},
    ),
    "tsne": Look(
        1,
        (("n", 5000, None), ("iterations", 1000, None), ("save", "", None)),
        lambda folder, options: {"x": pictures(folder, options.n)},
        lambda folder, options: {"turns": options.iterations},
        lambda results, worked: results["pc"].seconds + results["map"].seconds,
        lambda results: {"kl_own": results["map"].kl},
    ),
}


def look_line(options: Any) -> dict[str, Any]:
    """Does the work as often as it is asked for."""
    if options.data is None:
        raise SystemExit("name the folder of the data: --data FOLDER")
    look, folder = LOOKS[options.workload], Path(options.data).resolve()
    text = (HERE / f"{options.workload}.nn").read_text(encoding="utf-8")
    settings = {"seed": options.seed, "threads": options.threads, **look.settings(folder, options)}
    given = look.given(folder, options)
    import scipy.linalg  # noqa: F401  # libraries are there before the clock starts, as those of the other programs are

    import nndsl

    script = nndsl.compile(text, settings=settings, data={"given": given} if given else {})
    clock, epochs, cpu, results = _Clock(), list[float](), list[float](), dict[str, Any]()
    for _ in range(options.epochs):
        clock.wall_s = clock.cpu_s = 0.0
        results = script.run(listener=clock)
        epochs.append(look.took(results, clock.wall_s))
        cpu.append(clock.cpu_s)
    line = {
        "workload": options.workload, "impl": "nndsl", "threads": options.threads,
        "setup_s": round(process_age() - sum(epochs), 4), "epoch_s": [round(s, 6) for s in epochs],
        "median_epoch_s": round(statistics.median(epochs), 6),
        "total_s": round(process_age(), 4), "peak_rss_mb": round(peak_rss_mb(), 1),
        "quality": {key: round(float(value), 5) for key, value in look.quality(results).items()}, "params": 0,
    }  # fmt: skip
    if any(cpu):
        line["median_epoch_cpu_s"] = round(statistics.median(cpu), 6)
    return line | _artifact(options, results)


def _artifact(options: Any, results: Mapping[str, Any]) -> dict[str, Any]:
    """A map is written, and named, so that it can be judged by others."""
    if not getattr(options, "save", ""):
        return {}
    import numpy as np

    np.save(options.save, results["map"].values)
    return {"artifact": options.save, "n": options.n}


class _Clock:
    """Listens to a run: seconds and processor time of its long works."""

    wall_s = cpu_s = 0.0

    def begin(self, _: object) -> None:
        self.wall_s -= time.perf_counter()
        self.cpu_s -= time.process_time()

    def end(self, _: object) -> None:
        self.wall_s += time.perf_counter()
        self.cpu_s += time.process_time()

    def note(self, _: str) -> None: ...

    def look(self, _: object) -> None: ...

    def done(self, *_: object) -> None: ...
