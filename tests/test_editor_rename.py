"""Other names for things: what is changed, what is refused, and that nothing else is changed by it."""

from __future__ import annotations

from pathlib import Path

import pytest
from editor_tools import EXAMPLES, IDS, example, read

from nndsl.diagnostics import Fault
from nndsl.editor.rename import applied, refusal, rename, target

BASE = """\
let width = 8
data points { from blobs(200, classes=3); split train=80%, test=20% }
layer block(units) { input x[in]; param W[in, units]; output x @ W }
cell mem(units) { param U[in, units]; state s[units] = 0; s' = tanh(x @ U + s); output s' }
metric far(y, z) = mean(y) - mean(z)
layer uses { y = mem(3, s=0); output y.s }
network mlp for points { h = block(width); block(units=4) -> relu; dense(classes) -> softmax }
train mlp on points { epochs 1; metrics far, accuracy; stop patience=1, monitor=train.accuracy }
evaluate mlp on points.test as result { metrics far }
print run.history.far, result.far, run.best.loss
plot histogram(mlp.block_1.W)
"""


@pytest.mark.parametrize(
    ("word", "inside", "new", "lines"),
    [
        ("width", "let", "wide", {1: "let wide = 8", 7: "block(wide)"}),
        ("points", "data", "dots", {2: "data dots {", 7: "for dots {", 8: "on dots {", 9: "on dots.test"}),
        ("block", "layer", "part", {3: "layer part(", 7: "h = part(width); part(units=4)", 11: "mlp.part_1.W"}),
        ("block", "block_1", "part", {3: "layer part(", 11: "mlp.part_1.W"}),  # from within the field's name
        ("units", "block(units)", "n", {3: "block(n) { input x[in]; param W[in, n]", 7: "block(n=4)"}),
        ("W", "param", "weights", {3: "param weights[in, units]; output x @ weights", 11: "block_1.weights)"}),
        ("s[", "state", "memory", {4: "state memory[units] = 0; memory' = tanh(x @ U + memory)", 6: "memory=0"}),
        ("far", "metric", "off", {5: "metric off(", 8: "metrics off,", 9: "metrics off }", 10: "y.off, result.off"}),
        ("h =", "network", "first", {7: "first = block"}),
        ("run", "run.history", "told", {8: "on points as told {", 10: "told.history.far, result.far, told.best"}),
        ("result", "as result", "end", {9: "as end {", 10: "end.far"}),
        ("mlp", "network", "net", {7: "network net for", 8: "train net on", 11: "histogram(net.block_1.W)"}),
    ],
)  # fmt: skip
def test_all_places_are_changed(word: str, inside: str, new: str, lines: dict[int, str]) -> None:
    text = read(BASE)
    renamed = text.renamed(word, new, inside=inside).splitlines()
    for number, said in lines.items():
        assert said in renamed[number - 1]
    before = BASE.splitlines()
    changed = {n for n, (old, now) in enumerate(zip(before, renamed, strict=True), 1) if old != now}
    assert changed >= lines.keys() and len(changed) <= 6
    errors = [d.message for d in read("\n".join(renamed)).said if d.severity == "error"]
    assert errors == [d.message for d in text.said if d.severity == "error"] == []


@pytest.mark.parametrize(
    ("word", "inside", "new", "why"),
    [
        ("relu", "-> relu", "bent", "it is an activation of the library"),
        ("classes", "dense(classes", "k", "the language gives it"),
        ("x", "x @ U", "y", "the language gives it"),
        ("accuracy", "metrics far", "hits", "it is a metric of the library"),
        ("epochs", "epochs 1", "turns", "the language gives it"),
        ("test", "points.test", "held_out", "the language gives it"),
        ("width", "let", "mlp", "is the name of something else"),
        ("width", "let", "points", "is the name of something else"),
        ("width", "let", "run", "is the name of something else"),
        ("points", "data", "result", "is the name of something else"),
        ("block", "layer", "mem", "is the name of something else"),
        ("block", "layer", "dense", "is a layer of the library"),
        ("block", "layer", "relu", "is an activation of the library"),
        ("far", "metric", "r2", "is a metric of the library"),
        ("width", "let", "classes", "is a size that data give"),
        ("width", "let", "pi", "is a number of the language"),
        ("units", "block(units)", "W", "is the name of something else"),
        ("units", "block(units)", "x", "is the name of something else"),
        ("units", "mem(units)", "x", "is a name that the language gives to `mem`"),
        ("h =", "network", "relu", "another name would mean something else"),
        ("h =", "network", "true", "is a word of the language"),
        ("h =", "network", "not", "is a word of the language"),
        ("h =", "network", "two words", "is no name"),
        ("h =", "network", "3d", "is no name"),
        ("h =", "network", "", "is no name"),
        ("h =", "network", "output", "begins lines of bodies"),
        ("block", "layer", "repeat", "begins lines of bodies"),
    ],
)
def test_what_cannot_be(word: str, inside: str, new: str, why: str) -> None:
    assert why in read(BASE).refused(word, new, inside=inside)


