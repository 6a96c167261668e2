"""`diagnose`: each finding on a script made to have it, none on a healthy one, and what is said of them."""

from __future__ import annotations

import io
import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from run_tools import checked
from script_tools import check, line_of

import nndsl
from nndsl.api import RunError
from nndsl.runtime.diagnosis import fit, rate, units
from nndsl.runtime.diagnosis.finding import Case
from nndsl.runtime.diagnosis.health import Health
from nndsl.runtime.diagnosis.text import told
from nndsl.runtime.jsonl import Lines
from nndsl.runtime.probes import Probes
from nndsl.runtime.results import Fields, Run
from nndsl.runtime.show import printed
from nndsl.semantics.diagnose import FIGURES
from nndsl.semantics.program import Train

POINTS = """set seed 1
data points {{
  from {data}
  split train=60%, validation=20%, test=20%
}}
{more}network net for points {{
  {net}
}}
train net on points as run {{
  batch 32
  {train}
}}
diagnose net on points as health
"""
BLOBS, MOONS = "blobs(300, classes=3, noise=0.8)", "moons(400, noise=0.1)"
PLAIN = "dense(16) -> relu\n  dense(classes) -> softmax"


def diagnosed(net: str = PLAIN, train: str = "epochs 10", data: str = BLOBS, more: str = "") -> Health:
    return of(POINTS.format(net=net, train=train, data=data, more=more))


def of(text: str, **data: object) -> Health:
    found = nndsl.compile(text, data=data).run()["health"]
    assert isinstance(found, Health)
    return found


def kinds(health: Health) -> set[str]:
    return {finding.kind for finding in health.findings}


def line(health: Health, kind: str) -> str:
    """What the finding stands at."""
    (finding,) = [f for f in health.findings if f.kind == kind]
    return finding.span.text


# ---- healthy -------------------------------------------------------------------------------------------------

HEALTHY = [
    (PLAIN, "epochs 60; optimizer adam(lr=0.01)", BLOBS),
    (PLAIN, "epochs 60; optimizer adam(lr=0.01)", MOONS),
    (
        "dense(8) -> tanh\n  dense(8) -> tanh\n  dense(1) -> sigmoid",
        "epochs 60; optimizer adam(lr=0.02); stop patience=9",
        MOONS,
    ),
    ("dense(16) -> tanh\n  dense(1)", "epochs 100; optimizer adam(lr=0.02)", "sine(200, noise=0.1)"),
]


@pytest.mark.parametrize(("net", "train", "data"), HEALTHY)
def test_a_healthy_network_has_no_findings_and_says_so_in_one_sentence(net: str, train: str, data: str) -> None:
    health = diagnosed(net, train, data)
    assert not health.findings and health.fields["findings"] == 0
    text = told(health)
    assert text.startswith("health: net on points.train is well (") and "dead units 0" in text
    assert health.figures["gradient_ratio"] > 0.1 and health.figures["underfitting"] < 0.5
    assert abs(health.figures["overfitting"]) < 0.1 and health.figures["unfinished"] < 0.3


# ---- units ---------------------------------------------------------------------------------------------------


def test_dead_units_are_those_that_are_0_for_every_row() -> None:
    health = diagnosed(PLAIN, "epochs 5; optimizer sgd(lr=20)", MOONS)
    assert "dead" in kinds(health) and line(health, "dead") == "relu"
    layer = next(p for p in health.probes.layers if p.by == "relu")
    assert health.figures["dead"] == layer.dead / 16 > 0.3
    found = nndsl.compile(POINTS.format(net=PLAIN, train="epochs 5; optimizer sgd(lr=20)", data=MOONS, more="")).run()
    state = found._session.networks["net"]
    weights = {name: state.arrays[v.leaf] for name, v in state.variables.items()}
    rows = found._session.dataset("points").part("train").input.floats()
    fed = rows @ weights["dense_1.W"] + weights["dense_1.b"]
    assert layer.dead == int((fed <= 0).all(axis=0).sum())
    assert "of 16 units of `dense_1 -> relu` are dead" in told(health)


