"""`plot` as it is read: forms that are right, and what is said of those that are not."""

from __future__ import annotations

from pathlib import Path

import pytest
from script_tools import check

from nndsl.semantics import drawings as d
from nndsl.semantics.drawings import Plot

HEAD = """data two { from moons(100, noise=0.2); split train=70%, test=30% }
data wave { from sine(100); split train=80%, test=20% }
data steps { columns v; rows [[0], [1], [2], [3], [4], [5], [6], [7]]; sequence v; window 2 }
network mlp for two { dense(8) -> tanh -> dense(classes) -> softmax }
network twin for two { dense(8) -> tanh -> dense(classes) -> softmax }
network reg for wave { dense(8) -> tanh -> dense(1) }
network on_steps for steps { last -> dense(1) }
train on_steps on steps as steps_run
train mlp on two as run
train twin on two as twin_run
train reg on wave as wave_run
evaluate mlp on two.test as result { metrics accuracy, confusion }
evaluate mlp on two.test as poor { metrics accuracy }
knn two as near
tsne two as map
kmeans two as groups { clusters 2 }
pca wave as one { components 1 }
predict mlp on two as answers
"""

RIGHT = [
    ("plot run", d.Curves(("run",))),
    ("plot run, twin_run { title \"both\" }", d.Curves(("run", "twin_run"))),
    ("plot curves(run, twin_run)", d.Curves(("run", "twin_run"))),
    ("plot result", d.Confusion("result")),
    ("plot result.confusion to \"confusion.svg\"", d.Confusion("result")),
    ("plot mlp", d.Diagram),
    ("plot network(reg)", d.Diagram),
    ("plot two", d.Scatter),
    ("plot scatter(two.test) { x y; y x; color x }", d.Scatter),
    ("plot map { color groups.cluster }", d.Scatter),
    ("plot map { color answers.label }", d.Scatter),
    ("plot answers { y output1 }", d.Scatter),
    ("plot two.x", d.Histogram),
    ("plot histogram(two.train.x) { color label }", d.Histogram),
    ("plot histogram(mlp)", d.WeightHistogram),
    ("plot histogram(mlp.dense_1.W)", d.WeightHistogram),
    ("plot boundary(mlp)", d.Boundary),
    ("plot boundary(near, two.test) { resolution 50 }", d.Boundary),
    ("plot fit(reg, wave)", d.Fit),
    ("plot surface(mlp)", d.Surface),
    ("plot surface(mlp, twin, two) { span 0.5; seed 3; rows 10 }", d.Surface),
    ("plot surface(mlp, two) { weights dense_1.W[0, -1], dense_2.b[1] }", d.Surface),
    ("plot pictures(two) { shape [1, 2] }", d.PictureRows),
    ("plot gradients(mlp, two.test)", d.Layers),
    ("plot activations(mlp, two)", d.Layers),
]  # fmt: skip


@pytest.mark.parametrize(("line", "drawing"), RIGHT, ids=[line for line, _ in RIGHT])
def test_what_is_drawn(line: str, drawing: object, tmp_path: Path) -> None:
    checked, found = check(HEAD + line, tmp_path)
    assert not found
    plot = checked.program.actions[-1]
    assert isinstance(plot, Plot)
    assert plot.drawing == drawing if not isinstance(drawing, type) else isinstance(plot.drawing, drawing)


def drawing_of(line: str, folder: Path) -> d.Drawing:
    checked, found = check(HEAD + line, folder)
    assert not found
    plot = checked.program.actions[-1]
    assert isinstance(plot, Plot)
    return plot.drawing


def test_what_is_meant_where_nothing_is_said(tmp_path: Path) -> None:
    scatter = drawing_of("plot two", tmp_path)
    assert isinstance(scatter, d.Scatter) and scatter.columns == ("x", "y")
    assert scatter.color is not None and (scatter.color.data, scatter.color.name) == ("two", "label")
    forecast = drawing_of("plot answers", tmp_path)
    assert isinstance(forecast, d.Scatter) and forecast.columns == ("output1", "output2")
    surface = drawing_of("plot surface(mlp)", tmp_path)
    assert isinstance(surface, d.Surface) and surface.rows.part == "train"
    assert surface.loss is not None and surface.loss.span.text == "mlp"  # the training's own, which was chosen for it


MIXED = """data mixed { columns place, a, b; rows [["x", 1.5, 2], ["y", 2.5, 3]]; input place -> onehot; input (a, b) }
"""


def test_words_have_no_place_on_an_axis(tmp_path: Path) -> None:
    checked, found = check(MIXED + "plot mixed", tmp_path)
    plot = checked.program.actions[-1]
    assert not found and isinstance(plot, Plot)
    assert isinstance(plot.drawing, d.Scatter) and plot.drawing.columns == ("a", "b")
    _, (diagnostic,) = check(MIXED + "plot mixed { x place }", tmp_path)
    assert diagnostic.code == "E0221" and diagnostic.help == "colour rows by it: `color place`"


