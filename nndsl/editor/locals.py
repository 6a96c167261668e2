"""The names that a body has given so far: parameters, inputs, weights, states, values, sizes.

In: a `Place` inside a definition. Out: the names, the latest first. Read from tokens, so that a body that is being
written has them too.
"""

from __future__ import annotations

from collections.abc import Iterator

from nndsl.editor.place import Place, Tokens, divided, outside
from nndsl.editor.wanted import Locals
from nndsl.syntax.layout import OPENERS


def locals_of(place: Place) -> Locals:
    """What the head of the definition and the lines before the cursor have named."""
    head = place.blocks[0].head if place.blocks else place.line
    lines = [line for block in place.blocks for line in block.lines]
    found: dict[str, str] = {}
    for name, what in (*parameters(head), *(pair for line in lines for pair in _bound(line))):
        found.pop(name, None)
        found[name] = what
    if place.blocks and place.line and place.line[0] == "param":
        found.update(_bound(place.line))  # a weight may be as large as one before it in the line
    return Locals(tuple(reversed(found.items())))


def parameters(head: Tokens) -> Iterator[tuple[str, str]]:
    """The parameters in the head of a definition, which may be cut off inside them."""
    if len(head) < 3 or head[2].type != "_CALL":
        return
    depth, end = 0, len(head)
    for i, token in enumerate(head[2:], 2):
        depth += token.type in OPENERS
        depth -= token.type in ("RPAR", "RSQB")
        if not depth:
            end = i
            break
    for part in divided(head[3:end]):
        if part and part[0].type == "NAME":
            yield str(part[0]), "parameter"


def _bound(line: Tokens) -> Iterator[tuple[str, str]]:
    """The names that a line makes known."""
    types = [token.type for token in outside(line)]
    first = str(line[0]) if line else ""
    if first in ("input", "param", "state") and types[1:2] != ["EQUAL"]:
        for part in divided(line[1:]):
            if part and part[0].type in ("NAME", "BACKQUOTED"):
                yield str(part[0]), {"param": "weight"}.get(first, first)
            if first == "input":
                yield from _sizes(part)
    elif "EQUAL" in types:
        for token in line[1:] if line[0].type == "LET" else line:
            if token.type == "EQUAL":
                break
            if token.type in ("NAME", "PRIMED"):
                yield str(token), "value"


def _sizes(part: Tokens) -> Iterator[tuple[str, str]]:
    """`input x[time, in]` gives its sizes names."""
    inner = part[2:] if len(part) > 1 and part[1].type == "_INDEX" else ()
    yield from ((str(one[0]), "size") for one in divided(inner[:-1]) if len(one) == 1 and one[0].type == "NAME")


def cell_of(place: Place, name: str) -> str:
    """What gives a local name its value last, which may be a cell: `lstm` of `code = x -> lstm(64)`."""
    for line in reversed([line for block in place.blocks for line in block.lines]):
        if len(line) > 2 and line[0] == name and line[1].type == "EQUAL":
            last = max((i for i, token in enumerate(line[:-1]) if token.type == "ARROW"), default=1)
            return str(line[last + 1])
    return ""
