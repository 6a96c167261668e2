"""Mistakes of shape and size: each message has both numbers, its place in the user's text, and where the other size
came from.
"""

from __future__ import annotations

import re

import pytest
from script_tools import check

from nndsl.diagnostics import Diagnostic
from nndsl.diagnostics.location import line_of
from nndsl.semantics.modules import in_library

DATA = """data points {
  from blobs(200, classes=3, noise=0.5)
}
data two {
  columns x, y, z
  rows [[1, 2, 3], [2, 4, 4], [3, 5, 5]]
  input x
  target (y, z)
}
data words {
  columns word, n
  rows [["a", 1], ["b", 2], ["c", 3]]
  input word -> category
  target n
}
"""  # `points` is on line 1: 2 features, and 3 classes on line 2
FIRST = DATA.count("\n") + 1
POINTS, CLASSES = 1, 2  # lines of its two sizes

RESIDUAL = "layer residual(units) {\n  input x[in]\n  h = x -> dense(units) -> relu\n  output h + x\n}\n"
BOTH = "layer both {\n  input a[n], b[n]\n  output a + b\n}\n"
FOUR = "layer four {\n  input x[4]\n  output 2 * x\n}\n"
TURNED = "layer turned(n) {\n  input x[..., in]\n  param W[n, in]\n  output x @ W\n}\n"

# (what, definitions before, lines of a network for `points`, code, numbers in the message, line of the primary place,
# line of a label). Lines are counted from the network's first, which is 1; negative ones are lines of the data;
# definitions before are counted from "d1".
MISTAKES = [
    ("dense after a wrong reshape", "", "dense(6) -> reshape(2, 4)", "E0302", "6 8", 1, 1),
    ("reshape with a rest", "", "dense(6)\nreshape(4, -1)", "E0302", "6 4", 2, 1),
    ("W @ x in the wrong order", "", "param W[4, 3]\noutput W @ x", "E0302", "3 2", 2, 1),
    ("x @ W with W the other way round", "", "param W[3, 2]\noutput x @ W", "E0302", "2 3", 2, 1),
    ("a bias of another size", "", "param W[2, 3]\nparam b[4]\noutput x @ W + b", "E0302", "3 4", 3, 2),
    ("a residual of another width", "", "h = x -> dense(5)\noutput h + x", "E0302", "5 2", 2, 1),
    ("a residual in a layer", RESIDUAL, "residual(5)", "E0302", "5 2", "d4", 1),
    ("two branches added", "", "h = x -> dense(8)\ng = h -> dense(6)\noutput h + g", "E0302", "8 6", 3, 2),
    ("two branches multiplied", "", "h = x -> dense(4)\ng = x -> dense(7)\noutput h * g", "E0302", "4 7", 3, 1),
    ("two inputs that contradict each other", BOTH, "g = x -> dense(5)\nboth(x, g)", "E0303", "2 5", 2, 1),
    ("two inputs: where the first was named", BOTH, "g = x -> dense(5)\nboth(x, g)", "E0303", "2 5", 2, -POINTS),
    ("a layer of a fixed width", FOUR, "dense(5)\nfour", "E0303", "4 5", 2, 1),
    ("a layer of a fixed width: its declaration", FOUR, "dense(5)\nfour", "E0303", "4 5", 2, "d2"),
    ("a weight the other way round in a layer", TURNED, "dense(5)\nturned(4)", "E0302", "5 4", "d4", 2),
    ("an input that the data do not give", "", "input x[5]\nx -> dense(3)", "E0303", "5 2", 1, -POINTS),
    ("more outputs than classes", "", "dense(10) -> softmax", "E0301", "10 3", 1, -CLASSES),
    ("fewer outputs than classes", "", "dense(2) -> softmax", "E0301", "2 3", 1, -CLASSES),
    ("one unit for three classes", "", "dense(1) -> sigmoid", "E0301", "1 3", 1, -CLASSES),
    ("concat, then a weight", "", "h = concat(x, x)\nparam W[5, 3]\noutput h @ W", "E0302", "4 5", 3, 1),
    ("a slice out of range", "", "h = x -> dense(6)\noutput h[4:9]", "E0306", "9 6", 2, 1),
    ("an element out of range", "", "h = x -> dense(6)\noutput h[7]", "E0306", "7 6", 2, 1),
    ("an axis out of range", "", "h = x -> dense(6)\ny = sum(h, axis=2)", "E0306", "2 1", 2, 1),
    ("pieces that are not equal", "", "h = x -> dense(6)\na, b = split(h, 4)", "E0302", "6 4", 2, 1),
    ("max of two widths", "", "h = x -> dense(6)\ny = max(x, h)", "E0302", "2 6", 2, 1),
    ("where of two widths", "", "h = x -> dense(6)\ny = where(x > 0, h, 0)", "E0302", "2 6", 2, 1),
    ("a parameter that begins as another", "", "param W[2, 3]\nparam c[3] = W", "E0302", "3 2", 2, 1),
    ("a state of another size", "", "state s[3] = 0\ns' = mean(x, axis=batch)", "E0302", "3 2", 2, 1),
    ("three indices for one axis", "", "h = x -> dense(6)\ny = h[0, 1]", "E0306", "2 6", 2, 1),
    ("a chain of products", "", "param U[2, 4]\nparam V[5, 3]\noutput x @ U @ V", "E0302", "4 5", 3, 2),
    ("a gain after batchnorm", "", "h = x -> dense(8) -> batchnorm\nparam g[7]\noutput h * g", "E0302", "8 7", 3, 1),
    ("half the width", "", "h = x -> dense(8)\noutput h[0:4] + h", "E0302", "4 8", 2, 1),
    ("a network's output and another", "", "h = other(x)\ng = x -> dense(5)\noutput h * g", "E0302", "4 5", 3, 2),
]  # fmt: skip

