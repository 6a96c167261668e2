"""Wrong scripts: each gives its code, at its line, in words that help; one fault hides no other."""

from __future__ import annotations

from pathlib import Path

import pytest
from script_tools import check, line_of, program

from nndsl.semantics import Train

DATA = """data points {
  from blobs(200, classes=3, noise=0.5)
  split train=70%, validation=15%, test=15%
}
data line {
  columns x, y
  rows [[1, 2], [2, 4], [3, 6], [4, 8], [5, 10]]
  input x
  target y
}
network mlp for points { dense(8) -> relu; dense(classes) -> softmax }
network straight for line { dense(1) }
train mlp on points as first
train straight on line as second
"""
LINE = DATA.count("\n") + 1  # the line of what is added

# (what is added, code, words of the message, notes or help)
STATEMENTS = [
    ("train mlp on points.test", "E0401", "test part"),
    ("train mlp on points.validation", "E0401", "validation part"),
    ("train mlp on pionts", "E0201", "did you mean `points`?"),
    ("train mpl on points", "E0201", "did you mean `mlp`?"),
    ("train first on points", "E0205", "not a network"),
    ("train mlp on points { optimiser adam }", "E0207", "did you mean `optimizer`?"),
    ("train mlp on points { optimizer adm }", "E0201", "did you mean `adam`?"),
    ("train mlp on points { optimizer relu }", "E0205", "`relu` is an activation"),
    ("train mlp on points { metrics mlp }", "E0205", "`mlp` is a network"),
    ("train mlp on points { loss adam }", "E0205", "`adam` is an optimizer"),
    ("train mlp on points { optimizer adam(learning_rate=0.1) }", "E0203", "did you mean `lr`?"),
    ("train mlp on points { optimizer adam(1, 2, 3, 4, 5) }", "E0203", "takes 4 arguments, but 5 are given"),
    ("train mlp on points { optimizer adam(lr=0.1, lr=0.2) }", "E0203", "given twice"),
    ("train mlp on points { optimizer adam(lr=-1) }", "E0206", "`lr` is -1"),
    ("train mlp on points { optimizer momentum(rate=1.5) }", "E0206", "`rate` is 1.5"),
    ('train mlp on points { optimizer adam(lr="fast") }', "E0206", "the text"),
    ("train mlp on points { batch 0 }", "E0202", "a whole number from 1, found 0"),
    ("train mlp on points { batch 2.5 }", "E0202", "a whole number from 1, found 2.5"),
    ("train mlp on points { batch 16, 32 }", "E0202", "2 values are given"),
    ('train mlp on points { epochs "ten" }', "E0202", "a text"),
    ("train mlp on points { epochs 5; epochs 6 }", "E0208", "given twice"),
    ("train mlp on points { clip 0 }", "E0202", "above 0"),
    ("train mlp on points { seed -1 }", "E0202", "from 0"),
    ("train mlp on points { stop patience=3, monitor=test.loss }", "E0402", "test part"),
    ("train mlp on points { stop patience=3, monitor=validation.acuracy }", "E0211", "did you mean `accuracy`?"),
    ("train mlp on points { stop patience=3, monitor=validation.accuracy }", "E0211", "add `metrics accuracy`"),
    ("train mlp on points { stop monitor=validation.loss }", "E0209", "patience"),
    ("train mlp on points { stop patience=3, pateince=4 }", "E0207", "did you mean `patience`?"),
    ("train mlp on points { stop 3 }", "E0202", "`stop patience=3`"),
    ("train straight on line { stop patience=3 }", "E0403", "`line` has none"),
    ("train straight on line { metrics accuracy }", "E0404", "a category"),
    ("train mlp on points { metrics r2 }", "E0404", "real numbers"),
    ("train mlp on points { metrics accuracy, accuracy }", "E0208", "given twice"),
    ("train mlp on points { loss mse }", "E0406", "a category"),
    ("train mlp on points { loss cross_entropy }", "E0406", "logits"),
    ("train mlp on points { loss bce }", "E0406", "3 classes"),
    ("train straight on line { loss nll }", "E0406", "probabilities"),
    ("train straight on line { loss hinge }", "E0406", "a category"),
    ("train mlp on points in world", "E0212", "not part of this version"),
    ('train mlp on points to "file"', "E0216", "takes no `to`"),
    ("train mlp on points, line", "E0216", "only one data set"),
    ("train mlp(3) on points", "E0216", "write `train mlp`"),
    ("train mlp", "E0209", "`on` what"),
    ("train mlp, straight on points", "E0212", "several networks"),
    ("train mlp on points with fast", "E0201", "no recipe is called `fast`"),
    ("train mlp on points as first", "E0204", "already"),
    ("train mlp on points as points", "E0204", "already"),
    ('train mlp on points { checkpoint "a" }', "E0212", "`checkpoint`"),
    ("train mlp on points { step mlp { loss nll } }", "E0212", "`step`"),
    ("train mlp on points { let a = 3 }", "E0212", "`let`"),
    ("train mlp on points { loss nll(y) }", "E0201", "`y` is not defined"),
    ("train mlp on points { loss huber(output) }", "E0203", "needs `z`"),
    ("train mlp on points { schedule cosin }", "E0201", "did you mean `cosine`?"),
    ("train mlp on points { schedule warmup(150%) }", "E0206", "share < 1"),
    ("train mlp on points { regularize l3 }", "E0201", "no regularizer is called `l3`"),
    ("evaluate mlp on points as r", "E0209", "which part of `points`"),
    ("evaluate mlp on points.validaton as r", "E0211", "did you mean `validation`?"),
    ("evaluate straight on line.test as r", "E0211", "no test part"),
    ("evaluate mlp on points.train as r", "W0405", "trained on"),
    ("evaluate mlp on points.test as r { batch 3 }", "E0207", "no option `batch`"),
    ("evaluate mlp on points.test as r { metrics mae }", "E0404", "real numbers"),
    ('predict mlp on points.test as a to "a.png"', "E0202", "a table"),
    ("predict mlp on points.test as a to file", "E0216", "in quotes"),
    ("predict mlp on points.test { batch 3 }", "E0207", "takes no options"),
    ("show mlpp", "E0201", "did you mean `mlp`?"),
    ("show 3 + 4", "E0216", "`print` shows values"),
    ("print first.histori", "E0211", "did you mean `history`?"),
    ("print mlp", "E0217", "`show mlp` shows its layers"),
    ("expect straight > 1", "E0217", "the network `straight` has no value"),
    ("print first.history.accuracy", "E0211", "`loss`, `validation_loss`"),
    ("print second.history.validation_loss", "E0211", "no field"),
    ("print first.seconds.x", "E0211", "has no fields"),
    ("print answers", "E0201", "only further down"),
    ("print later.x", "E0201", "`later` is not defined"),
    ("print first.history.loss > 3", "E0217", "a list of numbers"),
    ('print first.seconds + "s"', "E0217", "does not go with"),
    ("print meen(first.history.loss)", "E0201", "did you mean `mean`"),
    ("print first.seconds[0]", "E0217", "no elements"),
    ("expect first.history.loss[-1]", "E0217", "not a comparison"),
    ("expect first > 3", "E0217", "its fields are"),
    ("cell still(units) { state h[units] = 0; output h }", "E0310", "`h' = ...`"),
    ("cell mute(units) { state h[units] = 0; h' = h }", "E0311", "`output h'`"),
    ("environment world { limit 5 }", "E0212", "`environment`"),
    ("sweep mlp on points { trials 3 }", "E0212", "`sweep`"),
    ("trian mlp on points", "E0201", "did you mean `train`?"),
    ("set sed 7", "E0207", "did you mean `seed`?"),
    ("set seed 1.5", "E0202", "a whole number"),
    ("set device gpu", "E0202", "`cuda`"),
    ("set precision float16", "E0202", "did you mean `float32`"),
    ("set threads 0", "E0202", "from 1"),
    ("let a = b", "E0201", "`b` is not defined"),
    ("let a = 1 / 0", "E0217", "division by zero"),
    ('let a = "x" + 1', "E0217", "a text"),
    ("let points = 3", "E0204", "defined twice"),
    ("data line { from moons(100) }", "E0204", "defined twice"),
    ('use "nothing.nn"', "E0701", "no file"),
    ("recipe fast { optimizer adm }", "E0201", "did you mean `adam`?"),
    ("recipe fast = 3", "E0214", "in braces"),
    ("recipe fast { epochs 3 }; recipe slow { epochs 4 }; train mlp on points with fast, slow", "E0210", "`epochs`"),
    ("train mlp on points { loss l2 }", "E0205", "a loss is expected here"),
    ('train mlp on points { loss "nll" }', "E0202", "without quotes: `loss nll`"),
    ("train mlp on points { loss nll(output) }", "E0203", "`nll(y, k)`"),
    ("train mlp on points { loss nll + mse }", "E0217", "`nll(output, target)`"),
    ("train mlp on points { loss 3 }", "E0406", "nothing would be trained"),
    ("train mlp on points { loss mean(target) }", "E0406", "nothing would be trained"),
    ("train mlp on points { regularize mse }", "E0205", "`mse` is a loss"),
    ("train mlp on points { regularize 0.1 }", "E0202", "`regularize l2(0.1)`"),
    ('train mlp on points { optimizer "adam" }', "E0202", "without quotes: `optimizer adam`"),
    ('train mlp on points { metrics "accuracy" }', "E0202", "without quotes: `metrics accuracy`"),
    ("train mlp on points { batch all }", "E0201", "`batch` takes a whole number"),
    ("train mlp on points { stop true }", "E0202", "`stop patience=5`"),
    ("train mlp on points { stop patience=3, monitor=val_accuracy }", "E0202", "`monitor=validation.accuracy`"),
    ("train mlp on points { metrics confusion; stop patience=3, monitor=validation.confusion }", "E0202", "a table"),
    ('predict mlp on points.test as a to "nowhere/a.csv"', "E0702", "no folder `nowhere`"),
    ("predict mlp on points.test as a to answers.csv", "E0216", 'write `to "answers.csv"`'),
    ("let classes = 4", "E0204", "a size that the data give"),
    ("network points { dense(3) }", "E0204", "defined twice"),
    ("data mlp { from moons(100) }", "E0204", "defined twice"),
]  # fmt: skip

