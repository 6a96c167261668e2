"""What completion offers: at each kind of place, in every example, at every offset; and what it costs."""

from __future__ import annotations

import builtins
import io
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from completion_words import known_of, words

from nndsl.data import dataset as data_module
from nndsl.data import sources
from nndsl.editor.completion import Completion, complete
from nndsl.editor.known import Known, nothing_known
from nndsl.editor.said import with_text
from nndsl.lower import check
from nndsl.semantics.options import STATEMENTS

EXAMPLES = Path(__file__).parent.parent / "examples"
SCRIPTS = sorted(path.relative_to(EXAMPLES).as_posix() for path in EXAMPLES.rglob("*.nn"))

SESSION = """
let width = 64
let file = "data/iris.csv"

activation bent(x, slope = 0.1) = where(x > 0, x, slope * x)
loss limit(y: real, z: real, q = 0.9) = mean(max(q * (z - y), (q - 1) * (z - y)))
recipe quick { optimizer adam(lr=0.01); epochs 2 }
layer block(units, drop = 0.1) {
  input x[in]
  output x -> dense(units) -> relu -> dropout(drop)
}

data penguins {
  from "data/penguins.csv"
  input (bill_length_mm, bill_depth_mm, flipper_length_mm) -> standard
  input (island, sex) -> onehot
  target species -> category
  missing drop
  split train=70%, validation=15%, test=15%, stratify=species
}
data moons { from moons(60); split train=70%, test=30% }
data odd {
  columns `Sepal Length`, width_cm
  rows [[1, 2], [2, 4], [3, 6]]
  input `Sepal Length`
  target width_cm
}

network mlp for penguins { dense(16) -> bent; dense(classes) -> softmax }
network shape for moons { block(8); dense(classes) -> softmax }

train mlp on penguins as run { epochs 5; metrics accuracy, f1 }
evaluate mlp on penguins.test as result { metrics accuracy, confusion }
predict mlp on penguins.test as answers
pca penguins as pc { components 3 }
knn penguins as near { k 3 }
"""

