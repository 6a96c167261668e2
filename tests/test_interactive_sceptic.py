"""What once was wrong in sessions: each of these has failed before it was mended."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest
from random_sessions import agree, saved
from session_tools import MLP, MOONS, TRAIN, Desk, same

from nndsl.interactive.steps import Steps
from nndsl.lower import Checked

OTHER = "network mlp for m { dense(8) -> tanh\n dense(classes) -> softmax }"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


# ---- names -----------------------------------------------------------------------------------------------------


def test_what_hides_a_name_of_the_library_ends_the_actions_that_used_it(desk: Desk, tmp_path: Path) -> None:
    desk.enter(MOONS, MLP, TRAIN, "evaluate mlp on m.test as result", "activation relu(x) = max(x, 0.1 * x)")
    assert desk.wrong("run.epochs") == ["E0201"] and desk.value("run_1.epochs") == 3
    assert saved(desk, tmp_path) is None
    desk.enter("train mlp on m { epochs 1 }", "loss nll(y, k) = 1 - y[k]")
    assert "`run` is now `run_2`" in desk.notes, "the loss was chosen, not written"


def test_a_constant_keeps_its_name_beside_a_result_without_one(desk: Desk) -> None:
    desk.enter(MOONS, MLP, "let run = 7", "train mlp on m { epochs 2 }")
    assert desk.value("run") == 7 and desk.value("run_2.epochs") == 2


def test_a_name_that_is_given_away_is_no_result(desk: Desk) -> None:
    desk.enter(MOONS, MLP, TRAIN, "let ans = 2")
    assert "ans_1" not in desk.enter(":who") and desk.notes == "" and agree(desk.session) is None


def test_names_that_the_language_gave_are_those_of_the_file(desk: Desk, tmp_path: Path) -> None:
    desk.enter(MOONS, MLP, "train mlp on m { epochs 2 }", "train mlp on m { epochs 1 }", "ans")
    desk.enter("train mlp on m as run { epochs 3 }", "print run_2.epochs")
    assert saved(desk, tmp_path) is None


def test_a_result_that_was_forgotten_keeps_no_name(desk: Desk, tmp_path: Path) -> None:
    desk.enter(MOONS, MLP, TRAIN, ":reset run", TRAIN, ":reset run", TRAIN, "train mlp on m as run_1 { epochs 1 }")
    assert saved(desk, tmp_path) is None
    desk.enter(":reset run", "diagnose mlp on m")


def test_results_of_one_entry_that_take_the_same_name(desk: Desk) -> None:
    desk.enter(MOONS, MLP, "evaluate mlp on m.test\nevaluate mlp on m.train as result")
    assert agree(desk.session) is None


def test_what_a_definition_says_of_ans(desk: Desk) -> None:
    desk.enter("1 + 2")
    assert desk.wrong("let a = ans") == ["E0201"]
    assert desk.face.found[0].help == "write its value" and "last result" in desk.face.found[0].message


def test_ans_is_completed_where_it_is_a_value(desk: Desk) -> None:
    desk.enter("1 + 2", ":undo", ":redo")
    assert "ans" in [one.text for one in desk.session.complete("print a", 7)]


def test_a_setting_can_be_forgotten(desk: Desk) -> None:
    desk.enter("set seed 4", ":reset seed")
    assert desk.session.checked.program.settings.seed != 4


# ---- going back ------------------------------------------------------------------------------------------------


def test_what_stands_on_what_is_undone_is_set_aside(desk: Desk) -> None:
    desk.enter(MOONS, MLP, "predict mlp on m as answers\nnetwork two for answers { dense(classes) -> softmax }")
    desk.enter(":undo")
    assert "`two` does not fit any more" in desk.notes
    desk.enter(":redo", "train two on answers { epochs 1 }")
    reply = desk.try_("expect 1 > 2\nnetwork three for later { dense(classes) -> softmax }\npredict mlp on m as later")
    assert reply.failed and "`three` does not fit any more" in desk.notes


def test_places_are_not_given_twice(desk: Desk) -> None:
    desk.enter(MOONS, MLP, TRAIN, ":reset", ":undo", "let a = 1", "print a")
    assert agree(desk.session) is None
    desk.enter(f"print 1\n{MOONS}\nlet b = 2", "print b")
    assert agree(desk.session) is None


def test_what_has_no_weights_is_not_unsaved(desk: Desk) -> None:
    desk.enter(MOONS, MLP, TRAIN, ":reset mlp")
    assert desk.session.unsaved == ()
    desk.enter(TRAIN, OTHER, ":reset mlp_1")
    assert desk.session.unsaved == ()


def test_data_that_are_forgotten_are_not_held(desk: Desk) -> None:
    desk.enter(MOONS, MLP, TRAIN, ":reset m")
    assert desk.session.runtime.datasets == {}


def test_steps_hold_no_more_data_than_there_is_room_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nndsl.interactive.steps.MOST_BYTES", 200_000)
    for number in range(12):
        desk.enter(f"data m {{ from moons(5000, noise=0.{number + 10}) }}", "show m", "m.rows", "pca m as pc;")
    steps: Steps = desk.session.steps
    assert sum(len(set(map(id, one.moment.datasets.values()))) for one in steps.done) < 40 and len(steps.done) < 20


def test_a_network_within_another_goes_with_it_though_it_was_not_trained(desk: Desk) -> None:
    desk.enter("data b { from blobs(60)\n split train=70%, test=30% }", MOONS, "network inner { dense(3) -> tanh }")
    desk.enter("network mlp for m { inner -> dense(classes) -> softmax }", "evaluate mlp on m.test", ":reset m")
    assert desk.weights("inner") == {}


def test_weights_that_no_script_gives_are_not_measured_for_one(desk: Desk, tmp_path: Path) -> None:
    desk.enter(MOONS, MLP, TRAIN, OTHER, "predict mlp_1 on m as answers", "network two { dense(2) -> softmax }")
    desk.enter("train two on answers { epochs 2 }", "evaluate two on answers.test as found", "evaluate mlp on m.test")
    assert saved(desk, tmp_path) is None
    weights = desk.weights("two")
    desk.enter("network two { dense(3) -> dense(2) -> softmax }")
    assert same(desk.weights("two_1"), weights), "it was trained, so it is kept"


# ---- files -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [None, "layer block(n) { dense(n -> tanh }\n", "let v = 3\n"])
def test_a_used_file_counts_as_it_was_when_it_was_used(text: str | None, desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "b.nn").write_text("layer block(n) { dense(n) -> tanh }\n")
    (tmp_path / "c.nn").write_text('use "b.nn"\n')
    desk.enter('use "c.nn"', MOONS, "network mlp for m { block(4)\n dense(classes) -> softmax }", TRAIN)
    weights = desk.weights("mlp")
    if text is None:
        (tmp_path / "b.nn").unlink()
    else:
        (tmp_path / "b.nn").write_text(text)
    desk.enter("print 1", ":undo", "let a = 1", ":undo", TRAIN, ":undo", ":save x")
    assert same(desk.weights("mlp"), weights) and "`b.nn`" in desk.notes
    (tmp_path / "b.nn").write_text("layer block(n) { dense(n) -> relu }\n")
    desk.enter('use "c.nn"')
    assert "kept as `mlp_1`" in desk.notes, "the file that is used by the used one has changed"


def test_what_is_left_out_says_why(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n" + "".join(f"{i},{i % 3}\n" for i in range(40)))
    desk.enter('data a { from "a.csv"\n input x; target y }')
    (tmp_path / "a.csv").unlink()
    desk.enter(":save x")
    assert "no file or folder `a.csv`" in desk.notes


def test_a_folder_is_not_saved_over(desk: Desk) -> None:
    assert desk.wrong(":save .") == ["E0702"]


def test_a_watched_file_that_is_broken_away_or_empty_for_a_while(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "a.nn"
    whole = f"{MOONS}\n{MLP}\n{TRAIN}\nprint 1\n"
    path.write_text(whole)
    seen: list[str] = []

    def wait(what: str) -> None:
        stop = time.perf_counter() + 20
        while not any(what in line for line in desk.face.shown) and time.perf_counter() < stop:
            time.sleep(0.02)
        seen.append("\n".join(desk.face.shown))
        desk.face.shown.clear()

    def change() -> None:
        wait("waiting")
        path.write_text(whole + "print (2\n")
        wait("waiting")
        path.unlink()
        time.sleep(0.3)
        path.write_text("")
        time.sleep(0.3)
        path.write_text(whole + "print 3\n")
        wait("waiting")
        os.kill(os.getpid(), signal.SIGINT)

    worker = threading.Thread(target=change)
    worker.start()
    assert desk.try_(":watch a.nn").well
    worker.join()
    assert ["trained on" in turn for turn in seen] == [True, False, False], "what is as it was is not done again"
    assert "is done" not in seen[1] and "3" in seen[2] and desk.value("run.epochs") == 3


def test_an_interrupt_between_definitions_leaves_none_of_them(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.enter(MOONS, MLP, TRAIN)
    weights, adopt = desk.weights("mlp"), desk.session.runtime.adopt

    def pressed(checked: Checked) -> None:
        monkeypatch.setattr(desk.session.runtime, "adopt", adopt)
        raise KeyboardInterrupt

    monkeypatch.setattr(desk.session.runtime, "adopt", pressed)
    assert desk.try_(f"let a = 3\n{OTHER}").interrupted
    assert same(desk.weights("mlp"), weights) and desk.value("run.epochs") == 3 and desk.wrong("a") == ["E0201"]
    assert agree(desk.session) is None


def test_ans_is_what_the_statement_above_has_left(desk: Desk) -> None:
    assert desk.enter("1 + 1\nans + 1\nlet a = 4\nans * a") == "2\n3\n12"
    desk.enter(MOONS, MLP, TRAIN)
    assert desk.wrong("print 1\ndiagnose mlp on m\nplot ans") == ["E0222"], "a diagnosis has no figure, as the run has"
    assert desk.enter(f"print 1\n{TRAIN}\nans.epochs").endswith("3")


def test_of_a_version_that_was_forgotten_nothing_is_kept(desk: Desk) -> None:
    desk.enter(MOONS, MLP, TRAIN, OTHER, ":reset mlp_1", MLP)
    assert desk.notes == "" and list(desk.session.runtime.networks) == ["mlp"]
