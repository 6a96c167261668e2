"""Every entry of the library has a check in the table of its file, and says in words what it is, where it comes from,
and how it is used."""

from __future__ import annotations

import re

import numpy as np
import pytest
import test_std_activations
import test_std_attention
import test_std_cells
import test_std_information
import test_std_initializers
import test_std_layers
import test_std_losses
import test_std_optimizers
import test_std_schedules
from std_tools import checked, entries

from nndsl.semantics.modules import library_texts
from nndsl.syntax import ast

# file -> the entries that are checked: keys of the tables from which the tests of values and gradients are made
CHECKED: dict[str, set[str]] = {
    "activations.nn": set(test_std_activations.CASES),
    "attention.nn": set(test_std_attention.CASES),
    "cells.nn": set(test_std_cells.CASES),
    "information.nn": set(test_std_information.CASES),
    "initializers.nn": set(test_std_initializers.CASES),
    "layers.nn": set(test_std_layers.CASES),
    "losses.nn": set(test_std_losses.CASES),
    "metrics.nn": {
        "accuracy",
        "mse",
        "mae",
        "r2",
        "precision",
        "recall",
        "f1",
        "confusion",
        "perplexity",
    },  # needs scikit-learn: below
    "optimizers.nn": set(test_std_optimizers.CASES),
    "regularizers.nn": set(test_std_losses.REGULARIZERS),
    "schedules.nn": set(test_std_schedules.CASES),
    "windows.nn": {
        "conv",
        "conv1d",
        "conv_transpose",
        "depthwise",
        "maxpool",
        "maxpool1d",
        "avgpool",
        "avgpool1d",
        "global_pool",
        "upsample",
    },  # needs PyTorch: below
}
ENTRIES = [pytest.param(file, entry, id=f"{entry.kind} {entry.name}") for file, entry in entries()]
SHAPED = {"activation", "cell", "layer", "loss", "metric"}
ELEMENTARY = {  # nobody's invention
    "identity", "zeros", "constant", "uniform", "normal", "flatten", "reshape", "copies", "accuracy",
}  # fmt: skip


# ---- checks ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", sorted({name for name, _ in library_texts()} | set(CHECKED)))
def test_every_entry_has_a_check(file: str) -> None:
    defined = {definition.name for where, definition in entries() if where == file}
    assert CHECKED.get(file, set()) == defined


def test_every_metric_has_a_check() -> None:
    pytest.importorskip("sklearn")
    import test_std_metrics

    assert {*test_std_metrics.CASES, "perplexity"} == CHECKED["metrics.nn"]


def test_every_layer_over_windows_has_a_check() -> None:
    pytest.importorskip("torch")
    import test_std_windows

    assert CHECKED["windows.nn"] == test_std_windows.CHECKED


def test_no_check_is_empty() -> None:
    assert all(test_std_activations.CASES.values())
    assert all(test_std_cells.CASES.values())
    assert all(test_std_attention.CASES.values())
    assert all(test_std_information.CASES.values())
    assert all(test_std_initializers.CASES.values())
    assert all(test_std_losses.CASES.values())
    assert all(test_std_losses.REGULARIZERS.values())
    assert all(test_std_optimizers.CASES.values())
    assert all(test_std_schedules.CASES.values())
    assert {name for name, cases in test_std_layers.CASES.items() if not cases} == {"batchnorm"}, (
        "it has tests of its own"
    )


# ---- words -----------------------------------------------------------------------------------------------


def parts(entry: ast.Definition) -> tuple[str, str, list[str]]:
    """What it is in words, all of its comment, and its examples."""
    words, _, rest = entry.comment.partition("\n\n")
    examples = [re.findall(r"`([^`]+)`", line) for line in rest.splitlines() if line.startswith("Example: ")]
    return " ".join(words.split()), rest, [text for line in examples for text in line]


@pytest.mark.parametrize(("file", "entry"), ENTRIES)
def test_every_entry_says_what_it_is(file: str, entry: ast.Definition) -> None:
    words, rest, examples = parts(entry)
    assert len(words) >= 6 and words[0].isupper(), "a sentence, or a formula"
    assert words.endswith((".", ")")), words
    assert entry.kind not in SHAPED or re.search(r"^Shapes: .+\.", rest, re.M), "shapes"
    source = re.search(r"Source: .+?\d{4}", rest, re.S)
    assert (source is None) == (entry.name in ELEMENTARY), "a source with its year"
    assert sum(line.startswith("Example: ") for line in rest.splitlines()) == 1 and examples


# ---- examples --------------------------------------------------------------------------------------------

