"""Networks whose loss does not speak of the target have none: what they give is no forecast and no class."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nndsl

WAVE = np.sin(np.arange(40) / 3).round(4)
SEQUENCE = """
data wave {{
  from wave
  sequence x
  window 4
  split train=70%, test=30%
}}
network copy for wave {{ {body} }}
train copy on wave {{ epochs 1; loss {loss}; {metrics} }}
{then}
"""
ROWS = {"a": np.arange(12.0), "b": np.arange(12.0)[::-1].copy(), "kind": ["u", "v"] * 6}
LABELLED = """
data rows {{
  from rows
  input (a, b) -> standard
  target kind -> category
  split train=50%, test=50%
}}
network copy for rows {{ dense(2) }}
train copy on rows {{ epochs 1; loss {loss} }}
{then}
"""


def codes(text: str, **data: Any) -> list[str]:
    with pytest.raises(nndsl.CompileError) as found:
        nndsl.compile(text, data=data)
    return [d.code for d in found.value.diagnostics]


def test_a_copy_of_a_sequence_is_labelled_with_the_steps_that_are_seen(tmp_path: Path) -> None:
    to = tmp_path / "copy.csv"
    then = f'evaluate copy on wave.test as found\npredict copy on wave.test as told to "{to}"'
    text = SEQUENCE.format(body="identity -> dense(1)", loss="mse(output, input)", metrics="", then=then)
    results = nndsl.compile(text, data={"wave": {"x": WAVE}}).run()
    network = results.networks["copy"]
    scale, shift = network.weights["dense_1.W"].item(), network.weights["dense_1.b"].item()
    written = list(csv.DictReader(to.open()))
    assert written and all(
        float(row["output"]) == pytest.approx(WAVE[int(row["row"]) - 1] * scale + shift, abs=1e-4) for row in written
    )
    assert {row["step"] for row in written} == {"1", "2", "3", "4"}


@pytest.mark.parametrize(("metrics", "then"), [("metrics mse", ""), ("", "evaluate copy on wave.test { metrics mse }")])
def test_metrics_of_a_copy_are_refused(metrics: str, then: str) -> None:
    text = SEQUENCE.format(body="identity -> dense(1)", loss="mse(output, input)", metrics=metrics, then=then)
    assert codes(text, wave={"x": WAVE}) == ["E0409"]


def test_a_copy_does_not_go_on() -> None:
    text = SEQUENCE.format(body="dense(1)", loss="mse(output, input)", metrics="", then="sample copy on wave")
    assert codes(text, wave={"x": WAVE}) == ["E0218"]


def test_a_loss_over_the_target_keeps_it() -> None:
    then = "evaluate copy on wave.test { metrics mse; loss mean(output ^ 2) }"
    text = SEQUENCE.format(body="dense(1)", loss="mse(output, target)", metrics="metrics mae", then=then)
    assert not nndsl.compile(text, data={"wave": {"x": WAVE}}).warnings


@pytest.mark.parametrize(("loss", "names"), [("mse(output, input)", ["output"]), ("cross_entropy", ["kind"])])
def test_two_numbers_of_a_copy_are_not_two_classes(loss: str, names: list[str]) -> None:
    text = LABELLED.format(loss=loss, then="predict copy on rows.test as told")
    results = nndsl.compile(text, data={"rows": ROWS}).run()
    assert list(results.told.columns) == names
    assert results.networks["copy"].classes == (("u", "v") if names == ["kind"] else ())
