"""What keys do at the prompt: when Enter submits, how lines are indented, pasting, leaving."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from repl_tools import ALT_ENTER, CTRL_C, CTRL_D, DOWN, ENTER, Fake, paste, text, typed

from nndsl.interactive.face import Reply
from nndsl.repl.indent import closing, columns

COMPLETE = [
    "let a = 3",
    "data d { from moons(10) }",
    "print [1, 2, 3]",
    "print (1 + 2) * 3",
    'print "{"',
    "print 1 # {",
    ":undo",
    ":type {",
    "?dense",
    "print 1;",
    "}",
    "let a = ]",
]
INCOMPLETE = [
    "data d {",
    "print [1,",
    "print (1 +",
    "print 1 +",
    "let a =",
    "a ->",
    "network n for d { dense(",
    "print 1,",
]


@pytest.mark.parametrize("entry", COMPLETE)
def test_enter_submits_what_is_complete(entry: str) -> None:
    assert typed(entry, ENTER).session.entered == [entry]


@pytest.mark.parametrize("entry", INCOMPLETE)
def test_enter_begins_an_indented_line_in_what_is_not(entry: str) -> None:
    person = typed(entry, ENTER, text(f"{entry}\n  "))
    assert person.session.entered == []


def test_a_block_is_indented_by_its_braces() -> None:
    keys = "data d {\rfrom moons(10)\rinput all -> {\rx\r}\r}\r"
    assert typed(keys).session.entered == ["data d {\n  from moons(10)\n  input all -> {\n    x\n  }\n}"]


def test_brackets_on_lines_of_their_own_stand_below_the_line_that_opened_them() -> None:
    assert typed("print [\r1,\r2\r]\r").session.entered == ["print [\n  1,\n  2\n]"]
    assert typed("print (\r1\r)\r").session.entered == ["print (\n  1\n)"]


def test_the_closing_bracket_behind_the_cursor_goes_to_a_line_of_its_own() -> None:
    left = "\x1b[D"
    person = typed("let a = [", "]", left, "1,", ALT_ENTER, "2", DOWN, "\x05", ENTER)
    assert person.session.entered == ["let a = [1,\n  2\n]"]


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("", 0),
        ("print 1", 0),
        ("a {", 2),
        ("a {\n  b {", 4),
        ("a {\n  b { c }", 2),
        ("a {\n  b\n}", 0),
        ("f(1,", 2),
        ("a = b +", 2),
        ("a {\n  b = c +", 4),
        ("a {\n  b = c +\n    d +", 4),
        ("a { # {", 2),
        ('a "{" {', 2),
        ("      a {", 8),
        ("}", 0),
        ("a { (", 2),
        ("a = (b +", 2),
        ("(]", 2),
    ],
)
def test_columns_of_the_next_line(before: str, expected: int) -> None:
    assert columns(before) == expected


def test_columns_of_a_closing_bracket() -> None:
    assert closing("a {\n  b {\n    c\n    ") == 2
    assert closing("a\n") == 0


def test_an_empty_line_submits_what_is_incomplete() -> None:
    assert typed("data d {\r\r").session.entered == ["data d {\n  "]


def test_alt_enter_always_begins_a_line() -> None:
    assert typed("print 1", ALT_ENTER, "print 2", ENTER).session.entered == ["print 1\nprint 2"]


def test_enter_in_the_middle_submits_all() -> None:
    assert typed("print 1", "\x1b[D\x1b[D", ENTER).session.entered == ["print 1"]


def test_nothing_is_entered_by_enter_alone() -> None:
    assert typed(ENTER, "   ", ENTER, "print 1", ENTER).session.entered == ["print 1"]


def test_a_paste_runs_nothing_until_enter() -> None:
    script = "let a = 1\n\nlet b = 2\nprint a + b\n"
    person = typed(paste(script), text(script.rstrip("\n")))
    assert person.session.entered == []
    assert typed(paste(script), ENTER).session.entered == [script.rstrip("\n")]


def test_a_paste_of_half_a_block_goes_on_where_it_ends() -> None:
    keys = [paste("data d {\r\n  from moons(10)\r\n"), ENTER, "}", ENTER]
    assert typed(*keys).session.entered == ["data d {\n  from moons(10)\n}"]


def test_prompts_in_a_paste_are_left_out() -> None:
    transcript = "nn> data d {\n...   from moons(10)\n... }\nnn> print 1\n1\nnn> print 2\n2\n"
    (entry,) = typed(paste(transcript), ENTER).session.entered
    assert entry.split() == ["data", "d", "{", "from", "moons(10)", "}", "print", "1", "print", "2"]


def test_a_long_paste_stays_as_it_is() -> None:
    script = "\n".join(f"let a{n} = {{n}} # ünïcode → ∂ {n}" for n in range(300)).replace("{n}", "1")
    assert typed(paste(script), ENTER).session.entered == [script]


# ---- leaving


def test_ctrl_c_clears_the_entry_and_never_leaves() -> None:
    person = typed("data d {\rfrom", CTRL_C, CTRL_C, CTRL_C, "print 1", ENTER, CTRL_D)
    assert person.session.entered == ["print 1"] and person.code == 0


def test_ctrl_d_leaves_where_nothing_is_typed_and_deletes_elsewhere() -> None:
    person = typed("print 12", "\x1b[D", CTRL_D, text("print 1"), ENTER, CTRL_D)
    assert person.session.entered == ["print 1"]


@pytest.mark.parametrize(
    ("answer", "leaves"),
    [("y", True), ("Y", True), (CTRL_D, True), ("n", False), ("N", False), (ENTER, False), (CTRL_C, False)],
)
@pytest.mark.parametrize("way", ["key", "command"])
def test_leaving_with_unsaved_networks_asks_once(way: str, answer: str, leaves: bool) -> None:
    session = Fake({":quit": Reply(quit=True)}, unsaved=("mlp",))
    first = CTRL_D if way == "key" else ":quit\r"
    person = typed(first, answer, *([] if leaves else ["print 1\r", CTRL_D, CTRL_D]), session=session)
    assert person.code == 0
    assert ("print 1" in person.session.entered) is not leaves


def test_leaving_without_unsaved_networks_asks_nothing() -> None:
    assert typed(":quit", ENTER, session=Fake({":quit": Reply(quit=True)})).code == 0


def test_signals_are_the_process_s_own_again_while_an_entry_is_carried_out() -> None:
    """So Ctrl-C in training reaches the session."""
    seen: list[object] = []

    class Looks(Fake):
        def enter(self, text: str, name: str | None = None) -> Reply:
            seen.append(signal.getsignal(signal.SIGINT))
            return super().enter(text, name)

    typed("print 1", ENTER, session=Looks())
    assert seen == [signal.default_int_handler]


# ---- what goes wrong


def test_a_fault_of_the_session_is_told_and_the_prompt_is_back() -> None:
    session = Fake({"print 1": ZeroDivisionError("ours"), "print 2": KeyboardInterrupt()})
    person = typed("print 1\r", "print 2\r", "print 3\r", session=session)
    assert person.session.entered == ["print 1", "print 2", "print 3"]
    assert [str(fault) for fault in person.told.faults] == ["ours"] and person.told.said == ["stopped"]


def test_a_fault_in_judging_an_entry_submits_it() -> None:
    class Broken(Fake):
        def is_complete(self, text: str) -> bool:
            raise RuntimeError("ours")

    person = typed("print (", ENTER, session=Broken())
    assert person.session.entered == ["print ("] and person.told.faults


def editor(folder: Path, commands: str) -> str:
    """An editor that is a line of shell; `$1` is the file."""
    path = folder / "editor"
    path.write_text(f"#!/bin/sh\n{commands}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def test_edit_enters_what_is_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", editor(tmp_path, 'grep -q "print 1" "$1" && echo "print 2" > "$1"'))
    session = Fake({":edit": Reply(edit="print 1")})
    person = typed(":edit", ENTER, session=session, folder=tmp_path)
    assert person.session.entered == [":edit", "print 2"]
    assert person.told.said == ["nn> print 2"]


@pytest.mark.parametrize(
    ("commands", "said"),
    [("exit 0", "nothing was saved"), ("exit 3", "ended with code 3"), (': > "$1"', "nothing was saved")],
)
def test_edit_enters_nothing_that_was_not_saved(
    commands: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", editor(tmp_path, commands))
    person = typed(":edit", ENTER, session=Fake({":edit": Reply(edit="print 1")}))
    assert person.session.entered == [":edit"] and said in person.told.said[0]


def test_an_editor_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "no-such-editor --wait")
    person = typed(":edit", ENTER, session=Fake({":edit": Reply(edit="print 1")}))
    assert person.session.entered == [":edit"] and "`no-such-editor` cannot be used" in person.told.said[0]