# (text with `|` at the cursor, some of what is offered, some of what is not)
ROWS = [
    # ---- where a statement starts
    ("|", "train data network let use set print expect plot layer", "dense relu mlp adam environment sweep save"),
    ("tr|", "train", "data print"),
    ("print 1\nne|", "network", "print"),
    ("print 1; e|", "evaluate expect", "print"),
    ("network a { dense(3) }\n|", "train network", "dense"),
    ("TRA|", "train", "print"),
    ("fit|", "train", "print"),
    # ---- let, use, set
    ("let |", "", "width train"),
    ("let wide = |", "width pi entropy log2", "mlp run train dense"),
    ("let wide = 2 * |", "width", "train"),
    ("let wide = wid|", "width", "penguins"),
    ("let wide = width |", "", "width pi"),
    ("let wide = max(|", "width", "train dense"),
    ("set |", "seed device threads precision", "width train"),
    ("set de|", "device", "seed"),
    ("set device |", "cpu cuda auto", "width seed"),
    ("set precision |", "float32 float64", "cpu"),
    ("set seed |", "width", "cpu train"),
    ('use "|', "own-cell.nn overfit-sine/", "data"),
    ('use "overfit-sine/|', "wave.nn", "own-cell.nn"),
    # ---- names that are made up, numbers, comments, texts
    ("data |", "", "penguins train"),
    ("network |", "", "mlp dense"),
    ("train mlp on penguins as |", "", "run mlp result"),
    ("network n { dense(1|", "", "units width"),
    ("network n { dense(0.|", "", "units width"),
    ("# tr|", "", "train"),
    ("train mlp # on |", "", "penguins on"),
    ('plot run { title "tr|', "", "train run"),
    ('data d { text "|', "", "data iris.csv"),
    ("'tr|", "", "train"),
    # ---- train
    ("train |", "mlp shape", "penguins run near dense train"),
    ("train mlp |", "on with as", "penguins to in"),
    ("train mlp on |", "penguins moons pc answers", "mlp run train"),
    ("train mlp on pe|", "penguins", "moons"),
    ("train mlp on penguins.|", "train validation test", "species rows classes"),
    ("train mlp on penguins |", "with as", "on to train"),
    ("train mlp on penguins with |", "quick", "mlp adam"),
    ("train mlp on penguins with quick as |", "", "run"),
    ("train mlp on penguins { |", "optimizer epochs loss stop metrics", "checkpoint resume step adam train"),
    ("train mlp on penguins { epochs 5; |", "optimizer batch", "epochs"),
    ("train mlp on penguins { epochs 5\n  |\n  batch 6\n}", "optimizer", "epochs batch"),
    ("train mlp on penguins { regularize l2; |", "regularize metrics", "l2"),
    ("train mlp on penguins { learningratesch|", "schedule", "epochs"),
    ("train mlp on penguins { minibatch|", "batch", "epochs"),
    ("train mlp on penguins { optimizer |", "adam sgd momentum", "relu cosine mse width"),
    ("train mlp on penguins { optimizer adam |", "", "sgd adam"),
    ("train mlp on penguins { optimizer adam(|", "lr= beta1= eps= width", "sgd relu units="),
    ("train mlp on penguins { optimizer adam(lr=0.1, |", "beta1=", "lr="),
    ("train mlp on penguins { optimizer adam(0.1, |", "beta1=", "lr="),
    ("train mlp on penguins { optimizer adam(|, beta1=0.9) }", "lr=", "beta1="),
    ("train mlp on penguins { optimizer adam(lr=|", "width", "beta1= lr="),
    ("train mlp on penguins { schedule |", "cosine warmup constant", "adam"),
    ("train mlp on penguins { regularize |", "l1 l2", "adam"),
    ("train mlp on penguins { regularize l1(0.1), |", "l2", "l1"),
    ("train mlp on penguins { metrics |", "accuracy f1 confusion", "mse_loss adam nll"),
    ("train mlp on penguins { metrics accuracy, |", "f1 perplexity", "accuracy"),
    ("train mlp on penguins { metrics accuracy |", "", "f1"),
    ("train mlp on penguins { loss |", "nll mse limit", "adam accuracy"),
    ("train mlp on penguins { loss crossentropyloss|", "cross_entropy nll", "mse"),
    ("train mlp on penguins { loss limit(|", "q= output target input", "epochs"),
    ("train mlp on penguins { loss mse(output, |", "input target width", "epochs"),
    ("train mlp on penguins { stop |", "patience= monitor= min_delta=", "epochs width"),
    ("train mlp on penguins { stop patience=5, |", "monitor= min_delta=", "patience="),
    ("train mlp on penguins { stop patience=|", "width", "monitor="),
    ("train mlp on penguins { stop patience=5, monitor=|", "validation. train.", "loss test."),
    ("train mlp on penguins { metrics f1; stop patience=5, monitor=validation.|", "loss f1", "accuracy train"),
    ("train mlp on penguins { batch |", "width", "adam epochs"),
    ("train mlp on penguins { batch 5 |", "", "width"),
    ("train mlp on penguins {\n  epochs 3\n} |", "", "with epochs"),
    ("recipe slow { |", "optimizer epochs", "input checkpoint"),
    ("recipe slow { optimizer |", "adam", "relu"),
    # ---- evaluate, predict, sample, diagnose
    ("evaluate |", "mlp near", "penguins run"),
    ("evaluate mlp on penguins.|", "test train", "species"),
    ("evaluate mlp on penguins.test { |", "metrics loss", "epochs optimizer"),
    ("predict mlp on penguins |", "as to", "with on"),
    ('predict mlp on penguins to "|', "data/", "own-cell.nn"),
    ("sample |", "mlp", "near penguins"),
    ("sample mlp { |", "prompt length temperature", "epochs"),
    ("diagnose mlp on penguins { |", "rows", "epochs"),
    # ---- analyses
    ("pca |", "penguins moons pc", "mlp run"),
    ("pca penguins.|", "train test", "species rows"),
    ("pca penguins { |", "components whiten method seed", "perplexity"),
    ("pca penguins { method |", "auto exact randomised", "true width"),
    ("pca penguins { whiten |", "true false", "auto"),
    ("tsne penguins { start |", "pca random", "auto"),
    ("tsne penguins { |", "perplexity", "components"),
    ("kmeans penguins { |", "clusters", "k"),
    ("knn penguins { distance |", "euclidean manhattan cosine", "uniform"),
    ("knn penguins { distance l2|", "euclidean", "manhattan"),
    # ---- plot, show, report
    ("plot |", "run result mlp penguins boundary( surface( curves(", "width near train"),
    ("plot run { |", "to title width height", "resolution color count"),
    ("plot penguins { |", "to x y color", "resolution"),
    ("plot boundary(|", "mlp shape near", "penguins run"),
    ("plot boundary(mlp, |", "penguins moons", "mlp run"),
    ("plot boundary(mlp, penguins) { |", "resolution to", "color x"),
    ("plot curves(|", "run", "result mlp"),
    ("plot curves(run, |", "run", "penguins mlp"),
    ("plot surface(mlp, |", "penguins shape", "run"),
    ("plot run, |", "run", "width train"),
    ("plot penguins { color |", "species island bill_length_mm penguins", "width"),
    ("plot penguins { color penguins.|", "species body_mass_g", "width"),
    ("plot histogram(penguins.|", "species train", "classes"),
    ("plot filters(mlp.|", "dense_1 dense_2", "penguins relu"),
    ("plot filters(mlp.dense_1.|", "W b", "dense_1"),
    ("plot surface(mlp, penguins) { weights |", "dense_1", "width"),
    ('plot run { to "|', "data/", "own-cell.nn"),
    ("show |", "mlp penguins run result", "width relu train"),
    ("report |", "to", "mlp run"),
    # ---- print, expect
    ("print |", "run result penguins width entropy pi", "mlp dense train relu"),
    ("print run.|", "history best seconds", "loss accuracy"),
    ("print run.history.|", "loss accuracy f1 validation_loss", "seconds"),
    ("print run.best.|", "epoch loss", "history"),
    ("print run.history.loss |", "", "run width"),
    ("print run.history.loss[|", "width", "train"),
    ("expect result.|", "accuracy loss rows", "history"),
    ("expect result.accuracy > |", "width run", "train"),
    ("expect max(|", "run width", "train"),
    ("print penguins.|", "species rows classes test", "mlp"),
    ("print penguins.test.|", "species rows", "train"),
    ("print pc.|", "explained pc1 species", "history"),
    ("print answers.|", "species rows", "history"),
    # ---- data
    ("data penguins { |", "from input target split let", "train epochs standard"),
    ('data d { from "data/iris.csv"; |', "input target drop", "from"),
    ("data d { input a; |", "input from", "train"),
    ("data d { from |", "moons circles spiral file", "standard iris.csv"),
    ('data d { from "|', "data/", "own-cell.nn README.md"),
    ('data d { from "data/|', "iris.csv tyger.txt digits.csv.gz", "README.md"),
    ("data d { from moons(|", "n= noise=", "units="),
    ("data d { from moons(500, |", "noise=", "n="),
    ("data penguins { input |", "bill_length_mm island species all", "standard width_cm"),
    ("data penguins { input (|", "bill_length_mm island", "all standard"),
    ("data penguins { input (island, |", "sex bill_length_mm", "island"),
    ("data penguins { input island |", "", "sex standard"),
    ("data penguins { input island -> |", "onehot standard relu bent", "sex dense"),
    ("data penguins { input bill_length_mm -> log -> |", "standard minmax", "dense"),
    ("data penguins { input bill_length_mm -> log(|", "x width bill_length_mm", "standard"),
    ("data penguins { target |", "species", "all standard"),
    ("data penguins { drop |", "species sex", "all"),
    ("data penguins { drop sex, |", "species", "sex"),
    ("data penguins { missing |", "drop mean median interpolate", "species"),
    ("data penguins { split |", "train= validation= test= stratify=", "species rest"),
    ("data penguins { split train=70%, |", "test= stratify= order=", "train="),
    ("data penguins { split train=|", "rest", "test= species"),
    ("data penguins { split train=70%, test=rest, stratify=|", "species island", "rest"),
    ("data penguins { split train=70%, order=|", "true false", "rest species"),
    ("data penguins { sequence bill_length_mm, |", "sex by= time=", "train="),
    ("data penguins { sequence bill_length_mm, by=|", "island", "time="),
    ("data d { window 24, |", "stride=", "steps="),
    ("data d { horizon 1, |", "steps=", "stride="),
    ("data odd { target |", "`Sepal Length` width_cm", "all"),
    ("data odd { target `Sep|", "`Sepal Length`", "width_cm"),
    # ---- networks and layers
    ("network n |", "for", "penguins dense"),
    ("network n for |", "penguins moons", "mlp"),
    ("network n for penguins { |", "dense conv lstm block mlp input output param", "nll adam epochs n"),
    ("network n { den|", "dense", "dropout"),
    ("network n { fc|", "dense", "flatten"),
    ("network n { Linear|", "dense", "relu"),
    ("network n { dense(16)\n  |\n}", "dense relu output", "penguins epochs"),
    ("network n { dense(3) -> |", "relu softmax bent dense dropout block mean", "input epochs mse"),
    ("network n { dense(3) -> silu |", "", "relu dense"),
    ("network n { dense(|", "units= classes features width", "filters= epochs"),
    ("network n { conv(8, |", "size= stride= padding=", "filters="),
    ("network n { conv(8, size=3, |", "stride= groups=", "size="),
    ("network n { lstm(8, |", "reverse= h= c=", "units="),
    ("network n { block(|", "units= drop=", "rate="),
    ("network n { mean(|", "axis=", "units="),
    ("network n(depth = 3) { repeat |", "depth width", "relu_ train"),
    ("network n(depth = 3) { repeat depth { |", "dense input", "epochs"),
    ("layer f(units) { input x[in]\n  h = x -> |", "relu dense", "epochs"),
    ("layer f(units) { input x[in]\n  h = |", "x units in", "train epochs"),
    ("layer f(units) { input x[in]\n  output |", "x units exp", "epochs"),
    ("layer f(units) { input x[in]\n  param W[|", "in units width", "relu"),
    ("layer f(units) { input x[in]\n  param W[in, units] ~ |", "glorot he zeros", "relu units"),
    ("layer f(units) { input x[in]\n  param W[in] ~ normal(|", "mean= std=", "units="),
    ("layer f(units) { param |", "", "W units x"),
    ("layer f(units) { input x[in]\n  code = x -> lstm(units)\n  y = code.|", "h c", "x units"),
    ("layer f(units) { let a = |", "units width", "train"),
    ("layer f(units) { require |", "units", "train"),
    ("cell f(units) { state h[units] = 0\n  |", "h' param output", "epochs"),
    ("cell f(units) { state h[units] = 0\n  h' = h\n  |", "output", "h''"),
    ("cell f(units) { state h[units] = 0\n  h' = |", "h x in units tanh", "epochs"),
    # ---- equations
    ("loss f(|", "", "y real"),
    ("loss f(y: |", "real probability", "width"),
    ("metric f(y, z): |", "score error", "real"),
    ("activation f(x): |", "probability real", "score"),
    ("layer f(act = |", "relu tanh width", "epochs"),
    ("loss f(y, z) = |", "y z mean mse pi classes width", "accuracy train f"),
    ("loss f(y, z) = mean(|", "y z axis= abs", "train"),
    ("activation f(x) = x * |", "x sigmoid exp", "mse train"),
    ("activation bent(x) = |", "x relu", "bent"),
    ("optimizer f(lr = 0.1) {\n  |", "w' state", "dense"),
    ("optimizer f(lr = 0.1) { w' = w - |", "lr g t w", "mse"),
    ("schedule f(t, total) = |", "t total cosine cos", "train"),
    ("initializer f = |", "shape fan_in full", "train"),
    # ---- broken texts
    ("train mlp on penguins {\n  epochs 5\n\nnetwork n { |", "dense", "epochs"),
    ("let a = (3\nlet b = |", "width a", "train"),
    ("network n { dense(3 -> relu\n  dense(|", "units=", "epochs"),
    ("print run.history.loss[-1], |", "run result", "train"),
    ("nonsense |", "", "train mlp"),
    ("nonsense { |", "", "train dense"),
    ("network n { dense(3) }}\n|", "train", "dense"),
    ("environment e { |", "", "state train"),
]  # fmt: skip


