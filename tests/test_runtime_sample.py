"""`sample` carried out: texts that were learnt go on, series go on in their own units, the same seed gives the same."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from run_tools import program, results

from nndsl.api import RunError, compile
from nndsl.runtime.jsonl import Lines
from nndsl.runtime.network import NetworkState
from nndsl.runtime.progress import told
from nndsl.runtime.results import Forecast, Text
from nndsl.runtime.sampling import draw

LETTERS = """set seed 1
data letters {{
  text "{text}"
  sequence characters{encoder}
  window 8, stride=1
}}
network net for letters {{ {body} }}
train net on letters {{ epochs 25; batch 8; optimizer adam(0.02) }}
"""
EACH_STEP = "embedding(vocabulary, 4) -> elman(8); dense(vocabulary) -> softmax"


def letters(actions: str, body: str = EACH_STEP, text: str = "abc" * 30, encoder: str = "") -> str:
    return LETTERS.format(text=text, body=body, encoder=encoder) + actions + "\n"


# (body, encoder): answers at each step and after the window, probabilities and scores, ids and one-hot
NETWORKS = [
    (EACH_STEP, ""),
    ("embedding(vocabulary, 4) -> elman(8); dense(vocabulary)", ""),
    ("embedding(vocabulary, 4) -> gru(8) -> last; dense(vocabulary) -> softmax", ""),
    ("embedding(vocabulary, 4) -> flatten; dense(vocabulary)", ""),
    ("elman(8) -> dense(vocabulary) -> softmax", " -> onehot"),
    ("embedding(vocabulary, 8) -> positions -> transformer(heads=2, causal=true); dense(vocabulary)", ""),
]


@pytest.mark.parametrize(("body", "encoder"), NETWORKS)
def test_a_text_that_was_learnt_goes_on(body: str, encoder: str) -> None:
    found = results(
        letters('sample net as text { prompt "abcabcab"; length 10; temperature 0 }', body, encoder=encoder)
    )
    text = found["text"]
    assert isinstance(text, Text)
    assert (text.text, text.prompt, text.length) == ("abcabcab" + "cabcabcabc", "abcabcab", 10)


def test_a_prompt_may_be_shorter_than_the_window_and_longer() -> None:
    actions = 'sample net as a { prompt "b"; length 4; temperature 0 }\n'
    actions += f'sample net as b {{ prompt "{"abc" * 7}"; length 4; temperature 0 }}\n'
    found = results(letters(actions))
    assert (found["a"].text, found["b"].text) == ("bcabc", "abc" * 7 + "abca")


def test_two_characters_told_apart_by_one_score() -> None:
    body = "embedding(vocabulary, 4) -> elman(8) -> last; dense(1) -> sigmoid"
    actions = 'sample net as text { prompt "abababab"; length 5; temperature 0 }'
    assert results(letters(actions, body, "ab" * 40))["text"].text == "abababab" + "ababa"


def test_the_same_seed_gives_the_same_text_and_another_another() -> None:
    options = 'length 60; temperature 5; prompt "a"'
    actions = "\n".join(
        [
            f"sample net as a {{ {options}; seed 3 }}",
            f"sample net as b {{ {options}; seed 3; count 2 }}",
            f"sample net as c {{ {options}; seed 4 }}",
            f"sample net as d {{ {options} }}",
            f"sample net as e {{ {options} }}",
        ]
    )
    first, again = results(letters(actions)), results(letters(actions))
    texts = {name: first[name].texts for name in "abcde"}
    assert texts == {name: again[name].texts for name in "abcde"}
    assert texts["a"][0] == texts["b"][0] != texts["b"][1]  # a text does not depend on how many there are
    assert len({texts["a"], texts["c"], texts["d"], texts["e"]}) == 4


def test_a_text_without_a_prompt_begins_at_a_place_of_the_text() -> None:
    after = "embedding(vocabulary, 4) -> gru(8) -> last; dense(vocabulary) -> softmax"
    one = results(letters("sample net as text { length 6; temperature 0; count 20 }"))["text"]
    full = results(letters("sample net as text { length 6; temperature 0; count 20 }", after))["text"]
    assert {len(p) for p in one.prompts} == {1} and set(one.prompts) == {"a", "b", "c"}
    assert {len(p) for p in full.prompts} == {8} and {p in "abc" * 5 for p in full.prompts} == {True}
    assert all(text in "abc" * 6 for text in (*one.texts, *full.texts))


def test_draws_follow_the_shares_that_the_temperature_makes_of_them() -> None:
    scores = np.log(np.tile([0.1, 0.3, 0.6], (30_000, 1)))
    chances = (np.arange(30_000) + 0.5) / 30_000
    for temperature, powers in ((1, [0.1, 0.3, 0.6]), (0.5, [0.01, 0.09, 0.36]), (2, np.sqrt([0.1, 0.3, 0.6]))):
        counts = np.bincount(draw(scores, temperature, chances), minlength=3) / 30_000
        assert np.allclose(counts, np.array(powers) / np.sum(powers), atol=1e-4)
    assert set(draw(scores, 0, chances)) == {2} == set(draw(scores, 1e-6, chances))


def test_what_is_impossible_is_not_drawn() -> None:
    with np.errstate(divide="ignore"):
        scores = np.log([[0.0, 0.5, 0.5, 0.0]] * 2)
    assert draw(scores, 1, np.array([0.0, 1 - 2**-53])).tolist() == [1, 2]


def test_unknown_characters_are_never_drawn() -> None:
    text = """data verse {
  text "abababababababababababababababababababababababababxyxyxyxyxyxyxyxy"
  sequence characters
  window 4
  split train=60%, test=40%
}
network net for verse { embedding(vocabulary, 4) -> elman(8); dense(vocabulary) -> softmax }
train net on verse { epochs 1 }
sample net as text { length 300; temperature 10 }
"""
    assert set(results(text)["text"].text) == {"a", "b"}


# ---- series ------------------------------------------------------------------------------------------

STEPS = np.arange(240)
WAVE = {"level": 10 + 3 * np.sin(STEPS * np.pi / 8), "flow": 100 + 20 * np.cos(STEPS * np.pi / 8)}
SERIES = """set seed 2
data wave {{
  from wave
  sequence {columns} -> standard
  window 16
  {horizon}
  split train=80%, test=20%
}}
network net for wave {{ {body} }}
train net on wave {{ epochs 80; batch 16; optimizer adam(0.01) }}
"""


def series(actions: str, body: str, columns: str = "level", horizon: str = "") -> Forecast:
    text = SERIES.format(columns=columns, horizon=horizon, body=body) + actions + "\n"
    found = compile(text, data={"wave": WAVE}).run()["future"]
    assert isinstance(found, Forecast)
    return found


def wave(first: int, count: int, column: str = "level") -> np.ndarray:
    angle = np.arange(first, first + count) * np.pi / 8
    return 10 + 3 * np.sin(angle) if column == "level" else 100 + 20 * np.cos(angle)


# (body, horizon): at each step and after the window, further ahead, several steps at once
FORECASTS = [
    ("elman(16) -> dense(1)", ""),
    ("elman(16) -> last -> dense(1)", ""),
    ("elman(16) -> dense(1)", "horizon 3"),
    ("elman(16) -> last -> dense(1)", "horizon 3"),
    ("flatten -> dense(4)", "horizon 1, steps=4"),
    ("flatten -> dense(4)", "horizon 3, steps=4"),
]


@pytest.mark.parametrize(("body", "horizon"), FORECASTS)
def test_a_series_goes_on_from_its_end(body: str, horizon: str) -> None:
    future = series("sample net as future { length 22 }", body, horizon=horizon)
    assert future.after == 240 and list(future.columns) == ["level"] and future["level"].shape == (22,)
    assert np.abs(future["level"] - wave(240, 22)).max() < 1


def test_several_columns_are_fed_back_together() -> None:
    future = series("sample net as future { length 12 }", "elman(16) -> dense(2)", "(level, flow)")
    for name in ("level", "flow"):
        error = np.abs(future[name] - wave(240, 12, name)).max() / np.ptp(WAVE[name])
        assert error < 0.15


def test_a_series_goes_on_from_the_end_of_a_part() -> None:
    future = series("sample net on wave.train as future { length 20 }", "elman(16) -> dense(1)")
    assert future.after == 192
    assert np.abs(future["level"] - wave(192, 20)).max() < 1


def test_a_series_goes_on_from_a_prompt_in_its_own_units() -> None:
    prompt = ", ".join(f"{v:.6f}" for v in wave(5, 16))
    future = series(f"sample net as future {{ length 10; prompt [{prompt}] }}", "elman(16) -> dense(1)")
    assert future.after is None
    assert np.abs(future["level"] - wave(21, 10)).max() < 1


def test_classes_with_longer_names_go_on_as_a_table() -> None:
    days = ["sun", "rain", "fog"] * 30
    text = """set seed 1