# (a line in a network for `points`, code, words)
LINES = [
    ("dense(8) -> relv", "E0201", "did you mean `relu`?"),
    ("dense(8) -> Linear(3)", "E0201", "did you mean `dense`?"),
    ("dense(8, 3)", "E0203", "takes 1 argument, but 2 are given"),
    ("dense()", "E0203", "needs `units`"),
    ("dense -> relu", "E0203", "needs `units`"),
    ("dense(unit=3)", "E0203", "did you mean `units`?"),
    ("dense(2.5)", "E0206", "`units` of `dense` is a whole number"),
    ('dense("a")', "E0206", "is a number, not the text"),
    ("dense(0)", "E0206", "`units` is 0"),
    ("dense(8) -> dropout(1.5) -> dense(3)", "E0206", "`rate` is 1.5"),
    ("dense(3) -> softmax -> softmax", "E0407", "probabilities already"),
    ("dense(1) -> softmax", "E0405", "always 1"),
    ("x -> embedding(10, 3)", "E0305", "`input column -> category`"),
    ("h = x -> dense(3); g = x -> dense(4); output h + g", "E0302", "have 3 and 4 values along the last axis"),
    ("param W[5, 3]; output x @ W", "E0302", "has 2 values on the left and 5 on the right"),
    ("output x @ 3", "E0217", "with `*`"),
    ("output x + relu", "E0217", "`relu`"),
    ("x -> adam", "E0205", "`adam` is an optimizer"),
    ("x -> 3", "E0205", "nothing can flow into it"),
    ("x -> x", "E0205", "nothing can flow into it"),
    ("dense(3) -> reshape(2, 2)", "E0302", "[3] holds 3 values"),
    ("a, b = split(x, 3)", "E0302", "3 equal pieces"),
    ("a, b = x", "E0203", "1 value for 2 names"),
    ("a = split(x, 2)", "E0203", "2 values for one name"),
    ("h' = x", "E0214", "no state is called `h`"),
    ("state h[3] = 0; h' = mean(x, axis=batch)", "E0302", "shape [3]"),
    ("state h[2] = 0; h' = x", "E0302", "from example to example"),
    ("output(x)", "E0214", "not a function"),
    ("otput x", "E0207", "did you mean `output`?"),
    ("output x; output x", "E0208", "given twice"),
    ("y = sum(x, axis=3)", "E0306", "no axis 3"),
    ("y = sum(x, axis=[0, 0])", "E0306", "twice"),
    ("y = sum(x, axis=[...])", "E0306", "`...`"),
    ('y = sum(x, axis="a")', "E0206", "whole numbers"),
    ("y = sum(x, axs=0)", "E0203", "did you mean `axis`?"),
    ("y = sum(x, 0)", "E0203", "takes 1 value, but 2 values are given"),
    ("y = x[7]", "E0306", "no element 7"),
    ("y = x[0:9]", "E0306", "within the 2 values"),
    ("y = x[0, 0]", "E0306", "2 indices"),
    ("y = x[0.5]", "E0206", "a whole number"),
    ("y = x.first", "E0217", "no fields"),
    ("y = concat(x)", "E0203", "two values"),
    ("y = where(x, 1, 0)", "E0206", "a comparison"),
    ("y = one_hot(x, 3)", "E0305", "ids of categories"),
    ("y = transpose(x)", "E0302", "two axes"),
    ("param w[0.5]", "E0304", "a whole number"),
    ("param w ~ gloro; output x * w", "E0201", "did you mean `glorot`?"),
    ("param w ~ normal(sdt=1); output x * w", "E0203", "did you mean `std`?"),
    ("param w[3] ~ orthogonal; dense(3) -> relu", "E0302", "only a matrix"),
    ("param w[2] = [1, 2]", "E0206", "a list"),
    ("param w[2]; param w[3]", "E0204", "defined twice"),
    ("penalty p = x", "E0302", "one number"),
    ("repeat 2.5 { dense(3) }", "E0206", "a whole number"),
    ("repeat -1 { dense(3) }", "E0206", "a whole number"),
    ("3 + 4", "E0214", "does nothing"),
    ("layer inner { input z; output z }", "E0214", "outside"),
    ("y = sqrt(0 - 1) * x", "E0217", "cannot be taken of -1"),
    ("normal(2.5) -> dense(3)", "E0206", "a whole number"),
    ("repeat 0 { dense(3) }", "E0206", "leaves its block out"),
    ("dense(8, activation=relu)", "E0203", "`dense(...) -> relu`"),
    ("dense(8, relu)", "E0203", "`dense(...) -> relu`"),
    ("dense(-3)", "E0206", "`units` is -3"),
    ("leaky_relu(0.1, 0.2)", "E0203", "takes 1 argument, but 2 are given"),
    ("relu(3) -> dense(3)", "E0203", "takes no arguments, but 1 is given"),
    ("y = max(x, dense(x, 5))", "E0302", "`max` takes shapes that fit"),
]  # fmt: skip

