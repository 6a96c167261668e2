"""What `show` says of networks, data sets and runs: as text for people, and as facts for programs."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import nndsl
from nndsl.runtime.events import Silent
from nndsl.runtime.lines import amount, shortened, spark
from nndsl.runtime.results import Fields, Run
from nndsl.runtime.showing import Shown, runs

FLOWERS = {
    "size": [1.0, 2.0, None, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0],
    "colour": ["red", "blue", "red", "red", "blue", "red", "blue", "red", "red", "red", "blue"],
    "kind": ["a", "a", "a", "b", "a", "a", "b", "a", "a", "a", "b"],
}
DATA = """
set seed 3
data flowers {
  from flowers
  input size -> log -> standard
  input colour -> onehot
  target kind -> category
  missing drop
  split train=50%, validation=30%, test=20%, order=true
}
"""
NET = "network net for flowers {\n  dense(4) -> relu -> dropout(0.5)\n  dense(classes) -> softmax\n}\n"


class Ears(Silent):
    """Keeps what is shown."""

    def __init__(self) -> None:
        self.heard: list[Shown] = []

    def done(self, action: object, outcome: object, elapsed_s: float) -> None:
        if isinstance(outcome, Shown):
            self.heard.append(outcome)


def shown(text: str, **data: Any) -> list[Shown]:
    ears = Ears()
    nndsl.compile(text, data=data or None).run(listener=ears)
    return ears.heard


# ---- data -------------------------------------------------------------------------------------------------------


def test_data_as_text() -> None:
    (found,) = shown(DATA + "show flowers\n", flowers=FLOWERS)
    assert found.text.splitlines() == [
        "data flowers from flowers: 10 rows (1 left out)",
        "  input     type       missing  encoded          holds",
        "    size    number     1        log -> standard  1 to 11",
        "    colour  2 classes           onehot           blue, red",
        "  target",
        "    kind    2 classes           category         a, b",
        "  part  train  validation   test",
        "  rows      5           3      2",
        "  a     80.0%       66.7%  50.0%",
        "  b     20.0%       33.3%  50.0%",
        "  input [3]",
        "  target 2 classes",
    ]


def test_data_as_facts() -> None:
    (found,) = shown(DATA + "show flowers\n", flowers=FLOWERS)
    facts = json.loads(json.dumps(dict(found.facts)))
    assert found.kind == "data" and facts["rows"] == 10 and facts["left_out"] == 1
    assert facts["parts"] == {"train": 5, "validation": 3, "test": 2} and facts["input"] == [3]
    size, colour, kind = facts["columns"]
    assert (size["role"], size["kind"], size["low"], size["high"], size["missing"]) == ("input", "number", 1, 11, 1)
    assert colour["classes"] == ["blue", "red"] and kind["role"] == "target"
    assert facts["classes"]["train"] == {"a": 0.8, "b": 0.2}


def test_hundreds_of_columns_are_told_together() -> None:
    values = {f"p{k:03}": (np.arange(6) + k).tolist() for k in range(300)} | {"y": [0.5, 1, 2, 3, 4, 5]}
    (found,) = shown("data wide { from wide; input all; target y }\nshow wide\n", wide=values)
    assert "    p000 ... p299 (300)  number           0 to 304" in found.text
    assert len(found.text.splitlines()) < 12 and len(found.facts["columns"]) == 301


def test_many_classes_are_told_by_how_frequent_they_are() -> None:
    kinds = [f"k{j:02}" for j in range(30) for _ in range(30 - j)]
    text = "data many { from many; input x; target kind -> category }\nshow many\n"
    (found,) = shown(text, many={"x": list(range(len(kinds))), "kind": kinds})
    lines = found.text.splitlines()
    assert lines[-3] == "  ... (10 classes more, each rarer)"
    assert [line.split()[0] for line in lines if line.strip().startswith("k") and "%" in line][:2] == ["k00", "k01"]


def test_pictures_series_and_texts() -> None:
    pictures = {"image": np.arange(4 * 6 * 5, dtype=np.uint8).reshape(4, 6, 5, 1), "kind": ["a", "b", "a", "b"]}
    text = """