def test_saturated_units_are_those_whose_slope_is_gone() -> None:
    more = "layer loud { input x[in]\n  output 40 * x }\n"
    health = diagnosed("loud -> dense(16) -> tanh\n  dense(classes) -> softmax", "epochs 3", BLOBS, more)
    assert line(health, "saturated") == "tanh" and "dead" not in kinds(health)
    (finding,) = [f for f in health.findings if f.kind == "saturated"]
    assert finding.severity == "severe" and finding.figure == health.figures["saturated"] > 0.9


def test_an_activation_of_the_script_is_looked_at_like_one_of_the_library() -> None:
    more = "activation squash(x) = 40 * x / (1 + abs(40 * x))\nactivation never(x) = max(x - 30, 0)\n"
    health = diagnosed("dense(16) -> squash -> dense(8) -> never\n  dense(classes) -> softmax", "epochs 2", BLOBS, more)
    assert line(health, "saturated") == "squash" and line(health, "dead") == "never"
    assert health.figures["dead"] == 1


def test_a_sure_answer_is_not_saturated() -> None:
    health = diagnosed("dense(8) -> tanh\n  dense(1) -> sigmoid", "epochs 40; optimizer adam(lr=0.05)", MOONS)
    output = next(p for p in health.probes.layers if p.by == "sigmoid")
    assert output.output and output.flat > 0.5 and "saturated" not in kinds(health)


# ---- gradients -----------------------------------------------------------------------------------------------


def test_gradients_vanish_in_a_deep_network_of_sigmoids() -> None:
    health = diagnosed("repeat 12 { dense(8) -> sigmoid }\n  dense(classes) -> softmax", "epochs 2")
    assert health.figures["gradient_ratio"] < 1e-6 and line(health, "gradient_ratio") == "dense(8)"
    first, *_, last = [p for p in health.probes.layers if p.by == "dense"]
    assert first.signal is not None and last.signal is not None
    assert math.isclose(health.figures["gradient_ratio"], first.signal / last.signal)
    assert "gradients vanish: at `dense_1`" in told(health)


def test_gradients_explode_where_weights_are_large() -> None:
    more = "layer wild { input x[in]\n  param W[in, 8] ~ normal(std=3)\n  output x @ W }\n"
    health = diagnosed(
        "repeat 8 { wild }\n  dense(classes) -> softmax", "epochs 2; optimizer sgd(lr=1e-12)", BLOBS, more
    )
    assert health.figures["gradient_ratio"] > 1e3 and "explode" in told(health)


WAVES = """set seed 2
data waves {{
  from sine(150, noise=0.1)
  sequence y -> standard
  window 24
  split train=60%, validation=20%, test=20%
}}
cell short(hold) {{
  input x[in]
  param W[in, 6], c[6] = 0
  state h[6] = 0
  h' = tanh(x @ W + hold * h + c)
  output h'
}}
network net for waves {{ {0} -> last -> dense(1) }}
train net on waves as run {{ epochs 2; optimizer sgd(lr=1e-4) }}
diagnose net on waves as health
"""


def test_gradients_vanish_over_time_in_a_cell_that_forgets() -> None:
    health = of(WAVES.format("short(0.2)"))
    assert health.figures["step_ratio"] < 0.2**23 * 1.001 and line(health, "step_ratio") == "short(0.2)"
    assert "at the first of 24 steps of `short_1`" in told(health)
    health = of(WAVES.format("short(0.95)"))
    assert "step_ratio" not in kinds(health) and health.figures["step_ratio"] > 1e-5


# ---- curves --------------------------------------------------------------------------------------------------


def test_overfitting_and_its_cure() -> None:
    net = "dense(64) -> relu\n  dense(64) -> relu\n  dense(classes) -> softmax"
    data, train = "blobs(60, classes=3, noise=2.5)", "epochs 200; optimizer adam(lr=0.01)"
    sick, cured = diagnosed(net, train, data), diagnosed(net, train + "; stop patience=5", data)
    assert kinds(sick) == {"overfitting"} and line(sick, "overfitting") == "net" and sick.figures["overfitting"] > 0.2
    assert sick.figures["rise"] > 0.2 and "it has risen by" in told(sick)
    assert "overfitting" not in kinds(cured) and cured.figures["rise"] == 0


def test_underfitting_where_there_is_nothing_to_learn() -> None:
    health = diagnosed(PLAIN, "epochs 20; optimizer adam(lr=0.003)", "blobs(300, classes=3, noise=40)")
    assert (
        "underfitting" in kinds(health) and health.figures["underfitting"] > 0.9 and "overfitting" not in kinds(health)
    )


