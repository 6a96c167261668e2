"""Snippets for editors: each statement and each kind of definition, with places to fill in.

In: the examples of the compiler's tables and of the manual. Out: VS Code's snippets, as a dictionary that is JSON.
"""

from __future__ import annotations

import re
from itertools import pairwise

from nndsl.diagnostics import Source
from nndsl.editor.tokens import Piece, classified
from nndsl.manual.kinds import GIVEN_WORDS, KIND_EXAMPLES
from nndsl.semantics.options import STATEMENTS
from nndsl.semantics.roles import ROLES

INSIDE, _ESCAPED = r"([\\$}])", r"\\\1"  # what has a meaning inside `${1:...}`
FILLED_IN = ("definition", "name", "number", "string")


def snippets() -> dict[str, dict[str, object]]:
    """Those of statements that this version has, then those of definitions."""
    actions = {row.verb: (row.example, row.meaning) for row in STATEMENTS.values() if not row.later}
    kinds = {kind: (example, f"defines {ROLES[kind].article}") for kind, example in KIND_EXAMPLES.items()}
    return {
        word: {"prefix": word, "body": body(example), "description": meaning}
        for word, (example, meaning) in (actions | kinds).items()
    }


def body(example: str) -> list[str]:
    """The lines of a snippet: a block's lines below each other, and a place to fill in for each name and number."""
    pieces = classified(Source("example", example))
    places = _places(example, pieces)
    text = _filled(example, pieces[0], places)
    depth = 0
    for before, piece in pairwise(pieces):
        opens, closes = example[before.end - 1] == "{", example[piece.start] == "}"
        depth += opens - closes
        if opens or closes or example[before.start] == ";":
            text = text.removesuffix(";") + "\n" + "\t" * depth
        else:
            text += example[before.end : piece.start]
        text += _filled(example, piece, places)
    return text.split("\n")


def _places(example: str, pieces: list[Piece]) -> dict[str, tuple[int, Piece]]:
    """What is filled in: its number, and where it stands first. Names that the language gives are left as they are."""
    texts = [(example[piece.start : piece.end], piece) for piece in pieces]
    chosen = {text for text, piece in texts if piece.kind in FILLED_IN} - {"...", *GIVEN_WORDS}
    first: dict[str, Piece] = {}
    for text, piece in texts:
        if _written(text) in chosen:
            first.setdefault(_written(text), piece)
    return {text: (number, piece) for number, (text, piece) in enumerate(first.items(), 1)}


def _filled(example: str, piece: Piece, places: dict[str, tuple[int, Piece]]) -> str:
    text = example[piece.start : piece.end]
    name = _written(text)
    if name not in places:
        return re.sub(r"([\\$])", r"\\\1", text)
    number, first = places[name]
    if piece != first:
        return f"${number}" + text[len(name) :]
    if piece.kind == "string":
        return f'"${{{number}:{re.sub(INSIDE, _ESCAPED, text[1:-1])}}}"'
    return f"${{{number}:{name}}}" + text[len(name) :]


def _written(text: str) -> str:
    """A state's name without its prime: it is filled in where the state is declared."""
    return text.removesuffix("'")
