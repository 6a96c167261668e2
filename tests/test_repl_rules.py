"""What a prompt promises, with a real session behind it: keys come through a pipe, and what is there is looked at."""

from __future__ import annotations

from pathlib import Path

import pytest
from repl_tools import CTRL_D, ENTER, Person, typed
from session_tools import MOONS, Desk, same

import nndsl

DATA = MOONS.replace("\n", ";")
NETWORK = "network mlp for m { dense(8) -> relu -> dense(classes) -> softmax }"
OTHER = "network mlp for m { dense(8) -> tanh -> dense(classes) -> softmax }"
TRAIN = "train mlp on m as run { epochs 3 }"


def enter(desk: Desk, *entries: str) -> Person:
    """Types entries and leaves, also where something is not saved."""
    person = typed(*(entry + ENTER for entry in entries), CTRL_D, "y", session=desk.session)
    assert person.code == 0 and not person.told.faults, person.told
    return person


def codes(desk: Desk) -> list[str]:
    return [found.code for found in desk.face.found]


def test_the_first_ctrl_c_in_training_keeps_the_weights_and_the_session() -> None:
    desk = Desk()
    enter(desk, DATA, NETWORK, TRAIN)
    before = desk.weights("mlp")
    desk.face.interrupts = 1
    enter(desk, "train mlp on m as long { epochs 1_000_000 }", "6 * 7")
    assert not same(desk.weights("mlp"), before)
    assert "keeps what it has learnt" in desk.notes and desk.face.shown[-1] == "42"
    enter(desk, ":undo", ":undo")
    assert same(desk.weights("mlp"), before)


def test_the_second_ctrl_c_goes_back_to_the_weights_before() -> None:
    desk = Desk()
    enter(
        desk, "data m { from moons(4000, noise=0.2) }",
        "network mlp for m { dense(1200) -> relu -> dense(1200) -> relu -> dense(classes) -> softmax }",
        "train mlp on m as run { epochs 1; batch 8; steps 1 }",
    )  # fmt: skip
    before = desk.weights("mlp")
    desk.face.interrupts = 2
    enter(desk, "train mlp on m as long { epochs 50; batch 4000 }", "6 * 7")
    assert same(desk.weights("mlp"), before)
    assert "stopped at once" in desk.notes and desk.face.shown[-1] == "42"


def test_a_definition_that_fails_changes_nothing_and_another_says_what_it_makes_stale() -> None:
    desk = Desk()
    enter(desk, DATA, NETWORK, TRAIN, "network mlp for m { dense(0) -> softmax }")
    before = desk.weights("mlp")
    assert codes(desk) and "untrained" not in desk.notes
    enter(desk, OTHER)
    assert "kept as `mlp_1`" in desk.notes and same(desk.weights("mlp_1"), before)


def test_undo_redo_and_reset() -> None:
    desk = Desk()
    enter(desk, DATA, NETWORK, TRAIN)
    first = desk.weights("mlp")
    enter(desk, TRAIN, ":undo")
    assert same(desk.weights("mlp"), first)
    enter(desk, ":redo")
    assert not same(desk.weights("mlp"), first)
    enter(desk, ":reset mlp")
    assert desk.weights("mlp") == {}
    enter(desk, ":reset")
    assert desk.session.names() == []


def test_a_saved_session_gives_the_same_numbers(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    enter(desk, DATA, NETWORK, TRAIN, OTHER, TRAIN, ":save all.nn")
    results = nndsl.compile(tmp_path / "all.nn").run()
    assert same(results.networks["mlp"].weights, desk.weights("mlp"))


@pytest.mark.parametrize(
    ("entry", "answer"),
    [
        ("?dense", "weighted sum"), ("??elu", "activation elu"), ("?early stopping", "stop"),
        (":type mlp", "probability"), (":shape mlp", "[8]"), (":grad x * x wrt x", "2 * x"), (":who", "network"),
        (":ir mlp", "a step of `mlp`"), (":kernels mlp", "def "), (":time 1 + 1", "check"), (":device", "threads"),
        (":plot run", "loss"), (":history", "network mlp"),
    ],
)  # fmt: skip
def test_questions_and_commands_answer(entry: str, answer: str) -> None:
    desk = Desk()
    enter(desk, DATA, NETWORK, TRAIN)
    desk.face.shown.clear()
    enter(desk, entry)
    assert answer in "\n".join(desk.face.shown) and codes(desk) == []


def test_an_unknown_command_names_the_nearest() -> None:
    desk = Desk()
    enter(desk, ":udno")
    assert codes(desk) == ["E0802"] and desk.face.found[0].help == "did you mean `:undo`?"


def test_the_last_result_and_hidden_ones() -> None:
    desk = Desk()
    enter(desk, "6 * 7;", "ans + 1", "[1, 2, 3] * 2")
    assert desk.face.shown[0] == "43" and len(desk.face.shown) == 2