WRONG = [
    ("plot rn", "E0201", "did you mean `run`?"),
    ("plot bondary(mlp, two)", "E0222", "did you mean `boundary`?"),
    ("plot boundary(mlp, wave)", "E0221", "pca wave as pc"),
    ("plot boundary", "E0209", "plot boundary(net, data)"),
    ("plot boundary(mlp, two, 3)", "E0222", "plot boundary(net, data)"),
    ("plot boundary(net=mlp)", "E0222", "plot boundary(net, data)"),
    ("plot boundary(resolution=10)", "E0222", "boundary(...) { resolution 10 }"),
    ("plot boundary(mlp, two.validation)", "E0211", ""),
    ("plot boundary(mlp, two) { resolution 3 }", "E0202", ""),
    ('plot run { to "x.jpg" }', "E0220", 'write `to "x.png"`'),
    ('plot run { to "x" }', "E0220", 'write `to "x.png"`'),
    ('plot run { to ".png" }', "E0220", 'write `to "figure.png"`'),
    ('plot run { to "" }', "E0220", 'write `to "figure.png"`'),
    ('plot run { to "run.best" }', "E0220", 'write `to "run.png"`'),
    ('plot run to "a.png" { to "b.png" }', "E0208", ""),
    ("plot run to curves", "E0216", 'write `to "curves"`'),
    ('plot run { to "none/x.png" }', "E0702", "make the folder first"),
    ("plot run { color label }", "E0207", ""),
    ("plot run { titel \"a\" }", "E0207", "did you mean `title`?"),
    ("plot run, result", "E0222", ""),
    ("plot run, mlp", "E0205", "write `run`"),
    ("plot run.history.loss", "E0222", "write `plot run`"),
    ("plot poor", "E0221", "metrics confusion"),
    ("plot result.accuracy", "E0222", "plot result.confusion"),
    ("plot near", "E0222", "plot boundary(near, data)"),
    ("plot map { color wave.x }", "E0221", "colour by a column of `two`"),
    ("plot map { color two.labl }", "E0211", "did you mean `label`?"),
    ("plot map { color tw.label }", "E0201", "did you mean `two`?"),
    ("plot map { color 3 }", "E0216", ""),
    ("plot scatter(two) { x wave.x }", "E0221", ""),
    ("plot wave", "E0221", "plot histogram(wave.x)"),
    ("plot steps", "E0221", "plot forecast(net, steps)"),
    ("plot one", "E0221", "plot histogram(one.pc1)"),
    ("plot answers { x output9 }", "E0211", ""),
    ("plot histogram(two.z)", "E0211", ""),
    ("plot histogram(mlp.dens_1)", "E0211", ""),
    ("plot two.x { color y }", "E0221", "plot two { x x; y y }"),
    ("plot histogram(mlp) { color two.label }", "E0207", ""),
    ("plot fit(mlp, two)", "E0221", "plot boundary(mlp, two)"),
    ("plot surface(mlp, two) { weights dense_1.W[0, 0] }", "E0221", "dense_1.b[0]"),
    ("plot surface(mlp, two) { weights dense_1.W, dense_1.b[0] }", "E0221", "write `dense_1.W[0, 0]`"),
    ("plot surface(mlp, two) { weights dense_1.W[0, 8], dense_1.b[0] }", "E0221", ""),
    ("plot surface(mlp, two) { weights dense_9.W[0, 0], dense_1.b[0] }", "E0211", "did you mean `dense_1.W`"),
    ("plot surface(mlp, twin, two) { weights dense_1.b[0], dense_1.b[1] }", "E0221", "leave `weights` out"),
    ("plot pictures(two)", "E0221", ""),
    ("plot pictures(two) { shape [3, 3] }", "E0221", ""),
    ("plot pictures(two) { shape 3 }", "E0202", ""),
    ("plot filters(mlp)", "E0221", ""),
    ("plot forecast(reg, wave)", "E0221", ""),
    ("plot gradients(near, two)", "E0205", ""),
    ("plot network(two)", "E0205", ""),
    ("plot 3", "E0216", "plot run"),
    ("plot", "E0209", ""),
]  # fmt: skip


@pytest.mark.parametrize(("line", "code", "help"), WRONG, ids=[line for line, _, _ in WRONG])
def test_what_is_wrong(line: str, code: str, help: str, tmp_path: Path) -> None:
    _, found = check(HEAD + line, tmp_path)
    (diagnostic,) = found
    assert diagnostic.code == code and help in (diagnostic.help or "")
    assert diagnostic.span is not None and diagnostic.span.start >= len(HEAD) - 1


def test_of_what_is_wrong_already_nothing_more_is_said(tmp_path: Path) -> None:
    lines = "train mlp on tow as run_2\nplot run_2\nevaluate mlp on tow.test as other\nplot other\n"
    _, found = check(HEAD + lines, tmp_path)
    assert [d.code for d in found] == ["E0201"]
