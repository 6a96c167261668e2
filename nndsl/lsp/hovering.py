"""Hover. In: a document and a position. Out: what is known of what stands there, as Markdown."""

from __future__ import annotations

from lsprotocol import types

from nndsl.editor.look import as_markdown, look
from nndsl.lsp.documents import Document


def hover(document: Document, params: types.HoverParams) -> types.Hover | None:
    read = document.read
    seen = look(read.module, document.checked, document.positions.offset(params.position), read.references)
    if seen is None:
        return None
    content = types.MarkupContent(types.MarkupKind.Markdown, as_markdown(seen))
    return types.Hover(content, document.positions.of(seen.span))