@cache
def session() -> Known:
    return known_of(SESSION, EXAMPLES)


def offered(marked: str, about: Known | None = None) -> list[Completion]:
    """What is offered at the `|` of a text."""
    offset = marked.index("|")
    return complete(marked[:offset] + marked[offset + 1 :], offset, about or session())


def texts(marked: str, about: Known | None = None) -> list[str]:
    return [one.text for one in offered(marked, about)]


def _listed(words: str) -> set[str]:
    """Divided at blanks, but for those in backquotes."""
    return {word.replace("\0", " ") for word in words.replace("`Sepal Length`", "`Sepal\0Length`").split()}


@pytest.mark.parametrize(("marked", "some", "none"), ROWS, ids=[row[0] for row in ROWS])
def test_what_is_offered_at_a_place(marked: str, some: str, none: str) -> None:
    found = set(texts(marked))
    assert _listed(some) <= found
    assert not _listed(none) & found
    if not some:
        assert not found


def test_what_is_expected_comes_first_then_the_users_own_then_the_alphabet() -> None:
    found = texts("network n { dense(3) -> |")
    assert found[0] == "bent"  # the script's own activation
    library = [one.text for one in offered("network n { dense(3) -> |") if one.kind == "activation"][1:]
    assert library == sorted(library) and found.index("relu") < found.index("dense") < found.index("mean")
    assert texts("network n { |")[0] == "block"
    assert texts("train mlp on penguins { optimizer adam(|")[:2] == ["lr=", "beta1="]  # in their own order
    assert texts("data d { split |")[:4] == ["train=", "validation=", "test=", "stratify="]
    assert texts("cell f(units) { state h[units] = 0\n  |")[0] == "h'"
    assert [one.sort for one in offered("|")] == sorted(one.sort for one in offered("|"))