def test_a_rate_too_high_and_one_too_low() -> None:
    high = diagnosed(PLAIN, "epochs 20; optimizer sgd(lr=20)", MOONS)
    assert line(high, "bounce") == "optimizer sgd(lr=20)" and high.figures["bounce"] > 2
    low = diagnosed(PLAIN, "epochs 20; optimizer adam(lr=0.0003)")
    assert "unfinished" in kinds(low) and "bounce" not in kinds(low) and low.figures["unfinished"] > 0.3
    assert "`adam(lr=0.0003)`" in told(low) and "the loss was still falling at the end" in told(low)


def test_classes_that_are_never_the_answer() -> None:
    made = np.random.default_rng(0)
    rows = {"x": made.normal(size=400), "k": ["rare" if i % 20 == 0 else "often" for i in range(400)]}
    text = """data d {
  from rows
  input x
  target k -> category
}
network net for d { dense(4) -> tanh; dense(classes) -> softmax }
train net on d as run { epochs 5; optimizer adam(lr=0.01) }
diagnose net on d as health
"""
    health = of(text, rows=rows)
    assert health.figures["never_predicted"] == 1 and "`rare` (20) of 400" in told(health)
    assert line(health, "never_predicted") == "k"


# ---- curves alone ----------------------------------------------------------------------------------------------


def case(losses: list[float], validation: list[float] | None = None, baseline: float | None = 1.0, **more: Any) -> Case:
    """A run with these curves, of a network of which nothing else is known."""
    done = checked("data d { from blobs(60, classes=3) }\nnetwork n for d { dense(classes) -> softmax }\ntrain n on d")
    train = next(a for a in done.program.actions if isinstance(a, Train))
    history = {"loss": losses} | ({} if validation is None else {"validation_loss": validation})
    watched = validation or losses
    best = 1 + min(range(len(watched)), key=watched.__getitem__)
    run = Run("run", "n", "d", Fields(history), best, 1.0, (0.1,) * len(losses), 60, **more)
    probes = Probes(60, losses[-1], baseline, (), (), None, np.zeros(0), None, None, done.signatures["d"])  # type: ignore[arg-type]
    return Case(probes, run, train, True)


PROGRAM = checked("data d { from blobs(60, classes=3) }\nnetwork n for d { dense(classes) }").program


@pytest.mark.parametrize(
    ("losses", "factor"),
    [
        ([1.0, 0.5, 0.25, 0.2], 1.0),
        ([1.0, 0.5, 1.5, 0.4], 3.0),
        ([1.0, 0.2, 0.3, 0.8, 0.1], 4.0),
        ([1.0, 0.001, 0.05, 0.002], 1.0),  # far below what matters
        ([1.0, 0.001, 0.3, 0.002], 3.0),  # from a tenth of the scale up
        ([3.0, 3.1, 2.9, 3.2, 3.0], 3.2 / 2.9),
    ],
)
def test_bounces_are_told_from_wavering(losses: list[float], factor: float) -> None:
    figure, found = rate.bounce(case(losses, baseline=3.0 if losses[0] == 3 else 1.0), PROGRAM)
    assert math.isclose(figure, factor) and bool(found) == (factor > 2)


def test_a_loss_that_stays_above_a_constant_has_gone_astray() -> None:
    figure, found = rate.bounce(case([5.0, 5.1, 4.9, 5.0, 5.2]), PROGRAM)
    assert figure == 5.2 and found[0].severity == "severe"
    falling, none = rate.bounce(case([5.0, 4.5, 4.2, 4.0, 3.9]), PROGRAM)
    assert falling == 1 and not none


def test_a_loss_at_rest_is_told_from_one_under_way() -> None:
    def fall(by: float) -> list[float]:
        return [0.3 + 0.7 * math.exp(-by * k / 40) for k in range(40)]

    at_rest, under_way, straight = (rate.unfinished(case(fall(by)), PROGRAM) for by in (12, 1, 0.01))
    assert at_rest[0] < 0.05 and not at_rest[1]
    assert under_way[0] == pytest.approx(math.exp(-0.5), rel=0.01) and under_way[1][0].severity == "mild"
    assert straight[0] == pytest.approx(1, abs=0.01) and straight[1][0].severity == "severe"
    assert math.isnan(rate.unfinished(case([1.0, 0.9, 0.8]), PROGRAM)[0])
    wavering = [1 - 0.01 * k + 0.3 * (k % 2) for k in range(40)]
    assert not rate.unfinished(case(wavering), PROGRAM)[1]
    turned = [1 + 0.01 * k for k in range(40)]
    assert not rate.unfinished(case(fall(1), turned), PROGRAM)[1]


