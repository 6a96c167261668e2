"""New rows after training, in every accepted form, and what does not fit; cells and classes that cannot be encoded."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from data_tools import data, fault, faults, place, said

from nndsl.diagnostics import Fault

BIRDS = (
    'from "penguins.csv"\ninput (bill_length_mm, body_mass_g) -> standard\ninput island -> onehot\n'
    "target species\nmissing drop"
)
ROW = {"bill_length_mm": 39.1, "body_mass_g": 3750, "island": "Torgersen"}
COLUMNS = {name: [value, value] for name, value in ROW.items()}

FORMS: list[tuple[str, Any, int]] = [
    ("one row as a dict", ROW, 1),
    ("columns", COLUMNS, 2),
    ("rows as dicts", [ROW, ROW, ROW], 3),
    ("rows as lists", [list(ROW.values())] * 2, 2),
    ("one row as a list", list(ROW.values()), 1),
    ("an array of objects", np.array([list(ROW.values())] * 2, dtype=object), 2),
    ("pandas", pd.DataFrame(COLUMNS), 2),
    ("polars", pl.DataFrame(COLUMNS), 2),
    ("more columns than needed", {**COLUMNS, "sex": ["male", None]}, 2),
]


@pytest.mark.parametrize(("form", "rows", "count"), FORMS, ids=[f[0] for f in FORMS])
def test_new_rows_in_every_form(form: str, rows: Any, count: int) -> None:
    made = data(BIRDS)
    expected = made.part("train").input.values[0]  # the first penguin
    found = made.encode_input(rows)
    assert found.shape == (count, 5) and found.dtype == np.float32
    np.testing.assert_allclose(found, np.tile(expected, (count, 1)), rtol=1e-6)


def test_one_column_and_many_rows() -> None:
    made = data("columns a, b\nrows [[1, 2], [3, 4]]\ninput a\ntarget b")
    assert made.encode_input([5, 6, 7]).tolist() == [[5], [6], [7]]
    assert made.encode_input(np.array([[5.0], [6]])).tolist() == [[5], [6]]
    assert made.encode_input(5.0).tolist() == [[5]] if np.ndim(5.0) else True
    assert made.encode_target([8, 9]).tolist() == [[8], [9]]
    assert made.decode_target(np.array([[8.0], [9]]))["b"].tolist() == [8, 9]


WRONG: list[tuple[Any, str, str]] = [
    (np.zeros((2, 2)), "E0517", "takes 3 columns a row"),
    (np.zeros(4), "E0517", "`bill_length_mm`, `body_mass_g`, `island`"),
    (np.zeros((2, 3, 1)), "E0517", "shape [2, 3, 1]"),
    ({**ROW, "island": "Torgerson"}, "E0517", "did you mean `Torgersen`"),
    ({**ROW, "island": 3}, "E0517", "`3` in row 1"),
    ({**ROW, "body_mass_g": "heavy"}, "E0517", "`heavy`"),
    ({"bill_length_mm": 1, "island": "Dream", "mass": 3}, "E0517", "no column `body_mass_g`"),
    ({**ROW, "bill_length_mm": None}, "E0506", "missing in 1 row"),
    ({**ROW, "bill_length_mm": np.inf}, "E0504", "`inf`"),
    ({**ROW, "body_mass_g": "3750"}, "E0517", "numbers written as texts"),
    (pd.Series(ROW), "E0516", "is a Series, which is no table"),
    (7, "E0516", "is a int"),
    ("text", "E0516", "is a str"),
    ({"bill_length_mm": [1, 2], "body_mass_g": [1], "island": ["Dream"]}, "E0503", "different lengths"),
]


@pytest.mark.parametrize(("rows", "code", "words"), WRONG, ids=[w[2] for w in WRONG])
def test_rows_that_do_not_fit(rows: Any, code: str, words: str) -> None:
    with pytest.raises(Fault) as found:
        data(BIRDS).encode_input(rows)
    assert found.value.diagnostic.code == code
    assert words in said(found.value.diagnostic)


def test_targets_in_words_and_from_probabilities() -> None:
    made = data(BIRDS)
    assert made.decode_target(np.array([0, 2]))["species"].tolist() == ["Adelie", "Gentoo"]
    assert made.decode_target(np.eye(3)[[1, 0]])["species"].tolist() == ["Chinstrap", "Adelie"]
    pair = data('columns a, k\nrows [[1, "no"], [2, "yes"]]\ninput a\ntarget k')
    assert pair.decode_target(np.array([[0.9], [0.2]]))["k"].tolist() == ["yes", "no"]
    assert made.encode_target(["Gentoo", "Adelie"]).tolist() == [2, 0]
    made = data(BIRDS.replace("target species", "target species -> onehot"))
    assert made.decode_target(np.array([[0.1, 0.2, 0.7]]))["species"].tolist() == ["Gentoo"]
    made = data('from "penguins.csv"\ninput year\ntarget (sex, island) -> onehot\nmissing drop')
    back = made.decode_target(np.array([[0.1, 0.9, 0.8, 0.1, 0.1]]))
    assert {name: values.tolist() for name, values in back.items()} == {"sex": ["male"], "island": ["Biscoe"]}


def test_numbered_classes_can_be_given_as_numbers_or_names() -> None:
    made = data("columns k, t\nrows [[4, 1], [8, 2]]\ninput k -> category\ntarget t")
    assert made.encode_input([8, 4]).tolist() == [1, 0]
    assert made.encode_input(np.array(["8", "4"])).tolist() == [1, 0]
    with pytest.raises(Fault, match="`5`"):
        made.encode_input(["8", "5"])


def test_no_target() -> None:
    with pytest.raises(Fault, match="no target"):
        data("columns a\nrows [[1], [2]]\ninput a").encode_target([1])


# ---- the table itself is at fault ------------------------------------------------------------------------

NUMBERS = "columns a, b, c\nrows [" + ", ".join(f"[{i}, {i % 3}, 5]" for i in range(9)) + ', ["ten", 1, 5]]\n'

FAULTY = [
    ('from "iris.csv"\ninput sepal_lenght', "E0502", "sepal_lenght", "did you mean `sepal_length`"),
    ('from "iris.csv"\ninput height', "E0502", "height", "`petal_width`, `species`"),
    ('from "iris.csv"\ninput all\ntarget kind', "E0502", "kind", "its columns"),
    ('from "iris.csv"\ninput all\ntarget species\ndrop colour', "E0502", "colour", "its columns"),
    ("columns a\nrows [[1], [2]]\ninput all\ntarget a", "E0502", "input all", "finds no column"),
    (NUMBERS + "input a", "E0504", "a", "`ten`"),
    (NUMBERS + "input a -> standard", "E0504", "a", "row 10 of `rows`"),
    (NUMBERS + "input a\nsplit train=5, test=5, order=true", "E0504", "a", "row 10 of `rows`: `ten`"),
    ('columns a\nrows [["1,5"], ["2"], ["-0,5"]]\ninput a', "E0505", "a", "decimal points, not commas"),
    ('from "iris.csv"\ninput species', "E0505", "species", "`setosa`"),
    ('from "iris.csv"\ninput all', "E0505", "input all", "species -> onehot"),
    ('from "iris.csv"\ninput species -> standard', "E0505", "species", "texts"),
    ('from "iris.csv"\ninput all\ntarget species -> standard', "E0505", "species", "texts"),
    (NUMBERS + "input (b, c) -> standard", "E0508", "c", "divide by zero"),
    (NUMBERS + "input (b, c) -> minmax", "E0508", "c", "`minmax`"),
    (
        'from "digits.csv.gz"\ninput all -> standard\ntarget digit -> category',
        "E0508",
        "input all -> standard",
        "drop p00, p40, p47",
    ),
    ('from "digits.csv.gz"\ninput p00 -> max', "E0508", "p00", "never above 0"),
    (NUMBERS + "input b\ntarget c -> category", "E0508", "c", "nothing can be learnt"),
    (NUMBERS + "input b -> log", "E0511", "b", "in row 1 of `rows`, where the value is `0`"),
    (NUMBERS + "input b -> 1 / (b - 1)", "E0511", "b", "row 2"),
    (NUMBERS + "input b -> x ^ 400 -> exp", "E0511", "b", "not a finite number"),
]


@pytest.mark.parametrize(("text", "code", "where", "words"), FAULTY, ids=[f"{f[1]}-{f[2]}" for f in FAULTY])
def test_what_is_wrong_with_the_table(text: str, code: str, where: str, words: str) -> None:
    found = faults(text)[0] if code == "E0505" and "all" in text else fault(text)
    assert found.code == code
    assert place(found) == where
    assert words in said(found)


def test_all_unknown_columns_are_reported() -> None:
    found = faults('from "iris.csv"\ninput (sepal_lenght, petal_width)\ninput hight\ntarget spezies')
    assert [(d.code, place(d)) for d in found] == [("E0502", "sepal_lenght"), ("E0502", "hight"), ("E0502", "spezies")]


def test_a_class_that_training_lacks() -> None:
    text = 'columns a, k\nrows [[1, "x"], [2, "y"], [3, "z"], [4, "y"]]\ninput a\n{}split train=2, test=2, order=true'
    found = fault(text.format("target k\n"))
    assert found.code == "E0507" and place(found) == "k"
    assert "`z` in row 3" in found.message and "test part" in found.message and "stratify=k" in said(found)
    assert fault(text.format("").replace("input a", "input k -> onehot")).code == "E0507"
    assert data(text.format("")).signature.rows == {"train": 2, "test": 2}


def test_numbers_beyond_float32_want_an_encoder_or_float64() -> None:
    text = "columns a\nrows [[1], [-1e300]]\ninput a"
    found = fault(text, checked=False)
    assert found.code == "E0511" and "too large for float32" in said(found)
    assert data(text, precision="float64").part("train").input.values.tolist() == [[1], [-1e300]]
    assert data(text + " -> minmax").part("train").input.values.tolist() == [[1], [0]]


def test_a_constant_column_counts_in_the_training_part_alone() -> None:
    text = "columns a\nrows [[1], [1], [2]]\ninput a -> standard\n"
    assert fault(text + "split train=2, test=1, order=true").code == "E0508"
    assert data(text).signature.rows == {"train": 3}
