"""What the declarations in a definition's body say of shapes: what comes in, what is trained, what is kept.

In: a definition. Out: lines of text. What comes out is not declared; the comment of an entry says it.
"""

from __future__ import annotations

from collections.abc import Iterator

from nndsl.semantics.walk import names
from nndsl.syntax import ast
from nndsl.syntax.text import to_text


def inputs(definition: ast.Definition) -> tuple[str, ...]:
    """`x[..., in]` for each value that comes in; empty where nothing is declared."""
    return tuple(to_text(argument.value) for argument in _arguments(definition, "input"))


def weights(definition: ast.Definition) -> tuple[str, ...]:
    """`W[in, units] ~ glorot` for each trained tensor; with axes and no first value it begins as `glorot` says."""
    found = []
    for argument in _arguments(definition, "param"):
        bare = argument.default is None and argument.initial is None
        found.append(to_text(argument) + (" ~ glorot" if bare and isinstance(argument.value, ast.Index) else ""))
    return tuple(found)


def states(definition: ast.Definition) -> tuple[str, ...]:
    """`h[units] = 0` for each value that is kept from step to step."""
    return tuple(to_text(argument) for argument in _arguments(definition, "state"))


def input_names(definition: ast.Definition) -> tuple[str, ...]:
    return tuple(text.partition("[")[0] for text in inputs(definition))


def called(definition: ast.Definition) -> frozenset[str]:
    """Every name that its body uses."""
    return frozenset(name.text for name in names(definition.body))


def _arguments(definition: ast.Definition, option: str) -> Iterator[ast.OptionArgument]:
    if isinstance(definition.body, ast.Block):
        for item in definition.body.items:
            if isinstance(item, ast.Option) and item.name == option:
                yield from item.arguments
