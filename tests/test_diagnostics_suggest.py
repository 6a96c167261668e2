"""What is suggested for names that are not there: slips of the pen, and names from other libraries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nndsl.diagnostics.aliases import ALIASES
from nndsl.diagnostics.suggest import did_you_mean, distance, fold, nearest

LAYERS = [
    "dense",
    "conv",
    "maxpool",
    "avgpool",
    "flatten",
    "dropout",
    "batchnorm",
    "layernorm",
    "embedding",
    "elman",
    "jordan",
    "lstm",
    "gru",
    "bidirectional",
    "last",
    "reshape",
    "attention",
    "repeat",
]
ACTIVATIONS = ["relu", "sigmoid", "tanh", "softmax", "swish", "gelu", "elu", "leaky_relu", "softplus", "identity"]
LOSSES = ["nll", "mse", "mae", "bce", "huber", "hinge", "cross_entropy", "kl"]
OPTIMIZERS = ["sgd", "momentum", "nesterov", "adam", "adamw", "rmsprop", "adagrad"]
OPTIONS = [
    "loss",
    "optimizer",
    "schedule",
    "regularize",
    "batch",
    "epochs",
    "clip",
    "stop",
    "metrics",
    "checkpoint",
    "resume",
]
ARGUMENTS = ["lr", "beta1", "beta2", "eps", "units", "rate", "patience"]
DATA = [
    "from",
    "input",
    "target",
    "missing",
    "split",
    "sequence",
    "window",
    "horizon",
    "columns",
    "rows",
    "test",
    "validation",
    "drop",
]

MEANT = [
    ("Linear", LAYERS, "dense"),
    ("fc", LAYERS, "dense"),
    ("Dense", LAYERS, "dense"),
    ("dens", LAYERS, "dense"),
    ("desne", LAYERS, "dense"),
    ("Conv2D", LAYERS, "conv"),
    ("MaxPooling2D", LAYERS, "maxpool"),
    ("max_pool", LAYERS, "maxpool"),
    ("maxpol", LAYERS, "maxpool"),
    ("BatchNorm1d", LAYERS, "batchnorm"),
    ("batch_norm", LAYERS, "batchnorm"),
    ("BatchNormalization", LAYERS, "batchnorm"),
    ("Flaten", LAYERS, "flatten"),
    ("drop_out", LAYERS, "dropout"),
    ("SimpleRNN", LAYERS, "elman"),
    ("LSTM", LAYERS, "lstm"),
    ("embeding", LAYERS, "embedding"),
    ("layer_norm", LAYERS, "layernorm"),
    ("ReLU", ACTIVATIONS, "relu"),
    ("rleu", ACTIVATIONS, "relu"),
    ("SiLU", ACTIVATIONS, "swish"),
    ("sigmiod", ACTIVATIONS, "sigmoid"),
    ("soft_max", ACTIVATIONS, "softmax"),
    ("LeakyReLU", ACTIVATIONS, "leaky_relu"),
    ("logistic", ACTIVATIONS, "sigmoid"),
    ("CrossEntropyLoss", LOSSES, "cross_entropy"),
    ("crossentropy", LOSSES, "cross_entropy"),
    ("categorical_crossentropy", LOSSES, "nll"),
    ("MSELoss", LOSSES, "mse"),
    ("mean_squared_error", LOSSES, "mse"),
    ("BCEWithLogitsLoss", LOSSES, "bce"),
    ("hubber", LOSSES, "huber"),
    ("NLLLoss", LOSSES, "nll"),
    ("SGD", OPTIMIZERS, "sgd"),
    ("Adam", OPTIMIZERS, "adam"),
    ("AdamW", OPTIMIZERS, "adamw"),
    ("RMSProp", OPTIMIZERS, "rmsprop"),
    ("momentun", OPTIMIZERS, "momentum"),
    ("learning_rate", ARGUMENTS, "lr"),
    ("beta_1", ARGUMENTS, "beta1"),
    ("patiens", ARGUMENTS, "patience"),
    ("hidden_size", ARGUMENTS, "units"),
    ("epoch", OPTIONS, "epochs"),
    ("num_epochs", OPTIONS, "epochs"),
    ("batch_size", OPTIONS, "batch"),
    ("early_stopping", OPTIONS, "stop"),
    ("metric", OPTIONS, "metrics"),
    ("optimiser", OPTIONS, "optimizer"),
    ("weight_decay", OPTIONS, "regularize"),
    ("lr_scheduler", OPTIONS, "schedule"),
    ("criterion", OPTIONS, "loss"),
    ("label", DATA, "target"),
    ("features", DATA, "input"),
    ("traget", DATA, "target"),
    ("lookback", DATA, "window"),
    ("bill_lenght_mm", ["bill_length_mm", "bill_depth_mm", "island"], "bill_length_mm"),
    ("Specis", ["island", "species"], "species"),
]


@pytest.mark.parametrize(("word", "candidates", "expected"), MEANT, ids=[word for word, *_ in MEANT])
def test_the_first_suggestion_is_what_was_meant(word: str, candidates: list[str], expected: str) -> None:
    assert nearest(word, candidates)[0] == expected


@pytest.mark.parametrize("word", ["xyzzy", "transformer", "q", "", "é", "something_else_entirely"])
def test_nothing_is_suggested_for_what_is_far_from_all(word: str) -> None:
    assert nearest(word, LAYERS) == []
    assert did_you_mean(word, LAYERS) is None


def test_only_names_that_can_stand_there_and_at_most_three() -> None:
    assert nearest("CrossEntropyLoss", ["nll", "mse"]) == ["nll"]
    assert nearest("CrossEntropyLoss", ["mse"]) == []
    assert len(nearest("x12", ["x1", "x2", "x13", "x14", "x15"])) == 3
    assert nearest("x12", ["x13", "x14"], limit=1) == ["x13"]


def test_the_sentence() -> None:
    assert did_you_mean("dens", LAYERS) == "did you mean `dense`?"
    assert did_you_mean("pool", LAYERS) == "did you mean `maxpool` or `avgpool`?"
    assert did_you_mean("ab1", ["ab2", "ab3", "ab4"]) == "did you mean `ab2`, `ab3` or `ab4`?"


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("abc", "abc", 0),
        ("abc", "acb", 1),
        ("abc", "ab", 1),
        ("abc", "abcd", 1),
        ("abc", "xbc", 1),
        ("kitten", "sitting", 3),
        ("", "ab", 2),
    ],
)
def test_distance_counts_swaps_as_one(a: str, b: str, expected: int) -> None:
    assert distance(a, b, 9) == expected


@given(st.text(), st.lists(st.text(), max_size=5))
def test_any_words_can_be_compared(word: str, candidates: list[str]) -> None:
    found = nearest(word, candidates)
    assert len(found) <= 3 and set(found) <= set(candidates) and word not in found


def test_the_table_is_folded_and_gives_other_names() -> None:
    for theirs, ours in ALIASES.items():
        assert fold(theirs) == theirs and ours
