"""What the prompt promises and no other test says as such: questions, every command once, what is offered where, long
values, plain lines of a run."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from session_tools import MLP, MOONS, TRAIN, Desk

from nndsl.interactive.commands import COMMANDS
from nndsl.interactive.session import Interactive
from nndsl.repl.screen import Screen

ONCE = {  # what is entered, and what is in its answer; %s is a folder
    "help": (":help shape", ":shape NET"),
    "undo": (":undo", "undone: `train mlp on m as run`"),
    "redo": (":redo", "done again: `train mlp on m as run`"),
    "reset": (":reset run", "`run` is forgotten"),
    "who": (":who", "trained for 3 epochs"),
    "type": (":type run.history.loss", "numbers"),
    "shape": (":shape mlp", "[2] -> [2]"),
    "grad": (":grad x^3 wrt x", "dx = 3 * x^2"),
    "ir": (":ir mlp on m", "# run: a step of `mlp` on `m`"),
    "kernels": (":kernels mlp on m", "def "),
    "plot": (":plot run", "Training of mlp on m"),
    "time": (":time 1 + 1", "no kernel was new"),
    "device": (":device", "precision  float32"),
    "save": (":save %s/kept.nn", "saved as `kept.nn`"),
    "load": (":load %s/other.nn", "width"),
    "run": (":run %s/other.nn", "64"),
    "history": (":history 2", "train mlp on m"),
}
NO_ANSWER = {"watch", "edit", "clear", "quit"}  # they speak with the terminal, which has tests of its own


def desk(folder: Path) -> Desk:
    (folder / "other.nn").write_text("let width = 64\nprint width\n", encoding="utf-8")
    made = Desk(folder)
    made.enter(MOONS, MLP, TRAIN)
    return made


def test_every_command_is_here() -> None:
    assert ONCE.keys() | NO_ANSWER == COMMANDS.keys()


@pytest.mark.parametrize("name", ONCE)
def test_every_command_answers(name: str, tmp_path: Path) -> None:
    entry, answer = ONCE[name]
    made = desk(tmp_path)
    if name == "redo":
        made.enter(":undo")
    shown = made.enter(entry.replace("%s", str(tmp_path)))
    if name == "load":
        shown = made.enter(":who")
    assert answer in shown + made.notes


def test_commands_that_speak_with_the_terminal(tmp_path: Path) -> None:
    made = desk(tmp_path)
    assert made.try_(":quit").quit
    assert made.try_(":clear").clear
    assert made.try_(":edit mlp").edit == MLP


def test_a_question_is_answered_in_full(tmp_path: Path) -> None:
    made = desk(tmp_path)
    page = made.enter("?dense")
    for part in ("dense(units)", "a layer", "[..., in] -> [..., units]", "example", "see also", "x @ W + b"):
        assert part in page
    assert "output x @ W + b" in made.enter("??dense") and "std/layers.nn" in made.enter("??dense")
    assert "stop" in made.enter("?early stopping").split()
    assert "dense(8) -> relu" in made.enter("??mlp")


@pytest.mark.parametrize(
    ("text", "there", "not_there"),
    [
        ("train mlp on m { epochs 3; ", "batch", "epochs"),
        ("network two for m { dense(3) -> ", "tanh", "train"),
        ("network two for m { ", "dense", "adam"),
        ("train mlp on m { optimizer ", "adam", "dense"),
        ("train ", "mlp", "m"),
        ("train mlp on ", "m", "mlp"),
        ("evaluate mlp on m.", "test", "validation"),
        ("print run.history.", "loss", "accuracy"),
        (":sha", "shape", "save"),
        ("?den", "dense", "conv"),
    ],
)
def test_what_is_offered_fits_its_place_and_has_a_meaning(
    text: str, there: str, not_there: str, tmp_path: Path
) -> None:
    found = desk(tmp_path).session.complete(text, len(text))
    names = [one.text.strip() for one in found]
    assert there in names and not_there not in names
    assert all(one.meaning and "\n" not in one.meaning for one in found)


@pytest.mark.parametrize("text", ["# train ", "data d { # inp", 'print "tra', 'data d { target "mo'])
def test_nothing_is_offered_in_comments_and_strings(text: str, tmp_path: Path) -> None:
    assert desk(tmp_path).session.complete(text, len(text)) == []


def test_long_values_are_summarised(tmp_path: Path) -> None:
    shown = desk(tmp_path).enter("m.x")
    assert shown.endswith("(200 values)") and "..." in shown and len(shown) < 200


@pytest.mark.parametrize("epochs", [7, 5_000])
def test_a_run_that_nobody_watches_has_few_plain_lines(epochs: int, tmp_path: Path) -> None:
    results, messages = io.StringIO(), io.StringIO()
    session = Interactive(tmp_path, Screen(results, messages, lambda found: None))
    for text in (MOONS, MLP, f"train mlp on m as run {{ epochs {epochs} }}"):
        assert session.enter(text).well
    said = messages.getvalue()
    lines = [line for line in said.splitlines() if line.startswith("run: epoch")]
    assert "\r" not in said and "\x1b" not in said
    assert min(epochs, 20) <= len(lines) <= 100 and lines[-1].startswith(f"run: epoch {epochs} of {epochs}")
