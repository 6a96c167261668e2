"""Going back and forth, forgetting, and Ctrl-C: what was there is there again, bit for bit."""

from __future__ import annotations

import time

import pytest
from session_tools import MLP, MOONS, TRAIN, Desk, same

OTHER = "network mlp for m { dense(8) -> tanh\n dense(classes) -> softmax }"


def trained() -> Desk:
    desk = Desk()
    desk.enter(MOONS, MLP, TRAIN)
    return desk


def test_undoing_a_training_restores_the_weights() -> None:
    desk = trained()
    first = desk.weights("mlp")
    desk.enter(TRAIN)
    second = desk.weights("mlp")
    assert not same(first, second)
    assert "train mlp on m" in desk.enter(":undo")
    assert same(desk.weights("mlp"), first) and desk.value("run.epochs") == 3
    desk.enter(":undo", ":redo")
    desk.enter(":undo", ":undo")
    assert desk.weights("mlp") == {} and desk.wrong("run.epochs") == ["E0201"]


def test_redo_brings_the_weights_of_the_training_back() -> None:
    desk = trained()
    desk.enter(TRAIN)
    second = desk.weights("mlp")
    desk.enter(":undo", ":undo")
    assert desk.weights("mlp") == {}
    assert "train mlp on m" in desk.enter(":redo")
    desk.enter(":redo")
    assert same(desk.weights("mlp"), second)
    assert desk.enter(":redo") == "there is nothing to redo"
    assert desk.value("run.epochs") == 3


def test_training_after_undo_is_the_training_that_was_undone() -> None:
    desk = trained()
    desk.enter(TRAIN)
    second = desk.weights("mlp")
    desk.enter(":undo", TRAIN)
    assert same(desk.weights("mlp"), second)


def test_undoing_a_definition() -> None:
    desk = Desk()
    desk.enter("let a = 1", "let a = 2", ":undo")
    assert desk.value("a") == 1
    desk.enter(":undo", ":undo")
    assert desk.wrong("a") == ["E0201"]
    assert desk.enter(":undo") == "there is nothing to undo"


def test_definitions_of_one_entry_are_undone_one_by_one() -> None:
    desk = Desk()
    desk.enter("let a = 1\nlet b = a + 1\nlet c = b + 1")
    assert "`c`" in desk.enter(":undo")
    assert desk.value("b") == 2 and desk.wrong("c") == ["E0201"]


def test_undoing_a_redefinition_brings_the_trained_network_back() -> None:
    desk = trained()
    weights = desk.weights("mlp")
    desk.enter(OTHER)
    assert desk.weights("mlp") == {}
    desk.enter(":undo")
    assert same(desk.weights("mlp"), weights) and list(desk.session.runtime.networks) == ["mlp"]
    assert desk.value("run.epochs") == 3
    desk.enter(TRAIN, ":undo")
    assert same(desk.weights("mlp"), weights)


def test_undo_across_data_and_batch_statistics() -> None:
    desk = Desk()
    desk.enter(MOONS, "network mlp for m { dense(8) -> batchnorm -> relu -> dense(classes) -> softmax }", TRAIN)
    first = desk.weights("mlp")
    assert any("average" in name or "mean" in name for name in first), list(first)
    desk.enter(TRAIN, ":undo")
    assert same(desk.weights("mlp"), first)


def test_what_fails_is_no_step() -> None:
    desk = trained()
    desk.wrong("let a = ")
    desk.try_("expect 1 > 2")
    assert "train mlp" in desk.enter(":undo")


def test_a_step_forward_ends_redo() -> None:
    desk = trained()
    desk.enter(":undo", "let a = 1")
    assert desk.enter(":redo") == "there is nothing to redo"


def test_reset_of_a_network_takes_its_weights() -> None:
    desk = trained()
    weights = desk.weights("mlp")
    desk.enter("evaluate mlp on m.test as result", ":reset mlp")
    assert desk.weights("mlp") == {} and "no weights" in desk.notes
    assert list(desk.session.runtime.networks) == ["mlp"], "what is reset is not kept"
    desk.enter(TRAIN)
    assert same(desk.weights("mlp"), weights), "it trains as the first time"
    desk.enter(":undo", ":undo")
    assert same(desk.weights("mlp"), weights) and desk.value("result.rows") == 60


