"""Missing cells: never silent; dropped or filled in, with statistics of the training rows alone."""

from __future__ import annotations

import numpy as np
import pytest
from data_tools import data, fault, place, said

TABLE = """columns a, b, c, t
rows [[1, "x", 1, 1], [none, "y", 1, 2], [4, none, 1, 3], [10, "y", none, none], [100, "y", 2, 5], [none, "z", 3, 6]]
"""
ORDER = "split train=4, test=2, order=true\n"


def test_an_error_counts_them_by_column() -> None:
    found = fault(TABLE + "input a\ninput b -> onehot\ntarget t")
    assert found.code == "E0506" and place(found) == "a"
    assert "4 rows of 6" in found.message
    assert "`a` 2, `b` 1, `t` 1" in said(found)
    assert "missing drop" in said(found) and "mean" in said(found)


def test_drop_looks_at_the_columns_in_use_and_says_how_many() -> None:
    made = data(TABLE + "input a\ntarget t\nmissing drop")
    assert made.part("train").rows.tolist() == [0, 2, 4]
    assert made.notes == ("3 rows of 6 of `rows` left out: missing `a` 2, `t` 1",)
    assert data(TABLE + "input c\nmissing drop").part("train").rows.tolist() == [0, 1, 2, 4, 5]


FILLS = [("mean", 2.5), ("median", 2.5), ("mode", 1.0), ("-7", -7.0), ("0", 0.0)]


@pytest.mark.parametrize(("rule", "value"), FILLS)
def test_filling_learns_from_the_training_rows(rule: str, value: float) -> None:
    # of the first four rows one has no target: its a = 10 does not count
    made = data(TABLE + f"input a\ntarget t\nmissing {rule}\nsplit train=3, test=2, order=true")
    assert made.part("train").rows.tolist() == [0, 1, 2]
    assert made.part("train").input.values[:, 0].tolist() == [1, value, 4]
    assert made.part("test").input.values[:, 0].tolist() == [100, value]
    assert made.notes == ("1 row of 6 of `rows` left out: missing `t` 1",)
    np.testing.assert_allclose(made.encode_input({"a": [np.nan, 3]})[:, 0], [value, 3])


def test_mode_fills_texts() -> None:
    table = TABLE.replace('"z"', '"y"')
    filled = data(table + "input b -> onehot\nmissing mode\n" + ORDER)
    assert filled.part("train").input.values.tolist() == [[1, 0], [0, 1], [0, 1], [0, 1]]


@pytest.mark.parametrize("rule", ["mean", "median", "3"])
def test_what_cannot_fill_texts(rule: str) -> None:
    found = fault(TABLE + f"input b -> onehot\nmissing {rule}")
    assert found.code == "E0506" and place(found) == f"missing {rule}" and "missing mode" in said(found)
    # a column of texts that misses nothing is no hindrance
    whole = TABLE.replace("[4, none, 1, 3]", '[4, "x", 1, 3]')
    assert data(whole + f"input b -> onehot\ninput a\nmissing {rule}").signature.rows == {"train": 6}


def test_the_mean_of_classes_is_none() -> None:
    assert "which holds classes" in fault(TABLE + "input a -> onehot\nmissing mean").message


def test_nothing_left() -> None:
    found = fault("columns a, b\nrows [[none, 1], [2, none]]\ninput a\ntarget b\nmissing drop")
    assert found.code == "E0506" and "every row" in found.message
    found = fault(
        "columns a, b\nrows [[none, 1], [none, 2], [3, 3]]\ninput a\ntarget b\nmissing mean\n"
        "split train=2, test=1, order=true"
    )
    assert found.code == "E0506" and "missing in every training row" in found.message


def test_strata_must_be_known() -> None:
    text = TABLE + "input c\ntarget a\nmissing {}\nsplit train=50%, test=50%, stratify=b"
    assert fault(text.format("drop")).code == "E0510"
    table = 'columns a, b\nrows [[1, "x"], [2, "x"], [3, none], [4, "y"], [5, "y"]]\ninput a\n'
    table += "split train=50%, test=50%, stratify=b\n"
    assert fault(table).code == "E0506"
    assert data(table + "missing drop").signature.rows == {"train": 2, "test": 2}


def test_real_tables() -> None:
    made = data('from "mpg.csv"\ninput (horsepower, weight) -> standard\ntarget mpg\nmissing mean')
    raw = made.column("horsepower")
    assert np.isnan(raw).sum() == 6 and made.signature.rows == {"train": 398}
    np.testing.assert_allclose(made.part("train").input.values[np.isnan(raw), 0], 0, atol=1e-6)
    found = fault('from "penguins.csv"\ninput (bill_length_mm, body_mass_g)\ninput sex -> onehot\ntarget species')
    assert "11 rows of 344" in found.message and "`bill_length_mm` 2, `body_mass_g` 2, `sex` 11" in said(found)
