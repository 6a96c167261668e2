"""Random words: those of Philox as NumPy has it, however they are asked for."""

from __future__ import annotations

import numpy as np
import pytest

from nndsl.data.randoms import Draws


@pytest.mark.parametrize("seed", [0, 1, 12345, 2**63 + 17, 2**64 - 1])
@pytest.mark.parametrize("stream", [1, 2])
def test_words_are_those_of_numpy(seed: int, stream: int) -> None:
    theirs = np.random.Philox(key=np.array([seed, stream], np.uint64)).random_raw(4099)
    np.testing.assert_array_equal(Draws(seed, stream).raw(4099), theirs)


def test_a_stream_goes_on_where_it_was() -> None:
    whole = Draws(7, 1).raw(60)
    draws = Draws(7, 1)
    pieces = [draws.raw(n) for n in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15)]
    np.testing.assert_array_equal(np.concatenate(pieces), whole)


def test_numbers_are_spread_as_they_should_be() -> None:
    uniform, normal = Draws(3, 2).uniform(100_000), Draws(3, 2).normal(100_000)
    assert uniform.min() >= 0 and uniform.max() < 1
    assert uniform.mean() == pytest.approx(0.5, abs=0.005) and uniform.var() == pytest.approx(1 / 12, abs=0.002)
    assert normal.mean() == pytest.approx(0, abs=0.015) and normal.var() == pytest.approx(1, abs=0.02)


def test_an_order_holds_each_thing_once() -> None:
    order = Draws(5, 1).order(1000)
    assert sorted(order) == list(range(1000)) and list(order) != list(range(1000))
