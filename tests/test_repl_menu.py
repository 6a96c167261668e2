"""The menu of completions, the history, and suggestions from it."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path

import pytest
from prompt_toolkit.formatted_text import to_plain_text
from repl_tools import CTRL_C, CTRL_R, DOWN, ENTER, ESCAPE, TAB, UP, Fake, menu, no_menu, text, typed

from nndsl.paths import history_path
from nndsl.repl.ahead import BEGINNINGS, read_ahead
from nndsl.repl.history import LONGEST, HistoryFile
from nndsl.repl.terminal import Terminal

WORDS = {"train": "fits a network", "transpose": "turns rows into columns", "print": "shows values"}


def offers() -> Fake:
    return Fake(offers=dict(WORDS))


def selected(word: str | None):  # type: ignore[no-untyped-def]
    def is_so(terminal: Terminal) -> bool:
        state = terminal.prompt.default_buffer.complete_state
        found = state.current_completion if state is not None else None
        return state is not None and (found.text if found is not None else None) == word

    return is_so


def test_the_menu_comes_while_typing_with_kinds_and_meanings() -> None:
    seen: list[tuple[str, str]] = []

    def look(terminal: Terminal) -> bool:
        state = terminal.prompt.default_buffer.complete_state
        assert state is not None
        seen.extend((to_plain_text(one.display), to_plain_text(one.display_meta)) for one in state.completions)
        return True

    typed("tra", menu("train", "transpose"), look, session=offers())
    assert seen == [("train", "verb  fits a network"), ("transpose", "verb  turns rows into columns")]


def test_enter_submits_while_nothing_in_the_menu_is_chosen() -> None:
    assert typed("tra", menu("train", "transpose"), ENTER, session=offers()).session.entered == ["tra"]


def test_enter_takes_what_is_chosen_and_submits_then() -> None:
    steps = ["tra", menu("train", "transpose"), TAB, selected("train"), ENTER, no_menu, text("train"), ENTER]
    assert typed(*steps, session=offers()).session.entered == ["train"]


def test_tab_goes_through_the_menu_and_down_into_it() -> None:
    steps = ["tra", menu("train", "transpose"), TAB, TAB, selected("transpose"), "\x1b[Z", selected("train")]
    typed(*steps, session=offers())
    typed("tra", menu("train", "transpose"), DOWN, selected("train"), session=offers())


def test_tab_opens_the_menu_and_completes_what_is_certain() -> None:
    typed("let x = 1", ENTER, TAB, menu(*WORDS), session=offers())
    steps = ["tra", menu("train", "transpose"), ESCAPE, no_menu, TAB, menu("train", "transpose")]
    typed(*steps, session=offers())
    typed("pri", menu("print"), ESCAPE, no_menu, TAB, text("print"), session=offers())


def test_escape_closes_the_menu_and_takes_back_what_was_chosen() -> None:
    steps = ["tra", menu("train", "transpose"), TAB, text("train"), ESCAPE, no_menu, text("tra")]
    typed(*steps, session=offers())


def test_a_word_that_is_whole_needs_no_menu() -> None:
    steps = ["prin", menu("print"), "t", no_menu, "x", no_menu]
    typed(*steps, session=offers())


def test_a_fault_in_completion_offers_nothing() -> None:
    class Broken(Fake):
        def complete(self, text: str, offset: int) -> list[object]:  # type: ignore[override]
            raise RuntimeError("ours")

    person = typed("print 1", ENTER, session=Broken())
    assert person.session.entered == ["print 1"] and not person.told.faults


# ---- history


def test_up_brings_back_whole_entries(tmp_path: Path) -> None:
    entry = "data d {\n  from moons(10)\n}"
    typed("data d {\rfrom moons(10)\r}\r", folder=tmp_path)
    assert typed(UP, text(entry), ENTER, folder=tmp_path).session.entered == [entry]


def test_up_finds_entries_that_begin_as_what_is_typed(tmp_path: Path) -> None:
    typed("print 1\r", "let a = 1\r", "print 2\r", "let b = 2\r", folder=tmp_path)
    steps = ["print", UP, text("print 2"), UP, text("print 1"), DOWN, text("print 2")]
    typed(*steps, folder=tmp_path)


def test_up_with_an_open_menu_is_history_until_something_is_chosen(tmp_path: Path) -> None:
    typed("train mlp on d\r", folder=tmp_path)
    typed("tra", menu("train", "transpose"), UP, text("train mlp on d"), folder=tmp_path, session=offers())
    steps = ["tra", menu("train", "transpose"), TAB, selected("train"), UP, selected(None)]
    typed(*steps, folder=tmp_path, session=offers())


def test_ctrl_r_searches(tmp_path: Path) -> None:
    typed("print 12345\r", "let a = 1\r", "let b = 2\r", folder=tmp_path)
    assert typed(CTRL_R, "234", ENTER, ENTER, folder=tmp_path).session.entered == ["print 12345"]


def test_a_suggestion_is_taken_with_the_right_arrow_alone(tmp_path: Path) -> None:
    typed("print 12345\r", folder=tmp_path)

    def suggested(terminal: Terminal) -> bool:
        found = terminal.prompt.default_buffer.suggestion
        return found is not None and found.text == "12345"

    assert typed("print ", suggested, ENTER, folder=tmp_path).session.entered == ["print "]
    assert typed("print ", suggested, "\x1b[C", ENTER, folder=tmp_path).session.entered == ["print 12345"]


def test_what_was_cleared_is_not_remembered(tmp_path: Path) -> None:
    typed("print 1", CTRL_C, "print 2\r", folder=tmp_path)
    assert HistoryFile(tmp_path / "history").read() == ["print 2"]


def test_two_sessions_share_the_file(tmp_path: Path) -> None:
    one, other = HistoryFile(tmp_path / "history"), HistoryFile(tmp_path / "history")
    one.add("print 1")
    other.add("print 2")
    one.add("print 3\n  + 4")
    assert HistoryFile(tmp_path / "history").read() == ["print 1", "print 2", "print 3\n  + 4"]


def _add_many(path: Path, name: str) -> None:
    file = HistoryFile(path, largest=20_000, kept=1000)
    for number in range(200):
        file.add(f"print {name} {number}\n  more")


def test_many_sessions_at_once_lose_nothing_and_mix_nothing(tmp_path: Path) -> None:
    path = tmp_path / "history"
    context = multiprocessing.get_context("spawn")
    sessions = [context.Process(target=_add_many, args=(path, name)) for name in "abc"]
    for session in sessions:
        session.start()
    for session in sessions:
        session.join()
    found = HistoryFile(path).read()
    assert all(entry.endswith("\n  more") for entry in found)
    for name in "abc":  # cut on the way, but what is there is the newest, in order
        numbers = [int(entry.split()[2]) for entry in found if entry.split()[1] == name]
        assert numbers == sorted(numbers)
    assert path.stat().st_size <= 20_000 + 100 and len(found) > 100
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["history", "history.lock"]


def test_the_file_is_bounded_and_keeps_the_newest(tmp_path: Path) -> None:
    file = HistoryFile(tmp_path / "history", largest=1000, kept=20)
    for number in range(300):
        file.add(f"print {number}")
    assert file.path.stat().st_size <= 1020
    found = file.read()
    assert found[-1] == "print 299" and len(found) <= 20
    file.add("x" * (LONGEST + 1))
    assert file.read() == found


@pytest.mark.parametrize(
    "damage",
    [
        b"\x00\xff\xfe",
        b"{",
        b'"half',
        b"[1, 2]",
        b"17",
        b'"\\ud800"',
        b'""',
        b'"   "',
        b"",
        b"[" * 5000,
        b"\xef\xbb\xbf",
    ],
)
def test_damaged_lines_cost_nothing_else(damage: bytes, tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.write_bytes(b'"print 1"\n' + damage + b'\n"print 2"\n')
    file = HistoryFile(path)
    assert file.read() == ["print 1", "print 2"]
    file.add("print 3")
    assert file.read()[-1] == "print 3"


def test_a_line_that_was_cut_off_is_the_only_one_lost(tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.write_bytes(b'"print 1"\n"pri')
    file = HistoryFile(path)
    file.add("print 2")
    file.add("print 3")
    assert file.read() == ["print 1", "print 2", "print 3"]


def test_a_file_that_cannot_be_used_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    for path in (tmp_path, tmp_path / "taken" / "history", Path("/dev/null"), Path("\0")):
        file = HistoryFile(path)
        file.add("print 1")
        assert file.read() == []


def test_the_same_entry_twice_in_a_row_is_one(tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.write_text("\n".join(json.dumps(entry) for entry in ("a", "a", "b", "a")), encoding="utf-8")
    assert HistoryFile(path).read() == ["a", "b", "a"]


def test_variables_move_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("NNDSL_HISTORY", "NNDSL_CACHE", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert history_path().name == "history" and "nndsl" in history_path().parts
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert history_path() == tmp_path / "state" / "nndsl" / "history"
    monkeypatch.setenv("NNDSL_CACHE", str(tmp_path / "cache"))
    assert history_path() == tmp_path / "cache" / "history"
    monkeypatch.setenv("NNDSL_HISTORY", str(tmp_path / "mine"))
    assert history_path() == tmp_path / "mine"


def test_what_the_first_completion_needs_is_read_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    from nndsl.interactive.session import Interactive

    asked: list[str] = []
    complete = Interactive.complete
    monkeypatch.setattr(
        Interactive, "complete", lambda self, text, offset: asked.append(text) or complete(self, text, offset)
    )
    read_ahead(Interactive()).join()
    assert asked == list(BEGINNINGS)
    assert all(Interactive().complete(text, len(text)) for text in BEGINNINGS), "each of them leads somewhere"
