"""`plot` from a script to its figure: every form, with numbers that are known from elsewhere."""

from __future__ import annotations

import io
import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from nndsl.cli import main
from nndsl.diagnostics import Collector, Source
from nndsl.lower import check_program
from nndsl.runtime.jsonl import Lines
from nndsl.runtime.progress import Human
from nndsl.runtime.session import Session
from nndsl.show.figures import Boxes, Figure, Heat, Labels, Line, Pictures, Points
from nndsl.show.looks import named
from nndsl.syntax import parse

TABLES = """set seed 3
data two { from moons(200, noise=0.2); split train=70%, test=30% }
network mlp for two { dense(8) -> tanh -> dense(classes) -> softmax }
network twin for two { dense(8) -> tanh -> dense(classes) -> softmax }
train mlp on two as run { optimizer adam(lr=0.03); epochs 20; metrics accuracy }
train twin on two as twin_run { optimizer sgd(lr=0.1); epochs 10 }
evaluate mlp on two.test as result { metrics accuracy, confusion }
knn two as near { k 3 }
pca two as pc
kmeans two as groups { clusters 3 }
predict mlp on two as answers
"""
LINE = """data line {
  columns x, y
  rows [[0, 1], [1, 3], [2, 5], [3, 7], [4, 9]]
  input x
  target y
}
network fit for line { dense(1) }
train fit on line as line_run { optimizer adam(lr=0.1); epochs 300; batch 5 }
"""
SERIES = """data wave {
  columns v
  rows [[0], [1], [2], [3], [4], [5], [6], [7], [8], [9], [10], [11], [12], [13], [14], [15], [16], [17], [18], [19]]
  sequence v
  window 3
  split train=14, test=rest
}
network next for wave { last -> dense(1) }
train next on wave { optimizer adam(lr=0.1); epochs 300; batch 11 }
sample next on wave.train as future { length 4 }
"""
PICTURES = """data digits {
  from pictures
  input image
  target kind -> category
}
network reader for digits { conv(4, 3) -> relu -> flatten -> dense(classes) -> softmax }
network mirror for digits { flatten -> dense(36) -> reshape(6, 6) }
train mirror on digits { loss mse(output, input); epochs 1 }
predict mirror on digits as back
"""


def session(text: str, folder: Path, **objects: object) -> Session:
    collector = Collector()
    checked = check_program(parse(Source("script.nn", text), collector), folder, collector, objects=objects)
    assert not collector.errors, [d.message for d in collector]
    found = Session(checked, folder)
    found.run()
    return found


def figures(head: str, lines: str, folder: Path, **objects: object) -> list[Figure]:
    return [figure for _, figure in session(head + lines, folder, **objects).figures]


def layers(figure: Figure, kind: type, panel: int = 0) -> list:
    return [layer for layer in figure.panels[panel].layers if isinstance(layer, kind)]


def test_curves_are_the_history(tmp_path: Path) -> None:
    at = session(TABLES + "plot run\nplot run, twin_run\n", tmp_path)
    (_, one), (_, two) = at.figures
    run = at.results["run"]
    assert [panel.title for panel in one.panels] == ["loss", "accuracy"]
    assert np.array_equal(layers(one, Line)[0].y, run.history.loss)
    assert layers(one, Points)[0].x == [run.best_epoch]
    assert [line.name for line in layers(two, Line)] == ["run", "twin_run"]


def test_confusion_is_what_was_measured(tmp_path: Path) -> None:
    at = session(TABLES + "plot result\n", tmp_path)
    counts = at.results["result"].confusion
    texts = layers(at.figures[0][1], Labels)[0].texts
    assert [int(text) for text in texts] == np.asarray(counts).ravel().astype(int).tolist()


