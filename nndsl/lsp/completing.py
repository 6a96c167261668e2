"""Completion. In: a document and a position. Out: items, in the engine's order."""

from __future__ import annotations

from lsprotocol import types

from nndsl.editor.completion import Completion, complete
from nndsl.lsp.documents import Document

TRIGGERS = (".", '"', "/", ">", "(")
K = types.CompletionItemKind
# By the first word of a kind: "option of train" is an option.
KINDS = {
    "network": K.Class, "recipe": K.Class, "data": K.Struct, "constant": K.Constant, "column": K.Field,
    "part": K.Field, "field": K.Field, "parameter": K.Property, "option": K.Property, "setting": K.Property,
    "file": K.File, "folder": K.Folder, "first": K.Keyword, "preposition": K.Keyword, "statement": K.Keyword,
    "kind": K.Keyword, "result": K.Variable, "model": K.Variable, "run": K.Variable, "size": K.Variable,
    "local": K.Variable, "weight": K.Variable, "input": K.Variable, "state": K.Variable, "value": K.Variable,
}  # fmt: skip
DEFAULT = K.Function  # layers and all else that is called


def completion(document: Document, params: types.CompletionParams) -> types.CompletionList:
    """Asked for again with each key where a name is offered for letters that it does not begin with."""
    offset = document.positions.offset(params.position)
    found = complete(document.text, offset, document.known)
    items = [_item(document, one, offset) for one in found]
    return types.CompletionList(is_incomplete=any(item.filter_text for item in items), items=items)


def _item(document: Document, one: Completion, offset: int) -> types.CompletionItem:
    typed = document.text[one.start : offset]
    begins = one.text.casefold().startswith(typed.casefold())
    return types.CompletionItem(
        label=one.label,
        kind=_kind(one.kind),
        detail=one.kind,
        documentation=one.meaning or None,
        sort_text=one.sort,
        filter_text=None if begins else typed,  # else an editor would hide what the engine has found to fit
        text_edit=types.TextEdit(document.positions.range(one.start, offset), one.text),
    )


def _kind(kind: str) -> types.CompletionItemKind:
    return KINDS.get(kind.partition(" ")[0], DEFAULT)
