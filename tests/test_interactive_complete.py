"""Completion at the prompt: commands, what they take, names of the manual; else that of the editor with the session's
names.
"""

from __future__ import annotations

import pytest
from session_pages import Talk

from nndsl.interactive.commands import COMMANDS
from nndsl.interactive.completing import known


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Talk:
    folder = tmp_path_factory.mktemp("session")
    (folder / "old.nn").write_text("let a = 1\n", encoding="utf-8")
    (folder / "other.csv").write_text("a\n1\n", encoding="utf-8")
    (folder / "more").mkdir()
    found = Talk(folder)
    found("data m { from moons(60); split train=70%, test=30% }")
    found("network mlp for m { dense(4) -> tanh; dense(1) -> sigmoid }")
    found("train mlp on m.train as run { epochs 1 }")
    found("network mlp for m { dense(5) -> tanh; dense(1) -> sigmoid }")
    found("activation swish(x) = x * sigmoid(x)\nlet width = 8")
    return found


def offered(talk: Talk, text: str) -> list[str]:
    found = talk.session.complete(text, len(text))
    for one in found:
        assert 0 <= one.start <= len(text)
    return [one.text for one in found]


def test_all_commands_with_their_meanings(talk: Talk) -> None:
    found = talk.session.complete(":", 1)
    assert [one.text for one in found] == list(COMMANDS)
    assert all(one.meaning and one.label == f":{one.text}" and one.start == 1 for one in found)
    assert offered(talk, ":sh")[0] == "shape"
    assert offered(talk, "let b = 2\n:un")[0] == "undo"


@pytest.mark.parametrize(
    ("text", "there", "missing"),
    [
        (":shape ", ["mlp", "mlp_1", "m"], ["width"]),
        (":shape m", ["mlp", "m"], []),
        (":shape mlp ", ["on"], ["mlp"]),
        (":shape mlp on ", ["m"], ["mlp"]),
        (":ir ", ["mlp", "mlp_1"], ["m"]),
        (":reset ", ["mlp", "mlp_1", "m", "width", "swish"], []),
        (":plot ", ["mlp", "m", "run_1"], []),
        (":help sh", ["shape"], ["undo"]),
        (":device ", ["auto", "cpu", "cuda"], []),
        (":save ", ["old.nn", "more/"], ["other.csv"]),
        (":load o", ["old.nn"], ["more/", "other.csv"]),
        (":undo ", [], ["mlp"]),
        (":nope ", [], ["mlp"]),
        (":type run_", ["run_1"], []),
        (":time tra", ["train"], []),
        (":grad sum(v * swi", ["swish"], []),
        (":grad x * swish(y) wrt ", ["x", "y"], ["wrt"]),
        ("?swi", ["swish"], []),
        ("?den", ["dense"], ["swish"]),
        ("??drop", ["dropout"], []),
        ("train ml", ["mlp"], []),
        ("print run_1.", ["history", "epochs"], []),
        ("evaluate mlp_", ["mlp_1"], []),
        ("print an", ["ans"], []),
        ("x -> sw", [], [":shape"]),
    ],
)
def test_what_stands_behind(text: str, there: list[str], missing: list[str], talk: Talk) -> None:
    found = offered(talk, text)
    assert [name for name in there if name not in found] == [], found
    assert not set(missing) & set(found), found


def test_a_colon_within_a_statement_is_no_command(talk: Talk) -> None:
    assert "undo" not in offered(talk, "print [1, 2][\n:un")


def test_what_is_known_is_gathered_once_for_a_program(talk: Talk) -> None:
    first = known(talk.session)
    assert known(talk.session) is first
    talk("let more = 3")
    assert known(talk.session) is not first and "more" in known(talk.session).constants


def test_every_beginning_of_an_entry_is_answered(talk: Talk) -> None:
    for text in (":shape mlp on m", ":grad x @ W wrt W with x[3]", "?dense", ":save! old.nn", ":time train mlp on m"):
        for end in range(len(text) + 1):
            talk.session.complete(text[:end], end)
