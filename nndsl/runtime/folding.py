"""Lines that are longer than the terminal, broken between words instead of within them.

In: a text, and how many columns there are. Out: the text; only lines that are too long are changed, and go on below the
beginning of their last column.
"""

from __future__ import annotations

import re
import textwrap

COLUMNS = 96  # of a text, where there is no terminal to ask, or it is wide
NARROWEST = 20  # columns that are left for words below a column
GOES_ON = 2  # how far a line without columns is indented where it goes on
COLOUR = "\x1b"  # a line of a picture has it, and that fits
_GAP = re.compile(r"(?<=\S) {2,}(?=\S)")


def folded(text: str, columns: int) -> str:
    lines = text.split("\n")
    return "\n".join(_line(line, columns) if len(line) > columns and COLOUR not in line else line for line in lines)


def _line(line: str, columns: int) -> str:
    """What stands before the last gap stays as it is, blanks and all."""
    own = len(line) - len(line.lstrip())
    gaps = [gap.end() for gap in _GAP.finditer(line) if gap.end() <= columns - NARROWEST]
    begin = gaps[-1] if gaps else own
    below = " " * (begin if gaps else min(own + GOES_ON, max(columns - NARROWEST, 0)))
    words = textwrap.wrap(
        line[begin:], columns, initial_indent=" " * begin, subsequent_indent=below,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    return "\n".join([line[:begin] + words[0][begin:], *words[1:]])