DEFINITIONS = [
    ("layer loop(n) { input x; x -> loop(n) }", "E0215", "uses itself"),
    ("layer bad(n) { input x; output x * zz + zz - zz }", "E0201", "used 3 times here"),
    ("layer bad(n, n) { input x; output x }", "E0204", "twice"),
    ("activation foo(x) = foo(x)", "E0215", "uses itself"),
    ("loss mine(y, z) = mean((y - q)^2)", "E0201", "`q` is not defined"),
    ("loss mine(y: reel, z) = mean((y - z)^2)", "E0201", "did you mean `real`?"),
    ("activation foo(x): probabilty = x", "E0201", "did you mean `probability`?"),
    ("optimizer mine { w' = w - lrr * g }", "E0201", "`lrr` is not defined"),
    ("optimizer mine { u' = g; w' = w - g }", "E0214", "no state is called `u`"),
    ("network other for nowhere { dense(3) }", "E0201", "no data set is called `nowhere`"),
    ("network other for points { input x[5]; dense(3) }", "E0303", "[5], but the data give [2]"),
    ("network other for points { input x[a, b]; dense(3) }", "E0303", "[a, b]"),
    ("network other(n) for points { dense(n) }", "E0203", "needs `n`"),
    ("network other { input x[3]; dense(3) -> reshape(2, 2) }", "E0302", "[3] holds 3 values"),
    ("network other for points { }", "E0214", "makes nothing of what flows in"),
    ("network other for points { input x[2] }", "E0214", "makes nothing of what flows in"),
    ("network other for points { other }", "E0215", "uses itself"),
    ("network other for points { more }\nnetwork more for points { other }", "E0215", "the circle is"),
    ("data d { columns a; rows [[1], [2]]; input a }; network n for d { dense(1) }; train n on d"
     " { loss mse(output, input); metrics mse }", "E0409", "has no target"),
    ("data d { columns a, t; rows [[1, \"a\"], [2, \"b\"]]; input a; target t -> category }; network n for d"
     " { dense(2) -> softmax }; train n on d { loss bce }", "E0406", "a loss such as `nll`"),
    ("loss mine(y) = mean(y)", "E0203", "the output and the target"),
    ("metric mine(y) = mean(y)", "E0203", "`mine` has 1 parameter"),
    ("activation mine() = 3", "E0203", "`mine` has no parameters"),
    ("netwrok other for points { dense(3) }", "E0201", "did you mean `network`?"),
    ("network other for points { repeat 100000 { dense(2) } }", "E0206", "up to 10000"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "words"), [*STATEMENTS, *DEFINITIONS])
