"""Training, measuring and asking networks of sequences: piece by piece, in the columns' own units, step by step."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import nndsl
from nndsl.api import Results
from nndsl.runtime import evaluator as evaluators
from nndsl.runtime.evaluator import Evaluator
from nndsl.runtime.events import Silent
from nndsl.runtime.showing import Shown
from nndsl.runtime.training import rows_of

TEXT = "the cat sat on the mat. " * 12
WAVE = np.sin(np.arange(120) / 4) * 3 + 10

SPELLER = """
data speech {
  from speech_text
  sequence characters
  window 8
  split train=60%, validation=20%, test=20%
}
network speller for speech {
  embedding(vocabulary, 6) -> dense(12) -> tanh
  dense(vocabulary) -> softmax
}
train speller on speech as run { epochs 3; batch 4; metrics accuracy, perplexity }
evaluate speller on speech.test as result { metrics accuracy, perplexity, confusion }
"""
FORECAST = """
data wave {{
  from wave
  sequence x -> standard
  window 8
  {0}
  split train=70%, test=30%
}}
network net for wave {{
  {1}
}}
train net on wave as run {{ epochs 20; optimizer adam(lr=0.02); metrics mae }}
evaluate net on wave.test as result {{ metrics mae, r2 }}
predict net on wave.test as answers {2}
"""


def run(text: str, **data: object) -> Results:
    return nndsl.compile(text, data=data).run()


# ---- piece by piece ----------------------------------------------------------------------------------


def test_pieces_change_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outputs of a part are never together where they are many; what is measured stays the same."""
    whole = run(SPELLER, speech_text=TEXT)
    monkeypatch.setattr(evaluators, "PIECE_BYTES", 3000)
    monkeypatch.setattr(evaluators, "ROWS_AT_ONCE", 1)
    monkeypatch.setattr(evaluators, "LEAST_ROWS", 1)
    pieces = run(SPELLER, speech_text=TEXT)
    for key, column in whole.run.history.items():
        np.testing.assert_allclose(pieces.run.history[key], column, rtol=1e-6, err_msg=key)
    for name in ("loss", "accuracy", "perplexity"):
        np.testing.assert_allclose(getattr(pieces.result, name), getattr(whole.result, name), rtol=1e-6)
    assert pieces.result.confusion.tolist() == whole.result.confusion.tolist()


def test_outputs_of_a_long_text_are_not_kept() -> None:
    made = run(SPELLER.replace("window 8", "window 8, stride=1"), speech_text=TEXT * 400)
    session = made._session
    state, dataset = session.networks["speller"], session.datasets["speech"]
    graph = state.graph(dataset, state.loss, 0, state.loss)
    part = dataset.part("train")
    found = Evaluator(graph, state.arrays, rows_of(part), "float32", 0)
    assert part.input.count > 60_000
    assert sum(output.nbytes for output in found.outputs) <= evaluators.PIECE_BYTES


def test_large_values_are_computed_a_few_rows_at_a_time() -> None:
    made = run(SPELLER, speech_text=TEXT)
    session = made._session
    graph = session.networks["speller"].graph(session.datasets["speech"], None, 0, None)
    assert evaluators.batch_of(graph, 10_000) == evaluators.ROWS_AT_ONCE
    assert evaluators.batch_of(graph, 7) == 7
    wide = run(SPELLER.replace("dense(12)", "dense(5000)").replace("epochs 3;", "epochs 1; steps 1;"), speech_text=TEXT)
    session = wide._session
    graph = session.networks["speller"].graph(session.datasets["speech"], None, 0, None)
    assert evaluators.batch_of(graph, 10_000) == evaluators.VALUE_BYTES // (4 * 8 * 5000)


def test_all_outputs_where_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    text = FORECAST.format("", "flatten -> dense(4) -> tanh\n  dense(1)", "")
    whole = run(text, wave={"x": WAVE})
    monkeypatch.setattr(evaluators, "PIECE_BYTES", 100)
    monkeypatch.setattr(evaluators, "ROWS_AT_ONCE", 1)
    monkeypatch.setattr(evaluators, "LEAST_ROWS", 1)
    pieces = run(text, wave={"x": WAVE})
    np.testing.assert_allclose(pieces.answers["answers"]["x"], whole.answers["answers"]["x"], rtol=1e-6)


