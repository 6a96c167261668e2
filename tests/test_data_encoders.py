"""Encoders: their values, fitted on the training part alone, undone on predictions, kept as plain values."""

from __future__ import annotations

import json

import numpy as np
import pytest
from data_tools import activation, data, fault, place, said
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from nndsl.data import Encoders

X = [1.0, 2.0, 4.0, 8.0, 100.0]
TABLE = (
    "columns x, y, k, t\nrows ["
    + ", ".join(f'[{x}, {3 * x}, {i % 2}, "{"ba"[i % 2]}"]' for i, x in enumerate(X))
    + "]\n"
)
SPLIT = "split train=4, test=1, order=true\n"  # the last, outlying row is the test part

NUMERIC = [
    ("standard", lambda x: (x - 3.75) / np.std([1, 2, 4, 8])),
    ("minmax", lambda x: (x - 1) / 7),
    ("max", lambda x: x / 8),
    ("log", np.log),
    ("log -> minmax", lambda x: np.log(x) / np.log(8)),
    ("x / 255", lambda x: x / 255),
    ("2 * x + 1", lambda x: 2 * x + 1),
    ("1 / x", lambda x: 1 / x),
    ("x ^ 2", np.square),
    ("sqrt", np.sqrt),
    ("log(x + 1)", np.log1p),
    ("-x", np.negative),
    ("10 ^ (x / 50)", lambda x: 10 ** (x / 50)),
    ("standard -> x * 2", lambda x: 2 * (x - 3.75) / np.std([1, 2, 4, 8])),
]


@pytest.mark.parametrize(("steps", "expected"), NUMERIC, ids=[n[0] for n in NUMERIC])
def test_numeric_encoders_learn_from_the_training_part_alone(steps: str, expected: object) -> None:
    made = data(f"{TABLE}{SPLIT}input x -> {steps}", precision="float64")
    for part, rows in (("train", X[:4]), ("test", X[4:])):
        values = made.part(part).input.values
        assert values.dtype == np.float64 and values.shape == (len(rows), 1)
        np.testing.assert_allclose(values[:, 0], expected(np.array(rows)), rtol=1e-12)  # type: ignore[operator]


@pytest.mark.parametrize("steps", [n[0] for n in NUMERIC])
def test_a_target_is_given_back_in_its_own_units(steps: str) -> None:
    made = data(f"{TABLE}{SPLIT}input k\ntarget (x, y) -> {steps}", precision="float64")
    target = made.part("test").target
    assert target is not None
    back = made.decode_target(target.values)
    np.testing.assert_allclose(back["x"], [100.0])
    np.testing.assert_allclose(back["y"], [300.0])
    np.testing.assert_allclose(made.encode_target({"x": X, "y": [3 * x for x in X]})[4:], target.values)


@pytest.mark.parametrize("steps", ["abs", "x * x - 3 * x", "sigmoid", "x ^ 2 - 3", "sin(x)"])
def test_a_target_encoder_that_cannot_be_undone_is_refused(steps: str) -> None:
    rows = "columns x, y\nrows [[1, -2], [2, 2], [3, 7]]\ninput x\n"
    found = fault(f"{rows}target y -> {steps}")
    assert found.code == "E0512" and place(found) == steps
    assert "cannot be undone" in found.message


def test_agreement_with_scikit_learn() -> None:
    made = data(
        'from "iris.csv"\ninput (sepal_length, petal_width) -> standard\ninput petal_length -> minmax',
        precision="float64",
    )
    raw = {name: made.column(name)[:, None] for name in ("sepal_length", "petal_width", "petal_length")}
    expected = [
        StandardScaler().fit_transform(np.hstack([raw["sepal_length"], raw["petal_width"]])),
        MinMaxScaler().fit_transform(raw["petal_length"]),
    ]
    np.testing.assert_allclose(made.part("train").input.values, np.hstack(expected), atol=1e-12)


def test_columns_stand_in_the_order_of_the_lines() -> None:
    made = data(TABLE + "input t -> onehot\ninput (y, x)")
    assert made.signature.input.shape == (4,) and made.signature.sizes == {"features": 4}
    np.testing.assert_allclose(made.part("train").input.values[1], [1, 0, 6, 2])
    assert made.part("train").input.values.dtype == np.float32
    assert made.part("train").input.values.flags.c_contiguous