def test_a_wrong_statement_is_said_at_its_line(text: str, code: str, words: str) -> None:
    tail = "\npredict mlp on points.test as answers" if text == "print answers" else ""
    _, found = check(DATA + text + tail)
    assert [d.code for d in found if d.code != "W0201" or d.code == code] == [code]
    chosen = next(d for d in found if d.code == code)
    assert line_of(chosen) == LINE
    assert words in " ".join(
        (chosen.message, *chosen.notes, chosen.help or "", *(label.message for label in chosen.labels))
    )


@pytest.mark.parametrize(("text", "code", "words"), LINES)
def test_a_wrong_line_of_a_network(text: str, code: str, words: str) -> None:
    _, found = check(DATA + "network other for points {\n  input x\n  " + text + "\n}\n")
    errors = [d for d in found if d.code != "W0201"]
    assert [d.code for d in errors] == [code]
    assert line_of(errors[0]) == LINE + 2
    assert words in " ".join((errors[0].message, *errors[0].notes, errors[0].help or ""))


def test_ten_independent_errors_are_all_said_in_order() -> None:
    text = """set sed 7
let width = wide
data points {
  from blobs(200, classes=3)
  split train=80%, test=20%
}
network one for points { dense(width) -> relv; dense(classes) }
network two for points { dense(8) -> relu; dense(classes, 3) }
network three for points { dense(8) -> softmax -> softmax }
network good for points { dense(classes) -> softmax }
train good on points.test as run
train good on points { optimiser adam }
train good on points { batch 0; epochs "a" }
evaluate good on points.test as result { metrics acuracy }
print run.historie
"""
    _, found = check(text)
    said = [(line_of(d), d.code) for d in found if d.severity == "error"]
    assert said == [
        (1, "E0207"), (2, "E0201"), (7, "E0201"), (8, "E0203"), (9, "E0407"), (11, "E0401"), (12, "E0207"),
        (13, "E0202"), (13, "E0202"), (14, "E0201"), (15, "E0211"),
    ]  # fmt: skip