def test_perplexity_is_the_exponential_of_the_loss() -> None:
    found = run(SPELLER, speech_text=TEXT)
    assert math.isclose(found.result.perplexity, math.exp(found.result.loss), rel_tol=1e-5)
    assert found.result.confusion.sum() == found.result.rows * 8  # every step is counted


def test_logits_have_the_same_perplexity() -> None:
    shares, logits = run(SPELLER, speech_text=TEXT), run(SPELLER.replace(" -> softmax", ""), speech_text=TEXT)
    assert math.isclose(shares.result.perplexity, logits.result.perplexity, rel_tol=1e-5)


# ---- steps of an epoch -----------------------------------------------------------------------------------


def test_an_epoch_of_some_steps() -> None:
    found = run(SPELLER.replace("epochs 3;", "epochs 3; steps 2;"), speech_text=TEXT)
    assert found.run.rows == 8
    whole = run(SPELLER, speech_text=TEXT)
    assert found.run.last["loss"] > whole.run.last["loss"]


def test_metrics_of_training_speak_of_the_rows_that_were_seen() -> None:
    """With as many steps as there are batches, steps change nothing."""
    rows = run(SPELLER, speech_text=TEXT).run.rows
    every = run(SPELLER.replace("epochs 3;", f"epochs 3; steps {-(-rows // 4)};"), speech_text=TEXT)
    assert every.run.history["accuracy"] == run(SPELLER, speech_text=TEXT).run.history["accuracy"]


def test_a_schedule_knows_how_many_steps_there_are() -> None:
    """`cosine` falls to 0 at the end of the run: the weights stand still in the last step."""
    text = SPELLER.replace("epochs 3;", "epochs 20; steps 1; schedule cosine; optimizer sgd(lr=0.5);")
    found = run(text, speech_text=TEXT)
    assert found.run.epochs == 20
    losses = found.run.history["validation_loss"]
    assert abs(losses[-1] - losses[-2]) < 0.2 * abs(losses[1] - losses[0])


# ---- forecasts -----------------------------------------------------------------------------------------


