"""Lines that are longer than the terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from nndsl.runtime.folding import folded


def test_what_fits_stays() -> None:
    assert folded("a b\n\n  c   d", 9) == "a b\n\n  c   d"


def test_a_line_of_words_goes_on_indented() -> None:
    line = "run: mlp trained on penguins for 52 epochs, best 42: loss 0.0092, accuracy 0.99"
    assert folded(line, 50) == (
        "run: mlp trained on penguins for 52 epochs, best\n  42: loss 0.0092, accuracy 0.99"
    )  # fmt: skip


def test_a_row_goes_on_below_its_last_column_that_leaves_room() -> None:
    row = "data     points  [2], target `label`; rows: train 90, validation 30, test 30"
    assert folded(row, 50) == (
        "data     points  [2], target `label`; rows: train\n                 90, validation 30, test 30"
    )  # fmt: skip
    assert folded("  name   what it is that has this name", 30) == "  name   what it is that has\n         this name"


@pytest.mark.parametrize("columns", [1, 10, 24, 40])
def test_what_cannot_be_broken_is_left_whole(columns: str) -> None:
    assert folded("x" * 50, int(columns)) == "x" * 50


def test_pictures_are_left_alone() -> None:
    line = "\x1b[31m" + "━ " * 30
    assert folded(line, 40) == line


@given(some.text("ab  ,\n", max_size=120), some.integers(20, 60))
def test_no_word_is_lost(text: str, columns: int) -> None:
    assert folded(text, columns).split() == text.split()
