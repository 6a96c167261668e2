"""One mistake is one error: what is wrong in one statement causes no errors in others; and nothing else is hidden."""

from __future__ import annotations

import pytest
from script_tools import check, line_of

DATA = """data points {
  from blobs(200, classes=3)
  split train=80%, test=20%
}
network mlp for points { dense(classes) -> softmax }
"""
LINE = DATA.count("\n") + 1
RUN = "train mlp on points as run { metrics accuracy }\n"

# (what, text after DATA, the code of its one error and its line, from that text's first)
ONE = [
    ("a part", "evaluate mlp on points.tset as r { metrics accuracy }\nexpect r.acc > 0.9\nprint r.loss", "E0211", 1),
    ("a network", "evaluate mpl on points.test as r\nexpect r.accuracy[0, 1] > 0.9\nshow r", "E0201", 1),
    ("a data set", "train mlp on ponits as r\nprint r.history.loss[-1], r.best.accuracy\nshow r", "E0201", 1),
    ("without a name", "train mlp on ponits\nprint run.history.loss[-1]\nexpect run.best.loss < 1", "E0201", 1),
    ("answers", "predict mpl on points.test as a\nprint a.label[0], a.rows", "E0201", 1),
    ("a metric", "evaluate mlp on points.test as r { metrics acuracy }\nexpect r.accuracy > 0.9", "E0201", 1),
    ("a metric of a run", "train mlp on points as r { metrics f2 }\nprint r.best.validation_f2", "E0201", 1),
    ("an option's value", "train mlp on points as r { batch 0 }\nprint r.history.loss", "E0202", 1),
    (
        "a file",
        'data d { from "no.csv"; input all }\nnetwork n for d { dense(classes) }\ntrain n on d as r { metrics f1 }'
        "\nevaluate n on d.test as s\npredict n on d.test as t\nprint r.best.f1, s.loss, t.x\nshow d\nshow n",
        "E0501",
        1,
    ),
    (
        "data of the wrong form",
        "data d { from moons(100); split train=x }\ntrain mlp on d as r\nprint r.seconds, d.rows",
        "E0509",
        1,
    ),
    (
        "a constant",
        "let a = b\nlet c = 2 * a + 1\nnetwork n for points { dense(c) -> dense(a) }\n"
        "train n on points { batch c; epochs a }\nprint c",
        "E0201",
        1,
    ),
    (
        "a constant in a statement that cannot be read",
        "let a = 3 +\nnetwork n for points { dense(a) }\ntrain n on points { batch 2 * a }",
        "E0116",
        1,
    ),
    ("a constant in data", "let a = b\ndata d { from moons(a) }\ntrain mlp on d", "E0201", 1),
    (
        "a layer",
        "layer wide(n) { x -> dense(nn) }\nnetwork n for points { wide(3) -> wide(4) }\ntrain n on points\n"
        "evaluate n on points.test",
        "E0201",
        1,
    ),
    (
        "a network that cannot be read",
        "network n for points { dense(3 }\ntrain n on points as r\nprint r.history.loss",
        "E0105",
        1,
    ),
    (
        "a word before a definition",
        "netwrok n for points { dense(3) }\ntrain n on points as r\nprint r.seconds\nshow n",
        "E0201",
        1,
    ),
    ("a word before a definition, with words", "modle n { dense(3) }\nevaluate n on points.test", "E0201", 1),
    ("no word before a definition", "n { dense(3) }\nevaluate n on points.test", "E0201", 1),
    ("a statement that cannot be read", "train mlp on points as as r { epochs 3 }\nprint r.history.loss", "E0116", 1),
    (
        "a shape",
        "network n for points { dense(4) }\ntrain n on points as r { metrics accuracy }\nprint r.best.accuracy\n"
        "evaluate n on points.test as s { metrics f1 }\nexpect s.f1 > 0\npredict n on points.test as t\nprint t.label",
        "E0301",
        1,
    ),
    (
        "an unknown name in several statements",
        "train mlp on pionts\ntrain mlp on pionts as b\nevaluate mlp on pionts.test",
        "E0201",
        1,
    ),
]


@pytest.mark.parametrize(("what", "text", "code", "line"), ONE)
def test_one_mistake_is_one_error(what: str, text: str, code: str, line: int) -> None:
    _, found = check(DATA + text)
    assert [(d.code, line_of(d) - LINE + 1) for d in found if d.severity == "error"] == [(code, line)]


