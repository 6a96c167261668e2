"""Training as a whole: it learns, it repeats, it stops when it should, and it says where a number went wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from run_tools import LINE, blobs, checked, program, results, same

from nndsl.api import CompileError, Results, RunError
from nndsl.diagnostics.location import locate
from nndsl.runtime import show
from nndsl.runtime.events import Progress, Silent
from nndsl.runtime.session import Interrupted, Session

TRAIN = "train net on points as run { optimizer adam(lr=0.02); batch 16; epochs %s; metrics accuracy }\n"


# ---- it learns ------------------------------------------------------------------------------------------


def test_clouds_of_points_are_told_apart() -> None:
    found = results(
        blobs(TRAIN % "40; stop patience=10" + "evaluate net on points.test as result { metrics accuracy, confusion }")
    )
    assert found.result.accuracy > 0.95
    assert found.result.confusion.sum() == found.result.rows == 30
    assert found.run.history.loss[-1] < 0.3 * found.run.history.loss[0]


def test_a_line_is_found_to_six_digits() -> None:
    text = (
        LINE
        + "network fit for line { dense(1) }\ntrain fit on line as run { optimizer sgd(lr=0.5); batch 4; epochs 2000 }"
    )
    weights = results("set precision float64\n" + text).fit.weights
    np.testing.assert_allclose(weights["dense_1.W"], [[2.0]], atol=1e-6)
    np.testing.assert_allclose(weights["dense_1.b"], [0.0], atol=1e-6)


@pytest.mark.parametrize(
    "option", ["schedule cosine", "clip 0.1", "regularize l2(0.1)", "regularize l1(0.1), l2(0.1)", "seed 9"]
)
def test_every_option_changes_the_run(option: str) -> None:
    plain = results(blobs("train net on points { epochs 2 }")).net.weights
    other = results(blobs("train net on points { epochs 2; " + option + " }")).net.weights
    assert not same(plain, other)


def test_a_second_training_goes_on_from_the_weights_there_are() -> None:
    found = results(blobs(TRAIN % 5 + "train net on points as more { optimizer adam(lr=0.02); batch 16; epochs 5 }"))
    assert found.more.history.loss[0] < found.run.history.loss[0]
    assert found.more.history.loss[0] < 1.05 * found.run.history.loss[-1]


def test_metrics_and_losses_of_each_epoch_are_kept() -> None:
    run = results(blobs(TRAIN % 3)).run
    assert set(run.history) == {"loss", "accuracy", "validation_loss", "validation_accuracy"}
    assert all(len(column) == run.epochs == 3 for column in run.history.values())
    assert len(run.epoch_seconds) == 3 and 0 < sum(run.epoch_seconds) <= run.seconds
    assert run.best.epoch == 1 + int(np.argmin(run.history.validation_loss))


def test_the_loss_of_an_epoch_is_the_mean_over_its_examples_as_it_was_computed() -> None:
    text = (
        LINE
        + "network fit for line { dense(1) }\ntrain fit on line as run { optimizer sgd(lr=1e-30); batch 3; epochs 1 }\n"
    )
    found = results(text + "evaluate fit on line.train as result { metrics mse }")
    assert (
        found.run.history.loss[0]
        == pytest.approx(found.result.loss, rel=1e-6)
        == pytest.approx(found.result.mse, rel=1e-6)
    )


# ---- it repeats -----------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bits_and_another_does_not() -> None:
    text = TRAIN % 3
    first, again, other = (results(blobs(text, seed)) for seed in (1, 1, 2))
    assert same(first.net.weights, again.net.weights)
    assert first.run.history.loss == again.run.history.loss
    assert not same(first.net.weights, other.net.weights)


def test_a_program_that_is_run_twice_begins_anew() -> None:
    made = program(blobs(TRAIN % 3))
    assert same(made.run().net.weights, made.run().net.weights)


def test_the_name_of_a_run_changes_nothing() -> None:
    text = TRAIN % 3
    assert same(results(blobs(text)).net.weights, results(blobs(text.replace("as run", "as other"))).net.weights)


# ---- early stopping ---------------------------------------------------------------------------------------

OVERFIT = """set seed 3
data waves {
  from sine(60, noise=0.3)
  split train=30, validation=30
}
network net for waves { dense(32) -> tanh; dense(32) -> tanh; dense(1) }
train net on waves as run { optimizer adam(lr=0.02); batch 8; epochs 300; stop patience=8%s }
evaluate net on waves.validation as result { metrics mse }
"""


def test_early_stopping_brings_the_best_weights_back() -> None:
    found = results(OVERFIT % "")
    run = found.run
    assert run.stopped_early and run.epochs == run.best.epoch + 8 < 300
    assert run.best.validation_loss == min(run.history.validation_loss) < run.history.validation_loss[-1]
    assert found.result.loss == pytest.approx(run.best.validation_loss, rel=1e-6)


def test_early_stopping_on_a_metric_that_is_better_when_it_is_more() -> None:
    text = blobs(
        "train net on points as run { optimizer adam(lr=0.05); epochs 60; metrics accuracy\n"
        "  stop patience=3, monitor=validation.accuracy }"
    )
    run = results(text).run
    assert run.best.validation_accuracy == max(run.history.validation_accuracy)
    assert run.epochs == run.best.epoch + 3


def test_min_delta_wants_more_than_a_little() -> None:
    patient, strict = (results(OVERFIT % delta).run for delta in ("", ", min_delta=10"))
    assert strict.epochs == 9 < patient.epochs  # the first epoch counts; nothing after it is better by 10


# ---- numbers that are not finite --------------------------------------------------------------------------

FIT = LINE + "network fit for line { %s }\n"
NAN = {  # text, line, words
    "loss": (
        FIT % "dense(1)" + "train fit on line { optimizer sgd(lr=1e30); batch 2 }",
        8, "the loss `mse`: a number too large",
    ),
    "learning rate": (
        FIT % "dense(4) -> relu -> dense(1)" + "train fit on line { optimizer sgd(lr=1e30); batch 2 }",
        7, "sgd(lr=1e30)",
    ),
    "own loss": (
        FIT % "dense(1)" + "loss relative(y, z) = (log(y - 9) - z)^2\ntrain fit on line { loss relative }",
        8, "not positive",
    ),
    "own layer": (
        FIT % "\n  h = dense(3)\n  1 / (h - h) -> dense(1)" + "train fit on line { }",
        9, "division",
    ),
    "own optimizer": (
        FIT % "dense(1)" + "optimizer bad(lr = 0.1) { state c = 0; c' = c + 1; w' = w - lr * g / (2 - c) }\n"
        "train fit on line { optimizer bad; batch 1; epochs 1 }",
        8, "division",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", NAN)
def test_a_number_that_is_not_finite_is_shown_where_it_was_made(kind: str) -> None:
    text, line, word = NAN[kind]
    with pytest.raises(RunError) as found:
        results(text)
    (diagnostic,) = found.value.diagnostics
    assert diagnostic.code == "E0601" and "epoch 1, step" in diagnostic.message
    assert diagnostic.span is not None and locate(diagnostic.span.source, diagnostic.span.start).line == line
    assert word in str(found.value) and "the optimizer is" in str(found.value)
    assert found.value.results is not None
    assert all(np.isfinite(w).all() for w in found.value.results.fit.weights.values())


def test_the_step_is_that_of_the_update_that_spoilt_the_weights() -> None:
    with pytest.raises(RunError, match="epoch 1, step 3 of 4"):
        results(NAN["own optimizer"][0])


def test_the_weights_from_before_the_epoch_are_back() -> None:
    good = LINE + "network fit for line { dense(1) }\n"
    slow = "optimizer slow(lr = 0.1) { state c = 0; c' = c + 1; w' = w - lr * g / max(0, 6 - c) }\n"
    steps = slow + "train fit on line as run { optimizer slow; batch 1; epochs %d }"
    with pytest.raises(RunError, match="epoch 2, step 3 of 4") as found:
        results(good + steps % 2)
    kept = found.value.results
    assert kept is not None and same(kept.fit.weights, results(good + steps % 1).fit.weights)


# ---- Ctrl-C ------------------------------------------------------------------------------------------------


class StopAfter(Silent):
    """Asks for the end when some epochs are done."""

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs
        self.session: Session | None = None
        self.done_actions = 0

    def look(self, progress: Progress) -> None:
        if len(progress.history) >= self.epochs and self.session is not None:
            self.session.control.stop()

    def done(self, action: object, outcome: object, elapsed_s: float) -> None:
        self.done_actions += 1


def test_an_interrupted_run_keeps_its_weights_and_ends_the_script() -> None:
    listener = StopAfter(3)
    session = Session(
        checked(blobs("train net on points as run { epochs 100_000_000 }\nevaluate net on points.test")),
        Path.cwd(),
        listener,
    )
    listener.session = session
    with pytest.raises(Interrupted):
        session.run()
    run = session.results["run"]
    assert list(session.results) == ["run"] and listener.done_actions == 0
    found = Results(session)
    assert found.run is run and run.interrupted and run.epochs >= 3  # type: ignore[union-attr]
    assert not same(found.net.weights, results(blobs("train net on points { epochs 1 }")).net.weights)


def test_a_second_training_that_fails_leaves_the_first() -> None:
    text = LINE + "network net for line { dense(1) }\ntrain net on line as one { epochs 3 }\n"
    with pytest.raises(RunError, match="the weights from before this training are back") as found:
        results(text + "train net on line as two { optimizer sgd(lr=1e30); batch 1; epochs 2 }")
    assert found.value.results is not None
    assert same(found.value.results["net"].weights, results(text).net.weights)


def test_a_first_value_that_is_no_number_is_said_at_its_parameter() -> None:
    text = LINE + (
        "initializer bad = log(0 * normal(shape))\n"
        "layer own { input x[in]\n param W[in, 1] ~ bad\n output x @ W }\n"
        "network net for line { own }\ntrain net on line"
    )
    with pytest.raises(RunError) as found:
        results(text)
    (fault,) = found.value.diagnostics
    assert fault.code == "E0601" and "`own_1.W` begins with" in fault.message
    assert fault.span is not None and fault.span.text == "W[in, 1] ~ bad"


@pytest.mark.parametrize(
    ("written", "value"),
    [("mean(g^2)", lambda g: np.mean(g**2)), ("min(abs(g))", lambda g: np.min(abs(g))), ("count(g)", np.size)],
)
def test_an_optimizer_meets_weights_alone(written: str, value: Callable[[NDArray[Any]], float]) -> None:
    """What an optimizer sums over is all weights and nothing between them, and it may divide by a gradient."""

    def weights(update: str) -> NDArray[Any]:
        text = f"set precision float64\n{LINE}optimizer own(lr = 1) {{ w' = {update} }}\n"
        found = results(
            text
            + "network net for line { dense(3) -> tanh; dense(1) }\n"
            + "train net on line { optimizer own; epochs 1; batch 4 }"
        )
        return np.concatenate([array.reshape(-1) for array in found.net.weights.values()])

    gradient = weights("w") - weights("w - lr * g")
    assert weights(f"w * 0 + {written}") == pytest.approx(np.full(10, value(gradient)))
    assert weights("w - lr * g / abs(g)") == pytest.approx(weights("w") - np.sign(gradient))


# ---- networks and data that do not go together ---------------------------------------------------------------


def test_a_network_keeps_its_shape_when_it_meets_other_data() -> None:
    other = "data wide { columns a, b, c\n rows [[1, 2, 3], [4, 5, 6]]\n input (a, b)\n target c }\n"
    text = LINE + other + "network net { dense(1) }\ntrain net on line { epochs 1 }\n"
    for line in (
        "train net on wide { epochs 1 }", "evaluate net on wide.train", "predict net on wide", "diagnose net on wide",
        "plot surface(net, wide)", "plot gradients(net, wide)", "plot fit(net, wide)",
    ):  # fmt: skip
        with pytest.raises(CompileError, match=r"was made for `line` and does not fit `wide`"):
            results(text + line)


# ---- metrics and results ------------------------------------------------------------------------------------


def test_metrics_of_numbers_are_in_the_units_of_the_target() -> None:
    text = "data d { from sine(80)\n target y -> x * 1000\n input x\n split train=50, validation=30 }\n"
    found = results(
        text
        + "network net for d { dense(1) }\ntrain net on d as run { epochs 3; metrics mae }\n"
        + "evaluate net on d.validation as result { metrics mae, mse }"
    )
    assert found.run.history.validation_mae[-1] == pytest.approx(found.result.mae)
    assert found.result.mae < 3 and found.result.loss > 1000  # of the sine itself; the loss is of what was learnt


def test_a_target_called_row_does_not_hide_the_rows_numbers(tmp_path: Path) -> None:
    text = LINE.replace("y", "row") + "network net for line { dense(1) }\n"
    results(text + f'predict net on line.train to "{tmp_path / "a.csv"}"')
    lines = (tmp_path / "a.csv").read_text().splitlines()
    assert lines[0] == "row_number,row" and lines[1].startswith("1,")


HEADS = """data d { columns x, k, l
  rows [[0, "a", "p"], [1, "a", "q"], [2, "b", "r"], [3, "b", "r"]]
  input x
  target (k, l) -> category }