def test_names_that_begin_so_come_before_those_that_only_hold_the_letters() -> None:
    assert texts("train mlp on penguins { optimizer ad|")[:3] == ["adagrad", "adam", "adamw"]
    assert texts("network n { dense(3) -> sm|")[:2] == ["sigmoid", "softmax"]
    assert texts("network n { dense(3) -> re|")[0] == "relu"


def test_each_has_a_meaning_in_one_line() -> None:
    for marked, _, _ in ROWS:
        for one in offered(marked):
            assert one.meaning and "\n" not in one.meaning, (marked, one)


def test_what_is_inserted_replaces_what_was_typed() -> None:
    (one,) = offered("network n { den|")
    assert (one.text, one.start) == ("dense", len("network n { "))
    quoted = offered("data odd { target `Sep|")[0]
    assert (quoted.text, quoted.label, quoted.start) == ("`Sepal Length`", "Sepal Length", len("data odd { target "))
    file = offered('data d { from "data/ir|')[0]
    assert (file.text, file.kind, file.start) == ("iris.csv", "file", len('data d { from "data/'))
    inner = offered("network n { den|se(3) }")
    assert inner[0].text == "dense" and inner[0].start == len("network n { ")


def test_what_the_text_says_itself_is_known_though_it_does_not_check() -> None:
    text = "let a = 3\nlayer mine(n) { x -> dense(n\ndata d { columns a, b; input | }\nnetwork n for d { mine(3) }"
    assert texts(text, nothing_known()) == ["a", "b", "all"]
    assert "mine" in texts("layer mine(units) { dense(units) }\nnetwork n { |", nothing_known())
    assert texts("layer mine(units) { dense(units) }\nnetwork n { mine(|", nothing_known())[0] == "units="
    assert "depth" in texts("let depth = (3\nnetwork n { repeat |", nothing_known())
    assert texts("train a on b as first { }\nprint fir|", nothing_known()) == ["first"]
    assert texts("data d { from moons(30) }\nnetwork n for |", nothing_known()) == ["d"]
    assert {"x", "y", "label"} <= set(texts("data d { from moons(30); input | }", nothing_known()))


