"""Shapes and losses that are shown within a text."""

from __future__ import annotations

from pathlib import Path

import pytest
from editor_tools import EXAMPLES, IDS, Text, example, read

from nndsl.editor.hints import hints
from nndsl.editor.shapes import read as read_network
from nndsl.lower.layers import layers
from nndsl.syntax import ast

DATA = "data d { from blobs(200, classes=3); split train=80%, test=20% }\n"


def shown(text: Text) -> list[str]:
    """Each hint with what stands before it in its line."""
    found = []
    for hint in hints(text.module, text.checked):
        assert hint.place.start == hint.place.end
        line = text.text[text.text.rfind("\n", 0, hint.place.start) + 1 : hint.place.start]
        found.append(f"{line.strip()} {hint.label}")
    return found


def test_one_for_each_step_that_changes_the_shape() -> None:
    text = read(
        DATA + "network n for d {\n  dense(16) -> relu -> dense(8)\n  dense(8)\n  dense(classes) -> softmax\n}\n"
    )
    assert shown(text) == ["dense(16) [16]", "dense(16) -> relu -> dense(8) [8]", "dense(classes) [3]"]
    told = [hint.text for hint in hints(text.module, text.checked)]
    assert told[0] == "dense_1: [2] to [16], real numbers; 48 weights"
    assert told[2] == "dense_4: [8] to [3], real numbers; 27 weights"


def test_pictures_and_equations() -> None:
    text = read(
        "network n {\n  input x[8, 8, 1]\n  conv(4, 3) -> maxpool(2)\n  h = flatten\n  param W[64, 5]\n"
        "  output (h @ W)\n}\n"
    )
    assert shown(text) == [
        "conv(4, 3) [8, 8, 4]", "conv(4, 3) -> maxpool(2) [4, 4, 4]", "h = flatten [64]", "output (h @ W) [5]",
    ]  # fmt: skip


def test_a_fault_half_way() -> None:
    for wrong in ("densee(3)", "conv(3, 3)", "dense(0)", "own"):
        text = read(f"{DATA}network n for d {{\n  dense(16) -> relu -> {wrong} -> dense(7)\n  dense(5)\n}}\n")
        assert shown(text) == ["dense(16) [16]"], wrong


def test_lines_behind_one_that_cannot_be_read() -> None:
    text = read(DATA + "network n for d {\n  dense(16) # wide\n  dense(8,, )\n  dense(5)\n}\n")
    assert shown(text) == ["dense(16) [16]"]


def test_the_data_it_is_for_or_meets_first() -> None:
    two = "data e { columns a, b, c; rows [[1, 2, 3], [4, 5, 7]]; input (a, b, c) }\n"
    body = "network n { flatten -> scaled }\nlayer scaled { input x[in]; output concat(x, x) }\n"
    used = "predict n on e as p\npredict n on d.test as q\n"
    assert shown(read(DATA + two + body + used)) == ["network n { flatten -> scaled [6]"]
    assert shown(read(DATA + two + body.replace("n {", "n for d {", 1) + used)) == [
        "network n for d { flatten -> scaled [4]"
    ]
    assert shown(read(DATA + two + body)) == []


def test_templates_have_none() -> None:
    text = read(DATA + "layer l(k) { dense(k) -> relu }\nnetwork n for d { l(4); l(5) }\n")
    assert shown(text) == ["network n for d { l(4) [4]", "network n for d { l(4); l(5) [5]"]


def test_lines_that_are_read_several_times() -> None:
    text = read(
        DATA + "network n for d { repeat 3 { dense(16) -> relu }; repeat 2 { x2 } }\n"
        "layer x2 { input x[in]; dense(2 * in) }\n"
    )
    assert shown(text) == [
        "network n for d { repeat 3 { dense(16) [16]",
        "network n for d { repeat 3 { dense(16) -> relu }; repeat 2 { x2 [32] ... [64]",
    ]
    assert hints(text.module, text.checked)[0].text.endswith(f"{3 * 16 + 2 * 17 * 16} weights")


def test_the_loss_that_was_chosen() -> None:
    net = "network n { dense(classes) -> softmax }\n"
    text = read(
        DATA + net + "train n on d as run { epochs 1 }\ntrain n on d { loss nll; epochs 1 }\ntrain n on d as more\n"
    )
    assert shown(text)[1:] == ["train n on d as run loss nll", "train n on d as more loss nll"]
    told = hints(text.module, text.checked)[1]
    assert told.kind == "loss"
    assert told.text == "the last layer gives probabilities and the target `label` is a category"


@pytest.mark.parametrize("path", EXAMPLES, ids=IDS)
def test_shapes_and_weights_are_those_of_show(path: Path) -> None:
    text = example(path)
    program = text.checked.program
    for statement in text.module.statements:
        if not isinstance(statement, ast.Definition) or statement.kind != "network":
            continue
        reading = read_network(statement, text.module, text.checked)
        if reading is None:
            continue
        table = layers(program, program.networks[statement.name], reading.signature)
        assert reading.weights == sum(layer.numbers for layer in table)
        steps = reading.steps()
        assert sum(step.weights for step in steps) <= reading.weights
        ends = [layer.shape for layer in table]
        assert steps[-1].shapes[-1] == (str(list(ends[-1])) if ends[-1] else "one number")
