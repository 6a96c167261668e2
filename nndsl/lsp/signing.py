"""Signature help. In: a document and a position. Out: what is called, and which parameter is being written."""

from __future__ import annotations

from lsprotocol import types

from nndsl.editor.signature import signature
from nndsl.lsp.documents import Document
from nndsl.lsp.positions import units

TRIGGERS = ("(", ",", "=", " ")


def signature_help(document: Document, params: types.SignatureHelpParams) -> types.SignatureHelp | None:
    found = signature(document.text, document.positions.offset(params.position), document.known)
    if found is None:
        return None
    encoding = document.positions.encoding
    parameters = [
        types.ParameterInformation(
            (units(found.label[:start], encoding), units(found.label[:end], encoding)), slot.meaning or None
        )
        for slot, (start, end) in zip(found.slots, found.spans, strict=True)
    ]
    shown = types.SignatureInformation(found.label, found.meaning or None, parameters, found.active)
    return types.SignatureHelp([shown], 0, found.active)
