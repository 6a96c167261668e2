"""The page of each code, for `nndsl explain CODE`. In: a code. Out: its Markdown, from the folder `pages`."""

from __future__ import annotations

from importlib.resources import files

FOLDER = "pages"


def page(code: str) -> str | None:
    """The page of `E0203`, in any case; None where there is no such code."""
    if code.upper() not in codes():
        return None
    return (files("nndsl.diagnostics") / FOLDER / f"{code.upper()}.md").read_text(encoding="utf-8")


def codes() -> list[str]:
    """All codes that have a page, sorted."""
    entries = (files("nndsl.diagnostics") / FOLDER).iterdir()
    return sorted(entry.name.removesuffix(".md") for entry in entries if entry.name.endswith(".md"))
