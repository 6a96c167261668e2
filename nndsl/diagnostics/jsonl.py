"""Diagnostics for programs: one JSON object a line, made from the same values as the text for people."""

from __future__ import annotations

import json

from nndsl.diagnostics.diagnostic import Diagnostic, Edit, Label
from nndsl.diagnostics.location import ends


def to_json(diagnostic: Diagnostic) -> str:
    """Keys: severity, code, message, file, line, column, end_line, end_column, labels, notes, help, edits.

    Lines and columns count from 1 as in `location.py`; the end is just behind the last character. Where there is no
    place (a script that is not there), file to end_column are null.
    """
    line: dict[str, object] = {
        "severity": diagnostic.severity,
        "code": diagnostic.code,
        "message": diagnostic.message,
        "file": None,
        "line": None,
        "column": None,
        "end_line": None,
        "end_column": None,
    }
    if diagnostic.span is not None:
        start, end = ends(diagnostic.span)
        line |= {
            "file": diagnostic.span.source.name,
            "line": start.line,
            "column": start.column,
            "end_line": end.line,
            "end_column": end.column,
        }
    line["labels"] = [_label(label) for label in diagnostic.labels]
    line["notes"] = list(diagnostic.notes)
    line["help"] = diagnostic.help
    line["edits"] = [_edit(edit) for edit in diagnostic.edits]
    return json.dumps(line, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")


def _label(label: Label) -> dict[str, object]:
    start, end = ends(label.span)
    return {
        "file": label.span.source.name,
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
        "message": label.message,
    }


def _edit(edit: Edit) -> dict[str, object]:
    start, end = ends(edit.span)
    return {
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
        "text": edit.text,
    }
