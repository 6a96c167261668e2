"""Another name for something.

In: a document and a position. Out: what would be renamed, and the changes of all its places. A refusal of the engine is
the protocol's error, with the engine's words.
"""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from nndsl.diagnostics import Diagnostic, Edit, Fault
from nndsl.editor.rename import refusal, rename, target
from nndsl.lsp.documents import Document


class Refused(JsonRpcException):
    """What cannot be done, told to the person: `LSPErrorCodes.RequestFailed`."""

    CODE = types.LSPErrorCodes.RequestFailed
    MESSAGE = "this cannot be renamed"


def _refused(diagnostic: Diagnostic) -> Refused:
    return Refused(diagnostic.message + (f"; {diagnostic.help}" if diagnostic.help else ""))


def prepare(document: Document, params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
    offset = document.positions.offset(params.position)
    found = document.read.references
    at, fault = target(found, offset), refusal(found, offset, document.source)
    if at is None:
        return None
    if fault is not None:
        raise _refused(fault.diagnostic)
    return types.PrepareRenamePlaceholder(document.positions.of(at.span), at.span.text.strip("`"))


def renamed(document: Document, params: types.RenameParams) -> types.WorkspaceEdit:
    read = document.read
    offset = document.positions.offset(params.position)
    found = rename(read.module, read.scope, offset, params.new_name, document.checked.context)
    if isinstance(found, Fault):
        raise _refused(found.diagnostic)
    return workspace_edit(document, found)


def workspace_edit(document: Document, edits: Sequence[Edit]) -> types.WorkspaceEdit:
    """Changes of this version of a text."""
    changes = [types.TextEdit(document.positions.of(one.span), one.text) for one in edits]
    return types.WorkspaceEdit(changes={document.uri: changes})
