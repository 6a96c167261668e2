"""What the prompt says to habits from elsewhere: words of other prompts, methods, layers outside a network."""

from __future__ import annotations

from pathlib import Path

import pytest
from session_tools import MLP, MOONS, TRAIN, Desk

from nndsl.cli import main
from nndsl.diagnostics import Collector, Source
from nndsl.syntax import parse


@pytest.fixture(scope="module")
def desk() -> Desk:
    desk = Desk()
    desk.enter(MOONS, MLP, TRAIN)
    return desk


def helped(desk: Desk, entry: str) -> str:
    """The help of the only error."""
    assert not desk.try_(entry).well
    (found,) = desk.face.found
    assert found.help is not None, found.message
    return str(found.help)


@pytest.mark.parametrize(
    ("entry", "meant"),
    [
        ("help", ":help [COMMAND]"), ("exit", ":quit"), ("quit", ":quit"), ("quit()", ":quit"), ("exit();", ":quit"),
        ("q", ":quit"), ("ls", ":who"), ("clear", ":clear"), ("undo", ":undo"), ("%time 1 + 1", ":time [STATEMENT]"),
        ("save x.nn", ":save FILE"), ('load "x.nn"', ":load FILE"), ("help(dense)", "?dense"), ("dense?", "?dense"),
        ("dense??", "?dense"), ("man dense", "?dense"), ('help("relu")', "?relu"),
    ],
)  # fmt: skip
def test_commands_without_their_sign(desk: Desk, entry: str, meant: str) -> None:
    assert helped(desk, entry).endswith(f": `{meant}`")


@pytest.mark.parametrize(
    ("entry", "meant"),
    [
        (":q", ":quit"), (":q!", ":quit"), (":h", ":help"), (":e", ":edit"), (":wh", ":who"), (":exit", ":quit"),
        (":hist", ":history"), (":shap", ":shape"), (":udno", ":undo"),
    ],
)  # fmt: skip
def test_commands_that_are_not_quite_there(desk: Desk, entry: str, meant: str) -> None:
    assert helped(desk, entry) == f"did you mean `{meant}`?"


def test_a_beginning_of_several_commands_names_them(desk: Desk) -> None:
    assert helped(desk, ":re") == "did you mean `:redo` or `:reset`?"
    assert helped(desk, ":nothing_of_this") == "`:help` lists them"


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("model.fit(X, y)", "`train net on data as run { optimizer adam; epochs 10 }`"),
        ("mlp.fit", "`train net on data as run { optimizer adam; epochs 10 }`"),
        ("mlp.predict([[0, 1]])", "`predict net on data.test"),
        ("mlp.summary()", "`show net`"),
        ("mlp.weights", "`show mlp` shows its layers"),
        ("Dense(64)", "`dense` is a layer, and stands in a network"),
        ("Linear(64)", "`dense` is a layer, and stands in a network"),
        ("relu", "`relu` is an activation"),
        ("print dense(3)", "`dense` is a layer, and stands in a network"),
        ("let a = dense(3)", "`dense` is a layer, and stands in a network"),
        ("x = 3", "write `let x = ...`"),
        ("print(run)", "write `print run`"),
        ("run.loss", "`run.history.loss` or `run.best.loss`"),
        ("plot loss", "write `plot run`"),
        ("seed 3", "write `set seed ...`"),
        ("network n for m { dense(8), relu }", "what comes next stands behind `->`, or on a line of its own"),
        ("train mlp on m { epochs = 5 }", "write `epochs 5`"),
        ("train mlp on m epochs=5", "options stand in a block behind it: `{ epochs ... }`"),
        ("train mlp", "it is written `train net on data"),
    ],
)
def test_words_of_other_libraries(desk: Desk, entry: str, said: str) -> None:
    assert said in helped(desk, entry)


def test_what_has_a_name_is_not_taken_for_a_command(desk: Desk) -> None:
    desk.enter("let help = 3")
    assert desk.enter("help") == "3"
    desk.enter(":undo")


@pytest.mark.parametrize("entry", ["2 +", "(1, 2", "x @", "1 + 2 3", "mean("])
def test_half_an_expression_is_not_said_to_be_no_statement(entry: str) -> None:
    desk = Desk()
    assert "E0115" not in desk.wrong(entry)


def test_a_fault_in_another_statement_stays(tmp_path: Path) -> None:
    assert Desk(tmp_path).wrong("print(1)\n2 + 3 4") == ["E0115", "E0118"]


def test_changes_are_certain(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    for entry, edited in (("print(1 + (2))", "print 1 + (2)"), ("print(1) + (2)", None), ("print()", None)):
        collector = Collector()
        parse(Source("a.nn", entry), collector)
        (found,) = collector
        texts = [entry[: edit.span.start] + edit.text + entry[edit.span.end :] for edit in found.edits]
        assert texts == ([] if edited is None else [edited])
    assert desk.enter("print 1 + (2)") == "3"


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('data iris = load("iris.csv")', 'write `data iris { from "file.csv"; ... }`'),
        ("network q = dense(3)", "write `network q { dense(3) }`"),
        ("optimizer o = 3", "write `optimizer o {"),
        ("network q for m { dense 8 -> relu }", "what it takes stands in brackets: `dense(...)`"),
    ],
)
def test_definitions_without_their_braces(desk: Desk, entry: str, said: str) -> None:
    assert said in helped(desk, entry)
    assert "q" not in desk.session.names()


@pytest.mark.parametrize("command", [":load", ":run"])
def test_data_are_no_script(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "iris.csv").write_text("a,b\n1,2\n3,4\n")
    assert helped(Desk(tmp_path), f"{command} iris.csv") == 'write `data iris { from "iris.csv"; ... }`'
    assert main(["run", str(tmp_path / "iris.csv")]) == 1
    assert "holds data, and no script" in capsys.readouterr().err


def test_a_search_is_not_endless(desk: Desk) -> None:
    assert len(desk.enter("?of the").split("\n")) < 60 and "more; another word" in desk.enter("?of the")
    assert desk.enter("??train") == desk.enter("?train")
