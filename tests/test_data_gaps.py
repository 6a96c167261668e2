"""Missing values in series, and series that are cut wrong: what is filled, left out, counted and said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from data_tools import data, fault, place, said, spec_of
from numpy.typing import NDArray

from nndsl.data import load
from nndsl.diagnostics import Collector

NAN = float("nan")


def series(*values: float, **more: Any) -> dict[str, object]:
    return {"t": {"x": np.array(values), **more}}


def inputs(text: str, objects: dict[str, object], part: str = "train") -> NDArray[Any]:
    found = data(text, objects=objects).part(part).input.take(slice(None)).floats("float64")
    return found[..., 0]


def test_gaps_are_counted_and_placed() -> None:
    found = fault("from t\nsequence x\nwindow 2", objects=series(1, NAN, NAN, 4, NAN, 6))
    assert found.code == "E0520" and place(found) == "x"
    assert found.message == "`x` is missing at 3 of 6 steps of `t`, in 2 gaps"
    assert "rows 2 to 3, row 5" in said(found) and "missing interpolate" in said(found)


def test_gaps_are_placed_in_time_where_a_column_says_it() -> None:
    days = ["2020-01-01", "2020-01-02", "2020-01-03"]
    found = fault("from t\nsequence x\nwindow 2", objects=series(1, NAN, 3, day=days))
    assert "row 2 (2020-01-02)" in said(found)


def test_interpolation_is_a_straight_line() -> None:
    text = "from t\nsequence x\nwindow 2\nmissing interpolate"
    assert inputs(text, series(1, NAN, NAN, 4, 6, NAN)).ravel().tolist() == [1, 2, 2, 3, 3, 4, 4, 6]
    made = data(text, objects=series(1, NAN, 3))
    assert made.notes == ("1 missing value of `x` is interpolated",)


def test_interpolation_sees_nothing_beyond_a_border() -> None:
    text = "from t\nsequence x\nwindow 1\nmissing interpolate\nsplit train=4, test=4"
    values = series(1, 2, 3, NAN, 100, 101, 102, 103)
    made = data(text, objects=values)
    assert made.part("train").target is not None
    assert made.part("train").target.floats("float64").max() == 3  # type: ignore[union-attr]


def test_the_value_before_a_gap() -> None:
    text = "from t\nsequence x\nwindow 2\nmissing previous"
    assert inputs(text, series(1, NAN, NAN, 4, 5)).tolist() == [[1, 1], [1, 1], [1, 4]]


def test_the_value_before_is_one_of_the_same_series() -> None:
    table = series(1, 2, NAN, 4, 5, 6, id=list("aabbbb"))
    made = data("from t\nsequence x, by=id\nwindow 1\nmissing previous", objects=table)
    assert made.part("train").input.take(slice(None)).floats("float64").ravel().tolist() == [1, 4, 5]
    assert "1 window with a gap is left out" in made.notes


def test_windows_with_a_gap_are_left_out() -> None:
    made = data("from t\nsequence x\nwindow 2\nmissing drop", objects=series(0, 1, 2, NAN, 4, 5, 6, 7))
    part = made.part("train")
    assert inputs("from t\nsequence x\nwindow 2\nmissing drop", series(0, 1, 2, NAN, 4, 5, 6, 7)).tolist() == [
        [0, 1],
        [4, 5],
        [5, 6],
    ]
    assert part.rows.tolist() == [2, 6, 7]
    assert made.notes == ("3 windows with a gap are left out",)


def test_gaps_may_be_filled_with_what_training_has() -> None:
    text = "from t\nsequence x\nwindow 1\nmissing mean\nsplit train=4, test=4"
    values = series(1, NAN, 3, 5, NAN, 7, 8, 9)
    assert inputs(text, values, "test").ravel().tolist() == [3, 7, 8]
    assert inputs(text.replace("mean", "0"), values, "test").ravel().tolist() == [0, 7, 8]


def test_a_missing_target_leaves_out_its_window() -> None:
    table = {"t": {"x": np.arange(6.0), "y": [0, 1, NAN, 3, 4, 5]}}
    made = data("from t\nsequence x\ntarget y\nwindow 1\nmissing drop", objects=table)
    target = made.part("train").target
    assert target is not None
    assert target.take(slice(None)).floats("float64").ravel().tolist() == [1, 3, 4, 5]
    assert "1 window with no target is left out" in made.notes
    assert made.signature.shifted is None  # not every step has one


def test_a_series_with_a_gap_is_left_out_where_series_are_examples() -> None:
    made = data("from t\nsequence x\nmissing drop", objects={"t": {"x": [[1, 2, 3], [4, NAN, 6], [7, 8]]}})
    assert made.signature.rows == {"train": 2}
    assert "1 series with a gap is left out" in made.notes


def test_uneven_dates_are_told() -> None:
    days = ["2020-01-01", "2020-01-02", "2020-01-04", "2020-01-05"]
    made = data("from t\nsequence x\nwindow 1", objects=series(1, 2, 3, 4, day=days))
    assert made.notes == (
        "`day` is not evenly spaced: 1 day from step to step mostly, but not at 1 of 3, first at row 3",
    )
    assert data("from t\nsequence x\nwindow 1", objects=series(1, 2, 3, day=[*days[:2], "2020-01-03"])).notes == ()


@pytest.mark.parametrize(
    "months",
    [
        ["2020-01-31", "2020-02-29", "2020-03-31", "2020-04-30"],
        ["2020-01-15", "2020-02-15", "2020-03-15", "2020-04-15"],
        ["2020-01", "2020-02", "2020-03", "2020-04"],
    ],
)
def test_months_are_even(months: list[str]) -> None:
    assert data("from t\nsequence x\nwindow 1", objects=series(1, 2, 3, 4, month=months)).notes == ()


WRONG = {
    "a window longer than the series": ("sequence x\nwindow 9", "E0518", "window 9"),
    "a window and what is after it": ("sequence x\nwindow 8", "E0518", "window 8"),
    "a horizon past the end": ("sequence x\nwindow 2\nhorizon 7", "E0518", "window 2"),
    "a part too short": ("sequence x\nwindow 3\nsplit train=6, test=2", "E0519", "window 3"),
    "a window without a sequence": ("input x\nwindow 3", "E0209", "window"),
    "a horizon without a sequence": ("input x\nhorizon 3", "E0209", "horizon"),
    "a sequence beside an input": ("sequence x\ninput id\nwindow 3", "E0210", "input"),
    "no window": ("sequence x", "E0209", "sequence x"),
    "a window of nothing": ("sequence x\nwindow 0", "E0202", "0"),
    "a window of a part of a step": ("sequence x\nwindow 2.5", "E0202", "2.5"),
    "a stride of nothing": ("sequence x\nwindow 2, stride=0", "E0202", "0"),
    "no steps": ("sequence x\nwindow 2\nhorizon 1, steps=0", "E0202", "0"),
    "a step back": ("sequence x\nwindow 2\nhorizon -1", "E0202", "-1"),
    "the answer as the input": ("sequence x\nwindow 2\nhorizon 0", "E0202", "horizon 0"),
    "an unknown setting": ("sequence x\nwindow 2, step=1", "E0207", "step"),
    "a setting twice": ("sequence x\nwindow 2, stride=1, stride=2", "E0208", "stride=2"),
    "a shuffled series": ("sequence x\nwindow 2\nsplit train=4, test=4, order=false", "E0410", None),
    "a seed that draws nothing": ("sequence x\nwindow 2\nsplit train=4, test=4, seed=3", "E0210", None),
    "series by two columns": ("sequence x, by=id\nsequence name -> onehot, by=name\nwindow 2", "E0210", "name"),
    "texts as numbers": ("sequence name\nwindow 2", "E0505", "name"),
    "an unknown column": ("sequence z\nwindow 2", "E0502", "z"),
    "an unknown series": ("sequence x, by=nobody\nwindow 2", "E0502", "nobody"),
    "rows that are filled like a series": ("input x\nmissing interpolate", "E0210", "missing interpolate"),
    "a column twice": ("sequence x\nsequence x\nwindow 2", "E0515", "sequence x"),
    "the target at the same step": ("sequence x, by=id\ntarget x\nhorizon 0", "E0515", "x"),
    "changes of rows": ("input x -> diff", "E0511", "diff"),
    "scaled before it is a change": ("sequence x -> standard -> diff\nwindow 2", "E0511", "standard"),
    "a change of a change": ("sequence x -> diff -> diff\nwindow 2", "E0511", "diff"),
    "a change further ahead": ("sequence x -> diff\nwindow 2\nhorizon 2", "E0512", "diff"),
    "gaps of changes filled": ("sequence x -> diff\nwindow 2\nmissing mean", "E0210", "missing mean"),
    "changes of texts": ("sequence name -> diff\nwindow 2", "E0505", "name"),
    "the logarithm of 0": ("sequence x -> log -> diff\nwindow 2", "E0511", "x"),
    "what cannot be undone": ("sequence x -> abs(x - 3) -> diff\nwindow 2", "E0512", "x"),
    "a window as a text": ('sequence x\nwindow "two"', "E0202", '"two"'),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG.keys())
def test_wrong_uses(case: tuple[str, str, str | None]) -> None:
    text, code, span = case
    names = ["one", "two", "six", "ten", "one", "two", "six", "ten"]
    table = series(*map(float, range(8)), id=[1.0, 1, 1, 1, 2, 2, 2, 2], name=names)
    found = fault(f"from t\n{text}", objects=table)
    assert found.code == code, (found.code, found.message)
    if span is not None:
        assert place(found) == span


def test_both_sizes_are_said() -> None:
    words = said(fault("from t\nsequence x\nwindow 24", objects=series(1, 2, 3)))
    assert "24" in words and "3 steps" in words
    words = said(fault("from t\nsequence x\nwindow 4\nsplit train=7, test=3", objects=series(*range(10))))
    assert "need 5 steps" in words and "the test part has 3" in words


def test_lists_where_numbers_are_wanted() -> None:
    found = fault("from t\ninput x", objects={"t": {"x": [[1, 2], [3]]}})
    assert found.code == "E0505" and "`sequence x`" in said(found)


def test_columns_of_different_lengths() -> None:
    found = fault("from t\nsequence (x, y)", objects={"t": {"x": [[1, 2], [3]], "y": [[1, 2], [3, 4]]}})
    assert found.code == "E0522" and "row 2" in said(found)
    found = fault("from t\nsequence (x, y)", objects={"t": {"x": [[1, 2], [3]], "y": [1, 2]}})
    assert found.code == "E0522" and place(found) == "y"


def test_no_window_without_a_gap() -> None:
    found = fault("from t\nsequence x\nwindow 2\nmissing drop", objects=series(1, 2, NAN, 4, 5, NAN, 7))
    assert found.code == "E0520" and "no 3 steps in a row" in said(found)


def test_a_text_cannot_be_interpolated() -> None:
    table = {"t": {"state": ["sun", None, "rain", "sun"]}}
    found = fault("from t\nsequence state -> category\nwindow 1\nmissing interpolate", objects=table)
    assert found.code == "E0506" and "missing previous" in said(found)
    made = data("from t\nsequence state -> category\nwindow 1\nmissing previous", objects=table)
    assert made.part("train").input.values.ravel().tolist() == [1, 1, 0]


# ---- the order of time -----------------------------------------------------------------------------------


def test_steps_are_ordered_by_a_column() -> None:
    table = series(3, 1, 2, 30, 10, 20, id=list("aaabbb"), day=[3, 1, 2, 3, 1, 2])
    made = data("from t\nsequence x, by=id, time=day\nwindow 2", objects=table)
    assert made.part("train").input.take(slice(None)).floats("float64")[..., 0].tolist() == [[1, 2], [10, 20]]
    assert made.part("train").rows.tolist() == [0, 3]


def test_a_series_that_runs_backwards() -> None:
    table = series(3, 2, 1, day=["2020-01-03", "2020-01-02", "2020-01-01"])
    collector = Collector()
    spec = spec_of("from t\nsequence x\nwindow 1", collector, objects=table)
    assert spec is not None and load(spec, collector, seed=0) is not None
    (warning,) = collector
    assert warning.code == "W0502" and warning.help is not None and "`sequence x, time=day`" in warning.help
    made = data("from t\nsequence x, time=day\nwindow 1", objects=table)
    assert made.part("train").target is not None and made.part("train").rows.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("days", "code"),
    [(["2020-01-01", "2020-01-01"], "E0523"), (["monday", "tuesday"], "E0505"), (["2020-01-01", None], "E0506")],
)
def test_columns_that_order_nothing(days: list[str | None], code: str) -> None:
    assert fault("from t\nsequence x, time=day\nwindow 1", objects=series(1, 2, day=days)).code == code
