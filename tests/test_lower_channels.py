"""Pictures whose channels come first are warned of where windows would slide over the channels."""

from __future__ import annotations

import numpy as np
import pytest

import nndsl

TEXT = """
data pictures {{
  from pictures
  input picture
  target kind -> category
}}
network net for pictures {{ {body} -> flatten -> dense(2) -> softmax }}
train net on pictures {{ epochs 1 }}
train net on pictures {{ epochs 1 }}
"""


@pytest.mark.parametrize(
    ("shape", "body", "codes"),
    [
        ((3, 8, 8), "conv(4, 3)", ["W0408"]),
        ((1, 8, 8), "conv(4, [1, 3])", ["W0408"]),
        ((3, 8, 8), "maxpool(2)", ["W0408"]),
        ((3, 8, 8), "input x[...]; transpose(x, [1, 2, 0]) -> conv(4, 3)", []),
        ((3, 8, 8), "dense(4)", []),
        ((3, 8, 6), "conv(4, 3)", []),
        ((3, 4, 4), "conv(4, 3)", []),
        ((8, 8, 3), "conv(4, 3)", []),
    ],
)
def test_channels_first_are_warned_of(shape: tuple[int, ...], body: str, codes: list[str]) -> None:
    data = {"pictures": {"picture": np.zeros((6, *shape)), "kind": ["a", "b"] * 3}}
    found = nndsl.compile(TEXT.format(body=body), data=data).warnings
    assert [d.code for d in found] == codes