def test_the_form_of_an_expression_and_activations() -> None:
    made = data(
        TABLE + "input x / 10\ninput x -> sigmoid\ninput y -> leaky_relu(0.5)\ninput y -> y / 3", precision="float64"
    )
    expected = np.array([[x / 10, 1 / (1 + np.exp(-x)), 3 * x, x] for x in X])
    np.testing.assert_allclose(made.part("train").input.values, expected)


def test_input_all_takes_what_is_left() -> None:
    made = data(TABLE + "input x -> standard\ninput all\ntarget t\ndrop k")
    assert made.signature.input.names == ("x", "y")


def test_classes_are_sorted_and_named() -> None:
    made = data('columns a, n, t\nrows [[1, 10, "b"], [2, 9, "a"], [3, 10, "c"]]\ninput a\ntarget n -> category')
    target = made.signature.target
    assert target is not None and (target.kind, target.shape, target.classes) == ("category", (), ("9", "10"))
    values = made.part("train").target.values  # type: ignore[union-attr]
    assert values.dtype == np.int32 and values.tolist() == [1, 0, 1]
    assert made.decode_target(values)["n"].tolist() == ["10", "9", "10"]
    assert made.signature.sizes == {"features": 1, "classes": 2}


def test_a_text_target_is_a_category_and_that_is_said() -> None:
    made = data('from "penguins.csv"\ninput year -> minmax\ntarget species')
    assert made.signature.target is not None and made.signature.target.kind == "category"
    assert made.notes == (
        "`species` holds texts, so it is a category",
        "`species` has 3 classes: Adelie, Chinstrap, Gentoo",
    )
    assert made.spec.notes == made.notes


def test_shapes_and_kinds_of_targets() -> None:
    forms = {
        "y": ((1,), "real"), "(x, y)": ((2,), "real"), "k": ((1,), "real"), "k -> category": ((), "category"),
        "t": ((), "category"), "t -> onehot": ((2,), "onehot"), "(k, t) -> category": ((2,), "category"),
        "(k, t) -> onehot": ((4,), "onehot"),
    }  # fmt: skip
    for text, (shape, kind) in forms.items():
        field = data(f"{TABLE}input x -> x * 2\n" + ("" if "x" in text else f"target {text}")).signature.target
        if field is not None:
            assert (field.shape, field.kind) == (shape, kind), text


def test_numbers_that_add_up_to_one_are_probabilities() -> None:
    made = data("columns a, p, q\nrows [[1, 0.2, 0.8], [2, 1, 0], [3, 0.5, 0.5]]\ninput a\ntarget (p, q)")
    assert made.signature.target is not None and made.signature.target.kind == "probability"


def test_a_sole_category_is_ids_for_an_embedding() -> None:
    made = data(TABLE + "input t -> category\ntarget x")
    assert made.signature.input.shape == () and made.signature.input.kind == "category"
    assert made.signature.sizes == {"features": 1, "vocabulary": 2}
    assert made.part("train").input.values.tolist() == [1, 0, 1, 0, 1]
    made = data(TABLE + "input (t, k) -> category\ntarget x")
    assert made.signature.input.shape == (2,) and made.part("train").input.values.dtype == np.int32
    found = fault(TABLE + "input t -> category\ninput x")
    assert found.code == "E0512" and "t -> onehot" in said(found)


def test_plain_values_make_the_same_encoders() -> None:
    text = TABLE + (
        "input x -> log -> standard\ninput t -> onehot\ninput k -> leaky_relu(0.5)\n"
        "target y -> x / 2 -> minmax\nmissing mean"
    )
    made = data(text)
    state = json.loads(json.dumps(made.encoders_state()))
    again = Encoders.from_state(state, evaluate=activation)
    assert again.state() == state and again.columns == ("x", "t", "k")
    rows = {"x": [3.0, np.nan], "t": ["b", "a"], "k": [1, 0]}
    for encoders in (made, again):
        with pytest.raises(Exception, match="missing"):
            encoders.encode_input({**rows, "t": ["b", None]})
    np.testing.assert_array_equal(again.encode_input(rows), made.encode_input(rows))
    np.testing.assert_allclose(made.encode_input({**rows, "x": [3.0, np.mean(X)]}), made.encode_input(rows))
    np.testing.assert_allclose(
        again.decode_target(np.array([[0.5], [1.0]]))["y"], made.decode_target(np.array([[0.5], [1.0]]))["y"]
    )
    with pytest.raises(ValueError, match="leaky_relu"):
        Encoders.from_state(state)
