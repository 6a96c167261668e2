"""What stands under a line of source: the underlines and their messages.

In: marks on one line. Out: rows of (text, is primary) pieces, to be coloured and printed below it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from nndsl.diagnostics.location import cells, shown

Row = list[tuple[str, bool]]
MARGIN = 12  # cells kept visible on each side of a mark in a line that is cut


@dataclass(frozen=True, slots=True)
class Mark:
    """Cells `left` up to `right` of a line, from 0; `continues`: the span began on a line above."""

    line: int
    left: int
    right: int
    message: str
    primary: bool
    continues: bool = False

    @staticmethod
    def of(line: int, before: str, text: str, message: str, primary: bool, continues: bool) -> Mark:
        left = cells(before)
        return Mark(line, left, left + max(1, cells(text, left)), message, primary, continues)


def crop(text: str, marks: list[Mark], width: int) -> tuple[str, list[Mark]]:
    """The line as printed. One that is wider than the terminal is cut around its first primary mark, with `…`."""
    line = shown(text)
    if cells(line) <= width:
        return line.rstrip(), marks
    main = next((mark for mark in marks if mark.primary), marks[0])
    start = max(0, min(main.left - MARGIN, main.right + MARGIN - width)) if main.right + MARGIN > width else 0
    cut = _cells_from(line, start, width)
    if start:
        cut = "…" + cut[1:]
    moved = [_move(mark, start, width) for mark in marks]
    return cut, [mark for mark in moved if mark is not None]


def _cells_from(line: str, start: int, width: int) -> str:
    column, parts = 0, []
    for character in line:
        size = cells(character)
        if column >= start and column + size <= start + width:
            parts.append(character)
        column += size
    text = "".join(parts)
    return text[:-1] + "…" if column > start + width else text


def _move(mark: Mark, start: int, width: int) -> Mark | None:
    left, right = max(mark.left - start, 0), min(mark.right - start, width)
    if left >= right:
        return replace(mark, left=0, right=0) if mark.primary else None
    return replace(mark, left=left, right=right)


def underline(marks: list[Mark]) -> list[Row]:
    """The row of `^` and `-`, with the message of the rightmost; those of others hang below it, right to left."""
    order = sorted(marks, key=lambda mark: (mark.primary, -mark.left))
    canvas: dict[int, tuple[str, bool]] = {}
    for mark in order:  # the primary is drawn last, over the others
        for column in range(mark.left, mark.right):
            canvas[column] = ("^" if mark.primary else "-", mark.primary)
    spoken = sorted((mark for mark in marks if mark.message), key=lambda mark: mark.left)
    rows = [_row(canvas)]
    if spoken and spoken[-1].right >= max(canvas):
        last = spoken.pop()
        rows[0].append((" " + last.message, last.primary))
    if spoken:
        rows.append(_row({mark.left: ("|", mark.primary) for mark in spoken}))
    while spoken:
        last = spoken.pop()
        bars = {mark.left: ("|", mark.primary) for mark in spoken if mark.left < last.left}
        row = _row(bars)
        used = max(bars, default=-1) + 1
        rows.append([*row, (" " * (last.left - used), False), (last.message, last.primary)])
    return rows


def _row(canvas: dict[int, tuple[str, bool]]) -> Row:
    row: Row = []
    for column in range(max(canvas, default=-1) + 1):
        text, primary = canvas.get(column, (" ", False))
        if row and (row[-1][1] == primary or text == " "):
            row[-1] = (row[-1][0] + text, row[-1][1])
        else:
            row.append((text, primary))
    return row