def test_a_gap_is_measured_by_what_there_is_to_learn() -> None:
    losses, validation = [0.8, 0.4, 0.1, 0.01], [0.85, 0.6, 0.5, 0.9]
    gap, found = fit.overfitting(case(losses, validation))
    assert gap == pytest.approx(0.89) and found[0].severity == "severe" and "epoch 3: 0.5" in found[0].notes[1]
    assert fit.rise(case(losses, validation))[0] == pytest.approx(0.8)
    large, none = fit.overfitting(case([80, 40, 10, 1], [85, 60, 50, 20], baseline=1000.0))
    assert large == pytest.approx(0.019) and not none
    assert math.isnan(fit.overfitting(case(losses))[0])


def test_the_weights_that_came_back_are_judged() -> None:
    stopped = case([0.8, 0.5, 0.45, 0.01], [0.85, 0.6, 0.5, 0.9], stopped_early=True)
    stop = next(a for a in checked(STOPPED).program.actions if isinstance(a, Train)).stop
    kept = replace(stopped, train=replace(stopped.train, stop=stop))
    assert kept.kept == 3 and fit.overfitting(kept)[0] == pytest.approx(0.05)
    interrupted = replace(kept, run=replace(kept.run, interrupted=True))
    assert interrupted.kept == 4


STOPPED = """data d { from blobs(60, classes=3); split train=50%, validation=50% }
network n for d { dense(classes) -> softmax }
train n on d { stop patience=2 }
"""


def test_a_network_no_better_than_a_constant_is_not_said_to_overfit() -> None:
    bad = case([2.0, 2.0, 2.0, 2.0], [2.5, 2.5, 2.5, 2.5])
    assert not fit.overfitting(bad)[1] and fit.underfitting(bad)[1][0].severity == "severe"
    assert math.isnan(fit.underfitting(case([2.0, 2.0], baseline=None))[0])


# ---- the statement ------------------------------------------------------------------------------------------

SCRIPT = POINTS.format(net=PLAIN, train="epochs 2", data=BLOBS, more="")


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        ("diagnose other on points", "E0412", "`other` is diagnosed before it was trained"),
        ("diagnose net on points.test", "E0413", "the test part of `points`"),
        ("diagnose net", "E0209", "does not say `on` what"),
        ("diagnose nett on points", "E0201", "did you mean `net`?"),
        ("diagnose net on points.tset", "E0211", "no part `tset`"),
        ("diagnose net on points { row 4 }", "E0207", "did you mean `rows`?"),
        ("diagnose net on points { rows 4 }", "E0202", "a whole number from 16"),
        ("diagnose net on points as run", "E0204", "already"),
        ("diagnose run on points", "E0205", "is not a network"),
        ("expect health.ded == 0", "E0211", "did you mean `dead`?"),
        ("expect health < 1", "E0217", "the diagnosis `health`, not a number"),
    ],
)
def test_what_is_said_before_anything_runs(more: str, code: str, words: str) -> None:
    other = "network other for points { dense(classes) -> softmax }\ntrain other on points\n"
    text = SCRIPT + (more + "\n" + other if "other" in more else more + "\n")
    _, found = check(text)
    (first,) = [d for d in found if d.severity == "error"]
    said = "\n".join([first.message, *first.notes, first.help or ""])
    assert first.code == code and words in said, said
    assert line_of(first) == SCRIPT.count("\n") + 1


def test_other_data_than_those_of_the_training_are_warned_of() -> None:
    text = SCRIPT + "data more { from blobs(90, classes=3) }\ndiagnose net on more as again\n"
    _, found = check(text)
    assert [d.code for d in found] == ["W0409"] and "last trained on `points`" in found[0].message


