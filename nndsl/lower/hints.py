"""What the names of an expression look like, from its text alone: which stand for nothing yet, and which of these are
spoken of as lists, matrices or categories.

In: an expression and the roles whose definitions it may use. Out: names, and a word for some of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nndsl.semantics.builtins import BUILTINS
from nndsl.semantics.constants import CONSTANTS
from nndsl.semantics.program import Program
from nndsl.semantics.roles import ROLES
from nndsl.semantics.walk import nodes
from nndsl.syntax import ast

OVER_LISTS = ("sum", "mean", "prod", "var", "std", "argmax", "argmin", "count", "max", "min", "last", "flatten")
LISTED = ("loss", "metric", "regularizer")  # roles whose first arguments are lists, rather than numbers
BATCH = "batch"  # a word of `axis=`


def free_names(expr: ast.Expr, program: Program, spaces: Sequence[str], *, called: bool = False) -> list[str]:
    """Names that stand for nothing here, in the order of the text. called: of those that are called, instead."""
    found: dict[str, None] = {}
    heads = set(_heads(expr))
    for node in nodes(expr):
        if not isinstance(node, ast.Name) or (node.span.start in heads) != called:
            continue
        name = node.text
        known = (name in program.constants and not called) or name in CONSTANTS or name in BUILTINS or name == BATCH
        if not known and program.scope.find(name, spaces) is None:
            found[name] = None
    return list(found)


def _heads(expr: ast.Expr) -> Iterator[int]:
    """The places of names that are called, or that a value flows into."""
    for node in nodes(expr):
        if isinstance(node, ast.Call):
            yield node.function.span.start
        elif isinstance(node, ast.Pipe) and isinstance(node.right, ast.Name):
            yield node.right.span.start


def hints(expr: ast.Expr, program: Program, spaces: Sequence[str]) -> Mapping[str, str]:
    """`list`, `matrix` or `category`, for names that are spoken of as such."""
    found: dict[str, str] = {}
    for node in nodes(expr):
        for name, hint in _said(node, program, spaces):
            if hint != "list" or name not in found:  # of a sum over a product with a matrix, the product says more
                found[name] = hint
    return found


def _said(node: Any, program: Program, spaces: Sequence[str]) -> Iterator[tuple[str, str]]:
    match node:
        case ast.Index(base=base, items=items):
            yield from ((name, "list") for name in _names(base))
            yield from ((item.text, "category") for item in items if isinstance(item, ast.Name))
        case ast.Binary(op="@", left=left, right=right):
            for name in (*_names(left), *_names(right)):
                yield name, "matrix" if name[:1].isupper() else "list"
        case ast.Call(function=ast.Name(text=head), arguments=arguments):
            entry = program.scope.find(head, spaces)
            if entry is not None and entry.role in LISTED:
                for argument in arguments[: ROLES[entry.role].fed]:
                    yield from ((name, "list") for name in _names(argument.value))
            elif head in OVER_LISTS and len([a for a in arguments if a.name is None]) == 1:
                yield from ((name, "list") for name in _names(arguments[0].value))


def together(expr: ast.Expr, program: Program, spaces: Sequence[str]) -> list[tuple[str, ...]]:
    """Names that are given side by side to a definition: they are likely to be of one shape."""
    found: list[tuple[str, ...]] = []
    for node in nodes(expr):
        if isinstance(node, ast.Call) and isinstance(node.function, ast.Name):
            given = tuple(a.value.text for a in node.arguments if a.name is None and isinstance(a.value, ast.Name))
            if len(given) > 1 and program.scope.find(node.function.text, spaces) is not None:
                found.append(given)
    return found


def _names(expr: Any) -> list[str]:
    heads = set(_heads(expr))
    return [node.text for node in nodes(expr) if isinstance(node, ast.Name) and node.span.start not in heads]


def greatest_index(expr: ast.Expr) -> int:
    """The greatest whole number that chooses an element or ends a slice."""
    indices = [item for node in nodes(expr) if isinstance(node, ast.Index) for item in node.items]
    whole = [n.value for item in indices for n in nodes(item) if isinstance(n, ast.Number) and isinstance(n.value, int)]
    return max(whole, default=0)