def test_results_that_come_only_further_down_are_not_offered() -> None:
    text = SESSION.replace("pca penguins as pc", "print |\npca penguins as pc")
    found = texts(text)
    assert "result" in found and "pc" not in found
    assert "pc" in texts(SESSION + "\nprint |")


def test_a_data_set_that_does_not_check_has_the_columns_of_its_file() -> None:
    text = 'data flowers { from "data/iris.csv"; input nothing; target | }'
    about = known_of(text.replace("|", ""), EXAMPLES)
    assert "species" in texts(text, about)
    assert "species" in [column.name for column in with_text(nothing_known(EXAMPLES), text.replace("|", ""),
                                                             columns=True).data["flowers"].columns]  # fmt: skip


def test_at_a_prompt_an_expression_may_stand_for_itself() -> None:
    def typed(marked: str) -> list[str]:
        offset = marked.index("|")
        return [one.text for one in complete(marked[:offset] + marked[offset + 1 :], offset, session(), prompt=True)]

    assert {"train", "run", "result", "width", "entropy"} <= set(typed("|")) and "dense" not in typed("|")
    assert typed("run.history.lo|") == ["loss"] and texts("run.history.lo|") == []
    assert "accuracy" in typed("result.|") and "run" in typed("max(|") and "run" in typed("(1 + |")
    assert typed("run |") == [] and typed("2 |") == []
    assert typed("train |") == texts("train |") and typed("network n { den|") == ["dense"]