def test_a_definition_with_an_unknown_name_is_said_once_however_often_it_is_used() -> None:
    text = (
        DATA
        + "layer mine(n) { input x; output x * zz }\nnetwork a for points { mine(2) -> dense(3) }\ntrain a on points"
    )
    _, found = check(text)
    assert [d.code for d in found] == ["E0201"]


def test_the_size_of_the_last_layer_in_the_words_of_the_source() -> None:
    text = """data penguins {
  columns length, species
  rows [[1, "Adelie"], [2, "Gentoo"], [3, "Chinstrap"], [1.5, "Adelie"]]
  input length
  target species -> category
}
network mlp for penguins { dense(10) -> softmax }
train mlp on penguins as run
"""
    _, found = check(text)
    (only,) = found
    assert only.code == "E0301"
    assert only.message == "`dense(10)` gives 10 values, but the target `species` has 3 classes"
    assert only.span is not None and only.span.text == "dense(10)"
    assert ("species", "3 classes: Adelie, Chinstrap, Gentoo") in [
        (label.span.text, label.message) for label in only.labels
    ]
    assert only.help == "write `dense(3)`"
    assert [edit.text for edit in only.edits] == ["dense(3)"]


def test_a_network_that_meets_other_data_than_it_was_made_for() -> None:
    _, found = check(DATA + "train mlp on line")
    (fault,) = [d for d in found if d.severity == "error"]
    assert fault.code == "E0201" and "`classes` is not known here" in fault.message
    assert ("line", "it meets `line` here") in [(label.span.text, label.message) for label in fault.labels]


