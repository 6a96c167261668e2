"""Text files, plain or `.gz`, as a table of characters.

In: a path, or a text. Out: a `Table` with the one column `characters`, a row for each (a Unicode code point). Ends of
lines are `\\n`, however the file writes them.
"""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nndsl.data.table import Column, Table
from nndsl.diagnostics import Span, fault

COLUMN = "characters"


def read_text(path: Path, span: Span) -> Table:
    """The table in a text file."""
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        raise fault(
            "E0503",
            f"`{path.name}` cannot be read as a text: it is not UTF-8",
            span,
            help="save it as UTF-8, or convert it: `iconv -f latin1 -t utf-8 old.txt > new.txt`",
        ) from None
    except (OSError, EOFError):
        raise fault("E0503", f"`{path.name}` cannot be opened or unpacked", span) from None
    if not text:
        raise fault("E0503", f"`{path.name}` is empty", span)
    return table_of_text(path.name, text)


def table_of_text(shown: str, text: str) -> Table:
    """A text as a table: four bytes a character."""
    return Table.of(shown, [Column(COLUMN, characters(text))])


def characters(text: str) -> NDArray[np.str_]:
    """[N] of one character each."""
    return np.frombuffer(text.encode("utf-32-le", "replace"), "<U1")


def code_points(values: NDArray[np.str_]) -> NDArray[np.uint32]:
    """[N] the number of each character, without a copy."""
    return np.ascontiguousarray(values).view(np.uint32)
