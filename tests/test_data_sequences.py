"""Examples cut from series: which steps they see and tell, where parts end, what is shared in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from data_tools import data
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from nndsl.data.types import Array, Part

COUNT = "data d {{\n  from t\n  sequence x\n  {0}\n}}"


def numbers(n: int, **more: Any) -> dict[str, object]:
    """The series 0, 1, 2, ..."""
    return {"t": {"x": np.arange(n, dtype=float), **more}}


def values(array: Array | None) -> NDArray[Any]:
    """Every example written out, without the axis of one column."""
    assert array is not None
    found = array.take(slice(None)).floats("float64")
    return found[..., 0] if found.ndim > 1 and found.shape[-1] == 1 and found.dtype.kind == "f" else found


# ---- windows ---------------------------------------------------------------------------------------


def test_a_window_and_the_step_after_it() -> None:
    made = data(COUNT.format("window 3"), objects=numbers(6))
    part = made.part("train")
    assert values(part.input).tolist() == [[0, 1, 2], [1, 2, 3], [2, 3, 4]]
    assert values(part.target).tolist() == [3, 4, 5]
    assert values(part.shifted).tolist() == [[1, 2, 3], [2, 3, 4], [3, 4, 5]]
    assert part.rows.tolist() == [3, 4, 5]
    assert made.signature.rows == {"train": 3}
    assert made.signature.sizes == {"time": 3, "features": 1}
    into, target, shifted = made.signature.input, made.signature.target, made.signature.shifted
    assert (into.shape, into.time, into.ragged) == ((3, 1), True, False)
    assert target is not None and (target.shape, target.time) == ((1,), False)
    assert shifted is not None and (shifted.shape, shifted.time) == ((3, 1), True)


@pytest.mark.parametrize(
    ("options", "inputs", "targets"),
    [
        ("window 3, stride=2", [[0, 1, 2], [2, 3, 4], [4, 5, 6]], [3, 5, 7]),
        ("window 3; horizon 3", [[0, 1, 2], [1, 2, 3], [2, 3, 4]], [5, 6, 7]),
        ("window 5; horizon 1, steps=3", [[0, 1, 2, 3, 4]], [[5, 6, 7]]),
        ("window 4; horizon 2, steps=2", [[0, 1, 2, 3], [1, 2, 3, 4]], [[5, 6], [6, 7]]),
    ],
)
def test_strides_and_horizons(options: str, inputs: list[Any], targets: list[Any]) -> None:
    part = data(COUNT.format(options), objects=numbers(8)).part("train")
    assert values(part.input).tolist() == inputs
    assert values(part.target).tolist() == targets


def test_several_steps_have_no_target_for_each_step_seen() -> None:
    made = data(COUNT.format("window 3; horizon 1, steps=2"), objects=numbers(8))
    assert made.signature.shifted is None
    target = made.signature.target
    assert target is not None and (target.shape, target.time) == ((2, 1), True)


def test_several_columns_and_another_target() -> None:
    table = {"t": {"a": np.arange(6.0), "b": 10 + np.arange(6.0), "c": 20 + np.arange(6.0)}}
    made = data("from t\nsequence (a, b)\ntarget c\nwindow 2", objects=table)
    part = made.part("train")
    assert values(part.input)[0].tolist() == [[0, 10], [1, 11]]
    assert values(part.target).tolist() == [22, 23, 24, 25]
    assert made.signature.sizes["features"] == 2


def test_a_column_that_is_seen_may_be_told_later() -> None:
    table = {"t": {"a": np.arange(6.0), "b": 10 + np.arange(6.0)}}
    part = data("from t\nsequence all\nsequence b\ntarget b\nwindow 2", objects=table).part("train")
    assert values(part.input)[0].tolist() == [[0, 10], [1, 11]]
    assert values(part.target).tolist() == [12, 13, 14, 15]


def test_horizon_0_tells_another_column_of_the_last_step() -> None:
    table = {"t": {"a": np.arange(5.0), "b": 10 + np.arange(5.0)}}
    part = data("from t\nsequence a\ntarget b\nwindow 2\nhorizon 0", objects=table).part("train")
    assert values(part.target).tolist() == [11, 12, 13, 14]
    assert values(part.shifted).tolist() == [[10, 11], [11, 12], [12, 13], [13, 14]]


# ---- parts -------------------------------------------------------------------------------------------


def test_no_window_reaches_over_a_border() -> None:
    made = data(COUNT.format("window 2\n  split train=50%, validation=4, test=rest"), objects=numbers(16))
    seen = {}
    for name, part in made.parts.items():
        seen[name] = set(values(part.input).ravel()) | set(values(part.target).ravel())
    assert seen == {"train": set(range(8)), "validation": set(range(8, 12)), "test": set(range(12, 16))}


def test_encoders_are_fitted_on_the_training_steps() -> None:
    made = data("from t\nsequence x -> max\nwindow 2\nsplit train=50%, test=50%", objects=numbers(12))
    assert values(made.part("train").target).max() == 1.0
    np.testing.assert_allclose(values(made.part("test").target).max(), 11 / 5, rtol=1e-6)


@settings(max_examples=60, deadline=None)
@given(
    lengths=st.lists(st.integers(1, 12), min_size=1, max_size=4),
    window=st.integers(1, 4),
    stride=st.integers(1, 3),
    first=st.integers(1, 3),
    count=st.integers(1, 2),
    mixed=st.booleans(),
)
def test_windows_of_several_series(
    lengths: list[int], window: int, stride: int, first: int, count: int, mixed: bool
) -> None:
    """Against a plain loop over the series, with their rows one after the other or in turns."""
    span = window + first + count - 1
    lengths = [*lengths, span]  # at least one example
    ids = np.repeat(np.arange(len(lengths)), lengths)
    steps = np.concatenate([np.arange(n) for n in lengths])
    order = np.lexsort((ids, steps)) if mixed else np.arange(len(ids))
    table = {"t": {"id": ids[order], "x": (100.0 * ids + steps)[order]}}
    text = f"from t\nsequence x, by=id\nwindow {window}, stride={stride}\nhorizon {first}, steps={count}"
    made = data(text, objects=table)
    part = made.part("train")
    wanted = []
    for number, n in enumerate(lengths):
        for start in range(0, n - span + 1, stride):
            seen = [100 * number + start + k for k in range(window)]
            told = [100 * number + start + window - 1 + first + k for k in range(count)]
            wanted.append((seen, told))
    found = zip(values(part.input).tolist(), values(part.target).reshape(-1, count).tolist(), strict=True)
    assert sorted(found) == sorted(wanted)
    raw = made.column("x")
    assert raw[part.rows].tolist() == [told[0] for _, told in zip_rows(part)]


def zip_rows(part: Part) -> list[tuple[Any, Any]]:
    told = values(part.target)
    return [(None, row if isinstance(row, list) else [row]) for row in told.tolist()]


def test_each_series_is_cut_in_time() -> None:
    table = {"t": {"id": ["a"] * 10 + ["b"] * 10, "x": np.arange(20.0)}}
    made = data("from t\nsequence x, by=id\nwindow 1\nsplit train=80%, test=20%", objects=table)
    assert sorted(values(made.part("test").input).ravel()) == [8, 18]
    assert values(made.part("train").target).max() == 17


def test_whole_series_go_to_one_part() -> None:
    table = {"t": {"id": np.repeat(list("abcd"), 5), "x": np.arange(20.0)}}
    made = data("from t\nsequence x, by=id\nwindow 2\nsplit train=75%, test=25%, by=id", objects=table)
    places = made.part("train").places
    assert places is not None and places.names is not None
    parts = [{int(v) // 5 for v in values(part.input).ravel()} for part in made.parts.values()]
    assert [len(part) for part in parts] == [3, 1] and not parts[0] & parts[1]
    assert made.signature.rows == {"train": 9, "test": 3}


def test_parts_in_files_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n2\n3\n4\n")
    (tmp_path / "b.csv").write_text("x\n5\n6\n7\n")
    made = data('from "a.csv"\ntest "b.csv"\nsequence x\nwindow 2', tmp_path)
    assert values(made.part("train").target).tolist() == [3, 4]
    assert values(made.part("test").target).tolist() == [7]


# ---- memory --------------------------------------------------------------------------------------------


def test_windows_are_views_of_their_series() -> None:
    part = data(COUNT.format("window 100"), objects=numbers(5000)).part("train")
    assert part.input.values.shape == (4900, 100, 1)
    for array in (part.input, part.target, part.shifted):
        assert array is not None and array.nbytes <= 4 * 5000


def test_windows_around_gaps_are_views_too() -> None:
    series = np.arange(5000.0)
    series[[100, 2500]] = np.nan
    part = data(COUNT.format("window 100\n  missing drop"), objects={"t": {"x": series}}).part("train")
    assert part.input.picks is not None
    assert part.input.nbytes <= 8 * 5000
    assert not np.isnan(values(part.input)).any()


# ---- whole series ------------------------------------------------------------------------------------------

LISTS = {"t": {"x": [np.array([1.0, 2.0, 3.0]), np.array([4.0]), np.array([5.0, 6.0])], "kind": ["u", "v", "u"]}}


def test_series_of_different_lengths_are_padded() -> None:
    made = data("from t\nsequence x\ntarget kind -> category", objects=LISTS)
    part = made.part("train")
    assert values(part.input).tolist() == [[1, 2, 3], [4, 0, 0], [5, 6, 0]]
    assert part.lengths is not None and part.lengths.tolist() == [3, 1, 2]
    assert values(part.target).tolist() == [0, 1, 0]
    assert part.shifted is None and made.signature.shifted is None
    assert made.signature.input.ragged and made.signature.sizes["time"] == 3
    assert part.rows.tolist() == [0, 1, 2]


def test_a_target_for_each_step() -> None:
    table = {"t": {"x": [[1, 2, 3], [4, 5]], "tag": [["u", "v", "u"], ["v", "v"]]}}
    made = data("from t\nsequence x\ntarget tag -> category", objects=table)
    part = made.part("train")
    assert values(part.shifted).tolist() == [[0, 1, 0], [1, 1, 0]]
    assert values(part.target).tolist() == [0, 1]
    assert part.lengths is not None and part.lengths.tolist() == [3, 2]


def test_series_that_tell_their_own_next_step() -> None:
    part = data("from t\nsequence x", objects={"t": {"x": [[1, 2, 3], [4, 5]]}}).part("train")
    assert values(part.input).tolist() == [[1, 2], [4, 0]]
    assert values(part.shifted).tolist() == [[2, 3], [5, 0]]
    assert values(part.target).tolist() == [3, 5]


def test_series_in_long_form() -> None:
    table = {
        "t": {"id": ["a", "b", "a", "b", "a"], "x": [1.0, 10.0, 2.0, 20.0, 3.0], "kind": ["u", "v", "u", "v", "u"]}
    }
    made = data("from t\nsequence x, by=id\ntarget kind -> category", objects=table)
    part = made.part("train")
    assert values(part.input).tolist() == [[1, 2, 3], [10, 20, 0]]
    assert values(part.target).tolist() == [0, 1]
    assert values(part.shifted).tolist() == [[0, 0, 0], [1, 1, 0]]
    assert part.places is not None and part.places.names is not None and part.places.names.tolist() == ["a", "b"]


def test_arrays_of_steps_and_columns() -> None:
    steps = np.arange(24.0).reshape(2, 4, 3)
    made = data("from t\nsequence x -> standard\ntarget y", objects={"t": {"x": steps, "y": [1.0, 2.0]}})
    assert made.signature.input.shape == (4, 3) and not made.signature.input.ragged
    assert made.part("train").lengths is None
    flat = steps.reshape(8, 3)
    wanted = (flat - flat.mean(0)) / flat.std(0)
    np.testing.assert_allclose(made.part("train").input.floats("float64").reshape(8, 3), wanted, rtol=1e-6)


def test_a_list_of_arrays() -> None:
    made = data("from t\nsequence all", objects={"t": [np.ones((3, 2)), np.zeros((5, 2))]})
    assert made.signature.input.shape == (4, 2) and made.signature.input.names == ("x0", "x1")


def test_json_lines_and_parquet(tmp_path: Path) -> None:
    (tmp_path / "walks.jsonl").write_text('{"x": [1, 2, 3], "y": "a"}\n{"x": [4], "y": "b"}\n')
    text = 'from "walks.{0}"\nsequence x\ntarget y -> category'
    part = data(text.format("jsonl"), tmp_path).part("train")
    assert values(part.input).tolist() == [[1, 2, 3], [4, 0, 0]]
    frame = pytest.importorskip("pandas").DataFrame({"x": [[1.0, 2.0, 3.0], [4.0]], "y": ["a", "b"]})
    frame.to_parquet(tmp_path / "walks.parquet")
    assert values(data(text.format("parquet"), tmp_path).part("train").input).tolist() == [[1, 2, 3], [4, 0, 0]]


def test_a_column_of_the_sequence_is_told_on_the_scale_on_which_it_is_seen() -> None:
    table = {"t": {"a": np.arange(20.0) * 100, "b": np.arange(20.0) ** 2 + 1}}
    text = "from t\nsequence a -> standard\nsequence b -> log -> minmax\nwindow 3\n"
    seen, told = (data(text + more, objects=table) for more in ("", "target (b, a)"))
    wanted = values(seen.part("train").target)[:, ::-1]  # without `target` both are told, in the order of `sequence`
    np.testing.assert_allclose(values(told.part("train").target), wanted, rtol=1e-6)
    back = told.decode_target(wanted[:1].astype(np.float64))
    np.testing.assert_allclose([back["a"][0], back["b"][0]], [300, 10], rtol=1e-5)
    plain = data(text + "target a -> x / 1", objects=table)  # an encoder of its own is kept to
    assert values(plain.part("train").target)[0] == 300


def test_json_lines_of_several_numbers_a_step(tmp_path: Path) -> None:
    (tmp_path / "paths.jsonl").write_text('{"x": [[1, 2.5], [3, 4]], "y": 0}\n{"x": [[5, 6]], "y": 1}\n')
    part = data('from "paths.jsonl"\nsequence x\ntarget y', tmp_path).part("train")
    assert values(part.input).tolist() == [[[1, 2.5], [3, 4]], [[5, 6], [0, 0]]]
    # DuckDB takes whole numbers below 0 for HUGEINT[]
    (tmp_path / "whole.jsonl").write_text('{"x": [1, -3], "y": 0}\n{"x": [2], "y": 1}\n')
    part = data('from "whole.jsonl"\nsequence x\ntarget y', tmp_path).part("train")
    assert values(part.input).tolist() == [[1, -3], [2, 0]]


def test_whole_series_are_drawn_like_rows() -> None:
    table = {"t": {"x": [[k, k + 1.0] for k in range(20)], "y": ["u", "v"] * 10}}
    made = data(
        "from t\nsequence x\ntarget y -> category\nsplit train=50%, test=50%, stratify=y", objects=table, seed=3
    )
    assert values(made.part("train").target).sum() == 5
    assert made.part("train").rows.tolist() != list(range(10))


# ---- classes at each step ------------------------------------------------------------------------------


def test_a_sequence_of_classes() -> None:
    table = {"t": {"state": ["sun", "rain", "sun", "snow"] * 3}}
    made = data("from t\nsequence state -> category\nwindow 2", objects=table)
    assert made.signature.sizes == {"time": 2, "features": 1, "vocabulary": 3, "classes": 3}
    assert values(made.part("train").input)[0].tolist() == [2, 0]
    assert values(made.part("train").target)[:2].tolist() == [2, 1]
    assert made.decode_target(np.array([2, 1]))["state"].tolist() == ["sun", "snow"]


def test_decoding_several_steps() -> None:
    made = data("from t\nsequence x -> standard\nwindow 2\nhorizon 1, steps=3", objects=numbers(9))
    told = made.part("train").target
    assert told is not None
    columns = made.decode_target(told.floats("float64"), steps=True)
    np.testing.assert_allclose(columns["x"][0].ravel(), [2, 3, 4], atol=1e-6)


# ---- changes from step to step -----------------------------------------------------------------------------


def test_changes() -> None:
    table = {"t": {"x": np.array([1.0, 3.0, 6.0, 10.0, 15.0, 21.0])}}
    made = data("from t\nsequence x -> diff\nwindow 2", objects=table)
    part = made.part("train")
    assert values(part.input).tolist() == [[2, 3], [3, 4], [4, 5]]
    assert values(part.target).tolist() == [4, 5, 6]
    assert part.rows.tolist() == [3, 4, 5]
    assert made.signature.target is not None and made.signature.target.names == ("x",)
    assert part.places is not None
    told = part.target
    assert told is not None
    back = made.decode_target(told.floats("float64"), levels=part.places.known(slice(None), None, None))
    assert back["x"].ravel().tolist() == [10, 15, 21]


def test_changes_of_logarithms_in_parts_of_several_series() -> None:
    """Every target comes back as the value of its row, whichever target the network has."""
    made = np.random.default_rng(0)
    table = {"t": {"id": np.repeat(list("ab"), 20), "x": made.uniform(1, 9, 40), "y": made.uniform(1, 9, 40)}}
    text = "from t\nsequence (x, y) -> log -> diff -> standard, by=id\nwindow 3\nsplit train=60%, test=40%"
    for steps in (1, 2):
        found = data(f"{text}\nhorizon 1, steps={steps}", objects=table, precision="float64")
        for part in found.parts.values():
            assert part.places is not None and part.target is not None
            raw = part.target.take(slice(None)).floats("float64")
            levels = part.places.known(slice(None), None, None)
            back = found.decode_target(raw, steps=steps > 1, levels=levels)
            for name in ("x", "y"):
                rows = part.rows[:, None] + np.arange(steps)
                np.testing.assert_allclose(back[name].reshape(rows.shape), found.column(name)[rows], rtol=1e-9)
            if part.shifted is not None:
                each = part.shifted.take(slice(None)).floats("float64")
                back = found.decode_target(each, steps=True, levels=part.places.known(slice(None), 3, None))
                rows = part.rows[:, None] - 2 + np.arange(3)
                np.testing.assert_allclose(back["y"].reshape(rows.shape), found.column("y")[rows], rtol=1e-9)


def test_changes_begin_anew_in_each_part() -> None:
    made = data("from t\nsequence x -> diff\nwindow 1\nsplit train=4, test=4", objects=numbers(8))
    assert made.signature.rows == {"train": 2, "test": 2}
    assert made.notes == ()


def test_changes_around_gaps() -> None:
    series = np.array([0.0, 1, np.nan, 3, 5, 7, 8])
    made = data("from t\nsequence x -> diff\nwindow 1\nmissing drop", objects={"t": {"x": series}})
    assert values(made.part("train").input).ravel().tolist() == [2, 2]
    filled = data("from t\nsequence x -> diff\nwindow 1\nmissing interpolate", objects={"t": {"x": series}})
    assert values(filled.part("train").input).ravel().tolist() == [1, 1, 1, 2, 2]


def test_encoders_of_changes_are_kept() -> None:
    made = data("from t\nsequence x -> log -> diff -> standard\nwindow 2", objects={"t": {"x": np.arange(1.0, 9)}})
    again = made.encoders.from_state(made.encoders_state())
    assert again.state() == made.encoders.state() and again.targets[0].level is not None
