"""The vector of kernels: every operation against numpy, for registers of 16, 32 and 64 bytes."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from nndsl.analysis.native import Kernel
from nndsl.backend.cpu.cache import Text
from nndsl.backend.cpu.linker import addresses
from nndsl.backend.cpu.texts import vector_head

# One kernel for all: x, y [LANES], points [16, 2], [16, 4], index [LANES]; out [12, LANES], numbers out [2]
_ALL = """
def try_all(g):
    x, y, out, numbers = load(floats(g[0]), 0), load(floats(g[1]), 0), floats(g[5]), longs(g[6])
    store(out, 0, x + y)
    store(out, LANES, x - y)
    store(out, 2 * LANES, x * y)
    store(out, 3 * LANES, x / y)
    store(out, 4 * LANES, smaller(x, y) + larger(x, y))
    store(out, 5 * LANES, root(y * y) + ramp())
    a, b = gather_pairs(floats(g[2]), ints(g[4]), 0)
    store(out, 6 * LANES, a)
    store(out, 7 * LANES, b)
    a, b, c = gather_quads(floats(g[3]), ints(g[4]), 0)
    store(out, 8 * LANES, a + b * splat(np.float32(100)))
    store(out, 9 * LANES, c)
    store(out, 10 * LANES, inverse(x))
    out[11 * LANES] = total(x)
    numbers[0] = below(x, y)
    numbers[1] = lowest_bit(np.int64(40))
"""


@pytest.mark.parametrize("lanes", [4, 8, 16])
def test_every_operation(lanes: int) -> None:
    text = Text("try_all", vector_head(lanes) + _ALL, "float32")
    rng = np.random.default_rng(lanes)
    x, y = rng.standard_normal((2, lanes)).astype(np.float32)
    pairs, quads = (rng.standard_normal((16, width)).astype(np.float32) for width in (2, 4))
    index = rng.integers(0, 16, lanes).astype(np.int32)
    out: NDArray[np.float32] = np.zeros((12, lanes), np.float32)
    numbers = np.zeros(2, np.int64)
    Kernel(addresses([text])[text])(x, y, pairs, quads, index, out, numbers)
    wanted = [x + y, x - y, x * y, x / y, x + y, abs(y) + np.arange(lanes), *pairs[index].T]
    wanted += [quads[index, 0] + 100 * quads[index, 1], quads[index, 2], 1 / x]
    for row, value in zip(out, wanted, strict=False):
        np.testing.assert_allclose(row, value, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(out[11, 0], x.sum(), rtol=1e-5, atol=1e-6)
    assert numbers.tolist() == [sum(1 << k for k in range(lanes) if x[k] < y[k]), 3]


def test_what_is_no_number_stays_so_and_is_below_nothing() -> None:
    text = Text("try_all", vector_head(4) + _ALL, "float32")
    x, y = np.array([np.nan, 1, np.inf, -1], np.float32), np.array([1, np.nan, 2, 0], np.float32)
    points, index = np.zeros((16, 4), np.float32), np.zeros(4, np.int32)
    out, numbers = np.zeros((12, 4), np.float32), np.zeros(2, np.int64)
    Kernel(addresses([text])[text])(x, y, points, points, index, out, numbers)
    assert np.isnan(out[:4, :2]).all() and np.isnan(out[11, 0])
    assert np.isnan(out[10, 0]) and out[0, 2:].tolist() == [np.inf, -1] and numbers[0] == 0b1000
