"""What is under the cursor."""

from __future__ import annotations

from pathlib import Path

import pytest
from editor_tools import EXAMPLES, IDS, Text, example, read

from nndsl.editor.hints import hints
from nndsl.editor.look import Look, as_markdown, look
from nndsl.editor.symbols import symbols

SCRIPT = """\
let width = 4 * 4
# Two moons. They are interleaved.
data points { columns x, y, kind; rows [[1, 2, "a"], [2, 3, "b"], [3, 5, "a"], [4, 4, "b"]]
  input (x, y); target kind -> category }
# A block of one's own.
#
# units: how many there are.
layer block(units, rate = 0.1) { input z[..., in]; param W[in, units]; output z @ W -> dropout(rate) }
network net for points { h = block(width) -> relu; dense(classes) -> softmax }
train net on points as run { optimizer adam(lr=0.1); epochs 1; metrics accuracy }
evaluate net on points.train as result { metrics accuracy }
print run.history.accuracy[-1], result.accuracy, points.kind
plot histogram(net.block_1)
"""


@pytest.fixture(scope="module")
def script() -> Text:
    found = read(SCRIPT)
    assert [d.message for d in found.said if d.severity == "error"] == []
    return found


def at(text: Text, word: str, inside: str = "") -> Look:
    found = look(text.module, text.checked, text.place(word, inside=inside), text.found)
    assert found is not None, (word, inside)
    return found


@pytest.mark.parametrize(
    ("inside", "word", "title", "code", "text"),
    [
        ("let", "width", "width: a constant", "let width = 4 * 4", "It is the number 16."),
        ("data points", "points", "points: a data set", "data points", "Two moons. They are interleaved."),
        ("data points", "points", "points: a data set", "data points", "2 classes: a, b"),
        ("data points", "points", "points: a data set", "data points", "- rows: train 4"),
        ("input (x", "x", "x: a column of `points`", "", "- the first: 1, 2, 3, 4"),
        ("points.kind", "kind", "kind: a column of `points`", "", "- 2 different: a (2), b (2)"),
        ("points.kind", "kind", "kind: a column of `points`", "", "`target kind -> category`"),
        ("h = block", "block", "block: a layer", "layer block(units, rate = 0.1)", "A block of one's own."),
        (
            "h = block",
            "block",
            "block: a layer",
            "layer block(units, rate = 0.1)",
            "block_1: [2] to [16], real numbers; 32",
        ),
        ("layer block", "units", "units: a parameter of `block`", "units", "how many there are"),
        ("layer block", "rate", "rate: a parameter of `block`", "rate = 0.1", ""),
        ("layer block", "W", "W: trained numbers of `block`", "param W[in, units]", ""),
        ("h = block", "h", "h: a value of `net`", "h = block(width) -> relu", "[16], real numbers, on `points`"),
        (
            "net for",
            "net",
            "net: a network",
            "network net for points",
            "[2] -> [16] -> [2]; 66 weights, on `points`",
        ),
        ("-> relu", "relu", "relu: an activation", "relu", "relu: [16] to [16]"),
        ("-> relu", "relu", "relu: an activation", "relu", "Rectified linear unit"),
        ("dense(cl", "dense", "dense: a layer", "dense(units)", "dense_1: [16] to [2], real numbers; 34 weights"),
        ("dense(cl", "classes", "classes: a size", "classes", "2, on `points`"),
        ("as run", "run", "run: a run", "train net on points as run", "- `history`:"),
        (
            "as result",
            "result",
            "result: an evaluation",
            "evaluate net on points.train as result",
            "- `accuracy`: a number",
        ),
        ("run.history", "history", "history: the history of `run`", "run.history", "`accuracy`"),
        ("history.acc", "accuracy", "accuracy: a list of numbers", "run.history.accuracy", ""),
        ("points.train", "train", "train: a part", "DATA.train", "4 rows of `points`."),
        ("optimizer adam", "optimizer", "optimizer: an option of train", "optimizer ...", "- left out: adam"),
        ("optimizer adam", "lr", "lr: a parameter of `adam`", "lr = 0.001", ""),
        ("metrics acc", "accuracy", "accuracy: a metric", "accuracy", "share of rows"),
        ("plot hist", "histogram", "histogram: a figure", "plot histogram(data.column)", ""),
        ("net.block_1", "block_1", "block_1: a layer", "layer block(units, rate = 0.1)", "A block of one's own."),
        ("train net", "train", "train: a statement", "train NETWORK on DATA", ""),
        ("network net", "network", "network: a kind of definition", "network NAME [for DATA] {", ""),
        ("h = block", "->", "->: an operator", "", ""),
    ],
)
def test_what_is_said(script: Text, inside: str, word: str, title: str, code: str, text: str) -> None:
    seen = at(script, word, inside)
    assert seen.title == title
    assert seen.code.startswith(code)
    assert text in seen.text
    assert seen.span.text in (word, word.rstrip("'"))
    assert seen.title in as_markdown(seen) and seen.text in as_markdown(seen)


def test_a_name_that_is_given_twice_has_the_shape_of_its_place() -> None:
    text = read("data d { from moons(50) }\nnetwork n for d { h = dense(4); h = h -> dense(3); output h }\n")
    shapes = [at(text, "h", inside).text[:3] for inside in ("h = dense", "h = h", "h -> dense", "h }")]
    assert shapes == ["[4]", "[3]", "[4]", "[3]"]


def test_missing_cells_are_counted(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b,c\n1,x,5\n,y,6\n3,,7\n4,x,8.5\n")
    text = read('data d { from "t.csv"; input (a, b); target c; missing drop }\n', tmp_path)
    assert at(text, "a", "input (a").text.startswith("- numbers, 4 rows, 1 missing\n- the first: 1, 3, 4")
    assert "- texts, 4 rows, 1 missing\n- 2 different: x (2), y (1)" in at(text, "b", "(a, b").text
    assert "- from 5 to 8.5" in at(text, "c", "target c").text


def test_nothing_is_said_where_nothing_is_known(script: Text) -> None:
    for word, inside in (("4", "let"), ("# Two", ""), ("{", "network net")):
        assert look(script.module, script.checked, script.place(word, inside=inside)) is None


def test_pictures_are_not_looked_into() -> None:
    text = read("data d { from moons(50) }\npca d as pc\nprint pc.pc1\n")
    assert at(text, "pc1").text == "- made by `pca` of `d`"


@pytest.mark.parametrize("path", EXAMPLES, ids=IDS)
def test_every_name_of_an_example_has_something_to_say(path: Path) -> None:
    text = example(path)
    told = {one.meaning.key: one for one in text.found.all}
    for one in told.values():
        seen = look(text.module, text.checked, one.span.start, text.found)
        silent = one.meaning.kind in ("loss", "encoder", "split", "input", "sequence", "cell")  # words of one place
        assert seen is not None or (one.meaning.role in ("builtin", "option", "parameter") and silent), one


@pytest.mark.parametrize("path", EXAMPLES, ids=IDS)
def test_no_beginning_of_an_example_is_too_much(path: Path) -> None:
    """Texts as they are while someone writes them."""
    whole = path.read_text(encoding="utf-8")
    for end in range(len(path.stem), len(whole), 7 * 31):
        text = read(whole[:end], path.parent, path.name)
        hints(text.module, text.checked)
        symbols(text.module)
        for offset in range(max(0, end - 40), end + 1, 5):
            look(text.module, text.checked, offset, text.found)
            text.found.definition(offset)
