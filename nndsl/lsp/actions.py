"""Code actions: the changes that would mend what a check has found, and the page of a code.

In: a document and a range. Out: actions. Changes are offered for the text that was checked, and for no other.
"""

from __future__ import annotations

from lsprotocol import types

from nndsl.diagnostics import Diagnostic
from nndsl.editor.fixes import Fix, fixes
from nndsl.lsp.documents import Document
from nndsl.lsp.renaming import workspace_edit
from nndsl.lsp.reports import page_uri, report

EXPLAIN = "nndsl.explain"  # a command with a code
QUICK = types.CodeActionKind.QuickFix


def code_actions(document: Document, params: types.CodeActionParams) -> list[types.CodeAction] | None:
    if document.fresh is None:
        return None
    wanted = params.context.only
    if wanted is not None and QUICK not in wanted and types.CodeActionKind.Empty not in wanted:
        return []
    start, end = document.positions.offsets(params.range)
    touched = [one for one in document.fresh.diagnostics if _touches(document, one, start, end)]
    found = [_mend(document, fix) for fix in fixes(document.fresh.source, touched)]
    return found + [_explain(code) for code in dict.fromkeys(one.code for one in touched) if page_uri(code)]


def _touches(document: Document, diagnostic: Diagnostic, start: int, end: int) -> bool:
    first, last = document.positions.offsets(report(document, diagnostic).range)
    return first <= end and start <= last


def _mend(document: Document, fix: Fix) -> types.CodeAction:
    return types.CodeAction(
        title=fix.title,
        kind=QUICK,
        diagnostics=[report(document, fix.diagnostic)],
        is_preferred=fix.is_certain,
        edit=workspace_edit(document, fix.edits),
    )


def _explain(code: str) -> types.CodeAction:
    title = f"explain {code}"
    return types.CodeAction(title, QUICK, command=types.Command(title, EXPLAIN, arguments=[code]))