def test_rows_and_their_colours(tmp_path: Path) -> None:
    lines = "plot two\nplot two.test\nplot pc { color groups.cluster }\nplot pc { color two.x }\n"
    at = session(TABLES + lines + "plot pc { color answers.label }\nplot scatter(two) { x y; y x }\n", tmp_path)
    every, test, clusters, numbers, answered, turned = [layers(figure, Points)[0] for _, figure in at.figures]
    two = at.dataset("two")
    assert np.allclose(every.x, two.beside("x")) and len(test.x) == 60
    names = np.array(every.names)[every.groups]
    assert names.tolist() == [f"{label:g}" for label in two.beside("label").tolist()]
    assert (
        np.array(clusters.names)[clusters.groups].astype(float).tolist()
        == at.datasets["groups"].beside("cluster").tolist()
    )
    assert np.allclose(numbers.values, two.beside("x")) and numbers.title == "x"
    given = at.results["answers"].columns["label"].tolist()
    assert np.array(answered.names)[answered.groups].tolist() == given
    assert np.array_equal(turned.x, every.y) and np.array_equal(turned.y, every.x)


def test_histograms_count_all(tmp_path: Path) -> None:
    at = session(TABLES + "plot two.x\nplot histogram(two.test.x) { color label }\nplot histogram(mlp)\n", tmp_path)
    (_, column), (_, classes), (_, weights) = at.figures
    assert layers(column, Boxes)[0].y1.sum() == 200
    assert sum(layer.y.max() > 0 for layer in layers(classes, Line)) == 2
    assert [panel.x.title for panel in weights.panels] == ["dense_1.W", "dense_1.b", "dense_2.W", "dense_2.b"]
    assert [layers(weights, Boxes, k)[0].y1.sum() for k in range(4)] == [16, 8, 16, 2]


@pytest.mark.parametrize("asked", ["mlp", "near"])
def test_regions_are_the_answers(asked: str, tmp_path: Path) -> None:
    """The share of rows in their own region is the accuracy, up to the grid."""
    at = session(TABLES + f"plot boundary({asked}, two.test) {{ resolution 300 }}\n", tmp_path)
    accuracy = at.results["result"].accuracy if asked == "mlp" else at.results["near"].fields["test"]["accuracy"]
    figure = at.figures[0][1]
    said = float(figure.facts[0].split(" drawn, ")[1].split("%")[0]) / 100
    assert said == pytest.approx(accuracy, abs=0.04)
    assert len(layers(figure, Points)[0].x) == 60 and layers(figure, Pictures)


def test_a_curve_through_its_data(tmp_path: Path) -> None:
    (figure,) = figures(LINE, "plot fit(fit, line)\n", tmp_path)
    (curve,) = layers(figure, Line)
    assert np.allclose(curve.y, 2 * curve.x + 1, atol=0.05)
    assert any(np.array_equal(points.y, [1, 3, 5, 7, 9]) for points in layers(figure, Points))


def test_the_loss_over_two_weights_is_its_formula(tmp_path: Path) -> None:
    """Of a line through five points it can be written down; and the weights are what they were."""
    lines = "plot surface(fit, line) { weights dense_1.W, dense_1.b; resolution 9 }\nevaluate fit on line as after\n"
    at = session(LINE + "evaluate fit on line as before\n" + lines, tmp_path)
    (heat,) = layers(at.figures[0][1], Heat)
    state = at.networks["fit"]
    w, b = (float(state.arrays[state.variables[name].leaf].ravel()[0]) for name in ("dense_1.W", "dense_1.b"))
    x, y = np.arange(5.0), np.arange(5.0) * 2 + 1
    wide, high = (np.linspace(v - max(abs(v), 1), v + max(abs(v), 1), 9) for v in (w, b))
    expected = [[np.mean((one * x + other - y) ** 2) for one in wide] for other in high]
    assert np.allclose(heat.values, expected, rtol=1e-4, atol=1e-6)
    assert at.results["before"].loss == at.results["after"].loss


def test_the_loss_around_trained_weights(tmp_path: Path) -> None:
    lines = "evaluate mlp on two.train as there\nplot surface(mlp, two) { resolution 7 }\n"
    more = "plot surface(mlp, two) { resolution 7; seed 9 }\nplot surface(mlp, two) { resolution 7 }\n"
    at = session(TABLES + lines.replace("two.train", "two.test") + more, tmp_path)
    first, other, again = (layers(figure, Heat)[0].values for _, figure in at.figures)
    assert np.array_equal(first, again) and not np.allclose(first, other)
    run = at.results["run"]
    assert first[3, 3] == pytest.approx(other[3, 3], rel=1e-6)
    assert first[3, 3] == pytest.approx(run.history.loss[-1], rel=0.3)  # of the epoch's end, not of its steps
    assert np.isfinite(first).all() and first[3, 3] < np.median(first)