def test_columns_of_a_file_are_read_again_only_when_it_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.csv"
    file.write_text("one,two\n1,2\n3,4\n", encoding="utf-8")
    text = 'data d { from "a.csv"; input | }'
    plain = text.replace("|", "")
    assert texts(text, known_of(plain, tmp_path)) == ["one", "two", "all"]
    read = sources.open_source
    monkeypatch.setattr(data_module, "open_source", lambda *_: pytest.fail("the table is read again"))
    assert texts(text, known_of(plain, tmp_path)) == ["one", "two", "all"]
    monkeypatch.setattr(data_module, "open_source", read)
    file.write_text("one,two,three\n1,2,3\n3,4,5\n", encoding="utf-8")
    assert texts(text, known_of(plain, tmp_path)) == ["one", "three", "two", "all"]


def test_python_objects_can_be_taken() -> None:
    about = replace(session(), objects=("frame",))
    assert texts("data d { from |", about)[0] == "frame" and texts("data d { from fra|", about) == ["frame"]


def test_options_planned_for_later_are_never_offered() -> None:
    later = {row.name for statement in STATEMENTS.values() for row in statement.options if row.later}
    later |= {verb for verb, row in STATEMENTS.items() if row.later}
    assert "checkpoint" in later and "sweep" in later
    for marked in ("|", "train mlp on penguins { |", "recipe r { |", "chec|", "train mlp on penguins { chec|"):
        assert not later & set(texts(marked))


# ---- every word of every example ---------------------------------------------------------------------------------

NOT_HERE = "of a file that is not in the folder of examples"
NOT_OFFERED = {
    "fashion.nn": {"image": NOT_HERE, "label": NOT_HERE},
    "lenet-fashion.nn": {"image": NOT_HERE, "label": NOT_HERE},
    "mouse-bladder.nn": {"counts": NOT_HERE, "cluster": NOT_HERE, "kl": NOT_HERE},
    "shakespeare-attention.nn": {"characters": NOT_HERE},
    "shakespeare-lstm.nn": {"characters": NOT_HERE},
    "tabula-muris.nn": {"counts": NOT_HERE, "cell_type": NOT_HERE, "kl": NOT_HERE},
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_word_of_an_example_is_offered_at_its_place_from_its_first_letter(script: str) -> None:
    path = EXAMPLES / script
    found = list(words(path.read_text(encoding="utf-8"), path.parent, alone=True))
    assert len(found) > 10
    missed = {word.text for word in found if not word.offered and not word.made_up}
    assert missed == set(NOT_OFFERED.get(script, ()))


@pytest.mark.parametrize("script", ["airline.nn", "looking-inside.nn", "own-cell.nn", "penguins.nn", "attention.nn"])
def test_every_word_is_offered_inside_the_whole_text(script: str) -> None:
    path = EXAMPLES / script
    found = list(words(path.read_text(encoding="utf-8"), path.parent))
    assert [word for word in found if not word.offered and not word.made_up] == []


# ---- anywhere ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("script", SCRIPTS)
def test_no_offset_and_no_beginning_of_an_example_raises(script: str) -> None:
    text = (EXAMPLES / script).read_text(encoding="utf-8")
    for end in range(0, len(text), 61):
        complete(text[:end], end, session())
    for offset in range(7, len(text), 197):
        complete(text, offset)


STRANGE = [
    "", "{", "}", "(((", ")))", "[", '"', "`", "'", "\\", "\0", "a.b.c.", "...", "train", "train .", "print .", "data",
    "data {", "data d { from", "network n {{{{", "let", "set", "use", "plot (", "x = {", "loss (", "layer f(",
    "layer f(a =", "for on as", "é`", "\r\n\t", "train mlp on penguins { stop", "stop =", "network n { ~",
    "network n { ->",
    "->", "{ } } {", "(" * 80, "{" * 80, "data d { split =", "data d { split train", "data d { input (",
    "data d { -> ",
    "optimizer o { w'", "train mlp on penguins { stop =", "plot x { color", "param W[", "network n { a.b(", "print x[",
]  # fmt: skip


@pytest.mark.parametrize("text", STRANGE)
def test_no_text_raises(text: str) -> None:
    for offset in (-1, *range(len(text) + 2)):
        complete(text, offset, session())
        complete(text, offset)


def test_nothing_is_opened_read_or_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    about = session()
    for marked, _, _ in ROWS:
        offered(marked, about)  # what is kept between calls is made here

    def refused(*_: object, **__: object) -> None:
        raise AssertionError("this is not to be called while a word is completed")

    for module, name in ((builtins, "open"), (io, "open"), (sources, "open_source"), (check, "check_program")):
        monkeypatch.setattr(module, name, refused)
    for marked, some, _ in ROWS:
        assert _listed(some) <= set(texts(marked, about))
