"""Semantic tokens: the colours of `editor/tokens.py`, and of names what they mean.

In: a document. Out: numbers, five a token: lines and columns since the one before, length, type, modifiers.
"""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from nndsl.editor.meanings import Reference
from nndsl.editor.tokens import classified
from nndsl.lsp.documents import Document
from nndsl.lsp.positions import units
from nndsl.semantics.roles import ROLES

T = types.SemanticTokenTypes
M = types.SemanticTokenModifiers

# What a piece is by itself; brackets and the like have no token, and look as the editor likes.
OF_PIECE = {
    "comment": T.Comment, "string": T.String, "number": T.Number, "constant": T.Keyword, "word": T.Keyword,
    "kind": T.Keyword, "verb": T.Keyword, "option": T.Property, "definition": T.Variable, "argument": T.Parameter,
    "layer": T.Function, "call": T.Function, "name": T.Variable, "state": T.Variable, "column": T.Property,
    "operator": T.Operator, "arrow": T.Operator,
}  # fmt: skip
# What a name means; roles of definitions that are not here are called, as functions are.
OF_ROLE = {
    "network": T.Class, "recipe": T.Class, "data": T.Namespace, "constant": T.Variable, "result": T.Variable,
    "column": T.Property, "part": T.Property, "field": T.Property, "parameter": T.Parameter, "local": T.Variable,
    "size": T.TypeParameter, "builtin": T.Function, "encoder": T.Function, "generator": T.Function,
    "object": T.Variable, "option": T.Property, "setting": T.Property,
}  # fmt: skip
READ_ONLY = frozenset(("constant", "size"))
TYPES = tuple(dict.fromkeys((*OF_PIECE.values(), *OF_ROLE.values())))
MODIFIERS = (M.Definition, M.Readonly, M.DefaultLibrary, M.Modification)
LEGEND = types.SemanticTokensLegend([one.value for one in TYPES], [one.value for one in MODIFIERS])
NAMES = frozenset(("definition", "argument", "layer", "call", "name", "state", "column"))


def semantic_tokens(document: Document, params: types.SemanticTokensParams) -> types.SemanticTokens:
    return types.SemanticTokens(list(_numbers(document)))


def _numbers(document: Document) -> Iterator[int]:
    at = types.Position(0, 0)
    for start, end, kind, modifiers in _tokens(document):
        place = document.positions.position(start)
        lines = place.line - at.line
        yield lines
        yield place.character if lines else place.character - at.character
        yield units(document.text[start:end], document.positions.encoding)
        yield TYPES.index(kind)
        yield sum(1 << MODIFIERS.index(modifier) for modifier in modifiers)
        at = place


def _tokens(document: Document) -> Iterator[tuple[int, int, T, tuple[M, ...]]]:
    named = {one.span.start: one for one in document.read.references.all}
    for piece in classified(document.source):
        kind = OF_PIECE.get(piece.kind)
        end = piece.start + len(document.text[piece.start : piece.end].partition("\n")[0].rstrip("\r"))
        if kind is None or end == piece.start:
            continue
        reference = named.get(piece.start) if piece.kind in NAMES else None
        modifiers: tuple[M, ...] = (M.Modification,) if piece.kind == "state" else ()
        if reference is not None:
            kind = OF_ROLE.get(reference.meaning.role, T.Function if reference.meaning.role in ROLES else kind)
            modifiers += _modifiers(reference)
        yield piece.start, end, kind, modifiers


def _modifiers(reference: Reference) -> tuple[M, ...]:
    meaning = reference.meaning
    own = (M.Definition,) if reference.defines else ()
    fixed = (M.Readonly,) if meaning.role in READ_ONLY else ()
    given = (M.DefaultLibrary,) if meaning.origin in ("library", "language") else ()
    return (*own, *fixed, *given)
