"""What is compiled, and when: another size, rate or name is the same kernels, so nothing is."""

from __future__ import annotations

from pathlib import Path

import pytest

import nndsl
from nndsl.backend.cpu import linker

SCRIPT = """
set seed {seed}
data {data} {{ from moons({rows}, noise=0.2); split train=80%, validation=10%, test=10% }}
network {net} for {data} {{
  dense({width}) -> relu -> dropout({drop})
  dense({second}) -> relu -> dropout({drop})
  dense(classes) -> softmax
}}
train {net} on {data} as {run} {{
  optimizer adam(lr={rate}, beta1={beta}); batch {batch}; epochs 3
  regularize l2({decay}); clip {clip}; metrics accuracy
}}
evaluate {net} on {data}.test as result {{ metrics accuracy, f1 }}
predict {net} on {data}.test as answers
"""
FIRST: dict[str, object] = {
    **{"seed": 1, "data": "points", "rows": 200, "net": "mlp", "width": 8, "second": 6, "drop": 0.1, "run": "run"},
    **{"rate": 0.01, "beta": 0.9, "batch": 16, "decay": 0.001, "clip": 1.5},
}
OTHERS = [
    {"width": 33, "second": 100},
    {"rate": 0.3, "beta": 0.85, "decay": 0.3, "clip": 7.0, "drop": 0.45},
    {"data": "rows", "net": "brain", "run": "attempt"},
    {"rows": 333, "batch": 50, "seed": 12},
]


def _kernels(folder: Path) -> set[str]:
    return {path.name for path in (folder / "kernels").iterdir()}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that holds the kernels of the first script and nothing else."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NNDSL_CACHE", str(folder))
        patch.setattr(linker, "_addresses", {})
        nndsl.compile(SCRIPT.format(**FIRST)).run()
    return folder


@pytest.mark.parametrize("change", OTHERS, ids=lambda change: "-".join(change))
def test_another_size_rate_or_name_compiles_nothing(
    change: dict[str, object], cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _kernels(cache)
    assert before
    monkeypatch.setenv("NNDSL_CACHE", str(cache))
    monkeypatch.setattr(linker, "_addresses", {})
    nndsl.compile(SCRIPT.format(**{**FIRST, **change})).run()
    assert _kernels(cache) == before


def test_another_equation_is_compiled(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _kernels(cache)
    monkeypatch.setenv("NNDSL_CACHE", str(cache))
    monkeypatch.setattr(linker, "_addresses", {})
    nndsl.compile(SCRIPT.format(**FIRST).replace("relu", "tanh")).run()
    assert _kernels(cache) > before


PICTURES = """
data d {{ from blobs({rows}, classes=3) }}
network net for d {{
  dense({side} * {side}) -> reshape({side}, {side}, 1)
  conv({filters}, 3) -> relu -> maxpool(2) -> conv({more}, 3) -> relu -> maxpool(2)
  flatten -> dense(classes)
}}
train net on d {{ batch {batch}; epochs 1; loss cross_entropy }}
"""
PICTURE = {"rows": 60, "side": 8, "filters": 4, "more": 6, "batch": 16}
SERIES = """
data d {{
  columns v
  rows [{numbers}]
  sequence v -> standard
  window {window}
  horizon 1
}}
network net for d {{ {cell}({units}) -> {cell}({more}) -> dense(1) }}
train net on d {{ batch {batch}; epochs 1 }}
"""
SERIE = {"window": 6, "units": 5, "more": 7, "batch": 8, "numbers": ", ".join(f"[{i % 7}]" for i in range(90))}


@pytest.mark.parametrize(
    ("script", "first", "others"),
    [
        (PICTURES, PICTURE, [{"filters": 16, "more": 32}, {"side": 12, "batch": 30, "rows": 99}, {"filters": 9}]),
        *(
            (SERIES, {**SERIE, "cell": cell}, [{"window": 20}, {"units": 64, "more": 33}, {"batch": 30}])
            for cell in ("elman", "gru", "lstm")
        ),
    ],
    ids=["pictures", "elman", "gru", "lstm"],
)
def test_other_times_and_widths_compile_nothing(
    script: str,
    first: dict[str, object],
    others: list[dict[str, object]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NNDSL_CACHE", str(tmp_path))
    before = None
    for change in ({}, *others):
        monkeypatch.setattr(linker, "_addresses", {})
        nndsl.compile(script.format(**{**first, **change})).run()
        before = before or _kernels(tmp_path)
        assert _kernels(tmp_path) == before, change
