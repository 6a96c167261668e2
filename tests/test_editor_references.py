"""Where names stand and what they mean: every role, every rule of scoping, and texts that are wrong."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from editor_tools import EXAMPLES, IDS, Text, example, read

from nndsl.diagnostics import Collector, Source
from nndsl.editor.references import mentions, places, references
from nndsl.semantics.modules import scope_of
from nndsl.syntax import ast, parse

SCRIPT = """\
let width = 16
set seed 7
data points {
  from blobs(200, classes=3, noise=0.5)
  input (x, y) -> standard
  target label -> category
  split train=70%, validation=15%, test=15%, stratify=label
}
# Doubles, in its way.
activation bent(v, slope = 0.1) = where(v > 0, v, slope * v)
layer block(units) {
  input z[..., in]
  param W[in, units] ~ normal(0.1), b[units] = 0
  output z @ W + b -> bent(slope=0.2)
}
cell mem(units) {
  param U[in, units], R[units, units]
  state s[units] = 0
  s' = tanh(x @ U + s @ R)
  output s'
}
metric far(guess, truth) = mean(guess) - mean(truth)
recipe usual { optimizer adam(lr=0.01); batch width }
network mlp(depth = 2) for points {
  h = dense(width) -> block(units=8)
  repeat depth { block(8) -> relu }
  dense(classes) -> softmax
}
train mlp on points with usual as run { epochs 2; metrics accuracy, far; stop patience=2, monitor=validation.accuracy }
evaluate mlp on points.test { metrics far }
pca points as pc
plot pc { color points.label; to "a.png" }
plot histogram(mlp.block_1.W)
print run.history.accuracy[-1], result.far, max(pc.pc1), points.x
"""


@pytest.fixture(scope="module")
def script() -> Text:
    found = read(SCRIPT)
    assert [d.message for d in found.said if d.severity == "error"] == []
    return found


@pytest.mark.parametrize(
    ("inside", "word", "role", "origin"),
    [
        ("let width", "width", "constant", "text"),
        ("set seed", "seed", "setting", "language"),
        ("data points", "points", "data", "text"),
        ("from blobs", "from", "option", "language"),
        ("from blobs", "blobs", "generator", "language"),
        ("from blobs", "noise", "parameter", "language"),
        ("input (x", "x", "column", "file"),
        ("-> standard", "standard", "encoder", "language"),
        ("target label", "label", "column", "file"),
        ("split train", "train", "part", "language"),
        ("stratify=", "stratify", "option", "language"),
        ("stratify=", "label", "column", "file"),
        ("activation bent", "bent", "activation", "text"),
        ("activation bent", "slope", "parameter", "text"),
        ("where(v", "where", "builtin", "language"),
        ("where(v", "v", "parameter", "text"),
        ("layer block", "block", "layer", "text"),
        ("input z", "z", "local", "text"),
        ("input z", "in]", "local", "text"),
        ("param W", "W", "local", "text"),
        ("~ normal", "normal", "initializer", "library"),
        ("-> bent", "bent", "activation", "text"),
        ("-> bent", "slope", "parameter", "text"),
        ("cell mem", "mem", "cell", "text"),
        ("state s", "s[", "local", "text"),
        ("tanh(x", "x", "local", "language"),
        ("metric far", "far", "metric", "text"),
        ("recipe usual", "usual", "recipe", "text"),
        ("optimizer adam", "adam", "optimizer", "library"),
        ("optimizer adam", "lr", "parameter", "library"),
        ("batch width", "width", "constant", "text"),
        ("network mlp", "mlp", "network", "text"),
        ("for points", "points", "data", "text"),
        ("h = dense", "h", "local", "text"),
        ("h = dense", "dense", "layer", "library"),
        ("block(units=8", "units", "parameter", "text"),
        ("repeat depth", "repeat", "option", "language"),
        ("repeat depth", "depth", "parameter", "text"),
        ("-> relu", "relu", "activation", "library"),
        ("dense(classes", "classes", "size", "language"),
        ("with usual", "usual", "recipe", "text"),
        ("as run", "run", "result", "text"),
        ("metrics accuracy", "accuracy", "metric", "library"),
        ("stop patience", "patience", "option", "language"),
        ("monitor=", "validation", "part", "language"),
        ("monitor=", "accuracy", "metric", "library"),
        ("on points.test", "test", "part", "language"),
        ("color points", "label", "column", "file"),
        ("plot histogram", "histogram", "builtin", "language"),
        ("mlp.block_1", "block_1", "field", "language"),
        ("block_1.W", "W", "field", "text"),
        ("run.history", "history", "field", "language"),
        ("result.far", "result", "result", "text"),
        ("result.far", "far", "field", "language"),
        ("pc.pc1", "pc1", "column", "language"),
        ("points.x", "x", "column", "file"),
        ("max(pc", "max", "builtin", "language"),
    ],
)
def test_each_role(script: Text, inside: str, word: str, role: str, origin: str) -> None:
    found = script.at(word, inside=inside).meaning
    assert (found.role, found.origin) == (role, origin)


@pytest.mark.parametrize(
    ("inside", "word", "line"),
    [
        ("block(units=8", "block", 11),
        ("block(units=8", "units", 11),
        ("bent(slope", "slope", 10),
        ("mlp.block_1", "block_1", None),
        ("block_1.W", "W", 13),
        ("dense(width", "width", 1),
        ("run.history", "run", 29),
        ("result.far", "result", 30),
        ("points.x", "x", 5),
        ("with usual", "usual", 23),
        ("dense(width", "dense", None),
    ],
)
def test_definitions_are_found(script: Text, inside: str, word: str, line: int | None) -> None:
    assert script.line_of(word, inside=inside) == line


def test_definitions_of_the_library_lie_in_its_text(script: Text) -> None:
    place = script.found.definition(script.place("relu"))
    assert place is not None and place.source.name == "nndsl/std/activations.nn" and place.text == "relu"


def test_all_uses_of_a_name(script: Text) -> None:
    def lines(word: str, inside: str) -> list[int]:
        return [SCRIPT.count("\n", 0, s.start) + 1 for s in script.found.uses(script.at(word, inside=inside).meaning)]

    assert lines("units", "layer block(units") == [11, 13, 13, 25]
    assert lines("units", "cell mem(units") == [16, 17, 17, 17, 18]
    assert lines("block", "layer block") == [11, 25, 26, 33]  # the last one within the name `block_1`
    assert lines("far", "metric far") == [22, 29, 30, 34]
    assert lines("s[", "state s") == [18, 19, 19, 20]
    assert lines("label", "target label") == [6, 7, 32]


def test_definitions_define_and_nothing_else_does(script: Text) -> None:
    defined = " ".join(one.name for one in script.found.all if one.defines)
    assert defined == (
        "width points bent v slope block units z in W b mem units U R s far guess truth usual mlp depth h run pc"
    )


# ---- scoping -----------------------------------------------------------------------------------------------------


def test_a_local_hides_a_definition_from_its_line_on() -> None:
    text = read("layer l { input a[n]; relu = a -> relu; output relu + 1 }\n")
    assert text.role("relu", 1) == "local" and text.at("relu", 1).defines
    assert text.role("relu", 2) == "activation"  # right of the `=` it is not there yet
    assert text.role("relu", 3) == "local"


def test_parameters_and_locals_hide_constants() -> None:
    text = read("let n = 3\nlayer l(n) { input a[in]; output a * n }\nlayer k { input a[in]; output a * n }\n")
    assert text.role("n", inside="(n)") == "parameter"
    assert text.role("n }", inside="(n)") == "parameter"
    assert text.role("n }", inside="layer k") == "constant"


def test_a_number_that_is_called_is_the_definition_of_its_name() -> None:
    text = read("layer l(dropout = 0.1) { input a[...]; output a -> dropout(dropout) }\n")
    assert text.role("dropout", 2) == "layer"
    assert text.role("dropout", 3) == "parameter"


def test_a_definition_is_not_meant_within_itself() -> None:
    text = read("layer dense(k) { input a[in]; output a -> dense(k) }\n")
    assert text.at("dense", 1).meaning.origin == "text"
    assert text.at("dense", 2).meaning.origin == "library"
    text = read("activation tanh(x) = tanh(x)\n")
    assert text.at("tanh", 2).meaning.origin == "library"


def test_the_same_name_in_two_bodies_is_two_names() -> None:
    text = read("layer l { h = dense(1); output h }\nlayer k { h = dense(1); output h }\n")
    first, second = text.at("h", inside="layer l").meaning, text.at("h", inside="layer k").meaning
    assert first.key != second.key
    assert len(text.found.uses(first)) == 2


def test_a_column_called_as_something_else_is_a_column() -> None:
    text = read(
        "let loss = 2\ndata d {\n  columns loss, batch, run\n  rows [[1, 2, 3], [2, 3, 4]]\n  input (loss, batch)\n"
        "  target run\n}\nnetwork n for d { dense(1) }\ntrain n on d as other { loss mse; batch 2 }\n"
        "plot d { x loss; y batch }\nprint d.run\n"
    )
    assert text.role("loss", inside="columns") == "column" and text.at("loss", inside="columns").defines
    assert text.role("loss", inside="input (loss") == "column"
    assert text.role("loss", inside="loss mse") == "option"
    assert text.role("batch", inside="batch 2") == "option"
    assert text.role("loss", inside="x loss") == "column"
    assert text.role("run", inside="d.run") == "column"
    assert {text.at("run", inside=inside).meaning.key for inside in ("target run", "d.run")} == {
        text.at("run", inside="columns").meaning.key
    }


def test_words_of_options_are_no_references() -> None:
    text = read("data d { from moons(100); split train=80%, test=20% }\npca d { method exact }\n")
    assert text.found.at(text.place("exact") + 2) is None


def test_names_in_the_formula_of_an_encoder() -> None:
    text = read("let a = 3\ndata d { columns a, b; rows [[1, 2], [3, 4]]; input a -> (x + a) / a; target b * a }\n")
    assert text.role("a", inside="a -> (x") == "column"
    assert text.role("x", inside="(x") == "builtin"
    assert text.role("a)", inside="(x") == "column"  # the value's own name comes before constants
    assert text.role("a }", inside="target") == "constant"  # before `->`, constants come first
    assert text.role("b", inside="target") == "column"


def test_a_constant_within_data_hides_one_outside() -> None:
    text = read("let n = 5\ndata d { let n = 60; from moons(n) }\n")
    assert text.role("n)", inside="moons") == "local"
    assert len(text.found.uses(text.at("n", inside="let n = 5").meaning)) == 1


def test_next_values_are_their_states() -> None:
    text = read("optimizer o(lr = 0.1) { state m = 0; m' = m + g; w' = w - lr * m' }\n")
    state = text.at("m", inside="state m").meaning
    assert [span.text for span in text.found.uses(state)] == ["m"] * 4
    assert text.at("w", inside="w' =").meaning.origin == "language"


def test_the_states_of_a_cell_are_fields_and_arguments() -> None:
    text = read(
        "cell c(k) { param U[in, k]; state s[k] = 0; s' = x @ U + s; output s' }\n"
        "layer l { y = c(3, s=0); output y.s, y.k }\n"
    )
    state = text.at("s[", inside="state").meaning
    assert text.at("s=").meaning.key == state.key
    assert text.at("s", inside=".s").meaning.key == state.key
    assert text.at("k }", inside="y.k").meaning.key != text.at("k", inside="c(k").meaning.key


def test_a_loss_that_is_written_out_speaks_of_the_network_s_names() -> None:
    text = read(
        "data d { from moons(100) }\nnetwork n { code = dense(2); dense(2) -> softmax }\n"
        "train n on d { loss nll(output, target) + mean(code^2); epochs 1 }\n"
    )
    assert text.at("code", inside="mean(code").meaning.key == text.at("code").meaning.key
    assert text.role("output", inside="nll(") == "builtin"
    assert text.role("nll") == "loss"
    assert text.role("mean") == "builtin"


def test_default_names_of_results() -> None:
    text = read(
        "data d { from moons(100) }\nnetwork n for d { dense(2) -> softmax }\ntrain n on d { epochs 1 }\n"
        "train n on d { epochs 1 }\nprint run.epochs, run_2.epochs\n"
    )
    assert text.line_of("run.") == 3 and text.line_of("run_2") == 4


def test_results_further_down_are_found_too() -> None:
    text = read("print r.epochs\ndata d { from moons(100) }\nnetwork n { dense(2) }\ntrain n on d as r\n")
    assert text.role("r.") == "result" and text.line_of("r.") == 4


def test_columns_of_tables_are_those_of_their_data() -> None:
    text = read(
        "data d { from moons(100) }\nnetwork n { dense(2) -> softmax }\ntrain n on d { epochs 1 }\n"
        "predict n on d as p\nkmeans p as k { clusters 2 }\nplot k { color d.label }\nplot k { color label }\n"
        "print p.label, k.cluster, k.distance1, k.inertia, p.output1\n"
    )
    column = text.at("label", inside="d.label").meaning
    assert column.role == "column"
    for inside in ("color label", "p.label"):
        assert text.at("label", inside=inside).meaning.key == column.key
    assert text.role("cluster", inside="k.cluster") == "column"
    assert text.role("distance1") == "column"
    assert text.role("inertia") == "field"
    assert text.role("output1") == "column"


def test_a_file_that_is_used(tmp_path: Path) -> None:
    (tmp_path / "blocks.nn").write_text("let n = 3\nlayer own(units) { dense(units) }\n")
    text = read('use "blocks.nn"\nnetwork net { own(units=n) }\n', tmp_path)
    for word in ("own", "units", "n)"):
        place = text.at(word, inside="own(").meaning.place
        assert place is not None and place.source.name.endswith("blocks.nn"), word
    assert text.at("own").meaning.role == "layer"


def test_a_name_that_is_defined_twice_means_the_first() -> None:
    text = read("layer l { dense(1) }\nlayer l { dense(2) }\nlayer k { l }\n")
    assert text.line_of("l }", inside="k { l") == 1
    assert text.line_of("l {", inside="l { dense(2)") == 2


def test_what_nothing_defines_is_unknown() -> None:
    text = read("network n { densee(3) }\nprint nothing.at_all\n")
    assert text.role("densee") == "unknown"
    assert text.role("nothing") == "unknown" and text.role("at_all") == "field"


# ---- statements by themselves ------------------------------------------------------------------------------------


def _one(text: str) -> tuple[ast.Statement, Text]:
    whole = read(text)
    return whole.module.statements[-1], whole


@pytest.mark.parametrize(
    ("last", "mentioned"),
    [
        ("train mlp on points as r { loss far; batch width }", {("flow", "mlp"), ("data", "points"), ("loss", "far"),
                                                                  ("constant", "width")}),
        ("print old.history.loss, points.x", {("result", "old"), ("data", "points")}),
        ("layer l(width) { input far[in]; output far * width -> bent }", {("flow", "bent")}),
        ("layer l { dense(width) -> relu }", {("constant", "width")}),
        ("network m for points { bent -> mlp }", {("data", "points"), ("flow", "bent"), ("flow", "mlp")}),
        ("data other { from moons(width); input points; target y }", {("constant", "width")}),
        ("plot scatter(points) { x width }", {("data", "points")}),
        ("plot histogram(mlp.bent_1)", {("flow", "mlp")}),
        ("let more = 2 * width", {("constant", "width")}),
        ("set seed width", {("constant", "width")}),
        ("recipe fast { regularize l2(width); loss far }", {("constant", "width"), ("loss", "far")}),
    ],
)  # fmt: skip
def test_what_a_statement_stands_on(last: str, mentioned: set[tuple[str, str]]) -> None:
    before = (
        "let width = 4\ndata points { from moons(100) }\nactivation bent(v) = abs(v)\n"
        "loss far(y, z) = mean(abs(y - z))\nnetwork mlp { dense(2) }\n"
    )
    statement, whole = _one(f"{before}{last}\n")
    assert mentions(statement, whole.checked.program.scope) == mentioned


@pytest.mark.parametrize(
    ("statement", "name", "count"),
    [
        ("print run.history.loss[-1], run.run", "run", 2),
        ("train run on d as other { loss run }", "run", 2),
        ("evaluate net on run.test as run_2", "run", 1),
        ("plot run { color run.run; title \"run\" }", "run", 2),
        ("train net on d as run", "run", 1),
        ("layer l(run) { dense(run) }", "run", 0),
        ("network run { dense(3) }", "run", 1),
        ("data d { from moons(run); input run -> x / run }", "run", 1),
    ],
)  # fmt: skip
def test_places_of_a_name_in_one_statement(statement: str, name: str, count: int) -> None:
    source, collector = Source("entry", statement), Collector()
    module = parse(source, collector)
    scope = scope_of(module, Path("/nowhere"), collector)
    found = places(module.statements[0], scope, name)
    assert [span.text for span in found] == [name] * count


# ---- texts that do not check -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", EXAMPLES, ids=IDS)
def test_examples_have_no_unknown_names_and_spans_are_names(path: Path) -> None:
    text = example(path)
    found = text.found.all
    assert found and {one.meaning.role for one in found} >= {"option"}
    for one in found:
        assert one.span.text.strip("`") == one.name
    assert [one.name for one in found if one.meaning.role in ("unknown", "object")] == []
    ends = [(one.span.start, one.span.end) for one in found]
    assert all(before[1] <= after[0] for before, after in pairwise(ends))


@pytest.mark.parametrize("path", EXAMPLES, ids=IDS)
def test_no_beginning_of_an_example_is_too_much(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for end in range(len(path.stem), len(text), 49):
        source, collector = Source(path.name, text[:end]), Collector()
        module = parse(source, collector)
        scope = scope_of(module, path.parent, collector)
        found = references(module, scope)
        assert all(one.span.text.strip("`") == one.name for one in found.all)
        for statement in module.statements[-1:]:
            mentions(statement, scope)
