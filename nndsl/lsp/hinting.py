"""Inlay hints: shapes on the way through networks, and losses that were chosen.

In: a document and a range. Out: hints of the last check, at the places where its text stands now.
"""

from __future__ import annotations

from lsprotocol import types

from nndsl.lsp.documents import Document
from nndsl.lsp.positions import moved


def inlay_hints(document: Document, params: types.InlayHintParams) -> list[types.InlayHint]:
    if document.verdict is None:
        return []
    start, end = document.positions.offsets(params.range)
    before = document.verdict.source.text
    found = []
    for hint in document.verdict.hints:
        at = moved(before, document.text, hint.place.start)
        if at is not None and start <= at <= end:
            found.append(
                types.InlayHint(
                    document.positions.position(at),
                    hint.label,
                    kind=types.InlayHintKind.Type,
                    tooltip=hint.text or None,
                    padding_left=True,
                )
            )
    return found