def test_a_fault_inside_the_library_is_said_at_the_users_call() -> None:
    _, found = check(DATA + "network other for points { dense(3) -> reshape(2, 2) }")
    fault = next(d for d in found if d.code == "E0302")
    assert fault.span is not None and fault.span.text == "reshape(2, 2)"
    assert any("the library defines `reshape`" in note for note in fault.notes)
    assert all(not label.span.source.name.startswith("nndsl/") for label in fault.labels)


def test_a_fault_inside_a_layer_of_the_user_shows_where_it_is_used() -> None:
    _, found = check(
        DATA + "layer mine {\n  input x\n  param w[7]\n  output x * w\n}\nnetwork other for points { mine }"
    )
    fault = next(d for d in found if d.code == "E0302")
    assert fault.span is not None and fault.span.text == "x * w"
    assert ("mine", "`mine` is used here") in [(label.span.text, label.message) for label in fault.labels]


# ---- scripts that are right -------------------------------------------------------------------------


def test_overrides_are_read_by_the_language() -> None:
    text = "let width = 8\nset seed 3\n" + DATA.replace("dense(8)", "dense(width)")
    checked, found = check(text, overrides={"width": "2 * 8", "seed": "11"})
    assert not [d for d in found if d.severity == "error"]
    assert (checked.program.constants["width"], checked.program.settings.seed) == (16, 11)
    for name, value, code in (("widht", "3", "E0201"), ("seed", "many", "E0201"), ("seed", "-1", "E0202")):
        _, found = check(text, overrides={name: value})
        assert [d.code for d in found if d.severity == "error"] == [code]


def test_a_recipe_gives_options_and_the_statement_has_the_last_word() -> None:
    text = (
        DATA + "recipe fast { optimizer sgd; epochs 3; batch 8 }\ntrain mlp on points with fast as run { batch 16 }\n"
    )
    run = program(text).program.actions[-1]
    assert isinstance(run, Train)
    assert (run.epochs, run.batch, run.optimizer.span.text) == (3, 16, "sgd")


def test_another_files_definitions_are_found_and_the_scripts_own_come_first(tmp_path: Path) -> None:
    (tmp_path / "blocks.nn").write_text(
        "let deep = 3\nlayer wide { input x[in]; x -> dense(2 * in) }\nactivation relu(x) = x\n"
    )
    text = (
        'use "blocks.nn"\n'
        + DATA
        + "network other for points { repeat deep { wide -> relu }; dense(3) -> softmax }\ntrain other on points"
    )
    program(text, tmp_path)
    (tmp_path / "a.nn").write_text('use "b.nn"\n')
    (tmp_path / "b.nn").write_text('use "a.nn"\n')
    _, found = check('use "a.nn"\n', tmp_path)
    assert [d.code for d in found] == ["E0213"]


def test_the_loss_that_is_chosen_is_said() -> None:
    cases = {
        ("blobs(90, classes=3)", "dense(3) -> softmax"): "nll",
        ("blobs(90, classes=3)", "dense(3)"): "cross_entropy",
        ("moons(90)", "dense(1) -> sigmoid"): "bce",
        ("sine(90)", "dense(1)"): "mse",
    }
    for (source, last), loss in cases.items():
        text = f"data d {{ from {source} }}\nnetwork n for d {{ {last} }}\ntrain n on d"
        (run,) = program(text).program.actions
        assert isinstance(run, Train) and run.loss is not None
        assert run.loss.span is not None and run.loss_note.startswith(f"loss {loss}: ")
