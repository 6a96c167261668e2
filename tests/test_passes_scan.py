"""Loops through the passes: their derivatives, and the same values from less work."""

from __future__ import annotations

import numpy as np
import pytest
from loops import random_loop
from numeric import difference

from nndsl.backend.reference import evaluate
from nndsl.ir import verify
from nndsl.passes.autodiff import gradients
from nndsl.passes.scan import improve
from nndsl.passes.simplify import simplify
from nndsl.passes.stabilise import stabilise


@pytest.mark.parametrize("seed", range(80))
def test_a_loop_is_its_steps_one_after_the_other(seed: int) -> None:
    example = random_loop(seed, nested=seed % 4 == 3)
    looped, plain = example.losses()
    verify([looped])
    got, expected = evaluate([looped, plain], example.bindings, example.setting)
    np.testing.assert_allclose(got, expected, rtol=1e-12)
    found = gradients(looped, example.wrt)
    verify(found)
    values = evaluate(found, example.bindings, example.setting)
    truths = evaluate(gradients(plain, example.wrt), example.bindings, example.setting)
    for leaf, value, truth in zip(example.wrt, values, truths, strict=True):
        np.testing.assert_allclose(value, truth, rtol=1e-10, atol=1e-12, err_msg=leaf["name"])


@pytest.mark.parametrize("seed", range(100, 106))
def test_gradients_of_loops_by_differences(seed: int) -> None:
    example = random_loop(seed, nested=seed % 3 == 2, size=5)
    loss, _ = example.losses()
    values = evaluate(gradients(loss, example.wrt), example.bindings, example.setting)
    for leaf, value in zip(example.wrt, values, strict=True):
        expected = difference(loss, leaf, example.bindings, example.setting)
        np.testing.assert_allclose(value, expected, rtol=1e-4, atol=1e-6, err_msg=leaf["name"])


@pytest.mark.parametrize("seed", range(200, 280))
def test_better_loops_have_the_same_values(seed: int) -> None:
    example = random_loop(seed, nested=seed % 4 == 3)
    looped, plain = example.losses()
    (better,) = improve(stabilise([looped]))
    after = improve(simplify([better, *gradients(better, example.wrt)], derived=True), derived=True)
    verify([better, *after])
    before = [plain, *gradients(plain, example.wrt)]
    for got, expected in zip(
        evaluate([better, *after], example.bindings, example.setting),
        evaluate([plain, *before], example.bindings, example.setting),
        strict=True,
    ):
        np.testing.assert_allclose(got, expected, rtol=1e-10, atol=1e-12)
    assert improve(after, derived=True) == after
