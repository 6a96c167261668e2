"""The shapes that the manual says a layer makes are those that come out: each is compiled with sizes of its own."""

from __future__ import annotations

import re
from itertools import count

import pytest
from std_tools import field, network

from nndsl.manual import Entry
from nndsl.manual.lookup import everything

SAID = re.compile(r"^(?:ids )?(\[[^\]]*\]) -> (\[[^\]]*\])$")
ANY = (2, 3)  # the axes that `...` stands for
# How each is called here, with arguments that differ from all sizes of what comes in; where nothing is said, its
# arguments have their defaults.
CALLS = {
    "dense": {"units": 23}, "embedding": {"count": 29, "units": 23}, "elman": {"units": 23}, "gru": {"units": 23},
    "lstm": {"units": 23}, "peephole_lstm": {"units": 23}, "jordan": {"units": 23, "outputs": 31},
    "conv": {"filters": 23, "size": 3}, "conv1d": {"filters": 23, "size": 3},
    "conv_transpose": {"filters": 23, "size": 3}, "depthwise": {"size": 3, "multiplier": 2}, "maxpool": {"size": 2},
    "avgpool": {"size": 2}, "maxpool1d": {"size": 2}, "avgpool1d": {"size": 2}, "global_pool": {},
    "upsample": {"factor": 2}, "copies": {"count": 29},
}  # fmt: skip
SAME = {"attention", "positional", "positions", "transformer", "layernorm", "batchnorm", "dropout", "noise", "mask"}


def axes(shape: str) -> list[str]:
    return [axis.strip() for axis in shape.strip("[]").split(",")]


def sizes(shape: str) -> tuple[list[int], dict[str, int]]:
    """Sizes for what comes in, each its own, and by name."""
    number, found, named = iter((8, 10, 12, 14)), list[int](), dict[str, int]()
    for axis in axes(shape):
        if axis == "...":
            found += ANY
        else:
            named[axis] = next(number)
            found.append(named[axis])
    return found, named


def wanted(shape: str, named: dict[str, int]) -> list[int | None]:
    """Sizes of what comes out; None where the text leaves one open, as in `height'`."""
    found: list[int | None] = []
    for axis in axes(shape):
        if axis == "...":
            found += ANY
        elif not axis.endswith("'"):
            found.append(eval(re.sub(r"[a-z]+", lambda name: str(named[name[0]]), axis)))
        else:
            found.append(None)
    return found


def made(entry: Entry, arguments: dict[str, int], shape: list[int]) -> list[int]:
    """The shape behind a layer."""
    call = entry.name + (f"({', '.join(f'{k}={v}' for k, v in arguments.items())})" if arguments else "")
    kind = field(shape, "category", 29) if entry.name == "embedding" else field(shape)
    graph = network(f"  {call}", kind)
    return [size for size in graph.outputs[0].node.shape if isinstance(size, int)]


SHAPED = [
    (entry, match)
    for entry in everything()
    if entry.kind in ("layer", "cell") and (match := SAID.match(dict(entry.facts).get("shapes", "")))
]


def test_every_form_is_checked() -> None:
    forms = {entry.name for entry, _ in SHAPED}
    assert forms == CALLS.keys() | {"flatten"}
    same = {e.name for e in everything() if e.kind == "layer" and "to the same" in dict(e.facts).get("shapes", "")}
    assert same == SAME


@pytest.mark.parametrize(("entry", "match"), [pytest.param(e, m, id=e.name) for e, m in SHAPED if e.name in CALLS])
def test_what_is_said_to_come_out_comes_out(entry: Entry, match: re.Match[str]) -> None:
    shape, named = sizes(match[1])
    arguments = CALLS[entry.name]
    found = made(entry, arguments, shape)
    said = wanted(match[2], named | arguments)
    assert len(found) == len(said)
    assert all(one is None or one == other for one, other in zip(said, found, strict=True)), (said, found)


def test_flatten_makes_one_axis_of_all() -> None:
    (entry,) = [e for e, match in SHAPED if match[2] == "[their product]"]
    assert entry.name == "flatten" and made(entry, {}, [6, 8, 10]) == [480]


@pytest.mark.parametrize("name", sorted(SAME))
def test_what_is_said_to_stay_the_same_does(name: str) -> None:
    (entry,) = [e for e in everything() if e.name == name and e.kind == "layer"]
    shape = [next(axis) for axis in (count(6), count(8))]
    assert made(entry, {}, shape) == shape
