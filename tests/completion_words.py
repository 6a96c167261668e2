"""For tests of completion: whether each word of a script is offered at its own place, from its first letters.

In: a script and its folder. Out: its words, with whether each is offered. Words that the script makes up where they
stand (after `as`, in a definition's head, on the left of an equation) are told apart: nothing can offer those.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nndsl.diagnostics import Collector, Source
from nndsl.editor.completion import complete
from nndsl.editor.known import Known, known
from nndsl.lower.check import check_program
from nndsl.syntax import ast, parse
from nndsl.syntax.layout import SPECIAL, lay_out
from nndsl.syntax.tree import Token

WORDS = {"NAME", "BACKQUOTED", "PRIMED", "TRUE", "FALSE", "NONE"} | SPECIAL


@dataclass(frozen=True)
class Word:
    text: str
    start: int
    line: str
    made_up: bool
    offered: bool


def known_of(text: str, folder: Path) -> Known:
    collector = Collector()
    return known(check_program(parse(Source("script.nn", text), collector), folder, collector), folder)


def words(text: str, folder: Path, letters: int = 1, alone: bool = False) -> Iterator[Word]:
    """Every word of a script, and whether it is offered once its first letters are typed. alone: nothing stands after
    them yet."""
    about = known_of(text, folder)
    made_up = set(_made_up(text))
    for statement in lay_out(Source("script.nn", text), Collector()).statements:
        for token in statement:
            if token.type not in WORDS or token.end_pos == token.start_pos:
                continue
            typed = text[: token.start_pos + letters] + ("" if alone else text[token.end_pos :])
            offered = complete(typed, min(token.start_pos + letters, token.end_pos), about)
            found = any(one.text.rstrip("=.(") == str(token) for one in offered)
            yield Word(str(token), token.start_pos, _line(text, token), token.start_pos in made_up, found)


def _line(text: str, token: Token) -> str:
    start = text.rfind("\n", 0, token.start_pos) + 1
    return text[start : text.find("\n", token.start_pos)].strip()


def _made_up(text: str) -> Iterator[int]:
    """Where names are made up: what a definition, a `let`, a declaration or an equation gives, and results."""
    for statement in parse(Source("script.nn", text), Collector()).statements:
        yield from _of(statement)


def _of(node: ast.Statement | ast.Item) -> Iterator[int]:
    match node:
        case ast.Let() | ast.Bind():
            yield from (name.span.start for name in node.names)
        case ast.Action():
            clause = node.clause("as")
            yield from (value.span.start for value in (clause.values if clause else ()))
        case ast.Definition():
            yield node.name_span.start
            yield from (parameter.span.start for parameter in node.parameters)
            if isinstance(node.body, ast.Block) and node.kind != "recipe":
                for item in node.body.items:
                    yield from _of(item)
        case ast.Option():
            if node.name in ("param", "state", "input", "penalty", "columns"):
                yield from _declared(node)
            for item in node.block.items if node.block else ():
                yield from _of(item)


def _declared(option: ast.Option) -> Iterator[int]:
    for argument in option.arguments:
        value = argument.value
        if isinstance(value, ast.Index) or option.name in ("param", "state", "columns"):
            yield (value.base if isinstance(value, ast.Index) else value).span.start
        if isinstance(value, ast.Index) and option.name == "input":
            yield from (size.span.start for size in value.items if isinstance(size, ast.Name))
