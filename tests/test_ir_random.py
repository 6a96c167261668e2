"""Random numbers: the published vectors of Philox, and what a stream promises."""

from __future__ import annotations

import numpy as np
import pytest

from nndsl.backend.reference import evaluate
from nndsl.ir import Setting
from nndsl.ir import build as b
from nndsl.ir.philox import key, philox

# Random123's known answers for philox2x32-10: counter words, key, result words
KNOWN = (
    ((0x00000000, 0x00000000), 0x00000000, (0xFF1DAE59, 0x6CD10DF2)),
    ((0xFFFFFFFF, 0xFFFFFFFF), 0xFFFFFFFF, (0x2C3F628B, 0xAB4FD7AD)),
    ((0x243F6A88, 0x85A308D3), 0x13198A2E, (0xDD7CE038, 0xF62A4C12)),
)


@pytest.mark.parametrize(("counter", "seed", "expected"), KNOWN)
def test_known_answers(counter: tuple[int, int], seed: int, expected: tuple[int, int]) -> None:
    assert tuple(int(word) for word in philox(*counter, seed)) == expected


def test_keys_differ_by_seed_and_stream() -> None:
    keys = {key(seed, stream) for seed in range(50) for stream in range(50)}
    assert len(keys) == 2500
    assert all(0 <= k < 2**32 for k in keys)


@pytest.mark.parametrize("other", [Setting(seed=2), Setting(seed=1, step=2)])
def test_a_draw_repeats_and_changes_with_seed_and_step(other: Setting) -> None:
    node = b.uniform(0, (20,))
    first, again = (evaluate([node], {}, Setting(seed=1))[0] for _ in range(2))
    assert first.tolist() == again.tolist()
    assert first.tolist() != evaluate([node], {}, other)[0].tolist()


def test_streams_are_different_and_elements_do_not_depend_on_the_shape() -> None:
    one, two, longer = evaluate([b.uniform(0, (6,)), b.uniform(1, (6,)), b.uniform(0, (4, 5))], {}, Setting())
    assert one.tolist() != two.tolist()
    assert longer.ravel()[:6].tolist() == one.tolist()


def test_both_precisions_draw_the_same() -> None:
    node = b.uniform(3, (1000,))
    single, double = (evaluate([node], {}, Setting(precision=p))[0] for p in ("float32", "float64"))
    assert (single.astype(np.float64) == double).all()


def test_distributions() -> None:
    uniform, normal = evaluate([b.uniform(0, (100_000,)), b.normal(0, (100_000,))], {}, Setting())
    assert uniform.min() >= 0 and uniform.max() < 1
    assert uniform.mean() == pytest.approx(0.5, abs=0.005)
    assert (normal.mean(), normal.std()) == (pytest.approx(0, abs=0.01), pytest.approx(1, abs=0.01))
    assert np.isfinite(normal).all()
    assert (np.abs(normal) < 1).mean() == pytest.approx(0.6827, abs=0.005)