data photos { from photos; input image / 255; target kind -> category }
data waves { from waves; sequence x -> standard; window 4; horizon 2; split train=70%, test=30% }
data verse { text "to be or not to be, that is the question"; sequence characters; window 5 }
show photos
show waves
show verse
"""
    photos, waves, verse = shown(text, photos=pictures, waves={"x": [float(k % 7) for k in range(40)]})
    assert "image  pictures 6 x 5 x 1  image / 255  0 to 255" in photos.text
    assert "windows of 4 steps" in waves.text and "x     number  standard  0 to 6" in waves.text
    assert "characters" in verse.text and "%" not in verse.text


def test_a_matrix_that_is_mostly_zeros_is_not_written_out() -> None:
    sparse = pytest.importorskip("scipy.sparse")
    counts = sparse.random(50, 40, density=0.1, random_state=1, format="csr")
    counts.data = np.rint(counts.data * 9) + 1
    (found,) = shown("data cells { from cells; input counts }\nshow cells\n", cells={"counts": counts})
    assert f"0 to {counts.data.max():.0f}" in found.text


# ---- networks ---------------------------------------------------------------------------------------------------

FIT = "train net on flowers as run { optimizer adam(lr=0.01); batch 4; epochs 3 }\n"


def test_a_network_as_text() -> None:
    (found,) = shown(DATA + NET + "show net\n", flowers=FLOWERS)
    assert found.text.splitlines() == [
        "network net for flowers",
        "  input [3]",
        "  layer                      output  weights                   numbers",
        "  dense(4) -> relu           [4]     dense_1: W [3, 4], b [4]       16",
        "  dropout(0.5)               [4]",
        "  dense(classes) -> softmax  [2]     dense_2: W [4, 2], b [2]       10",
        "  output [2], probability",
        "  26 trained numbers, 104 bytes in float32",
        "  20 multiply-adds for one row",
    ]


def test_what_a_step_costs() -> None:
    (found,) = shown(DATA + NET + FIT + "show net\n", flowers=FLOWERS)
    step = found.facts["step"]
    assert step["batch"] == 4 and step["weights_bytes"] == step["gradients_bytes"] == 26 * 4
    assert step["optimizer_bytes"] == 2 * 26 * 4, "two states of adam for each number"
    assert step["forward"] == 4 * (3 * 4 + 4 * 2)
    assert step["both"] == 4 * (2 * 3 * 4 + 3 * 4 * 2), "nothing flows back into the input"
    assert step["bytes"] == 4 * 26 * 4 + step["values_bytes"] and step["values_bytes"] >= 4 * 4 * 4
    assert f"  one step of run (4 rows): {amount(step['bytes'])}" in found.text
    assert "  80 multiply-adds forward, 192 with the way back" in "\n".join(
        line[2:] for line in found.text.splitlines()
    )


def test_the_memory_is_that_of_the_plan_that_runs() -> None:
    from nndsl.runtime.session import Session
    from nndsl.runtime.showing.networks import facts
    from nndsl.runtime.training import Task, _trainer

    program = nndsl.compile(DATA + NET + FIT, data={"flowers": FLOWERS})
    session = Session(program._checked, program._folder)
    train: Any = program._checked.program.actions[0]
    told = facts("net", session)["step"]
    dataset = session.dataset("flowers")
    trainer = _trainer(Task(train, session.networks["net"], dataset, 0, 1), session.listener)
    assert told["values_bytes"] == trainer.loop.arena_bytes


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("reshape(3, 1) -> lstm(5) -> last", 3 * (4 * 1 * 5 + 4 * 5 * 5)),
        ("dense(12) -> reshape(4, 3, 1) -> conv(2, 3) -> flatten", 3 * 12 + 4 * 3 * 9 * 1 * 2),
        ('reshape(3, 1) -> conv1d(2, 3, padding="valid") -> flatten', 1 * 3 * 1 * 2),
        ("dense(4); dense(4); repeat 2 { dense(4) }", 3 * 4 + 3 * 16),
    ],
)
def test_multiplications_are_those_of_the_equations(body: str, wanted: int) -> None:
    (found,) = shown(DATA + f"network net for flowers {{ {body} }}\nshow net\n", flowers=FLOWERS)
    assert found.facts["multiply_adds"] == wanted


def test_layers_of_layers_are_taken_apart_once() -> None:
    block = "layer block { h = x -> dense(in) -> batchnorm -> relu\n output h + x }\n"
    text = DATA + block + "network net for flowers { repeat 2 { block }\n dense(classes) -> softmax }\nshow net\n"
    (found,) = shown(text, flowers=FLOWERS)
    rows = [line.split(None, 1) for line in found.text.splitlines()]
    assert ["dense_1:", "W [3, 3], b [3]"] in rows and ["batchnorm_1:", "scale, shift [3],"] in rows
    assert ["as", "block_1"] in rows
    assert [layer["numbers"] for layer in found.facts["layers"]] == [18, 18, 8]


WIDE = (
    "reshape(3, 1)\n bidirectional(lstm(16))\n transformer(heads=2, hidden=64)\n last -> dense(16) -> relu",
    "repeat 2 { reshape(1, 3) -> transformer(heads=1, hidden=64, causal=true) -> flatten }",
    "dense(4)",
    "reshape(3, 1) -> elman(16) -> last",
)


@pytest.mark.parametrize("body", WIDE)
def test_no_line_of_a_table_is_wider_than_a_terminal(body: str) -> None:
    text = f"network net for flowers {{\n {body}\n dense(classes) -> softmax\n}}\n"
    (found,) = shown(DATA + text + "show net\n", flowers=FLOWERS)
    assert max(map(len, found.text.splitlines())) <= 80


def test_weights_that_are_used_twice_count_once() -> None:
    part = "network part for flowers { dense(3) -> tanh }\n"
    (found,) = shown(DATA + part + "network net for flowers { part -> part -> dense(2) }\nshow net\n", flowers=FLOWERS)
    assert "those from above" in found.text and found.facts["trained"] == 12 + 8


# ---- runs -------------------------------------------------------------------------------------------------------


def test_a_run_says_how_it_was_trained_and_why_it_ended() -> None:
    text = FIT.replace(
        "epochs 3", "epochs 40; schedule cosine; regularize l2(0.01); clip 1; stop patience=2; metrics accuracy"
    )
    (found,) = shown(DATA + NET + text + "show run\n", flowers=FLOWERS)
    lines = found.text.splitlines()
    assert lines[1] == "  loss nll, optimizer adam(lr=0.01, beta1=0.9, beta2=0.999, eps=1e-8)"
    assert lines[2] == "  schedule cosine, regularize l2(c=0.01), clip 1"
    assert lines[3] == "  batch 4, epochs 40, stop patience=2, seed 3"
    facts = found.facts
    stopped = facts["epochs"] < 40
    assert lines[4].startswith(
        "  ended early: validation loss no better for 2 epochs" if stopped else "  ended after all"
    )
    assert facts["optimizer"].startswith("adam(") and len(facts["history"]["loss"]) == facts["epochs"]
    table = {line.split()[0]: line.split() for line in lines[7:11]}
    assert table["loss"][1] == f"{facts['history']['loss'][0]:.6g}"
    assert table["loss"][3] == f"{facts['history']['loss'][-1]:.6g}" and set(table["loss"][4]) <= set("▁▂▃▄▅▆▇█")


def test_a_run_of_one_epoch() -> None:
    (found,) = shown(DATA + NET + FIT.replace("epochs 3", "epochs 1") + "show run\n", flowers=FLOWERS)
    assert "  ended after all 1 epochs" not in found.text and "ended after its one epoch" in found.text


def test_the_same_as_one_object_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    import sys

    from nndsl.runtime.jsonl import Lines

    nndsl.compile(DATA + NET + FIT + "show net\nshow run\nshow flowers\n", data={"flowers": FLOWERS}).run(
        listener=Lines(sys.stdout)
    )
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    net, run, data = [line for line in found if line["statement"] == "show"]
    assert (net["kind"], run["kind"], data["kind"]) == ("network", "run", "data")
    assert net["trained"] == 26 and net["layers"][0]["weights"] == {"W": [3, 4], "b": [4]}
    assert run["epochs"] == 3 and data["parts"]["train"] == 5 and net["text"].startswith("network net")


# ---- lines ------------------------------------------------------------------------------------------------------


def test_bars_follow_the_curve() -> None:
    assert spark([1, 2, 3, 4, 5, 6, 7, 8]) == "▁▂▃▄▅▆▇█"
    assert spark([3, 3, 3]) == "▁▁▁" and spark([]) == "" and spark([float("nan"), 1, 2]) == "▁█"
    assert spark([10.0**-k for k in range(8)]) == "█▇▆▅▄▃▂▁", "in logarithms where it spans much"
    assert len(spark(list(range(1000)))) == 32


def test_amounts_and_long_texts() -> None:
    assert [amount(n) for n in (0, 1023, 1536, 5 << 20, 3 << 30)] == [
        "0 bytes",
        "1,023 bytes",
        "1.5 kB",
        "5.0 MB",
        "3.0 GB",
    ]
    assert shortened("dense(4)", 8) == "dense(4)" and shortened("x @ W + b", 8) == "x @ W..."


def test_a_run_with_many_metrics_fits_a_terminal() -> None:
    """Columns of the epochs for which a line has no room follow below."""
    keys = ["loss", "accuracy", "f1", "precision", "recall"]
    history = {f"{part}{key}": [0.123456, 0.654321] for part in ("", "validation_") for key in keys}
    run = Run("run", "net", "data", Fields(history), 2, 1.0, (0.5, 0.5), 10)
    lines = runs.epochs(run)
    assert max(map(len, lines)) <= 80
    heads = [line.split() for line in lines if "epoch" in line]
    assert len(heads) > 1 and [key for head in heads for key in head[1:]] == list(history)
    assert sum(line.count("0.654321") for line in lines) == len(history)
