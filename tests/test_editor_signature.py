"""Help within calls: what is called, how its parameters are written, which of them is at the cursor."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from completion_words import known_of

from nndsl.editor.known import Known, nothing_known
from nndsl.editor.signature import Help, signature

EXAMPLES = Path(__file__).parent.parent / "examples"
SESSION = """
# A block that skips.
#
# units: how wide it is.
layer block(units, drop = 0.1) { input x[in]; output x -> dense(units) -> dropout(drop) }
data moons { from moons(60) }
network mlp for moons { block(4); dense(classes) -> softmax }
train mlp on moons as run
"""


@cache
def session() -> Known:
    return known_of(SESSION, EXAMPLES)


def helped(marked: str, about: Known | None = None) -> Help | None:
    offset = marked.index("|")
    return signature(marked[:offset] + marked[offset + 1 :], offset, about or session())


CONV = 'conv(filters, size, stride=1, dilation=1, padding="same", groups=1)'
ADAM = "adam(lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8)"
STOP = "stop patience=..., monitor=validation.loss, min_delta=0"
SPLIT = "split train=..., validation=..., test=..., stratify=..., by=..., seed=..., order=..."

# (text, label, the part of it that is being written)
ROWS = [
    ("network n { dense(|", "dense(units)", "units"),
    ("network n { dense(16|", "dense(units)", "units"),
    ("network n { dense(3, |", "dense(units)", None),
    ("network n { dropout(|", "dropout(rate=0.5)", "rate=0.5"),
    ("network n { conv(8, |", CONV, "size"),
    ("network n { conv(8, 3, padding=|", CONV, 'padding="same"'),
    ("network n { conv(8, 3, padding=\"sa|", CONV, 'padding="same"'),
    ("network n { conv(size=3, |", CONV, "filters"),
    ("network n { block(|", "block(units, drop=0.1)", "units"),
    ("network n { block(4, |", "block(units, drop=0.1)", "drop=0.1"),
    ("network n { lstm(8, |", "lstm(units, state_dropout=0)", "state_dropout=0"),
    ("network n { lstm(8, reverse=|", "lstm(units, state_dropout=0, reverse=...)", "reverse=..."),
    ("network n { lstm(8, h=|", "lstm(units, state_dropout=0, h=...)", "h=..."),
    ("network n { dense(max(3, |", "max(a, b)", "b"),
    ("network n { dense(max(3, 4), |", "dense(units)", None),
    ("network n { conv(8, [3, |", CONV, "size"),
    ("network n { x -> leaky_relu(|", "leaky_relu(slope=0.01)", "slope=0.01"),
    ("loss f(y, z) = mean(leaky_relu(|", "leaky_relu(x, slope=0.01)", "x"),
    ("loss f(y, z) = mean(|", "mean(x, axis=...)", "x"),
    ("loss f(y, z) = mean(y, |", "mean(x, axis=...)", "axis=..."),
    ("loss f(y, z) = max(y, axis=|", "max(x, axis=...)", "axis=..."),
    ("loss f(y, z) = concat(y, z, y, |", "concat(a, b, ..., axis=-1)", "..."),
    ("loss f(y, z) = concat(y, z, axis=|", "concat(a, b, ..., axis=-1)", "axis=-1"),
    ("layer f { param W[3] ~ uniform(|", "uniform(low=-0.05, high=0.05)", "low=-0.05"),
    ("train mlp on moons { optimizer adam(|", ADAM, "lr=0.001"),
    ("train mlp on moons { optimizer adam(0.1, |", ADAM, "beta1=0.9"),
    ("train mlp on moons { optimizer adam(eps=|", ADAM, "eps=1e-8"),
    ("recipe r { regularize l2(|", "l2(c=0.00018)", "c=0.00018"),
    ("train mlp on moons { schedule warmup(|", "warmup(share=0.1)", "share=0.1"),
    ("train mlp on moons { loss huber(output, |", "huber(y: real, z: real, delta=1)", "z: real"),
    ("train mlp on moons { loss huber(delta=|", "huber(y: real, z: real, delta=1)", "delta=1"),
    ("train mlp on moons { stop |", STOP, "patience=..."),
    ("train mlp on moons { stop patience=5, |", STOP, "monitor=validation.loss"),
    ("train mlp on moons { stop patience=5, min_delta=|", STOP, "min_delta=0"),
    ("data d { from spiral(|", "spiral(n=500, classes=2, noise=0.02, turns=1)", "n=500"),
    ("data d { from spiral(400, noise=|", "spiral(n=500, classes=2, noise=0.02, turns=1)", "noise=0.02"),
    ("data d { window 24, |", "window VALUE, stride=...", "stride=..."),
    ("data d { horizon |", "horizon VALUE, steps=...", "VALUE"),
    ("data d { split train=70%, |", SPLIT, "validation=..."),
    ("data d { split train=70%, by=|", SPLIT, "by=..."),
    ("data d { input a -> log(|", "log(x)", "x"),
    ("let a = max(3, |", "max(a, b, ...)", "b"),
    ("print entropy(|", "entropy(p)", "p"),
    ("print cross_entropy(a, |", "cross_entropy(p, q)", "q"),
    ("plot boundary(mlp, |", "boundary(net, data)", "data"),
    ("plot histogram(|", "histogram(data.column)", "data.column"),
]  # fmt: skip


@pytest.mark.parametrize(("marked", "label", "active"), ROWS, ids=[row[0] for row in ROWS])
def test_what_is_called_and_which_parameter_is_being_written(marked: str, label: str, active: str | None) -> None:
    found = helped(marked)
    assert found is not None and found.label == label
    assert (None if found.active is None else found.label[slice(*found.spans[found.active])]) == active
    assert found.meaning and "\n" not in found.meaning
    assert [found.label[start:end] for start, end in found.spans] == [slot.label for slot in found.slots]


@pytest.mark.parametrize(
    "marked",
    ["|", "train |", "network n { dense |", "network n { dense(3) |", "network n { # dense(|", "print (|",
     "let a = [1, |", "nothing(|", "print nothing(|", "data d { drop |", "train mlp on moons { batch |",
     "layer f(|", '"dense(|'],
)  # fmt: skip
def test_where_no_call_is_open(marked: str) -> None:
    assert helped(marked) is None


def test_parameters_have_the_meanings_of_the_comment_above_their_definition() -> None:
    found = helped("network n { block(|")
    assert found is not None and found.kind == "layer"
    assert found.meaning == "A block that skips." and found.slots[0].meaning == "how wide it is"
    library = helped("network n { dense(|")
    assert library is not None and library.slots[0].meaning == "how many outputs"


def test_a_definition_of_the_text_itself_is_known() -> None:
    found = helped("layer mine(width, depth = 2) { dense(width) }\nnetwork n { mine(3, |", nothing_known())
    assert found is not None and found.label == "mine(width, depth=2)" and found.active == 1


def test_no_beginning_of_an_example_raises() -> None:
    for path in sorted(EXAMPLES.glob("own-*.nn")):
        text = path.read_text(encoding="utf-8")
        for end in range(0, len(text), 17):
            signature(text[:end], end, session())
            signature(text, end)