def test_figures_can_be_expected_and_printed() -> None:
    lines = "\n".join(f"print health.{figure}" for figure in (*FIGURES, "findings", "rows"))
    found = nndsl.compile(SCRIPT + lines + "\nexpect health.dead <= 1\nshow health\n").run()
    health = found["health"]
    assert set(health.fields) == {"findings", "rows", *FIGURES} and health.rows == 180
    assert printed(health) == told(health)
    with pytest.raises(RunError) as problem:
        nndsl.compile(SCRIPT + "expect health.dead > 1\n").run()
    assert [d.code for d in problem.value.diagnostics] == ["E0602"]


def test_figures_that_cannot_be_are_not_there() -> None:
    text = "data d { columns x, y\n rows [[1, 2], [2, 3], [3, 5], [4, 6]]\n input x\n target y }\n"
    text += "network n for d { dense(1) }\ntrain n on d { epochs 2 }\ndiagnose n on d as health\n"
    health = of(text)
    assert set(health.fields) == {"findings", "rows", *FIGURES} - {"overfitting", "rise", "never_predicted"}
    _, found = check(text + "print health.overfitting\n")
    assert [d.code for d in found] == ["E0211"]


def test_rows_and_parts_can_be_chosen() -> None:
    health = of(SCRIPT.replace("diagnose net on points as", "diagnose net on points.validation as"))
    assert (health.part, health.rows) == ("validation", 60)
    health = of(SCRIPT.replace("as health", "as health { rows 50 }"))
    assert (health.part, health.rows) == ("train", 50)


def test_a_diagnosis_is_a_line_for_programs() -> None:
    stream = io.StringIO()
    text = POINTS.format(
        net="repeat 12 { dense(8) -> sigmoid }\n  dense(classes) -> softmax", train="epochs 2", data=BLOBS, more=""
    )
    nndsl.compile(text).run(listener=Lines(stream))
    last = json.loads(stream.getvalue().splitlines()[-1])
    assert (last["statement"], last["name"], last["part"]) == ("diagnose", "health", "train")
    assert last["step_ratio"] is None and last["findings"] == len(last["found"])
    found = next(f for f in last["found"] if f["kind"] == "gradient_ratio")
    assert found["line"] == 7 and found["severity"] == "severe" and "vanish" in found["message"]


def test_a_finding_shows_its_line_and_what_to_try() -> None:
    text = told(diagnosed("repeat 12 { dense(8) -> sigmoid }\n  dense(classes) -> softmax", "epochs 2"))
    assert "\n --> <text>:7:15\n" in text and "\n7 |   repeat 12 { dense(8) -> sigmoid }\n" in text
    assert "= try: `relu` in the place of sigmoids" in text and text.splitlines()[-1].strip()
    assert all(len(line) <= 140 for line in text.splitlines())


def test_the_last_training_is_the_one_that_counts() -> None:
    text = SCRIPT.replace("diagnose", "train net on points as longer { epochs 9; optimizer adam(lr=0.01) }\ndiagnose")
    health = of(text)
    assert (health.run, health.epochs) == ("longer", 9)


def test_a_bounce_that_was_overcome_is_no_finding() -> None:
    """A first step too long, and a small one later on: the loss came down further than where it had been."""
    down = [2.0 / (1 + k) for k in range(60)]
    for at, factor, harmless in ((3, 6.0, True), (3, 15.0, False), (30, 2.5, True), (30, 6.0, False)):
        losses = [loss * (factor if k == at else 1) for k, loss in enumerate(down)]
        figure, found = rate.bounce(case(losses, baseline=0.1), PROGRAM)
        assert figure > 2 and bool(found) is not harmless
    stuck = [*down[:30], *[down[29] * 2.4] * 30]
    assert rate.bounce(case(stuck, baseline=0.1), PROGRAM)[1]


def test_units_that_a_network_which_has_learnt_did_without_are_no_finding() -> None:
    health = diagnosed(PLAIN, "epochs 60; optimizer adam(lr=0.01)", MOONS)
    layer = next(p for p in health.probes.layers if p.by == "relu")
    half = replace(health.probes, layers=(replace(layer, dead=8, units=16),))
    for loss, findings in ((0.5, 1), (0.01, 0)):
        seen = replace(case([loss]), probes=replace(half, loss=loss, baseline=0.7))
        assert len(units.dead(seen)[1]) == findings
