"""Redefining: always allowed; what it makes out of date is said, and what was trained is kept."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from session_tools import MLP, MOONS, TRAIN, Desk, same

OTHER = "network mlp for m { dense(8) -> tanh\n dense(classes) -> softmax }"


def trained() -> Desk:
    desk = Desk()
    desk.enter(MOONS, MLP, TRAIN, "evaluate mlp on m.test as result { metrics accuracy }")
    return desk


def test_a_trained_network_is_kept_under_its_old_version() -> None:
    desk = trained()
    weights, accuracy = desk.weights("mlp"), desk.value("result.accuracy")
    desk.enter(OTHER)
    assert "`mlp` is untrained now; the trained one is kept as `mlp_1`" in desk.notes
    assert "`run` is now `run_1`" in desk.notes and "`result` is now `result_1`" in desk.notes
    assert same(desk.weights("mlp_1"), weights) and desk.weights("mlp") == {}
    desk.enter("evaluate mlp_1 on m.test as again { metrics accuracy }")
    assert desk.value("again.accuracy") == accuracy == desk.value("result_1.accuracy")
    assert "relu" in desk.enter("mlp_1") and "tanh" in desk.enter("mlp")
    desk.enter("plot curves(run_1)", "predict mlp_1 on m.test as answers", "print answers.rows")


def test_the_new_one_trains_as_in_a_new_process() -> None:
    desk, fresh = trained(), Desk()
    desk.enter(OTHER, TRAIN)
    fresh.enter(MOONS, OTHER, TRAIN)
    assert same(desk.weights("mlp"), fresh.weights("mlp"))
    desk.enter("plot curves(run_1, run)")


def test_versions_are_counted() -> None:
    desk = trained()
    desk.enter(OTHER, TRAIN, MLP, TRAIN)
    assert list(desk.session.checked.program.networks) == ["mlp_1", "mlp_2", "mlp"]
    assert sorted(desk.session.book.types) == ["ans", "result_1", "run", "run_1", "run_2"]


def test_an_untrained_network_leaves_nothing_behind() -> None:
    desk = Desk()
    desk.enter(MOONS, MLP, OTHER)
    assert desk.notes == "" and list(desk.session.runtime.networks) == ["mlp"]


def test_an_earlier_version_stays_as_it_is() -> None:
    desk = trained()
    desk.enter(OTHER)
    assert desk.wrong("train mlp_1 on m as more { epochs 1 }") == ["E0801"]


@pytest.mark.parametrize(
    "text",
    [
        "data m { from moons(200, noise=0.3)\n split train=70%, test=30% }",
        "set seed 5",
        "set precision float64",
    ],
)
def test_what_a_network_was_trained_with_counts_too(text: str) -> None:
    desk = trained()
    weights = desk.weights("mlp")
    desk.enter(text)
    assert "`mlp` is untrained now; the trained one is kept as `mlp_1`" in desk.notes
    assert same(desk.weights("mlp_1"), weights)
    fresh = Desk()
    fresh.enter(text, *([] if text.startswith("data") else [MOONS]), MLP, TRAIN)
    desk.enter(TRAIN)
    assert same(desk.weights("mlp"), fresh.weights("mlp"))


def test_layers_and_constants_within_layers_count() -> None:
    desk = Desk()
    desk.enter("let width = 4", "layer block(n) { dense(width) -> relu -> dense(n) }", MOONS)
    desk.enter("network mlp for m { block(classes) -> softmax }", TRAIN)
    desk.enter("let width = 8")
    assert "kept as `mlp_1`" in desk.notes
    desk.enter(TRAIN)
    assert {array.shape for array in desk.weights("mlp").values()} >= {(2, 8), (8, 2)}
    assert {array.shape for array in desk.weights("mlp_1").values()} >= {(2, 4), (4, 2)}
    desk.enter("evaluate mlp_1 on m.test", "mlp_1")


def test_what_does_not_stand_on_it_is_left_alone() -> None:
    desk = trained()
    weights = desk.weights("mlp")
    desk.enter("let unused = 1", "let unused = 2", "layer other(n) { dense(n) }", "layer other(n) { dense(n) -> relu }")
    assert same(desk.weights("mlp"), weights) and desk.value("run.epochs") == 3


def test_a_network_within_others_goes_with_them() -> None:
    desk = Desk()
    desk.enter(
        "data m { from moons(200, noise=0.2)\n split train=70%, test=30% }",
        "network inner { dense(4) -> tanh }",
        "network one for m { inner -> dense(classes) -> softmax }",
        "network two for m { inner -> dense(8) -> relu -> dense(classes) -> softmax }",
        "train one on m { epochs 2 }", "train two on m { epochs 2 }",
    )  # fmt: skip
    inner = desk.weights("inner")
    desk.enter("network one for m { inner -> relu -> dense(classes) -> softmax }")
    assert all(f"`{name}` is untrained now" in desk.notes for name in ("inner", "one", "two"))
    assert same(desk.weights("inner_1"), inner)
    desk.enter("evaluate two_1 on m.test")
    desk.enter("train one on m { epochs 2 }")
    assert not same(desk.weights("inner_1"), desk.weights("inner"))


def test_a_result_that_is_made_again_takes_its_name() -> None:
    desk = trained()
    first = desk.value("run.history.loss[0]")
    desk.enter(TRAIN)
    assert "`run` is now `run_1`" in desk.notes and "untrained" not in desk.notes
    assert desk.value("run_1.history.loss[0]") == first > desk.value("run.history.loss[0]")
    assert desk.value("result.rows") == 60, "what was measured in between stays"


def test_tables_that_are_made_again_take_networks_along() -> None:
    desk = Desk()
    desk.enter(
        "data b { from blobs(120)\n split train=70%, test=30% }", "pca b as pc { components 2 }",
        "network small for pc { dense(4) -> relu -> dense(classes) -> softmax }",
        "train small on pc as run { epochs 2 }", "plot pc",
    )  # fmt: skip
    desk.enter("pca b as pc { components 1 }")
    assert "`small` is untrained now; the trained one is kept as `small_1`" in desk.notes
    desk.enter("train small on pc as run { epochs 2 }", "plot pc_1", "show pc")
    assert {array.shape for array in desk.weights("small").values()} >= {(1, 4)}


def test_what_no_longer_fits_is_set_aside_until_it_does() -> None:
    desk = Desk()
    desk.enter("data b { from blobs(120)\n split train=70%, test=30% }")
    desk.enter("network net { input x[2]\n dense(3) -> softmax }")
    desk.enter("layer head(n) { dense(n) -> softmax }", "network two for b { head(3) }")
    desk.enter("layer head(n, extra) { dense(n + extra) -> softmax }")
    assert "`two` does not fit any more" in desk.notes
    assert "two" in desk.enter(":who") and "set aside" in desk.enter(":who")
    assert desk.wrong("train two on b { epochs 1 }") != []
    desk.enter("layer head(n) { dense(n) -> softmax }", "train two on b { epochs 1 }")


def test_redefining_in_the_same_entry_as_what_needs_it() -> None:
    desk = trained()
    desk.enter("data m { from moons(100, noise=0.1)\n split train=50%, test=50% }\n" + OTHER + "\n" + TRAIN)
    assert desk.value("run.epochs") == 3 and desk.value("run_1.epochs") == 3


def test_a_definition_takes_the_name_of_a_result() -> None:
    desk = trained()
    desk.enter("let run = 4")
    assert desk.value("run") == 4 and desk.value("run_1.epochs") == 3


def test_notes_speak_of_what_changed_alone() -> None:
    desk = trained()
    desk.enter("print 1", "let a = 3", "network other for m { dense(classes) -> softmax }")
    assert desk.notes == ""


def test_a_file_that_was_changed_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x,y\n" + "".join(f"{i},{i % 3}\n" for i in range(40)))
    desk = Desk(tmp_path)
    data = 'data a { from "a.csv"\n input x; target y }'
    desk.enter(data, "network n for a { dense(1) }", "train n on a as run { epochs 1 }")
    desk.enter(data)
    assert "as it was" in desk.notes
    path.write_text("x,y\n" + "".join(f"{i},{i % 5}\n" for i in range(60)))
    os.utime(path, ns=(1, 1))
    desk.enter(data)
    assert "`n` is untrained now" in desk.notes
    desk.enter("train n on a as run { epochs 1 }")
    assert desk.session.runtime.datasets["a"].part("train").input.count == 60


def test_an_object_that_was_changed_is_read_again() -> None:
    objects: dict[str, object] = {"frame": {"x": np.arange(30.0), "y": np.arange(30) % 2}}
    desk = Desk(objects=objects)
    data = "data a { from frame\n input x; target y -> category }"
    desk.enter(data, "network n for a { dense(classes) -> softmax }", "train n on a as run { epochs 1 }", data)
    assert "as it was" in desk.notes
    objects["frame"] = {"x": np.arange(40.0), "y": np.arange(40) % 4}
    desk.enter(data)
    assert "kept as `n_1`" in desk.notes
    desk.enter("train n on a as run { epochs 1 }")
    assert {array.shape for array in desk.weights("n").values()} == {(1, 4), (4,)}


def test_definitions_of_other_files_count(tmp_path: Path) -> None:
    (tmp_path / "blocks.nn").write_text("layer block(n) { dense(4) -> relu -> dense(n) }\nlet unused = 3\n")
    desk = Desk(tmp_path)
    desk.enter('use "blocks.nn"', MOONS, "network mlp for m { block(classes) -> softmax }", TRAIN)
    desk.enter('use "blocks.nn"')
    assert "as it was" in desk.notes
    (tmp_path / "blocks.nn").write_text("layer block(n) { dense(6) -> relu -> dense(n) }\n")
    desk.enter('use "blocks.nn"')
    assert "kept as `mlp_1`" in desk.notes
    desk.enter(TRAIN)
    assert (2, 6) in {array.shape for array in desk.weights("mlp").values()}


def test_words_that_only_look_like_a_name_are_left_alone(tmp_path: Path) -> None:
    """A column and an option may be called like a constant, a result may be called like a field."""
    (tmp_path / "a.csv").write_text("width,loss,y\n" + "".join(f"{i},{i % 7},{i % 3}\n" for i in range(40)))
    desk = Desk(tmp_path)
    desk.enter('data a { from "a.csv"\n input (width, loss) -> standard; target y }', "let width = 3", "let loss = 1")
    desk.enter("network n for a { dense(4) -> relu -> dense(1) }", "train n on a as epochs { epochs 1; loss mse }")
    weights = desk.weights("n")
    desk.enter("let width = 4", "let loss = 2")
    assert same(desk.weights("n"), weights) and desk.notes == ""
    desk.enter("epochs.epochs", "train n on a as epochs { epochs 2 }", ":save x")
    assert "as epochs_1 { epochs 1; loss mse }" in (tmp_path / "x.nn").read_text()
    assert "print epochs_1.epochs" in (tmp_path / "x.nn").read_text()


def test_a_definition_that_hides_one_of_the_library_counts() -> None:
    desk = Desk()
    desk.enter(MOONS, MLP, TRAIN)
    desk.enter("activation relu(x) = max(x, 0.1 * x)")
    assert "kept as `mlp_1`" in desk.notes
