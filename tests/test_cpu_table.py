"""Tables with loops: what a turn moves is found from two turns, loops nest, and a table can be run again."""

from __future__ import annotations

import numpy as np
import pytest

from nndsl.backend.cpu import library
from nndsl.backend.cpu.arguments import bits
from nndsl.backend.cpu.copies import Instruction
from nndsl.backend.cpu.memory import aligned
from nndsl.backend.cpu.table import MEET, Again, Code, table, texts


def put(target: np.ndarray, place: int, value: float) -> Instruction:
    """One number into one place."""
    return library.kernel("fill", "float64"), [1, target.ctypes.data + 8 * place, bits(value)]


@pytest.mark.parametrize("times", [1, 2, 5])
def test_a_loop_moves_what_differs(times: int) -> None:
    x = aligned(8, np.float64)
    code: list[Code] = [put(x, 7, 3.0), Again(times, [put(x, 0, 1.0)], [put(x, 1, 1.0)])]
    made = table(code)
    for _ in range(2):  # the table is as it was after a run
        x[:] = 0
        made.run()
        np.testing.assert_array_equal(x, [*([1.0] * times), *([0.0] * (7 - times)), 3.0])


def test_loops_nest() -> None:
    x = aligned((4, 3), np.float64)

    def row(i: int) -> list[Code]:
        return [Again(3, [put(x, 3 * i, 1.0)], [put(x, 3 * i + 1, 1.0)])]

    made = table([Again(4, row(0), row(1))])
    for _ in range(2):
        x[...] = 0
        made.run()
        assert (x == 1).all()


def test_a_loop_may_go_backwards() -> None:
    x = aligned(6, np.float64)
    table([Again(3, [put(x, 5, 2.0)], [put(x, 4, 2.0)])]).run()
    np.testing.assert_array_equal(x, [0, 0, 0, 2, 2, 2])


def test_an_empty_loop_is_nothing() -> None:
    x = aligned(2, np.float64)
    table([Again(3, [], []), put(x, 0, 1.0), Again(0, [put(x, 1, 9.0)], [put(x, 1, 9.0)])]).run()
    np.testing.assert_array_equal(x, [1, 0])


def test_members_meet_where_they_are_told() -> None:
    x = aligned(2, np.float64)
    barrier = put(x, 1, 5.0)
    body: list[Code] = [put(x, 0, 1.0), MEET]
    assert len(list(texts(body))) == 1
    alone, together = table([Again(2, body, body)]), table([Again(2, body, body)], barrier)
    assert len(alone.addresses) + 1 == len(together.addresses)
    together.run()
    np.testing.assert_array_equal(x, [1, 5])
