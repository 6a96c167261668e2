"""Where values are put: those alive at once never overlap, all are aligned, and memory is used again."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from nndsl.passes.memory import Life, place

LIVES = st.lists(
    st.tuples(st.integers(0, 300), st.integers(0, 12), st.integers(0, 6)).map(lambda t: Life(t[0], t[1], t[1] + t[2])),
    max_size=25,
)


@given(LIVES, st.sampled_from([1, 16, 64]))
def test_values_alive_at_once_do_not_overlap(lives: list[Life], alignment: int) -> None:
    offsets, total = place(dict(enumerate(lives)), alignment)
    assert all(offset % alignment == 0 for offset in offsets.values())
    assert all(offsets[i] + life.size <= total for i, life in enumerate(lives))
    for (i, x), (j, y) in combinations(enumerate(lives), 2):
        if x.first <= y.last and y.first <= x.last:
            assert offsets[i] + x.size <= offsets[j] or offsets[j] + y.size <= offsets[i]


def test_memory_is_used_again() -> None:
    chain = {i: Life(64, i, i + 1) for i in range(10)}
    assert place(chain)[1] == 128


def test_nothing_takes_nothing() -> None:
    assert place({}) == ({}, 0)