def test_the_loss_between_two_networks(tmp_path: Path) -> None:
    """At 0 and 1 it is that of the two."""
    lines = "plot surface(mlp, twin, two.test) { resolution 9; span 1 }\nevaluate twin on two.test as twin_result\n"
    at = session(TABLES + lines, tmp_path)
    heat = layers(at.figures[0][1], Heat)[0]
    places = np.linspace(-0.5, 1.5, 9)
    row = heat.values[4]
    assert row[np.argmin(abs(places))] == pytest.approx(at.results["result"].loss, rel=1e-4)
    assert row[np.argmin(abs(places - 1))] == pytest.approx(at.results["twin_result"].loss, rel=1e-4)


def test_diagrams_and_distributions(tmp_path: Path) -> None:
    lines = "plot mlp\nplot gradients(mlp, two)\nplot activations(mlp, two)\n"
    diagram, gradients, activations = figures(TABLES, lines, tmp_path)
    names = layers(diagram, Labels)[0].texts
    assert names == ("x, y", "dense(8) -> tanh", "dense(classes) -> softmax")
    assert layers(diagram, Labels)[1].texts[1:] == ("8 · 24 weights", "2 · 18 weights")
    assert [name.split(" (")[0] for name in gradients.panels[0].y.names] == [
        "dense_1.W",
        "dense_1.b",
        "dense_2.W",
        "dense_2.b",
    ]
    assert gradients.panels[0].x.log
    assert "dense_1 -> tanh" in activations.panels[0].y.names
    place = activations.panels[0].y.names.index("dense_1 -> tanh")
    thin = layers(activations, Boxes)[0]
    assert -1 <= thin.x0[place] < thin.x1[place] <= 1


def test_forecasts_against_what_came(tmp_path: Path) -> None:
    """Forecasts are the answers for the part, and stand over the rows that they are for."""
    lines = "predict next on wave.test as told\nplot forecast(next, wave)\nplot future\n"
    at = session(SERIES + lines, tmp_path)
    part, after = (figure for _, figure in at.figures)
    forecast = next(line for line in layers(part, Line) if line.name == "forecast")
    assert forecast.x.tolist() == [17, 18, 19, 20]  # from the last row before the first one that is told
    assert np.allclose(forecast.y[1:], at.results["told"].columns["v"])
    truth = [line for line in layers(part, Line) if line.name == "truth"]
    assert all(np.allclose(line.y, line.x - 1) for line in truth)
    told = next(line for line in layers(after, Line) if line.name == "forecast")
    assert told.x.tolist() == [14, 15, 16, 17, 18]
    assert np.allclose(told.y[1:], at.results["future"].columns["v"])


def pictures() -> dict[str, object]:
    random = np.random.default_rng(0)
    return {"image": random.random((12, 6, 6, 1)).astype(np.float32), "kind": np.array(["a", "b", "c"] * 4)}


def test_pictures_and_filters(tmp_path: Path) -> None:
    rows = pictures()
    head = PICTURES.replace("reshape(6, 6)", "reshape(6, 6, 1)")
    lines = "plot pictures(digits) { count 5 }\nplot filters(reader)\nplot pictures(back) { count 3 }\n"
    at = session(head + lines, tmp_path, pictures=rows)
    shown, filters, beside = (figure for _, figure in at.figures)
    first = layers(shown, Pictures)[0].pictures[0]
    assert first.shape == (6, 6, 3) and np.allclose(first[..., 0] / 255, rows["image"][0, ..., 0], atol=0.003)
    assert layers(shown, Labels)[0].texts == ("a", "c", "c", "c", "c") or len(layers(shown, Labels)[0].texts) == 5
    assert len(layers(filters, Pictures)[0].pictures) == 4
    above, below = layers(beside, Pictures)
    assert len(above.pictures) == len(below.pictures) == 3 and layers(beside, Labels)[0].texts == ("input", "answer")


# ---- where it goes -----------------------------------------------------------------------------------------


