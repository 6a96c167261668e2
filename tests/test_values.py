"""`@value` gives what `dataclass(frozen=True, slots=True)` gives."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from typing import Any

import pytest

from nndsl.values import value


@value
class Place:
    """By `value`."""

    name: str
    size: int = 1
    note: str = field(default="", compare=False, repr=False)


@value
class Inner(Place):
    """With one more field."""

    parts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Twin:
    """The same by the standard library."""

    name: str
    size: int = 1
    note: str = field(default="", compare=False, repr=False)


@pytest.mark.parametrize("made", [Place("a"), Place("a", 2, note="x"), Inner("a", 3, parts=(1, 2))])
def test_values_are_copied_pickled_and_replaced(made: Any) -> None:
    assert pickle.loads(pickle.dumps(made)) == made == copy.copy(made)
    assert hash(made) == hash(copy.deepcopy(made))
    assert replace(made, name="b").name == "b" and replace(made, name="b") != made


def test_a_value_never_changes() -> None:
    made = Place("a")
    with pytest.raises(FrozenInstanceError):
        made.name = "b"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del made.name  # type: ignore[misc]
    with pytest.raises(AttributeError):
        made.other = 1  # type: ignore[attr-defined]
    assert made.name == "a"


def test_equality_asks_the_class_and_the_fields_that_are_compared() -> None:
    assert Place("a", note="x") == Place("a") != Place("a", 2)
    assert Place("a") != Inner("a") and Place("a") != ("a", 1) and Place("a") != Twin("a")
    assert len({Place("a"), Place("a", note="x"), Place("b")}) == 2


@pytest.mark.parametrize("words", [("a",), ("a", 2), ("a", 2, "x")])
def test_its_text_and_fields_are_those_of_a_dataclass(words: tuple[Any, ...]) -> None:
    assert repr(Place(*words)) == repr(Twin(*words)).replace("Twin", "Place")
    assert [f.name for f in fields(Place)] == [f.name for f in fields(Twin)]
    assert Place.__match_args__ == Twin.__match_args__
