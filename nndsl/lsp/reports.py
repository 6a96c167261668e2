"""Diagnostics as the protocol has them.

In: a document and what a check has found. Out: the protocol's values. What lies in a file that the text uses is said at
the line that uses it, with the place in the file beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lsprotocol import types

from nndsl.diagnostics import Diagnostic, Span
from nndsl.diagnostics.pages import FOLDER, codes
from nndsl.lsp.documents import PACKAGE, Document, path_of, uri_of
from nndsl.syntax import ast

SEVERITY = {"error": types.DiagnosticSeverity.Error, "warning": types.DiagnosticSeverity.Warning}
UNUSED = frozenset({"W0201"})  # shown as what could be left out


def reports(document: Document, diagnostics: Iterable[Diagnostic]) -> list[types.Diagnostic]:
    """Those of a text as it is now: the diagnostics must be of this version."""
    return [report(document, one) for one in diagnostics]


def report(document: Document, diagnostic: Diagnostic) -> types.Diagnostic:
    here = _here(document, diagnostic.span)
    return types.Diagnostic(
        range=document.positions.range(*here),
        message=_message(document, diagnostic),
        severity=SEVERITY[diagnostic.severity],
        code=diagnostic.code,
        code_description=_page(diagnostic.code),
        source="nndsl",
        tags=[types.DiagnosticTag.Unnecessary] if diagnostic.code in UNUSED else None,
        related_information=list(_related(document, diagnostic)) or None,
    )


def page_uri(code: str) -> str | None:
    """The page of `nndsl explain`, as a file."""
    return uri_of(PACKAGE / "nndsl" / "diagnostics" / FOLDER / f"{code}.md") if code in codes() else None


def _page(code: str) -> types.CodeDescription | None:
    uri = page_uri(code)
    return types.CodeDescription(uri) if uri is not None else None


def _message(document: Document, diagnostic: Diagnostic) -> str:
    """The message, its notes and its help, each in a line."""
    where = ""
    if diagnostic.span is not None and not document.is_own(diagnostic.span):
        where = f"in `{path_of(diagnostic.span).name}`: "
    lines = [where + diagnostic.message, *(f"note: {note}" for note in diagnostic.notes)]
    return "\n".join([*lines, *([f"help: {diagnostic.help}"] if diagnostic.help else [])])


def _related(document: Document, diagnostic: Diagnostic) -> Iterator[types.DiagnosticRelatedInformation]:
    if diagnostic.span is not None and not document.is_own(diagnostic.span):
        place = document.among.location(diagnostic.span)
        yield types.DiagnosticRelatedInformation(place, diagnostic.message)
    for label in diagnostic.labels:
        yield types.DiagnosticRelatedInformation(document.among.location(label.span), label.message)


def _here(document: Document, span: Span | None) -> tuple[int, int]:
    """The place in this text: the first line that uses a file where the place is in one."""
    if span is None:
        return 0, 0
    if document.is_own(span):
        return span.start, span.end
    uses = [one for one in document.read.module.statements if isinstance(one, ast.Use)]
    path = path_of(span)
    direct = [one for one in uses if (document.folder / one.path.text).resolve() == path]
    return next(((one.path.span.start, one.path.span.end) for one in (*direct, *uses)), (0, 0))