def test_files_titles_and_sizes(tmp_path: Path) -> None:
    lines = 'plot run { title "Two <moons> & π"; width 300; height 100; to "a.svg" }\nplot result to "b.png"\n'
    session(TABLES + lines, tmp_path)
    tree = ElementTree.fromstring((tmp_path / "a.svg").read_text(encoding="utf-8"))
    assert "Two <moons> & π" in "".join(tree.itertext())
    assert float(tree.get("width", "0")) < 480 and float(tree.get("height", "0")) < 270
    assert (tmp_path / "b.png").read_bytes().startswith(b"\x89PNG")


def test_what_is_no_terminal_is_told_in_sentences(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "line.nn"
    path.write_text(LINE + 'plot line_run\nplot fit { to "net.svg" }\n', encoding="utf-8")
    assert main(["run", "--quiet", str(path)]) == 0
    out = capsys.readouterr().out
    assert "Training of fit on line: line_run\n  line_run: 300 epochs, best " in out and "\x1b" not in out
    assert out.endswith("Network fit for line: written to `net.svg`\n") and (tmp_path / "net.svg").exists()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("color", [True, False])
def test_on_a_terminal_it_is_drawn(color: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "COLORTERM", "TERM_PROGRAM", "TMUX", "KITTY_WINDOW_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "70")
    at = session(LINE + "plot line_run\n", tmp_path)
    action, drawn = at.log[-1]
    stream = Terminal()
    Human(stream, stream, color=color).done(action, drawn, 0.1)
    text = stream.getvalue()
    assert "┤" in text and "epoch" in text and ("\x1b[" in text) == color
    assert color or max(map(len, text.split("\n"))) <= 70


def test_for_programs(tmp_path: Path) -> None:
    at = session(LINE + 'plot line_run { to "a.svg" }\n', tmp_path)
    stream = io.StringIO()
    Lines(stream).done(*at.log[-1], 0.25)
    found = json.loads(stream.getvalue())
    assert found["statement"] == "plot" and found["kind"] == "curves" and found["path"] == "a.svg"
    assert found["title"] == "Training of fit on line: line_run" and found["facts"][0].startswith(
        "line_run: 300 epochs"
    )


def test_the_histogram_of_a_series_counts_every_step_once(tmp_path: Path) -> None:
    (drawn,) = figures(SERIES, "plot wave.v", tmp_path)
    (boxes,) = [layer for layer in drawn.panels[0].layers if isinstance(layer, Boxes)]
    assert boxes.y1.tolist() == [1] * 20 and drawn.subtitle.startswith("20 values from 0 to 19")


def test_a_class_has_one_colour_in_all_figures_of_a_script(tmp_path: Path) -> None:
    """On the map, in regions, and where a part has no rows of it."""
    kinds = [f"kind {k}" for k in range(11)]  # `kind 10` has the third id, by its letters
    made = np.random.default_rng(0)
    which = np.repeat(np.arange(11), 8)
    rows = {"x": which + made.normal(0, 0.1, 88), "y": made.normal(size=88), "kind": [kinds[k] for k in which]}
    head = """data many { from rows; input (x, y); target kind -> category; split train=80, test=rest; }
knn many as near { k 1 }
"""
    drawn = figures(head, "plot many\nplot boundary(near, many)\nplot many.test", tmp_path, rows=rows)
    seen = [named(figure) for figure in drawn]
    assert list(seen[0]) == sorted(kinds) and seen[0] == seen[1] == seen[2]


@pytest.mark.parametrize(("line", "words"), [("plot two.x { color y }", "holds numbers")])
def test_nothing_is_coloured_in_silence(line: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=words):
        figures(TABLES, line, tmp_path)


def test_filters_over_a_series_are_pictures_of_channels_by_steps(tmp_path: Path) -> None:
    network = "network sieve for wave { conv1d(4, 2) -> flatten -> dense(1) }\n"
    (drawn,) = figures(SERIES + network, "plot filters(sieve)", tmp_path)
    (pictures,) = [layer for layer in drawn.panels[0].layers if isinstance(layer, Pictures)]
    assert len(pictures.pictures) == 4 and pictures.pictures[0].shape == (1, 2, 3)
    assert drawn.title == "Filters of sieve: conv1d_1.W" and "4 filters of 1 x 2" in drawn.subtitle
