"""A session entry by entry: what is carried out, what is refused, what an entry leaves as it was."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from session_tools import MLP, MOONS, TRAIN, Desk, same

from nndsl.interactive.entries import pieces, stripped

# ---- entries -----------------------------------------------------------------------------------------------


def test_statements_and_expressions_take_turns() -> None:
    desk = Desk()
    desk.enter(MOONS, MLP)
    assert "mlp trained on m for 3 epochs" in desk.enter(TRAIN)
    assert desk.enter("run.epochs") == "3"
    assert desk.enter("1 + 2 * 3") == "7"
    assert "network mlp" in desk.enter("mlp")
    assert "data m" in desk.enter("m").lower() or "moons" in desk.enter("m")
    assert "mlp" in desk.enter("run")


def test_the_last_result_is_ans() -> None:
    desk = Desk()
    desk.enter("6 * 7")
    assert desk.enter("ans + 1") == "43"
    assert desk.enter("ans") == "43"
    desk.enter(MOONS, MLP, TRAIN)
    assert desk.enter("ans.epochs") == "3"
    assert desk.enter("train mlp on m { epochs 2 }", "plot ans")


def test_ans_may_be_a_name_of_ones_own() -> None:
    desk = Desk()
    desk.enter("let ans = 3", "1 + 1")
    assert desk.enter("ans") == "3"


def test_a_semicolon_at_the_end_hides_the_result() -> None:
    desk = Desk()
    assert desk.enter("6 * 7;") == ""
    assert desk.enter("ans") == "42"
    desk.enter(MOONS, MLP)
    assert desk.enter(TRAIN + ";") == ""
    assert desk.enter("run.epochs") == "3"


def test_several_statements_run_in_order_and_stop_at_the_first_error() -> None:
    desk = Desk()
    assert desk.wrong("print 1\nlet a = 5\nprint a\nprint nothing_like_it\nprint 4") == ["E0201"]
    assert desk.face.shown == ["1", "5"]
    assert desk.face.found[0].span is not None and desk.face.found[0].span.text == "nothing_like_it"
    assert desk.enter("a") == "5"


def test_they_stop_at_what_fails_while_it_runs() -> None:
    desk = Desk()
    reply = desk.try_("print 1\nexpect 1 > 2\nprint 3")
    assert reply.failed and not reply.well
    assert desk.face.shown == ["1"] and [d.code for d in desk.face.found] == ["E0602"]


def test_a_syntax_error_anywhere_runs_nothing() -> None:
    desk = Desk()
    assert desk.wrong("print 1\nprint (2\nprint 3")
    assert desk.face.shown == []


def test_places_of_faults_are_those_of_the_entry() -> None:
    desk = Desk()
    desk.enter("print 1")
    desk.wrong("\nprint 2\n  print foo")
    (found,) = desk.face.found
    assert found.span is not None and found.span.source.name == "entry 2"
    assert found.span.source.text[found.span.start : found.span.end] == "foo"


def test_definitions_of_one_entry_may_stand_in_any_order() -> None:
    desk = Desk()
    desk.enter(f"{TRAIN}\n{MLP}\n{MOONS}")
    assert desk.enter("run.epochs") == "3"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("nn> let a = 1\nnn> a", "let a = 1\na"),
        ("nn> network x {\n...   dense(3)\n... }\nsome output\n\nnn> 3\n3", "network x {\n  dense(3)\n}\n\n\n3\n\n"),
        ("  nn> 1\n  1\n  nn> 2", "1\n\n2"),
        ("let a = 1\n... b", "let a = 1\n... b"),
        ("nn> print [1,\n 2]", "print [1,\n 2]"),
    ],
)
def test_prompts_of_pasted_text_are_stripped(text: str, code: str) -> None:
    assert stripped(text) == code


def test_a_pasted_transcript_runs() -> None:
    desk = Desk()
    assert desk.enter("nn> let a = 20\nnn> a + 1\n21\nnn> a + 2\n22") == "21\n22"


def test_commands_between_statements() -> None:
    found = list(pieces("let a = 1\n:who\nprint [1,\n :2]\n?dense\n"))
    assert [(one.command, one.text.strip()) for one in found] == [
        (False, "let a = 1"), (True, ":who"), (False, "print [1,\n :2]"), (True, "?dense"),
    ]  # fmt: skip
    assert found[2].text.startswith("\n\nprint"), "its lines keep their numbers"


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("let a = 1", True), ("network x {", False), ("network x {\n}", True), ("print (1 +", False), ("1 +", False),
        (":undo", True), ("?dense", True), ("??", True), ("", True), ("let a = 1\n:sav", True), ("dense(3) ->", False),
        ('print "', True),
    ],
)  # fmt: skip
def test_whether_enter_would_submit(text: str, whole: bool) -> None:
    assert Desk().session.is_complete(text) is whole


# ---- what fails changes nothing --------------------------------------------------------------------------------


def test_a_definition_that_fails_changes_nothing() -> None:
    desk = Desk()
    desk.enter(MOONS, MLP, TRAIN)
    before, book = desk.weights("mlp"), desk.session.book
    assert desk.wrong("network mlp for m { dense(8) -> relu\n dense(0) -> softmax }") != []
    assert desk.wrong("data m { from moons(200, noise=") != []
    assert desk.wrong("layer l(n) { dense(n) -> rleu }") == ["E0201"]
    assert desk.session.book.lines == book.lines and desk.session.book.done == book.done
    assert same(desk.weights("mlp"), before)
    assert desk.enter("run.epochs") == "3"


def test_a_training_that_fails_changes_nothing() -> None:
    desk = Desk()
    desk.enter(MOONS, MLP, TRAIN)
    before = desk.weights("mlp")
    reply = desk.try_("train mlp on m as run { epochs 3; optimizer sgd(lr=1e30) }")
    assert reply.failed and desk.face.found[0].code == "E0601"
    assert same(desk.weights("mlp"), before)
    assert desk.enter("run.epochs") == "3"
    assert [one.name for one in desk.session.book.done if one.name] == ["run"]
    assert desk.session.unsaved == ("mlp",)


def test_what_could_not_be_carried_out_is_not_known_either() -> None:
    desk = Desk()
    desk.enter(MOONS, MLP)
    assert not desk.try_("expect 1 > 2\ntrain mlp on m as run { epochs 1 }").well
    assert desk.wrong("run.epochs") == ["E0201"]
    assert "run" not in desk.session.checked.results


# ---- warnings and notes ----------------------------------------------------------------------------------------


def test_a_warning_is_said_once() -> None:
    desk = Desk()
    desk.enter(MOONS, "network odd for m { dense(8) -> relu\n dense(classes) -> softmax -> dropout(0.5) }")
    first = [d.code for d in desk.face.found]
    assert first and all(code.startswith("W") for code in first)
    desk.enter("print 1")
    assert desk.face.found == []


def test_the_same_definition_again_changes_nothing() -> None:
    desk = Desk()
    desk.enter(MOONS, MLP, TRAIN)
    before = desk.weights("mlp")
    desk.enter("network mlp for m {\n\n  dense(8) -> relu   # as it was\n  dense(classes) -> softmax\n}")
    assert "as it was" in desk.notes and "mlp" in desk.notes
    assert same(desk.weights("mlp"), before)
    assert list(desk.session.runtime.networks) == ["mlp"]


# ---- completion ------------------------------------------------------------------------------------------------


def test_columns_of_data_that_are_being_written(tmp_path: Path) -> None:
    """The table is read beside the conversation: its columns are there a moment later at the latest."""
    (tmp_path / "a.csv").write_text("height,Sepal Length,kind\n" + "1,2,a\n" * 50)
    desk = Desk(tmp_path)
    text = 'data a {\n  from "a.csv"\n  input '
    end = time.perf_counter() + 20
    found: list[str] = []
    while "height" not in found and time.perf_counter() < end:
        found = [one.label for one in desk.session.complete(text, len(text))]
    assert {"height", "Sepal Length", "kind", "all"} <= set(found)
    wrong = 'data a {\n  from "nothing.csv"\n  input '
    assert "height" not in [one.label for one in desk.session.complete(wrong, len(wrong))]


def test_a_device_that_is_not_there_is_said_when_it_is_chosen() -> None:
    desk = Desk()
    assert desk.wrong("set device cuda") == ["E0703"]
    desk.enter("set device cpu", MOONS, MLP, TRAIN)
