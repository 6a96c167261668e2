"""What is said to those who name a text's words, a date among numbers, or a cell and its size apart."""

from __future__ import annotations

from typing import Any

import pytest

import nndsl

TABLE = {"date": ["2020-01-01", "2020-01-02", "2020-01-03", "2020-01-04"], "x": [1.0, 2.0, 3.0, 4.0]}


@pytest.mark.parametrize(
    ("source", "sequence", "body", "said"),
    [
        ("the cat sat on the mat", "words", "last", "`characters`"),
        (TABLE, "(date, x)", "last -> dense(1)", "time=date"),
        (TABLE, "x", "bidirectional(lstm, 8) -> last -> dense(1)", "bidirectional(lstm(8))"),
        (TABLE, "x", "dense(6) -> attention(heads=4) -> last -> dense(1)", "`total` is 6 and `heads` is 4"),
    ],
)
def test_help_is_said(source: Any, sequence: str, body: str, said: str) -> None:
    text = f"data d {{\n  from d\n  sequence {sequence}\n  window 2\n}}\nnetwork n for d {{ {body} }}\ntrain n on d\n"
    with pytest.raises(nndsl.CompileError) as found:
        nndsl.compile(text, data={"d": source})
    assert said in f"{found.value.diagnostics[0].message} {found.value.diagnostics[0].help}"