network net for d { input x[1]
  h = x -> dense(4) -> tanh
  one = h -> dense(2) -> softmax
  two = h -> dense(3) -> softmax
  output one, two }
"""


def test_a_network_with_several_outputs_answers_with_each() -> None:
    loss = "loss nll(one, target[0]) + nll(two, target[1])"
    found = results(HEADS + f"train net on d {{ {loss}; epochs 3 }}\npredict net on d.train as said")
    rows = [[0], [1], [2], [3]]
    for answers in (found.net.predict(rows), dict(enumerate(found.net.scores(rows), 1))):
        for name, values in zip(("output_1", "output_2"), answers.values(), strict=True):
            assert np.array_equal(values, found["said"][name])
    with pytest.raises(ValueError, match="no probabilities"):
        found.net.predict_proba(rows)


def test_targets_with_classes_of_their_own_need_an_output_each() -> None:
    with pytest.raises(CompileError, match="no one output fits them"):
        results(HEADS + "network single for d { dense(4) -> reshape(2, 2) -> softmax }\ntrain single on d")


def test_answers_for_soft_targets_are_shares() -> None:
    text = (
        "data d { columns x, a, b\n rows [[0, 0.2, 0.8], [1, 0.5, 0.5], [2, 0.9, 0.1]]\n input x\n target (a, b) }\n"
        "network net for d { dense(2) }\n"
        "train net on d as run { loss cross_entropy; optimizer adam(lr=0.1); epochs 300 }\n"
        "predict net on d.train as said"
    )
    found = results(text)
    assert found.said["a"] + found.said["b"] == pytest.approx(np.ones(3))
    assert found.said["a"] == pytest.approx([0.2, 0.5, 0.9], abs=0.1)
    assert found.net.predict([[2.0]])["b"] == pytest.approx(found.said["b"][2:])


@pytest.mark.parametrize("threads", [2, 3])
def test_any_number_of_threads_gives_the_same_bits(threads: int) -> None:
    text = "data d { from blobs(600, classes=3) }\n"
    text += "network net for d { dense(300) -> relu -> dense(300) -> relu -> dense(classes) -> softmax }\n"
    text += "train net on d { batch 128; epochs 2 }"
    alone, together = (results(f"set threads {n}\n{text}").net.weights for n in (1, threads))
    assert same(alone, together)


def test_loss_expressions_over_output_and_input() -> None:
    text = "data d { from blobs(60)\n input (x, y) -> standard }\nnetwork net for d { dense(2) -> tanh; dense(2) }\n"
    found = results(
        text + "train net on d as run { loss mse(output, input); optimizer adam(0.05); epochs 150; batch 16 }"
    )
    assert found.run.history.loss[-1] < 0.3 * found.run.history.loss[0]


def test_precision_is_that_of_the_weights_and_the_outputs() -> None:
    found = results("set precision float64\n" + blobs("train net on points { epochs 1 }"))
    assert {w.dtype for w in found.net.weights.values()} == {np.dtype("float64")}
    assert found.net.scores([[0.0, 0.0]]).dtype == np.float64


def test_metrics_of_soft_targets_see_the_shares_that_are_answered() -> None:
    text = """
    data d {
      columns x, a, b; rows [[0, 0.9, 0.1], [1, 0.5, 0.5], [2, 0.2, 0.8], [3, 0.1, 0.9]]
      input x; target (a, b)
    }
    network n for d { dense(2) }
    train n on d as run { loss cross_entropy; epochs 2; metrics mse }
    evaluate n on d.train as result { metrics mse }
    predict n on d.train as answers
    """
    found = results(text)
    answers = np.column_stack([found["answers"]["a"], found["answers"]["b"]])
    targets = np.array([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8], [0.1, 0.9]])
    assert found["result"].mse == pytest.approx(np.mean((answers - targets) ** 2), rel=1e-5)


def test_answers_of_many_columns_are_shown_in_part() -> None:
    text = LINE + "network wide for line { dense(40) }\ntrain wide on line as run { loss mean(output^2); epochs 1 }\n"
    found = results(text + "predict wide on line as given").given
    header, *rows, last = show.result(found).splitlines()[1:]
    assert header.split()[-2:] == ["output_15", "..."] and all(row.endswith("...") for row in rows)
    assert "41 columns" in last


def test_what_is_no_answer_for_the_target_is_given_as_it_is() -> None:
    text = blobs(
        "train net on points as run { loss mse(output, input); epochs 1 }\npredict net on points.test as given"
    )
    text = text.replace("dense(classes) -> softmax", "dense(4) -> tanh -> dense(features)")
    found = results(text + "\nprint given.output[0]\n").given
    assert (
        found.probabilities is None and list(found.columns) == ["output"] and found.columns["output"].shape == (30, 2)
    )
