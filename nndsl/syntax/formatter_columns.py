"""Where the comments behind the formatter's lines stand.

In: `Row`s. Out: the lines as texts. Comments that stood in one column still do: they move to the right together where
the code needs it. One that stood close to its code, stands two blanks behind it.
"""

from __future__ import annotations

from nndsl.syntax.formatter_lines import Row

GAP = 2


def written(rows: list[Row]) -> list[str]:
    lines: list[str] = []
    columns = _columns(rows)
    for i, row in enumerate(rows):
        if row.blank and i:
            lines.append("")
        if row.verbatim:
            lines.append(row.text)
            continue
        code = " " * row.indent + row.text if row.text else ""
        if row.remark is None:
            lines.append(code)
        elif row.text or row.remark.continues:
            lines.append(code.ljust(columns[i]) + row.remark.text)
        else:
            lines.append(" " * row.indent + row.remark.text)
    return lines


def _columns(rows: list[Row]) -> list[int]:
    """The column of the comment in each row; 0 where there is none."""
    found = [0] * len(rows)
    for group in _groups(rows):
        ends = [rows[i].indent + len(rows[i].text) + GAP for i in group]
        columns = [_column(rows[i]) for i in group]
        is_close = all(column <= end for column, end in zip(columns, ends, strict=True))
        place = max(ends) if is_close else max(*ends, *columns)
        for i in group:
            found[i] = place
    for i, row in enumerate(rows):
        if not row.text and row.remark is not None and row.remark.continues:
            found[i] = found[i - 1] if i else 0
    return found


def _column(row: Row) -> int:
    assert row.remark is not None
    return row.remark.column


def _groups(rows: list[Row]) -> list[list[int]]:
    """Rows without an empty line between them whose comments stood in one column."""
    groups: list[list[int]] = []
    by_column: dict[int, list[int]] = {}
    for i, row in enumerate(rows):
        if row.blank or row.verbatim:
            by_column = {}
        if row.text and row.remark is not None and not row.verbatim:
            column = row.remark.column
            if column not in by_column:
                by_column[column] = []
                groups.append(by_column[column])
            by_column[column].append(i)
    return groups
