"""`sample`: what is said before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from script_tools import check, line_of, program

from nndsl.semantics import Sample

DATA = """data verse {
  text "the rain in spain stays mainly in the plain, the rain in spain stays mainly in the plain"
  sequence characters
  window 8
}
data points { from blobs(60, classes=3) }
data series {
  columns level, flow
  rows [[1, 2], [2, 1], [3, 2], [4, 1], [5, 2], [6, 1], [7, 2], [8, 1], [9, 2]]
  sequence (level, flow)
  window 3
}
data other {
  columns level, flow
  rows [[1, 2], [2, 1], [3, 2], [4, 1], [5, 2], [6, 1], [7, 2], [8, 1], [9, 2]]
  sequence level
  target flow
  window 3
}
network speller for verse { embedding(vocabulary, 4) -> elman(5); dense(vocabulary) -> softmax }
network after for verse { embedding(vocabulary, 4) -> elman(5) -> last; dense(vocabulary) -> softmax }
network mlp for points { dense(3) -> softmax }
network both for series { elman(4) -> dense(2) }
network side for other { elman(4) -> last -> dense(1) }
network anything { elman(4) -> dense(2) }
train speller on verse as first
train after on verse
train mlp on points
train both on series
train side on other
"""
LINE = DATA.count("\n") + 1  # the line of what is added
LATER = "bidirectional(elman(3))"

# (what is added, code, words of the message, notes or help)
WRONG = [
    ("sample speler", "E0201", "did you mean `speller`?"),
    ("sample first", "E0205", "not a network"),
    ("sample speller, after", "E0216", "only one network"),
    ("sample speller on vers", "E0201", "did you mean `verse`?"),
    ("sample speller on verse.test", "E0211", "no test part"),
    ("sample speller as first", "E0204", "already"),
    ("sample speller with fast", "E0216", "takes no `with`"),
    ("sample anything", "E0209", "does not say `on` which data"),
    ("sample speller { lenght 5 }", "E0207", "did you mean `length`?"),
    ("sample speller { length 0 }", "E0202", "a whole number from 1, found 0"),
    ("sample speller { length 2.5 }", "E0202", "a whole number from 1"),
    ("sample speller { temperature -1 }", "E0202", "a number from 0"),
    ("sample speller { count 0 }", "E0202", "a whole number from 1"),
    ("sample speller { seed -1 }", "E0202", "from 0"),
    ("sample speller { prompt rain }", "E0201", "`prompt` takes a text in quotes"),
    ("sample speller { prompt 3 }", "E0202", "a text in quotes, or a list of values, found 3"),
    ('sample speller { prompt ["t", "h"] }', "E0202", "takes a text in quotes, not a list"),
    ('sample speller { prompt "the Rain" }', "E0219", "1 character of the prompt: `R`"),
    ('sample speller { prompt "ÄÖ?" }', "E0219", "3 characters of the prompt: `Ä`, `Ö`, `?`"),
    ('sample speller { prompt "the\\nrain" }', "E0219", "`\\n`"),
    ('sample after { prompt "the" }', "E0219", "the prompt has 3 characters; `after` goes on from 8 or more"),
    ('sample speller { prompt "t"; prompt "h" }', "E0208", "given twice"),
    ('sample speller to "a.csv"', "E0202", "`.txt`"),
    ('sample both to "a.txt"', "E0202", "`.csv` or `.tsv`"),
    ('sample speller to "a.txt" { to "b.txt" }', "E0208", "`to` is given twice"),
    ('sample speller to "nowhere/a.txt"', "E0702", "no folder `nowhere`"),
    ('sample speller { to "nowhere/a.txt" }', "E0702", "no folder `nowhere`"),
    ("sample speller { to file }", "E0201", "a text in quotes"),
    ("sample mlp", "E0218", "`points` is no sequence"),
    ("sample side", "E0218", "sees `level` and tells `flow`"),
    ("sample both { temperature 0.5 }", "E0210", "`temperature` changes nothing"),
    ("sample both { count 2 }", "E0210", "`count` changes nothing"),
    ("sample both { seed 2 }", "E0210", "`seed` changes nothing"),
    ('sample both { prompt "ab" }', "E0202", "a list with a list of 2 numbers for each step"),
    ("sample both { prompt [1, 2] }", "E0202", "a list of 2 numbers"),
    ("sample both { prompt [[1, 2], [3]] }", "E0202", "a list of 2 numbers"),
    ("sample generator(normal(64)) as fakes { count 36 }", "E0212", "sampling from a generator"),
    ("sample speller as text; print text.txt", "E0211", "did you mean `text`?"),
    ("sample speller as text; expect text.text", "E0217", "a text, not a comparison"),
    ("sample speller as text; expect text.texts > 3", "E0217", "a list of texts"),
    ("sample both as far; print far.levl", "E0211", "did you mean `level`?"),
    ("print later.text; sample speller as later", "E0201", "only further down"),
]


def test_classes_beside_numbers_cannot_go_on() -> None:
    text = """data mixed {
  columns level, day
  rows [[1, "a"], [2, "b"], [3, "a"], [4, "b"], [5, "a"], [6, "b"]]
  sequence level
  sequence day -> onehot
  window 3
}
network net for mixed { elman(4) -> dense(3) }
train net on mixed
sample net
"""
    errors = [d for d in check(text)[1] if d.severity == "error"]
    assert [d.code for d in errors] == ["E0218"] and "`level`, `day`" in errors[0].notes[0]


# Bodies of networks for `verse` that look at later steps.
SEEING = [
    f"embedding(vocabulary, 4) -> {LATER}; dense(vocabulary) -> softmax",
    "embedding(vocabulary, 4) -> elman(5, reverse=true); dense(vocabulary) -> softmax",
    "embedding(vocabulary, 4) -> attention; dense(vocabulary) -> softmax",
    "embedding(vocabulary, 4) -> conv1d(5, 3) -> relu; dense(vocabulary) -> softmax",
    "h = x -> embedding(vocabulary, 4); output (h - mean(h, axis=0)) -> dense(vocabulary) -> softmax",
    "h = x -> embedding(vocabulary, 4); output transpose(transpose(h) -> dense(8)) -> dense(vocabulary) -> softmax",
]


@pytest.mark.parametrize(("text", "code", "words"), WRONG)
def test_a_wrong_sample_is_said_at_its_line(text: str, code: str, words: str) -> None:
    _, found = check(DATA + text + "\n")
    errors = [d for d in found if d.severity == "error"]
    assert [d.code for d in errors] == [code], [(d.code, d.message) for d in found]
    (d,) = errors
    assert line_of(d) == LINE
    assert words in "\n".join(filter(None, (d.message, *d.notes, *(label.message for label in d.labels), d.help)))


@pytest.mark.parametrize("body", SEEING)
def test_a_network_that_sees_the_answer_is_said_before_it_is_trained(body: str) -> None:
    text = DATA + f"network net for verse {{ {body} }}\n"
    for actions, line in (("train net on verse\nsample net\n", 1), ("sample net\ntrain net on verse\n", 1)):
        errors = [d for d in check(text + actions)[1] if d.severity == "error"]
        assert [d.code for d in errors][:1] == ["E0411"], [(d.code, d.message) for d in errors]
        assert line_of(errors[0]) == LINE + line


def test_a_target_of_its_own_at_each_step_may_be_told_from_both_sides() -> None:
    tagging = "network tags for other { bidirectional(elman(4)) -> dense(1) }\ntrain tags on other\n"
    again = "network copy for series { bidirectional(elman(4)) -> dense(2) }\n"
    program(DATA + tagging + again + "train copy on series { loss mse(output, input) }\n")


CAUSAL = [
    "embedding(vocabulary, 4) -> elman(5); dense(vocabulary) -> softmax",
    "embedding(vocabulary, 4) -> attention(causal=true); dense(vocabulary) -> softmax",
    "embedding(vocabulary, 4) -> lstm(4) -> gru(5); dense(vocabulary)",
    f"embedding(vocabulary, 4) -> {LATER} -> last; dense(vocabulary) -> softmax",
    "embedding(vocabulary, 4) -> flatten; dense(vocabulary) -> softmax",
    "input x[time]; h = x -> embedding(vocabulary, 4) -> conv1d(5, 3, padding=2); h[0:time] -> dense(vocabulary)",
    "h = x -> embedding(vocabulary, 4); output h + layernorm(h) -> dense(vocabulary)",
]


@pytest.mark.parametrize("body", CAUSAL)
def test_networks_that_can_go_on(body: str) -> None:
    program(DATA + f'network net for verse {{ {body} }}\ntrain net on verse\nsample net {{ prompt "the rain" }}\n')


def test_sampling_what_was_never_trained_is_warned_of() -> None:
    text = DATA.partition("train speller")[0] + "sample speller\n"
    assert [d.code for d in check(text)[1] if d.code == "W0406"] == ["W0406"]


def test_what_is_said_holds(tmp_path: Path) -> None:
    text = (
        'sample speller on verse.train as text to "a.txt" { prompt "in"; length 7; temperature 0; count 2; seed 5 }\n'
    )
    checked, found = check(DATA + text, tmp_path)
    assert [d for d in found if d.severity == "error"] == []
    action = checked.program.actions[-1]
    assert isinstance(action, Sample)
    assert (action.network, action.data, action.part, action.path) == ("speller", "verse", "train", "a.txt")
    assert (action.prompt, action.length, action.temperature, action.count, action.seed) == ("in", 7, 0.0, 2, 5)


def test_constants_may_stand_for_values() -> None:
    text = 'let start = "the"\nlet steps = 4\nsample speller { prompt start; length 2 * steps }\n'
    action = program(DATA + text).program.actions[-1]
    assert isinstance(action, Sample) and (action.prompt, action.length) == ("the", 8)


def test_the_data_are_those_the_network_was_trained_on() -> None:
    text = "network free { elman(4) -> dense(2) }\ntrain free on series\nsample free\nsample both\n"
    actions = [a for a in program(DATA + text).program.actions if isinstance(a, Sample)]
    assert [(a.data, a.characters) for a in actions] == [("series", False)] * 2
    assert [a.name for a in actions] == ["sample", "sample_2"]


def test_an_empty_prompt_is_none() -> None:
    action = program(DATA + 'sample speller { prompt "" }\n').program.actions[-1]
    assert isinstance(action, Sample) and action.prompt is None
