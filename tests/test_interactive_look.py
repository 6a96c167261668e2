"""Commands that look: `:type`, `:shape`, `:ir`, `:kernels`, `:time`, `:device`, `:plot`. They leave nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from session_pages import Talk

from nndsl.cli import main
from nndsl.interactive.timing import lines
from nndsl.runtime.results import Drawn
from nndsl.semantics.drawings import Plot

DATA = "data m { from moons(80, noise=0.1); split train=70%, test=30% }"
NET = "network mlp { dense(4) -> tanh; dense(1) -> sigmoid }"
TRAIN = "train mlp on m.train as run { epochs 2; batch 16 }"
MEASURE = "evaluate mlp on m.test as result { metrics accuracy, confusion }"


@pytest.fixture
def talk(tmp_path: Path) -> Talk:
    found = Talk(tmp_path)
    found(DATA)
    found(NET)
    return found


@pytest.fixture
def trained(talk: Talk) -> Talk:
    talk(TRAIN)
    talk(MEASURE)
    return talk


def state(talk: Talk) -> tuple[object, ...]:
    """All that a command that looks must leave as it is."""
    session = talk.session
    return (
        session.book.lines, session.book.done, dict(session.book.types), list(session.runtime.results),
        list(session.runtime.networks), list(session.checked.program.networks), session.ans, session.unsaved,
    )  # fmt: skip


# ---- :type --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("3", "a number"),
        ("[1, 2]", "a list of numbers"),
        ("1 < 2", "a truth value"),
        ("mlp", "a network: [2] -> [1], probability"),
        ("run.history.loss", "a list of numbers"),
        ("run.history.loss[-1]", "a number"),
        ("run.seconds * 2", "a number"),
        ("result.confusion", "a table"),
        ("m.x", "a column"),
        ("x * sigmoid(x)", "a number   # x a number"),
        ("x @ W + b", "[m]   # x [n], W [n, m], b a number"),
        ("softmax(v)", "[n], probabilities   # v [n]"),
        ("dense", "layer dense(units): [..., in] -> [..., units]"),
    ],
)
def test_types(text: str, said: str, trained: Talk) -> None:
    assert trained(f":type {text}") == said


def test_the_type_of_a_run_is_its_fields(trained: Talk) -> None:
    text = trained(":type run")
    assert text.startswith("the run `run`, with\n") and "epochs         a number" in text and "`loss`" in text


def test_the_type_of_data_and_of_a_network_without_data(talk: Talk) -> None:
    assert talk(":type m").startswith("m: [2] -> one of 2 classes\n")
    assert talk(":type mlp") == "a network, whose sizes follow from the data that it meets"


@pytest.mark.parametrize(
    ("text", "code"), [("nothing", "E0201"), ("run.los", "E0211"), ("1 +", "E0116"), ("", "E0803")]
)
def test_what_has_no_type(text: str, code: str, trained: Talk) -> None:
    assert trained.wrong(f":type {text}".rstrip()).code == code


# ---- :shape -------------------------------------------------------------------------------------------------

TABLE = """\
mlp on m: [2] -> [1], probability
  layer                output  weights                   numbers
  dense(4) -> tanh     [4]     dense_1: W [2, 4], b [4]       12
  dense(1) -> sigmoid  [1]     dense_2: W [4, 1], b [1]        5"""


def test_shapes_of_a_network(talk: Talk) -> None:
    assert talk.wrong(":shape mlp").code == "E0813"
    assert talk(":shape mlp on m") == TABLE
    talk(TRAIN)
    assert talk(":shape mlp") == TABLE


def test_shapes_of_data_and_of_a_flow(talk: Talk) -> None:
    before = state(talk)
    assert talk(":shape m").splitlines()[0] == "m: [2] -> one of 2 classes"
    assert "dense(3) -> relu  [3]" in talk(":shape dense(3) -> relu on m")
    assert state(talk) == before


def test_shapes_of_an_earlier_version(trained: Talk) -> None:
    trained("network mlp { dense(8) -> tanh; dense(1) -> sigmoid }")
    assert trained(":shape mlp_1") == TABLE.replace("mlp on m", "mlp_1 on m")
    assert "[8]" in trained(":shape mlp on m")


@pytest.mark.parametrize(
    ("text", "code", "typed"),
    [
        (":shape nope", "E0803", "nope"),
        (":shape run", "E0803", "run"),
        (":shape mlp on nope", "E0803", "nope"),
        (":shape dense(3) -> rlu on m", "E0201", "rlu"),
        (":shape dense(3) -> relu", "E0813", "dense(3) -> relu"),
    ],
)
def test_faults_of_shapes_stand_in_what_was_typed(text: str, code: str, typed: str, trained: Talk) -> None:
    found = trained.wrong(text)
    assert found.code == code and found.span is not None
    assert (found.span.source.text, found.span.text) == (text, typed)


# ---- :ir, :kernels ------------------------------------------------------------------------------------------


def test_stages_are_those_of_the_command_line(
    trained: Talk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "script.nn"
    path.write_text("\n".join([DATA, NET, TRAIN]), encoding="utf-8")
    for stage, command in (("ir", ":ir mlp"), ("kernels", ":kernels mlp"), ("fused", ":ir mlp fused")):
        assert main(["ir", str(path), "--stage", stage]) == 0
        there, here = capsys.readouterr().out, trained(command)
        assert without_places(there) == without_places(here)


def without_places(text: str) -> list[str]:
    return [line.partition("# ")[0].rstrip() for line in text.strip().splitlines() if not line.startswith("#")]


def test_stages_of_a_network_that_was_never_trained(talk: Talk) -> None:
    before = state(talk)
    assert talk.wrong(":ir mlp").code == "E0813"
    assert "mlp.dense_1.W" in talk(":ir mlp on m") and "def nest_" in talk(":kernels mlp on m")
    assert state(talk) == before


# ---- :time, :device -----------------------------------------------------------------------------------------


def test_time_of_a_statement_and_of_the_last_entry(talk: Talk) -> None:
    text = talk(f":time {TRAIN}")
    assert [line.split()[0] for line in text.splitlines() if "compile" not in line] == ["all", "check", "work"]
    assert "run" in talk.session.book.types
    talk(MEASURE)
    assert "check" in talk(":time")
    assert talk(":time :who").splitlines()[-1].startswith("all")


def test_time_says_what_was_compiled() -> None:
    took = {"all": 1.5, "check": 0.01, "work": 1.25, "kernels": 3, "compile": 1.0}
    assert lines(took) == ["all      1.50 s", "check    10.0 ms", "compile  1.00 s, 3 new kernels", "work     0.25 s"]


def test_device(talk: Talk) -> None:
    assert talk(":device").startswith("device     cpu (device is `auto`)\nthreads ")
    assert talk(":device cpu").startswith("device     cpu\n")
    assert [line.text for line in talk.session.book.lines][-1] == "set device cpu"
    assert talk.wrong(":device cdu").help == "did you mean `cpu`?"
    assert talk.wrong(":device cuda").code == "E0703"


# ---- :plot --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind"),
    [("", "confusion"), ("run", "curves"), ("result", "confusion"), ("m", "scatter"), ("mlp", "network"),
     ("boundary(mlp, m)", "boundary"), ("mlp.dense_1.W", "histogram"), ("ans", "confusion")],
)  # fmt: skip
def test_plots_are_drawn_and_not_kept(text: str, kind: str, trained: Talk) -> None:
    before = state(trained)
    trained(f":plot {text}".rstrip())
    action, outcome = trained.face.done_[-1]
    assert isinstance(action, Plot) and action.kind == kind and isinstance(outcome, Drawn)
    assert state(trained) == before
    trained("print result.accuracy")  # the session goes on


def test_faults_of_plots(talk: Talk) -> None:
    assert talk.wrong(":plot").code == "E0814"
    found = talk.wrong(":plot nope")
    assert found.code == "E0201" and found.span is not None and found.span.source.text == ":plot nope"
    assert found.span.text == "nope"


def test_peeking_at_statements_keeps_nothing(talk: Talk) -> None:
    before = state(talk)
    assert talk.session.peek("train mlp on m as run { epochs 1 }\nprint run.epochs").well
    assert [type(action).__name__ for action, _ in talk.face.done_[-2:]] == ["Train", "Print"]
    assert state(talk) == before
    assert not talk.session.peek("print run.epochs").well
    text = talk(":who")
    assert "not trained" in text