def test_reset_of_definitions_results_and_versions() -> None:
    desk = trained()
    desk.enter(OTHER, ":reset mlp_1")
    assert list(desk.session.runtime.networks) == ["mlp"]
    desk.enter(":reset run_1")
    assert desk.wrong("run_1.epochs") == ["E0201"]
    desk.enter("let a = 1", ":reset a")
    assert desk.wrong("a") == ["E0201"]
    assert desk.wrong(":reset nothing") == ["E0803"]
    desk.enter(":reset m")
    assert "`mlp` does not fit any more" in desk.notes or "mlp" in desk.enter(":who")


def test_reset_of_everything_can_be_undone() -> None:
    desk = trained()
    weights = desk.weights("mlp")
    desk.enter(":reset")
    assert desk.enter(":who") == "nothing yet" and desk.session.runtime.networks == {}
    desk.enter("let m = 3", ":undo", ":undo")
    assert same(desk.weights("mlp"), weights) and desk.value("run.epochs") == 3


# ---- Ctrl-C ------------------------------------------------------------------------------------------------

LONG = "train mlp on m as run { epochs 1_000_000 }"


def test_the_first_interrupt_keeps_the_weights() -> None:
    desk = trained()
    before = desk.weights("mlp")
    desk.face.interrupts = 1
    started = time.perf_counter()
    reply = desk.try_(LONG)
    assert reply.interrupted and reply.well
    assert time.perf_counter() - started < 10  # a million epochs would take a minute and more
    assert not same(desk.weights("mlp"), before) and "keeps what it has learnt" in desk.notes
    kept, epochs = desk.weights("mlp"), desk.value("run.epochs")
    assert epochs > 3
    desk.enter(TRAIN)
    assert not same(desk.weights("mlp"), kept), "it goes on from there"
    desk.enter(":undo", ":undo", ":undo")
    assert same(desk.weights("mlp"), before) and desk.value("run.epochs") == 3


def test_the_second_interrupt_goes_back_to_the_weights_before() -> None:
    desk = Desk()
    desk.enter("data m { from moons(4000, noise=0.2) }")
    desk.enter("network mlp for m { dense(1200) -> relu -> dense(1200) -> relu -> dense(classes) -> softmax }")
    desk.enter("train mlp on m as run { epochs 1; batch 8; steps 1 }")
    before = desk.weights("mlp")
    desk.face.interrupts = 2
    reply = desk.try_("train mlp on m as run { epochs 50; batch 4000 }")  # a step takes longer than two looks
    assert reply.interrupted and "as it is before" in desk.notes.replace("was", "is")
    assert same(desk.weights("mlp"), before) and desk.value("run.epochs") == 1
    time.sleep(0.5)  # what still runs on its thread changes nothing any more
    assert same(desk.weights("mlp"), before)
    desk.enter("evaluate mlp on m.train", "print 1")
    assert desk.session.unsaved == ("mlp",)


@pytest.mark.parametrize(
    "text", ["tsne b as map { iterations 1_000_000 }", "kmeans b as g { clusters 9; restarts 100_000 }"]
)
def test_other_work_can_be_ended_too(text: str) -> None:
    desk = Desk()
    desk.enter("data b { from blobs(500) }")
    desk.face.interrupts = 1
    assert desk.try_(text).interrupted
    desk.enter("print 1")


def test_the_session_lives_after_an_interrupt_of_several_statements() -> None:
    desk = trained()
    desk.face.interrupts = 1
    assert desk.try_(f"{LONG}\nprint 7").interrupted
    assert "7" not in desk.face.shown
    assert desk.value("run.epochs") > 0


def test_peeking_at_a_training_leaves_the_weights() -> None:
    desk = trained()
    before = desk.weights("mlp")
    assert desk.session.peek("train mlp on m { epochs 2 }").well
    assert same(desk.weights("mlp"), before)
    desk.enter(TRAIN, ":undo")
    assert same(desk.weights("mlp"), before)