PICTURES = {"image": np.arange(12 * 784, dtype=np.float32).reshape(12, 784), "kind": np.array(["a", "b", "c"] * 4)}
NUMBERS = (
    "data d {\n  columns a, b, y\n  rows [[1, 2, 3], [2, 5, 1], [3, 1, 2], [0, 1, 5]]\n  input (a, b)\n  target y\n}\n"
)
CLASSES = NUMBERS.replace("target y", "target y -> category")
TWO = 'data d {\n  columns a, y\n  rows [[1, "n"], [2, "y"], [3, "y"]]\n  input a\n  target y -> category\n}\n'
IDS = 'data d {\n  columns word, y\n  rows [["n", 1], ["y", 2], ["y", 0]]\n  input word -> category\n  target y\n}\n'
IMAGES = "data d {\n  from pictures\n  input image\n  target kind -> category\n}\n"
WORDS = (
    'data d {\n  columns one, two, y\n  rows [["a", "b", 1], ["b", "b", 2]]\n'
    "  input (one, two) -> category\n  target y\n}\n"
)
STEPS = WORDS + "network n for d {\n  embedding(2, 4)\n  HERE\n}\n"
PICTURE = IMAGES + "network n for d {\n  reshape(28, 28, 1)\n  HERE\n}\n"
RUN = "train n on d { optimizer sgd(lr=0.1); epochs 1"

HERE = "HERE"
SERIES = "network n {\n  input x[12, 3]\n  dense(8)\n  HERE\n}\n"
# role -> where its example stands in a script
SCENES: dict[str, str] = {
    "activation": CLASSES + "network n for d {\n  HERE\n}\n",
    "cell": SERIES,
    "layer": CLASSES + "network n for d {\n  HERE\n}\n",
    "loss": NUMBERS + "network n for d { dense(1) }\n" + RUN + "\n  HERE\n}\n",
    "metric": CLASSES + "network n for d { dense(classes) -> softmax }\n" + RUN + "\n  HERE\n}\n",
    "regularizer": NUMBERS + "network n for d { dense(1) }\n" + RUN + "\n  HERE\n}\n",
    "schedule": NUMBERS + "network n for d { dense(1) }\n" + RUN + "\n  HERE\n}\n",
    "optimizer": NUMBERS + "network n for d { dense(1) }\ntrain n on d {\n  HERE\n  epochs 1\n}\n",
    "initializer": NUMBERS + "let units = 2\nlayer own {\n  input x[..., in]\n  HERE\n  output x\n}\n"
    "network n for d { own }\n",
}
# the same for entries that need another target, or another input
OF_THEIR_OWN: dict[str, str] = {
    **dict.fromkeys(("activation surprise", "activation entropy", "activation kl"), "HERE\n"),
    "loss nll": CLASSES + "network n for d { dense(classes) -> softmax }\n" + RUN + "\n  HERE\n}\n",
    "loss cross_entropy": CLASSES + "network n for d { dense(classes) }\n" + RUN + "\n  HERE\n}\n",
    "loss bce": TWO + "network n for d { dense(1) -> sigmoid }\n" + RUN + "\n  HERE\n}\n",
    "loss hinge": TWO + "network n for d { HERE }\n" + RUN + "\n  HERE\n}\n",
    "metric mse": NUMBERS + "network n for d { dense(1) }\n" + RUN + "\n  HERE\n}\n",
    "metric mae": NUMBERS + "network n for d { dense(1) }\n" + RUN + "\n  HERE\n}\n",
    "metric r2": NUMBERS + "network n for d { dense(1) }\n" + RUN + "\n  HERE\n}\n",
    **dict.fromkeys(("layer attention", "layer transformer"), STEPS),
    **dict.fromkeys(("layer attend", "layer positional", "layer positions"), WORDS + "network n for d {\n  HERE\n}\n"),
    **dict.fromkeys(("layer bidirectional", "layer copies"), SERIES),
    "layer embedding": IDS + "network n for d {\n  HERE\n}\n",
    **{f"layer {name}": PICTURE for name in CHECKED["windows.nn"]},
    **{f"layer {name}": PICTURE.replace("28, 28, 1", "28, 28") for name in ("conv1d", "maxpool1d", "avgpool1d")},
    "layer reshape": IMAGES + "network n for d {\n  HERE\n}\n",
}


@pytest.mark.parametrize(("file", "entry"), ENTRIES)
def test_the_example_of_every_entry_checks_and_names_it(file: str, entry: ast.Definition) -> None:
    _, _, examples = parts(entry)
    assert any(re.search(rf"\b{entry.name}\b", example) for example in examples)
    scene = OF_THEIR_OWN.get(f"{entry.kind} {entry.name}", SCENES[entry.kind])
    assert scene.count(HERE) == len(examples)
    for example in examples:
        scene = scene.replace(HERE, example, 1)
    checked(scene, objects={"pictures": PICTURES})
