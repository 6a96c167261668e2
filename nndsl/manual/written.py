"""The chapters that are made from the tables, by the name of their file."""

from __future__ import annotations

from nndsl.manual.libraries import library_chapter
from nndsl.manual.reference import reference


def generated() -> dict[str, str]:
    """file in `grammar/` -> its text."""
    return {"reference.md": reference(), "std.md": library_chapter()}
