"""Places as the protocol counts them, changes of a text, and places that move with a change."""

from __future__ import annotations

import random

import pytest
from lsprotocol import types

from nndsl.diagnostics import Source
from nndsl.lsp.positions import Positions, moved, units

ROUGH = "π = 1\r\nlet 🙂 = 2\rx\x0cy\u2028z\n\n\ud800 end"
ENCODINGS = ("utf-8", "utf-16", "utf-32")


def positions(text: str, encoding: str = "utf-16") -> Positions:
    return Positions(Source("a.nn", text), encoding)


def test_columns_are_those_of_the_encoding() -> None:
    text = "🙂π x\nsecond"
    at = text.index("x")
    columns = [positions(text, encoding).position(at).character for encoding in ENCODINGS]
    assert columns == [7, 4, 3] and units("🙂", "utf-16") == 2
    assert positions(text).position(len(text)) == types.Position(1, 6)


def test_lines_end_as_the_protocol_says_and_nowhere_else() -> None:
    """A form feed and Unicode's separators are characters like others."""
    at = positions(ROUGH).position(ROUGH.index("z"))
    assert at == types.Position(2, 4)
    assert positions(ROUGH).position(ROUGH.index("end")) == types.Position(4, 2)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_there_and_back(encoding: str) -> None:
    places = positions(ROUGH, encoding)
    for offset in range(len(ROUGH) + 1):
        if ROUGH[offset - 1 : offset + 1] != "\r\n":  # between the two no position is
            back = places.offset(places.position(offset))
            assert back == offset


def test_what_lies_outside_is_moved_inside() -> None:
    places = positions("ab\r\ncd")
    assert places.offset(types.Position(0, 99)) == 2
    assert places.offset(types.Position(9, 0)) == 6 and places.position(99) == types.Position(1, 2)
    assert positions("🙂x").offset(types.Position(0, 1)) == 0  # within a character
    assert positions("").offset(types.Position(3, 3)) == 0


def test_changes_of_any_kind_leave_the_text_that_the_client_has() -> None:
    chance = random.Random(5)
    text = "let π = 1\r\nlet 🙂x = 2\n"
    for _ in range(300):
        places = positions(text)
        start, end = sorted(chance.randrange(len(text) + 1) for _ in range(2))
        if any(text[at - 1 : at + 1] == "\r\n" for at in (start, end)):
            continue
        new = "".join(chance.choices(["a", "π", "🙂", "\n", "\r\n", " "], k=chance.randrange(4)))
        change = types.TextDocumentContentChangePartial(places.range(start, end), new)
        changed = places.changed(change)
        assert changed == text[:start] + new + text[end:]
        text = changed if len(changed) < 80 else "π"
    assert positions(text).changed(types.TextDocumentContentChangeWholeDocument("all")) == "all"


def test_places_move_with_the_text_around_them() -> None:
    before, after = "dense(16) -> relu\nsoftmax", "dense(16) -> tanh\n\nsoftmax"
    assert moved(before, after, 5) == 5
    assert moved(before, after, before.index("softmax")) == after.index("softmax")
    assert moved(before, after, before.index("relu") + 1) is None
    assert moved(before, before, 9) == 9 and moved("", "x", 0) == 1
