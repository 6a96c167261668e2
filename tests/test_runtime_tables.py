"""What `pca`, `tsne`, `kmeans`, `knn` and `predict` leave: tables with parts, from the training rows alone."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from run_tools import results

import nndsl
from nndsl.runtime.events import Silent, Work
from nndsl.runtime.jsonl import Lines
from nndsl.runtime.made import Neighbours
from nndsl.runtime.session import Interrupted, Session

FLOWERS = """set seed 3
data flowers {
  from "examples/data/iris.csv"
  input (sepal_length, sepal_width, petal_length, petal_width) -> standard
  target species -> category
  split train=60%, validation=20%, test=20%
}
"""
ROW = {"sepal_length": [5.1], "sepal_width": [3.5], "petal_length": [1.4], "petal_width": [0.2]}


@pytest.fixture(autouse=True)
def at_the_top(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    monkeypatch.chdir(request.config.rootpath)


def test_components_are_those_of_the_training_part_and_reach_every_row() -> None:
    found = results(FLOWERS + "pca flowers as pc { components 3 }\n")
    pc = found["pc"]
    source = found._session.datasets["flowers"]
    x = source.part("train").input.values.astype(np.float64)
    _, singular, axes = np.linalg.svd(x - x.mean(axis=0), full_matrices=False)
    axes = axes * np.sign(axes[np.arange(4), np.abs(axes).argmax(axis=1)])[:, None]
    np.testing.assert_allclose(pc.fields["axes"], axes[:3], atol=1e-5)
    np.testing.assert_allclose(pc.fields["explained"], (singular**2 / np.sum(singular**2))[:3], rtol=1e-5)
    for part in ("train", "validation", "test"):
        rows = source.part(part).input.values
        np.testing.assert_allclose(pc.part(part), (rows - x.mean(axis=0)) @ axes[:3].T, atol=1e-5)
    np.testing.assert_allclose(pc.inverse(pc.transform(ROW))[0], source.encode_input(ROW)[0], atol=0.2)
    np.testing.assert_allclose(pc.transform(ROW)[0], pc.values[0], atol=1e-5)


def test_a_network_on_a_table_answers_raw_rows() -> None:
    text = (
        "pca flowers as pc { components 2 }\nnetwork net for pc { dense(classes) -> softmax }\n"
        "train net on pc as run { optimizer adam(0.1); epochs 60 }\n"
        "evaluate net on pc.test as result { metrics accuracy }\n"
        "predict net on pc.test as answers\n"
    )
    found = results(FLOWERS + text)
    assert found["result"].accuracy > 0.7
    assert list(found["net"].predict(ROW)) == ["setosa"]
    assert found["answers"].rows == 30 and set(found["answers"]["species"]) <= {"setosa", "versicolor", "virginica"}


def test_codes_of_a_network_are_a_table_in_the_order_of_the_source() -> None:
    text = (
        "network encoder for flowers { dense(3) -> tanh }\npredict encoder on flowers as codes\n"
        "network head for codes { dense(classes) -> softmax }\ntrain head on codes as run { epochs 3 }\n"
        "pca codes as pc { components 2 }\npredict head on codes as answers\n"
    )
    found = results(FLOWERS + text)
    codes, source = found._session.datasets["codes"], found._session.datasets["flowers"]
    assert codes.signature.input.names == ("output1", "output2", "output3")
    for part in ("train", "validation", "test"):
        assert np.array_equal(codes.part(part).rows, source.part(part).rows)
        scores = found["encoder"].scores(_raw(source, part))
        np.testing.assert_array_equal(codes.part(part).input.values, scores)
    assert list(found["answers"].row_numbers) == list(range(1, 151))
    assert list(codes.beside("species")) == list(source.column("species"))
    np.testing.assert_allclose(found["pc"].transform(ROW)[0], found["pc"].values[0], atol=1e-5)


def test_columns_of_tables_are_there_by_part() -> None:
    text = (
        "pca flowers as pc\nkmeans pc as groups { clusters 3 }\nnetwork encoder for flowers { dense(3) -> tanh }\n"
        "predict encoder on flowers as codes\nexpect length(pc.test.pc1) == 30\n"
        "expect length(groups.train.cluster) == 90\n"
        "expect max(groups.test.cluster) < 3\nexpect pc.classes == 3\nexpect codes.output3[0] < 1\n"
        'expect length(codes.validation.output1) == 30\nexpect pc.species[0] == "setosa"\n'
    )
    results(FLOWERS + text)


def _raw(source: Any, part: str) -> dict[str, Any]:
    rows = source.part(part).rows
    return {name: column[rows] for name, column in source.raw_table().items()}


def test_neighbours_are_asked_like_a_network() -> None:
    from sklearn.neighbors import KNeighborsClassifier

    text = (
        "knn flowers as near { k 4 }\nevaluate near on flowers.test as result { metrics accuracy, confusion }\n"
        "predict near on flowers.test as answers\nexpect near.test.accuracy == result.accuracy\n"
    )
    found = results(FLOWERS + text)
    source = found._session.datasets["flowers"]
    train, test = source.part("train"), source.part("test")
    peer = KNeighborsClassifier(4, algorithm="brute").fit(train.input.values, train.target.values)
    shares = peer.predict_proba(test.input.values)
    np.testing.assert_allclose(found["answers"].probabilities, shares, atol=1e-6)
    assert found["result"].accuracy == np.mean(shares.argmax(axis=1) == test.target.values)
    assert found["result"].loss is None and found["result"].confusion.sum() == 30
    assert list(found["near"].predict(ROW)) == ["setosa"]


def test_neighbours_tell_the_names_they_know_of_any_rows() -> None:
    text = (
        "data a {\n  columns x, k\n  rows [[1, p], [2, q], [3, r]]\n  input x\n  target k -> category\n}\n"
        "data b {\n  columns x, k\n  rows [[1, s], [3, t]]\n  input x\n  target k -> category\n}\n"
        "data new {\n  columns x\n  rows [2, 3]\n  input x\n}\n"
        "knn a as near { k 1 }\npredict near on b as one\npredict near on new as two\n"
    )
    for name in "pqrst":
        text = text.replace(f" {name}]", f' "{name}"]')
    found = results(text)
    assert list(found["one"]["k"]) == ["p", "r"] and list(found["two"]["k"]) == ["q", "r"]
    assert found["two"].classes == ("p", "q", "r")


def test_neighbours_tell_numbers_in_the_units_of_the_target() -> None:
    from sklearn.neighbors import KNeighborsRegressor

    text = """data petals {
  from "examples/data/iris.csv"
  input (sepal_length, sepal_width, petal_length) -> standard
  target petal_width -> standard
  split train=80%, test=20%
}
knn petals as near { k 3; weights distance }
"""
    found = results(text)
    source = found._session.datasets["petals"]
    train, test = source.part("train"), source.part("test")
    widths = source.column("petal_width")
    peer = KNeighborsRegressor(3, weights="distance", algorithm="brute").fit(train.input.values, widths[train.rows])
    error = np.mean(np.abs(peer.predict(test.input.values) - widths[test.rows]))
    assert found["near"].measured["test"]["mae"] == pytest.approx(error, rel=1e-4)
    assert found["near"].measured["test"]["r2"] > 0.8


def test_groups_are_of_the_training_part_and_every_row_has_one() -> None:
    found = results(FLOWERS + "kmeans flowers as groups { clusters 3 }\nprint groups.sizes, groups.silhouette\n")
    groups, source = found["groups"], found._session.datasets["flowers"]
    centers = groups.fields["centers"]
    rows = source.all().input.values
    distances = np.linalg.norm(rows[:, None] - centers, axis=2)
    np.testing.assert_allclose(groups.values, distances, atol=1e-4)
    assert np.array_equal(groups.cluster, distances.argmin(axis=1))
    assert sum(groups.fields["sizes"]) == 150 and groups.fields["silhouette"] > 0.4
    train = source.part("train")
    for k in range(3):
        own = train.input.values[groups.table.beside("cluster", "train") == k]
        np.testing.assert_allclose(centers[k], own.mean(axis=0), atol=1e-4)


def test_a_map_is_of_the_training_part_and_the_others_are_placed_on_it() -> None:
    found = results(FLOWERS + "tsne flowers as map { perplexity 15; iterations 300 }\nknn map as near { k 5 }\n")
    made = found["map"]
    assert made.columns == ("tsne1", "tsne2") and made.values.shape == (150, 2)
    assert np.isfinite(made.values).all() and 0 < made.kl < 1
    assert found["near"].measured["test"]["accuracy"] > 0.8  # a row that was placed is among those of its kind


@pytest.mark.parametrize(
    ("statement", "scale", "words"),
    [
        ("kmeans d as t { clusters 3 }", 0.0, "only 1 of the rows is different"),
        ("pca d as t", 0.0, "all rows are the same"),
        ("kmeans d as t { clusters 3 }", 1e30, "-> standard"),
        ("tsne d as t { perplexity 5; iterations 5 }", 1e30, "-> standard"),
        ("knn d as t", 1e30, "-> standard"),
        ("kmeans d as t { clusters 3 }", 1e-30, "too small"),
    ],
)
def test_numbers_that_do_not_allow_it_are_a_fault(statement: str, scale: float, words: str) -> None:
    rows = np.random.default_rng(0).normal(size=(60, 4)) * scale
    text = f"data d {{\n  from rows\n  input (a, b, c)\n  target y\n}}\n{statement}\n"
    frame = {**dict(zip("abc", rows.T, strict=False)), "y": np.arange(60.0)}
    with pytest.raises(nndsl.RunError) as found:
        nndsl.compile(text, data={"rows": frame}).run()
    (one,) = found.value.diagnostics
    assert one.code == "E0417" and words in one.message


def test_a_column_that_alone_decides_is_named() -> None:
    class Notes(Silent):
        def __init__(self) -> None:
            self.notes: list[str] = []

        def note(self, text: str) -> None:
            self.notes.append(text)

    text = 'data wine {\n  from "examples/data/wine.csv"\n  input (alcohol, hue, proline)%s\n}\n'
    statements = "pca wine as pc\nkmeans wine as groups { clusters 3 }\ntsne pc as map { iterations 5 }\n"
    plain, scaled = Notes(), Notes()
    nndsl.compile(text % "" + statements).run(listener=plain)
    nndsl.compile(text % " -> standard" + statements).run(listener=scaled)
    (note,) = plain.notes
    assert "`proline` makes up 100.0% of the variance of `wine`" in note and "-> standard" in note
    assert not scaled.notes


def test_a_network_whose_answers_are_no_numbers_has_no_components() -> None:
    text = "network net for flowers { dense(3) -> log }\npredict net on flowers as codes\n"
    for statement in (
        "pca codes as pc",
        "tsne codes as map { perplexity 5 }",
        "kmeans codes as g { clusters 2 }",
        "knn codes as near",
    ):
        with pytest.raises(nndsl.RunError) as found:
            results(FLOWERS + text + statement + "\n")
        assert [d.code for d in found.value.diagnostics] == ["E0417"]


def test_a_map_repeats_and_a_part_can_be_mapped_alone() -> None:
    text = FLOWERS + "tsne flowers.test as map { perplexity 5; iterations 100; dimensions 3 }\n"
    one, two = results(text)["map"], results(text)["map"]
    assert one.values.shape == (30, 3)
    assert one.values.tobytes() == two.values.tobytes()


def test_answers_of_one_part_can_be_mapped() -> None:
    text = (
        "network encoder for flowers { dense(3) -> tanh }\npredict encoder on flowers.test as codes\n"
        "tsne codes as map { perplexity 5; iterations 20 }\nexpect length(map.test.tsne1) == 30\n"
    )
    assert results(FLOWERS + text)["map"].values.shape == (30, 2)


def test_sequences_of_many_lengths_become_rows() -> None:
    steps = np.random.default_rng(1).integers(3, 8, 12)
    who, x = np.repeat(np.arange(12), steps), np.random.default_rng(2).normal(size=steps.sum())
    text = (
        "data walks {\n  from rows\n  sequence x, by=who\n}\nnetwork encoder for walks { elman(4) -> last }\n"
        "predict encoder on walks as codes\npca codes as pc\ntsne codes as map { iterations 5 }\n"
    )
    found = nndsl.compile(text, data={"rows": {"who": who.astype(str), "x": x}}).run()
    assert found["pc"].values.shape == (12, 2) and found["map"].values.shape == (12, 2)
    first = found["pc"].transform({"x": x[who == 0][:-1]})  # the last step is told, not seen
    np.testing.assert_allclose(first[0], found["pc"].values[0], atol=1e-6)


def test_windows_of_a_series_are_rows() -> None:
    text = """data air {
  from "examples/data/airline.csv"
  sequence passengers -> standard
  target passengers
  window 12
  horizon 1
  split train=70%, test=30%
}
knn air as near { k 1 }
pca air as pc
network net for pc { dense(1) }
train net on pc as run { epochs 1 }
"""
    found = results(text)
    passengers = found._session.datasets["air"].column("passengers").astype(float)
    assert found["near"].predict(passengers[:13])[0] == pytest.approx(passengers[12], rel=1e-5)
    np.testing.assert_allclose(found["pc"].transform(passengers[:13])[0], found["pc"].part("train")[0], atol=1e-5)
    assert np.isfinite(found["net"].predict(passengers[:13])).all()


def test_long_work_is_told_of_and_can_be_ended_with_what_it_has() -> None:
    class Ends(Silent):
        seen: list[Work]

        def __init__(self) -> None:
            self.seen, self.session = [], None

        def look(self, progress: Any) -> None:
            if isinstance(progress, Work) and progress.watch.done > 5:
                self.seen.append(progress)
                progress.watch.stopped = True

    listener = Ends()
    text = "data many {\n  from blobs(3000, classes=5)\n}\ntsne many as map { iterations 100000 }\n"
    found = nndsl.compile(text).run(listener=listener)
    made = found["map"]
    assert listener.seen and made.iterations < 100_000
    assert np.isfinite(made.values).all() and made.values.shape == (3000, 2)


def test_neighbours_that_are_ended_can_still_be_asked() -> None:
    class Ends(Silent):
        def begin(self, progress: Any) -> None:
            session.control.stop()

    rows = np.random.default_rng(0).normal(size=(2000, 4)).astype(np.float32)
    text = "data d {\n  from rows\n  input (x1, x2, x3)\n  target x0\n  split train=60%, test=40%\n}\n"
    program = nndsl.compile(text + "knn d as near { distance manhattan }\nprint near.k\n", data={"rows": rows})
    session = Session(program._checked, Path(), Ends())
    with pytest.raises(Interrupted):
        session.run()
    near = session.results["near"]
    assert isinstance(near, Neighbours) and "test" not in near.measured
    assert len(near.fitted.answers(rows[:3, 1:])) == 3 and len(session.log) == 1


def test_lines_for_programs_do_not_grow_with_the_data() -> None:
    stream = io.StringIO()
    text = "kmeans flowers as groups { clusters 3 }\npca flowers as pc\nprint pc.mean\n"
    nndsl.compile(FLOWERS + text).run(listener=Lines(stream))
    groups, pc, printed = [json.loads(line) for line in stream.getvalue().splitlines()][-3:]
    assert sum(groups["sizes"]) == 150 and "cluster" not in groups and "centers" not in groups
    assert len(pc["explained"]) == 2 and not {"loadings", "axes", "mean"} & set(pc)
    assert len(printed["values"][0]) == 4