def test_forecasts_are_in_the_units_of_the_column(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = FORECAST.format("", "flatten -> dense(16) -> tanh\n  dense(1)", 'to "answers.csv"')
    found = run(text, wave={"x": WAVE})
    answers = found.answers["answers"]
    rows = answers.row_numbers - 1
    assert rows.tolist() == list(range(84 + 8, 120))
    np.testing.assert_allclose(answers["x"], WAVE[rows], atol=1.0)
    assert math.isclose(found.result.mae, np.abs(answers["x"] - WAVE[rows]).mean(), rel_tol=1e-5)
    with (tmp_path / "answers.csv").open() as file:
        table = list(csv.DictReader(file))
    assert table[0].keys() == {"row", "x"} and len(table) == 28
    assert int(table[0]["row"]) == 93


def test_several_steps_ahead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = FORECAST.format("horizon 2, steps=3", "flatten -> dense(16) -> tanh\n  dense(3)", 'to "answers.csv"')
    found = run(text, wave={"x": WAVE})
    answers = found.answers["answers"]
    assert answers["x"].shape == (25, 3)
    assert answers.step_rows[0].tolist() == [94, 95, 96]
    truth = WAVE[answers.step_rows - 1]
    assert math.isclose(found.result.mae, np.abs(answers["x"] - truth).mean(), rel_tol=1e-5)
    with (tmp_path / "answers.csv").open() as file:
        table = list(csv.DictReader(file))
    assert [(row["row"], row["step"]) for row in table[:4]] == [("94", "1"), ("95", "2"), ("96", "3"), ("95", "1")]


def test_a_forecast_for_each_step() -> None:
    found = run(FORECAST.format("", "dense(16) -> tanh -> dense(1)", ""), wave={"x": WAVE})
    answers = found.answers["answers"]
    assert answers["x"].shape == (28, 8)
    assert answers.step_rows[0].tolist() == list(range(86, 94))
    truth = WAVE[answers.step_rows - 1]
    assert math.isclose(found.result.mae, np.abs(answers["x"] - truth).mean(), rel_tol=1e-5)
    assert math.isclose(
        found.result.r2, 1 - ((answers["x"] - truth) ** 2).sum() / ((truth - truth.mean()) ** 2).sum(), rel_tol=1e-4
    )


@pytest.mark.parametrize("encoders", ["-> diff -> standard", "-> log -> diff -> standard"])
@pytest.mark.parametrize(
    ("horizon", "network"),
    [("", "flatten -> dense(1)"), ("", "dense(1)"), ("horizon 1, steps=3", "flatten -> dense(3)")],
)
def test_changes_are_added_up_to_forecasts(encoders: str, horizon: str, network: str) -> None:
    """Metrics and answers are of values, not of changes, and new series give the same."""
    text = FORECAST.format(horizon, network, "").replace("-> standard", encoders)
    found = run(text, wave={"x": WAVE})
    answers = found.answers["answers"]
    rows = (answers.row_numbers if answers.step_rows is None else answers.step_rows) - 1
    assert math.isclose(found.result.mae, np.abs(answers["x"] - WAVE[rows]).mean(), rel_tol=1e-5)
    asked = found.networks["net"].predict(WAVE[84:])
    np.testing.assert_allclose(asked[: len(answers["x"])], answers["x"], rtol=1e-5)


def test_new_series_from_python() -> None:
    found = run(FORECAST.format("", "flatten -> dense(16) -> tanh\n  dense(1)", ""), wave={"x": WAVE})
    net, answers = found.networks["net"], found.answers["answers"]["x"]
    tail = WAVE[84:]
    for given in (tail, tail[:, None], {"x": tail}, np.stack([tail[i : i + 8] for i in range(29)])):
        asked = net.predict(given)
        np.testing.assert_allclose(asked[:-1], answers, rtol=1e-6)
        assert len(asked) == 29  # the last is of what comes after the data
    with pytest.raises(nndsl.RunError, match="a window of `wave` has 8"):
        net.predict(tail[:5])


def test_new_texts_from_python() -> None:
    found = run(SPELLER, speech_text=TEXT)
    net = found.networks["speller"]
    assert net.predict("the cat ").shape == (1, 8)
    assert net.predict("the cat sat").shape == (4, 8)
    assert net.predict_proba(["the cat ", "sat on t"]).shape == (2, 8, len(net.classes))
    with pytest.raises(nndsl.RunError, match="a class that the training part does not have"):
        net.predict("Gargantua")


# ---- different lengths ---------------------------------------------------------------------------------

WALKS = """
data walks {{
  from walks
  sequence (x, y) -> standard
  {0}
}}
network net for walks {{
  {1}
}}
train net on walks as run {{ epochs 40; batch 4; optimizer adam(lr=0.02); metrics {2} }}
evaluate net on walks as result {{ metrics {2} }}
predict net on walks as answers
"""


def walks() -> dict[str, list[Any]]:
    made = np.random.default_rng(1)
    lengths, kinds = made.integers(2, 9, size=24), made.integers(0, 2, size=24)
    return {
        "x": [made.normal(size=n) + 2 * kind for n, kind in zip(lengths, kinds, strict=True)],
        "y": [made.normal(size=n) for n in lengths],
        "kind": [("down", "up")[kind] for kind in kinds],
    }


def test_series_with_a_class_each() -> None:
    table = walks()
    found = run(
        WALKS.format("target kind -> category", "lstm(8) -> last -> dense(classes) -> softmax", "accuracy"), walks=table
    )
    assert found.result.accuracy > 0.9
    assert found.answers["answers"]["kind"].tolist() == found.networks["net"].predict(table).tolist()
    pairs = [np.stack([x, y], axis=1) for x, y in zip(table["x"], table["y"], strict=True)]
    assert found.answers["answers"]["kind"].tolist() == found.networks["net"].predict(pairs).tolist()


def test_each_series_alone_gives_the_same() -> None:
    table = walks()
    found = run(
        WALKS.format("target kind -> category", "gru(8) -> last -> dense(classes) -> softmax", "accuracy"), walks=table
    )
    net = found.networks["net"]
    together = net.predict_proba({"x": table["x"], "y": table["y"]})
    for place in range(5):
        alone = net.predict_proba({"x": [table["x"][place]], "y": [table["y"][place]]})
        np.testing.assert_allclose(alone[0], together[place], rtol=1e-5)


def test_padding_is_not_measured() -> None:
    table = walks()
    found = run(WALKS.format("", "dense(8) -> tanh -> dense(2)", "mae"), walks=table)
    answers = found.answers["answers"]
    errors: list[NDArray[Any]] = []
    for place, (x, y) in enumerate(zip(table["x"], table["y"], strict=True)):
        real = len(x) - 1
        assert (answers.step_rows[place] > 0).sum() == real
        errors += [np.abs(answers["x"][place, :real] - x[1:]), np.abs(answers["y"][place, :real] - y[1:])]
    assert math.isclose(found.result.mae, np.concatenate(errors).mean(), rel_tol=1e-5)


def test_names_of_series_stand_beside_their_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    table = {"patient": ["ann"] * 10 + ["bob"] * 8, "x": np.sin(np.arange(18.0))}
    text = FORECAST.format("", "flatten -> dense(1)", 'to "answers.csv"').replace(
        "-> standard", "-> standard, by=patient"
    )
    text = text.replace("window 8", "window 2")
    found = run(text, wave=table)
    assert found.answers["answers"].series["patient"].tolist() == ["ann"]
    with (tmp_path / "answers.csv").open() as file:
        assert next(iter(csv.reader(file))) == ["row", "patient", "x"]


def test_the_time_of_a_forecast_stands_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    days = [f"2024-01-{day:02}" for day in range(1, 21)]
    text = FORECAST.format("", "flatten -> dense(1)", 'to "answers.csv"').replace("window 8", "window 2")
    run(text.replace("-> standard", "-> standard, time=day"), wave={"day": days[::-1], "x": WAVE[:20]})
    with (tmp_path / "answers.csv").open() as file:
        table = list(csv.DictReader(file))
    assert [(row["row"], row["day"]) for row in table[:2]] == [("4", "2024-01-17"), ("3", "2024-01-18")]


def test_what_show_says() -> None:
    said: list[str] = []

    class Ears(Silent):
        def done(self, action: object, outcome: object, seconds: float) -> None:
            if isinstance(outcome, Shown):
                said.append(outcome.text)

    nndsl.compile(SPELLER + "show speech\n", data={"speech_text": TEXT}).run(listener=Ears())
    (text,) = said
    assert "windows of 8 steps" in text and "vocabulary of" in text and "1 step after the window" in text


@pytest.mark.parametrize("kind", ["category", "standard"])
def test_there_is_no_answer_behind_the_end_of_a_shorter_sequence(kind: str) -> None:
    walks = [[k - 0.5 * n for k in range(n)] for n in (2, 5, 3, 4, 5, 1, 3, 5)]
    signs = [["up" if x > 0 else "down" for x in walk] if kind == "category" else walk for walk in walks]
    last = "dense(classes) -> softmax" if kind == "category" else "dense(1)"
    text = f"""data walks {{ from table; sequence x; target y -> {kind} }}
network net for walks {{ elman(4) -> {last} }}
train net on walks as run {{ epochs 1 }}
predict net on walks.train as answers
"""
    found = nndsl.compile(text, data={"table": {"x": walks, "y": signs}}).run()
    answers = found.answers["answers"]["y"]
    assert [sum(x is not None and x == x for x in row) for row in answers] == [2, 5, 3, 4, 5, 1, 3, 5]
    assert sum(x is not None and x == x for x in found.networks["net"].predict({"x": [[1.0, 2.0], [3.0]]}).ravel()) == 3
    if kind == "category":
        shares = found.networks["net"].predict_proba({"x": [[1.0, 2.0], [3.0]]})
        assert np.isnan(shares[1, 1:]).all() and not np.isnan(shares[1, 0]).any()
