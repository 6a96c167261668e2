"""nndsl from Python: compiling, results by name, networks as objects; and what importing it costs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from run_tools import LINE, blobs, same

import nndsl

SCRIPT = blobs(
    "train net on points as run { epochs 5 }\nevaluate net on points.test as result { metrics accuracy }\n"
    "predict net on points.test as answers\n"
)
ROWS = {"heart_rate": np.array([0.02, 0.04, 0.08]), "temperature": np.array([0.2, 0.4, 0.8])}
OBJECT = """data patients { from frame
  input heart_rate -> standard
  target temperature -> standard }
network fit for patients { dense(1) }
train fit on patients as run { optimizer sgd(lr=0.1); epochs 200 }
"""


@pytest.fixture(scope="module")
def found() -> nndsl.Results:
    return nndsl.compile(SCRIPT).run()


def test_results_are_found_by_name_and_by_attribute(found: nndsl.Results) -> None:
    assert list(found) == ["net", "run", "result", "answers"] and len(found) == 4
    assert found["run"] is found.run is found.runs["run"]
    assert found.evaluations["result"].accuracy == found["result"].fields["accuracy"]
    assert list(found.answers) == ["answers"] and found["answers"].rows == 30
    with pytest.raises(KeyError, match="nothing is called 'other'; there are net, run"):
        found["other"]
    with pytest.raises(AttributeError, match="other"):
        found.other  # noqa: B018


def test_a_network_answers_with_the_names_of_classes(found: nndsl.Results) -> None:
    net, x = found.net, np.array([[0.0, 0.0], [5.0, 5.0]])
    shares = net.predict_proba(x)
    assert shares.shape == (2, 3) and np.allclose(shares.sum(axis=1), 1, atol=1e-6)
    assert net.predict(x).tolist() == [net.classes[k] for k in shares.argmax(axis=1)]
    assert np.array_equal(net.scores(x), shares)
    assert net.history["loss"] == found.run.history.loss
    assert net.predict(x[0]).tolist() == net.predict(x)[:1].tolist()


def test_weights_are_copies_that_can_be_put_back(found: nndsl.Results) -> None:
    net = nndsl.compile(SCRIPT).run().net
    before = net.weights
    before["dense_1.W"][...] = 7
    assert not same(before, net.weights)
    net.set_weights({"dense_1.W": before["dense_1.W"]})
    assert (net.weights["dense_1.W"] == 7).all()
    with pytest.raises(ValueError, match=r"\[2, 8\], not \[8\]"):
        net.set_weights({"dense_1.b": np.zeros(8), "dense_1.W": np.zeros(8)})
    with pytest.raises(KeyError, match=r"no weight 'dense_9.W'"):
        net.set_weights({"dense_9.W": np.zeros(8)})
    assert net.weights["dense_1.b"].any()  # a set that fails changes nothing


def test_rows_that_do_not_fit_are_run_errors(found: nndsl.Results) -> None:
    with pytest.raises(nndsl.RunError, match="2 columns a row") as raised:
        found.net.predict(np.zeros((3, 5)))
    assert raised.value.diagnostics[0].code == "E0517"


def test_python_data_and_predictions_in_their_own_units() -> None:
    net = nndsl.compile(OBJECT, data={"frame": ROWS}).run().fit
    np.testing.assert_allclose(net.predict({"heart_rate": [0.03, 0.05]}), [0.3, 0.5], atol=0.01)
    with pytest.raises(ValueError, match="no probabilities"):
        net.predict_proba([[0.03]])


def test_several_targets_are_a_dict_of_columns() -> None:
    data = "data three { columns x, y, z\n rows [[1, 2, 3], [2, 4, 5]]\n input z\n target (x, y) }\n"
    text = data + "network fit for three { dense(2) }\ntrain fit on three"
    answers = nndsl.compile(text).run().fit.predict([[3], [4]])
    assert {name: column.shape for name, column in answers.items()} == {"x": (2,), "y": (2,)}


def test_a_network_that_was_never_trained_can_be_asked() -> None:
    net = nndsl.compile(LINE + "network fit for line { dense(1) }").run().fit
    assert net.predict([[0.2]]).shape == (1,) and net.history == {}
    with pytest.raises(nndsl.RunError, match="not known what data `fit` is for"):
        nndsl.compile("network fit { dense(1) }\n").run().fit.predict([[0.2]])


def test_all_that_is_wrong_is_in_the_error() -> None:
    with pytest.raises(nndsl.CompileError) as raised:
        nndsl.compile("network a { dens(3) }\nprint nothing\nset sed 3\n")
    assert sorted(d.code for d in raised.value.diagnostics) == ["E0201", "E0201", "E0207", "W0201"]
    assert "did you mean `dense`?" in str(raised.value) and "<text>:1:13" in str(raised.value)


def test_files_and_texts_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "s.nn"
    path.write_text(LINE + "print line.rows", encoding="utf-8")
    assert "1 actions" in repr(nndsl.compile(path)) == repr(nndsl.compile(str(path)))
    nndsl.compile('print "a text without a newline"').run()
    with pytest.raises(nndsl.CompileError, match="E0701"):
        nndsl.compile(str(tmp_path / "other.nn"))


def test_settings_are_those_of_the_language() -> None:
    text = (
        'let width = 4\nlet name = "a"\n'
        + LINE
        + "network fit for line { dense(width) -> relu; dense(1) }\ntrain fit on line { epochs 1 }"
    )
    weights = nndsl.compile(text, settings={"width": 7, "name": 'b"c ü', "precision": "float64"}).run().fit.weights
    assert weights["dense_1.W"].shape == (1, 7) and weights["dense_1.W"].dtype == np.float64
    with pytest.raises(nndsl.CompileError, match="`widht`"):
        nndsl.compile(text, settings={"widht": 7})


def test_warnings_do_not_stop_a_program() -> None:
    text = LINE + "network fit for line { dense(1) }\ntrain fit on line { batch 100; epochs 1 }"
    assert [w.code for w in nndsl.compile(text).warnings] == ["W0401"]


def test_a_false_expectation_is_a_run_error_with_the_results_so_far() -> None:
    with pytest.raises(nndsl.RunError, match="E0602") as raised:
        nndsl.compile(SCRIPT + "expect result.accuracy > 2").run()
    assert raised.value.results is not None and raised.value.results.result.accuracy <= 1


def test_progress_tells_on_the_two_streams(capsys: pytest.CaptureFixture[str]) -> None:
    nndsl.compile(SCRIPT).run(progress=True)
    out, err = capsys.readouterr()
    assert out.startswith("run: net trained on points for 5 epochs: loss") and "epoch 5 of 5" in err


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import nndsl", ["numpy", "lark", "numba", "duckdb"]),
        ("import nndsl; nndsl.compile", ["numba", "llvmlite", "duckdb", "scipy", "rich"]),
    ],
)
def test_what_importing_does_not_import(code: str, absent: list[str]) -> None:
    check = f"{code}; import sys; print([m for m in {absent} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, check=True, cwd=Path(__file__).parent.parent
    )
    assert done.stdout.strip() == "[]"


def test_figures_by_title_for_files_and_notebooks(found: nndsl.Results) -> None:
    assert not found.figures
    script = SCRIPT + 'plot run\nplot run\nplot points { title "all <rows>" }\n'
    drawn = nndsl.compile(script).run().figures
    curves = "Training of net on points: run"
    assert list(drawn) == [curves, f"{curves} (2)", "all <rows>"]
    figure = drawn["all <rows>"]
    assert figure.png().startswith(b"\x89PNG") and figure.svg().startswith("<svg")
    assert "all \\u003crows>" in figure.html()
    shown = figure._repr_mimebundle_()
    assert set(shown) == {"image/png", "text/plain"} and shown["text/plain"].startswith("all <rows> (")


def test_figures_without_the_package_that_draws_them(monkeypatch: pytest.MonkeyPatch) -> None:
    figure = nndsl.compile(SCRIPT + "plot run\n").run().figures["Training of net on points: run"]
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    assert set(figure._repr_mimebundle_()) == {"text/plain"}
    with pytest.raises(nndsl.RunError, match="vl-convert-python"):
        figure.svg()


def test_data_are_no_results_and_that_is_said() -> None:
    session = nndsl.Session()
    session.enter("data m { from moons(50); split train=70%, test=30% }")
    with pytest.raises(KeyError, match="'m' is a data set; networks and results are here"):
        session["m"]
    with pytest.raises(KeyError, match="nothing is called 'other'"):
        session["other"]
