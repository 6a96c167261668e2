"""Every definition of the library can be read, has its documentation, and does what its equation says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from script_tools import check, program

from nndsl.backend.reference import evaluate
from nndsl.data.types import Field
from nndsl.diagnostics import Collector, Source, Span
from nndsl.ir.node import topological
from nndsl.ir.primitive import Setting
from nndsl.lower import apply_activation, metric_graph, network_graph, step_graph
from nndsl.lower.graphs import Value
from nndsl.semantics import Train
from nndsl.semantics.modules import library, library_texts
from nndsl.semantics.program import Metric
from nndsl.semantics.scopes import Entry
from nndsl.syntax import ast, parse, parse_expression

ENTRIES = sorted(library().entries.values(), key=lambda e: (e.role, e.name))
NAMES = [f"{e.role} {e.name}" for e in ENTRIES]
WANTED = {
    "activation": "identity relu leaky_relu elu gelu silu sigmoid tanh softplus softmax log_softmax"
    " surprise entropy kl",
    "loss": "mse mae huber nll cross_entropy bce hinge",
    "metric": "accuracy mse mae r2 precision recall f1 confusion perplexity",
    "regularizer": "l1 l2",
    "initializer": "zeros constant uniform normal glorot he orthogonal",
    "schedule": "constant step exponential cosine warmup",
    "optimizer": "sgd momentum nesterov adagrad rmsprop adam adamw",
    "layer": "dense dropout batchnorm layernorm flatten reshape embedding noise mask"
    " attend attention positional positions transformer"
    " bidirectional copies"
    " conv conv1d conv_transpose depthwise maxpool maxpool1d avgpool avgpool1d global_pool upsample",
    "cell": "elman jordan gru lstm peephole_lstm",
}
CLASSES = "data d {\n  from blobs(60, classes=3)\n  split train=80%, test=20%\n}\n"
NUMBERS = (
    "data d {\n  columns a, b, y\n  rows [[1, 2, 3], [2, 5, 1], [3, 1, 2], [0, 1, 5]]\n  input (a, b)\n  target y\n}\n"
)
HERE = Span(Source("here.nn", "here"), 0, 4)


@pytest.mark.parametrize("role", WANTED)
def test_the_library_is_complete(role: str) -> None:
    assert {e.name for e in ENTRIES if e.role == role} == set(WANTED[role].split())


@pytest.mark.parametrize("entry", ENTRIES, ids=NAMES)
def test_every_entry_is_documented_with_an_example(entry: Entry) -> None:
    comment = entry.definition.comment
    first = comment.split("\n")[0]
    assert len(first) > 5, comment
    assert "Example: `" in comment
    if entry.role in ("activation", "layer", "loss", "metric"):
        assert "Shapes: " in comment


def test_the_library_has_no_tabs_and_no_long_lines() -> None:
    for name, text in library_texts():
        assert all(len(line) <= 140 and "\t" not in line for line in text.splitlines()), name


def _script(entry: Entry) -> str:
    """A script that uses one entry."""
    name = entry.name
    train = "\ntrain n on d { %s }"
    net = "network n for d { dense(4) -> relu; dense(%s) }"
    if entry.definition.span.source.name.endswith("information.nn"):
        use = "kl(p, p)" if name == "kl" else f"{name}(p)"
        body = f"p = x -> dense(3) -> softmax\n output {use}"
        return CLASSES + f"network n for d {{ {body} }}\nevaluate n on d.test {{ loss mean(output) }}"
    if entry.role == "activation":
        return CLASSES + f"network n for d {{ dense(3) -> {name} }}\nevaluate n on d.test {{ loss mean(output) }}"
    if entry.role == "loss":
        source = NUMBERS if name in ("mse", "mae", "huber") else CLASSES.replace("classes=3", "classes=2")
        last = {"nll": "2) -> softmax; identity(", "cross_entropy": "2", "bce": "1) -> sigmoid; identity("}.get(
            name, "1"
        )
        return source + (net % last).replace("; identity()", "") + train % f"loss {name}"
    if entry.role == "metric":
        source, last = (NUMBERS, "1") if name in ("mse", "mae", "r2") else (CLASSES, "3")
        return source + net % last + train % f"metrics {name}"
    if entry.role == "initializer":
        return CLASSES + f"network n for d {{ input x[in]; param W[in, 3] ~ {name}; output x @ W }}\ntrain n on d"
    if entry.role == "cell":
        use = f"reshape(2, 1) -> {name}({'3, 2' if name == 'jordan' else '3'}) -> last"
        return CLASSES + f"network n for d {{ {use} -> dense(3) }}\ntrain n on d"
    if entry.role == "layer":
        use = {"dense": "dense(3)", "reshape": "reshape(2, 1) -> flatten", "embedding": "flatten"}.get(name, name)
        if entry.definition.span.source.name.endswith("cells.nn"):
            use = (
                "reshape(2, 1) -> bidirectional(gru(2)) -> last" if name == "bidirectional" else "copies(2) -> flatten"
            )
        if entry.definition.span.source.name.endswith("windows.nn"):
            size = ", ".join("2" for p in entry.definition.parameters if p.default is None)
            picture = "6, 1" if name.endswith("1d") else "2, 3, 1"
            use = f"dense(6) -> reshape({picture}) -> {name}({size}) -> flatten"
        if entry.definition.span.source.name.endswith("attention.nn"):
            use = f"y = reshape(x, 2, 1)\n{'attend(y, y, y)' if name == 'attend' else f'y -> {name}'} -> flatten"
        return CLASSES + f"network n for d {{ {use} -> dense(3) }}\ntrain n on d"
    word = "regularize" if entry.role == "regularizer" else entry.role
    return CLASSES + net % "3" + train % f"{word} {name}"


@pytest.mark.parametrize("entry", ENTRIES, ids=NAMES)
def test_every_entry_can_be_used_with_its_defaults(entry: Entry) -> None:
    _, found = check(_script(entry))
    assert [(d.code, d.message) for d in found if d.severity == "error"] == []


# ---- values ---------------------------------------------------------------------------------------------

X = np.linspace(-3, 3, 13)
_SIGMOID = 1 / (1 + np.exp(-X))
_ERF = np.vectorize(__import__("math").erf)
ACTIVATIONS = {
    "identity": X,
    "relu": np.maximum(X, 0),
    "leaky_relu": np.where(X > 0, X, 0.01 * X),
    "leaky_relu(0.3)": np.where(X > 0, X, 0.3 * X),
    "elu": np.where(X > 0, X, np.expm1(X)),
    "gelu": X * 0.5 * (1 + _ERF(X / np.sqrt(2))),
    "silu": X * _SIGMOID,
    "sigmoid": _SIGMOID,
    "tanh": np.tanh(X),
    "softplus": np.log1p(np.exp(X)),
}


@pytest.mark.parametrize("text", ACTIVATIONS)
def test_activations_of_numbers(text: str) -> None:
    expr = parse_expression(Source("here.nn", text), Collector())
    assert expr is not None
    found = apply_activation(library(), expr, X.reshape(13, 1))
    assert found is not None and found.shape == (13, 1)
    np.testing.assert_allclose(found[:, 0], ACTIVATIONS[text], rtol=1e-12)


def test_what_is_no_activation_is_left_to_others() -> None:
    expr = parse_expression(Source("here.nn", "standard"), Collector())
    assert expr is not None and apply_activation(library(), expr, X) is None


def _metric(name: str, output: Value, target: Field, y: NDArray[Any], z: NDArray[Any]) -> NDArray[np.float64]:
    checked, _ = check("")
    expr = parse_expression(Source("here.nn", name), Collector())
    assert expr is not None
    leaves, node = metric_graph(checked.program, Metric(name, expr), output, target)
    return evaluate([node], dict(zip(leaves, (y, z), strict=True)), Setting(sizes={"N": len(y)}, precision="float64"))[
        0
    ]


def _output(shape: tuple[int, ...], kind: str) -> Value:
    from nndsl.ir import build as b

    return Value(b.input_("y", ("B", *shape)), kind, shape, HERE)


@pytest.mark.parametrize("classes", [2, 4])
def test_metrics_of_classes_agree_with_scikit_learn(classes: int) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(classes)
    k = rng.integers(0, classes, 60)
    y = rng.dirichlet(np.ones(classes), 60) + 0.4 * np.eye(classes)[k]
    y[:, -1] *= 0.5 if classes > 2 else 1.0
    said = y.argmax(1)
    average = "binary" if classes == 2 else "macro"
    target = Field(("k",), (), "category", HERE, tuple("abcd"[:classes]))
    wanted: dict[str, Callable[..., Any]] = {
        "accuracy": metrics.accuracy_score,
        "confusion": metrics.confusion_matrix,
        "precision": lambda a, c: metrics.precision_score(a, c, average=average),
        "recall": lambda a, c: metrics.recall_score(a, c, average=average),
        "f1": lambda a, c: metrics.f1_score(a, c, average=average),
    }
    for name, function in wanted.items():
        found = _metric(name, _output((classes,), "probability"), target, y, k)
        np.testing.assert_allclose(found, function(k, said), rtol=1e-12, err_msg=name)


def test_classes_that_do_not_occur_are_left_out_of_an_average() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    k, said = np.array([0, 0, 1, 2, 2, 2]), np.array([0, 1, 1, 2, 2, 0])
    target = Field(("k",), (), "category", HERE, ("a", "b", "c", "never"))
    found = _metric("f1", _output((4,), "probability"), target, np.eye(4)[said], k)
    np.testing.assert_allclose(found, metrics.f1_score(k, said, average="macro"))


def test_one_unit_decides_between_two_classes() -> None:
    target = Field(("k",), (), "category", HERE, ("no", "yes"))
    k = np.array([0, 1, 1, 0])
    for kind, y in (("probability", [0.2, 0.7, 0.4, 0.9]), ("real", [-1.0, 2.0, -0.3, 0.2])):
        found = _metric("accuracy", _output((1,), kind), target, np.array(y)[:, None], k)
        assert found == 0.5


def test_metrics_of_numbers_agree_with_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(3)
    z = rng.normal(size=40)
    y = z + 0.3 * rng.normal(size=40)
    target = Field(("z",), (), "real", HERE)
    for name, function in (("mse", "mean_squared_error"), ("mae", "mean_absolute_error"), ("r2", "r2_score")):
        for shape in ((), (1,)):
            found = _metric(name, _output(shape, "real"), target, y.reshape(-1, *shape), z)
            np.testing.assert_allclose(found, getattr(metrics, function)(z, y), rtol=1e-12)


LOSSES = [
    ("mse", NUMBERS, "dense(1)", lambda y, z: ((y - z) ** 2).mean()),
    ("mae", NUMBERS, "dense(1)", lambda y, z: np.abs(y - z).mean()),
    (
        "huber(2)",
        NUMBERS,
        "dense(1)",
        lambda y, z: np.where(abs(y - z) < 2, (y - z) ** 2 / 2, 2 * (abs(y - z) - 1)).mean(),
    ),
    ("nll", CLASSES, "dense(3) -> softmax", lambda y, k: -np.log(y[np.arange(len(k)), k]).mean()),
    ("cross_entropy", CLASSES, "dense(3)", lambda y, k: (np.log(np.exp(y).sum(1)) - y[np.arange(len(k)), k]).mean()),
    ("bce", CLASSES.replace("=3", "=2"), "dense(1) -> sigmoid", lambda y, k: -np.log(np.where(k, y, 1 - y)).mean()),
    ("hinge", CLASSES.replace("=3", "=2"), "dense(1)", lambda y, k: np.maximum(0, 1 - np.where(k, y, -y)).mean()),
]


@pytest.mark.parametrize(("loss", "data", "last", "wanted"), LOSSES, ids=[row[0] for row in LOSSES])
def test_losses(loss: str, data: str, last: str, wanted: Callable[..., float]) -> None:
    checked = program(data + f"network n for d {{ {last} }}\ntrain n on d {{ loss {loss} }}")
    (action,) = checked.program.actions
    assert isinstance(action, Train)
    graph = step_graph(checked.program, action, checked.signatures["d"])
    rng = np.random.default_rng(0)
    target = checked.signatures["d"].target
    assert target is not None
    z = rng.integers(0, len(target.classes), 9) if target.classes else rng.normal(size=9)
    leaves = dict(graph.inputs)
    feed = {
        leaf: rng.normal(size=(9, 2)) if what == "input" else z.reshape(9, *leaf.shape[1:])
        for leaf, what in leaves.items()
    }
    setting = Setting(sizes={"B": 9}, precision="float64")
    feed.update({v.leaf: evaluate([v.initial], {}, setting)[0] + 0.1 for v in graph.trained})
    y, found = evaluate([graph.outputs[0].node, graph.loss], feed, setting)
    np.testing.assert_allclose(found, wanted(y[:, 0] if y.shape[1] == 1 else y, z), rtol=1e-12)
    assert graph.loss.shape == ()


def test_one_hot_targets_count_as_classes() -> None:
    text = (
        'data d {\n  columns a, b, y\n  rows [[1, 2, "u"], [2, 5, "v"], [3, 1, "w"], [0, 1, "u"]]\n  input (a, b)\n'
        "  target y -> onehot\n}\nnetwork n for d { dense(3) -> softmax }\ntrain n on d { loss %s; metrics accuracy }\n"
    )
    program(text % "nll")
    program(text % "mse")
    (run,) = program((text % "nll").replace("loss nll; ", "")).program.actions
    assert isinstance(run, Train) and run.loss_note.startswith("loss nll")


def test_initializers_have_the_variance_they_promise() -> None:
    limits = {
        "glorot": 2 / (300 + 200),
        "he": 2 / 300,
        "normal(std=0.1)": 0.01,
        "uniform(-1, 1)": 1 / 3,
        "zeros": 0,
        "constant(3)": 0,
    }
    for name, variance in limits.items():
        text = NUMBERS + f"network n for d {{ input x; param W[300, 200] ~ {name}; x -> dense(1) }}"
        checked = program(text)
        graph = network_graph(checked.program, checked.program.networks["n"], checked.signatures["d"], training=True)
        weights = evaluate(
            [next(v for v in graph.parameters if v.name == "W").initial], {}, Setting(precision="float64")
        )[0]
        np.testing.assert_allclose(weights.var(), variance, rtol=0.03, atol=1e-12)
        assert weights.shape == (300, 200)


def test_orthogonal_columns() -> None:
    checked = program(NUMBERS + "network n for d { input x; param U[6, 4] ~ orthogonal(2); x -> dense(1) }")
    graph = network_graph(checked.program, checked.program.networks["n"], checked.signatures["d"], training=True)
    u = evaluate([graph.parameters[0].initial], {}, Setting(precision="float64"))[0]
    np.testing.assert_allclose(u.T @ u, 4 * np.eye(4), atol=1e-12)


def _factors(schedule: str) -> NDArray[np.float64]:
    """What a schedule multiplies `lr` by at steps 1 .. 20: with g = 1 and lr = 1, how far w moves."""
    checked = program(
        NUMBERS + f"network n for d {{ dense(1) }}\ntrain n on d {{ optimizer sgd(1); schedule {schedule}; epochs 20 }}"
    )
    (action,) = checked.program.actions
    assert isinstance(action, Train)
    optimizer = step_graph(checked.program, action, checked.signatures["d"]).optimizer
    moved = dict(optimizer.updates)[optimizer.w]
    feed = {optimizer.w: np.zeros(1), optimizer.g: -np.ones(1)}
    return np.array(
        [evaluate([moved], feed, Setting(sizes={"P": 1}, precision="float64", step=t))[0][0] for t in range(1, 21)]
    )


def test_schedules() -> None:
    t = np.arange(1, 21)
    np.testing.assert_allclose(_factors("constant"), 1)
    np.testing.assert_allclose(_factors("cosine"), 0.5 * (1 + np.cos(np.pi * t / 20)), atol=1e-12)
    np.testing.assert_allclose(_factors("exponential(0.1)"), 0.1 ** ((t - 1) / 19))
    np.testing.assert_allclose(_factors("step(4, 0.5)"), 0.5 ** ((t - 1) * 4 // 20))
    np.testing.assert_allclose(_factors("warmup(25%)"), np.minimum(t / 5, (20 - t) / 15), atol=1e-12)


def test_dropout_keeps_the_mean_and_leaves_use_alone() -> None:
    checked = program(NUMBERS + "network n for d { dropout(0.25) }\n")
    x = np.ones((4000, 2))
    for training in (True, False):
        graph = network_graph(
            checked.program, checked.program.networks["n"], checked.signatures["d"], training=training
        )
        setting = Setting(sizes={"B": len(x)}, precision="float64")
        found = evaluate([graph.outputs[0].node], {graph.inputs[0].node: x}, setting)[0]
        if training:
            assert set(np.unique(found)) == {0.0, 1 / 0.75}
            assert abs(found.mean() - 1) < 0.03
        else:
            np.testing.assert_array_equal(found, x)
            assert not any(node.op == "uniform" for node in topological([graph.outputs[0].node]))


def test_the_kept_trees_of_the_library_are_those_of_its_text() -> None:
    for name, text in library_texts():
        collector = Collector()
        module = parse(Source(f"nndsl/std/{name}", text), collector)
        assert not collector
        for statement in module.statements:
            assert isinstance(statement, ast.Definition)
            kept = library().find(
                statement.name,
                ("flow", statement.kind) if statement.kind in ("layer", "cell", "activation") else (statement.kind,),
            )
            assert kept is not None and kept.definition == statement