# The same with data, network and statement written out: (what, text, code, numbers, primary place, a label's text)
WHOLE = [
    ("as many numbers as the target", "network n for two { dense(3) }\ntrain n on two", "E0301", "3 2", "dense(3)",
     "target (y, z)"),
    ("a loss of output and input", "network n for points { dense(3) -> softmax }\ntrain n on points"
     " { loss mse(output, input) }", "E0302", "2 3", "mse(output, input)", "dense(3)"),
    ("an embedding of numbers", "network n for points { embedding(10, 4) }", "E0305", "", "embedding(10, 4)", "points"),
    ("a category without embedding", "network n for words { dense(1) }", "E0303", "", "dense(1)", "word"),
    ("other data than it was made for", "network n for points { dense(3) }\nevaluate n on two.train as r", "E0301",
     "3 2", "dense(3)", "two.train"),
]  # fmt: skip


def only_error(text: str) -> Diagnostic:
    _, found = check(text)
    (error,) = [d for d in found if d.severity == "error"]
    assert error.span is not None and not in_library(error.span)
    assert not any(in_library(label.span) for label in error.labels)
    return error


@pytest.mark.parametrize(("what", "before", "lines", "code", "numbers", "primary", "label"), MISTAKES)
def test_both_numbers_and_both_places(
    what: str, before: str, lines: str, code: str, numbers: str, primary: int | str, label: int | str
) -> None:
    other = "network other { dense(4) }\n" if "other(" in lines else ""
    head = DATA + before + other + "network net for points {\n"
    first = head.count("\n")

    def line(place: int | str) -> int:
        if isinstance(place, str):
            return FIRST - 1 + int(place[1:])
        return -place if place < 0 else first + place

    error = only_error(head + lines + "\n}\ntrain net on points\n")
    assert error.code == code
    assert set(numbers.split()) <= set(re.findall(r"\d+", error.message)), error.message
    assert error.span is not None
    assert line_of(error.span.source, error.span.start) == line(primary)
    assert line(label) in [line_of(other.span.source, other.span.start) for other in error.labels]


@pytest.mark.parametrize(("what", "text", "code", "numbers", "primary", "label"), WHOLE)
def test_where_data_and_statements_meet(
    what: str, text: str, code: str, numbers: str, primary: str, label: str
) -> None:
    error = only_error(DATA + text)
    assert error.code == code
    assert set(numbers.split()) <= set(re.findall(r"\d+", error.message)), error.message
    assert error.span is not None and error.span.text == primary
    assert label in [other.span.text for other in error.labels]


def test_a_loss_called_by_hand_compares_values_of_the_same_sizes() -> None:
    text = """data p { from blobs(100); split train=80%, test=20% }
network auto for p { dense(4) -> relu -> dense(UNITS) }
train auto on p as run { loss mse(output, input); epochs 2 }
"""
    _, (found,) = check(text.replace("UNITS", "1"))
    assert found.code == "E0302" and "[1]" in found.message and "[2]" in found.message
    assert found.span is not None and found.span.text == "mse(output, input)"
    assert len(found.labels) == 2
    _, nothing = check(text.replace("UNITS", "2"))
    assert list(nothing) == []


@pytest.mark.parametrize(
    ("lines", "way_out"),
    [
        ("reshape(2, 1) -> elman(4) -> dense(classes) -> softmax", "`last -> dense(3) -> softmax`"),
        ("reshape(2, 1, 1) -> conv(4, 1) -> dense(classes) -> softmax", "`flatten -> dense(3) -> softmax`"),
        ("dense(2) -> softmax", "write `dense(3)`"),
    ],
)
def test_answers_at_every_step_or_place_are_made_one(lines: str, way_out: str) -> None:
    error = only_error(DATA + "network net for points { " + lines + " }\ntrain net on points\n")
    assert error.code == "E0301" and way_out in (error.help or "")


def test_a_number_at_every_step_is_made_one() -> None:
    walks = "data walks {\n  columns a, b, y\n  rows [[1, 2, 3], [2, 4, 4]]\n  input (a, b)\n  target y\n}\n"
    text = walks + "network net for walks { reshape(2, 1) -> gru(4) -> dense(1) }\ntrain net on walks\n"
    assert "`last -> dense(1)`" in (only_error(text).help or "")


def test_a_text_without_quotes() -> None:
    network = "network net for points { reshape(2, 1) -> conv1d(4, 1, padding=same) -> last -> dense(3) }\n"
    error = only_error(DATA + network + "train net on points\n")
    assert error.code == "E0201" and '`"same"`' in (error.help or "")