def test_a_name_used_in_several_statements_is_counted() -> None:
    _, found = check(DATA + "train mlp on pionts\ntrain mlp on pionts as b\nevaluate mlp on pionts.test as c\n")
    (error,) = [d for d in found if d.severity == "error"]
    assert error.notes[-1] == f"it is used 3 times, again in line {LINE + 1}, {LINE + 2}"
    assert error.help == "did you mean `points`?"


# (text, (code, line) of each error)
SEVERAL = [
    ("train mlp on points as r { batch 0 }\nprint r.history.los", [("E0202", 1), ("E0211", 2)]),
    ("let a = b\nlet c = d + a\nlet e = a * 2", [("E0201", 1), ("E0201", 2)]),
    (
        "network n for points { dense(3 }\ntrain mlp on pionts\nprint nothing",
        [("E0105", 1), ("E0201", 2), ("E0201", 3)],
    ),
    ("  x 3 4\ntrain x on points", [("E0118", 1), ("E0201", 2)]),
    ("train mlp on points { optimizer adm }\ntrain mlp on points { optimizer adma }", [("E0201", 1), ("E0201", 2)]),
    ("train mlp on pionts { loss mse + }\ntrain mlp on pionts", [("E0116", 1), ("E0201", 2)]),
]


@pytest.mark.parametrize(("text", "expected"), SEVERAL)
def test_independent_mistakes_stay(text: str, expected: list[tuple[str, int]]) -> None:
    _, found = check(DATA + text)
    assert [(d.code, line_of(d) - LINE + 1) for d in found if d.severity == "error"] == expected


def test_ten_mistakes_in_one_file_stay_ten_and_in_order() -> None:
    text = """set sed 7
let width = wide
data points { from blobs(200, classes=3); split train=80%, tset=20% }
data moons { from moons(100, nois=3) }
data pairs { from xor(100) }
network one for pairs { dense(4) -> relv }
network two for pairs { dense(4, 3) }
network three for pairs { dense(1) -> sigmoid }
train three on pairs { learning_rate 0.1 }
train three on pairs as run { stop patience=0 }
evaluate three on pairs.train as result { metrics acuracy }
expect result.acuracy > 0.9
print later.loss
expect 1 <
"""
    _, found = check(text)
    assert [(line_of(d), d.code) for d in found if d.severity == "error"] == [
        (1, "E0207"),
        (2, "E0201"),
        (3, "E0207"),
        (4, "E0514"),
        (6, "E0201"),
        (7, "E0203"),
        (9, "E0207"),
        (10, "E0202"),
        (11, "E0201"),
        (13, "E0201"),
        (14, "E0116"),
    ]


# (statement, a word, what the help says)
ELSEWHERE = [
    ("train", "learning_rate 0.1", "`optimizer adam(lr=0.1)`"),
    ("train", "lr rate", "`optimizer adam(lr=0.001)`"),
    ("train", "momentum 0.8", "`optimizer momentum(lr=0.01, rate=0.8)`"),
    ("train", "weight_decay 0.05", "`regularize l2(0.05)`"),
    ("train", "shuffle true", "each epoch takes the rows in a new order"),
    ("train", "validation_split 0.2", "`split train=70%, validation=15%, test=15%`"),
    ("train", "dropout 0.3", "`dense(64) -> relu -> dropout(0.3)`"),
    ("train", "early_stopping true", "`stop patience=5`"),
    ("train", "device cuda", "`set device cpu`"),
    ("train", "batch_size 3", "did you mean `batch`?"),
    ("train", "adam(lr=0.1)", "write `optimizer adam(lr=0.1)`"),
    ("train", "nll", "write `loss nll`"),
    ("train", "cosine", "write `schedule cosine`"),
    ("evaluate", "accuracy", "write `metrics accuracy`"),
    ("data", "shuffle true", "`split ..., order=true`"),
    ("data", "normalize true", "`input column -> standard`"),
    ("data", "seed 3", "`split train=80%, test=20%, seed=3`"),
    ("network", "activation relu", "`dense(64) -> relu`"),
    ("network", "epochs 3", "`train net on data { optimizer adam; epochs 10 }`"),
]


@pytest.mark.parametrize(("statement", "option", "help"), ELSEWHERE)
def test_settings_of_other_libraries_are_sent_to_their_place(statement: str, option: str, help: str) -> None:
    text = {
        "train": f"train mlp on points {{ {option} }}",
        "evaluate": f"evaluate mlp on points.test {{ {option} }}",
        "data": f"data more {{ from moons(50); {option} }}",
        "network": f"network more for points {{ dense(3); {option} }}",
    }[statement]
    _, found = check(DATA + text)
    (error,) = [d for d in found if d.severity == "error"]
    assert (error.code, line_of(error)) == ("E0207", LINE)
    assert error.help is not None and help in error.help
