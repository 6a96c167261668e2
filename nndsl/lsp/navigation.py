"""Where a name comes from, and where else it stands.

In: a document and a position. Out: places, in this text, in files that it uses, in the library.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lsprotocol import types

from nndsl.diagnostics import Span
from nndsl.editor.meanings import Meaning
from nndsl.editor.rename import target
from nndsl.lsp.documents import Document, uri_of
from nndsl.syntax import ast

START = types.Range(types.Position(0, 0), types.Position(0, 0))


def definition(document: Document, params: types.DefinitionParams) -> types.Location | None:
    offset = document.positions.offset(params.position)
    used = _used_file(document, offset)
    if used is not None:
        return types.Location(uri_of(used), START)
    meaning = _meaning(document, offset)
    place = meaning.place if meaning is not None else None
    return document.among.location(place) if place is not None else None


def _used_file(document: Document, offset: int) -> Path | None:
    """The file that a `use` at an offset names."""
    for statement in document.read.module.statements:
        if isinstance(statement, ast.Use) and statement.path.span.start <= offset <= statement.path.span.end:
            path = (document.folder / statement.path.text).resolve()
            return path if path.is_file() else None
    return None


def references(document: Document, params: types.ReferenceParams) -> list[types.Location] | None:
    meaning = _meaning(document, document.positions.offset(params.position))
    if meaning is None:
        return None
    spans = [span for span, defines in _uses(document, meaning) if not defines or params.context.include_declaration]
    place = meaning.place
    if params.context.include_declaration and place is not None and not document.is_own(place):
        spans.insert(0, place)
    return [document.among.location(span) for span in spans]


def highlight(document: Document, params: types.DocumentHighlightParams) -> list[types.DocumentHighlight] | None:
    meaning = _meaning(document, document.positions.offset(params.position))
    if meaning is None:
        return None
    kinds = (types.DocumentHighlightKind.Read, types.DocumentHighlightKind.Write)
    return [
        types.DocumentHighlight(document.positions.of(span), kinds[defines])
        for span, defines in _uses(document, meaning)
    ]


def _meaning(document: Document, offset: int) -> Meaning | None:
    found = target(document.read.references, offset)
    return found.meaning if found is not None else None


def _uses(document: Document, meaning: Meaning) -> Iterator[tuple[Span, bool]]:
    """All places in this text that mean it, and whether it is defined there."""
    found = document.read.references
    defining = {one.span for one in found.all if one.defines}
    yield from ((span, span in defining) for span in found.uses(meaning))
