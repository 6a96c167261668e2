"""The benchmarks' scripts are the workloads they say, and the runner prints the line that is compared."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from data_folder import data_folder

RUNNER = Path(__file__).parent / "benchmarks" / "run.py"


def run(*words: str) -> dict[str, Any]:
    done = subprocess.run([sys.executable, str(RUNNER), *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    line: dict[str, Any] = json.loads(done.stdout)
    return line


def test_the_line_has_all_that_is_compared() -> None:
    line = run("tiny", "--task", "xor", "--epochs", "20", "--seed", "3")
    assert line["workload"] == "tiny" and line["impl"] == "nndsl" and line["threads"] == 1
    assert len(line["epoch_s"]) == 20 and all(seconds > 0 for seconds in line["epoch_s"])
    assert 0 < line["median_epoch_s"] < line["setup_s"] < line["total_s"]
    assert line["median_epoch_cpu_s"] > 0 and line["peak_rss_mb"] > 10
    assert line["params"] == 2 * 8 + 8 + 8 * 2 + 2
    assert set(line["quality"]) == {"train_loss", "train_acc"}


def test_the_seed_decides() -> None:
    words = ("tiny", "--task", "xor", "--epochs", "5")
    first, again, other = run(*words), run(*words), run(*words, "--seed", "1")
    assert first["quality"] == again["quality"] != other["quality"]


def test_xor_is_learnt() -> None:
    assert run("tiny", "--task", "xor")["quality"]["train_acc"] == 1


@pytest.mark.parametrize("full", ["0", "1"])
def test_iris(full: str) -> None:
    line = run("tiny", "--data", str(data_folder("iris").parent), "--full", full)
    assert line["params"] == 4 * 16 + 16 + 16 * 3 + 3 and len(line["epoch_s"]) == 200
    assert line["quality"]["train_acc"] > 0.95


def test_mlp() -> None:
    line = run("mlp", "--data", str(data_folder("fashion-mnist").parent), "--epochs", "1")
    assert line["params"] == 235146 and len(line["epoch_s"]) == 1
    assert line["quality"]["test_acc"] > 0.8


@pytest.mark.parametrize(("cell", "params"), [("elman", 32 + 32 * 32 + 32 + 32 + 1), ("jordan", 32 + 32 + 32 + 32 + 1)])
def test_cells(cell: str, params: int) -> None:
    """Better than no change, which the squared changes themselves would be: they have variance 1."""
    line = run("elman", "--data", str(data_folder("mauna-loa-co2").parent), "--cell", cell, "--epochs", "5")
    assert line["params"] == params and len(line["epoch_s"]) == 5
    assert 0.5 < line["quality"]["test_loss"] < 1.1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("workload", "folder", "params"), [("cnn", "fashion-mnist", 421642), ("lstm", "tiny-shakespeare", 349569)]
)
def test_larger_networks(workload: str, folder: str, params: int) -> None:
    line = run(workload, "--data", str(data_folder(folder).parent), "--epochs", "1")
    assert line["params"] == params
    assert line["quality"].get("test_acc", 1) > 0.8 and line["quality"].get("test_loss", 0) < 3


def test_looking_at_data() -> None:
    """A map of few pictures, and components of all genes: the lines that are compared, and right answers."""
    folder = data_folder("fashion-mnist").parent
    line = run("tsne", "--data", str(folder), "--n", "600", "--iterations", "60")
    assert line["workload"] == "tsne" and len(line["epoch_s"]) == 1 and 0 < line["epoch_s"][0] < line["total_s"]
    assert 0 < line["quality"]["kl_own"] < 10
    genes = run("pca", "--data", str(data_folder("tabula-muris").parent), "--set", "genes", "--epochs", "1")
    assert genes["quality"]["explained"] == pytest.approx(0.36037, rel=1e-3)


def test_neighbours_of_pictures() -> None:
    line = run("knn", "--data", str(data_folder("fashion-mnist").parent))
    assert line["quality"]["test_acc"] == pytest.approx(0.8541, abs=1e-3)
