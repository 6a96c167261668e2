"""Register tiles for machines with narrower vectors than this one: the same products and transposes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nndsl.backend.cpu import library, product_texts
from nndsl.backend.cpu.linker import addresses
from nndsl.backend.cpu.machine import Machine, machine
from nndsl.backend.cpu.plan import KERNEL

SIZES = [(1, 1, 1), (3, 2, 5), (12, 32, 7), (13, 33, 9), (16, 3, 16), (64, 10, 40), (7, 65, 3), (70, 63, 20), (5, 9, 0)]
NARROW = tuple((wide, (6, 2, 1)) for wide in (2, 1))


@pytest.fixture(params=[16, 32], ids=["128 bits", "256 bits"])
def narrow(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Machine(machine().key, request.param, NARROW)
    for texts in (library, product_texts):
        monkeypatch.setattr(texts, "machine", lambda: other)


def _call(kind: str, precision: str, *arguments: int) -> None:
    text = library.kernel(kind, precision)
    values = np.array(arguments, np.int64)
    KERNEL(addresses([text])[text])(values.ctypes.data)


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_products(precision: str) -> None:
    rng = np.random.default_rng(0)
    for m, n, k in SIZES:
        a, b = (rng.standard_normal(shape).astype(precision) for shape in ((m, k), (k, n)))
        c: NDArray[Any] = np.full((m, n), 7, precision)
        _call("product", precision, 1, m, n, k, a.ctypes.data, 0, k, 1, b.ctypes.data, 0, n, c.ctypes.data, 0, n, 0)
        tolerance = 1e-5 if precision == "float32" else 1e-13
        np.testing.assert_allclose(c, a.astype(np.float64) @ b, rtol=tolerance, atol=tolerance * max(k, 1))


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_transposes(precision: str) -> None:
    rng = np.random.default_rng(0)
    for m, _, k in SIZES:
        source = rng.standard_normal((m, k)).astype(precision)
        target: NDArray[Any] = np.empty((k, m), precision)
        once = np.zeros(1, np.int64).ctypes
        _call("transpose", precision, m, k, source.ctypes.data, k, target.ctypes.data, m, 1, once.data, once.data)
        np.testing.assert_array_equal(target, source.T)
