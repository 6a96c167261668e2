"""`nndsl.Session`: the prompt from Python."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import numpy as np
import pytest

import nndsl

DATA = "data m { from points\n input (a, b); target y -> category; split train=50%, test=50% }"
NETWORK = "network mlp for m { dense(4) -> tanh -> dense(classes) -> softmax }"


def points() -> dict[str, object]:
    draws = np.random.default_rng(0)
    a, b = draws.normal(size=(2, 80))
    return {"a": a, "b": b, "y": np.where(a > 0, "right", "left")}


def test_entries_and_what_they_leave() -> None:
    session = nndsl.Session(data={"points": points()})
    session.enter(DATA)
    session.enter(NETWORK)
    (told,) = [text for text in session.enter("train mlp on m as run { epochs 5 }") if text.startswith("run:")]
    assert "mlp trained on m for 5 epochs" in told
    assert session["run"].epochs == 5 and session.results.runs["run"].network == "mlp"
    assert session["mlp"].weights["dense_1.W"].shape == (2, 4)
    assert set(session["mlp"].predict({"a": [3.0, -3.0], "b": [0.0, 0.0]})) <= {"left", "right"}
    assert session.enter("run.epochs + 1") == ["6"] and session["ans"] == 6
    assert session.enter("1 + 1;") == [] and session["ans"] == 2
    assert "mlp" in repr(session)


def test_what_is_wrong_is_raised_and_changes_nothing() -> None:
    session = nndsl.Session({"points": points()})
    session.enter(f"{DATA}\n{NETWORK}")
    with pytest.raises(nndsl.CompileError, match="did you mean `train`"):
        session.enter("trian mlp on m")
    with pytest.raises(nndsl.RunError) as failed:
        session.enter("train mlp on m { epochs 3; optimizer sgd(lr=1e30) }")
    assert failed.value.diagnostics[0].code == "E0601" and "mlp" in failed.value.results
    assert session["mlp"].weights == {}
    session.enter("train mlp on m { epochs 1 }")


def test_undo_and_versions() -> None:
    session = nndsl.Session({"points": points()})
    session.enter(f"{DATA}\n{NETWORK}\ntrain mlp on m as run {{ epochs 2 }}")
    weights = session["mlp"].weights
    assert "undone" in session.enter(":undo")[-1] and session["mlp"].weights == {}
    session.enter(":redo")
    assert all((session["mlp"].weights[name] == value).all() for name, value in weights.items())
    session.enter("network mlp for m { dense(classes) -> softmax }")
    assert all((session["mlp_1"].weights[name] == value).all() for name, value in weights.items())
    assert session["mlp_1"].history["loss"] == session["run_1"].history["loss"]


def test_completion_warnings_and_data_that_come_later(tmp_path: Path) -> None:
    data: dict[str, object] = {}
    session = nndsl.Session(data, folder=tmp_path)
    data["points"] = points()
    session.enter(DATA)
    assert "train" in [one.label for one in session.complete("tr")]
    session.enter("network odd for m { dense(classes) -> softmax -> dropout(0.5) }")
    assert [warning.code[0] for warning in session.warnings] == ["W"]
    session.enter(":save here")
    assert (tmp_path / "here.nn").exists()


def test_an_interrupt_is_raised_with_what_was_reached() -> None:
    session = nndsl.Session({"points": points()})
    session.enter(f"{DATA}\n{NETWORK}")
    timer = threading.Timer(1.0, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(nndsl.Interrupted) as stopped:
        session.enter("train mlp on m as run { epochs 100_000_000 }")
    assert stopped.value.results["run"].interrupted and session["mlp"].weights
    session.enter("1 + 1")
