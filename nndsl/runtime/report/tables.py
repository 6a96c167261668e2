"""Tables and lists of facts as elements: headers that say what they are for, numbers aligned, wide ones that scroll by
themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count

from nndsl.runtime.report.element import Element, Part, el
from nndsl.values import value

MOST_ROWS = 40  # of a table; what is longer says how much is left out


@value
class Column:
    """title: of the header. words: whether cells are words, which stand left; numbers stand right."""

    title: str
    words: bool = False


def table(caption: str, columns: Sequence[Column], rows: Sequence[Sequence[Part]], more: str = "") -> Element:
    """The first cell of each row is its header. caption: what the table holds, also for those who do not see it. more:
    a last line about what is left out."""
    head = el("tr", (el("th", one.title, scope="col", class_=None if one.words else "n") for one in columns))
    body = (el("tr", _cells(columns, row)) for row in rows)
    foot = el("tfoot", el("tr", el("td", more, colspan=len(columns)))) if more else None
    whole = el("table", el("caption", caption), el("thead", head), el("tbody", body), foot)
    return el("div", whole, class_="scroll", tabindex=0, role="region", aria_label=caption)


def _cells(columns: Sequence[Column], row: Sequence[Part]) -> Iterable[Element]:
    for place, column, cell in zip(count(), columns, row, strict=False):
        kind = None if column.words else "n"
        yield el("th", cell, scope="row", class_=kind) if place == 0 else el("td", cell, class_=kind)


def facts(pairs: Iterable[tuple[str, Part]]) -> Element:
    """A list of names and what they are; those that are nothing are left out."""
    kept = [(name, found) for name, found in pairs if found is not None and found != "" and found != []]
    return el("dl", (el("div", el("dt", name), el("dd", found)) for name, found in kept), class_="facts")


def folded(title: str, *parts: Part, opened: bool = False) -> Element:
    """What is there for those who ask."""
    return el("details", el("summary", title), parts, open=opened)


def seconds(took: float) -> Element:
    """A duration. Every time on the page stands in a `time`: all else is the same in the next run."""
    words = f"{took:.2f} s" if took < 10 else f"{took:.0f} s" if took < 120 else f"{took / 60:.1f} min"
    return el("time", words, datetime=f"PT{took:.3f}S")


def sizes(shape: Sequence[int]) -> str:
    """`28 × 28 × 1`, in a table."""
    return " × ".join(map(str, shape)) or "1"


def size_words(shape: Sequence[int]) -> str:
    """`28 × 28 × 1`, in a sentence: of one axis `9 numbers`."""
    if len(shape) > 1:
        return sizes(shape)
    return "one number" if not shape or shape[0] == 1 else f"{shape[0]:,} numbers"


def left_out(count: int, things: str) -> str:
    """The last line of a table that is cut; empty where it is not."""
    return f"… and {count:,} more {things}" if count > 0 else ""


def worded(note: str) -> list[Part]:
    """A sentence, with what stands in backquotes as code."""
    return [code(piece) if place % 2 else piece for place, piece in enumerate(note.split("`"))]


def code(text: str) -> Element:
    """A name or a piece of a script."""
    return el("code", text)