def test_a_name_would_be_captured_by_a_local() -> None:
    text = read("layer outer { dense(2) }\nlayer l { input a[in]; mine = a + 1; output mine -> outer }\n")
    assert "another name" in text.refused("outer", "mine")
    assert "another name" in text.refused("mine", "outer", inside="mine =")


def test_a_constant_would_be_hidden_by_a_parameter() -> None:
    text = read("let n = 3\nlayer l(k) { input a[in]; output a * k * n }\n")
    assert "another name" in text.refused("n", "k")
    assert "another name" in text.refused("k", "n", inside="l(k")


def test_columns_of_a_file_stay_and_those_of_the_text_go() -> None:
    text = read(
        "data d { columns a, `the b`; rows [[1, 2], [3, 4], [5, 7]]; input a -> a / 2; target `the b` }\nprint d.a\n"
    )
    assert text.renamed("a", "age", inside="columns").startswith("data d { columns age, `the b`; rows")
    assert "input age -> age / 2" in text.renamed("a", "age", inside="columns")
    assert "print d.age" in text.renamed("a", "age", inside="d.a")
    assert "columns `my age`" in text.renamed("a", "my age", inside="columns")
    assert "columns a, b;" in text.renamed("the b", "b", inside="columns")
    assert "target b " in text.renamed("the b", "b", inside="columns")
    assert "another name" in text.refused("a", "x", inside="columns")  # the value's name in a formula
    assert "it is a column of the data" in read("data d { from moons(100); input (x, y) }").refused("x", "z")


def test_columns_in_quotes_stay_in_quotes() -> None:
    text = read('data d { columns "a", b; rows [[1, 2], [3, 4]]; input a; target b; drop "a" }')
    assert text.renamed("a", "c c", inside="input a") == (
        'data d { columns "c c", b; rows [[1, 2], [3, 4]]; input `c c`; target b; drop "c c" }'
    )


def test_what_schedules_act_on_stays() -> None:
    text = read("optimizer o(lr = 0.1, k = 2) { w' = w - lr * k * g }\n")
    assert "schedules act on" in text.refused("lr", "rate")
    assert "is what schedules act on" in read("optimizer o(rate) { w' = w - rate * g }\n").refused("rate", "lr")


def test_what_stands_in_for_the_library_stays() -> None:
    text = read("optimizer adam(lr = 0.1) { w' = w - lr * g }\n")
    assert "stands in for" in text.refused("adam", "mine")


def test_names_of_other_files_are_changed_there(tmp_path: Path) -> None:
    (tmp_path / "blocks.nn").write_text("layer own(units) { dense(units) }\n")
    text = read('use "blocks.nn"\nnetwork net { own(units=3) }\n', tmp_path)
    for word in ("own", "units"):
        assert "it is defined in" in text.refused(word, "other", inside="own(")


def test_where_no_name_stands() -> None:
    text = read("let a = 3 # a\n")
    scope = text.checked.program.scope
    found = rename(text.module, scope, text.place("3"), "b")
    assert isinstance(found, Fault) and found.diagnostic.message == "no name stands here"
    assert refusal(text.found, text.place("3"), text.source) is not None
    assert refusal(text.found, text.place("a"), text.source) is None
    assert rename(text.module, scope, text.place("a"), "a") == []


def test_the_name_within_a_field_is_what_would_be_renamed() -> None:
    text = read(BASE)
    at = target(text.found, text.place("block_1"))
    assert at is not None and at.span.text == "block" and at.meaning.role == "layer"


def test_a_text_that_does_not_check_is_renamed_too() -> None:
    text = read("network n { h = densee(3); output h + }\nlayer l(a) { dense(a, 7) }\nprint n.\n")
    assert "layer l(b) { dense(b, 7) }" in text.renamed("a", "b", inside="(a)")


@pytest.mark.parametrize("path", EXAMPLES, ids=IDS)
def test_examples_there_and_back(path: Path) -> None:
    """Each name that can be changed: to a new one, which checks as before, and back, which gives the text."""
    text = example(path)
    codes = sorted(d.code for d in text.said)
    seen = set()
    checked_again = False
    for one in text.found.all:
        if one.meaning.key in seen:
            continue
        seen.add(one.meaning.key)
        if refusal(text.found, one.span.start, text.source) is not None:
            assert one.meaning.origin != "text" or one.meaning.name == "lr" or one.meaning.place.source != text.source
            continue
        scope, context = text.checked.program.scope, text.checked.context
        edits = rename(text.module, scope, one.span.start, "fresh_name", context)
        assert not isinstance(edits, Fault), (one.name, edits.diagnostic.message)
        again = applied(text.text, edits)
        after = read(again, path.parent, path.name)
        if not checked_again or one.defines:
            assert sorted(d.code for d in after.said) == codes, one.name
            checked_again = True
        place = next(r for r in after.found.all if r.name == "fresh_name")
        back = rename(after.module, after.checked.program.scope, place.span.start, one.name, after.checked.context)
        assert not isinstance(back, Fault), (one.name, back.diagnostic.message)
        assert applied(again, back) == text.text
