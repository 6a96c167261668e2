"""All names that a piece of syntax holds, whatever it means.

In: any node. Out: its `ast.Name`s, in the order of the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nndsl.syntax import ast


def nodes(tree: Any) -> Iterator[ast.Node]:
    """A node and all below it, from left to right."""
    if isinstance(tree, tuple):
        for item in tree:
            yield from nodes(item)
    elif isinstance(tree, ast.Node):
        yield tree
        for field in _fields(type(tree)):
            yield from nodes(getattr(tree, field))


def names(tree: Any) -> Iterator[ast.Name]:
    """All names below a node."""
    return (node for node in nodes(tree) if isinstance(node, ast.Name))


_known: dict[type, tuple[str, ...]] = {}


def _fields(kind: type) -> tuple[str, ...]:
    found = _known.get(kind)
    if found is None:
        plain = ("span", "name_span", "verb_span", "preposition_span", "comment", "broken")
        found = tuple(name for name in getattr(kind, "__dataclass_fields__", {}) if name not in plain)
        _known[kind] = found
    return found