data weather { from days; sequence day -> category; window 6 }
network net for weather { embedding(vocabulary, 4) -> elman(8); dense(vocabulary) -> softmax }
train net on weather { epochs 20; batch 8; optimizer adam(0.02) }
sample net as future { length 5; temperature 0 }
sample net as other { length 3; temperature 0; prompt ["sun", "rain"] }
expect future.day[0] == "sun"
print future.day
"""
    found = compile(text, data={"days": {"day": np.array(days, object)}}).run()
    assert found["future"]["day"].tolist() == ["sun", "rain", "fog", "sun", "rain"]
    assert found["other"]["day"].tolist() == ["fog", "sun", "rain"]


def test_classes_that_are_numbers_can_be_a_prompt() -> None:
    text = """data week { from days; sequence day -> category; window 6 }
network net for week { embedding(vocabulary, 4) -> elman(8); dense(vocabulary) -> softmax }
train net on week { epochs 20; batch 8; optimizer adam(0.02) }
sample net as future { length 4; temperature 0; prompt [5, 6] }
"""
    found = compile(text, data={"days": {"day": np.array([5, 6, 7] * 30)}}).run()
    assert found["future"]["day"].tolist() == ["7", "5", "6", "7"]


NAMES = np.array(["anna", "hanna", "johanna", "helena", "magdalena", "mia", "amelia", "olivia"] * 8, object)


def test_texts_of_different_lengths_go_on_and_begin_where_one_of_them_begins() -> None:
    text = """set seed 1
data first { from names; sequence name }
network net for first { embedding(vocabulary, 8) -> gru(24); dense(vocabulary) -> softmax }
train net on first { epochs 60; batch 8; optimizer adam(0.01) }
sample net as one { prompt "mag"; length 6; temperature 0 }
sample net as free { length 30; count 40 }
"""
    found = compile(text, data={"names": {"name": NAMES}}).run()
    assert found["one"].text == "magdalena"
    assert set(found["free"].prompts) == set("ahjmo")
    assert {len(each) for each in found["free"].texts} == {31}  # longer than the longest of them


# ---- what is left behind ------------------------------------------------------------------------------


def test_files_hold_what_was_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    actions = 'sample net as text to "a.txt" { length 5; count 2 }\nsample net as other { length 5; to "b.txt" }'
    found = results(letters(actions))
    assert (tmp_path / "a.txt").read_text() == "\n\n".join(found["text"].texts) + "\n"
    assert (tmp_path / "b.txt").read_text() == found["other"].text + "\n"
    future = series('sample net as future { length 3; to "c.tsv" }', "elman(4) -> dense(1)")
    lines = [line.split("\t") for line in (tmp_path / "c.tsv").read_text().splitlines()]
    assert lines[0] == ["step", "level"]
    assert [int(line[0]) for line in lines[1:]] == [1, 2, 3]
    assert np.allclose([float(line[1]) for line in lines[1:]], future["level"])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.txt", "b.txt", "c.tsv"]


def test_what_a_person_and_a_program_are_told() -> None:
    stream = io.StringIO()
    made = program(letters('sample net as text { prompt "ab"; length 4; temperature 0 }'))
    text = made.run(listener=Lines(stream))["text"]
    line = json.loads(stream.getvalue().splitlines()[-1])
    assert (line["statement"], line["texts"], line["prompts"]) == ("sample", ["abcabc"], ["ab"])
    action = made._checked.program.actions[-1]
    assert told(action, text) == "text: net on letters: 4 characters, the likeliest each\n  abcabc"


def test_a_series_that_runs_away_is_said() -> None:
    text = """data growth {
  columns x
  rows [[1], [2], [4], [8], [16], [32], [64], [128]]
  sequence x
  window 2
}
layer twice { input x[...]; output x * 1e30 }
network net for growth { last -> dense(1) -> twice }
train net on growth { epochs 1; loss mean(abs(output - target)) * 1e-30; optimizer sgd(1e-9) }
sample net { length 10 }
"""
    with pytest.raises(RunError) as found:
        results(text)
    assert [d.code for d in found.value.diagnostics] == ["E0601"]


def test_one_evaluator_serves_all_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    original = NetworkState.evaluator
    monkeypatch.setattr(NetworkState, "evaluator", lambda self, *rest: made.append(rest) or original(self, *rest))
    assert len(results(letters("sample net as text { length 200 }"))["text"].text) == 201
    assert len(made) == 1
